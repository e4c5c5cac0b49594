"""Bad days on purpose: a file system that fails, a clock that jumps, a child that dies, a second writer.

`failing` works within this process. For a command, `failing_command` gives the environment in which it fails in the
same way. `small_disk` and `readonly_disk` are real ones, where this machine lets us mount them.
"""

import builtins
import errno
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

# What fails, by the function that everything written goes through; "write" is of what open() gives.
OPERATIONS = {
    "create": (os, "open"),
    "fsync": (os, "fsync"),
    "rename": (os, "replace"),
    "mkdir": (os, "mkdir"),
    "unlink": (os, "unlink"),
}
ERRORS = {"full": errno.ENOSPC, "forbidden": errno.EACCES, "broken": errno.EIO, "readonly": errno.EROFS}


@contextmanager
def failing(operation: str, error: str, *, match: str = "*", after: int = 0) -> Iterator[list[str]]:
    """Let an operation on paths that match fail, from the call after the first `after` on; yields what failed.

    `operation` is write, or one of OPERATIONS; `error` one of ERRORS. Files that a library writes by itself (pyarrow,
    GDAL) fail to be created, made safe or renamed, not to be written.
    """
    number, failed, calls = ERRORS[error], list[str](), 0

    def fail(path: object) -> None:
        nonlocal calls
        if not fnmatch(shown := os.fspath(path) if isinstance(path, str | os.PathLike) else "", match):
            return
        calls += 1
        if calls > after:
            failed.append(shown)
            raise OSError(number, os.strerror(number), shown)

    with ExitStack() as stack:
        if operation == "write":
            true_open = io.open

            def open_(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
                stream = true_open(file, mode, *more, **named)
                if not {*mode} & {*"wax+"}:
                    return stream
                return _Stream(stream, lambda: fail(file))

            stack.enter_context(patch.object(io, "open", open_))
            stack.enter_context(patch.object(builtins, "open", open_))
        else:
            where, name = OPERATIONS[operation]
            true = getattr(where, name)

            def act(path: Any, *more: Any, **named: Any) -> Any:
                if operation == "fsync":
                    fail(_find_path(path))
                elif operation != "create" or (more and more[0] & os.O_CREAT):
                    fail(path)
                return true(path, *more, **named)

            stack.enter_context(patch.object(where, name, act))
        yield failed


class _Stream:
    """A stream that asks before it writes."""

    def __init__(self, stream: Any, ask: Callable[[], None]) -> None:
        self._stream, self._ask = stream, ask

    def write(self, data: Any) -> Any:
        self._ask()
        return self._stream.write(data)

    def __enter__(self) -> "_Stream":
        return self

    def __exit__(self, *about: object) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _find_path(handle: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{handle}").readlink())
    except OSError:
        return ""


def failing_command(folder: Path, operation: str, error: str, *, match: str = "*") -> dict[str, str]:
    """The environment of a command in which an operation fails, in it and in all Python that it starts.

    Its start is written into `folder`.
    """
    start = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from faults import failing
        fault = failing({operation!r}, {error!r}, match={match!r})
        fault.__enter__()
    """
    (folder / "sitecustomize.py").write_text("\n".join(line.strip() for line in start.splitlines()))
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def small_disk(kib: int = 1024) -> Iterator[Path]:
    """A real file system of so many KiB; the test is skipped where none can be mounted."""
    with _mount(f"size={kib}k") as folder:
        yield folder


@contextmanager
def readonly_disk(fill: Callable[[Path], None]) -> Iterator[Path]:
    """A real file system that may only be read, filled by `fill` before; skipped where none can be mounted."""
    with _mount("size=64m") as folder:
        fill(folder)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        yield folder


@contextmanager
def _mount(options: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="taizhang-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or not shutil.which("mount")
        or subprocess.run(command, capture_output=True).returncode
    ):
        folder.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


@contextmanager
def jumping_clock(*seconds: float) -> Iterator[None]:
    """The clock of this process jumps by so much at each look, in turn, and then stands where it is."""
    jumps, moved, true, true_ns = iter(seconds), 0.0, time.time, time.time_ns

    def jump() -> float:
        nonlocal moved
        moved += next(jumps, 0.0)
        return moved

    with (
        patch.object(time, "time", lambda: true() + jump()),
        patch.object(time, "time_ns", lambda: true_ns() + int(jump() * 1e9)),
    ):
        yield


def list_children(pid: int) -> list[int]:
    """The processes below a process, grandchildren, too; Linux."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found, new = list[int](), [pid]
    while new := [child for child, parent in parents.items() if parent in new]:
        found += new
    return found


def kill_one(process: "subprocess.Popen[Any]", rng: random.Random) -> bool:
    """Kill a command or one of the processes below it; whether one was met."""
    chosen = rng.choice([process.pid, *list_children(process.pid)])
    try:
        os.kill(chosen, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def kill_all(process: "subprocess.Popen[Any]") -> None:
    """Kill a command that was started with `start_new_session`, with all below it, as a power failure would."""
    for pid in [process.pid, *list_children(process.pid)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@contextmanager
def second_writer(where: Any, name: str, act: Callable[[], object]) -> Iterator[None]:
    """Somebody else does something just before a function of a module or class is called for the first time."""
    true, waiting = getattr(where, name), [act]

    def call(*given: Any, **named: Any) -> Any:
        if waiting:
            waiting.pop()()
        return true(*given, **named)

    with patch.object(where, name, call):
        yield
