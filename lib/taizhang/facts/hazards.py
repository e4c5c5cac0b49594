"""Facts of hazards: found, rectified, overdue, repeated, time to rectify."""

from functools import cache

import numpy as np

from taizhang.facts.measures import Count, Measure, Median, Share, Test, every, holds, known
from taizhang.facts.rows import Days, Mask, Numbers, Rows

SAME_HAZARD = ("district_code", "premises", "category")
REPEAT_DAYS = 365


def find_rectified_day(rows: Rows) -> Days:
    """The day of rectification: rectified_on, without one closed_on; NaT where neither is known."""
    rectified, closed = rows.days("rectified_on"), rows.days("closed_on")
    return np.where(np.isnat(rectified), closed, rectified)


def is_rectified(rows: Rows) -> Mask:
    """Rectified on or before as_of; a later day counts as still open."""
    return rows.test(find_rectified_day) <= rows.as_of


def is_open(rows: Rows) -> Mask:
    return ~rows.test(is_rectified)


def is_overdue(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.before("deadline")


is_on_the_spot = holds("mode", "on_the_spot")
has_mode = known("mode")
is_major = holds("severity", "major")


def is_major_open(rows: Rows) -> Mask:
    return rows.test(is_major) & rows.test(is_open)


def is_repeat(rows: Rows) -> Mask:
    """Another row of the same district, premises and category was found 1 to 365 days before."""
    gap = rows.days(rows.ledger.date) - rows.previous_day(*SAME_HAZARD)
    return gap <= np.timedelta64(REPEAT_DAYS, "D")  # the nearest earlier day is at least one before


def is_observed(rows: Rows) -> Mask:
    """Closed for the survival curve: on the spot, or rectified by as_of."""
    return rows.test(is_on_the_spot) | rows.test(is_rectified)


def count_days(rows: Rows) -> Numbers:
    """Days from found to rectified, on the spot 0, open ones to as_of; never below 0."""
    found = rows.days(rows.ledger.date)
    end = np.where(rows.test(is_rectified), rows.test(find_rectified_day), rows.as_of)
    days = np.maximum((end - found).astype(np.int64), 0)
    return np.where(rows.test(is_on_the_spot), 0, days)


def is_judged(rows: Rows) -> Mask:
    """Whether on time or not is known: there is a deadline, and the hazard is rectified or its deadline has come."""
    return rows.known("deadline") & (rows.test(is_rectified) | rows.by("deadline"))


def is_in_time(rows: Rows) -> Mask:
    """Rectified on or before its deadline."""
    return rows.test(is_rectified) & (rows.test(find_rectified_day) <= rows.days("deadline"))


@cache
def is_closed_within(days: int) -> Test:
    """Whether closed at most so many days after it was found."""
    return lambda rows: rows.test(is_observed) & (rows.test(count_days) <= days)


@cache
def was_found_before(days: int) -> Test:
    """Whether found so many days before as_of or earlier, so that it can be said whether it was closed within them."""
    return lambda rows: rows.days(rows.ledger.date) + np.timedelta64(days, "D") <= rows.as_of


MEASURES: tuple[Measure, ...] = (
    Count(fact="hazards.found"),
    Count(fact="hazards.rectified", counted=is_rectified),
    Share(fact="hazards.rectification_rate", counted=is_rectified),
    Count(fact="hazards.on_the_spot", counted=is_on_the_spot),
    Share(fact="hazards.on_the_spot_share", counted=is_on_the_spot, rows=has_mode),
    Count(fact="hazards.open", counted=is_open),
    Count(fact="hazards.overdue", counted=is_overdue),
    Count(fact="hazards.major", counted=is_major),
    Count(fact="hazards.major_open", counted=is_major_open),
    Count(fact="hazards.repeats", counted=is_repeat),
    Median(fact="hazards.days_to_rectify_median", days=count_days, closed=is_observed),
)

# What suppression must know: sums within a district, and parts that are never above others.
SUMS = (
    ((every, every), ((every, is_rectified), (every, is_open))),
    ((every, is_on_the_spot), ((has_mode, is_on_the_spot),)),  # who is on the spot has a mode
)
WITHIN = (
    ((every, is_overdue), (every, is_open)),
    ((every, is_major_open), (every, is_open)),
    ((every, is_major_open), (every, is_major)),
    ((every, is_on_the_spot), (every, is_observed)),
    ((every, is_rectified), (every, is_observed)),
)
