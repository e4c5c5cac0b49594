"""Applying to a row what its cells say beyond their own column: relative dates, phrases."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import Relative, find_last_day
from taizhang.ledgers.model import pandas_type
from taizhang.ledgers.phrases import Day, Said
from taizhang.ledgers.values import Parsed, take_texts
from taizhang.metadata.kinds import DATED_TYPES, NUMBER_TYPES, Field, Kind
from taizhang.metadata.phrases import load_phrases

# A date without a year that is before the row's own day in the title's year is of the next year if that is so near.
_NEAR_DAYS = 183
_NO_DAY = np.datetime64("NaT", "us")


def list_later(kind: Kind) -> frozenset[str]:
    """The columns whose dates cannot be before the row's own date, by the kind's rules."""
    return frozenset(rule.order[1] for rule in kind.rules if rule.order[:1] == (kind.date,) and kind.date)


def spread_words(kind: Kind, parsed: dict[str, Parsed], count: int) -> list[Reason]:
    """Settle dates relative to the row's own date, then fill empty cells with what other cells of the row say.

    A filled cell is never changed; contradictions are counted in the notes. `parsed` is completed in place, for `count`
    rows.
    """
    own = parsed[kind.date].data if kind.date in parsed else None
    if own is None or kind.fields[kind.date].type not in DATED_TYPES:
        return []
    own = np.array(own, dtype="datetime64[D]")
    notes = []
    for name in sorted(list_later(kind) & set(parsed)):
        if any(answer.relative for answer in parsed[name].answers):
            parsed[name], settled = _settle_column(parsed[name], own)
            if settled:
                said = Reason("ledgers.date.year_of_row")
                notes.append(Reason("ledgers.table.understood", column=name, note=said, count=settled))
    for source in load_phrases().list_columns(kind.name):
        if source in parsed and any(answer.said for answer in parsed[source].answers):
            notes += _spread_column(kind, parsed, source, own, count)
    return notes


def _settle_column(column: Parsed, own: np.ndarray) -> tuple[Parsed, int]:
    """The column with its relative days settled, and in how many rows that was done."""
    data, precisions, reasons = (
        column.data.copy(),
        column.precisions.to_numpy(dtype=object),
        column.reasons.copy(),
    )
    settled = 0
    relatives = [answer.relative for answer in column.answers]
    for rows, code, day in _iterate_days(column.codes, own, relatives):
        answer = column.answers[code]
        assert answer.relative is not None
        first = day(answer.relative)
        if answer.value is not None:
            # In the title's year it stands, unless that is before the row's own day and the next year's is near.
            written = np.datetime64(find_last_day(answer.value.date(), answer.precision))
            late = own[rows] > written
            near = first is not None and (np.datetime64(first) - own[rows[0]]).astype(int) <= _NEAR_DAYS
            if not near or not late.any():
                continue
        if first is None:
            continue
        data[rows] = np.datetime64(first, "us")
        precisions[rows], reasons[rows] = answer.relative.precision, None
        settled += len(rows)
    return replace(column, data=data, precisions=_texts(precisions), reasons=reasons), settled


def _iterate_days(
    codes: np.ndarray, own: np.ndarray, told: Sequence[object]
) -> Iterator[tuple[np.ndarray, int, Callable[[Relative], date | None]]]:
    """Rows by code and own day, of codes that are told something; with what settles a relative day for them."""
    wanted = np.array([*(one is not None for one in told[:-1]), False])
    rows = np.flatnonzero(wanted[codes] & ~np.isnat(own))
    keys = pd.MultiIndex.from_arrays([codes[rows], own[rows].astype("int64")])
    numbers, pairs = pd.factorize(keys)
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(pairs) + 1))
    for number, (code, _) in enumerate(pairs):
        at = rows[order[starts[number] : starts[number + 1]]]
        today: date = own[at[0]].astype(object)
        yield at, int(code), lambda relative, today=today: relative.settle(today)  # type: ignore[misc]


def _spread_column(
    kind: Kind, parsed: dict[str, Parsed], source: str, own: np.ndarray, count: int
) -> list[Reason]:
    column = parsed[source]
    filled, against = Counter[str](), Counter[str]()
    targets = {
        name
        for answer in column.answers
        if answer.said
        for name, _ in (*answer.said.values, *answer.said.days)
    }
    for target in sorted(targets & set(kind.fields)):
        field = kind.fields[target]
        if target not in parsed:
            parsed[target] = _make_empty(field, count)
        into = _Target(parsed[target], field)
        sayings = [_look(answer.said, target) for answer in column.answers]
        for rows, code, day in _iterate_days(column.codes, own, sayings):
            said = sayings[code]
            what = said if isinstance(said, str | int) else _settle(said, day)
            if what is None:
                continue
            free = into.empty[rows]
            into.fill(rows[free], what)
            if target != source:
                filled[target] += int(free.sum())
                against[target] += into.count_others(rows[~free], what)
        parsed[target] = into.finish()
    notes = [
        Reason("ledgers.table.said", column=source, other=name, count=n) for name, n in filled.items() if n
    ]
    return notes + [
        Reason("ledgers.table.contradicts", column=source, other=name, count=n)
        for name, n in against.items()
        if n
    ]


def _look(said: Said | None, target: str) -> str | int | Day | None:
    return {**dict(said.values), **dict(said.days)}.get(target) if said else None


def _settle(said: Day | None, day: Callable[[Relative], date | None]) -> tuple[date, str] | None:
    if isinstance(said, Relative):
        first = day(said)
        return None if first is None else (first, said.precision)
    return None if said is None else (said[0].date(), said[1])


def _make_empty(field: Field, count: int) -> Parsed:
    """A column that the table does not have."""
    data: Any = pd.Series(index=range(count), dtype=pandas_type(field.type)).array
    if field.type in DATED_TYPES:
        data = np.full(count, _NO_DAY)
    none = take_texts([], np.full(count, -1)) if field.type in DATED_TYPES else None
    return Parsed(data, np.full(count, None), Counter(), np.full(count, -1), (), none)


class _Target:
    """A column that is filled where it is empty."""

    def __init__(self, column: Parsed, field: Field) -> None:
        self.column = column
        self.dated, self.whole = field.type in DATED_TYPES, field.type in NUMBER_TYPES
        self.data = column.data.copy()
        if not self.dated:
            self.data = np.array(column.data, dtype=object)
        self.empty = np.asarray(pd.isna(column.data)) & (column.reasons == None)  # noqa: E711 - elementwise
        nothing = np.empty(0, dtype=object)
        self.precisions: np.ndarray = column.precisions.to_numpy(dtype=object) if self.dated else nothing

    def fill(self, rows: np.ndarray, what: str | int | tuple[date, str]) -> None:
        if isinstance(what, str | int):
            self.data[rows] = what
        else:
            self.data[rows] = np.datetime64(what[0], "us")
            self.precisions[rows] = what[1]
        self.empty[rows] = False

    def count_others(self, rows: np.ndarray, what: str | int | tuple[date, str]) -> int:
        """Return how many of these cells say something else."""
        known = rows[~np.asarray(pd.isna(self.data[rows]))]
        if isinstance(what, str | int):
            same = {what, *({"rectified", "closed"} if what in ("rectified", "closed") else ())}
            return sum(value not in same for value in self.data[known])
        last = np.datetime64(find_last_day(*what), "us") + np.timedelta64(1, "D")
        firsts = self.data[known]
        pairs = zip(firsts.astype("datetime64[D]").astype(object), self.precisions[known], strict=True)
        lasts = np.array([find_last_day(*pair) for pair in pairs], dtype="datetime64[us]")
        return int(((firsts >= last) | (lasts < np.datetime64(what[0], "us"))).sum())

    def finish(self) -> Parsed:
        if self.dated:
            return replace(self.column, data=self.data, precisions=_texts(self.precisions))
        if self.whole:
            return replace(self.column, data=pd.array(self.data, dtype="Int64"))
        return replace(self.column, data=take_texts(list(self.data), np.arange(len(self.data))))


def _texts(values: np.ndarray) -> Any:
    known = list(dict.fromkeys(v for v in values if isinstance(v, str)))
    codes = pd.Categorical(values, categories=known).codes if known else np.full(len(values), -1)
    return take_texts(known, np.asarray(codes, dtype=np.int64))
