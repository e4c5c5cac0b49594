"""Hazards by month and class, and the overdue, worked out by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_table, make_view

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
    assert list(trend.counts) == ["rectified", "open"]
    assert trend.counts.index.equals(pd.period_range("2021-01", "2021-12", freq="M"))
    march, april = pd.Period("2021-03"), pd.Period("2021-04")
    assert trend.counts.loc[march].tolist() == [2, 0] and trend.counts.loc[april].tolist() == [0, 2]
    assert trend.counts[pd.Period("2021-05") :].isna().all(axis=None)
    assert trend.before is not None and trend.before.index.equals(trend.counts.index - 12)
    assert trend.before.tolist() == [1] + [0] * 11
    assert follow_months(make_view({})) is None
    assert follow_months(make_view({"hazards": make_table("hazards", ROWS[4:])})) is None
    assert follow_months(make_view({"hazards": make_table("hazards", [])})) is None


def test_the_year_before_is_told_where_it_is_on_record_and_of_the_same_ground() -> None:
    split = pd.DataFrame({"code": [CODES[0]], "comparable": [False]})
    for rows, more in ((ROWS[:4], {}), (ROWS, {"vintages": split}), (ROWS[:4], {"vintages": split})):
        trend = follow_months(make_view({"hazards": make_table("hazards", rows)}, **more))  # type: ignore[arg-type]
        assert trend is not None and trend.before is None and trend.rows == 4


def test_classes_part_into_rectified_and_open() -> None:
    counts = count_by(make_view({"hazards": make_table("hazards", ROWS)}), "trade")
    assert counts is not None and counts.to_dict("index") == {
        "工贸": {"rectified": 2, "open": 0},
        "未填写": {"rectified": 0, "open": 2},
    }


@pytest.mark.parametrize(("lang", "name"), [("zh", "重大"), ("en", "major")])
def test_classes_of_the_ledger_are_named_in_words(lang: str, name: str) -> None:
    rows = [{"found_on": "2021-03-01", "severity": "major", "status": "open"}]
    counts = count_by(make_view({"hazards": make_table("hazards", rows)}, lang=lang), "severity")
    assert counts is not None and counts.to_dict("index") == {name: {"rectified": 0, "open": 1}}


def test_what_is_not_known_is_a_part_of_its_own_and_parts_are_whole_numbers() -> None:
    """No row fills a day or a status: nobody can say whether this one is rectified."""
    rows = [{"found_on": "2021-03-01", "severity": "major"}]
    counts = count_by(make_view({"hazards": make_table("hazards", rows)}), "severity")
    assert counts is not None and counts.to_dict("index") == {
        "重大": {"rectified": 0, "open": 0, "unknown": 1}
    }
    assert all(dtype.kind == "i" for dtype in counts.dtypes)


def test_no_classes_where_none_is_stated() -> None:
    view = make_view({"hazards": make_table("hazards", ROWS[2:])})
    assert count_by(view, "trade") is None and count_by(make_view(), "trade") is None


def test_the_longest_overdue_comes_first() -> None:
    view = make_view({"hazards": make_table("hazards", ROWS)}, as_of=date(2021, 4, 14))
    assert list_overdue(view)[["premises", "late"]].to_numpy().tolist() == [["丁", 2], ["丙", 1]]


def test_of_those_equally_late_the_first_found_comes_first() -> None:
    """A year late: found the year before; a day late: found on the 2nd, then two of the 3rd in the ledger's order."""
    rows = [
        {"found_on": day, "deadline": deadline, "rectified_on": done}
        for day, deadline, done in (
            ("2021-04-03", "2021-04-13", None), ("2021-04-03", "2021-04-13", None),
            ("2021-04-02", "2021-04-13", None), ("2021-04-04", "2021-04-12", None),
            ("2021-04-01", None, None), ("2021-04-01", "2021-04-14", None),
            ("2021-04-01", "2021-04-02", "2021-04-14"), ("2020-04-01", "2020-04-02", None),
        )
    ]  # fmt: skip
    listed = list_overdue(make_view({"hazards": make_table("hazards", rows)}, as_of=date(2021, 4, 14)))
    assert listed[["source_row", "late"]].to_numpy().tolist() == [[9, 377], [5, 2], [4, 1], [2, 1], [3, 1]]
    assert listed["late"].dtype == np.int64
    assert list_overdue(make_view()).empty
