"""Facts of disaster losses."""

import unicodedata
from functools import cache

import numpy as np
import pandas as pd

from taizhang.facts.measures import Distinct, Measure, Sum, number
from taizhang.facts.rows import Ledger, Numbers, Rows
from taizhang.metadata.kinds import load_shared

APART = 3  # most days between two days of one event


@cache
def _kinds() -> dict[str, int]:
    """Kinds of disaster by how they are written."""
    return {_fold(word): at for at, words in enumerate(load_shared().disasters) for word in words}


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def find_events(rows: Rows) -> Numbers:
    """A number for each event; -1 where none is written.

    Rows of one name are one event. Where the name is only a kind (洪涝, 台风), days of one kind at most 3 apart are, in
    whatever districts; what is known to the month or so belongs to an event that it may be, else is one by itself.
    """
    ledger = rows.ledger
    return ledger.make(_number_events, ledger)[rows.at]


def _number_events(ledger: Ledger) -> Numbers:
    names = ledger.table["event"] if "event" in ledger.table else pd.Series(pd.NA, ledger.table.index)
    codes, written = pd.factorize(names)
    kinds = _kinds()
    kind_of = np.array([*(kinds.get(_fold(str(name)), -1) for name in written), -1])[codes]
    first, last = ledger.days(ledger.date), ledger.last_days(ledger.date)
    kind_of[(ledger.group < 0) | np.isnat(first)] = -1
    numbers, free = codes.astype(np.int64), len(written)
    for kind in np.unique(kind_of[kind_of >= 0]).tolist():
        of = kind_of == kind
        days = np.unique(first[of & (first == last)])
        events = np.cumsum(np.diff(days, prepend=days[:1]) > np.timedelta64(APART, "D"))
        free_of_days = free + len(days)
        spans = {span: at for at, span in enumerate(sorted({*zip(first[of], last[of], strict=True)}))}
        for at in np.flatnonzero(of):
            # The first day of the kind that a span of days, or a day itself, comes near.
            near = np.searchsorted(days, first[at] - (APART if first[at] != last[at] else 0))
            if near < len(days) and days[near] <= last[at] + (APART if first[at] != last[at] else 0):
                numbers[at] = free + events[near]
            else:
                numbers[at] = free_of_days + spans[first[at], last[at]]
        free = free_of_days + len(spans)
    return numbers


MEASURES: tuple[Measure, ...] = (
    Distinct(fact="losses.events", of=("event",), shared=True, interval=True, numbers=find_events),
    Sum(fact="losses.affected", amount=number("affected")),
    Sum(fact="losses.loss_wan", amount=number("loss_wan")),
)
