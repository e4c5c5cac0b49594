"""The notebook of pairs in doubt runs where nobody can answer, and shows them."""

from pathlib import Path

import pytest

import taizhang as tz
from lab_cells import add_suggestions
from taizhang.report.execute import execute_notebook


@pytest.mark.slow
def test_it_shows_what_is_in_doubt(sample_book: Path, tmp_path: Path) -> None:
    book = tz.open(str(sample_book))
    notebook = execute_notebook(
        add_suggestions(book.template("decide_pairs").read_text("utf-8")),
        tmp_path / "decide_pairs.ipynb",
        {"district": "all", "period": "2021", "lang": "en"},
        cwd=book.root,
    )
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert outputs and all("data" in output for output in outputs)
    assert not [one for one in outputs if "widget-view" in str(one["data"].keys())]
