"""Carrying out the plan, and recording each report in the manifest when it is done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from taizhang.core.errors import RenderError
from taizhang.core.version import __version__
from taizhang.report.formats import PAGES
from taizhang.report.manifest import Manifest, Outputs, write_manifest
from taizhang.report.plan import NOTEBOOK, list_languages
from taizhang.report.progress import Progress, Report
from taizhang.report.tasks import FAILED, UNFINISHED, ReportOutcome, ReportTask, make_report, render_again

_SECONDS_BETWEEN_SAVES = 1.0


def run_plan(
    due: Sequence[ReportTask],
    manifest: Manifest,
    outputs: Outputs,
    folder: Path,
    *,
    jobs: int | None,
    scheduler: str | None,
    report: Report,
) -> Iterator[ReportOutcome]:
    """Make the reports and record each in the manifest, so that an interrupted run can be continued."""
    if not due:
        return
    from taizhang.report.workers import run_tasks

    entries = manifest["reports"]
    for task in due:
        if task.name in entries:
            entries[task.name] |= {"status": UNFINISHED, "stages": _list_left(task, entries[task.name])}
    write_manifest(folder, manifest)
    saved = monotonic()
    report(Progress(0, len(due)))
    try:
        for done, outcome in enumerate(run_tasks(due, jobs=jobs, scheduler=scheduler), start=1):
            task = outcome.task
            entries[task.name] = _describe_report(outcome, entries.get(task.name, {}), outputs)
            if monotonic() - saved > _SECONDS_BETWEEN_SAVES:
                write_manifest(folder, manifest)
                saved = monotonic()
            name = " ".join(filter(None, (task.meta.name, task.meta.report_title, task.meta.lang)))
            report(Progress(done, len(due), name, outcome.status, outcome.error))
            yield outcome
    finally:
        write_manifest(folder, manifest)
        outputs.save()


def _list_left(task: ReportTask, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The stages of a report that its task leaves as they are."""
    if task.rerun:
        return {}
    anew = {*task.formats, *task.stale}
    return {stage: made for stage, made in entry.get("stages", {}).items() if stage not in anew}


def _describe_report(outcome: ReportOutcome, before: Mapping[str, Any], outputs: Outputs) -> dict[str, Any]:
    task, meta = outcome.task, outcome.task.meta
    left = _list_left(task, before)
    pages = {form: task.page(form).name for form in PAGES if task.page(form).exists()}
    files = pages | ({NOTEBOOK: f"notebooks/{task.notebook.name}"} if task.notebook.exists() else {})
    for stage, sha256 in outcome.sha256.items():
        outputs.enter(files[stage], sha256)
    hashes = {stage: before["sha256"][stage] for stage in left} | dict(outcome.sha256)
    linked = "html" in task.formats or "languages" not in before
    return {
        "district": meta.district,
        "name": meta.name,
        "lang": meta.lang,
        "kind": meta.kind,
        "report": meta.report,
        "title": meta.report_title,
        "status": outcome.status,
        "error": outcome.error,
        "seconds": outcome.seconds,
        "parameters": task.parameters,
        "as_of": meta.as_of.isoformat(),
        "version": __version__,
        "languages": list(meta.languages) if linked else before["languages"],
        "note": {"path": task.note.path, "sha256": task.note.sha256} if task.note.path else None,
        "style": meta.style,
        "files": files,
        "sha256": hashes,
        "stages": left | {stage: dict(task.stages[stage]) for stage in outcome.sha256},
        "area": task.area,
    }


def link_languages(manifest: Manifest, outputs: Outputs, tasks: Iterable[ReportTask]) -> None:
    """Render again the HTML pages whose links to other languages have changed, without running a notebook."""
    for task in tasks:
        entry = manifest["reports"].get(task.name)
        if entry is None or any(
            entry.get("stages", {}).get(one) != task.stages[one] for one in (NOTEBOOK, "html")
        ):
            continue
        languages = list_languages(manifest, task.meta.stem)
        if list(languages) != entry["languages"]:
            outcome = make_report(render_again(task, languages))
            if outcome.status == FAILED:
                raise RenderError("report.review.not_again", name=task.name, error=outcome.error)
            entry["languages"] = list(languages)
            entry["sha256"]["html"] = outcome.sha256["html"]
            outputs.enter(task.page("html").name, outcome.sha256["html"])
