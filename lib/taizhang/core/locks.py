"""One writer at a time: locks of the operating system, and beside each whose it is and since when.

Such a lock ends with its process, however that ends. On a share that has none, a lock is a file that stands for it; one
whose process has ended, or that is older than half a day where its process is on another machine, is taken over.
"""

import errno
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from taizhang.core.errors import BusyError, ParameterError
from taizhang.core.files import write_text
from taizhang.core.processes import is_running, mark_machine
from taizhang.core.reasons import Reason

# Seconds to wait for another run before giving up; 0: none.
WAIT = "TAIZHANG_WAIT"
_PATIENCE = 1800.0
_PAUSE = 0.1
_DEAD_AFTER = 12 * 3600
_NONE_HERE = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}


@contextmanager
def hold_lock(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock `path`.lock during the block; yields whether another run was waited for.

    Whoever waits is told whose the lock is. `BusyError` after the longest time that is waited; at once without `wait`.
    """
    lock, waited = _take(path, read_patience() if wait else 0.0, told=wait)
    owner = path.with_suffix(".json")
    try:
        write_text(owner, json.dumps(_describe_self(), ensure_ascii=False))
        yield waited
    finally:
        with suppress(OSError):
            owner.unlink(missing_ok=True)
        lock.release()


def read_patience() -> float:
    """Seconds that another run is waited for; ParameterError if TAIZHANG_WAIT is no number of them."""
    given = os.environ.get(WAIT, "")
    try:
        return max(float(given), 0.0) if given else _PATIENCE
    except ValueError:
        raise ParameterError("core.lock.no_number", value=given) from None


def _take(path: Path, patience: float, *, told: bool) -> tuple[BaseFileLock, bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_suffix(".lock")
    lock: BaseFileLock = FileLock(file, thread_local=False)
    end, waited = time.monotonic() + patience, False
    while True:
        try:
            lock.acquire(timeout=0)
            return lock, waited
        except NotImplementedError:
            lock = SoftFileLock(file, thread_local=False)
            continue
        except Timeout:
            if isinstance(lock, SoftFileLock) and _is_stale(file):
                file.unlink(missing_ok=True)
                continue
        except OSError as error:
            if error.errno not in _NONE_HERE or isinstance(lock, SoftFileLock):
                raise
            lock = SoftFileLock(file, thread_local=False)
            continue
        if time.monotonic() >= end:
            raise BusyError(_tell(path, "busy"))
        if told and not waited:
            print(_tell(path, "waiting"), file=sys.stderr, flush=True)
        waited = True
        time.sleep(_PAUSE)


def _describe_self() -> dict[str, Any]:
    words = [Path(sys.argv[0]).name, *sys.argv[1:2]]
    return {
        "command": " ".join(words),
        "host": socket.gethostname(),
        "machine": mark_machine(),
        "pid": os.getpid(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _read_owner(path: Path) -> dict[str, Any]:
    """What stands beside a lock; empty where it can't be read, as it is being written."""
    try:
        owner = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _tell(path: Path, what: str) -> Reason:
    owner = {name: str(one) for name, one in _read_owner(path).items()}
    named = {name: owner.get(name, "?") for name in ("command", "host", "pid", "since")}
    return Reason(f"core.lock.{what}", **named)


def _is_stale(file: Path) -> bool:
    """Whether a file that stands for a lock is of a process that has ended, as far as can be known."""
    owner = _read_owner(file)
    if owner.get("machine") == mark_machine() and isinstance(owner.get("pid"), int):
        return not is_running(owner["pid"])
    try:
        return time.time() - file.stat().st_mtime > _DEAD_AFTER
    except OSError:
        return False
