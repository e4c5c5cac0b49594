"""The reports on special actions and on drills through our own runner on the sample, in both languages."""

from pathlib import Path

import pytest

from taizhang import open as open_workbook
from taizhang.report.execute import execute_notebook
from taizhang.report.notebook import FigureBlock, HeadingBlock, TableBlock, read_blocks


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "area", "lang", "headings", "shown"),
    [
        ("special_action", True, "en", 4, {"action-stages", "actions-districts"}),
        ("special_action", False, "zh", 4, {"action-stages"}),
        ("drill_evaluation", True, "zh", 2, {"drill-ratings", "drill-evaluations"}),
    ],
)
def test_the_report_runs(
    sample_book: Path, tmp_path: Path, template: str, area: bool, lang: str, headings: int, shown: set[str]
) -> None:
    book = open_workbook(str(sample_book))
    district = "all" if area else str(book.districts["code"].iloc[0])
    notebook = execute_notebook(
        book.template(template),
        tmp_path / "executed.ipynb",
        {"district": district, "period": "2021", "lang": lang},
        cwd=book.root,
    )
    blocks = read_blocks(notebook, lang=lang)
    assert len([block for block in blocks if isinstance(block, HeadingBlock)]) == headings
    ids = {block.figure.id for block in blocks if isinstance(block, FigureBlock)}
    ids |= {block.table.id for block in blocks if isinstance(block, TableBlock)}
    assert ids == shown
