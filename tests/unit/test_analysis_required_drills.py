"""Who held the drill required every two years: the first and the last day that count."""

from datetime import date

import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.required_drills import check_required_drills, list_required_drills
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
    assert f"有3个近两年没有演练记录：{NAMES[1]}、{NAMES[3]}和{NAMES[5]}" in said


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
