"""How a fact changed from the year before and the previous period, and whether by more than chance."""

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
        """Whether chance alone could explain the change."""
        return self.difference != 0 and self.beyond_chance is False

    @property
    def is_near(self) -> bool:
        """Whether it is within chance and within a tenth of the earlier value: about the same."""
        return self.is_within_chance and abs(self.difference) <= _NEAR * abs(self.before)

    @property
    def has_percent(self) -> bool:
        """Whether it is also given in percent, which is not done for values below ten."""
        return not np.isnan(self.percent) and abs(self.before) >= _LEAST_OF_PERCENT

    def rose_from_none(self, info: FactInfo) -> bool:
        """Return whether it rose from zero with no test to judge it; does not apply to medians of days or hours."""
        untested = self.difference != 0 and self.beyond_chance is None
        return untested and self.before == 0 and info.unit not in ("days", "hours")

    def is_told(self, info: FactInfo) -> bool:
        """Return whether it is reported as a change: there is one, beyond chance and not from zero."""
        return self.difference != 0 and not self.is_within_chance and not self.rose_from_none(info)


def name_then(view: View, then: Then) -> str:
    """Name an earlier period, such as 上年同期 or 上月."""
    if then == "year":
        return label("then.year", view.lang)
    half = "_first" if view.period.kind == "half" and view.period.start.month == 1 else ""
    return label(f"then.{view.period.kind}{half}", view.lang, n=view.period.days)


def compare_periods(
    view: View, fact: str, district: str | None = None, *, then: Then = "year"
) -> Change | None:
    """Compare a fact with the same period a year earlier, or with the previous period.

    None if either value is unknown or suppressed, the ledger has no rows of the earlier period anywhere, or the kind
    is a stock without dates. `analysis.calls` decides whether the change is beyond chance.
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
    """Return whether a change is beyond chance: None if the fact has no measure of chance, False if it could not
    be tested."""
    if info.interval == "none":
        return None
    if district != view.district:
        return bool(is_beyond(view, weigh_change(view, info.name, district, then)))
    # A year's period before is the year before.
    named = "year" if view.period.kind == "year" else then
    return bool(is_called(view, "change", info.name, named))
