"""The face of the store for a workbook: save, list, find and take out snapshots, and when each row was first seen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.files import write_bytes
from taizhang.settings.workbook import STORE, Config
from taizhang.store.log import Entry, Log, read_log
from taizhang.store.placement import Placement
from taizhang.store.save import add_snapshot
from taizhang.store.state import Chain
from taizhang.store.tables import name_texts, write_table

_TABLES = "data/processed"
_OWN = "."  # what begins so is the store's own
ENVIRONMENT = ".environment.json"  # the versions of Python and all libraries


@dataclass(frozen=True)
class Snapshot:
    """What had been ingested at a moment."""

    id: str
    made_at: datetime  # as the clock said, with its zone
    version: str  # of taizhang
    fingerprint: str  # of the ingest
    digest: str  # of all that is in it

    @property
    def day(self) -> date:
        """The day on which it was made, in the clock's own zone."""
        return self.made_at.date()


def _place(root: Path) -> Path:
    return root / STORE


def _show(entry: Entry) -> Snapshot:
    made_at = datetime.fromisoformat(entry.made_at)
    return Snapshot(entry.id, made_at, entry.version, entry.fingerprint, entry.digest)


def save_snapshot(
    config: Config,
    files: Mapping[str, Path | bytes],
    *,
    fingerprint: str,
    known: Mapping[str, str] | None = None,
    passing: Collection[str] = (),
) -> Snapshot | None:
    """Store a workbook's files by their paths in it; None if the newest snapshot has just these.

    `known`: the SHA-256 of files whose bytes need not be read if they are as in the newest snapshot. `passing`: files
    that alone are no reason for a snapshot, if the ingest's fingerprint is the same.

    For the one run at a time that holds the lock of the ingest. Whatever ends it, the snapshots before stay whole.
    """
    entry = add_snapshot(_place(config.root), files, fingerprint=fingerprint, known=known, passing=passing)
    return None if entry is None else _show(entry)


def list_snapshots(config: Config) -> list[Snapshot]:
    """All snapshots of a workbook, in the order in which they were made."""
    return [_show(entry) for entry in read_log(_place(config.root)).entries]


def find_known(root: Path, day: date) -> tuple[Snapshot, bool]:
    """The newest snapshot made by the end of a day, and whether it is the newest of all; ParameterError if there is
    none."""
    found = [_show(entry) for entry in read_log(_place(root)).entries]
    by_then = [one for one in found if one.day <= day]
    if not by_then:
        first = min((one.day for one in found), default=None)
        raise ParameterError("store.too_early" if first else "store.none", day=day, first=first)
    return by_then[-1], by_then[-1] is found[-1]


def write_snapshot(root: Path, snapshot: Snapshot, folder: Path) -> None:
    """Write the files of a snapshot into a folder, by their paths in the workbook."""
    chain = Chain(_place(root), read_log(_place(root)))
    chain.follow(_find_place(chain.log, snapshot.id) + 1)
    for path in chain.state.tables:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_table(folder / path, *chain.read_table(path))
    for path, held in chain.state.files.items():
        if not path.startswith(_OWN):
            write_bytes(folder / path, chain.read_file(held), through=False)


def _find_place(log: Log, name: str) -> int:
    for at, entry in enumerate(log.entries):
        if entry.id == name:
            return at
    raise ParameterError("store.no_snapshot", id=name)


def list_first_seen(config: Config, kind: str) -> pd.DataFrame:
    """When each row of a kind was first and last seen, for all rows that any snapshot has.

    Returns
    -------
    pandas.DataFrame
        first_seen and last_seen (when the snapshots were made, on the clock's own day and time), present (in the newest
        snapshot), and the row's columns, with source_file, source_sheet and source_row as last seen.
    """
    chain = Chain(_place(config.root), read_log(_place(config.root)))
    path = f"{_TABLES}/{kind}.parquet"
    seen = _Seen()
    for at, entry in enumerate(chain.log.entries, 1):
        state = chain.follow(at)
        seen.add(state.tables.get(path), entry.made_at)
    if seen.last is None:
        return pd.DataFrame(columns=["first_seen", "last_seen", "present"])
    return seen.tabulate(chain, path)


class _Seen:
    """Rows by number: when first, when last, and where they stood then."""

    def __init__(self) -> None:
        self.last: Placement | None = None
        self.times: list[str] = []
        self.first = np.zeros(0, np.int64)
        self.latest = np.zeros(0, np.int64)
        self.now = np.zeros(0, np.int64)  # numbers in the newest snapshot
        self.codes: dict[str, np.ndarray] = {}
        self.row = np.zeros(0, np.int64)

    def add(self, placed: Placement | None, made_at: str) -> None:
        self.times.append(made_at)
        at = len(self.times) - 1
        if placed is None:
            self.now = np.zeros(0, np.int64)
            return
        self.last, self.now = placed, placed.ids
        more = placed.count - len(self.first)
        self.first = np.concatenate([self.first, np.full(more, -1, np.int64)])
        self.latest = np.concatenate([self.latest, np.full(more, -1, np.int64)])
        self.row = np.concatenate([self.row, np.zeros(more, np.int64)])
        unseen = placed.ids[self.first[placed.ids] < 0]
        self.first[unseen] = at
        self.latest[placed.ids] = at
        if placed.row is not None:
            self.row[placed.ids] = placed.row
        for name, codes in placed.codes.items():
            known = self.codes.get(name, np.zeros(0, np.int64))
            known = np.concatenate([known, np.full(placed.count - len(known), -1, np.int64)])
            known[placed.ids] = codes
            self.codes[name] = known

    def tabulate(self, chain: Chain, path: str) -> pd.DataFrame:
        assert self.last is not None
        ids = np.flatnonzero(self.first >= 0)
        shape = chain.read_shape(self.last.about)
        rows = chain.read_content(path, ids, shape).to_pandas()
        for name, codes in self.codes.items():
            kind = shape.schema.field(name).type
            rows[name] = name_texts(codes[ids], self.last.texts[name], kind).to_pandas()
        if shape.row:
            rows["source_row"] = self.row[ids]
        days = pd.Series([pd.Timestamp(one).tz_localize(None) for one in self.times])
        seen = pd.DataFrame(
            {
                "first_seen": days.to_numpy()[self.first[ids]],
                "last_seen": days.to_numpy()[self.latest[ids]],
                "present": np.isin(ids, self.now, assume_unique=True),
            }
        )
        return pd.concat([seen, rows], axis=1)
