"""Facts of disputes."""

from taizhang.facts.closing import Closing
from taizhang.facts.measures import Count, Measure, Median, Share

SETTLING = Closing("settled_on", "status", ("settled",), ("open",))
is_settled = SETTLING.is_closed

MEASURES: tuple[Measure, ...] = (
    Count(fact="disputes.found"),
    Count(fact="disputes.settled", counted=is_settled),
    Count(fact="disputes.settled_undated", counted=SETTLING.is_undated, interval=False),
    Share(fact="disputes.settlement_rate", counted=is_settled),
    Median(
        fact="disputes.days_to_settle_median",
        days=SETTLING.count_days,
        most_days=SETTLING.count_most_days,
        closed=is_settled,
        rows=SETTLING.is_timed,
    ),
)

WITHIN = SETTLING.within
