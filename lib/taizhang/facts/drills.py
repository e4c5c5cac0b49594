"""Facts of drills."""

import numpy as np

from taizhang.facts.grounds import ask
from taizhang.facts.measures import Count, Coverage, Measure, Ratio, Share, Sum, holds, number
from taizhang.facts.names import key_names
from taizhang.facts.plans import is_current
from taizhang.facts.rows import Mask, Rows

is_evaluated = holds("evaluated", True)


def is_drilled(plans: Rows, drills: Rows) -> Mask:
    """Return whether the plan is named in a drill that the same district held in the period."""
    held = key_names(drills, "plan").dropna()
    return np.asarray(key_names(plans, "name").isin(held), bool)


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
        told=ask("plan"),
        needs=("plans",),
    ),
)
