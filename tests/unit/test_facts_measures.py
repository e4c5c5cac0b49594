"""What suppression is told of each fact: the counts and sums it shows, and over how many rows they are."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from benchmarks.facts_reckoned import (
    AREAS,
    CODES,
    COUNTS,
    COVERED,
    DISTINCT,
    DISTRICTS,
    MEDIANS,
    MIDDLES,
    PER,
    RATIOS,
    SHARES,
    STOCKS,
    SUMS,
    Look,
    choose,
    draw_rows,
    kind_of,
    make_table,
    population,
)  # fmt: skip
from benchmarks.facts_reckoned import (
    count as reckon,
)
from taizhang.core.periods import parse_period
from taizhang.facts import hazards, plans, prepare_ledgers
from taizhang.facts.compute import MEASURES
from taizhang.facts.measures import Part, Scene, divide, every, holds, known, knows, number

YEAR, AS_OF = parse_period("2021"), date(2022, 1, 31)


def tell_parts(look: Look, fact: str) -> list[tuple[list[float], list[float], dict[str, bool]]]:
    """Values, sizes and flags of the parts of a fact, by district and of all."""
    rows = choose(look, fact)
    told = [reckon(look, fact, code) for code in [*CODES, "all"]]

    def count(which: Callable[[Any, bool], bool]) -> list[float]:
        return [
            sum(code in ("all", row["district_code"]) and which(row, counted) for _, row, counted in rows)
            for code in [*CODES, "all"]
        ]

    everyone, some = count(lambda row, counted: True), count(lambda row, counted: counted)
    value, top, bottom = ([numbers[at] for numbers in told] for at in range(3))
    plain = {"additive": True, "positive": True, "own": True, "is_count": False}
    number = plain | {"is_count": True}
    if fact in COUNTS:
        return [(value, value, number | {"own": fact not in STOCKS})]
    if fact in MIDDLES:
        return [(bottom, bottom, number | {"own": fact not in STOCKS})]
    if fact in SHARES or fact in MEDIANS:
        flags = number | {"own": fact not in COVERED}
        return [(everyone, everyone, flags), (some, some, flags | {"positive": False})]
    if fact in SUMS:
        return [(value, some, plain)]
    if fact in RATIOS:
        based = count(lambda row, counted: RATIOS[fact][1](look, row) != 0)
        return [(bottom, based, plain), (top, some, plain | {"positive": False})]
    if fact in PER:
        return [(top, some, plain)]
    if fact in DISTINCT:
        return [(value, everyone, plain | {"additive": not fact.startswith("losses.events")})]
    return []


@pytest.mark.parametrize(("seed", "text"), [(11, "2021"), (12, "2021H2"), (13, "2021")])
def test_parts_of_every_fact(seed: int, text: str) -> None:
    period = parse_period(text)
    look = Look(draw_rows(seed, period, AS_OF), period, AS_OF)
    ready = prepare_ledgers({kind: make_table(kind, rows) for kind, rows in look.rows.items()}, DISTRICTS)
    scene = Scene(ready, period, AS_OF, AREAS)
    for fact, measure in MEASURES.items():
        result = measure.compute(scene)
        numbers = [result.value, result.numerator, result.denominator, result.low, result.high]
        assert all(column.dtype == float and column.shape == (5,) for column in numbers), fact
        wanted = tell_parts(look, fact)
        assert len(result.parts) == len(wanted), fact
        for part, (values, sizes, flags) in zip(result.parts.values(), wanted, strict=True):
            np.testing.assert_allclose(part.values, values, err_msg=fact)
            np.testing.assert_allclose(part.sizes, sizes, err_msg=fact)
            assert {name: getattr(part, name) for name in flags} == flags, fact


def test_facts_that_show_one_number_know_it_by_one_key() -> None:
    look = Look(draw_rows(43, YEAR, AS_OF), YEAR, AS_OF)
    ready = prepare_ledgers({kind: make_table(kind, rows) for kind, rows in look.rows.items()}, DISTRICTS)
    scene = Scene(ready, YEAR, AS_OF, AREAS)
    keys = {fact: list(measure.compute(scene).parts) for fact, measure in MEASURES.items()}
    assert keys["hazards.found"] == [(every, every)]
    assert keys["hazards.rectified"] == [(every, hazards.is_rectified)]
    assert keys["hazards.rectification_rate"] == [
        (every, knows(hazards.is_rectified)),
        (every, hazards.is_rectified),
    ]
    spot = [(every, knows(hazards.is_on_the_spot)), (every, hazards.is_on_the_spot)]
    assert keys["hazards.on_the_spot_share"] == spot
    assert keys["hazards.days_to_rectify_median"] == [
        (every, hazards.is_timed),
        (hazards.is_timed, hazards.is_rectified),
    ]
    assert keys["plans.current"] == [(every, plans.is_current)] == keys["drills.plans_drilled_share"][:1]
    assert keys["drills.plans_drilled_share"][1] == (
        plans.is_current,
        MEASURES["drills.plans_drilled_share"].covered,
    )
    assert keys["incidents.deaths"] == [number("deaths")]
    # Numbers of their own, which no other fact of their kind shows.
    names = [
        "inspections.hazards_per_visit",
        "drills.problems_fixed_share",
        "inspections.premises",
        "losses.events",
    ]
    alone = [*names, *PER, "drills.problems", "incidents.deaths", "shelters.capacity"]
    for fact in alone:
        same = [other for other in MEASURES if other != fact and kind_of(other) == kind_of(fact)]
        assert not set(keys[fact]) & {key for other in same for key in keys[other]}, fact
        assert len(set(keys[fact])) == len(keys[fact])


def test_kinds_whose_rows_are_counted() -> None:
    assert MEASURES["hazards.found"].kinds == {"hazards"}
    assert MEASURES["drills.plans_drilled_share"].kinds == {"drills", "plans"}
    assert MEASURES["incidents.deaths_per_100k"].kinds == {"incidents"}


def test_a_ratio_is_unknown_over_nothing_or_the_unknown() -> None:
    ratio = divide(np.array([1.0, 0, 1, 1, np.nan]), np.array([4.0, 2, 0, np.nan, 2]))
    np.testing.assert_array_equal(ratio, [0.25, 0, np.nan, np.nan, np.nan])


def test_the_population_is_that_of_the_year_in_which_the_period_ends() -> None:
    rows = [
        ("101", 2021, 50), ("101", 2021, 50), ("101", 2022, 7), ("102", 2021, 1), ("102", 2021, 2),
        ("103", 2021, None), (None, 2021, 3), ("104", 2021, 0),
    ]  # fmt: skip
    names = ("district_code", "year", "residents", "output_yi")
    table = make_table("population", [dict(zip(names, (*row, None), strict=True)) for row in rows])
    scene = Scene(
        prepare_ledgers({"population": table}, DISTRICTS), parse_period("2020-07-01/2021-06-30"), AS_OF
    )
    np.testing.assert_array_equal(scene.population("residents"), [50, np.nan, np.nan, 0])
    np.testing.assert_array_equal(scene.population("output_yi"), [np.nan] * 4)
    assert scene.n == 4
    look = Look({"population": []}, YEAR, AS_OF)
    assert np.isnan(population(look, "101", "residents"))


def test_tests_of_a_column_are_one_and_the_same() -> None:
    assert number("deaths") is number("deaths") and number("deaths") is not number("loss_wan")
    assert known("mode") is known("mode")
    assert holds("mode", "a") is holds("mode", "a") and holds("mode", "a") is not holds("mode", "b")
    part = Part(np.zeros(2), np.zeros(2))
    assert not part.is_count  # equal is not enough
