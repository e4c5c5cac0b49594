"""Whose code runs: a workbook made here, or one that its user trusts, may run own facts and notebooks.

Which workbooks are trusted is kept in the user's own folder, by their path: a mark inside a workbook would travel with
it. docs/security.md says what runs code, and why a trusted workbook stays so when its files change.
"""

import ast
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import platformdirs

from taizhang.core.errors import ParameterError
from taizhang.core.files import remove_leftovers, write_text
from taizhang.core.reasons import Reason
from taizhang.metadata.facts import load_facts
from taizhang.workbook.templates import packaged_notebooks

# For runs without a terminal: 1, or the folders whose workbooks are trusted, written like a PATH.
VARIABLE = "TAIZHANG_TRUST"


def trust_workbook(root: Path) -> None:
    """Let a workbook run its own facts and notebooks, from now on and for this user."""
    mark = _find_mark(root)
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_leftovers(mark.parent)
    write_text(mark, f"{root.resolve()}\n{datetime.now(UTC).isoformat(timespec='seconds')}\n")


def revoke_trust(root: Path) -> None:
    """Ask again before a workbook runs code of its own."""
    _find_mark(root).unlink(missing_ok=True)


def is_trusted(root: Path) -> bool:
    """Return whether a workbook may run code of its own."""
    root = root.resolve()
    said = os.environ.get(VARIABLE, "")
    if said == "1":
        return True
    if any(root.is_relative_to(Path(folder).resolve()) for folder in said.split(os.pathsep) if folder):
        return True
    try:
        return _find_mark(root).read_text("utf-8").splitlines()[:1] == [str(root)]
    except (OSError, UnicodeDecodeError):
        return False


def require_trust(root: Path, code: Iterable[str]) -> None:
    """ParameterError, with the command to type, if there is code of its own in a workbook that is not trusted."""
    if (files := list(code)) and not is_trusted(root):
        raise ParameterError.of([refuse_code(root, files)])


def refuse_code(root: Path, files: Iterable[str]) -> Reason:
    """Say that nothing of these files was run, and the command that lets them."""
    shown = f'"{root}"' if " " in str(root) else str(root)
    return Reason("workbook.untrusted", files=list(files), folder=shown)


def list_own_facts(root: Path) -> list[str]:
    """The files, as seen from the workbook, whose functions its own facts name."""
    named = {info.function.partition(":")[0] for info in load_facts(root / "facts").values() if info.function}
    return [f"facts/{file}" for file in sorted(named)]


def list_own_notebooks(root: Path, names: Iterable[str] | None = None) -> list[str]:
    """The workbook's notebooks in which a cell is not the package's, and the ones kept for a district.

    `names` are those that are to be run; default: all.
    """
    folder = root / "notebooks"
    paths = folder.glob("*.ipynb") if names is None else (folder / f"{name}.ipynb" for name in names)
    files = [*sorted({path for path in paths if path.is_file()}), *sorted((folder / "local").glob("*.ipynb"))]
    return [path.relative_to(root).as_posix() for path in files if not _is_packaged(path)]


def _find_mark(root: Path) -> Path:
    name = sha256(str(root.resolve()).encode()).hexdigest()[:32]
    return platformdirs.user_data_path("taizhang", appauthor=False) / "trusted" / f"{name}.txt"


def _is_packaged(path: Path) -> bool:
    """Return whether each cell that runs is the package's, or only sets parameters; what can't be read is not."""
    try:
        cells = _read_code(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return all(cell in _read_packaged() or _is_plain(cell) for cell in cells)


@cache
def _read_packaged() -> frozenset[str]:
    return frozenset(cell for path in packaged_notebooks().values() for cell in _read_code(path))


def _read_code(path: Path) -> list[str]:
    notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _is_plain(cell: str) -> bool:
    """Return whether a cell only gives names plain values, as a parameters cell does."""
    try:
        statements = ast.parse(cell).body
    except (SyntaxError, ValueError):
        return False
    return all(
        isinstance(one, ast.Assign)
        and all(isinstance(target, ast.Name) for target in one.targets)
        and isinstance(one.value, ast.Constant)
        for one in statements
    )
