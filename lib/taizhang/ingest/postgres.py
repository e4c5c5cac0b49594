"""Rows of PostgreSQL by COPY, read by Arrow: the same values as psycopg's, without an object of Python for each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from taizhang.ingest.rowfile import make_array

_BYTES_PER_BATCH = 1 << 23
_NUMERIC, _TIME_WITH_ZONE = 1700, 1184
_TYPES = {
    16: pa.bool_(),
    19: pa.string(),  # name
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    25: pa.string(),  # text
    26: pa.int64(),  # oid
    700: pa.float64(),
    701: pa.float64(),
    1042: pa.string(),  # character
    1043: pa.string(),  # character varying
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    _TIME_WITH_ZONE: pa.string(),
    _NUMERIC: pa.string(),
    2950: pa.string(),  # uuid
}  # by the numbers that PostgreSQL has for its types
_NO_NUMBERS = pa.array(["NaN", "Infinity", "-Infinity"])
# Rows in the order in which they lie, and in the same one each time: they are numbered by it.
_ORDERED = (
    "SELECT set_config(name, CASE vartype WHEN 'bool' THEN 'off' ELSE '0' END, true) FROM pg_settings "
    "WHERE name IN ('max_parallel_workers_per_gather', 'synchronize_seqscans')"
)


def start_copy(driver: Any, statement: str, stack: ExitStack) -> Any:
    """Have psycopg's connection copy the rows of a query; what gives them, or None if this server does not.

    `statement` is one that the server has found to be a query; `stack` is closed when all is read.
    """
    import psycopg

    style = driver.info.parameter_status("DateStyle") or ""
    if driver.info.encoding != "utf-8" or not style.startswith("ISO"):
        return None
    cursor = driver.cursor()
    cursor.execute("SAVEPOINT taizhang")
    try:
        cursor.execute(_ORDERED)
        return stack.enter_context(cursor.copy(f"COPY (\n{statement}\n) TO STDOUT (FORMAT csv)"))
    # A query that ends in a semicolon, or a server that only speaks like PostgreSQL.
    except (psycopg.ProgrammingError, psycopg.NotSupportedError):
        cursor.execute("ROLLBACK TO SAVEPOINT taizhang")
        return None


def read_copy(copy: Any, driver: Any, types: Sequence[int]) -> Iterator[list[pa.Array]]:
    """Columns of these types, by PostgreSQL's numbers of them, batch by batch."""
    import psycopg

    transformer = psycopg.adapt.Transformer(driver)
    loads = [transformer.get_loader(one, psycopg.pq.Format.TEXT).load for one in types]
    for data in _take_lines(copy, len(types)):
        try:
            texts = _parse(data, [_TYPES.get(one, pa.binary()) for one in types])
        except pa.ArrowInvalid:  # a day before Christ, say, or one that never comes: as psycopg takes it
            texts = _parse(data, [pa.binary()] * len(types))
        yield [_finish(*each) for each in zip(texts, types, loads, strict=True)]


def _take_lines(copy: Any, columns: int) -> Iterator[bytearray]:
    """Many rows at once, below a header."""
    # With a header, a text that begins with a byte order mark keeps it.
    header = ",".join(map(str, range(columns))).encode() + b"\n"
    lines = bytearray(header)
    while line := copy.read():
        lines += line
        if len(lines) > _BYTES_PER_BATCH:
            yield lines
            lines = bytearray(header)
    if len(lines) > len(header):
        yield lines


def _parse(data: bytearray, types: Sequence[pa.DataType]) -> list[pa.Array]:
    table = csv.read_csv(
        pa.BufferReader(pa.py_buffer(data)),
        read_options=csv.ReadOptions(block_size=len(data) + 1),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types={str(at): one for at, one in enumerate(types)},
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return [one.combine_chunks() for one in table.columns]


def _finish(column: pa.Array, number: int, load: Callable[[bytes], Any]) -> pa.Array:
    """A column in one of the types of a row file, with the values that psycopg gives."""
    with suppress(pa.ArrowInvalid):
        if column.type == pa.binary():
            raise pa.ArrowInvalid
        if number == _NUMERIC:
            return _read_numbers(column)
        if number == _TIME_WITH_ZONE:  # the time that the database shows
            return pc.replace_substring_regex(column, r"[+-][\d:]+$", "").cast(pa.timestamp("us"))
        return column
    values = column.cast(pa.binary()).to_pylist()
    return make_array([value if value is None else load(value) for value in values])


def _read_numbers(texts: pa.Array) -> pa.Array:
    """Whole numbers, or numbers with places; ArrowInvalid where there are both, or more figures than fit."""
    texts = pc.if_else(pc.is_in(texts, _NO_NUMBERS), None, texts)
    places = pc.min_max(pc.match_substring(texts, ".")).as_py()
    if places["min"] is None:
        return pa.nulls(len(texts))
    return texts.cast(pa.float64() if places["min"] else pa.int64())
