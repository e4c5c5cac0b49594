"""Every notebook that is no report runs through our own runner, for another district than it is stored with."""

from pathlib import Path

import pytest

import taizhang as tz
from lab_cells import add_suggestions, list_tried
from taizhang import draw
from taizhang.core.display import FIGURE
from taizhang.report.execute import execute_notebook
from taizhang.report.notebook import TableBlock, read_blocks
from taizhang.workbook.templates import packaged_notebooks

OURS = sorted(name for name in packaged_notebooks() if name.startswith(("explore_", "make_own_", "premises_")))


def test_they_are_there() -> None:
    assert {"explore_hazards", "explore_drills", "explore_neighbours", "explore_trace"} <= set(OURS)
    assert {"make_own_fact", "make_own_report"} <= set(OURS)


@pytest.mark.slow
def test_every_exploration_runs(sample_book: Path, tmp_path: Path) -> None:
    book = tz.open(str(sample_book))
    code = str(book.districts["code"].iloc[1])
    for name in OURS:
        notebook = execute_notebook(
            add_suggestions(book.template(name).read_text("utf-8")),
            tmp_path / f"{name}.ipynb",
            {"district": code, "period": "2021", "lang": "en"},
            cwd=book.root,
        )
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        assert outputs, name
        tried = list_tried(notebook)
        assert tried, name
        for cell, shown in tried.items():
            # Each shows something, and nothing but what it was asked for: no warning.
            assert shown and all("data" in output for output in shown), f"{name}: {cell}"
        assert not [o for o in outputs if "widget-view" in str(o.get("data", {}).keys())], name
        if name != "explore_trace":
            assert any(FIGURE in o.get("data", {}) for o in outputs), name


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_draw_s_notebook_shows_the_draw_of_the_command(
    sample_book: Path, tmp_path: Path, lang: str
) -> None:
    book = tz.open(str(sample_book))
    notebook = execute_notebook(
        book.template("double_random_draw"),
        tmp_path / "draw.ipynb",
        {"district": "all", "period": "2021", "lang": lang},
        cwd=book.root,
    )
    drawn = draw.run_draw(str(sample_book))
    tables = [block for block in read_blocks(notebook, lang=lang) if isinstance(block, TableBlock)]
    assert len(tables) == 2
    shown = [[cell.text for cell in row] for row in tables[-1].table.rows]
    assert [row[1] for row in shown] == [visit.entity for visit in drawn.visits]
    assert len(shown) >= 2
    # The last cell that runs repeats the draw: nothing differs.
    repeated = draw.check_draw(drawn, lang).blocks[0].runs[0].text
    assert repeated == {
        "zh": "重做的结果与抽取结果完全一致，2个检查对象及其检查人员都相同。",
        "en": "Made once more, the draw is the same: 2 entities, and their inspectors.",
    }[lang]
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    assert last.outputs[-1]["data"]["text/plain"] == repeated
