"""Details of sheets that calamine does not report: hidden rows and columns, error cells, the date epoch."""

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

from taizhang.core.files import ZIP_ERRORS

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_TAG = rb"<(?:\w+:)?%s\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
_ROW, _COLUMN = re.compile(_TAG % b"row"), re.compile(_TAG % b"col")
_ERROR_CELL = re.compile(_TAG % b"c" + rb"(?:(?!</?(?:\w+:)?c\b).)*?<(?:\w+:)?v\b[^>]*>([^<]*)<", re.S)
_FORMULA = re.compile(
    _TAG % b"c" + rb"\s*<(?:\w+:)?f\b[^>/]*(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\b[^>]*?(?:/>|>\s*([^<]*?)\s*</(?:\w+:)?v>))?\s*</(?:\w+:)?c>"
)
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_IS_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")
_ERROR_TEXT = re.compile(
    r"(?:Err|错误|錯誤)[:：] ?\d{3}|[#＃](?:N/A|GETTING_DATA|(?:DIV/0|[A-Z]{3,})[!?]|DIV/0|NAME|NULL|NUM|REF|VALUE)"
    r"|[#＃]{3,}"  # a column too narrow for its number, copied as it is seen
)
_CHUNK = 1 << 20


def _read_attributes(tag: bytes) -> dict[str, str]:
    """A tag's attributes, in either kind of quotation marks."""
    return {
        name.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(tag)
    }


def _is_true(given: dict[str, str], name: str) -> bool:
    return given.get(name, "") in ("1", "true")


@dataclass(frozen=True)
class Marks:
    """Hidden rows (1-based), hidden columns (0-based), and by 0-based position cells in error.

    A formula without a stored result also counts as an error; calamine gives an empty cell for it. So does a
    formula in a file that asks to be computed when opened and holds 0 for each.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


class Scan:
    """The scan of a file of which no details can be found."""

    date1904 = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def look(self, name: str) -> Marks:
        """Return the marks of a sheet; none if the file cannot be scanned although calamine has read it."""
        return Marks()


class XlsxScan(Scan):
    """Scans the XML of an xlsx file as a stream."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.parts: dict[str, str] = {}
        self.uncomputed = False
        with zipfile.ZipFile(path) as package:
            names = {name.lower(): name for name in package.namelist()}
            if "xl/workbook.xml" not in names:
                return
            book = package.read(names["xl/workbook.xml"])
            links = package.read(names.get("xl/_rels/workbook.xml.rels", names["xl/workbook.xml"]))
        self.date1904 = any(_is_true(given, "date1904") for given in _find_tags(book, b"workbookPr"))
        self.uncomputed = any(_is_true(given, "fullCalcOnLoad") for given in _find_tags(book, b"calcPr"))
        targets = {}
        for given in _find_tags(links, b"Relationship"):
            if "Id" in given and "Target" in given:
                part = given["Target"]
                part = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
                targets[given["Id"]] = names.get(part.lower(), part)
        for given in _find_tags(book, b"sheet"):
            key = next((value for name, value in given.items() if name.endswith(":id")), "")
            if "name" in given and key in targets:
                self.parts[given["name"]] = targets[key]

    def look(self, name: str) -> Marks:
        if name not in self.parts:
            return Marks()
        found = _Found()
        # Where that fails, calamine has read the sheet by another way: nothing to add.
        with suppress(*ZIP_ERRORS), zipfile.ZipFile(self.path) as package:
            try:
                with package.open(self.parts[name]) as stream:
                    held = b""
                    while chunk := stream.read(_CHUNK):
                        text = held + chunk
                        # A row is looked at whole: the last one waits for its rest.
                        row = text.rfind(b"<row")
                        cut = row if row > 0 else max(text.rfind(b"<", 0, max(text.rfind(b":row"), 0)), 0)
                        done, held = text[:cut], text[cut:]
                        found.look_at(done)
                    found.look_at(held)
            except _NoPlaceError:
                found = _Counted()
                with suppress(expat.ExpatError), package.open(self.parts[name]) as stream:
                    found.parser.ParseFile(stream)
        if self.uncomputed and not found.computed:
            found.errors |= found.zeros
        return Marks(frozenset(found.rows), frozenset(found.columns), found.errors)


def _find_tags(text: bytes, name: bytes) -> list[dict[str, str]]:
    return [_read_attributes(tag) for tag in re.findall(_TAG % name, text)]


class _NoPlaceError(Exception):
    """A cell or row that does not say where it stands: its place is found by counting."""


class _Found:
    """What a sheet's XML says: `zeros` are formulas with the result 0, `computed` whether any has another."""

    def __init__(self) -> None:
        self.rows, self.columns = set[int](), set[int]()
        self.errors, self.zeros = dict[tuple[int, int], str](), dict[tuple[int, int], str]()
        self.computed = False

    def look_at(self, text: bytes) -> None:
        """Look through a part of it that ends between two rows."""
        if b"hidden" in text:
            for tag in _ROW.findall(text):
                self.take_row(given := _read_attributes(tag), _number(given.get("r", "")))
            for tag in _COLUMN.findall(text):
                self.take_column(_read_attributes(tag))
        if _IS_ERROR.search(text):
            for tag, word in _ERROR_CELL.findall(text):
                if _IS_ERROR.search(tag):
                    self.errors[_find_place(_read_attributes(tag))] = word.decode("utf-8", "replace")
        if b"<f" in text or b":f" in text:
            for tag, formula, result in _FORMULA.findall(text):
                if result not in (b"", b"0"):
                    self.computed = True
                    continue
                shown = f"={unescape(formula.decode('utf-8', 'replace'))}"
                self.take_formula(_read_attributes(tag), shown, result.decode("utf-8", "replace"), None)

    def take_row(self, given: dict[str, str], number: int) -> None:
        """A row's tag; `number` is 1-based."""
        if _is_true(given, "hidden"):
            if not number:
                raise _NoPlaceError
            self.rows.add(number)

    def take_column(self, given: dict[str, str]) -> None:
        """Read a tag that describes columns."""
        first, last = _number(given.get("min", "")), _number(given.get("max", ""))
        if _is_true(given, "hidden") and first and last:
            self.columns.update(range(first - 1, min(last, MOST_COLUMNS)))

    def take_formula(
        self, given: dict[str, str], formula: str, result: str, place: tuple[int, int] | None
    ) -> None:
        """A formula's cell; one without a result is left by programs that don't calculate."""
        kind = given.get("t", "")
        if kind == "e":
            return
        if result not in ("", "0"):
            self.computed = True
        elif kind != "str" or result:  # a result that is an empty text says t="str"
            found = self.zeros if result else self.errors
            found[place or _find_place(given)] = formula


class _Counted(_Found):
    """The same from each element in turn, for sheets whose cells don't say where they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.row = self.column = -1
        self.cell: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take_text

    def _start(self, tag: str, given: dict[str, str]) -> None:
        match name := tag.rpartition(" ")[2]:
            case "row":
                self.row, self.column = _number(given.get("r", "")) - 1 if "r" in given else self.row + 1, -1
                self.take_row(given, self.row + 1)
            case "col":
                self.take_column(given)
            case "c":
                self.cell, self.texts = given, {}
                self.column = _find_place(given)[1] if "r" in given else self.column + 1
            case "f" | "v":
                self.inside = name
                self.texts[name] = ""

    def _take_text(self, text: str) -> None:
        if self.inside:
            self.texts[self.inside] += text

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("f", "v"):
            self.inside = ""
        elif name == "c":
            place = self.row, self.column
            if self.cell.get("t") == "e":
                self.errors[place] = self.texts.get("v", "")
            elif "f" in self.texts:
                self.take_formula(self.cell, f"={self.texts['f']}", self.texts.get("v", "").strip(), place)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _find_place(given: dict[str, str]) -> tuple[int, int]:
    """The 0-based row and column of a cell that says it, such as B7."""
    match = _PLACE.fullmatch(given.get("r", ""))
    if not match:
        raise _NoPlaceError
    return int(match[2]) - 1, number_column(match[1].upper())


def is_error_text(text: str) -> bool:
    """Return whether a text is how a spreadsheet shows an error: #REF!, #N/A, Err:502."""
    return _ERROR_TEXT.fullmatch(text) is not None


def number_column(letters: str) -> int:
    """The 0-based number of a column by its letters: A is 0, AA is 26."""
    return reduce(lambda number, letter: 26 * number + ord(letter) - 64, letters, 0) - 1


class OdsScan(Scan):
    """Scans content.xml of an ods file as a stream."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sheets: dict[str, Marks] | None = None

    def look(self, name: str) -> Marks:
        if self.sheets is None:
            content = _OdsContent()
            found_so_far = suppress(*ZIP_ERRORS, expat.ExpatError)
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
            if is_error_text(word):
                for row in range(self.row, self.row + self.spans[0]):
                    for column in range(self.column, self.column + self.spans[1]):
                        self.errors[row, column] = word
            self.column += self.spans[1]
            self.text = None


def _repeat(given: dict[str, str], name: str, most: int) -> int:
    text = given.get(name, "1")
    return min(int(text), most) if text.isdecimal() else 1


class XlsScan(Scan):
    """Scans an xls file by xlrd."""

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
    """The scan for a file, by its format as returned by `sniff_format`."""
    try:
        return {"xlsx": XlsxScan, "ods": OdsScan, "xls": XlsScan}.get(kind, Scan)(path)
    except ZIP_ERRORS:  # calamine reads it all the same
        return Scan(path)
