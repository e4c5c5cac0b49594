"""The client side: a fork server for this process, and kernels started ahead where forking isn't safe."""

import atexit
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from warm_kernels.kernel import SINGLE_THREAD, WHILE_IMPORTING

# Environment variables. The socket of a server that another process owns and this one may use:
ADDRESS = "WARM_KERNELS_SERVER"
# and how kernels are started: warm, ahead or cold.
MANNER = "WARM_KERNELS"
_MANNERS = ("warm", "ahead", "cold")
# A kernel whose server was lost was killed with it.
_LOST = -int(getattr(signal, "SIGKILL", 9))
# What the name of a private folder begins with, its owner's process number behind it.
_PREFIX = "warm-kernels-"
_OWNER = re.compile(re.escape(_PREFIX) + r"(\d+)-")
# A socket's path has at most 103 bytes on macOS, 107 on Linux; so much of it may be the folder that ours stands in.
_LONGEST_BASE = 103 - len(f"/{_PREFIX}4194304-abcdefgh/0123456789ab-ipc-5-forked")


def choose_manner(asked: str = "") -> str:
    """Return how kernels are started: warm (forked), ahead (cold, but started in advance), or cold.

    As `asked`, else as the environment says, else warm if forking is safe. It is not safe once Apple's system
    libraries have been loaded, and Windows has no fork.
    """
    for manner in (asked, os.environ.get(MANNER, "")):
        if manner in _MANNERS:
            return manner
    return "warm" if sys.platform == "linux" else "ahead"


def make_folder() -> Path:
    """A new folder for sockets, which this user alone can enter; OSError if there is no place with a short name.

    Those of processes that were killed are removed.
    """
    base = next(
        (base for base in (tempfile.gettempdir(), "/tmp") if len(os.fsencode(base)) <= _LONGEST_BASE),
        None,
    )
    if base is None or os.name != "posix":
        raise OSError("no place for sockets: their paths would be too long")
    for path in Path(base).glob(f"{_PREFIX}*"):
        if (found := _OWNER.match(path.name)) and not _is_alive(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


class ServerLost(OSError):
    """The fork server ended, or could not be started."""


class Server:
    """A connection to a fork server: at an address, or a new one of this process, which imports modules before it
    serves."""

    def __init__(self, imports: Iterable[str] = (), address: str = "") -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._read = b""
        self.owner = os.getpid()
        self.unsafe = ""
        self.lost = False
        self.folder = Path(address).parent if address else self._start(imports)
        self._connection = socket.socket(socket.AF_UNIX)
        try:
            self._connection.connect(str(self.folder / "server"))
        except OSError as error:
            self.close()
            raise ServerLost(str(error)) from error

    @property
    def address(self) -> str:
        """The address, for the variable `ADDRESS` in another process's environment."""
        return str(self.folder / "server")

    @property
    def pid(self) -> int | None:
        """The process id of the server, if it belongs to this process."""
        return self._process.pid if self._process else None

    def _start(self, imports: Iterable[str]) -> Path:
        folder = make_folder()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "server"))
        listener.listen(64)  # whoever connects while the server still imports waits in this queue
        with listener:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-P", "-m", "warm_kernels.server",
                    str(listener.fileno()), str(folder), *imports,
                ],
                stdin=subprocess.PIPE,
                pass_fds=(listener.fileno(),),
                env=WHILE_IMPORTING | os.environ | SINGLE_THREAD | {"PYTHONHASHSEED": _hash_seed()},
                process_group=0,  # a Ctrl-C is the owner's, from the first moment on
            )  # fmt: skip
        return folder

    def spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], imports: Iterable[str]) -> int | None:
        """Have a kernel forked; return its process id, or None if this server must not fork any more.

        ServerLost if the server is gone.
        """
        request = {"spawn": {"argv": argv, "cwd": cwd, "env": dict(env)}, "imports": list(imports)}
        answer = self._ask(request)
        self.unsafe = answer.get("unsafe", "")
        return answer.get("pid")

    def poll(self, pid: int, signum: int | None = None) -> int | None:
        """Return the exit code of a kernel that has ended, after sending it a signal if one is given."""
        request = {"pid": pid} | ({} if signum is None else {"signal": signum})
        try:
            return self._ask(request)["status"]
        except ServerLost:
            self.lost = True
            return _LOST

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            try:
                self._connection.sendall(json.dumps(request).encode() + b"\n")
                while b"\n" not in self._read:
                    data = self._connection.recv(1 << 16)
                    if not data:
                        raise ServerLost("the fork server ended")
                    self._read += data
            except OSError as error:
                self._connection.close()
                raise ServerLost(str(error)) from error
            line, _, self._read = self._read.partition(b"\n")
            return dict(json.loads(line))

    def close(self) -> None:
        """End the connection and, if the server is our own, the server with all its kernels."""
        self._connection.close()
        if self._process is None:
            return
        assert self._process.stdin
        self._process.stdin.close()
        self._process.terminate()  # works while it still starts up; otherwise the end of its input tells it
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _hash_seed() -> str:
    """The order of sets is the same in every kernel, unless the user has set it."""
    return os.environ.get("PYTHONHASHSEED", "0")


_servers: list[Server] = []
_folders: dict[int, Path] = {}
_STARTING = threading.Lock()


def get_server(imports: Iterable[str] = ()) -> Server:
    """Return this process's fork server, started when first needed and ended with the process.

    ServerLost or another OSError if none can be started.
    """
    with _STARTING:
        if _servers and _servers[0].owner != os.getpid():  # copied by a fork: the parent's
            _servers.clear()
        if not _servers:
            _servers.append(_connect(imports))
        return _servers[0]


def _connect(imports: Iterable[str]) -> Server:
    if address := os.environ.get(ADDRESS):
        try:
            return Server(address=address)
        except ServerLost:
            os.environ.pop(ADDRESS)
    return Server(imports)


def get_folder(manner: str, imports: Iterable[str] = ()) -> Path:
    """The folder for sockets of kernels: the fork server's, or this process's own; OSError if there can be none."""
    if manner == "warm":
        with suppress(OSError):  # the provisioner tells
            return get_server(imports).folder
    with _STARTING:
        if (owner := os.getpid()) not in _folders:
            _folders[owner] = make_folder()
        return _folders[owner]


def forget_lost_server() -> bool:
    """Return whether the server was lost, and with it its kernels; the next kernel gets another."""
    lost = [server for server in _servers if server.lost and server.owner == os.getpid()]
    for server in lost:
        drop_server(server)
    return bool(lost)


def drop_server(server: Server) -> None:
    """Forget a server that was lost, so that the next kernel gets another."""
    with _STARTING:
        if server in _servers:
            _servers.remove(server)
    server.close()


def close_server() -> None:
    """End this process's server and any waiting kernels.

    The next kernel gets a new server, with the modules as they are then.
    """
    with _STARTING:
        while _servers:
            server = _servers.pop()
            if server.owner == os.getpid():
                server.close()
    while _waiting:
        _, process = _waiting.popitem()
        assert process.stdin
        process.stdin.close()
        process.wait()
    if folder := _folders.pop(os.getpid(), None):
        shutil.rmtree(folder, ignore_errors=True)


atexit.register(close_server)

# ------------------------------------------------------------------ kernels started ahead

_waiting: dict[tuple[str, ...], "subprocess.Popen[bytes]"] = {}


def take_waiting(
    argv: list[str], cwd: str, env: Mapping[str, str], imports: Iterable[str]
) -> "subprocess.Popen[bytes]":
    """Turn the waiting process into the requested kernel, and start the next one to wait."""
    key = tuple(imports)
    while True:
        process = _waiting.pop(key, None) or _start_waiting(key)
        request = json.dumps({"argv": argv, "cwd": cwd, "env": dict(env)})
        assert process.stdin
        try:
            process.stdin.write(request.encode() + b"\n")
            process.stdin.close()
        except OSError:  # it died while it waited
            process.wait()
            continue
        _waiting[key] = _start_waiting(key)
        return process


def _start_waiting(imports: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "warm_kernels.waiting", *imports],
        stdin=subprocess.PIPE,
        env=WHILE_IMPORTING | os.environ | {"PYTHONHASHSEED": _hash_seed()},
        start_new_session=os.name == "posix",
    )
