"""The folders of releases: releases/<period>/v<N>, each with its manifest; their content never changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file, list_below
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import suggest
from taizhang.report.manifest import NAME as MANIFEST
from taizhang.workbook.released import FOLDER, NUMBER

__all__ = [
    "FOLDER", "SIGNED", "Release", "find_faults", "find_release", "is_release", "list_files", "list_releases",
    "read_release",
]  # fmt: skip
SIGNED = "signed"  # of a manifest: which PDFs have a signed copy
_CODE: Mapping[str, Any] = {"version": "", "sha256": "", "environment": {}, "environment_sha256": ""}


@dataclass(frozen=True)
class Release:
    """A release of a period's review, numbered from 1."""

    root: Path  # the workbook's folder
    folder: Path
    number: int
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name that commands take: ``2021/v2``."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
    def period(self) -> Period:
        return parse_period(self.manifest["period"])

    @property
    def about(self) -> Mapping[str, str]:
        """by, why and made_at."""
        about: Mapping[str, str] = self.manifest["release"]
        return about

    @property
    def snapshot(self) -> str:
        return str(self.manifest["snapshot"])

    @property
    def files(self) -> Mapping[str, str]:
        """The SHA-256 of every file but the manifest, by path in the folder."""
        files: Mapping[str, str] = self.manifest["files"]
        return files

    @property
    def signed(self) -> Mapping[str, str]:
        """The signed copies of PDFs, each with its PDF; their hashes are in `files`."""
        signed: Mapping[str, str] = self.manifest.get(SIGNED, {}).get("files", {})
        return signed

    @property
    def code(self) -> Mapping[str, Any]:
        """The version, hash and environment of the code that made it; empty where it does not say."""
        code: Mapping[str, Any] = self.manifest.get("code", _CODE)
        return code

    @property
    def languages(self) -> list[str]:
        """The languages of its reports, zh first."""
        return sorted({str(one["lang"]) for one in self.manifest["reports"].values()}, reverse=True)


def is_release(folder: Path) -> bool:
    """Return whether a folder has a release's name and a manifest."""
    return NUMBER.fullmatch(folder.name) is not None and (folder / MANIFEST).is_file()


def read_release(root: Path, folder: Path) -> Release:
    """Read a release; ParameterError if its manifest can't be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        release = Release(root, folder, int(folder.name.removeprefix("v")), manifest)
        assert {"by", "why", "made_at"} <= release.about.keys() and _is_names(release.files)
        assert _is_names(release.signed) and {*release.signed, *release.signed.values()} <= {*release.files}
        assert release.snapshot and release.period
        assert all(
            _is_names(one["files"]) and isinstance(one["lang"], str) for one in manifest["reports"].values()
        )
        assert _CODE.keys() <= release.code.keys() and isinstance(release.code["environment"], dict)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        raise ParameterError("release.unreadable", file=f"{folder.parent.name}/{folder.name}") from error
    return release


def _is_names(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def list_releases(root: Path, period: Period | None = None) -> list[Release]:
    """All releases of a workbook, or of a period: by period, oldest first."""
    pattern = f"{period.path}/v*" if period else "*/v*"
    folders = [path for path in (root / FOLDER).glob(pattern) if is_release(path)]
    return [
        read_release(root, path)
        for path in sorted(folders, key=lambda one: (one.parent.name, int(one.name.removeprefix("v"))))
    ]


def find_release(root: Path, name: str) -> Release:
    """Find a release by name, such as ``2021/v2``, or by folder; ParameterError if there is none."""
    for folder in (root / FOLDER / name.replace("\\", "/").strip("/"), Path(name)):
        if is_release(folder):
            return read_release(root, folder.resolve())
    known = [one.name for one in list_releases(root)]
    raise ParameterError("release.no_such", name=name, near=suggest(name, known))


def list_files(folder: Path) -> list[str]:
    """The files in a folder and its subfolders, by relative path."""
    return sorted(path.relative_to(folder).as_posix() for path in list_below(folder) if path.is_file())


def find_faults(release: Release) -> list[tuple[str, str]]:
    """The files of a release that are missing, changed or added since, by path."""
    there = set(list_files(release.folder)) - {MANIFEST}
    faults = [("missing", name) for name in release.files if name not in there]
    faults += [
        ("changed", name)
        for name, sha256 in release.files.items()
        if name in there and hash_file(release.folder / name) != sha256
    ]
    return faults + [("added", name) for name in sorted(there - set(release.files))]
