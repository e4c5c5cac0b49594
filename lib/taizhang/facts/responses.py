"""Facts of response activations: how many, at which level, for how long."""

import numpy as np

from taizhang.facts.grounds import Ground, ask, every, holds, rests_on
from taizhang.facts.measures import Count, Measure, PlainMedian
from taizhang.facts.rows import Floats, Mask, Rows

LEVELS = ("1", "2", "3", "4")
OF_LEVEL = {level: holds("level", level) for level in LEVELS}
LONG = 30  # days after which a response without an end on record is asked about


@rests_on(ask("ended_at"))
def is_ended(rows: Rows) -> Mask:
    return rows.by("ended_at")


@rests_on(ask("ended_at"))
def is_unended(rows: Rows) -> Mask:
    """Return whether it began over 30 days before as_of and has no end by then."""
    begun = rows.last_days(rows.ledger.date) + np.timedelta64(LONG, "D") < rows.as_of
    return begun & rows.answered("ended_at") & ~rows.test(is_ended)


def count_hours(rows: Rows) -> Floats:
    """Return hours from start to end."""
    return rows.hours("started_at", "ended_at")


def _has_hours(rows: Rows) -> Mask:
    return ~np.isnan(rows.test(count_hours))


@rests_on(ask("ended_at"), Ground(("ended_at",), _has_hours, is_ended))
def is_timed(rows: Rows) -> Mask:
    """Return whether it ended by as_of, with both times known."""
    return rows.test(is_ended) & rows.test(_has_hours)


MEASURES: tuple[Measure, ...] = (
    Count(fact="responses.activated"),
    PlainMedian(fact="responses.hours_median", amount=count_hours, counted=is_timed),
    *(Count(fact=f"responses.level_{level}", counted=of_level) for level, of_level in OF_LEVEL.items()),
    Count(fact="responses.unended_stock", counted=is_unended, stock=True, interval=False),
)

# What suppression must know: where all have a level, those of each add up.
SUMS = (((every, every), tuple((every, of_level) for of_level in OF_LEVEL.values())),)
