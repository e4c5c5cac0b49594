"""Verify a release: check its files by their hashes, and make all of it again from the store."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taizhang.core.clock import NOW
from taizhang.core.errors import ParameterError, TaizhangError
from taizhang.core.files import hash_file
from taizhang.core.reasons import Reason
from taizhang.release.erratum import write_erratum
from taizhang.release.folders import SIGNED, Release, find_faults, list_files, list_releases
from taizhang.release.freeze import (
    EPOCH,
    copy_review,
    describe_code,
    find_style,
    list_formats,
    review_all,
    write_compared,
)
from taizhang.release.signing import check_signatures
from taizhang.release.states import open_snapshot, set_environment
from taizhang.report.manifest import NAME as MANIFEST
from taizhang.workbook.book import Workbook
from taizhang.workbook.released import Known, list_known

# What a manifest may say otherwise when a release is made again: how long it took, and what only a release has.
_OWN = ("release", "snapshot", "code", "files", "earlier", SIGNED)
_OF_RUN = ("hidden", "versions", "makers", "facts_fingerprint", "findings_fingerprint", "indexes", "plan")
_OF_REPORT = ("seconds", "stages", "version")


@dataclass(frozen=True)
class Verdict:
    """The result for a release: files that changed, files that differ when made again, and the code."""

    release: Release
    faults: tuple[Reason, ...] = ()  # of the files that are there
    differs: tuple[str, ...] = ()  # files whose bytes are others when they are made again
    code: tuple[Reason, ...] = ()  # how the code and the libraries differ from those that made it
    unmade: tuple[Reason, ...] = field(default=())  # why it could not be made again
    notes: tuple[Reason, ...] = ()  # what is said of its signatures

    @property
    def fine(self) -> bool:
        """Whether every file is as released, and was made again byte for byte."""
        return not (self.faults or self.differs or self.unmade)


def check_release(release: Release) -> tuple[Reason, ...]:
    """The files of a release that are missing, changed or added."""
    return tuple(
        Reason(f"release.verify.{how}", name=release.name, file=file) for how, file in find_faults(release)
    )


def verify_release(release: Release, *, jobs: int | None = None) -> Verdict:
    """Check a release's files, make it again from its snapshot, and compare every byte."""
    wrong, notes = (tuple(found) for found in check_signatures(release))
    faults, code = (*check_release(release), *wrong), tuple(compare_code(release.code))
    try:
        with make_again(release, jobs=jobs) as (folder, manifest):
            differs = _compare(release, folder, manifest)
    except TaizhangError as error:
        return Verdict(release, faults, code=code, unmade=tuple(error.reasons), notes=notes)
    return Verdict(release, faults, tuple(differs), code, notes=notes)


def compare_code(made: Mapping[str, Any]) -> Iterator[Reason]:
    """How the code and libraries that made a release differ from those that run now."""
    now = describe_code()
    if made["version"] != now["version"]:
        yield Reason("release.verify.version", before=made["version"], now=now["version"])
    elif made["sha256"] != now["sha256"]:
        yield Reason("release.verify.code", before=made["sha256"][:12], now=now["sha256"][:12])
    old, new = made["environment"], now["environment"]
    if names := sorted(name for name in {*old, *new} if old.get(name) != new.get(name)):
        listed = [f"{name} {old.get(name, '–')} → {new.get(name, '–')}" for name in names]
        yield Reason("release.verify.libraries", names=listed)


@contextmanager
def make_again(release: Release, *, jobs: int | None = None) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Make a release once more, from the store, with the clock of then; yields its folder and manifest."""
    home = Workbook(release.root)
    made: Mapping[str, Any] = release.manifest
    entries = list(made["reports"].values())
    asked = {lang: list_formats(one for one in entries if one["lang"] == lang) for lang in release.languages}
    clock = {NOW: release.about["made_at"], EPOCH: release.code.get(EPOCH)}
    with (
        set_environment(clock),
        open_snapshot(home, release.snapshot, releases=_find_known(release)) as book,
        tempfile.TemporaryDirectory(prefix="taizhang-", ignore_cleanup_errors=True) as name,
    ):
        reviews = review_all(
            book, release.period, asked, find_style(entries), jobs=jobs, progress=lambda _: None
        )
        folder = Path(name)
        names = [one for review in reviews for one in (*review.made, *review.unchanged)]
        manifest = copy_review(reviews[0].folder, names, folder)
        write_compared(book, release.period, folder)
        manifest |= {"release": dict(release.about), "snapshot": release.snapshot}
        if before := _find_before(release):
            write_erratum(
                release.root, before, manifest, folder, withheld=book.count_withheld(release.period)
            )
        yield folder, manifest


def _find_known(release: Release) -> list[Known]:
    """The releases by which it was decided what is hidden in this one; ParameterError if one is gone."""
    there = {one.name: one for one in list_known(release.root)}
    names = [one["name"] for one in release.manifest.get("earlier", ())]
    if gone := [name for name in names if name not in there]:
        raise ParameterError("release.verify.gone", names=gone)
    return [there[name] for name in names]


def _find_before(release: Release) -> Release | None:
    """The release before this one; ParameterError if it is gone, as the erratum is made from it."""
    if release.number == 1:
        return None
    earlier = [one for one in list_releases(release.root, release.period) if one.number == release.number - 1]
    if not earlier:
        raise ParameterError("release.verify.no_earlier", number=release.number - 1)
    return earlier[0]


def _compare(release: Release, folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    made = {name: hash_file(folder / name) for name in list_files(folder)}
    then = {name: sha for name, sha in release.files.items() if name not in release.signed}
    differs = [name for name in sorted({*made, *then}) if made.get(name) != then.get(name)]
    if _strip(release.manifest) != _strip(manifest):
        differs.append(MANIFEST)
    return differs


def _strip(manifest: Mapping[str, Any]) -> Any:
    """A review's manifest without what another run may tell otherwise."""
    kept = {name: value for name, value in manifest.items() if name not in (*_OWN, *_OF_RUN)}
    kept["reports"] = {
        name: {key: value for key, value in one.items() if key not in _OF_REPORT}
        for name, one in manifest["reports"].items()
    }
    return json.loads(json.dumps(kept))
