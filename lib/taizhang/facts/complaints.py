"""Facts of complaints. A complaint that was answered is not necessarily resolved."""

from taizhang.facts.closing import Closing, Timeliness
from taizhang.facts.grounds import Ground, every, known, rests_on
from taizhang.facts.measures import Count, Measure, Median, Share
from taizhang.facts.rows import Mask, Rows

RESOLVING = Closing("resolved_on", "status", ("resolved",), ("open", "answered"))
ANSWERING = Closing("answered_on", "status", ("answered", "resolved"), ("open",))
is_resolved, is_answered = RESOLVING.is_closed, ANSWERING.is_closed
RESOLVED_IN_TIME = Timeliness(RESOLVING, "due_on")
ANSWERED_IN_TIME = Timeliness(ANSWERING, "answer_due_on")


def may_be_rated(rows: Rows) -> Mask:
    """Return whether the person may have been asked: not if it is known that nothing was answered or resolved."""
    told = rows.test(ANSWERING.ground.known) | rows.test(RESOLVING.ground.known)
    return ~told | rows.test(is_answered) | rows.test(is_resolved)


@rests_on(Ground(("satisfied",), known("satisfied"), may_be_rated))
def is_satisfied(rows: Rows) -> Mask:
    return rows.equals("satisfied", True)


MEASURES: tuple[Measure, ...] = (
    Count(fact="complaints.received"),
    Count(fact="complaints.answered", counted=is_answered),
    Share(
        fact="complaints.answered_on_time_rate",
        counted=ANSWERED_IN_TIME.is_on_time,
        rows=ANSWERED_IN_TIME.is_judged,
    ),
    Count(fact="complaints.resolved", counted=is_resolved),
    Count(fact="complaints.resolved_undated", counted=RESOLVING.is_undated, interval=False),
    Share(fact="complaints.resolution_rate", counted=is_resolved),
    Share(
        fact="complaints.on_time_rate",
        counted=RESOLVED_IN_TIME.is_on_time,
        rows=RESOLVED_IN_TIME.is_judged,
    ),
    Median(
        fact="complaints.days_to_resolve_median",
        days=RESOLVING.count_days,
        most_days=RESOLVING.count_most_days,
        closed=is_resolved,
        rows=RESOLVING.is_timed,
    ),
    Share(fact="complaints.satisfied_rate", counted=is_satisfied, rows=known("satisfied")),
)

# What suppression must know: those closed in time, without a day of it, or timed, are never more than those closed.
WITHIN = (
    ((every, RESOLVED_IN_TIME.is_on_time), (every, is_resolved)),
    ((every, ANSWERED_IN_TIME.is_on_time), (every, is_answered)),
    *RESOLVING.within,
)
