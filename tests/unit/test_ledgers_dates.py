"""Dates as ledgers write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import (
    Found,
    Relative,
    find_epoch,
    find_last_day,
    find_order,
    find_year,
    from_serial,
    read_date,
)

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


@pytest.mark.parametrize("text", ["3月5日", "3.5", "3-5", "三月五日", "21.3.5"])
def test_a_date_without_a_year_takes_the_titles_or_is_set_aside(text: str) -> None:
    assert read_date(text, year=2021).value == FIFTH
    found = read_date(text)
    assert found.value is None and "year" in str(found.reason)


def test_two_digits_of_another_year_are_not_guessed() -> None:
    for text in ("20.3.5", "51年3月5日", "99年3月5日"):
        assert read_date(text, year=2021).reason == Reason("ledgers.date.two_digits")


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        ("23年3月", "2023-03-01", "month"), ("'23年3月份", "2023-03-01", "month"), ("23年3月5日", "2023-03-05", "day"),
        ("08年12月上旬", "2008-12-01", "ten_days"), ("23年3.5", "2023-03-05", "day"), ("二三年三月", None, "day"),
        ("2023、4、20", "2023-04-20", "day"), ("2023，4，20", "2023-04-20", "day"), ("23、4、20", None, "day"),
        ("2023、4", None, "day"), ("2023、13、1", None, "day"), ("23年", None, "day"),
    ],
)  # fmt: skip
def test_a_year_of_two_figures_that_can_be_but_one_and_stops_for_points(
    text: str, first: str | None, precision: str
) -> None:
    found = read_date(text, year=2021, partial=True)
    assert (found.value and f"{found.value:%Y-%m-%d}", found.precision) == (first, precision)


def test_years_of_the_republic_in_two_figures_are_not_ours() -> None:
    assert read_date("21年3月5日", order="roc").value == datetime(1932, 3, 5)


@pytest.mark.parametrize(
    "text", ["一季度", "2023年一季度", "2023年第1季度", "2023Q1", "上半年", "2023年春季", "四季度"]
)
def test_a_quarter_is_no_date_and_its_reason_says_what_to_write(text: str) -> None:
    assert read_date(text, year=2023, partial=True).reason == Reason("ledgers.date.no_month")


def test_a_deadline_at_the_end_of_a_quarter_is_its_last_day() -> None:
    ends = {
        "2023年一季度末": (3, 31),
        "二季度末前": (6, 30),
        "2023年第三季度底": (9, 30),
        "上半年底": (6, 30),
        "下半年末": (12, 31),
    }
    for text, (month, day) in ends.items():
        assert read_date(text, year=2023, partial=True, last=True).value == datetime(2023, month, day)
        assert read_date(text, year=2023, partial=True).value is None


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
        ("2021年3月", "no day given"),
        ("已整改", "not a date"),
        ("5/3/2021", "day and month cannot be told apart"),
        ("2021.3.7-3.5", "the date range ends before it starts"),
        ("0021-03-05", "year 21 is not between 1900 and 2200"),
        ("2021-03-05T10:00:00Z", "no such time, or a time in another time zone"),
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


CHINESE = "〇一二三四五六七八九"
MONTHS = "January February March April May June July August September October November December".split()


def say(number: int) -> str:
    """A number up to 31 in Chinese."""
    tens, ones = divmod(number, 10)
    return (CHINESE[tens] if tens > 1 else "") + ("十" if tens else "") + (CHINESE[ones] if ones else "")


@settings(max_examples=25)
@given(st.dates(date(1906, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_back_from_each_way_of_writing_it(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    month = MONTHS[m - 1]
    forms = [
        f"{y}-{m}-{d}", f"{y}/{m:02}/{d:02}", f"{y}.{m}.{d}。", f"{y}\\{m}\\{d}", f"{y}‐{m}—{d}", f" '{y}-{m}-{d} ",
        f"{y}{m:02}{d:02}", f"{y} 年 {m} 月 {d} 日", f"{y}年{m}月{d}号前完成", f"周三 {y}年{m}月{d}日",
        f"{month} {d}, {y}", f"{d} {month[:3].upper()} {y}", f"{d}th {month[:3]}. {y}", f"{month[:3]} {d}st {y}",
        "".join(CHINESE[int(digit)] for digit in str(y)) + f"年{say(m)}月{say(d)}日",
        f"{y}年{m}月{say(d).replace('二十', '廿').replace('三十', '卅')}日",
    ]  # fmt: skip
    if y >= 1921:
        forms.append(f"民国{y - 1911}年{m}月{d}日")
    if d > 12 or d == m:
        forms += [f"{d}/{m}/{y}", f"{m}-{d}-{y}"]
    expected = datetime(y, m, d)
    for form in forms:
        assert read_date(form) == Found(expected), form
        assert read_date(form, month=True).value == expected.replace(day=1), form
    assert read_date(y * 10000 + m * 100 + d) == Found(expected)
    for form in (f"{m}月{d}日", f"{m:02}-{d:02}", f"{m}.{d}", f"{say(m)}月{say(d)}号"):
        assert read_date(form, year=y) == Found(expected, note=Reason("ledgers.date.year_taken"))
        assert read_date(form) == Found(None, Reason("ledgers.date.no_year"))
    two = y % 100
    for form in (f"{two:02}.{m}.{d}", f"'{two:02}年{m}月{d}日"):
        if "年" in form and two <= 37:
            assert read_date(form) == Found(
                expected.replace(year=2000 + two)
            )  # by our era and the Republic's
        else:
            assert read_date(form, year=y) == Found(expected)
            assert read_date(form, year=y + 1) == Found(None, Reason("ledgers.date.two_digits"))


@settings(max_examples=25)
@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_month_is_read_back(day: date) -> None:
    y, m, first = day.year, day.month, datetime(day.year, day.month, 1)
    forms = (
        f"{y}年{m}月", f"{y}年度{m}月份", f"{y}-{m:02}", f"{y}.{m}", f"{y}{m:02}", f"{MONTHS[m - 1]} {y}",
        f"{MONTHS[m - 1][:3]}., {y}",
    )  # fmt: skip
    for form in forms:
        assert read_date(form, month=True) == Found(first), form
        assert read_date(form).value is None, form
    assert read_date(y * 100 + m, month=True) == Found(first)
    assert read_date(y * 100 + m) == Found(None, Reason("ledgers.date.number"))
    for form in (f"{m}月", f"{m} 月份"):
        assert read_date(form, month=True, year=y) == Found(first)
        assert read_date(form, month=True) == Found(None, Reason("ledgers.date.no_year"))
    assert read_date(f"{m}月") == read_date(f"{m}月份") == Found(None, Reason("ledgers.date.no_day"))


@settings(max_examples=25)
@given(st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1)))
def test_every_moment_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    day, second = f"{moment:%Y-%m-%d}", moment.second
    half = "下午" if moment.hour >= 12 else "上午"
    english = "pm" if moment.hour >= 12 else "am"
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S}"
    for form in (f"{day} {moment:%H:%M:%S}", f"{day}T{moment:%H:%M:%S}.25+08:00", f"{day}T{moment:%H:%M:%S}+0800",
                 f"{moment:%Y年%m月%d日%H时%M分%S秒}", f"{moment:%Y%m%d%H%M%S}", f"{day} {half}{clock}许",
                 f"{day} {clock} {english}", f"{day} {english} {clock}"):  # fmt: skip
        assert read_date(form) == Found(moment), form
    assert read_date(f"{moment:%Y%m%d%H%M}") == Found(moment - timedelta(seconds=second))
    assert read_date(f"{day} {moment.hour}时左右") == Found(moment.replace(minute=0, second=0))
    assert read_date(moment.replace(tzinfo=UTC)) == Found(moment)
    first = moment.replace(day=1, hour=0, minute=0, second=0)
    assert read_date(moment, month=True) == read_date(f"{day} {clock}", month=True) == Found(first)
    since = moment - datetime(1899, 12, 30)
    serial = since.days + since.seconds / 86400
    assert read_date(serial) == read_date(f"{serial:.8f}") == Found(moment)
    assert read_date(serial - 1462, date1904=True) == Found(moment)
    assert read_date(f"{serial - 1462:.8f}", date1904=True) == Found(moment)
    assert read_date(f"{serial:.8f}", month=True) == Found(first)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("下午12:30", "12:30:00"), ("下午0:30", "12:30:00"), ("下午11点", "23:00:00"), ("下午13:05", "13:05:00"),
        ("上午12:30", "00:30:00"), ("凌晨12点", "00:00:00"), ("凌晨1点", "01:00:00"), ("晚上8点", "20:00:00"),
        ("晚8点5分", "20:05:00"), ("中午12点", "12:00:00"), ("早上8点", "08:00:00"), ("12:30 am", "00:30:00"),
        ("11:59 am", "11:59:00"), ("12:00 pm", "12:00:00"), ("1:00 pm", "13:00:00"), ("23:59:59", "23:59:59"),
        ("0:59:59.9", "00:59:59"),
        ("0:00", "00:00:00"), ("24:01", ""), ("24:00:01", ""), ("25:00", ""), ("10:60", ""), ("10:59:60", ""),
        ("10:59:59", "10:59:59"), ("10:00Z", ""), ("10:00+09:00", ""), ("10:00+08:30", ""),
    ],
)  # fmt: skip
def test_clock_times(text: str, clock: str) -> None:
    expected = Found(datetime.fromisoformat(f"2021-03-05 {clock}")) if clock else Found(
        None, Reason("ledgers.date.no_such_time"))  # fmt: skip
    assert read_date(f"2021-03-05 {text}") == expected


def test_midnight_at_the_end_of_a_day_is_the_next_one() -> None:
    assert (
        read_date("2021-03-05 24:00").value == read_date("2021-03-05 24:00:00").value == datetime(2021, 3, 6)
    )


@pytest.mark.parametrize(
    ("value", "more", "reason"),
    [
        (True, {}, "expected a date, found yes or no"),
        (None, {}, "not a date"),
        (timedelta(1), {}, "not a date"),
        (19999, {}, "this number is not a date"),
        (80001, {}, "this number is not a date"),
        (19000100, {}, "this number is not a date"),
        (22001232, {}, "this number is not a date"),
        (20210305.5, {}, "this number is not a date"),
        (20211305, {}, "no such day"),
        (20210532, {}, "no such day"),
        (190000, {"month": True}, "this number is not a date"),
        (220013, {"month": True}, "this number is not a date"),
        (202103.5, {"month": True}, "this number is not a date"),
        (202113, {"month": True}, "no such day"),
        ("19999", {}, "this number is not a date"),
        (date(1948, 12, 31), {}, "this number is not a date"),
        (datetime(1900, 1, 15), {}, "this number is not a date"),
        (datetime(2201, 1, 1), {}, "year 2201 is not between 1900 and 2200"),
        ("2201年1月", {"month": True}, "year 2201 is not between 1900 and 2200"),
        ("2021-13", {"month": True}, "no such day"),
        ("13月", {"month": True, "year": 2021}, "no such day"),
        ("Foo 2021", {"month": True}, "not a date"),
        ("5 foo 2021", {}, "not a date"),
        ("March 2021", {}, "not a date"),
        ("202103052460", {}, "no such day"),
        ("202103051260", {}, "no such day"),
        ("202103052400", {}, "no such day"),
        ("20210305235960", {}, "no such day"),
        ("20210230120000", {}, "no such day"),
        ("13/13/2021", {}, "no such day"),
        ("2月30日", {"year": 2021}, "no such day"),
        ("21.2.30", {"year": 2021}, "no such day"),
        ("2021", {}, "no day given"),
        ("2021年", {}, "no day given"),
        ("3月份", {}, "no day given"),
        ("21.3.5", {}, "year has only two digits"),
        ("3.5", {}, "no year, and the title, sheet name and file name give none"),
        ("2021.3.5至某日", {}, "not a date range"),
        ("2021.3.5至40日", {}, "not a date range"),
        ("2021.3.5-3.7另", {}, "not a date range"),
        ("2021.3.5-3.4", {}, "the date range ends before it starts"),
        ("2021-03-05另", {}, "not a date"),
        ("2021年三三月5日", {}, "not a date"),
        ("2021年3月四十日", {}, "not a date"),
    ],
)
def test_each_refusal_in_its_own_words(value: object, more: dict[str, bool], reason: str) -> None:
    found = read_date(value, **more)  # type: ignore[arg-type]
    assert found.value is None and found.note is None and str(found.reason) == reason


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (20000, datetime(1954, 10, 3)), (80000, datetime(2119, 1, 11)), (19000101, datetime(1900, 1, 1)),
        (22001231, datetime(2200, 12, 31)), ("20000", datetime(1954, 10, 3)), (date(1949, 1, 1), datetime(1949, 1, 1)),
        (datetime(2200, 12, 31, 23), datetime(2200, 12, 31, 23)),
    ],
)  # fmt: skip
def test_the_first_and_last_that_are_dates(value: object, day: datetime) -> None:
    assert read_date(value) == Found(day)


def test_the_last_second_of_a_day() -> None:
    assert read_date("20210305235959") == Found(datetime(2021, 3, 5, 23, 59, 59))
    assert read_date("202103052359") == Found(datetime(2021, 3, 5, 23, 59))


def test_the_first_and_last_number_that_is_a_month() -> None:
    assert read_date(190001, month=True).value == datetime(1900, 1, 1)
    assert read_date(220012, month=True).value == datetime(2200, 12, 1)


def test_day_numbers_outside_their_range_are_none() -> None:
    assert from_serial(19999.99) is None and from_serial(80000.01) is None
    # Day 0 is 30 December 1899 and 1 January 1904.
    assert from_serial(20000) == datetime(1899, 12, 30) + timedelta(days=20000)
    assert from_serial(80000, date1904=True) == datetime(1904, 1, 1) + timedelta(days=80000)
    assert from_serial(44260 + 1.4 / 86400) == datetime(2021, 3, 5, 0, 0, 1)


@pytest.mark.parametrize(
    ("text", "first", "last", "note"),
    [
        ("2021.3.5至3.5", "2021-03-05", "2021-03-05", "taken"),
        ("2021年3月5日到8日前", "2021-03-05", "2021-03-08", "taken"),
        ("3月5日 - 4月7日", "2021-03-05", "2021-04-07", "taken"),
        ("2021.3.5 8:00-3.6 9:00", "2021-03-05 08:00", "2021-03-06", "taken"),
        ("2021年3月5日~3月5日下午4点", "2021-03-05", "2021-03-05", "taken"),
        ("2021.3.5 18:00-3.5", "2021-03-05 18:00", "2021-03-05", "taken"),
        ("2021-05-12 9:30-11:00", "2021-05-12 09:30", "2021-05-12 11:00", ""),
        ("2021-05-12 9:30:20-11:00", "2021-05-12 09:30:20", "2021-05-12 11:00", ""),
        ("2021-05-12 22:00-2:00", "2021-05-12 22:00", "2021-05-12 22:00", ""),
        ("6月3日8:00至10:30", "2021-06-03 08:00", "2021-06-03 10:30", "year_taken"),
    ],
)
def test_both_ends_of_a_range_and_what_is_noted(text: str, first: str, last: str, note: str) -> None:
    for end, day in (("first", first), ("last", last)):
        said = (
            Reason(f"ledgers.date.{end}_{note}" if note == "taken" else f"ledgers.date.{note}")
            if note
            else None
        )
        found = read_date(text, year=2021, last=end == "last")
        assert found == Found(datetime.fromisoformat(day), note=said), end


@pytest.mark.parametrize(
    ("texts", "year"),
    [
        (("1999年",), 1999), (("2099",), 2099), (("1899年", "2021"), 2021), (("2100年",), None), (("台账2021",), 2021),
        (("202112",), 2021), (("202113",), None), (("20211239",), 2021), (("20211240",), None), (("12021年",), None),
        (("二〇二一年",), 2021), (("２０２１年度",), 2021), (("2021年、2021.3",), 2021),
        (("2021年 2022年", "2020"), None), (("甲",), None), ((), None),
    ],
)  # fmt: skip
def test_years_in_titles(texts: tuple[str, ...], year: int | None) -> None:
    assert find_year(*texts) == year


@pytest.mark.parametrize(
    ("value", "first", "precision"),
    [
        ("2023年6月", "2023-06-01", "month"), ("2023.6", "2023-06-01", "month"), ("2023-06", "2023-06-01", "month"),
        ("2023/6", "2023-06-01", "month"), ("202306", "2023-06-01", "month"), ("2023年6月份", "2023-06-01", "month"),
        ("２０２３年６月", "2023-06-01", "month"), ("二〇二三年六月", "2023-06-01", "month"),
        ("June 2023", "2023-06-01", "month"),
        (202306, "2023-06-01", "month"), (2023.6, "2023-06-01", "month"), (2023.11, "2023-11-01", "month"),
        ("2023.10", "2023-10-01", "month"), (2023.06, "2023-06-01", "month"),
        ("2023年", "2023-01-01", "year"), ("2023", "2023-01-01", "year"), (2023, "2023-01-01", "year"),
        ("2023年度", "2023-01-01", "year"), ("2023年初", "2023-01-01", "month"), ("2023年底", "2023-12-01", "month"),
        ("2023年6月上旬", "2023-06-01", "ten_days"), ("2023年6月中旬", "2023-06-11", "ten_days"),
        ("2023年6月下旬", "2023-06-21", "ten_days"), ("2023年6月初", "2023-06-01", "ten_days"),
        ("2023年6月底", "2023-06-21", "ten_days"), ("2023年6月末", "2023-06-21", "ten_days"),
        ("2023年6月5日", "2023-06-05", "day"), ("2023-06-05", "2023-06-05", "day"), (45082, "2023-06-05", "day"),
    ],
)  # fmt: skip
def test_months_years_and_thirds_of_a_month(value: object, first: str, precision: str) -> None:
    found = read_date(value, partial=True)
    assert (str(found.value)[:10], found.precision) == (first, precision)


@pytest.mark.parametrize(
    "value",
    [2023.1, "201112", 201112, "2023年13月", 2023.13, "6月前", "2023年第二季度", "1905", 1905, 2023.55,
     7, 15.0, float("inf"), 1e30],
)  # fmt: skip
def test_what_is_no_month_or_may_be_two(value: object) -> None:
    # 2023.1 may be January or, as a number, October; 201112 may be 12 November 2020.
    assert read_date(value, partial=True).value is None


def test_a_deadline_runs_to_the_end_of_the_month() -> None:
    for text, day in (
        ("2023年6月底", "2023-06-30"),
        ("2023年2月底前", "2023-02-28"),
        ("2023年底前完成", "2023-12-31"),
    ):
        found = read_date(text, partial=True, last=True)
        assert (str(found.value)[:10], found.precision) == (day, "day")
    assert read_date("2023年6月", partial=True, last=True).precision == "month"


def test_without_a_year_the_rows_day_decides() -> None:
    for text, relative in (
        ("5月3日", Relative(month=5, day=3)),
        ("5.3", Relative(month=5, day=3)),
        ("6月", Relative(month=6, precision="month")),
        ("6月中旬", Relative(month=6, day=11, precision="ten_days")),
        ("23.5.3", Relative(month=5, day=3, two_digits=23)),
    ):
        found = read_date(text, partial=True)
        assert found.value is None and found.relative == relative
    assert read_date("5月3日至7日", partial=True, last=True).relative == Relative(month=5, day=7)
    assert read_date("5月3日已整改", partial=True).relative is None
    assert read_date("2月30日", partial=True).relative is None
    assert read_date("5月3日", year=2023, partial=True).relative == Relative(month=5, day=3)


def test_the_last_day_of_a_span() -> None:
    firsts = (date(2023, 2, 1), date(2023, 2, 11), date(2023, 2, 21))
    assert [find_last_day(one, "ten_days").day for one in firsts] == [10, 20, 28]
    assert find_last_day(date(2024, 2, 1), "month") == date(2024, 2, 29)
    assert find_last_day(date(2024, 1, 1), "year") == date(2024, 12, 31)
    assert find_last_day(date(2024, 1, 7), "day") == date(2024, 1, 7)


@pytest.mark.parametrize(
    ("cells", "order", "days"),
    [
        (["07/01/2020", "07/13/2020"], "mdy", ["2020-07-01", "2020-07-13"]),
        (["01/07/2020", "13/07/2020"], "dmy", ["2020-07-01", "2020-07-13"]),
        (["1-7-2020", "13.7.2020 8:30"], "dmy", ["2020-07-01", "2020-07-13"]),
        (["07/01/2020", "07/02/2020"], "?", [None, None]),
        (["07/13/2020", "13/07/2020", "01/02/2020"], "?", [None, None, None]),  # both ways: none of it
        (["07/01/2020", "5/5/2020"], "?", [None, None]),  # no half of it
        (["5/5/2020"], "", ["2020-05-05"]),
        (["2020-07-01", "07/13/2020"], "mdy", ["2020-07-01", "2020-07-13"]),
        (["13/7/21", "5/7/21"], "dmy", ["2021-07-13", "2021-07-05"]),
        (["7/13/21", "5/7/21"], "mdy", ["2021-07-13", "2021-05-07"]),
        (["5/7/21", "6/7/21"], "?", [None, None]),
        (["21/7/13", "21/7/5"], "", ["2021-07-13", "2021-07-05"]),
        (["110/08/21", "99/08/21"], "roc", ["2021-08-21", "2010-08-21"]),
    ],
)
def test_a_column_tells_the_order_of_its_days(cells: list[str], order: str, days: list[str | None]) -> None:
    assert find_order(cells, year=2021) == order
    read = [read_date(cell, year=2021, order=order).value for cell in cells]
    assert [one and f"{one:%Y-%m-%d}" for one in read] == days


def test_what_workbook_toml_tells_goes_before_the_column() -> None:
    assert [find_order(["07/13/2020"], told=told) for told in ("dmy", "roc", "ymd")] == ["dmy", "roc", "mdy"]
    assert find_order(["23.5.3"], told="ymd") == "ymd"
    assert read_date("23.5.3", order="ymd").value == datetime(2023, 5, 3)
    assert read_date("99.8.21", order="roc").value == datetime(2010, 8, 21)
    assert read_date("07/13/2020", order="dmy").value is None


def test_days_that_a_spreadsheet_exchanged() -> None:
    late, early = (
        ["13/7/2021", "14/7/2021", "25/7/2021"],
        [date(2021, 3, 5), date(2021, 4, 7), date(2021, 5, 7)],
    )
    assert find_order([*late, *early]) == "swapped"
    assert "swapped day and month" in str(read_date(early[0], order="swapped").reason)
    assert find_order([*late, *early, date(2021, 3, 13)]) == "dmy"
    assert find_order([*late[:2], *early]) == "dmy"
    assert find_order([*late, *early], told="dmy") == "dmy"


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("民國110年8月21日", "2021-08-21"), ("中華民國110年8月21日", "2021-08-21"), ("民国110年8月21日", "2021-08-21"),
        ("110年8月21日", "2021-08-21"), ("110.8.21", "2021-08-21"), ("104/08/21", "2015-08-21"),
        (1100821, "2021-08-21"),
        ("1100821", "2021-08-21"), ("民國99年8月21日", "2010-08-21"), ("民國一一〇年八月二十一日", "2021-08-21"),
        ("民國一百一十年八月二十一日", "2021-08-21"), ("民國110年8月", "2021-08-01"), ("民國110年", "2021-01-01"),
        ("110年8月下旬", "2021-08-21"),
    ],
)  # fmt: skip
def test_years_of_the_republic(value: object, day: str) -> None:
    assert str(read_date(value, partial=True).value)[:10] == day


def test_a_title_in_years_of_the_republic() -> None:
    assert [find_year(t) for t in ("民國110年台帳", "110年度隱患", "民國99年", "民國110年、111年")] == [
        2021,
        2021,
        2010,
        None,
    ]


def test_day_numbers_count_from_the_year_that_the_title_shows() -> None:
    in_1904 = [44260.0 - 1462, 44261.0 - 1462, 44300.0 - 1462]  # 5 March to 14 April 2021 from 1904
    assert find_epoch(in_1904, year=2021, date1904=False) is True
    assert (
        find_epoch(in_1904, year=2017, date1904=False) is False
    )  # as the file says, and so in the title's year
    assert find_epoch(in_1904, year=None, date1904=False) is False
    assert find_epoch(in_1904[:2], year=2021, date1904=False) is False  # too few to tell
    assert find_epoch([*in_1904, 44260.0], year=2021, date1904=False) is False  # both: as the file says
    assert find_epoch([44260.0, 44261.0, 44300.0], year=2021, date1904=True) is False
    assert find_epoch(in_1904, year=2021, date1904=True) is True
    assert find_epoch(["a", True, 5.0], year=2021, date1904=True) is True


def test_years_of_two_figures_that_stand_first_in_a_whole_column() -> None:
    column = ["23.5.3", "23.5.17", "22.12.30", "23.6.1", "23年7月9日"]
    assert find_order(column) == "ymd"
    assert str(read_date("22.12.30", order="ymd").value) == "2022-12-30 00:00:00"
    assert find_order(column[:4]) == ""  # too few to tell
    assert find_order([*column, "20.1.1"]) == ""  # three years apart
    assert find_order(["12.5.3", "12.5.17", "12.6.30", "12.6.1", "12.7.9"]) == ""  # a month, perhaps
    assert (
        find_order(["23.5.3", "23.6.3", "23.7.3", "23.8.3", "23.9.3"]) == ""
    )  # one third figure: a year, perhaps
    assert find_order([*column, "23.30.5"]) == ""
