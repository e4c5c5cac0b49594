"""Fact, sentence, figure, table and trace say one thing of a row, at every boundary of every predicate."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_districts, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.actions import list_stages
from taizhang.analysis.closure import list_cases
from taizhang.analysis.hazards import count_by, follow_months, list_overdue
from taizhang.analysis.view import View
from taizhang.core.display import Figure, Prose, Table
from taizhang.core.periods import parse_period
from taizhang.facts import hazards
from taizhang.facts.compute import MEASURES, compute_facts, select_rows
from taizhang.facts.measures import Count, Sum
from taizhang.metadata.kinds import load_kinds

Row = Mapping[str, object]


class Scene:
    """Some rows of the first district, looked at by facts, trace and a view as of one day."""

    def __init__(
        self, rows: Mapping[str, Sequence[Row]], period: str = "2021", as_of: date | None = None
    ) -> None:
        self.period = parse_period(period)
        self.as_of = as_of or self.period.end
        self.tables = {kind: make_table(kind, some) for kind, some in rows.items()}
        self.facts = self._compute()
        # As the book hands them to a view: rows dated on or before as_of, other days as the ledger has them.
        known = {}
        for kind, table in self.tables.items():
            day = load_kinds()[kind].date
            after = pd.Timestamp(self.as_of) + timedelta(days=1)
            known[kind] = table[table[day] < after].reset_index(drop=True) if day else table
        own = [row for row in self.facts.to_dict("records") if row["district_code"] in (CODES[0], "all")]
        self.view: View = make_view(known, facts=own, period=period, as_of=self.as_of)

    def _compute(self) -> pd.DataFrame:
        return compute_facts(self.tables, make_districts(), self.period, self.as_of, suppress=())

    def fact(self, name: str) -> float:
        row = self.view.fact(name)
        assert row is not None, name
        return float(row["value"])

    def trace(self, name: str) -> list[int]:
        """The ledger rows counted in a fact, from 0."""
        rows = select_rows(
            name, self.tables, make_districts(), self.period, self.as_of, CODES[0], suppress=()
        )
        return [int(row) - 2 for row in rows.loc[rows["counted"], "source_row"]]


def read(table: Table | None) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows] if table else []


def say(prose: Prose | None) -> str:
    return "" if not prose else "".join(run.text for block in prose.blocks for run in block.runs)


def alt(figure: Figure | None) -> str:
    assert figure is not None
    return figure.alt


HAZARD: dict[str, Any] = {
    "found_on": "2021-12-01", "deadline": "2021-12-15", "mode": "by_deadline", "trade": "工贸", "premises": "甲厂",
    "category": "用电", "severity": "general", "lon": 119.05, "lat": 26.05,
}  # fmt: skip
# Of another year, with every day filled: so an empty day says that it has not come.
BEFORE = {**HAZARD, "found_on": "2019-01-01", "rectified_on": "2019-01-02"}
OPEN, OVERDUE, RECTIFIED = ("open",), ("open", "overdue"), ("rectified",)


def check_hazard(row: Row, expected: Sequence[str], as_of: date | None = None) -> None:
    """One hazard of 2021 is, everywhere, exactly what is expected: open, overdue or rectified."""
    scene = Scene({"hazards": [{**HAZARD, **row}, BEFORE]}, as_of=as_of)
    view = scene.view
    for name in ("open", "overdue", "rectified"):
        meant = int(name in expected)
        assert scene.fact(f"hazards.{name}") == meant, name
        assert scene.trace(f"hazards.{name}") == [0] * meant, name
    is_open, is_overdue = "open" in expected, "overdue" in expected
    trend, classes, cases = follow_months(view), count_by(view, "trade"), list_cases(view)
    assert trend is not None and classes is not None and cases is not None
    sums = trend.counts.sum()
    assert sums["open"] == is_open and sums["rectified"] == (not is_open)
    assert classes["open"].sum() == is_open and classes["rectified"].sum() == (not is_open)
    assert cases.open.tolist() == [is_open]
    told = f"尚有{int(is_open)}处未整改"
    for plot in (figures.plot_hazards_trend, figures.plot_hazards_by_trade, figures.plot_closure_curve):
        assert told in alt(plot(view))
    assert told in alt(figures.map_hazards(view))
    assert len(list_overdue(view)) == len(read(figures.tabulate_overdue(view))) == is_overdue
    said = say(narrative.write_hazards(view))
    assert ("均未整改" in said) == is_open
    check_stock(scene, [0] if is_open else [], [0] if is_overdue else [])


def check_stock(scene: Scene, open_rows: Sequence[int], overdue_rows: Sequence[int]) -> None:
    """Of what stands open fact, trace, predicate, sentence, table and finding say one thing."""
    view, stock = scene.view, scene.view.standing("hazards")
    listed = list_overdue(view)
    late = [] if listed.empty else listed["late"].tolist()
    for name, rows, test in (
        ("open", open_rows, hazards.is_open),
        ("overdue", overdue_rows, hazards.is_overdue),
    ):
        assert scene.fact(f"hazards.{name}_stock") == len(rows) == stock.test(test).sum(), name
        assert scene.trace(f"hazards.{name}_stock") == list(rows), name
    assert sorted(int(row) - 2 for row in listed.get("source_row", [])) == list(overdue_rows)
    assert late == sorted(late, reverse=True)
    assert [int(row[5]) for row in read(figures.tabulate_overdue(view))] == late
    said, found = say(narrative.write_hazards(view)), say(narrative.write_findings(view))
    assert ("没有未整改的隐患" in said) == (not open_rows), said
    assert (f"尚未整改的隐患有{len(open_rows)}处" in said) == bool(open_rows), said
    every = len(open_rows) == len(overdue_rows)
    words = (
        "都已逾期"
        if every and len(open_rows) > 1
        else "已逾期"
        if every
        else f"逾期的有{len(overdue_rows)}处"
    )
    assert (words in said) == bool(overdue_rows), said
    assert (f"逾期隐患{len(overdue_rows)}处" in found) == bool(overdue_rows), found
    if overdue_rows:
        median = scene.fact("hazards.overdue_stock_days_median")
        assert (
            median == np.median(late) and f"中位数是{median:.0f}天" in said and f"{median:.0f}天。" in found
        )


def test_what_stands_open_is_one_thing_everywhere() -> None:
    """At the end of a quarter: two of three overdue, and two of four open, are older than it."""
    rows = [
        {"found_on": "2020-05-01", "deadline": "2020-06-01"},
        {"found_on": "2021-09-30", "deadline": "2021-12-01"},
        {"found_on": "2021-10-01", "deadline": "2021-12-30"},
        {"found_on": "2021-12-31", "deadline": "2021-12-31"},
        {"found_on": "2021-10-01", "rectified_on": "2021-12-31"},
        {"found_on": "2022-01-01", "deadline": "2022-01-01"},
    ]
    scene = Scene({"hazards": [{**HAZARD, **row} for row in rows]}, period="2021Q4")
    check_stock(scene, [0, 1, 2, 3], [0, 1, 2])
    assert scene.trace("hazards.overdue") == [2] and scene.trace("hazards.open") == [2, 3]
    assert scene.trace("hazards.open_stock_before") == [0, 1]
    assert [row[5] for row in read(figures.tabulate_overdue(scene.view))] == ["578", "30", "1"]
    said = say(narrative.write_hazards(scene.view))
    assert "尚未整改的隐患有4处，其中2处是往期遗留的。" in said, said
    assert "逾期的有3处，其中2处是往期遗留的，逾期天数的中位数是30天。" in said, said
    found = say(narrative.write_findings(scene.view))
    assert "逾期隐患3处，1处超过180天。其中2处是往期遗留的。逾期天数的中位数是30天。" in found, found
    later = Scene({"hazards": [{**HAZARD, **row} for row in rows]}, period="2021Q4", as_of=date(2022, 1, 31))
    check_stock(later, [0, 1, 2, 3], [0, 1, 2, 3])  # found after the quarter is none of its stock


def test_a_period_without_rows_still_tells_what_stands_open() -> None:
    scene = Scene({"hazards": [{**HAZARD, "found_on": "2020-05-01", "deadline": "2020-06-01"}, BEFORE]})
    assert scene.fact("hazards.found") == 0
    check_stock(scene, [0], [0])
    assert "尚未整改的隐患有1处，未整改的已逾期" in say(narrative.write_summary(scene.view))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # The fault that the house was rebuilt for: the fact said open and overdue, trend and table did not.
        ({"rectified_on": "2022-03-01", "closed_on": "2021-12-20"}, OVERDUE),
        ({"rectified_on": "2021-12-20", "closed_on": "2022-03-01"}, RECTIFIED),
        ({"rectified_on": "2021-12-30"}, RECTIFIED),
        ({"rectified_on": "2021-12-31"}, RECTIFIED),
        ({"rectified_on": "2022-01-01"}, OVERDUE),
        ({"closed_on": "2021-12-31"}, RECTIFIED),
        ({"closed_on": "2022-01-01"}, OVERDUE),
        ({"deadline": "2021-12-30"}, OVERDUE),
        ({"deadline": "2021-12-31"}, OPEN),
        ({"deadline": "2022-01-01"}, OPEN),
        ({"mode": "on_the_spot", "deadline": None}, RECTIFIED),
        ({"mode": "on_the_spot", "status": "open", "deadline": "2022-01-01"}, OPEN),
        ({"mode": "on_the_spot", "rectified_on": "2021-12-01"}, RECTIFIED),
        ({"verified_on": "2021-12-20"}, RECTIFIED),
        ({"verified_on": "2021-12-20", "verified_result": "not_passed"}, OVERDUE),
    ],
)
def test_a_hazard_is_one_thing_everywhere(row: Row, expected: Sequence[str]) -> None:
    check_hazard(row, expected)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2021, 12, 15), OPEN),
        (date(2021, 12, 16), OVERDUE),
        (date(2021, 12, 19), OVERDUE),
        (date(2021, 12, 20), RECTIFIED),
        (date(2022, 6, 30), RECTIFIED),
    ],
)
def test_a_hazard_is_what_it_was_on_the_day(as_of: date, expected: Sequence[str]) -> None:
    """Found on the 1st, due on the 15th, rectified on the 20th."""
    check_hazard({"rectified_on": "2021-12-20"}, expected, as_of)


@pytest.mark.parametrize(
    ("found_on", "as_of", "counted"),
    [
        ("2020-12-31", None, 0),
        ("2021-01-01", None, 1),
        ("2021-12-31", None, 1),
        ("2021-12-31", date(2022, 1, 31), 1),
        ("2022-01-01", date(2022, 1, 31), 0),
        ("2021-07-14", date(2021, 7, 15), 1),
        ("2021-07-15", date(2021, 7, 15), 1),
        ("2021-07-16", date(2021, 7, 15), 0),
    ],
)
def test_a_row_is_of_the_period_everywhere(found_on: str, as_of: date | None, counted: int) -> None:
    scene = Scene({"hazards": [{**HAZARD, "found_on": found_on, "deadline": None}]}, as_of=as_of)
    assert scene.fact("hazards.found") == len(scene.trace("hazards.found")) == counted
    assert len(scene.view.counted("hazards")) == len(scene.view.show("hazards")) == counted
    assert bool(figures.plot_hazards_by_trade(scene.view)) == bool(counted)
    said = say(narrative.write_hazards(scene.view))
    assert ("查出隐患1处" in said) == bool(counted) and ("工贸" in said) == bool(counted)


@pytest.mark.parametrize(("days", "repeat"), [(0, 0), (1, 1), (365, 1), (366, 0)])
def test_a_repeat_is_one_everywhere(days: int, repeat: int) -> None:
    found = pd.Timestamp(2021, 12, 1)
    rows = [{**HAZARD, "found_on": found - timedelta(days=days)}, {**HAZARD, "found_on": found}]
    scene = Scene({"hazards": rows})
    assert scene.fact("hazards.repeats") == repeat
    assert scene.trace("hazards.repeats") == [1] * repeat
    assert scene.view.recorded("hazards").test(hazards.is_repeat).tolist() == [False, bool(repeat)]
    said = say(narrative.write_hazards(scene.view))
    assert ("没有发现一年内在同一场所重复出现" in said) == (not repeat), said


@pytest.mark.parametrize(
    ("done", "deadline", "judged", "in_time"),
    [
        ("2021-12-15", "2021-12-15", 1, 1),
        ("2021-12-16", "2021-12-15", 1, 0),
        ("2021-12-20", "2022-01-15", 1, 1),
        (None, "2021-12-30", 1, 0),
        (None, "2021-12-31", 0, 0),
        (None, "2022-01-01", 0, 0),
        ("2022-01-01", "2022-01-02", 0, 0),
        ("2021-12-20", None, 0, 0),
    ],
)
def test_in_time_is_one_thing_in_words_and_table(
    done: str | None, deadline: str | None, judged: int, in_time: int
) -> None:
    view = Scene({"hazards": [{**HAZARD, "rectified_on": done, "deadline": deadline}, BEFORE]}).view
    cases = list_cases(view)
    assert cases is not None
    assert cases.judged.tolist() == [bool(judged)] and (cases.judged & cases.in_time).tolist() == [
        bool(in_time)
    ]
    said = say(narrative.write_closure(view))
    assert said == "" if not judged else f"按期整改{in_time}处" in said
    assert read(figures.tabulate_closure(view))[0][5].startswith(f"{100 * in_time}.0%" if judged else "—")


# kind, what the row holds, as of which day, and what the facts are; a count's rows are those that trace gives.
KINDS: list[tuple[str, Row, Mapping[str, float | None]]] = [
    ("complaints", {"received_on": "2021-12-01", "due_on": "2021-12-20", "resolved_on": "2021-12-20"},
     {"resolved": 1, "resolution_rate": 100, "on_time_rate": 100}),
    ("complaints", {"received_on": "2021-12-01", "due_on": "2021-12-20", "resolved_on": "2021-12-21"},
     {"resolved": 1, "on_time_rate": 0}),
    ("complaints", {"received_on": "2021-12-01", "due_on": "2021-12-30", "resolved_on": "2022-01-01"},
     {"resolved": 0, "resolution_rate": 0, "on_time_rate": 0}),
    ("complaints", {"received_on": "2021-12-01", "due_on": "2021-12-31", "status": "open"},
     {"resolved": 0, "on_time_rate": None}),
    ("disputes", {"found_on": "2021-12-01", "settled_on": "2021-12-31"}, {"settled": 1, "settlement_rate": 100}),
    ("disputes", {"found_on": "2021-12-01", "settled_on": "2022-01-01"}, {"settled": 0, "settlement_rate": 0}),
    ("inspections", {"inspected_on": "2021-12-31", "penalty_yuan": 0}, {"visits": 1, "penalties": 0}),
    ("inspections", {"inspected_on": "2021-12-31", "penalty_yuan": 1}, {"visits": 1, "penalties": 1}),
    ("drills", {"held_on": "2021-12-31", "evaluated": True, "problems": 4, "problems_fixed": 3},
     {"held": 1, "evaluated_share": 100, "problems": 4, "problems_fixed_share": 75}),
    ("drills", {"held_on": "2021-12-31", "evaluated": False}, {"held": 1, "evaluated_share": 0}),
    ("drills", {"held_on": "2022-01-01"}, {"held": 0, "evaluated_share": None}),
    ("plans", {"name": "甲", "issued_on": "2021-12-31", "review_due": "2021-12-31"},
     {"current": 1, "review_overdue": 0}),
    ("plans", {"name": "甲", "issued_on": "2020-01-01", "review_due": "2021-12-30"},
     {"current": 0, "review_overdue": 1}),
    ("plans", {"name": "甲", "issued_on": "2022-01-01", "review_due": "2021-12-30"},
     {"current": 0, "review_overdue": 0}),
    ("schools", {"school": "甲", "item": "乙", "met": False, "veto": True}, {"items_met_rate": 0, "vetoed": 1}),
    ("schools", {"school": "甲", "item": "乙", "met": True, "veto": True}, {"items_met_rate": 100, "vetoed": 0}),
    ("schools", {"school": "甲", "item": "乙", "met": False, "veto": False}, {"items_met_rate": 0, "vetoed": 0}),
    ("supplies", {"item": "甲", "quantity": 9, "standard": 10, "expires_on": "2021-12-30"},
     {"lines": 1, "below_standard": 1, "expired": 1}),
    ("supplies", {"item": "甲", "quantity": 10, "standard": 10, "expires_on": "2021-12-31"},
     {"lines": 1, "below_standard": 0, "expired": 0}),
    ("warnings", {"issued_at": "2021-12-31 23:59", "kind": "暴雨", "colour": "red"}, {"issued": 1}),
    ("warnings", {"issued_at": "2022-01-01 00:00", "kind": "暴雨", "colour": "red"}, {"issued": 0}),
    ("tasks", {"due_on": "2021-12-20", "done_on": "2021-12-20"},
     {"due": 1, "done": 1, "done_rate": 100, "on_time_rate": 100, "overdue_stock": 0}),
    ("tasks", {"due_on": "2021-12-20", "done_on": "2021-12-21"}, {"done": 1, "on_time_rate": 0, "days_late_median": 1}),
    ("tasks", {"due_on": "2021-12-30", "done_on": "2022-01-01"}, {"done": 0, "on_time_rate": 0, "overdue_stock": 1}),
    ("tasks", {"due_on": "2022-01-01", "done_on": "2021-12-01"}, {"due": 0, "done_rate": None, "overdue_stock": 0}),
    ("duty_checks", {"checked_at": "2021-12-31 23:59", "on_duty": True}, {"made": 1, "passed_rate": 100}),
    ("duty_checks", {"checked_at": "2021-01-01 00:00", "on_duty": False}, {"made": 1, "passed_rate": 0}),
    ("duty_checks", {"checked_at": "2020-12-31 23:59", "on_duty": True}, {"made": 0, "passed_rate": None}),
    *(("incidents", {"occurred_on": "2021-12-31 08:00", "class": "accident", "deaths": deaths, "serious_injuries": 0,
                     "loss_wan": 0},
       {"count": 1, "deaths": deaths, **{f"level_{name}": int(name == level) for name in
                                         ("ordinary", "larger", "major", "extraordinary")}})
      for deaths, level in ((0, "ordinary"), (2, "ordinary"), (3, "larger"), (9, "larger"), (10, "major"),
                            (29, "major"), (30, "extraordinary"))),
    ("incidents", {"occurred_on": "2021-12-31", "class": "natural", "deaths": 30},
     {"count": 1, "level_extraordinary": 0}),
    ("incidents", {"occurred_on": "2021-12-31", "class": "accident", "deaths": 0, "serious_injuries": 10,
                   "loss_wan": 0},
     {"level_larger": 1}),
    ("incidents", {"occurred_on": "2021-12-31", "class": "accident", "deaths": 0, "serious_injuries": 0,
                   "loss_wan": 999.9},
     {"level_ordinary": 1}),
    ("losses", {"occurred_on": "2021-12-31", "event": "台风", "affected": 3}, {"events": 1, "affected": 3}),
    ("losses", {"occurred_on": "2022-01-01", "event": "台风", "affected": 3}, {"events": 0, "affected": 0}),
    ("publicity", {"held_on": "2021-12-31", "form": "讲座", "reached": 5}, {"sessions": 1, "reached": 5}),
    ("publicity", {"held_on": "2021-12-31", "form": "讲座", "sessions": 3}, {"sessions": 3}),
    ("teams", {"name": "甲队", "kind": "消防", "members": 7}, {"count": 1, "members": 7}),
    ("shelters", {"name": "甲", "capacity": 50}, {"count": 1, "capacity": 50}),
    ("experts", {"field": "消防", "members": 7}, {"members": 7}),
    ("projects", {"name": "甲", "started_on": "2021-12-31", "due_on": "2021-12-30", "done_on": "2021-12-31",
                  "planned_wan": 80, "spent_wan": 75.5},
     {"count": 1, "done": 1, "overdue": 0, "planned_wan": 80, "spent_wan": 75.5}),
    ("projects", {"name": "甲", "started_on": "2021-12-31", "due_on": "2021-12-30", "done_on": "2022-01-01"},
     {"count": 1, "done": 0, "overdue": 1}),
    ("projects", {"name": "甲", "started_on": "2021-12-31", "due_on": "2021-12-31", "done_on": "2022-01-01"},
     {"count": 1, "done": 0, "overdue": 0}),
    ("projects", {"name": "甲", "started_on": "2022-01-01", "due_on": "2021-12-30", "done_on": "2022-01-01",
                  "planned_wan": 80},
     {"count": 0, "done": 0, "overdue": 0, "planned_wan": 0}),
    ("signings", {"year": 2021, "due": 400, "signed": 254}, {"due": 400, "signed_share": 63.5}),
    ("signings", {"year": 2020, "due": 400, "signed": 254}, {"due": 0, "signed_share": None}),
    ("models", {"name": "甲", "awarded_on": "2021-12-31", "withdrawn_on": "2022-01-01"}, {"count": 1}),
    ("models", {"name": "甲", "awarded_on": "2021-12-30", "withdrawn_on": "2021-12-31"}, {"count": 0}),
    ("models", {"name": "甲", "awarded_on": "2022-01-01"}, {"count": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "row", "expected"), KINDS)
def test_a_row_of_any_kind_is_one_thing_everywhere(
    kind: str, row: Row, expected: Mapping[str, float | None]
) -> None:
    scene = Scene({kind: [row]})
    counted = scene.view.counted(kind)
    for name, value in expected.items():
        fact = f"{kind}.{name}"
        if value is None:
            assert math.isnan(scene.fact(fact))
            continue
        assert scene.fact(fact) == value, fact
        measure = MEASURES[fact]
        if isinstance(measure, Count):
            assert len(scene.trace(fact)) == counted.test(measure.counted).sum() == value
        elif isinstance(measure, Sum):
            assert np.nansum(measure.amount(counted)) == value


def test_plans_past_their_review_are_those_that_the_table_marks() -> None:
    """Issued; past review; issued only after as_of, and so no plan yet."""
    rows = [
        {"name": "甲", "issued_on": "2021-12-31", "review_due": "2021-12-31"},
        {"name": "乙", "issued_on": "2020-01-01", "review_due": "2021-12-30"},
        {"name": "丙", "issued_on": "2022-01-01", "review_due": "2021-12-30"},
    ]
    scene = Scene({"plans": rows, "drills": [{"held_on": "2021-12-31", "plan": " 甲 "}]})
    assert scene.fact("plans.current") == scene.fact("plans.review_overdue") == 1
    table = figures.tabulate_plans(scene.view)
    assert table is not None
    marked = {row[0].text: (row[2].note, row[3].text) for row in table.rows}
    assert marked == {"乙": ("worse", "未见记录"), "甲": ("", "2021-12-31")}
    assert scene.trace("plans.review_overdue") == [1]
    said = say(narrative.write_drills(scene.view))
    assert "超过应修订日期的有1" in said and scene.fact("drills.plans_drilled_share") == 100


def test_figures_add_up_to_the_facts() -> None:
    """Sessions without a number count as one, in the figure as in the fact; members and visits likewise."""
    scene = Scene(
        {
            "publicity": [{"held_on": "2021-12-31", "form": "讲座"},
                          {"held_on": "2021-12-30", "form": "讲座", "sessions": 3}],
            "teams": [{"name": "甲", "kind": "消防", "members": 7}, {"name": "乙", "kind": "消防", "members": 0}],
            "warnings": [{"issued_at": "2021-12-31 23:59", "kind": "暴雨", "colour": "red"},
                         {"issued_at": "2022-01-01 00:00", "kind": "暴雨", "colour": "red"}],
            "inspections": [{"inspected_on": "2021-12-31", "mode": "routine"}] * 2,
            "incidents": [{"occurred_on": "2021-12-31 23:00", "class": "accident", "deaths": 1}],
            "drills": [{"held_on": "2021-12-31", "kind": "field", "hazard_type": "洪涝", "evaluated": True}],
        }
    )  # fmt: skip
    view = scene.view
    assert scene.fact("publicity.sessions") == 4
    assert "合计4" in alt(figures.plot_classes(view, "publicity", "form", value="sessions"))
    assert scene.fact("teams.members") == 7
    assert "合计7" in alt(figures.plot_classes(view, "teams", "kind", value="members"))
    assert scene.fact("warnings.issued") == 1 and "共1次" in alt(figures.plot_warnings(view))
    assert scene.fact("inspections.visits") == 2
    assert "共2次" in alt(figures.plot_inspections_trend(view))
    assert "共2次" in alt(figures.plot_inspections_by_mode(view))
    assert scene.fact("incidents.count") == 1 == len(read(figures.tabulate_incidents(view)))
    assert "2021年1起" in alt(figures.plot_incidents_trend(view))
    assert scene.fact("drills.held") == 1 == len(read(figures.tabulate_drills(view)))
    assert "共1次" in alt(figures.plot_drills_calendar(view)) and "1次演练" in alt(
        figures.plot_drill_kinds(view)
    )
    assert read(figures.tabulate_drills(view))[0][5] == "是"


@pytest.mark.parametrize(
    ("done_on", "state"),
    [("2021-06-30", "in_time"), ("2021-07-01", "late"), ("2021-12-31", "late"), ("2022-01-01", "overdue")],
)
def test_a_stage_is_done_by_as_of_or_not(done_on: str, state: str) -> None:
    row = {
        "name": "百日行动",
        "stage": "整治",
        "starts_on": "2021-03-01",
        "ends_on": "2021-06-30",
        "done_on": done_on,
    }
    scene = Scene({"actions": [row]})
    assert list_stages(scene.view)["state"].tolist() == [state]
    shown = read(figures.tabulate_rows(scene.view, "actions", "name", "done_on"))
    assert shown == ([["百日行动", "—"]] if state == "overdue" else [["百日行动", done_on]])


def test_what_is_said_of_the_periods_cases_says_so() -> None:
    """One case of each is left from the year before, those of the period are done: nothing says that none is open."""
    scene = Scene(
        {
            "complaints": [{"received_on": "2020-05-01", "status": "open"},
                           {"received_on": "2021-05-01", "resolved_on": "2021-05-02"}],
            "disputes": [{"found_on": "2020-05-01", "status": "open"},
                         {"found_on": "2021-05-01", "settled_on": "2021-05-02"}],
            "drills": [{"held_on": "2020-05-01", "problems": 2, "problems_fixed": 0},
                       {"held_on": "2021-05-01", "problems": 1, "problems_fixed": 1}],
        }
    )  # fmt: skip
    said = say(narrative.write_complaints(scene.view))
    assert "所受理的已全部办结" in said and "所排查的已全部化解" in said, said
    assert scene.fact("complaints.resolution_rate") == scene.fact("disputes.settlement_rate") == 100
    drills = say(narrative.write_drills(scene.view))
    assert "所发现的均已改进" in drills and scene.fact("drills.problems_fixed_share") == 100, drills


def test_an_undated_closure_is_one_thing_everywhere() -> None:
    """Of twenty hazards found on 1 December one is closed without a day: rectified in facts, a range in the curve."""
    rows = [{**HAZARD, "rectified_on": "2021-12-05"} for _ in range(19)]
    scene = Scene({"hazards": [*rows, {**HAZARD, "status": "rectified"}, BEFORE]})
    assert scene.fact("hazards.rectified") == 20 and scene.fact("hazards.rectified_undated") == 1
    cases = list_cases(scene.view)
    assert cases is not None and len(cases.rows) == 20 and cases.undated == 1 and not cases.open.any()
    # All others on the fourth day: the one at once or on the thirtieth.
    told = alt(figures.plot_closure_curve(scene.view))
    assert "当日整改0.0%至5.0%，30天内整改100.0%，截至统计日其中尚有0处未整改" in told, told
    said = say(narrative.write_closure(scene.view))
    assert (
        "按期整改19处" in said
        and "另有1处没有写明是否按期整改，按其全否至全是，所占比例在95.0%至100.0%之间" in said
    )
