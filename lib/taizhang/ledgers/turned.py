"""Transposed summary tables: districts in columns, and a line for each number."""

from collections.abc import Collection
from dataclasses import replace

from taizhang.ledgers.grid import Grid, make_grid
from taizhang.ledgers.headers import HeaderIndex, Match
from taizhang.ledgers.layout import find_tables
from taizhang.ledgers.rowkinds import DATA, LedgerTable
from taizhang.ledgers.text import fold

DISTRICT = "district"


def find_sums(
    grid: Grid, index: HeaderIndex, names: Collection[str]
) -> tuple[Grid, list[LedgerTable], tuple[str, ...] | None]:
    """Find the summary tables of a sheet, and the grid they are in: its own, or the transposed one.

    For a transposed grid, also return the lines above its districts, otherwise None. Its rows are the sheet's columns.
    """
    found = find_tables(grid, index, names=names)
    if any(set(table.fields) - {DISTRICT} for table in found):
        return grid, found, None
    row = _find_districts(grid, names)
    if row < 0:
        return grid, found, None
    turned = _turn(grid, row)
    tables = find_tables(turned, index, names=names)
    for table in tables:
        _name_districts(turned, table, names)
    fit = [table for table in tables if set(table.fields) - {DISTRICT} and DISTRICT in table.fields]
    if not fit:
        return grid, found, None
    titles = [grid.text(at, column) for at in range(row) for column in grid.filled(at)]
    return turned, fit, tuple(text for text in titles if text)


def _find_districts(grid: Grid, names: Collection[str]) -> int:
    """The row that heads columns by districts; -1 where there is none."""
    known = {fold(name) for name in names}
    for row in range(min(grid.height, 40)):
        cells = [fold(grid.text(row, column)) for column in grid.filled(row)]
        there = [cell for cell in cells if cell in known]
        if len(there) >= 2 and len(set(there)) == len(there) and 2 * len(there) >= len(cells) - 1:
            return row
    return -1


def _turn(grid: Grid, first: int) -> Grid:
    """The grid from a row on, its rows as columns."""
    sheet = grid.sheet
    rows = [[grid.cell(row, column) for row in range(first, grid.height)] for column in range(grid.width)]
    return make_grid(
        replace(sheet, rows=rows, top=sheet.left, left=sheet.top + first, merged=(), errors={}, numbers=None)
    )


def _name_districts(grid: Grid, table: LedgerTable, names: Collection[str]) -> None:
    """Let the column of most districts be theirs, whatever heads it: 指标, 项目, or nothing."""
    if DISTRICT in table.fields:
        return
    known = {fold(name) for name in names}
    rows = [table.first + at for at, kind in enumerate(table.kinds) if kind == DATA]
    counts = {
        column.position: sum(fold(grid.text(row, column.position)) in known for row in rows)
        for column in table.columns
    }
    best = max(counts, key=lambda position: counts[position], default=-1)
    if best >= 0 and counts[best]:
        for column in table.columns:
            if column.position == best:
                column.match = Match(DISTRICT, 0)
