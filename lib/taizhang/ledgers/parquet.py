"""Parquet files, and Arrow's own: a table whose header is its column names, read in parts of bounded size."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.core.errors import LedgerError
from taizhang.core.outside import tell_error
from taizhang.ledgers.grid import Codes, Grid, drop_blank
from taizhang.ledgers.model import RowNumbers
from taizhang.ledgers.sheets import Sheet, sniff_format


def read_parquet(path: Path, *, rows: int, numbers: RowNumbers | None = None) -> Iterator[Grid]:
    """Read a file of Parquet or Arrow in parts of a given number of rows, each with column names in its first row.

    Each part's sheet has an offset, so that row numbers continue: the file's first data row is row 2; what came out
    of a database is numbered as `numbers` says. Raises LedgerError if the file is damaged.
    """
    try:
        with _open(path, rows) as (schema, batches):
            start = 0
            for batch in batches:
                yield _make_grid(schema.names, batch, start, numbers)
                start += batch.num_rows
            if not start:
                yield _make_grid(schema.names, pa.RecordBatch.from_pylist([], schema), 0, numbers)
    # Damaged bytes are found only where they become text, days or numbers.
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise LedgerError("ledgers.file.damaged_parquet", why=tell_error(error)) from None


@contextmanager
def _open(path: Path, rows: int) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    if sniff_format(path) == "arrow":
        with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
            parts = (file.get_batch(at) for at in range(file.num_record_batches))
            yield file.schema, _gather(parts, rows)
        return
    # Buffered and not read ahead: a file may be one row group of ten million rows.
    with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
        yield file.schema_arrow, file.iter_batches(batch_size=rows)


def _gather(parts: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Batches of this many rows each, and a last one, of batches of any length."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for part in parts:
        part.validate(full=True)  # its bytes are taken as they are
        while held + part.num_rows >= rows:
            yield pa.concat_batches([*waiting, part.slice(0, rows - held)])
            part, waiting, held = part.slice(rows - held), [], 0
        if part.num_rows:
            waiting.append(part)
            held += part.num_rows
    if waiting:
        yield pa.concat_batches(waiting)


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
