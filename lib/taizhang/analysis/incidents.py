"""Incidents by month for every year on record, the period's most serious, and accidents by level."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from taizhang.analysis.rows import count_months, list_days
from taizhang.analysis.silence import leave_silent
from taizhang.analysis.view import View, once_per_view
from taizhang.facts import incidents

_MOST_YEARS = 8
LEVELS = tuple(f"incidents.level_{name}" for name in ("ordinary", "larger", "major", "extraordinary"))


def follow_years(view: View) -> pd.DataFrame | None:
    """Count incidents by year (index, the period's year last) and month (columns 1 to 12); None if none is on record.

    NaN in months that begin after the period's end or as_of, as these have not been counted.
    """
    rows = view.recorded("incidents")
    if not len(rows):
        return None
    days = list_days(rows, exact=False)
    days = days[days < pd.Timestamp(view.period.end) + pd.Timedelta(days=1)]
    if days.empty:
        return None
    last = view.period.end.year
    first = max(view.begun("incidents").year, last - _MOST_YEARS + 1)
    months = pd.period_range(f"{first}-01", f"{last}-12", freq="M")
    counts = leave_silent(view, "incidents", count_months(days, months, min(view.period.end, view.as_of)))
    return pd.DataFrame(counts.to_numpy().reshape(-1, 12), index=range(first, last + 1), columns=range(1, 13))


def list_gravest(view: View, most: int) -> pd.DataFrame:
    """Return the period's incidents with the most deaths, serious injuries and loss, by date."""
    rows = view.show("incidents")
    if rows.empty:
        return rows
    graver = ["deaths", "serious_injuries", "loss_wan"]
    gravest = rows.sort_values(graver, ascending=False).head(most)
    return gravest.sort_values(["occurred_on", "source_file", "source_row"])


@dataclass(frozen=True)
class AccidentLevels:
    """Accidents by level: `found`, the facts of the levels that occurred, in order of gravity.

    `incidents`: the incidents of the period, whatever they are.
    """

    incidents: float
    found: list[str]

    @property
    def is_graver(self) -> bool:
        """Whether any was above the ordinary grade."""
        return any(fact != LEVELS[0] for fact in self.found)


def list_levels(view: View) -> AccidentLevels | None:
    """Return accidents by level; None if there was no incident, or the number at some level is unknown."""
    incidents, counts = view.value("incidents.count"), {level: view.value(level) for level in LEVELS}
    if not incidents or any(number is None for number in counts.values()):
        return None
    return AccidentLevels(incidents, [level for level, number in counts.items() if number])


@dataclass(frozen=True)
class GraveEvent:
    """An incident with people dead or missing, or an accident above the lowest grade.

    `type` is as written in the ledger; `grade` is empty if there is none or it is unknown; `deaths` is also 0 if the
    ledger does not say (not `told`), and `missing` is then None.
    """

    day: date
    type: str
    grade: str
    deaths: int
    missing: int | None
    district: str
    told: bool = True


@dataclass(frozen=True)
class GraveEvents:
    """The period's fatal and larger events by date; for `silent` further incidents, the ledger does not give
    deaths."""

    events: tuple[GraveEvent, ...] = ()
    silent: int = 0


@once_per_view
def list_grave_events(view: View) -> GraveEvents:
    """Return every fatal or larger event of the view; empty if it has no incident rows."""
    rows = view.counted("incidents")
    if not len(rows):
        return GraveEvents()
    deaths, missing = (rows.amounts(name) for name in ("deaths", "missing"))
    grades, frame = rows.test(incidents.find_level), rows.frame()
    unknown = np.isnan(deaths)
    grave = (np.nan_to_num(deaths) > 0) | (np.nan_to_num(missing) > 0) | (grades > 0)
    events = [
        GraveEvent(
            day=frame["occurred_on"].iloc[at].date(),
            type="" if pd.isna(frame["type"].iloc[at]) else str(frame["type"].iloc[at]),
            grade=incidents.LEVELS[int(grades[at])] if grades[at] >= 0 else "",
            deaths=int(np.nan_to_num(deaths[at])),
            missing=None if np.isnan(missing[at]) else int(missing[at]),
            district=str(frame["district_code"].iloc[at]),
            told=not unknown[at],
        )
        for at in np.flatnonzero(grave)
    ]
    return GraveEvents(tuple(sorted(events, key=lambda one: one.day)), int((unknown & ~grave).sum()))
