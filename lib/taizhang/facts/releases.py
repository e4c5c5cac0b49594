"""What releases have shown: the counts of then, beside those of now, so that all together reveal nothing hidden.

A reader who has several releases knows what is shown in each, and may know where nothing has changed since. So a count
that is the same in two states is one count, which is hidden or shown in both.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from taizhang.core.periods import Period, parse_period
from taizhang.facts.measures import Measure, Result, Scene
from taizhang.facts.rows import Floats, Ledgers, Mask
from taizhang.facts.suppress import BETWEEN, Disclosed, Link, is_same
from taizhang.facts.years import PERIODS, Reading, find_calendar_period, link_parts, list_readings
from taizhang.metadata.facts import ALL

_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Earlier:
    """A release, as those after it have to know it.

    Attributes
    ----------
    name : str
        Such as ``2021/v1``.
    key : str
        By which its content is known.
    state : str
        The state of the workbook that it was made from; several releases may have one.
    shown : DataFrame
        All facts of sensitive kinds that it shows or hides: period, as_of, district_code, fact, value and suppressed.
    load : callable
        Returns the rows of then, of those of some kinds that were configured, and the as-of day then in the settings.
    """

    name: str
    key: str
    state: str
    shown: pd.DataFrame
    load: Callable[[Collection[str]], tuple[Ledgers, date | None]]


@dataclass
class YearTables:
    """YearTables of one kind's facts in periods, each once, for the same places: the districts, then the whole area."""

    codes: pd.Index
    tables: list[dict[str, Result]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    disclosed: list[Disclosed] = field(default_factory=list)

    def add(self, period: Period, table: dict[str, Result]) -> int:
        """The number of a table; one that is as another of the period is that."""
        for number, (other_period, other) in enumerate(zip(self.periods, self.tables, strict=True)):
            if (
                period == other_period
                and table.keys() == other.keys()
                and all(is_same(result, other[fact]) for fact, result in table.items())
            ):
                return number
        self.tables.append(table)
        self.periods.append(period)
        return len(self.tables) - 1


def list_places(codes: pd.Index, earlier: Sequence[Earlier]) -> pd.Index:
    """The districts of now, then those that only releases have."""
    told = [str(code) for one in earlier for code in one.shown["district_code"].unique() if code != ALL]
    more = [code for code in dict.fromkeys(told) if code not in codes]
    return codes.append(pd.Index(more, dtype=codes.dtype)) if more else codes


def add_releases(
    found: YearTables,
    readings: Sequence[Reading],
    at: Sequence[int],
    measures: Sequence[Measure],
    kind: str,
    earlier: Sequence[Earlier],
) -> None:
    """Add what releases have shown of a kind in a year's periods to the tables of now, with how they are related.

    `at`: the tables of `readings`. Each state of which something was released is there with all its periods, as they
    add up, and is compared with the one before and with that of now.
    """
    periods = {one.period for one in readings}
    states: dict[str, list[Earlier]] = {}
    for one in earlier:
        if any(calendar in periods for calendar, *_ in _list_shown(one)):
            states.setdefault(one.state, []).append(one)
    kinds = {kind, *(name for measure in measures for name in (*measure.kinds, *measure.needs))}
    present = [(one.period, table) for one, table in zip(readings, at, strict=True)]
    before: list[tuple[Period, int]] = []
    for state, releases in enumerate(states.values(), 1):
        ledgers, own = releases[0].load(kinds)
        if kind in ledgers:
            now = _add_state(found, state, (ledgers, own), readings, measures, releases)
            for period, table in (*before, *present):
                if period in now:
                    found.links.append(Link(now[period], (table,), False, BETWEEN))
            before = [*now.items()]
    found.links[:] = [one for one in dict.fromkeys(found.links) if one.parts != (one.whole,)]


def _add_state(
    found: YearTables,
    state: int,
    rows: tuple[Ledgers, date | None],
    readings: Sequence[Reading],
    measures: Sequence[Measure],
    releases: Sequence[Earlier],
) -> dict[Period, int]:
    """Add a state, and what the releases made from it show; returns its tables by period."""
    ledgers, own = rows
    periods = {one.period for one in readings}
    every = list_readings(readings[0].period.start.year, own)[:PERIODS]
    plain = [one for one in every if one.period in periods]
    count = partial(_count, ledgers, measures, found.codes)
    now = {one.period: found.add(one.period, count(one)) for one in plain}
    if plain == every:  # a stock has nothing that adds up
        tables = [now[one.period] for one in plain]
        for link in link_parts(plain):
            found.links.append(
                Link(tables[link.whole], tuple(tables[part] for part in link.parts), link.same_day, state)
            )
    for one in releases:
        for calendar, as_of, facts in _list_shown(one):
            if calendar not in periods:
                continue
            reading = Reading(calendar, as_of, own)
            table = found.add(calendar, count(reading))
            found.links.append(Link(now[calendar], (table,), False, state))
            # Of other days all is rounded, or shown as of these: what is hidden then is hidden of these.
            hides = reading in plain
            found.disclosed.append(_compare(table, found.tables[table], facts, found.codes, hides=hides))
    return now


def _list_shown(release: Earlier) -> Iterator[tuple[Period, date, pd.DataFrame]]:
    """The facts that a release shows, by month, quarter, half or year, and day."""
    for (text, _), facts in release.shown.groupby(["period", "as_of"], sort=False):
        calendar = find_calendar_period(parse_period(str(text)))
        if calendar is not None:
            yield calendar, pd.Timestamp(facts["as_of"].iloc[0]).date(), facts


def _count(
    ledgers: Ledgers, measures: Sequence[Measure], codes: pd.Index, reading: Reading
) -> dict[str, Result]:
    scene = Scene(ledgers, reading.period, reading.as_of, None, reading.asked, intervals=False)
    there = [measure for measure in measures if measure.is_configured(scene)]
    return {measure.fact: spread(measure.compute(scene), ledgers.codes, codes) for measure in there}


def spread(result: Result, codes: pd.Index, wanted: pd.Index) -> Result:
    """A result for other districts in another order: those that it does not have have nothing."""
    if codes.equals(wanted):
        return result
    at = np.append(codes.get_indexer(wanted), len(codes))

    def move(values: Floats, empty: float) -> Floats:
        return np.where(at >= 0, values[at], empty)

    parts = {}
    for key, part in result.parts.items():
        values = move(part.values, 0.0)
        # That it is a count is known by both being one.
        parts[key] = replace(part, values=values, sizes=values if part.is_count else move(part.sizes, 0.0))
    return replace(
        result,
        value=move(result.value, np.nan),
        numerator=move(result.numerator, np.nan),
        denominator=move(result.denominator, np.nan),
        parts=parts,
    )


def _compare(
    number: int, table: Mapping[str, Result], facts: pd.DataFrame, codes: pd.Index, *, hides: bool
) -> Disclosed:
    """What a release shows and hides of a table. What is counted otherwise now is neither."""
    shown: dict[str, Mask] = {}
    hidden: dict[str, Mask] = {}
    places = [*codes, ALL]
    for name, rows in facts.groupby("fact", sort=False):
        fact = str(name)
        if fact not in table:
            continue
        of = rows.set_index("district_code")[["value", "suppressed"]].reindex(places)
        told = of["suppressed"].eq(False).to_numpy(bool)
        value = of["value"].to_numpy(float)
        same = np.isclose(value, table[fact].value, rtol=_SAME, atol=0, equal_nan=True)
        shown[fact] = told & same
        hidden[fact] = of["suppressed"].eq(True).to_numpy(bool) & hides
    return Disclosed(number, shown, hidden)
