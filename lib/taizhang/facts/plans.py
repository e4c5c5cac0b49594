"""Facts of emergency plans."""

from taizhang.facts.grounds import ask, rests_on
from taizhang.facts.measures import Count, Measure
from taizhang.facts.rows import Mask, Rows


def is_issued(rows: Rows) -> Mask:
    """Return whether it was issued on or before as_of, or has no issue date."""
    return ~rows.known("issued_on") | rows.by("issued_on")


@rests_on(ask("review_due", is_issued))
def is_past_review(rows: Rows) -> Mask:
    return rows.test(is_issued) & rows.before("review_due")


@rests_on(ask("review_due", is_issued))
def is_current(rows: Rows) -> Mask:
    due = rows.answered("review_due")
    return rows.test(is_issued) & due & ~rows.before("review_due")


MEASURES: tuple[Measure, ...] = (
    Count(fact="plans.current", counted=is_current, interval=False),
    Count(fact="plans.review_overdue", counted=is_past_review, interval=False),
    Count(fact="plans.all", counted=is_issued, interval=False),
)
