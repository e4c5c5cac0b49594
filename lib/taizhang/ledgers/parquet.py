"""Parquet files: a table whose header is its column names, read in parts of bounded size."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.core.errors import LedgerError
from taizhang.core.outside import tell_error
from taizhang.ledgers.grid import Codes, Grid, drop_blank
from taizhang.ledgers.model import RowNumbers
from taizhang.ledgers.sheets import Sheet


def read_parquet(path: Path, *, rows: int, numbers: RowNumbers | None = None) -> Iterator[Grid]:
    """Read a Parquet file in parts of a given number of rows, each with column names in its first row.

    Each part's sheet has an offset, so that row numbers continue: the file's first data row is row 2; what came out
    of a database is numbered as `numbers` says. Raises LedgerError if the file is damaged.
    """
    try:
        # Buffered and not read ahead: a file may be one row group of ten million rows.
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            names = file.schema_arrow.names
            start = 0
            for batch in file.iter_batches(batch_size=rows):
                yield _make_grid(names, batch, start, numbers)
                start += batch.num_rows
            if not start:
                yield _make_grid(names, pa.RecordBatch.from_pylist([], file.schema_arrow), 0, numbers)
    # Damaged bytes are found only where they become text, days or numbers.
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise LedgerError("ledgers.file.damaged_parquet", why=tell_error(error)) from None


def _make_grid(names: list[str], batch: pa.RecordBatch, start: int, numbers: RowNumbers | None) -> Grid:
    codes = np.full((batch.num_rows + 1, len(names)), -1, dtype=np.int64, order="F")
    values: list[list[object]] = []
    for column, name in enumerate(names):
        own, distinct = _encode(batch.column(column))
        codes[0, column] = len(distinct)
        codes[1:, column] = own
        values.append([*distinct, name])
    if numbers is None:
        return Grid(Sheet("", [names], top=start), codes, values)
    counted = [0, *batch.column(names.index(numbers.key)).to_pylist()] if numbers.key else None
    return Grid(Sheet(numbers.sheet, [names], top=start - 1, numbers=counted), codes, values)


def _encode(column: pa.Array) -> tuple[Codes, list[object]]:
    if pa.types.is_nested(column.type):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        column = pa.array(texts, pa.string())
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return drop_blank(codes, [_plain(value) for value in encoded.dictionary.to_pylist()])


def _plain(value: object) -> object:
    """A value as a spreadsheet would give it: answers as words, decimals as numbers, not-a-number as empty."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (str, int)) or hasattr(value, "isoformat"):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return str(value)
    return "" if np.isnan(number) else number
