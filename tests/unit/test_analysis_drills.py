"""Drills by month, by form and by hazard, and plans with the last drill that names them, by hand."""

from datetime import date

import numpy as np
import pandas as pd
from view_maker import CODES, make_table, make_view

from taizhang.analysis.drills import count_kinds, follow_months, list_plans

HELD = [
    {"held_on": "2021-01-05", "kind": "field", "hazard_type": "洪水", "plan": "甲 案"},
    {"held_on": "2021-01-31", "kind": "tabletop", "hazard_type": "洪水", "plan": "乙案"},
    {"held_on": "2021-03-01", "kind": None, "hazard_type": "火灾", "plan": "甲案"},
    {"held_on": "2021-05-01", "kind": "field", "hazard_type": None},
    {"held_on": "2020-12-31", "kind": "field", "hazard_type": "地震", "plan": "丙案"},
]


def test_drills_by_form_and_month() -> None:
    view = make_view({"drills": make_table("drills", HELD)}, lang="en", as_of=date(2021, 5, 20))
    calendar = follow_months(view)
    assert calendar is not None and calendar.rows == 4
    months = pd.period_range("2021-01", "2021-12", freq="M")
    assert calendar.counts.columns.equals(months) and calendar.totals.index.equals(months)
    later = [np.nan] * 7
    np.testing.assert_array_equal(calendar.totals, [2, 0, 1, 0, 1, *later])
    forms = {str(name): row.tolist() for name, row in calendar.counts.iterrows()}
    assert list(forms) == ["field", "not stated", "tabletop"]
    assert [row[:5] for row in forms.values()] == [[1, 0, 0, 0, 1], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0]]
    assert all(np.isnan(row[5:]).all() for row in forms.values())


def test_months_without_a_drill_are_those_that_have_begun() -> None:
    view = make_view({"drills": make_table("drills", HELD)}, as_of=date(2021, 5, 20))
    calendar = follow_months(view)
    assert calendar is not None and calendar.empty_months == 2 and type(calendar.empty_months) is int


def test_a_trend_of_the_last_twelve_months() -> None:
    drills = make_table("drills", HELD)
    longer = follow_months(make_view({"drills": drills}, period="2020-06-01/2021-12-31"))
    assert longer is not None and longer.rows == 4 and len(longer.totals) == 12
    quarter = follow_months(make_view({"drills": drills}, period="2021Q1"))
    assert quarter is not None and quarter.totals.iloc[-4:].tolist() == [1, 2, 0, 1]
    assert follow_months(make_view({"drills": drills}, period="2025")) is None
    assert follow_months(make_view({"drills": drills.iloc[:0]})) is None
    assert follow_months(make_view()) is None


def test_drills_by_hazard_and_form() -> None:
    kinds = count_kinds(make_view({"drills": make_table("drills", HELD)}))
    assert kinds is not None
    assert kinds.to_dict("split") == {
        "index": ["洪水", "火灾", "未填写"],
        "columns": ["field", "tabletop", "unknown"],
        "data": [[1, 1, 0], [0, 0, 1], [1, 0, 0]],
    }
    only = count_kinds(make_view({"drills": make_table("drills", [HELD[0]])}))
    assert only is not None and only.to_dict("list") == {"field": [1]}
    assert count_kinds(make_view({"drills": make_table("drills", [HELD[3]])})) is None
    assert count_kinds(make_view({"drills": make_table("drills", HELD)}, period="2019")) is None
    assert count_kinds(make_view()) is None


def test_plans_the_longest_undrilled_first() -> None:
    plans = make_table(
        "plans",
        [
            {"name": "甲案", "review_due": "2021-12-30"},
            {"name": "乙案", "review_due": "2022-12-31"},
            {"name": "丙案"},
            {"name": "丁案", "review_due": "2022-06-30"},
            {"name": "戊案", "review_due": "2021-01-01"},
            {"name": "己案", "issued_on": "2022-01-01"},
            {"name": "乙案", "district_code": CODES[1]},
        ],
    )
    plans["district_code"] = [CODES[0]] * 6 + [CODES[1]]
    later = [*HELD, {"held_on": "2021-07-02", "plan": "戊案"}, {"held_on": None, "plan": "丁案"}]
    view = make_view(
        {"plans": plans, "drills": make_table("drills", later)}, period="2021H1", as_of=date(2021, 12, 31)
    )
    listed = list_plans(view)
    assert listed[["name", "district_code"]].to_numpy().tolist() == [
        ["乙案", CODES[1]], ["戊案", CODES[0]], ["丁案", CODES[0]], ["丙案", CODES[0]],
        ["乙案", CODES[0]], ["甲案", CODES[0]],
    ]  # fmt: skip
    days = pd.to_datetime(pd.Series([None, None, None, "2020-12-31", "2021-01-31", "2021-03-01"])).astype(
        "datetime64[us]"
    )
    pd.testing.assert_series_equal(listed["drilled"].reset_index(drop=True), days, check_names=False)
    assert listed["past_review"].tolist() == [False, True, False, False, False, True]
    assert listed["past_review"].dtype == bool
    bare = list_plans(make_view({"plans": plans}))
    assert bare["drilled"].isna().all() and bare["drilled"].dtype == "datetime64[us]" and len(bare) == 6
    assert list_plans(make_view()).empty
