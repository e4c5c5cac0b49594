"""Tests of differences: a fact against an earlier period, and a district against the others.

Each test gives the probability of so large a difference by chance, allowing for the scatter of the fact's own rows.
`analysis.calls` decides for all of them together which a report may state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.doubt import UNDATED, is_partly_known, rests_on_undated, take_off, weigh_within_bounds
from taizhang.analysis.silence import is_silent
from taizhang.analysis.view import Row, View, is_known, once_per_view
from taizhang.core.periods import Period
from taizhang.facts.compute import MEASURES, compute_as_of
from taizhang.facts.measures import Median
from taizhang.facts.rows import Mask, Rows
from taizhang.metadata.facts import ADDED, ALL, FactInfo
from taizhang.stats.change import compare_counts, compare_medians, compare_shares, find_two_tails

Then = Literal["year", "previous"]
LATE_DAYS = 30  # by then hardly a row is still to be entered: with a mean delay of ten days, one in twenty
# Events per resident or per output: the longer the period, the more of them.
_OF_STOCKS = ("per_100k", "per_yi_yuan")
_Z95 = 1.959963984540054
UNTESTED = float("nan")
# What the ledger must go back a year before a period to tell of it: a stock holds what was found earlier.
_REACH_BACK = {"hazards.repeats"} | {name for name, measure in MEASURES.items() if measure.stock}


@dataclass(frozen=True)
class Scatter:
    """How many times a fact's variance in a district exceeds that of independent rows, and how well this is known."""

    dispersion: float
    df: float


def find_scatter(view: View, fact: str, district: str) -> Scatter | None:
    """Return the scatter of a fact; None if its rows' clusters are unknown or too few."""
    found = _read_scatter(view).get((fact, district))
    return None if found is None else Scatter(*found)


def list_scatter(view: View, fact: str, codes: list[str]) -> pd.DataFrame:
    """Return dispersion and df by district; 1 with infinite df if clusters are unknown."""
    found = {code: find_scatter(view, fact, code) or Scatter(1.0, np.inf) for code in codes}
    return pd.DataFrame(
        {code: [one.dispersion, one.df] for code, one in found.items()}, ["dispersion", "df"]
    ).T


@once_per_view
def _read_scatter(view: View) -> dict[tuple[str, str], tuple[float, float]]:
    table = view.scatter
    if table.empty:
        return {}
    table = table[(table["df"] > 0) & (table["dispersion"] >= 1)]
    keys, numbers = (
        zip(*(table[name].to_numpy().tolist() for name in names), strict=True)
        for names in (("fact", "district_code"), ("dispersion", "df"))
    )
    return dict(zip(keys, numbers, strict=True))


def list_comparisons(view: View) -> tuple[Then, ...]:
    """Return the periods to compare with; for a year, the year before is also the previous period."""
    return ("year",) if view.period.kind == "year" else ("year", "previous")


def find_period(view: View, then: Then) -> Period:
    """The earlier period."""
    return view.period.year_before() if then == "year" else view.period.period_before()


def find_pair(view: View, fact: str, district: str, then: Then) -> tuple[Row, Row] | None:
    """Return a fact now and earlier, if the two can be compared.

    None if either value is unknown or suppressed, the ledger has no rows of the earlier period anywhere, the kind is a
    stock without dates, or it is unknown what had been done by the same lag after the earlier period.
    """
    info = view.describe(fact)
    now, before = view.fact(fact, district), view.fact(fact, district, when=then)
    if now is None or before is None or not (is_known(now) and is_known(before)):
        return None
    if not _has_rows(view, info.kind, then):
        return None
    if fact in _REACH_BACK and not _reaches_a_year_behind(view, then):
        return None
    if min(count_days(view, then)) <= 0 or rests_on_undated(view, fact, find_period(view, then), district):
        return None
    # A share is of the rows that there are; a count of some months is none of the period.
    whole = (view.period, find_period(view, then))
    if info.interval not in ("wilson", "greenwood") and any(
        is_silent(view, info.kind, period, district) for period in whole
    ):
        return None
    return now, before


def list_uncompared(view: View) -> list[str]:
    """Kinds with rows in an earlier period for which it is unknown what had been done by the same lag."""
    facts = {name.split(".")[0]: name for name in UNDATED if view.value(name) is not None}
    return [
        kind
        for kind, fact in facts.items()
        if any(
            _has_rows(view, kind, then) and rests_on_undated(view, fact, find_period(view, then))
            for then in list_comparisons(view)
        )
    ]


def count_days(view: View, then: Then) -> tuple[int, int]:
    """Return the days counted in the period and in the earlier one, both read at the same lag after their end."""
    lag = min(0, (view.as_of - view.period.end).days)
    return view.period.days + lag, find_period(view, then).days + lag


def find_settled(view: View) -> date:
    """Return the day up to which all rows should have been entered: `LATE_DAYS` before the ledgers were read.

    They were read on as_of or later, and not before the last day in any ledger.
    """
    read = max(view.as_of, view.last_day) if view.last_day else view.as_of
    return read - timedelta(days=LATE_DAYS)


def count_unsettled(view: View) -> int:
    """Return the days of the period for which rows may still be missing."""
    last = min(view.period.end, view.as_of)
    return max(min((last - find_settled(view)).days, (last - view.period.start).days + 1), 0)


def _has_rows(view: View, kind: str, then: Then) -> bool:
    """Return whether any district has rows of the kind in the earlier period; a count of none at all says nothing."""
    kinds = view.kinds
    if kind not in kinds or not kinds[kind].date:
        return False
    first = next(name for name, info in view.fact_infos.items() if info.kind == kind)
    return view.anywhere(first, when=then)


def _reaches_a_year_behind(view: View, then: Then) -> bool:
    """Return whether hazards go back a year before the earlier period; otherwise its repeats and stock are
    unknown."""
    if "hazards" not in view.ledgers:
        return False
    days = view.ledgers["hazards"]["found_on"]
    return bool((days < pd.Timestamp(find_period(view, then).start) - pd.Timedelta(days=330)).any())


def weigh_change(view: View, fact: str, district: str, then: Then) -> float:
    """Return the probability of such a change by chance; NaN if unknown, or if the fact has no measure of chance.

    Counts, rates and shares use the tests of `stats.change`, counts per day counted. Medians use the interval of their
    difference from both intervals (the construction of Newcombe 1998, Statistics in Medicine 17, 873-890, method
    10) and `stats.change.compare_medians`; the larger probability counts. A fall in a count must hold when the days
    for which rows may still be missing are excluded. Any change must hold whatever the missing answers are.
    """
    info, pair = view.describe(fact), find_pair(view, fact, district, then)
    scatter = find_scatter(view, fact, district)
    if pair is None or scatter is None or info.interval == "none":
        return UNTESTED
    p = weigh_within_bounds(*pair, lambda now, before: _weigh_pair(view, info, now, before, scatter, then))
    if info.interval != "greenwood":
        return p
    earlier = find_period(view, then)
    before = view.counted_in(info.kind, earlier, compute_as_of(earlier, view.period, view.as_of))
    sides = [(rows, _are_of(view, rows, district)) for rows in (view.counted(info.kind), before)]
    return float(np.fmax(p, _weigh_rows(fact, sides, scatter))) if p < 1 else p


def _weigh_pair(view: View, info: FactInfo, now: Row, before: Row, scatter: Scatter, then: Then) -> float:
    days = count_days(view, then)
    if now["value"] == before["value"] and days[0] == days[1]:
        return 1.0
    spread = {"dispersion": scatter.dispersion, "df": scatter.df}
    if info.interval == "poisson":
        tops = [row["value"] if pd.isna(row["numerator"]) else row["numerator"] for row in (now, before)]
        exposures = [
            _find_exposure(info, row, length) for row, length in zip((now, before), days, strict=True)
        ]
        if min(exposures) <= 0:
            return UNTESTED
        change = compare_counts(*tops, *exposures, **spread)
        if change.value >= 1 or not _grows_with_days(info, now) or not (unsettled := count_unsettled(view)):
            return change.p
        settled = exposures[0] * (days[0] - unsettled) / days[0]
        if settled <= 0:
            return UNTESTED
        firm = compare_counts(*tops, settled, exposures[1], **spread)
        return max(firm.p, change.p) if firm.value < 1 else 1.0
    if info.interval == "wilson":
        pairs = [row[name] for row in (now, before) for name in ("numerator", "denominator")]
        return UNTESTED if any(pd.isna(pairs)) else compare_shares(*pairs, **spread).p
    return _compare_medians(now, before, scatter)


def _are_of(view: View, rows: Rows, district: str) -> Mask:
    """Return the rows of a district, or of all districts."""
    codes = view.districts["code"].astype("str").to_numpy()
    return (
        (rows.group >= 0) | rows.ledger.has_placeless
        if district == ALL
        else np.append(codes == district, False)[rows.group]
    )


def _weigh_rows(fact: str, sides: Sequence[tuple[Rows, Mask]], scatter: Scatter) -> float:
    """Return the probability by chance of a difference between the medians of two groups of rows.

    If some rows were closed on an unknown day, the larger of two readings counts. NaN if the view has no rows of
    one group.
    """
    measure = MEASURES.get(fact)
    if not isinstance(measure, Median):
        return UNTESTED
    use = [among & rows.test(measure.rows) for rows, among in sides]
    if not all(mask.any() for mask in use):
        return UNTESTED
    first = np.repeat([True, False], [int(mask.sum()) for mask in use])
    closed, *readings = (
        np.concatenate([rows.test(asked)[mask] for (rows, _), mask in zip(sides, use, strict=True)])
        for asked in (measure.closed, measure.days, measure.most_days)
    )
    spread = {"dispersion": scatter.dispersion, "df": scatter.df}
    return float(np.max([compare_medians(days, closed, first, **spread) for days in readings]))


def _find_exposure(info: FactInfo, row: Row, days: int) -> float:
    """Return the exposure of events: days, units of the denominator, or both."""
    if pd.isna(row["denominator"]):
        return days
    return float(row["denominator"]) * (days if info.unit in _OF_STOCKS else 1)


def _grows_with_days(info: FactInfo, row: Row) -> bool:
    """Return whether rows still to be entered would raise it; a rate per visit has them above and below the line."""
    return bool(pd.isna(row["denominator"])) or info.unit in _OF_STOCKS


def _compare_medians(one: Row, other: Row, scatter: Scatter) -> float:
    """Return the probability of a difference between two medians with their limits, which are known to the day."""
    limits = [one["low"], one["high"], other["low"], other["high"]]
    if any(pd.isna(limit) for limit in limits):
        return UNTESTED
    p, q = float(one["value"]), float(other["value"])
    higher, lower = (one, other) if p > q else (other, one)
    width = max(np.hypot(higher["value"] - higher["low"], lower["high"] - lower["value"]), 1.0)
    z = _Z95 * abs(p - q) / width / np.sqrt(scatter.dispersion)
    return find_two_tails(z, scatter.df)


def weigh_place(view: View, fact: str, district: str) -> float:
    """Return the probability that a district differs this much from all others together by chance; NaN if
    unavailable.

    It holds whatever the missing answers are. Counts and sums have no such probability, as they do not show how many
    residents, premises or visits they came from.
    """
    info = view.describe(fact)
    if info.unit in ADDED:
        return UNTESTED
    own, every = view.fact(fact, district), view.fact(fact, ALL)
    scatter = find_scatter(view, fact, district)
    if own is None or every is None or scatter is None or not is_known(own) or not is_known(every):
        return UNTESTED
    if info.interval == "greenwood" and not (is_partly_known(own) or is_partly_known(every)):
        rows = view.counted(info.kind)
        mine = _are_of(view, rows, district)
        others = _are_of(view, rows, ALL) & ~mine
        p = _compare_medians(own, every, scatter)
        return float(np.fmax(p, _weigh_rows(fact, [(rows, mine), (rows, others)], scatter)))
    rest = take_off(every, own)
    if rest is None or (is_partly_known(own) and pd.isna(own["denominator"])):
        return UNTESTED
    return weigh_within_bounds(own, rest, lambda own, rest: _weigh_beside(info, own, rest, scatter))


def _weigh_beside(info: FactInfo, own: Row, rest: Row, scatter: Scatter) -> float:
    """Compare a district's row with that of all others together."""
    spread = {"dispersion": scatter.dispersion, "df": scatter.df}
    top = float(own["value"] if pd.isna(own["numerator"]) else own["numerator"])
    others_top = float(rest["value"] if pd.isna(rest["numerator"]) else rest["numerator"])
    base, rest_of = float(own["denominator"]), float(rest["denominator"])
    if not (base > 0 and rest_of > 0) or others_top < 0:
        return UNTESTED
    if info.interval == "wilson":
        return compare_shares(top, base, others_top, rest_of, **spread).p
    return (
        compare_counts(top, others_top, base, rest_of, **spread).p if info.interval == "poisson" else UNTESTED
    )


def weigh_part(view: View, fact: str, of: str, district: str) -> float:
    """Do the same as `weigh_place` for one count as a part of another, such as overdue hazards among open ones."""
    rows = [view.fact(name, code) for code in (district, ALL) for name in (fact, of)]
    # What stands open came in the clusters that it was found in: those of the period tell how they scatter.
    scatter = find_scatter(view, fact.replace("_stock", ""), district)
    if district == ALL or scatter is None or not all(is_known(row) for row in rows):
        return UNTESTED
    if any(is_partly_known(row) for row in rows if row is not None):
        return UNTESTED
    part, whole, every, every_of = (float(row["value"]) for row in rows if row is not None)
    if not (0 <= part <= whole and every - part <= every_of - whole):
        return UNTESTED
    return compare_shares(
        part, whole, every - part, every_of - whole, dispersion=scatter.dispersion, df=scatter.df
    ).p
