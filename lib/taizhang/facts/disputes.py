"""Facts of disputes."""

from taizhang.facts.closing import Closing
from taizhang.facts.measures import Count, Measure, Share

SETTLING = Closing("settled_on", "status", ("settled",), ("open",))
is_settled = SETTLING.is_closed

MEASURES: tuple[Measure, ...] = (
    Count(fact="disputes.found"),
    Count(fact="disputes.settled", counted=is_settled),
    Share(fact="disputes.settlement_rate", counted=is_settled),
)
