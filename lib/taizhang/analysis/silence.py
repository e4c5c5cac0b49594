"""Gaps in a view's ledgers, which comparisons, charts and tests leave out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from taizhang.analysis.view import View, once_per_view
from taizhang.core.periods import Period
from taizhang.metadata.facts import ALL
from taizhang.stats.silence import MOST_EXPECTED

_FEWEST_EXPECTED = 3.0  # rows that the silent days of a period would have had
_MOST_SILENT = 0.1  # of a period's days, or of the whole area's rows


@dataclass(frozen=True)
class Silence:
    """A span of days on which a district's ledger has no row although it should."""

    kind: str
    district_code: str
    where: str  # before, within or after its rows
    start: date
    end: date
    per_day: float

    def overlap(self, start: date, end: date) -> int:
        """Return the number of its days within a span, both ends inclusive."""
        return max((min(self.end, end) - max(self.start, start)).days + 1, 0)


def list_silences(view: View, kind: str, district: str | None = None) -> list[Silence]:
    """Return gaps of a ledger in the view's district, or in another, in order of time."""
    return _read_silences(view).get((kind, district or view.district), [])


@once_per_view
def _read_silences(view: View) -> dict[tuple[str, str], list[Silence]]:
    """Read the gaps of every ledger and district, cached, as a report asks a thousand times."""
    found: dict[tuple[str, str], list[Silence]] = {}
    for row in view.silences.to_dict("records"):
        days = {"start": row["start"].date(), "end": row["end"].date()}
        one = Silence(**{str(name): value for name, value in row.items()} | days)
        found.setdefault((one.kind, one.district_code), []).append(one)
    return found


@once_per_view
def is_silent(view: View, kind: str, period: Period, district: str | None = None) -> bool:
    """Return whether a ledger's gaps are so long that its counts do not represent a period.

    For the whole area: whether the districts with gaps would have had over a tenth of its rows.
    """
    code = district or view.district
    if _matters(list_silences(view, kind, code), period):
        return True
    if code != ALL or view.silences.empty:
        return False
    lacking = sum(
        one.per_day * one.overlap(period.start, period.end)
        for (of, other), silences in _read_silences(view).items()
        if of == kind and other != ALL and _matters(silences, period)
        for one in silences
    )
    table = view.ledgers.get(kind)
    if table is None or not lacking:
        return False
    days = table[view.kinds[kind].date]
    there = (
        (days >= pd.Timestamp(period.start)) & (days < pd.Timestamp(period.end) + pd.Timedelta(days=1))
    ).sum()
    return bool(lacking > _MOST_SILENT * (lacking + there))


def _matters(spans: Sequence[Silence], period: Period) -> bool:
    """Return whether the silent spans of one district take so much of a period that it should have had rows there."""
    # That a ledger began late is told by the period alone; its end and gaps by all of its rows.
    for is_before, fewest in ((True, MOST_EXPECTED), (False, _FEWEST_EXPECTED)):
        of = [one for one in spans if (one.where == "before") is is_before]
        days = [one.overlap(period.start, period.end) for one in of]
        lacking = sum(one.per_day * number for one, number in zip(of, days, strict=True))
        if sum(days) > _MOST_SILENT * period.days and lacking >= fewest:
            return True
    return False


def leave_silent(view: View, kind: str, counts: pd.Series) -> pd.Series:
    """Return counts by month, NaN in months in which the ledger has a gap."""
    silent = np.array([_is_within(view, kind, month) for month in pd.PeriodIndex(counts.index)], bool)
    return counts.astype(float).mask(silent) if silent.any() else counts


def _is_within(view: View, kind: str, month: pd.Period) -> bool:
    first, last = month.start_time.date(), month.end_time.date()
    spans = (one for one in list_silences(view, kind) if one.where != "before")
    return any(one.start <= first and min(last, view.as_of) <= one.end for one in spans)


def find_last(view: View, kind: str, last: date) -> date:
    """Return the last day, at most `last`, on which a ledger's rows are informative."""
    ends = [one for one in list_silences(view, kind) if one.where == "after" and one.start <= last]
    return min((pd.Period(one.start, "M").end_time.date() for one in ends), default=last) if ends else last


def find_first(view: View, kind: str, first: date) -> date:
    """Return the first day, at least `first`, after which a ledger has no gap except at its end."""
    return max([first, *(one.end for one in list_silences(view, kind) if one.where == "within")])


def list_told(view: View, kind: str) -> list[Silence]:
    """Return gaps that overlap the period, for the view's district or, for the area, for all districts."""
    own = [view.district] if view.district != ALL else [*view.districts["code"].astype("str"), ALL]
    found = [
        one
        for code in own
        for one in list_silences(view, kind, code)
        if (one.where != "before" and one.overlap(view.period.start, min(view.period.end, view.as_of)))
        or (one.where == "before" and _matters([one], view.period))
    ]
    districts = {one.district_code for one in found} - {ALL}
    return [one for one in found if one.district_code != ALL or not districts]
