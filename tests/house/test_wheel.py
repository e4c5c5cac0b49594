"""The wheel holds what a workbook elsewhere needs: templates, metadata, everything but tests and data."""

import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files inside a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (built,) = folder.glob("taizhang-*.whl")
    with zipfile.ZipFile(built) as packed:
        return set(packed.namelist())


def test_wheel_holds_the_templates(wheel: set[str]) -> None:
    assert {"taizhang/notebooks/township_review.ipynb", "taizhang/notebooks/county_comparison.ipynb"} <= wheel
    assert not [name for name in wheel if "/local/" in name or "checkpoint" in name]


def test_wheel_holds_every_file_of_the_package(root: Path, wheel: set[str]) -> None:
    lib = root / "lib"
    files = {path.relative_to(lib).as_posix() for path in (lib / "taizhang").rglob("*") if path.is_file()}
    missing = {name for name in files - wheel if "__pycache__" not in name}
    assert not missing


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert not [name for name in wheel if not name.startswith(("taizhang/", "taizhang-"))]
    assert not [name for name in wheel if name.endswith(".pyc")]


def test_entry_points_lead_to_something(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    points = [project["scripts"], *project["entry-points"].values()]
    # Papermill loads the engines while it is imported itself, so it has to come before them, as in its command.
    import_module("papermill")
    for point in (target for group in points for target in group.values()):
        module, name = point.split(":")
        assert callable(getattr(import_module(module), name)), point
