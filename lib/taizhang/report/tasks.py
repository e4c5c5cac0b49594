"""One report as a task for any process or machine: run the notebook, render it, put the files in place."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from taizhang.core.files import hash_file, write_bytes
from taizhang.core.reasons import Reason
from taizhang.ingest.state import STORED
from taizhang.report.cluster import Parcel, fetch_workbook
from taizhang.report.failures import TIMEOUT, describe_error, shorten_error
from taizhang.report.formats import BRIEF, PAGES
from taizhang.report.meta import ReportMeta
from taizhang.report.notes import Note
from taizhang.workbook.held import has_own_code

if TYPE_CHECKING:
    from nbformat import NotebookNode

# A report begun and not entered again, as its run was stopped, is unfinished.
MADE, FAILED, UNFINISHED = "made", "failed", "unfinished"


@dataclass(frozen=True)
class ReportTask:
    """Everything needed to make one report."""

    meta: ReportMeta
    template: str  # text of the notebook
    root: Path  # the workbook's folder, in which the kernel runs
    folder: Path  # the review's folder
    formats: tuple[str, ...]  # html, pdf, docx
    # by stage (notebook, html, pdf, docx) all that decides whether it is made again, as hashes
    stages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    area: str = ""  # hash of the whole area's numbers, which the report shows beside its own
    rerun: bool = True  # False: render the executed notebook that is there once more
    stale: tuple[str, ...] = ()  # formats whose pages are not asked for, and no longer true
    reasons: tuple[Reason, ...] = ()  # why it is to be made; none where all is as it was
    timeout: int = TIMEOUT  # seconds that a cell may take
    note: Note = field(default_factory=Note)  # what people wrote for it; its text is in `meta`
    held: Path | None = None  # where the run holds the state that the report is made from
    parcel: Parcel | None = None  # where whoever makes the report and has no `root` fetches the workbook from

    @property
    def name(self) -> str:
        """The report's name in the manifest and of its files: ``350921101.zh``."""
        return f"{self.meta.stem}.{self.meta.lang}"

    @property
    def parameters(self) -> dict[str, str]:
        named = {"district": self.meta.district, "period": str(self.meta.period), "lang": self.meta.lang}
        return named | ({"as_of": self.meta.as_of.isoformat()} if self.meta.chosen else {})

    @property
    def notebook(self) -> Path:
        return self.folder / "notebooks" / f"{self.name}.ipynb"

    @property
    def folder_to_run_in(self) -> Path:
        """The workbook's folder; of what was known on an earlier day, that day's if its own modules were others."""
        stored = self.held is not None and (self.held / "data" / "processed" / STORED).exists()
        return (
            self.held
            if self.held is not None and stored and has_own_code(self.root, self.held)
            else self.root
        )

    def page(self, form: str) -> Path:
        if form == BRIEF:
            return self.folder / f"{self.meta.stem}.{BRIEF}.{self.meta.lang}.pdf"
        return self.folder / f"{self.name}.{form}"


@dataclass(frozen=True)
class ReportOutcome:
    """How a task ended: made or failed, with the error in one line.

    `files` are the files of a report made elsewhere, by their path below the review's folder, until they are put in
    place; `sha256` is by format, for the pages made and the notebook.
    """

    task: ReportTask
    status: str
    seconds: float
    error: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    sha256: Mapping[str, str] = field(default_factory=dict)


def make_report(task: ReportTask) -> ReportOutcome:
    """Make one report; any error becomes its outcome, so that the others are still made.

    A failed report leaves no pages, only the notebook as far as it ran.
    """
    if task.parcel is not None:
        return _make_elsewhere(task, task.parcel)
    with _ONE_AT_A_TIME:
        return _make(task)


def _make_elsewhere(task: ReportTask, parcel: Parcel) -> ReportOutcome:
    """Make a report in a copy of the workbook, and hand its files back."""
    with TemporaryDirectory() as name:
        try:
            here = replace(task, root=fetch_workbook(parcel), folder=Path(name), held=None, parcel=None)
        except Exception as problem:
            return ReportOutcome(task, FAILED, 0.0, describe_error(problem))
        outcome = make_report(here)
        paths = [path for path in Path(name).rglob("*") if path.is_file()]
        files = {path.relative_to(name).as_posix(): path.read_bytes() for path in paths}
    return replace(outcome, task=task, files=files)


def place_files(outcome: ReportOutcome) -> ReportOutcome:
    """Put the files of a report made elsewhere in place; if it failed, no page is left."""
    task = outcome.task
    for name, data in outcome.files.items():
        write_bytes(task.folder / name, data)
    for form in PAGES:
        if task.page(form).name not in outcome.files:
            task.page(form).unlink(missing_ok=True)
    return replace(outcome, files={})


# nbclient runs an event loop of its own, which two threads of one process can't do at once; a Dask worker with
# several threads would.
_ONE_AT_A_TIME = threading.Lock()


def _make(task: ReportTask) -> ReportOutcome:
    start = perf_counter()
    made: dict[str, str] = {}
    try:
        notebook = _run(task)
        pages: dict[str, bytes] = {}
        for form in task.formats:
            pages |= _load_renderer(form)(notebook, task.meta)
        for form, page in pages.items():
            write_bytes(task.page(form), page)
        made = {form: sha256(page).hexdigest() for form, page in pages.items()}
        made["notebook"] = hash_file(task.notebook)
        status, error = MADE, ""
    except Exception as problem:
        status, error = FAILED, shorten_error(describe_error(problem), task.root)
    _remove_pages(task, made)
    return ReportOutcome(task, status, round(perf_counter() - start, 3), error, sha256=made)


def _remove_pages(task: ReportTask, made: Collection[str]) -> None:
    """Remove pages that would show other numbers than the notebook, or other words than now."""
    for form in PAGES if task.rerun else (*task.formats, *task.stale):
        if form not in made:
            task.page(form).unlink(missing_ok=True)


def _run(task: ReportTask) -> "NotebookNode":
    # Loaded here: a review with nothing to make is over before these would be.
    import nbformat

    from taizhang.report.execute import execute_notebook

    if not task.rerun:
        return nbformat.read(task.notebook, as_version=4)
    return execute_notebook(
        task.template,
        task.notebook,
        task.parameters,
        cwd=task.folder_to_run_in,
        timeout=task.timeout,
        held=task.held,
    )


def _load_renderer(form: str) -> Callable[["NotebookNode", ReportMeta], dict[str, bytes]]:
    """A format's renderer, which returns the rendered files, keyed by form.

    Its libraries are loaded when it is first asked for.
    """
    if form == "docx":
        from taizhang.report.docx import render_docx

        return lambda notebook, meta: {form: render_docx(notebook, meta=meta)}
    if form == "pdf":
        from taizhang.report.pdf import render_pdfs

        return lambda notebook, meta: render_pdfs(notebook, meta=meta)
    from taizhang.report.html import render_html

    return lambda notebook, meta: {form: render_html(notebook, meta=meta).encode()}


def fail_task(task: ReportTask, problem: BaseException) -> ReportOutcome:
    """The outcome of a task whose worker was lost."""
    _remove_pages(task, ())
    return ReportOutcome(task, FAILED, 0.0, shorten_error(describe_error(problem), task.root))


def render_again(task: ReportTask, languages: tuple[str, ...]) -> ReportTask:
    """Render a report's HTML again from its executed notebook, with links to the languages now available."""
    meta = replace(task.meta, languages=languages)
    return replace(task, meta=meta, formats=("html",), rerun=False, stale=())
