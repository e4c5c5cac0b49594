"""Facts of rescue teams."""

from taizhang.facts.measures import Count, Measure, Sum, number

MEASURES: tuple[Measure, ...] = (
    Count(fact="teams.count", interval=False),
    Sum(fact="teams.members", amount=number("members")),
)
