"""Incidents by month of every year on record, the period's gravest, and accidents by level."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.rows import count_months, list_days
from taizhang.analysis.silence import leave_silent
from taizhang.analysis.view import View

_MOST_YEARS = 8
LEVELS = tuple(f"incidents.level_{name}" for name in ("ordinary", "larger", "major", "extraordinary"))


def follow_years(view: View) -> pd.DataFrame | None:
    """Incidents by year (index, the period's last) and month (columns 1 to 12); None where none is on record.

    NaN in months that begin after the period's end or as_of: they have not been counted.
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
    """The period's incidents with most deaths, serious injuries and loss, by date."""
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
        """Whether one was graver than ordinary."""
        return any(fact != LEVELS[0] for fact in self.found)


def list_levels(view: View) -> AccidentLevels | None:
    """None where there was no incident, or the number of some level isn't known."""
    incidents, counts = view.value("incidents.count"), {level: view.value(level) for level in LEVELS}
    if not incidents or any(number is None for number in counts.values()):
        return None
    return AccidentLevels(incidents, [level for level, number in counts.items() if number])
