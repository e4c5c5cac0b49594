"""Ledgers of the sample as tables of a database: what an office would have typed there instead of into files."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa
from openpyxl.utils import column_index_from_string

from taizhang.ledgers import Source, read_ledger_file
from taizhang.ledgers.delimited import read_text
from taizhang.metadata.kinds import Kind

Table = tuple[list[str], list[list[Any]]]


def read_tables(path: Path, kind: Kind, names: frozenset[str]) -> dict[str, Table]:
    """The tables of a ledger file by a name that says what file and sheet said: headers and data rows.

    Titles, totals and notes of a spreadsheet nobody types into a database.
    """
    read = read_ledger_file(path, Source(kind, names=names), name=path.name)
    assert not read.errors
    found = {}
    for table in read.tables:
        cells = _read_cells(path, table.sheet)
        columns = [
            (
                column_index_from_string(one.column) - 1,
                one.header.rpartition("/")[2],
            )  # of two levels the lower
            for one in table.headers
            if one.header
        ]
        parts = [read.rows, read.set_aside[read.set_aside["scope"] == "row"]]
        data = sorted(
            {int(n) for one in parts for n in one.loc[one["source_sheet"] == table.sheet, "source_row"]}
        )
        rows = [[cells[n - 1][at] if at < len(cells[n - 1]) else None for at, _ in columns] for n in data]
        found[f"{path.stem}_{table.sheet}".rstrip("_")] = ([header for _, header in columns], rows)
    return found


def _read_cells(path: Path, sheet: str) -> list[Sequence[Any]]:
    """A sheet's cells as they stand, those of a range merged downwards filled."""
    if path.suffix == ".csv":
        return [[cell or None for cell in row] for row in read_text(path, frozenset()).rows]
    page = openpyxl.load_workbook(path, data_only=True)[sheet]
    for merged in list(page.merged_cells.ranges):
        if merged.min_col < merged.max_col:  # a title or a section
            continue
        value = page.cell(merged.min_row, merged.min_col).value
        page.unmerge_cells(str(merged))
        for row in page.iter_rows(merged.min_row, merged.max_row, merged.min_col, merged.max_col):
            for cell in row:
                cell.value = value
    return [list(row) for row in page.iter_rows(values_only=True)]


def load_tables(connection: sa.Connection, tables: Mapping[str, Table]) -> None:
    """Make the tables, with the types that their cells have, and a running number as primary key."""
    for name, (headers, rows) in tables.items():
        columns = [sa.Column("nr", sa.Integer, primary_key=True)]
        kinds = [_find_type([row[at] for row in rows]) for at in range(len(headers))]
        columns += [sa.Column(header, kind) for header, kind in zip(headers, kinds, strict=True)]
        table = sa.Table(name, sa.MetaData(), *columns)
        table.create(connection)
        written = [
            {"nr": number, **{h: _write(cell, k) for h, cell, k in zip(headers, row, kinds, strict=True)}}
            for number, row in enumerate(rows, 1)
        ]
        connection.execute(table.insert(), written)
    connection.commit()


def _find_type(cells: Sequence[Any]) -> sa.types.TypeEngine[Any]:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {datetime} or kinds == {date}:
        return sa.DateTime()
    if kinds == {int}:
        return sa.BigInteger()
    if kinds and kinds <= {int, float}:
        return sa.Double()
    return sa.Text()


def _write(cell: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    if cell is None or not isinstance(kind, sa.Text):
        return cell
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)
