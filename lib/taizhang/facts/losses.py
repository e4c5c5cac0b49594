"""Facts of disaster losses."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from taizhang.facts.folding import fold_name
from taizhang.facts.grounds import Ground
from taizhang.facts.measures import Distinct, Measure, Result, Scene, Sum, number
from taizhang.facts.rows import Ledger, Mask, Numbers, Rows
from taizhang.metadata.kinds import load_shared

APART = 3  # most days between two days of one event
WARNED_WITHIN = 3  # days before an event within which a warning is one of it


@cache
def _kinds() -> dict[str, int]:
    """Kinds of disaster by the way they are written."""
    return {fold_name(word): at for at, words in enumerate(load_shared().disasters) for word in words}


def find_events(rows: Rows) -> Numbers:
    """Return a number for each event; -1 if none is given.

    Rows with the same name are one event. If the name is only a kind (洪涝, 台风), rows of that kind up to 3 days apart
    are one event, in any district. A row known only to the month joins an event it may belong to, or else forms its
    own.
    """
    ledger = rows.ledger
    return ledger.make(_number_events, ledger)[rows.at]


def _number_events(ledger: Ledger) -> Numbers:
    names = ledger.table["event"] if "event" in ledger.table else pd.Series(pd.NA, ledger.table.index)
    codes, written = pd.factorize(names)
    kinds = _kinds()
    kind_of = np.array([*(kinds.get(fold_name(str(name)), -1) for name in written), -1])[codes]
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


@cache
def find_disasters(text: str) -> frozenset[int]:
    """Return the kinds of disaster mentioned in a text, such as 台风 in “7·16”台风, by their position in the list."""
    plain = fold_name(text)
    return frozenset(at for word, at in _kinds().items() if word in plain)


@cache
def _warnings_of() -> dict[int, frozenset[int]]:
    """Return, for each kind of disaster that can be forecast, the kinds of warning that apply."""
    kinds, shared = _kinds(), load_shared().warned_by
    return {
        kinds[fold_name(one)]: frozenset(kinds[fold_name(of)] for of in (one, *others))
        for one, others in shared.items()
    }


def is_related(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return whether a warning of some kinds, or another ledger, concerns a disaster of some kinds."""
    return any(other & _warnings_of().get(kind, frozenset({kind})) for kind in one)


def find_unwarned(rows: Rows, warnings: Ledger) -> tuple[Mask, Mask]:
    """Return the rows without a warning in the district 0 to 3 days before, and the rows for which this is known.

    Disasters that cannot be forecast, such as earthquakes, are excluded. If the kind or day of a warning, or of the
    event, is too vague to rule a match out, the answer is unknown.
    """
    first, last = rows.days(rows.ledger.date), rows.last_days(rows.ledger.date)
    events = rows.written().reindex(columns=["event"])["event"].astype("str").fillna("")
    begin, end = warnings.days(warnings.date), warnings.last_days(warnings.date)
    kinds = warnings.table["kind"] if "kind" in warnings.table else pd.Series(pd.NA, warnings.table.index)
    speaks = [find_disasters(str(text)) for text in kinds.astype("str").fillna("")]
    own = {code: np.flatnonzero(warnings.group == code) for code in np.unique(rows.group)}
    unwarned, known = np.zeros(len(rows), bool), np.ones(len(rows), bool)
    days = np.timedelta64(WARNED_WITHIN, "D")
    for at, event in enumerate(events):
        of = find_disasters(event)
        if of and not of & _warnings_of().keys():
            continue
        near = own[rows.group[at]]
        near = near[(end[near] >= first[at] - days) & (begin[near] <= last[at])]
        may = [one for one in near if not of or not speaks[one] or is_related(of, speaks[one])]
        sure = first[at] == last[at] and any(
            of and speaks[one] and begin[one] == end[one] and is_related(of, speaks[one]) for one in may
        )
        unwarned[at], known[at] = not may, sure or not may
    return unwarned, known


@dataclass(frozen=True, kw_only=True)
class _Unwarned(Distinct):
    """Number of a district's events without a warning; for the whole area, of those without one in any district."""

    @property
    def kinds(self) -> set[str]:
        return {"losses", "warnings"}

    def find_grounds(self, scene: Scene) -> list[tuple[Rows, Ground]]:
        rows = self.rows_of(scene)
        told = Ground(("event",), lambda of: find_unwarned(of, scene.rows("warnings").ledger)[1])
        return [(rows, ground) for ground in (*self.list_grounds(), told)]

    def select(self, scene: Scene) -> tuple[Mask, Mask]:
        rows = self.rows_of(scene)
        chosen = find_unwarned(rows, scene.rows("warnings").ledger)[0] & (rows.test(find_events) >= 0)
        return chosen, chosen

    def compute(self, scene: Scene) -> Result:
        found = super().compute(scene)
        return replace(found, parts={(self.fact, *self.of): part for part in found.parts.values()})


MEASURES: tuple[Measure, ...] = (
    Distinct(fact="losses.events", of=("event",), shared=True, interval=True, numbers=find_events),
    Sum(fact="losses.affected", amount=number("affected")),
    Sum(fact="losses.evacuated", amount=number("evacuated")),
    Sum(fact="losses.houses_collapsed", amount=number("houses_collapsed")),
    Sum(fact="losses.houses_damaged", amount=number("houses_damaged")),
    Sum(fact="losses.crops_ha", amount=number("crops_ha")),
    Sum(fact="losses.loss_wan", amount=number("loss_wan")),
    _Unwarned(
        fact="losses.events_unwarned", of=("event",), shared=True, needs=("warnings",), numbers=find_events
    ),
)

# What suppression must know: those without a warning are never more than all.
WITHIN = ((("losses.events_unwarned", "event"), ("event",)),)
