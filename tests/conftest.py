"""What every test may use: the repository, the shared data, a browser."""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

import taizhang.report  # before nbformat, which would build a grammar for a second

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

# Two shared cores: a slow moment is no failure. In CI the same examples every time.
settings.register_profile("house", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("house")

os.environ.setdefault("MPLBACKEND", "agg")
# Python looks for circles among all objects that are there, which in tests are many and lasting: an eighth of the time.
gc.set_threshold(200_000, *gc.get_threshold()[1:])
# What tests write need not outlast a power failure: to wait for the disk would be a tenth of their time. Tests of this
# set a function of their own.
os.fsync = lambda handle: None
# Messages are tested in English; a test of Chinese ones asks for them.
os.environ.setdefault("TAIZHANG_LANG", "en")
# Workbooks made by hand may run their own code; a test of trust asks for less. What `new` remembers is kept apart.
os.environ["TAIZHANG_TRUST"] = "1"
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="taizhang-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_DATA_HOME"], ignore_errors=True)


def find_chromium() -> str | None:
    """Chromium or Chrome as the system packages it."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # modules and the tests themselves stay until the end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_chromium() is None:
        skip = pytest.mark.skip(reason="no Chromium on this machine")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository, which is itself a workbook."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real ledgers and boundaries kept beside the repository; tests that need them skip without."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no shared data beside the repository")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; tests marked ``browser`` are skipped where there is none."""
    found = find_chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def sample_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made-up workbook: four townships, some hundred hazards; tests must not change it.

    It has been read, so that a copy need not be: one that leaves ``processed`` out is read anew, which takes seconds.
    """
    from tools.sample import make_sample

    folder = tmp_path_factory.mktemp("sample") / "县 book"  # a space and Chinese, as users have them
    make_sample(folder, townships=4, rows=400, seed=7)
    taizhang.open(str(folder)).facts("2021")
    return folder
