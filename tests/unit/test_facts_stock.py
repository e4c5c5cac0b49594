"""What stands open, whatever period it was found in, by hand: each row and each day beside a boundary."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows

DISTRICTS = pd.DataFrame({"code": ["101", "102", "103"], "name": ["甲镇", "乙镇", "丙镇"]})
END = date(2021, 12, 31)
DAYS = ("found_on", "deadline", "rectified_on")
ROW: dict[str, Any] = {
    "district_code": "101", "found_on": "2021-11-01", "deadline": "2021-12-01", "rectified_on": None,
    "severity": "general", "mode": "by_deadline", "status": None, "found_on_precision": "day",
    "deadline_precision": "day", "source_file": "a.xlsx",
}  # fmt: skip
# Of another district, so that an empty day says that it has not come.
DONE = {**ROW, "district_code": "103", "found_on": "2019-01-01", "rectified_on": "2019-01-02"}


def make_hazards(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame([{**ROW, **row} for row in (*rows, DONE)])
    for name in DAYS:
        table[name] = pd.to_datetime(table[name])
    return table


def read(
    table: pd.DataFrame, code: str = "101", *, period: str = "2021", as_of: date = END, **same: Any
) -> dict[str, float]:
    facts = compute_facts({"hazards": table}, DISTRICTS, parse_period(period), as_of, **same)
    own = facts[facts["district_code"] == code].set_index("fact")["value"]
    return {name.removeprefix("hazards."): value for name, value in own.items()}


def test_what_stands_open_is_more_than_what_the_period_found() -> None:
    """Of seven found by the end of the quarter one is rectified; three of the open ones are older, five overdue."""
    table = make_hazards(
        {"found_on": "2020-05-01", "deadline": "2020-06-01", "severity": "major"},  # 578 days late
        {"found_on": "2021-03-01", "deadline": "2021-04-01"},  # 274
        {"found_on": "2021-09-30", "deadline": "2021-12-31"},  # due on the day
        {"found_on": "2021-10-01", "deadline": "2021-12-30"},  # 1
        {"found_on": "2021-11-01", "deadline": "2021-12-01", "severity": "major"},  # 30
        {"found_on": "2021-12-31", "deadline": "2021-12-30"},  # 1
        {"found_on": "2021-01-01", "rectified_on": "2021-12-31"},
        {"district_code": "102", "found_on": "2021-12-01", "deadline": "2021-12-20"},  # 11
        {"found_on": "2022-01-01", "deadline": "2022-01-02"},
    )
    quarter = read(table, period="2021Q4")
    assert (quarter["open"], quarter["overdue"], quarter["major_open"]) == (3, 3, 1)
    assert (quarter["open_stock"], quarter["overdue_stock"], quarter["major_open_stock"]) == (6, 5, 2)
    before = ("open_stock_before", "overdue_stock_before", "major_open_stock_before")
    assert [quarter[name] for name in before] == [3, 2, 1]
    assert quarter["overdue_stock_days_median"] == 30  # of 1, 1, 30, 274, 578
    year = read(table)
    assert (year["open"], year["open_stock"], year["open_stock_before"]) == (5, 6, 1)
    whole = read(table, "all", period="2021Q4")
    assert (whole["open_stock"], whole["overdue_stock"]) == (7, 6)
    assert whole["overdue_stock_days_median"] == 20.5  # the mean of 11 and 30
    nothing = read(table, "103")
    assert (nothing["open_stock"], nothing["overdue_stock"]) == (0, 0)
    assert np.isnan(nothing["overdue_stock_days_median"])


@pytest.mark.parametrize(
    ("found_on", "period", "as_of", "found", "stands", "before"),
    [
        ("2020-12-31", "2021", END, 0, 1, 1),
        ("2021-01-01", "2021", END, 1, 1, 0),
        ("2021-12-31", "2021", END, 1, 1, 0),
        ("2022-01-01", "2021", END, 0, 0, 0),
        # The period's last day bounds it where the day read is later, that day where it is earlier.
        ("2021-12-31", "2021", date(2022, 1, 31), 1, 1, 0),
        ("2022-01-01", "2021", date(2022, 1, 31), 0, 0, 0),
        ("2021-07-15", "2021", date(2021, 7, 15), 1, 1, 0),
        ("2021-07-16", "2021", date(2021, 7, 15), 0, 0, 0),
        ("2020-12-31", "2021", date(2020, 12, 31), 0, 1, 1),
    ],
)
def test_a_row_is_in_the_stock_from_the_day_it_was_found(
    found_on: str, period: str, as_of: date, found: int, stands: int, before: int
) -> None:
    said = read(make_hazards({"found_on": found_on, "deadline": None}), period=period, as_of=as_of)
    assert (said["found"], said["open_stock"], said["open_stock_before"]) == (found, stands, before)


@pytest.mark.parametrize(
    ("rectified_on", "as_of", "open_then"),
    [
        ("2021-12-31", END, 0),
        ("2022-01-01", END, 1),
        ("2022-01-31", date(2022, 1, 31), 0),
        ("2022-02-01", date(2022, 1, 31), 1),
    ],
)
def test_the_stock_stands_as_it_does_on_the_day_read(rectified_on: str, as_of: date, open_then: int) -> None:
    table = make_hazards({"found_on": "2020-06-01", "rectified_on": rectified_on})
    said = read(table, as_of=as_of)
    assert (said["open_stock"], said["overdue_stock"], said["found"]) == (open_then, open_then, 0)


@pytest.mark.parametrize(
    ("found_on", "precision", "period", "stands", "before"),
    [
        ("2021-12-01", "month", "2021", 1, 0),
        ("2021-12-01", "month", "2021Q4", 1, 0),
        ("2020-12-01", "month", "2021", 1, 1),
        ("2021-01-01", "year", "2021", 1, 0),
        (
            "2021-01-01",
            "year",
            "2021Q4",
            1,
            1,
        ),  # it reaches into the quarter, and none of it is the quarter's
        ("2021-01-01", "year", "2021H1", 0, 0),  # perhaps it was found later
        ("2021-12-21", "ten_days", "2021", 1, 0),
    ],
)
def test_a_row_known_to_the_month_stands_once_all_of_it_is_over(
    found_on: str, precision: str, period: str, stands: int, before: int
) -> None:
    table = make_hazards({"found_on": found_on, "found_on_precision": precision, "deadline": "2021-06-01"})
    as_of = parse_period(period).end
    said = read(table, period=period, as_of=as_of)
    assert (said["open_stock"], said["open_stock_before"]) == (stands, before)
    assert said["open_stock"] == said["open"] + said["open_stock_before"]


@pytest.mark.parametrize(
    ("deadline", "precision", "late"),
    [
        ("2021-12-31", "day", None),
        ("2021-12-30", "day", 1),
        ("2021-12-01", "month", None),  # its last day is the day read
        ("2021-11-01", "month", 31),
        ("2021-12-11", "ten_days", 11),
        ("2021-01-01", "year", None),
        ("2020-01-01", "year", 365),
    ],
)
def test_days_late_count_from_the_last_day_of_the_deadline(
    deadline: str, precision: str, late: int | None
) -> None:
    said = read(make_hazards({"deadline": deadline, "deadline_precision": precision}))
    assert said["overdue_stock"] == (late is not None)
    np.testing.assert_equal(said["overdue_stock_days_median"], np.nan if late is None else late)


def test_what_is_said_to_be_rectified_without_a_day_does_not_stand_open() -> None:
    table = make_hazards(
        {"found_on": "2020-05-01", "status": "rectified"},
        {"found_on": "2020-05-01", "status": "open"},
        {"found_on": "2022-05-01", "status": "open"},
    )
    said = read(table)
    assert (said["open_stock"], said["overdue_stock"]) == (1, 1)
    early = date(2021, 6, 30)
    asked = read(table, as_of=early, asked=early)  # the file goes on to 2022: half is not known
    assert np.isnan(asked["open_stock"]) and np.isnan(asked["overdue_stock"])


def test_on_the_spot_without_a_day_never_stands_open() -> None:
    said = read(make_hazards({"mode": "on_the_spot"}, {"mode": "on_the_spot", "status": "open"}))
    assert (said["found"], said["rectified"], said["open_stock"]) == (2, 1, 1)


def test_a_stock_is_known_of_a_tenth_less_and_no_fewer() -> None:
    """Of ten open one has no deadline, then of nine."""
    rows = [{"found_on": "2020-01-01", "deadline": "2021-12-01"}] * 9 + [{"deadline": None}]
    facts = compute_facts({"hazards": make_hazards(*rows)}, DISTRICTS, parse_period("2021"), END)
    row = facts.set_index(["district_code", "fact"]).loc[("101", "hazards.overdue_stock")]
    assert (row["value"], row["known"], row["of"]) == (9, 9, 10)
    assert np.isnan(row["low"]) and np.isnan(row["high"])  # it was counted, not drawn
    assert read(make_hazards(*rows))["overdue_stock_days_median"] == 30
    short = read(make_hazards(*rows[1:]))
    assert np.isnan(short["overdue_stock"]) and np.isnan(short["overdue_stock_days_median"])
    assert short["open_stock"] == 9


def test_the_rows_behind_a_stock_are_of_any_period() -> None:
    table = make_hazards({"found_on": "2020-05-01"}, {}, {"rectified_on": "2021-12-01"})

    def trace(fact: str) -> list[int]:
        rows = select_rows(fact, {"hazards": table}, DISTRICTS, parse_period("2021"), END, "101")
        assert rows["counted"].all()
        return rows.index.tolist()

    assert trace("hazards.open") == trace("hazards.overdue") == [1]
    for name in ("open_stock", "overdue_stock", "overdue_stock_days_median"):
        assert trace(f"hazards.{name}") == [0, 1]
    assert trace("hazards.open_stock_before") == trace("hazards.overdue_stock_before") == [0]


def test_a_stock_as_small_as_to_be_hidden_hides_its_days_too() -> None:
    table = make_hazards({"found_on": "2020-05-01"}, *[{"district_code": "102"}] * 8)
    facts = compute_facts(
        {"hazards": table}, DISTRICTS, parse_period("2021"), END, suppress=["hazards"]
    ).set_index(["district_code", "fact"])
    for name in ("open_stock", "open_stock_before", "overdue_stock", "overdue_stock_days_median"):
        row = facts.loc[("101", f"hazards.{name}")]
        assert row["suppressed"] and np.isnan(row["value"]) and np.isnan(row["denominator"]), name
    # Eight of the second are the only others: shown, they would give the first away.
    assert (
        facts.loc[("102", "hazards.open_stock"), "suppressed"]
        != facts.loc[("all", "hazards.open_stock"), "suppressed"]
    )
