"""What is loaded before kernels are forked is there, is what notebooks load, and starts no thread."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from taizhang import figures
from taizhang.report.kernels import PRELOAD, VARIABLE, choose_manner
from warm_kernels.client import MANNER
from warm_kernels.imports import find_imports

CALLED = set(PRELOAD.calls.values())


@pytest.mark.parametrize("name", [*PRELOAD.modules, *PRELOAD.calls.values()])
def test_all_that_is_loaded_before_the_fork_is_there(name: str) -> None:
    """What is absent is passed over, so a name that is no longer right would only be slow."""
    module, _, function = name.partition(":")
    found = import_module(module)
    assert not function or callable(getattr(found, function))


def test_what_a_comparison_loads_is_loaded_before_the_fork(tmp_path: Path, root: Path) -> None:
    """A township's report does not wait for it."""
    (wanted, others) = (
        set(find_imports(nbformat.read(root / "notebooks" / f"{name}.ipynb", 4), tmp_path, [PRELOAD]))
        for name in ("county_comparison", "township_review")
    )
    assert wanted >= CALLED and not others & CALLED
    assert set(PRELOAD.modules) <= others
    assert all(callable(getattr(figures, name)) for name in PRELOAD.calls)


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads as Linux shows them")
def test_loading_starts_no_thread() -> None:
    """With one, the server would not fork. In a process by itself, with the environment of the server."""
    source = (
        "import os, sys\n"
        "from warm_kernels.kernel import SINGLE_THREAD, count_threads, import_modules\n"
        "os.environ.update(SINGLE_THREAD)\n"
        f"import_modules({[*PRELOAD.modules, *PRELOAD.calls.values()]!r})\n"
        "from taizhang.metadata.words import load_words\n"
        "print(count_threads(), load_words.cache_info().currsize)\n"
    )
    told = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1", "1"]


def test_the_variable_of_users_comes_before_that_of_the_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MANNER, "cold")
    monkeypatch.delenv(VARIABLE, raising=False)
    assert choose_manner() == "cold"
    monkeypatch.setenv(VARIABLE, "ahead")
    assert choose_manner() == "ahead"
