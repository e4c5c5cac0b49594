"""Finding the imports in a notebook's cells, so that the server makes them before the fork."""

import ast
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Preload:
    """Modules that a package loads only when used, and that are better loaded before the fork.

    Attributes
    ----------
    package : str
        The package whose import in a notebook triggers the rest; it counts as installed, wherever it is.
    modules : tuple of str
        Modules; for ``module:function``, the function is called too, and must not read users' data.
    calls : mapping of str to str
        Modules to load as well, by the name of a function, if the notebook calls a function of that name.
    """

    package: str
    modules: tuple[str, ...] = ()
    calls: Mapping[str, str] = field(default_factory=dict)


def find_imports(notebook: "NotebookNode", folder: Path, preloads: Sequence[Preload] = ()) -> list[str]:
    """The installed modules that a notebook's code cells import, in their order, and what `preloads` add.

    Modules in the notebook's folder belong to the notebook, may differ from run to run, and are left out.
    """
    names: dict[str, None] = {}
    attributes: dict[str, None] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a cell magic, or a mistake that the kernel will tell
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names[node.module] = None
                names.update(dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names))
            elif isinstance(node, ast.Attribute):
                attributes[node.attr] = None
    known = {preload.package for preload in preloads}
    found = dict.fromkeys(name for name in names if _is_installed(name.partition(".")[0], folder, known))
    for preload in preloads:
        if preload.package in names:
            found.update(dict.fromkeys(preload.modules))
            found.update(dict.fromkeys(preload.calls[name] for name in attributes if name in preload.calls))
    return list(found)


def _is_installed(top: str, folder: Path, known: set[str]) -> bool:
    """Return whether a name is a library's: not a file beside the notebook."""
    if (folder / f"{top}.py").exists() or (folder / top).is_dir() or top in ("__future__", "__main__"):
        return False
    if top in known:
        return True
    try:
        spec = find_spec(top)
    except (ValueError, ImportError):
        return False
    return spec is not None and (spec.origin in ("built-in", "frozen") or _is_below_prefix(spec.origin))


def _is_below_prefix(origin: str | None) -> bool:
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix)
    return origin is not None and any(Path(origin).is_relative_to(prefix) for prefix in prefixes)
