"""The tables of a calendar year that are published together: its months, quarters, halves and the year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from taizhang.core.periods import Period, parse_period
from taizhang.facts.suppress import Link

# Of twelve months, four quarters, two halves and the year, in this order.
_WHOLES = (
    *((12 + quarter, (3 * quarter, 3 * quarter + 1, 3 * quarter + 2)) for quarter in range(4)),
    *((16 + half, (12 + 2 * half, 13 + 2 * half)) for half in range(2)),
    (18, (16, 17)),
)
PERIODS = 19


@dataclass(frozen=True)
class Reading:
    """A period read as of a day; `asked`: the day that somebody asked for."""

    period: Period
    as_of: date
    asked: date | None


def list_periods(year: int) -> list[Period]:
    """Return its months, quarters and halves, and the year."""
    texts = [f"{year}-{month:02d}" for month in range(1, 13)]
    texts += [f"{year}Q{quarter}" for quarter in range(1, 5)]
    return [parse_period(text) for text in (*texts, f"{year}H1", f"{year}H2", str(year))]


def find_calendar_period(period: Period) -> Period | None:
    """Return the month, quarter, half or year that equals a period, however it is written; None for another range."""
    periods = list_periods(period.start.year)
    return next((one for one in periods if (one.start, one.end) == (period.start, period.end)), None)


def find_month(day: date) -> Period:
    return list_periods(day.year)[day.month - 1]


def list_readings(year: int, own: date | None) -> list[Reading]:
    """Return the readings of a year's periods that show exact counts.

    Every period as of `own`, the workbook's as-of day, or, without one, its last day; then every period as of its last
    day, for runs that ask for this day.
    """
    periods = list_periods(year)
    plain = [Reading(period, own or period.end, own) for period in periods]
    return plain + [Reading(period, period.end, period.end) for period in periods]


def link_parts(readings: Sequence[Reading], first: int = 0) -> list[Link]:
    """Return the relations between the parts of a year, each read once; they are numbered from `first` on."""
    links = []
    for whole, parts in _WHOLES:
        days = {readings[at].as_of for at in (whole, *parts)}
        links.append(Link(first + whole, tuple(first + at for at in parts), len(days) == 1))
    return links


def link_readings(readings: Sequence[Reading]) -> list[Link]:
    """Return the relations between the readings of `list_readings`: the parts of a year, and one period on two
    days."""
    links = [*link_parts(readings[:PERIODS]), *link_parts(readings[PERIODS:], PERIODS)]
    for at in range(PERIODS):
        one, other = readings[at], readings[PERIODS + at]
        # The later day has at least as much, and so has one that nobody asked for.
        late = at if (one.as_of, one.asked is None) >= (other.as_of, False) else PERIODS + at
        links.append(Link(late, (at + PERIODS if late == at else at,), False))
    return links
