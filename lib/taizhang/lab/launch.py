"""`taizhang lab`: JupyterLab on a workbook, with this environment's kernel and the templates."""

import copy
import difflib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import zmq
from nbformat import NotebookNode

from taizhang.core.files import remove_leftovers, write_bytes, write_text
from taizhang.core.locks import hold_lock
from taizhang.core.reasons import Reason
from taizhang.settings.workbook import CACHE
from taizhang.workbook.templates import packaged_notebooks

FIRST = "township_review"
# The templates as they were copied, by which an upgrade tells whose change is whose.
ORIGINALS = ".originals"
# Tells Python to import nothing from the folder that it is started in; IPython heeds it, too.
_SAFE = "PYTHONSAFEPATH"


def copy_templates(root: Path) -> list[str]:
    """Copy the package's notebooks into a workbook that lacks them, and return which; none is overwritten."""
    copied = []
    for name, packaged in packaged_notebooks().items():
        own = root / "notebooks" / f"{name}.ipynb"
        if not own.exists():
            write_bytes(own, packaged.read_bytes())
            write_bytes(root / "notebooks" / ORIGINALS / own.name, packaged.read_bytes())
            copied.append(name)
    return copied


def list_command(arguments: Sequence[str] = ()) -> list[str]:
    """Return the command line of JupyterLab, to be run in the workbook's folder; the user's own arguments take
    precedence."""
    return [
        sys.executable,
        "-P",  # what lies in the workbook is no library
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/notebooks/{FIRST}.ipynb",
        # The controls above the parameters cell type into it through this.
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",  # the other one asks another host what there is
        # No other user of the machine can listen to kernels or send them code.
        *(["--KernelManager.transport_encryption=auto"] if zmq.has("curve") else []),
        *arguments,
    ]


def make_environment(lang: str = "en", *, trusted: bool = True) -> dict[str, str]:
    """Return the environment for JupyterLab: its kernel `python3` is this Python, whatever else the machine has.

    Kernels import modules beside a notebook only if the workbook is `trusted`. Our settings turn off requests to other
    hosts for news and for JupyterLab's newest version. Menus are in `lang`, the workbook's language, unless the
    user has chosen another in JupyterLab's settings.
    """
    here = Path(__file__).parent
    ours = [str(here / name) for name in ("jupyter", *(["jupyter_zh"] if lang == "zh" else []))]
    paths = os.pathsep.join(filter(None, (*ours, os.environ.get("JUPYTER_CONFIG_PATH"))))
    inherited = {name: value for name, value in os.environ.items() if name != _SAFE}
    apart = {} if trusted else {_SAFE: "1"}
    return {**inherited, **apart, "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_CONFIG_PATH": paths}


@dataclass
class Upgrade:
    """What an upgrade of one notebook did or would do.

    `state`: new (copied), same, replaced (unchanged since it was copied), merged, differs (left unchanged, as it
    is not known who made which changes), kept (the package has no changes to add). `merged`: what was taken from
    the package, one line each. `conflicts`: cells changed by both; the user's version is kept. `difference`: from
    the user's version to the package's, as a unified diff of the sources, after the upgrade.
    """

    name: str
    state: str
    merged: list[Reason] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    difference: str = ""


def upgrade_templates(root: Path) -> list[Upgrade]:
    """Upgrade a workbook's notebooks to the package's, keeping every cell that the user has changed.

    A notebook that was never edited is replaced. In an edited one, cells that only the package has changed, added or
    dropped are updated; cells changed by both keep the user's version and are listed.
    """
    folder = root / "notebooks"
    with hold_lock(root / CACHE / "locks" / "notebooks"):
        remove_leftovers(folder)
        return [_upgrade(folder, name, path) for name, path in packaged_notebooks().items()]


def _upgrade(folder: Path, name: str, packaged: Path) -> Upgrade:
    own, original = folder / f"{name}.ipynb", folder / ORIGINALS / f"{name}.ipynb"
    new = packaged.read_bytes()
    if not own.exists():
        write_bytes(own, new)
        write_bytes(original, new)
        return Upgrade(name, "new")
    if own.samefile(packaged):  # the package's own checkout
        return Upgrade(name, "same")
    mine, theirs = _read(own), _read(packaged)
    if _tell_cells(mine) == _tell_cells(theirs):
        write_bytes(original, new)
        return Upgrade(name, "same")
    if not original.exists():
        return Upgrade(name, "differs", difference=compare_notebooks(mine, theirs, name))
    base = _read(original)
    if _tell_cells(mine) == _tell_cells(base):
        write_bytes(own, new)
        write_bytes(original, new)
        return Upgrade(name, "replaced", difference=compare_notebooks(mine, theirs, name))
    merged = merge_notebooks(base, mine, theirs)
    found = Upgrade(name, "merged" if merged.taken else "kept", merged.taken, merged.conflicts)
    found.difference = compare_notebooks(merged.notebook, theirs, name)
    if merged.taken:
        write_text(own, nbformat.writes(merged.notebook) + "\n")
    write_bytes(original, new)
    return found


def _read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def _tell_cell(cell: NotebookNode) -> tuple[str, str, tuple[str, ...]]:
    """Return the parts of a cell that are compared: its kind, source and tags, not its outputs."""
    return (cell.cell_type, cell.source.rstrip(), tuple(sorted(cell.metadata.get("tags", ()))))


def _tell_cells(notebook: NotebookNode) -> list[tuple[str, str, tuple[str, ...]]]:
    return [_tell_cell(cell) for cell in notebook.cells]


@dataclass
class Merge:
    """The result of merging two changed notebooks: what was taken from the package, and what both had changed."""

    notebook: NotebookNode
    taken: list[Reason] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def merge_notebooks(base: NotebookNode, mine: NotebookNode, theirs: NotebookNode) -> Merge:
    """Merge the user's notebook with the package's; a cell changed by both keeps the user's version.

    `base` is their common origin; cells with equal ids correspond.
    """
    before = {cell.id: cell for cell in base.cells}
    have = {cell.id: cell for cell in mine.cells}
    come = {cell.id: cell for cell in theirs.cells}
    merge = Merge(copy.deepcopy(mine))
    cells: list[Any] = []
    for cell in merge.notebook.cells:
        known, now = before.get(cell.id), come.get(cell.id)
        if known is None or (now is not None and _tell_cell(now) == _tell_cell(known)):
            cells.append(cell)  # the user's own, or unchanged by the package
        elif _tell_cell(cell) == _tell_cell(known):
            if now is not None:
                cells.append(now)
            code = "lab.upgrade.changed" if now is not None else "lab.upgrade.dropped"
            merge.taken.append(Reason(code, cell=_name(cell)))
        else:
            cells.append(cell)
            if now is None or _tell_cell(now) != _tell_cell(cell):
                merge.conflicts.append(_name(cell))
    last: str | None = None
    for cell in theirs.cells:
        if cell.id in have:
            last = cell.id
        elif cell.id not in before:  # one that the user has dropped stays dropped
            at = next((n for n, one in enumerate(cells, start=1) if one.id == last), 0)
            cells.insert(at, cell)
            merge.taken.append(Reason("lab.upgrade.added", cell=_name(cell)))
            last = cell.id
    merge.notebook.cells = cells
    return merge


def _name(cell: NotebookNode) -> str:
    return f"{cell.id}: {cell.source.strip().splitlines()[0] if cell.source.strip() else ''}"


def compare_notebooks(mine: NotebookNode, theirs: NotebookNode, name: str) -> str:
    """Return the sources of two notebooks as a unified diff; empty if they are equal."""
    ours, new = (
        [line for cell in notebook.cells for line in (f"# {cell.id}", *cell.source.splitlines())]
        for notebook in (mine, theirs)
    )
    package = str(Reason("lab.upgrade.package"))
    return "\n".join(difflib.unified_diff(ours, new, f"notebooks/{name}.ipynb", package, n=1, lineterm=""))
