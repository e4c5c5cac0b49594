"""Facts of warnings."""

import numpy as np

from taizhang.facts.grounds import Ground, ask, rests_on
from taizhang.facts.measures import Count, Measure, PlainMedian
from taizhang.facts.rows import Floats, Mask, Rows


def count_hours(rows: Rows) -> Floats:
    """Return hours from issue to lifting."""
    return rows.hours("issued_at", "lifted_at")


def is_lifted(rows: Rows) -> Mask:
    return rows.by("lifted_at")


def _is_timed(rows: Rows) -> Mask:
    return ~np.isnan(rows.test(count_hours))


@rests_on(ask("lifted_at"), Ground(("lifted_at",), _is_timed, is_lifted))
def is_lifted_timed(rows: Rows) -> Mask:
    """Return whether it was lifted by as_of, after hours that are known."""
    return rows.test(is_lifted) & rows.test(_is_timed)


MEASURES: tuple[Measure, ...] = (
    Count(fact="warnings.issued"),
    PlainMedian(fact="warnings.hours_median", amount=count_hours, counted=is_lifted_timed),
)
