"""Warm kernels: the same results as cold ones, every bad end told, and nothing left running."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from warm_kernels import client
from warm_kernels.imports import Preload, find_imports
from warm_kernels.manager import OwnKernelManager

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")

SHOWN = (
    "import statistics, decimal\nvalue = 3\nprint('out')",
    "import sys\nprint('err', file=sys.stderr)\nvalue + 1",
    "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "pd.DataFrame({f'a long name {n}': [n] for n in range(12)})",
    "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])",
    "from IPython.display import HTML\nHTML('<b>x</b>')",
    "%%capture kept\nprint(1)",
    "print('a')\ndisplay(1)\nprint('b', flush=True)\nprint('c', file=sys.stderr)\nprint('d')\n2",
    "import os\n_ = os.write(1, b'by hand')",
    "input('?')",
)


def write(path: Path, *sources: str) -> Path:
    nbformat.write(
        new_notebook(
            cells=[new_code_cell(source) for source in sources],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        ),
        path,
    )
    return path


def run(folder: Path, *sources: str, engine: str = "warm", **more: Any) -> list[str]:
    """Outputs of each cell, whether it ends well or not, without times, addresses and the path of a cell."""
    out = folder / f"{engine}.ipynb"
    with more.pop("ends", nullcontext()):
        papermill.execute_notebook(
            write(folder / "in.ipynb", *sources),
            out,
            engine_name=engine,
            progress_bar=False,
            cwd=folder,
            **more,
        )
    cells = [cell for cell in nbformat.read(out, as_version=4).cells if cell.cell_type == "code"]
    return [re.sub(r"0x\w+|ipykernel_\d+|[\d.]+ [µnm]?s\b", "", str(cell.outputs)) for cell in cells]


def list_children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: list[int]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if not any(is_running(pid) for pid in pids):
            return
        time.sleep(0.02)
    pytest.fail(f"still running: {[pid for pid in pids if is_running(pid)]}")


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    client.close_server()  # another test's, with another environment, may still serve this process
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MPLBACKEND", raising=False)
        yield
    client.close_server()


def test_outputs_equal_those_of_cold_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    warm, cold = (
        run(
            tmp_path,
            *SHOWN,
            engine=engine,
            ends=pytest.raises(PapermillExecutionError, match="StdinNotImplementedError"),
        )
        for engine in ("warm", "nbclient")
    )
    assert "image/png" in warm[4]  # matplotlib's inline backend works, though imported before the fork
    assert warm == cold


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import os; os._exit(0)", DeadKernelError),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", DeadKernelError),
        ("raise KeyError('k')", PapermillExecutionError),
    ],
)
def test_a_kernel_that_ends_badly_is_told(tmp_path: Path, source: str, error: type[Exception]) -> None:
    run(tmp_path, "1", source, "3", ends=pytest.raises(error))
    book = nbformat.read(tmp_path / "warm.ipynb", as_version=4)
    states = [cell.metadata.papermill.status for cell in book.cells if cell.source in ("1", source, "3")]
    assert states == ["completed", "failed", "pending"]
    assert book.metadata.papermill.exception


def test_each_notebook_has_a_kernel_of_its_own(tmp_path: Path) -> None:
    draw = (
        "import os, random, numpy, json; json.x = 1\nprint(os.getpid(), random.random(), numpy.random.rand())"
    )
    first = run(tmp_path, draw)[0]
    second = run(tmp_path, "import json; print(hasattr(json, 'x'))", draw)
    assert "False" in second[0]
    assert not set(re.findall(r"\d[\d.]{2,}", first)) & set(re.findall(r"\d[\d.]{2,}", second[1]))


def test_what_a_kernel_started_ends_with_it(tmp_path: Path) -> None:
    run(
        tmp_path,
        "import subprocess; p = subprocess.Popen(['sleep', '600']); open('pid', 'w').write(str(p.pid))",
    )
    wait_until_gone([int((tmp_path / "pid").read_text())])
    assert not list(client.get_server().folder.glob("*.json*"))


def test_a_server_that_is_killed_takes_its_kernels_along_and_is_replaced(tmp_path: Path) -> None:
    run(tmp_path, "1")
    server = client.get_server()
    assert server.pid
    kill = f"import os, signal, time; os.kill({server.pid}, signal.SIGKILL); time.sleep(60)"
    run(tmp_path, kill, ends=pytest.raises(DeadKernelError))
    assert client.forget_lost_server()
    assert "'4'" in run(tmp_path, "2 + 2")[0]
    assert client.get_server() is not server


def test_nothing_is_left_of_a_run_that_is_killed(tmp_path: Path) -> None:
    write(tmp_path / "in.ipynb", "open('on', 'w').close()\nimport time; time.sleep(600)")
    code = "import papermill; papermill.execute_notebook('in.ipynb', 'out.ipynb', engine_name='warm')"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (tmp_path / "on").exists() and time.monotonic() < until:
        time.sleep(0.02)
    (server,) = list_children(process.pid)
    kernels = list_children(server)
    assert len(kernels) == 1
    folder = Path(Path(f"/proc/{server}/cmdline").read_text().split("\0")[5])
    assert folder.is_dir()
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until_gone([server, *kernels])
    assert not folder.exists()


def test_kernels_started_ahead_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm = run(tmp_path, *SHOWN[:3])
    monkeypatch.setenv(client.MANNER, "ahead")
    assert run(tmp_path, *SHOWN[:3]) == warm
    assert client._waiting  # the next one waits already
    client.close_server()
    assert not client._waiting


def test_a_module_that_starts_threads_is_not_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    )
    client.close_server()
    try:
        assert "'4'" in run(tmp_path, "2 + 2", imports=["threaded"])[0]
        assert "kernels start cold from here on: 2 threads run after importing threaded" in caplog.text
        assert client.get_server().unsafe
    finally:
        client.close_server()


def test_only_installed_modules_are_imported_ahead(tmp_path: Path) -> None:
    (tmp_path / "json.py").touch()
    notebook = new_notebook(
        cells=[
            new_code_cell("import json, math, no_such_module\nfrom pandas import DataFrame"),
            new_code_cell("%matplotlib inline"),
            new_code_cell("import matplotlib.pyplot as plt"),
        ]
    )
    assert find_imports(notebook, tmp_path) == ["math", "pandas", "pandas.DataFrame", "matplotlib.pyplot"]


def test_a_package_says_what_it_loads_later(tmp_path: Path) -> None:
    preloads = (
        Preload(
            "own", ("own.reader", "decimal:getcontext"), {"plot_map": "statistics", "plot_line": "fractions"}
        ),
        Preload("other", ("csv",)),
    )

    def find(source: str) -> list[str]:
        return find_imports(new_notebook(cells=[new_code_cell(source)]), tmp_path, preloads)

    # Named by a preload it counts as installed, which nothing else of that name does.
    assert find("import own, nobody\nown.plot_map(1)") == [
        "own",
        "own.reader",
        "decimal:getcontext",
        "statistics",
    ]
    assert find("import math\nmath.plot_map") == ["math"]
    (tmp_path / "other.py").touch()
    assert find("import other") == ["csv"]


def test_functions_are_called_before_the_fork_and_what_is_absent_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("read = []\ndef load():\n    read.append(1)\n")
    source = (
        "import sys\n"
        "from warm_kernels.kernel import import_modules\n"
        "import_modules(['no_such_module', 'no_such_module:load', 'own:load', 'own'])\n"
        "import own\n"
        "print(own.read, 'no_such_module' in sys.modules)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[1] False\n"


@pytest.mark.parametrize(
    ("asked", "said", "manner"),
    [("cold", "ahead", "cold"), ("", "ahead", "ahead"), ("nonsense", "nonsense", "warm"), ("", "", "warm")],
)
def test_how_kernels_start_is_asked_for_or_said_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, asked: str, said: str, manner: str
) -> None:
    monkeypatch.setenv(client.MANNER, said)
    assert client.choose_manner(asked) == manner


def test_a_kernel_specification_names_the_provisioner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As README.md shows it: stock jupyter_client, and a kernel that the server forked."""
    folder = tmp_path / "kernels" / "warm"
    folder.mkdir(parents=True)
    specification = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Warm",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": "warm-kernels"}},
    }
    (folder / "kernel.json").write_text(json.dumps(specification))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    manager, kernel = start_new_kernel(kernel_name="warm")
    try:
        told: list[str] = []
        kernel.execute_interactive(
            "import os; print(os.getppid())",
            output_hook=lambda message: told.append(message["content"].get("text", "")),
            timeout=60,
        )
        assert int("".join(told)) == client.get_server().pid
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_command_line_of_papermill_finds_the_engine(tmp_path: Path) -> None:
    write(tmp_path / "in.ipynb", "6 * 7")
    command = [sys.executable, "-m", "papermill", "--engine", "warm", "in.ipynb", "out.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert "42" in (tmp_path / "out.ipynb").read_text()


# In a kernel: the ports of the network that it listens on, and what lies where it is connected.
LISTENS = """
import glob, os, psutil
from ipykernel.connect import get_connection_file
folder = os.path.dirname(get_connection_file())
mine = [one.laddr for one in psutil.Process().net_connections("inet") if one.status == "LISTEN"]
print("listens on", mine, oct(os.stat(folder).st_mode & 0o777), len(glob.glob(folder + "/*-ipc-*")) >= 5)
"""
FORKS = """
import os
if not (child := os.fork()):
    print("from the child", flush=True)
    os._exit(0)
_ = os.waitpid(child, 0)
"""


@pytest.mark.parametrize("manner", ["warm", "ahead", "cold"])
def test_nobody_else_can_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], manner: str
) -> None:
    monkeypatch.setenv(client.MANNER, manner)
    shown, forked = run(tmp_path, LISTENS, FORKS)
    assert "listens on [] 0o700 True" in shown
    assert "from the child" in forked
    folder = client.get_folder(manner)
    assert not list(folder.glob("*-ipc*")) and not list(folder.glob("*.json"))
    client.close_server()
    assert not folder.exists()
    assert "TCP" not in "".join(capfd.readouterr())


def test_where_there_is_no_place_for_sockets_the_connection_is_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> Path:
        raise OSError

    monkeypatch.setattr(client, "make_folder", refuse)
    monkeypatch.setenv(client.MANNER, "ahead")
    client.close_server()
    shown = "import json; from ipykernel.connect import get_connection_info\n"
    shown += "told = json.loads(get_connection_info()); print(told['transport'], 'curve_publickey' in told)"
    assert "tcp True" in run(tmp_path, shown)[0]
    client.close_server()
    assert "without encryption" not in "".join(capfd.readouterr())


def test_a_long_name_of_the_temporary_folder_is_no_place_for_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("folder" * 20)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    folder = client.make_folder()
    assert folder.parent == Path("/tmp")
    folder.rmdir()


def test_the_folder_of_a_killed_process_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(client, "_LONGEST_BASE", 200)
    code = (
        "import os, signal\nfrom warm_kernels import client\nclient._LONGEST_BASE = 200\n"
        "print(client.make_folder(), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    left = Path(told.stdout.strip())
    assert left.is_dir()
    mine = client.make_folder()
    assert not left.exists()
    client.make_folder()
    assert mine.is_dir()  # its owner lives


@pytest.mark.parametrize("manner", ["warm", "ahead", "cold"])
def test_a_module_beside_the_notebook_is_found_unless_python_is_told_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str
) -> None:
    (tmp_path / "beside.py").write_text("value = 'found beside'")
    (tmp_path / "csv.py").write_text("raise SystemExit")  # Python's own come first
    monkeypatch.setenv(client.MANNER, manner)
    client.close_server()
    assert "found beside" in run(tmp_path, "import csv, beside; print(beside.value)")[0]
    source = "try:\n    import beside\nexcept ModuleNotFoundError:\n    print('none')"
    assert "none" in run(tmp_path, source, kernel_manager_class=OwnKernelManager)[0]
