"""Facts of duty checks."""

from taizhang.facts.measures import Count, Measure, Share, holds

is_passed = holds("on_duty", True)

MEASURES: tuple[Measure, ...] = (
    Count(fact="duty_checks.made"),
    Share(fact="duty_checks.passed_rate", counted=is_passed),
)
