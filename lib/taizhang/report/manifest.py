"""The manifest: what a review was made from and how it went, merged from run to run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.core.files import Stamp, make_stamp, stamp_file, write_text
from taizhang.core.keys import find_version
from taizhang.core.reasons import Reason
from taizhang.core.version import __version__

Manifest = dict[str, Any]

NAME = "manifest.json"
_MAPPINGS = ("data", "findings", "hidden", "indexes", "makers", "rows")
# What the numbers, the pictures and the pages depend on most.
_LIBRARIES = ("geopandas", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "typst")


def read_manifest(folder: Path) -> Manifest:
    """Read a review's manifest, or one without reports if there is none yet; ParameterError if it is unreadable."""
    path = folder / NAME
    if not path.exists():
        return {"reports": {}}
    try:
        manifest = json.loads(path.read_text("utf-8"))
        assert isinstance(manifest["reports"], dict)
        assert all(isinstance(manifest.get(key, {}), dict) for key in _MAPPINGS)
        assert all(isinstance(entry["files"], dict) for entry in manifest["reports"].values())
        assert all({"district", "status"} <= entry.keys() for entry in manifest["reports"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        raise ParameterError("report.manifest_unreadable", file=f"{folder.name}/{NAME}") from error
    return dict(manifest)


def open_manifest(folder: Path) -> tuple[Manifest, Reason | None]:
    """Open the manifest; an unreadable one is renamed, a new one begun, and the messages say so."""
    try:
        return read_manifest(folder), None
    except ParameterError:
        path, number = folder / NAME, 1
        while (aside := folder / f"manifest.unreadable-{number}.json").exists():
            number += 1
        path.rename(aside)
        told = Reason("report.manifest_set_aside", file=f"{folder.name}/{NAME}", aside=aside.name)
        return {"reports": {}}, told


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest whole or not at all, its reports in the order of their names."""
    ordered = dict(manifest) | {"reports": dict(sorted(manifest["reports"].items()))}
    write_text(folder / NAME, json.dumps(ordered, ensure_ascii=False, indent=1) + "\n")


def list_versions() -> dict[str, str]:
    """Return the current versions of taizhang, Python and the main libraries; `makers` has those of each report."""
    return {"taizhang": __version__} | {name: find_version(name) for name in ("python", *_LIBRARIES)}


class Outputs:
    """The files of a review, and whether they still match the manifest; hashed if size or time changed.

    Sizes and times are kept at `path` between runs.
    """

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder, self._path = folder, path
        try:
            self._known = {name: Stamp(*one) for name, one in json.loads(path.read_text("utf-8")).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}
        self._before = dict(self._known)

    def is_whole(self, name: str, sha256: str) -> bool:
        """Return whether a file is present and unchanged."""
        if not (self._folder / name).exists():
            return False
        stamp = self._known[name] = stamp_file(self._folder / name, self._known.get(name), ours=True)
        return stamp.sha256 == sha256

    def enter(self, name: str, sha256: str) -> None:
        """Record a file just made."""
        status = (self._folder / name).stat()
        self._known[name] = make_stamp(status, sha256, ours=True)

    def save(self) -> None:
        """Keep sizes and times for the next run."""
        if self._known != self._before:
            write_text(self._path, json.dumps(self._known))
            self._before = dict(self._known)
