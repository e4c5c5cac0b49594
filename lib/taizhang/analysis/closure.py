"""How fast hazards are closed: as survival data, by class, and against the deadline."""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards
from taizhang.facts.grounds import MOST_UNKNOWN
from taizhang.facts.rows import Floats
from taizhang.metadata.words import label
from taizhang.stats.intervals import wilson_interval
from taizhang.stats.survival import Curves, estimate_survival, find_median

Side = Literal["latest", "soonest"]

GROUPINGS = ("severity", "mode", "trade")
MONTH = 30  # days within which a closure is told
_FEWEST = 10  # cases of a class below which it is told together with the others
_CURVES = 5
_MOST_DAYS = 180


@dataclass(frozen=True)
class Cases:
    """The period's hazards as survival data, all on one index.

    `days`: days to closure, or to as_of if open; 0 if rectified on the spot. `dated`: whether these are known. For
    cases closed without a day, `days` is the shortest possible time and `most_days` the longest; if it is not even
    known whether they are closed (`unknown`), both run to as_of. `judged`: whether timeliness is known; for the
    others, two columns say which may have been in time, and which late.
    """

    rows: pd.DataFrame
    days: pd.Series
    most_days: pd.Series
    closed: pd.Series
    open: pd.Series
    unknown: pd.Series
    dated: pd.Series
    on_the_spot: pd.Series
    judged: pd.Series
    in_time: pd.Series
    may_be_in_time: pd.Series
    may_be_late: pd.Series

    def keep(self, of: pd.Series) -> "Cases":
        """Return the cases for which `of` is true."""
        return Cases(*(getattr(self, part.name)[of] for part in fields(self)))

    @property
    def undated(self) -> int:
        """Cases whose days to closure are unknown."""
        return int((~self.dated).sum())

    def read(self, side: Side) -> tuple[pd.Series, pd.Series]:
        """Return days, and whether closed by then, with undated closures as late, or as early, as possible."""
        if side == "latest":
            return self.most_days, self.closed
        return self.days.mask(self.unknown, 0), self.closed | self.unknown

    @property
    def sides(self) -> tuple[Side, ...]:
        """The different readings; only one if all days are known."""
        return ("latest", "soonest") if self.undated else ("latest",)


@once_per_view
def list_cases(view: View) -> Cases | None:
    """Return the period's hazards found on a known day as cases.

    None if there are none, or if the days are unknown for over a tenth of the hazards.
    """
    found, cases = view.counted("hazards"), list_all_cases(view)
    if not cases.dated.any() or cases.undated > MOST_UNKNOWN * len(found):
        return None
    exact = found.is_day(found.ledger.date)
    return cases if exact.all() else cases.keep(pd.Series(exact, index=cases.rows.index))


def list_all_cases(view: View) -> Cases:
    """Return all the period's hazards as cases."""
    found, rows = view.counted("hazards"), view.show("hazards")
    tests = (
        hazards.count_days, hazards.count_most_days, hazards.is_rectified, hazards.is_open, hazards.is_unknown,
        hazards.has_day, hazards.is_on_the_spot, hazards.is_judged, hazards.is_in_time, hazards.may_be_in_time,
        hazards.may_be_late,
    )  # fmt: skip
    return Cases(rows, *(pd.Series(found.test(test), index=rows.index) for test in tests))


def group_cases(view: View, cases: Cases, by: str) -> pd.Series:
    """Return the class of each case in words, with small classes combined; 'not stated' is a class."""
    names = name_values(cases.rows[by], "hazards", by, view.lang)
    counts = names.value_counts()
    small = counts.index[counts < _FEWEST]
    if len(small) > 1:
        names = names.mask(names.isin(small), label("closure.small", view.lang, n=len(small)))
    return names


@dataclass(frozen=True)
class Curve:
    """Percent closed (`share`, between `low` and `high`) by days since found (`time`), as steps.

    If some cases have no day, `share` and `low` take them as closed as late as possible, `most` and `high` as
    early as possible, whichever is lower and higher; otherwise `most` equals `share`.
    """

    time: Floats
    share: Floats
    most: Floats
    low: Floats
    high: Floats

    def within(self, days: float) -> tuple[float, float]:
        """Return the lowest and highest possible percentage closed within this many days."""
        at = np.flatnonzero(self.time <= days)[-1]
        return float(self.share[at]), float(self.most[at])


def _draw_from_nothing(cases: Cases, end: float) -> Curve:
    """Kaplan and Meier's curve (1958) with the log-minus-log interval of 95 percent, from nothing closed at day 0.

    It is cut off at `end`, and runs flat up to it.
    """
    curves = [estimate_survival(*cases.read(side)) for side in cases.sides]
    times = np.unique(np.concatenate([curve.time for curve in curves]))
    time = np.concatenate([[0.0], times[times <= end], [end]])
    share, high, low = (
        [_share_closed(curve, part, time) for curve in curves] for part in ("survival", "low", "high")
    )
    return Curve(
        time, np.fmin.reduce(share), np.fmax.reduce(share), np.fmin.reduce(low), np.fmax.reduce(high)
    )


def _share_closed(curve: Curves, part: str, time: Floats) -> Floats:
    """Percent closed by each of some days, the first of which is before any."""
    left = np.concatenate([[1.0], getattr(curve, part)])
    closed: Floats = 100 * (1 - left[np.searchsorted(curve.time, time, side="right")])
    closed[0] = 0
    return closed


@dataclass(frozen=True)
class Closure:
    """The closure curve of all cases, the day up to which it is shown, and the medians within it.

    `medians` are by district code, the view's own first, and ``all``.
    """

    cases: Cases
    curve: Curve
    end: float
    medians: dict[str, float]


def follow_closure(view: View) -> Closure | None:
    """Return the share of the period's hazards closed by number of days; None if none were found."""
    cases = list_cases(view)
    if cases is None:
        return None
    # The curve runs flat to the last day observed.
    last = float(cases.most_days.max())
    curve = _draw_from_nothing(cases, last)
    # Beyond the last case closed it has nothing more to say.
    settled = cases.most_days[cases.closed].max() if cases.closed.any() else last
    end = float(min(max(1.3 * settled, 30), max(last, 1), _MOST_DAYS))
    medians = {}
    for code in dict.fromkeys((view.district, "all")):
        fact = view.fact("hazards.days_to_rectify_median", code)
        if fact is not None and pd.notna(fact["value"]) and fact["value"] <= end:
            medians[code] = float(fact["value"])
    return Closure(cases, curve, end, medians)


@dataclass(frozen=True)
class ClosureByClass:
    """A curve per class, the most common first, up to day `end`."""

    curves: dict[str, Curve]
    end: float
    cases: Cases


def follow_closure_by(view: View, by: str) -> ClosureByClass | None:
    """Return closure by the classes of a column, at most five; None if there are fewer than two."""
    cases = list_cases(view)
    if cases is None:
        return None
    names = group_cases(view, cases, by)
    order = list(names.value_counts().index[:_CURVES])
    if len(order) < 2:
        return None
    settled = cases.most_days[cases.closed].max() if cases.closed.any() else 0
    end = float(np.clip(1.3 * settled, 30, _MOST_DAYS))
    curves = {str(name): _draw_from_nothing(cases.keep(names == name), end) for name in order}
    return ClosureByClass(curves, end, cases)


def judge_deadlines(cases: Cases) -> dict[str, float]:
    """Cases judged against their deadline (`due`), those that met it (`in_time`), and `share`, `low` and `high` in %.

    A further `unsaid` cases may have met it: `lowest` and `highest` are the share if none and if all of them did.
    """
    done, due = int((cases.judged & cases.in_time).sum()), int(cases.judged.sum())
    early, late = int(cases.may_be_in_time.sum()), int(cases.may_be_late.sum())
    low, high = (100 * float(limit) for limit in wilson_interval(done, due))
    ends = {"share": (done, due), "lowest": (done, due + late), "highest": (done + early, due + early)}
    shares = {name: 100 * top / of if of else np.nan for name, (top, of) in ends.items()}
    return {"in_time": done, "due": due, **shares, "low": low, "high": high, "unsaid": early}


def compare_closure(view: View) -> pd.DataFrame | None:
    """Closure of all cases and by severity, mode and trade; None if none were found.

    Returns
    -------
    pandas.DataFrame
        A row for all (`by` empty), then for each class, the most common first: by (column), class (in words), found,
        median, median_low, median_high (days; NaN if not reached), in_month (%), in_time, due, share, low, high
        (% by the deadline), unsaid, lowest and highest (as returned by `judge_deadlines`). If some cases have no
        day, median and most_in_month take them as closed as early as possible, most_median and in_month as late as
        possible; the median's interval covers both. `attrs["cases"]`: the cases.
    """
    cases = list_cases(view)
    if cases is None:
        return None
    rows = [_describe(cases, "", label("closure.all", view.lang))]
    for by in GROUPINGS:
        names = group_cases(view, cases, by)
        if names.nunique() < 2:
            continue
        rows += [_describe(cases.keep(names == name), by, str(name)) for name in names.value_counts().index]
    table = pd.DataFrame(rows)
    table.attrs["cases"] = cases
    return table


def _describe(cases: Cases, by: str, name: str) -> dict[str, object]:
    curves = [estimate_survival(*cases.read(side)) for side in cases.sides]
    # A median that is not reached is later than any that is.
    medians = np.nan_to_num([[part[0] for part in find_median(curve, 1)] for curve in curves], nan=np.inf)
    middle, low, high = medians.T
    days = {
        "median": middle.min(),
        "most_median": middle.max(),
        "median_low": low.min(),
        "median_high": high.max(),
    }
    month = [float(_share_closed(curve, "survival", np.array([0.0, MONTH]))[1]) for curve in curves]
    return {
        "by": by, "class": name, "found": len(cases.rows),
        **{key: day if np.isfinite(day) else np.nan for key, day in days.items()},
        "in_month": min(month), "most_in_month": max(month), **judge_deadlines(cases),
    }  # fmt: skip
