"""Rows of a database in a Parquet file, written batch by batch, whatever types the batches turn out to have."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.core.files import write_beside

ROWS_PER_BATCH = 50_000
# Rows that a driver is asked for at once. Few, so that their values are made into arrays while they are at hand: a
# driver that holds many takes far longer over each.
ROWS_AT_ONCE = 2_000
_EXACT = 2**53  # up to here a float holds every whole number
_ARRAYS: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}
_PLAIN = {type(None), *_ARRAYS}
# Of these pyarrow makes an array only if all values are of the type; of a time among days it keeps the day alone.
_SAFE = {pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.null()}
_ZONE = attrgetter("tzinfo")
_NO_ARRAY = (pa.ArrowException, ValueError, OverflowError, TypeError)


class RowFile:
    """A Parquet file of rows, complete at `path` when the block ends without an error, and otherwise not there.

    A column has the type of its values: whole numbers, numbers, dates, times, texts. Where a later batch brings another
    type, as SQLite allows, what has been written is written again in one that holds both, so that no value changes.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._names = list(names)
        self._types: list[pa.DataType] = [pa.null()] * len(names)
        self._exact = [True] * len(names)  # whether all whole numbers so far fit a float
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[list[pa.Array]] = [[] for _ in names]  # to be written
        self._held = 0
        self._beside = write_beside(path, through=False)
        self._thread = ThreadPoolExecutor(1)  # writes what there is while the driver fetches more
        self._writing: Future[None] | None = None

    def __enter__(self) -> Self:
        self._place = self._beside.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
                self._wait()
        except BaseException as failed:
            kind, error, where = type(failed), failed, failed.__traceback__
            raise
        finally:
            self._thread.shutdown()
            if self._writer is not None:
                self._writer.close()
            self._beside.__exit__(kind, error, where)

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows as a driver gives them."""
        if rows:
            self.add_arrays([make_array(column) for column in zip(*rows, strict=True)])

    def add_arrays(self, arrays: Sequence[pa.Array]) -> None:
        """Add columns of equal length."""
        for at, array in enumerate(arrays):
            if pa.types.is_integer(array.type) and len(array):
                ends = pc.min_max(array).as_py()
                self._exact[at] &= all(abs(end or 0) <= _EXACT for end in ends.values())
        types = [
            _join(known, array.type, exact=exact)
            for known, array, exact in zip(self._types, arrays, self._exact, strict=True)
        ]
        if types != self._types:
            self._widen(types)
        for waiting, array in zip(self._waiting, arrays, strict=True):
            waiting.append(array)
        self._held += len(arrays[0]) if arrays else 0
        if self._held >= ROWS_PER_BATCH:
            self._flush()

    def _flush(self) -> None:
        """Have written what waits, and begin the file if there is none; one batch is written at a time."""
        self._wait()
        self._writer = self._writer or self._open()
        self._writing = self._thread.submit(self._write, self._waiting)
        self._waiting, self._held = [[] for _ in self._names], 0

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _open(self) -> pq.ParquetWriter:
        schema = pa.schema(list(zip(self._names, self._types, strict=True)))
        return pq.ParquetWriter(self._place, schema, write_statistics=False)  # it is read once, and whole

    def _write(self, columns: Iterable[Iterable[pa.Array]]) -> None:
        """Write columns, each in one or more pieces."""
        assert self._writer is not None
        cast = [
            pa.chunked_array([_cast(one, kind) for one in pieces], kind)
            for pieces, kind in zip(columns, self._types, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(cast, schema=self._writer.schema))

    def _widen(self, types: list[pa.DataType]) -> None:
        """Write what has been written again with these types; what waits is written with them, too."""
        self._wait()
        self._types, old = types, self._writer
        if old is None:
            return
        old.close()
        before = self._place.with_suffix(".before")
        self._place.replace(before)
        try:
            self._writer = self._open()
            with pq.ParquetFile(before) as file:
                for batch in file.iter_batches(batch_size=ROWS_PER_BATCH):
                    self._write([column] for column in batch.columns)
        finally:
            before.unlink()


def make_array(values: Sequence[Any]) -> pa.Array:
    """A column of values as a driver gives them; where they are of several types, as texts."""
    first = next((value for value in values if value is not None), None)
    if not isinstance(first, date):
        with suppress(*_NO_ARRAY):
            if (array := pa.array(values)).type in _SAFE:
                return array
    kinds = set(map(type, values))
    if kinds - _PLAIN:
        values = [_make_plain(value) for value in values]
        kinds = set(map(type, values))
    if kinds <= {datetime, type(None)} and not any(map(_ZONE, filter(None, values))):
        return pa.array(values, _ARRAYS[datetime])
    if datetime in kinds:  # the time that the database shows
        values = [one.replace(tzinfo=None) if isinstance(one, datetime) else one for one in values]
    kinds.discard(type(None))
    if len(kinds) < 2 or kinds == {int, float}:
        try:
            return pa.array(values, _ARRAYS[next(iter(kinds))] if len(kinds) == 1 else None)
        except _NO_ARRAY:  # beyond what the type holds: as text it keeps all of it
            return _write_texts(values)
    return _write_texts(values)


def _make_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return float(value) if value.as_tuple().exponent < 0 else int(value)  # type: ignore[operator]
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        if data in (b"\0", b"\1"):  # MySQL's BIT(1)
            return data == b"\1"
        try:
            return data.decode("utf-8") if min(data, default=32) >= 32 else data.hex()
        except UnicodeDecodeError:
            return data.hex()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    for kind in (bool, int, float, str, datetime, date):
        if isinstance(value, kind):
            return value if type(value) in _PLAIN else str(value)
    return value if value is None else str(value)


def _write_texts(values: Iterable[Any]) -> pa.Array:
    texts = [None if value is None else _write_text(value) for value in values]
    return pa.array(texts, pa.string())


def _write_text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float):
        return f"{value!r}".removesuffix(".0")
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _join(known: pa.DataType, new: pa.DataType, *, exact: bool) -> pa.DataType:
    """The type that holds values of both."""
    if known == new or pa.types.is_null(new):
        return known
    if pa.types.is_null(known):
        return new
    if {known, new} == {pa.int64(), pa.float64()} and exact:
        return pa.float64()
    return pa.string()


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_string(kind) and not pa.types.is_null(array.type):
        return _write_texts(array.to_pylist())
    return array.cast(kind)
