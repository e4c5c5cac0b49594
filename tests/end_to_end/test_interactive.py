"""What a review puts on paper is what Run All shows: cell by cell, figure by figure, fact by fact."""

import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import taizhang as tz
from taizhang.core.display import FIGURE
from taizhang.core.periods import parse_period
from taizhang.lab.launch import copy_templates
from taizhang.report.execute import execute_notebook
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook


def run_all(notebook: Path, parameters: dict[str, str], facts: Path) -> NotebookNode:
    """As JupyterLab does it: a kernel started afresh in the notebook's folder, values typed into the cell.

    The facts that the notebook looks at go to a file.
    """
    opened = nbformat.read(notebook, as_version=4)
    (cell,) = (cell for cell in opened.cells if "parameters" in cell.metadata.get("tags", ()))
    for name, value in parameters.items():
        cell.source, times = re.subn(rf'^{name} = ".*"$', f'{name} = "{value}"', cell.source, flags=re.M)
        assert times == 1, name
    opened.cells.append(new_code_cell(f"view.facts.to_parquet({str(facts)!r})", id="facts-looked-at"))
    NotebookClient(
        opened, kernel_name="python3", timeout=300, resources={"metadata": {"path": str(notebook.parent)}}
    ).execute()
    return opened


def list_shown(notebook: NotebookNode) -> dict[str, list[dict[str, object]]]:
    """What each cell shows, by the cell's id, in every form it is shown in."""
    return {
        cell.id: [{"name": output.get("name"), **output.get("data", {})} for output in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


@pytest.fixture(scope="module")
def book(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The sample as `taizhang lab` sets it up."""
    root = tmp_path_factory.mktemp("interactive") / "县 book"
    shutil.copytree(sample_book, root, ignore=shutil.ignore_patterns("reports"))
    copy_templates(root)
    return tz.open(str(root))


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["township_review", pytest.param("county_comparison", marks=pytest.mark.long)]
)
def test_run_all_shows_what_the_review_shows(book: Workbook, tmp_path: Path, kind: str) -> None:
    code = str(book.districts["code"].iloc[1]) if kind == "township_review" else "all"
    parameters = {"district": code, "period": "2021", "lang": "zh"}
    by_hand = run_all(book.template(kind), parameters, tmp_path / "facts.parquet")
    if kind == "township_review":
        review = make_review(
            book, "2021", districts=[code], formats=("html",), jobs=1, progress=lambda _: None
        )
        assert review.failed == []
        batch = nbformat.read(review.folder / "notebooks" / f"{code}.zh.ipynb", as_version=4)
        facts = pd.read_parquet(review.folder / "facts.parquet")
    else:  # the same runner, without the reports of all districts
        batch = execute_notebook(book.template(kind), tmp_path / "x.ipynb", parameters, cwd=book.root)
        facts = book.facts(parse_period("2021"))

    shown, alone = list_shown(batch), list_shown(by_hand)
    assert alone.pop("facts-looked-at") == []
    shown = {cell: outputs for cell, outputs in shown.items() if cell in alone}  # not Papermill's own cell
    assert list(shown) == list(alone)
    for cell, outputs in shown.items():
        assert outputs == alone[cell], cell
    assert sum(FIGURE in output for outputs in shown.values() for output in outputs) >= 8
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "facts.parquet"), facts, check_exact=True)
