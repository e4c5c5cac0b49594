"""The plan of a review: which reports to make, and why. A stage is made again if anything it depends on has changed.

A report's stages are its executed notebook and a page for each format. For each stage, the manifest keeps hashes of its
inputs, by name, and under `by` the code and libraries that made it (the manifest's `makers`).
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from taizhang.boundaries.english import list_names
from taizhang.core.errors import ParameterError
from taizhang.core.files import hash_file, hash_files
from taizhang.core.keys import Code, follow_text, hash_parts
from taizhang.core.reasons import Reason
from taizhang.core.version import __version__
from taizhang.ingest.state import CROSSWALK, GRID
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import join_list
from taizhang.metadata.words import label
from taizhang.report.formats import BRIEF, FORMATS, find_word_base
from taizhang.report.kept import carry_kept, drop_lab, find_local
from taizhang.report.manifest import Manifest, Outputs
from taizhang.report.meta import ReportMeta
from taizhang.report.notes import Note
from taizhang.report.snapshot import Snapshot
from taizhang.report.tasks import FAILED, UNFINISHED, ReportTask
from taizhang.report.typefaces import find_typefaces, list_faces
from taizhang.settings.workbook import Config, OwnReport
from taizhang.workbook.trust import list_own_notebooks, require_trust

DISTRICT_TEMPLATE, AREA_TEMPLATE = "township_review", "county_comparison"
NOTEBOOK = "notebook"
_PAGES = {form: Code((f"taizhang.report.{form}",)) for form in FORMATS}
# How raw files are read is in the rows; controls, a figure's own file, and why there is none, are for people at a
# notebook.
_BEFORE = (
    "taizhang.ingest.run", "taizhang.ingest.check", "taizhang.ledgers.child", "taizhang.ledgers.reading",
    "taizhang.ledgers.sandbox", "taizhang.ledgers.sheets", "taizhang.ledgers.tables", "taizhang.lab",
    "taizhang.figures.files", "taizhang.metadata.missing",
)  # fmt: skip
_Stages = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Wish:
    """What was requested."""

    codes: tuple[str, ...] | None  # of districts; None: all, and the comparison
    lang: str
    formats: tuple[str, ...]
    style: str  # modern or gbt9704
    fresh: bool = False  # make all, changed or not


def find_notebook_code(template: str) -> Code:
    """Return the code behind an executed notebook: everything it may call, and the code that runs it."""
    try:
        cells = json.loads(template)["cells"]
        source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    except (ValueError, KeyError, TypeError):  # told when it is to be run
        source = ""
    return follow_text(source, "taizhang", "taizhang.report.execute", without=_BEFORE)


def plan_reports(snapshot: Snapshot, manifest: Manifest, outputs: Outputs, wish: Wish) -> list[ReportTask]:
    """Return one task per requested report, in the workbook's order; those to be made give the reason.

    ParameterError if two reports would have the same name, the fonts folder does not exist, or SOURCE_DATE_EPOCH is
    not a number.
    """
    tasks = []
    makers: dict[str, Any] = manifest.setdefault("makers", {})
    enter = cache(lambda code: _enter_maker(makers, code))
    read_code = cache(find_notebook_code)
    fonts = str(snapshot.config.fonts or "") if wish.style == "gbt9704" else ""
    find_typefaces(fonts)
    faces = hash_parts(fonts=hash_files(list_faces(fonts)))[:16]
    word_base = find_word_base(snapshot.config.source)
    base = hash_file(word_base)[:16] if word_base else ""
    for own, meta, template in _list_wanted(snapshot, wish):
        note = snapshot.notes.get(
            (f"{meta.district}.{own.name}" if own else meta.district, wish.lang), Note()
        )
        meta = _add_note(meta, note)
        about = hash_parts(meta=vars(meta), note=note.sha256)[:16]
        stages = {
            NOTEBOOK: {
                **{name: mark[:16] for name, mark in snapshot.hashes.of_report(meta.district).items()},
                "template": sha256(template.encode()).hexdigest()[:16],
                **({"measures": _hash_measures(snapshot)} if makes_plan(template) else {}),
                "by": enter(read_code(template)),
            },
            "html": {"words": about, "by": enter(_PAGES["html"])},
            "pdf": {"words": about, "fonts": faces, "by": enter(_PAGES["pdf"])},
            BRIEF: {"words": about, "fonts": faces, "by": enter(_PAGES["pdf"])},
            "docx": {"words": about, "fonts": faces, "base": base, "by": enter(_PAGES["docx"])},
        }
        languages = list_languages(manifest, meta.stem, wish.lang)
        task = ReportTask(
            replace(meta, languages=languages, fonts=fonts, word_base=str(word_base or "")),
            template,
            snapshot.root,
            snapshot.folder,
            wish.formats,
            stages,
            area=snapshot.hashes.area,
            note=note,
            held=snapshot.config.held,
        )
        tasks.append(_decide(task, manifest, outputs, fresh=wish.fresh))
    for stem, count in Counter(task.meta.stem for task in tasks).items():
        if count > 1:
            raise ParameterError("report.review.same_name", name=stem)
    return tasks


def makes_plan(template: str) -> bool:
    """Return whether a notebook makes a work plan, which rests on what notes say of tasks, too."""
    return "book.plan(" in template


def _hash_measures(snapshot: Snapshot) -> str:
    told = [(key, note.measures) for key, note in sorted(snapshot.notes.items()) if note.measures]
    return hash_parts(measures=told)[:16]


def _enter_maker(makers: dict[str, Any], code: Code) -> str:
    made_by = {"code": code.sha256, "versions": code.versions}
    mark = hash_parts(**made_by)[:12]
    makers[mark] = made_by
    return mark


def list_templates(config: Config) -> list[str]:
    """The names of the notebooks that a workbook's reviews run."""
    return [DISTRICT_TEMPLATE, AREA_TEMPLATE, *(report.template for report in config.reports)]


def _list_wanted(snapshot: Snapshot, wish: Wish) -> list[tuple[OwnReport | None, ReportMeta, str]]:
    """The districts asked for; all, and the comparison, where none is; then the same for the workbook's own reports."""
    config, codes = snapshot.config, wish.codes
    names = list_names(snapshot.districts, wish.lang, config.boundaries.names_en)
    districts = [(code, str(names[code])) for code in (names if codes is None else codes)]
    area = [(ALL, config.name_title(wish.lang))] if codes is None else []
    wanted: list[tuple[str, OwnReport | None, str, str]] = [
        *((DISTRICT_TEMPLATE, None, *place) for place in districts),
        *((AREA_TEMPLATE, None, *place) for place in area),
    ]
    for report in config.reports:
        if snapshot.period.kind in report.periods:
            places = districts if report.scope == "district" else area
            wanted += [(report.template, report, *place) for place in places]
    read = cache(lambda kind: drop_lab(snapshot.find_template(kind).read_text("utf-8")))
    made_on = _read_made_on(snapshot.made_on)
    unread = tell_unread(snapshot, wish.lang)
    listed = []
    for kind, own, code, name in wanted:
        template = read(kind)
        if kind == DISTRICT_TEMPLATE and own is None and (local := find_local(snapshot.config.source, code)):
            template = carry_kept(template, local)
        meta = ReportMeta(
            title=config.name_title(wish.lang),
            district=code,
            name=name,
            period=snapshot.period,
            lang=wish.lang,
            as_of=snapshot.as_of,
            kind=kind,
            sample=config.sample,
            approval=config.boundaries.approval,
            version=__version__,
            made_on=made_on,
            rows=snapshot.rowed.get(code, ()),
            style=wish.style,
            report=own.name if own else "",
            report_title=own.title[wish.lang] if own else "",
            chosen=snapshot.chosen,
            known_on=None if snapshot.known is None else snapshot.known.day,
            unread=unread,
            issuer=config.issuer,
            contact=config.contact,
        )
        listed.append((own, meta, template))
    return listed


def tell_unread(snapshot: Snapshot, lang: str) -> tuple[str, ...]:
    """Say what could not be read, one sentence each, for the head of every report and of the index."""
    names = list_names(snapshot.districts, lang, snapshot.config.boundaries.names_en)
    told = []
    for one in snapshot.unread:
        places = [str(names[code]) for code in one["codes"] if code in names]
        where = join_list(places, lang) if places else label("report.unread_any", lang)
        file = one["file"] + (f"!{one['sheet']}" if one["sheet"] else "")
        why = one["reason"].word(lang)
        what = f"report.unread_{one['kind']}" if one["kind"] in (GRID, CROSSWALK) else "report.unread"
        told.append(label(what, lang, kind=one["title"][lang], file=file, places=where, why=why))
    return tuple(dict.fromkeys(told))


def _add_note(meta: ReportMeta, note: Note) -> ReportMeta:
    return replace(
        meta,
        note=note.text,
        draft=not note.approved,
        approver=note.approver,
        approved_on=str(note.approved_on or ""),
        measures=note.measures,
    )


def _read_made_on(ingested: str) -> str:
    """Day of making: SOURCE_DATE_EPOCH's, else that of the last ingest that changed anything."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return ingested
    if not epoch.isdecimal():
        raise ParameterError("report.review.no_epoch", value=epoch)
    return datetime.fromtimestamp(int(epoch), tz=UTC).date().isoformat()


def list_languages(manifest: Manifest, stem: str, *also: str) -> tuple[str, ...]:
    """Return the languages, zh first, in which a report has or is about to have an HTML page."""
    there = {
        entry["lang"]
        for lang in ("zh", "en")
        if (entry := manifest["reports"].get(f"{stem}.{lang}")) and "html" in entry["files"]
    }
    return tuple(sorted(there | set(also), reverse=True))


# ------------------------------------------------------------------ what is to be made, and why


def _decide(task: ReportTask, manifest: Manifest, outputs: Outputs, *, fresh: bool) -> ReportTask:
    """The task with what of it is to be made: all, the pages that are not as they should be, or nothing."""
    entry = manifest["reports"].get(task.name)
    if entry is None or fresh:
        return replace(task, reasons=(Reason("report.why.fresh" if entry else "report.why.new"),))
    made: _Stages = entry.get("stages", {})
    whole: Mapping[str, str] = entry.get("sha256", {})
    makers = manifest["makers"]
    reasons = _compare(made.get(NOTEBOOK), task.stages[NOTEBOOK], makers)
    if not reasons and not outputs.is_whole(f"notebooks/{task.notebook.name}", whole.get(NOTEBOOK, "")):
        reasons = [_tell_damage(task.notebook)]
    ended_well = entry["status"] not in (FAILED, UNFINISHED)
    if not ended_well and NOTEBOOK not in made:
        reasons = [Reason(f"report.why.{entry['status']}")]
    if reasons:
        return replace(task, reasons=tuple(reasons))
    due: dict[str, list[Reason]] = {}
    for form in task.formats:
        found = _compare(made.get(form), task.stages[form], makers)
        for part in (form, BRIEF) if form == "pdf" and BRIEF in made else (form,):
            if not found and not outputs.is_whole(task.page(part).name, whole.get(part, "")):
                found = [_tell_damage(task.page(part))]
        if found:
            due[form] = found
    if not due and not ended_well:
        return replace(task, reasons=(Reason(f"report.why.{entry['status']}"),))
    # The others, which nobody asked for now, stay unless their words differ from those of the pages made again.
    stale = [
        form
        for form in set(made) - {NOTEBOOK, *task.formats}
        if made[form].get("words") != task.stages[form]["words"]
    ]
    told = dict.fromkeys(reason for found in due.values() for reason in found)
    return replace(
        task, formats=tuple(due), rerun=False, area=entry["area"], stale=tuple(stale), reasons=tuple(told)
    )


def _compare(
    made: Mapping[str, str] | None, now: Mapping[str, str], makers: Mapping[str, Any]
) -> list[Reason]:
    """Return what of a stage has changed since it was made."""
    if made is None:
        return [Reason("report.why.missing")]
    reasons = []
    for part, mark in now.items():
        if made.get(part) == mark:
            continue
        if part != "by":
            reasons.append(Reason(f"report.why.{part}"))
            continue
        before, after = makers.get(made.get(part, "")), makers[mark]
        if before is None or before["code"] != after["code"]:
            reasons.append(Reason("report.why.code"))
        else:
            reasons.append(Reason("report.why.versions", libraries=_tell_versions(before, after)))
    return reasons


def _tell_versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    old, new = before["versions"], after["versions"]
    return [
        f"{name} {old.get(name, '–')} → {new.get(name, '–')}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _tell_damage(path: Path) -> Reason:
    return Reason("report.why.damaged" if path.exists() else "report.why.missing")


def list_makers(reports: Iterable[Mapping[str, Any]], makers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the makers that made something that still exists."""
    used = {stage.get("by") for entry in reports for stage in entry.get("stages", {}).values()}
    return {mark: maker for mark, maker in makers.items() if mark in used}


def check_templates(snapshot: Snapshot, tasks: Sequence[ReportTask]) -> None:
    """Check the templates about to be run, before any report is made; ParameterError if they are not trusted."""
    kinds = dict.fromkeys(task.meta.kind for task in tasks if task.rerun)
    if not kinds:
        return
    require_trust(snapshot.root, list_own_notebooks(snapshot.config.source, kinds))
    from taizhang.report.execute import check_parameters, read_template

    needed = ("district", "period", "lang", *(["as_of"] if snapshot.chosen else []))
    for path in map(snapshot.find_template, kinds):
        check_parameters(read_template(path), needed, name=path.name)
