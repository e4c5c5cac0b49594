"""Odd forms that ledgers arrive in, each once, with what is right for it."""

import re
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from taizhang.core.reasons import word_all
from taizhang.ingest.notes import note_file
from taizhang.ledgers import Source, read_ledger_file
from taizhang.ledgers.model import FileRead
from taizhang.ledgers.values import count_items
from taizhang.metadata.kinds import load_kinds

SOURCE = Source(load_kinds()["hazards"], names=frozenset(["溪南镇", "溪北镇"]))
HEAD = ["所属乡镇", "发现日期", "隐患描述", "整改资金（元）"]


def read(folder: Path, rows: Sequence[Sequence[object]]) -> FileRead:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(folder / "a.xlsx")
    return read_ledger_file(folder / "a.xlsx", SOURCE, name="a.xlsx")


def test_sums_carried_over_a_page_break_are_no_hazards(tmp_path: Path) -> None:
    one, two = ["溪南镇", "2021-03-01", "甲", 100], ["溪南镇", "2021-03-02", "乙", 200]
    carried = [["过次页", None, None, 100], HEAD, ["承前页", None, None, 150], two, ["合计", None, None, 300]]
    got = read(tmp_path, [HEAD, one, *carried])
    assert len(got.rows) == 2 and got.set_aside.empty
    assert got.tables[0].counts["total"] == 3 and got.tables[0].counts["header"] == 2
    assert [(wrong.row, wrong.stated, wrong.summed) for wrong in got.tables[0].totals] == [(5, 0.015, 0.01)]


def test_a_summary_below_the_ledger_is_passed_over_and_said(tmp_path: Path) -> None:
    summary = [[], ["汇总"], ["乡镇", "隐患数", "已整改数"], ["溪南镇", 1, 1], ["溪北镇", 0, 0]]
    got = read(tmp_path, [HEAD, ["溪南镇", "2021-03-01", "甲", 100], *summary])
    assert not got.errors and len(got.rows) == 1
    assert any(str(note).startswith("skipped, not a hazards ledger") for note in got.notes)


def test_the_letters_and_numbers_of_columns_below_a_header_are_no_row(tmp_path: Path) -> None:
    got = read(tmp_path, [HEAD, ["甲", "乙", "丙", "1"], ["溪南镇", "2021-03-01", "甲", 100]])
    assert got.tables[0].header_rows == 2 and len(got.rows) == 1 and got.set_aside.empty


def test_cells_below_no_header_are_said(tmp_path: Path) -> None:
    got = read(
        tmp_path, [HEAD, ["溪南镇", "2021-03-01", "甲", 100, "限期"], ["溪南镇", "2021-03-02", "乙", 1]]
    )
    assert "column E has no header, so its cells were not read (1)" in list(map(str, got.tables[0].notes))


def test_a_formula_without_its_result_is_set_aside_as_such(tmp_path: Path) -> None:
    got = read(
        tmp_path, [HEAD, ["溪南镇", "2021-03-01", "甲", "=1+2"], ["溪南镇", '=DATE(2021,3,2)&""', "乙", 5]]
    )
    aside = got.set_aside[["source_row", "column", "value", "scope"]].to_numpy().tolist()
    assert aside == [[2, "cost_wan", "=1+2", "cell"], [3, "found_on", '=DATE(2021,3,2)&""', "row"]]


def test_a_file_without_headers_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("溪南镇,2021-03-01,甲\n溪北镇,2021-03-02,乙\n", encoding="utf-8")
    error = word_all(read_ledger_file(tmp_path / "a.csv", SOURCE, name="a.csv").errors)
    assert "its header must contain at least 地区, 发现日期" in error and "sheet ''" not in error


@pytest.mark.parametrize(
    ("written", "wan"), [("叁仟元整", 0.3), ("伍万元正", 5.0), ("1200元整", 0.12), ("'1200", 0.12)]
)
def test_money_as_on_a_receipt(tmp_path: Path, written: str, wan: float) -> None:
    got = read(tmp_path, [HEAD, ["溪南镇", "'2021-03-01", "甲", written]])
    assert got.rows["cost_wan"].tolist() == [wan]
    assert str(got.rows["found_on"][0].date()) == "2021-03-01"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1、消防栓无水2、疏散通道占用", 2),
        ("1.电线老化2.灭火器过期3.无预案", 3),
        ("1、2号楼电线老化", 1),
        ("1.电线离地1.5米2处", 1),
        ("1、3号楼2、4层堵塞", 1),
        ("见图1:电线，图2:插座", 1),
    ],
)
def test_items_numbered_without_a_gap(text: str, count: int) -> None:
    assert count_items(text) == count


def test_a_row_with_a_day_in_it_is_no_header(tmp_path: Path) -> None:
    rows = "街道,2021-03-01,电线老化,单位名称\n镇,2021-03-02,无预案,场所类型\n"  # words that are headers elsewhere
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    got = read_ledger_file(tmp_path / "a.csv", SOURCE, name="a.csv")
    assert ") found; its header must contain at least" in word_all(got.errors) and not got.tables


def test_a_refused_table_is_told_once(tmp_path: Path) -> None:
    got = read(tmp_path, [["发现日期", "隐患描述", "经办"], ["2021-03-01", "甲", "乙"]])
    assert "Headers not recognised: '经办'" in word_all(got.errors)
    assert note_file(got) == []


def test_as_above_is_what_the_cell_above_says(tmp_path: Path) -> None:
    rows = [["溪南镇", "2021-03-01", "甲", 100], ["同上", "〃", "乙", 200], ["〃", "2021-03-03", "同上", '"']]
    got = read(tmp_path, [HEAD, *rows])
    assert got.rows["district"].tolist() == ["溪南镇"] * 3
    assert [str(day.date()) for day in got.rows["found_on"]] == ["2021-03-01", "2021-03-01", "2021-03-03"]
    assert got.rows["description"].tolist() == ["甲", "乙", "乙"]
    assert got.rows["cost_wan"].tolist() == [0.01, 0.02, 0.02]
    assert "district: cells reading 'as above' take the value of the cell above (2)" in list(
        map(str, got.tables[0].notes)
    )
    first = read(tmp_path, [HEAD, ["同上", "2021-03-01", "甲", 1]])  # nothing is above it
    assert first.rows["district"].tolist() == ["同上"]


@pytest.mark.parametrize(("stated", "wrong"), [(300, []), (400, [(2, 0.04, 0.03)]), (0, [(2, 0.0, 0.03)])])
def test_a_total_at_the_head_is_of_the_rows_below(
    tmp_path: Path, stated: int, wrong: list[tuple[int, float, float]]
) -> None:
    rows = [
        ["合计", None, None, stated],
        ["溪南镇", "2021-03-01", "甲", 100],
        ["溪南镇", "2021-03-02", "乙", 200],
    ]
    totals = read(tmp_path, [HEAD, *rows]).tables[0].totals
    assert [(one.row, one.stated, one.summed) for one in totals] == wrong


def test_headers_in_two_languages(tmp_path: Path) -> None:
    head = [
        "所属乡镇\nTownship",
        "发现日期 Found on",
        "隐患描述/Description",
        "整改资金（元） Cost (yuan)",
        "经度lon",
        "Listed? 是否挂牌督办",
        "整改期限？",
    ]
    got = read(tmp_path, [head, ["溪南镇", "2021-03-01", "甲", 100, 119.5, "Y", "2021-04-01"]])
    assert [one.field for one in got.tables[0].headers] == [
        "district",
        "found_on",
        "description",
        "cost_wan",
        "lon",
        "listed",
        "deadline",
    ]
    assert got.rows["cost_wan"].tolist() == [0.01]


def test_a_sheet_named_as_a_district_is_its_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("溪南镇", "溪北镇", "汇总"):
        sheet = book.create_sheet(name)
        sheet.append(["发现日期", "隐患描述", "隐患等级"])
        sheet.append(["2021-03-01", name, "一般"])
    book.save(tmp_path / "a.xlsx")
    got = read_ledger_file(tmp_path / "a.xlsx", SOURCE, name="a.xlsx")
    assert got.rows[["district", "description"]].to_numpy().tolist() == [["溪南镇"] * 2, ["溪北镇"] * 2]
    assert "district taken from the sheet name (溪南镇)" in list(map(str, got.tables[0].notes))
    assert "sheet '汇总'" in word_all(got.errors) and "no column says which district" in word_all(got.errors)


def test_a_workbook_under_another_formats_name_is_read(tmp_path: Path) -> None:
    read(tmp_path, [HEAD, ["溪南镇", "2021-03-01", "甲", 100]])
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    assert len(read_ledger_file(tmp_path / "a.xls", SOURCE, name="a.xls").rows) == 1


def test_a_broken_text_is_named_with_its_line(tmp_path: Path) -> None:
    text = "所属乡镇,发现日期,隐患描述\n溪南镇,2021-03-01,甲\n".encode("gb18030")
    (tmp_path / "a.csv").write_bytes(text + b"\xff\xff\n")
    error = word_all(read_ledger_file(tmp_path / "a.csv", SOURCE, name="a.csv").errors)
    assert "the closest, gb18030, fails at line 3" in error


def read_kind(folder: Path, kind: str, rows: Sequence[Sequence[object]]) -> FileRead:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(folder / "k.xlsx")
    return read_ledger_file(folder / "k.xlsx", Source(load_kinds()[kind]), name="k.xlsx")


def test_none_of_a_count_is_nought_and_of_anything_else_is_missing(tmp_path: Path) -> None:
    head = ["镇街", "检查日期", "发现隐患数", "处罚金额"]
    got = read_kind(
        tmp_path,
        "inspections",
        [head, ["溪南镇", "2021-03-01", "无", "没有"], ["溪北镇", "2021-03-02", "5处", "/"]],
    )
    assert got.rows["hazards_found"].tolist() == [0, 5]
    assert got.rows["penalty_yuan"].tolist()[0] == 0 and got.rows["penalty_yuan"].isna().tolist() == [
        False,
        True,
    ]
    assert "hazards_found: 'none' read as 0 (1)" in list(map(str, got.tables[0].notes))
    cold = read_kind(tmp_path, "weather", [["地区", "月份", "平均气温"], ["溪南镇", "2021-01", "无"]])
    assert cold.rows["mean_temp_c"].isna().all()


def test_goods_are_counted_in_their_own_words(tmp_path: Path) -> None:
    head = ["乡镇", "仓库", "物资名称", "数量", "单位"]
    rows = [
        ["溪南镇", "甲库", "帐篷", "12顶", "顶"],
        ["溪南镇", "甲库", "发电机", "3台", "台"],
        ["溪南镇", "甲库", "沙袋", "2万条", "条"],
    ]
    assert read_kind(tmp_path, "supplies", [head, *rows]).rows["quantity"].tolist() == [12, 3, 20000]


def test_stages_from_and_to_under_one_header(tmp_path: Path) -> None:
    rows = [
        ["行动名称", "阶段", "起止时间", ""],
        ["", "", "开始", "结束"],
        ["打非治违", "集中执法", "2021-06-01", "2021-08-31"],
    ]
    got = read_kind(tmp_path, "actions", rows)
    assert not got.errors and [str(got.rows[name][0].date()) for name in ("starts_on", "ends_on")] == [
        "2021-06-01", "2021-08-31",
    ]  # fmt: skip


def test_seconds_by_their_marks(tmp_path: Path) -> None:
    got = read_kind(tmp_path, "drills", [["乡镇", "演练时间", "疏散用时"], ["溪南镇", "2021-06-01", "2′30″"]])
    assert got.rows["evacuation_s"].tolist() == [150]


def write_record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def write_label(row: int, column: int, text: str, encoding: str) -> bytes:
    written = text.encode(encoding)
    return write_record(0x0204, struct.pack("<HHHH", row, column, 0, len(written)) + written)


BEGIN, OLD = write_record(0x0809, struct.pack("<HHHH", 0, 0x10, 0, 0)), struct.pack("<HHH", 0, 0x10, 0)
EXCEL_5 = write_record(0x0809, struct.pack("<HHHH", 0x0500, 0x10, 0, 0))
PAGE, DAY = (
    write_record(0x42, struct.pack("<H", 936)),
    write_record(0x0203, struct.pack("<HHHd", 1, 1, 0, 44260)),
)
BIG5 = write_record(0x42, struct.pack("<H", 950))


@pytest.mark.parametrize("name", ["a.xls", "a.et", "a.xlsx"])
@pytest.mark.parametrize(
    ("begin", "encoding", "more"),
    [
        (BEGIN, "gbk", b""),
        (BEGIN, "utf-8", b""),
        (BEGIN + PAGE, "gbk", b""),
        (BEGIN + BIG5, "big5", b""),
        (EXCEL_5, "gbk", b""),
        (EXCEL_5 + PAGE, "gbk", b""),
        (write_record(0x0209, OLD), "gbk", b""),
        (write_record(0x0409, OLD), "gbk", b""),
        (BEGIN, "gbk", DAY),  # a day as a number
        (BEGIN, "gbk", write_record(0x027E, struct.pack("<HHHi", 1, 1, 0, (44260 << 2) | 2))),
    ],
)
def test_bare_records_as_old_programs_write_them_are_read(
    tmp_path: Path, begin: bytes, encoding: str, more: bytes, name: str
) -> None:
    head = ["鄉鎮", "發現日期", "場所名稱"] if encoding == "big5" else ["乡镇", "发现日期", "场所名称"]
    rows = [head, ["溪南" if encoding == "big5" else "溪南镇", "" if more else "2021-03-05", "甲"]]
    cells = b"".join(
        write_label(r, c, text, encoding) for r, row in enumerate(rows) for c, text in enumerate(row) if text
    )
    (tmp_path / name).write_bytes(begin + cells + more + write_record(0x0A, b""))
    got = read_ledger_file(tmp_path / name, SOURCE, name=name)
    assert got.rows[["district", "premises"]].to_numpy().tolist() == [rows[1][::2]]
    assert got.rows["found_on"].dt.strftime("%Y-%m-%d").tolist() == ["2021-03-05"]
    assert [note.code for note in got.notes] == ["ledgers.file.irregular"]


@pytest.mark.parametrize("end", [b"", b"\x04\x02\x10"])
def test_bare_records_that_were_cut_are_damaged(tmp_path: Path, end: bytes) -> None:
    cells = write_label(0, 0, "乡镇", "gbk") + write_label(0, 1, "发现日期", "gbk")
    (tmp_path / "a.xls").write_bytes(BEGIN + cells + end)
    assert "is damaged" in word_all(read_ledger_file(tmp_path / "a.xls", SOURCE, name="a.xls").errors)


@pytest.mark.parametrize(
    "said",
    [
        "A0:AZ48943",
        "A1",
        "",
        "B2:A1",
        "A1:XFD1048576",
        "$A$1:$B$2",
        "A1:B2 D1:E2",
        "A:B",
        "1:2",
        "A1:B0",
        "xyz",
        None,
    ],
)
def test_a_sheet_that_says_wrongly_where_it_lies_is_read(tmp_path: Path, said: str | None) -> None:
    read(tmp_path, [["乡镇", "发现日期"], ["溪南镇", "2021-03-05"]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    other = b"" if said is None else f'<dimension ref="{said}"/>'.encode()
    parts["xl/worksheets/sheet1.xml"] = re.sub(b'<dimension ref="A1:B2" */>', other, sheet)
    assert parts["xl/worksheets/sheet1.xml"] != sheet
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    got = read_ledger_file(path, SOURCE, name="a.xlsx")
    assert list(got.rows["district"]) == ["溪南镇"] and not got.errors


@pytest.mark.parametrize("magic", [b"\0\5\x16\7", b"\0\5\x16\0"])
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "._a.xlsx"])
def test_what_macos_leaves_beside_a_file_is_called_so_under_any_name(
    tmp_path: Path, name: str, magic: bytes
) -> None:
    (tmp_path / name).write_bytes(magic + b"\0\2\0\0Mac OS X")
    told = word_all(read_ledger_file(tmp_path / name, SOURCE, name=name).errors)
    assert "is a macOS companion file, not a ledger; it can be deleted" in told


PEOPLE = ["地区", "年度", "常住人口"]
COUNTED = [["溪口镇", 2021, 100], ["溪南镇", 2021, 200]]


@pytest.mark.parametrize(
    ("rows", "totals", "wrong", "aside"),
    [
        ([*COUNTED, ["汇总", "", 300]], 1, [], []),
        ([*COUNTED, ["汇总", 2021, 301]], 1, [(4, 301, 300)], []),
        ([*COUNTED, ["汇总(2项)", "", 301]], 1, [(4, 301, 300)], []),
        ([*COUNTED, ["滨江县总计", 2021, 301]], 1, [(4, 301, 300)], []),
        ([*COUNTED, ["Grand Total", "", 301]], 1, [(4, 301, 300)], []),
        ([*COUNTED, ["累计", "", 301]], 1, [(4, 301, 300)], []),
        ([["合计", 2021, 301], *COUNTED], 1, [(2, 301, 300)], []),
        ([COUNTED[0], ["溪口镇 汇总", "", 101], COUNTED[1], ["总计", "", 300]], 2, [(3, 101, 100)], []),
        ([*COUNTED, ["合计", 2021, 300], ["溪口镇", 2022, 110], ["合计", 2022, 111]], 2, [(6, 111, 110)], []),
        ([*COUNTED, ["", "", 300]], 0, [], [4]),  # its word was deleted
        ([*COUNTED, ["平均值", "", 150]], 0, [], [4]),  # a table's last row may hold other than sums
        ([*COUNTED, ["最大值", "", 200]], 0, [], [4]),
        ([*COUNTED, ["其中：农村", "", 100]], 0, [], [4]),
    ],
)
def test_the_last_row_of_a_table(
    tmp_path: Path, rows: list[list[object]], totals: int, wrong: list[object], aside: list[int]
) -> None:
    got = read_kind(tmp_path, "population", [PEOPLE, *rows])
    (table,) = got.tables
    assert table.counts["total"] == totals
    assert [(one.row, one.stated, one.summed) for one in table.totals] == wrong
    assert got.set_aside["source_row"].tolist() == aside
    assert set(got.rows["district"]) == {"溪口镇", "溪南镇"}
