"""Dates as ledgers write them."""

from datetime import date, datetime

import pytest

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import find_year, from_serial, read_date

FIFTH = datetime(2021, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["2021-03-05", "2021.3.5", "2021/3/5", "2021年3月5日", "2021 年 3 月 5 日", "20210305",
    "２０２１．３．５", "二〇二一年三月五日",
     "2021年3月5号", "2021-03-05 00:00:00", "2021年3月5日（星期五）", "2021年3月5日前", "March 5, 2021",
     "5 Mar 2021", "44260",
     "民国110年3月5日", "2021-03-05T00:00:00", "2021—3—5"],
)  # fmt: skip
def test_a_full_date_needs_no_year_from_elsewhere(text: str) -> None:
    assert read_date(text).value == FIFTH


@pytest.mark.parametrize("value", [FIFTH, date(2021, 3, 5), 44260, 44260.0, 20210305.0])
def test_typed_cells(value: object) -> None:
    assert read_date(value).value == FIFTH


def test_serials_of_both_systems() -> None:
    # 1 January 1904 is day 0 of the one and day 1462 of the other.
    assert from_serial(44260) == FIFTH
    assert from_serial(44260 - 1462, date1904=True) == FIFTH
    assert from_serial(44260.5) == datetime(2021, 3, 5, 12)
    assert from_serial(12) is None


@pytest.mark.parametrize("text", ["3月5日", "3.5", "3-5", "三月五日", "21.3.5", "21年3月5日"])
def test_a_date_without_a_year_takes_the_titles_or_is_set_aside(text: str) -> None:
    assert read_date(text, year=2021).value == FIFTH
    found = read_date(text)
    assert found.value is None and "year" in str(found.reason)


def test_two_digits_of_another_year_are_not_guessed() -> None:
    assert read_date("20.3.5", year=2021).reason == Reason("ledgers.date.two_digits")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021年3月5日至7日", FIFTH, datetime(2021, 3, 7)),
        ("2021.3.5-3.7", FIFTH, datetime(2021, 3, 7)),
        ("2021-03-05—2021-04-02", FIFTH, datetime(2021, 4, 2)),
        ("2021年3月5日——4月2日", FIFTH, datetime(2021, 4, 2)),
        ("3月5日~7日", FIFTH, datetime(2021, 3, 7)),
    ],
)
def test_ranges(text: str, first: datetime, last: datetime) -> None:
    assert read_date(text, year=2021).value == first
    found = read_date(text, year=2021, last=True)
    assert found.value == last and "last day" in str(found.note)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2021-02-30", "no such day"),
        ("2021年13月1日", "no such day"),
        ("2021年3月", "no day"),
        ("已整改", "not a date"),
        ("5/3/2021", "day and month can't be told apart"),
        ("2021.3.7-3.5", "a range that ends before it starts"),
        ("0021-03-05", "year 21 is outside 1900 to 2200"),
        ("2021-03-05T10:00:00Z", "no such time, or a time of another zone"),
        ("2021.3.5、3.6", "not a date"),
        ("立即", "not a date"),
    ],
)
def test_what_is_no_date_says_why(text: str, reason: str) -> None:
    found = read_date(text, year=2021)
    assert found.value is None and str(found.reason) == reason


def test_unambiguous_day_first() -> None:
    assert read_date("13/3/2021").value == datetime(2021, 3, 13)
    assert read_date("3/13/2021").value == datetime(2021, 3, 13)


@pytest.mark.parametrize(
    "text",
    ["2021-03-05 14:30", "2021年3月5日14时30分", "2021/3/5 下午2:30", "202103051430", "2021.3.5 2:30 pm"],
)
def test_times(text: str) -> None:
    assert read_date(text).value == datetime(2021, 3, 5, 14, 30)


@pytest.mark.parametrize(
    "text",
    [
        "2021年3月",
        "2021-03",
        "202103",
        "2021.3",
        "3月",
        "2021年3月份",
        "二〇二一年三月",
        "March 2021",
        "2021-03-05",
    ],
)
def test_months(text: str) -> None:
    assert read_date(text, year=2021, month=True).value == datetime(2021, 3, 1)


def test_the_year_of_a_title() -> None:
    assert find_year("滨江县2021年隐患台账") == 2021
    assert find_year("二〇二一年度台账") == 2021
    assert find_year("台账", "Sheet1", "隐患_20210305.xlsx") == 2021
    assert (
        find_year("2021-2022年台账", "2020年.xlsx") is None
    )  # it names two: no guess, not even from the file
    assert find_year("共12345条") is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2021年5月12日9:30-11:00", "2021-05-12 09:30"),
        ("2021-05-12 09:30~11:00", "2021-05-12 09:30"),
        ("2021年5月12日上午9时至11时", "2021-05-12 09:00"),
        ("2021年5月12日下午2:30-4:30", "2021-05-12 14:30"),
        ("2021-05-12 22:00-2:00", "2021-05-12 22:00"),
        ("2021-05-12 9:30-5月13日8:00", "2021-05-12 09:30"),
        ("6月3日8:00", "2021-06-03 08:00"),
    ],
)
def test_ranges_of_hours(text: str, first: str) -> None:
    assert str(read_date(text, year=2021).value) == f"{first}:00"


def test_a_zone_that_a_program_wrote_is_no_range() -> None:
    assert read_date("2021-05-12T09:30-11:00").value is None
    assert str(read_date("2021-05-12T09:30+08:00").value) == "2021-05-12 09:30:00"
    assert read_date("2021-05-12 9:30-25:00").value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12/11/2021", None),
        ("11/12/2021", None),
        ("1/2/2021", None),
        ("12/12/2021", datetime(2021, 12, 12)),
        ("13/12/2021", datetime(2021, 12, 13)),
        ("12/13/2021", datetime(2021, 12, 13)),
    ],
)
def test_day_and_month_are_told_apart_only_where_one_of_them_is_no_month(
    text: str, value: datetime | None
) -> None:
    assert read_date(text).value == value
