"""Facts of complaints."""

from taizhang.facts.measures import Count, Measure, Share, every
from taizhang.facts.rows import Mask, Rows


def is_resolved(rows: Rows) -> Mask:
    return rows.by("resolved_on")


def has_answer(rows: Rows) -> Mask:
    """Whether on time or not is known: there is a due day, and the case is resolved or past it."""
    return rows.known("due_on") & (rows.test(is_resolved) | rows.before("due_on"))


def is_on_time(rows: Rows) -> Mask:
    return rows.test(is_resolved) & (rows.days("resolved_on") <= rows.days("due_on"))


MEASURES: tuple[Measure, ...] = (
    Count(fact="complaints.received"),
    Count(fact="complaints.resolved", counted=is_resolved),
    Share(fact="complaints.resolution_rate", counted=is_resolved),
    Share(fact="complaints.on_time_rate", counted=is_on_time, rows=has_answer),
)

# What suppression must know: those resolved in time are never more than those resolved.
WITHIN = (((has_answer, is_on_time), (every, is_resolved)),)
