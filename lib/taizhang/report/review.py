"""A review: every report of a period, the comparison, the index, and the account of how they were made.

What makes things is imported where something is to be made: a review of a thousand townships in which nothing has
changed is over before Papermill and the libraries of statistics would be loaded.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pandas as pd

from taizhang.core.csv import format_facts
from taizhang.core.errors import ParameterError, RenderError
from taizhang.core.files import hash_file, remove_leftovers, write_beside, write_text
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason
from taizhang.core.version import __version__
from taizhang.metadata.facts import ALL
from taizhang.report.changes import InputHashes, hash_index, hash_inputs, mark_behind
from taizhang.report.cluster import send_workbook
from taizhang.report.formats import DEFAULT_FORMATS, FORMATS, find_word_base
from taizhang.report.kept import carry_kept, find_local
from taizhang.report.manifest import (
    Manifest,
    fingerprint,
    hash_package,
    list_versions,
    read_manifest,
    write_manifest,
)
from taizhang.report.meta import ReportMeta
from taizhang.report.notes import Note, read_notes
from taizhang.report.progress import Progress, Report, show_progress
from taizhang.report.rows import list_rowed_facts, remove_rows, write_rows
from taizhang.report.tasks import (
    FAILED,
    MADE,
    UNFINISHED,
    ReportOutcome,
    ReportTask,
    make_report,
    render_again,
)
from taizhang.report.typefaces import find_faces, hash_faces
from taizhang.settings.workbook import STYLES, OwnReport

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

_SECONDS_BETWEEN_SAVES = 1.0
DISTRICT_TEMPLATE, AREA_TEMPLATE = "township_review", "county_comparison"


@dataclass(frozen=True)
class ReviewResult:
    """What a review left.

    Attributes
    ----------
    manifest : dict
        As in manifest.json.
    made, unchanged, failed : list of str
        Reports of this run, such as ``350921101.zh``: made, left as they were, not made.
    folder : Path
        Where they are.
    unnoted : list of str
        Names of the districts, and of the area, for whose reports nobody has written anything.
    behind : list of str
        Reports left as they were, in which the whole area's numbers are those of an earlier state.
    """

    manifest: Manifest
    made: list[str]
    unchanged: list[str]
    failed: list[str]
    folder: Path
    unnoted: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)

    @property
    def notes(self) -> list[Reason]:
        """What the user must know of the reports besides."""
        told = []
        if self.behind:
            told.append(Reason("report.review.behind", names=self.behind))
        if self.unnoted:
            told.append(Reason("report.review.unnoted", names=self.unnoted, period=self.folder.name))
        return told

    @property
    def summary(self) -> Reason:
        """How many reports were made, unchanged and failed."""
        counts = {"made": self.made, "unchanged": self.unchanged, "failed": self.failed}
        told = [Reason(f"report.review.{word}", n=len(names)) for word, names in counts.items() if names]
        return Reason("report.review.counts", told=told) if told else Reason("report.review.none")


def make_review(
    book: "Workbook",
    period: Period | str,
    *,
    districts: Sequence[str] | None = None,
    lang: str | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    style: str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    store: str | None = None,
    fresh: bool = False,
    progress: Report | None = None,
) -> ReviewResult:
    """Make the reports of a period that are not there yet, or whose makings have changed.

    Parameters
    ----------
    book : Workbook
    period : Period or str
    districts : sequence of str, optional
        Codes or names; default: all, and the comparison.
    lang : str, optional
        zh or en; default: the workbook's.
    formats : sequence of str
        html, pdf, docx.
    style : str, optional
        modern or gbt9704; default: the workbook's.
    jobs : int, optional
        Reports made at once; default: as many as cores.
    scheduler : str, optional
        Address of a Dask scheduler to make them on instead.
    store : str, optional
        An fsspec address by way of which the scheduler's workers get the workbook, where they share no folder.
    fresh : bool
        Make all, changed or not.
    progress : callable, optional
        Called with a Progress after each report; default: a bar, or lines, on standard error.

    Returns
    -------
    ReviewResult
        Reports that failed are in it; the others are made all the same.

    Raises
    ------
    ParameterError
        If a district, language, format or style is unknown, a note belongs to no report or has wrong front
        matter, or a template has no fitting parameters cell.
    SchedulerError
        If the scheduler can't be reached.
    """
    period = parse_period(period) if isinstance(period, str) else period
    lang = lang or book.config.lang
    if lang not in ("zh", "en"):
        raise ParameterError("workbook.no_language", lang=lang)
    if unknown := [form for form in formats if form not in FORMATS]:
        raise ParameterError("report.format.no_such", format=unknown[0], known=", ".join(FORMATS))
    if store and not scheduler:
        raise ParameterError("report.review.store_alone")
    codes = list(dict.fromkeys(map(book.resolve_district, districts))) if districts else None
    folder = book.reports_dir(period)
    remove_leftovers(folder)
    manifest = read_manifest(folder)

    notes = read_notes(book, period)
    if (style := style or book.config.style) not in STYLES:
        raise ParameterError("report.review.no_style", style=style, known=", ".join(STYLES))
    fonts = str(book.config.fonts or "") if style == "gbt9704" else ""
    find_faces(fonts)
    facts, before = book.facts(period), book.facts_earlier(period.year_before(), period)
    inputs, rowed = hash_inputs(book, period), list_rowed_facts(book, facts)
    plan = partial(
        _plan_tasks,
        book,
        period,
        codes,
        manifest=manifest,
        inputs=inputs,
        notes=notes,
        rows=rowed,
        style=style,
        fonts=fonts,
    )
    kept = fingerprint(facts=inputs.of_report(ALL), package=hash_package())
    if manifest.get("facts_fingerprint") != kept or not _has_facts(folder):
        from taizhang.report.data import write_data

        _write_facts(folder, facts)
        write_data(folder, book=book, period=period, facts=facts, before=before)
    manifest |= {"facts_fingerprint": kept}
    manifest |= _describe_review(book, period)
    tasks = plan(lang, tuple(formats))
    stale = [task for task in tasks if fresh or not _is_current(task, manifest)]
    due = stale if fresh else [_spare_run(task, manifest) for task in stale]
    if due and not scheduler:
        from taizhang.report.workers import start_ahead

        start_ahead(1 if len(due) == 1 else jobs)
    _check_templates(book, due)
    paged = {task.meta.district: task.meta.rows for task in due if "html" in task.formats}
    remove_rows(folder, book=book, allowed=rowed)
    write_rows(folder, book=book, period=period, wanted=paged)

    if store and due:
        parcel = send_workbook(book, store)
        due = [replace(task, parcel=parcel) for task in due]
    with nullcontext(progress) if progress else show_progress() as report:
        outcomes = list(_make_due(due, manifest, folder, jobs=jobs, scheduler=scheduler, report=report))
    other = {"zh": "en", "en": "zh"}[lang]
    if any(name.endswith(f".{other}") for name in manifest["reports"]):
        _link_languages(manifest, [*tasks, *plan(other, ("html",))])
    behind = mark_behind(manifest["reports"], inputs.area)
    own = {
        "",
        *(report.name for report in book.config.reports),
    }  # one taken out of [[reports]] is made no more
    made_from = hash_index(book, period, manifest, kept)
    indexes = manifest.pop("indexes", {})
    write_manifest(folder, manifest)
    langs = sorted({name.rpartition(".")[2] for name in manifest["reports"]} | {lang})
    for written in langs:
        if fresh or indexes.get(written) != made_from or not (folder / f"index.{written}.html").exists():
            from taizhang.report.index import write_index

            write_index(
                folder,
                book=book,
                period=period,
                lang=written,
                facts=book.said(facts),
                manifest=manifest,
                before=before,
            )
    manifest["indexes"] = dict.fromkeys(langs, made_from)
    write_manifest(folder, manifest)

    done = {outcome.task.name: outcome.status for outcome in outcomes}
    return ReviewResult(
        manifest=manifest,
        made=[name for name, status in done.items() if status == MADE],
        unchanged=[task.name for task in tasks if task.name not in done],
        failed=[name for name, status in done.items() if status == FAILED],
        folder=folder,
        behind=[
            name for name in behind if name not in done and manifest["reports"][name].get("report", "") in own
        ],
        unnoted=[task.meta.name for task in tasks if not task.meta.note and not task.meta.report],
    )


def _make_due(
    due: Sequence[ReportTask],
    manifest: Manifest,
    folder: Path,
    *,
    jobs: int | None,
    scheduler: str | None,
    report: Report,
) -> Iterator[ReportOutcome]:
    """Make the reports and enter each in the manifest, so that a run that is stopped is gone on with."""
    if not due:
        return
    from taizhang.report.workers import run_tasks

    for task in due:
        if task.name in manifest["reports"]:
            manifest["reports"][task.name]["status"] = UNFINISHED
    write_manifest(folder, manifest)
    saved = monotonic()
    report(Progress(0, len(due)))
    try:
        for done, outcome in enumerate(run_tasks(due, jobs=jobs, scheduler=scheduler), start=1):
            manifest["reports"][outcome.task.name] = _describe_report(outcome)
            if monotonic() - saved > _SECONDS_BETWEEN_SAVES:
                write_manifest(folder, manifest)
                saved = monotonic()
            meta = outcome.task.meta
            name = " ".join(filter(None, (meta.name, meta.report_title, meta.lang)))
            report(Progress(done, len(due), name, outcome.status, outcome.error))
            yield outcome
    finally:
        write_manifest(folder, manifest)


def _has_facts(folder: Path) -> bool:
    return all((folder / f"facts.{form}").exists() for form in ("parquet", "csv", "xlsx"))


def _write_facts(folder: Path, facts: pd.DataFrame) -> None:
    with write_beside(folder / "facts.parquet") as beside:
        facts.to_parquet(beside, index=False)
    write_text(folder / "facts.csv", format_facts(facts, "csv"))


def _describe_review(book: "Workbook", period: Period) -> Manifest:
    """What holds for the whole review; a report says itself what it was made from."""
    return {
        "title": book.config.title,
        "period": str(period),
        "as_of": book.as_of(period).isoformat(),
        "sample": book.config.sample,
        "versions": list_versions(),
        "inputs": book.inputs(),
        "inputs_fingerprint": book.fingerprint(),
    }


def _describe_report(outcome: ReportOutcome) -> dict[str, Any]:
    task = outcome.task
    return {
        "district": task.meta.district,
        "name": task.meta.name,
        "lang": task.meta.lang,
        "kind": task.meta.kind,
        "report": task.meta.report,
        "title": task.meta.report_title,
        "status": outcome.status,
        "error": outcome.error,
        "seconds": outcome.seconds,
        "parameters": task.parameters,
        "as_of": task.meta.as_of.isoformat(),
        "version": __version__,
        "languages": list(task.meta.languages),
        "note": {"path": task.note.path, "sha256": task.note.sha256} if task.note.path else None,
        "style": task.meta.style,
        "files": {
            **(
                {form: task.page(form).name for form in FORMATS if task.page(form).exists()}
                if outcome.status == MADE
                else {}
            ),
            **({"notebook": f"notebooks/{task.notebook.name}"} if task.notebook.exists() else {}),
        },
        "fingerprint": task.fingerprint,
        "area": task.area,
    }


def _plan_tasks(
    book: "Workbook",
    period: Period,
    codes: Sequence[str] | None,
    lang: str,
    formats: tuple[str, ...],
    *,
    manifest: Manifest,
    inputs: InputHashes,
    notes: Mapping[tuple[str, str], Note],
    rows: Mapping[str, tuple[str, ...]],
    style: str,
    fonts: str,
) -> list[ReportTask]:
    """One task per district asked for; all districts, and the comparison, where none is; then the same for the
    workbook's own reports."""
    names = dict(zip(book.districts["code"], book.districts["name"], strict=True))
    districts = [(code, str(names[code])) for code in (names if codes is None else codes)]
    area = [(ALL, book.config.title)] if codes is None else []
    wanted: list[tuple[str, OwnReport | None, str, str]] = [
        *((DISTRICT_TEMPLATE, None, *place) for place in districts),
        *((AREA_TEMPLATE, None, *place) for place in area),
    ]
    for report in book.config.reports:
        if period.kind in report.periods:
            places = districts if report.scope == "district" else area
            wanted += [(report.template, report, *place) for place in places]
    templates = {
        kind: book.template(kind).read_text("utf-8") for kind in dict.fromkeys(one[0] for one in wanted)
    }
    word_base = find_word_base(book.root)
    folder, made_on = book.reports_dir(period), _read_made_on(book.as_of(period))
    tasks = []
    for kind, own, code, name in wanted:
        template = templates[kind]
        if kind == DISTRICT_TEMPLATE and own is None and (local := find_local(book.root, code)):
            template = carry_kept(template, local)
        note = notes.get((f"{code}.{own.name}" if own else code, lang), Note())
        meta = ReportMeta(
            title=book.config.title,
            district=code,
            name=name,
            period=period,
            lang=lang,
            as_of=book.as_of(period),
            kind=kind,
            sample=book.config.sample,
            approval=book.config.boundaries.approval,
            version=__version__,
            made_on=made_on,
            note=note.text,
            draft=not note.approved,
            approver=note.approver,
            approved_on=str(note.approved_on or ""),
            rows=rows.get(code, ()),
            style=style,
            report=own.name if own else "",
            report_title=own.title[lang] if own else "",
            chosen=book.chosen_as_of is not None,
        )
        mark = fingerprint(
            meta=asdict(meta),
            template=sha256(template.encode()).hexdigest(),
            package=hash_package(),
            inputs=inputs.of_report(code),
            note=note.sha256,
            faces=hash_faces(fonts),
            **({"word_base": hash_file(word_base)} if word_base else {}),
        )
        task = ReportTask(meta, template, book.root, folder, formats, mark, area=inputs.area, note=note)
        languages = _list_languages(manifest, meta.stem, lang)
        tasks.append(
            replace(
                task, meta=replace(meta, languages=languages, fonts=fonts, word_base=str(word_base or ""))
            )
        )
    for stem, count in Counter(task.meta.stem for task in tasks).items():
        if count > 1:
            raise ParameterError("report.review.same_name", name=stem)
    return tasks


def _check_templates(book: "Workbook", tasks: Iterable[ReportTask]) -> None:
    """Check what is about to be run, before any report is made."""
    kinds = dict.fromkeys(task.meta.kind for task in tasks if task.rerun)
    if not kinds:
        return
    from taizhang.report.execute import check_parameters, read_template

    needed = ("district", "period", "lang", *(["as_of"] if book.chosen_as_of else []))
    for path in map(book.template, kinds):
        check_parameters(read_template(path), needed, name=path.name)


def _read_made_on(as_of: date) -> str:
    """Day of making: SOURCE_DATE_EPOCH's, else the day the ledgers are read as of; never the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return as_of.isoformat()
    if not epoch.isdecimal():
        raise ParameterError("report.review.no_epoch", value=epoch)
    return datetime.fromtimestamp(int(epoch), tz=UTC).date().isoformat()


def _list_languages(manifest: Manifest, stem: str, *also: str) -> tuple[str, ...]:
    """Languages, zh first, in which a report has an HTML page, and those that it is about to have."""
    there = {
        entry["lang"]
        for name, entry in manifest["reports"].items()
        if name.rpartition(".")[0] == stem and "html" in entry["files"]
    }
    return tuple(sorted(there | set(also), reverse=True))


def _is_current(task: ReportTask, manifest: Manifest) -> bool:
    """Whether the report is there, in the formats asked for, made from what it would be made from now."""
    entry = manifest["reports"].get(task.name)
    return (
        entry is not None
        and entry["status"] == MADE
        and entry["fingerprint"] == task.fingerprint
        and task.notebook.exists()
        and all(form in entry["files"] and task.page(form).exists() for form in task.formats)
    )


def _spare_run(task: ReportTask, manifest: Manifest) -> ReportTask:
    """A report made from the same makings, that only lacks a format, is rendered from its notebook."""
    entry = manifest["reports"].get(task.name)
    if entry is None or entry["status"] != MADE or entry["fingerprint"] != task.fingerprint:
        return task
    if not task.notebook.exists():
        return task
    return replace(task, rerun=False, area=entry["area"])


def _link_languages(manifest: Manifest, tasks: Iterable[ReportTask]) -> None:
    """Render HTML pages again whose links to other languages have changed, without running a notebook."""
    for task in tasks:
        entry = manifest["reports"].get(task.name)
        if entry is None or "html" not in entry["files"] or entry["fingerprint"] != task.fingerprint:
            continue
        languages = _list_languages(manifest, task.meta.stem)
        if list(languages) != entry["languages"]:
            outcome = make_report(render_again(task, languages))
            if outcome.status == FAILED:
                raise RenderError("report.review.not_again", name=task.name, error=outcome.error)
            entry["languages"] = list(languages)
