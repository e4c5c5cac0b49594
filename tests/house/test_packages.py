"""pyproject.toml, environment.yml and requirements.lock name the same packages."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from taizhang.core.version import __version__

# conda-forge's name -> the registry's, where they differ.
CONDA_NAMES = {
    "brotli-python": "brotli",
    "dask-core": "dask",
    "jupyter_client": "jupyter-client",
    "matplotlib-base": "matplotlib",
    "python-duckdb": "duckdb",
    "nbconvert-core": "nbconvert",
    "seaborn-base": "seaborn",
}
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")


def read_bounds(lines: list[str]) -> dict[str, str]:
    """Package -> bounds, in one spelling; a name twice is a mistake."""
    bounds: dict[str, str] = {}
    for line in lines:
        need = Requirement(line)
        name = canonicalize_name(CONDA_NAMES.get(need.name, need.name))
        assert name not in bounds, f"{name} is named twice"
        bounds[name] = str(need.specifier)
    return bounds


def read_project(root: Path) -> dict[str, str]:
    """All that is asked for: the main installation, its extras, and what developers need."""
    whole = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    extras = dict.fromkeys(  # one may be in two extras, with the same bounds
        need for needs in whole["project"]["optional-dependencies"].values() for need in needs
    )
    return read_bounds([*whole["project"]["dependencies"], *extras, *whole["dependency-groups"]["dev"]])


def read_conda(root: Path) -> tuple[dict[str, str], dict[str, Any]]:
    conda = yaml.safe_load((root / "environment.yml").read_text("utf-8"))
    plain = [line for line in conda["dependencies"] if isinstance(line, str)]
    (by_pip,) = [line["pip"] for line in conda["dependencies"] if isinstance(line, dict)]
    bounds = read_bounds(
        [line for line in plain if line != "pip"] + [b for b in by_pip if not b.startswith("-e")]
    )
    return bounds, conda


def read_lock(root: Path) -> list[tuple[str, str, Marker | None, int]]:
    """(package, version, marker, hashes) of every entry of the lock."""
    entries: list[tuple[str, str, Marker | None, int]] = []
    for line in (root / "requirements.lock").read_text("utf-8").splitlines():
        if match := PINNED.match(line):
            marker = Marker(match["marker"]) if match["marker"] else None
            entries.append((canonicalize_name(match["name"]), match["version"], marker, 0))
        elif line.strip().startswith("--hash=sha256:"):
            name, version, marker, hashes = entries[-1]
            entries[-1] = (name, version, marker, hashes + 1)
        else:
            assert line.strip() == "" or line.strip().startswith("#"), f"requirements.lock: {line}"
    return entries


def test_conda_names_the_same_packages_and_bounds(root: Path) -> None:
    conda, whole = read_conda(root)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert conda.pop("python") == project["requires-python"]
    assert conda == read_project(root)
    assert whole["channels"][0] == "conda-forge"


def test_lock_holds_what_the_project_asks_for(root: Path) -> None:
    locked = {
        name: version
        for name, version, marker, _ in read_lock(root)
        if marker is None or marker.evaluate({"python_version": "3.11", "python_full_version": "3.11.9"})
    }
    for name, bounds in read_project(root).items():
        need = Requirement(f"{name}{bounds}")
        assert name in locked, (
            f"{name} is not in requirements.lock; see CONTRIBUTING.md for how to make it anew"
        )
        assert need.specifier.contains(locked[name]), f"{name} {locked[name]} is outside {bounds}"


def test_every_entry_of_the_lock_has_a_hash(root: Path) -> None:
    entries = read_lock(root)
    assert len(entries) > 150
    assert [name for name, _, _, hashes in entries if hashes == 0] == []


def test_lock_names_no_index_or_host(root: Path) -> None:
    text = (root / "requirements.lock").read_text("utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", ["hatchling", "pathspec", "pluggy", "packaging", "trove-classifiers"])
def test_lock_holds_the_build_backend(root: Path, name: str) -> None:
    """make.py installs the package itself without build isolation."""
    assert name in {entry[0] for entry in read_lock(root)}


def test_what_is_cited_is_this_version(root: Path) -> None:
    cited = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert cited["version"] == __version__
    newest = next(
        line for line in (root / "CHANGELOG.md").read_text("utf-8").splitlines() if line[:3] == "## "
    )
    assert newest.split()[1] == __version__
    assert cited["license"] == project["license"]
    assert cited["authors"] == project["authors"]
    assert cited["keywords"] == project["keywords"]


def test_two_spellings_of_a_package_are_one() -> None:
    assert read_bounds(["Matplotlib-Base>=3,<4"]) == {"matplotlib-base": "<4,>=3"}
    assert read_bounds(["matplotlib-base>=3,<4"]) == {"matplotlib": "<4,>=3"}
    with pytest.raises(AssertionError, match="twice"):
        read_bounds(["dask>=1", "dask-core>=1"])
