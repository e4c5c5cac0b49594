"""A review: every report of a period, the comparison, the index, and the account of how they were made.

Code that makes reports is imported only when something must be made. A review of a thousand townships in which nothing
has changed is over before Papermill and the statistics libraries would be loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taizhang.core.errors import ParameterError
from taizhang.core.files import remove_leftovers
from taizhang.core.kept import clear_ways
from taizhang.core.locks import hold_lock
from taizhang.core.periods import Period, parse_period
from taizhang.core.reasons import Reason
from taizhang.metadata.facts import ALL
from taizhang.report.changes import find_exposed, find_grown, list_hidden, mark_behind
from taizhang.report.cluster import send_workbook
from taizhang.report.formats import DEFAULT_FORMATS, FORMATS
from taizhang.report.manifest import NAME as MANIFEST
from taizhang.report.manifest import Manifest, Outputs, open_manifest, read_manifest
from taizhang.report.plan import Wish, check_templates, list_makers, plan_reports
from taizhang.report.progress import Report, show_progress
from taizhang.report.publish import (
    publish_facts,
    publish_findings,
    publish_index,
    publish_plan,
    publish_rows,
    remove_unlisted,
    take_away,
)
from taizhang.report.run import link_languages, run_plan
from taizhang.report.snapshot import Snapshot, take_snapshot
from taizhang.report.tasks import FAILED, MADE
from taizhang.settings.workbook import CACHE, STYLES

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook


@dataclass(frozen=True)
class ReviewResult:
    """The result of a review; reports have names such as ``350921101.zh``."""

    manifest: Manifest  # as in manifest.json
    made: list[str]
    unchanged: list[str]  # left as they were
    failed: list[str]
    folder: Path
    # districts, and the area, for whose reports nobody has written anything
    unnoted: list[str] = field(default_factory=list)
    # left as they were, with the whole area's numbers of an earlier state
    behind: list[str] = field(default_factory=list)
    # of another language or district than those asked for: removed, as they showed what now is hidden
    taken: list[str] = field(default_factory=list)
    # of other periods of the year, such as ``2021-03/350921101.zh`` and its facts.csv: they show what now is hidden
    exposed: list[str] = field(default_factory=list)
    nothing: Reason | None = None  # where no ledger has a row in the period: which days they have
    lost: Reason | None = None  # that the manifest could not be read
    # found without a manifest that says what they were made from: removed
    unlisted: list[str] = field(default_factory=list)
    plan_kept: str = ""  # the ledger of a work plan that somebody changed, and that was left alone
    why: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)  # of each that was to be made

    @property
    def notes(self) -> list[Reason]:
        """What else the user must know about the reports."""
        told = [one for one in (self.lost, self.nothing) if one]
        if self.unlisted:
            told.append(Reason("report.unlisted", names=self.unlisted))
        if self.plan_kept:
            told.append(Reason("report.plan_kept", file=self.plan_kept))
        if self.behind:
            told.append(Reason("report.review.behind", names=self.behind))
        if self.taken:
            told.append(Reason("report.review.taken", names=self.taken))
        if self.exposed:
            told.append(Reason("report.review.exposed", names=self.exposed))
        if self.unnoted:
            period = self.folder.name.partition("@")[0]
            told.append(Reason("report.review.unnoted", names=self.unnoted, period=period))
        return told

    @property
    def summary(self) -> Reason:
        """How many reports were made, unchanged and failed."""
        counts = {"made": self.made, "unchanged": self.unchanged, "failed": self.failed}
        told = [Reason(f"report.review.{word}", n=len(names)) for word, names in counts.items() if names]
        return Reason("report.review.counts", told=told) if told else Reason("report.review.none")


def _alone(make: Callable[..., ReviewResult]) -> Callable[..., ReviewResult]:
    """Make no two reviews of a period at once: what one enters in the manifest, the next reads there."""

    @wraps(make)
    def make_alone(book: "Workbook", period: Period | str, **chosen: Any) -> ReviewResult:
        period = parse_period(period) if isinstance(period, str) else period
        folder, cache = book.reports_dir(period), book.root / CACHE
        with hold_lock(cache / "locks" / f"review-{folder.name}") as waited:
            if waited:  # what was read before may no longer be what is there
                book.ingest()
            remove_leftovers(cache)
            clear_ways(cache)
            return make(book, period, **chosen)

    return make_alone


@_alone
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
    """Make the reports of a period that are missing or out of date; a failed one does not stop the others.

    Parameters
    ----------
    districts
        Codes or names; default: all, and the comparison.
    lang, style
        zh or en; modern or gbt9704; default: the workbook's.
    formats
        html, pdf, docx.
    jobs
        Number of reports made at the same time; default: the number of cores.
    scheduler
        Address of a Dask scheduler, to make them there instead.
    store
        An fsspec address from which the scheduler's workers fetch the workbook, if they share no folder.
    fresh
        Make all reports, changed or not.
    progress
        Called with a Progress after each report; default: a bar, or lines, on standard error.

    Raises
    ------
    ParameterError
        If a district, language, format or style is unknown, a note belongs to no report or has wrong front
        matter, or a template has no fitting parameters cell.
    SchedulerError
        If the scheduler can't be reached.
    ChangedError
        If the settings are saved before anything is made, or Python files beside them while reports are. Other files
        may be saved meanwhile: everything is made from one state, and the next review finds what has changed.
    """
    with book.hold() as held:
        return _make(
            held,
            period,
            districts=districts,
            lang=lang,
            formats=formats,
            style=style,
            jobs=jobs,
            scheduler=scheduler,
            store=store,
            fresh=fresh,
            progress=progress,
        )


def _make(
    book: "Workbook",
    period: Period | str,
    *,
    districts: Sequence[str] | None,
    lang: str | None,
    formats: Sequence[str],
    style: str | None,
    jobs: int | None,
    scheduler: str | None,
    store: str | None,
    fresh: bool,
    progress: Report | None,
) -> ReviewResult:
    period = parse_period(period) if isinstance(period, str) else period
    lang = lang or book.config.lang
    if lang not in ("zh", "en"):
        raise ParameterError("workbook.no_language", lang=lang)
    if unknown := [form for form in formats if form not in FORMATS]:
        raise ParameterError("report.format.no_such", format=unknown[0], known=", ".join(FORMATS))
    if store and not scheduler:
        raise ParameterError("report.review.store_alone")
    if (style := style or book.config.style) not in STYLES:
        raise ParameterError("report.review.no_style", style=style, known=", ".join(STYLES))
    codes = tuple(dict.fromkeys(map(book.resolve_district, districts))) if districts else None
    wish = Wish(codes, lang, tuple(formats), style, fresh)
    folder = book.reports_dir(period)
    remove_leftovers(folder)
    clear_ways(folder)
    manifest, lost = open_manifest(folder)
    snapshot = take_snapshot(book, period)
    outputs = Outputs(folder, snapshot.outputs_path)
    tasks = plan_reports(snapshot, manifest, outputs, wish)
    now = snapshot.hashes.hidden
    # Of a day as of which none was made before, no report shows too much.
    before = manifest["hidden"].get(snapshot.as_of.isoformat(), now) if "hidden" in manifest else {}
    exposed = find_exposed(manifest["reports"], find_grown(before, now))
    wanted = {task.name for task in tasks}
    unlisted = [] if manifest["reports"] else remove_unlisted(folder, wanted)
    taken = [name for name in exposed if name not in wanted]
    take_away(manifest, exposed, folder, leave=wanted)
    if taken:  # no page may lead to them
        tasks = plan_reports(snapshot, manifest, outputs, wish)
    publish_facts(snapshot, manifest, outputs)
    due = [task for task in tasks if task.reasons]
    if due and not scheduler:
        from taizhang.report.workers import start_ahead

        start_ahead(1 if len(due) == 1 else jobs)
    check_templates(snapshot, due)
    publish_rows(snapshot, manifest, outputs, tasks)
    if store and due:
        parcel = send_workbook(snapshot.config, store)
        due = [replace(task, parcel=parcel) for task in due]
    with nullcontext(progress) if progress else show_progress() as report:
        ended = run_plan(due, manifest, outputs, folder, jobs=jobs, scheduler=scheduler, report=report)
        done = {outcome.task.name: outcome.status for outcome in ended}
    other = {"zh": "en", "en": "zh"}[lang]
    if any(name.endswith(f".{other}") for name in manifest["reports"]):
        elsewhere = plan_reports(snapshot, manifest, outputs, replace(wish, lang=other, formats=("html",)))
        link_languages(manifest, outputs, [*tasks, *elsewhere])
    behind = mark_behind(manifest["reports"], snapshot.hashes.area)
    manifest["makers"] = list_makers(manifest["reports"].values(), manifest["makers"])
    publish_findings(snapshot, manifest, outputs, lang)
    plan_kept = publish_plan(snapshot, manifest, outputs)
    publish_index(snapshot, manifest, outputs, lang, fresh=fresh)
    outputs.save()

    # A report taken out of [[reports]] is made no more, so it is not called behind.
    own = {"", *(one.name for one in snapshot.config.reports)}
    return ReviewResult(
        manifest=manifest,
        made=[name for name, status in done.items() if status == MADE],
        unchanged=[task.name for task in tasks if task.name not in done],
        failed=[name for name, status in done.items() if status == FAILED],
        folder=folder,
        behind=[
            name for name in behind if name not in done and manifest["reports"][name].get("report", "") in own
        ],
        taken=taken,
        exposed=_find_exposed_elsewhere(book, snapshot),
        unnoted=[task.meta.name for task in tasks if not task.note.is_there and not task.meta.report],
        nothing=_find_nothing(snapshot),
        lost=lost,
        unlisted=unlisted,
        plan_kept=plan_kept,
        why={task.name: task.reasons for task in due},
    )


def _find_exposed_elsewhere(book: "Workbook", snapshot: Snapshot) -> list[str]:
    """Facts and reports of other periods that show what is hidden now: that rests on the rows of a whole year."""
    found, mine = [], snapshot.period
    for path in sorted(snapshot.folder.parent.glob(f"*/{MANIFEST}")):
        try:
            manifest = read_manifest(path.parent)
        except ParameterError:  # a review of that period says so
            continue
        other = parse_period(manifest.get("period", str(mine)))
        apart = other.start.year > mine.end.year or other.end.year < mine.start.year
        # Of another day than those read here a review of that day tells.
        if apart or other.is_same(mine) or book.reports_dir(other) != path.parent:
            continue
        now = list_hidden([book.facts(other)])
        before = manifest.get("hidden", {}).get(book.as_of(other).isoformat(), now)
        if grown := find_grown(before, now):
            names = ["facts.csv", *find_exposed(manifest["reports"], grown)]
            found += [f"{path.parent.name}/{name}" for name in names]
    return found


def _find_nothing(snapshot: Snapshot) -> Reason | None:
    """Say that no dated ledger has a row in the period, with the first and last day that they have; otherwise None."""
    facts, infos = snapshot.facts, snapshot.fact_infos
    dated = [name for name in infos if infos[name].kind in snapshot.days and infos[name].unit == "count"]
    of = facts[(facts["district_code"] == ALL) & facts["fact"].isin(dated)]
    if of.empty or (of["value"] != 0).any() or of["suppressed"].any():
        return None
    first, last = (
        str(pick(day))
        for pick, day in zip((min, max), zip(*snapshot.days.values(), strict=True), strict=True)
    )
    return Reason("report.review.nothing", period=str(snapshot.period), first=first, last=last)
