"""Columns by the type of their field."""

import numpy as np
import pandas as pd
import pytest

from taizhang.ledgers.grid import encode
from taizhang.ledgers.values import Context, count_items, read_column, read_value
from taizhang.metadata.kinds import load_kinds

KINDS = load_kinds()


def read(
    kind: str, column: str, cells: list[object], **context: object
) -> tuple[list[object], list[str | None]]:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    codes, values = encode(array)
    parsed = read_column(values, codes, KINDS[kind].fields[column], Context(**context))  # type: ignore[arg-type]
    data = pd.Series(parsed.data)
    return [None if pd.isna(v) else v for v in data], [
        None if one is None else str(one) for one in parsed.reasons
    ]


def test_status_as_found_in_a_real_ledger() -> None:
    cells = ["已整改", "整改完成", "已整改销号", "已销号", "现场处置", "整改中", "待整改"]
    expected = ["rectified", "rectified", "closed", "closed", "rectified", "open", "open"]
    assert read("hazards", "status", list(cells))[0] == expected


def test_a_category_nobody_mapped_is_never_guessed() -> None:
    values, reasons = read(
        "hazards", "severity", ["一般", "重点", "3", "一般3级", "重 大", ""], where="ledgers.hazards"
    )
    assert values == ["general", None, None, None, "major", None]
    assert reasons[1] == "'重点' is none of 'general', 'major'; map it in [ledgers.hazards.values.severity]"
    assert reasons[0] is None and reasons[5] is None


def test_the_users_own_mapping_goes_first() -> None:
    values, reasons = read(
        "hazards", "severity", ["重点", "3", 3.0, "一般"], values={"重点": "major", "3": "general"}
    )
    assert values == ["major", "general", "general", "general"] and reasons == [None] * 4
    assert read("inspections", "hazards_found", ["无"], values={"无": "0"})[0] == [0]


def test_traditional_characters_and_quotation_marks() -> None:
    assert read("inspections", "mode", ["聯合執法", "“四不两直”", "双随机、一公开"])[0] == [
        "joint",
        "unannounced",
        "random",
    ]


def test_yes_and_no() -> None:
    cells = ["是", "否", "√", "×", True, False, 1.0, 0.0, "挂牌", "也许", "/"]
    values, reasons = read("hazards", "listed", cells)
    assert values == [True, False, True, False, True, False, True, False, True, None, None]
    assert reasons[9] == "'也许' is none of yes or no" and reasons[10] is None


def test_true_and_one_are_not_the_same_cell() -> None:
    assert read("hazards", "items", [1.0, True, 1.0])[0] == [1, None, 1]


def test_inspectors_are_counted_and_their_names_told_nowhere() -> None:
    cells = [3.0, "3人", "张三、李四", "张三，李四等5人", "王五", "张三等", "三人"]
    values, reasons = read("inspections", "inspectors", cells)
    assert values == [3, 3, 2, 5, 1, None, 3]
    assert reasons[5] == "neither a count nor names"


def test_numbers_beyond_their_limits_are_set_aside() -> None:
    values, reasons = read("incidents", "deaths", [3.0, -1.0, 2.5, "约3"])
    assert values == [3, None, None, 3]
    assert reasons[1] == "outside 0 and above: '-1'" and reasons[2] == "not a whole number: '2.5'"
    assert read("incidents", "lon", [200.0, 118.5])[0] == [None, 118.5]


def test_texts_stay_as_written_and_codes_lose_no_digit() -> None:
    assert read("hazards", "district", [350921101.0, " 溪 南镇 ", "—"])[0] == ["350921101", "溪 南镇", None]
    assert read("hazards", "hazard_id", ["007", 7.0])[0] == ["007", "7"]


def test_years_and_months() -> None:
    assert read("population", "year", [2021.0, "2021年", "2021年度", "二一"])[0] == [2021, 2021, 2021, None]
    assert read("weather", "month", ["2021年3月", "3月"], year=2021)[0] == [pd.Timestamp(2021, 3, 1)] * 2


def test_a_deadlines_range_ends_and_a_findings_range_starts() -> None:
    field = KINDS["hazards"].fields
    assert read_value("2021.3.5-3.7", field["deadline"], Context())[0].day == 7
    assert read_value("2021.3.5-3.7", field["found_on"], Context())[0].day == 5


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("电线老化", 1),
        ("1.电线老化 2.通道堵塞", 2),
        ("1、电线老化;2、通道堵塞;3、无证", 3),
        ("（1）电线老化（2）通道堵塞", 2),
        ("①电线老化②通道堵塞③无证", 3),
        ("一是电线老化;二是通道堵塞", 2),
        ("一、电线老化\n二、通道堵塞", 2),
        ("距离1.5米，宽2.5米", 1),
        ("灭火器2.过期", 1),
        ("2楼通道堵塞；3楼无照明", 1),
        ("1．电线老化。２．通道堵塞", 2),
    ],
)
def test_items_in_one_cell(text: str, items: int) -> None:
    assert count_items(text) == items
