"""Facts of the register of premises at as_of, and of visits to the premises."""

import numpy as np

from taizhang.facts.closing import Closing
from taizhang.facts.grounds import Ground, ask, every, rests_on
from taizhang.facts.measures import Count, Measure, Share
from taizhang.facts.names import key_names, key_numbers
from taizhang.facts.rows import Mask, Rows

CLOSING = Closing("closed_on", "status", ("closed",), ("open",))


def is_open(rows: Rows) -> Mask:
    """Return whether it is on the register at as_of: not opened later, nor closed by then. Without a day of opening it
    counts."""
    opened = ~rows.known("opened_on") | rows.by("opened_on")
    return opened & ~rows.test(CLOSING.is_closed)


@rests_on(ask("key", is_open))
def is_key(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.equals("key", True)


@rests_on(ask("insured", is_open))
def is_insured(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.equals("insured", True)


def tells_insurance(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.answered("insured")


@rests_on(ask("grade", is_open))
def is_graded(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.known("grade")


def tells_grade(rows: Rows) -> Mask:
    return rows.test(is_open) & rows.answered("grade")


def _tells_closing(rows: Rows) -> Mask:
    """What closed on no known day may have been open in the period."""
    return ~rows.test(CLOSING.is_undated)


_CLOSED = Ground(("closed_on",), _tells_closing)  # a status alone does not say since when


@rests_on(_CLOSED)
def is_open_within(rows: Rows) -> Mask:
    """Return whether it was open on any day of the period, up to as_of."""
    first, last = _bound(rows)
    opened = ~rows.known("opened_on") | (rows.last_days("opened_on") <= last)
    closed = rows.last_days("closed_on") <= first  # on the day of its closing it is closed
    return opened & ~closed & rows.test(_tells_closing)


def _bound(rows: Rows) -> tuple[np.datetime64, np.datetime64]:
    """The period's first day, and its last or as_of."""
    if rows.period is None:
        return rows.as_of, rows.as_of
    first, last = (np.datetime64(day, "D") for day in (rows.period.start, rows.period.end))
    return first, min(last, rows.as_of)


@rests_on(_CLOSED, ask("key", is_open_within))
def is_key_within(rows: Rows) -> Mask:
    return rows.test(is_open_within) & rows.equals("key", True)


def is_visited(premises: Rows, visits: Rows) -> Mask:
    """Return whether a visit was linked to it.

    In tables that have not been linked: whether one names it by its number or, unless that is another's, by its name in
    its district.
    """
    if premises.ledger.is_linked and visits.ledger.is_linked:
        return np.asarray(premises.premises().isin(visits.premises().dropna()), bool)
    numbers, own = key_numbers(visits, "premises_id"), key_numbers(premises, "premises_id")
    named = key_names(visits, "premises")[~numbers.isin(own.dropna())]
    by_number, by_name = own.isin(numbers.dropna()), key_names(premises, "name").isin(named.dropna())
    return np.asarray(by_number | by_name, bool)


MEASURES: tuple[Measure, ...] = (
    Count(fact="premises.registered", counted=is_open, interval=False),
    Count(fact="premises.key", counted=is_key, interval=False),
    Share(fact="premises.insured_share", counted=is_insured, rows=tells_insurance),
    Share(fact="premises.graded_share", counted=is_graded, rows=tells_grade),
)

# What suppression must know: parts of those open are never more than these.
WITHIN = (
    ((every, is_key), (every, is_open)),
    ((every, tells_insurance), (every, is_open)),
    ((every, tells_grade), (every, is_open)),
    ((every, is_insured), (every, tells_insurance)),
    ((every, is_graded), (every, tells_grade)),
)
