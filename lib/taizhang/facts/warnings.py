"""Facts of warnings."""

from taizhang.facts.measures import Count, Measure

MEASURES: tuple[Measure, ...] = (Count(fact="warnings.issued"),)
