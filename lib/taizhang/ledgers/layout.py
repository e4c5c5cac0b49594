"""Where the tables of a sheet are: header blocks, titles above them, tables side by side."""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import numpy as np

from taizhang.core.privacy import is_number
from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import read_date
from taizhang.ledgers.grid import Grid
from taizhang.ledgers.headers import HeaderIndex, bare, bare_words
from taizhang.ledgers.quantities import is_unit
from taizhang.ledgers.questions import FORM, SENT
from taizhang.ledgers.rowkinds import (
    BLANK,
    NOTE,
    TITLE,
    HeaderColumn,
    LedgerTable,
    classify_rows,
    is_note,
    is_numbering,
)
from taizhang.ledgers.text import fold, write_cell
from taizhang.metadata.kinds import NUMBER_TYPES, load_shared

MOST_HEADER_ROWS = 4
_TICKED = ("text", "category")
_TICKS = frozenset(("0", "1", "√", "选中", "未选中", "是", "否"))
_SMALL = 5000  # rows up to which every row is looked at as a possible header


def find_tables(grid: Grid, index: HeaderIndex, *, names: Collection[str] = ()) -> list[LedgerTable]:
    """Find the tables of a kind in a sheet, from top to bottom, with each row classified.

    `names` are known district names, which mark section rows; without them the endings of names do.
    """
    if not grid.height or not grid.width:
        return []
    looker = _Looker(grid, index)
    blocks = looker.find_blocks()
    tables: list[LedgerTable] = []
    for number, (top, bottom, end) in enumerate(blocks):
        last = blocks[number + 1][0] if number + 1 < len(blocks) else grid.height
        table = LedgerTable((top, end), looker.read_columns(top, bottom), end + 1, last)
        tables += looker.split_columns(table)
    known = frozenset(map(fold, names))
    previous = 0
    for table in tables:
        if table.header[0] >= previous:
            looker.find_titles(table, previous)
        classify_rows(grid, index, table, known)
        previous = table.last
    _pass_titles_on(grid, tables)
    for upper, lower in pairwise(tables):
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
            if fields and any(
                read_date(text).value or is_number(text)
                for text in (self.grid.text(row, c) for c in self.grid.filled(row))
            ):
                # A row with a day or somebody's number in it is data, even where a word of it is a header elsewhere.
                continue
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
            rows = range(block[0], block[1] + 1)
            shape = frozenset(fold(self.grid.text(r, c)) for r in rows for c in self.grid.filled(r))
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
        """The fields that a row's texts name as headers, or may name."""
        fields = set()
        for column in self.grid.filled(row):
            text = self.grid.text(row, column)
            if len(text) > 40:
                continue
            if match := self.index.match((text,)):
                fields.add(match.field)
            elif asked := self.index.ask((text,)):
                fields.add(asked[0].field)
        return fields

    def _extend(self, row: int) -> tuple[int, int, int]:
        """The header block around a row: down while rows continue it, up where that explains more columns."""
        bottom = row
        while bottom - row < MOST_HEADER_ROWS - 1 and self._continues(row, bottom):
            bottom += 1
        best = (self._score(row, bottom), 0, 0, row)
        for top in range(row - 1, max(row - MOST_HEADER_ROWS, bottom - MOST_HEADER_ROWS, -1), -1):
            if not self.words[top] or self._is_title(top, row):
                break
            best = max(best, (self._score(top, bottom), self._count_held(top, row), top - row, top))
        top = best[-1]
        end = bottom
        while end + 1 < self.grid.height and is_numbering(self.grid, end + 1):
            end += 1
        return top, bottom, end

    def _count_held(self, top: int, row: int) -> int:
        """Columns whose header is one cell from a row above down to this one, as a form's own beside its questions."""
        merges = (self.span.get((row, column)) for column in range(self.grid.width))
        return sum(merge is not None and merge[0] == top for merge in merges)

    def _is_title(self, row: int, header: int) -> bool:
        """Return whether a row above a header is one text over all of it, rather than the name of a group."""
        columns = self.grid.filled(row)
        if len(columns) != 1 or columns[0] > self.grid.filled(header)[0]:
            return False
        merge = self.span.get((row, columns[0]))
        return merge is None or 2 * (merge[3] - merge[1] + 1) > int(self.filled[header])

    def _score(self, top: int, bottom: int) -> int:
        columns = self.read_columns(top, bottom)
        told = {c.match.field for c in columns if c.match is not None}
        return len(told | {c.asked[0].field for c in columns if c.asked})

    def _continues(self, top: int, bottom: int) -> bool:
        """Return whether the row below a block is still header: under its groups, or held by a merge, or units."""
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
        if all(is_unit(bare(text)) for text in texts):
            return True
        if self._is_unit_row(top, bottom, columns, texts):
            return True
        if any(re.match(r"[\d(]?\d", fold(text)) for text in texts):
            return False
        return all(self._under_group(bottom, column) for column in columns)

    def _is_unit_row(self, top: int, bottom: int, columns: list[int], texts: list[str]) -> bool:
        """Whether a row of words holds a unit in brackets under a header's number, and nothing if data would."""
        fields = {c.position: c.match.field for c in self.read_columns(top, bottom) if c.match is not None}
        known = self.index.kind.fields
        units = [
            column
            for column, text in zip(columns, texts, strict=True)
            if column in fields and known[fields[column]].type in NUMBER_TYPES
            if bare(text) != text and is_unit(bare(text))
        ]
        return bool(units) and not any(known[fields[c]].required for c in columns if c in fields)

    def _under_group(self, row: int, column: int) -> bool:
        """Return whether a header cell at this place spans several columns, by a merge or by blanks beside it."""
        if merge := self.span.get((row, column)):
            return merge[3] > merge[1]
        if not self.grid.text(row, column):
            return self._find_left(row, column) >= 0
        beside = column + 1
        return beside < self.grid.width and not self.grid.text(row, beside) and (row, beside) not in self.span

    def read_columns(self, top: int, bottom: int) -> list[HeaderColumn]:
        """The columns of a header block with their levels and meanings; one field to one column."""
        columns = []
        for position in range(self.grid.width):
            levels: list[str] = []
            for row in range(top, bottom + 1):
                text = self._header_text(row, position, top, bottom)
                if text and (not levels or fold(text) != fold(levels[-1])):
                    levels.append(text)
            match, asked = self.index.match(levels), self.index.ask(levels)
            role = "" if match else self.index.find_role(levels)
            columns.append(HeaderColumn(position, tuple(levels), match, asked=asked, role=role))
        return columns

    def _header_text(self, row: int, column: int, top: int, bottom: int) -> str:
        if merge := self.span.get((row, column)):
            return self.grid.text(merge[0], merge[1]) if merge[0] >= top else ""
        text = self.grid.text(row, column)
        if text or row == bottom:
            return text
        below = any(self.grid.text(r, column) for r in range(row + 1, bottom + 1))
        above = any(self.grid.text(r, column) for r in range(top, row))
        if not below or above:
            return ""
        left = self._find_left(row, column)
        # A group's name stands over its first column alone; blanks to its right belong to it if headed below.
        if left >= 0 and any(self.grid.text(r, left) for r in range(row + 1, bottom + 1)):
            return self.grid.text(row, left)
        return ""

    def _find_left(self, row: int, column: int) -> int:
        """The nearest column to the left with a text; -1 where there is none, or a merge before it."""
        left = column - 1
        while left >= 0 and not self.grid.text(row, left) and (row, left) not in self.span:
            left -= 1
        return -1 if (row, left) in self.span else left

    def split_columns(self, table: LedgerTable) -> list[LedgerTable]:
        """Tables side by side, separated by a blank column between two complete sets of required fields."""
        rows = self.grid.codes[table.header[0] : table.last]
        blank = np.flatnonzero((rows < 0).all(axis=0))
        needed = {name for name in self.index.kind.required if name != "district"}
        parts: list[list[HeaderColumn]] = [[]]
        for column in table.columns:
            if column.position in blank and not column.levels:
                parts.append([])
            else:
                parts[-1].append(column)
        full = [part for part in parts if needed <= {c.match.field for c in part if c.match} and needed]
        if len(full) < 2:
            parts = _split_years(table.columns)
            for part in parts:
                self._settle(part)
            return [LedgerTable(table.header, part, table.first, table.last) for part in parts]
        for part in full:
            self._settle(part)
        return [LedgerTable(table.header, part, table.first, table.last) for part in full]

    def _settle(self, columns: list[HeaderColumn]) -> None:
        """Leave each field to one column: the one whose header names it best, the first of equals."""
        self._find_forms(columns)
        self._leave_options(columns)
        matched = [(column, column.match) for column in columns if column.match is not None]
        best: dict[str, HeaderColumn] = {}
        for column, match in sorted(matched, key=lambda one: (one[1].rank, bool(one[1].problem))):
            best.setdefault(match.field, column)
        for column, match in matched:
            if best[match.field] is not column:
                column.note = Reason(
                    "ledgers.header.taken", header=best[match.field].header, column=match.field
                )
                column.match = None
        # When a form was sent is asked about once, and only where nothing else is the row's date.
        sent = [column for column in columns if column.role == SENT and column.asked]
        sent.sort(key=lambda column: self.index.rank_sent(column.levels))
        for column in sent if self.index.kind.date in best else sent[1:]:
            column.asked = ()

    def _leave_options(self, columns: list[HeaderColumn]) -> None:
        """Options of one question in columns of their own, ticked or not, are nobody's answer by themselves."""
        groups: dict[tuple[str, str], list[HeaderColumn]] = {}
        for column in columns:
            if column.match is not None and self.index.kind.fields[column.match.field].type in _TICKED:
                groups.setdefault((column.match.field, bare_words(column.levels[-1])), []).append(column)
        for group in groups.values():
            ticked = (
                fold(write_cell(value)) in _TICKS for one in group for value in self.grid.values[one.position]
                if value not in one.levels
            )  # fmt: skip
            if len(group) > 1 and all(ticked):
                for column in group:
                    column.match, column.note = None, Reason("ledgers.header.options")

    def _find_forms(self, columns: list[HeaderColumn]) -> None:
        """Headers that are the form's own beside others of its columns, but for those that the user names."""
        there = {fold(bare_words(column.levels[-1])) for column in columns if column.levels}
        for header, others in load_shared().forms.beside.items():
            for column in columns if there & set(map(fold, others)) else ():
                own = column.match is not None and column.match.rank < 0
                if column.levels and not own and fold(bare_words(column.levels[-1])) == fold(header):
                    column.match, column.asked, column.role = None, (), FORM

    def find_titles(self, table: LedgerTable, start: int) -> None:
        """Texts between the end of the table before (or the sheet's top) and the header."""
        for row in range(start, table.header[0]):
            if not self.filled[row]:
                continue
            table.title_rows.append(row)
            table.titles += [self.grid.text(row, c) for c in self.grid.filled(row) if self.grid.text(row, c)]


def merge_is_short(span: dict[tuple[int, int], tuple[int, int, int, int]], row: int, width: int) -> bool:
    """Return whether merged cells through a header row are no higher than headers, and not data columns."""
    heights = [span[row, c][2] - span[row, c][0] + 1 for c in range(width) if (row, c) in span]
    return max(heights, default=1) <= MOST_HEADER_ROWS


def _split_years(columns: list[HeaderColumn]) -> list[list[HeaderColumn]]:
    """The columns of a table, once for each year that its headers name; those without a year are each year's."""
    found = {column.match.field for column in columns if column.match is not None and not column.match.year}
    years = {column.match.year for column in columns if column.match is not None and column.match.year}
    if len(years) < 2 or "year" in found:
        return [columns]
    return [
        [replace(one) for one in columns if one.match is None or one.match.year in (0, year)]
        for year in sorted(years)
    ]


def _pass_titles_on(grid: Grid, tables: list[LedgerTable]) -> None:
    """Lone texts just above a lower table's header are its title, not the upper table's notes."""
    for upper, lower in pairwise(tables):
        if upper.last != lower.header[0]:
            continue
        row = len(upper.kinds) - 1
        while row >= 0 and upper.kinds[row] in (NOTE, TITLE, BLANK):
            position = upper.first + row
            texts = [grid.text(position, c) for c in grid.filled(position) if grid.text(position, c)]
            if upper.kinds[row] == NOTE:
                if any(is_note(text) and not text.startswith("单位") for text in texts):
                    break
                upper.kinds[row] = TITLE
                lower.titles = texts + lower.titles
            row -= 1
