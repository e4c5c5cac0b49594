"""jupyter_client's provisioner for warm kernels, ``warm-kernels``.

Name it in a kernel specification (``"metadata": {"kernel_provisioner": {"provisioner_name": "warm-kernels"}}``),
or use the Papermill engine. Kernels other than this Python's IPython kernel start the usual way.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from warm_kernels.client import (
    Server,
    ServerLost,
    choose_manner,
    drop_server,
    get_server,
    take_waiting,
)
from warm_kernels.kernel import read_arguments

_log = logging.getLogger(__name__)
# Seconds between looks at a process that ends, or at sockets that come to be.
_SOON = 0.003
_PATIENCE = 30


class WarmProcess:
    """A forked kernel with the interface of Popen that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, server: Server, pid: int) -> None:
        self._server, self.pid = server, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._server.poll(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return its exit code."""
        until = time.monotonic() + (timeout if timeout is not None else _PATIENCE)
        while self.poll() is None and time.monotonic() < until:
            time.sleep(_SOON)
        return self.returncode if self.returncode is not None else 0

    def send_signal(self, signum: int) -> None:
        """Send a signal to it and the processes it started."""
        if self.returncode is None:
            self.returncode = self._server.poll(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Starts IPython kernels by forking a server that has the libraries imported."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel for jupyter_client's connection file, if possible; otherwise start it cold."""
        argv, manner = read_arguments(cmd), choose_manner(getattr(self.parent, "manner", ""))
        imports = tuple(getattr(self.parent, "imports", ()))
        cwd, env = str(Path(kwargs.get("cwd") or "").absolute()), dict(kwargs.get("env") or os.environ)
        if argv is None:
            return await super().launch_kernel(cmd, **kwargs)
        cold = [sys.executable, "-P", "-m", "warm_kernels.cold", *argv]
        if manner == "cold":
            return await super().launch_kernel(cold, **kwargs)
        if manner == "ahead":
            process: Any = take_waiting(argv, cwd, env, imports)
            self.pgid = os.getpgid(process.pid) if hasattr(os, "getpgid") else None
        else:
            process = _fork(argv, cwd, env, imports)
            self.pgid = (
                None  # signals go through the server, which knows whether the process is still that one
            )
        if process is None:
            return await super().launch_kernel(cold, **kwargs)
        self.process, self.pid, self.cwd = process, process.pid, cwd
        await self._await_sockets()
        return self.connection_info

    async def _await_sockets(self) -> None:
        """A client that connects before the kernel listens tries again only a tenth of a second later."""
        known: dict[str, Any] = {**self.connection_info}
        if known.get("transport") != "ipc":
            return
        files = [
            Path(f"{known['ip']}-{known[f'{name}_port']}")
            for name in ("shell", "iopub", "control", "hb", "stdin")
        ]
        until = time.monotonic() + _PATIENCE
        while not all(file.exists() for file in files):
            if time.monotonic() > until or await self.poll() is not None:
                return
            await asyncio.sleep(_SOON)

    async def wait(self) -> int | None:
        """Do the same as the parent class, without its tenth of a second between checks."""
        while self.process and await self.poll() is None:
            await asyncio.sleep(_SOON)
        return await super().wait()


def _fork(argv: list[str], cwd: str, env: dict[str, str], imports: tuple[str, ...]) -> WarmProcess | None:
    for _ in range(2):  # a server that was lost is replaced once
        try:
            server = get_server(imports)
        except (ServerLost, OSError) as error:
            _log.warning("no warm kernel: %s", error)
            return None
        if server.unsafe:
            return None
        try:
            pid = server.spawn(argv, cwd, env, imports)
        except ServerLost:
            drop_server(server)
            continue
        if pid is None:
            _log.warning("kernels start cold from here on: %s", server.unsafe)
            return None
        return WarmProcess(server, pid)
    return None
