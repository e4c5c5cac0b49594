"""Freeze a review as a release: copy it under a hidden name, flush it to disk, then rename it."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.clock import read_moment
from taizhang.core.errors import ChangedError, ParameterError, RenderError
from taizhang.core.files import (
    copy_hashed,
    hash_file,
    list_below,
    name_beside,
    remove_leftovers,
    write_beside,
    write_text,
    write_through,
)
from taizhang.core.keys import Code, hash_parts
from taizhang.core.locks import hold_lock
from taizhang.core.periods import Period
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.core.version import __version__
from taizhang.ingest.snapshots import store_whole
from taizhang.metadata.facts import ALL
from taizhang.release.erratum import write_erratum
from taizhang.release.folders import FOLDER, Release, list_files, list_releases, read_release
from taizhang.release.pages import write_pages
from taizhang.release.signing import PASSWORD, OfficeKey, list_pdfs, name_signed, open_key, sign_pdfs
from taizhang.release.states import set_environment
from taizhang.report.formats import DEFAULT_FORMATS, FORMATS
from taizhang.report.manifest import Manifest, read_manifest, write_manifest
from taizhang.report.notes import Note, read_notes
from taizhang.report.plan import NOTEBOOK
from taizhang.report.progress import Report
from taizhang.report.review import ReviewResult, make_review
from taizhang.report.rows import FOLDER as ROWS
from taizhang.report.tasks import MADE
from taizhang.settings.workbook import CACHE
from taizhang.workbook.book import Workbook
from taizhang.workbook.earlier import COMPARED

EPOCH = "SOURCE_DATE_EPOCH"
_MOST_ATTEMPTS = 3
_INJECTED = "injected-parameters"
_KEPT = ("parameters", "version")  # of what Papermill notes of a notebook
_ALL = Code(("taizhang.cli",))


@dataclass(frozen=True)
class Released:
    """A new release, or the latest one if nothing has changed since; and the messages of the reviews."""

    release: Release
    new: bool
    notes: Sequence[Reason] = ()


def make_release(
    book: Workbook,
    period: Period,
    *,
    by: str,
    why: str = "",
    jobs: int | None = None,
    progress: Report | None = None,
) -> Released:
    """Bring a period's review up to date and freeze it under the next number.

    Raises
    ------
    ParameterError
        If nobody releases it, a report that has to be approved is not, or PDFs are to be signed and can't be.
    RenderError
        If a report failed.
    ChangedError
        If ledgers or settings are saved again and again while reports are made.
    """
    by, why = (mask_numbers(" ".join(text.split())) for text in (by, why))
    if not by:
        raise ParameterError("release.by")
    key = open_key(book.config)
    folder = book.root / FOLDER / period.path
    # No kernel and no reader of ledgers is started with the password.
    with set_environment({PASSWORD: None}), hold_lock(book.root / CACHE / "locks" / "release"):
        remove_leftovers(folder)
        for attempt in range(_MOST_ATTEMPTS):
            if attempt:
                book = Workbook.find(book.root)
            book.ingest()
            snapshot = store_whole(book.config)
            reviews = bring_up_to_date(book, period, jobs=jobs, progress=progress)
            if store_whole(book.config).id == snapshot.id:
                break
        else:
            raise ChangedError("release.changing")
        names = [name for review in reviews for name in (*review.made, *review.unchanged)]
        _require_approval(book, period, names)
        before = list_releases(book.root, period)
        with hold_lock(book.root / CACHE / "locks" / f"review-{reviews[0].folder.name}"):
            beside = _start(folder, len(before) + 1)
            try:
                manifest = copy_review(reviews[0].folder, names, beside)
                manifest |= {
                    "release": {
                        "number": before[-1].number + 1 if before else 1,
                        "by": by,
                        "why": why,
                        "made_at": read_moment().isoformat(timespec="seconds"),
                    },
                    "snapshot": snapshot.id,
                    "code": describe_code(),
                }
                manifest["earlier"] = describe_earlier(book)
                write_compared(book, period, beside)
                withheld = book.count_withheld(period)
                released = _finish(book, manifest, beside, folder, before, withheld, key)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        write_pages(book)
    notes = tuple(dict.fromkeys(note for review in reviews for note in review.notes))
    if withheld:
        notes += (Reason("release.withheld", n=withheld),)
    if key is not None and not list_pdfs(manifest):
        notes += (Reason("release.sign.nothing"),)
    return Released(released or before[-1], released is not None, notes)


def bring_up_to_date(
    book: Workbook, period: Period, *, jobs: int | None = None, progress: Report | None = None
) -> list[ReviewResult]:
    """Make a period's review in the workbook's language and all others in use, with all its formats."""
    entries = read_manifest(book.reports_dir(period))["reports"].values()
    langs = {str(one["lang"]) for one in entries} | {book.config.lang}
    asked = {lang: list_formats(one for one in entries if one["lang"] == lang) for lang in langs}
    return review_all(book, period, asked, find_style(entries), jobs=jobs, progress=progress)


def list_formats(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The formats of reports."""
    found = {form for one in entries for form in one["files"]}
    return tuple(form for form in FORMATS if form in found) or DEFAULT_FORMATS


def find_style(entries: Iterable[Mapping[str, Any]]) -> str | None:
    """The layout of the reports, if they all have the same."""
    styles = {str(one.get("style", "")) for one in entries}
    return styles.pop() or None if len(styles) == 1 else None


def review_all(
    book: Workbook,
    period: Period,
    asked: Mapping[str, Sequence[str]],
    style: str | None,
    *,
    jobs: int | None = None,
    progress: Report | None = None,
) -> list[ReviewResult]:
    """Make a period's review in languages, each with its formats, zh first; RenderError if a report fails."""
    done = []
    for lang, formats in sorted(asked.items(), reverse=True):
        done.append(
            make_review(book, period, lang=lang, formats=formats, style=style, jobs=jobs, progress=progress)
        )
        if failed := done[-1].failed:
            raise RenderError("release.failed", n=len(failed), names=failed)
    return done


def describe_code() -> dict[str, Any]:
    """The code and libraries used, and a hash that identifies the environment."""
    epoch = os.environ.get(EPOCH, "")
    return {
        "version": __version__,
        "sha256": _ALL.sha256,
        "environment": dict(_ALL.versions),
        "environment_sha256": hash_parts(versions=dict(sorted(_ALL.versions.items()))),
        **({EPOCH: epoch} if epoch else {}),
    }


def describe_earlier(book: Workbook) -> list[dict[str, str]]:
    """The releases by which it was decided what is hidden, each with the SHA-256 of its manifest."""
    return [{"name": one.name, "sha256": one.sha256} for one in book.releases]


def write_compared(book: Workbook, period: Period, folder: Path) -> None:
    """Write what reports show of the periods that theirs is compared with, of kinds whose small counts are hidden:
    later releases have to know it. Nothing if there is no such kind."""
    tables = [
        book.facts_earlier(one, period)
        for one in dict.fromkeys((period.year_before(), period.period_before()))
    ]
    facts = pd.concat(tables, ignore_index=True)
    facts = facts[facts["fact"].str.partition(".")[0].isin(book.config.suppress)]
    if len(facts):
        with write_beside(folder / COMPARED) as beside:
            facts.to_parquet(beside, index=False)


def _require_approval(book: Workbook, period: Period, names: Iterable[str]) -> None:
    """ParameterError naming the reports without an approved note, if all must have one."""
    if not book.config.release.approval:
        return
    notes = read_notes(book, period)
    lacking = []
    for name in names:
        stem, _, lang = name.rpartition(".")
        owner = ALL if stem == "comparison" else stem
        if not notes.get((owner, lang), Note()).approved:
            lacking.append(name)
    if lacking:
        raise ParameterError("release.not_approved", names=lacking, period=period.path)


def _start(folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder, prefix=name_beside(folder / f"v{number}")))
    umask = os.umask(0)
    os.umask(umask)
    beside.chmod(0o777 & ~umask)
    return beside


def copy_review(folder: Path, names: Iterable[str], place: Path) -> Manifest:
    """Copy what a review made, and nothing else in its folder; returns its manifest, with `files`.
    ChangedError if a file is not what the manifest says.

    ChangedError if a file is not what the manifest says.
    """
    manifest = read_manifest(folder)
    wanted = set(names)
    manifest["reports"] = {
        name: one for name, one in manifest["reports"].items() if name in wanted and one["status"] == MADE
    }
    files = {
        file: one["sha256"][form]
        for one in manifest["reports"].values()
        for form, file in one["files"].items()
    }
    files |= manifest.get("data", {}) | manifest.get("findings", {})
    files |= {f"{ROWS}/{file}": sha256 for file, sha256 in manifest.get("rows", {}).items()}
    files |= {f"index.{lang}.html": one["sha256"] for lang, one in manifest.get("indexes", {}).items()}
    if plan := manifest.get("plan"):
        files[plan["file"]] = plan["sha256"]
    changed = []
    for name, sha256 in sorted(files.items()):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_file() or copy_hashed(folder / name, place / name) != sha256:
            changed.append(name)
    if changed:
        raise ChangedError("release.not_whole", names=changed, folder=folder.name)
    for one in manifest["reports"].values():
        if name := one["files"].get(NOTEBOOK):
            _leave_out_times(place / name)
            files[name] = one["sha256"][NOTEBOOK] = hash_file(place / name)
    manifest["files"] = dict(sorted(files.items()))
    return manifest


def _leave_out_times(path: Path) -> None:
    """Remove from an executed notebook when, where and how long it ran, so that it can be made again identically."""
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        for name in ("execution", "papermill"):
            cell["metadata"].pop(name, None)
        if _INJECTED in cell["metadata"].get("tags", ()):  # Papermill gives it a number by chance
            cell["id"] = _INJECTED
    about = notebook["metadata"].get("papermill", {})
    notebook["metadata"]["papermill"] = {name: about[name] for name in _KEPT if name in about}
    write_text(path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def _finish(
    book: Workbook,
    manifest: Manifest,
    beside: Path,
    folder: Path,
    before: Sequence[Release],
    withheld: int,
    key: OfficeKey | None,
) -> Release | None:
    """Put a release in its place, with the erratum to the one before and signed copies of its PDFs; None if the one
    before has the same files, and the signed copies that are asked for."""
    last = before[-1] if before else None
    pdfs = list_pdfs(manifest) if key is not None else []
    if last is not None:
        if is_same(last, manifest["files"], pdfs):
            return None
        write_erratum(book.root, last, manifest, beside, withheld=withheld)
    if key is not None and pdfs:
        manifest |= sign_pdfs(key, beside, pdfs)
    manifest["files"] = {name: hash_file(beside / name) for name in list_files(beside)}
    write_manifest(beside, manifest)
    seal(beside)
    place = folder / f"v{manifest['release']['number']}"
    if place.exists():  # without a manifest: nobody's release
        raise ParameterError("release.unreadable", file=f"{folder.name}/{place.name}")
    beside.rename(place)
    write_through(folder)
    return read_release(book.root, place)


def is_same(last: Release, files: Mapping[str, str], pdfs: Iterable[str]) -> bool:
    """Return whether a release has these files, and signed copies of those PDFs."""
    own = {name for name in last.files if name.startswith("erratum.") or name == COMPARED} | {*last.signed}
    same = {name: sha for name, sha in last.files.items() if name not in own}
    return same == files and {name_signed(name) for name in pdfs} <= {*last.signed}


def seal(folder: Path) -> None:
    """Flush all files of a folder to disk and make them read-only."""
    for path in sorted(list_below(folder)):
        write_through(path)
        if path.is_file():
            path.chmod(0o444)
    write_through(folder)
