"""Facts of schools' safety items."""

from taizhang.facts.measures import Count, Measure, Share, holds, known
from taizhang.facts.rows import Mask, Rows

is_met = holds("met", True)
has_answer = known("met")


def is_vetoed(rows: Rows) -> Mask:
    return rows.equals("veto", True) & rows.equals("met", False)


MEASURES: tuple[Measure, ...] = (
    Count(fact="schools.items", interval=False),
    Share(fact="schools.items_met_rate", counted=is_met, rows=has_answer),
    Count(fact="schools.vetoed", counted=is_vetoed, interval=False),
)
