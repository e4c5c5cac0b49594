"""What a review was made from and how it went: manifest.json, merged from run to run."""

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.core.files import write_text
from taizhang.core.version import __version__

Manifest = dict[str, Any]

NAME = "manifest.json"
# What the numbers, the pictures and the pages depend on.
_PACKAGES = ("geopandas", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "typst")
_SOURCES = frozenset((".py", ".yml", ".typ", ".j2", ".css", ".js"))


def read_manifest(folder: Path) -> Manifest:
    """Read a review's manifest; one without reports where there is none yet.

    Raises
    ------
    ParameterError
        If it is there and can't be read.
    """
    path = folder / NAME
    if not path.exists():
        return {"reports": {}}
    try:
        manifest = json.loads(path.read_text("utf-8"))
        assert isinstance(manifest["reports"], dict)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise ParameterError("report.manifest_unreadable", file=f"{folder.name}/{NAME}") from error
    return dict(manifest)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest whole or not at all, its reports in the order of their names."""
    ordered = dict(manifest) | {"reports": dict(sorted(manifest["reports"].items()))}
    write_text(folder / NAME, json.dumps(ordered, ensure_ascii=False, indent=1) + "\n")


def list_versions() -> dict[str, str]:
    """Versions of taizhang, Python, and the packages that reports depend on."""
    return {
        "taizhang": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
    }


def fingerprint(**parts: object) -> str:
    """SHA-256 over named parts, each of which JSON can hold or `str` can write."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def hash_package() -> str:
    """SHA-256 over the package's version and sources: a report made by other sources is made again."""
    digest = hashlib.sha256(__version__.encode())
    package = Path(__file__).parents[1]
    for path in sorted(package.rglob("*")):
        if path.suffix in _SOURCES:
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
