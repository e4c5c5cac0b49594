"""Facts of tasks: due in the period, done, on time, late. A task without a district is the whole area's alone."""

import numpy as np

from taizhang.facts.grounds import Ground, ask, every, grounds_of, knows, rests_on
from taizhang.facts.measures import STOCK, Count, Measure, Median, Share
from taizhang.facts.rows import Days, Mask, Numbers, Rows

_DONE = ask("done_on")


@rests_on(_DONE)
def is_done(rows: Rows) -> Mask:
    return rows.by("done_on")


def _is_placed(rows: Rows) -> Mask:
    """Return whether a task that is done is known to have been done by its day, or after it."""
    due = rows.last_days("due_on")
    early, late = rows.last_days("done_on") <= due, rows.days("done_on") > due
    return ~rows.test(is_done) | early | late


# What was done in the month of its due day may have been done in time or late.
_PLACED = Ground(("done_on",), _is_placed)


@rests_on(_DONE, _PLACED)
def is_on_time(rows: Rows) -> Mask:
    return rows.test(is_done) & (rows.last_days("done_on") <= rows.last_days("due_on"))


def is_judged(rows: Rows) -> Mask:
    """Return whether timeliness is known: done, or past its day. On the day itself it may still be done in time."""
    return (rows.test(is_done) | rows.before("due_on")) & rows.test(knows(is_on_time))


@rests_on(_DONE)
def is_overdue(rows: Rows) -> Mask:
    """Return whether it is not done, although its day has passed."""
    return rows.test(knows(is_done)) & ~rows.test(is_done) & rows.before("due_on")


@rests_on(*grounds_of(is_overdue))
def is_carried_overdue(rows: Rows) -> Mask:
    """Return whether an overdue task was due before the period."""
    return rows.test(is_overdue) & rows.is_carried()


@rests_on(_DONE, _PLACED)
def is_done_late(rows: Rows) -> Mask:
    return rows.test(is_judged) & rows.test(is_done) & ~rows.test(is_on_time)


def is_late(rows: Rows) -> Mask:
    """Return whether it was not done by its day, done since or not, and that day is known to the day."""
    return rows.test(is_judged) & ~rows.test(is_on_time) & rows.is_day("due_on")


def _count_days(rows: Rows, end: Days) -> Numbers:
    end = np.where(rows.test(is_done), end, rows.as_of)
    days = (end - rows.days("due_on")).astype("timedelta64[D]").astype(np.int64)
    return np.maximum(days, 0)


def count_days(rows: Rows) -> Numbers:
    """Return days from the due day to the day it was done (not done: to as_of); of a month, to its first day."""
    return _count_days(rows, rows.days("done_on"))


def count_most_days(rows: Rows) -> Numbers:
    """Do the same as `count_days`, with the latest possible day."""
    return _count_days(rows, rows.last_days("done_on"))


MEASURES: tuple[Measure, ...] = (
    Count(fact="tasks.due"),
    Count(fact="tasks.done", counted=is_done),
    Share(fact="tasks.done_rate", counted=is_done),
    Share(fact="tasks.on_time_rate", counted=is_on_time, rows=is_judged),
    Median(
        fact="tasks.days_late_median",
        days=count_days,
        most_days=count_most_days,
        closed=is_done_late,
        rows=is_late,
    ),
    Count(fact="tasks.overdue_stock", counted=is_overdue, stock=True, interval=False),
    Count(fact="tasks.overdue_stock_before", counted=is_carried_overdue, stock=True, interval=False),
)

# What suppression must know: those done in time, or late, are never more than those done.
WITHIN = (
    ((every, is_on_time), (every, is_done)),
    ((is_late, is_done_late), (every, is_done)),
    ((STOCK, is_carried_overdue), (STOCK, is_overdue)),
)
