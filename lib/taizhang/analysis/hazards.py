"""A view's hazards by month and class, and overdue ones; the facts' predicates define what they are."""

from dataclasses import dataclass

import numpy as np
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
from taizhang.facts import hazards
from taizhang.facts.rows import Mask, Rows


@dataclass(frozen=True)
class HazardTrend:
    """Hazards by the month in which they were found.

    `counts`, by month: as returned by `tell_states`, NaN in months that begin after as_of. `before`: found in the same
    months a year earlier; None if the ledger does not go back that far.
    """

    counts: pd.DataFrame
    before: pd.Series | None
    rows: int


HAZARD_STATES = ("rectified", "open", "unknown")


def tell_states(rows: Rows) -> dict[str, Mask]:
    """Return the state of hazards: rectified, open and, if any, unknown."""
    states = {"rectified": rows.test(hazards.is_rectified), "open": rows.test(hazards.is_open)}
    unknown = rows.test(hazards.is_unknown)
    return states | {"unknown": unknown} if unknown.any() else states


def follow_months(view: View) -> HazardTrend | None:
    """Return hazards found in the months shown by a trend; None if there were none."""
    found, months = view.recorded("hazards"), choose_months(view)
    if not len(found):
        return None
    days = list_days(found, exact=False)
    inside = days.dt.to_period("M").isin(months).to_numpy()
    if not inside.any():
        return None
    counts = pd.DataFrame(
        {
            name: leave_silent(view, "hazards", count_months(days[inside & part], months, view.as_of))
            for name, part in tell_states(found).items()
        }
    )
    before = None
    if view.compares and reaches_back(view.begun("hazards"), months):
        before = leave_silent(view, "hazards", count_months(days, months - 12))
    return HazardTrend(counts, before, int(inside.sum()))


def count_by(view: View, column: str) -> pd.DataFrame | None:
    """Count the period's hazards by the classes of a column (see `count_classes`) and state (see `tell_states`).

    None if no row gives its class.
    """
    found = view.counted("hazards")
    rows = found.frame()
    if rows.empty or rows[column].isna().all():
        return None
    parts = pd.DataFrame(tell_states(found), index=rows.index)
    classes = name_values(rows[column], "hazards", column, view.lang)
    return count_classes(classes, parts, view.lang).astype("int64")


def cross_classes(view: View, down: str, across: str) -> pd.DataFrame | None:
    """Count the period's hazards by the classes of two columns, each as returned by `count_classes`.

    None if no row gives its class in one of them, or all are in one class.
    """
    rows = view.counted("hazards").frame()
    if rows.empty or rows[[down, across]].isna().all().any():
        return None
    below, beside = (name_values(rows[column], "hazards", column, view.lang) for column in (down, across))
    counts = count_classes(below, pd.get_dummies(beside), view.lang)
    counts = count_classes(counts.columns.to_series(), counts.T, view.lang).T.astype("int64")
    return counts if min(counts.shape) > 1 else None


def count_undated_spot(view: View) -> int:
    """Count the period's hazards rectified on the spot without a recorded day of rectification."""
    if "hazards" not in view.ledgers:
        return 0
    found = view.counted("hazards")
    dated = [found.known(column) for column in hazards.DAYS_DONE]
    spot = found.test(hazards.is_on_the_spot) & found.test(hazards.is_rectified)
    return int((spot & ~np.logical_or.reduce(dated)).sum())


def list_overdue(view: View) -> pd.DataFrame:
    """Return all overdue hazards, whenever found, longest overdue first, with `late`: days from deadline to as_of."""
    found = view.standing("hazards")
    rows = view.show("hazards", found)
    if rows.empty:
        return rows
    overdue = found.test(hazards.is_overdue)
    late = found.test(hazards.count_days_late)[overdue].astype("int64")
    return (
        rows[overdue]
        .assign(late=late)
        .sort_values(["late", "found_on", "source_row"], ascending=[False, True, True])
    )
