"""When things happen: key periods compared with other days, months of the year, and whether a series is steady."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from taizhang.analysis.rows import find_ends, is_enough, is_sensitive, list_days, touch
from taizhang.analysis.silence import find_first, find_last, leave_silent
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards
from taizhang.stats.control import FEWEST_MONTHS, Chart, chart_counts, chart_shares
from taizhang.stats.periods import FEWEST_YEARS, compare_periods, describe_months, list_holidays, list_seasons

KINDS = ("hazards", "inspections", "incidents")
WITHIN_DAYS = 30
_FEWEST = 20  # events below which months and key periods say nothing
_MONTHS = 36
_MOST_EXPECTED = 3.0  # days with rows: none of so many has a probability below 0.05
CHARTED = ("found", "share")
MONTHLY = ("hazards", "incidents")  # whose months are told
_YEARS = 5
_LATE_START = 45  # days
_NEAR_DAYS = 28


def find_span(view: View, kind: str) -> tuple[date, date] | None:
    """The days for which a ledger can be examined: whole years up to the period's end, at most five.

    First and last, both inclusive; None if it has no rows by then, or its counts are withheld.
    """
    table = view.ledgers.get(kind)
    if table is None or table.empty or is_sensitive(view, kind):
        return None
    last = find_last(view, kind, min(view.period.end, view.as_of))
    days = table[view.kinds[kind].date].dropna()
    days = days[days < pd.Timestamp(last) + pd.Timedelta(days=1)]
    if days.empty:
        return None
    # The first row may come some weeks after the ledger was begun.
    begun = view.begun(kind).date()
    first = max(begun.replace(day=1) - timedelta(days=_LATE_START), _go_back(last, _YEARS))
    first = find_first(view, kind, first)
    # A part of a year would count some seasons twice: of more than a year, whole ones are kept.
    years = 0
    while _go_back(last, years + 1) >= first:
        years += 1
    return (_go_back(last, years) if years else max(begun, first)), last


def _go_back(day: date, years: int) -> date:
    """Return the day after the same day some years earlier."""
    return (pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(years=years)).date()


@once_per_view
def compare_key_periods(view: View, kind: str) -> pd.DataFrame | None:
    """Events in each key period compared with other days; None if there are too few.

    Hazards are per inspection made, since none is found where nobody looks, and left out where no inspections are on
    record; the others are per day. Holidays are compared with the days of the four weeks before and after that are in
    none, so that a season is no holiday's doing; a season against the rest of the year.

    Returns
    -------
    pandas.DataFrame
        As from `stats.periods.compare_periods`, and `verdict`: higher, lower or alike, by p; `rate_inside` and
        `rate_outside`, per day or per inspection; `attrs["span"]`: the first and last day looked at;
        `attrs["per"]`: ``day`` or ``inspection``; `attrs["left_out"]`: rows of which the day is not known.
    """
    span, base = find_span(view, kind), None
    if span is not None and kind == "hazards":
        watched = find_span(view, "inspections")
        if watched is None:
            return None
        span = max(span[0], watched[0]), min(span[1], watched[1])
    if span is None or span[0] >= span[1]:
        return None
    # A month is no day: on its first it would be on a holiday.
    inside, left_out = _list_within(view, kind, span)
    if inside is None or len(inside) < _FEWEST:
        return None
    if kind == "hazards":
        base, unplaced = _list_within(view, "inspections", span)
        left_out += unplaced
        if base is None:
            return None
    parts = [compare_periods(inside, list_holidays(*span), *span, base=base, near=_NEAR_DAYS)]
    seasons: dict[str, tuple[str, str]] = view.settings.get("seasons", {})  # type: ignore[assignment]
    for name, season in seasons.items():
        parts.append(compare_periods(inside, list_seasons(name, season, *span), *span, base=base))
    parts = [part for part in parts if not part.empty]
    if not parts:
        return None
    found = pd.concat(parts)
    for side in ("inside", "outside"):
        found[f"rate_{side}"] = found[side] / found[f"base_{side}"].where(found[f"base_{side}"] > 0)
    found["verdict"] = "alike"
    found.loc[found["high"] < 1, "verdict"] = "lower"
    found.loc[found["low"] > 1, "verdict"] = "higher"
    found.attrs = {"span": span, "per": "day" if base is None else "inspection", "left_out": left_out}
    return found


def _list_within(
    view: View, kind: str, span: tuple[date, date], *, exact: bool = True
) -> tuple[pd.Series | None, int]:
    """Return the days of a ledger's rows within a span, and how many rows that touch it are not known to the day
    or month.

    None if these are over a tenth.
    """
    rows = view.recorded(kind)
    days = list_days(rows, exact=exact)
    touches, known = touch(rows, *span), days.notna().to_numpy()
    left_out = int((touches & ~known).sum())
    return (days[touches & known] if is_enough(known, touches) else None), left_out


def list_key_periods(view: View, *kinds: str) -> Mapping[str, pd.DataFrame]:
    """`compare_key_periods` for those of these kinds with enough rows."""
    found = {kind: compare_key_periods(view, kind) for kind in kinds}
    return {kind: part for kind, part in found.items() if part is not None}


def list_periods(parts: Mapping[str, pd.DataFrame]) -> list[str]:
    """The key periods that occur for any of some kinds, in order of appearance."""
    return list(dict.fromkeys(str(name) for part in parts.values() for name in part.index))


def group_spans(parts: Mapping[str, pd.DataFrame]) -> dict[tuple[date, date], list[str]]:
    """The spans of days examined, each with the kinds it applies to."""
    spans: dict[tuple[date, date], list[str]] = {}
    for kind, part in parts.items():
        spans.setdefault(part.attrs["span"], []).append(kind)
    return spans


def is_alike(part: pd.DataFrame) -> bool:
    """Return whether no key period of a kind differs clearly from other days, with an interval to show it."""
    return bool((part["verdict"].eq("alike") & part["high"].notna()).all())


def find_extremes(months: pd.DataFrame) -> tuple[int, int]:
    """The months (1 to 12) with the most and the least (the first if tied), as returned by `find_months`."""
    ratios = months["ratio"].to_numpy()
    return int(ratios.argmax()) + 1, int(ratios.argmin()) + 1


def list_signals(chart: Chart) -> pd.PeriodIndex:
    """The months of a control chart that stand out on their own, excluding those after a change of level."""
    return pd.PeriodIndex(chart.points.index[chart.points["signal"] == "limits"])


@once_per_view
def find_months(view: View, kind: str) -> pd.DataFrame | None:
    """The monthly pattern over whole calendar years; None with fewer than two of them, or too few rows.

    Returns
    -------
    pandas.DataFrame
        As from `stats.periods.describe_months`, and `apart`: whether the interval leaves the average month out;
        `attrs`: span (first and last year) and p.
    """
    span = find_span(view, kind)
    if span is None:
        return None
    last = span[1].year if (span[1].month, span[1].day) == (12, 31) else span[1].year - 1
    begun = view.begun(kind).date()
    first = max(begun.year if begun <= date(begun.year, 1, 31) else begun.year + 1, last - _YEARS + 1)
    if last - first + 1 < FEWEST_YEARS:
        return None
    days, _ = _list_within(view, kind, (date(first, 1, 1), date(last, 12, 31)), exact=False)
    if days is None:
        return None
    months = describe_months(days, first, last, exact=list_days(view.recorded(kind)).notna()[days.index])
    if months["events"].sum() < _FEWEST:
        return None
    months["apart"] = (months["low"] > 1) | (months["high"] < 1)
    months.attrs["span"] = (first, last)
    return months


def name_pattern(months: pd.DataFrame) -> str:
    """Say whether the months differ beyond chance or not, as judged by `analysis.verdicts.judge_months`."""
    return "beyond" if months.attrs["beyond"] else "within"


@dataclass(frozen=True)
class Steadiness:
    """Control charts by name (`CHARTED`), and why others are missing.

    `lacking` is ``short`` (less than two years), ``unseen`` (not even a doubling, or 20 points of a share, could be
    seen) or ``unknown`` (of over a tenth of the hazards it is not known when they were found, or how soon closed; or
    the chart would be another if those that do not say had been closed soon).
    """

    charts: Mapping[str, Chart]
    lacking: Mapping[str, str]


@once_per_view
def chart_hazards(view: View) -> Steadiness | None:
    """Control charts of hazards found per month, and of the share closed within thirty days, over at most three years.

    None without hazards, or if counts are withheld.
    """
    span = find_span(view, "hazards")
    if span is None:
        return None
    end = pd.Period(span[1], "M")
    if span[1] < end.end_time.date():
        end -= 1  # a month that isn't over has no count yet
    rows = view.recorded("hazards")
    days = list_days(rows, exact=False)
    first = max(end - _MONTHS + 1, _find_first_month(days, view.begun("hazards")))
    months = pd.period_range(first, end, freq="M")
    if len(months) < FEWEST_MONTHS:
        return Steadiness({}, dict.fromkeys(CHARTED, "short"))
    of = days.dt.to_period("M")
    charted = of.isin(months).to_numpy()
    # A hazard found less than thirty days ago can't say yet whether it will be closed within them.
    due = charted & rows.test(hazards.was_found_before(WITHIN_DAYS))
    old = rows.days("found_on") + np.timedelta64(WITHIN_DAYS, "D") <= rows.as_of
    sure, perhaps = (
        rows.test(test(WITHIN_DAYS)) for test in (hazards.is_closed_within, hazards.may_be_closed_within)
    )
    made, lacking = dict[str, Chart](), dict[str, str]()
    found = chart_counts(leave_silent(view, "hazards", _count(of, months)))
    if found is None or not is_enough(charted, touch(rows, *find_ends(months))):
        lacking["found"] = "unseen" if found is None else "unknown"
    else:
        made["found"] = found
    if not is_enough(rows.test(hazards.has_day), charted & old):
        lacking["share"] = "unknown"
    else:
        total = _count(of[due], months)
        readings = [_count(of[due & soon], months) for soon in (sure, perhaps)]
        ends = [chart_shares(readings[0], total)]
        ends += ends if readings[0].equals(readings[1]) else [chart_shares(readings[1], total)]
        share = _agree(*ends)
        if share is None:
            lacking["share"] = "unseen" if None in ends else "unknown"
        else:
            made["share"] = share
    return Steadiness(made, lacking)


def _count(of: pd.Series, months: pd.PeriodIndex) -> pd.Series:
    return of.value_counts().reindex(months, fill_value=0)


def _agree(least: Chart | None, most: Chart | None) -> Chart | None:
    """Return the less certain of two charts, with undated closures late and early; None if they disagree."""
    if least is None or most is None or least.since != most.since:
        return None
    if (least.points["signal"] != most.points["signal"]).any():
        return None
    return max(least, most, key=lambda chart: chart.p)


def _find_first_month(days: pd.Series, begun: pd.Timestamp) -> pd.Period:
    """Return the first whole month: that of the first row, unless earlier days in it should have had rows."""
    month = pd.Period(begun, "M")
    known = days.dropna().dt.normalize()
    with_rows = known[known >= begun.normalize()].nunique()
    length = max((known.max() - begun).days + 1, 1) if len(known) else 1
    return month + 1 if (begun.day - 1) * with_rows / length > _MOST_EXPECTED else month
