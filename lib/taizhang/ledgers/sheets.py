"""Raw sheets from files: cell contents, merged and hidden cells. No interpretation yet."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taizhang.core.errors import LedgerError
from taizhang.core.files import ZIP_ERRORS
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Label, Reason
from taizhang.ledgers.marks import Marks, open_scan

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb", ".et")
TEXTS = (".csv", ".txt", ".tsv")
ACCESS = (".mdb", ".accdb")
COLUMNS = ("parquet", "arrow")  # formats of columns, read in parts
MAPS = (".kml", ".kmz", ".geojson", ".json")  # of points
_XLS_COLUMNS = 256  # the format's own limit: a cell beyond is damage, and would make millions of empty ones
_SUFFIXES = {"xlsx": (".xlsx", ".xlsm", ".xlsb"), "xls": (".xls",), "ods": (".ods",)}


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as written, row by row; '' is an empty one.

    A text file's sheet has the name ''. `top` and `left` are the position of the first cell; `merged` ranges are
    first row, first column, last row, last column; `errors` are cells with an error such as #REF!. All are 0-based
    in the sheet, as are `hidden_columns`; `hidden_rows` are 1-based, as the spreadsheet shows them. `hidden`: the
    sheet itself is hidden; `date1904`: the file counts days from 1904; `notes` say how the sheet was read
    (encoding, delimiter). `numbers`: of its rows, where they have others than their position.
    """

    name: str
    rows: Sequence[Sequence[object]]
    top: int = 0
    left: int = 0
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False
    date1904: bool = False
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    notes: tuple[Reason, ...] = ()
    numbers: Sequence[int] | None = None

    def number_row(self, row: int) -> int:
        """The number, as shown, of a row by its position in `rows`."""
        return row + self.top + 1 if self.numbers is None else self.numbers[row]


@dataclass(frozen=True)
class SheetsRead:
    """The sheets of a workbook; `problem` says why there are none."""

    sheets: tuple[Sheet, ...] = ()
    problem: Reason | None = None


def list_sheets(path: Path, kind: str) -> SheetsRead:
    """All sheets of a workbook, read in this process."""
    try:
        return SheetsRead(tuple(read_workbook(path, kind, None)))
    except LedgerError as error:
        return SheetsRead(problem=error.reasons[0])


def refuse_special(path: Path) -> None:
    """Raise LedgerError for a link to nothing, a pipe (which would wait for ever) or a device (which may never end)."""
    if path.is_symlink() and not path.exists():
        raise LedgerError("ledgers.file.link")
    if path.exists() and not path.is_file():
        raise LedgerError("ledgers.file.no_file")


def sniff_format(path: Path) -> str:
    """Determine a file's format by its first bytes.

    One of 'xlsx', 'xls', 'ods', 'access', 'parquet', 'arrow', 'kml', 'kmz', 'geojson' and 'text'.

    Raises LedgerError if it is empty, locked, password-protected, HTML or anything else that is no ledger.
    """
    if path.name.startswith(("~$", ".~")):
        raise LedgerError("ledgers.file.lock")
    refuse_special(path)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except PermissionError:
        raise LedgerError("ledgers.file.locked") from None
    except OSError as error:
        raise LedgerError("ledgers.file.not_opened", why=tell_error(error)) from None
    if path.name.startswith("._") or head.startswith((b"\0\5\x16\7", b"\0\5\x16\0")):
        raise LedgerError("ledgers.file.apple_double")
    if not head:
        raise LedgerError("ledgers.file.no_bytes")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"ARROW1"):
        return "arrow"
    if head.startswith((b"\0\1\0\0Standard Jet DB", b"\0\1\0\0Standard ACE DB")):
        return "access"
    if head.startswith(b"PK"):
        return _sniff_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise LedgerError("ledgers.file.password")
        return "xls"
    if head[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        return "xls"
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"<") and re.search(rb"<(?:\w{1,20}:)?kml[\s>]", start):
        return "kml"
    if start.startswith(b"{") and (
        path.suffix.lower() in MAPS or re.search(rb'"feature(?:collection)?"', start)
    ):
        return "geojson"
    begins_html = re.match(rb"<!doctype html|<html|<head|<body|<table|<meta|<div|<style", start)
    if begins_html or b"<table" in head.lower():
        raise LedgerError("ledgers.file.web_page")
    if start.startswith(b"<?xml") or start.startswith(b"mime-version"):
        raise LedgerError("ledgers.file.xml")
    if path.suffix.lower() in WORKBOOKS and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LedgerError("ledgers.file.other_inside", suffix=path.suffix)
    return "text"


def _sniff_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            kind = package.read("mimetype")[:100] if "mimetype" in names else b""
    except ZIP_ERRORS as error:
        raise LedgerError("ledgers.file.damaged", why=tell_error(error)) from None
    if any(name.lower().startswith("xl/") for name in names):
        return "xlsx"
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet") or "content.xml" in names:
        return "ods"
    if any(name.lower().endswith(".kml") for name in names):
        return "kmz"
    raise LedgerError("ledgers.file.archive")


def read_workbook(path: Path, kind: str, wanted: Sequence[str] | None) -> Iterator[Sheet]:
    """Read the sheets of an xlsx, xlsm, xls or ods file (`kind`, as `sniff_format` says), one at a time.

    Sheets in `wanted`, or all. Raises LedgerError if the file is damaged or protected, or a wanted sheet is missing.
    """
    import python_calamine as calamine

    try:
        # calamine goes by the file's name; one that has another format's is opened by what is in it.
        named = path.suffix.lower() in _SUFFIXES[kind]
        with _take_panics():
            book = calamine.load_workbook(str(path) if named else io.BytesIO(path.read_bytes()))
            described = book.sheets_metadata
        names = [one.name for one in described if one.typ == calamine.SheetTypeEnum.WorkSheet]
    except calamine.PasswordError:
        raise LedgerError("ledgers.file.password") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        yield from _read_otherwise(path, kind, wanted, tell_error(error))
        return
    check_wanted(wanted, names)
    hidden = {one.name for one in described if one.visible != calamine.SheetVisibleEnum.Visible}
    scan = open_scan(path, kind)
    for name in names:
        if wanted is not None and name not in wanted:
            continue
        # Looked through in a thread of its own, while calamine, which needs no Python, reads it.
        with ThreadPoolExecutor(1) as aside:
            look = aside.submit(scan.look, name)
            try:
                with _take_panics():
                    sheet = book.get_sheet_by_name(name)
                    _, last = sheet.end or (0, 0)
                    if kind == "xls" and last >= _XLS_COLUMNS:
                        raise ValueError(f"column {last + 1}")
                    rows = sheet.to_python(skip_empty_area=True)
                    merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
                    top, left = sheet.start or (0, 0)
            except (calamine.CalamineError, OSError, ValueError) as error:
                why = tell_error(error)
                try:
                    yield from _read_otherwise(path, kind, [name], why)
                except LedgerError:
                    raise LedgerError("ledgers.file.damaged_sheet", sheet=name, why=why) from None
                continue
        marks = Marks() if look.exception() else look.result()
        hiding = (marks.hidden_rows, marks.hidden_columns, name in hidden)
        yield Sheet(name, rows, top, left, merged, *hiding, scan.date1904, marks.errors)


@contextmanager
def _take_panics() -> Iterator[None]:
    """Raise what calamine's Rust panics at in a damaged file as ValueError: pyo3 makes it no Exception."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def check_wanted(wanted: Sequence[str] | None, names: Sequence[str]) -> None:
    """Raise LedgerError if a sheet that is wanted is not among those there are."""
    if absent := [name for name in wanted or () if name not in names]:
        raise LedgerError("ledgers.file.no_sheet", absent=absent, sheets=names)


def _read_otherwise(path: Path, kind: str, wanted: Sequence[str] | None, why: Label) -> Iterator[Sheet]:
    """Read what calamine can't: some irregular files open in one program and not in another."""
    if kind == "xlsx":
        yield from _read_with_openpyxl(path, wanted, why)
    elif kind == "xls":
        yield from _read_with_xlrd(path, wanted, why)
    else:
        raise LedgerError("ledgers.file.damaged", why=why)


def _read_with_xlrd(path: Path, wanted: Sequence[str] | None, why: Label) -> Iterator[Sheet]:
    """Read bare records, as old programs write them: Excel opens them, and they name no encoding."""
    import xlrd

    try:
        book = _open_bare(path.read_bytes())
        check_wanted(wanted, book.sheet_names())
        for sheet in book.sheets():
            if wanted is not None and sheet.name not in wanted:
                continue
            if sheet.ncols > _XLS_COLUMNS:
                raise LedgerError("ledgers.file.damaged", why=why)
            rows: list[list[object]] = []
            errors = {}
            for row in range(sheet.nrows):
                rows.append([""] * sheet.ncols)
                for column, cell in enumerate(sheet.row(row)):
                    if cell.ctype == xlrd.XL_CELL_DATE:
                        rows[row][column] = xlrd.xldate_as_datetime(cell.value, book.datemode)
                    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                        rows[row][column] = bool(cell.value)
                    elif cell.ctype == xlrd.XL_CELL_ERROR:
                        errors[row, column] = xlrd.error_text_from_code.get(cell.value, "#ERROR!")
                    else:
                        rows[row][column] = cell.value
            merged = tuple((a, c, b - 1, d - 1) for a, b, c, d in sheet.merged_cells)
            notes = (Reason("ledgers.file.irregular"),)
            hiding = (frozenset[int](), frozenset[int](), sheet.visibility != 0)
            yield Sheet(sheet.name, rows, 0, 0, merged, *hiding, book.datemode == 1, errors, notes)
    except LedgerError:
        raise
    except Exception:  # xlrd raises whatever a record makes it
        raise LedgerError("ledgers.file.damaged", why=why) from None


def _open_bare(data: bytes) -> Any:
    import xlrd

    if (
        data[4:8] == b"\x00\x05\x10\x00"
    ):  # a sheet alone, which says it is of Excel 5: read as those of Excel 4
        data = data[:4] + b"\x00\x04" + data[6:]
    quiet = io.StringIO()
    book = xlrd.open_workbook(file_contents=data, logfile=quiet)
    if book.biff_version >= 80 or book.codepage is not None:
        return book
    with suppress(UnicodeDecodeError):
        return xlrd.open_workbook(file_contents=data, logfile=quiet, encoding_override="utf-8")
    return xlrd.open_workbook(file_contents=data, logfile=quiet, encoding_override="gb18030")


def _read_with_openpyxl(path: Path, wanted: Sequence[str] | None, why: Label) -> Iterator[Sheet]:
    from openpyxl import load_workbook

    try:
        # openpyxl warns of headers, footers and formats that it leaves out: of no use here.
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            book = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
        check_wanted(wanted, book.sheetnames)
        for sheet in book.worksheets:
            if wanted is not None and sheet.title not in wanted:
                continue
            cells = sheet.iter_rows(values_only=True)
            rows = [["" if cell is None else cell for cell in row] for row in cells]
            ranges = [(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells]
            merged = tuple((a - 1, b - 1, c - 1, d - 1) for a, b, c, d in ranges)
            hidden = frozenset(number for number, row in sheet.row_dimensions.items() if row.hidden)
            folded = frozenset(
                column - 1
                for one in sheet.column_dimensions.values()
                if one.hidden and one.min
                for column in range(one.min, (one.max or one.min) + 1)
            )
            state = sheet.sheet_state != "visible"
            notes = (Reason("ledgers.file.irregular"),)
            in_1904 = book.epoch.year == 1904
            yield Sheet(sheet.title, rows, 0, 0, merged, hidden, folded, state, in_1904, {}, notes)
    except LedgerError:
        raise
    except Exception:  # openpyxl raises whatever its XML meets: any of them means that the file is damaged
        raise LedgerError("ledgers.file.damaged", why=why) from None


def name_column(index: int) -> str:
    """Letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
