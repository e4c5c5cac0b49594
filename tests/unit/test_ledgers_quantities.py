"""Numbers and units as ledgers write them."""

import pytest

from taizhang.core.reasons import Reason
from taizhang.ledgers.quantities import find_factor, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("1,234", 1234), ("１２", 12), ("三十六", 36), ("一百二十", 120), ("两", 2), ("十二人",
    12), ("12人次", 12), ("约12", 12),
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
        ("3-5", "a range where one number belongs"),
        ("3户", "'户' is no unit of this column"),
        ("12%", "'%' is no unit of this column"),
        ("若干", "not a number"),
        ("1,23", "not a number"),
        ("无", "not a number"),
        ("$5", "not a number"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    read = read_number(text, unit="person")
    assert read.value is None and str(read.reason) == reason


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
