"""Facts of model sites on the as-of day."""

from taizhang.facts.measures import Count, Measure
from taizhang.facts.rows import Mask, Rows


def is_standing(rows: Rows) -> Mask:
    """Return whether it was awarded by as_of, or without a recorded day, and not withdrawn by then."""
    return (~rows.known("awarded_on") | rows.by("awarded_on")) & ~rows.by("withdrawn_on")


MEASURES: tuple[Measure, ...] = (Count(fact="models.count", counted=is_standing, interval=False),)
