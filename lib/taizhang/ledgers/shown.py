"""Rows of a ledger as written, cell by cell, for questions and corrections."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from taizhang.core.reasons import Reason
from taizhang.ledgers.corrections import find_section
from taizhang.ledgers.grid import Grid
from taizhang.ledgers.model import ShownCell, ShownRow
from taizhang.ledgers.rowkinds import DATA, LedgerTable
from taizhang.ledgers.sheets import name_column
from taizhang.ledgers.text import write_cell

EVERY = 0  # instead of a row's number: every row of the sheet
ANYWHERE = ("*", EVERY)  # every row of every sheet; no sheet can be called so
_ALSO = "ledgers.row.also"


def show_rows(
    grid: Grid, table: LedgerTable, wanted: Collection[tuple[str, int]], days: Mapping[int, str]
) -> tuple[ShownRow, ...]:
    """The wanted data rows of a table, by sheet and number; `days`: of rows whose day was read."""
    every = ANYWHERE in wanted or (grid.sheet.name, EVERY) in wanted
    tops = _find_tops(grid, table)
    fields = {c.position: c.match.field for c in table.columns if c.match and not c.match.problem}
    shown = []
    for row in (np.flatnonzero(table.kinds == DATA) + table.first).tolist():
        number = grid.sheet.number_row(row)
        if not every and (grid.sheet.name, number) not in wanted:
            continue
        cells = []
        for column in table.columns:
            if not column.levels:
                continue
            at, field = column.position, fields.get(column.position, "")
            top = tops.get((row, at), row)
            value = grid.cell(top, at)
            if not value and field == "district" and table.sections:
                value = find_section(table, row)
            letter = name_column(at + grid.sheet.left)
            cells.append(
                ShownCell(field, column.header, letter, grid.sheet.number_row(top), write_cell(value))
            )
        if "district" not in table.fields and (section := _show_section(grid, table, row)):
            cells.append(section)
        shown.append(ShownRow(grid.sheet.name, number, days.get(number, ""), tuple(cells)))
    return tuple(shown)


def _show_section(grid: Grid, table: LedgerTable, row: int) -> ShownCell | None:
    """The cell of the section's head that names the district of a row."""
    above = [at for at in table.sections if table.first + at <= row]
    if not above:
        return None
    head = table.first + max(above)
    told = write_cell(table.sections[max(above)])
    found = [at for at in grid.filled(head) if write_cell(grid.cell(head, at)) == told]
    if not found:  # it says more than the district
        return None
    letter = name_column(found[0] + grid.sheet.left)
    return ShownCell("district", told, letter, grid.sheet.number_row(head), told, section=True)


def _find_tops(grid: Grid, table: LedgerTable) -> dict[tuple[int, int], int]:
    """The first row of a merged cell by each position below it."""
    tops = {}
    for top, left, bottom, right in grid.merges():
        if top < table.first or top >= table.last or right != left:
            continue
        tops.update({(row, left): top for row in range(top + 1, min(bottom + 1, table.last))})
    return tops


def write_days(days: object, numbers: np.ndarray) -> dict[int, str]:
    """Days, or years, of rows as text by the rows' numbers, without those not read."""
    told = pd.Series(days)
    if told.dtype.kind == "M":
        told = told.dt.strftime("%Y-%m-%d")
    return {
        int(number): str(day)
        for number, day in zip(numbers.tolist(), told.tolist(), strict=True)
        if not pd.isna(day)
    }


def list_faults(column: str, reason: Reason) -> Iterator[tuple[str, Reason]]:
    """Each column that is at fault in a row set aside, with its own reason: a row's reason joins them."""
    if reason.code != _ALSO:
        yield column, reason
        return
    yield from list_faults(column, reason["reason"])
    yield reason["column"], reason["other"]
