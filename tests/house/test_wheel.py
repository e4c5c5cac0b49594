"""The wheel holds what a workbook elsewhere needs: templates, metadata, everything but tests and data."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest


def build(source: Path, form: str, folder: Path) -> Path:
    """The one file that a tree is built as: `form` is wheel or sdist."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", form, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("taizhang-*.whl" if form == "wheel" else "taizhang-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files inside a wheel built from this checkout."""
    with zipfile.ZipFile(build(root, "wheel", tmp_path_factory.mktemp("wheel"))) as packed:
        return set(packed.namelist())


def test_what_is_released_as_source_can_be_built_and_run(root: Path, wheel: set[str], tmp_path: Path) -> None:
    """Of the sdist alone the same wheel is made, and its command runs."""
    with tarfile.open(build(root, "sdist", tmp_path)) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    with zipfile.ZipFile(build(source, "wheel", tmp_path)) as packed:
        assert set(packed.namelist()) == wheel
        packed.extractall(tmp_path / "site")
    command = [sys.executable, "-m", "taizhang.cli", "--version"]
    elsewhere = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    ran = subprocess.run(command, cwd=tmp_path, env=elsewhere, check=True, capture_output=True, text=True)
    where = [sys.executable, "-c", "import taizhang; print(taizhang.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=elsewhere, check=True, capture_output=True, text=True)
    assert ran.stdout.split()[0] == "taizhang" and str(tmp_path / "site") in found.stdout


def test_wheel_holds_the_templates(wheel: set[str]) -> None:
    assert {"taizhang/notebooks/township_review.ipynb", "taizhang/notebooks/county_comparison.ipynb"} <= wheel
    assert not [name for name in wheel if "/local/" in name or "checkpoint" in name]


def test_wheel_holds_every_file_of_the_package(root: Path, wheel: set[str]) -> None:
    lib = root / "lib"
    files = {path.relative_to(lib).as_posix() for path in (lib / "taizhang").rglob("*") if path.is_file()}
    files |= {path.relative_to(lib).as_posix() for path in (lib / "warm_kernels").glob("*.py")}
    missing = {name for name in files - wheel if "__pycache__" not in name}
    assert not missing and "taizhang/py.typed" in wheel


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert not [name for name in wheel if not name.startswith(("taizhang/", "taizhang-", "warm_kernels/"))]
    assert not [name for name in wheel if name.endswith(".pyc") or name.startswith("warm_kernels/tests")]


def test_warm_kernels_can_be_built_by_themselves(root: Path, tmp_path: Path) -> None:
    alone = shutil.copytree(root / "lib" / "warm_kernels", tmp_path / "alone")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=alone, check=True, capture_output=True)
    (built,) = tmp_path.glob("warm_kernels-*.whl")
    with zipfile.ZipFile(built) as packed:
        names = {name for name in packed.namelist() if "dist-info" not in name}
        assert "taizhang" not in packed.read("warm_kernels/kernel.py").decode()
    assert names == {f"warm_kernels/{path.name}" for path in alone.glob("*.py")}


def test_warm_kernels_say_nothing_of_taizhang(root: Path) -> None:
    """Their code and their entry points; the README may say where they come from."""
    folder = root / "lib" / "warm_kernels"
    named = [path.name for path in folder.rglob("*.py") if "taizhang" in path.read_text("utf-8").lower()]
    assert named == []
    alone = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    whole = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    for group, points in alone["entry-points"].items():
        assert points.items() <= whole["entry-points"][group].items()
    asked = {*alone["dependencies"], *alone["optional-dependencies"]["papermill"]}
    assert asked <= set(whole["dependencies"])


def test_entry_points_lead_to_something(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    points = [project["scripts"], *project["entry-points"].values()]
    # Papermill loads the engines while it is imported itself, so it has to come before them, as in its command.
    import_module("papermill")
    for point in (target for group in points for target in group.values()):
        module, name = point.split(":")
        assert callable(getattr(import_module(module), name)), point
