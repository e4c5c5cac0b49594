"""Code of a process that becomes a kernel: it imports ahead, and then runs an ordinary IPython kernel."""

import ctypes
import gc
import importlib
import os
import random
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What every IPython kernel loads while it starts. Not the inline backend of matplotlib: it hooks itself into
# the kernel that imports it, and so must be imported by that kernel.
KERNEL_MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "ipykernel.datapub",
    "IPython.core.magics",
    "IPython.core.async_helpers",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.extensions.storemagic",
    "IPython.core.ultratb",
    "jedi",
    "jupyter_client.session",
    "sqlite3",
    "tornado.platform.asyncio",
    "unittest.mock",
    "zmq.asyncio",
    "zmq.eventloop.zmqstream",
    "zmq.utils.garbage",
    "warm_kernels.streams",
)
# Among a kernel's arguments: what lies in its folder is not to be imported.
NO_FOLDER = "--IPKernelApp.ignore_cwd=True"
_PR_SET_PDEATHSIG = 1
# The columns that pandas shows of a table as text when it is imported in a kernel.
_COLUMNS_IN_KERNEL = 20
# New objects after which the collector looks for circles.
_OBJECTS = 10_000
# Set before the imports: no library may start a thread while it is imported, since a fork copies only one.
# Arrow's allocator would start one for itself.
SINGLE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
# While importing: the backend as a cold kernel sets it, but before matplotlib, which reads it then; and no word
# from the debugger about the modules that Python keeps frozen.
WHILE_IMPORTING = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def import_modules(names: Iterable[str]) -> None:
    """Import those of `names` that exist; for others, the notebook's own import raises the error.

    For ``package.module:function``, the function is called too; it reads only what its package contains, never users'
    data.
    """
    for name in names:
        module, _, function = name.partition(":")
        try:
            imported = importlib.import_module(module)
        except Exception:
            sys.modules.pop(module, None)
            continue
        if function:
            getattr(imported, function)()


def count_threads() -> int:
    """Count the threads of this process, including those of C libraries; 1 if the system doesn't say."""
    tasks = Path("/proc/self/task")
    return sum(1 for _ in tasks.iterdir()) if tasks.is_dir() else 1


def read_arguments(cmd: list[str]) -> list[str] | None:
    """The arguments after ``-m ipykernel_launcher``, or None if it is another kernel or another Python.

    Python's -P, with which no module is looked for in the kernel's folder, becomes one of them.
    """
    for launcher in ("ipykernel_launcher", "ipykernel"):
        if launcher in cmd[1:]:
            at = cmd.index(launcher)
            options = [option for option in cmd[1 : at - 1] if option not in ("-P", "-Xfrozen_modules=off")]
            same = (
                cmd[0] in ("python", "python3") or Path(cmd[0]).absolute() == Path(sys.executable).absolute()
            )
            if cmd[at - 1] != "-m" or options or not same:
                return None
            return [*cmd[at + 1 :], *([NO_FOLDER] if "-P" in cmd[1:at] else [])]
    return None


def launch_app(arguments: Sequence[str]) -> None:
    """Be an IPython kernel, as ``python -m ipykernel_launcher`` is, with no port of the network."""
    from ipykernel import kernelapp

    from warm_kernels.streams import PrivateThread

    if NO_FOLDER not in arguments and not os.environ.get("PYTHONSAFEPATH"):
        add_folder(sys.path)
    vars(kernelapp)["IOPubThread"] = PrivateThread
    kernelapp.IPKernelApp.launch_instance(argv=list(arguments))


def run_kernel(request: Mapping[str, Any]) -> None:
    """Run a kernel until it is shut down. A request has argv (of ``python -m ipykernel_launcher``), cwd and env."""
    os.environ.clear()
    os.environ.update(request["env"])
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.chdir(request["cwd"])
    sys.argv = ["ipykernel_launcher", *request["argv"]]
    collect_less()
    random.seed()
    if numpy := sys.modules.get("numpy"):  # else all kernels of a server would draw the same numbers
        numpy.random.seed()
    if pandas := sys.modules.get("pandas"):  # imported outside a kernel it fits tables to a terminal
        pandas.set_option("display.max_columns", _COLUMNS_IN_KERNEL)
    launch_app(
        [
            *request["argv"],
            # By its parent's number a kernel knows that it is nobody's in a terminal, and it ends with its parent.
            f"--IPKernelApp.parent_handle={os.getppid()}",
            "--IPKernelApp.outstream_class=warm_kernels.streams.QuickStream",
            # ipykernel sleeps after each cell, for clients that do not wait for its `idle`; nbclient does.
            "--IPythonKernel._execute_sleep=0",
        ]
    )


def add_folder(path: list[str]) -> None:
    """Put the folder that a kernel runs in on the path as IPython does, before what is installed.

    IPython does not where Python was started with -P, as this process was, lest it import what lies where its owner
    stands.
    """
    at = next(
        (n for n, place in enumerate(path) if Path(place).name in ("site-packages", "dist-packages")), 0
    )
    path.insert(at, "")


@contextmanager
def prepare_memory() -> Iterator[None]:
    """Turn off garbage collection while importing, and then exclude all existing objects from it.

    Imports leave almost no cycles, and looking for them takes a tenth of their time. A memory page that the collector
    writes to is copied by each process forked later.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def collect_less() -> None:
    """Have Python's collector look for cycles once in 10,000 objects instead of 700.

    A notebook that reads tables and draws has few cycles, and hundreds of thousands of objects.
    """
    gc.set_threshold(_OBJECTS)


def die_with(parent: int) -> None:
    """Have Linux kill this process when `parent`, which started it, ends, even by kill -9."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
