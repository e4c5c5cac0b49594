"""Every template gives in a warm kernel, cell by cell, what it gives by stock Papermill in a cold one."""

import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from taizhang import open as open_workbook
from taizhang.report.execute import execute_notebook, hide_machine
from taizhang.workbook.templates import packaged_notebooks
from warm_kernels.manager import KERNEL_ENV

# How long a cell took, and names drawn at random.
PASSING = ("id", "execution_count", "metadata")
# The two reports' templates are run by hand in a cold kernel in tests/end_to_end/test_interactive.py; of the others one
# stands for all, which a cold kernel each would make minutes.
ALWAYS = {"explore_trace"}
TEMPLATES = [
    pytest.param(name, marks=() if name in ALWAYS else pytest.mark.long)
    for name in sorted(packaged_notebooks())
]


def list_cells(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    cells = [{key: value for key, value in cell.items() if key not in PASSING} for cell in notebook.cells]
    # The parameters as Papermill writes them are the same in both; their order is the caller's.
    return [cell | {"outputs": list_outputs(cell)} if "outputs" in cell else cell for cell in cells]


def list_outputs(cell: dict[str, Any]) -> list[Any]:
    outputs = []
    for output in cell["outputs"]:
        data = dict(output.get("data", {}))
        # A widget has a new name each time, and shows as text without one.
        widget = data.pop("application/vnd.jupyter.widget-view+json", None)
        outputs.append(dict(output) | ({"data": {} if widget else data} if data or widget else {}))
    return outputs


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
@pytest.mark.parametrize("name", TEMPLATES)
def test_cells_are_equal(
    sample_book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    for variable, value in KERNEL_ENV.items():
        monkeypatch.setenv(variable, value)
    book = open_workbook(str(sample_book))
    template = book.template(name)
    source = next(
        cell.source
        for cell in nbformat.read(template, as_version=4).cells
        if "parameters" in cell.metadata.get("tags", ())
    )
    area = name in ("county_comparison", "double_random_draw")
    known = {
        "district": "all" if area else str(book.districts["code"].iloc[1]),
        "period": "2021",
        "lang": "zh",
    }
    parameters = {key: value for key, value in known.items() if f"{key} =" in source}
    warm = execute_notebook(template, tmp_path / "warm.ipynb", parameters, cwd=book.root)
    cold = papermill.execute_notebook(
        template,
        tmp_path / "cold.ipynb",
        parameters,
        cwd=book.root,
        kernel_name="python3",
        progress_bar=False,
    )
    hide_machine(cold, book.root)
    assert [cell for cell in warm.cells if cell.get("outputs")]
    for ours, stock in zip(list_cells(warm), list_cells(cold), strict=True):
        assert ours == stock
