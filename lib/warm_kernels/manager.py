"""The kernel manager and client that go with warm kernels."""

import os
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from queue import Empty
from uuid import uuid4

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import List, Type, Unicode, default

from warm_kernels.client import choose_manner, get_folder
from warm_kernels.kernel import SINGLE_THREAD, read_arguments

PROVISIONER = "warm-kernels"
# Where the user has not set them: one thread of linear algebra per kernel, as kernels run side by side, and
# an order of sets that is the same in every run.
KERNEL_ENV = {**SINGLE_THREAD, "PYTHONHASHSEED": "0"}
_LONGEST = 1.0


class QuickClient(AsyncKernelClient):
    """A client that regards a kernel as ready after its `idle`; jupyter_client waits until it has been silent for a
    while."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered on shell and reported idle on iopub.

        RuntimeError if it died, or did not answer in time (seconds).
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
        """Return whether both the reply and the idle state that ends it have come."""
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

    On POSIX it talks to them through sockets in a folder that this user alone can enter: nobody else can listen, and
    no port found free is taken by another kernel before it is bound, when several start at once. Where there is no
    such place, the connection is encrypted (CurveZMQ), if ZeroMQ was built with that.
    """

    client_class = Unicode("warm_kernels.manager.QuickClient")
    client_factory = Type(klass="jupyter_client.KernelClient", default_value=QuickClient)
    imports = List(Unicode(), help="modules to have imported before the fork").tag(config=True)
    manner = Unicode(help="warm, ahead or cold; default: as the environment says").tag(config=True)

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc" if self._folder else "tcp"

    @default("transport_encryption")
    def _default_encryption(self) -> str:
        return "auto" if self.transport == "tcp" and zmq.has("curve") else "disabled"

    @default("connection_file")
    def _default_connection_file(self) -> str:
        """In the sockets' folder, which goes with its owner, so that nothing is left of a run that is killed."""
        folder = self._folder or Path(tempfile.gettempdir())
        return str(folder / f"{uuid4().hex[:12]}.json")

    @cached_property
    def _folder(self) -> Path | None:
        try:
            return get_folder(choose_manner(self.manner), self.imports)
        except OSError:  # not POSIX, or names too long
            return None

    def cleanup_ipc_files(self) -> None:
        """Remove the kernel's sockets, that for the output of processes that it forked, too."""
        super().cleanup_ipc_files()
        if self.transport == "ipc":
            place = Path(self.ip)
            for path in place.parent.glob(f"{place.name}-*"):
                path.unlink(missing_ok=True)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        spec = super().kernel_spec
        return self._warm(spec) if spec is not None else spec

    def _warm(self, spec: KernelSpec) -> KernelSpec:
        warm = KernelSpec(resource_dir=spec.resource_dir, **spec.to_dict())
        warm.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER}}
        if read_arguments(spec.argv) is not None:
            warm.metadata["supported_encryption"] = ["curve"]
        return warm


class OwnKernelManager(WarmKernelManager):
    """Starts kernels on the Python that runs this, whatever kernel a notebook names or a machine offers."""

    @property
    def kernel_spec(self) -> KernelSpec:
        return self._warm(
            KernelSpec(
                argv=[
                    sys.executable,
                    "-P",  # what lies where the notebook runs is no library
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
