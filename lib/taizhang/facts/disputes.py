"""Facts of disputes."""

from taizhang.facts.measures import Count, Measure, Share
from taizhang.facts.rows import Mask, Rows


def is_settled(rows: Rows) -> Mask:
    return rows.by("settled_on")


MEASURES: tuple[Measure, ...] = (
    Count(fact="disputes.found"),
    Count(fact="disputes.settled", counted=is_settled),
    Share(fact="disputes.settlement_rate", counted=is_settled),
)
