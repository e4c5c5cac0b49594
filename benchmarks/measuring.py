"""What a command takes: seconds, processor seconds of it and all it starts, and memory."""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Python may keep what it compiles, in every way alike; and no package sends word of its use anywhere.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "PLOOMBER_STATS_ENABLED": "false",
    "TAIZHANG_TRUST": "1",  # their notebooks are our own
}
# Seconds between looks at memory: they take processor time themselves.
_PAUSE = 1.0
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes
    ----------
    seconds : float
        By the clock.
    processor : float
        Processor seconds of the command and of all that it started.
    mb : float
        The highest sum of the proportional set sizes of all its processes, in MB.
    worker_mb : float
        What a process that makes reports takes with its kernel, in MB: the highest of one of these processes and of
        one kernel at a moment at which each has its kernel, or of one of them while it renders and has none; 0 where
        there are none.
    """

    seconds: float
    processor: float
    mb: float
    worker_mb: float


def measure(command: Sequence[str | Path], *, cwd: Path | None = None) -> Cost:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        With its last word, if it fails.
    """
    adopt_orphans()
    known = set(list_children(os.getpid()))
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        cwd=cwd,
    )
    most = both = 0
    while True:
        total, workers, kernels = 0, [0], [0]
        for one in list_processes(process.pid):
            pss = read_pss(one.pid)
            total += pss
            if one.role == "worker":
                workers.append(pss)
            elif one.role == "kernel":
                kernels.append(pss)
        own = max(kernels) if len(kernels) == len(workers) else 0
        most, both = max(most, total), max(both, max(workers) + own)
        try:
            _, told = process.communicate(timeout=_PAUSE)
            break
        except subprocess.TimeoutExpired:
            continue
    seconds = time.perf_counter() - start
    await_orphans(known)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(told.strip().splitlines()[-1] if told.strip() else "it failed")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, processor, most / 1e6, both / 1e6)


def adopt_orphans() -> None:
    """Have Linux give this process what its children leave behind: else nobody could tell what that took."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def await_orphans(known: Collection[int]) -> None:
    """Wait for what a command left running, such as the process that its workers were forked from, to end."""
    while left := set(list_children(os.getpid())) - set(known):
        for pid in left:
            os.waitpid(pid, 0)


def list_children(pid: int) -> list[int]:
    """The children of a process, whichever of its threads started them; none where the system doesn't tell."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread ended meanwhile
            found += map(int, listed.read_text().split())
    return found


@dataclass(frozen=True)
class Process:
    """A process by its number, and what it is there for: server, kernel, forkserver, worker, dask or other."""

    pid: int
    role: str


def list_processes(pid: int, *, parent: str = "") -> Iterator[Process]:
    """A process and all that it started; nothing if the system doesn't tell."""
    folder = Path(f"/proc/{pid}")
    try:
        command = folder.joinpath("cmdline").read_text().replace("\0", " ")
    except OSError:
        return
    if "warm_kernels.server" in command:
        role = "kernel" if parent == "server" else "server"
    elif "forkserver" in command:
        role = "worker" if parent in ("forkserver", "worker") else "forkserver"
    elif "spawn_main" in command and parent == "dask nanny":
        role = "dask"
    else:
        role = "dask nanny" if "dask worker" in command else "other"
    yield Process(pid, role)
    for child in list_children(pid):
        yield from list_processes(child, parent=role)


def read_pss(pid: int) -> int:
    """Proportional set size of a process in bytes; 0 if the system doesn't tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def describe_machine() -> str:
    """Cores, load and Python, in a line."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores, load {load:.1f} at the start, Python {version}"
