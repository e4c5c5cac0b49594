"""Workers: what a lost one was at another does, and a report that kills them all is told."""

import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from taizhang.core.errors import SchedulerError
from taizhang.core.periods import parse_period
from taizhang.report.meta import ReportMeta
from taizhang.report.tasks import ReportOutcome, ReportTask
from taizhang.report.workers import run_tasks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")

ENDS = {
    "raise": "raise KeyError('k')",
    "exit": "import os; os._exit(3)",
    "segv": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hang": "while True: pass",
}
# The kernel's server is its parent; the worker is whoever the server's owner started besides.
KILL_WORKERS = """
import os, signal
from pathlib import Path
def parent(pid): return int(Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[1])
def children(pid): return map(int, Path(f'/proc/{pid}/task/{pid}/children').read_text().split())
run = parent(os.getppid())
marks = Path('killed.txt')
marks.write_text(marks.read_text() + 'x' if marks.exists() else 'x')
if len(marks.read_text()) <= TIMES:
    for child in children(run):
        if 'forkserver' in Path(f'/proc/{child}/cmdline').read_text():
            for worker in children(child):
                os.kill(worker, signal.SIGKILL)
"""


def make_task(folder: Path, name: str, source: str = "") -> ReportTask:
    notebook = new_notebook(
        cells=[
            new_code_cell("district = ''\nperiod = ''\nlang = ''", metadata={"tags": ["parameters"]}),
            new_markdown_cell("## 概况"),
            new_code_cell(source),
            new_code_cell(
                "from taizhang.core import display\ndisplay.Prose((display.Block((display.Run(district),)),))"
            ),
        ]
    )
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    meta = ReportMeta(
        "书",
        name,
        name,
        parse_period("2021"),
        "zh",
        date(2021, 12, 31),
        "township_review",
        False,
        version="x",
    )
    return ReportTask(meta, writes(notebook), folder, folder / "reports", ("html",), timeout=3)


def run(tasks: list[ReportTask], jobs: int = 2) -> dict[str, ReportOutcome]:
    outcomes = list(run_tasks(tasks, jobs=jobs))
    assert Counter(outcome.task.name for outcome in outcomes) == Counter(task.name for task in tasks)
    return {outcome.task.meta.district: outcome for outcome in outcomes}


def test_each_bad_end_is_its_own_and_the_others_are_made_and_equal(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    alone = run([make_task(tmp_path / "alone", "good")], jobs=1)["good"]
    tasks = [make_task(tmp_path, name, source) for name, source in {**ENDS, "good": "", "fine": ""}.items()]
    outcomes = run(tasks)
    assert {name for name, outcome in outcomes.items() if outcome.status == "made"} == {"fine", "good"}
    errors = {name: outcomes[name].error for name in ENDS}
    assert errors == {
        "raise": "error in cell 4: KeyError: 'k'",
        "exit": "error in cell 4: DeadKernelError: the kernel died while it ran this cell",
        "segv": "error in cell 4: DeadKernelError: the kernel died while it ran this cell",
        "hang": "error in cell 4: CellTimeoutError: the cell took longer than 3 seconds",
    }
    assert outcomes["good"].task.page("html").read_bytes() == alone.task.page("html").read_bytes()


def test_a_lost_worker_s_report_is_made_by_another(tmp_path: Path) -> None:
    killer = KILL_WORKERS.replace("TIMES", "1")
    outcomes = run([make_task(tmp_path, "killer", killer), make_task(tmp_path, "other")])
    assert {outcome.status for outcome in outcomes.values()} == {"made"}
    assert (tmp_path / "killed.txt").read_text() == "xx"


def test_a_report_that_kills_every_worker_ends(tmp_path: Path) -> None:
    killer = KILL_WORKERS.replace("TIMES", "9")
    outcomes = run([make_task(tmp_path, "killer", killer), make_task(tmp_path, "other")])
    assert outcomes["killer"].status == "failed" and outcomes["other"].status in ("made", "failed")
    assert outcomes["killer"].error == "the process making this report died 3 times"


def test_the_comparison_which_takes_longest_is_begun_first(tmp_path: Path) -> None:
    """The others keep their order."""
    tasks = [make_task(tmp_path, name) for name in ("b", "a", "all")]
    assert list(run(tasks, jobs=1)) == ["all", "b", "a"]


def test_without_the_extra_a_cluster_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SchedulerError, match=r'distributed is not installed.*"taizhang\[cluster\]"'):
        list(run_tasks([make_task(tmp_path, "a")], scheduler="tcp://127.0.0.1:1"))
