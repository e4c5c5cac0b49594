"""Carrying out tasks: in this process, in processes on this machine, or on a Dask cluster."""

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from taizhang.core.errors import RenderError, SchedulerError
from taizhang.core.reasons import choose_language, current_language
from taizhang.metadata.facts import ALL
from taizhang.report.kernels import PRELOAD, choose_manner
from taizhang.report.tasks import ReportOutcome, ReportTask, fail_task, make_report, place_files
from warm_kernels.client import ADDRESS, ServerLost, close_server, get_server
from warm_kernels.kernel import collect_less, die_with

if TYPE_CHECKING:
    from distributed import Client

# Seconds until a cluster that doesn't answer, or has no worker, is given up.
_PATIENCE = 30
# A report whose worker was lost is made again by another, but a report that kills its workers must end.
_MOST_LOSSES = 3


def count_cores() -> int:
    """Number of cores available to this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_ahead(jobs: int | None = None) -> None:
    """Start loading libraries in the processes that kernels and workers are forked from.

    The caller can do other things meanwhile.
    """
    _share_server()
    if (jobs or count_cores()) > 1 and _choose_context().get_start_method() == "forkserver":
        from multiprocessing import forkserver  # POSIX alone has it

        forkserver.ensure_running()


def run_tasks(
    tasks: Sequence[ReportTask], *, jobs: int | None = None, scheduler: str | None = None
) -> Iterator[ReportOutcome]:
    """Carry out the tasks and yield each outcome as it becomes available.

    They run in `jobs` processes on this machine, by default one per core, or with one job in this process. Given the
    address of a Dask scheduler, its workers run them, and see the workbook at the same path, unless the tasks have a
    parcel.
    SchedulerError if the scheduler can't be reached, or has no workers.
    """
    jobs = min(jobs or count_cores(), len(tasks))
    if not tasks:
        return
    # The whole area's take longest: begun last, they would keep one worker busy while the others have nothing to do.
    tasks = sorted(tasks, key=lambda task: task.meta.district != ALL)
    if scheduler:
        with _connect(scheduler) as client:
            yield from _run_on(client, tasks)
    elif jobs == 1:
        yield from map(make_report, tasks)
    else:
        yield from _run_in_processes(tasks, jobs)


# ------------------------------------------------------------------ this machine


@dataclass
class _Worker:
    process: Any
    connection: Connection
    task: ReportTask | None = None


def _run_in_processes(tasks: Sequence[ReportTask], jobs: int) -> Iterator[ReportOutcome]:
    """Give each worker one task at a time; what a lost worker was at, another does."""
    context = _choose_context()
    address = _share_server()
    waiting = deque(tasks)
    losses: dict[str, int] = {}
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.task for worker in workers):
            while waiting and len(workers) < jobs:
                workers.append(_start_worker(context, address))
            for worker in workers:
                if worker.task is None and waiting:
                    worker.task = waiting.popleft()
                    _send(worker)
            ready = wait([worker.connection for worker in workers])
            for worker in [worker for worker in workers if worker.connection in ready]:
                outcome = _receive(worker)
                task, worker.task = worker.task, None
                if outcome:
                    yield outcome
                    continue
                workers.remove(worker)
                if task is None:
                    continue
                losses[task.name] = losses.get(task.name, 0) + 1
                if losses[task.name] < _MOST_LOSSES:
                    waiting.appendleft(task)
                else:
                    yield fail_task(task, RenderError("report.lost", n=_MOST_LOSSES))
    finally:
        for worker in workers:
            worker.connection.close()
            if worker.task:  # stopped in the middle: what it is at is not waited for
                worker.process.terminate()
        for worker in workers:
            worker.process.join()


def _choose_context() -> Any:
    """Return how workers are started: forked from a process that has loaded what they need, where that can be done."""
    # "ahead" is how kernels are started where nothing can be forked; workers are then not forked either.
    if sys.platform != "linux" or choose_manner() == "ahead":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["taizhang.report.preload"])
    return context


def _share_server() -> str:
    """Address of one fork server for all workers, so that the libraries are imported and kept once."""
    if choose_manner() != "warm":
        return ""
    try:
        return get_server(PRELOAD.modules).address
    except (ServerLost, OSError):
        return ""  # each worker tries for itself, and starts its kernels cold if it can't


def _start_worker(context: Any, address: str) -> _Worker:
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, address, current_language()), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here)


def _send(worker: _Worker) -> None:
    try:
        worker.connection.send(worker.task)
    except OSError:  # lost while idle: the end of its connection is read next, and its task given to another
        return


def _receive(worker: _Worker) -> ReportOutcome | None:
    """A finished report, or None if the worker is lost."""
    try:
        outcome: ReportOutcome = worker.connection.recv()
    except (EOFError, OSError):
        worker.connection.close()
        worker.process.join()
        return None
    return outcome


def _work(connection: Connection, address: str, lang: str) -> None:
    """A worker's life: tasks in, outcomes out, until the other end is closed."""
    choose_language(lang)
    if sys.platform == "linux":  # forked by a process that ends with the run
        die_with(os.getppid())
    collect_less()
    if address:
        os.environ[ADDRESS] = address
    try:
        while True:
            connection.send(make_report(connection.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        close_server()


# ------------------------------------------------------------------ a cluster


def _run_on(client: "Client", tasks: Sequence[ReportTask]) -> Iterator[ReportOutcome]:
    from distributed import as_completed

    # A task has effects: the same one must be done again when asked, so no key of its content. What a lost worker
    # was at, Dask gives to another.
    sent = [task for task in tasks if task.rerun or task.parcel is None]
    make = partial(_make_elsewhere, current_language())
    futures = dict(zip(client.map(make, sent, pure=False), sent, strict=True))
    try:
        # What is only rendered again is rendered from its notebook, which is here.
        yield from (make_report(replace(task, parcel=None)) for task in tasks if task not in sent)
        for future in as_completed(futures):
            problem = future.exception()
            outcome = fail_task(futures[future], problem) if problem else future.result()
            future.release()  # else the cluster keeps the files of all reports
            yield place_files(outcome) if outcome.task.parcel else outcome
    finally:
        client.cancel(list(futures))


def _make_elsewhere(lang: str, task: ReportTask) -> ReportOutcome:
    choose_language(lang)
    return make_report(task)


@contextmanager
def _connect(address: str) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError as error:  # it comes with an extra
        raise SchedulerError("report.scheduler.missing", name="distributed") from error
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise SchedulerError("report.scheduler.unreachable", address=address) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise SchedulerError("report.scheduler.idle", address=address, seconds=_PATIENCE) from error
        yield client
