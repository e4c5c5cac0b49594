"""The list of snapshots: one file, replaced as a whole. It says what is in the store; what it doesn't name is not.

An entry holds what is different from the snapshot before. Entries are never changed, only added, or left out by
pruning. They are compressed together, as what they say is much alike.
"""

import hashlib
import io
import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.core.errors import ParameterError
from taizhang.core.files import is_named, read_bytes, write_bytes
from taizhang.store.placement import write_planes
from taizhang.store.segments import Segment, choose_codec, list_segments

LOG = "snapshots.parquet"
_FORMAT = 2  # 1: a record in one column, with hashes as text, and rows that are never shifted or sorted
_ABOUT = b"taizhang"
_HEX = re.compile(rb'"([0-9a-f]{16})"')
_NO_TEXT = b'"\0"'  # in the place of a hash; JSON has no such byte
_NAMES = ("id", "made_at", "version", "fingerprint", "digest")


@dataclass(frozen=True)
class Entry:
    """A snapshot: when it was made, by which version of taizhang, and its differences from the previous one."""

    id: str
    made_at: str  # ISO 8601, as the clock said
    version: str
    fingerprint: str  # of the ingest, the first letters of it
    digest: str  # of all that is in it
    record: bytes

    @property
    def day(self) -> date:
        """The day on which it was made, in the clock's own zone."""
        return datetime.fromisoformat(self.made_at).date()


@dataclass(frozen=True)
class Log:
    """All snapshots, oldest first, and the files of rows by table."""

    entries: tuple[Entry, ...] = ()
    segments: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    pruned: tuple[str, ...] = ()  # when those were made that were thinned out


def read_log(folder: Path) -> Log:
    """Read the snapshots of a store, if any.

    ParameterError if the list is damaged or from a later version, or gone while there are files of rows.
    """
    path = folder / LOG
    if not is_named(path):
        if list_segments(folder):  # the list is written before all else
            raise ParameterError("store.damaged", file=LOG)
        return Log()
    try:
        table = pq.read_table(io.BytesIO(read_bytes(path)))
        about = json.loads(table.schema.metadata[_ABOUT])
        if about["format"] > _FORMAT:
            raise ParameterError("store.later", file=LOG)
        columns = [table[name].to_pylist() for name in _NAMES]
        records = table["record"].to_pylist()
        if "head" in table.column_names:
            records = [head + rest for head, rest in zip(table["head"].to_pylist(), records, strict=True)]
        entries = tuple(Entry(*values) for values in zip(*columns, records, strict=True))
        segments = {name: tuple(Segment(*one) for one in some) for name, some in about["segments"].items()}
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError("store.damaged", file=LOG) from error
    log = Log(entries, segments, tuple(about.get("pruned", ())))
    if about.get("sum", "") not in ("", _sum_up(log)):
        raise ParameterError("store.damaged", file=LOG)
    return log


def _sum_up(log: Log) -> str:
    """A hash of all that the list says."""
    digest = hashlib.sha256(json.dumps([log.segments, log.pruned], sort_keys=True).encode())
    for one in log.entries:
        for text in (*(getattr(one, name).encode() for name in _NAMES), one.record):
            digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()


def find_in_turn(days: Sequence[date]) -> list[bool]:
    """Which of some days, in the order in which things were done, a clock that was right can have told.

    Those are the most of them that never go back; of two such choices, the later and earlier days.
    """
    ends: list[int] = []  # of the row of each length that ends the earliest
    before: list[int] = []
    for at, day in enumerate(days):
        length = bisect_right(ends, day, key=lambda one: days[one])
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [at]
    found, at = [False] * len(days), ends[-1] if ends else -1
    while at >= 0:
        found[at], at = True, before[at]
    return found


def write_log(folder: Path, log: Log) -> None:
    """Replace the list; from then on the store is what it says."""
    about = {"format": _FORMAT, "segments": log.segments, "pruned": log.pruned, "sum": _sum_up(log)}
    columns = {name: pa.array([getattr(one, name) for one in log.entries], pa.string()) for name in _NAMES}
    ends = [4 + int.from_bytes(one.record[:4], "little") for one in log.entries]
    # Texts and numbers apart, each kind among its own.
    for name, parts in {"head": map(slice, ends), "record": (slice(end, None) for end in ends)}.items():
        some = [one.record[part] for one, part in zip(log.entries, parts, strict=True)]
        columns[name] = pa.array(some, pa.binary())
    table = pa.table(columns).replace_schema_metadata({_ABOUT: json.dumps(about)})
    made = io.BytesIO()
    pq.write_table(
        table,
        made,
        **choose_codec(table.nbytes),
        write_statistics=False,
        use_dictionary=False,
    )
    write_bytes(folder / LOG, made.getvalue())


def write_record(told: Mapping[str, Any], arrays: list[np.ndarray]) -> bytes:
    """A description and its numbers as bytes."""
    listed = [[array.dtype.str, len(array)] for array in arrays]
    head = json.dumps({"told": told, "arrays": listed}, ensure_ascii=False, separators=(",", ":")).encode()
    hashes = b"".join(bytes.fromhex(one.decode()) for one in _HEX.findall(head))  # half as long
    head = _HEX.sub(_NO_TEXT, head)
    return b"".join([len(head).to_bytes(4, "little"), head, hashes, *map(write_planes, arrays)])


def read_record(record: bytes) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read what `write_record` wrote."""
    end = 4 + int.from_bytes(record[:4], "little")
    parts = record[4:end].split(_NO_TEXT)
    for at in range(1, len(parts)):
        parts[at] = f'"{record[end : end + 8].hex()}"'.encode() + parts[at]
        end += 8
    head = json.loads(b"".join(parts))
    arrays = []
    for kind, length in head["arrays"]:
        dtype = np.dtype(kind)
        planes = np.frombuffer(record, np.uint8, dtype.itemsize * length, end).reshape(dtype.itemsize, length)
        arrays.append(np.ascontiguousarray(planes.T).view(dtype).reshape(length))
        end += dtype.itemsize * length
    return head["told"], arrays
