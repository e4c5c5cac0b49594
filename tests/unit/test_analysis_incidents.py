"""Incidents by year and month, and the gravest, counted by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.incidents import (
    AccidentLevels,
    follow_years,
    list_grave_events,
    list_gravest,
    list_levels,
)
from taizhang.analysis.view import View


def make_incidents(*days: str, **more: object) -> View:
    rows = [{"occurred_on": day} for day in days]
    return make_view({"incidents": make_table("incidents", rows)}, **more)  # type: ignore[arg-type]


def test_a_row_for_each_year_and_a_column_for_each_month() -> None:
    counts = follow_years(make_incidents("2020-01-05", "2020-01-31", "2021-12-31 23:30", "2021-02-01"))
    assert counts is not None
    assert list(counts.index) == [2020, 2021] and list(counts.columns) == list(range(1, 13))
    assert counts.to_numpy().tolist() == [[2] + [0] * 11, [0, 1] + [0] * 9 + [1]]


def test_months_to_come_are_not_counted() -> None:
    """Of the period's last month what came after its end is left out; as of a day before, less is known."""
    days = ("2021-05-30", "2021-06-15 23:00", "2021-06-16 00:00", "2021-06-16 09:00", "2021-07-01")
    view = make_incidents(*days, period="2021-01-01/2021-06-15", as_of=date(2021, 12, 31))
    counts = follow_years(view)
    assert counts is not None
    np.testing.assert_array_equal(counts.loc[2021], [0, 0, 0, 0, 1, 1] + [np.nan] * 6)
    early = follow_years(replace(view, as_of=date(2021, 5, 31)))
    assert early is not None
    np.testing.assert_array_equal(early.loc[2021], [0, 0, 0, 0, 1] + [np.nan] * 7)


@pytest.mark.parametrize(
    ("incidents", "counts", "found", "is_graver"),
    [
        (5, (2, 0, 0, 0), ["ordinary"], False),
        (5, (2, 1, 0, 0), ["ordinary", "larger"], True),
        (1, (0, 0, 0, 1), ["extraordinary"], True),
        (1, (0, 0, 0, 0), [], False),
    ],
)
def test_levels_that_occurred(
    incidents: int, counts: tuple[int, ...], found: list[str], is_graver: bool
) -> None:
    names = ("ordinary", "larger", "major", "extraordinary")
    rows = [make_fact(f"incidents.level_{name}", n) for name, n in zip(names, counts, strict=True)]
    levels = list_levels(make_view(facts=[make_fact("incidents.count", incidents), *rows]))
    assert levels == AccidentLevels(incidents, [f"incidents.level_{name}" for name in found])
    assert levels is not None and levels.is_graver == is_graver
    none = make_fact("incidents.count", 0)
    assert list_levels(make_view(facts=[none, *rows])) is None and list_levels(make_view(facts=rows)) is None
    known = make_fact("incidents.count", incidents)
    assert list_levels(make_view(facts=[known, *rows[:3]])) is None


def test_eight_years_at_most_and_back_to_the_first_day_on_record() -> None:
    longest = follow_years(make_incidents("2010-05-01", "2014-01-01", "2013-12-31"))
    assert longest is not None and list(longest.index) == list(range(2014, 2022))
    assert longest.to_numpy().sum() == 1 and longest.loc[2014, 1] == 1
    view = make_incidents("2021-05-01", first_days={"incidents": date(2018, 7, 1)})
    kept = follow_years(view)
    assert kept is not None and list(kept.index) == [2018, 2019, 2020, 2021]


def test_without_incidents_there_is_nothing() -> None:
    assert follow_years(make_view()) is None and follow_years(make_incidents()) is None
    assert follow_years(make_incidents("2021-05-01", period="2020", as_of=date(2021, 12, 31))) is None
    assert list_gravest(make_view(), 3).empty


@pytest.mark.parametrize(("most", "kept"), [(1, [3]), (2, [3, 6]), (3, [3, 5, 6]), (9, [2, 3, 4, 5, 6])])
def test_the_gravest_by_deaths_then_injuries_then_loss(most: int, kept: list[int]) -> None:
    """Rows 2 to 6, the last two on one day: row 3 has most deaths, 6 more injuries than 5, 5 more loss than 4."""
    rows = [
        {"occurred_on": "2021-01-01"},
        {"occurred_on": "2021-03-01", "deaths": 2},
        {"occurred_on": "2021-02-01", "deaths": 1, "serious_injuries": 1, "loss_wan": 5},
        {"occurred_on": "2021-04-01", "deaths": 1, "serious_injuries": 1, "loss_wan": 9},
        {"occurred_on": "2021-04-01", "deaths": 1, "serious_injuries": 2, "loss_wan": 1},
        {"occurred_on": "2020-04-01", "deaths": 9},
    ]
    listed = list_gravest(make_view({"incidents": make_table("incidents", rows)}), most)
    assert sorted(listed["source_row"].tolist()) == kept
    order = list(zip(listed["occurred_on"], listed["source_row"], strict=True))
    assert order == sorted(order)


def test_incidents_of_a_day_are_in_the_order_of_their_files() -> None:
    table = make_table("incidents", [{"occurred_on": "2021-04-01", "deaths": n} for n in range(3)])
    table["source_file"] = pd.Series(["b.csv", "a.csv", "a.csv"], dtype="str")
    listed = list_gravest(make_view({"incidents": table}), 3)
    assert listed["source_row"].tolist() == [3, 4, 2]


def make_grave() -> View:
    usual = {"class": "accident", "serious_injuries": 0, "loss_wan": 0.0}
    rows = [
        usual
        | {
            "occurred_on": "2021-09-02",
            "type": "渔船事故",
            "deaths": 3,
            "missing": 2,
            "description": "张某落水",
        },
        usual | {"occurred_on": "2021-03-18", "type": None, "deaths": 1, "missing": 0},
        usual | {"occurred_on": "2021-04-01", "type": "火灾", "deaths": 0, "loss_wan": 1200.0, "missing": 0},
        usual | {"occurred_on": "2021-05-01", "type": "触电", "deaths": 0, "missing": 0},
        usual | {"occurred_on": "2021-06-01", "type": "触电", "deaths": None, "missing": None},
        usual | {"occurred_on": "2020-06-01", "type": "触电", "deaths": 2, "missing": 0},
        usual | {"occurred_on": "2021-07-01", "class": "natural", "type": "台风", "deaths": 0, "missing": 1},
    ]
    return make_view({"incidents": make_table("incidents", rows)}, district="all")


def test_grave_events_by_hand() -> None:
    found = list_grave_events(make_grave())
    assert [(str(one.day), one.type, one.grade, one.deaths, one.missing) for one in found.events] == [
        ("2021-03-18", "", "ordinary", 1, 0),
        ("2021-04-01", "火灾", "larger", 0, 0),  # by its loss
        ("2021-07-01", "台风", "", 0, 1),
        ("2021-09-02", "渔船事故", "larger", 3, 2),
    ]
    assert found.silent == 1 and all(one.told for one in found.events)
    assert list_grave_events(make_view()).events == ()


def test_a_column_that_is_not_there_is_no_nought() -> None:
    rows = [
        {"class": "accident", "occurred_on": "2021-03-18", "deaths": 1, "serious_injuries": 0, "loss_wan": 0}
    ]
    table = make_table("incidents", rows).drop(columns=["missing"])
    (event,) = list_grave_events(make_view({"incidents": table})).events
    assert event.missing is None


def test_the_table_of_grave_events_names_nobody() -> None:
    table = figures.tabulate_grave_events(make_grave())
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["2021-03-18", NAMES[0], "未填写", "一般", "1", "0"],
        ["2021-04-01", NAMES[0], "火灾", "较大", "0", "0"],
        ["2021-07-01", NAMES[0], "台风", "—", "0", "1"],
        ["2021-09-02", NAMES[0], "渔船事故", "较大", "3", "2"],
    ]
    assert "1起没有写明死亡人数" in table.notes[-1]
    assert not figures.tabulate_grave_events(make_view())


def say(view: View) -> str:
    prose = narrative.write_grave_events(view)
    return "" if not prose else "".join(run.text for run in prose.blocks[0].runs)


def test_that_nobody_died_is_said_only_where_it_is_known() -> None:
    told = "造成死亡、失踪或等级在较大以上的事件共4起，写明死亡的共4人，发生在1个地区。"
    assert say(make_grave()) == f"{told}另有1起没有写明死亡人数。"
    quiet = {"incidents": make_table("incidents", [{"occurred_on": "2021-05-01", "deaths": 0}])}
    levels = [f"incidents.level_{name}" for name in ("larger", "major", "extraordinary")]
    facts = [make_fact(name, 0, district="all") for name in ("incidents.deaths", *levels)]
    assert say(make_view(quiet, facts=facts, district="all")).startswith("没有造成死亡的事件")
    assert "无从得知" in say(make_view(quiet, facts=facts[:2], district="all"))
    assert say(make_view()) == ""
