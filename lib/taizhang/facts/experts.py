"""Facts of experts. Those without a district count only for the whole area."""

from taizhang.facts.measures import Measure, Sum, number

MEASURES: tuple[Measure, ...] = (Sum(fact="experts.members", amount=number("members")),)
