"""What is counted as an outcome of drills: repeats and late closures at their boundaries, by hand."""

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_table, make_view

from taizhang.analysis.outcomes import Outcome, _outcome, study_drills
from taizhang.analysis.view import View
from taizhang.stats.outcomes import Effect

MONTHS = pd.period_range("2021-01", "2021-12", freq="M")


def count(view: View, name: str) -> tuple[dict[str, int], dict[str, int]]:
    """Events and exposure of the first district, months without either left out."""
    pair = _outcome(view, name, MONTHS)
    assert pair is not None
    events, exposure = (table.loc[CODES[0]] for table in pair)
    return tuple({str(month): int(n) for month, n in part.items() if n} for part in (events, exposure))  # type: ignore[return-value]


def make_hazards(*rows: dict[str, object]) -> View:
    return make_view({"hazards": make_table("hazards", list(rows))}, district="all")


def test_late_is_more_than_thirty_days_of_those_that_had_them() -> None:
    """As of 31 December, what was found on 1 December has had its thirty days; found a day later it has not."""
    view = make_hazards(
        {"found_on": "2021-03-01", "rectified_on": "2021-03-31", "mode": "by_deadline"},  # after 30 days
        {"found_on": "2021-03-01", "rectified_on": "2021-04-01", "mode": "by_deadline"},  # after 31
        {"found_on": "2021-04-01", "mode": "on_the_spot"},
        {"found_on": "2021-05-01", "closed_on": "2021-05-02"},
        {"found_on": "2021-12-01"},
        {"found_on": "2021-12-02"},
        {
            "found_on": "2021-06-01",
            "rectified_on": "2022-01-01",
            "closed_on": "2021-06-02",
        },  # rectified after as_of
    )
    late, due = count(view, "late")
    assert late == {"2021-03": 1, "2021-06": 1, "2021-12": 1}
    assert due == {"2021-03": 2, "2021-04": 1, "2021-05": 1, "2021-06": 1, "2021-12": 1}


def test_a_repeat_is_the_facts_repeat() -> None:
    """Found again within 365 days at the same premises; a year and a day after is none, nor is another category."""
    same = {"premises": "甲厂", "category": "用电"}
    view = make_hazards(
        {"found_on": "2020-05-31", **same},
        {"found_on": "2021-05-31", **same},  # 365 days on
        {"found_on": "2020-06-30", "premises": "乙厂", "category": "用电"},
        {"found_on": "2021-07-01", "premises": "乙厂", "category": "用电"},  # 366 days on
        {"found_on": "2021-08-01", "premises": "甲厂", "category": "消防"},
        {"found_on": "2021-09-01", **same},
        {"found_on": "2021-09-01", **same},  # two on one day are both repeats of the day before
    )
    repeats, found = count(view, "repeats")
    assert repeats == {"2021-05": 1, "2021-09": 2}
    assert found == {"2021-05": 1, "2021-07": 1, "2021-08": 1, "2021-09": 2}


def test_incidents_are_per_day_of_the_month() -> None:
    view = make_view(
        {
            "incidents": make_table(
                "incidents", [{"occurred_on": "2021-02-03"}, {"occurred_on": "2021-02-28"}]
            )
        },
        district="all",
    )
    events, days = count(view, "incidents")
    assert events == {"2021-02": 2} and days["2021-02"] == 28 and len(days) == 12


@pytest.mark.parametrize(
    ("p", "ratio", "verdict"),
    [(np.nan, 0.5, "unknown"), (0.05, 0.5, "none"), (0.049, 0.5, "fewer"), (0.049, 1.5, "more")],
)
def test_verdicts(p: float, ratio: float, verdict: str) -> None:
    assert Outcome("late", Effect(ratio=ratio), Effect(), p).verdict == verdict


def test_withheld_and_short_ledgers_are_not_modelled() -> None:
    drills = make_table("drills", [{"held_on": f"2021-{month:02d}-05"} for month in range(1, 13)])
    assert (
        study_drills(make_view({"drills": drills}, district="all", settings={"suppress": ("drills",)})) == []
    )
    assert study_drills(make_view({"drills": drills})) == []  # of one district
    assert _outcome(make_view(district="all"), "late", MONTHS) is None
