"""Facts of publicity, the grid and schools."""

import numpy as np

from taizhang.facts.measures import Area, Count, Measure, Share, Sum, holds, known, number
from taizhang.facts.rows import Floats, Mask, Rows


def count_sessions(rows: Rows) -> Floats:
    """Sessions, a row without a number counting as one."""
    sessions = rows.numbers("sessions")
    return np.where(np.isnan(sessions), 1.0, sessions)


def is_unassigned(rows: Rows) -> Mask:
    """No responsible person is named."""
    return rows.equals("assigned", False)


def is_vetoed(rows: Rows) -> Mask:
    return rows.equals("veto", True) & rows.equals("met", False)


MEASURES: tuple[Measure, ...] = (
    Sum(fact="publicity.sessions", amount=count_sessions),
    Sum(fact="publicity.reached", amount=number("reached")),
    Count(fact="grid.cells", interval=False),
    Count(fact="grid.cells_unassigned", counted=is_unassigned, interval=False, filled="assigned"),
    Area(fact="grid.gap_km2", column="gap_km2"),
    Area(fact="grid.overlap_km2", column="overlap_km2"),
    Count(fact="schools.items", interval=False),
    Share(fact="schools.items_met_rate", counted=holds("met", True), rows=known("met")),
    Count(fact="schools.vetoed", counted=is_vetoed, interval=False),
)
