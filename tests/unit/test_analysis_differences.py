"""Differences put to a test, with the scatter of their rows: probabilities by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t
from view_maker import CODES, make_fact, make_scatter, make_view

from taizhang.analysis.differences import (
    Scatter,
    count_unsettled,
    find_scatter,
    weigh_change,
    weigh_part,
    weigh_place,
)
from taizhang.analysis.view import View
from taizhang.stats.change import compare_counts

FOUND, RATE = "hazards.found", "hazards.rectification_rate"
AREA = make_fact(FOUND, 900, district="all")


def make_found(now: float, before: float, **others: object) -> View:
    facts = [make_fact(FOUND, now)], [make_fact(FOUND, before), AREA]
    return make_view(facts=facts[0], before=facts[1], **others)  # type: ignore[arg-type]


def test_counts_in_clusters_of_four_are_as_many_clusters() -> None:
    """16 against none in clusters of four are 4 against none: 2 / 2 ** 4; with 10 degrees of freedom t for z."""
    for dispersion, df, p in (
        (1.0, np.inf, 2 / 2**16),
        (4.0, np.inf, 2 / 2**4),
        (4.0, 10.0, 2 * t.sf(norm.isf(1 / 2**4), 10)),
    ):
        view = make_found(16, 0, scatter=make_scatter(dispersion, df), period="2021-03")
        assert weigh_change(view, FOUND, CODES[0], "year") == pytest.approx(p)


def test_where_the_clusters_cannot_be_told_nothing_is_tested() -> None:
    for scatter in (
        pd.DataFrame(),
        make_scatter(1, 0.0),
        make_scatter(np.nan, 5.0),
        make_scatter(1, 9.0, RATE),
    ):
        view = make_found(90, 10, scatter=scatter)
        assert find_scatter(view, FOUND, CODES[0]) is None
        assert np.isnan(weigh_change(view, FOUND, CODES[0], "year"))
    assert find_scatter(make_found(9, 9, scatter=make_scatter(2, 30)), FOUND, "all") == Scatter(2, 30)


@pytest.mark.parametrize(
    ("as_of", "last_day", "days"),
    [
        # Read on the day of as_of, or after the last row on record; thirty days before are not settled.
        ((2021, 3, 31), None, 30), ((2021, 3, 31), (2021, 3, 30), 30), ((2021, 4, 10), None, 20),
        ((2021, 4, 10), (2021, 4, 20), 10), ((2021, 4, 30), None, 0), ((2021, 3, 31), (2021, 12, 31), 0),
        ((2021, 3, 10), None, 10),
    ],
)  # fmt: skip
def test_days_whose_rows_may_still_be_wanting(
    as_of: tuple[int, ...], last_day: tuple[int, ...] | None, days: int
) -> None:
    view = make_view(
        period="2021-03", as_of=date(*as_of), last_day=None if last_day is None else date(*last_day)
    )
    assert count_unsettled(view) == days


def test_fewer_in_a_month_that_may_be_incomplete_is_not_said() -> None:
    """40 after 80 are fewer where all rows are in; where they are not, 30 of 31 days say nothing. More is more."""
    full, late = make_found(40, 80, period="2021-03"), make_found(40, 80, period="2021-03", last_day=None)
    p = weigh_change(full, FOUND, CODES[0], "year")
    assert p < 0.001 and weigh_change(late, FOUND, CODES[0], "year") == 1
    more = make_found(80, 40, period="2021-03", last_day=None)
    assert weigh_change(more, FOUND, CODES[0], "year") == pytest.approx(p)
    # Of a year, eleven months are settled: 335 of 365 days.
    year = make_found(40, 80, last_day=None)
    assert weigh_change(year, FOUND, CODES[0], "year") == compare_counts(40, 80, 335, 366).p
    # Where not a day is settled, as on the tenth of the month, nothing can be said.
    tenth = make_found(4, 80, period="2021-03", last_day=None, as_of=date(2021, 3, 10))
    assert np.isnan(weigh_change(tenth, FOUND, CODES[0], "year"))


def test_a_district_against_all_others() -> None:
    """A rate by its visits; a count, of which nobody knows from how many it came, is held against nothing."""
    rows = [make_fact(FOUND, 40), make_fact(FOUND, 140, district="all")]
    assert np.isnan(weigh_place(make_view(facts=rows), FOUND, CODES[0]))
    for fact, own, every, p in (
        ("inspections.hazards_per_visit", {"value": 0.4, "numerator": 40, "denominator": 100},
         {"value": 0.28, "numerator": 140, "denominator": 500}, compare_counts(40, 100, 100, 400).p),
    ):  # fmt: skip
        rows = [make_fact(fact, **own), make_fact(fact, district="all", **every)]  # type: ignore[arg-type]
        view = make_view(facts=rows)
        assert weigh_place(view, fact, CODES[0]) == pytest.approx(p)
        assert np.isnan(weigh_place(make_view(facts=rows[:1]), fact, CODES[0]))


def test_a_part_against_the_others_part() -> None:
    """20 of 50 overdue against 5 of 100; twice the scatter halves the square of z."""
    facts = [("hazards.overdue", 20, 25), (FOUND, 50, 150)]
    rows = [make_fact(name, own) for name, own, _ in facts]
    rows += [make_fact(name, every, district="all") for name, _, every in facts]
    plain = weigh_part(make_view(facts=rows), "hazards.overdue", FOUND, CODES[0])
    twice = weigh_part(make_view(facts=rows, scatter=make_scatter(2)), "hazards.overdue", FOUND, CODES[0])
    assert plain < 1e-6 and norm.isf(twice / 2) ** 2 == pytest.approx(norm.isf(plain / 2) ** 2 / 2)
    assert np.isnan(weigh_part(make_view(facts=rows), "hazards.overdue", FOUND, "all"))
