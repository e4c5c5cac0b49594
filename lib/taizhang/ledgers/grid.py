"""A sheet as columns of codes for distinct values, so that work is done once per distinct value."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from taizhang.ledgers.sheets import Sheet
from taizhang.ledgers.text import is_untidy, tidy_cell

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class ErrorCell(str):
    """A cell without a value: a spreadsheet error, or a formula (=...) that was never computed."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ErrorCell) and str.__eq__(self, other)

    def __hash__(self) -> int:
        return hash((ErrorCell, str(self)))


@dataclass(frozen=True)
class Grid:
    """A sheet's cells: `codes` (rows x columns) into `values` (distinct values per column); -1 is empty."""

    sheet: Sheet
    codes: Codes
    values: list[list[object]]

    @property
    def height(self) -> int:
        return int(self.codes.shape[0])

    @property
    def width(self) -> int:
        return int(self.codes.shape[1])

    def cell(self, row: int, column: int) -> object:
        """The value at a position of the grid; '' if empty."""
        code = self.codes[row, column]
        return "" if code < 0 else self.values[column][code]

    def text(self, row: int, column: int) -> str:
        """The text at a position, stripped; '' if empty or not text."""
        value = self.cell(row, column)
        return value.strip() if isinstance(value, str) else ""

    def filled(self, row: int) -> list[int]:
        """Return the columns of a row that are not empty."""
        return [int(column) for column in np.flatnonzero(self.codes[row] >= 0)]

    def where(self, test: Callable[[object], bool]) -> Mask:
        """Return the cells whose value passes a test, which is applied once to each distinct value."""
        found = np.zeros(self.codes.shape, dtype=bool)
        for column, values in enumerate(self.values):
            passed = np.array([test(value) for value in values] + [False], dtype=bool)  # last: empty (-1)
            found[:, column] = passed[self.codes[:, column]]
        return found

    def merges(self) -> list[tuple[int, int, int, int]]:
        """Return merged ranges that reach into the grid, in the grid's own positions."""
        top, left = self.sheet.top, self.sheet.left
        return [
            (max(a - top, 0), max(b - left, 0), min(c - top, self.height - 1), min(d - left, self.width - 1))
            for a, b, c, d in self.sheet.merged
            if c >= top and d >= left and a - top < self.height and b - left < self.width
        ]


def make_grid(sheet: Sheet) -> Grid:
    """Encode a sheet's cells; cells of white space are empty, error cells hold an ErrorCell."""
    height, width = len(sheet.rows), max(map(len, sheet.rows), default=0)
    wrong: dict[int, dict[int, str]] = {}
    for (row, column), word in sheet.errors.items():
        if 0 <= row - sheet.top < height:
            wrong.setdefault(column - sheet.left, {})[row - sheet.top] = word
    codes = np.full((height, width), -1, dtype=np.int64, order="F")
    values: list[list[object]] = []
    for column in range(width):
        cells = [row[column] for row in sheet.rows]
        for number, word in wrong.get(column, {}).items():
            cells[number] = ErrorCell(word)
        codes[:, column], distinct = encode(cells)
        values.append(distinct)
    return Grid(sheet, codes, values)


def encode(cells: Sequence[object]) -> tuple[Codes, list[object]]:
    """Encode values as codes into the distinct ones, tidied, in order of appearance; -1 for empty."""
    places: defaultdict[object, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(places.__getitem__, cells), dtype=np.int64, count=len(cells))
    if (True in places or False in places) and bool in set(map(type, cells)):
        # True equals 1.0 as a dictionary key: told apart here, so that neither becomes the other.
        return encode([("TRUE" if cell else "FALSE") if isinstance(cell, bool) else cell for cell in cells])
    if any(tidy_cell(one) != one for one in places if is_untidy(one)):
        return encode([tidy_cell(cell) for cell in cells])
    return drop_blank(codes, list(places))


def drop_blank(codes: Codes, found: list[object]) -> tuple[Codes, list[object]]:
    """Remove blank texts and not-a-number from the distinct values: their cells are empty."""
    empty = [
        i for i, value in enumerate(found)
        if (not value.strip() if isinstance(value, str) else value != value)
    ]  # fmt: skip
    if empty:
        renumber = np.arange(len(found) + 1)
        renumber[-1] = -1
        renumber[empty] = -1
        keep = [i for i in range(len(found)) if renumber[i] >= 0]
        renumber[keep] = np.arange(len(keep))
        codes = renumber[codes]
        found = [found[i] for i in keep]
    return codes, found
