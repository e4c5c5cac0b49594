"""Facts of checks whether somebody is on duty."""

from taizhang.facts.measures import Count, Measure, Share, holds, known

is_passed = holds("on_duty", True)
has_answer = known("on_duty")

MEASURES: tuple[Measure, ...] = (
    Count(fact="duty_checks.made"),
    Share(fact="duty_checks.passed_rate", counted=is_passed, rows=has_answer),
)
