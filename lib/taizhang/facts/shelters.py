"""Facts about shelters."""

from taizhang.facts.measures import Count, Measure, PerPopulation, Sum, number

MEASURES: tuple[Measure, ...] = (
    Count(fact="shelters.count", interval=False),
    Sum(fact="shelters.capacity", amount=number("capacity")),
    PerPopulation(
        fact="shelters.capacity_per_resident", amount=number("capacity"), column="residents", interval=False
    ),
)
