"""What a workbook's folder has besides data: settings, own kinds and facts, notes, notebooks and templates."""

from collections.abc import Iterator
from pathlib import Path

from taizhang.settings.workbook import Config, hold_path

_BESIDE = ("*.toml", "*.py")
_PARTS = {
    "ledgers": "*", "facts": "**/*", "notes": "**/*.md", "notebooks": "**/*.ipynb", "templates": "styles.docx",
}  # fmt: skip
_COUNTING = ("ledgers/", "facts/")  # with what stands beside workbook.toml: what decides numbers


def list_beside(root: Path) -> Iterator[Path]:
    """All such files, and links to nothing, of which what reads them says so."""
    for pattern in _BESIDE:
        yield from root.glob(pattern)
    for part, pattern in _PARTS.items():
        for path in (root / part).glob(pattern):
            name = path.relative_to(root)
            if path.suffix == ".pyc" or any(part.startswith(".") for part in name.parts):
                continue
            if path.is_file() or not path.exists():
                yield path


def name_beside_files(config: Config) -> dict[str, Path]:
    """The readable files and the crosswalk, by the paths that a run uses while it holds the workbook."""
    root = config.root
    named = {path.relative_to(root).as_posix(): path for path in sorted(list_beside(root)) if path.is_file()}
    crosswalk = config.boundaries.crosswalk
    if crosswalk is not None and crosswalk.is_file():
        named[hold_path(root, Path(), crosswalk).as_posix()] = crosswalk
    return named


def mark_counting(config: Config) -> str:
    """What changes when a file beside is saved that decides numbers; sizes and times alone are looked at."""
    found = []
    for name, path in name_beside_files(config).items():
        if "/" in name and not name.startswith(_COUNTING):
            continue
        status = path.stat()
        found.append((name, status.st_size, status.st_mtime_ns))
    return repr(found)
