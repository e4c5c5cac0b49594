"""The kernel manager and client that go with warm kernels."""

import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from uuid import uuid4

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import List, Type, Unicode, default

from warm_kernels.client import choose_manner, get_server
from warm_kernels.kernel import SINGLE_THREAD

PROVISIONER = "warm-kernels"
# Where the user has not set them: one thread of linear algebra per kernel, as kernels run side by side, and
# an order of sets that is the same in every run.
KERNEL_ENV = {**SINGLE_THREAD, "PYTHONHASHSEED": "0"}
_LONGEST = 1.0


class QuickClient(AsyncKernelClient):
    """Knows that a kernel is ready by its `idle`, where jupyter_client waits until it has said nothing for a while."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered on shell and has said so on iopub.

        RuntimeError says that it died, or did not answer in time (seconds).
        """
        until = time.monotonic() + (timeout or float("inf"))
        patience = 0.05
        while True:
            asked = self.kernel_info()
            if await self._has_answered(asked, patience):
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")
            patience = min(2 * patience, _LONGEST)

    async def _has_answered(self, asked: str, patience: float) -> bool:
        """Whether both the reply and the idle state that ends it have come."""
        try:
            while True:
                reply = await self.shell_channel.get_msg(timeout=patience)
                if reply["parent_header"].get("msg_id") == asked:
                    break
            self._handle_kernel_info_reply(reply)
            while True:
                said = await self.iopub_channel.get_msg(timeout=patience)
                if (
                    said["parent_header"].get("msg_id") == asked
                    and said["msg_type"] == "status"
                    and said["content"]["execution_state"] == "idle"
                ):
                    return True
        except Empty:
            return False


class WarmKernelManager(AsyncKernelManager):
    """Starts kernels through the warm provisioner, whatever their specification says.

    On POSIX it talks to them through sockets in the temporary folder: ports found free may be taken by
    another kernel before they are bound, when several start at once.
    """

    client_class = Unicode("warm_kernels.manager.QuickClient")
    client_factory = Type(klass="jupyter_client.KernelClient", default_value=QuickClient)
    imports = List(Unicode(), help="modules to have imported before the fork").tag(config=True)
    manner = Unicode(help="warm, ahead or cold; default: as the environment says").tag(config=True)

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc" if os.name == "posix" else "tcp"

    @default("connection_file")
    def _default_connection_file(self) -> str:
        """In the fork server's folder, which goes with the server, so that nothing is left of a run that is killed."""
        folder, name = Path(tempfile.gettempdir()), f"warm-kernels-{uuid4().hex[:12]}.json"
        if choose_manner(self.manner) == "warm":
            with suppress(OSError):  # the provisioner tells
                folder, name = get_server(self.imports).folder, f"{uuid4().hex[:12]}.json"
        return str(folder / name)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        spec = super().kernel_spec
        return self._warm(spec) if spec is not None else spec

    def _warm(self, spec: KernelSpec) -> KernelSpec:
        warm = KernelSpec(resource_dir=spec.resource_dir, **spec.to_dict())
        warm.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return warm


class OwnKernelManager(WarmKernelManager):
    """Starts kernels on the Python that runs this, whatever kernel a notebook names or a machine offers."""

    @property
    def kernel_spec(self) -> KernelSpec:
        return self._warm(
            KernelSpec(
                argv=[
                    sys.executable,
                    "-m",
                    "ipykernel_launcher",
                    "-f",
                    "{connection_file}",
                    # What a batch runs is nothing that a user has typed.
                    "--HistoryManager.enabled=False",
                ],
                display_name="Python 3",
                language="python",
                env={name: value for name, value in KERNEL_ENV.items() if name not in os.environ},
            )
        )
