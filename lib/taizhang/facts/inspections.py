"""Facts of inspections: visits, premises, hazards per visit, penalties."""

import numpy as np

from taizhang.facts.grounds import ask, number, rests_on
from taizhang.facts.measures import Count, Distinct, Measure, Ratio, Sum
from taizhang.facts.rows import Floats, Mask, Rows


@rests_on(ask("penalty_yuan"))
def is_penalised(rows: Rows) -> Mask:
    return rows.numbers("penalty_yuan") > 0


def one_visit(rows: Rows) -> Floats:
    """Return 1 for each row, which is one visit."""
    return np.ones(len(rows))


MEASURES: tuple[Measure, ...] = (
    Count(fact="inspections.visits"),
    Distinct(fact="inspections.premises", of=("premises",)),
    Sum(fact="inspections.person_times", amount=number("inspectors")),
    Ratio(fact="inspections.hazards_per_visit", top=number("hazards_found"), bottom=one_visit, percent=False),
    Count(fact="inspections.penalties", counted=is_penalised),
    Sum(fact="inspections.penalty_yuan", amount=number("penalty_yuan")),
)
