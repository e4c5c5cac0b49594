"""Input settings and results of reading a ledger file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from taizhang.core.reasons import Reason
from taizhang.ledgers.headers import Question
from taizhang.metadata.kinds import DATE_TYPES, Kind

SOURCE_COLUMNS = ("source_file", "source_sheet", "source_row")
# The canonical columns that a row's table has, filled or not, sorted and joined by "|": one that is there and empty
# says something, one that is not there says nothing.
TABLE_COLUMNS = "table_columns"
UNREAD = "?"  # after a column in it: this row's cell could not be read
# `district`: the row's, as written, so that what is set aside can be told by district too; `day`: its day, where it
# could be read, so that it can be told by month.
ASIDE_COLUMNS = (
    "kind", "source_file", "source_sheet", "source_row", "column", "value", "reason", "scope", "district", "day",
)  # fmt: skip
ASIDE_TYPES = {name: {"source_row": "Int64", "reason": "object"}.get(name, "str") for name in ASIDE_COLUMNS}


@dataclass(frozen=True)
class Correction:
    """A line (1-based) of corrections.csv: a cell with `old` is to be read as `new`.

    `file` is as shown; an empty `sheet` is a text file, Parquet, or any sheet with such a row; `row` is 1-based, as the
    spreadsheet shows it; `column` the header as in the file, the canonical name, or the column's letter.
    """

    line: int
    file: str
    sheet: str
    row: int
    column: str
    old: str
    new: str
    why: str = ""
    by: str = ""
    when: str = ""


@dataclass(frozen=True)
class Applied:
    """A correction that was applied, with the sheet, and the column's letter and meaning ('' if none)."""

    correction: Correction
    sheet: str
    letter: str
    field: str


@dataclass(frozen=True)
class RowNumbers:
    """How rows of a database are named: the sheet they are shown in, and the column whose value is a row's number.

    Without a `key` they are numbered from 1, in their order.
    """

    sheet: str
    key: str = ""


@dataclass(frozen=True)
class Source:
    """How the files of a kind are to be read, as workbook.toml says.

    `sheets`: those to read, None for all; `district`: the district of all rows in tables without such a column.
    `columns`: header in the files by canonical column; `values`: canonical value by column and value as written
    (after ``~`` a regular expression); `empty`: the meaning of an empty cell by column; `constants`: values of
    columns that a table lacks. `encoding`: of text files, '' to detect it; `dates`: the order of numbers in dates
    (ymd, mdy, dmy, roc), '' to detect it. `names`: known district names and aliases, which mark section rows.
    `sums`: the tables are summary tables. `corrections`: those of the file read. `rows`: the file holds what a database
    gave, a Parquet file. `show`: sheet and number (0 for all) of rows whose cells are wanted as they stand.
    """

    kind: Kind
    sheets: tuple[str, ...] | None = None
    district: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    empty: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    encoding: str = ""
    dates: str = ""
    names: frozenset[str] = frozenset()
    sums: bool = False
    corrections: tuple[Correction, ...] = ()
    rows: RowNumbers | None = None
    show: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ShownCell:
    """A cell: the field of its column ('' for none), its header, letter and text.

    `row` is the row that holds the value: of cells merged downwards the first. `section`: it is the district of the
    section that the row stands under, in a table without such a column.
    """

    field: str
    header: str
    letter: str
    row: int
    text: str
    section: bool = False

    @property
    def column(self) -> str:
        """The column as corrections name it: its canonical name, or else its letter."""
        return self.letter if self.section else self.field or self.letter


@dataclass(frozen=True)
class ShownRow:
    """A data row (1-based, as the spreadsheet shows it) with its day as it was read ('' for none)."""

    sheet: str
    row: int
    day: str
    cells: tuple[ShownCell, ...]

    def find(self, field: str) -> ShownCell | None:
        """The cell of a field's column, if the table has it."""
        return next((cell for cell in self.cells if cell.field == field), None)

    def find_column(self, name: str) -> ShownCell | None:
        """The cell of a column, by field or, if it has none, by letter."""
        return self.find(name) or next((cell for cell in self.cells if cell.letter == name), None)


@dataclass(frozen=True)
class HeaderRead:
    """A header and its meaning; `field` is None if it was not recognised.

    `ignored` marks a column that is known and not read: a running number, remarks. `own` is the column to which
    workbook.toml maps this header; `asked` are the columns that it may mean, for the user to confirm.
    """

    column: str
    header: str
    field: str | None
    unit: str = ""
    note: Reason | None = None
    ignored: bool = False
    own: str = ""
    asked: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Disagreement:
    """A total that is not the sum of its rows."""

    row: int
    column: str
    stated: float
    summed: float


@dataclass(frozen=True)
class Understood:
    """A value as written, how it was understood, and the number of cells."""

    column: str
    value: str
    meaning: Reason | str
    count: int


@dataclass(frozen=True)
class TableRead:
    """A table as it was found and understood.

    `first_row`: its first header row, 1-based; `counts`: rows by kind: title, header, section, total, note, blank,
    data. `hidden_rows` (data rows, 1-based) were read. `notes` say how cells were interpreted, with the number of
    cells as their parameter `count`; `error` says why the table could not be read. `understood`: values that were
    interpreted (all categories; dates and numbers if needed). `titles`: the lines above it, or those of the table
    above if it has none; `headings`, for a kind without days: texts of other rows that are not data, by row
    (1-based). `used`: the source's settings in `values`, `empty` and `dates` that decided how a cell is read
    (values.COLUMN.TEXT, values.COLUMN.empty, dates). `turned`: the table is transposed, so its rows are the
    sheet's columns. `ways`: by column, the order of day and month, or the decimal sign, shown by its own cells.
    `shown`: the rows that the source asks to be shown.
    """

    sheet: str
    first_row: int
    header_rows: int
    headers: tuple[HeaderRead, ...]
    counts: Mapping[str, int]
    totals: tuple[Disagreement, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_sheet: bool = False
    notes: tuple[Reason, ...] = ()
    error: Reason | None = None
    understood: tuple[Understood, ...] = ()
    titles: tuple[str, ...] = ()
    headings: tuple[tuple[int, str], ...] = ()
    used: tuple[str, ...] = ()
    turned: bool = False
    ways: tuple[tuple[str, str], ...] = ()
    shown: tuple[ShownRow, ...] = ()

    @property
    def unrecognised(self) -> tuple[str, ...]:
        """Headers not recognised as a column, except those known to be irrelevant."""
        unread = [one for one in self.headers if one.field is None and not one.ignored]
        return tuple(one.header for one in unread if one.header)


@dataclass(frozen=True)
class FileRead:
    """A ledger file, by its name as shown, as it was read.

    `rows`, the accepted ones, have the kind's columns, typed, then source_file, source_sheet, source_row; for each
    date its precision, in `<column>_precision` (day, ten_days, month, year; the date is the first day); and
    table_columns, the columns of its table joined by ``|``, with ``?`` after one whose cell could not be read
    although an empty cell has a meaning there. `set_aside` has `ASIDE_COLUMNS`, with a Reason as reason and scope
    'row' or 'cell'. `errors`: why the file, or whole tables of it, could not be read; `notes`: further remarks on
    the file. `applied`: corrections made before reading; `faults`: corrections that could not be applied, although
    the rest of the file was read.
    """

    name: str
    rows: pd.DataFrame
    set_aside: pd.DataFrame
    tables: tuple[TableRead, ...] = ()
    errors: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    applied: tuple[Applied, ...] = ()
    faults: tuple[Reason, ...] = ()
    passing: bool = False  # what kept it from being read does not lie in its bytes

    @property
    def read(self) -> int:
        """Number of data rows read: accepted and set aside."""
        return sum(table.counts.get("data", 0) for table in self.tables if not table.error)


def pandas_type(field_type: str) -> str:
    """Return the dtype of a field's column in a ledger table."""
    if field_type in DATE_TYPES:
        return "datetime64[us]"
    if field_type in ("integer", "year", "count_or_names"):
        return "Int64"
    return {"number": "float64", "boolean": "boolean"}.get(field_type, "str")


def make_empty_rows(kind: Kind) -> pd.DataFrame:
    """Return a ledger table of a kind without rows."""
    columns = {name: pd.Series(dtype=pandas_type(item.type)) for name, item in kind.fields.items()}
    columns |= {"source_file": pd.Series(dtype="str"), "source_sheet": pd.Series(dtype="str")}
    columns["source_row"] = pd.Series(dtype="Int64")
    dated = [name for name, item in kind.fields.items() if item.type in DATE_TYPES]
    columns |= {f"{name}_precision": pd.Series(dtype="str") for name in dated}
    columns[TABLE_COLUMNS] = pd.Series(dtype="str")
    return pd.DataFrame(columns)


def make_empty_aside() -> pd.DataFrame:
    """Return an empty table of rows and cells set aside."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in ASIDE_TYPES.items()})


def fail_file(name: str, kind: Kind, reasons: Iterable[Reason], *, passing: bool = False) -> FileRead:
    """The result for a file that could not be read; `passing`: it may be read the next time, as it is."""
    errors = tuple(Reason("ledgers.file.refused", file=name, reason=reason) for reason in reasons)
    return FileRead(name, make_empty_rows(kind), make_empty_aside(), errors=errors, passing=passing)
