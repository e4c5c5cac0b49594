"""The data quality notebook: on the sample for all districts and for one, in both languages, and nothing personal."""

from pathlib import Path

import pytest

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.report.execute import execute_notebook
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import HeadingBlock, TableBlock, read_blocks

PERIOD = parse_period("2021")


@pytest.mark.slow
@pytest.mark.parametrize(("district", "lang"), [("all", "zh"), ("溪口镇", "en")])
def test_it_runs_and_renders(sample_book: Path, tmp_path: Path, district: str, lang: str) -> None:
    book = open_workbook(str(sample_book))
    notebook = execute_notebook(
        book.template("data_quality"),
        tmp_path / "executed.ipynb",
        {"district": district, "period": "2021", "lang": lang},
        cwd=book.root,
    )
    blocks = read_blocks(notebook, lang=lang)
    tables = {block.table.id: block.table for block in blocks if isinstance(block, TableBlock)}
    headings = [block.text for block in blocks if isinstance(block, HeadingBlock)]
    assert {"quality-read", "quality-matches", "quality-lacking"} <= set(tables)
    assert ("quality-districts" in tables) is (district == "all")
    assert headings[0] == ("读入与采信" if lang == "zh" else "Read and accepted")
    name = book.config.title if district == "all" else district
    code = district if district == "all" else book.resolve_district(district)
    meta = ReportMeta(
        book.config.title, code, name, PERIOD, lang, book.as_of(PERIOD), "data_quality", True, version="x"
    )
    html = render_html(notebook, meta=meta)
    people = {
        person
        for kind in book.config.ledgers
        for column in book.kinds[kind].personal
        for person in book.ledger(kind, personal=True)[column].dropna().astype(str)
    }
    assert people and not [person for person in people if person in html]
