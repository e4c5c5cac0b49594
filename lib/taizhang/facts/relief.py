"""Facts of relief given to people hit by disasters."""

from taizhang.facts.measures import Measure, Sum, number

MEASURES: tuple[Measure, ...] = (
    Sum(fact="relief.households", amount=number("households")),
    Sum(fact="relief.people", amount=number("people")),
    Sum(fact="relief.amount_wan", amount=number("amount_wan")),
)
