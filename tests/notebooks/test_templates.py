"""Every template through our own runner on the sample, in both languages, to HTML and PDF."""

import re
from pathlib import Path

import pypdfium2
import pytest

from lab_cells import add_suggestions, list_tried
from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.report.annex import put_annex_last
from taizhang.report.execute import execute_notebook
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import FigureBlock, HeadingBlock, read_blocks
from taizhang.report.pdf import MOST_PAGES, count_pages, render_pdf

PERIOD = parse_period("2021")


@pytest.mark.slow
# Real reviews are in Chinese (tests/end_to_end/test_review.py).
@pytest.mark.parametrize("lang", [pytest.param("zh", marks=pytest.mark.long), "en"])
@pytest.mark.parametrize("kind", ["township_review", "county_comparison"])
def test_template_runs_and_renders(sample_book: Path, tmp_path: Path, kind: str, lang: str) -> None:
    book = open_workbook(str(sample_book))
    area = kind == "county_comparison"
    district = "all" if area else str(book.districts["code"].iloc[0])
    name = book.config.title if area else book.district_name(district)
    template = book.template(kind).read_text("utf-8")
    notebook = execute_notebook(
        add_suggestions(template) if lang == "en" else template,
        tmp_path / "executed.ipynb",
        {"district": district, "period": "2021", "lang": lang},
        cwd=book.root,
    )
    tried = list_tried(notebook)
    assert bool(tried) == (lang == "en")
    assert all(shown and all("data" in output for output in shown) for shown in tried.values())
    notebook.cells = [cell for cell in notebook.cells if cell.id not in tried]
    printed = [
        output.text for cell in notebook.cells for output in cell.get("outputs", ()) if "text" in output
    ]
    assert printed == []  # neither prints nor warnings
    assert str(book.root) not in (tmp_path / "executed.ipynb").read_text("utf-8")

    blocks = read_blocks(notebook, lang=lang)
    headings = [block.text for block in blocks if isinstance(block, HeadingBlock)]
    alts = [block.figure.alt for block in blocks if isinstance(block, FigureBlock)]
    assert len(headings) >= 5 and len(alts) >= 8 and all(alts)
    meta = ReportMeta(
        book.config.title,
        district,
        name,
        PERIOD,
        lang,
        book.as_of(PERIOD),
        kind,
        book.config.sample,
        version="x",
    )
    html = render_html(notebook, meta=meta)
    made = render_pdf(notebook, meta=meta)
    assert area or all(n <= most for n, most in zip(count_pages(made), MOST_PAGES["year"], strict=True))
    if lang == "zh" and not area:  # the official style's type is larger
        official = render_pdf(notebook, meta=replace(meta, style="gbt9704"))
        assert count_pages(official)[1] <= MOST_PAGES["year"][1]
    pdf = pypdfium2.PdfDocument(made)
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pdf))
    # On paper a subsection that has but a line to the annex is none.
    kept = {block.text for block in put_annex_last(blocks, lang) if isinstance(block, HeadingBlock)}
    for heading in headings:
        assert heading in html, heading
        assert re.sub(r"\s", "", heading) in text or heading not in kept, heading


@pytest.mark.slow
def test_a_month_of_a_township_takes_two_pages_and_repeats_nothing_of_the_first(
    sample_book: Path, tmp_path: Path
) -> None:
    book, period = open_workbook(str(sample_book)), parse_period("2021-07")
    code = str(book.districts["code"].iloc[0])
    notebook = execute_notebook(
        book.template("township_review"),
        tmp_path / "executed.ipynb",
        {"district": code, "period": str(period), "lang": "zh"},
        cwd=book.root,
    )
    meta = ReportMeta(
        book.config.title, code, book.district_name(code), period, "zh", book.as_of(period), "township_review"
    )
    pdf = render_pdf(notebook, meta=meta)
    assert count_pages(pdf) == (2, 2)
    page = re.sub(r"\s", "", pypdfium2.PdfDocument(pdf)[1].get_textpage().get_text_range())
    assert "存在的问题" not in page and "下一步工作" not in page and "附件" not in page
    facts = book.facts(period).query("district_code == @code").set_index("fact")["value"]
    for fact, said in (("hazards.found", "查出隐患{n}处"), ("drills.held", "演练{n}次"), ("incidents.count", "突发事件{n}起")):
        assert facts[fact] == 0 or said.format(n=f"{facts[fact]:.0f}") in page, fact
