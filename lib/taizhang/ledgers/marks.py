"""What calamine doesn't tell of a sheet: hidden rows and columns, cells in error, the day that numbers count from."""

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from html import unescape
from pathlib import Path
from typing import Any
from xml.parsers import expat

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3}\d+)"[^>]*\bt="e"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.S
)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>/]*(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ERROR_TEXT = re.compile(r"Err:\d{3}|#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)")
_CHUNK = 1 << 20
_DAMAGED = (KeyError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Marks:
    """Hidden rows (1-based), hidden columns (0-based), and by 0-based position cells in error.

    A formula of which the file holds no result is one, too: calamine gives an empty cell for it.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


class Scan:
    """Of a file of which nothing more can be told."""

    date1904 = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def look(self, name: str) -> Marks:
        """The marks of a sheet; none where the file can't be looked through, calamine having read it."""
        return Marks()


class XlsxScan(Scan):
    """From the XML of an xlsx file, as a stream."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.parts: dict[str, str] = {}
        with zipfile.ZipFile(path) as package:
            names = {name.lower(): name for name in package.namelist()}
            if "xl/workbook.xml" not in names:
                return
            book = package.read(names["xl/workbook.xml"])
            links = package.read(names.get("xl/_rels/workbook.xml.rels", names["xl/workbook.xml"]))
        self.date1904 = bool(re.search(rb'date1904="(?:1|true)"', book))
        targets = {}
        for link in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", links):
            key, target = re.search(rb'\bId="([^"]*)"', link), re.search(rb'\bTarget="([^"]*)"', link)
            if key and target:
                part = target[1].decode("utf-8", "replace")
                part = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
                targets[key[1]] = names.get(part.lower(), part)
        for tag in re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", book):
            name, key = re.search(rb'\bname="([^"]*)"', tag), re.search(rb'\b\w+:id="([^"]*)"', tag)
            if name and key and key[1] in targets:
                self.parts[unescape(name[1].decode("utf-8", "replace"))] = targets[key[1]]

    def look(self, name: str) -> Marks:
        rows, columns, errors = set[int](), set[int](), dict[tuple[int, int], str]()
        if name not in self.parts:
            return Marks()
        # Where that fails, calamine has read the sheet by another way: nothing to add.
        part = self.parts[name]
        with suppress(*_DAMAGED), zipfile.ZipFile(self.path) as package, package.open(part) as stream:
            held = b""
            while chunk := stream.read(_CHUNK):
                text = held + chunk
                row = text.rfind(b"row ")  # a row is looked at whole: the last one waits for its rest
                cut = text.rfind(b"<", 0, row) if row > 0 else len(text)
                done, held = text[:cut], text[cut:]
                _look_at(done, rows, columns, errors)
            _look_at(held, rows, columns, errors)
        return Marks(frozenset(rows), frozenset(columns), errors)


def _look_at(text: bytes, rows: set[int], columns: set[int], errors: dict[tuple[int, int], str]) -> None:
    if b"hidden=" in text:
        for tag in _ROW.findall(text):
            number = re.search(rb'\br="(\d+)"', tag)
            if number and _HIDDEN.search(tag):
                rows.add(int(number[1]))
        for tag in _COLUMN.findall(text):
            first, last = re.search(rb'\bmin="(\d+)"', tag), re.search(rb'\bmax="(\d+)"', tag)
            if first and last and _HIDDEN.search(tag):
                columns.update(range(int(first[1]) - 1, min(int(last[1]), MOST_COLUMNS)))
    if b't="e"' in text:
        for ref, word in _ERROR_CELL.findall(text):
            errors[_position(ref.decode())] = word.decode("utf-8", "replace")
    if b"<f" in text or b":f" in text:
        # Left by programs that don't calculate; a result that is an empty text says t="str".
        for tag, formula in _FORMULA.findall(text):
            if b't="str"' not in tag and (place := re.search(rb'\br="([A-Z]{1,3}\d+)"', tag)):
                errors[_position(place[1].decode())] = f"={unescape(formula.decode('utf-8', 'replace'))}"


def _position(ref: str) -> tuple[int, int]:
    letters = ref.rstrip("0123456789")
    return int(ref[len(letters) :]) - 1, number_column(letters)


def number_column(letters: str) -> int:
    """The 0-based number of a column by its letters: A is 0, AA is 26."""
    return reduce(lambda number, letter: 26 * number + ord(letter) - 64, letters, 0) - 1


class OdsScan(Scan):
    """From content.xml of an ods file, as a stream."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sheets: dict[str, Marks] | None = None

    def look(self, name: str) -> Marks:
        if self.sheets is None:
            content = _OdsContent()
            found_so_far = suppress(*_DAMAGED, expat.ExpatError)
            with found_so_far, zipfile.ZipFile(self.path) as package, package.open("content.xml") as stream:
                content.parser.ParseFile(stream)
            self.sheets = content.sheets
        return self.sheets.get(name, Marks())


class _OdsContent:
    """Takes the elements of content.xml one by one."""

    def __init__(self) -> None:
        self.sheets: dict[str, Marks] = {}
        self.depth = 0  # a table within a table is no sheet
        self.row = self.column = self.next_row = 0
        self.spans = (1, 1)
        self.text: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take_text

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if not space.endswith(":table:1.0"):
            return
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "table":
            self.depth += 1
            if self.depth == 1:
                self.rows, self.columns, self.errors = set[int](), set[int](), dict[tuple[int, int], str]()
                self.name, self.next_row, self.column = given.get("name", ""), 0, 0
        elif self.depth != 1:
            return
        elif name == "table-column":
            count = _repeat(given, "number-columns-repeated", MOST_COLUMNS)
            if given.get("visibility", "visible") != "visible":
                self.columns.update(range(self.column, min(self.column + count, MOST_COLUMNS)))
            self.column += count
        elif name == "table-row":
            self.row, self.column = self.next_row, 0
            count = _repeat(given, "number-rows-repeated", MOST_ROWS)
            self.next_row = self.row + count
            if given.get("visibility", "visible") != "visible":
                self.rows.update(range(self.row + 1, min(self.next_row, MOST_ROWS) + 1))
        elif name in ("table-cell", "covered-table-cell"):
            count = _repeat(given, "number-columns-repeated", MOST_COLUMNS)
            self.spans = (self.next_row - self.row, count)
            # LibreOffice says 'error' in a name of its own; other programs show the error's name alone.
            self.text = [] if "formula" in given or "error" in attributes.values() else None

    def _take_text(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _end(self, tag: str) -> None:
        space, _, name = tag.rpartition(" ")
        if not space.endswith(":table:1.0"):
            return
        if name == "table":
            if self.depth == 1:
                self.sheets[self.name] = Marks(frozenset(self.rows), frozenset(self.columns), self.errors)
            self.depth -= 1
        elif self.depth == 1 and name in ("table-cell", "covered-table-cell"):
            word = "".join(self.text or ()).strip()
            if _ERROR_TEXT.fullmatch(word):
                for row in range(self.row, self.row + self.spans[0]):
                    for column in range(self.column, self.column + self.spans[1]):
                        self.errors[row, column] = word
            self.column += self.spans[1]
            self.text = None


def _repeat(given: dict[str, str], name: str, most: int) -> int:
    text = given.get(name, "1")
    return min(int(text), most) if text.isdecimal() else 1


class XlsScan(Scan):
    """From xlrd's reading of an xls file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import xlrd

        self.book: Any = None
        with suppress(Exception):  # xlrd raises whatever a record makes it: calamine has read the file
            quiet = io.StringIO()
            self.book = xlrd.open_workbook(str(path), formatting_info=True, on_demand=True, logfile=quiet)
            self.date1904 = self.book.datemode == 1

    def look(self, name: str) -> Marks:
        import xlrd

        try:
            sheet = self.book.sheet_by_name(name)
            errors = {
                (row, column): xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#ERROR!")
                for row in range(sheet.nrows)
                for column, kind in enumerate(sheet.row_types(row))
                if kind == xlrd.XL_CELL_ERROR
            }
            rows = frozenset(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
            columns = frozenset(column for column, info in sheet.colinfo_map.items() if info.hidden)
            self.book.unload_sheet(name)
        except Exception:  # as above
            return Marks()
        return Marks(rows, columns, errors)


def open_scan(path: Path, kind: str) -> Scan:
    """What tells the rest of a file, by its format as `sniff_format` says."""
    return {"xlsx": XlsxScan, "ods": OdsScan, "xls": XlsScan}.get(kind, Scan)(path)
