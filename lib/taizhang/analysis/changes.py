"""How a fact changed since the year before and since the period before, and whether by more than chance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from taizhang.analysis.calls import is_beyond, is_called
from taizhang.analysis.differences import Then, find_pair, weigh_change
from taizhang.analysis.view import View
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.words import label

Verdict = Literal["better", "worse", "neutral"]
_LEAST_OF_PERCENT = 10
_NEAR = 0.1


@dataclass(frozen=True)
class Change:
    """A fact now and in an earlier period.

    `now`, `before` and `difference` are in the fact's unit; `percent` is of before, NaN if that is zero.
    `beyond_chance`: whether the difference is larger than chance explains, at the 95 percent level; None if the fact
    has no measure of chance (sums of money, stocks). `verdict`: better or worse where the difference is beyond chance
    and the fact has a good side; otherwise neutral.
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
    def is_near(self) -> bool:
        """Whether it is within chance and within a tenth of what it was: about as much as before."""
        return self.is_within_chance and abs(self.difference) <= _NEAR * abs(self.before)

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

    None if either value isn't known or is suppressed, the ledger holds no rows of the earlier period anywhere, or
    the kind is a stock with no dates. Whether it is beyond chance, `analysis.calls` says.
    """
    info, code = view.describe(fact), district or view.district
    pair = find_pair(view, fact, code, then)
    if pair is None:
        return None
    now, before = pair
    difference = float(now["value"] - before["value"])
    beyond = _is_beyond_chance(view, info, code, then)
    verdict: Verdict = "neutral"
    if beyond and info.direction != "neither":
        verdict = "better" if (difference > 0) == (info.direction == "more_is_better") else "worse"
    percent = 100 * difference / float(before["value"]) if before["value"] else float("nan")
    return Change(float(now["value"]), float(before["value"]), difference, percent, beyond, verdict)


def _is_beyond_chance(view: View, info: FactInfo, district: str, then: Then) -> bool | None:
    """None if the fact has no measure of chance; what could not be tested is not beyond it."""
    if info.interval == "none":
        return None
    if district != view.district:
        return bool(is_beyond(view, weigh_change(view, info.name, district, then)))
    # A year's period before is the year before.
    named = "year" if view.period.kind == "year" else then
    return bool(is_called(view, "change", info.name, named))
