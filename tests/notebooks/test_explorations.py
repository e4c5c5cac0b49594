"""Every notebook that is no report runs through our own runner, for another district than it is stored with."""

from pathlib import Path

import pytest

import taizhang as tz
from taizhang.display import FIGURE
from taizhang.report.execute import execute_notebook
from taizhang.templates import packaged_notebooks

OURS = sorted(name for name in packaged_notebooks() if name.startswith(("explore_", "make_own_")))


def test_they_are_there() -> None:
    assert {"explore_hazards", "explore_drills", "explore_neighbours", "explore_trace"} <= set(OURS)
    assert {"make_own_fact", "make_own_report"} <= set(OURS)


@pytest.mark.slow
def test_every_exploration_runs(sample_book: Path, tmp_path: Path) -> None:
    book = tz.open(str(sample_book))
    code = str(book.districts["code"].iloc[1])
    for name in OURS:
        notebook = execute_notebook(
            book.template(name),
            tmp_path / f"{name}.ipynb",
            {"district": code, "period": "2021", "lang": "en"},
            cwd=book.root,
        )
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        assert outputs, name
        assert not [o for o in outputs if "widget-view" in str(o.get("data", {}).keys())], name
        if name != "explore_trace":
            assert any(FIGURE in o.get("data", {}) for o in outputs), name
