"""Where the tables of a sheet are: header blocks, and what each row below them is."""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from taizhang.ledgers.dates import read_date
from taizhang.ledgers.grid import Grid, Mask
from taizhang.ledgers.headers import HeaderIndex, Match
from taizhang.ledgers.quantities import is_unit
from taizhang.ledgers.text import fold
from taizhang.metadata.kinds import load_shared

BLANK, DATA, HEADER, SECTION, TOTAL, NOTE, TITLE = range(7)
ROW_KINDS = ("blank", "data", "header", "section", "total", "note", "title")
MOST_HEADER_ROWS = 4
_SMALL = 5000  # rows up to which every row is looked at as a possible header
_ORDINALS = "甲乙丙丁戊己庚辛abcdefgh"
_SUFFIX = re.compile(
    "(?:镇|乡|街道|区|县|市|旗|苏木|办事处|管委会|管理区|开发区|园区|新区|农场|林场|州|盟|省|鎮|鄉|區|縣)$"
    "|(?:township|town|county|district|city|subdistrict|sub-district|village|parish|borough|province)$",
    re.I,
)
_NUMBERING = re.compile(r"^\s*(?:[((]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[))]?\s*[、..))]?)\s*(?=\D)")
_TOTAL_HINT = re.compile("[计計总總]|total|sum", re.I)
_TRAILING = re.compile(r"\s*(?:[((][^()()]*[))]|[::]|共?\d+[条件起项处个次])+\s*$")


@dataclass
class Column:
    """A column of a table: its position in the grid, its header's levels, and what that means."""

    position: int
    levels: tuple[str, ...]
    match: Match | None
    note: str = ""

    @property
    def header(self) -> str:
        """The header as one text, levels joined by a slash, line breaks and double spaces as one space."""
        return "/".join(" ".join(level.split()) for level in self.levels)


@dataclass
class Table:
    """A table found in a sheet, in the grid's positions.

    `kinds` has one of the row kinds per row from `first` to `last` (exclusive); `header` are its header rows.
    """

    header: tuple[int, int]
    columns: list[Column]
    first: int
    last: int
    titles: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)  # titles of the tables above it, the nearest first
    title_rows: list[int] = field(default_factory=list)
    kinds: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int8))
    sections: dict[int, str] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, Column]:
        """The columns understood, by field."""
        return {c.match.field: c for c in self.columns if c.match is not None and not c.match.problem}


def find_tables(grid: Grid, index: HeaderIndex, *, names: Collection[str] = ()) -> list[Table]:
    """Find the tables of a kind in a sheet.

    Parameters
    ----------
    grid : Grid
    index : HeaderIndex
        The kind's headers.
    names : collection of str
        Known district names, which mark section rows; without them the endings of names do.

    Returns
    -------
    list of Table
        From top to bottom, each with its rows told apart; empty where the sheet holds no such table.
    """
    if not grid.height or not grid.width:
        return []
    looker = _Looker(grid, index)
    blocks = looker.find_blocks()
    tables: list[Table] = []
    for number, (top, bottom, end) in enumerate(blocks):
        last = blocks[number + 1][0] if number + 1 < len(blocks) else grid.height
        tables += looker.split_columns(Table((top, end), looker.read_columns(top, bottom), end + 1, last))
    known = frozenset(map(fold, names))
    previous = 0
    for table in tables:
        if table.header[0] >= previous:
            looker.find_titles(table, previous)
        _classify(grid, index, table, known)
        previous = table.last
    _pass_titles_on(grid, tables)
    for upper, lower in zip(tables, tables[1:], strict=False):
        lower.above = [*upper.titles, *upper.above]
    return tables


class _Looker:
    """Finds header blocks in one grid."""

    def __init__(self, grid: Grid, index: HeaderIndex) -> None:
        self.grid = grid
        self.index = index
        self.filled = (grid.codes >= 0).sum(axis=1)
        self.textual = grid.where(lambda value: isinstance(value, str))
        self.words = (self.textual.sum(axis=1) == self.filled) & (self.filled > 0)
        self.merges = grid.merges()
        self.span: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        for merge in self.merges:
            # Only merges near possible headers matter here; those of data rows are short and cheap to skip.
            if (merge[2] - merge[0] + 1) * (merge[3] - merge[1] + 1) <= 4096:
                for row in range(merge[0], merge[2] + 1):
                    for column in range(merge[1], merge[3] + 1):
                        self.span[row, column] = merge

    def find_blocks(self) -> list[tuple[int, int, int]]:
        """First and last row of each header block, and its last with running numbers; from top to bottom."""
        blocks: list[tuple[int, int, int]] = []
        fallback: tuple[int, int, int] | None = None
        shape: frozenset[str] = frozenset()
        after = -1
        for row in self._candidates():
            if row <= after:
                continue
            texts = frozenset(fold(self.grid.text(row, column)) for column in self.grid.filled(row))
            fields = self._fields_of(row)
            if blocks:
                if shape and 5 * len(texts & shape) >= 4 * len(texts):
                    continue  # the same header again, as at a page break: told when rows are classified
                if len(fields) < max(2, (len(texts) + 1) // 2):
                    continue
            elif len(fields) < 2 or len(texts) > 6 * len(fields):
                if fields & set(self.index.kind.required) and len(texts) >= 2 and fallback is None:
                    fallback = self._extend(row)
                continue
            block = self._extend(row)
            blocks.append(block)
            after = block[2]
            shape = frozenset(
                fold(self.grid.text(r, c)) for r in range(block[0], block[1] + 1) for c in self.grid.filled(r)
            )
        return blocks or ([fallback] if fallback else [])

    def _candidates(self) -> list[int]:
        """Rows that may be headers: all of a small sheet; of a large one its beginning and those after a gap."""
        rows = np.flatnonzero(self.words & (self.filled >= 2))
        if self.grid.height > _SMALL:
            gap = np.flatnonzero(self.filled <= 1)
            near = np.unique(np.concatenate([gap + step for step in range(1, 5)])) if len(gap) else gap
            rows = rows[(rows < 100) | np.isin(rows, near)]
        return [int(row) for row in rows]

    def _fields_of(self, row: int) -> set[str]:
        fields = set()
        for column in self.grid.filled(row):
            text = self.grid.text(row, column)
            if len(text) <= 40 and (match := self.index.match((text,))):
                fields.add(match.field)
        return fields

    def _extend(self, row: int) -> tuple[int, int, int]:
        """The header block around a row: down while rows continue it, up where that explains more columns."""
        bottom = row
        while bottom - row < MOST_HEADER_ROWS - 1 and self._continues(row, bottom):
            bottom += 1
        best = (self._score(row, bottom), 0, row)
        for top in range(row - 1, max(row - MOST_HEADER_ROWS, bottom - MOST_HEADER_ROWS, -1), -1):
            if not self.words[top]:
                break
            best = max(best, (self._score(top, bottom), top - row, top))
        top = best[2]
        end = bottom
        while end + 1 < self.grid.height and is_numbering(self.grid, end + 1):
            end += 1
        return top, bottom, end

    def _score(self, top: int, bottom: int) -> int:
        return len({c.match.field for c in self.read_columns(top, bottom) if c.match is not None})

    def _continues(self, top: int, bottom: int) -> bool:
        """Whether the row below a block is still header: under its groups, or held by a merge, or units."""
        row = bottom + 1
        if row >= self.grid.height:
            return False
        columns = self.grid.filled(row)
        held = any(
            merge[0] <= bottom and merge[2] >= row and merge[0] >= top
            for merge in {self.span[bottom, c] for c in range(self.grid.width) if (bottom, c) in self.span}
        )
        if held and merge_is_short(self.span, bottom, self.grid.width):
            return bool(not columns or self.words[row])
        if not columns or not self.words[row]:
            return False
        texts = [self.grid.text(row, column) for column in columns]
        if all(is_unit(text.strip("()()[] ")) for text in texts):
            return True
        if any(re.match(r"[\d(]?\d", fold(text)) for text in texts):
            return False
        return all(self._under_group(bottom, column) for column in columns)

    def _under_group(self, row: int, column: int) -> bool:
        """Whether a header cell at this place spans several columns, by a merge or by blanks beside it."""
        if merge := self.span.get((row, column)):
            return merge[3] > merge[1]
        if not self.grid.text(row, column):
            left = column - 1
            while left >= 0 and not self.grid.text(row, left) and (row, left) not in self.span:
                left -= 1
            return left >= 0 and (row, left) not in self.span
        beside = column + 1
        return beside < self.grid.width and not self.grid.text(row, beside) and (row, beside) not in self.span

    def read_columns(self, top: int, bottom: int) -> list[Column]:
        """The columns of a header block with their levels and meanings; one field to one column."""
        columns = []
        for position in range(self.grid.width):
            levels: list[str] = []
            for row in range(top, bottom + 1):
                text = self._header_text(row, position, top, bottom)
                if text and (not levels or fold(text) != fold(levels[-1])):
                    levels.append(text)
            columns.append(Column(position, tuple(levels), self.index.match(levels)))
        return columns

    def _header_text(self, row: int, column: int, top: int, bottom: int) -> str:
        if merge := self.span.get((row, column)):
            return self.grid.text(merge[0], merge[1]) if merge[0] >= top else ""
        text = self.grid.text(row, column)
        if text or row == bottom:
            return text
        below = any(self.grid.text(r, column) for r in range(row + 1, bottom + 1))
        above = any(self.grid.text(r, column) for r in range(top, row))
        left = column - 1
        while left >= 0 and not self.grid.text(row, left) and (row, left) not in self.span:
            left -= 1
        # A group's name stands over its first column alone; blanks to its right belong to it if headed below.
        if below and not above and left >= 0 and (row, left) not in self.span:
            if any(self.grid.text(r, left) for r in range(row + 1, bottom + 1)):
                return self.grid.text(row, left)
        return ""

    def split_columns(self, table: Table) -> list[Table]:
        """Tables side by side, told by a blank column between two full sets of required fields."""
        rows = self.grid.codes[table.header[0] : table.last]
        blank = np.flatnonzero((rows < 0).all(axis=0))
        needed = {name for name in self.index.kind.required if name != "district"}
        parts: list[list[Column]] = [[]]
        for column in table.columns:
            if column.position in blank and not column.levels:
                parts.append([])
            else:
                parts[-1].append(column)
        full = [part for part in parts if needed <= {c.match.field for c in part if c.match} and needed]
        if len(full) < 2:
            _settle(table.columns)
            return [table]
        tables = []
        for part in full:
            _settle(part)
            tables.append(Table(table.header, part, table.first, table.last))
        return tables

    def find_titles(self, table: Table, start: int) -> None:
        """Texts between the end of the table before (or the sheet's top) and the header."""
        for row in range(start, table.header[0]):
            if not self.filled[row]:
                continue
            table.title_rows.append(row)
            table.titles += [self.grid.text(row, c) for c in self.grid.filled(row) if self.grid.text(row, c)]


def is_numbering(grid: Grid, row: int) -> bool:
    """Whether a row is of running numbers under the header (1 2 3 …, 甲 乙 1 2 …)."""
    columns = grid.filled(row)
    if len(columns) < 3:
        return False
    numbers = []
    for column in columns:
        value = grid.cell(row, column)
        text = fold(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
        text = text.strip("()[]")
        if text in _ORDINALS and len(text) == 1:
            continue
        if not text.isdigit():
            return False
        numbers.append(int(text))
    return len(numbers) >= 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2


def merge_is_short(span: dict[tuple[int, int], tuple[int, int, int, int]], row: int, width: int) -> bool:
    """Whether the merges through a header row are as high as headers are, and no merged column of data."""
    heights = [span[row, c][2] - span[row, c][0] + 1 for c in range(width) if (row, c) in span]
    return max(heights, default=1) <= MOST_HEADER_ROWS


def _settle(columns: list[Column]) -> None:
    """Leave each field to one column: the one whose header names it best, the first of equals."""
    best: dict[str, Column] = {}
    for column in columns:
        if column.match is None:
            continue
        rival = best.get(column.match.field)
        if rival is None or (column.match.rank, bool(column.match.problem)) < (
            rival.match.rank if rival.match else 0,
            bool(rival.match and rival.match.problem),
        ):
            best[column.match.field] = column
    for column in columns:
        if column.match is not None and best[column.match.field] is not column:
            column.note = f"not read: '{best[column.match.field].header}' is taken for {column.match.field}"
            column.match = None


def _classify(grid: Grid, index: HeaderIndex, table: Table, names: frozenset[str]) -> None:
    """Tell what each row below a header is."""
    positions = [column.position for column in table.columns]
    codes = grid.codes[table.first : table.last][:, positions]
    kinds = np.full(len(codes), DATA, dtype=np.int8)
    present = codes >= 0
    serial = [i for i, column in enumerate(table.columns) if index.is_serial(column.levels)]
    told = present.copy()
    for i in serial:
        values = grid.values[table.columns[i].position]
        told[:, i] &= np.array([*(not _is_running(value) for value in values), False])[codes[:, i]]
    count = told.sum(axis=1)
    kinds[count == 0] = BLANK  # a running number alone, as on a form printed with numbers, is no data
    headers = _repeated_headers(grid, table, codes)
    kinds[headers] = HEADER
    for row in np.flatnonzero(headers[:-1] & ~headers[1:]).tolist():
        if is_numbering(grid, table.first + row + 1):
            kinds[row + 1] = HEADER
    totals, notes = _marked_rows(grid, table, codes)
    kinds[totals & ~headers & (count > 0) & ~_has_date(grid, index, table, codes)] = TOTAL
    kinds[notes & (kinds == DATA) & ~_has_date(grid, index, table, codes)] = NOTE
    single = (kinds == DATA) & (count == 1) & (present.sum(axis=1) == 1)
    for row in np.flatnonzero(single | ((kinds == DATA) & _spread(grid, table, codes))):
        _tell_single(grid, index, table, int(row), kinds, names)
    table.kinds = kinds
    _close_foot(table)


def _is_running(value: object) -> bool:
    """Whether a cell of the running-number column holds just such a number."""
    return not isinstance(value, str) or value.strip().rstrip(".、").isdigit()


def _has_date(grid: Grid, index: HeaderIndex, table: Table, codes: np.ndarray) -> Mask:
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


def _repeated_headers(grid: Grid, table: Table, codes: np.ndarray) -> Mask:
    """Rows that say again what the header says, as at a page break."""
    same = np.zeros(len(codes), dtype=np.int64)
    for i, column in enumerate(table.columns):
        heads = {fold(level) for level in column.levels}
        if not heads:
            continue
        longest = max(map(len, column.levels)) + 8
        starts = {text[:1] for level in column.levels for text in (level.strip(), fold(level))}
        match = [
            isinstance(v, str) and len(v) <= longest and v.strip()[:1] in starts and fold(v) in heads
            for v in grid.values[column.position]
        ]
        same += np.array([*match, False])[codes[:, i]]
    filled = (codes >= 0).sum(axis=1)
    return (same >= 2) & (same * 2 > filled)


def _marked_rows(grid: Grid, table: Table, codes: np.ndarray) -> tuple[Mask, Mask]:
    """Rows with a total's word in the first three filled cells, and rows whose first cell says note."""
    totals, notes = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    before = np.zeros(len(codes), dtype=np.int64)
    for i, column in enumerate(table.columns):
        own = codes[:, i]
        filled = own >= 0
        values = grid.values[column.position]
        totals |= _passing(values, own, filled & (before <= 2), is_total)
        notes |= _passing(values, own, filled & (before == 0), is_note)
        before += filled
        if (before > 2).all():
            break
    return totals, notes


def _passing(values: list[object], codes: np.ndarray, rows: Mask, test: Callable[[object], bool]) -> Mask:
    """The rows, of those given, whose value passes a test; each value that occurs there is tested once."""
    passed = np.zeros(len(values) + 1, dtype=bool)
    used = np.zeros(len(values) + 1, dtype=bool)
    used[codes[rows]] = True
    for code in np.flatnonzero(used).tolist():
        passed[code] = test(values[code])
    return rows & passed[codes]


def is_total(value: object) -> bool:
    """Whether a cell's words say that its row is a total: 合计, 小计, 溪南镇小计, Total."""
    if not isinstance(value, str) or len(value) > 24 or not _TOTAL_HINT.search(value):
        return False
    word = fold(value).strip("()[]:;、,.*—~")
    for total in _folded(load_shared().totals):
        if word == total or (len(word) <= 16 and not total.isascii() and word.endswith(total)):
            return True
        if word.startswith(total) and re.match(r"[:(\d、,]|共|$", word[len(total) :]):
            return True
    return False


def is_note(value: object) -> bool:
    """Whether a cell's words say that its row is a note or a footer: 注:…, 填表人:…, Source: …."""
    if not isinstance(value, str):
        return False
    word = fold(value[:40]).lstrip("([*※#")
    if not word.startswith(_folded(load_shared().notes)):
        return word in ("以下空白", "以下无正文")
    return any(
        word.startswith(note) and re.match(r"[:;)\]]|\d{0,2}[.、:]|\(|$", word[len(note) :])
        for note in _folded(load_shared().notes)
    )


@cache
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(fold, words)))


def _spread(grid: Grid, table: Table, codes: np.ndarray) -> Mask:
    """Rows that are one merged cell from side to side, or say the same text in every filled column."""
    rows = np.zeros(len(codes), dtype=bool)
    width = len(table.columns)
    for top, left, bottom, right in grid.merges():
        if right - left + 1 >= max(2, width // 2) and table.first <= bottom and top < table.last:
            rows[max(top - table.first, 0) : bottom - table.first + 1] = True
    few = (codes >= 0).sum(axis=1) <= 2
    return rows & few


def _tell_single(
    grid: Grid, index: HeaderIndex, table: Table, row: int, kinds: np.ndarray, names: frozenset[str]
) -> None:
    """Tell whether a lone text is a district's section, or a note or title between rows."""
    position = next(c.position for c in table.columns if grid.codes[table.first + row, c.position] >= 0)
    value = grid.cell(table.first + row, position)
    if not isinstance(value, str):
        return  # a lone number or date is data, and will be set aside for what it lacks
    column = next((c for c in table.columns if c.position == position and c.match), None)
    name = clean_section(value)
    wide = any(
        a <= table.first + row <= c and b <= position <= d and d > b for a, b, c, d in grid.merges()
    )
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
    """Whether a text is a district's name: a known one, or one that ends as names of districts do."""
    word = fold(text)
    return word in names or (len(text) <= 40 and bool(_SUFFIX.search(text.strip())) and not re.search("[,,。;;]", text))


def _close_foot(table: Table) -> None:
    """Sections after the last data row head nothing: they are notes at the foot."""
    data = np.flatnonzero(table.kinds == DATA)
    last = int(data[-1]) if len(data) else -1
    for row in [row for row in table.sections if row > last]:
        del table.sections[row]
        table.kinds[row] = NOTE


def _pass_titles_on(grid: Grid, tables: list[Table]) -> None:
    """Lone texts just above a lower table's header are its title, not the upper table's notes."""
    for upper, lower in zip(tables, tables[1:], strict=False):
        if upper.last != lower.header[0]:
            continue
        row = len(upper.kinds) - 1
        while row >= 0 and upper.kinds[row] in (NOTE, TITLE, BLANK):
            position = upper.first + row
            texts = [grid.text(position, c) for c in grid.filled(position) if grid.text(position, c)]
            if upper.kinds[row] == NOTE and any(is_note(text) and not text.startswith("单位") for text in texts):
                break
            if upper.kinds[row] == NOTE:
                upper.kinds[row] = TITLE
                lower.titles = texts + lower.titles
            row -= 1
