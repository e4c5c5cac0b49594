"""Facts of disputes."""

from taizhang.facts.closing import Closing
from taizhang.facts.grounds import every
from taizhang.facts.measures import Count, Measure, Share

SETTLING = Closing("settled_on", "status", ("settled",), ("open",))
is_settled = SETTLING.is_closed

MEASURES: tuple[Measure, ...] = (
    Count(fact="disputes.found"),
    Count(fact="disputes.settled", counted=is_settled),
    Count(fact="disputes.settled_undated", counted=SETTLING.is_undated, interval=False),
    Share(fact="disputes.settlement_rate", counted=is_settled),
)

# What suppression must know: those settled without a day of it are never more than those settled.
WITHIN = (((every, SETTLING.is_undated), (every, is_settled)),)
