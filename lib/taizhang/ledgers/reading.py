"""Reading a ledger file: the one function that ingest calls."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from taizhang.core.errors import LedgerError
from taizhang.core.reasons import Label, Reason
from taizhang.ledgers.access import read_access
from taizhang.ledgers.corrections import Corrector
from taizhang.ledgers.delimited import read_text, read_text_parts
from taizhang.ledgers.forms import find_form_kind
from taizhang.ledgers.grid import Grid, make_grid
from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.layout import find_tables
from taizhang.ledgers.misread import mend_misread
from taizhang.ledgers.model import (
    FileRead,
    Source,
    TableRead,
    fail_file,
    make_empty_aside,
    make_empty_rows,
)
from taizhang.ledgers.rowkinds import DATA, LedgerTable
from taizhang.ledgers.sheets import COLUMNS, read_workbook, sniff_format
from taizhang.ledgers.tables import describe_headers, read_table
from taizhang.ledgers.turned import find_sums

ROWS_PER_PART = 100_000
LONG_TEXT_BYTES = 64 * 1024**2  # a text file that is longer is read in parts


def read_here(path: Path, source: Source, *, name: str) -> FileRead:
    """Read a ledger file in this process; `name` is the file as shown: posix, relative to the workbook.

    If the file, or a whole table in it, cannot be read, `errors` say so; nothing is raised.
    """
    try:
        kind = sniff_format(path)
        if is_read_in_parts(path):
            return _join_parts(iterate_parts(path, source, name=name))
        corrector = Corrector(source, name)
        read = _read_grids(_iterate_grids(path, source, kind), source, name, corrector)
        corrector.finish()
        return replace(read, applied=tuple(corrector.applied), faults=tuple(corrector.faults))
    except LedgerError as error:
        return fail_file(name, source.kind, error.reasons)


def is_read_in_parts(path: Path) -> bool:
    """Whether a file may be so long that it is read in parts; LedgerError if it is not a ledger."""
    kind = sniff_format(path)
    return kind in COLUMNS or (kind == "text" and path.stat().st_size > LONG_TEXT_BYTES)


def iterate_parts(path: Path, source: Source, *, name: str, rows: int = ROWS_PER_PART) -> Iterator[FileRead]:
    """Read a Parquet or text file in parts of about `rows` rows, so that memory is bounded whatever its length.

    Counts of the parts add up to the file's. Ends with the part that has an error.
    """
    try:
        parquet = sniff_format(path) in COLUMNS
    except LedgerError as error:
        yield fail_file(name, source.kind, error.reasons)
        return
    iterate = _iterate_parquet if parquet else _iterate_text
    yield from iterate(path, source, name, rows)


def _iterate_text(path: Path, source: Source, name: str, rows: int) -> Iterator[FileRead]:
    """The parts of a text file, each with what stands above its first row: titles and header.

    What rests on the whole of a table cannot be told from parts: such a file is refused, and totals are not compared.
    """
    try:
        corrector = Corrector(source, name)
        known = HeaderIndex(source.kind, source.columns).known
        above: list[Sequence[object]] = []
        first: TableRead | None = None
        ways: dict[str, str] = {}
        for number, (sheet, last) in enumerate(
            read_text_parts(path, known, encoding=source.encoding, rows=rows)
        ):
            above = [[*row, *[""] * (len(sheet.rows[0]) - len(row))] for row in above]
            whole = replace(sheet, rows=[*above, *sheet.rows], top=sheet.top - len(above))
            grid, notes = mend_misread(make_grid(whole))
            remarks = (*sheet.notes, *notes)
            part = _read_grids([(grid, remarks)], source, name, corrector, skip=len(above))
            part = replace(part, applied=tuple(corrector.applied), faults=tuple(corrector.faults))
            corrector.applied, corrector.faults = [], []
            if part.errors or (last and not number):
                yield part
                break
            tables = [replace(table, totals=()) for table in part.tables]
            if first is None:
                first = part.tables[0]
                above = list(sheet.rows[: first.first_row - 1 + first.header_rows])
            else:  # what stands above is in every part, and once in the file
                counts = Counter(tables[0].counts)
                counts.subtract({"header": first.header_rows, "title": first.counts.get("title", 0)})
                tables[0] = replace(tables[0], first_row=first.first_row, counts=dict(counts))
            _refuse_parts(part, _list_headers(first), ways, source)
            in_parts = Reason("ledgers.file.in_parts", rows=rows)
            yield replace(part, tables=tuple(tables), notes=(*part.notes, in_parts))
        if corrector.pending:
            corrector.finish()
            yield _end_part(part, tuple(corrector.faults))
    except LedgerError as error:
        yield fail_file(name, source.kind, error.reasons)


def _refuse_parts(
    part: FileRead, headers: list[tuple[str | None, str]], ways: dict[str, str], source: Source
) -> None:
    """LedgerError if a part can't be understood by itself; `ways` are how the columns of the parts before are read."""
    for table in part.tables:
        sections = table.counts.get("section", 0) and not source.district
        if sections or table.turned or source.sums or _list_headers(table) != headers:
            raise LedgerError("ledgers.file.no_parts", megabytes=round(LONG_TEXT_BYTES / 1024**2))
        for column, way in table.ways:
            if ways.setdefault(column, way) != way:
                raise LedgerError("ledgers.file.parts_differ", column=column)


def _list_headers(table: TableRead) -> list[tuple[str | None, str]]:
    return [(one.field, one.header) for one in table.headers]


def _end_part(part: FileRead, faults: tuple[Reason, ...]) -> FileRead:
    """After the last part, what is told of corrections that fit none."""
    rows, aside = part.rows.iloc[:0], part.set_aside.iloc[:0]
    return replace(part, rows=rows, set_aside=aside, tables=(), errors=(), applied=(), faults=faults)


def _iterate_parquet(path: Path, source: Source, name: str, rows: int) -> Iterator[FileRead]:
    from taizhang.ledgers.parquet import read_parquet  # pyarrow is loaded only where it is needed

    try:
        corrector = Corrector(source, name)
        for number, grid in enumerate(read_parquet(path, rows=rows, numbers=source.rows)):
            part = _read_grids([(grid, ())], source, name, corrector, skip=1)
            part = replace(part, applied=tuple(corrector.applied), faults=tuple(corrector.faults))
            corrector.applied, corrector.faults = [], []
            if number:  # the header is one row of the file, though every part begins with it
                top = 0 if source.rows else 1
                tables = [replace(t, first_row=top, counts={**t.counts, "header": 0}) for t in part.tables]
                part = replace(part, tables=tuple(tables))
            yield part
            if part.errors:
                return
        if corrector.pending:
            corrector.finish()
            yield _end_part(part, tuple(corrector.faults))
    except LedgerError as error:
        yield fail_file(name, source.kind, error.reasons)


def _join_parts(parts: Iterable[FileRead]) -> FileRead:
    """The parts of a file as one."""
    kept = list(parts)
    first = kept[0]
    tables = [table for part in kept for table in part.tables]
    if len(kept) == 1 or not tables:
        return first
    counts = Counter[str]()
    for table in tables:
        counts.update(table.counts)
    notes = dict.fromkeys(note for table in tables for note in table.notes)
    totals = tuple(total for table in tables for total in table.totals)
    table = replace(tables[0], counts=dict(counts), notes=tuple(notes), totals=totals)
    return FileRead(
        first.name,
        pd.concat([part.rows for part in kept], ignore_index=True),
        pd.concat([part.set_aside for part in kept], ignore_index=True),
        (table,),
        tuple(dict.fromkeys(error for part in kept for error in part.errors)),
        tuple(dict.fromkeys(note for part in kept for note in part.notes)),
        tuple(one for part in kept for one in part.applied),
        tuple(fault for part in kept for fault in part.faults),
    )


def _iterate_grids(path: Path, source: Source, kind: str) -> Iterator[tuple[Grid, tuple[Reason, ...]]]:
    if kind == "text":
        sheet = read_text(path, HeaderIndex(source.kind, source.columns).known, encoding=source.encoding)
        sheets = iter([sheet])
    elif kind in ("kml", "kmz", "geojson"):
        from taizhang.ledgers.placemarks import read_placemarks  # lxml is loaded only where it is needed

        sheets = read_placemarks(path, kind, source.sheets)
    elif kind == "access":
        sheets = read_access(path, source.sheets)
    else:
        sheets = read_workbook(path, kind, source.sheets)
    for sheet in sheets:
        grid, notes = mend_misread(make_grid(sheet))
        yield grid, (*sheet.notes, *notes)


def _read_grids(
    grids: Iterable[tuple[Grid, tuple[Reason, ...]]],
    source: Source,
    name: str,
    corrector: Corrector,
    *,
    skip: int = 0,
) -> FileRead:
    index = HeaderIndex(source.kind, source.columns)
    rows: list[pd.DataFrame] = []
    aside: list[pd.DataFrame] = []
    tables: list[TableRead] = []
    errors: list[Reason] = []
    notes: list[Reason] = []
    for grid, remarks in grids:
        sheet = grid.sheet
        notes += remarks
        if not grid.height or _is_other_form(grid, source):
            continue
        titles: tuple[str, ...] | None = None
        found = find_tables(grid, index, names=source.names)
        if corrector.pending:
            before, grid = grid, corrector.correct(grid, found, skip=skip)
            if grid is not before:
                found = find_tables(
                    grid, index, names=source.names
                )  # a corrected cell may change what a row is
        if source.sums:
            grid, found, titles = find_sums(grid, index, source.names)
        if not found:
            filled = int(((grid.codes >= 0).sum(axis=1) > 0).sum())
            none = Reason("ledgers.sheet.no_table", kind=_name_kind(source), rows=filled)
            notes.append(Reason("ledgers.sheet.of", sheet=sheet.name, reason=none) if sheet.name else none)
        for table in found:
            try:
                one, other, about = read_table(grid, table, index, source, name=name)
            except LedgerError as error:
                headers = describe_headers(grid, table, index, source.kind)
                if _is_other(table, source):
                    passed = {"kind": _name_kind(source), "why": error.reasons[0]}
                    notes.append(Reason("ledgers.sheet.passed_over", **passed))
                    continue
                first, last = table.header
                counts = {"data": int((table.kinds == DATA).sum())}
                about = TableRead(
                    sheet.name, sheet.number_row(first), last - first + 1, headers, counts, hidden_sheet=sheet.hidden,
                    error=error.reasons[0],
                )  # fmt: skip
                tables.append(about)
                errors += error.reasons
                continue
            if titles is not None:
                about = replace(about, titles=titles, turned=True)
            rows.append(one)
            aside.append(other)
            tables.append(about)
    if not tables:
        kind = source.kind
        columns = [kind.fields[field].title["zh"] for field in kind.required]
        reason = Reason("ledgers.file.no_table", kind=kind.name, title=kind.title["zh"], columns=columns)
        if notes:
            reason = Reason("ledgers.file.and_notes", reason=reason, notes=notes)
        return fail_file(name, kind, [reason])
    return FileRead(
        name,
        pd.concat(rows, ignore_index=True) if rows else make_empty_rows(source.kind),
        pd.concat(aside, ignore_index=True) if aside else make_empty_aside(),
        tuple(tables),
        tuple(Reason("ledgers.file.refused", file=name, reason=error) for error in errors),
        tuple(notes),
    )


def _is_other_form(grid: Grid, source: Source) -> bool:
    """Whether a sheet of a blank form is of another kind, or explains it: that says nothing of this kind."""
    kind = find_form_kind(grid, grid.height)
    return kind == "" or (kind not in (None, source.kind.name) and source.sheets is None and not source.sums)


def _name_kind(source: Source) -> Label:
    return Label(zh=source.kind.title["zh"], en=source.kind.name)


def _is_other(table: LedgerTable, source: Source) -> bool:
    """Return whether a table that lacks required columns is rather of another kind, such as a summary by district."""
    fields = table.fields
    needed = {name for name in source.kind.required if name != "district" and name not in source.constants}
    headed = sum(bool(column.levels) and not (column.role and not column.asked) for column in table.columns)
    # A number of hazards is a summary's: in a ledger it is counted from the text.
    known = sum(not source.kind.fields[name].splits for name in fields)
    known += len({one.field for column in table.columns for one in column.asked[:1]} - set(fields))
    return bool(needed - set(fields)) and known < 4 and 2 * known < headed + 1
