"""The grid check through our own runner on the sample, for a district and for all, and without a grid."""

import shutil
from pathlib import Path

import geopandas as gpd
import pytest

from taizhang import open as open_workbook
from taizhang.report.execute import execute_notebook
from taizhang.report.notebook import FigureBlock, HeadingBlock, TableBlock, read_blocks


@pytest.mark.slow
@pytest.mark.parametrize(("area", "lang"), [(True, "en"), (False, "zh")])
def test_the_grid_check_runs(sample_book: Path, tmp_path: Path, area: bool, lang: str) -> None:
    book = open_workbook(str(sample_book))
    district = "all" if area else str(book.districts["code"].iloc[0])
    problems = book.grid_problems(district)
    assert problems is not None
    parameters = {"district": district, "period": "2021", "lang": lang}
    notebook = execute_notebook(
        book.template("grid_check"), tmp_path / "executed.ipynb", parameters, cwd=book.root
    )
    blocks = read_blocks(notebook, lang=lang)
    assert len([block for block in blocks if isinstance(block, HeadingBlock)]) == 4
    figures = {block.figure.id for block in blocks if isinstance(block, FigureBlock)}
    tables = {block.table.id for block in blocks if isinstance(block, TableBlock)}
    assert figures >= {"grid-map", "grid-problems-map", "grid-hazards-map"}
    assert tables >= {"grid-cells", "grid-span", "grid-counts"}
    assert ("grid-problems" in tables) == bool(len(problems))
    # Nobody's name is in what a reader, or whoever opens the file, can see.
    written = (tmp_path / "executed.ipynb").read_text("utf-8")
    cells = gpd.read_parquet(book.root / "data" / "processed" / "grid.parquet")
    people = list(cells["responsible"].dropna().unique())
    assert len(people) > 5 and not [name for name in people if name in written]


@pytest.mark.slow
def test_a_workbook_without_a_grid_is_told_so(sample_book: Path, tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(sample_book, root)
    text = (root / "workbook.toml").read_text("utf-8")
    head, tail = text.split("[boundaries.grid]")
    (root / "workbook.toml").write_text(head + tail[tail.index("\n[") :], encoding="utf-8")
    notebook = execute_notebook(
        open_workbook(str(root)).template("grid_check"),
        tmp_path / "executed.ipynb",
        {"district": "all", "period": "2021", "lang": "zh"},
        cwd=root,
    )
    blocks = read_blocks(notebook, lang="zh")
    assert [type(block).__name__ for block in blocks] == ["HeadingBlock", "ProseBlock"]
