"""Rows of a table, each content once, in Parquet files that never change; a row's number is its position
across all of them.

Short files are put together with what is added next, so that a table has few of them, however often it grows.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file, write_bytes
from taizhang.store.hashing import Hashes, hash_rows, number_copies

_SHORT_BYTES = 512 * 1024  # a shorter file is written again with what follows
_LEVEL = 6  # of zstd
_SMALL_BYTES = 256 * 1024  # not compressed: so much is compressed as well as can be in a blink
_HASH = 16  # letters of a file's hash that are in its name
_NAME = re.compile(rf".+-[0-9a-f]{{{_HASH}}}\.parquet")


class Segment(NamedTuple):
    """A file of rows: its name, which includes its hash, and its number of rows."""

    file: str
    rows: int


def list_segments(folder: Path) -> list[Path]:
    """Files of rows that lie in a folder, by how they are named."""
    return sorted(path for path in folder.glob("*.parquet") if _NAME.fullmatch(path.name))


def count_rows(segments: Iterable[Segment]) -> int:
    return sum(one.rows for one in segments)


def read_segment(folder: Path, segment: Segment, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a file; ParameterError if it is gone or damaged."""
    _check_file(folder, segment)
    try:
        with pq.ParquetFile(folder / segment.file, memory_map=False) as file:
            have = file.schema_arrow.names
            table = file.read([name for name in columns if name in have] if columns is not None else None)
    except (OSError, pa.ArrowException) as error:
        raise ParameterError("store.damaged", file=segment.file) from error
    if table.num_rows != segment.rows:
        raise ParameterError("store.damaged", file=segment.file)
    return table


def _check_file(folder: Path, segment: Segment) -> None:
    """Raise ParameterError for a file that is gone, or whose bytes are not those that gave it its name."""
    try:
        status = (folder / segment.file).stat()
        found = _hash_once(folder / segment.file, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise ParameterError("store.damaged", file=segment.file) from error
    if Path(segment.file).stem.rpartition("-")[2] != found[:_HASH]:
        raise ParameterError("store.damaged", file=segment.file)


@lru_cache(maxsize=4096)
def _hash_once(path: Path, size: int, time: int) -> str:
    """The hash of a file, taken once as long as it stays as it is."""
    return hash_file(path)


def hash_segments(folder: Path, segments: Sequence[Segment]) -> Hashes:
    """The hashes of all rows of some files, in order; repeated rows get distinct ones."""
    hashes = [hash_rows(read_segment(folder, one)) for one in segments]
    return number_copies(np.concatenate([np.zeros((0, 2), np.uint64), *hashes]))


def add_rows(folder: Path, name: str, segments: Sequence[Segment], rows: pa.Table) -> list[Segment]:
    """Store more rows; returns the files that now hold all rows, in order. Merged files are not deleted."""
    kept = list(segments)
    while kept and _may_join(folder, kept[-1], rows):
        rows = pa.concat_tables([read_segment(folder, kept.pop()), rows], promote_options="default")
    return [*kept, _write_segment(folder, name, rows)]


def _may_join(folder: Path, segment: Segment, rows: pa.Table) -> bool:
    _check_file(folder, segment)
    path = folder / segment.file
    if path.stat().st_size > _SHORT_BYTES and segment.rows > rows.num_rows:
        return False
    with pq.ParquetFile(path) as file:
        types = {field.name: field.type for field in file.schema_arrow}
    return all(types.get(field.name, field.type) == field.type for field in rows.schema)


def _write_segment(folder: Path, name: str, rows: pa.Table) -> Segment:
    made, single = io.BytesIO(), rows.num_columns == 1  # lines, or whole files: each value once
    pq.write_table(
        rows,
        made,
        **choose_codec(rows.nbytes if single else _SMALL_BYTES + 1),
        use_dictionary=not single,
        write_statistics=False,
        store_schema=False,
    )
    data = made.getvalue()
    file = f"{name}-{hashlib.sha256(data).hexdigest()[:_HASH]}.parquet"
    write_bytes(folder / file, data)
    return Segment(file, rows.num_rows)


def choose_codec(size: int) -> dict[str, Any]:
    """How a Parquet file is compressed, by its bytes before: what is small best, all else fast."""
    small = size <= _SMALL_BYTES
    return (
        {"compression": "brotli", "compression_level": 11}
        if small
        else {"compression": "zstd", "compression_level": _LEVEL}
    )


def simplify(table: pa.Table) -> pa.Table:
    """A table with the types that its columns have in a file; columns without any value are left out."""
    names = [
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if column.null_count < len(column)
    ]
    columns = [_simplify_column(table[name]) for name in names]
    return pa.table(dict(zip(names, columns, strict=True))) if names else table.select([])


def _simplify_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_large_string(kind):
        return column.cast(pa.string())
    if pa.types.is_large_binary(kind):
        return column.cast(pa.binary())
    return pc.dictionary_decode(column) if pa.types.is_dictionary(kind) else column


def gather_rows(folder: Path, segments: Sequence[Segment], ids: np.ndarray, schema: pa.Schema) -> pa.Table:
    """The rows with given ascending numbers, with the requested columns and types."""
    parts, start = [], 0
    for segment in segments:
        low, high = np.searchsorted(ids, [start, start + segment.rows])
        if high > low:
            found = read_segment(folder, segment, schema.names).take(pa.array(ids[low:high] - start))
            arrays = [
                _fit(found[field.name], field.type) if field.name in found.column_names
                else pa.chunked_array([pa.nulls(int(high - low), field.type)])
                for field in schema
            ]  # fmt: skip
            parts.append(pa.table(arrays, schema=schema.remove_metadata()))
        start += segment.rows
    return pa.concat_tables(parts) if parts else schema.remove_metadata().empty_table()


def _fit(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), kind)])
    return column.cast(kind)
