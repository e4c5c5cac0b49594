"""Hazards by month and class, and the overdue, worked out by hand."""

from datetime import date

import pandas as pd
from view_maker import make_table, make_view

from taizhang.analysis.hazards import count_by, follow_months, list_overdue

ROWS = [
    {"found_on": "2021-03-01", "rectified_on": "2021-03-05", "trade": "工贸"},
    {"found_on": "2021-03-31", "closed_on": "2021-04-09", "trade": "工贸"},
    {"found_on": "2021-04-01", "deadline": "2021-04-13", "premises": "丙"},
    {"found_on": "2021-04-02", "deadline": "2021-04-12", "premises": "丁"},
    {"found_on": "2020-01-15", "rectified_on": "2020-01-16"},
]


def test_months_count_what_was_found_in_them_as_it_stood() -> None:
    trend = follow_months(make_view({"hazards": make_table("hazards", ROWS)}, as_of=date(2021, 4, 20)))
    assert trend is not None and trend.rows == 4
    march, april = pd.Period("2021-03"), pd.Period("2021-04")
    assert trend.counts.loc[march].tolist() == [2, 0] and trend.counts.loc[april].tolist() == [0, 2]
    assert trend.counts[pd.Period("2021-05") :].isna().all(axis=None)
    assert trend.before is not None and trend.before.sum() == 1
    assert follow_months(make_view({})) is None


def test_classes_part_into_rectified_and_open() -> None:
    counts = count_by(make_view({"hazards": make_table("hazards", ROWS)}), "trade")
    assert counts is not None and counts.to_dict("index") == {
        "工贸": {"rectified": 2, "open": 0},
        "未填写": {"rectified": 0, "open": 2},
    }


def test_the_longest_overdue_comes_first() -> None:
    view = make_view({"hazards": make_table("hazards", ROWS)}, as_of=date(2021, 4, 14))
    assert list_overdue(view)[["premises", "late"]].to_numpy().tolist() == [["丁", 2], ["丙", 1]]
