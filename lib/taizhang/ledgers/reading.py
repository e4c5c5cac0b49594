"""Reading a ledger file: the one function that ingest calls."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from taizhang.errors import LedgerError
from taizhang.ledgers.grid import make_grid
from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.layout import find_tables
from taizhang.ledgers.model import FileRead, Source, TableRead, fail_file, make_empty_aside, make_empty_rows
from taizhang.ledgers.rowkinds import Table
from taizhang.ledgers.sheets import Sheet, read_text, read_workbook, sniff_format
from taizhang.ledgers.tables import describe_headers, read_table


def read_here(path: Path, source: Source, *, name: str) -> FileRead:
    """Read a ledger file in this process.

    Parameters
    ----------
    path : pathlib.Path
    source : Source
    name : str
        The file as shown: posix, relative to the workbook.

    Returns
    -------
    FileRead
        With `error` set where the file, or a whole table of it, could not be read; nothing is raised.
    """
    try:
        return _read_sheets(_iterate_sheets(path, source), source, name)
    except LedgerError as error:
        return fail_file(name, source.kind, str(error))


def _iterate_sheets(path: Path, source: Source) -> Iterator[Sheet]:
    kind = sniff_format(path)
    if kind == "text":
        yield read_text(path, HeaderIndex(source.kind, source.columns).known)
    elif kind == "parquet":
        from taizhang.ledgers.parquet import read_parquet  # pyarrow is loaded only where it is needed

        yield read_parquet(path)
    else:
        yield from read_workbook(path, source.sheets)


def _read_sheets(sheets: Iterator[Sheet], source: Source, name: str) -> FileRead:
    index = HeaderIndex(source.kind, source.columns)
    rows: list[pd.DataFrame] = []
    aside: list[pd.DataFrame] = []
    tables: list[TableRead] = []
    errors: list[str] = []
    notes: list[str] = []
    for sheet in sheets:
        notes += sheet.notes
        if not len(sheet.rows):
            continue
        grid = make_grid(sheet)
        found = find_tables(grid, index, names=source.names)
        if not found and grid.height:
            filled = int(((grid.codes >= 0).sum(axis=1) > 0).sum())
            notes.append(
                f"sheet '{sheet.name}': no table of {source.kind.name} found ({filled} rows with text)"
            )
        for table in found:
            try:
                one, other, about = read_table(grid, table, index, source, name=name)
            except LedgerError as error:
                headers = describe_headers(grid, table, index, source.kind)
                if _is_other(table, source):
                    notes.append(f"passed over, being no ledger of {source.kind.name}: {error}")
                    continue
                first, last = table.header
                about = TableRead(
                    sheet.name, first + sheet.top + 1, last - first + 1, headers, {}, hidden_sheet=sheet.hidden,
                    error=str(error),
                )  # fmt: skip
                tables.append(about)
                errors.append(str(error))
                continue
            rows.append(one)
            aside.append(other)
            tables.append(about)
    if not tables:
        reason = f"no table of {source.kind.name} ({source.kind.title['zh']}) was found in it"
        return fail_file(name, source.kind, "; ".join([reason, *notes]))
    return FileRead(
        name,
        pd.concat(rows, ignore_index=True) if rows else make_empty_rows(source.kind),
        pd.concat(aside, ignore_index=True) if aside else make_empty_aside(),
        tuple(tables),
        "; ".join(f"{name}: {error}" for error in errors),
        tuple(notes),
    )


def _is_other(table: Table, source: Source) -> bool:
    """Whether a table that lacks required columns is rather of another kind, such as a summary by district."""
    fields = table.fields
    needed = {name for name in source.kind.required if name != "district"}
    headed = sum(bool(column.levels) for column in table.columns)
    return bool(needed - set(fields)) and len(fields) < 4 and 2 * len(fields) < headed + 1
