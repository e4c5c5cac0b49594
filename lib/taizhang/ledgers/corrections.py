"""Corrections of single cells, applied to a sheet before it is read, and only if they match."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import read_date
from taizhang.ledgers.grid import Grid
from taizhang.ledgers.marks import number_column
from taizhang.ledgers.model import Applied, Correction, Source
from taizhang.ledgers.rowkinds import LedgerTable
from taizhang.ledgers.sheets import name_column
from taizhang.ledgers.text import fold, write_cell

_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")


@dataclass
class Corrector:
    """The corrections of one file: not yet placed, applied, and not matching."""

    source: Source
    name: str
    pending: list[Correction] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    faults: list[Reason] = field(default_factory=list)
    sheets: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pending = list(self.source.corrections)

    def correct(self, grid: Grid, tables: Sequence[LedgerTable], *, skip: int = 0) -> Grid:
        """Apply the corrections of this sheet; return the same grid if there are none.

        The headers of its tables identify the columns. The first `skip` rows of the grid are not in the file (the
        header at the beginning of each part of a Parquet file).
        """
        sheet, top = grid.sheet.name, grid.sheet.top
        own = grid.sheet.numbers
        self.sheets[sheet] = max(self.sheets.get(sheet, 0), top + grid.height if own is None else max(own))
        for one in list(self.pending):
            row = one.row - 1 - top if own is None else own.index(one.row) if one.row in own else -1
            if (one.sheet and one.sheet != sheet) or not skip <= row < grid.height:
                continue
            self.pending.remove(one)
            grid = self._apply(grid, tables, one, row)
        return grid

    def _apply(self, grid: Grid, tables: Sequence[LedgerTable], one: Correction, row: int) -> Grid:
        table = next((t for t in tables if t.header[0] <= row < t.last), None)
        found = _find_column(grid, table, one.column)
        if found is None:
            headers = [column.header for column in table.columns if column.levels] if table else []
            self._refuse(one, "no_column", headers=headers or [Reason("core.none")])
            return grid
        position, meaning = found
        for top, left, bottom, right in grid.merges():
            if top <= row <= bottom and left <= position <= right and (top, left) != (row, position):
                at = {"row": grid.sheet.number_row(top), "letter": name_column(left + grid.sheet.left)}
                self._refuse(one, "merged", **at)
                return grid
        value = grid.cell(row, position)
        if not value and meaning == "district" and table is not None and table.sections:
            value = find_section(table, row)
        if not is_same(value, one.old):
            self._refuse_stale(one, value, meaning)
            return grid
        letter = name_column(position + grid.sheet.left)
        self.applied.append(Applied(one, grid.sheet.name, letter, meaning))
        codes = grid.codes.copy(order="F")
        values = list(grid.values)
        values[position] = [*values[position], one.new]
        codes[row, position] = len(values[position]) - 1 if one.new.strip() else -1
        return Grid(grid.sheet, codes, values)

    def _refuse_stale(self, one: Correction, value: object, meaning: str) -> None:
        item = self.source.kind.fields.get(meaning)
        if item is None or item.personal or item.type == "text":
            # What it says may be a person's name or number: messages don't repeat it.
            self._refuse(one, "stale")
        elif value == "":
            self._refuse(one, "now_empty")
        else:
            self._refuse(one, "now_other", value=write_cell(value)[:60])

    def _refuse(self, one: Correction, why: str, **parameters: object) -> None:
        reason = Reason(f"ledgers.correction.{why}", **parameters)
        sheet = Reason("ledgers.place.in_sheet", sheet=one.sheet) if one.sheet else ""
        place = {"line": one.line, "file": self.name, "sheet": sheet, "row": one.row, "column": one.column}
        self.faults.append(Reason("ledgers.correction.refused", reason=reason, **place))

    def finish(self) -> None:
        """Report the corrections that matched no sheet."""
        for one in self.pending:
            if one.sheet and one.sheet not in self.sheets:
                known = tuple(name for name in self.sheets if name)
                self._refuse(one, "no_sheet", sheets=known or Reason("ledgers.correction.no_workbook"))
            else:
                last = self.sheets.get(one.sheet) if one.sheet else max(self.sheets.values(), default=0)
                self._refuse(one, "no_row", last=last)
        self.pending = []


def _find_column(grid: Grid, table: LedgerTable | None, name: str) -> tuple[int, str] | None:
    """Position and field ('' for none) of a column named by header, canonical name or letter."""
    word, columns = fold(name), table.columns if table else []
    meant = {column.position: column.match.field for column in columns if column.match}
    found = [c.position for c in columns if c.levels and fold(c.header) == word]
    found += [c.position for c in columns if c.levels and fold(c.levels[-1]) == word]
    found += [position for position, one in meant.items() if one == name]
    if not found and _LETTERS.fullmatch(name):
        position = number_column(name.upper()) - grid.sheet.left
        found = [position] if 0 <= position < grid.width else []
    return (found[0], meant.get(found[0], "")) if found else None


def find_section(table: LedgerTable, row: int) -> object:
    """The district of the section that contains a row; '' if there is none."""
    above = [at for at in table.sections if table.first + at <= row]
    return table.sections[max(above)] if above else ""


def is_same(value: object, written: str) -> bool:
    """Return whether a cell holds what a person wrote of it: the same text, number or day.

    A spreadsheet that opened the list may have written ``1`` as ``1.0`` or a day in another form; an apostrophe
    before ``= + - @`` is the guard that set_aside.csv puts there.
    """
    own, other = write_cell(value), written.strip()
    if other[:1] == "'" and other[1:2] in tuple("=+-@＝＋－＠"):
        other = other[1:]
    if fold(own) == fold(other):
        return True
    if not own or not other:
        return False
    with suppress(ValueError):
        return abs(float(own) - float(other)) <= 1e-9 * max(1.0, abs(float(own)))
    if isinstance(value, (int, float)) or not _DAY.fullmatch(other) or not _DAY.match(own):
        return False
    first, second = read_date(value), read_date(other)
    return first.value is not None and first.value == second.value
