"""Facts of supplies in store."""

from taizhang.facts.grounds import ask, rests_on
from taizhang.facts.measures import Count, Measure
from taizhang.facts.rows import Mask, Rows


@rests_on(ask("quantity"), ask("standard"))
def is_below_standard(rows: Rows) -> Mask:
    """Return whether the quantity is below the standard, both known."""
    return rows.numbers("quantity") < rows.numbers("standard")


@rests_on(ask("expires_on"))
def is_expired(rows: Rows) -> Mask:
    return rows.before("expires_on")


MEASURES: tuple[Measure, ...] = (
    Count(fact="supplies.lines", interval=False),
    Count(fact="supplies.below_standard", counted=is_below_standard, interval=False),
    Count(fact="supplies.expired", counted=is_expired, interval=False),
)
