"""Trust: own facts and notebooks run only if the workbook was made here or its user trusts it."""

import ast
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import Reason
from taizhang.core.trust import is_trusted, show_folder
from taizhang.metadata.facts import load_facts
from taizhang.workbook.templates import packaged_notebooks


def require_trust(root: Path, code: Iterable[str]) -> None:
    """ParameterError, with the command to type, if an untrusted workbook contains code."""
    if (files := list(code)) and not is_trusted(root):
        raise ParameterError.of([refuse_code(root, files)])


def refuse_code(root: Path, files: Iterable[str]) -> Reason:
    """Say that nothing of these files was run, and the command that lets them."""
    return Reason("workbook.untrusted", files=list(files), folder=show_folder(root))


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
