"""Save a snapshot: its new content is written first, the list that refers to it last."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from taizhang.core.clock import read_moment
from taizhang.core.files import remove_leftovers
from taizhang.core.version import __version__
from taizhang.store.hashing import Hashes, hash_order, hash_rows, number_copies
from taizhang.store.log import LOG, Entry, Log, read_log, write_log, write_record
from taizhang.store.placement import (
    Placement,
    encode,
    is_placed_alike,
    line_up,
    make_empty,
    measure,
    place_like,
    shrink,
)
from taizhang.store.segments import Segment, add_rows, count_rows, hash_segments, list_segments, simplify
from taizhang.store.state import (
    BLOB,
    BLOBS,
    HASH_LETTERS,
    LINE,
    LINES,
    SCHEMAS,
    Chain,
    Held,
    State,
    hash_bytes,
)
from taizhang.store.tables import FLAG, KEY, ROW, TABLES, Source, Texts, open_source

_MOST_TEXT = 8 * 1024**2  # a longer file is stored as it is
_PART = 500_000  # rows that are stored at once
_SHORT = 16


def add_snapshot(
    folder: Path,
    files: Mapping[str, Path | bytes],
    *,
    fingerprint: str,
    known: Mapping[str, str] | None = None,
    passing: Collection[str] = (),
) -> Entry | None:
    """Store files under their paths; returns the snapshot, or None if the latest has the same files."""
    log, fingerprint = read_log(folder), fingerprint[:HASH_LETTERS]
    if not (folder / LOG).exists():  # so that a list which is gone later is missed
        write_log(folder, log)
    chain = Chain(folder, log)
    chain.follow(len(log.entries))
    adding = _Adding(folder, chain, log)
    for path, source in files.items():
        adding.add(path, source, (known or {}).get(path, ""))
    adding.leave_out({*files})
    same = bool(log.entries) and log.entries[-1].fingerprint == fingerprint
    if not adding.is_worth(passing if same else ()):
        return None
    adding.store_files()
    entry = adding.make_entry(fingerprint)
    write_log(folder, Log((*log.entries, entry), adding.segments, log.pruned))
    sweep(folder, adding.segments)
    return entry


def sweep(folder: Path, segments: Mapping[str, Sequence[Segment]]) -> None:
    """Remove files of rows that the list no longer refers to, and remains of killed runs."""
    remove_leftovers(folder, below=False)
    named = {one.file for some in segments.values() for one in some}
    for path in list_segments(folder):
        if path.name not in named:
            path.unlink(missing_ok=True)


class _Adding:
    """A snapshot being put together."""

    def __init__(self, folder: Path, chain: Chain, log: Log) -> None:
        self.folder, self.chain = folder, chain
        self.segments: dict[str, tuple[Segment, ...]] = dict(log.segments)
        self.taken = {entry.id for entry in log.entries}
        self.before = chain.state
        self.now = State(dict(chain.state.tables), dict(chain.state.files))
        self._told: dict[str, Any] = {"tables": {}, "files": {}}
        self._arrays: list[np.ndarray] = []
        self._waiting: dict[str, bytes] = {}  # files that are new or have changed

    def is_worth(self, passing: Collection[str]) -> bool:
        """Return whether anything has changed apart from some files."""
        return any(self._told.values()) or any(path not in passing for path in self._waiting)

    def add(self, path: str, source: Path | bytes, sha256: str = "") -> None:
        """Add a file, by its path in the snapshot."""
        if isinstance(source, Path):
            before = self.before.tables.get(path)
            if sha256 and before is not None and before.about["file"] == sha256[:HASH_LETTERS]:
                return
            held = self.before.files.get(path)
            if sha256 and held is not None and held.sha256 == sha256[:HASH_LETTERS]:
                return
            rows = open_source(source)
            if rows is not None:
                self._add_table(path, rows, sha256)
                return
            source = source.read_bytes()
        held = self.before.files.get(path)
        if held is None or held.sha256 != hash_bytes(source):
            self._waiting[path] = source

    def leave_out(self, paths: set[str]) -> None:
        """Drop what is in the previous snapshot but not in this one."""
        schemas = {
            f"{SCHEMAS}{one.about['schema']}" for path, one in self.now.tables.items() if path in paths
        }
        gone = ({*self.now.tables} | {*self.now.files}) - paths - schemas  # what waits is not among them yet
        for path in gone:
            self.now.tables.pop(path, None)
            self.now.files.pop(path, None)
        if gone:
            self._told["gone"] = sorted(gone)

    def _add_table(self, path: str, source: Source, sha256: str) -> None:
        shape = source.shape
        schema = shape.schema.serialize().to_pybytes()
        mark = hash_bytes(schema)
        if f"{SCHEMAS}{mark}" not in self.before.files:
            self._waiting[f"{SCHEMAS}{mark}"] = schema
        before = self.before.tables.get(path) or make_empty(shape.codes)
        placed, hashes = self._place_rows(path, source, before)
        about = {
            **shape.describe(),
            "schema": mark,
            "file": sha256[:HASH_LETTERS],
            "sum": hash_order(hashes, *([] if placed.row is None else [placed.row[placed.order]])),
        }
        placed = replace(placed, about=about)
        columns = [field.name for field in shape.content]
        like = self._find_like(source, placed)
        told, arrays = encode(before, placed, self._make_look(path, source), columns, placed=not like)
        start = len(self._arrays)
        self._arrays += arrays
        changed = {key: value for key, value in about.items() if before.about.get(key) != value}
        self._told["tables"][path] = {
            "about": changed, "told": told, "arrays": [start, len(self._arrays)], **({"like": like} if like else {}),
        }  # fmt: skip
        self.now.tables[path] = placed
        self.now.files.pop(path, None)

    def _find_like(self, source: Source, placed: Placement) -> list[str]:
        """The ledger tables, if any, whose rows this table describes one by one, in their order."""
        if source.table is None or not {KEY, "kind"} <= set(source.shape.content.names):
            return []
        kinds = dict.fromkeys(source.table["kind"].to_pylist())
        paths = [f"{TABLES}/{kind}.parquet" for kind in kinds]
        alike = place_like(placed, line_up(self.now.tables, paths, KEY))
        return paths if alike is not None and is_placed_alike(alike, placed) else []

    def _place_rows(self, path: str, source: Source, before: Placement) -> tuple[Placement, Hashes]:
        """Number a table's rows, storing new ones; returns their placement and hashes."""
        shape, segments = source.shape, self.segments.get(path, ())
        count = count_rows(segments)
        texts = {name: Texts(before.texts.get(name, ())) for name in shape.codes}
        content = [field.name for field in shape.content]
        hashed, codes = [np.zeros((0, 2), np.uint64)], {name: [np.zeros(0, np.int64)] for name in texts}
        rows, flags = [np.zeros(0, np.int64)], [np.zeros(0, bool)]
        for part in source.iterate():
            hashed.append(hash_rows(part.select(content)))
            for name, one in texts.items():
                codes[name].append(one.number(part[name]))
            if shape.row:
                rows.append(part[ROW].to_numpy().astype(np.int64))
            if shape.flag:
                flags.append(part[FLAG].to_numpy().astype(bool))
        hashes = number_copies(np.concatenate(hashed))
        ids = find_rows(hashes, hash_segments(self.folder, segments))
        new = ids < 0
        ids[new] = count + np.arange(int(new.sum()))
        if new.any():
            self.segments[path] = self._store_rows(path, source, content, new)
        order = np.argsort(ids, kind="stable")  # the table's positions by number
        place = np.empty(len(ids), np.int64)
        place[order] = np.arange(len(ids))
        placed = Placement(
            ids[order],
            {name: np.concatenate(some)[order] for name, some in codes.items()},
            {name: one.known for name, one in texts.items()},
            np.concatenate(rows)[order] if shape.row else None,
            np.concatenate(flags)[order] if shape.flag else None,
            place,
            count=count + int(new.sum()),
        )
        return placed, hashes

    def _store_rows(
        self, path: str, source: Source, content: Sequence[str], new: np.ndarray
    ) -> tuple[Segment, ...]:
        segments, held, start = list(self.segments.get(path, ())), list[pa.Table](), 0
        name = Path(path).stem
        for part in source.iterate():
            chosen = new[start : start + part.num_rows]
            start += part.num_rows
            if chosen.any():
                held.append(part.select(list(content)).filter(pa.array(chosen)))
            if sum(one.num_rows for one in held) >= _PART:
                segments = add_rows(self.folder, name, segments, simplify(pa.concat_tables(held)))
                held = []
        if held:
            segments = add_rows(self.folder, name, segments, simplify(pa.concat_tables(held)))
        return tuple(segments)

    def _make_look(self, path: str, source: Source) -> Any:
        log = replace(self.chain.log, segments=self.segments)
        return Chain(self.folder, log).make_look(path, lambda: source.shape)

    def store_files(self) -> None:
        """Store the files that are new or have changed."""
        texts, others = dict[str, list[str]](), dict[str, bytes]()
        for path, data in self._waiting.items():
            text = _read_text(data)
            if text is None:
                others[path] = data
            else:
                texts[path] = text.split("\n")
        lines = self._number(LINES, LINE, [line for some in texts.values() for line in some], pa.string())
        start = 0
        for path, some in texts.items():
            self._hold(path, lines[start : start + len(some)], lines=True)
            start += len(some)
        blobs = self._number(BLOBS, BLOB, [*others.values()], pa.binary())
        for at, path in enumerate(others):
            self._hold(path, blobs[at : at + 1], lines=False)

    def _number(self, name: str, column: str, values: Sequence[Any], kind: pa.DataType) -> np.ndarray:
        """The numbers of lines or files, storing new ones."""
        if not values:
            return np.zeros(0, np.int64)
        segments = self.segments.get(name, ())
        wanted = dict.fromkeys(values)
        rows = pa.table({column: pa.array([*wanted], kind)})
        ids = find_rows(hash_rows(rows), hash_segments(self.folder, segments))
        new = ids < 0
        ids[new] = count_rows(segments) + np.arange(int(new.sum()))
        if new.any():
            fresh = rows.filter(pa.array(new))
            self.segments[name] = tuple(add_rows(self.folder, name.strip("."), segments, fresh))
        numbers = dict(zip(wanted, ids.tolist(), strict=True))
        return np.array([numbers[value] for value in values], dtype=np.int64)

    def _hold(self, path: str, ids: np.ndarray, *, lines: bool) -> None:
        held = Held(hash_bytes(self._waiting[path]), ids, lines)
        before = self.before.files.get(path)
        values, same = np.diff(ids, prepend=0) - 1, False
        if before is not None and len(before.ids) == len(ids) and measure(ids - before.ids) < measure(values):
            values, same = ids - before.ids, True
        self._told["files"][path] = {
            "sha256": held.sha256, "lines": lines, "ids": len(self._arrays), **({"same": True} if same else {}),
        }  # fmt: skip
        self._arrays.append(shrink(values))
        self.now.files[path] = held
        self.now.tables.pop(path, None)

    def make_entry(self, fingerprint: str) -> Entry:
        """The snapshot's entry in the list."""
        moment, digest = read_moment(), self.now.digest()
        stem = f"{moment.date().isoformat()}-{digest[:8]}"
        name, number = stem, 2
        while name in self.taken:  # the same data a second time on one day
            name, number = f"{stem}-{number}", number + 1
        record = write_record(self._told, self._arrays)
        made_at = moment.isoformat(timespec="seconds")
        return Entry(name, made_at, __version__, fingerprint, digest, record)


def find_rows(hashes: Hashes, known: Hashes) -> np.ndarray:
    """The positions of rows among known ones, by hash; -1 if they are not there."""
    found = np.full(len(hashes), -1, np.int64)
    if not len(known):
        return found
    order = np.argsort(known[:, 0], kind="stable")
    first = known[order, 0]
    low = np.searchsorted(first, hashes[:, 0], side="left")
    high = np.searchsorted(first, hashes[:, 0], side="right")
    for step in range(int((high - low).max(initial=0))):  # once, unless 64 bits happen to be the same
        at = order[np.minimum(low + step, len(order) - 1)]
        fits = (low + step < high) & (known[at, 1] == hashes[:, 1])
        found[fits] = at[fits]
    return found


def _read_text(data: bytes) -> str | None:
    if len(data) > _MOST_TEXT or b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
