"""What the first page tells: states at their thresholds, places on the strip, and nothing that is not known."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.brief import (
    find_deaths,
    find_grade,
    find_overdue,
    find_targets,
    find_well_done,
    place_indicators,
)
from taizhang.analysis.view import View
from taizhang.metadata.brief import load_brief
from taizhang.metadata.facts import load_facts

LEVELS = ("ordinary", "larger", "major", "extraordinary")


def make_levels(*numbers: float | None) -> list[dict[str, object]]:
    return [make_fact(f"incidents.level_{name}", n) for name, n in zip(LEVELS, numbers, strict=True)]


def test_facts_of_the_plan_exist_and_have_a_good_side() -> None:
    plan, known = load_brief(), load_facts()
    facts = [fact for group in plan.strip.values() for fact in group.facts]
    assert len(facts) == len(set(facts))
    assert {known[fact].direction for fact in facts} <= {"more_is_better", "less_is_better"}
    assert {fact for one in plan.well.values() for fact in (*one.when, *one.told.values())} <= set(known)


@pytest.mark.parametrize(
    ("numbers", "level", "grade"),
    [
        ((2, 1, 0, 0), "red", "larger"),
        ((2, 0, 0, 0), "amber", "ordinary"),
        ((0, 0, 0, 1), "red", "extraordinary"),
        ((0, 0, 0, 0), "normal", ""),
        ((2, None, 0, 0), "", ""),  # one of them not known: nothing is said of the worst
    ],
)
def test_grades(numbers: Sequence[float | None], level: str, grade: str) -> None:
    found = find_grade(make_view(facts=make_levels(*numbers)))
    assert (found.level, found.grade) == (level, grade)


def make_incidents(*rows: dict[str, object]) -> pd.DataFrame:
    usual = {"class": "accident", "serious_injuries": 0, "loss_wan": 0.0, "missing": 0}
    return make_table("incidents", [usual | row for row in rows])


def test_deaths_have_their_event_where_rows_add_up() -> None:
    rows = make_incidents(
        {"occurred_on": "2021-03-18", "type": "渔船事故", "deaths": 3, "missing": 2},
        {"occurred_on": "2021-06-01", "type": "触电", "deaths": 0},
    )
    found = find_deaths(make_view({"incidents": rows}, facts=[make_fact("incidents.deaths", 3)]))
    assert (found.level, found.deaths, found.missing) == ("red", 3, 2)
    assert [(one.day, one.type, one.grade, one.deaths) for one in found.events] == [
        (date(2021, 3, 18), "渔船事故", "larger", 3)
    ]
    # Another number than the rows': no event is named.
    assert find_deaths(make_view({"incidents": rows}, facts=[make_fact("incidents.deaths", 4)])).events == ()
    assert find_deaths(make_view({"incidents": rows})).deaths is None
    assert find_deaths(make_view({"incidents": rows}, facts=[make_fact("incidents.deaths", 0)])).level == (
        "normal"
    )


def make_targets(done: float, goal: float, pace: float) -> list[dict[str, object]]:
    name = "targets.drills.held"
    share = {"numerator": done, "denominator": goal}
    return [
        make_fact(f"{name}.done_percent", 100 * done / goal, **share),  # type: ignore[arg-type]
        make_fact(f"{name}.pace_points", pace, **share),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize(
    ("done", "pace", "as_of", "level", "missed"),
    [
        (10, 0, date(2021, 12, 31), "normal", 0),
        (9, -10, date(2021, 12, 31), "amber", 1),
        (6, -40, date(2021, 12, 31), "amber", 1),
        (5, -50, date(2021, 12, 31), "red", 1),
        (5, 10, date(2021, 5, 26), "normal", 0),  # half of it, with two fifths of the year gone by
        (3, -10, date(2021, 5, 26), "amber", 1),  # 30 of the 40 percent asked
        (2, -20, date(2021, 5, 26), "red", 1),
    ],
)
def test_targets(done: float, pace: float, as_of: date, level: str, missed: int) -> None:
    found = find_targets(make_view(facts=make_targets(done, 10, pace), as_of=as_of))
    assert (found.level, len(found.missed)) == (level, missed)


def test_targets_that_nobody_set() -> None:
    assert find_targets(make_view()).level == "" and find_targets(make_view()).targets == ()


def make_overdue(*days_late: int) -> View:
    end = pd.Timestamp("2021-12-31")
    rows = [
        {
            "found_on": end - pd.Timedelta(days=late + 30),
            "deadline": end - pd.Timedelta(days=late),
            "status": "open",
            "mode": "by_deadline",
            "trade": "渔业船舶" if at < 2 else "工贸",
        }
        for at, late in enumerate(days_late)
    ]
    facts = [make_fact("hazards.overdue_stock", len(rows))]
    return make_view({"hazards": make_table("hazards", rows)}, facts=facts)


def test_overdue_past_the_red_threshold() -> None:
    found = find_overdue(make_overdue(181, 20, 5))
    assert (found.level, found.longest, found.long, found.of_trade) == ("red", 181, 1, ("渔业船舶", 2))
    found = find_overdue(make_overdue(180, 20, 5, 4))
    assert (found.level, found.longest, found.long, found.of_trade) == ("amber", 180, 0, None)
    assert find_overdue(make_view(facts=[make_fact("hazards.overdue_stock", 0)])).level == "normal"
    assert find_overdue(make_view()).level == ""


def test_overdue_that_only_some_districts_can_tell() -> None:
    """The whole area's number is not known: what districts know is told, and not as the whole."""
    facts = [
        make_fact("hazards.overdue_stock", None, district="all"),
        make_fact("hazards.overdue_stock", 4, district="350921101"),
        make_fact("hazards.overdue_stock", 0, district="350921102"),
        make_fact("hazards.overdue_stock", None, district="350921103"),
    ]
    found = find_overdue(make_view(facts=facts, district="all"))
    assert (found.level, found.number, found.told) == ("amber", None, {"350921101": 4})
    assert find_overdue(make_view(facts=facts[2:], district="all")).level == ""
    # A district that does not know its own tells no other's.
    assert find_overdue(make_view(facts=facts, district="350921103")).told == {}


def make_rates(fact: str, *values: float | None, area: float | None = 90.0) -> list[dict[str, object]]:
    rows = [make_fact(fact, value, district=code) for code, value in zip(CODES, values, strict=True)]
    return [*rows, make_fact(fact, area, district="all")]


def test_places_are_on_the_rows_own_scale_and_right_is_better() -> None:
    more = make_rates("hazards.rectification_rate", 95, 70, 90, None, 100, 85)
    less = make_rates("hazards.days_to_rectify_median", 6, 3, 9, 3, 3, 3, area=3)
    found = {one.info.name: one for one in place_indicators(make_view(facts=[*more, *less]))}
    rate, days = found["hazards.rectification_rate"], found["hazards.days_to_rectify_median"]
    # The largest distance, 20 below the area's 90, is 1; one district is not known and has no dot.
    assert (rate.place, rate.others) == (0.25, (-1.0, -0.25, 0.0, 0.5))
    assert (rate.least, rate.most) == (70, 100)
    assert (days.place, days.others) == (-0.5, (-1.0, 0.0, 0.0, 0.0, 0.0))


@pytest.mark.parametrize("own", [{"value": None}, {"value": 95.0, "suppressed": True}])
def test_what_is_not_known_or_withheld_has_no_place(own: dict[str, Any]) -> None:
    rows = make_rates("hazards.rectification_rate", 95, 70, 90, 88, 100, 85)
    assert len(place_indicators(make_view(facts=rows))) == 1
    rows[0] |= own
    assert place_indicators(make_view(facts=rows)) == ()
    # Nor is the district's withheld value a dot on another's strip.
    other = place_indicators(make_view(facts=rows, district=CODES[1]))
    assert len(other[0].others) == 4


def test_done_well_is_known_of_every_row() -> None:
    facts = {"hazards.major": 6.0, "hazards.major_open_stock": 0.0}
    view = make_view(facts=[make_fact(name, value, known=9, of=9) for name, value in facts.items()])
    assert [one.key for one in find_well_done(view, 2)] == ["major_cleared"]
    partly = make_view(facts=[make_fact(name, value, known=8, of=9) for name, value in facts.items()])
    assert find_well_done(partly, 2) == []
    none = make_view(facts=[make_fact(name, 0, known=9, of=9) for name in facts])
    assert find_well_done(none, 2) == []
