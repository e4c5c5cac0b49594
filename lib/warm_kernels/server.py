"""The fork server: ``python -m warm_kernels.server``. It has one thread, reads no data, and forks on request.

Standard input is a pipe held by its owner: when the owner ends, however it ends, the server kills its kernels, clears
its folder and ends too. Requests come over connections to a socket, one JSON object per line; a connection's
kernels are killed when it closes.
"""

import json
import os
import selectors
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from warm_kernels.kernel import (
    KERNEL_MODULES,
    count_threads,
    die_with,
    import_modules,
    prepare_memory,
    run_kernel,
)

Request = dict[str, Any]


class ForkServer:
    """Serves until its owner ends; in a forked child, `serve` returns the request that the child is for."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._read: dict[socket.socket, bytes] = {}
        self._owners: dict[int, socket.socket] = {}
        self._ended: dict[int, int] = {}
        self._wake, self._waker = socket.socketpair()
        for end in (self._wake, self._waker):
            end.setblocking(False)

    def serve(self) -> Request | None:
        """Answer requests; return None when it is over."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # meant for a server that still imports
        signal.set_wakeup_fd(self._waker.fileno())
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        for waited in (self._listener, self._wake):
            self._selector.register(waited, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    self._kill(list(self._owners))
                    return None
                if key.fileobj is self._wake:
                    self._wake.recv(4096)
                    self._reap()
                elif key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    self._read[connection] = b""
                    self._selector.register(connection, selectors.EVENT_READ)
                else:
                    assert isinstance(key.fileobj, socket.socket)
                    request = self._receive(key.fileobj)
                    if request is not None:
                        return request

    def _receive(self, connection: socket.socket) -> Request | None:
        """Read and answer requests; in a forked child, return the request that it serves."""
        try:
            data = connection.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(connection)
            del self._read[connection]
            connection.close()
            self._kill([pid for pid, owner in self._owners.items() if owner is connection])
            return None
        *lines, self._read[connection] = (self._read[connection] + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            answer = self._answer(request, connection)
            if answer is None:
                return dict(request)
            try:
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:  # gone; its end is read next
                break
        return None

    def _answer(self, request: Request, connection: socket.socket) -> Request | None:
        if "spawn" in request:
            return self._spawn(request, connection)
        pid = request["pid"]
        if "signal" in request and pid in self._owners:
            os.killpg(pid, request["signal"])
        self._reap()
        return {"status": self._ended.get(pid)}

    def _spawn(self, request: Request, connection: socket.socket) -> Request | None:
        """Fork a kernel; None in the child."""
        if any(name.partition(":")[0] not in sys.modules for name in request["imports"]):
            with prepare_memory():
                import_modules(request["imports"])
        if (threads := count_threads()) > 1:
            return {"unsafe": f"{threads} threads run after importing {', '.join(request['imports'])}"}
        server = os.getpid()
        pid = os.fork()
        if pid:
            self._owners[pid] = connection
            self._ended.pop(pid, None)  # of an earlier kernel of the same number
            return {"pid": pid}
        die_with(server)
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._selector.close()
        for end in (*self._read, self._listener, self._wake, self._waker):
            end.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return None

    def _reap(self) -> None:
        """Note how kernels ended; what they started ends with them."""
        for pid in list(self._owners):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            _kill_group(pid)  # while the number is still the kernel's
            self._ended[pid] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            del self._owners[pid]

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            _kill_group(pid)
            os.waitpid(pid, 0)
            del self._owners[pid]


def _kill_group(pid: int) -> None:
    """Kill a kernel and what it started; just after the fork it leads no group yet."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def main() -> None:
    """Import modules and serve requests; in a child, run the requested kernel."""
    handle, folder, *imports = sys.argv[1:]
    listener = socket.socket(fileno=int(handle))
    os.chdir("/")
    with prepare_memory():
        import_modules([*KERNEL_MODULES, *imports])
    request = ForkServer(listener).serve()
    if request is None:
        shutil.rmtree(Path(folder), ignore_errors=True)
        return
    run_kernel(request["spawn"])


if __name__ == "__main__":
    main()
