"""Progress of a review: a bar with the time left on a terminal, plain lines elsewhere, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from taizhang.core.reasons import Reason
from taizhang.core.terminal import show_controls


@dataclass(frozen=True)
class Progress:
    """Progress of a run after one more report is done."""

    done: int
    total: int
    name: str = ""  # of the report just done, such as ``溪口镇 zh``; empty at the start
    status: str = ""  # made or failed
    error: str = ""  # in one line


Report = Callable[[Progress], None]


@contextmanager
def show_progress() -> Iterator[Report]:
    """Return a function that shows each Progress passed to it."""
    if sys.stderr.isatty():
        with _show_bar() as report:
            yield report
    else:
        yield _show_lines()


@contextmanager
def _show_bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(str(Reason("report.progress.reports"))),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(str(Reason("report.progress.left"))),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.description}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True, markup=False, highlight=False)) as bar:
        task = bar.add_task("", total=None)

        def report(progress: Progress) -> None:
            bar.update(
                task, completed=progress.done, total=progress.total, description=show_controls(progress.name)
            )
            if progress.error:
                failed = Reason("report.progress.failed", name=progress.name, error=progress.error)
                bar.console.print(show_controls(str(failed)))

        yield report


def _show_lines() -> Report:
    start = monotonic()

    def report(progress: Progress) -> None:
        if not progress.name:
            return
        line = str(Reason(f"report.progress.{progress.status}", name=progress.name, error=progress.error))
        if progress.done < progress.total:
            left = (monotonic() - start) / progress.done * (progress.total - progress.done)
            line += str(Reason("report.progress.about", left=format_seconds(left)))
        print(show_controls(f"[{progress.done}/{progress.total}] {line}"), file=sys.stderr, flush=True)

    return report


def format_seconds(seconds: float) -> str:
    """Seconds below a minute and a half, else minutes: 42 s, 12 min."""
    if seconds < 90:
        return str(Reason("report.progress.seconds", n=round(seconds)))
    return str(Reason("report.progress.minutes", n=round(seconds / 60)))
