"""Stages of special actions: done in time, late, overdue. They do not become facts."""

from taizhang.facts.grounds import ask, knows, rests_on
from taizhang.facts.rows import Mask, Rows


@rests_on(ask("done_on"))
def is_done(rows: Rows) -> Mask:
    return rows.by("done_on")


@rests_on(ask("done_on"))
def is_in_time(rows: Rows) -> Mask:
    """Done by the stage's last day."""
    return rows.test(is_done) & (rows.last_days("done_on") <= rows.last_days("ends_on"))


def is_unknown(rows: Rows) -> Mask:
    """Return whether its last day has passed and it is not known whether it was done."""
    return ~rows.test(knows(is_done)) & rows.before("ends_on")


@rests_on(ask("done_on"))
def is_overdue(rows: Rows) -> Mask:
    """Return whether it is not done, although its last day has passed."""
    return rows.test(knows(is_done)) & ~rows.test(is_done) & rows.before("ends_on")
