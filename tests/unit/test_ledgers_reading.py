"""Tables found and read in files as they arrive."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.core.reasons import word_all
from taizhang.ledgers import reading
from taizhang.ledgers.model import FileRead, Source
from taizhang.ledgers.reading import is_read_in_parts, iterate_parts, read_here
from taizhang.ledgers.rules import find_rule_breaks
from taizhang.metadata.kinds import load_kinds

KINDS = load_kinds()
PHILDIS = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "phildis" / "disasters_events_provinces.csv"
)
OWN = """
title: {zh: 电梯, en: Lifts}
fields:
  district: {required: true}
  checked_on: {type: date, required: true, title: 检验日期, aliases: [检验时间]}
  state: {type: category, title: 电梯状态, values: {good: [合格, 正常], bad: [不合格, 停用]}}
"""
HEADER = ["所属乡镇", "发现日期", "隐患描述"]
SHOWS_AN_ERROR = "the spreadsheet shows an error instead of a value; correct the formula or enter the value"


def write_book(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    merges: Sequence[str] = (),
    hide: Sequence[int] = (),
) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(rows, 1):
            for column, value in enumerate(cells, 1):
                if value not in (None, ""):
                    sheet.cell(row, column, value)
        for merge in merges:
            sheet.merge_cells(merge)
        for row in hide:
            sheet.row_dimensions[row].hidden = True
    book.save(path)
    return path


def read(path: Path, kind: str = "hazards", **source: object) -> FileRead:
    return read_here(path, Source(KINDS[kind], **source), name=f"data/raw/{path.name}")  # type: ignore[arg-type]


def test_a_ledger_as_found(tmp_path: Path) -> None:
    rows = [
        ["滨江县2021年隐患排查整治台账"],
        ["填报单位:县应急局   单位:元"],
        ["序号", "地  区", "单位\n名称", "检查情况", "", "", "整改责任单位", "", "", "整改情况", "", "整改资金"],
        ["", "", "", "检查\n时间", "存在\n问题", "隐患等级", "名称", "责任人", "联系电话", "整改期限",
        "是否完成整改", ""],
        [1, "溪南镇", "甲厂", date(2021, 3, 5), "1.电线老化 2.灭火器过期", "一般", "甲厂", "张三", "138",
        "2021.4.1", "已整改", 1000],
        ["溪北镇"],
        [2, "", "乙店", "3月8日", "通道堵塞", "重点", "乙", "李四", "139", "3月底", "整改中", "约2000"],
        [3, "溪南镇", "丙", "待定", "无证", "重大", "", "", "", "", "已销号", "5万"],
        ["小计", "", "", "", "", "", "", "", "", "", "", 53000],
        [4, "", "丁", "2021年3月9日至11日", "一是无证;二是超期。", "一般隐患", "", "", "", "2021-03-01",
        "已整改", 12.5],
        ["合计", "", "", "", "", "", "", "", "", "", "", 99999],
        ["填表人:王五", "", "审核:赵六"],
        ["注:以上数据截至2021年底"],
    ]  # fmt: skip
    merges = ["A1:L1", "A3:A4", "B3:B4", "C3:C4", "L3:L4", "D3:F3", "G3:I3", "J3:K3"]
    got = read(write_book(tmp_path / "a.xlsx", {"台账": rows}, merges=merges, hide=[5]))
    assert not got.errors
    assert list(got.rows["source_row"]) == [5, 7, 10]
    assert list(got.rows["district"]) == ["溪南镇", "溪北镇", "溪北镇"]
    assert list(got.rows["found_on"]) == [
        pd.Timestamp(2021, 3, 5),
        pd.Timestamp(2021, 3, 8),
        pd.Timestamp(2021, 3, 9),
    ]
    assert list(got.rows["deadline"].dt.strftime("%Y-%m-%d")) == ["2021-04-01", "2021-03-31", "2021-03-01"]
    assert list(got.rows["cost_wan"]) == [0.1, 0.2, 0.00125]
    assert list(got.rows["items"]) == [2, 1, 2]
    assert list(got.rows["premises"]) == ["甲厂", "乙店", "丁"]
    aside = got.set_aside[["source_row", "column", "value", "scope"]].to_numpy().tolist()
    assert aside == [
        [7, "severity", "重点", "cell"],
        [8, "found_on", "待定", "row"],
    ]
    table = got.tables[0]
    assert table.counts == {
        "title": 2,
        "header": 2,
        "section": 1,
        "total": 2,
        "note": 2,
        "blank": 0,
        "data": 4,
    }
    assert [(one.row, one.column, one.stated, one.summed) for one in table.totals] == [
        (11, "cost_wan", 9.9999, 5.30125)
    ]
    assert table.hidden_rows == (5,)
    breaks = find_rule_breaks(got.rows, load_kinds()["hazards"], as_of=date(2021, 12, 31)).sum()
    assert breaks[breaks > 0].to_dict() == {"deadline_before_found": 1, "done_without_date": 2}
    assert {one.header: one.field for one in table.headers}["整改责任单位/责任人"] == "responsible"
    assert "整改责任单位/联系电话" in table.unrecognised


def test_no_district_is_refused_with_the_line_that_mends_it(tmp_path: Path) -> None:
    rows = [["发现日期", "隐患描述", "整改状态"], ["2021-03-05", "电线老化", "已整改"]]
    path = write_book(tmp_path / "a.xlsx", {"台账": rows})
    got = read(path)
    assert len(got.rows) == 0
    assert (
        "data/raw/a.xlsx" in word_all(got.errors)
        and "sheet '台账'" in word_all(got.errors)
        and "row 1" in word_all(got.errors)
    )
    assert "under [ledgers.hazards]: district = " in word_all(got.errors)
    mended = read(path, district="溪南镇")
    assert not mended.errors and list(mended.rows["district"]) == ["溪南镇"]


def test_a_header_or_value_nobody_knows_is_named_in_the_workbook(tmp_path: Path) -> None:
    rows = [
        ["所属乡镇", "查出的时间点", "隐患描述", "隐患等级"],
        ["溪南镇", "2021-03-05", "电线老化", "重点"],
    ]
    path = write_book(tmp_path / "a.xlsx", {"台账": rows})
    refused = read(path)
    assert 'under [ledgers.hazards.columns]: found_on = "' in word_all(
        refused.errors
    ) and "查出的时间点" in word_all(refused.errors)
    got = read(path, columns={"found_on": "查出的时间点"}, values={"severity": {"重点": "major"}})
    assert not got.errors and list(got.rows["severity"]) == ["major"]


def test_sections_alone_say_the_district(tmp_path: Path) -> None:
    rows = [
        ["发现日期", "隐患描述", "整改状态"],
        ["2021-03-01", "无主", ""],
        ["一、溪南镇（2起）"],
        ["2021-03-05", "甲", "已整改"],
        ["一般隐患"],
        ["2021-03-06", "乙", "已整改"],
        ["二、城关街道"],
        ["2021-03-07", "丙", "已整改"],
    ]
    got = read(write_book(tmp_path / "a.xlsx", {"台账": rows}))
    assert list(got.rows["district"]) == ["溪南镇", "溪南镇", "城关街道"]
    assert got.set_aside[["source_row", "column", "scope"]].to_numpy().tolist() == [[2, "district", "row"]]
    assert got.tables[0].counts["section"] == 2 and got.tables[0].counts["note"] == 1


def test_known_names_make_sections_whatever_they_end_with(tmp_path: Path) -> None:
    rows = [["发现日期", "隐患描述", "整改状态"], ["North"], ["2021-03-05", "甲", ""]]
    path = write_book(tmp_path / "a.xlsx", {"台账": rows})
    assert "no column says which district" in word_all(read(path).errors)
    assert list(read(path, names=frozenset({"North"})).rows["district"]) == ["North"]


def test_several_tables_on_a_sheet_and_side_by_side(tmp_path: Path) -> None:
    rows = [
        [*HEADER, "", *HEADER],
        ["溪南镇", "2021-03-05", "甲", "", "溪北镇", "2021-04-05", "乙"],
        ["溪南镇", "2021-03-06", "丙", "", "", "", ""],
        [],
        ["补充"],
        ["镇街", "检查时间", "存在问题", "", "", "", ""],
        ["东山乡", "2021-05-05", "丁", "", "", "", ""],
    ]
    got = read(write_book(tmp_path / "a.xlsx", {"台账": rows}))
    assert sorted(zip(got.rows["district"], got.rows["source_row"], strict=True)) == [
        ("东山乡", 7), ("溪北镇", 2), ("溪南镇", 2), ("溪南镇", 3)
    ]  # fmt: skip
    assert len(got.tables) == 3 and got.read == 4


def test_merged_cells_hold_for_their_rows_but_numbers_count_once(tmp_path: Path) -> None:
    rows = [
        [*HEADER, "整改资金(万元)"],
        ["溪南镇", "2021-03-05", "甲", 3],
        ["", "", "乙", ""],
        ["", "", "丙", ""],
    ]
    got = read(write_book(tmp_path / "a.xlsx", {"台账": rows}, merges=["A2:A4", "B2:B4", "D2:D4"]))
    assert list(got.rows["district"]) == ["溪南镇"] * 3
    assert got.rows["cost_wan"].sum() == 3
    assert any("counts once" in str(note) for note in got.tables[0].notes)


def test_hidden_sheets_are_read_and_said_and_others_noted(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "a.xlsx", {"台账": [HEADER, ["溪南镇", "2021-03-05", "甲"]], "说明": [["怎样填"]]}
    )
    book = openpyxl.load_workbook(path)
    book["台账"].sheet_state = "hidden"
    book.save(path)
    got = read(path)
    assert len(got.rows) == 1 and got.tables[0].hidden_sheet
    assert any("sheet '说明': no table of hazards found" in str(note) for note in got.notes)
    assert "has no sheet '总表'; its sheets: '台账', '说明'" in word_all(read(path, sheets=("总表",)).errors)


def test_a_summary_by_district_is_passed_over_and_said(tmp_path: Path) -> None:
    summary = [["所属乡镇", "隐患数", "参加人员", "备注", "页码"], ["溪南镇", 3, "甲", "", ""]]
    got = read(
        write_book(tmp_path / "a.xlsx", {"台账": [HEADER, ["溪南镇", "2021-03-05", "甲"]], "汇总": summary})
    )
    assert not got.errors and len(got.rows) == 1
    assert any("skipped" in str(note) and "汇总" in str(note) for note in got.notes)


def test_a_whole_table_that_cannot_be_read_is_an_error_and_the_others_are_read(tmp_path: Path) -> None:
    other = [
        ["所属乡镇", "查出的时间点", "隐患描述", "隐患等级", "整改状态"],
        ["溪南镇", "2021-03-05", "甲", "一般", "已整改"],
    ]
    got = read(write_book(tmp_path / "a.xlsx", {"一": [HEADER, ["溪南镇", "2021-03-05", "甲"]], "二": other}))
    assert len(got.rows) == 1 and "sheet '二'" in word_all(got.errors) and "found_on" in word_all(got.errors)


def test_error_cells_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in ([*HEADER, "整改资金"], ["溪南镇", "2021-03-05", "甲", "#REF!"]):
        book.active.append(row)
    assert book.active["D2"].data_type == "e"
    book.save(path)
    got = read(path)
    told = got.set_aside[["column", "value", "reason"]].astype({"reason": "str"})
    assert told.to_numpy().tolist() == [["cost_wan", "#REF!", f"{SHOWS_AN_ERROR}: '#REF!'"]]


def test_serials_of_a_1904_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (HEADER, ["溪南镇", 44260 - 1462, "甲"], ["溪南镇", date(2021, 3, 5), "乙"]):
        book.active.append(row)
    book.save(path)
    assert list(read(path).rows["found_on"]) == [pd.Timestamp(2021, 3, 5)] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_texts_of_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [
        [*HEADER, "整改状态"],
        ["溪南镇", "2021-03-05", "甲", "已整改"],
        [],
        ["溪北镇", "2021-03-06", "乙", "整改中"],
    ]
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    got = read(path)
    assert not got.errors and list(got.rows["district"]) == ["溪南镇", "溪北镇"]
    assert list(got.rows["source_row"]) == [2, 4]


def test_big5_with_traditional_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        "所屬鄉鎮,發現日期,隱患描述,整改狀態\n溪南鎮,2021年3月5日,電線老化,已整改\n".encode("big5")
    )
    got = read(path)
    assert (
        not got.errors
        and list(got.rows["district"]) == ["溪南鎮"]
        and list(got.rows["status"]) == ["rectified"]
    )


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table(
            {"district": ["350921101", None], "found_on": [date(2021, 3, 5)] * 2, "cost_wan": [1.5, None]}
        ),
        path,
    )
    got = read(path)
    assert list(got.rows["district"]) == ["350921101"] and list(got.rows["cost_wan"]) == [1.5]
    assert list(got.rows["source_row"]) == [2] and len(got.set_aside) == 1


def test_a_parquet_file_whose_text_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"所属乡镇": ["溪南镇"], "发现日期": ["2021-03-05"], "隐患描述": ["甲"]})
    pq.write_table(table, path, compression="none", use_dictionary=False)
    path.write_bytes(path.read_bytes().replace("溪南镇".encode(), b"\xff" * 9))
    assert "is damaged" in word_all(read(path).errors)


def test_parts_of_a_parquet_file_add_up_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    days = [date(2021, 3, 5), None, *[date(2021, 3, day) for day in range(1, 24)]]
    districts = ["溪南镇", "溪北镇", "合计", "小计", ""] * 5
    pq.write_table(
        pa.table({"district": districts, "found_on": days, "listed": [True, False, None, True, True] * 5}),
        path,
    )
    source = Source(KINDS["hazards"])
    whole = read_here(path, source, name="a.parquet")
    parts = list(iterate_parts(path, source, name="a.parquet", rows=7))
    assert len(parts) == 4
    assert pd.concat([part.rows for part in parts], ignore_index=True).equals(whole.rows)
    assert pd.concat([part.set_aside for part in parts], ignore_index=True).equals(whole.set_aside)
    assert [sum(part.tables[0].counts[key] for part in parts) for key in ("data", "header")] == [25, 1]
    assert whole.tables[0].counts["data"] == 25 == len(whole.rows) + (whole.set_aside["scope"] == "row").sum()
    assert list(whole.rows["source_row"][:2]) == [2, 4] and list(whole.rows["listed"][:2]) == [True, pd.NA]


def test_xls_is_read() -> None:
    # Made once with xlwt 1.3: a title merged over three cells, the headers, and one row with a date.
    got = read(Path(__file__).with_name("old_excel") / "title.xls")
    assert list(got.rows["found_on"]) == [pd.Timestamp(2021, 3, 5)] and list(got.rows["source_row"]) == [3]


def test_a_users_own_kind_is_read_like_the_others(tmp_path: Path) -> None:
    (tmp_path / "lifts.yml").write_text(OWN, "utf-8")
    kind = load_kinds(tmp_path)["lifts"]
    rows = [
        ["乡镇", "检验时间", "电梯状态"],
        ["溪南镇", "2021-03-05", "正常"],
        ["溪南镇", "2021-03-06", "停用"],
        ["溪南镇", "2021-03-07", "未知数"],
    ]
    got = read_here(write_book(tmp_path / "a.xlsx", {"电梯": rows}), Source(kind), name="a.xlsx")
    assert [None if pd.isna(v) else v for v in got.rows["state"]] == ["good", "bad", None]
    assert list(got.set_aside["column"]) == ["state"]


@pytest.mark.skipif(not PHILDIS.exists(), reason="the shared data are not on this machine")
def test_disasters_of_the_philippines() -> None:
    columns = {
        "district": "ph_psgc", "event": "disaster_id", "occurred_on": "date_start", "affected": "affected_persons",
        "houses_collapsed": "damaged_houses_full",
    }  # fmt: skip
    got = read(PHILDIS, "losses", columns=columns)
    plain = pd.read_csv(PHILDIS, dtype={"ph_psgc": "str"})
    aside = set(got.set_aside.loc[got.set_aside["scope"] == "row", "source_row"])
    assert got.read == len(plain) == len(got.rows) + len(aside)
    kept = plain[~(plain.index + 2).isin(aside)]
    for ours, theirs in (("affected", "affected_persons"), ("houses_collapsed", "damaged_houses_full")):
        mine = got.rows.groupby("district")[ours].sum()
        assert mine.to_dict() == kept.groupby("ph_psgc")[theirs].sum().to_dict()


def test_ods_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [HEADER, ["溪南镇", "2021-03-05", "甲"]]
    body = "".join(
        f"<table:table-row>{''.join(cell.format(text) for text in row)}</table:table-row>" for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="台账">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    got = read(path)
    assert not got.errors and list(got.rows["district"]) == ["溪南镇"]


CELLS = st.one_of(
    st.text(alphabet="溪南镇一二合计注:12.-/年月日 \n", max_size=8), st.integers(-5, 60000), st.floats(0,
    60000), st.booleans(),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.just(""), st.just("小计"), st.just("已整改"),
)  # fmt: skip


@given(rows=st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12))
def test_rows_read_are_accepted_or_set_aside_exactly_once(rows: list[list[object]]) -> None:
    from taizhang.ledgers.grid import make_grid
    from taizhang.ledgers.headers import HeaderIndex
    from taizhang.ledgers.layout import find_tables
    from taizhang.ledgers.sheets import Sheet
    from taizhang.ledgers.tables import read_table

    header = [*HEADER, "整改资金", "整改状态"]
    source = Source(KINDS["hazards"])
    index = HeaderIndex(source.kind, {})
    grid = make_grid(Sheet("台账", [header, *rows]))
    (table,) = find_tables(grid, index)
    accepted, aside, about = read_table(grid, table, index, source, name="a.xlsx")
    by_row = aside[aside["scope"] == "row"]["source_row"]
    assert by_row.is_unique and not set(by_row) & set(accepted["source_row"])
    assert about.counts["data"] == len(accepted) + len(by_row)
    assert sum(about.counts.values()) == len(rows) + 1
    cells = aside[aside["scope"] == "cell"]
    assert set(cells["source_row"]) <= set(accepted["source_row"])


def test_accepted_values_are_those_of_the_cells_they_name(tmp_path: Path) -> None:
    rows = [[], HEADER, ["溪南镇", date(2021, 3, 5), "甲"], [], ["溪北镇", date(2021, 3, 6), "乙"]]
    path = write_book(tmp_path / "a.xlsx", {"台账": rows})
    got = read(path).rows
    sheet = openpyxl.load_workbook(path)["台账"]
    for row in got.itertuples():
        assert sheet.cell(row.source_row, 1).value == row.district
        assert pd.Timestamp(sheet.cell(row.source_row, 2).value) == row.found_on
        assert sheet.cell(row.source_row, 3).value == row.description


HEAD = "三镇隐患台账\n乡镇,发现日期,隐患描述,隐患等级\n"


def write_lines(path: Path, lines: list[str], *, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path.write_bytes((head + "".join(f"{line}\r\n" for line in lines)).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_parts_of_a_text_file_add_up_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    lines = [f"溪南镇,2021-03-{n:02d},第{n}处,一般" for n in range(1, 21)]
    lines[4] = '溪南镇,2021-03-05,"一处\n两行\n三行",一般'  # cut by the end of a part
    lines[9] = '溪南镇,2021-03-10,"8寸管,一般'  # a mark that is never closed
    lines[12] = "溪南镇,没有日期,第13处,一般"
    lines[15] = "乡镇,发现日期,隐患描述,隐患等级"  # two files joined
    path = write_lines(tmp_path / "a.csv", lines, encoding=encoding)
    source = Source(KINDS["hazards"])
    whole = read_here(path, source, name="a.csv")
    parts = list(iterate_parts(path, source, name="a.csv", rows=7))
    assert len(parts) == 4 and not any(part.errors for part in parts)
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(rows, whole.rows)
    aside = pd.concat([part.set_aside for part in parts], ignore_index=True)
    assert aside.equals(whole.set_aside) and len(aside) == 1
    for key in ("data", "header", "title"):
        assert sum(t.counts.get(key, 0) for part in parts for t in part.tables) == sum(
            t.counts.get(key, 0) for t in whole.tables
        )
    assert rows["description"][4] == "一处\n两行\n三行" and rows["source_row"][0] == 3
    monkeypatch.setattr(reading, "LONG_TEXT_BYTES", 10)
    assert is_read_in_parts(path) and len(read_here(path, source, name="a.csv").rows) == len(rows) == 18


def test_what_cannot_be_told_from_a_part_is_refused(tmp_path: Path) -> None:
    def read_all(*lines: str, head: str = HEAD, **more: str) -> str:
        path = write_lines(tmp_path / "a.csv", [*lines], head=head)
        source = Source(KINDS["hazards"], **more)  # type: ignore[arg-type]
        return word_all(
            [e for part in iterate_parts(path, source, name="a.csv", rows=5) for e in part.errors]
        )

    row = "溪南镇,2021-03-05,甲,一般"
    assert read_all(*[row] * 12) == ""
    other = ["", "乡镇,发现日期,整改期限,隐患等级,状态", "溪南镇,2021-03-01,2021-04-01,一般,未整改"]
    assert "holds several tables" in read_all(*[row] * 12, *other)
    days = [f"溪南镇,{day}/3/2021,甲,一般" for day in range(13, 20)]
    months = [f"溪南镇,3/{day}/2021,甲,一般" for day in range(13, 20)]
    assert read_all(*days) == ""
    assert "found_on is written in different ways" in read_all(*days, *months)
    assert read_all(*days, dates="dmy") == ""


def test_a_part_of_a_text_file_with_a_bad_byte_names_its_line(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.csv", ["溪南镇,2021-03-05,甲,一般"] * 20)
    path.write_bytes(path.read_bytes() + b"\xff\xff\xff\n")
    part, *rest = iterate_parts(path, Source(KINDS["hazards"]), name="a.csv", rows=5)
    assert not rest and "line 23" in word_all(part.errors)


def test_a_file_of_arrow_is_read_as_the_same_table_in_parquet(tmp_path: Path) -> None:
    """In parts of the size wanted, whatever sizes it was written in."""
    days = [date(2021, 3, day) for day in range(1, 12)]
    words = list("甲乙丙丁戊己庚辛壬癸子")
    table = pa.table({"所属乡镇": ["溪南镇"] * 11, "发现日期": days, "隐患描述": words})
    pq.write_table(table, tmp_path / "a.parquet")
    with pa.ipc.new_file(str(tmp_path / "a.arrow"), table.schema) as writer:
        for first, size in ((0, 3), (3, 1), (4, 7)):
            writer.write_table(table.slice(first, size))
    source = Source(KINDS["hazards"], names=frozenset(["溪南镇"]))
    one, other = (
        [part.rows for part in iterate_parts(tmp_path / name, source, name="a", rows=4)]
        for name in ("a.arrow", "a.parquet")
    )
    assert [len(part) for part in one] == [4, 4, 3] and is_read_in_parts(tmp_path / "a.arrow")
    pd.testing.assert_frame_equal(pd.concat(one), pd.concat(other))
    data = (tmp_path / "a.arrow").read_bytes()
    for damaged in (data[:-20], data.replace("溪南镇".encode(), b"\xff" * 9)):
        (tmp_path / "a.arrow").write_bytes(damaged)
        (part,) = iterate_parts(tmp_path / "a.arrow", source, name="a")
        assert "is damaged" in word_all(part.errors)
