"""Footnotes of notes and notebooks, in the order they are referred to, in every format."""

import io
import zipfile
from datetime import date

import pikepdf
import pypdfium2
import pytest
from docx import Document
from lxml import etree, html
from nbformat import NotebookNode, v4

from taizhang.core.errors import RenderError
from taizhang.core.periods import parse_period
from taizhang.report.docx import render_docx
from taizhang.report.footnotes import Footnote, lift_footnotes
from taizhang.report.html import render_html
from taizhang.report.markdown import parse_markdown, read_nodes
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import MarkdownBlock, read_blocks
from taizhang.report.pdf import render_pdf

CELL = "## 基本情况\n\n甲[^a]，乙[^b]。\n\n[^b]: 第二条，见**规定**。\n[^a]: 第一条，\n    接着写。\n"
NOTE = "## 存在的问题\n\n丙[^1]；再说丙[^1]。\n\n## 下一步工作\n\n丁。\n\n[^1]: 人写的注。\n"


def make_notebook(*texts: str) -> NotebookNode:
    return v4.new_notebook(cells=[v4.new_markdown_cell(text) for text in texts])


def make_meta(note: str = NOTE) -> ReportMeta:
    period = parse_period("2021")
    return ReportMeta(
        "县报告", "350921101", "溪口镇", period, "zh", period.end, note=note, made_on=str(date(2022, 1, 1))
    )


def test_their_words_are_lifted_out_of_the_text() -> None:
    text, footnotes = lift_footnotes(CELL, parse_markdown(CELL))
    assert text.strip() == "## 基本情况\n\n甲[^a]，乙[^b]。"
    assert footnotes == (Footnote("b", "第二条，见**规定**。"), Footnote("a", "第一条，\n接着写。"))
    code = "```\n[^1]: 代码\n```"
    assert lift_footnotes(code, parse_markdown(code)) == (code, ())


def test_a_footnote_of_two_paragraphs_and_one_in_a_quotation_are_whole() -> None:
    text = "甲[^a]，乙[^b]。\n\n[^a]: 一，\n\n    二。\n\n> 引。\n>\n> [^b]: 三。\n\n尾。"
    kept, footnotes = lift_footnotes(text, parse_markdown(text))
    assert footnotes == (Footnote("a", "一，\n\n二。"), Footnote("b", "三。"))
    assert [line for line in kept.split("\n") if line] == ["甲[^a]，乙[^b]。", "> 引。", ">", "尾。"]


def test_numbers_follow_the_text_over_cells_and_note() -> None:
    cells = make_notebook(CELL, "## 存在的问题\n\n库[^a]。\n\n[^a]: 另一条。")
    blocks = read_blocks(cells, lang="zh", note=NOTE)
    numbers = [
        [(footnote.label, footnote.number, footnote.first) for footnote in block.footnotes]
        for block in blocks
        if isinstance(block, MarkdownBlock)
    ]
    assert numbers == [[("a", 1, True), ("b", 2, True)], [("a", 3, True)], [("1", 4, True)], []]


def test_words_stand_with_the_first_reference_alone() -> None:
    blocks = read_blocks(make_notebook(), lang="zh", note=NOTE)
    block = next(block for block in blocks if isinstance(block, MarkdownBlock))
    runs = read_nodes(block.text, lang="zh", footnotes=block.footnotes)[0]["runs"]
    assert [run.get("footnote") for run in runs] == [None, 1, None, 1, None]
    assert [len(run.get("runs", [])) for run in runs] == [0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("甲[^1]。", "refers to footnote .*1.*is not defined"),
        ("甲。\n\n[^1]: 无人提起。", "nothing refers to footnote"),
        ("甲[^1]。\n\n[^1]: 一\n[^1]: 二", "defined twice"),
        ("| 列 |\n|--|\n| 甲[^1] |\n\n[^1]: 表中", "table"),
    ],
)
def test_no_footnote_is_lost_in_silence(text: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        render_pdf(make_notebook(f"## 节\n\n{text}"), meta=make_meta(""))


def test_a_page_links_to_and_fro() -> None:
    page = html.fromstring(render_html(make_notebook(CELL), meta=make_meta()))
    marks = page.xpath("//sup/a")
    assert [mark.text for mark in marks] == ["1", "2", "3", "3"]
    items = page.xpath("//section[@role='doc-endnotes']//li")
    texts = ["".join(item.text_content().split()) for item in items]
    assert texts == ["第一条，接着写。↑", "第二条，见规定。↑", "人写的注。↑"]
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for link in (*marks, *page.xpath("//a[@role='doc-backlink']")):
        assert link.get("href")[1:] in ids


def test_a_pdf_has_them_at_the_foot_of_their_page_and_tagged() -> None:
    pdf = render_pdf(make_notebook(CELL), meta=make_meta())
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[len(document) - 1].get_textpage().get_text_range()
    assert page.index("甲") < page.index("丁") < page.index("第一条，接着写。") < page.index("人写的注。")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        elements = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
        kinds = [str(one["/S"]) for one in elements]
    assert kinds.count("/Note") == 3


def test_word_has_real_footnotes() -> None:
    data = render_docx(make_notebook(CELL), meta=make_meta())
    assert data == render_docx(make_notebook(CELL), meta=make_meta())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        notes, body = (
            etree.fromstring(archive.read(f"word/{name}.xml")) for name in ("footnotes", "document")
        )
        assert b"footnotes+xml" in archive.read("[Content_Types].xml")
    texts = ["".join(note.itertext()).strip() for note in notes.findall("{*}footnote")]
    assert texts == ["", "", "第一条，接着写。", "第二条，见规定。", "人写的注。"]
    attribute = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}id"
    assert [mark.get(attribute) for mark in body.findall(".//{*}footnoteReference")] == ["1", "2", "3"]
    assert Document(io.BytesIO(data)).paragraphs
