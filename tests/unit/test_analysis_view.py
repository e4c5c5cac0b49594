"""What a view says of itself."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.view import View, is_known, once_per_view
from taizhang.core.errors import ParameterError
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds


@pytest.mark.parametrize(
    ("period", "scale"),
    [("2021", "year"), ("2021H1", "half"), ("2021Q3", "quarter"), ("2021-07", "month")],
)
def test_a_cell_is_for_periods_of_some_lengths(period: str, scale: str) -> None:
    view = make_view(period=period)
    for one in ("year", "half", "quarter", "month"):
        assert view.lasts(one) is (True if one == scale else None)
    assert (view.lasts("year", "half") and "shown") == ("shown" if scale in ("year", "half") else None)
    with pytest.raises(
        ParameterError, match="'decade' is not a report length; use year, half, quarter, month"
    ):
        view.lasts("decade")


def test_what_several_ask_of_a_view_is_worked_out_once() -> None:
    calls: list[tuple[str, str, str]] = []

    @once_per_view
    def find(view: View, fact: str, *, when: str = "now") -> list[str]:
        calls.append((str(view.period), fact, when))
        return [fact]

    view, other = make_view(), make_view(period="2021-07")
    assert find(view, "a") is find(view, "a")
    assert find(view, "b") == ["b"] and find(view, "a", when="year") == ["a"] and find(other, "a") == ["a"]
    assert find(other, "a") is not find(view, "a")
    assert calls == [
        ("2021", "a", "now"),
        ("2021", "b", "now"),
        ("2021", "a", "year"),
        ("2021-07", "a", "now"),
    ]


def test_what_is_not_there_is_not_looked_for_again() -> None:
    calls = []
    find = once_per_view(lambda view: calls.append(view))
    view = make_view()
    assert find(view) is None and find(view) is None and len(calls) == 1


ROWS = [
    {
        "found_on": "2021-03-01",
        "deadline": "2022-03-01",
        "rectified_on": "2022-01-01",
        "closed_on": "2021-12-31",
    },
    {"found_on": "2020-03-01"},
    {"found_on": "2022-01-01"},
]


def test_rows_counted_recorded_and_shown() -> None:
    view = make_view({"hazards": make_table("hazards", ROWS)})
    assert view.counted("hazards").at.tolist() == [0] and view.recorded("hazards").at.tolist() == [0, 1]
    assert view.counted("hazards") is view.counted("hazards")
    assert view.counted("hazards").ledger is view.recorded("hazards").ledger
    shown = view.show("hazards")
    assert shown.index.tolist() == [0]
    # What is done after the day is blank; a deadline may lie ahead; what is done on the day is done.
    assert shown["rectified_on"].isna().all() and shown["deadline"].notna().all()
    assert shown["closed_on"].tolist() == [pd.Timestamp("2021-12-31")]
    assert view.counted("hazards").frame()["rectified_on"].notna().all()
    assert view.show("teams").empty and len(view.counted("drills")) == 0


def test_stocks_are_shown_as_they_stand() -> None:
    plans = make_table("plans", [{"name": "甲", "issued_on": "2022-05-01"}])
    assert make_view({"plans": plans}).show("plans")["issued_on"].notna().all()
    unknown = make_view({"wells": plans})
    assert unknown.show("wells")["issued_on"].notna().all()


def test_rows_of_no_district_are_those_of_kinds_that_need_none() -> None:
    hazards, actions = (
        make_table(kind, [{column: "2021-03-01"}] * 2).assign(district_code=[None, CODES[0]])
        for kind, column in (("hazards", "found_on"), ("actions", "starts_on"))
    )
    view = make_view({"hazards": hazards, "actions": actions, "wells": actions})
    assert view.counted("hazards").at.tolist() == [1] and view.counted("actions").at.tolist() == [0, 1]
    assert view.counted("wells").at.tolist() == [0, 1] and view.counted("wells").ledger.date == ""


def test_the_first_day_on_record() -> None:
    ledgers = {"hazards": make_table("hazards", ROWS), "drills": make_table("drills", [])}
    view = make_view(ledgers)
    assert view.begun("hazards") == pd.Timestamp("2020-03-01") and pd.isna(view.begun("drills"))
    assert make_view(ledgers, first_days={"hazards": date(2019, 1, 5)}).begun("hazards") == pd.Timestamp(
        "2019-01-05"
    )


def test_facts_by_district_and_period() -> None:
    name = "hazards.found"
    view = make_view(
        facts=[make_fact(name, 1), make_fact(name, 2, district="all"), make_fact("drills.held", 0)],
        before=[make_fact(name, 3), make_fact("drills.held", 0, district=CODES[1], suppressed=True)],
        previous=[make_fact(name, 0, district=CODES[1])],
    )
    found = [view.fact(name), view.fact(name, "all"), view.fact(name, when="year")]
    assert [row["value"] for row in found if row is not None] == [1, 2, 3]
    assert view.fact(name, when="previous") is None and view.fact("hazards.open") is None
    earlier = view.fact(name, CODES[1], when="previous")
    assert earlier is not None and earlier["value"] == 0
    assert (
        view.anywhere(name) and not view.anywhere("drills.held") and not view.anywhere(name, when="previous")
    )
    assert view.anywhere("drills.held", when="year")
    assert view.describe(name).name == name


def test_a_split_district_has_no_year_before() -> None:
    changed = pd.DataFrame({"code": [CODES[1], CODES[1], CODES[2]], "comparable": [True, False, True]})
    assert [make_view(district=code, vintages=changed).compares for code in CODES[:3]] == [True, False, True]
    assert make_view().compares


def test_an_unknown_length_is_named() -> None:
    with pytest.raises(ParameterError) as caught:
        make_view().lasts("year", "decade", "age")
    assert str(caught.value) == "'decade' is not a report length; use year, half, quarter, month"


def test_a_value_is_known_where_it_may_be_shown() -> None:
    facts = [
        make_fact("hazards.found", 7), make_fact("hazards.found", 9, district="all"),
        make_fact("drills.held", 0), make_fact("hazards.overdue", None),
        make_fact("incidents.count", 2, suppressed=True),
    ]  # fmt: skip
    view = make_view(facts=facts)
    names = ("hazards.found", "drills.held", "hazards.overdue", "incidents.count", "incidents.deaths")
    assert [view.value(name) for name in names] == [7, 0, None, None, None]
    assert view.value("hazards.found", "all") == 9 and view.value("drills.held", "all") is None
    assert [is_known(view.fact(name)) for name in names] == [True, True, False, False, False]
    assert [view.is_withheld(name) for name in names] == [False, False, False, True, False]


def test_a_kind_of_the_workbooks_own_has_its_date() -> None:
    wells = load_kinds()["hazards"]
    table = make_table("hazards", [*ROWS, {"found_on": "2021-12-31"}])
    view = make_view({"wells": table, "hazards": table}, kinds=dict(load_kinds()) | {"wells": wells})
    assert view.counted("wells").at.tolist() == [0, 3] and view.recorded("wells").at.tolist() == [0, 1, 3]
    assert view.counted("wells").ledger.kind == "wells" and view.counted("wells").ledger.date == "found_on"
    assert view.counted("wells") is not view.counted("hazards")
    assert view.counted("hazards").ledger.kind == "hazards"


def test_a_fact_of_the_workbooks_own_is_described() -> None:
    own = replace(load_facts()["hazards.found"], name="wells.sunk")
    view = make_view(fact_infos=dict(load_facts()) | {"wells.sunk": own})
    assert view.describe("wells.sunk") is own
    with pytest.raises(KeyError):
        make_view().describe("wells.sunk")


def test_the_row_of_a_fact_is_its_own() -> None:
    facts = [make_fact(name, n, district=code) for n, (name, code) in enumerate(
        [("a", CODES[0]), ("b", CODES[0]), ("a", CODES[1]), ("b", "all")])]  # fmt: skip
    view = make_view(facts=facts)
    found = [
        view.fact(name, code) for name, code in (("b", None), ("a", CODES[1]), ("b", "all"), ("a", None))
    ]
    assert [None if row is None else row["value"] for row in found] == [1, 2, 3, 0]
    assert view.fact("a", "all") is None


def test_times_still_to_come_are_not_shown() -> None:
    rows = [
        {"occurred_on": "2021-12-31 23:00", "reported_on": time}
        for time in ("2021-12-31 23:59", "2022-01-01 00:00")
    ]
    shown = make_view({"incidents": make_table("incidents", rows)}).show("incidents")
    assert shown["reported_on"].notna().tolist() == [True, False] and shown["occurred_on"].notna().all()
