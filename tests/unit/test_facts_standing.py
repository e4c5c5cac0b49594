"""Facts of projects, responsibility letters, model sites and experts, by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows

A, B = "101", "102"
DISTRICTS = pd.DataFrame({"code": [A, B], "name": ["甲镇", "乙镇"]})
YEAR = parse_period("2021")
DAYS = ("started_on", "due_on", "done_on", "awarded_on", "withdrawn_on")


def make(rows: list[dict[str, object]], columns: str) -> pd.DataFrame:
    """A ledger that has these columns."""
    table = pd.DataFrame(rows, columns=["district_code", *columns.split()])
    days = {name: pd.to_datetime(table[name]) for name in DAYS if name in table}
    return table.assign(**days)


def compute(
    period: str = "2021", as_of: date | None = None, **tables: pd.DataFrame
) -> dict[tuple[str, str], float]:
    span = parse_period(period)
    facts = compute_facts(tables, DISTRICTS, span, as_of or span.end, suppress=())
    return facts.set_index(["fact", "district_code"])["value"].to_dict()


def three(values: dict[tuple[str, str], float], fact: str) -> list[float]:
    return [values[fact, code] for code in (A, B, "all")]


PROJECTS = "name started_on due_on done_on planned_wan spent_wan"
ROWS: list[dict[str, object]] = [
    {"district_code": A, "name": "一", "started_on": "2019-05-01", "due_on": "2021-06-30", "done_on": "2021-12-31",
     "planned_wan": 100.0, "spent_wan": 90.5},
    {"district_code": A, "name": "二", "started_on": "2021-12-31", "due_on": "2021-12-30", "done_on": "2022-01-01",
     "planned_wan": 50.0, "spent_wan": 0.0},
    {"district_code": A, "name": "三", "due_on": "2021-12-31", "planned_wan": 30.0, "spent_wan": 10.0},
    {"district_code": A, "name": "四", "started_on": "2022-01-01", "due_on": "2021-01-01", "planned_wan": 999.0,
     "spent_wan": 999.0},
    {"district_code": None, "name": "全县", "started_on": "2020-01-01", "due_on": "2021-12-30", "planned_wan": 1000.0,
     "spent_wan": 400.0},
]  # fmt: skip


def test_projects_as_they_stand_and_those_of_the_whole_area() -> None:
    values = compute(projects=make(ROWS, PROJECTS))
    assert three(values, "projects.count") == [3, 0, 4]  # the fourth begins a day later
    assert three(values, "projects.done") == [1, 0, 1]
    # The second is past its day, the third's is not over; the county's is its own alone.
    assert three(values, "projects.overdue") == [1, 0, 2]
    assert three(values, "projects.planned_wan") == [180, 0, 1180]
    assert three(values, "projects.spent_wan") == [100.5, 0, 500.5]
    rows = select_rows(
        "projects.overdue", {"projects": make(ROWS, PROJECTS)}, DISTRICTS, YEAR, YEAR.end, "all"
    )
    assert rows["name"].tolist() == ["二", "全县"]
    # A month later the fourth has begun, and the second is done.
    later = compute(as_of=date(2022, 1, 1), projects=make(ROWS, PROJECTS))
    assert three(later, "projects.count") == [4, 0, 5] and three(later, "projects.done") == [2, 0, 2]
    assert three(later, "projects.overdue") == [2, 0, 3]


def test_a_project_begun_or_done_in_a_month_is_so_at_its_end() -> None:
    table = make(ROWS[:1], PROJECTS).assign(started_on_precision="month", done_on_precision="month")
    table["done_on"] = pd.Timestamp("2021-12-01")
    assert compute(projects=table)["projects.done", A] == 1
    assert compute(as_of=date(2021, 12, 30), projects=table)["projects.done", A] == 0
    table["due_on_precision"] = "month"
    table["due_on"] = pd.Timestamp("2021-11-01")
    assert compute(as_of=date(2021, 11, 30), projects=table)["projects.overdue", A] == 0
    assert compute(as_of=date(2021, 12, 1), projects=table)["projects.overdue", A] == 1


@pytest.mark.parametrize(
    ("lacking", "empty"),
    [
        ("started_on", ()),
        ("due_on", ("overdue",)),
        ("done_on", ("done", "overdue")),
        ("planned_wan", ("planned_wan",)),
        ("spent_wan", ("spent_wan",)),
    ],
)
def test_what_no_column_says_of_projects_is_not_nought(lacking: str, empty: tuple[str, ...]) -> None:
    values = compute(projects=make(ROWS, PROJECTS).drop(columns=lacking))
    for fact in ("count", "done", "overdue", "planned_wan", "spent_wan"):
        for code in (A, "all"):
            assert np.isnan(values[f"projects.{fact}", code]) == (fact in empty), (fact, code)


def test_done_days_that_nobody_ever_wrote_are_unknown() -> None:
    values = compute(projects=make([{**row, "done_on": None} for row in ROWS], PROJECTS))
    assert np.isnan(values["projects.done", A]) and np.isnan(values["projects.overdue", "all"])


def test_letters_of_the_year_in_which_the_period_ends() -> None:
    rows = [
        {"district_code": A, "year": 2021, "due": 400, "signed": 254},
        {"district_code": A, "year": 2020, "due": 7, "signed": 7},
        {"district_code": B, "year": 2021, "due": 100, "signed": 100},
        {"district_code": B, "year": 2022, "due": 5, "signed": 0},
    ]
    table = make(rows, "year due signed").astype({"year": "Int64"})
    for period in ("2021", "2021H1", "2021Q3", "2021-02", "2020-07-01/2021-06-30"):
        values = compute(period, signings=table)
        assert three(values, "signings.due") == [400, 100, 500], period
        assert three(values, "signings.signed_share") == [63.5, 100, 70.8], period  # 354 of 500
    values = compute("2022Q1", signings=table)
    assert three(values, "signings.due") == [0, 5, 5]
    np.testing.assert_equal(three(values, "signings.signed_share"), [np.nan, 0, 0])
    # The year had not begun on the day that is read as of.
    assert three(compute("2022Q1", date(2021, 12, 31), signings=table), "signings.due") == [0, 0, 0]
    rows = select_rows("signings.due", {"signings": table}, DISTRICTS, YEAR, YEAR.end, A)  # type: ignore[assignment]
    assert rows["due"].tolist() == [400]  # type: ignore[call-overload]


def test_letters_due_or_signed_that_are_not_written() -> None:
    rows = [{"district_code": A, "year": 2021, "due": 10, "signed": None}]
    values = compute(signings=make(rows, "year due signed"))
    assert values["signings.due", A] == 10 and np.isnan(values["signings.signed_share", A])
    values = compute(signings=make(rows, "year signed"))
    assert np.isnan(values["signings.due", A]) and np.isnan(values["signings.due", "all"])


def test_model_sites_awarded_and_not_withdrawn() -> None:
    rows = [
        {"district_code": A, "name": "一", "awarded_on": "2021-12-31"},
        {"district_code": A, "name": "二", "awarded_on": "2022-01-01"},
        {"district_code": A, "name": "三", "awarded_on": "2019-01-01", "withdrawn_on": "2021-12-31"},
        {"district_code": A, "name": "四", "awarded_on": "2019-01-01", "withdrawn_on": "2022-01-01"},
        {"district_code": B, "name": "五"},
    ]
    assert three(compute(models=make(rows, "name awarded_on withdrawn_on")), "models.count") == [2, 1, 3]
    # Where no column says what was withdrawn, all that were awarded stand; of a year, from its end.
    assert three(compute(models=make(rows, "name awarded_on")), "models.count") == [3, 1, 4]
    year = make(rows[:1], "name awarded_on").assign(
        awarded_on=pd.Timestamp("2021-01-01"), awarded_on_precision="year"
    )
    assert compute(models=year)["models.count", A] == 1
    assert compute(as_of=date(2021, 12, 30), models=year)["models.count", A] == 0


def test_experts_of_townships_and_of_the_whole_area() -> None:
    rows = [
        {"district_code": A, "field": "消防", "members": 4},
        {"district_code": None, "field": "防汛", "members": 5},
        {"district_code": None, "field": "医疗", "members": 0},
    ]
    assert three(compute(experts=make(rows, "field members")), "experts.members") == [4, 0, 9]
    rows[1]["members"] = None
    values = compute(experts=make(rows, "field members"))
    assert values["experts.members", A] == 4 and np.isnan(values["experts.members", "all"])
