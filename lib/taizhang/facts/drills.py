"""Facts of drills."""

import unicodedata

import numpy as np
import pandas as pd

from taizhang.facts.measures import Count, Coverage, Measure, Ratio, Share, Sum, holds, number
from taizhang.facts.plans import is_current
from taizhang.facts.rows import Mask, Rows

is_evaluated = holds("evaluated", True)


def name_plans(rows: Rows, column: str) -> pd.Series:
    """Return district number and plan name as one key; NA if the name is unknown."""
    names = rows.written().reindex(columns=[column])[column].reset_index(drop=True)
    plain = {
        name: "".join(unicodedata.normalize("NFKC", str(name)).split()) for name in names.dropna().unique()
    }
    names = names.map(plain)
    return (pd.Series(rows.group).astype("str") + "\n" + names.astype("str")).where(names.notna())


def is_drilled(plans: Rows, drills: Rows) -> Mask:
    """Return whether the plan is named in a drill that the same district held in the period."""
    held = name_plans(drills, "plan").dropna()
    return np.asarray(name_plans(plans, "name").isin(held), bool)


MEASURES: tuple[Measure, ...] = (
    Count(fact="drills.held"),
    Sum(fact="drills.participants", amount=number("participants")),
    Share(fact="drills.field_share", counted=holds("kind", "field")),
    Share(fact="drills.evaluated_share", counted=is_evaluated),
    Sum(fact="drills.problems", amount=number("problems")),
    Ratio(
        fact="drills.problems_fixed_share",
        top=number("problems_fixed"),
        bottom=number("problems"),
        percent=True,
    ),
    Coverage(
        fact="drills.plans_drilled_share",
        of="plans",
        rows=is_current,
        covered=is_drilled,
        names="plan",
        needs=("plans",),
    ),
)
