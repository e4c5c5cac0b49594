"""Save, list, find and extract a workbook's snapshots, and tell when each row was first seen."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from taizhang.core.clock import read_day
from taizhang.core.errors import ParameterError
from taizhang.core.files import write_bytes
from taizhang.settings.workbook import STORE, Config
from taizhang.store.log import Entry, Log, find_in_turn, read_log
from taizhang.store.placement import Placement
from taizhang.store.prune import prune_snapshots
from taizhang.store.save import add_snapshot
from taizhang.store.state import HASH_LETTERS, Chain
from taizhang.store.tables import TABLES, name_texts, write_table

RECENT_DAYS = 92
_WALL = 19  # letters of a time without its zone
_MOST_ATTEMPTS = 3
Read = TypeVar("Read")
_OWN = "."  # what begins so is the store's own
ENVIRONMENT = ".environment.json"  # the versions of Python and all libraries


@dataclass(frozen=True)
class Snapshot:
    """The data ingested by a certain moment."""

    id: str
    made_at: datetime  # as the clock said, with its zone
    version: str  # of taizhang
    fingerprint: str  # of the ingest, the first letters of it
    digest: str  # of all that is in it
    in_turn: bool = True  # otherwise the clock was wrong, as other snapshots tell

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
    return _show_all(read_log(_place(config.root)))


def _show_all(log: Log) -> list[Snapshot]:
    right = find_in_turn([entry.day for entry in log.entries])
    return [replace(_show(entry), in_turn=one) for entry, one in zip(log.entries, right, strict=True)]


def find_known(root: Path, day: date) -> tuple[Snapshot, bool]:
    """The latest snapshot made by the end of a day, and whether it is the latest of all; ParameterError if
    there is none.

    One made while the clock was wrong is found by no day, as it is not known when it was made.
    """
    log = read_log(_place(root))
    found = _show_all(log)
    by_then = [one for one in found if one.in_turn and one.day <= day]
    if found and found[-1].day <= day and day >= read_day():  # what is known now
        return found[-1], True
    kept = by_then[-1].made_at.isoformat(timespec="seconds") if by_then else ""
    thinned = [
        one for one in log.pruned if datetime.fromisoformat(one).date() <= day and one[:_WALL] > kept[:_WALL]
    ]
    if thinned:
        raise ParameterError("store.thinned", day=day, made_at=max(thinned), kept=kept or "–")
    if not by_then:
        first = min((one.day for one in found if one.in_turn), default=None)
        raise ParameterError("store.too_early" if first else "store.none", day=day, first=first)
    return by_then[-1], by_then[-1] is found[-1]


def find_snapshot(root: Path, name: str) -> Snapshot:
    """The snapshot of an id; ParameterError if it is not in the store."""
    for one in read_log(_place(root)).entries:
        if one.id == name:
            return _show(one)
    raise ParameterError("store.no_snapshot", id=name)


def find_made_from(root: Path, fingerprint: str) -> str:
    """The id of the newest snapshot of an ingest with a fingerprint; '' if there is none or it can't be read."""
    try:
        entries = read_log(_place(root)).entries
    except ParameterError:  # what needs the snapshot says so
        return ""
    mark = fingerprint[:HASH_LETTERS]
    return next((one.id for one in reversed(entries) if one.fingerprint == mark), "")


def write_snapshot(
    root: Path, snapshot: Snapshot, folder: Path, *, kinds: Collection[str] | None = None
) -> None:
    """Write the files of a snapshot into a folder, by their paths in the workbook; of ledgers those of some `kinds`
    alone."""

    def write(chain: Chain) -> None:
        chain.follow(_find_place(chain.log, snapshot.id) + 1)
        for path in chain.state.tables:
            if kinds is not None and Path(path).stem not in kinds:
                continue
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_table(folder / path, *chain.read_table(path))
        for path, held in chain.state.files.items():
            if not path.startswith(_OWN):
                write_bytes(folder / path, chain.read_file(held), through=False)

    _read_meanwhile(_place(root), write)


def _read_meanwhile(place: Path, read: Callable[[Chain], Read]) -> Read:
    """Read a store that another run may add to or thin out: what has gone meanwhile is read as the list is now."""
    for _ in range(_MOST_ATTEMPTS - 1):
        log = read_log(place)
        try:
            return read(Chain(place, log))
        except ParameterError:
            if read_log(place) == log:
                raise
    return read(Chain(place, read_log(place)))


def thin_out(config: Config) -> tuple[int, int]:
    """Remove old snapshots; returns how many were removed and how many remain.

    The last three months' stay, of each month before the last, the newest of all, and those that a release names; those
    of a wrong clock are of no month. For the one run at a time that holds the lock of the ingest.
    """
    place = _place(config.root)
    snapshots = list_snapshots(config)
    recent = read_day() - timedelta(days=RECENT_DAYS)
    last = {(one.day.year, one.day.month): one.id for one in snapshots if one.in_turn}
    keep = {*last.values(), *_list_named(config.root), *(one.id for one in snapshots if one.day >= recent)}
    keep |= {one.id for one in snapshots[-1:]}
    left = prune_snapshots(place, keep)
    return left, len(snapshots) - left


def _list_named(root: Path) -> set[str]:
    """The snapshots that releases were made from; ParameterError if a release can't be read, as it may need any."""
    named = set()
    for path in sorted(root.glob("releases/*/v*/manifest.json")):
        try:
            named.add(str(json.loads(path.read_text("utf-8"))["snapshot"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            file = path.relative_to(root).as_posix()
            raise ParameterError("store.release_unreadable", file=file) from error
    return named


def _find_place(log: Log, name: str) -> int:
    for at, entry in enumerate(log.entries):
        if entry.id == name:
            return at
    raise ParameterError("store.no_snapshot", id=name)


def list_first_seen(config: Config, kind: str, *, until: str = "") -> pd.DataFrame:
    """When each row of a kind was first and last seen, for all rows that any snapshot has, or any up to one (its id).

    Returns
    -------
    pandas.DataFrame
        first_seen and last_seen (when the snapshots were made, on the clock's own day and time), present (in the newest
        snapshot), and the row's columns, with source_file, source_sheet and source_row as last seen.
    """
    path = f"{TABLES}/{kind}.parquet"
    return _read_meanwhile(_place(config.root), lambda chain: _list_first_seen(chain, path, until))


def _list_first_seen(chain: Chain, path: str, until: str) -> pd.DataFrame:
    entries = chain.log.entries[: _find_place(chain.log, until) + 1 if until else None]
    times = _set_right(chain.log.entries)
    seen = _Seen()
    for at, entry in enumerate(entries, 1):
        seen.add(chain.follow(at).tables.get(path), times[entry.made_at])
    if seen.last is None:
        return pd.DataFrame(columns=["first_seen", "last_seen", "present"])
    return seen.tabulate(chain, path, times)


def _set_right(entries: Sequence[Entry]) -> dict[str, str]:
    """Of each time at which a snapshot was made that which counts: of a wrong clock's, that of the one before."""
    right = find_in_turn([entry.day for entry in entries])
    last = next((entry.made_at for entry, one in zip(entries, right, strict=True) if one), "")
    times = {}
    for entry, one in zip(entries, right, strict=True):
        last = entry.made_at if one else last
        times[entry.made_at] = last
    return times


def list_differences(config: Config, before: str, after: str, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a kind that only one of two snapshots has, by their ids: of the first, and of the second.

    Rows are compared by their content: one that stands in another file, sheet or row, and says the same, is in both.
    """
    path = f"{TABLES}/{kind}.parquet"
    return _read_meanwhile(_place(config.root), lambda chain: _list_differences(chain, before, after, path))


def _list_differences(chain: Chain, before: str, after: str, path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    states = {}
    places = {name: _find_place(chain.log, name) for name in (before, after)}
    for name, at in sorted(places.items(), key=lambda one: one[1]):
        placed = chain.follow(at + 1).tables.get(path)
        states[name] = (placed, chain.read_table(path)[0] if placed is not None else pa.table({}))
    (one, rows), (other, more) = states[before], states[after]
    held, held_after = (np.zeros(0, np.int64) if it is None else it.ids[it.order] for it in (one, other))
    return (
        rows.filter(pa.array(~np.isin(held, held_after))).to_pandas()
        if one is not None
        else rows.to_pandas(),
        more.filter(pa.array(~np.isin(held_after, held))).to_pandas()
        if other is not None
        else more.to_pandas(),
    )


class _Seen:
    """Rows by number: when they were last seen, and where they stood then."""

    def __init__(self) -> None:
        self.last: Placement | None = None
        self.times: list[str] = []
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
        more = placed.count - len(self.latest)
        self.latest = np.concatenate([self.latest, np.full(more, -1, np.int64)])
        self.row = np.concatenate([self.row, np.zeros(more, np.int64)])
        self.latest[placed.ids] = at
        if placed.row is not None:
            self.row[placed.ids] = placed.row
        for name, codes in placed.codes.items():
            known = self.codes.get(name, np.zeros(0, np.int64))
            known = np.concatenate([known, np.full(placed.count - len(known), -1, np.int64)])
            known[placed.ids] = codes
            self.codes[name] = known

    def tabulate(self, chain: Chain, path: str, right: Mapping[str, str]) -> pd.DataFrame:
        assert self.last is not None
        ids = np.flatnonzero(self.latest >= 0)
        shape = chain.read_shape(self.last.about)
        rows = chain.read_content(path, ids, shape).to_pandas()
        for name, codes in self.codes.items():
            kind = shape.schema.field(name).type
            rows[name] = name_texts(codes[ids], self.last.texts[name], kind).to_pandas()
        if shape.row:
            rows["source_row"] = self.row[ids]
        born, last = (
            pd.Series([pd.Timestamp(right.get(one, one)).tz_localize(None) for one in times]).to_numpy()
            for times in (chain.times, self.times)
        )
        seen = pd.DataFrame(
            {
                "first_seen": born[chain.born[path][ids]],
                "last_seen": last[self.latest[ids]],
                "present": np.isin(ids, self.now, assume_unique=True),
            }
        )
        return pd.concat([seen, rows], axis=1)
