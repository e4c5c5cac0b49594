"""Tables of ledger rows as files: their content, separated from the place and order of rows."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taizhang.core.files import write_beside, write_text

PLACES = ("source_file", "source_sheet", "table_columns", "district_match")
TABLES = "data/processed"  # where they are in a workbook
ROW, FLAG, KEY = "source_row", "duplicate", "premises_key"
_BATCH = 250_000
_BOM = "\ufeff"


@dataclass(frozen=True)
class Shape:
    """The format of a file of rows: its columns and types, and which of them are not content."""

    form: str  # parquet or csv
    schema: pa.Schema
    codes: tuple[str, ...]  # columns that say where a row stood, as text
    row: bool  # whether source_row has whole numbers alone
    flag: bool
    group: int = 0  # rows in a group of a Parquet file

    @property
    def content(self) -> pa.Schema:
        """The columns of content."""
        apart = {*self.codes, *([ROW] if self.row else []), *([FLAG] if self.flag else [])}
        return pa.schema([field for field in self.schema if field.name not in apart])

    def describe(self) -> dict[str, Any]:
        """As JSON, without the schema."""
        return {
            "form": self.form, "codes": list(self.codes), "row": self.row, "flag": self.flag, "group": self.group,
        }  # fmt: skip

    @classmethod
    def restore(cls, told: Mapping[str, Any], schema: bytes) -> "Shape":
        """The shape from the result of `describe` and the schema's bytes."""
        read = pa.ipc.read_schema(pa.py_buffer(schema))
        return cls(told["form"], read, tuple(told["codes"]), told["row"], told["flag"], told["group"])


@dataclass(frozen=True)
class Source:
    """A file of rows, to be read in parts."""

    path: Path
    shape: Shape
    table: pa.Table | None = None  # of a file that was read to know what it is

    def iterate(self) -> Iterator[pa.Table]:
        """Its rows in order, in parts of bounded size."""
        if self.table is not None:
            yield self.table
            return
        with pq.ParquetFile(self.path, memory_map=False) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                yield pa.Table.from_batches([batch])


def open_source(path: Path) -> Source | None:
    """Open a file whose rows name their source file and row; None for others, or if it cannot be reproduced."""
    if path.suffix == ".parquet":
        table = None
        with pq.ParquetFile(path, memory_map=False) as file:
            schema, about = file.schema_arrow, file.metadata
            group = about.row_group(0).num_rows if about.num_row_groups else 0
            if not {"source_file", ROW} <= set(schema.names) or b"geo" in (schema.metadata or {}):
                return None
            whole = pa.types.is_integer(schema.field(ROW).type)
            if whole:
                at = about.schema.names.index(ROW)
                stats = [
                    about.row_group(number).column(at).statistics for number in range(about.num_row_groups)
                ]
                whole = all(one is not None and one.null_count == 0 for one in stats)
            if about.num_rows <= _BATCH:
                table = file.read()
        return Source(path, _make_shape("parquet", schema, whole, group), table)
    if path.suffix != ".csv":
        return None
    text = path.read_bytes().decode("utf-8", "replace")
    head = next(csv.reader(io.StringIO(text.removeprefix(_BOM))), [])
    if not text.startswith(_BOM) or not {"source_file", ROW} <= set(head) or len(set(head)) < len(head):
        return None
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_filter=False, encoding="utf-8-sig")
    whole = bool(frame[ROW].str.fullmatch(r"0|[1-9]\d{0,17}").all())
    if whole:
        frame[ROW] = frame[ROW].astype("int64")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    shape = _make_shape("csv", table.schema.remove_metadata(), whole, 0)
    return Source(path, shape, table) if _write_csv(table) == text else None


def _make_shape(form: str, schema: pa.Schema, whole: bool, group: int) -> Shape:
    texts = {one.name for one in schema if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)}
    # Of a ledger's row it is no content: it changes with other rows. In a table of its own it says which row is which.
    apart = (*PLACES, KEY) if FLAG in schema.names else PLACES
    codes = tuple(name for name in apart if name in texts)
    flag = FLAG in schema.names and pa.types.is_boolean(schema.field(FLAG).type)
    return Shape(form, schema, codes, whole, flag, group)


def write_table(path: Path, table: pa.Table, shape: Shape) -> None:
    """Write a table as its file was written."""
    if shape.form == "csv":
        write_text(path, _write_csv(table))
        return
    with write_beside(path, through=False) as beside:
        pq.write_table(table.combine_chunks(), beside, row_group_size=shape.group or None)


def _write_csv(table: pa.Table) -> str:
    return _BOM + str(table.to_pandas().to_csv(index=False, lineterminator="\n"))


class Texts:
    """A column of few texts as numbers, in order of appearance; -1: none."""

    def __init__(self, known: Sequence[str] = ()) -> None:
        self._texts = pa.array(known, pa.large_string())

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self._texts.to_pylist())

    def number(self, column: pa.ChunkedArray) -> np.ndarray:
        """The numbers of a column's texts; new ones are added."""
        coded = pc.dictionary_encode(column.cast(pa.large_string())).combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
        found = pc.index_in(coded.dictionary, self._texts)
        new = coded.dictionary.filter(pc.is_null(found))
        numbers = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        numbers[numbers < 0] = len(self._texts) + np.arange(len(new))
        self._texts = pa.concat_arrays([self._texts, new])
        codes = pc.fill_null(coded.indices, len(numbers)).to_numpy(zero_copy_only=False)
        return np.append(numbers, -1)[codes]


def name_texts(codes: np.ndarray, texts: Sequence[str], kind: pa.DataType) -> pa.Array:
    """The texts with given numbers."""
    values = pa.array([*texts, None], kind)
    return values.take(pa.array(np.where(codes < 0, len(texts), codes)))


def dump_lines(value: Any, depth: int = 3) -> str:
    """JSON with a line for each part that may change separately, so that unchanged lines are stored once."""
    if depth and isinstance(value, dict) and value:
        lines = [
            f"{json.dumps(key, ensure_ascii=False)}: {dump_lines(one, depth - 1)}"
            for key, one in value.items()
        ]
        return "{\n" + ",\n".join(lines) + "\n}"
    if depth and isinstance(value, list) and value:
        return "[\n" + ",\n".join(dump_lines(one, depth - 1) for one in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)
