"""Examining an unknown file: which kind of ledger it is, by the headers of its tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from taizhang.core.errors import LedgerError
from taizhang.core.reasons import Reason
from taizhang.ledgers.access import read_access
from taizhang.ledgers.dates import find_year, read_date
from taizhang.ledgers.delimited import read_text
from taizhang.ledgers.forms import find_form_kind
from taizhang.ledgers.grid import Grid, make_grid
from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.layout import find_tables
from taizhang.ledgers.rowkinds import DATA, HeaderColumn, LedgerTable
from taizhang.ledgers.sheets import COLUMNS, Sheet, read_workbook, sniff_format
from taizhang.ledgers.sums import make_sums_kind
from taizhang.ledgers.text import fold, write_cell
from taizhang.ledgers.turned import find_sums
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import DATE_TYPES, Kind

_HEAD = 40  # rows of a sheet that tell what it is
_MOST_WORDS = 400
_LEAST_FIELDS = 3


@dataclass(frozen=True)
class Survey:
    """What to look for in a file: the possible kinds, and the names of districts."""

    kinds: Mapping[str, Kind]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ColumnSeen:
    """A column: its header, the recognised field, or '', some of its distinct texts, and the share that are days.

    `asked`: the header may mean a field, or says that the column covers plans, so the user must decide.
    """

    header: str
    field: str
    words: tuple[str, ...]
    days: float
    ignored: bool = False
    asked: bool = False


@dataclass(frozen=True)
class TableSeen:
    """A table: the kind that best fits its headers, or '', and the required columns it lacks.

    `header` is the first header row, 1-based; `titles` are the lines above it; `near` is the closest kind if none
    fits; `sums`: it is a summary table by district, and the fields of its columns are facts; `sections`: the texts of
    its section rows.
    """

    sheet: str
    kind: str
    header: int
    rows: int
    columns: tuple[ColumnSeen, ...]
    lacking: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    near: str = ""
    sums: bool = False
    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSeen:
    """A file as examined; `problem` says why its content could not be examined."""

    name: str
    tables: tuple[TableSeen, ...] = ()
    problem: Reason | None = None


def survey_here(path: Path, survey: Survey, *, name: str) -> FileSeen:
    """Examine a file in this process."""
    try:
        indices = {kind.name: HeaderIndex(kind, {}) for kind in survey.kinds.values()}
        tables = [
            table
            for sheet in _iterate_sheets(path, indices)
            for table in _survey_sheet(sheet, survey, indices, name)
        ]
    except LedgerError as error:
        return FileSeen(name, (), error.reasons[0])
    return FileSeen(name, tuple(tables))


def _iterate_sheets(path: Path, indices: Mapping[str, HeaderIndex]) -> Iterator[Sheet]:
    form = sniff_format(path)
    if form == "text":
        yield read_text(path, frozenset().union(*(index.known for index in indices.values())))
    elif form in COLUMNS:
        from taizhang.ledgers.parquet import read_parquet  # pyarrow is loaded only where it is needed

        yield next(iter(read_parquet(path, rows=_MOST_WORDS))).sheet
    elif form in ("kml", "kmz", "geojson"):
        from taizhang.ledgers.placemarks import read_placemarks  # lxml likewise

        yield from read_placemarks(path, form, None)
    elif form == "access":
        yield from read_access(path, None)
    else:
        yield from read_workbook(path, form, None)


def _survey_sheet(
    sheet: Sheet, survey: Survey, indices: Mapping[str, HeaderIndex], name: str
) -> Iterator[TableSeen]:
    if not sheet.rows:
        return
    head = make_grid(replace(sheet, rows=sheet.rows[:_HEAD]))
    form = find_form_kind(head, head.height)
    if form == "":
        return
    if form is not None and form in indices:
        indices = {form: indices[form]}
    said = fold(name + sheet.name + "".join(head.text(0, column) for column in range(min(head.width, 3))))
    scores = {}
    for kind, index in indices.items():
        tables = find_tables(head, index, names=survey.names)
        if tables:
            scores[kind] = max(_score(table, index, said, _year_of(head, table, name)) for table in tables)
    if not scores:
        if survey.names and _holds_sums(head, survey.names):
            yield from _survey_sums(make_grid(sheet), survey)
        return
    best = max(scores, key=scores.__getitem__)
    grid = make_grid(sheet)
    for table in find_tables(grid, indices[best], names=survey.names):
        year = _year_of(grid, table, name)
        seen = _describe(grid, table, indices[best], year)
        if not _fits(seen, survey.kinds[best], year):
            if _holds_sums(head, survey.names):
                yield from _survey_sums(grid, survey)
                return
            seen = replace(seen, kind="", near=best)
        yield seen


def _survey_sums(grid: Grid, survey: Survey) -> Iterator[TableSeen]:
    """The summary tables of a sheet, each with the facts that its headers tell; one without where none does."""
    infos = load_facts()
    kind = survey.kinds["hazards"]
    spelled = make_sums_kind(
        kind, kind.fields["district"], [name for name in infos if infos[name].aliases], infos, spelled=True
    )
    index = HeaderIndex(spelled, {})
    found = False
    grid, tables, titles = find_sums(grid, index, survey.names)
    for table in tables:
        data = np.flatnonzero(table.kinds == DATA) + table.first
        columns = tuple(_look_at(grid, column, index, data) for column in table.columns if column.levels)
        if not any(column.field not in ("", "district") for column in columns):
            continue
        found = True
        yield TableSeen(
            grid.sheet.name,
            "",
            table.header[0] + grid.sheet.top + 1,
            len(data),
            columns,
            titles=tuple(table.titles or table.above) if titles is None else titles,
            sums=True,
        )
    if not found:
        yield TableSeen(grid.sheet.name, "", 1, 0, (), sums=True)


def _holds_sums(head: Grid, names: frozenset[str]) -> bool:
    """Whether a sheet without a ledger's headers has a line, or a column, of districts, each once, beside numbers."""
    known = {fold(name) for name in names}
    least = max(2, (len(known) + 1) // 2)
    cells = [[fold(head.text(row, column)) for column in range(head.width)] for row in range(head.height)]
    lines = [*cells, *(list(column) for column in zip(*cells, strict=True))]
    listed = any(
        len(there := [cell for cell in line if cell in known]) >= least and len(set(there)) == len(there)
        for line in lines
    )
    numbers = head.where(lambda value: isinstance(value, int | float) or str(value).strip().isdecimal())
    return listed and int(numbers.sum()) >= least


def _year_of(grid: Grid, table: LedgerTable, name: str) -> int | None:
    """The year that headers, titles, sheet and file name say, which stands for a column of years."""
    return table.year or find_year(*table.titles, *table.above, grid.sheet.name, name.rsplit("/", 1)[-1])


def _list_lacking(fields: Iterable[str], kind: Kind, year: int | None) -> list[str]:
    """Required columns that no header names and nothing else says."""
    told = {
        "district",
        *fields,
        *(name for name in kind.required if year and kind.fields[name].type == "year"),
    }
    return [name for name in kind.required if name not in told]


def _score(table: LedgerTable, index: HeaderIndex, said: str, year: int | None) -> float:
    """Return how well a table's headers fit a kind, whose name may stand in its titles or the file's name."""
    kind, fields = index.kind, table.fields
    lacking = len(_list_lacking(fields, kind, year))
    own = [column for name, column in fields.items() if not kind.fields[name].splits]
    ranks = sum(1 / (2 + max(0, column.match.rank)) for column in own if column.match)
    title = kind.title["zh"]
    named = sum(fold(title[at : at + 2]) in said for at in range(len(title) - 1))
    named = max(named, 3 * (fold(kind.name) in said))
    return 2 * len(own) + ranks + 2 * min(named, 3) - 4 * lacking


def _fits(table: TableSeen, kind: Kind, year: int | None) -> bool:
    """Whether a table is of the kind that it is nearest to: all that is required, or enough besides one lacking day."""
    fields = {column.field for column in table.columns} - {""}
    told = fields - {"district"} - {name for name, item in kind.fields.items() if item.splits}
    if not table.lacking:
        told |= {name for name in kind.required if year and kind.fields[name].type == "year"}
        headed = sum(not column.ignored for column in table.columns)
        return len(told) >= min(_LEAST_FIELDS - 1, len(kind.required)) and 3 * len(fields) >= headed
    day = len(table.lacking) == 1 and kind.fields[table.lacking[0]].type in (*DATE_TYPES, "year")
    return day and len(told) >= _LEAST_FIELDS


def _describe(grid: Grid, table: LedgerTable, index: HeaderIndex, year: int | None) -> TableSeen:
    data = np.flatnonzero(table.kinds == DATA) + table.first
    columns = tuple(_look_at(grid, column, index, data) for column in table.columns if column.levels)
    lacking = _list_lacking(table.fields, index.kind, year)
    titles = tuple(dict.fromkeys([*table.titles, *table.above]))
    row = table.header[0] + grid.sheet.top + 1
    kind = index.kind.name
    sections = tuple(dict.fromkeys(table.sections.values()))
    return TableSeen(
        grid.sheet.name, kind, row, len(data), columns, tuple(lacking), titles, sections=sections
    )


def _look_at(grid: Grid, column: HeaderColumn, index: HeaderIndex, data: np.ndarray) -> ColumnSeen:
    codes = grid.codes[data, column.position]
    told = codes[codes >= 0]
    values = [grid.values[column.position][code] for code in np.unique(told)[:_MOST_WORDS]]
    days = _share_days(values) if values else 0.0
    words = tuple(write_cell(value) for value in values if isinstance(value, str))
    understood = column.match is not None and not column.match.problem
    field = column.match.field if column.match is not None and understood else ""
    ignored = bool(column.role and not column.asked) or bool(index.ignores(column.levels))
    asked = bool(column.asked) or index.says_otherwise(column.header)
    return ColumnSeen(column.header, field, words, days, ignored, asked)


def _share_days(values: Iterable[object]) -> float:
    found = [not isinstance(value, int | float) and read_date(value).value is not None for value in values]
    return sum(found) / len(found)
