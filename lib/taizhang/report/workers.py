"""Doing tasks: in this process, in processes of this machine, or on a Dask cluster."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taizhang.errors import SchedulerError
from taizhang.report.tasks import ReportOutcome, ReportTask, fail_task, make_report

if TYPE_CHECKING:
    from distributed import Client

# Seconds until a cluster that doesn't answer, or has no worker, is given up.
_PATIENCE = 30


def count_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_tasks(
    tasks: Sequence[ReportTask], *, jobs: int | None = None, scheduler: str | None = None
) -> Iterator[ReportOutcome]:
    """Do the tasks and yield how each ended, as it ends.

    Parameters
    ----------
    tasks : sequence of ReportTask
    jobs : int, optional
        Processes on this machine; default: as many as cores. With one, the tasks are done in this process.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do them instead; they see the workbook at the same path.

    Yields
    ------
    ReportOutcome

    Raises
    ------
    SchedulerError
        If the scheduler can't be reached, or has no workers.
    """
    jobs = min(jobs or count_cores(), len(tasks))
    if not tasks:
        return
    if jobs == 1 and not scheduler:
        yield from map(make_report, tasks)
        return
    with _connect(scheduler) if scheduler else _start_processes(jobs) as client:
        yield from _run_on(client, tasks)


def _run_on(client: "Client", tasks: Sequence[ReportTask]) -> Iterator[ReportOutcome]:
    from distributed import as_completed

    # A task has effects: the same one must be done again when asked, so no key of its content.
    futures = dict(zip(client.map(make_report, tasks, pure=False), tasks, strict=True))
    try:
        for future in as_completed(futures):
            problem = future.exception()
            yield future.result() if problem is None else fail_task(futures[future], problem)
    finally:
        client.cancel(list(futures))


@contextmanager
def _start_processes(jobs: int) -> Iterator["Client"]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            memory_limit=0,  # the memory is the kernels', which Dask doesn't see
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _connect(address: str) -> Iterator["Client"]:
    from distributed import Client

    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise SchedulerError(
            f"the Dask scheduler '{address}' can't be reached; start one with `dask scheduler`, "
            "and give its address as it prints it, such as tcp://10.0.0.5:8786"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise SchedulerError(
                f"the Dask scheduler '{address}' has no workers after {_PATIENCE} s; "
                f"start some with `dask worker {address}`"
            ) from error
        yield client
