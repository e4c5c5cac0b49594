"""The content of each snapshot, reconstructed from its differences from the previous one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from taizhang.core.errors import ParameterError
from taizhang.store.hashing import hash_order, hash_rows, number_copies
from taizhang.store.log import LOG, Entry, Log, read_record
from taizhang.store.placement import Look, Placement, decode, line_up, make_empty, place_like
from taizhang.store.segments import gather_rows
from taizhang.store.tables import FLAG, KEY, ROW, Shape, name_texts

LINES, BLOBS = ".lines", ".blobs"  # the tables of lines of texts, and of other files' bytes
LINE, BLOB = "line", "blob"
SCHEMAS = ".schemas/"
HASH_LETTERS = 16


@dataclass(frozen=True)
class Held:
    """A file of a snapshot, as the numbers of its lines, or as one number if it is not text."""

    sha256: str
    ids: np.ndarray
    lines: bool


@dataclass
class State:
    """The content of a snapshot: files of rows with their descriptions, and other files, all by path."""

    tables: dict[str, Placement] = field(default_factory=dict)
    files: dict[str, Held] = field(default_factory=dict)

    def digest(self) -> str:
        """A hash of all its content."""
        marks = {path: one.about["sum"] for path, one in self.tables.items()}
        marks |= {path: one.sha256 for path, one in self.files.items()}
        return hashlib.sha256(repr(sorted(marks.items())).encode()).hexdigest()[:HASH_LETTERS]


def hash_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:HASH_LETTERS]


class Chain:
    """A store's snapshots, reconstructed from the first on."""

    def __init__(self, folder: Path, log: Log) -> None:
        self.folder, self.log = folder, log
        self.state = State()
        self.at = 0  # how many snapshots have been followed
        self.times: dict[str, None] = {}  # when rows were first seen, each once
        self.born: dict[str, np.ndarray] = {}  # of each row of a table by its number, which of these

    def follow(self, count: int) -> State:
        """The state after a number of snapshots, not fewer than in the previous call."""
        for entry in self.log.entries[self.at : count]:
            try:
                self.state = self._step(entry)
            except (ValueError, LookupError, TypeError) as error:  # of a list without its own hash
                if isinstance(error, ParameterError):
                    raise
                raise ParameterError("store.damaged", file=LOG) from error
            self.at += 1
        return self.state

    def _step(self, entry: Entry) -> State:
        told, arrays = read_record(entry.record)
        state = State(dict(self.state.tables), dict(self.state.files))
        for path in told.get("gone", ()):
            state.tables.pop(path, None)
            state.files.pop(path, None)
        for path, one in told["files"].items():
            before = state.files.get(path)
            ids = np.asarray(arrays[one["ids"]], np.int64)
            same = one.get("same")
            ids = before.ids + ids if same and before is not None else np.cumsum(ids + 1)
            state.files[path] = Held(one["sha256"], ids, one["lines"])
        for path, one in told["tables"].items():
            before_rows = state.tables.get(path) or make_empty(())
            about = {**before_rows.about, **one["about"]}
            first, last = one["arrays"]
            look = self.make_look(path, lambda about=about, state=state: self.read_shape(about, state))
            placed = decode(before_rows, {**about, **one["told"]}, arrays[first:last], look)
            if "like" in one:
                lined = line_up(state.tables, one["like"], KEY)
                placed = place_like(placed, lined) or placed  # if it is not so, its sum is another
            state.tables[path] = replace(placed, about=about)
            self._enter_born(path, entry.made_at, one, arrays)
        return state

    def _enter_born(
        self, path: str, made_at: str, one: Mapping[str, Any], arrays: Sequence[np.ndarray]
    ) -> None:
        """When new rows were first seen: now, unless it was in a snapshot that has been removed."""
        named = one.get("born", [made_at])
        for time in named:
            self.times.setdefault(time)
        numbers = {time: number for number, time in enumerate(self.times)}
        which = np.array([numbers[time] for time in named])
        at = np.asarray(arrays[one["born_at"]], np.int64) if "born_at" in one else 0
        fresh = np.broadcast_to(which[at], one["told"]["new"])
        self.born[path] = np.concatenate([self.born.get(path, np.zeros(0, np.int64)), fresh])

    def make_look(self, path: str, shape: Any) -> Look:
        """How to look at the content of a table's rows."""

        def look(ids: np.ndarray, columns: Sequence[str]) -> pd.DataFrame:
            content = shape().content
            wanted = pa.schema([content.field(name) for name in columns])
            return gather_rows(self.folder, self.log.segments.get(path, ()), ids, wanted).to_pandas()

        return look

    def read_shape(self, about: Mapping[str, Any], state: State | None = None) -> Shape:
        schema = (state or self.state).files[f"{SCHEMAS}{about['schema']}"]
        return Shape.restore(about, self.read_file(schema))

    def read_file(self, held: Held) -> bytes:
        """A file's bytes; ParameterError if they differ from those stored."""
        name, column = (LINES, LINE) if held.lines else (BLOBS, BLOB)
        kind = pa.string() if held.lines else pa.binary()
        wanted = np.unique(held.ids)
        found = gather_rows(
            self.folder, self.log.segments.get(name, ()), wanted, pa.schema([(column, kind)])
        )[column].to_pylist()
        parts = [found[at] for at in np.searchsorted(wanted, held.ids)]
        data = "\n".join(parts).encode() if held.lines else b"".join(parts)
        if hash_bytes(data) != held.sha256:
            raise ParameterError("store.damaged", file=name)
        return data

    def read_content(self, path: str, ids: np.ndarray, shape: Shape) -> pa.Table:
        """The content of a table's rows, by ascending numbers."""
        return gather_rows(self.folder, self.log.segments.get(path, ()), ids, shape.content)

    def read_table(self, path: str) -> tuple[pa.Table, Shape]:
        """A table as in its file; ParameterError if it differs from what was stored."""
        placed = self.state.tables[path]
        shape = self.read_shape(placed.about)
        content = self.read_content(path, placed.ids, shape).take(pa.array(placed.order))
        row = None if placed.row is None else placed.row[placed.order]
        hashes = number_copies(hash_rows(content))
        if hash_order(hashes, *([] if row is None else [row])) != placed.about["sum"]:
            raise ParameterError("store.damaged", file=Path(path).name)
        columns = []
        for one in shape.schema:
            if one.name in shape.codes:
                codes = placed.codes[one.name][placed.order]
                columns.append(name_texts(codes, placed.texts[one.name], one.type))
            elif one.name == ROW and row is not None:
                columns.append(pa.array(row).cast(one.type))
            elif one.name == FLAG and placed.flag is not None:
                columns.append(pa.array(placed.flag[placed.order]))
            else:
                columns.append(content[one.name])
        return pa.table(columns, schema=shape.schema), shape
