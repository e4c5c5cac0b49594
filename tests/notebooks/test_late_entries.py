"""The notebook on late entries: with some months of snapshots, and with a single one."""

from pathlib import Path

import pytest

import taizhang as tz
from ingest_book import make_book, make_hazards, write_sheet
from taizhang.report.execute import execute_notebook
from taizhang.report.notebook import FigureBlock, HeadingBlock, TableBlock, ProseBlock, read_blocks


def run(root: Path, folder: Path, lang: str):
    book = tz.open(str(root))
    asked = {"district": "all", "period": "2021", "lang": lang}
    notebook = execute_notebook(book.template("late_entries"), folder / f"{lang}.ipynb", asked, cwd=book.root)
    return read_blocks(notebook, lang=lang)


@pytest.mark.slow
def test_it_says_what_is_late_or_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇", 6, month=1)})
    monkeypatch.setenv("TAIZHANG_NOW", "2021-02-01T18:00:00+08:00")
    alone = run(root, tmp_path, "en")
    assert any("There is one snapshot" in str(block) for block in alone)
    assert not [block for block in alone if isinstance(block, FigureBlock | TableBlock)]
    for month in range(2, 7):
        rows = make_hazards("溪口镇", 0)
        for of in range(1, month + 1):
            rows += make_hazards("溪口镇", 8 if of < month else 6, month=of)[1:]
        write_sheet(root / "data" / "raw" / "a.xlsx", rows)
        monkeypatch.setenv("TAIZHANG_NOW", f"2021-{month + 1:02d}-01T18:00:00+08:00")
        tz.open(str(root)).ingest()
    blocks = run(root, tmp_path, "zh")
    assert len([block for block in blocks if isinstance(block, HeadingBlock)]) == 4
    assert any(isinstance(block, ProseBlock) and "预计最终约" in str(block) for block in blocks)
    assert [block.figure.id for block in blocks if isinstance(block, FigureBlock)] == ["late-final"]
    assert [block.table.id for block in blocks if isinstance(block, TableBlock)] == [
        "late-entries", "late-final-table", "late-delays", "late-triangle", "late-changes"
    ]  # fmt: skip
