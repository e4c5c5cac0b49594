"""What goes with drills: incidents, repeats and late closures."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.time import find_span
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import hazards
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
    """One outcome and what goes with each drill, of townships by months.

    `name` is of `OUTCOMES`; `adjusted` is the effect's p, adjusted for the outcomes looked at (Holm 1979). `called`:
    whether it is beyond chance beside all that a report tests; None where only the outcomes are looked at.
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
        """How often evidence would be found if each drill cut the outcome by a fifth, adjusted as if it were first."""
        return self.effect.find_power(SOUGHT_RATIO, alpha=ALPHA / len(OUTCOMES))

    @property
    def verdict(self) -> Literal["unknown", "none", "follow", "fewer", "more"]:
        """What may be said: nothing, no evidence, that drills follow the outcome, or fewer or more of it after drills.

        Where drills come after the outcome too, what looks like an effect of drills may be its cause.
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
        """Whether there is evidence of fewer or of more."""
        return self.verdict in ("fewer", "more")


@once_per_view
def study_drills(view: View) -> list[Outcome]:
    """Model each outcome on the drills of the three months before, in the whole area.

    Empty where drills, or all outcomes, are not configured or are withheld, or there are less than twelve months.
    """
    span = find_span(view, "drills")
    if view.district != ALL or span is None:
        return []
    months = pd.period_range(pd.Period(span[0], "M"), pd.Period(span[1], "M"), freq="M")
    if len(months) < 12:
        return []
    drills = _count(view, view.recorded("drills"), months)
    recent, later = sum_recent(drills, months=RECENT_MONTHS), sum_next(drills, months=RECENT_MONTHS)
    found = []
    for name in OUTCOMES:
        pair = _outcome(view, name, months)
        if pair is not None:
            found.append((name, estimate_effect(*pair, recent, later)))
    p = np.array([effect.p for _, effect in found])
    known = ~np.isnan(p)
    adjusted = p.copy()
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return [
        Outcome(name, effect, float(value)) for (name, effect), value in zip(found, adjusted, strict=True)
    ]


def _count(view: View, rows: Rows, months: pd.PeriodIndex, which: Mask | None = None) -> pd.DataFrame:
    """Rows per township and month; where `which` is given, of these alone."""
    codes = pd.Index(view.districts["code"].astype("str"))
    held = pd.DataFrame({"code": codes[rows.group], "day": rows.days(rows.ledger.date)})
    held = held if which is None else held[which]
    counts = pd.crosstab(held["code"], held["day"].dt.to_period("M"))
    return counts.reindex(index=codes, columns=months, fill_value=0)


def _outcome(view: View, name: str, months: pd.PeriodIndex) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Events and exposure of an outcome by township and month."""
    kind = OUTCOMES[name]
    table = view.ledgers.get(kind)
    if table is None or table.empty or is_sensitive(view, kind):
        return None
    rows = view.recorded(kind)
    if name == "incidents":
        events = _count(view, rows, months)
        days = np.broadcast_to(months.days_in_month.to_numpy(float), events.shape)
        return events, pd.DataFrame(days, index=events.index, columns=events.columns)
    if name == "repeats":
        return _count(view, rows, months, rows.test(hazards.is_repeat)), _count(view, rows, months)
    # Only hazards that have had their thirty days can say whether these were enough.
    due = rows.test(hazards.was_found_before(LATE_DAYS))
    late = due & ~rows.test(hazards.is_closed_within(LATE_DAYS))
    return _count(view, rows, months, late), _count(view, rows, months, due)
