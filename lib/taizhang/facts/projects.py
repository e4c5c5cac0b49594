"""Facts of projects on the as-of day. A project without a district counts only for the whole area."""

import numpy as np

from taizhang.facts.grounds import Amount, Grounded, ask, rests_on
from taizhang.facts.measures import Count, Measure, Sum
from taizhang.facts.rows import Floats, Mask, Rows


def is_begun(rows: Rows) -> Mask:
    """Return whether work began on or before as_of, or no day of it is written."""
    return ~rows.known("started_on") | rows.by("started_on")


@rests_on(ask("done_on", is_begun))
def is_done(rows: Rows) -> Mask:
    return rows.test(is_begun) & rows.by("done_on")


def _is_unfinished(rows: Rows) -> Mask:
    return rows.test(is_begun) & rows.answered("done_on") & ~rows.test(is_done)


@rests_on(ask("done_on", is_begun), ask("due_on", _is_unfinished))
def is_overdue(rows: Rows) -> Mask:
    """Return whether it is not done, although its last day has passed."""
    return rows.test(_is_unfinished) & rows.before("due_on")


def _sum_begun(column: str) -> Amount:
    """Return the money of a column, of projects begun."""

    def amount(rows: Rows) -> Floats:
        return np.where(rows.test(is_begun), rows.numbers(column), np.nan)

    return Grounded(amount, (ask(column, is_begun),))


MEASURES: tuple[Measure, ...] = (
    Count(fact="projects.count", counted=is_begun, interval=False),
    Count(fact="projects.done", counted=is_done, interval=False),
    Count(fact="projects.overdue", counted=is_overdue, interval=False),
    Sum(fact="projects.planned_wan", amount=_sum_begun("planned_wan"), rows=is_begun),
    Sum(fact="projects.spent_wan", amount=_sum_begun("spent_wan"), rows=is_begun),
)
