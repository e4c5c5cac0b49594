"""Outputs that appear whole or not at all, and checksums of inputs."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

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


def hash_code(*folders: Path) -> str:
    """SHA-256 of the Python and YAML files below folders, which need not be there."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".yml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def hash_computing() -> str:
    """A hash of the code and metadata that facts come from, as they were when this process first asked."""
    return hash_code(
        *(Path(__file__).parents[1] / part for part in ("facts", "stats", "metadata", "boundaries"))
    )


def split_layer(path: Path) -> tuple[Path, str]:
    """A boundary file, and which of its layers: ``a.gpkg!towns`` and ``a.zip!towns.shp``; '' where none is named."""
    if not path.exists() and "!" in str(path):
        outer, inner = str(path).rsplit("!", 1)
        return Path(outer), inner
    return path, ""
