"""What the cells tagged ``lab`` suggest to try, as cells that are run."""

import re

import nbformat

FENCE = re.compile(r"```python\n(.+?)\n```", re.DOTALL)


def list_suggestions(notebook: nbformat.NotebookNode, lang: str) -> dict[str, str]:
    """The code that each lab cell of a language suggests, by the cell's id."""
    found = {}
    for cell in notebook.cells:
        if {"lab", lang} <= set(cell.metadata.get("tags", ())) and (code := FENCE.search(cell.source)):
            found[cell.id] = code[1]
    return found


def add_suggestions(text: str) -> str:
    """A notebook in which each suggestion is a cell below the one that makes it, as somebody would try it."""
    notebook = nbformat.reads(text, as_version=4)
    suggestions = list_suggestions(notebook, "en")
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.id in suggestions:
            cells.append(nbformat.v4.new_code_cell(suggestions[cell.id], id=f"tried-{cell.id}"))
    notebook.cells = cells
    return nbformat.writes(notebook)


def list_tried(notebook: nbformat.NotebookNode) -> dict[str, list[nbformat.NotebookNode]]:
    """What each suggestion showed, by its cell's id."""
    return {cell.id: cell.outputs for cell in notebook.cells if cell.id.startswith("tried-")}
