"""Publishing a review's files other than reports: facts, rows behind key figures, the index, and the manifest."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from taizhang.core.files import hash_file
from taizhang.core.keys import Code, hash_parts
from taizhang.metadata.facts import ALL
from taizhang.metadata.words import label
from taizhang.report.formats import BRIEF, DATA_FILES, FINDINGS, FORMATS
from taizhang.report.manifest import Manifest, Outputs, list_versions, write_manifest
from taizhang.report.plan import makes_plan
from taizhang.report.rows import FOLDER as ROWS
from taizhang.report.rows import remove_rows, write_rows
from taizhang.report.snapshot import Snapshot
from taizhang.report.tasks import ReportTask

_DATA = Code(("taizhang.report.data",))
_INDEX = Code(("taizhang.report.index", "taizhang.report.findings", "taizhang.returns.status"))
_FINDINGS = Code(("taizhang.report.findings",))
_PLAN = Code(("taizhang.report.work_plan",))


def take_away(manifest: Manifest, names: Collection[str], folder: Path, *, leave: Collection[str]) -> None:
    """Delete reports and drop them from the manifest, except those to `leave` because they are remade."""
    for name in names:
        for file in manifest["reports"][name]["files"].values():
            (folder / file).unlink(missing_ok=True)
        if name not in leave:
            del manifest["reports"][name]


def publish_facts(snapshot: Snapshot, manifest: Manifest, outputs: Outputs) -> None:
    """Write the files of facts if they, or the code that writes them, have changed.

    Record the review in the manifest.
    """
    folder = snapshot.folder
    kept = _DATA.make_key(**snapshot.hashes.of_report(ALL))
    if manifest.get("facts_fingerprint") != kept or not _are_whole(manifest.get("data"), outputs):
        from taizhang.report.data import write_data

        write_data(snapshot, folder=folder)
        manifest["data"] = _enter_files(folder, DATA_FILES, outputs)
    manifest |= {
        "facts_fingerprint": kept,
        "title": snapshot.config.title,
        "period": str(snapshot.period),
        "as_of": snapshot.as_of.isoformat(),
        **(
            {"known_on": vars(snapshot.known) | {"day": snapshot.known.day.isoformat()}}
            if snapshot.known
            else {}
        ),
        "sample": snapshot.config.sample,
        "versions": list_versions(),
        "inputs": snapshot.inputs,
        "unread": [
            {
                "kind": one["kind"],
                "file": one["file"],
                "sheet": one["sheet"],
                "districts": one["codes"],
                "reason": one["reason"].word(snapshot.config.lang),
            }
            for one in snapshot.unread
        ],
        "inputs_fingerprint": snapshot.fingerprint,
        "snapshot": snapshot.stored,
        # By the day as of which it is so: each shows other counts.
        "hidden": {**manifest.get("hidden", {}), snapshot.as_of.isoformat(): snapshot.hashes.hidden},
    }


def _are_whole(made: Mapping[str, str] | None, outputs: Outputs) -> bool:
    """Whether files, by name with their hashes, are what was made; without a list, nobody knows."""
    return made is not None and all(outputs.is_whole(name, sha256) for name, sha256 in made.items())


def _enter_files(folder: Path, names: Sequence[str], outputs: Outputs) -> dict[str, str]:
    made = {name: hash_file(folder / name) for name in names if (folder / name).exists()}
    for name, sha256 in made.items():
        outputs.enter(name, sha256)
    return made


def publish_findings(snapshot: Snapshot, manifest: Manifest, outputs: Outputs, lang: str) -> None:
    """Write the files of findings if their basis has changed, in the workbook's language if it has reports."""
    own = snapshot.config.lang
    lang = own if any(name.endswith(f".{own}") for name in manifest["reports"]) else lang
    notes = sorted((*key, note.sha256) for key, note in snapshot.notes.items())
    kept = _FINDINGS.make_key(**snapshot.hashes.of_report(ALL), as_of=snapshot.as_of, lang=lang, notes=notes)
    if manifest.get("findings_fingerprint") == kept and _are_whole(manifest.get("findings"), outputs):
        return
    from taizhang.report.findings import write_findings

    rows = write_findings(snapshot, snapshot.look(lang), folder=snapshot.folder)
    _enter_rows(rows, manifest, outputs)
    manifest["findings"] = _enter_files(snapshot.folder, FINDINGS, outputs)
    manifest["findings_fingerprint"] = kept


def publish_plan(snapshot: Snapshot, manifest: Manifest, outputs: Outputs) -> str:
    """Write the tasks of the work plan as a ledger, if the workbook has such a report and its basis has changed.

    A file that is not what was written before is somebody's, and stays as it is: its name is returned.
    """
    templates = [snapshot.find_template(one.template) for one in snapshot.config.reports]
    if not any(makes_plan(path.read_text("utf-8")) for path in templates):
        return ""
    lang = snapshot.config.lang
    name = label("plan.file", lang, period=snapshot.period.period_after().path)
    measures = sorted((*key, *told) for key, told in snapshot.read_measures(lang).items())
    kept = _PLAN.make_key(
        **snapshot.hashes.of_report(ALL), as_of=snapshot.as_of, lang=lang, measures=measures
    )
    made = manifest.get("plan", {})
    path = snapshot.folder / name
    if path.exists() and (made.get("file") != name or hash_file(path) != made.get("sha256")):
        return name
    if made.get("made_from") == kept and path.exists():
        return ""
    from taizhang.report.work_plan import write_task_ledger

    sha256 = write_task_ledger(snapshot.look(lang), snapshot.read_measures(lang), path)
    manifest["plan"] = {"file": name, "sha256": sha256, "made_from": kept}
    outputs.enter(name, sha256)
    return ""


def publish_rows(
    snapshot: Snapshot, manifest: Manifest, outputs: Outputs, tasks: Sequence[ReportTask]
) -> None:
    """Write the rows that the pages to be made link to, and any others that have changed since they were written.

    Delete those that may no longer be shown.
    """
    due = [task for task in tasks if task.reasons]
    paged: dict[str, tuple[str, ...]] = {
        task.meta.district: task.meta.rows for task in due if "html" in task.formats
    }
    remove_rows(snapshot, folder=snapshot.folder)
    asked = {task.meta.district for task in tasks}
    for file, sha256 in list(manifest.get("rows", {}).items()):
        code, _, fact = file.removesuffix(".csv").partition(".")
        if fact not in snapshot.rowed.get(code, ()):
            del manifest["rows"][file]
        elif code in asked and not outputs.is_whole(f"{ROWS}/{file}", sha256):
            paged[code] = tuple(dict.fromkeys((*paged.get(code, ()), fact)))
    _enter_rows(write_rows(snapshot, paged, folder=snapshot.folder), manifest, outputs)


def _enter_rows(written: Mapping[str, str], manifest: Manifest, outputs: Outputs) -> None:
    for file, sha256 in written.items():
        outputs.enter(f"{ROWS}/{file}", sha256)
    manifest["rows"] = dict(sorted({**manifest.get("rows", {}), **written}.items()))


def remove_unlisted(folder: Path, wanted: Collection[str]) -> list[str]:
    """Delete the reports in a folder without a manifest, except those to be made: their content is unknown."""
    names = [path.stem for path in sorted((folder / "notebooks").glob("*.ipynb")) if path.stem not in wanted]
    for name in names:
        stem, _, lang = name.rpartition(".")
        pages = [f"{name}.{form}" for form in FORMATS] + [
            f"{stem}.{BRIEF}.{lang}.pdf",
            f"notebooks/{name}.ipynb",
        ]
        for page in pages:
            (folder / page).unlink(missing_ok=True)
    return names


def publish_index(
    snapshot: Snapshot, manifest: Manifest, outputs: Outputs, lang: str, *, fresh: bool
) -> None:
    """Write the index in each language with reports, if its content or file has changed, and the manifest."""
    made_from = _hash_index(snapshot, manifest)
    indexes = manifest.pop("indexes", {})
    langs = sorted({name.rpartition(".")[2] for name in manifest["reports"]} | {lang})
    for one in indexes.keys() - set(langs):
        (snapshot.folder / f"index.{one}.html").unlink(missing_ok=True)
    kept = {
        one: entry
        for one in langs
        if isinstance(entry := indexes.get(one), dict)
        and entry["made_from"] == made_from
        and outputs.is_whole(f"index.{one}.html", entry["sha256"])
    }
    if due := [one for one in langs if fresh or one not in kept]:
        from taizhang.report.findings import tell_findings
        from taizhang.report.index import write_index

        write_manifest(snapshot.folder, manifest)  # the index leads to it
        for one in due:
            findings = tell_findings(snapshot, snapshot.look(one))
            path = write_index(snapshot, manifest, one, folder=snapshot.folder, findings=findings)
            kept[one] = {"made_from": made_from, "sha256": hash_file(path)}
            outputs.enter(path.name, kept[one]["sha256"])
    manifest["indexes"] = {one: kept[one] for one in langs}
    write_manifest(snapshot.folder, manifest)


def _hash_index(snapshot: Snapshot, manifest: Mapping[str, Any]) -> str:
    """Of what the index shows: of a thousand townships it takes a while to draw."""
    shown = ("name", "lang", "title", "status", "files", "as_of")
    config = snapshot.config
    return _INDEX.make_key(
        facts=manifest["facts_fingerprint"],
        **snapshot.hashes.of_report(ALL),
        said=[
            *config.titles.values(),
            config.sample,
            config.boundaries.approval,
            [repr(one) for one in config.reports],
        ],
        as_of=snapshot.as_of,
        unread=repr(snapshot.unread),
        handed=snapshot.fingerprint,
        reports=hash_parts(
            **{name: [entry.get(key) for key in shown] for name, entry in manifest["reports"].items()}
        ),
    )
