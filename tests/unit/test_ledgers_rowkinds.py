"""What each row below a header is, by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from taizhang.ledgers.grid import make_grid
from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.rowkinds import (
    ROW_KINDS,
    HeaderColumn,
    LedgerTable,
    classify_rows,
    clean_section,
    is_district,
    is_note,
    is_numbering,
    is_total,
)
from taizhang.ledgers.sheets import Sheet
from taizhang.metadata.kinds import Kind, load_kinds

HEAD = ["序号", "所属乡镇", "发现日期", "隐患描述", "整改资金（元）"]
ROW = [1, "溪南镇", "2021-03-01", "电线老化", 100]
Merge = tuple[int, int, int, int]


def classify(
    rows: Sequence[Sequence[object]],
    *,
    head: Sequence[str] = HEAD,
    merged: tuple[Merge, ...] = (),
    kind: str | Kind = "hazards",
    names: frozenset[str] = frozenset(),
    skip: int = 0,
    last: int | None = None,
) -> LedgerTable:
    """The table of a sheet whose first row is its header; `skip` rows after it belong to no table."""
    width = max(map(len, [head, *rows]))
    cells = [[*row, *[""] * (width - len(row))] for row in [head, *rows]]
    grid = make_grid(Sheet("", cells, merged=merged))
    index = HeaderIndex(load_kinds()[kind] if isinstance(kind, str) else kind, {})
    columns = [HeaderColumn(i, (text,) if text else (), index.match((text,))) for i, text in enumerate(head)]
    table = LedgerTable((0, 0), columns, 1 + skip, len(cells) if last is None else last)
    classify_rows(grid, index, table, names)
    return table


def kinds(rows: Sequence[Sequence[object]], **more: object) -> list[str]:
    return [ROW_KINDS[kind] for kind in classify(rows, **more).kinds]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (ROW, "data"),
        ([], "blank"),
        ([7], "blank"),  # a form printed with running numbers
        (["7."], "blank"),
        (["7、"], "blank"),
        (["7甲"], "note"),
        (["7X"], "note"),
        (["", "溪南镇"], "section"),
        (["溪南镇"], "section"),
        (["", "", "", "溪南街道"], "section"),
        (["一、溪南镇（12起）"], "section"),
        (["以上各项均已核实"], "note"),
        (["", "以上各项均已核实"], "data"),  # a text in a column that has a meaning may be its value
        (["", "", "", "", 5], "data"),
        (["", "", "2021-03-01"], "data"),
        (["合计", "", "", "", 100], "total"),
        (["", "小计", "", "", 100], "total"),
        ([1, "镇", "合计", "", 100], "total"),
        ([1, "镇", "甲", "合计", 100], "data"),  # a word of the row's own
        ([1, "", "镇", "甲", "合计"], "data"),
        ([1, "", "镇", "合计", 5], "total"),
        (["合计", "", "2021-03-01", "", 100], "data"),  # a day makes it a row of the ledger
        (["注：以上", "见附件"], "note"),
        (["", "注：以上", "见附件"], "note"),
        (["甲", "注：以上"], "data"),
        (["注：以上", "", "2021-03-01"], "data"),
        (["序号", "所属乡镇", "发现日期", "隐患描述", "整改资金（元）"], "header"),
        (["序号", " 所属 乡镇", "甲"], "header"),
        (["序号", "所属乡镇", "甲", "乙"], "data"),  # half of what is filled is not most of it
        (["序号"], "note"),
        (["", "所属乡镇", "", "", 5.0], "data"),
    ],
)
def test_each_row_between_two_of_the_ledger(row: list[object], kind: str) -> None:
    assert kinds([ROW, row, ROW]) == ["data", kind, "data"]


def test_a_total_that_repeats_the_header_is_the_header() -> None:
    head = ["小计", "合计", "发现日期"]
    assert kinds([["小计", "合计", ""], ["小计", "", "x"]], head=head) == ["header", "total"]


def test_columns_without_a_header_do_not_count_as_the_headers() -> None:
    head = ["", "所属乡镇", "发现日期", "隐患描述"]
    rows = [["x", "所属乡镇", "发现日期", ""], ["x", "", "发现日期", "y"], ["", "", "发现日期", ""]]
    assert kinds([*rows, ["", "甲", "2021-03-01", "乙"]], head=head) == ["header", "data", "data", "data"]


def test_running_numbers_after_a_repeated_header_are_header_and_elsewhere_data() -> None:
    numbers = ["甲", "乙", 1, 2, 3]
    assert kinds([numbers, HEAD, numbers, ROW, HEAD, HEAD, numbers]) == [
        "data", "header", "header", "data", "header", "header", "header",
    ]  # fmt: skip
    assert kinds([ROW, HEAD, ROW, numbers, HEAD]) == ["data", "header", "data", "data", "header"]
    # The sheet's rows, not the table's, are looked at: one row is skipped here.
    assert kinds([ROW, HEAD, numbers, ROW], skip=1) == ["header", "header", "data"]


def test_days_are_looked_for_in_each_required_date_and_in_no_other() -> None:
    head = ["所属乡镇", "整改期限", "发现日期"]
    assert kinds([["合计", "2021-03-01", ""], ["合计", "", "3月5日"], ["合计", "", "若干"]], head=head) == [
        "total", "data", "total",
    ]  # fmt: skip
    # A month is a day in a ledger by months; the column after an empty one is still found.
    months = ["", "所属乡镇", "月份", "平均气温"]
    assert kinds([["", "合计", "2021年3月", 5]], head=months, kind="weather") == ["data"]
    assert kinds([["", "合计", "3月", 5], ["", "合计", "", 5]], head=months, kind="weather") == [
        "data",
        "total",
    ]
    for kind, column in (("warnings", "发布时间"), ("hazards", "发现日期")):
        assert kinds([["合计", "2021-03-05 8:30"]], head=["所属乡镇", column], kind=kind) == ["data"]
    # Of a day without its year it is not known that there was no 29 February.
    assert kinds([["合计", "2月29日"]], head=["所属乡镇", "发现日期"]) == ["data"]
    hazards = load_kinds()["hazards"]
    deadline = replace(hazards.fields["deadline"], required=True)
    both = replace(hazards, fields={**hazards.fields, "deadline": deadline})
    days = [["合计", "2021-03-01", ""], ["合计", "", "2021-03-01"], ["合计", "", ""]]
    assert kinds(days, head=head, kind=both) == ["data", "data", "total"]


@pytest.mark.parametrize(
    ("merge", "row", "kind"),
    [
        ((2, 0, 2, 4), ["溪南镇"], "section"),
        ((2, 0, 2, 4), ["", "", "", "以上核实"], "note"),
        ((2, 1, 2, 2), ["", "以上核实"], "note"),  # two of five columns are wide enough
        ((2, 1, 2, 2), ["", "以上核实", "", "甲"], "note"),
        ((2, 1, 2, 2), ["", "以上核实", "", "甲", "乙"], "data"),
        ((2, 1, 2, 1), ["", "以上核实", "", "甲"], "data"),
        ((2, 3, 2, 4), ["", "以上核实"], "data"),  # merged elsewhere
        ((2, 3, 2, 4), ["", "", "", "", "以上核实"], "note"),
        ((2, 0, 2, 1), ["", "", "以上核实"], "data"),
        ((3, 0, 3, 4), ["", "以上核实", "", "甲"], "data"),
        ((1, 0, 1, 4), ["", "以上核实", "", "甲"], "data"),
    ],
)
def test_merged_rows(merge: Merge, row: list[object], kind: str) -> None:
    assert kinds([ROW, row, ROW], merged=(merge,))[1] == kind


def test_merges_beyond_a_table_and_narrow_ones_leave_it_alone() -> None:
    two = ["", "以上核实", "", "甲"]
    for merge in ((0, 0, 0, 4), (0, 0, 1, 4), (5, 0, 5, 4)):
        assert kinds([two, two, two, ROW, two], merged=(merge,), skip=1, last=5) == ["data"] * 3
    assert kinds([two, two, two], merged=((0, 0, 2, 4),), skip=1) == ["note", "data"]
    assert kinds([two, two, two], merged=((0, 0, 5, 4),)) == ["note"] * 3
    assert kinds([two, two, two, two], merged=((2, 0, 2, 4),)) == ["data", "note", "data", "data"]
    assert classify([two, two]).kinds.dtype == "int8"
    # Two cells are a section's only in the very rows of the merge.
    named = ["", "溪南镇", "", "甲"]
    assert kinds([named] * 4 + [ROW], merged=((2, 0, 2, 4),)) == ["data", "section", *["data"] * 3]
    assert kinds([named] * 4 + [ROW], merged=((3, 0, 3, 4),), skip=1) == ["data", "section", *["data"] * 2]
    assert kinds([named] * 3 + [ROW], merged=((0, 0, 0, 4),), skip=1) == ["data"] * 3
    # A word that the header has, too, fills a cell like any other.
    assert kinds([["", "所属乡镇", "", "甲", "乙"]], merged=((1, 0, 1, 4),)) == ["data"]
    # Half of a wide table's columns, and never fewer than two.
    wide = [*HEAD, *[f"x{i}" for i in range(3)]]
    text = ["", "", "", "", "核实", "甲"]
    assert kinds([text], head=wide, merged=((1, 4, 1, 7),)) == ["note"]
    assert kinds([text], head=wide, merged=((1, 4, 1, 6),)) == ["data"]
    assert kinds([["", "核实"]], head=HEAD[:2], merged=((1, 1, 1, 1),)) == ["data"]
    assert kinds([["", "核实", "甲"]], head=HEAD[:3], merged=((1, 1, 1, 2),)) == ["note"]


def test_a_lone_text_below_a_column_without_meaning_is_a_note() -> None:
    head = [*HEAD, "其他栏"]
    assert kinds([ROW, ["", "", "", "", "", "以上核实"], ROW], head=head)[1] == "note"
    assert kinds([ROW, ["", "", "", "以上核实"], ROW], head=head)[1] == "data"


def test_sections_head_rows_and_at_the_foot_they_are_notes() -> None:
    rows = [["一、溪南镇（12起）"], ROW, ["（二）溪北"], ROW, ["注：以上"], ["溪东镇"]]
    table = classify(rows, names=frozenset(["溪北"]))
    assert [ROW_KINDS[kind] for kind in table.kinds] == ["section", "data", "section", "data", "note", "note"]
    assert table.sections == {0: "溪南镇", 2: "溪北"}
    foot = classify([["溪南镇"], ["溪北镇"]])
    assert [ROW_KINDS[kind] for kind in foot.kinds] == ["note", "note"] and foot.sections == {}
    # Positions of sections are the table's rows, cells are the sheet's.
    assert classify([["甲村"], ["溪南镇"], ROW], skip=1).sections == {0: "溪南镇"}


def test_fields_leave_out_columns_whose_unit_does_not_convert() -> None:
    table = classify([ROW], head=["所属乡镇", "发现日期", "整改资金（户）", "没人懂"])
    assert list(table.fields) == ["district", "found_on"]
    assert HeaderColumn(0, ("整改\n情况", " 日  期"), None).header == "整改 情况/日 期"


@pytest.mark.parametrize(
    ("value", "total"),
    [
        ("合计", True),
        ("合 计：", True),
        ("（小计）", True),
        ("溪南镇小计", True),
        ("合计12起", True),
        ("合计：3", True),
        ("合计(元)", True),
        ("合计、甲", True),
        ("合计共三", True),
        ("合计表", False),
        ("Total", True),
        ("Grand Total", True),
        ("subtotal 3", True),
        ("Town total", False),
        ("Sum of all", False),
        ("电线老化", False),
        ("统计", False),
        (5, False),
        (None, False),
        ("镇" * 14 + "小计", True),
        ("镇" * 15 + "小计", False),
        ("合计：" + "1" * 21, True),
        ("合计：" + "1" * 22, False),
        ("——合计——", True),
        ("过次页", True),
        ("*本月合计", True),
        ("汇总", True),
        ("汇 总", True),
        ("溪口镇汇总", True),
        ("汇总：", True),
        ("合计数", True),
        ("总数", True),
        ("合計", True),
        ("匯總", True),
        ("彙總", True),
        ("本頁小計", True),
        ("Totals", True),
        ("汇总镇", False),
        ("公共", False),
        ("总部大楼", False),
    ],
)
def test_words_of_totals(value: object, total: bool) -> None:
    assert is_total(value) is total


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("注：以上", True),
        ("※注1.以上", True),
        ("（注）", True),
        ("[备注]以上", True),
        ("填表人：", True),
        ("填表人", True),
        ("注12、以上", True),
        ("注(一)", True),
        ("注123、以上", False),
        ("注意安全", False),
        ("以上核实", False),
        ("以下空白", True),
        ("*以下无正文", True),
        ("以下空白处", False),
        ("Note: x", True),
        ("Source; y", True),
        ("Sources", False),
        ("单位：万元", True),
        ("单位食堂", False),
        ("##说明）", True),
        (5, False),
        (None, False),
    ],
)
def test_words_of_notes(value: object, note: bool) -> None:
    assert bool(is_note(value)) is note


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("一、溪南镇(12起)", "溪南镇"),
        ("（十二）溪南镇：", "溪南镇"),
        ("3.溪南镇 共5条", "溪南镇"),
        ("123）溪南镇5件3处", "溪南镇"),
        (" 溪南镇 ", "溪南镇"),
        ("溪南镇（含）（共3项）：", "溪南镇"),
        ("１２、 Xinan Town", "Xinan Town"),
        ("1234.溪南镇", "1234.溪南镇"),
    ],
)
def test_names_of_sections(text: str, section: str) -> None:
    assert clean_section(text) == section


@pytest.mark.parametrize(
    ("text", "names", "district"),
    [
        ("溪南镇", (), True),
        ("溪南鎮 ", (), True),
        ("Xinan TOWN", (), True),
        ("溪南", (), False),
        ("溪 南", ("溪南",), True),
        ("在溪北村,溪南镇", (), False),
        ("溪南镇。溪北镇", (), False),
        ("a,溪南镇", (), False),
        ("电线;镇", (), False),
        ("甲" * 39 + "镇", (), True),
        ("甲" * 40 + "镇", (), False),
        ("镇里电线", (), False),
        ("a,b", ("a,b",), True),
    ],
)
def test_names_of_districts(text: str, names: tuple[str, ...], district: bool) -> None:
    assert is_district(text, frozenset(names)) is district


@pytest.mark.parametrize(
    ("row", "numbering"),
    [
        ([1, 2, 3], True),
        ([2, 3, 4], True),
        ([3, 4, 5], False),
        ([0, 1, 2], True),
        ([1, 2], False),
        ([1, 3, 4], False),
        ([1.0, "2", "（3）"], True),
        ([1.5, 2, 3], False),
        (["[1]", "２", 3.0], True),
        (["甲", "乙", 1, 2], True),
        (["甲", "乙", "丙"], True),
        (["甲", "丙", "丁"], False),
        (["A", "B", "C"], True),
        (["甲", 1, 2], True),
        (["甲", "乙", 1], True),
        (["甲", "丙", 1], False),
        (["甲乙", 1, 2, 3], False),
        (["甲", "x", 1, 2], False),
        ([1, 2, "电线"], False),
        ([1, "", 2, 3], True),
        (["a", "b", 5], False),
    ],
)
def test_running_numbers_below_a_header(row: list[object], numbering: bool) -> None:
    grid = make_grid(Sheet("", [["x"] * len(row), row]))
    assert is_numbering(grid, 1) is numbering and not is_numbering(grid, 0)
