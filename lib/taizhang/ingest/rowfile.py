"""Rows of a database in a file of Arrow, written batch by batch, whatever types the batches turn out to have."""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.core.files import write_beside

ROWS_PER_BATCH = 50_000
# Rows that a driver is asked for at once. Few, so that their values are made into arrays while they are at hand: a
# driver that holds many takes far longer over each.
ROWS_AT_ONCE = 500
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
_QUICK = (str, int, float, bool, date)
_ALIKE = (int, float, type(None))  # and texts: what rows of one type are made of at once
_ZONE = attrgetter("tzinfo")
_NO_ARRAY = (pa.ArrowException, ValueError, OverflowError, TypeError)


class RowFile:
    """A file of rows, complete at `path` when the block ends without an error, and otherwise not there.

    A column has the type of its values: whole numbers, numbers, dates, times, texts. Where a later batch brings another
    type, as SQLite allows, what has been written is written again in one that holds both, so that no value changes.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._names = list(names)
        self._types: list[pa.DataType] = [pa.null()] * len(names)
        self._exact = [True] * len(names)  # whether all whole numbers so far fit a float
        self._writer: Any = None  # pyarrow's own has no types
        self._waiting: list[list[pa.Array]] = [[] for _ in names]  # to be written
        self._held = 0
        self._alike: pa.StructType | None = None  # of the rows before
        self._whole: list[int] = []  # its columns of whole numbers
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

    def add(self, rows: Sequence[Sequence[Any]], text: type = str) -> None:
        """Add rows as a driver gives them, with its texts in this type: str, or UTF-8 in a bytearray."""
        if rows:
            self.add_arrays(self._make_alike(rows, text) or self._make_arrays(rows, text))

    def _make_arrays(self, rows: Sequence[Sequence[Any]], text: type) -> list[pa.Array]:
        arrays = [make_array(column, text) for column in zip(*rows, strict=True)]
        self._alike = pa.struct([(str(at), array.type) for at, array in enumerate(arrays)])
        self._whole = [at for at, array in enumerate(arrays) if pa.types.is_integer(array.type)]
        return arrays

    def _make_alike(self, rows: Sequence[Sequence[Any]], text: type) -> list[pa.Array]:
        """Columns of rows of the same types as those before, made of all rows at once; none where they are not."""
        kinds = set(map(type, chain.from_iterable(rows)))
        if self._alike is None or not kinds <= {text, *_ALIKE}:
            return []
        if float in kinds and any(type(row[at]) is float for at in self._whole for row in rows):
            return []  # pyarrow would cut its places off
        with suppress(*_NO_ARRAY):
            return list(pa.array(rows, self._alike).flatten())
        return []

    def add_arrays(self, arrays: Sequence[pa.Array]) -> None:
        """Add columns of equal length."""
        for waiting, array in zip(self._waiting, arrays, strict=True):
            waiting.append(array)
        self._held += len(arrays[0]) if arrays else 0
        if self._held >= ROWS_PER_BATCH:
            self._flush()

    def _flush(self) -> None:
        """Have written what waits, and begin the file if there is none; one batch is written at a time."""
        self._wait()
        columns = [
            [pa.concat_arrays(group) for _, group in groupby(pieces, attrgetter("type"))]
            for pieces in self._waiting
        ]
        types = [self._find_type(at, pieces) for at, pieces in enumerate(columns)]
        if types != self._types:
            self._widen(types)
        self._writer = self._writer or self._open()
        self._writing = self._thread.submit(self._write, columns)
        self._waiting, self._held = [[] for _ in self._names], 0

    def _find_type(self, at: int, pieces: Iterable[pa.Array]) -> pa.DataType:
        """The type that holds what a column has had and what waits for it."""
        known = self._types[at]
        for piece in pieces:
            if pa.types.is_integer(piece.type) and self._exact[at]:
                ends = pc.min_max(piece).as_py()
                self._exact[at] = all(abs(end or 0) <= _EXACT for end in ends.values())
            kind = pa.string() if pa.types.is_binary(piece.type) else piece.type
            known = _join(known, kind, exact=self._exact[at])
        return known

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _open(self) -> Any:
        # It is read once, and whole: what is quick to write and to read is better than what is small.
        return pa.ipc.new_file(str(self._place), pa.schema(list(zip(self._names, self._types, strict=True))))

    def _write(self, columns: Iterable[Iterable[pa.Array]]) -> None:
        """Write columns, each in one or more pieces."""
        assert self._writer is not None
        cast = [
            pa.chunked_array([_cast(one, kind) for one in pieces], kind)
            for pieces, kind in zip(columns, self._types, strict=True)
        ]
        schema = pa.schema(list(zip(self._names, self._types, strict=True)))
        self._writer.write_table(pa.Table.from_arrays(cast, schema=schema))

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
            with open_rows(before) as file:
                for at in range(file.num_record_batches):
                    self._write([column] for column in file.get_batch(at).columns)
        finally:
            before.unlink()


@contextmanager
def open_rows(path: Path) -> Iterator[Any]:
    """A row file's reader, by batches."""
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
        yield file


def read_rows(path: Path) -> pa.Table:
    """All that a row file holds."""
    with open_rows(path) as file:
        return file.read_all()


def make_array(values: Sequence[Any], text: type = str) -> pa.Array:
    """A column of values as a driver gives them, its texts in this type; where they are of several types, as texts."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pa.nulls(len(values))
    kind = next(iter(kinds))
    if text is not str and text in kinds:
        if len(kinds) == 1:
            return pa.array(values, pa.binary())  # a row file takes them for texts
        values = [value.decode() if isinstance(value, bytearray) else value for value in values]
        kinds = kinds - {text} | {str}
    elif len(kinds) == 1 and kind in _QUICK:
        with suppress(*_NO_ARRAY):
            return pa.array(values, _ARRAYS[kind])
    if kinds - _PLAIN:
        values = [_make_plain(value) for value in values]
        kinds = set(map(type, values)) - {type(None)}
    if kinds == {datetime} and not any(map(_ZONE, filter(None, values))):
        return pa.array(values, _ARRAYS[datetime])
    if datetime in kinds:  # the time that the database shows
        values = [one.replace(tzinfo=None) if isinstance(one, datetime) else one for one in values]
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
    if pa.types.is_string(kind) and not pa.types.is_null(array.type) and not pa.types.is_binary(array.type):
        return _write_texts(array.to_pylist())
    return array.cast(kind)
