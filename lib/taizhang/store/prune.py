"""Remove old snapshots: the remaining ones are rebuilt, and rows in no snapshot are deleted."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from taizhang.store.log import Entry, Log, find_in_turn, read_log, write_log, write_record
from taizhang.store.placement import Placement, encode, make_empty, shrink
from taizhang.store.save import sweep
from taizhang.store.segments import Segment, add_rows, gather_rows, read_segment, simplify
from taizhang.store.state import BLOBS, LINES, Chain, Held, State


def prune_snapshots(folder: Path, keep: Collection[str]) -> int:
    """Remove all snapshots but some; returns how many. The content of the others stays identical."""
    log = read_log(folder)
    left = [entry for entry in log.entries if entry.id not in keep]
    if not left:
        return 0
    chain, remade = Chain(folder, log), _Remade(folder, log)
    for at, entry in enumerate(log.entries, 1):
        state = chain.follow(at)
        if entry.id in keep:
            remade.add(entry, state, chain)
    in_turn = find_in_turn([entry.day for entry in log.entries])
    told = [
        entry.made_at for entry, right in zip(log.entries, in_turn, strict=True) if right and entry in left
    ]
    pruned = tuple(sorted({*log.pruned, *told}))
    segments = remade.store()
    write_log(folder, Log(tuple(remade.entries), segments, pruned))
    sweep(folder, segments)
    return len(left)


class _Remade:
    """The remaining snapshots, with rows renumbered in order of appearance."""

    def __init__(self, folder: Path, log: Log) -> None:
        self.folder, self.log = folder, log
        self.entries: list[Entry] = []
        self.before = State()
        # By table, of each old number the new one; -1: no snapshot that stays has had it so far.
        self.numbers = {
            name: np.full(sum(one.rows for one in some), -1, np.int64) for name, some in log.segments.items()
        }
        self.counts = dict.fromkeys(self.numbers, 0)

    def add(self, entry: Entry, state: State, chain: Chain) -> None:
        told: dict[str, Any] = {"tables": {}, "files": {}}
        arrays: list[np.ndarray] = []
        now = State()
        for path, held in state.files.items():
            ids = self._number(LINES if held.lines else BLOBS, held.ids)
            now.files[path] = Held(held.sha256, ids, held.lines)
            before = self.before.files.get(path)
            if before is None or before.sha256 != held.sha256:
                told["files"][path] = {"sha256": held.sha256, "lines": held.lines, "ids": len(arrays)}
                arrays.append(shrink(np.diff(ids, prepend=0) - 1))
        for path, placed in state.tables.items():
            now.tables[path], where = self._renumber(path, placed)
            before_rows = self.before.tables.get(path) or make_empty(tuple(placed.codes))
            if before_rows.about == placed.about and np.array_equal(before_rows.ids, now.tables[path].ids):
                continue
            # No column of the content is looked at: it has not been written yet in the new order.
            made, numbers = encode(before_rows, now.tables[path], _look_nowhere, ())
            start = len(arrays)
            arrays += numbers
            born = chain.born[path][where]
            times = [*chain.times]
            some = np.unique(born)
            told["tables"][path] = {
                "about": {k: v for k, v in placed.about.items() if before_rows.about.get(k) != v},
                "told": made, "arrays": [start, len(arrays)],
                "born": [times[one] for one in some], "born_at": len(arrays),
            }  # fmt: skip
            arrays.append(shrink(np.searchsorted(some, born)))
        gone = ({*self.before.tables} | {*self.before.files}) - {*now.tables} - {*now.files}
        if gone:
            told["gone"] = sorted(gone)
        self.entries.append(replace(entry, record=write_record(told, arrays)))
        self.before = now

    def _number(self, name: str, ids: np.ndarray) -> np.ndarray:
        """Map old numbers to new ones; unmapped numbers get the next."""
        numbers = self.numbers[name]
        fresh = np.unique(ids[numbers[ids] < 0])
        numbers[fresh] = self.counts[name] + np.arange(len(fresh))
        self.counts[name] += len(fresh)
        return numbers[ids]

    def _renumber(self, path: str, placed: Placement) -> tuple[Placement, np.ndarray]:
        """Rows by their new numbers, ascending; and the old numbers of rows that are new here."""
        if path not in self.numbers:
            return placed, np.zeros(0, np.int64)
        earlier = self.numbers[path].copy()
        ids = self._number(path, placed.ids)
        order = np.argsort(ids, kind="stable")
        place = np.empty(len(ids), np.int64)
        place[order] = np.arange(len(ids))
        again = Placement(
            ids[order],
            {name: codes[order] for name, codes in placed.codes.items()},
            placed.texts,
            None if placed.row is None else placed.row[order],
            None if placed.flag is None else placed.flag[order],
            place[placed.order],
            count=self.counts[path],
            about=placed.about,
        )
        return again, np.sort(placed.ids[earlier[placed.ids] < 0])

    def store(self) -> dict[str, tuple[Segment, ...]]:
        """Write the remaining rows, in their new order."""
        made: dict[str, tuple[Segment, ...]] = {}
        for name, segments in self.log.segments.items():
            numbers = self.numbers[name]
            old = np.flatnonzero(numbers >= 0)
            if not len(old):
                continue
            rows = [read_segment(self.folder, one) for one in segments]
            fields = {field.name: field for one in rows for field in one.schema}
            table = gather_rows(self.folder, segments, old, pa.schema([*fields.values()]))
            table = table.take(pa.array(np.argsort(numbers[old])))
            made[name] = tuple(add_rows(self.folder, Path(name).stem.strip("."), [], simplify(table)))
        return made


def _look_nowhere(ids: np.ndarray, columns: object) -> Any:
    raise AssertionError
