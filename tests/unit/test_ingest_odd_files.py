"""Files that an office's programs leave in odd forms, through an ingest: each is read whole, or said."""

import os
import struct
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from ingest_book import make_book, write_sheet
from test_ledgers_marks import write_sheet as write_xml

from taizhang import open as open_workbook

HEAD = "乡镇,发现日期,隐患描述,隐患编号\n"
DAY = date(2021, 3, 5)


def line(number: int, text: str = "正常") -> str:
    return f"溪口镇,2021-03-{number % 28 + 1:02},{text},A-{number}\n"


def write_record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def write_bare(rows: list[list[str]]) -> bytes:
    """As Delphi programs write a sheet: records alone, texts in GBK."""
    cells = b"".join(
        write_record(0x0204, struct.pack("<HHHH", r, c, 0, len(text.encode("gbk"))) + text.encode("gbk"))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return write_record(0x0809, struct.pack("<HHHH", 0, 0x10, 0, 0)) + cells + write_record(0x0A, b"")


def write_dates(path: Path) -> None:
    """Small numbers in a date's format, and one without."""
    book = openpyxl.Workbook()
    sheet = book.active
    rows = [
        ["乡镇", "发现日期", "隐患描述", "整改期限"],
        ["溪口镇", 7, "甲", ""],
        ["溪口镇", DAY, "乙", 15],
        ["溪口镇", DAY, "丙", 15],
    ]
    for row in rows:
        sheet.append(row)
    for cell in (sheet["B2"], sheet["D3"]):
        cell.number_format = "yyyy-mm-dd"
    book.save(path)


def write_without_places(path: Path) -> None:
    def cells(*texts: str) -> str:
        return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)

    header = f"<row>{cells('乡镇', '发现日期', '隐患描述', '整改期限', '整改日期')}</row>"
    wrong = '<c t="e"><v>#REF!</v></c><c><f>TODAY()</f></c>'
    first = f"<row>{cells('溪口镇', '2021-03-05', '甲')}{wrong}</row>"
    write_xml(path, f'{header}{first}<row hidden="1">{cells("溪口镇", "2021-03-06", "乙")}</row>')


def write_row_0(path: Path) -> None:
    write_sheet(path, [["乡镇", "发现日期"], ["溪口镇", "2021-03-05"]])
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:B2"', b'ref="A0:AZ48943"')
    assert parts["xl/worksheets/sheet1.xml"] != sheet
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


def write_drills(path: Path) -> None:
    """Formulas with the result 0 that the writing program puts for all."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["乡镇", "演练日期", "演练名称", "参演人数", "发现问题数"])
        sheet.write_row(1, 0, ["溪口镇", "2021-03-05", "消防演练"])
        sheet.write_formula(1, 3, "=30+1")
        sheet.write_formula(1, 4, "=1+1")


def write_files(raw: Path) -> None:
    quoted = [line(n, '"8寸管' if n == 10 else '"灭火器,过期"' if n == 20 else "正常") for n in range(1, 101)]
    (raw / "open quote.csv").write_text(HEAD + "".join(quoted), encoding="utf-8")
    write_dates(raw / "small numbers.xlsx")
    write_without_places(raw / "no places.xlsx")
    for month in range(1, 13):
        rows = "".join(f"溪口镇,2021-{month:02}-{n:02},第{month}月第{n}处,{n}\n" for n in range(1, 21))
        (raw / f"month {month}.csv").write_text(HEAD + rows, encoding="utf-8")
    ids = [350921101202100123.0, 350921101202100124.0, "350921101202100125"]
    rows = [["溪口镇", DAY, f"甲{n}", one] for n, one in enumerate(ids)]
    write_sheet(raw / "long ids.xlsx", [["乡镇", "发现日期", "隐患描述", "隐患编号"], *rows])
    said = line(2, "@").encode("gbk").replace(b"@", "消防设施老化严重".encode())
    (raw / "two encodings.csv").write_bytes((HEAD + line(1)).encode("gbk") + said)
    lines = [HEAD, *map(line, range(1, 101))]
    data = [one.encode("gbk" if n == 90 else "utf-8") for n, one in enumerate(lines)]
    (raw / "bad bytes.csv").write_bytes(b"".join(data))
    (raw / "nul.csv").write_text(HEAD + line(1) + line(2, "老\0化"), encoding="utf-8")
    marks = '\ufeff\ufeff"乡镇","发现日期"\n溪口镇,2021-03-05\n'
    (raw / "two marks.csv").write_text(marks, encoding="utf-8")
    (raw / "joined marks.csv").write_text(marks[1:] + marks[1:], encoding="utf-8")
    kept = '="溪口镇",="2021-03-05",="老化",="007"\n'
    (raw / "kept texts.csv").write_text(HEAD + kept, encoding="utf-8")
    (raw / "bare.xls").write_bytes(write_bare([["乡镇", "发现日期"], ["溪口镇", "2021-03-05"]]))
    write_row_0(raw / "row 0.xlsx")
    (raw / "._row 0.xlsx").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    for name in (".DS_Store", "Thumbs.db", ".~lock.row 0.xlsx#"):
        (raw / name).write_bytes(b"\0\0\0\1Bud1")


DRILLS = '[ledgers.drills]\nfiles = ["data/raw/drills/*"]\n'
OTHERS = '[ledgers.inspections]\nfiles = ["data/raw/i/*"]\n[ledgers.population]\nfiles = ["data/raw/p/*"]\n'


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, pd.DataFrame, Any]:
    """What the ingest says, what it set aside, and the book."""
    root = make_book(
        tmp_path_factory.mktemp("odd") / "book", {}, patterns=["hazards/*.*"], more=DRILLS + OTHERS
    )
    raw = root / "data" / "raw"
    for name in ("hazards", "drills", "i", "p"):
        (raw / name).mkdir()
    write_files(raw / "hazards")
    write_drills(raw / "drills" / "a.xlsx")
    inspected = [
        ["乡镇", "检查日期", "被检查单位", "发现隐患数", "检查方式"],
        ["溪口镇", DAY, "#REF!", "#N/A", "#N/A"],
        ["溪口镇", DAY, "甲厂", 2, "日常检查"],
    ]
    write_sheet(raw / "i" / "a.xlsx", inspected)
    people = [["乡镇", "年度", "常住人口"], ["溪口镇", 2021, 100], ["溪南镇", 2021, 200], ["汇总", "", 301]]
    write_sheet(raw / "p" / "a.xlsx", people)
    book = open_workbook(str(root))
    result = book.ingest()
    return (
        result,
        pd.read_csv(root / "data" / "processed" / "set_aside.csv", dtype="str", keep_default_na=False),
        book,
    )


def test_rows_read_are_those_accepted_and_those_set_aside(read: tuple[Any, pd.DataFrame, Any]) -> None:
    result, _, _ = read
    told = {one.kind: (one.files, one.read, one.accepted, one.set_aside) for one in result.summaries}
    # 100 + 3 + 2 + 12 x 20 + 3 + 2 + 2 + 1 + 2 + 1 + 1 + 1; the file of bad bytes is refused.
    assert told["hazards"] == (24, 358, 357, 1)
    assert told["drills"] == (1, 1, 1, 0) and told["inspections"] == (1, 2, 2, 0)
    assert told["population"] == (1, 2, 2, 0)


@pytest.mark.parametrize(
    ("name", "rows", "aside"),
    [
        ("open quote.csv", 100, []),
        (
            "small numbers.xlsx",
            2,
            [
                ("2", "found_on", "ledgers.date.number"),
                ("3", "deadline", "ledgers.date.number"),
                ("4", "deadline", "ledgers.date.number"),
            ],
        ),
        (
            "no places.xlsx",
            2,
            [("2", "deadline", "ledgers.cell.error"), ("2", "rectified_on", "ledgers.cell.not_computed")],
        ),
        ("month 7.csv", 20, []),
        (
            "long ids.xlsx",
            3,
            [
                ("2", "hazard_id", "ledgers.cell.figures_lost"),
                ("3", "hazard_id", "ledgers.cell.figures_lost"),
            ],
        ),
        ("two encodings.csv", 2, []),
        ("nul.csv", 2, []),
        ("two marks.csv", 1, []),
        ("joined marks.csv", 2, []),
        ("kept texts.csv", 1, []),
        ("bare.xls", 1, []),
        ("row 0.xlsx", 1, []),
    ],
)
def test_each_file(
    read: tuple[Any, pd.DataFrame, Any], name: str, rows: int, aside: list[tuple[str, str, str]]
) -> None:
    _, told, book = read
    table = book.ledger("hazards")
    source = f"data/raw/hazards/{name}"
    assert (table["source_file"] == source).sum() == rows
    lines = told[told["source_file"] == source][["source_row", "column", "reason_code"]]
    assert list(lines.itertuples(index=False, name=None)) == aside


def test_what_is_said_of_them(read: tuple[Any, pd.DataFrame, Any]) -> None:
    result, _, book = read
    hazards = result.summaries[0]
    notes = "\n".join(map(str, hazards.notes))
    for said in (
        "open quote.csv: quotation mark not closed in line 11; read as typed",
        "two encodings.csv: 1 cell garbled by an earlier wrong encoding was restored: row 3",
        "nul.csv: 1 control character (such as NUL) left out, the first in line 3",
        "hidden rows were read (1)",
        "does not follow the file format, but was read anyway",
    ):
        assert said in notes
    (refused,) = result.errors
    assert "bad bytes.csv" in str(refused) and "the closest, utf-8, fails at line 91" in str(refused)
    # Numbers that begin anew in each of twelve files are no ids, nor are those that lost their figures.
    assert hazards.duplicates == 0
    texts = set(book.ledger("hazards")["description"].dropna())
    assert {'"8寸管', "灭火器,过期", "消防设施老化严重", "老化"} <= texts
    assert "007" in set(book.ledger("hazards")["hazard_id"].dropna())


def test_formulas_and_errors_are_never_nought(read: tuple[Any, pd.DataFrame, Any]) -> None:
    result, told, book = read
    drills = told[told["kind"] == "drills"]
    assert drills["column"].tolist() == ["participants", "problems"]
    assert set(drills["reason_code"]) == {"ledgers.cell.not_computed"}
    assert book.ledger("drills")[["participants", "problems"]].isna().all(axis=None)
    inspected = told[told["kind"] == "inspections"]
    assert sorted(zip(inspected["column"], inspected["value"], strict=True)) == [
        ("hazards_found", "#N/A"), ("mode", "#N/A"), ("premises", "#REF!")
    ]  # fmt: skip
    assert book.ledger("inspections")["premises"].dropna().tolist() == ["甲厂"]
    (total,) = next(one.totals for one in result.summaries if one.kind == "population")
    assert (total["row"], total["stated"], total["summed"]) == (4, 301, 300)


@pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and devices as Unix has them")
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.symlink_to("nowhere.xlsx"), "ledgers.file.link"),
        (lambda path: path.symlink_to(path.name), "ledgers.file.link"),  # to itself
        (lambda path: path.symlink_to("/dev/zero"), "ledgers.file.no_file"),
        (os.mkfifo, "ledgers.file.no_file"),
        (Path.touch, "ledgers.file.no_bytes"),
    ],
)
def test_what_is_no_file_is_told_and_stops_nothing(tmp_path: Path, make: Any, told: str) -> None:
    rows = [["乡镇", "发现日期", "隐患描述"], ["溪口镇", DAY, "甲"]]
    root = make_book(tmp_path / "book", {"a.xlsx": rows, "~$a.xlsx": rows})
    make(root / "data" / "raw" / "b.xlsx")
    result = open_workbook(root).result
    assert [error.root.code for error in result.errors] == [told]
    assert [one.accepted for one in result.summaries] == [1]
