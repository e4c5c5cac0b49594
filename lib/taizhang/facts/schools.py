"""Facts of schools' safety items."""

from taizhang.facts.grounds import ask, holds, rests_on
from taizhang.facts.measures import Count, Measure, Share
from taizhang.facts.rows import Mask, Rows

is_met = holds("met", True)
has_veto = holds("veto", True)


@rests_on(ask("veto"), ask("met", has_veto))
def is_vetoed(rows: Rows) -> Mask:
    return rows.test(has_veto) & rows.equals("met", False)


MEASURES: tuple[Measure, ...] = (
    Count(fact="schools.items", interval=False),
    Share(fact="schools.items_met_rate", counted=is_met),
    Count(fact="schools.vetoed", counted=is_vetoed, interval=False),
)
