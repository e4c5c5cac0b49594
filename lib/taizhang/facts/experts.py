"""Facts of experts. Those without a district are the whole area's alone."""

from taizhang.facts.measures import Measure, Sum, number

MEASURES: tuple[Measure, ...] = (Sum(fact="experts.members", amount=number("members")),)
