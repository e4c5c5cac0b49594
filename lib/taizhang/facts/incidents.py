"""Facts of incidents, with the levels of accidents."""

import numpy as np

from taizhang.facts.measures import Count, Measure, PerPopulation, Sum, holds, number
from taizhang.facts.rows import Mask, Numbers, Rows

LEVELS = ("ordinary", "larger", "major", "extraordinary")
# Lower bounds, inclusive, of larger, major and extraordinary: State Council Order 493, article 3.
BOUNDS = {
    "deaths": (3, 10, 30),
    "serious_injuries": (10, 50, 100),
    "loss_wan": (1_000, 5_000, 10_000),
}
is_accident = holds("class", "accident")


def find_level(rows: Rows) -> Numbers:
    """Level of each accident, 0 (ordinary) to 3 (extraordinarily serious); -1 for others.

    Any one criterion suffices. A missing number counts as 0 where one of the three is known; an accident
    with none of them has no level.
    """
    numbers = {column: rows.numbers(column) for column in BOUNDS}
    known = ~np.isnan([*numbers.values()]).all(axis=0)
    levels = [np.searchsorted(BOUNDS[name], np.nan_to_num(of), side="right") for name, of in numbers.items()]
    return np.where(rows.test(is_accident) & known, np.max(levels, axis=0), -1)


def is_ordinary(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 0)


def is_larger(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 1)


def is_major(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 2)


def is_extraordinary(rows: Rows) -> Mask:
    return np.equal(rows.test(find_level), 3)


MEASURES: tuple[Measure, ...] = (
    Count(fact="incidents.count"),
    Sum(fact="incidents.deaths", amount=number("deaths"), interval=True),
    Sum(fact="incidents.serious_injuries", amount=number("serious_injuries"), interval=True),
    Sum(fact="incidents.loss_wan", amount=number("loss_wan")),
    Count(fact="incidents.level_ordinary", counted=is_ordinary),
    Count(fact="incidents.level_larger", counted=is_larger),
    Count(fact="incidents.level_major", counted=is_major),
    Count(fact="incidents.level_extraordinary", counted=is_extraordinary),
    PerPopulation(
        fact="incidents.deaths_per_100k", amount=number("deaths"), column="residents", scale=100_000
    ),
    PerPopulation(fact="incidents.deaths_per_yi_output", amount=number("deaths"), column="output_yi"),
)
