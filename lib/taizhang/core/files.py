"""Outputs written whole or not at all, and checksums of inputs."""

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
    """Yield a temporary path in the same folder, renamed to `path` if the block ends without an error."""
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
    """Remove temporary files that `write_beside` left in a folder, or below it, when its process was killed."""
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
    """Name and SHA-256 of each path that is a file, in order, skipping compiled Python."""
    return [
        (path.name, hash_file(path)) for path in sorted(paths) if path.is_file() and path.suffix != ".pyc"
    ]


class Stamp(NamedTuple):
    """What shows whether a file has changed: its size, modification time (ns) and SHA-256."""

    bytes: int
    time: int
    sha256: str


def stamp_file(path: Path, known: Stamp | None = None) -> Stamp:
    """The stamp of a file; a file whose size and time are unchanged is not read again.

    If the file cannot be read now, for example because it is locked, the hash is a placeholder that no later hash
    equals.
    """
    try:
        status = path.stat()
        if known and (status.st_size, status.st_mtime_ns) == known[:2]:
            return known
        return Stamp(status.st_size, status.st_mtime_ns, hash_file(path))
    except OSError:
        return Stamp(0, 0, f"{UNREADABLE} {time.time_ns()}")


def split_layer(path: Path) -> tuple[Path, str]:
    """Split a boundary path into file and layer: ``a.gpkg!towns``, ``a.zip!towns.shp``; '' if no layer is named.

    Names of folders, files and layers may contain '!': the file is the longest part that exists.
    """
    parts = str(path).split("!")
    for end in range(len(parts), 0, -1):
        if (outer := Path("!".join(parts[:end]))).exists():
            return outer, "!".join(parts[end:])
    return path, ""
