"""Ledgers made ready: each column as an array, and which rows a period's facts look at."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts.rows import Ledger, Ledgers, Rows

CODES = pd.Index(["101", "102"])
DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
NAT = np.datetime64("NaT", "D")


def days(*texts: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts))).astype("datetime64[us]")


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "district_code": ["102", "101", None, "101"],
            "found_on": days("2021-12-31", "2021-01-01", "2021-05-01", None),
            "mode": ["on_the_spot", None, "by_deadline", "on_the_spot"],
            "listed": pd.array([True, None, False, True], dtype="boolean"),
            "number": pd.array([3, None, 0, -1], dtype="Int64"),
        }
    )


def test_columns_as_arrays(table: pd.DataFrame) -> None:
    ledger = Ledger("hazards", table, CODES)
    assert (ledger.kind, ledger.date) == ("hazards", "found_on")
    assert ledger.table is table
    assert ledger.group.tolist() == [1, 0, -1, 0] and ledger.group.dtype == np.int64
    assert ledger.known("mode").tolist() == [True, False, True, True]
    found = ledger.days("found_on")
    assert found.dtype == np.dtype("datetime64[D]")
    np.testing.assert_array_equal(
        found, np.array(["2021-12-31", "2021-01-01", "2021-05-01", NAT], "datetime64[D]")
    )
    assert ledger.numbers("number").dtype == float
    np.testing.assert_array_equal(ledger.numbers("number"), [3, np.nan, 0, -1])
    assert ledger.equals("mode", "on_the_spot").tolist() == [True, False, False, True]
    assert ledger.equals("listed", True).tolist() == [True, False, False, True]
    assert ledger.equals("listed", False).tolist() == [False, False, True, False]
    assert ledger.equals("listed", False).dtype == bool


def test_a_column_that_is_not_there_is_unknown(table: pd.DataFrame) -> None:
    ledger = Ledger("hazards", table.drop(columns="district_code"), CODES)
    assert ledger.group.tolist() == [-1] * 4
    assert ledger.known("none").tolist() == ledger.equals("none", "x").tolist() == [False] * 4
    assert ledger.known("none").dtype == ledger.equals("none", "x").dtype == bool
    np.testing.assert_array_equal(ledger.numbers("none"), [np.nan] * 4)
    np.testing.assert_array_equal(ledger.days("none"), [NAT] * 4)
    assert ledger.days("none").dtype == np.dtype("datetime64[D]")
    assert ledger.codes_of(("mode", "none")).tolist() == [-1] * 4
    assert Ledger("hazards", pd.DataFrame(), CODES).codes_of(("mode",)).tolist() == []


def test_each_column_is_worked_out_once(table: pd.DataFrame) -> None:
    ledger = Ledger("hazards", table, CODES)
    for once, again in (
        (ledger.known("mode"), ledger.known("mode")),
        (ledger.days("found_on"), ledger.days("found_on")),
        (ledger.numbers("number"), ledger.numbers("number")),
        (ledger.equals("mode", "x"), ledger.equals("mode", "x")),
        (ledger.codes_of(("mode",)), ledger.codes_of(("mode",))),
        (ledger.previous_day(("mode",)), ledger.previous_day(("mode",))),
    ):
        assert once is again
    rows = Rows(ledger, None, date(2022, 1, 1))
    asked: list[int] = []

    def ask(these: Rows) -> np.ndarray:
        asked.append(len(these))
        return np.zeros(len(these), bool)

    assert rows.test(ask) is rows.test(ask)
    assert asked == [2]


def test_rows_that_hold_the_same_have_one_code(table: pd.DataFrame) -> None:
    columns = ("a", "b", "district_code")
    some = pd.DataFrame(
        {
            "district_code": ["101", "101", "102", "101", None, "101", "101", "101"],
            "a": ["x", "x", "x", "y", "x", None, "x", "x y"],
            "b": ["y", "y", "y", "x", "y", "y", None, ""],
        }
    )
    codes = Ledger("own", some, CODES).codes_of(columns)
    assert codes.dtype == np.int64
    assert (codes < 0).tolist() == [False, False, False, False, True, True, True, False]
    assert codes[4:7].tolist() == [-1, -1, -1]
    assert codes[0] == codes[1]
    assert len({*codes[[0, 2, 3, 7]]}) == 4


def test_the_last_earlier_day_of_the_same() -> None:
    table = pd.DataFrame(
        {
            "district_code": "101",
            "found_on": days(
                "2021-05-03", "2021-05-01", "2021-05-01", "2021-04-01", None, "2021-06-01", "2021-05-02", "2021-07-01"
            ),
            "premises": ["A", "A", "A", "A", "A", "B", None, "A"],
        }
    )  # fmt: skip
    previous = Ledger("hazards", table, CODES).previous_day(("premises",))
    assert previous.dtype == np.dtype("datetime64[D]")
    wanted = ["2021-05-01", "2021-04-01", "2021-04-01", NAT, NAT, NAT, NAT, "2021-05-03"]
    np.testing.assert_array_equal(previous, np.array(wanted, "datetime64[D]"))


def test_rows_of_a_period_up_to_a_day(table: pd.DataFrame) -> None:
    table = pd.DataFrame(
        {
            "district_code": ["101", "101", "101", "101", "102", None, "101"],
            "found_on": days(
                "2020-12-31", "2021-01-01", "2021-12-31", "2022-01-01", "2021-06-01", "2021-06-01", None
            ),
        }
    )  # fmt: skip
    year, ledger = parse_period("2021"), Ledger("hazards", table, CODES)
    rows = Rows(ledger, year, date(2022, 6, 1))
    assert rows.at.tolist() == [1, 2, 4] and len(rows) == 3
    assert rows.group.tolist() == [0, 0, 1]
    assert rows.frame().index.tolist() == [1, 2, 4]
    assert rows.period is year and rows.as_of == np.datetime64("2022-06-01") and rows.ledger is ledger
    assert Rows(ledger, year, date(2021, 12, 30)).at.tolist() == [1, 4]
    assert Rows(ledger, year, date(2021, 12, 31)).at.tolist() == [1, 2, 4]
    assert Rows(ledger, None, date(2022, 1, 1)).at.tolist() == [0, 1, 2, 3, 4]
    assert Rows(ledger, None, date(2021, 12, 31)).at.tolist() == [0, 1, 2, 4]
    assert Rows(ledger, year, date(2022, 6, 1), placeless=True).at.tolist() == [1, 2, 4, 5]
    # A stock is read whole, whatever its dates.
    assert Rows(Ledger("teams", table, CODES), year, date(2021, 6, 1)).at.tolist() == [0, 1, 2, 3, 4, 6]


def test_rows_ask_their_ledger(table: pd.DataFrame) -> None:
    rows = Rows(Ledger("hazards", table, CODES), parse_period("2021"), date(2021, 12, 31))
    assert rows.at.tolist() == [0, 1]
    assert rows.known("mode").tolist() == [True, False]
    np.testing.assert_array_equal(rows.numbers("number"), [3, np.nan])
    assert rows.equals("mode", "on_the_spot").tolist() == [True, False]
    assert rows.days("found_on").tolist() == [date(2021, 12, 31), date(2021, 1, 1)]
    assert rows.by("found_on").tolist() == [True, True]
    assert rows.before("found_on").tolist() == [False, True]
    assert rows.by("none").tolist() == rows.before("none").tolist() == [False, False]
    assert (rows.codes_of("district_code", "mode") >= 0).tolist() == [True, False]
    assert rows.previous_day("district_code").tolist() == [None, None]


def test_ledgers_of_districts(table: pd.DataFrame) -> None:
    ledgers = Ledgers({"hazards": table, "own": table, "stock": table}, DISTRICTS, {"own": "found_on"})
    assert list(ledgers) == ["hazards", "own", "stock"]
    assert [ledger.date for ledger in ledgers.values()] == ["found_on", "found_on", ""]
    assert [ledger.kind for ledger in ledgers.values()] == ["hazards", "own", "stock"]
    assert ledgers.codes.tolist() == ["101", "102"] and ledgers.names == ["甲镇", "乙镇"]
    assert ledgers["hazards"].group.tolist() == [1, 0, -1, 0]
    numbers = Ledgers({}, pd.DataFrame({"code": [101, 102], "name": [1, 2]}))
    assert numbers.codes.tolist() == ["101", "102"] and numbers.names == ["1", "2"]


def test_codes_that_are_none_of_the_districts(table: pd.DataFrame) -> None:
    strange = table.assign(district_code=["199", "101", None, "198"])
    with pytest.raises(ParameterError) as caught:
        Ledger("hazards", strange, CODES)
    assert str(caught.value) == "hazards: district codes '199', '198' match no district"
    with pytest.raises(ParameterError) as caught:
        Ledgers({}, pd.DataFrame({"code": ["101", "102", "101"], "name": list("abc")}))
    assert str(caught.value) == "district codes '101' occur more than once in the boundaries"
