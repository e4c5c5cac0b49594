"""The cells of a report: the template's, except those meant only for JupyterLab, and those that a researcher keeps.

``notebooks/local/<district_code>.ipynb`` is a copy of the template in which somebody has worked. Its cells tagged
``keep`` are carried over; all other cells are the template's.
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from taizhang.core.files import is_named
from taizhang.report.tags import KEEP, LAB

if TYPE_CHECKING:
    from nbformat import NotebookNode


def drop_lab(template: str) -> str:
    """Return a template's text without the cells tagged ``lab``, which suggest things to try.

    These cells do not affect a report, so changing one does not cause a report to be made again.
    """
    try:
        notebook = json.loads(template)
        cells = [cell for cell in notebook["cells"] if LAB not in cell["metadata"].get("tags", ())]
    except (ValueError, TypeError, KeyError, AttributeError):
        return template  # what is wrong with it is told where it is run
    if len(cells) == len(notebook["cells"]):
        return template
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1)


def find_local(root: Path, district: str) -> Path | None:
    """The notebook that someone has edited for a district, or None."""
    path = root / "notebooks" / "local" / f"{district}.ipynb"
    return path if is_named(path) else None


def carry_kept(template: str, local: Path) -> str:
    """Return a template's text with the kept cells of a district's own notebook; RenderError if it cannot be read.

    Each kept cell is placed after the template's cell that it follows in the district's notebook, identified by
    its id. If the template no longer has that cell, it is placed after the one before; if it has none of them, at
    the end.
    """
    import nbformat  # slow to load, and few districts have a notebook of their own

    from taizhang.report.execute import read_template

    notebook, worked = read_template(template), read_template(local)
    kept = [cell for cell in worked.cells if _is_kept(cell)]
    if not kept:
        return template
    behind: dict[str | None, list[NotebookNode]] = {}
    known = {cell.id for cell in notebook.cells}
    last: str | None = None
    for cell in worked.cells:
        if _is_kept(cell):
            behind.setdefault(last, []).append(_clean(cell))
        elif cell.id in known:
            last = cell.id
    cells = []
    for cell in notebook.cells:
        if cell.id not in {one.id for one in kept}:
            cells.append(cell)
        cells += behind.pop(cell.id, [])
    notebook.cells = [*cells, *(cell for rest in behind.values() for cell in rest)]
    return nbformat.writes(notebook)


def _is_kept(cell: "NotebookNode") -> bool:
    return KEEP in cell.metadata.get("tags", ())


def _clean(cell: "NotebookNode") -> "NotebookNode":
    """A copy of a cell without what it showed."""
    clean = deepcopy(cell)
    if clean.cell_type == "code":
        clean.outputs, clean.execution_count = [], None
    return clean
