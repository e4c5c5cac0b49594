"""Snapshots of a workbook's data as ingested by certain days; each row is stored once by its content."""

from taizhang.store.snapshots import (
    ENVIRONMENT,
    Snapshot,
    find_known,
    find_made_from,
    find_snapshot,
    list_differences,
    list_first_seen,
    list_snapshots,
    save_snapshot,
    thin_out,
    write_snapshot,
)
from taizhang.store.tables import dump_lines

__all__ = [
    "ENVIRONMENT", "Snapshot", "dump_lines", "find_known", "find_made_from", "find_snapshot", "list_differences",
    "list_first_seen", "list_snapshots", "save_snapshot", "thin_out", "write_snapshot",
]  # fmt: skip
