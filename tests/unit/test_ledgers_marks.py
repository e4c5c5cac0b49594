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


def write_sheet(path: Path, rows: str, *, calculation: str = "") -> None:
    """An xlsx file of one sheet with the XML given, as programs of all kinds write it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        f'<sheet name="台账" sheetId="1" r:id="rId1"/></sheets>{calculation}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)


def look(path: Path, rows: str, calculation: str = "") -> tuple[set[int], dict[tuple[int, int], str]]:
    write_sheet(path, rows, calculation=calculation)
    marks = open_scan(path, "xlsx").look("台账")
    return set(marks.hidden_rows), dict(marks.errors)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"/><row r="2" hidden="1"><c r="A2"/><c r="B2" t="e"><v>#REF!</v></c></row>',
        '<row r="1"/><row r="2" hidden="1"><c r="A2"/><c t="e" r="B2"><v>#REF!</v></c></row>',
        "<row r='1'/><row r='2' hidden='true'><c r='A2'/><c t='e' r='B2'><v>#REF!</v></c></row>",
        '<row r = "1"/><row hidden = "1" r = "2"><c r = "A2"/><c r = "B2" t = "e"><v>#REF!</v></c></row>',
        '<row/><row hidden="1"><c/><c t="e"><v>#REF!</v></c></row>',
        '<row/><row hidden="1"><c/><c t="e"><f>A1</f><v>#REF!</v></c></row>',
        '<row r="2" hidden="1"><c r="B2" t="e" s="1"><f>A1</f><v xml:space="preserve">#REF!</v></c></row>',
        '<row/><row hidden="1"><c><v>1</v></c><c t="e"><v>#REF!</v></c></row><row><c t="str"><v>e</v></c></row>',
    ],
)
def test_marks_however_the_xml_is_written(tmp_path: Path, rows: str) -> None:
    assert look(tmp_path / "a.xlsx", rows) == ({2}, {(1, 1): "#REF!"})


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ('<c r="A1"><f>30+1</f><v>0</v></c><c r="B1"><f>1</f><v>0</v></c>', {(0, 0): "=30+1", (0, 1): "=1"}),
        ("<c><f>30+1</f><v>0</v></c>", {(0, 0): "=30+1"}),
        # One result other than 0: it was computed, and a 0 is one.
        ('<c r="A1"><f>30+1</f><v>31</v></c><c r="B1"><f>1-1</f><v>0</v></c>', {}),
        ('<c r="A1"><f>A2</f></c><c r="B1"><f>1-1</f><v>0</v></c>', {(0, 0): "=A2", (0, 1): "=1-1"}),
        ('<c r="A1" t="str"><f>A2</f><v></v></c>', {}),
        ('<c r="A1"><v>0</v></c>', {}),
    ],
)
def test_formulas_of_a_file_that_nobody_computed(
    tmp_path: Path, cells: str, errors: dict[tuple[int, int], str]
) -> None:
    rows = f'<row r="1">{cells}</row>'
    asks = '<calcPr calcId="124519" fullCalcOnLoad="1"/>'
    assert look(tmp_path / "a.xlsx", rows, asks) == (set(), errors)
    # A program that computes leaves no such wish: its 0 is a result.
    computed = {place: text for place, text in errors.items() if text == "=A2"}
    assert look(tmp_path / "b.xlsx", rows, '<calcPr calcId="191029"/>') == (set(), computed)


def test_errors_are_set_aside_in_columns_of_every_type(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = (
        "所属乡镇,发现日期,隐患描述,场所名称,隐患等级,整改资金（万元）,整改期限",
        "溪南镇,2021-03-05,#REF!,#N/A,#VALUE!,#DIV/0!,Err:502",
        "溪南镇,2021-03-06,Error 502,#1机组,一般,1,2021-04-01",
    )
    path.write_text("\n".join(lines), "utf-8")
    got = read_ledger_file(path, SOURCE, name="a.csv")
    assert got.set_aside[["source_row", "column", "value"]].to_numpy().tolist() == [
        [2, "description", "#REF!"],
        [2, "premises", "#N/A"],
        [2, "severity", "#VALUE!"],
        [2, "cost_wan", "#DIV/0!"],
        [2, "deadline", "Err:502"],
    ]
    assert got.rows["description"].tolist()[1] == "Error 502"
    assert got.rows["premises"].tolist()[1] == "#1机组"


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("#NAME?", True), ("#NULL!", True), ("#NUM!", True), ("#SPILL!", True), ("#CALC!", True), ("#FIELD!", True),
        ("#BUSY!", True), ("#UNKNOWN!", True), ("#PYTHON!", True), ("#GETTING_DATA", True),
        ("#ERROR!", True),  # of Google Sheets
        ("错误:502", True), ("错误：504", True), ("錯誤:502", True),  # of LibreOffice in Chinese
        ("＃N/A", True), ("#VALUE", True), ("#DIV/0", True),  # as people type them
        ("########", True),  # a column too narrow for its number, copied as it is seen
        ("#1机组", False), ("#A", False), ("##", False), ("#REF! 已更正", False), ("错误：线路", False),
        ("Error 502", False),
        ("#消防", False), ("#VIP", False),
    ],
)  # fmt: skip
def test_how_programs_show_errors(tmp_path: Path, word: str, error: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"所属乡镇,发现日期,隐患描述\n溪南镇,2021-03-05,{word}\n", "utf-8")
    got = read_ledger_file(path, SOURCE, name="a.csv")
    assert got.rows["description"].fillna("").tolist() == ["" if error else word]
    assert got.set_aside["value"].tolist() == ([word] if error else [])


@pytest.mark.parametrize(
    ("lines", "counts", "aside"),
    [
        (["溪南镇,#REF!,甲,"], {"data": 1}, ["found_on"]),
        (["#N/A,2021-03-05,甲,"], {"data": 1}, ["district"]),
        (["#N/A,#N/A,#N/A,#N/A"], {"data": 1}, ["district"]),  # a formula drawn beyond the last row
        (["溪南镇,2021-03-05,甲,1", "合计,,,#REF!"], {"data": 1, "total": 1}, []),
        (["#REF!,,,", "溪南镇,2021-03-05,甲,1"], {"note": 1, "data": 1}, []),
    ],
)
def test_errors_in_rows_of_every_kind(
    tmp_path: Path, lines: list[str], counts: dict[str, int], aside: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["所属乡镇,发现日期,隐患描述,整改资金（万元）", *lines]), "utf-8")
    got = read_ledger_file(path, SOURCE, name="a.csv")
    (table,) = got.tables
    assert {kind: count for kind, count in table.counts.items() if count and kind != "header"} == counts
    assert got.set_aside["column"].tolist() == aside and not table.totals


def test_a_header_in_error_is_no_column_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("所属乡镇,发现日期,#REF!,隐患描述\n溪南镇,2021-03-05,甲,乙\n", "utf-8")
    got = read_ledger_file(path, SOURCE, name="a.csv")
    assert got.tables[0].unrecognised == ("#REF!",) and got.rows["description"].tolist() == ["乙"]


def cells(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


HEADER = f"<row>{cells('所属乡镇', '发现日期', '隐患描述', '整改期限', '隐患编号')}</row>"
START, END = cells("溪南镇", "2021-03-05", "甲"), cells("A1")
WRONG = '<c t="e"><v>#REF!</v></c>'


@pytest.mark.parametrize(
    ("rows", "row", "word"),
    [
        (f"<row>{START}{WRONG}{END}</row>", 2, "#REF!"),
        (f"<row>{START}<c><f>TODAY()</f></c>{END}</row>", 2, "=TODAY()"),
        (f'<row r="5">{START}{WRONG}{END}</row>', 5, "#REF!"),  # rows say it, cells don't
        (f'<row r="9">{START}<c/>{END}</row><row>{START}{WRONG}{END}</row>', 10, "#REF!"),
        (f'<row>{START}<c r="D2" t="e"><v>#REF!</v></c>{END}</row>', 2, "#REF!"),  # one cell does
        ('<row><c r="a2" t="str"><v>溪南镇</v></c><c r="b2"><v>44260</v></c><c r="d2" t="e"><v>#REF!</v></c></row>',
         2, "#REF!"),
        (f"<row>{START}<c/>{END}</row>", 0, ""),
        (f'<row>{START}<c t="str"><f>""</f><v></v></c>{END}</row>', 0, ""),
    ],
)  # fmt: skip
def test_cells_that_do_not_say_where_they_stand(tmp_path: Path, rows: str, row: int, word: str) -> None:
    path = tmp_path / "a.xlsx"
    write_sheet(path, HEADER + rows)
    got = read_ledger_file(path, SOURCE, name="a.xlsx")
    aside = got.set_aside[["source_row", "column", "value"]].to_numpy().tolist()
    assert aside == ([[row, "deadline", word]] if row else [])
    assert got.rows["found_on"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2021-03-05"]


DRILLS = Source(load_kinds()["drills"])


@pytest.mark.parametrize(
    ("formulas", "aside"),
    [
        ({"D2": ("=30+1", 0), "E2": ("=1+1", 0)}, ["participants", "problems"]),
        ({"D2": ("=30+1", 31), "E2": ("=1-1", 0)}, []),  # one result shows that it was computed
        ({"C2": ('="消防"&"演练"', 0)}, ["name"]),
        ({"B2": ("=DATE(2021,3,5)", 0)}, ["held_on"]),
        ({"A2": ("=Sheet2!A1", 0)}, ["district"]),
        ({"D2": ("{=SUM(1,2)}", 0)}, ["participants"]),
        ({"D3": ("=SUM(D2:D2)", 0)}, []),  # a total that nobody computed says nothing
        ({"D1": ('="参演"&"人数"', 0)}, []),  # nor does a header: the column isn't known
    ],
)
def test_formulas_of_a_program_that_does_not_compute(
    tmp_path: Path, formulas: dict[str, tuple[str, int]], aside: list[str]
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["乡镇", "演练日期", "演练名称", "参演人数", "发现问题数"])
        sheet.write_row(1, 0, ["溪南镇", "2021-03-05", "消防演练", 30, 2])
        if "D3" in formulas:
            sheet.write_row(2, 0, ["合计"])
        for place, (formula, result) in formulas.items():
            sheet.write_formula(place, formula, None, result)
    got = read_ledger_file(path, DRILLS, name="a.xlsx")
    assert got.set_aside["column"].tolist() == aside and not got.tables[0].totals
    assert got.tables[0].unrecognised == (('="参演"&"人数"',) if "D1" in formulas else ())
    assert len(got.rows) == (not {"held_on", "district"} & set(aside))
