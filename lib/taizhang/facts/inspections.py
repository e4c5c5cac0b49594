"""Facts of inspections: visits, premises, hazards per visit, penalties, coverage of the register."""

import numpy as np

from taizhang.facts.grounds import Ground, ask, names_premises, number, rests_on
from taizhang.facts.measures import Count, Coverage, Distinct, Measure, Ratio, Sum
from taizhang.facts.premises import is_key_within, is_open_within, is_visited
from taizhang.facts.rows import Floats, Mask, Rows
from taizhang.metadata.kinds import PREMISES_KEY


@rests_on(ask("penalty_yuan"))
def is_penalised(rows: Rows) -> Mask:
    return rows.numbers("penalty_yuan") > 0


def one_visit(rows: Rows) -> Floats:
    """Return 1 for each row, which is one visit."""
    return np.ones(len(rows))


def _names_premises(rows: Rows) -> Mask:
    return rows.known("premises") | rows.known("premises_id")


# A visit says where it was by the premises' name or number.
_VISITED = Ground(("premises", "premises_id"), _names_premises)

MEASURES: tuple[Measure, ...] = (
    Count(fact="inspections.visits"),
    Distinct(
        fact="inspections.premises", of=(PREMISES_KEY,), grounds=(names_premises("premises", "premises_id"),)
    ),
    Sum(fact="inspections.person_times", amount=number("inspectors")),
    Ratio(fact="inspections.hazards_per_visit", top=number("hazards_found"), bottom=one_visit, percent=False),
    Count(fact="inspections.penalties", counted=is_penalised),
    Sum(fact="inspections.penalty_yuan", amount=number("penalty_yuan")),
    *(
        Coverage(
            fact=f"inspections.{name}",
            of="premises",
            rows=rows,
            covered=is_visited,
            told=_VISITED,
            needs=("premises",),
        )
        for name, rows in (("coverage", is_open_within), ("key_coverage", is_key_within))
    ),
)
