"""Facts of hazards: found, rectified, overdue, repeated, time to rectify."""

from functools import cache

import numpy as np

from taizhang.facts.grounds import (
    Ground,
    Test,
    ask,
    every,
    grounds_of,
    holds,
    knows,
    names_premises,
    rests_on,
)
from taizhang.facts.measures import STOCK, Count, Measure, Median, PlainMedian, Share, Sum
from taizhang.facts.rows import Days, Floats, Mask, Numbers, Rows
from taizhang.metadata.kinds import PREMISES_KEY

SAME_HAZARD = ("district_code", PREMISES_KEY, "category")
REPEAT_DAYS = 365
DAYS_DONE = ("rectified_on", "closed_on", "verified_on")

is_on_the_spot = holds("mode", "on_the_spot")
is_major = holds("severity", "major")
_failed = holds("verified_result", "not_passed")


def _choose_days(rows: Rows, first: bool) -> Days:
    """The first filled-in of rectified_on, closed_on and verified_on (unless failed); if on the spot, the day found.

    For a partial date, its first or last day. NaT if there is none.
    """
    read = rows.days if first else rows.last_days
    spot = rows.test(is_on_the_spot) & ~rows.equals("status", "open")
    day = np.where(spot, read(rows.ledger.date), np.datetime64("NaT", "D"))
    day = np.where(rows.test(_failed) | np.isnat(rows.days("verified_on")), day, read("verified_on"))
    for column in ("closed_on", "rectified_on"):
        day = np.where(np.isnat(rows.days(column)), day, read(column))
    return day


def find_rectified_day(rows: Rows) -> Days:
    """Return the day of rectification, even after as_of; NaT if unknown. For a month, its first day."""
    return _choose_days(rows, True)


def _find_last_day(rows: Rows) -> Days:
    return _choose_days(rows, False)


def is_reopened(rows: Rows) -> Mask:
    """Return whether verification failed by as_of, on or after the day of rectification or on an unknown day."""
    failed, verified = rows.test(_failed), rows.days("verified_on")
    before = verified < rows.test(find_rectified_day)
    return failed & (np.isnat(verified) | (rows.by("verified_on") & ~before))


def says_rectified(rows: Rows) -> Mask:
    """Return whether status or verification says rectified, whatever the day."""
    said = rows.equals("status", "rectified") | rows.equals("status", "closed")
    return said | rows.equals("verified_result", "passed")


def has_no_day(rows: Rows) -> Mask:
    """Return whether it is *undated*: reported as rectified without a day."""
    dated = ~np.isnat(rows.test(find_rectified_day))
    return rows.test(says_rectified) & ~dated & ~rows.test(is_reopened)


def has_status(rows: Rows) -> Mask:
    """Return whether it is known if a hazard was rectified by as_of.

    A day, a status, a verification result or an empty cell in a column of such days answers this, unless one of these
    could not be read. A statement without a day may not yet have been made on an earlier as-of day.
    """
    failed_undated = rows.test(_failed) & ~rows.known("verified_on")
    undated = rows.test(has_no_day) | failed_undated
    told = ~np.isnat(rows.test(find_rectified_day)) | rows.equals("status", "open") | rows.test(_failed)
    legible = ~np.logical_or.reduce([rows.unread(column) for column in DAYS_DONE])
    for column in DAYS_DONE:
        told |= rows.answered(column) & legible
    return np.where(undated, ~rows.looks_back(), told)


STATUS = Ground((*DAYS_DONE, "status"), has_status)


@rests_on(STATUS)
def is_rectified(rows: Rows) -> Mask:
    """Return whether it was rectified by as_of, or is reported rectified without a day; with a later day it is
    still open."""
    by_day = (rows.test(_find_last_day) <= rows.as_of) & ~rows.test(is_reopened)
    return rows.test(has_status) & (by_day | rows.test(has_no_day))


@rests_on(STATUS)
def is_undated(rows: Rows) -> Mask:
    """Return whether it is rectified, but without a day."""
    return rows.test(is_rectified) & rows.test(has_no_day)


@rests_on(STATUS)
def is_open(rows: Rows) -> Mask:
    return rows.test(has_status) & ~rows.test(is_rectified)


def is_unknown(rows: Rows) -> Mask:
    """Return whether its state is unknown: neither rectified, open nor overdue."""
    return ~rows.test(has_status)


def says_passed(rows: Rows) -> Mask:
    """Return whether the result of its verification is passed, without a day of it."""
    return rows.equals("verified_result", "passed") & ~rows.known("verified_on")


def is_verification_undated(rows: Rows) -> Mask:
    """Return whether it is reported rectified, or passed, without a date."""
    return rows.test(has_no_day) | rows.test(says_passed)


def _knows_verification(rows: Rows) -> Mask:
    """Return whether it is known if a verification had passed by as_of.

    A result, a day, or an empty cell in a column of either answers this, unless the other could not be read.
    """
    legible = ~rows.unread("verified_on") & ~rows.unread("verified_result")
    told = rows.answered("verified_on") | rows.answered("verified_result")
    return (rows.known("verified_result") | (told & legible)) & ~(rows.test(says_passed) & rows.looks_back())


VERIFICATION = ("verified_on", "verified_result")


@rests_on(STATUS, Ground(VERIFICATION, _knows_verification, is_rectified))
def is_verified(rows: Rows) -> Mask:
    """Return whether it is rectified and was verified by as_of, or is reported passed without a day."""
    passed = rows.test(says_passed) | (rows.by("verified_on") & ~rows.test(_failed))
    return rows.test(is_rectified) & rows.test(_knows_verification) & passed


def is_rectified_told(rows: Rows) -> Mask:
    """Return whether it is rectified, and it is known if it was verified."""
    return rows.test(is_rectified) & rows.test(_knows_verification)


def _is_major_rectified(rows: Rows) -> Mask:
    return rows.test(is_major) & rows.test(is_rectified)


@rests_on(STATUS, ask("severity"), Ground(VERIFICATION, _knows_verification, _is_major_rectified))
def is_major_unverified(rows: Rows) -> Mask:
    """Return whether it is major and rectified, and no verification had passed by as_of."""
    return rows.test(is_major) & rows.test(is_rectified_told) & ~rows.test(is_verified)


@rests_on(STATUS, ask("cost_wan", is_rectified))
def count_cost(rows: Rows) -> Floats:
    """Return the money spent, in 10,000 yuan; NaN if unknown. Of what is open, it is not yet asked."""
    return rows.amounts("cost_wan")


@rests_on(STATUS, ask("deadline", is_open))
def is_overdue(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.before("deadline")


@rests_on(STATUS, ask("severity"))
def is_major_open(rows: Rows) -> Mask:
    return rows.test(is_major) & rows.test(is_open)


def _is_carried(test: Test) -> Test:
    """For a stock: whether a row passes the test and was found before the period."""
    return rests_on(*grounds_of(test))(lambda rows: rows.test(test) & rows.is_carried())


is_carried_open = _is_carried(is_open)
is_carried_overdue = _is_carried(is_overdue)
is_carried_major = _is_carried(is_major_open)


def count_days_late(rows: Rows) -> Floats:
    """Return days from the deadline (for a month, its last day) to as_of; NaN if there is no deadline."""
    late = (rows.as_of - rows.last_days("deadline")).astype("timedelta64[D]")
    return np.where(np.isnat(late), np.nan, late.astype(np.int64))


@rests_on(names_premises("premises"), ask("category"))
def is_repeat(rows: Rows) -> Mask:
    """Return whether another row of the same district, premises and category was found 1 to 365 days earlier."""
    gap = rows.days(rows.ledger.date) - rows.previous_day(*SAME_HAZARD)
    return gap <= np.timedelta64(REPEAT_DAYS, "D")  # the nearest earlier day is at least one before


@rests_on(STATUS)
def is_timed(rows: Rows) -> Mask:
    """Return whether it can be used in a closure curve: its status and the day it was found are known."""
    return rows.test(has_status) & rows.is_day(rows.ledger.date)


def has_day(rows: Rows) -> Mask:
    """Return whether its days to closure are known: timed, and either open or closed on a known day."""
    exact = rows.test(find_rectified_day) == rows.test(_find_last_day)
    return rows.test(is_timed) & (rows.test(is_open) | rows.test(is_on_the_spot) | exact)


def _count_days(rows: Rows, end: Days) -> Numbers:
    found = rows.days(rows.ledger.date)
    days = np.maximum((end - found).astype("timedelta64[D]").astype(np.int64), 0)
    return np.where(rows.test(is_on_the_spot) & rows.test(is_rectified), 0, days)


def count_days(rows: Rows) -> Numbers:
    """Return days from found to rectified (on the spot: 0; open: to as_of), never below 0.

    If the day is unknown, the earliest possible one is used: the same day or, for a month, its first day.
    """
    found, day = rows.days(rows.ledger.date), rows.test(find_rectified_day)
    end = np.where(rows.test(is_rectified), np.where(np.isnat(day), found, day), rows.as_of)
    return _count_days(rows, end)


def count_most_days(rows: Rows) -> Numbers:
    """Do the same as `count_days`, with the latest possible day: as_of or, for a month, its last day."""
    last = rows.test(_find_last_day)
    end = np.where(rows.test(is_rectified) & ~np.isnat(last), last, rows.as_of)
    return _count_days(rows, end)


def is_judged(rows: Rows) -> Mask:
    """Return whether timeliness is known: there is a deadline, and the hazard is rectified or overdue."""
    late_or_early = (rows.test(find_rectified_day) > rows.last_days("deadline")) | rows.test(is_in_time)
    placed = rows.test(is_rectified) & late_or_early
    return rows.known("deadline") & (placed | rows.test(is_overdue))


def is_in_time(rows: Rows) -> Mask:
    """Return whether it was rectified by its deadline; without a day, by as_of."""
    day = rows.test(_find_last_day)
    return rows.test(is_rectified) & (np.where(np.isnat(day), rows.as_of, day) <= rows.last_days("deadline"))


def may_be_in_time(rows: Rows) -> Mask:
    """Return whether it could not be judged but may have been in time."""
    unsaid = rows.test(is_rectified) | rows.test(is_unknown)
    return rows.known("deadline") & ~rows.test(is_judged) & unsaid


def may_be_late(rows: Rows) -> Mask:
    """Return whether it could not be judged but may have been late; hazards not yet due are excluded."""
    return rows.test(may_be_in_time) & rows.before("deadline")


@cache
def is_closed_within(days: int) -> Test:
    """Return whether it was certainly closed within this many days of being found."""
    return lambda rows: rows.test(is_rectified) & (rows.test(count_most_days) <= days)


@cache
def may_be_closed_within(days: int) -> Test:
    """Return whether it may have been closed within this many days."""
    return lambda rows: rows.test(is_unknown) | (rows.test(is_rectified) & (rows.test(count_days) <= days))


@cache
def was_found_before(days: int) -> Test:
    """Return whether it was found, on a known day, at least this many days before as_of."""
    return lambda rows: (
        rows.is_day(rows.ledger.date)
        & (rows.days(rows.ledger.date) + np.timedelta64(days, "D") <= rows.as_of)
    )


MEASURES: tuple[Measure, ...] = (
    Count(fact="hazards.found"),
    Count(fact="hazards.rectified", counted=is_rectified),
    Count(fact="hazards.rectified_undated", counted=is_undated, interval=False),
    Count(fact="hazards.status_unknown", counted=is_unknown, interval=False),
    Share(fact="hazards.rectification_rate", counted=is_rectified),
    Count(fact="hazards.verified", counted=is_verified),
    Share(fact="hazards.verified_share", counted=is_verified, rows=is_rectified_told),
    Sum(fact="hazards.cost_wan", amount=count_cost),
    Count(fact="hazards.on_the_spot", counted=is_on_the_spot),
    Share(fact="hazards.on_the_spot_share", counted=is_on_the_spot),
    Count(fact="hazards.open", counted=is_open),
    Count(fact="hazards.overdue", counted=is_overdue),
    Count(fact="hazards.major", counted=is_major),
    Count(fact="hazards.major_open", counted=is_major_open),
    Count(fact="hazards.major_unverified", counted=is_major_unverified, interval=False),
    Count(fact="hazards.repeats", counted=is_repeat),
    Median(
        fact="hazards.days_to_rectify_median",
        days=count_days,
        most_days=count_most_days,
        closed=is_rectified,
        rows=is_timed,
    ),
    Count(fact="hazards.open_stock", counted=is_open, stock=True, interval=False),
    Count(fact="hazards.open_stock_before", counted=is_carried_open, stock=True, interval=False),
    Count(fact="hazards.overdue_stock", counted=is_overdue, stock=True, interval=False),
    Count(fact="hazards.overdue_stock_before", counted=is_carried_overdue, stock=True, interval=False),
    PlainMedian(
        fact="hazards.overdue_stock_days_median", amount=count_days_late, counted=is_overdue, stock=True
    ),
    Count(fact="hazards.major_open_stock", counted=is_major_open, stock=True, interval=False),
    Count(fact="hazards.major_open_stock_before", counted=is_carried_major, stock=True, interval=False),
)

# What suppression must know: sums within a district, and parts that are never above others.
SUMS = (
    ((every, every), ((every, is_rectified), (every, is_open), (every, is_unknown))),
    ((every, knows(is_rectified)), ((every, is_rectified), (every, is_open))),
    ((every, every), ((every, knows(is_rectified)), (every, is_unknown))),
    ((STOCK, is_open), ((every, is_open), (STOCK, is_carried_open))),
    ((STOCK, is_overdue), ((every, is_overdue), (STOCK, is_carried_overdue))),
    ((STOCK, is_major_open), ((every, is_major_open), (STOCK, is_carried_major))),
)
WITHIN = (
    ((every, is_overdue), (every, is_open)),
    ((every, is_major_open), (every, is_open)),
    ((every, is_major_open), (every, is_major)),
    ((every, is_undated), (every, is_rectified)),
    ((every, is_rectified_told), (every, is_rectified)),
    ((every, is_major_unverified), (every, is_rectified)),
    ((every, is_major_unverified), (every, is_major)),
    ((every, is_timed), (every, knows(is_rectified))),
    ((is_timed, is_rectified), (every, is_rectified)),
    *(((STOCK, test), (STOCK, is_open)) for test in (is_overdue, is_major_open)),
    *(((STOCK, test), (STOCK, is_carried_open)) for test in (is_carried_overdue, is_carried_major)),
)
