"""Sending a workbook to workers without a shared folder: by any fsspec address, file by file.

The command puts the inputs of reports (settings, processed tables, facts; never raw files or reports) at the address,
each file under its SHA-256, so that only changed files are sent again. A worker fetches the files it lacks, makes the
report in a copy of the workbook, and returns the report's files with the outcome.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from taizhang.core.errors import SchedulerError
from taizhang.core.files import hash_file, name_beside, remove_leftovers, write_beside, write_text
from taizhang.core.keys import hash_parts
from taizhang.core.outside import tell_error
from taizhang.ingest import DETACHED
from taizhang.settings.workbook import Config

# Names the folder in which a worker keeps what it has fetched.
CACHE = "TAIZHANG_CACHE"


@dataclass(frozen=True)
class Parcel:
    """A workbook's files at an address."""

    address: str  # as fsspec takes it: ``s3://bucket/folder``, ``file:///srv/share``
    files: tuple[tuple[str, str], ...]  # path within the workbook, and SHA-256, of each

    @property
    def key(self) -> str:
        """Changes when any file does."""
        return hash_parts(files=self.files)[:32]


def send_workbook(config: Config, address: str) -> Parcel:
    """Put the inputs of reports at an address, unless already there; SchedulerError if it is not writable.

    The workbook must have been ingested, and its facts computed.
    """
    files = []
    _load_fsspec()
    try:
        system, base = _open(address)
        system.makedirs(f"{base}/objects", exist_ok=True)
        for name, path in _list_files(config):
            sha256 = hash_file(path)
            place = f"{base}/objects/{sha256}"
            # Of another size is what a run that was stopped left.
            if not system.exists(place) or system.size(place) != path.stat().st_size:
                system.put_file(str(path), place)
            files.append((name, sha256))
    except (OSError, ValueError, ImportError) as error:
        raise SchedulerError("report.store.unwritable", address=address, error=tell_error(error)) from error
    return Parcel(address, tuple(sorted(files)))


def _load_fsspec() -> Any:
    """fsspec, which comes with an extra; SchedulerError if it isn't there."""
    try:
        import fsspec
    except ImportError as error:
        raise SchedulerError("report.scheduler.missing", name="fsspec") from error
    return fsspec


def _open(address: str) -> tuple[Any, str]:
    system, base = _load_fsspec().url_to_fs(address)
    return system, str(base).rstrip("/")


def _list_files(config: Config) -> Iterator[tuple[str, Path]]:
    """Return the files that a report's kernel reads, by name below the workbook's folder."""
    root, crosswalk = config.source, config.boundaries.crosswalk
    for folder, pattern in (
        (root, "*.toml"),
        (root, "*.py"),
        (root / "ledgers", "*"),
        (root / "facts", "*"),
        (config.processed, "*"),
    ):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.name[0] != "." and path.name != DETACHED:
                yield path.relative_to(root).as_posix(), path
    for path in sorted((config.cache / "facts").glob("*.parquet")):
        yield path.relative_to(config.root).as_posix(), path
    if crosswalk is not None and crosswalk.is_relative_to(root):
        yield crosswalk.relative_to(root).as_posix(), crosswalk


def find_cache() -> Path:
    """The folder in which this machine caches what it fetched; readable only by its user, as ledgers are personal."""
    chosen = os.environ.get(CACHE, "")
    folder = Path(chosen) if chosen else platformdirs.user_cache_path("taizhang")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def fetch_workbook(parcel: Parcel) -> Path:
    """Fetch a workbook's copy from where it was sent, unless already there, and return its folder.

    Raises SchedulerError if a file cannot be read there, or differs from what was sent.
    """
    cache = find_cache()
    root = cache / "workbooks" / parcel.key
    if root.exists():
        return root
    root.parent.mkdir(exist_ok=True)
    remove_leftovers(cache)
    beside = Path(tempfile.mkdtemp(dir=root.parent, prefix=name_beside(root)))
    try:
        for name, sha256 in parcel.files:
            place = beside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            kept = _fetch_object(parcel.address, sha256, cache / "objects")
            try:
                os.link(kept, place)
            except OSError:  # a file system without links
                shutil.copyfile(kept, place)
        write_text(beside / "data" / "processed" / DETACHED, f"{parcel.address}\n")
        beside.rename(root)
    except OSError as error:
        if not root.exists():  # else another worker of this machine was faster
            about = {"address": parcel.address, "folder": str(cache)}
            raise SchedulerError("report.store.unreadable", error=tell_error(error), **about) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return root


def _fetch_object(address: str, sha256: str, folder: Path) -> Path:
    kept = folder / sha256
    if kept.exists():
        return kept
    system, base = _open(address)
    with write_beside(kept) as beside:
        system.get_file(f"{base}/objects/{sha256}", str(beside))
        if hash_file(beside) != sha256:
            raise SchedulerError("report.store.changed", object=f"{address}/objects/{sha256}")
    return kept
