"""Who held the drill required every two years: the first and the last day that count."""

from datetime import date

import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.findings import list_findings
from taizhang.analysis.required_drills import check_required_drills, is_drill_due, list_required_drills
from taizhang.analysis.view import View


@pytest.fixture
def view() -> View:
    """As of 31 December 2021, the two years begin on 1 January 2020."""
    days = (["2020-01-01"], ["2019-12-31"], ["2021-12-31"], ["2022-01-01"], ["2015-05-01", "2021-06-01"], [])
    tables = [
        make_table("drills", [{"held_on": day} for day in held], code)
        for held, code in zip(days, CODES, strict=True)
    ]
    return make_view({"drills": pd.concat(tables, ignore_index=True)}, district="all")


def test_first_and_last_day_count(view: View) -> None:
    table = check_required_drills(view)
    assert table is not None
    assert table["district"].tolist() == [NAMES[at] for at in (1, 3, 5, 0, 2, 4)]
    assert table["met"].tolist() == [False] * 3 + [True] * 3
    assert table.loc[CODES[4], ["last", "held"]].tolist() == [pd.Timestamp("2021-06-01"), 1]
    assert pd.isna(table.loc[CODES[3], "last"])  # what is still to come has not been held
    later = check_required_drills(make_view(dict(view.ledgers), district="all", as_of=date(2022, 1, 1)))
    assert later is not None and later.loc[[CODES[0], CODES[3]], "met"].tolist() == [False, True]


def test_table_and_sentence_name_the_same_districts(view: View) -> None:
    table, words = figures.tabulate_required_drills(view), narrative.write_required_drills(view)
    assert table is not None and words is not None
    assert [row[0].text for row in table.rows if row[3].text == "未达到"] == [NAMES[1], NAMES[3], NAMES[5]]
    assert table.rows[1][1].text == "—" and {row[3].note for row in table.rows[:3]} == {"worse"}
    said = words._repr_mimebundle_()["text/plain"]
    assert f"有3个近两年没有生产安全事故应急预案的演练记录：{NAMES[1]}、{NAMES[3]}和{NAMES[5]}" in said


def test_districts_and_those_without_a_drill(view: View) -> None:
    assert list_required_drills(view) == ([NAMES[0], NAMES[2], NAMES[4]], [NAMES[1], NAMES[3], NAMES[5]])
    own = make_view(dict(view.ledgers), district=CODES[0])
    assert list_required_drills(own) == ([own.name], [])
    assert list_required_drills(make_view()) is None


def test_one_district_is_told_by_itself(view: View) -> None:
    own = check_required_drills(make_view(dict(view.ledgers), district=CODES[0]))
    assert own is not None and own["district"].tolist() == [NAMES[0]]
    hidden = make_view(dict(view.ledgers), district="all", settings={"suppress": ("drills",)})
    assert check_required_drills(hidden) is None and check_required_drills(make_view()) is None


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"hazard_type": "危化品泄漏"}, True), ({"hazard_type": "地震"}, False), ({"hazard_type": "森林防火"}, False),
        ({"plan": "防汛应急预案"}, False), ({"name": "台风防御演练"}, False), ({"name": "校园演练"}, True),
        ({"hazard_type": "生产安全", "plan": "防汛应急预案"}, True), ({"name": "Earthquake drill"}, False),
        ({"hazard_type": "矿山透水（洪水引发）"}, True), ({}, True), ({"name": "消防演练"}, True),
    ],
)  # fmt: skip
def test_a_drill_of_another_plan_does_not_count(said: dict[str, str], counts: bool) -> None:
    drills = make_table("drills", [{"held_on": "2021-05-01", **said}], CODES[0])
    table = check_required_drills(make_view({"drills": drills}, district=CODES[0]))
    assert table is not None and table["met"].tolist() == [counts]
    held = [make_fact("drills.held", 1)]
    view = make_view({"drills": drills}, district=CODES[0], facts=held)
    found = {one.rule.rule for one, _ in list_findings(view)}
    assert ("drill_missed" in found) == (not counts)


def test_no_breach_before_the_first_two_years_of_the_law_are_over() -> None:
    """In force from 1 April 2019: the first two years are over with 31 March 2021."""
    assert not is_drill_due(date(2021, 3, 30)) and is_drill_due(date(2021, 3, 31))
    drills = make_table("drills", [{"held_on": "2015-05-01"}], CODES[0])
    held = [make_fact("drills.held", 0)]
    early = make_view(
        {"drills": drills}, district=CODES[0], as_of=date(2020, 12, 31), period="2020", facts=held
    )
    assert check_required_drills(early) is None
    assert "drill_missed" not in {one.rule.rule for one, _ in list_findings(early)}


def test_on_the_last_of_february_finding_and_table_agree() -> None:
    """As of 28 February 2022 the two years begin on 1 March 2020."""
    for day, met in (("2020-02-29", False), ("2020-03-01", True)):
        drills = make_table("drills", [{"held_on": day}], CODES[0])
        held = [make_fact("drills.held", 0)]
        view = make_view({"drills": drills}, district=CODES[0], as_of=date(2022, 2, 28), facts=held)
        table = check_required_drills(view)
        assert table is not None and table["met"].tolist() == [met]
        found = [one for one, _ in list_findings(view) if one.rule.rule == "drill_missed"]
        assert [one.evidence["since"].value for one in found] == ([] if met else [date(2020, 3, 1)])
