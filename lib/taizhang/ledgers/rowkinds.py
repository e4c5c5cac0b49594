"""Classifying the rows below a header: data, repeated header, section, total, note, blank."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import read_date
from taizhang.ledgers.grid import Codes, Grid, Mask
from taizhang.ledgers.headers import HeaderIndex, Match, Question
from taizhang.ledgers.quantities import read_number
from taizhang.ledgers.text import fold, is_short, simplify
from taizhang.metadata.kinds import DATE_TYPES, load_shared

BLANK, DATA, HEADER, SECTION, TOTAL, NOTE, TITLE = range(7)
ROW_KINDS = ("blank", "data", "header", "section", "total", "note", "title")
_ORDINALS = "甲乙丙丁戊己庚辛abcdefgh"
_SUFFIX = re.compile(
    "(?:镇|乡|街道|区|县|市|旗|苏木|办事处|管委会|管理区|开发区|园区|新区|农场|林场|州|盟|省|鎮|鄉|區|縣)$"
    "|(?:township|town|county|district|city|subdistrict|sub-district|village|parish|borough|province)$",
    re.I,
)
_NUMBERING = re.compile(
    r"^(?:\((?:[一二三四五六七八九十]{1,3}|\d{1,3})\)|(?:[一二三四五六七八九十]{1,3}|\d{1,3})\s*[、.,)])[、.]?\s*"
)
# Around the word of a total, before that of a note, around a running number.
_AROUND, _BEFORE, _BRACKETS = "()[]:;、,.*—~", "([*※#", "()[]"
_TOTAL_HINT = re.compile("[计計总總页頁]|total|sum", re.I)
_TRADITIONAL = re.compile("[計總頁匯彙]")
_TRAILING = re.compile(r"\s*(?:\([^()]*\)|:|共?\d+[条件起项处个次])+$")


@dataclass
class HeaderColumn:
    """A column of a table: its position in the grid, the levels of its header, and the meaning or possible
    meanings; `role` is what a column of the form's own is."""

    position: int
    levels: tuple[str, ...]
    match: Match | None
    note: Reason | None = None
    asked: tuple[Question, ...] = ()
    role: str = ""

    @property
    def header(self) -> str:
        """The header as one text, levels joined by a slash, line breaks and double spaces as one space."""
        return "/".join(" ".join(level.split()) for level in self.levels)


class Doubt(NamedTuple):
    """Why a row may be a total: the field and the reason."""

    field: str
    reason: Reason


@dataclass
class LedgerTable:
    """A table found in a sheet, in the grid's positions.

    `kinds` gives the kind of each row from `first` to `last` (exclusive); `header` are its header rows.
    """

    header: tuple[int, int]
    columns: list[HeaderColumn]
    first: int
    last: int
    titles: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)  # titles of the tables above it, the nearest first
    title_rows: list[int] = field(default_factory=list)
    kinds: npt.NDArray[np.int8] = field(default_factory=lambda: np.empty(0, dtype=np.int8))
    sections: dict[int, str] = field(default_factory=dict)
    doubts: dict[int, Doubt] = field(default_factory=dict)  # data rows that may be totals

    @property
    def fields(self) -> dict[str, HeaderColumn]:
        """The columns understood, by field."""
        return {c.match.field: c for c in self.columns if c.match is not None and not c.match.problem}

    @property
    def year(self) -> int | None:
        """The year given in its headers, if there is only one: 2022年常住人口."""
        years = {c.match.year for c in self.columns if c.match is not None and c.match.year}
        return years.pop() if len(years) == 1 else None


def classify_rows(grid: Grid, index: HeaderIndex, table: LedgerTable, names: frozenset[str]) -> None:
    """Determine the kind of each row below a header."""
    positions = [column.position for column in table.columns]
    codes = grid.codes[table.first : table.last][:, positions]
    kinds = np.full(len(codes), DATA, dtype=np.int8)
    present = codes >= 0
    serial = [i for i, column in enumerate(table.columns) if index.is_serial(column.levels)]
    told = present.copy()
    for i in serial:
        values = grid.values[table.columns[i].position]
        told[:, i] = np.array([*(not _is_running(value) for value in values), False])[codes[:, i]]
    count = told.sum(axis=1)
    kinds[count == 0] = BLANK  # a running number alone, as on a form printed with numbers, is no data
    headers = _repeated_headers(grid, table, codes)
    kinds[headers] = HEADER
    for row in np.flatnonzero(headers[:-1] & ~headers[1:]).tolist():
        if is_numbering(grid, table.first + row + 1):
            kinds[row + 1] = HEADER
    totals, notes = _marked_rows(grid, table, codes)
    marked = (totals | notes) & ~headers & ~_has_date(grid, index, table, codes)
    for row in _keep_named(grid, index, table, codes, marked, names):
        marked[row] = False
    kinds[totals & marked] = TOTAL
    kinds[notes & (kinds == DATA) & marked] = NOTE
    lone = (present.sum(axis=1) == 1) | _spread(grid, table, codes)
    for row in np.flatnonzero(lone & (kinds == DATA)).tolist():
        _tell_single(grid, table, row, kinds, names)
    table.kinds = kinds
    _close_foot(table)


def _is_running(value: object) -> bool:
    """Return whether a cell of the running-number column holds just such a number."""
    return not isinstance(value, str) or value.strip().rstrip(".、").isdecimal()


def _has_date(grid: Grid, index: HeaderIndex, table: LedgerTable, codes: Codes) -> Mask:
    """Rows with a readable value in a required date column: data, whatever their words say."""
    found = np.zeros(len(codes), dtype=bool)
    order = {column.position: i for i, column in enumerate(table.columns)}
    for name, column in table.fields.items():
        item = index.kind.fields[name]
        if item.required and item.type in ("date", "datetime", "month"):
            values = grid.values[column.position]
            readable = [read_date(v, year=2000, month=item.type == "month").value is not None for v in values]
            found |= np.array([*readable, False])[codes[:, order[column.position]]]
    return found


def _repeated_headers(grid: Grid, table: LedgerTable, codes: Codes) -> Mask:
    """Rows that say again what the header says, as at a page break."""
    filled = (codes >= 0).sum(axis=1)
    same = np.zeros_like(filled)
    for i, column in enumerate(table.columns):
        heads = {fold(level) for level in column.levels}
        if not heads:
            continue
        starts = {text[:1] for level in column.levels for text in (level.strip(), fold(level))}
        match = [
            isinstance(v, str) and v.strip()[:1] in starts and fold(v) in heads
            for v in grid.values[column.position]
        ]
        same += np.array([*match, False])[codes[:, i]]
    return (same >= 2) & (same * 2 > filled)


def _marked_rows(grid: Grid, table: LedgerTable, codes: Codes) -> tuple[Mask, Mask]:
    """Rows with a total's word in the first three filled cells, and rows whose first cell says note."""
    totals, notes = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    filled = codes >= 0
    place = filled.cumsum(axis=1)  # of a filled cell among those of its row, from 1
    for i, column in enumerate(table.columns):
        values = grid.values[column.position]
        totals |= _passing(values, codes[:, i], filled[:, i] & (place[:, i] <= 3), is_total)
        notes |= _passing(values, codes[:, i], filled[:, i] & (place[:, i] == 1), is_note)
    return totals, notes


def _keep_named(
    grid: Grid, index: HeaderIndex, table: LedgerTable, codes: Codes, marked: Mask, names: frozenset[str]
) -> list[int]:
    """Rows of the ledger among those marked as totals or notes: 合计3店 is a shop's name where all else is a shop's.

    Judged by the whole row: the cells that the kind needs, a district's name in its column, a running number, other
    words, and sums that agree with the rows above. A row that may be either is a data row, and among `table.doubts`.
    """
    order = {column.position: i for i, column in enumerate(table.columns)}
    fields = {name: order[column.position] for name, column in table.fields.items()}
    needed = {name: fields[name] for name in index.kind.required if name in fields}
    if any(index.kind.fields[name].type in DATE_TYPES for name in needed):
        return []  # a row of such a kind has its day
    serial = [i for i, column in enumerate(table.columns) if index.is_serial(column.levels)]
    counted = [i for name, i in fields.items() if index.kind.fields[name].type in ("integer", "number")]
    cells = {row: _read_row(grid, table, codes, row) for row in np.flatnonzero(marked).tolist()}
    numbered = {row for row, cell in cells.items() if any(i in cell and _is_running(cell[i]) for i in serial)}
    own = ~marked
    own[list(numbered)] = True
    amounts: list[_Amounts] | None = None
    kept = []
    for row, cell in cells.items():
        at = _find_mark(cell)
        where = needed.get("district", -1)
        filled = [i for i in cell if i not in serial]
        if (
            at in (where, *serial)
            or len(filled) < 2
            or any(i not in cell for i in needed.values())
            or (where >= 0 and not is_district(str(cell[where]), names))
            or (where < 0 and is_note(cell[at]))  # 填表人：… and 审核：… fill two cells
            or any(_is_bare_total(value, names) for value in cell.values())
        ):
            continue
        if amounts is None:
            amounts = [_read_amounts(grid, table, codes, i, own) for i in counted]
        agree = _agrees_above(codes, row, cell[at], where, amounts, own)
        # Of a note, numbers in their columns tell as much as words: it has none.
        others = (i for i in filled if i not in (at, where) and not (is_total(cell[at]) and i in counted))
        worded = any(isinstance(cell[i], str) or i in counted for i in others)
        if row in numbered:
            doubtful = agree and not worded
        elif agree or (serial and not worded):
            continue  # it is the sum of the others, or they have running numbers and it has none
        else:
            doubtful = bool(serial) or not worded
        kept.append(row)
        if doubtful:
            named = next((name for name, i in fields.items() if i == at), "")
            table.doubts[row] = Doubt(named, Reason("ledgers.row.total_or_name", value=str(cell[at]).strip()))
    return kept


def _read_row(grid: Grid, table: LedgerTable, codes: Codes, row: int) -> dict[int, object]:
    """A row's filled cells, by the column's number in the table."""
    filled = np.flatnonzero(codes[row] >= 0).tolist()
    return {i: grid.values[table.columns[i].position][codes[row, i]] for i in filled}


def _find_mark(cell: dict[int, object]) -> int:
    """The column of the word that marks a row as a total or a note."""
    first = list(cell)[:3]
    return next((i for i in first if is_total(cell[i])), first[0])


def _is_bare_total(value: object, names: frozenset[str]) -> bool:
    """Whether a cell is a total's word, alone or after a district's name: nobody is called that."""
    if not is_total(value):
        return False
    word = fold(simplify(str(value))).strip(_AROUND)
    ends = (word.removesuffix(total) for total in _folded(load_shared().totals) if word.endswith(total))
    return any(not rest or is_district(rest, names) for rest in ends)


class _Amounts(NamedTuple):
    """A column's numbers, row by row: as written, and with 0 in rows that are marked as totals or notes."""

    column: int
    written: npt.NDArray[np.float64]
    own: npt.NDArray[np.float64]


def _read_amounts(grid: Grid, table: LedgerTable, codes: Codes, i: int, own: Mask) -> _Amounts:
    values = grid.values[table.columns[i].position]
    amounts = np.array([*((read_number(value).value or 0.0) for value in values), 0.0])[codes[:, i]]
    return _Amounts(i, amounts, np.where(own, amounts, 0.0))


def _agrees_above(
    codes: Codes, row: int, mark: object, where: int, amounts: list[_Amounts], own: Mask
) -> bool:
    """Whether a row says the sums of two rows or more above it: of all, of those of its part, or of its district's.

    Where it has no number, the one in its words may be such a sum, or count the rows: 共计12人, 合计3店.
    """
    stated = [one for one in amounts if codes[row, one.column] >= 0]
    said = re.search(r"\d+", str(mark))
    since = np.flatnonzero(~own[:row])
    parts = [np.arange(row), np.arange(since[-1] + 1 if len(since) else 0, row)]
    if where >= 0:
        parts.append(np.flatnonzero(codes[:row, where] == codes[row, where]))
    for part in (part[own[part]] for part in parts):
        if len(part) < 2:
            continue
        if stated and all(abs(one.own[part].sum() - one.written[row]) <= 1e-6 for one in stated):
            return True
        if not stated and said and int(said[0]) in (len(part), *(one.own[part].sum() for one in amounts)):
            return True
    return False


def _passing(values: list[object], codes: Codes, rows: Mask, test: Callable[[object], bool]) -> Mask:
    """The rows, of those given, whose value passes a test; each value that occurs there is tested once."""
    used = np.flatnonzero(np.bincount(codes[rows])).tolist()
    return rows & np.isin(codes, [code for code in used if test(values[code])])


def is_total(value: object) -> bool:
    """Return whether a cell's text marks its row as a total: 合计, 小计, 溪南镇小计, Total."""
    if not isinstance(value, str) or len(value) > 24 or not _TOTAL_HINT.search(value):
        return False
    word = fold(simplify(value) if _TRADITIONAL.search(value) else value).strip(_AROUND)
    for total in _folded(load_shared().totals):
        if word == total or (len(word) <= 16 and not total.isascii() and word.endswith(total)):
            return True
        if word.startswith(total) and re.match(r"[:(\d、,]|共|$", word[len(total) :]):
            return True
    return False


def is_note(value: object) -> bool:
    """Return whether a cell's text marks its row as a note or footer: 注:…, 填表人:…, Source: …."""
    if not isinstance(value, str):
        return False
    word = fold(value).lstrip(_BEFORE)
    if not word.startswith(_folded(load_shared().notes)):
        return word in ("以下空白", "以下无正文")
    return any(
        word.startswith(note) and re.match(r"[:;)\]]|\d{0,2}[.、:]|\(|$", word[len(note) :])
        for note in _folded(load_shared().notes)
    )


@cache
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(fold, words)))


def _spread(grid: Grid, table: LedgerTable, codes: Codes) -> Mask:
    """Rows merged from side to side, with at most two filled cells."""
    rows = np.zeros(len(codes), dtype=bool)
    width = len(table.columns)
    for top, left, bottom, right in grid.merges():
        if right - left + 1 >= max(2, width // 2):
            rows[max(top - table.first, 0) : max(bottom - table.first + 1, 0)] = True
    return rows & ((codes >= 0).sum(axis=1) <= 2)


def _tell_single(
    grid: Grid,
    table: LedgerTable,
    row: int,
    kinds: npt.NDArray[np.int8],
    names: frozenset[str],
) -> None:
    """Tell whether a lone text is a district's section, or a note or title between rows."""
    position = next(c.position for c in table.columns if grid.codes[table.first + row, c.position] >= 0)
    value = grid.cell(table.first + row, position)
    if not isinstance(value, str):
        return  # a lone number or date is data, and will be set aside for what it lacks
    column = next((c for c in table.columns if c.position == position and c.match), None)
    name = clean_section(value) if is_short(value) else ""
    wide = any(a <= table.first + row <= c and b <= position <= d and d > b for a, b, c, d in grid.merges())
    if is_district(name, names):
        kinds[row] = SECTION
        table.sections[row] = name
    elif wide or column is None or position == table.columns[0].position:
        kinds[row] = NOTE


def clean_section(text: str) -> str:
    """A section row's text without its numbering and its count: 一、溪南镇(12起) is 溪南镇."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _TRAILING.sub("", _NUMBERING.sub("", plain)).strip()


def is_district(text: str, names: frozenset[str]) -> bool:
    """Return whether a text is a district's name: a known one, or one with a district's ending."""
    word = fold(text)
    return word in names or (
        len(text) <= 40 and bool(_SUFFIX.search(text.strip())) and not re.search("[,。;]", text)
    )


def _close_foot(table: LedgerTable) -> None:
    """Sections after the last data row head nothing: they are notes at the foot."""
    for row in [row for row in table.sections if DATA not in table.kinds[row:]]:
        del table.sections[row]
        table.kinds[row] = NOTE


def is_numbering(grid: Grid, row: int) -> bool:
    """Return whether a row is of running numbers under the header (1 2 3 …, 甲 乙 1 2 …)."""
    columns = grid.filled(row)
    if len(columns) < 3:
        return False
    numbers: list[int] = []
    ordinals = ""
    for column in columns:
        value = grid.cell(row, column)
        text = fold(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
        text = text.strip(_BRACKETS)
        if text in _ORDINALS and len(text) == 1:
            ordinals += text
        elif text.isdecimal() and len(text) <= 3:
            numbers.append(int(text))
        else:
            return False
    if numbers and (numbers[0] > 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers)))):
        return False
    return len(numbers) >= 2 or (len(ordinals) >= 2 and ordinals in _ORDINALS)
