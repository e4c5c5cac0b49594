"""Which releases readers have when something is counted.

A state that a run holds, or that is out of the store, says which there were. Otherwise all that the workbook has count.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file, write_text

FOLDER, MANIFEST = "releases", "manifest.json"
LIST = "RELEASES.json"  # in data/processed of a state: the releases that it knows of, and where they are
NUMBER = re.compile(r"v([1-9][0-9]*)")


@dataclass(frozen=True)
class Known:
    """A release by its name, such as ``2021/v1``, and the SHA-256 of its manifest, which has those of all files."""

    root: Path
    name: str
    sha256: str

    @property
    def folder(self) -> Path:
        return self.root / FOLDER / self.name

    @property
    def snapshot(self) -> str:
        """What it was made from."""
        return _read(self.folder / MANIFEST, self.sha256)[1]


def list_known(root: Path, *, before: datetime | None = None, until: date | None = None) -> list[Known]:
    """The releases of a workbook, the oldest first: all, those before a moment, or by the end of a day."""
    found = []
    for path in (root / FOLDER).glob(f"*/v*/{MANIFEST}"):
        if NUMBER.fullmatch(path.parent.name) is None:
            continue
        sha256 = _hash(path, path.stat().st_mtime_ns)
        made_at, _ = _read(path, sha256)
        if (before is None or made_at < before) and (until is None or made_at.date() <= until):
            name = f"{path.parent.parent.name}/{path.parent.name}"
            found.append((made_at, Known(root, name, sha256)))
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].name))]


def write_known(processed: Path, releases: Sequence[Known]) -> None:
    """Have a state know of these releases alone."""
    told = [{"root": str(one.root), "name": one.name, "sha256": one.sha256} for one in releases]
    write_text(processed / LIST, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def find_known(root: Path, processed: Path) -> list[Known]:
    """The releases that a state says that it knows of; of a workbook as it is, all that it has."""
    path = processed / LIST
    if not path.exists():
        return list_known(root)
    return [
        Known(Path(one["root"]), one["name"], one["sha256"]) for one in json.loads(path.read_text("utf-8"))
    ]


@lru_cache(maxsize=256)
def _hash(path: Path, _: int) -> str:
    return hash_file(path)


@lru_cache(maxsize=256)
def _read(path: Path, _: str) -> tuple[datetime, str]:
    """When a release was made, and the snapshot; ParameterError if its manifest can't be read."""
    try:
        told = json.loads(path.read_text("utf-8"))
        return datetime.fromisoformat(told["release"]["made_at"]), str(told["snapshot"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        name = f"{path.parent.parent.name}/{path.parent.name}"
        raise ParameterError("release.unreadable", file=name) from error
