"""Facts of incidents, with the levels of accidents."""

from functools import cache

import numpy as np

from taizhang.facts.grounds import Ground, Test, ask, holds, number, rests_on
from taizhang.facts.measures import Count, Measure, PerPopulation, Share, Sum
from taizhang.facts.rows import Floats, Mask, Numbers, Rows

LEVELS = ("ordinary", "larger", "major", "extraordinary")
GRAVE_LEVELS = LEVELS[1:]  # told among the gravest problems, and red
# Lower bounds, inclusive, of larger, major and extraordinary: State Council Order 493, article 3.
BOUNDS = {
    "deaths": (3, 10, 30),
    "serious_injuries": (10, 50, 100),
    "loss_wan": (1_000, 5_000, 10_000),
}
is_accident = holds("class", "accident")


def find_level(rows: Rows) -> Numbers:
    """Return the level of each accident, 0 (ordinary) to 3 (extraordinarily serious); -1 for other incidents.

    Any one criterion suffices. If a number is missing, the accident's level may be higher than the others show, so it
    gets no level unless it already reaches the highest.
    """
    numbers = {column: rows.amounts(column) for column in BOUNDS}
    known = ~np.isnan([*numbers.values()]).any(axis=0)
    levels = [np.searchsorted(BOUNDS[name], np.nan_to_num(of), side="right") for name, of in numbers.items()]
    level = np.max(levels, axis=0)
    return np.where(rows.test(is_accident) & (known | (level == 3)), level, -1)


@cache
def _tells_level(column: str) -> Test:
    return lambda rows: rows.answered(column) | (rows.test(find_level) == 3)


_GROUNDS = (ask("class"), *(Ground((column,), _tells_level(column), is_accident) for column in BOUNDS))


@rests_on(*_GROUNDS)
def is_ordinary(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 0)


@rests_on(*_GROUNDS)
def is_larger(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 1)


@rests_on(*_GROUNDS)
def is_major(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 2)


@rests_on(*_GROUNDS)
def is_extraordinary(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 3)


@rests_on(ask("class"), ask("deaths", is_accident))
def count_accident_deaths(rows: Rows) -> Floats:
    """Return deaths in accidents; NaN for other incidents and if unknown."""
    return np.where(rows.test(is_accident), rows.amounts("deaths"), np.nan)


# State Council Order 493, article 9; where a day alone is written, the next day may be within it.
MOST_TIME, CERTAINLY_LATE = np.timedelta64(60, "m"), np.timedelta64(2, "D")


def _judge_report(rows: Rows) -> Numbers:
    """Return 1 for an incident that was reported late, 0 for one in time, -1 where that is unknown.

    With the time of both, it is late after more than an hour. Otherwise it is late two or more days later, in time
    on the same day, and unknown on the next, or where the report comes first. What was not reported by as_of is
    late once two days have gone by.
    """
    took = rows.moments("reported_on") - rows.moments("occurred_on")
    first, last = rows.days("reported_on"), rows.last_days("reported_on")
    least = np.minimum(first, rows.as_of) - rows.last_days("occurred_on")
    timed = ~np.isnat(took) & (first <= rows.as_of)
    late = np.where(timed, took > MOST_TIME, least >= CERTAINLY_LATE)
    same_day = (first == last) & (first == rows.days("occurred_on")) & rows.is_day("occurred_on")
    in_time = np.where(timed, (took >= np.timedelta64(0, "m")) & (took <= MOST_TIME), same_day)
    return np.where(late, 1, np.where(in_time, 0, -1))


def _knows_report(rows: Rows) -> Mask:
    return np.asarray(rows.test(_judge_report) >= 0)


_REPORT = Ground(("reported_on",), _knows_report)


@rests_on(_REPORT)
def is_reported_late(rows: Rows) -> Mask:
    return np.equal(rows.test(_judge_report), 1)


@rests_on(_REPORT)
def is_reported_in_time(rows: Rows) -> Mask:
    return np.equal(rows.test(_judge_report), 0)


@rests_on(ask("class"), Ground(("reported_on",), _knows_report, is_accident))
def is_accident_late(rows: Rows) -> Mask:
    """Return whether an accident, which article 9 is about, was reported late."""
    return rows.test(is_accident) & rows.test(is_reported_late)


MEASURES: tuple[Measure, ...] = (
    Count(fact="incidents.count"),
    Sum(fact="incidents.deaths", amount=number("deaths"), interval=True),
    Sum(fact="incidents.missing", amount=number("missing"), interval=True),
    Sum(fact="incidents.serious_injuries", amount=number("serious_injuries"), interval=True),
    Sum(fact="incidents.loss_wan", amount=number("loss_wan")),
    Count(fact="incidents.level_ordinary", counted=is_ordinary),
    Count(fact="incidents.level_larger", counted=is_larger),
    Count(fact="incidents.level_major", counted=is_major),
    Count(fact="incidents.level_extraordinary", counted=is_extraordinary),
    Count(fact="incidents.late_reports", counted=is_reported_late),
    Count(fact="incidents.late_accidents", counted=is_accident_late, interval=False),
    Share(fact="incidents.on_time_report_rate", counted=is_reported_in_time),
    PerPopulation(
        fact="incidents.deaths_per_100k", amount=number("deaths"), column="residents", scale=100_000
    ),
    PerPopulation(fact="incidents.deaths_per_yi_output", amount=count_accident_deaths, column="output_yi"),
)
