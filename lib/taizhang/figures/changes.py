"""How a fact changed since the year before, and whether by more than chance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.metadata.facts import FactInfo
from taizhang.stats.change import compare_counts, compare_shares
from taizhang.view import ALL, View

_ALPHA = 0.05


@dataclass(frozen=True)
class Change:
    """A fact now and a year before.

    Attributes
    ----------
    now, before, difference : float
        In the fact's unit.
    percent : float
        Difference as percent of before; NaN where before is nought.
    beyond_chance : bool or None
        Whether the difference is larger than chance explains, at the 95 percent level; None where the
        fact has no measure of chance (sums of money, stocks).
    verdict : str
        better or worse where the difference is beyond chance and the fact has a good side; else neutral.
    """

    now: float
    before: float
    difference: float
    percent: float
    beyond_chance: bool | None
    verdict: Literal["better", "worse", "neutral"]


def compare_years(view: View, fact: str, district: str | None = None) -> Change | None:
    """Compare a fact with the same period a year before.

    Counts, rates and shares by the tests of `stats.change`; medians by the interval of their difference
    from both intervals (the construction of Newcombe 1998, Statistics in Medicine 17, 873-890, method 10).

    Parameters
    ----------
    view : View
    fact : str
    district : str, optional
        Code; the view's own where left out.

    Returns
    -------
    Change or None
        None where either value isn't known or is suppressed, the ledger holds no rows of the year
        before anywhere, or the kind is a stock with no dates.
    """
    info = view.describe(fact)
    now, before = view.fact(fact, district), view.fact(fact, district, before=True)
    if now is None or before is None or now["suppressed"] or before["suppressed"]:
        return None
    if pd.isna(now["value"]) or pd.isna(before["value"]) or not _has_year_before(view, info.kind):
        return None
    if fact == "hazards.repeats" and not _reaches_two_years_back(view):
        return None
    difference = float(now["value"] - before["value"])
    beyond = _is_beyond_chance(info, now, before)
    verdict: Literal["better", "worse", "neutral"] = "neutral"
    if beyond and info.direction != "neither":
        verdict = "better" if (difference > 0) == (info.direction == "more_is_better") else "worse"
    percent = 100 * difference / float(before["value"]) if before["value"] else float("nan")
    return Change(float(now["value"]), float(before["value"]), difference, percent, beyond, verdict)


def _has_year_before(view: View, kind: str) -> bool:
    """Whether any district has rows of the kind in the year before; a count of none at all says nothing."""
    kinds = view.kinds
    if kind not in kinds or not kinds[kind].date:
        return False
    first = next(name for name, info in view.fact_infos.items() if info.kind == kind)
    row = view.fact(first, ALL, before=True)
    return row is not None and bool(row["value"] > 0 or row["suppressed"])


def _reaches_two_years_back(view: View) -> bool:
    """Whether hazards go back a year before the year before: else its repeats could not be seen."""
    days = view.ledgers["hazards"]["found_on"]
    return bool((days < pd.Timestamp(view.period.year_before().start) - pd.Timedelta(days=330)).any())


def _is_beyond_chance(info: FactInfo, now: pd.Series, before: pd.Series) -> bool | None:
    """Whether two values differ by more than chance explains; None where that can't be said."""
    if now["value"] == before["value"]:
        return False if info.interval != "none" else None
    if info.interval == "poisson":
        tops = [row["value"] if pd.isna(row["numerator"]) else row["numerator"] for row in (now, before)]
        exposures = [1.0 if pd.isna(row["denominator"]) else row["denominator"] for row in (now, before)]
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
