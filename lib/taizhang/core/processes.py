"""Tell which process something belongs to, and whether that process still runs."""

import hashlib
import os
import socket
import sys
from functools import cache
from pathlib import Path


@cache
def mark_machine() -> str:
    """Return six digits that identify the machine to which process ids belong; a container has its own."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return hashlib.sha256(f"{socket.gethostname()} {space}".encode()).hexdigest()[:6]


def is_running(pid: int) -> bool:
    """Return whether a process of this machine runs; True if in doubt."""
    if sys.platform == "win32":
        import ctypes

        kernel, still = ctypes.windll.kernel32, ctypes.c_ulong()
        handle = kernel.OpenProcess(0x1000, False, pid)  # the right to ask, no more
        if not handle:
            return bool(kernel.GetLastError() == 5)  # there, but somebody else's
        kernel.GetExitCodeProcess(handle, ctypes.byref(still))
        kernel.CloseHandle(handle)
        return still.value == 259
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    try:  # one that has ended is listed until somebody asks how
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except (OSError, IndexError):
        return True
