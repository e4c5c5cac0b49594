"""Hidden rows and columns, cells in error, and the day that numbers count from: of xlsx, xls and ods alike."""

import datetime as dt
import shutil
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from taizhang.ledgers import Source, read_ledger_file
from taizhang.ledgers.marks import OdsScan, open_scan
from taizhang.ledgers.model import FileRead
from taizhang.metadata.kinds import load_kinds

SOURCE = Source(load_kinds()["hazards"])
HEADERS = ("所属乡镇", "发现日期", "整改资金（万元）", "隐患描述")
DAY = dt.date(2021, 3, 5)

SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
ERROR = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">'
    "<text:p>#DIV/0!</text:p></table:table-cell>"
)
DATE = '<table:table-cell office:value-type="date" office:date-value="2021-03-05"><text:p>x</text:p></table:table-cell>'


def write_ods(path: Path) -> None:
    def text(word: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'

    rows = [
        "<table:table-row>" + "".join(map(text, HEADERS)) + "</table:table-row>",
        f'<table:table-row table:visibility="collapse">{text("溪南镇")}{DATE}{ERROR}{text("甲")}</table:table-row>',
        '<table:table-row table:visibility="filter" table:number-rows-repeated="2">'
        f"{text('溪北镇')}{DATE}{ERROR}{text('乙')}</table:table-row>",
        f"<table:table-row>{text('溪北镇')}{DATE}<table:table-cell/>{text('丙')}</table:table-row>",
    ]
    columns = '<table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:body><office:spreadsheet>"
            f'<table:table table:name="台账">{columns}'
            f"{''.join(rows)}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
        package.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry '
            'm:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>',
        )


def write_xls(path: Path) -> None:
    """As `write_xlsx` writes it, in the old format: made once with xlwt 1.3, which nothing needs any more."""
    shutil.copyfile(Path(__file__).with_name("old_excel") / "marks.xls", path)


def write_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        sheet, days = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADERS)
        for row, place in enumerate(("溪南镇", "溪北镇", "溪北镇", "溪北镇"), 1):
            sheet.write_row(row, 0, [place, "", "", f"第{row}处"])
            if row < 4:
                sheet.set_row(row, None, None, {"hidden": True})
                sheet.write_formula(row, 2, "=1/0", None, "#DIV/0!")
                sheet.write_datetime(row, 1, dt.datetime.combine(DAY, dt.time()), days)
        sheet.write(4, 1, (DAY - dt.date(1904, 1, 1)).days)
        sheet.set_column(3, 3, None, None, {"hidden": True})


@pytest.mark.parametrize("write", [write_ods, write_xls, write_xlsx])
def test_each_format_tells_the_same(tmp_path: Path, write: object) -> None:
    path = tmp_path / f"台账.{write.__name__.removeprefix('write_')}"  # type: ignore[attr-defined]
    write(path)  # type: ignore[operator]
    got: FileRead = read_ledger_file(path, SOURCE, name=path.name)
    assert not got.errors
    (table,) = got.tables
    assert table.hidden_rows == (2, 3, 4)
    assert "hidden columns were read: D 隐患描述" in list(map(str, table.notes))
    assert [str(day.date()) for day in got.rows["found_on"]] == ["2021-03-05"] * 4
    # The cell in error is set aside under its own name, never read as 0.
    assert got.rows["cost_wan"].isna().all()
    assert got.set_aside[["source_row", "column", "value", "scope"]].to_numpy().tolist() == [
        [row, "cost_wan", "#DIV/0!", "cell"] for row in (2, 3, 4)
    ]


def test_what_cannot_be_looked_through_has_no_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("content.xml", "<a><b></a>")
    assert OdsScan(path).look("台账").hidden_rows == frozenset()
    bad = tmp_path / "a.xls"
    bad.write_bytes(b"\x09\x08 no workbook")
    scan = open_scan(bad, "xls")
    assert not scan.date1904 and scan.look("台账").errors == {}
