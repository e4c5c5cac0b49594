"""Seconds and memory per report, ours beside the usual ways, in one go. See docs/benchmarks.md.

Each way runs in a process of its own on the same townships; wall seconds, processor seconds of it and all that it
started, and the highest sum of their PSS. On a shared machine trust the processor seconds, and ratios.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

FROZEN = Path(__file__).with_name("frozen_review.ipynb")
WAYS = ("loop", "papermill", "ploomber", "ours1", "ours2", "floor")
WORDS = {
    "loop": "(a) papermill, nbconvert and Chromium by command",
    "papermill": "(b) Papermill's API, cold kernels, execution alone",
    "ploomber": "(c) ploomber-engine, execution alone",
    "ours1": "(d) ours, one job, HTML and PDF",
    "ours2": "(d) ours, two jobs, HTML and PDF",
    "floor": "(f) floor: the same cells in one process",
}


def run_loop(book: Path, template: Path, code: str, out: Path) -> None:
    """One report by three commands."""
    parameters = ["-p", "district", code, "-p", "period", "2021", "-p", "lang", "zh"]
    done, quiet = (
        out / f"{code}.ipynb",
        {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True},
    )
    python = [sys.executable, "-m"]
    subprocess.run([*python, "papermill", "--cwd", book, template, done, *parameters], **quiet)  # type: ignore[call-overload]
    subprocess.run([*python, "jupyter", "nbconvert", "--to", "html", done], **quiet)  # type: ignore[call-overload]
    chromium = shutil.which("chromium") or "chromium"
    page, pdf = done.with_suffix(".html"), done.with_suffix(".pdf")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}"]
    subprocess.run([chromium, *flags, page.as_uri()], **quiet)  # type: ignore[call-overload]


def run_way(way: str, book: Path, template: Path, codes: list[str], out: Path) -> None:
    """Make the reports in this process, one of the ways."""
    known = {"period": "2021", "lang": "zh"}
    if way == "loop":
        for code in codes:
            run_loop(book, template, code, out)
    elif way in ("papermill", "ploomber"):
        if way == "papermill":
            from papermill import execute_notebook
        else:
            # Not a package of ours: in an environment without it, this way is told as not measured.
            execute_notebook = import_module("ploomber_engine").execute_notebook
        os.chdir(book)
        for code in codes:
            execute_notebook(
                str(template), str(out / f"{code}.ipynb"), parameters={"district": code, **known}
            )
    elif way == "floor":
        run_floor(book, template, codes)
    else:
        run_ours(book, template, codes, out, jobs=int(way[-1]))


def run_floor(book: Path, template: Path, codes: list[str]) -> None:
    """The cells' functions, one after the other, and the bundles that their outputs would carry."""
    import nbformat

    notebook = nbformat.read(template, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"][2:]
    import taizhang as tz
    from taizhang import figures, narrative

    opened = tz.open(str(book))
    for code in codes:
        names = {"view": opened.view(code, "2021", "zh"), "figures": figures, "narrative": narrative}
        for source in cells:
            shown = eval(source, names)
            if shown is not None:
                shown._repr_mimebundle_()


def run_ours(book: Path, template: Path, codes: list[str], out: Path, *, jobs: int) -> None:
    """The runner of `taizhang review`, on the notebook asked for."""
    import taizhang as tz
    from taizhang.periods import parse_period
    from taizhang.report.meta import ReportMeta
    from taizhang.report.tasks import ReportTask
    from taizhang.report.workers import run_tasks
    from taizhang.warm.client import close_server

    opened, period = tz.open(str(book)), parse_period("2021")
    tasks = []
    for code in codes:
        meta = ReportMeta(
            opened.config.title, code, opened.district_name(code), period, "zh", opened.as_of(period),
            "township_review", True, version="bench",
        )  # fmt: skip
        tasks.append(ReportTask(meta, template.read_text("utf-8"), book, out, ("html", "pdf"), ""))
    failed = [outcome.error for outcome in run_tasks(tasks, jobs=jobs) if outcome.status != "made"]
    close_server()
    if failed:
        sys.exit(failed[0])


def sum_pss(pid: int) -> int:
    """PSS of a process and all it started, in bytes; 0 where the system doesn't tell."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total = int(line.split()[1]) * 1024
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return total
    return total + sum(sum_pss(int(child)) for child in children)


def measure(command: list[str]) -> dict[str, float]:
    """Wall and processor seconds of a command and its children, and their highest memory together."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    most = 0
    while process.poll() is None:
        most = max(most, sum_pss(process.pid))
        time.sleep(0.25)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert process.stderr
    told = process.stderr.read()
    if process.returncode:
        raise RuntimeError(told.strip().splitlines()[-1] if told.strip() else "failed")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "processor": processor, "mb": most / 1e6}


def time_review(book: Path, *more: str) -> tuple[float, int]:
    """Seconds of a review by command, and the reports that it made."""
    command = [sys.executable, "-m", "taizhang", "review", "--period", "2021", "-C", str(book), *more]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    made = [int(part.split()[0]) for part in done.stdout.split(": ")[-1].split(", ") if "made" in part]
    return time.perf_counter() - start, made[0] if made else 0


def main() -> None:
    """Make a county, measure each way, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--townships", type=int, default=16)
    parser.add_argument("--rows", type=int, default=1600)
    parser.add_argument("--reports", type=int, default=8, help="made in each way")
    parser.add_argument("--few", type=int, default=2, help="made in the slow ways a and b")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument(
        "--real", action="store_true", help="the township template in place of the frozen notebook"
    )
    parser.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--codes", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        way, book, template, out = chosen.run
        run_way(way, Path(book), Path(template), chosen.codes, Path(out))
        return

    from taizhang import open as open_workbook
    from taizhang.sample import make_sample

    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "county"
        make_sample(book, townships=chosen.townships, rows=chosen.rows)
        opened = open_workbook(str(book))
        opened.view("all", "2021")
        codes = list(map(str, opened.districts["code"]))
        template = opened.template("township_review") if chosen.real else FROZEN
        found: dict[str, dict[str, float]] = {}
        for way in chosen.ways:
            reports = codes[: chosen.few if way in ("loop", "papermill") else chosen.reports]
            out = Path(folder) / way
            out.mkdir()
            command = [sys.executable, __file__, "--run", way, str(book), str(template), str(out), "--codes"]
            try:
                one = measure([*command, *reports])
            except RuntimeError as error:
                print(f"{WORDS[way]}: not measured: {error}", flush=True)
                continue
            found[way] = {name: value / len(reports) for name, value in one.items()} | {"mb": one["mb"]}
            print(json.dumps({way: found[way]}), file=sys.stderr, flush=True)
        print_table(found)
        for words, change in (("all made", None), ("nothing changed", None), ("one row changed", change_row)):
            if change:
                change(book)
            seconds, made = time_review(book, "--jobs", "2")
            print(f"| (e) review of {len(codes)} townships, {words} | {seconds:.1f} s | {made} made | |")


def change_row(book: Path) -> None:
    """Correct one word of one township's row in a raw ledger."""
    (ledger,) = book.glob("data/raw/complaints/*.csv")
    data = ledger.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        at = text.index("食品安全", text.index("\n2", len(text) // 2))
        ledger.write_bytes((text[:at] + "消防通道堵塞" + text[at + 4 :]).encode(encoding))
        return


def print_table(found: dict[str, dict[str, float]]) -> None:
    """The ways beside each other, as multiples of the floor."""
    floor = found.get("floor", {}).get("processor", 0)
    print("| way | seconds per report | processor seconds | of the floor | highest PSS |")
    print("|---|---:|---:|---:|---:|")
    for way, one in found.items():
        times = f"{one['processor'] / floor:.1f}" if floor else ""
        print(
            f"| {WORDS[way]} | {one['seconds']:.2f} | {one['processor']:.2f} | {times} | {one['mb']:.0f} MB |"
        )


if __name__ == "__main__":
    main()
