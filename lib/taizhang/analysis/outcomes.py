"""Outcomes associated with drills: incidents, repeats and late closures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from taizhang.analysis.rows import find_ends, is_enough, is_sensitive, touch
from taizhang.analysis.time import find_span
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards
from taizhang.facts.grounds import knows
from taizhang.facts.rows import Mask, Rows
from taizhang.metadata.facts import ALL
from taizhang.stats.intervals import ALPHA
from taizhang.stats.outcomes import Effect, estimate_effect, sum_next, sum_recent

# What may follow from drills, and the ledger that each is counted in.
OUTCOMES = {"incidents": "incidents", "repeats": "hazards", "late": "hazards"}
RECENT_MONTHS = 3
LATE_DAYS = 30
LEAD_ALPHA = 0.1  # a guard had better stop too often
SOUGHT_RATIO = 0.8  # of the outcome per drill: that a fifth less would be seen is said


@dataclass(frozen=True)
class Outcome:
    """One outcome and its association with each drill, over townships and months.

    `name` is one of `OUTCOMES`; `adjusted` is the effect's p, adjusted for the outcomes examined (Holm 1979).
    `called`: whether it is beyond chance among everything a report tests; None if only the outcomes are examined.
    """

    name: str
    effect: Effect
    adjusted: float
    called: bool | None = None

    @property
    def is_modelled(self) -> bool:
        return not np.isnan(self.effect.ratio)

    @property
    def power(self) -> float:
        """How often evidence would be found if a drill cut outcomes by a fifth, at the level of Holm's first step."""
        return self.effect.find_power(SOUGHT_RATIO, alpha=ALPHA / len(OUTCOMES))

    @property
    def verdict(self) -> Literal["unknown", "none", "follow", "fewer", "more"]:
        """What can be concluded: nothing, no evidence, that drills follow the outcome, or fewer or more after drills.

        If drills also come after the outcome, an apparent effect of drills may be its cause.
        """
        if np.isnan(self.adjusted):
            return "unknown"
        if self.adjusted >= ALPHA or self.called is False:
            return "none"
        if self.effect.lead_p < LEAD_ALPHA:
            return "follow"
        return "fewer" if self.effect.ratio < 1 else "more"

    @property
    def is_beyond_chance(self) -> bool:
        """Whether there is evidence of fewer or more."""
        return self.verdict in ("fewer", "more")


@once_per_view
def study_drills(view: View) -> list[Outcome]:
    """Model each outcome on the drills of the preceding three months, for the whole area.

    Empty if drills, or all outcomes, are not configured or are withheld, or there are fewer than twelve months.
    """
    span = find_span(view, "drills") if view.district == ALL else None
    if span is None:
        return []
    months = pd.period_range(pd.Period(span[0], "M"), pd.Period(span[1], "M"), freq="M")
    if len(months) < 12:
        return []
    held = view.recorded("drills")
    if not _is_placed(held, months):
        return []
    drills = _count(view, held, months)
    recent, later = sum_recent(drills, months=RECENT_MONTHS), sum_next(drills, months=RECENT_MONTHS)
    found = []
    for name in OUTCOMES:
        readings = _read_outcome(view, name, months)
        if readings:
            effects = [estimate_effect(events, exposure, recent, later) for events, exposure in readings]
            found.append((name, _agree(effects)))
    p = np.array([effect.p for _, effect in found])
    known = ~np.isnan(p)
    adjusted = p.copy()
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return [
        Outcome(name, effect, float(value)) for (name, effect), value in zip(found, adjusted, strict=True)
    ]


def _agree(effects: Sequence[Effect]) -> Effect:
    """Return what holds for both readings of an outcome: the larger p, or 1 if they lie on different sides of no
    effect, and an interval that covers both. Nothing if one of them can't be computed.
    """
    first, *others = effects
    if not others or first.reason:
        return first
    second = others[0]
    if second.reason:
        return second
    doubtful = max(effects, key=lambda one: one.p)
    turned = (first.ratio > 1) != (second.ratio > 1)
    return replace(
        doubtful,
        low=min(first.low, second.low),
        high=max(first.high, second.high),
        p=1.0 if turned else doubtful.p,
        lead_p=float(np.fmin(first.lead_p, second.lead_p)),
        error=max(first.error, second.error),
    )


def _is_placed(rows: Rows, months: pd.PeriodIndex) -> bool:
    """Return whether the month is known for enough of the rows that touch some months."""
    return is_enough(rows.is_month(rows.ledger.date), touch(rows, *find_ends(months)))


def _count(view: View, rows: Rows, months: pd.PeriodIndex, which: Mask | None = None) -> pd.DataFrame:
    """Count rows per township and month, if known to the month; with `which`, only these rows."""
    codes = pd.Index(view.districts["code"].astype("str"))
    held = pd.DataFrame({"code": codes[rows.group], "day": rows.days(rows.ledger.date)})
    held = held[rows.is_month(rows.ledger.date) & (True if which is None else which)]
    counts = pd.crosstab(held["code"], held["day"].dt.to_period("M"))
    return counts.reindex(index=codes, columns=months, fill_value=0)


Reading = tuple[pd.DataFrame, pd.DataFrame]


def _read_outcome(view: View, name: str, months: pd.PeriodIndex) -> list[Reading]:
    """Return events and exposure of an outcome by township and month, as far as known; none if too little is known.

    If late closures have missing answers, return two readings: all of these late, and none.
    """
    kind = OUTCOMES[name]
    table = view.ledgers.get(kind)
    if table is None or table.empty or is_sensitive(view, kind):
        return []
    rows = view.recorded(kind)
    if not _is_placed(rows, months):
        return []
    if name == "incidents":
        events = _count(view, rows, months)
        days = np.broadcast_to(months.days_in_month.to_numpy(float), events.shape)
        return [(events, pd.DataFrame(days, index=events.index, columns=events.columns))]
    if name == "repeats":
        known = rows.test(knows(hazards.is_repeat)) & rows.is_day(rows.ledger.date)
        if not is_enough(known, np.ones(len(rows), bool)):
            return []
        repeats = known & rows.test(hazards.is_repeat)
        return [(_count(view, rows, months, repeats), _count(view, rows, months, known))]
    # Only hazards that have had their thirty days can say whether these were enough.
    due = rows.test(hazards.was_found_before(LATE_DAYS))
    sure, perhaps = (
        rows.test(test(LATE_DAYS)) for test in (hazards.is_closed_within, hazards.may_be_closed_within)
    )
    if not is_enough(sure == perhaps, due):
        return []
    exposure = _count(view, rows, months, due)
    ends = [sure] if (sure == perhaps)[due].all() else [sure, perhaps]
    return [(_count(view, rows, months, due & ~soon), exposure) for soon in ends]
