"""Special actions' stages: done in time, late, overdue. No fact is made of them."""

from taizhang.facts.grounds import ask, knows, rests_on
from taizhang.facts.rows import Mask, Rows


@rests_on(ask("done_on"))
def is_done(rows: Rows) -> Mask:
    return rows.by("done_on")


@rests_on(ask("done_on"))
def is_in_time(rows: Rows) -> Mask:
    """Done on or before the stage's last day."""
    return rows.test(is_done) & (rows.last_days("done_on") <= rows.last_days("ends_on"))


def is_unknown(rows: Rows) -> Mask:
    """Its last day is past, and it can't be told whether it was done."""
    return ~rows.test(knows(is_done)) & rows.before("ends_on")


@rests_on(ask("done_on"))
def is_overdue(rows: Rows) -> Mask:
    """Not done, and its last day is past."""
    return rows.test(knows(is_done)) & ~rows.test(is_done) & rows.before("ends_on")
