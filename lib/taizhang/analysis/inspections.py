"""Inspections by month and by mode."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.rows import (
    choose_months,
    count_classes,
    count_months,
    list_days,
    name_values,
    reaches_back,
)
from taizhang.analysis.silence import leave_silent
from taizhang.analysis.view import View


@dataclass(frozen=True)
class VisitTrend:
    """Visits by month, NaN in months that begin after as_of, and a year earlier if the ledger goes back that far."""

    visits: pd.Series
    before: pd.Series | None


def follow_months(view: View) -> VisitTrend | None:
    """Return visits in the months shown by a trend; None if there were none."""
    made, months = view.recorded("inspections"), choose_months(view)
    if not len(made):
        return None
    days = list_days(made, exact=False)
    visits = leave_silent(view, "inspections", count_months(days, months, view.as_of))
    if not visits.sum():
        return None
    before = None
    if view.compares and reaches_back(view.begun("inspections"), months):
        before = leave_silent(view, "inspections", count_months(days, months - 12))
    return VisitTrend(visits, before)


def count_modes(view: View) -> pd.DataFrame | None:
    """Count the period's visits by mode (in words), with `found`, hazards found per visit; None if no row gives a
    mode."""
    rows = view.counted("inspections").frame()
    if rows.empty or rows["mode"].isna().all():
        return None
    modes = name_values(rows["mode"], "inspections", "mode", view.lang)
    counts = count_classes(modes, pd.DataFrame({"visits": 1.0}, index=rows.index), view.lang)
    return counts.assign(
        found=rows["hazards_found"].astype("float64").groupby(modes).mean().reindex(counts.index)
    )
