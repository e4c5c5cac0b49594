"""How fast hazards are closed, worked out by hand."""

import math

import pytest
from view_maker import make_table, make_view

from taizhang.analysis.closure import (
    compare_closure,
    follow_closure,
    follow_closure_by,
    judge_deadlines,
    list_cases,
)


def test_closed_by_deadline_by_hand() -> None:
    """In time; late; open and overdue; open and not due: not judged; closed before a day to come: in time."""
    rows = make_table(
        "hazards",
        [
            {"found_on": "2021-12-01", "deadline": "2021-12-10", "rectified_on": "2021-12-10"},
            {"found_on": "2021-12-01", "deadline": "2021-12-10", "rectified_on": "2021-12-11"},
            {"found_on": "2021-12-01", "deadline": "2021-12-10"},
            {"found_on": "2021-12-01", "deadline": "2022-01-10"},
            {"found_on": "2021-12-01", "deadline": "2022-01-10", "rectified_on": "2021-12-20"},
            {"found_on": "2021-12-01"},
        ],
    )
    cases = list_cases(make_view({"hazards": rows}))
    assert cases is not None
    judged = judge_deadlines(cases)
    assert (judged["in_time"], judged["due"], judged["share"]) == (2, 4, 50)


def test_half_are_closed_within_ten_days() -> None:
    """Of four found on a day one is put right at once, one after 10 days; two stay open: a quarter, then half."""
    rows = [
        {"found_on": "2021-12-01", "rectified_on": "2021-12-01", "mode": "on_the_spot"},
        {"found_on": "2021-12-01", "rectified_on": "2021-12-11", "mode": "by_deadline"},
        {"found_on": "2021-12-01", "mode": "by_deadline"},
        {"found_on": "2021-12-01", "mode": "by_deadline"},
    ]
    view = make_view({"hazards": make_table("hazards", rows)})
    cases, closure, table = list_cases(view), follow_closure(view), compare_closure(view)
    assert cases is not None and closure is not None and table is not None
    assert cases.days.tolist() == [0, 10, 30, 30] and cases.closed.tolist() == [True, True, False, False]
    assert [closure.curve.within(day) for day in (0, 9, 10, 30)] == pytest.approx([25, 25, 50, 50])
    row = table.iloc[0]
    assert (row["found"], row["due"]) == (4, 0) and math.isnan(row["share"])
    assert (
        row["in_month"] == pytest.approx(50) and row["median"] == 10
    )  # the first day on which half are closed
    assert follow_closure_by(view, "trade") is None  # nobody wrote a trade: one class


def test_small_classes_are_told_together() -> None:
    """Twelve of one trade, two trades of fewer than ten each: three classes become two."""
    rows = [
        {"found_on": "2021-03-01", "status": "open", "trade": trade}
        for trade in ["甲"] * 12 + ["乙"] * 9 + ["丙"]
    ]
    closure = follow_closure_by(make_view({"hazards": make_table("hazards", rows)}), "trade")
    assert closure is not None and list(closure.curves) == ["甲", "其他2类"] and closure.cases == 22
