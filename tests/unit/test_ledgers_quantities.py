"""Numbers and units as ledgers write them."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.core.reasons import Reason
from taizhang.ledgers.quantities import (
    Read,
    find_decimal_sign,
    find_factor,
    find_unit_doubt,
    fold_number,
    is_unit,
    read_number,
    read_sentence,
    scale,
)
from taizhang.metadata.kinds import load_shared


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("1,234", 1234), ("１２", 12), ("三十六", 36), ("一百二十", 120), ("两", 2), ("十二人",
    12), ("12人次", 12), ("12 pax", 12), ("约12", 12),
     ("12余人", 12), ("3万余人", 30000), ("1.2万", 12000), ("共5名", 5), ("二十多人", 20), ("-3", -3),
     ("1.5e3", 1500)],
)  # fmt: skip
def test_people(text: str, value: float) -> None:
    assert read_number(text, unit="person").value == value


@pytest.mark.parametrize("text", ["约12", "12余人", "近十人", "12左右", "三百多"])
def test_what_is_approximate_says_so(text: str) -> None:
    assert read_number(text, unit="person").note == Reason("ledgers.number.approximate")


@pytest.mark.parametrize(
    ("text", "wan"),
    [
        ("3", 3),
        ("3万元", 3),
        ("30000元", 3),
        ("3万", 3),
        ("0.5亿元", 5000),
        ("¥3000", 0.3),
        ("3千元", 0.3),
        ("12,345.6元", 1.23456),
    ],
)
def test_money_converts_by_the_cells_own_unit(text: str, wan: float) -> None:
    assert read_number(text, unit="wan_yuan").value == wan


def test_the_headers_unit_holds_where_the_cell_has_none() -> None:
    factor = find_factor("元", "wan_yuan")
    assert factor is not None
    assert read_number(123456.0, unit="wan_yuan", factor=factor).value == 12.3456
    assert read_number("3万元", unit="wan_yuan", factor=factor).value == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3-5", "expected one number, found 3 to 5; give a single number"),
        ("3户", "'户' is not a unit of this column"),
        ("12%", "'%' is not a unit of this column"),
        ("若干", "not a number"),
        ("1,23", "not a number"),
        ("无", "not a number"),
        ("$5", "not a number"),
        ("3小时", "'小时' is not a unit of this column"),
        ("3小时20分", "not a number"),
        ("小时", "not a number"),
        ("3万", ""),
        ("3万余", ""),
        ("3万余户", "not a number"),
        ("²", "not a number"),
        ("10²", "not a number"),
        ("①5", "not a number"),
        ("⒈", "not a number"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    read = read_number(text, unit="person")
    assert (read.value is None) == bool(reason) and str(read.reason or "") == reason


@pytest.mark.parametrize(
    ("text", "number", "note"),
    [
        ("120+", 120, "approximate"), ("120人+", 120, "approximate"), ("约120+人", 120, "approximate"),
        (">120", 120, "approximate"), ("≥120人", 120, "approximate"),
        ("120人（含教师20人）", 120, "part_of"), ("120人(其中教师20人)", 120, "part_of"),
        ("共120人，其中教师20余人", 120, "part_of"), ("120,含教师20", 120, "part_of"),
        ("1.2万人（包括老人3000人）", 12000, "part_of"), ("120（师生）", 120, "with_words"),
        ("120人，已撤离", 120, "with_words"), ("about 120", 120, "approximate"), ("approx. 120", 120, "approximate"),
        ("more than 120", 120, "approximate"), ("80 (incl. 20 volunteers)", 80, "part_of"),
        ("80, of whom 20 pupils", 80, "part_of"),
    ],
)  # fmt: skip
def test_a_number_with_more_beside_it(text: str, number: float, note: str) -> None:
    read = read_number(text, unit="person")
    assert read.value == number and read.note == Reason(f"ledgers.number.{note}")


def test_a_unit_in_brackets_is_the_numbers() -> None:
    assert read_number("120(人)", unit="person").value == 120
    assert read_number("5000（元）", unit="wan_yuan").value == 0.5
    assert read_number("3(万元)", unit="wan_yuan").value == 3


@pytest.mark.parametrize(
    "text",
    [
        "120人（不含学生30人）", "120人（计划）", "120人（含教师200人）", "师生120人，教师20人", "120人（累计）",
        "120（30户）", "120人（最多）", "120人（三十户）", "其中20人",
    ],
)  # fmt: skip
def test_more_beside_a_number_that_may_matter(text: str) -> None:
    assert read_number(text, unit="person").value is None


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("100-120人", "100 to 120"), ("100人-120人", "100 to 120"), ("100~120", "100 to 120"),
        ("十至二十人", "10 to 20"), ("100人到120人", "100 to 120"), ("1—2万人", "10000 to 20000"),
    ],
)  # fmt: skip
def test_a_range_is_set_aside_with_both_ends(text: str, ends: str) -> None:
    read = read_number(text, unit="person")
    assert read.value is None and str(read.reason).startswith(f"expected one number, found {ends}")


def test_durations() -> None:
    assert read_number("3分20秒", unit="second").value == 200
    assert read_number("1小时30分钟", unit="minute").value == 90
    assert read_number("2小时", unit="minute").value == 120
    assert read_number("3'20\"", unit="second").value == 200


@pytest.mark.parametrize(
    ("text", "unit", "factor"),
    [("亩", "ha", 1 / 15), ("万户", "household", 10000), ("公顷", "km2", 0.01), ("户", "person", None),
    ("美元", "wan_yuan", None),
     ("个", "person", 1), ("万元", "yuan", 10000), ("万", "wan_yuan", 1), ("万", "person", 10000), ("台",
     "person", None)],
)  # fmt: skip
def test_factors(text: str, unit: str, factor: float | None) -> None:
    found = find_factor(text, unit)
    assert found is None if factor is None else found == pytest.approx(factor)


@pytest.mark.parametrize("dimension", sorted({unit.dimension for unit in load_shared().units.values()}))
def test_units_of_one_dimension_convert_by_their_sizes(dimension: str) -> None:
    units = [unit for unit in load_shared().units.values() if unit.dimension == dimension]
    for one in units:
        for other in units:
            if (factor := find_factor(one.zh, other.name)) is None:  # 分 of an angle is no 分 of an hour
                continue
            assert factor == one.size / other.size
            exact = 123456 * Fraction(one.size) / Fraction(other.size)
            assert scale(123456, factor) == pytest.approx(float(exact), rel=1e-12)
            if dimension == "money":
                # Division of whole numbers is exact to the last digit, multiplication by 0.0001 is not.
                assert scale(123456, factor) == 123456 * one.size / other.size


def test_scaling_divides_where_that_is_exact() -> None:
    assert scale(123456, 0.0001) == 12.3456 and 123456 * 0.0001 != 12.3456
    assert scale(3, 0.3) == 3 * 0.3 and scale(3, 1) == 3 and scale(3, 1e12) == 3e12 and scale(3, 1.5) == 4.5


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(["", "+", "-", "−", "–", "－"]))
def test_every_number_is_read_back(whole: int, cents: int, sign: str) -> None:
    expected = (whole + cents / 100) * (-1 if sign and sign != "+" else 1)
    for form in (f"{sign}{whole}.{cents:02}", f"{sign}{whole:,}.{cents:02}", f" {sign} {whole:,}.{cents:02} 元",
                 f"'{whole}.{cents:02}", f"{sign}{whole}.{cents:02}。"):  # fmt: skip
        value = read_number(form, unit="yuan").value
        assert value == pytest.approx(abs(expected) if form.startswith("'") else expected, rel=1e-12)
    assert (
        read_number(f"{whole}e2", unit="yuan").value
        == read_number(f"{whole}百", unit="yuan").value
        == whole * 100
    )


def test_numbers_of_the_sheet_itself() -> None:
    assert read_number(True) == read_number(False) == Read(None, Reason("ledgers.number.yes_or_no"))
    assert read_number(7, factor=10) == Read(70.0) and read_number(7.5) == Read(7.5)
    for value in (float("nan"), float("inf"), -float("inf"), None, b"7"):
        assert read_number(value) == Read(None, Reason("ledgers.number.not_a_number"))
    for value in (date(2021, 3, 5), datetime(2021, 3, 5)):
        assert read_number(value, unit="minute") == Read(None, Reason("ledgers.number.date"))
    # A length of time is one in a column of times alone; the header's unit says nothing about it.
    assert read_number(timedelta(minutes=90), unit="minute", factor=60) == Read(90.0)
    assert read_number(timedelta(minutes=90), unit="hour") == Read(1.5)
    for unit in ("person", "", "no such unit"):
        assert read_number(timedelta(minutes=90), unit=unit) == Read(None, Reason("ledgers.number.time"))


def test_what_is_approximate_or_counted_is_told_apart() -> None:
    about = Reason("ledgers.number.approximate")
    for text in (
        "约12",
        "12余",
        "12许",
        "12余左右",
        "12左右",
        "12上下",
        "3多万人",
        "3多",
        "3万余人",
        "12多人",
        "12人以上",
        "近12人",
        "不足12",
    ):
        assert read_number(text, unit="person").note == about, text
    for text in ("共12", "计12人", "共计12人", "12", "12人"):
        assert read_number(text, unit="person") == Read(12.0), text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1小时", 3600), ("1.5小时", 5400), ("1小时2分3秒", 3723), ("2分", 120), ("2分3秒", 123), ("3秒", 3),
        ("1时3秒", 3603),
        ("2个小时", 7200), ("1h5min", 3900), ("2′3″", 123), ("0.5分钟", 30), ("半小时", 1800),
    ],
)  # fmt: skip
def test_every_part_of_a_duration_counts(text: str, seconds: float) -> None:
    assert read_number(text, unit="second") == Read(seconds)
    assert read_number(text, unit="minute").value == pytest.approx(seconds / 60)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("半", 0.5), ("三", 3), ("十", 10), ("一百二", 120), ("两千零五", 2005), ("三万", 30000), ("三万五千", 35000),
        ("三万亿", 3e12), ("二亿", 2e8), ("叁仟", 3000), ("一点五", 1.5), ("万", None), ("亿", None), ("百百", None),
        ("1,234", 1234), ("12,345,678", 12345678), ("1,23", None), ("1,2345", None), ("12,34,567", None),
        ("1.2.3", None), ("12,", None), ("12,个", None), ("甲3", None), ("", None), ("3K", 3000),
        ("1E3", 1000), ("1e-1", 0.1),
    ],
)  # fmt: skip
def test_numerals(text: str, value: float | None) -> None:
    read = read_number(text)
    assert read.value == value and read.note is None
    assert value is not None or read.reason == Reason("ledgers.number.not_a_number")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$5", "expected yuan, found dollars"), ("5美元", "'美元' is not a unit of this column"),
        ("3-5", "expected one number, found 3 to 5; give a single number"),
        ("3~5", "expected one number, found 3 to 5; give a single number"),
        ("3至5万元", "expected one number, found 3 to 5; give a single number"),
        ("3户", "'户' is not a unit of this column"),
        ("3元钱", "not a number"), ("若干", "not a number"),
    ],
)  # fmt: skip
def test_why_money_was_not_read(text: str, reason: str) -> None:
    read = read_number(text, unit="wan_yuan")
    assert read.value is None and read.note is None and str(read.reason) == reason


def test_scales_without_a_unit_are_yuan_in_a_field_of_money() -> None:
    assert read_number("三万五千", unit="wan_yuan").value == 3.5
    assert (
        read_number("三千", unit="wan_yuan", factor=1).value == 3000
    )  # no scale of ten thousands: the header's unit
    assert read_number("￥30,000", unit="wan_yuan", factor=5).value == 3
    assert read_number("3万余人", unit="wan_person").value == 3
    assert read_number("3万户", unit="household").value == 30000
    assert read_number("三万五千", unit="person", factor=2).value == 70000
    # A scale of one's own goes before the header's unit.
    for text in ("三万", "3万", "30千"):
        assert (
            read_number(text, unit="person", factor=10000).value == read_number(text, factor=7).value == 30000
        )
    assert read_number("三百亿", factor=7).value == 3e10


def test_texts_of_numbers_are_folded() -> None:
    assert fold_number("  ‘１２　３ E5") == "123e5" and fold_number("`1，2－3−4–5") == "1,2-3-4-5"
    assert fold_number("10²") == "10²" and fold_number("３ ㎡") == fold_number("3m²") == "3m2"
    assert fold_number("'甲1") == "'甲1" and fold_number("1'2") == "1'2" and fold_number("’1") == "1"


def test_units_are_known_by_each_spelling() -> None:
    for text in ("元", "RMB", "万", "千", "k", "K", "亿", "㎡", "人 次", "Persons"):
        assert is_unit(text), text
    for text in ("", "年", "万千", "rmbs"):
        assert not is_unit(text), text
    assert find_factor("元", "") is None and find_factor("个", "") == find_factor("台", "") == 1
    assert find_factor("年", "yuan") is None and find_factor("万", "") == 10000
    # Things counted convert into people, households and rooms, and these not into each other.
    for unit in ("person", "household", "room"):
        assert find_factor("个", unit) == 1 and find_factor(load_shared().units[unit].zh, "piece") == 1
    assert find_factor("人", "household") is None and find_factor("个", "yuan") is None
    assert find_factor("台", "piece") is None and find_factor("间", "article") is None


@pytest.mark.parametrize("text", ["三亿一", "亿亿一"])
def test_a_numeral_that_nobody_can_read_is_set_aside_and_no_crash(text: str) -> None:
    assert read_number(text).value is None


@pytest.mark.parametrize(
    ("texts", "sign", "numbers"),
    [
        (["1234,567", "12,5", "3,75"], "comma", [1234.567, 12.5, 3.75]),
        (["1.234,5", "2.345.678", "7,25"], "comma", [1234.5, 2345678, 7.25]),
        (["12,345", "3,5", "0,25"], "comma", [12.345, 3.5, 0.25]),
        (["1,234", "12,345"], "", [1234, 12345]),
        (["1,234", "12.5"], "", [1234, 12.5]),
        (["1234,567"], "", [None]),  # no thousands, and nothing shows that these are decimals
        (["12,5"], "?", [None]),  # one cell shows nothing of its column
        (["12,5", "3,75", "12.5"], "?", [None, None, 12.5]),
        (["12,5", "3,75", "1,234,567"], "?", [None, None, None]),
        (["12,5", "3,75", 2.5], "?", [None, None, 2.5]),
        (["约12,5", "3,75万元", "4,5万元"], "comma", [12.5, 3.75, 4.5]),
    ],
)
def test_thousands_and_decimals_by_the_column(
    texts: list[object], sign: str, numbers: list[float | None]
) -> None:
    assert find_decimal_sign(texts) == sign
    assert [read_number(text, unit="wan_yuan", decimal=sign).value for text in texts] == numbers


@pytest.mark.parametrize("value", [1e30, 1e15 + 2, "1e30", "9999999999999999", float("inf"), "1亿亿"])
def test_numbers_whose_figures_no_spreadsheet_keeps(value: object) -> None:
    assert read_number(value).value is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("共有80人参加", 80), ("组织师生500余人参加演练", 500), ("全校1,200人", 1200), ("3个班120人", 120),
        ("第3次演练，80人", 80), ("5月12日组织60人", 60), ("参演1.2千人", 1200), ("2万余人参加", 20000),
        ("每班30人", None), ("其中党员20人", None), ("至少80人", None), ("80人，其中学生60人", None),
        ("60-80人参加", None),
        ("数十人参加", None), ("不足80人", None), ("甲村80人、乙村60人", None), ("人均80元", None),
        ("未统计人数", None),
    ],
)  # fmt: skip
def test_the_one_number_of_people_in_a_sentence(text: str, number: float | None) -> None:
    read = read_sentence(text, "person")
    assert (read.value if read else None) == number
    assert read_sentence(text, "piece") is None


@pytest.mark.parametrize(
    ("values", "unit", "more", "doubt"),
    [
        ([5.6, 6.0, 3.2], "person", {"whole": True}, "fractions"),
        (["5.6", "6", "3.2"], "household", {"whole": True}, "fractions"),
        ([5.6, 6.0, 3.2], "person", {"whole": True, "named": True, "factor": 10000.0}, ""),
        (
            [560.0, 600.0, 320.0, 410.0, 505.0, 3.5],
            "person",
            {"whole": True},
            "",
        ),  # one of six: that one alone
        ([5.6], "person", {"whole": True}, ""),
        ([1.5, 2.0, 0.5], "minute", {}, "hours"),
        ([1.5, 2.0, 90.0], "minute", {}, ""),
        ([1.5, 2.0], "minute", {"named": True}, ""),
        ([10.0, 20.0, 15.0], "minute", {}, ""),
        (["1.5小时", "2小时"], "minute", {}, ""),
        ([56000.0, 61000.0], "person", {"whole": True, "named": True, "factor": 10000.0}, "beyond"),
        ([1.5, 2.5], "wan_yuan", {}, ""),
        ([1.5, 2.5], "", {}, ""),
        ([], "person", {"whole": True}, ""),
    ],
)
def test_a_column_that_can_t_be_in_its_unit(
    values: list[object], unit: str, more: dict[str, object], doubt: str
) -> None:
    asked = {"whole": False, "named": False, "factor": 1.0, **more}
    assert find_unit_doubt(values, unit, **asked) == doubt  # type: ignore[arg-type]
