"""Visits by month and mode, counted by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_table, make_view

from taizhang.analysis.inspections import count_modes, follow_months
from taizhang.analysis.view import View

ROWS = [
    {"inspected_on": "2021-01-05", "mode": "routine", "hazards_found": 3},
    {"inspected_on": "2021-01-31", "mode": "routine", "hazards_found": None},
    {"inspected_on": "2021-03-01", "mode": None, "hazards_found": 7},
    {"inspected_on": "2021-04-30", "mode": "routine", "hazards_found": 2},
    {"inspected_on": "2020-03-15", "mode": "joint", "hazards_found": 1},
    {"inspected_on": "2020-01-31", "mode": "joint", "hazards_found": 1},
]


def make_inspections(rows: list[dict[str, object]] = ROWS, **more: object) -> View:
    return make_view({"inspections": make_table("inspections", rows)}, **more)  # type: ignore[arg-type]


def test_visits_by_month_beside_those_of_the_year_before() -> None:
    trend = follow_months(make_inspections(as_of=date(2021, 4, 30)))
    assert trend is not None and trend.before is not None
    months = pd.period_range("2021-01", "2021-12", freq="M")
    assert trend.visits.index.equals(months) and trend.before.index.equals(months - 12)
    np.testing.assert_array_equal(trend.visits, [2, 0, 1, 1] + [np.nan] * 8)
    assert trend.before.tolist() == [1, 0, 1] + [0] * 9


def test_the_year_before_is_told_where_it_is_on_record_and_of_the_same_ground() -> None:
    late = follow_months(make_inspections(ROWS[:5]))  # on record from March alone
    assert late is not None and late.before is None
    split = pd.DataFrame({"code": [CODES[0]], "comparable": [False]})
    for view in (make_inspections(vintages=split), make_inspections(ROWS[:5], vintages=split)):
        trend = follow_months(view)
        assert trend is not None and trend.before is None


def test_without_a_visit_there_is_no_trend() -> None:
    assert follow_months(make_view()) is None and follow_months(make_inspections([])) is None
    assert follow_months(make_inspections(ROWS[4:])) is None
    one = follow_months(make_inspections(ROWS[3:]))
    assert one is not None and one.visits.sum() == 1


@pytest.mark.parametrize(
    ("lang", "names"), [("zh", ["日常检查", "未填写"]), ("en", ["routine", "not stated"])]
)
def test_visits_by_mode_and_what_a_visit_found(lang: str, names: list[str]) -> None:
    counts = count_modes(make_inspections(lang=lang))
    assert counts is not None
    assert counts.to_dict("split") == {
        "index": names, "columns": ["visits", "found"], "data": [[3.0, 2.5], [1.0, 7.0]],
    }  # fmt: skip


def test_modes_are_told_where_any_is_stated() -> None:
    assert count_modes(make_view()) is None and count_modes(make_inspections(ROWS[2:3])) is None
    assert count_modes(replace(make_inspections(), period=make_view(period="2019").period)) is None
    unknown = count_modes(make_inspections([{"inspected_on": "2021-01-05", "mode": "routine"}]))
    assert unknown is not None and unknown["visits"].tolist() == [1] and unknown["found"].isna().all()
