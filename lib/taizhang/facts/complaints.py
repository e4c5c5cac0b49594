"""Facts of complaints. A complaint that was answered is not necessarily resolved."""

from taizhang.facts.closing import Closing
from taizhang.facts.grounds import Ground, ask, every, knows, rests_on
from taizhang.facts.measures import Count, Measure, Share
from taizhang.facts.rows import Mask, Rows

RESOLVING = Closing("resolved_on", "status", ("resolved",), ("open", "answered"))
ANSWERING = Closing("answered_on", "status", ("answered", "resolved"), ("open",))
is_resolved, is_answered = RESOLVING.is_closed, ANSWERING.is_closed


def _is_placed(rows: Rows) -> Mask:
    """For a case with a due day: whether it is known on which side of that day it was resolved."""
    resolved, due = rows.known("resolved_on"), rows.known("due_on")
    early = rows.last_days("resolved_on") <= rows.last_days("due_on")
    late = rows.days("resolved_on") > rows.last_days("due_on")
    return ~due | ~rows.test(is_resolved) | (resolved & (early | late))


# A case without a day of it may have been resolved in time or late.
_PLACED = Ground(("resolved_on",), _is_placed)


@rests_on(RESOLVING.ground, ask("due_on"), _PLACED)
def is_on_time(rows: Rows) -> Mask:
    return rows.test(is_resolved) & (rows.last_days("resolved_on") <= rows.last_days("due_on"))


def has_answer(rows: Rows) -> Mask:
    """Return whether timeliness is known: there is a due day, and the case is resolved or past that day."""
    judged = rows.known("due_on") & (rows.test(is_resolved) | rows.before("due_on"))
    return judged & rows.test(knows(is_on_time))


MEASURES: tuple[Measure, ...] = (
    Count(fact="complaints.received"),
    Count(fact="complaints.answered", counted=is_answered),
    Count(fact="complaints.resolved", counted=is_resolved),
    Count(fact="complaints.resolved_undated", counted=RESOLVING.is_undated, interval=False),
    Share(fact="complaints.resolution_rate", counted=is_resolved),
    Share(fact="complaints.on_time_rate", counted=is_on_time, rows=has_answer),
)

# What suppression must know: those resolved in time, or without a day of it, are never more than those resolved.
WITHIN = (
    ((has_answer, is_on_time), (every, is_resolved)),
    ((every, RESOLVING.is_undated), (every, is_resolved)),
)
