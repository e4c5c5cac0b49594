"""Facts of warnings, duty checks, teams, supplies and shelters."""

from taizhang.facts.measures import Count, Measure, PerPopulation, Share, Sum, holds, known, number
from taizhang.facts.rows import Mask, Rows


def is_below_standard(rows: Rows) -> Mask:
    """Quantity below the standard, both known."""
    return rows.numbers("quantity") < rows.numbers("standard")


def is_expired(rows: Rows) -> Mask:
    return rows.before("expires_on")


MEASURES: tuple[Measure, ...] = (
    Count(fact="warnings.issued"),
    Count(fact="duty_checks.made"),
    Share(fact="duty_checks.passed_rate", counted=holds("on_duty", True), rows=known("on_duty")),
    Count(fact="teams.count", interval=False),
    Sum(fact="teams.members", amount=number("members")),
    Count(fact="supplies.lines", interval=False),
    Count(fact="supplies.below_standard", counted=is_below_standard, interval=False),
    Count(fact="supplies.expired", counted=is_expired, interval=False),
    Count(fact="shelters.count", interval=False),
    Sum(fact="shelters.capacity", amount=number("capacity")),
    PerPopulation(
        fact="shelters.capacity_per_resident", amount=number("capacity"), column="residents", interval=False
    ),
)
