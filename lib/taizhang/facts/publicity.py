"""Facts of publicity."""

import numpy as np

from taizhang.facts.measures import Measure, Sum, number
from taizhang.facts.rows import Floats, Rows


def count_sessions(rows: Rows) -> Floats:
    """Return the number of sessions; a row without a number counts as one."""
    sessions = rows.numbers("sessions")
    return np.where(np.isnan(sessions), 1.0, sessions)


MEASURES: tuple[Measure, ...] = (
    Sum(fact="publicity.sessions", amount=count_sessions),
    Sum(fact="publicity.reached", amount=number("reached")),
    Sum(fact="publicity.materials", amount=number("materials")),
)
