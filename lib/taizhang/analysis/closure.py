"""How fast hazards are closed: as survival data, by class, and by their deadline."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards
from taizhang.facts.grounds import MOST_UNKNOWN
from taizhang.facts.rows import Floats
from taizhang.metadata.words import label
from taizhang.stats.intervals import wilson_interval
from taizhang.stats.survival import estimate_survival, find_median

GROUPINGS = ("severity", "mode", "trade")
MONTH = 30  # days within which a closure is told
_FEWEST = 10  # cases of a class below which it is told together with the others
_CURVES = 5
_MOST_DAYS = 180


@dataclass(frozen=True)
class Cases:
    """The period's hazards as survival data, all on one index.

    `days` to closure, or to as_of where open; on the spot is 0. `judged`: whether on time or not is known.
    """

    rows: pd.DataFrame
    days: pd.Series
    closed: pd.Series
    open: pd.Series
    on_the_spot: pd.Series
    judged: pd.Series
    in_time: pd.Series

    def keep(self, of: pd.Series) -> "Cases":
        """The cases of which `of` is true."""
        return Cases(*(getattr(self, part.name)[of] for part in fields(self)))


@once_per_view
def list_cases(view: View) -> Cases | None:
    """The period's hazards as cases; None where none were found, or over a tenth have no days that are known."""
    found = view.counted("hazards")
    timed = found.test(hazards.has_day)
    if not timed.any() or (~timed).sum() > MOST_UNKNOWN * len(found):
        return None
    cases = list_all_cases(view)
    return cases if timed.all() else cases.keep(pd.Series(timed, index=cases.rows.index))


def list_all_cases(view: View) -> Cases:
    """The same of all the period's hazards; of some of them the days are not known."""
    found, rows = view.counted("hazards"), view.show("hazards")
    tests = (
        hazards.count_days, hazards.is_rectified, hazards.is_open, hazards.is_on_the_spot, hazards.is_judged,
        hazards.is_in_time,
    )  # fmt: skip
    return Cases(rows, *(pd.Series(found.test(test), index=rows.index) for test in tests))


def group_cases(view: View, cases: Cases, by: str) -> pd.Series:
    """The class of each case in words, the small classes together; not stated is a class."""
    names = name_values(cases.rows[by], "hazards", by, view.lang)
    counts = names.value_counts()
    small = counts.index[counts < _FEWEST]
    if len(small) > 1:
        names = names.mask(names.isin(small), label("closure.small", view.lang, n=len(small)))
    return names


@dataclass(frozen=True)
class Curve:
    """Percent closed (`share`, between `low` and `high`) by days since found (`time`), as steps."""

    time: Floats
    share: Floats
    low: Floats
    high: Floats

    def within(self, days: float) -> float:
        """Percent closed within so many days."""
        return float(self.share[self.time <= days][-1])


def _draw_from_nothing(days: pd.Series, closed: pd.Series, end: float) -> Curve:
    """Kaplan and Meier's curve (1958) with the log-minus-log interval of 95 percent, from nothing closed at day 0.

    It is cut off at `end`, and runs flat up to it.
    """
    curve = estimate_survival(days.to_numpy(), closed.to_numpy())
    shown = np.concatenate([[True], curve.time <= end, [False]])
    time = np.concatenate([[0.0], curve.time, [end]])
    parts = []
    for part in (curve.survival, curve.high, curve.low):
        share = 100 * (1 - np.concatenate([[1.0], part]))
        inside = share[shown[:-1]]
        parts.append(np.append(inside, inside[-1]))
    return Curve(np.append(time[shown], end), *parts)


@dataclass(frozen=True)
class Closure:
    """The closure curve of all cases, the day up to which it is shown, and the half-way days within it.

    `medians` go by district code, the view's own first, and ``all``.
    """

    cases: Cases
    curve: Curve
    end: float
    medians: dict[str, float]


def follow_closure(view: View) -> Closure | None:
    """The share of the period's hazards closed within so many days; None where none were found."""
    cases = list_cases(view)
    if cases is None:
        return None
    # The curve runs flat to the last day observed.
    last = float(cases.days.max())
    curve = _draw_from_nothing(cases.days, cases.closed, last)
    # Beyond the last case closed it has nothing more to say.
    settled = cases.days[cases.closed].max() if cases.closed.any() else last
    end = float(min(max(1.3 * settled, 30), max(last, 1), _MOST_DAYS))
    medians = {}
    for code in dict.fromkeys((view.district, "all")):
        fact = view.fact("hazards.days_to_rectify_median", code)
        if fact is not None and pd.notna(fact["value"]) and fact["value"] <= end:
            medians[code] = float(fact["value"])
    return Closure(cases, curve, end, medians)


@dataclass(frozen=True)
class ClosureByClass:
    """A curve per class, the commonest first, up to day `end`."""

    curves: dict[str, Curve]
    end: float
    cases: int


def follow_closure_by(view: View, by: str) -> ClosureByClass | None:
    """Closure by the classes of a column, five at most; None where there are not two."""
    cases = list_cases(view)
    if cases is None:
        return None
    names = group_cases(view, cases, by)
    order = list(names.value_counts().index[:_CURVES])
    if len(order) < 2:
        return None
    end = float(np.clip(1.3 * cases.days[cases.closed].max() if cases.closed.any() else 30, 30, _MOST_DAYS))
    curves = {}
    for name in order:
        of = names == name
        curves[str(name)] = _draw_from_nothing(cases.days[of], cases.closed[of], end)
    return ClosureByClass(curves, end, len(cases.rows))


def judge_deadlines(cases: Cases) -> dict[str, float]:
    """Cases judged by their deadline (`due`), those that met it (`in_time`), and `share`, `low` and `high` in %."""
    done, due = int((cases.judged & cases.in_time).sum()), int(cases.judged.sum())
    low, high = (100 * float(limit) for limit in wilson_interval(done, due))
    share = 100 * done / due if due else np.nan
    return {"in_time": done, "due": due, "share": share, "low": low, "high": high}


def compare_closure(view: View) -> pd.DataFrame | None:
    """Closure of all cases and by severity, mode and trade; None where none were found.

    Returns
    -------
    pandas.DataFrame
        A row for all (`by` empty), then for each class, the commonest first: by (column), class (in words), found,
        median, median_low, median_high (days; NaN where not reached), in_month (%), in_time, due, share, low, high
        (% by the deadline).
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
    return pd.DataFrame(rows)


def _describe(cases: Cases, by: str, name: str) -> dict[str, object]:
    curve = estimate_survival(cases.days, cases.closed)
    median, low, high = (float(part[0]) for part in find_median(curve, 1))
    at = curve.time <= MONTH
    open_then = 1.0 if not at.any() else float(curve.survival[at][-1])
    return {
        "by": by, "class": name, "found": len(cases.rows), "median": median, "median_low": low, "median_high": high,
        "in_month": 100 * (1 - open_then), **judge_deadlines(cases),
    }  # fmt: skip
