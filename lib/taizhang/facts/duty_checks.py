"""Facts of duty checks."""

from taizhang.facts.grounds import ask, number, rests_on
from taizhang.facts.measures import Count, Measure, PlainMedian, Share, holds
from taizhang.facts.rows import Mask, Rows

is_passed = holds("on_duty", True)


def _may_be_answered(rows: Rows) -> Mask:
    """Return whether there may have been somebody to answer."""
    return ~rows.equals("on_duty", False)


@rests_on(ask("minutes_to_answer", _may_be_answered))
def is_answered(rows: Rows) -> Mask:
    """Return whether it is known how long the post took to answer."""
    return rows.known("minutes_to_answer")


MEASURES: tuple[Measure, ...] = (
    Count(fact="duty_checks.made"),
    Share(fact="duty_checks.passed_rate", counted=is_passed),
    PlainMedian(fact="duty_checks.minutes_median", amount=number("minutes_to_answer"), counted=is_answered),
)
