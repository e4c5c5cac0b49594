"""Columns by the type of their field."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.core.reasons import Reason
from taizhang.ledgers.grid import encode
from taizhang.ledgers.text import write_cell
from taizhang.ledgers.values import Context, _spellings, count_items, read_column, read_value, take_texts
from taizhang.metadata.kinds import Field, Value, load_kinds

KINDS = load_kinds()
COUNTED, NEITHER = "names counted, then discarded", "neither a count nor a list of names"


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


def test_a_spreadsheets_day_in_a_column_of_status_is_the_day_it_was_done() -> None:
    field, told = KINDS["hazards"].fields["status"], {"phrases": "hazards"}
    answer = read_value(datetime(2023, 4, 25), field, Context(asks="done", **told))
    assert answer.value == "rectified" and answer.said
    assert answer.said.days == (("rectified_on", (datetime(2023, 4, 25), "day")),)
    for value in (datetime(1900, 1, 25), 45041, True):  # a small number, a number, a yes: no day
        assert read_value(value, field, Context(asks="done", **told)).said is None
    assert read_value(datetime(2023, 4, 25), field, Context(**told)).value is None  # nothing asked


def test_status_as_found_in_a_real_ledger() -> None:
    cells = ["已整改", "整改完成", "已整改销号", "已销号", "现场处置", "整改中", "待整改"]
    expected = ["rectified", "rectified", "closed", "closed", "rectified", "open", "open"]
    assert read("hazards", "status", list(cells))[0] == expected


def test_a_category_nobody_mapped_is_never_guessed() -> None:
    values, reasons = read(
        "hazards", "severity", ["一般", "重点", "3", "一般3级", "重 大", ""], where="ledgers.hazards"
    )
    assert values == ["general", None, None, None, "major", None]
    assert (
        reasons[1] == "'重点' is not one of 'general', 'major'; map it in [ledgers.hazards.values.severity]"
    )
    assert reasons[0] is None and reasons[5] is None


def test_the_users_own_mapping_goes_first() -> None:
    values, reasons = read(
        "hazards", "severity", ["重点", "3", 3.0, "一般"], values={"重点": "major", "3": "general"}
    )
    assert values == ["major", "general", "general", "general"] and reasons == [None] * 4
    assert read("inspections", "hazards_found", ["无"], values={"无": "0"})[0] == [0]
    # Texts and numbers can be mapped; a day that the sheet has as one stands.
    day = datetime(2021, 3, 5)
    own = {write_cell(day): "2021-04-01", "3": "2021-04-01"}
    assert read("hazards", "found_on", [day, "3", 3.0], values=own)[0] == [day, *[datetime(2021, 4, 1)] * 2]


def test_a_pattern_reads_many_spellings_and_whole_texts_go_before_it() -> None:
    cells = ["已于5月3日整改到位", "已于6月整改", "已于下月整改", "未于5月整改", "（已）复查", "", "拖延"]
    values = {"~^已于.*整改": "rectified", "~延|于": "open", "已于下月整改": "open", r"~^\(已\)": "closed"}
    got, reasons = read("hazards", "status", list(cells), values=values, where="ledgers.hazards")
    assert got == ["rectified", "rectified", "open", "open", "closed", None, "open"]
    assert reasons == [None] * 7


def test_what_an_empty_cell_means_where_that_is_told() -> None:
    assert read("hazards", "listed", ["√", "", "无"], empty="no")[0] == [True, False, False]
    assert read("hazards", "severity", ["重大", "", "/"], empty="一般")[0] == ["major", "general", "general"]
    assert read("incidents", "deaths", ["1", "", 3.0], empty="0")[0] == [1, 0, 3]
    values, reasons = read("hazards", "severity", ["重点", ""], empty="general", where="ledgers.hazards")
    assert values == [None, "general"] and reasons[0] is not None and reasons[1] is None
    assert read("hazards", "listed", ["√", ""])[0] == [True, None]


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
    assert reasons[9] == "'也许' is not one of yes or no" and reasons[10] is None


def test_true_and_one_are_not_the_same_cell() -> None:
    assert read("hazards", "items", [1.0, True, 1.0])[0] == [1, None, 1]


def test_inspectors_are_counted_and_their_names_told_nowhere() -> None:
    cells = [3.0, "3人", "张三、李四", "张三，李四等5人", "王五", "张三等", "三人"]
    values, reasons = read("inspections", "inspectors", cells)
    assert values == [3, 3, 2, 5, 1, None, 3]
    assert reasons[5] == "neither a count nor a list of names"


def test_numbers_beyond_their_limits_are_set_aside() -> None:
    values, reasons = read("incidents", "deaths", [3.0, -1.0, 2.5, "约3"])
    assert values == [3, None, None, 3]
    assert reasons[1] == "below 0: '-1'" and reasons[2] == "not a whole number: '2.5'"
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


def note_of(column: str, cell: object, kind: str = "hazards", **context: object) -> tuple[object, str, str]:
    """One cell read: the value, the reason and the note in words."""
    value, reason, note = read_value(cell, KINDS[kind].fields[column], Context(**context))[:3]  # type: ignore[arg-type]
    return value, str(reason or ""), str(note or "")


@pytest.mark.parametrize(
    "cell", [13800001234, 1.3800001234e10, "138 0000 1234", "0855-8000123", "8008001234"]
)
def test_a_telephone_number_is_no_quantity(cell: object) -> None:
    """In a column of numbers it would be a toll of thousands of millions, and stand in every table."""
    for field in (KINDS["incidents"].fields["deaths"], KINDS["inspections"].fields["inspectors"]):
        value, reason, _ = read_value(cell, field, Context())[:3]
        assert value is None
        assert reason is not None and reason.root.code == "ledgers.number.of_a_person"
        assert "1234" not in str(reason) and "0123" not in str(reason)
    loss = KINDS["losses"].fields["loss_wan"]
    value = read_value(13800001234, loss, Context(factor=1e-4))[0]
    assert value == pytest.approx(1380000.1234)  # a column in yuan: it may be a sum


def test_a_column_is_read_once_per_value_and_its_notes_count_rows() -> None:
    field = Field("n", "integer", unit="person", min=0)
    codes = np.array([0, -1, 1, 0, 2, 1, 4, -1], dtype=np.int64)
    parsed = read_column(["约3", "无", "甲", "约7", "约4"], codes, field, Context())
    assert list(pd.Series(parsed.data).astype("object").where(lambda d: d.notna(), None)) == [
        3, None, 0, 3, None, 0, 4, None,
    ]  # fmt: skip
    refused = Reason("ledgers.cell.quoted", reason=Reason("ledgers.number.not_a_number"), value="甲")
    assert list(parsed.reasons) == [None, None, None, None, refused, None, None, None]
    # The fourth value stands in no row: nothing is said of it.
    assert parsed.notes == {
        Reason("ledgers.number.approximate"): 3,
        Reason("ledgers.number.none_is_zero"): 2,
    }


@pytest.mark.parametrize(
    ("type_", "cells", "values", "dtype"),
    [
        ("text", ["甲 ", 7.0, "—"], ["甲", "7", None], "str"),
        (
            "date",
            ["2021-03-05 8:30", "2021年3月6日"],
            [pd.Timestamp(2021, 3, 5), pd.Timestamp(2021, 3, 6)],
            "datetime64[us]",
        ),
        ("datetime", ["2021-03-05 8:30:15"], [pd.Timestamp(2021, 3, 5, 8, 30, 15)], "datetime64[us]"),
        ("month", ["2021年3月"], [pd.Timestamp(2021, 3, 1)], "datetime64[us]"),
        ("number", ["1.5", 2.0], [1.5, 2.0], "float64"),
        ("integer", ["3", 2.0], [3, 2], "Int64"),
        ("year", ["2021年度", 2020.0], [2021, 2020], "Int64"),
        ("count_or_names", ["张三、李四", 3.0], [2, 3], "Int64"),
        ("boolean", ["是", "否"], [True, False], "boolean"),
        ("category", ["甲类", "乙类"], ["a", "b"], "str"),
    ],
)
def test_each_type_has_its_dtype_and_keeps_what_is_missing(
    type_: str, cells: list[object], values: list[object], dtype: str
) -> None:
    kinds = {"a": Value("a", "甲类", "first"), "b": Value("b", "乙类", "second")}
    field = Field("x", type_, values=kinds if type_ == "category" else {})
    codes = np.array([*range(len(cells)), -1], dtype=np.int64)
    for context in (Context(), Context(values={"丁": "甲"})):
        parsed = read_column(cells, codes, field, context).data
        data = pd.Series(parsed)
        assert parsed.dtype == dtype and data.isna().iloc[-1]
        assert [None if pd.isna(one) else one for one in data[:-1]] == values
        empty = read_column(cells, np.full(2, -1), field, context)
        assert pd.Series(empty.data).isna().all() and list(empty.reasons) == [None, None]
        assert empty.notes == {}


def test_texts_by_their_codes() -> None:
    texts = pd.Series(take_texts(["甲", None, "乙"], np.array([2, -1, 0, 1, 0])))
    assert texts.dtype == "str" and texts.fillna("").to_list() == ["乙", "", "甲", "", "甲"]


def test_words_that_say_there_is_nothing() -> None:
    for word in ("—", "/", "暂无", "N/A", "none", "NaN", "无 数 据", "", "  "):
        assert note_of("premises", word) == note_of("found_on", word) == (None, "", ""), word
        assert read("hazards", "premises", ["甲", word])[0] == ["甲", None]
    assert note_of("premises", None) == (None, "", "")
    # A yes-or-no column's own word goes before.
    for text in ("/厂房", "无证经营", "NAN厂", "-5", "暂无人"):
        assert read("hazards", "premises", [text])[0] == [text]
    assert note_of("listed", "无")[0] is False and note_of("trade", "无") == ("无", "", "")


def test_dates_by_what_their_field_is() -> None:
    ends = "2021.3.5-3.7"
    start = Field("starts_on", "date", future=True)
    for field, day in ((start, 5), (Field("x", "date", future=True), 7), (Field("x", "date"), 5)):
        assert read_value(ends, field, Context())[0] == datetime(2021, 3, day)
    typed = datetime(2021, 3, 5, 8, 30, 15, 250)
    assert read_value(typed, Field("x", "date"), Context())[0] == datetime(2021, 3, 5)
    assert read_value(typed, Field("x", "month"), Context())[0] == datetime(2021, 3, 1)
    assert read_value(typed, Field("x", "datetime"), Context())[0] == typed
    assert read_value(44260.0 - 1462, Field("x", "date"), Context(date1904=True))[0] == datetime(2021, 3, 5)
    assert note_of("found_on", "3月5日", year=2021) == (
        datetime(2021, 3, 5), "", "year taken from the title, sheet name or file name",
    )  # fmt: skip
    assert note_of("found_on", "3月") == (
        None, "no year, and the title, sheet name and file name give none: '3月'", "",
    )  # fmt: skip
    assert note_of("deadline", "无") == (None, "", "")


@pytest.mark.parametrize(
    ("limits", "cell", "value", "reason"),
    [
        ((0, None), "0", 0, ""), ((0, None), "-0.5", None, "below 0: '-0.5'"),
        ((None, 9), "9", 9, ""), ((None, 9), "9.5", None, "above 9: '9.5'"),
        ((1, 9), "1", 1, ""), ((1, 9), "9", 9, ""), ((1, 9), "0.9", None, "not between 1 and 9: '0.9'"),
        ((1, 9), "9.1", None, "not between 1 and 9: '9.1'"), ((None, None), "-1e9", -1e9, ""),
        ((None, None), "x" * 61, None, f"not a number: '{'x' * 60}'"),
    ],
)  # fmt: skip
def test_limits_belong_to_what_is_allowed(
    limits: tuple[float | None, float | None], cell: str, value: float | None, reason: str
) -> None:
    field = Field("x", "number", min=limits[0], max=limits[1])
    read_back, why, note = read_value(cell, field, Context())[:3]
    assert read_back == value and str(why or "") == reason and note is None
    hidden = Field("x", "number", min=limits[0], max=limits[1], personal=True)
    assert str(read_value(cell, hidden, Context())[1] or "") == reason.split(": ")[0]


def test_whole_numbers_and_none_of_a_thing() -> None:
    count, money = Field("x", "integer"), Field("x", "number", unit="wan_yuan")
    none = Reason("ledgers.number.none_is_zero")
    for word in ("无", "没有", "未发现", "無", " 无 "):
        assert read_value(word, count, Context())[:3] == (0, None, none)
        assert read_value(word, money, Context())[:3] == (0, None, none)
        for unit in ("celsius", ""):
            assert (
                str(read_value(word, Field("x", "number", unit=unit), Context())[1])
                == f"not a number: '{word.strip()}'"
            )
    whole = read_value(3.0, count, Context())[0]
    assert whole == 3 and type(whole) is int
    assert read_value(1e-9, count, Context())[0] == 0
    assert str(read_value(3.001, count, Context())[1]) == "not a whole number: '3.001'"
    assert read_value(2.0, money, Context(factor=0.0001))[0] == 0.0002
    assert read_value("3千元", money, Context(factor=7))[0] == 0.3


@pytest.mark.parametrize(
    ("limits", "cell", "year"),
    [
        ((None, None), "0001", 1),
        ((None, None), "0000", None),
        ((None, None), 9999.0, 9999),
        ((2000, 2100), "2000年", 2000),
        ((2000, 2100), 2100.0, 2100),
        ((2000, 2100), "1999", None),
        ((2000, 2100), "2101", None),
        ((None, None), "2021.00", 2021),
        ((None, None), "二一", None),
        ((None, None), "2021年3月", None),
        ((None, None), datetime(2021, 3, 5), 2021),
        ((None, None), "202", None),
        ((None, None), "2021 年 度", 2021),
    ],
)
def test_years(limits: tuple[float | None, float | None], cell: object, year: int | None) -> None:
    value, reason, note = read_value(cell, Field("x", "year", min=limits[0], max=limits[1]), Context())[:3]
    assert value == year and note is None
    assert str(reason or "") == ("" if year else f"not a year: '{cell}'")


@pytest.mark.parametrize(
    ("cell", "count", "said"),
    [
        (0.0, 0, ""),
        ("0", 0, ""),
        ("约3人", 3, "approximate"),
        (-1.0, None, "not a count of people"),
        ("2.5", None, "not a count of people"),
        (1e-9, 0, ""),
        ("张三", 1, COUNTED),
        ("张三、李四和王五", 3, COUNTED),
        ("张三;李四 王五/赵六及钱七", 5, COUNTED),
        ("张三（组长）、李四", 2, COUNTED),
        ("张三等共12人", 12, ""),
        ("张三等十二名", 12, ""),
        ("张三等十十人", None, NEITHER),
        ("张三等", None, NEITHER),
        ("张3", None, NEITHER),
        ("甲" * 20, 1, COUNTED),
        ("甲" * 21, None, NEITHER),
        ("（）", None, NEITHER),
        ("、，", None, NEITHER),
        (datetime(2021, 3, 5), None, NEITHER),
    ],
)
def test_people_counted_or_named(cell: object, count: int | None, said: str) -> None:
    value, reason, note = read_value(cell, Field("x", "count_or_names", unit="person"), Context())[:3]
    assert value == count and type(value) in (int, type(None))
    assert str((note if count is not None else reason) or "") == said and None in (reason, note)
    tens = Context(factor=10)
    assert read_value(2.0, Field("x", "count_or_names", unit="person"), tens)[0] == 20
    assert read_value("2百人", Field("x", "count_or_names", unit="person"), tens)[0] == 200


def test_what_no_category_is_says_where_to_map_it() -> None:
    long = "重" * 61
    assert note_of("severity", long) == (None, f"'{'重' * 60}' is not one of 'general', 'major'", "")
    assert note_of("severity", long, where="ledgers.x") == (
        None,
        f"'{'重' * 60}' is not one of 'general', 'major'; map it in [ledgers.x.values.severity]",
        "",
    )
    assert note_of("listed", "也许", where="ledgers.x")[1] == (
        "'也许' is not one of yes or no; map it in [ledgers.x.values.listed]"
    )


def test_spellings_of_a_fields_own_go_before_the_common_ones() -> None:
    one = Field("x", "boolean", values={"false": Value("false", "假", "untrue", ("有",))})
    other = Field(
        "x",
        "category",
        values={"a": Value("a", "甲（一）", "First One", ("“子”",)), "b": Value("b", "乙", "甲(一)")},
    )
    answers = [read_value(text, one, Context())[0] for text in ("有", "是", "假", "untrue", "false")]
    assert answers == [False, True, False, False, False]
    for text, name in (
        ("甲(一)", "a"),
        ("A", "a"),
        ("first one", "a"),
        ("子", "a"),
        ("《子》。", "a"),
        ("乙!", "b"),
        ("甲（一）", "a"),
    ):
        assert read_value(text, other, Context())[0] == name, text
    # One that has its very spelling goes before one that is alike without quotation marks.
    quoted = Field("x", "category", values={"a": Value("a", "一级", "1"), "b": Value("b", "“一级”", "2")})
    assert [read_value(text, quoted, Context())[0] for text in ("一级", "“一级”", "《一级》")] == [
        "a",
        "b",
        "a",
    ]
    assert _spellings(quoted) is _spellings(quoted)  # made once: a column asks for them at each value
    # Words for nothing are an answer where the field says so.
    unsaid = Field("x", "boolean", values={"false": Value("false", "不详", "untold")})
    assert read_value("不详", unsaid, Context())[:3] == (False, None, None)
    unknown = Field("x", "category", values={"u": Value("u", "不详", "unknown")})
    assert (
        read_value("不详", unknown, Context())[0] == "u" and read_value("不详", other, Context())[0] is None
    )
    assert (
        read_value("國", Field("x", "category", values={"c": Value("c", "国", "nation")}), Context())[0]
        == "c"
    )


def test_the_users_own_words_are_folded_and_read_like_cells() -> None:
    field = Field("x", "number")
    codes = np.arange(5)
    parsed = read_column(
        ["Ｎone", 7.0, 8, datetime(2021, 3, 5), "9"],
        codes,
        field,
        Context(values={"none": "0", "7": "70", "8": "x"}),
    )
    assert list(parsed.data[[0, 1, 4]]) == [0, 70, 9]
    assert [str(one or "") for one in parsed.reasons] == [
        "",
        "",
        "not a number: 'x'",
        "expected a number, found a date: '2021-03-05 00:00:00'",
        "",
    ]
    names = read_column(
        ["一街", "二街"], np.array([0, 1]), Field("x", "text"), Context(values={"一街": "溪南镇"})
    )
    assert list(names.data) == ["溪南镇", "二街"]


@given(
    st.integers(1, 12),
    st.sampled_from(["{}.", "{}、", "({})", "（{}）", "c", "是", "第"]),
    st.sampled_from([" ", "\n", "；", "。"]),
)
def test_running_numbers_are_counted_up_to_where_they_stop(last: int, form: str, between: str) -> None:
    chinese = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
    marks = {
        "c": [chr(0x2460 + i) for i in range(12)], "是": [f"{word}是" for word in chinese],
        "第": [f"第{word}，" for word in chinese],
    }.get(form) or [form.format(i) for i in range(1, 13)]  # fmt: skip
    parts = [f"{mark}电线老化" for mark in marks]
    assert count_items(between.join(parts[:last])) == last
    assert count_items(between.join(parts[1 : last + 1])) == 1  # without a first one it is no list
    assert count_items(between.join([*parts[:last], *parts[last + 1 :]])) == last


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("１．甲 ２．乙 ３．丙", 3),
        ("１、甲；２、乙", 2),
        ("1.甲\t2.乙", 2),
        ("一、甲\n二、乙\n三、丙", 3),
        ("（1）甲（2）乙①丙", 2),
        ("", 1),
        ("1.甲 1.乙", 1),
    ],
)
def test_lists_of_items(text: str, items: int) -> None:
    assert count_items(text) == items


UNKNOWN = [
    "Unknown",
    "不详",
    "—",
    "未知",
    "不明",
    "不清楚",
    "待核实",
    "未填写",
    "N/A",
    "/",
    "不适用",
    "Not stated",
    "*",
]


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("hazards", "severity"), ("hazards", "status"), ("hazards", "listed"), ("complaints", "satisfied"),
        ("drills", "participants"), ("incidents", "deaths"), ("incidents", "loss_wan"), ("weather", "mean_temp_c"),
        ("hazards", "found_on"), ("incidents", "occurred_on"), ("inspections", "inspectors"), ("population", "year"),
    ],
)  # fmt: skip
def test_words_for_what_nobody_knows_are_no_value(kind: str, column: str) -> None:
    assert read(kind, column, list(UNKNOWN), where="x") == ([None] * len(UNKNOWN), [None] * len(UNKNOWN))


def test_in_a_column_of_texts_they_stay_unless_they_say_that_nothing_is_written() -> None:
    words: list[object] = ["不明", "待核实", "未填写", "无", "Unknown", "不详", "未知"]
    for column in ("description", "trade"):
        assert read("hazards", column, [*words, "—", "N/A", "NULL", "无数据"])[0] == [*words, *[None] * 4]
    # What is counted by its name has none of these.
    for column in ("premises", "district", "hazard_id", "grid"):
        assert read("hazards", column, [*words, "—", "甲"])[0] == [None, *words[1:3], *[None] * 5, "甲"]


@pytest.mark.parametrize(
    ("kind", "column", "cells", "answers"),
    [
        (
            "complaints",
            "satisfied",
            ["满意", "不满意", "无", "未评价", "未回访", "無"],
            [True, False, *[None] * 4],
        ),
        ("schools", "met", ["是", "否", "无", "无此项", "不涉及"], [True, False, *[None] * 3]),
        ("hazards", "verified_result", ["合格", "未复查", "待验收", "复查中"], ["passed", None, None, None]),
        ("hazards", "listed", ["是", "无"], [True, False]),  # 挂牌督办：无
        ("drills", "evaluated", ["有", "无", "没有"], [True, False, False]),
    ],
)
def test_none_is_an_answer_only_where_there_is_a_thing_to_have(
    kind: str, column: str, cells: list[object], answers: list[object]
) -> None:
    assert read(kind, column, cells, where="x") == (answers, [None] * len(cells))


def test_nobody_and_signs_are_no_names() -> None:
    cells: list[object] = [
        "无",
        "没有",
        "不明",
        "*",
        "。",
        "张三、李四",
        "张三、。",
        "Li Lei; Han",
        "张三 李四",
    ]
    assert read("inspections", "inspectors", cells)[0] == [0, 0, None, None, None, 2, None, 2, 2]
