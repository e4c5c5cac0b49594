"""The ways to make a township's report, each in a process of its own: ``python -m benchmarks.ways WAY ...``."""

import argparse
import ast
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

WAYS = {
    "loop": "(a) papermill, nbconvert and Chromium by command",
    "papermill": "(b) Papermill's API, cold kernels, execution alone",
    "ploomber": "(c) ploomber-engine, execution alone",
    "ours1": "(d) ours, one job, HTML and PDF",
    "ours2": "(d) ours, two jobs, HTML and PDF",
    "floor": "(f) floor: the same cells in one process, no notebook, no page",
    "floor2": "(f) floor, two such processes at once",
}
_KNOWN = {"period": "2021", "lang": "zh"}


def run_loop(book: Path, template: Path, code: str, out: Path) -> None:
    """One report by three commands."""
    done = out / f"{code}.ipynb"
    parameters = [word for key, value in _KNOWN.items() for word in ("-p", key, value)]
    python = [sys.executable, "-m"]
    _run(*python, "papermill", "--cwd", book, template, done, "-r", "district", code, *parameters)
    _run(*python, "jupyter", "nbconvert", "--to", "html", done)
    page, pdf = done.with_suffix(".html"), done.with_suffix(".pdf")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}")
    _run(shutil.which("chromium") or "chromium", *flags, page.as_uri())
    if not pdf.exists():
        sys.exit("Chromium printed no PDF")


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)


def run_api(name: str, book: Path, template: Path, codes: list[str], out: Path) -> None:
    """The notebook executed by the function `execute_notebook` of a package."""
    # ploomber-engine is no package of ours: where it isn't installed, this way is told as not measured.
    execute = import_module(name).execute_notebook
    os.chdir(book)
    for code in codes:
        execute(str(template), str(out / f"{code}.ipynb"), parameters={"district": code, **_KNOWN})


def run_floor(book: Path, template: Path, codes: list[str]) -> None:
    """The cells that show something, one after the other, and the bundles that their outputs would carry."""
    import nbformat

    notebook = nbformat.read(template, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    shown = [
        ast.parse(source)
        for source in cells
        if not source.startswith(("import ", "from ")) and "district =" not in source
    ]
    import taizhang as tz
    from taizhang import figures, narrative
    from taizhang.figures import reach

    def bundle(*things: Any) -> None:
        for thing in things:
            if thing:  # not where there is nothing to show
                thing._repr_mimebundle_()

    opened, package = tz.open(str(book)), SimpleNamespace(show=bundle)
    for code in codes:
        names = {"figures": figures, "narrative": narrative, "reach": reach, "book": opened, "tz": package}
        names["view"] = opened.view(code, "2021", "zh")
        for tree in shown:
            *body, last = tree.body
            assert isinstance(last, ast.Expr)
            exec(compile(ast.Module(body, []), "cell", "exec"), names)
            bundle(eval(compile(ast.Expression(last.value), "cell", "eval"), names))


def run_floors(*arguments: str | Path, codes: list[str]) -> None:
    """The floor on two cores: cores that are both at work are slower than one alone."""
    script = [sys.executable, __file__, "floor", *map(str, arguments)]
    running = [subprocess.Popen([*script, *part]) for part in (codes[::2], codes[1::2]) if part]
    ends = [process.wait() for process in running]
    if any(ends):
        sys.exit("a floor failed")


def run_ours(book: Path, template: Path, codes: list[str], out: Path, *, jobs: int) -> None:
    """The runner of `taizhang review`, on the notebook asked for."""
    from taizhang.core.periods import parse_period
    from taizhang.metadata.facts import ALL
    from taizhang.report.meta import ReportMeta
    from taizhang.report.tasks import ReportTask
    from taizhang.report.workers import run_tasks, start_ahead
    from taizhang.workbook.book import Workbook
    from warm_kernels.client import close_server

    start_ahead(jobs)  # as the command does, which opens the workbook without the fonts of one's own charts
    opened, period = Workbook.find(str(book)), parse_period("2021")
    tasks = []
    for code in codes:
        title = opened.config.title
        name, kind = (
            (title, "county_comparison") if code == ALL else (opened.district_name(code), "township_review")
        )
        meta = ReportMeta(title, code, name, period, "zh", opened.as_of(period), kind, True, version="bench")
        tasks.append(ReportTask(meta, template.read_text("utf-8"), book, out, ("html", "pdf")))
    failed = [outcome.error for outcome in run_tasks(tasks, jobs=jobs) if outcome.status != "made"]
    close_server()
    if failed:
        sys.exit(failed[0])


def main() -> None:
    """Make the reports in this process, one of the ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("book", type=Path)
    parser.add_argument("template", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("codes", nargs="+")
    chosen = parser.parse_args()
    book, template, out, codes = chosen.book, chosen.template, chosen.out, chosen.codes
    if chosen.way == "loop":
        for code in codes:
            run_loop(book, template, code, out)
    elif chosen.way == "papermill":
        run_api("papermill", book, template, codes, out)
    elif chosen.way == "ploomber":
        run_api("ploomber_engine", book, template, codes, out)
    elif chosen.way == "floor":
        run_floor(book, template, codes)
    elif chosen.way == "floor2":
        run_floors(book, template, out, codes=codes)
    else:
        run_ours(book, template, codes, out, jobs=int(chosen.way[-1]))


if __name__ == "__main__":
    main()
