"""The kernel manager and client that go with warm kernels."""

import ast
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty
from uuid import uuid4

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from traitlets import List, Type, Unicode, default

from taizhang.warm.client import choose_kernels, get_server
from taizhang.warm.kernel import CALLED_MODULES, OWN_MODULES, SINGLE_THREAD

PROVISIONER = "taizhang-warm"
# Where the user has not set them: one thread of linear algebra per kernel, as kernels run side by side, and
# an order of sets that is the same in every run.
KERNEL_ENV = {**SINGLE_THREAD, "PYTHONHASHSEED": "0"}
_LONGEST = 1.0


class QuickClient(AsyncKernelClient):
    """Knows that a kernel is ready by its `idle`, where jupyter_client waits until it has said nothing for a while."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered on shell and has said so on iopub.

        Raises
        ------
        RuntimeError
            If it died, or did not answer in time.
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

    client_class = Unicode("taizhang.warm.manager.QuickClient")
    client_factory = Type(klass="jupyter_client.KernelClient", default_value=QuickClient)
    imports = List(Unicode(), help="modules to have imported before the fork").tag(config=True)

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc" if os.name == "posix" else "tcp"

    @default("connection_file")
    def _default_connection_file(self) -> str:
        """In the fork server's folder, which goes with the server, so that nothing is left of a run that is killed."""
        folder, name = Path(tempfile.gettempdir()), f"taizhang-{uuid4().hex[:12]}.json"
        if choose_kernels() == "warm":
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
                    # What reports run is nothing that a user has typed.
                    "--HistoryManager.enabled=False",
                ],
                display_name="Python 3",
                language="python",
                env={name: value for name, value in KERNEL_ENV.items() if name not in os.environ},
            )
        )


def find_imports(notebook: NotebookNode, cwd: Path) -> list[str]:
    """The modules that a notebook's code cells import and that are safe to import for it.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    cwd : Path
        Its folder: what is found there is the notebook's own, and may differ from run to run.

    Returns
    -------
    list of str
        Installed modules, in the order they are named.
    """
    names: dict[str, None] = {}
    called: dict[str, None] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a cell magic, or a mistake that the kernel will tell
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names[node.module] = None
                names.update(dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names))
            elif isinstance(node, ast.Attribute) and node.attr in CALLED_MODULES:
                called[CALLED_MODULES[node.attr]] = None
    found = [name for name in names if _is_installed(name.partition(".")[0], cwd)]
    return [*found, *((*OWN_MODULES, *called) if "taizhang" in names else ())]


def _is_installed(top: str, cwd: Path) -> bool:
    """Whether a name is a library's: not a file beside the notebook."""
    if (cwd / f"{top}.py").exists() or (cwd / top).is_dir() or top in ("__future__", "__main__"):
        return False
    if top == "taizhang":
        return True
    try:
        spec = find_spec(top)
    except (ValueError, ImportError):
        return False
    return spec is not None and (spec.origin in ("built-in", "frozen") or _is_below_prefix(spec.origin))


def _is_below_prefix(origin: str | None) -> bool:
    prefixes: Sequence[str] = (sys.prefix, sys.base_prefix, sys.exec_prefix)
    return origin is not None and any(Path(origin).is_relative_to(prefix) for prefix in prefixes)
