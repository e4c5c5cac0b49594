"""Facts of disaster losses."""

from taizhang.facts.measures import Distinct, Measure, Sum, number

MEASURES: tuple[Measure, ...] = (
    Distinct(fact="losses.events", of=("event",), shared=True, interval=True),
    Sum(fact="losses.affected", amount=number("affected")),
    Sum(fact="losses.loss_wan", amount=number("loss_wan")),
)
