"""How a fact changed since the year before and since the period before, and whether by more than chance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.silence import is_silent
from taizhang.analysis.view import View, is_known
from taizhang.core.periods import Period
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.words import label
from taizhang.stats.change import compare_counts, compare_shares

Then = Literal["year", "previous"]
Verdict = Literal["better", "worse", "neutral"]
_LEAST_OF_PERCENT = 10
# Events per resident or per output: the longer the period, the more of them.
_OF_STOCKS = ("per_100k", "per_yi_yuan")


@dataclass(frozen=True)
class Change:
    """A fact now and in an earlier period.

    `now`, `before` and `difference` are in the fact's unit; `percent` is of before, NaN where that is nought.
    `beyond_chance`: whether the difference is larger than chance explains, at the 95 percent level; None where the fact
    has no measure of chance (sums of money, stocks). `verdict`: better or worse where the difference is beyond chance
    and the fact has a good side; else neutral.
    """

    now: float
    before: float
    difference: float
    percent: float
    beyond_chance: bool | None
    verdict: Verdict

    @property
    def is_within_chance(self) -> bool:
        """Whether it is a change that chance alone explains."""
        return self.difference != 0 and self.beyond_chance is False

    @property
    def has_percent(self) -> bool:
        """Whether it is told in percent, too: not of less than ten, of which every one is many percent."""
        return not np.isnan(self.percent) and abs(self.before) >= _LEAST_OF_PERCENT

    def rose_from_none(self, info: FactInfo) -> bool:
        """Whether there was nothing before, and no test says what that means; a median of no days is not nothing."""
        untested = self.difference != 0 and self.beyond_chance is None
        return untested and self.before == 0 and info.unit != "days"

    def is_told(self, info: FactInfo) -> bool:
        """Whether it is told as a change: there is one, not by chance alone and not from nothing."""
        return self.difference != 0 and not self.is_within_chance and not self.rose_from_none(info)


def list_comparisons(view: View) -> tuple[Then, ...]:
    """With what a period is compared: a year with the year before, which is its period before, too."""
    return ("year",) if view.period.kind == "year" else ("year", "previous")


def find_period(view: View, then: Then) -> Period:
    """The earlier period."""
    return view.period.year_before() if then == "year" else view.period.period_before()


def name_then(view: View, then: Then) -> str:
    """An earlier period in words, such as 上年同期 or 上月."""
    if then == "year":
        return label("then.year", view.lang)
    half = "_first" if view.period.kind == "half" and view.period.start.month == 1 else ""
    return label(f"then.{view.period.kind}{half}", view.lang, n=view.period.days)


def compare_periods(
    view: View, fact: str, district: str | None = None, *, then: Then = "year"
) -> Change | None:
    """Compare a fact with the same period a year before, or with the period just before.

    Counts, rates and shares by the tests of `stats.change`, counts per day that was counted; medians by the
    interval of their difference from both intervals (the construction of Newcombe 1998, Statistics in
    Medicine 17, 873-890, method 10).

    None where either value isn't known or is suppressed, the ledger holds no rows of the earlier
    period anywhere, or the kind is a stock with no dates.
    """
    info = view.describe(fact)
    now, before = view.fact(fact, district), view.fact(fact, district, when=then)
    if now is None or before is None or not (is_known(now) and is_known(before)):
        return None
    if not _has_rows(view, info.kind, then):
        return None
    if fact == "hazards.repeats" and not _reaches_a_year_behind(view, then):
        return None
    days = _count_days(view, then)
    if min(days) <= 0:
        return None
    # A share is of the rows that there are; a count of some months is none of the period.
    whole = (view.period, find_period(view, then))
    if info.interval not in ("wilson", "greenwood") and any(
        is_silent(view, info.kind, period, district) for period in whole
    ):
        return None
    difference = float(now["value"] - before["value"])
    beyond = _is_beyond_chance(info, now, before, days)
    verdict: Verdict = "neutral"
    if beyond and info.direction != "neither":
        verdict = "better" if (difference > 0) == (info.direction == "more_is_better") else "worse"
    percent = 100 * difference / float(before["value"]) if before["value"] else float("nan")
    return Change(float(now["value"]), float(before["value"]), difference, percent, beyond, verdict)


def _count_days(view: View, then: Then) -> tuple[int, int]:
    """Days counted of the period and of the earlier one: both are read at the same lag after their end."""
    lag = min(0, (view.as_of - view.period.end).days)
    return view.period.days + lag, find_period(view, then).days + lag


def _has_rows(view: View, kind: str, then: Then) -> bool:
    """Whether any district has rows of the kind in the earlier period; a count of none at all says nothing."""
    kinds = view.kinds
    if kind not in kinds or not kinds[kind].date:
        return False
    first = next(name for name, info in view.fact_infos.items() if info.kind == kind)
    return view.anywhere(first, when=then)


def _reaches_a_year_behind(view: View, then: Then) -> bool:
    """Whether hazards go back a year before the earlier period: else its repeats could not be seen."""
    if "hazards" not in view.ledgers:
        return False
    days = view.ledgers["hazards"]["found_on"]
    return bool((days < pd.Timestamp(find_period(view, then).start) - pd.Timedelta(days=330)).any())


def _find_exposure(info: FactInfo, row: pd.Series, days: int) -> float:
    """What events came from: days, units of the denominator, or both."""
    if pd.isna(row["denominator"]):
        return days
    return float(row["denominator"]) * (days if info.unit in _OF_STOCKS else 1)


def _is_beyond_chance(
    info: FactInfo, now: pd.Series, before: pd.Series, days: tuple[int, int]
) -> bool | None:
    """Whether two values differ by more than chance explains; None where that can't be said."""
    if now["value"] == before["value"] and days[0] == days[1]:
        return False if info.interval != "none" else None
    if info.interval == "poisson":
        tops = [row["value"] if pd.isna(row["numerator"]) else row["numerator"] for row in (now, before)]
        exposures = _find_exposure(info, now, days[0]), _find_exposure(info, before, days[1])
        if min(exposures) <= 0:
            return None
        return compare_counts(*tops, *exposures).is_beyond_chance()
    if info.interval == "wilson":
        pairs = [row[name] for row in (now, before) for name in ("numerator", "denominator")]
        return None if any(pd.isna(pairs)) else compare_shares(*pairs).is_beyond_chance()
    if info.interval == "greenwood":
        limits = [now["low"], now["high"], before["low"], before["high"]]
        if any(pd.isna(limit) for limit in limits):
            return None
        p, q = float(now["value"]), float(before["value"])
        low = p - q - np.hypot(p - now["low"], before["high"] - q)
        high = p - q + np.hypot(now["high"] - p, q - before["low"])
        return bool(low > 0 or high < 0)
    return None
