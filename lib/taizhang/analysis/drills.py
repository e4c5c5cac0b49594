"""Drills by month and kind, and plans with the last drill that names them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.analysis.rows import choose_months, count_classes, count_months, list_days, name_values
from taizhang.analysis.silence import leave_silent
from taizhang.analysis.view import View
from taizhang.facts import plans
from taizhang.facts.measures import holds
from taizhang.facts.names import key_names

FORMS = ("field", "tabletop", "unknown")


@dataclass(frozen=True)
class Calendar:
    """Drills of the last twelve months of a trend: `counts` by form (in words) and month, `totals` by month."""

    counts: pd.DataFrame
    totals: pd.Series
    rows: int

    @property
    def empty_months(self) -> int:
        """Months without a drill, apart from months that have not begun."""
        return int((self.totals == 0).sum())


def follow_months(view: View) -> Calendar | None:
    """Return drills by form and month, NaN in months that begin after as_of; None if there were none."""
    months, held = choose_months(view)[-12:], view.recorded("drills")
    if not len(held):
        return None
    days = list_days(held, exact=False)
    days = days[days.dt.to_period("M").isin(months)]
    if days.empty:
        return None
    forms = name_values(held.frame().loc[days.index, "kind"], "drills", "kind", view.lang)
    counts = {
        form: leave_silent(view, "drills", count_months(days[forms == form], months, view.as_of))
        for form in forms.value_counts().sort_index().index
    }
    totals = leave_silent(view, "drills", count_months(days, months, view.as_of))
    return Calendar(pd.DataFrame(counts).T, totals, len(days))


def count_kinds(view: View) -> pd.DataFrame | None:
    """Count the period's drills by the hazard they cover (in words): field, tabletop and, if any, unknown form.

    None if no drill names a hazard.
    """
    held, rows = view.counted("drills"), view.counted("drills").frame()
    if rows.empty or rows["hazard_type"].isna().all():
        return None
    parts = {form: held.test(holds("kind", form)) for form in FORMS[:2]} | {"unknown": ~held.known("kind")}
    shown = pd.DataFrame({form: part for form, part in parts.items() if part.any()})
    return count_classes(
        name_values(rows["hazard_type"], "drills", "hazard_type", view.lang), shown, view.lang
    )


def list_plans(view: View) -> pd.DataFrame:
    """Return plans issued by as_of, longest undrilled first.

    Columns: the ledger's, `drilled` (the day of the district's last drill up to the period's end that names the plan,
    NaT if none does) and `past_review`.
    """
    known = view.counted("plans")
    if not len(known):
        return known.frame()
    issued = known.test(plans.is_issued)
    held = view.recorded("drills")
    days = pd.Series(held.days("held_on"), dtype="datetime64[us]")
    named = key_names(held, "plan").where(days <= pd.Timestamp(view.period.end))
    last = days.groupby(named.to_numpy()).max()
    drilled = last.reindex(key_names(known, "name")).to_numpy()
    rows = known.frame().assign(drilled=drilled, past_review=np.asarray(known.test(plans.is_past_review)))
    return rows[issued].sort_values(["drilled", "review_due", "source_row"], na_position="first")
