"""Outputs that appear whole or not at all, and checksums of inputs."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

UNREADABLE = "unreadable"
# The name that mkstemp gives: eight characters between ours.
_BESIDE = re.compile(r"\..+\.[a-z0-9_]{8}(\.\w+)?")


@contextmanager
def write_beside(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder, renamed to `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)  # mkstemp makes it private; a report is to be read by others
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what `write_beside` had begun in a folder, or below it, when its process was killed."""
    for path in folder.rglob(".*"):
        if _BESIDE.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str, *, encoding: str = "utf-8") -> None:
    """Write a text file whole or not at all, with `\\n` line ends on every system."""
    with write_beside(path) as beside:
        beside.write_text(text, encoding=encoding, newline="\n")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    with write_beside(path) as beside:
        beside.write_bytes(data)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_files(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Name and SHA-256 of those of the paths that are files, in order, without what Python compiled."""
    return [
        (path.name, hash_file(path)) for path in sorted(paths) if path.is_file() and path.suffix != ".pyc"
    ]


class Stamp(NamedTuple):
    """What tells whether a file is as it was: its size, its time (ns) and its SHA-256."""

    bytes: int
    time: int
    sha256: str


def stamp_file(path: Path, known: Stamp | None = None) -> Stamp:
    """The stamp of a file; one of the size and time that are known is not read again.

    Of a file that can't be read now, being locked, the hash is a mark that no later one equals.
    """
    try:
        status = path.stat()
        if known and (status.st_size, status.st_mtime_ns) == known[:2]:
            return known
        return Stamp(status.st_size, status.st_mtime_ns, hash_file(path))
    except OSError:
        return Stamp(0, 0, f"{UNREADABLE} {time.time_ns()}")


def split_layer(path: Path) -> tuple[Path, str]:
    """A boundary file, and which of its layers: ``a.gpkg!towns`` and ``a.zip!towns.shp``; '' where none is named.

    Names of folders, files and layers may hold a '!' themselves: the file is the longest part that is there.
    """
    parts = str(path).split("!")
    for end in range(len(parts), 0, -1):
        if (outer := Path("!".join(parts[:end]))).exists():
            return outer, "!".join(parts[end:])
    return path, ""
