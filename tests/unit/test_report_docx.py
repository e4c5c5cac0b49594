"""Word files, read back with python-docx: styles, headings, captions, tables, pictures; the same bytes twice."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree
from PIL import Image
from test_report_pdf import (
    LONG_TEXTS,
    META,
    NASTY,
    build,
    build_annexed,
    make_svg,
    write_long_table,
    write_prose,
    write_table,
)

from taizhang.core import display
from taizhang.core.errors import RenderError
from taizhang.core.keys import Code
from taizhang.core.periods import parse_period
from taizhang.report.docx import BASES, render_docx
from taizhang.report.formats import find_word_base
from tools import make_word_base
from tools.make_word_base import read_parts

NOTE = "## 存在的问题\n\n人手**不足**，见[](#f)与[网站](https://example.org/)。\n\n1. 甲\n2. 乙\n   - 丙\n\n> 引文\n"


def make_report(**changes: Any) -> Any:
    figure = display.Figure(
        "f", "各月查出多少隐患？", "柱状图：共312处", "资料来源：隐患台账。", make_svg("图中汉字")
    )
    cards = display.KeyFigures((display.KeyFigure("hazards.found", "查出隐患", "312", "处", "增加24处"),))
    shown = build(
        "## 基本情况", cards, write_prose("全年查出隐患312处。"), write_prose("一项", "li"), "### 查出", figure,
        "## 存在的问题", write_prose(NASTY), write_table(3, notes=("截至1月31日。",)), write_table(3, 20),
    )  # fmt: skip
    return render_docx(shown, meta=replace(META, note=NOTE, **changes))


@pytest.fixture(scope="module")
def data() -> bytes:
    return make_report()


@pytest.fixture(scope="module")
def word(data: bytes) -> Any:
    return Document(io.BytesIO(data))


def test_headings_are_headings_and_bookmarks_lead_to_them(word: Any) -> None:
    heads = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith("Heading")]
    assert heads == [
        ("Heading 1", "一、基本情况"),
        ("Heading 2", "（一）查出"),
        ("Heading 1", "二、存在的问题"),
    ]
    names = {mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))}
    links = {link.get(qn("w:anchor")) for link in word.element.iter(qn("w:hyperlink"))} - {None}
    assert links == {"section_1", "section_1_1", "section_2", "figure_f"} and links <= names


@pytest.mark.parametrize(
    ("lang", "names"), [("zh", ["图1", "附图1", "附表1"]), ("en", ["Figure 1", "Figure A1", "Table A1"])]
)
def test_the_annex_comes_last(lang: str, names: list[str]) -> None:
    paragraphs = Document(io.BytesIO(render_docx(build_annexed(), meta=replace(META, lang=lang)))).paragraphs
    heads = [p.text for p in paragraphs if p.style.name.startswith("Heading")]
    assert heads[2:] == (["附件", "（一）甲", "（二）乙"] if lang == "zh" else ["Annex", "A.1 甲", "A.2 乙"])
    captions = [p.text.split("　")[0] for p in paragraphs if p.style.name == "Caption"]
    assert [captions[0], *captions[-2:]] == names
    fields = "".join(node.text or "" for p in paragraphs for node in p._p.iter(qn("w:instrText")))
    assert ("SEQ 附图 " if lang == "zh" else "SEQ Figure_A ") in fields


def test_the_title_the_cover_and_the_properties(word: Any) -> None:
    texts = {p.style.name: p.text for p in word.paragraphs if p.style.name in ("Title", "Subtitle")}
    assert texts["Title"] == "溪口镇"
    text = "\n".join(p.text for p in word.paragraphs)
    for words in ("2021年应急管理年度评估报告", "数据截至：2022年1月31日", "示例数据", "全年查出隐患312处。"):
        assert words in text, words
    core = word.core_properties
    assert (core.title, core.author, core.language) == (
        "溪口镇　2021年应急管理年度评估报告",
        META.title,
        "zh-CN",
    )
    assert core.created.isoformat().startswith("2022-02-01")


def test_tables_are_tables_whose_head_repeats(word: Any) -> None:
    shapes = [(len(table.rows), len(table.columns)) for table in word.tables]
    assert shapes == [(2, 3), (4, 3), (4, 20)]  # the key figures first
    for table in word.tables:
        heads = [row._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads == [True, *[False] * (len(heads) - 1)]
    assert word.tables[1].cell(1, 0).text == "场所0" and word.tables[1].cell(0, 1).text == "列1（天）"
    turned = [section.page_width > section.page_height for section in word.sections]
    assert turned == [False, True, False]


def test_captions_carry_fields_with_their_numbers(word: Any) -> None:
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    assert [" ".join(text.split()) for text in captions] == [
        "图1 各月查出多少隐患？", "表1 超期未整改的隐患", "表2 超期未整改的隐患",
    ]  # fmt: skip
    fields = [text.text.strip() for text in word.element.iter(qn("w:instrText"))]
    pages = [text for text in fields if text.startswith("PAGEREF")]
    assert [text for text in fields if text not in pages] == [
        'TOC \\o "1-2" \\h \\z',
        "SEQ 图 \\* ARABIC",
        *["SEQ 表 \\* ARABIC"] * 2,
    ]


def test_contents_have_page_numbers_that_word_works_out(word: Any) -> None:
    """An entry of the contents names the bookmark of its heading, after a line of dots."""
    fields = [text.text.split() for text in word.element.iter(qn("w:instrText"))]
    named = [words[1] for words in fields if words[0] == "PAGEREF"]
    marks = {mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))}
    links = [
        link.get(qn("w:anchor")) for link in word.element.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))
    ]
    assert named and set(named) <= marks and named == links[: len(named)]
    stale = [mark for mark in word.element.iter(qn("w:fldChar")) if mark.get(qn("w:dirty")) == "true"]
    assert len(stale) == len(named)


def test_pictures_are_sharp_and_say_what_they_show(word: Any) -> None:
    (picture,) = word.inline_shapes
    assert picture._inline.docPr.get("descr") == "柱状图：共312处"
    (part,) = [part for part in word.part.package.iter_parts() if part.content_type == "image/png"]
    image = Image.open(io.BytesIO(part.blob))
    # 453 pt of an SVG are 6.29 inches, at 200 pixels each
    assert image.width == pytest.approx(453 / 72 * 200, abs=2)
    assert picture.width / 36000 == pytest.approx(453 / 72 * 25.4, abs=0.5)
    assert len(image.convert("L").getcolors()) > 2  # the words are drawn


def test_chinese_has_its_own_face_and_language(data: bytes, word: Any) -> None:
    for name in ("Normal", "Body Text", "Heading 1", "Caption", "Table Text"):
        fonts = word.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体"), name
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    assert word.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"


def test_ledger_text_and_notes_show_as_typed(word: Any) -> None:
    texts = [p.text for p in word.paragraphs]
    assert NASTY in texts
    assert "人手不足，见图1与网站。" in texts and "1. 甲" in texts and "引文" in texts
    targets = [r.target_ref for r in word.part.rels.values() if r.is_external]
    assert targets == ["https://example.org/"]


def test_the_official_style(word: Any) -> None:
    official = Document(io.BytesIO(make_report(style="gbt9704", draft=True)))
    section = official.sections[0]
    assert [round(x / 36000) for x in (section.top_margin, section.left_margin, section.right_margin)] == [
        37,
        28,
        26,
    ]
    assert official.styles["Body Text"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert official.styles["Body Text"].font.size.pt == 16
    assert "草稿" in section.header.paragraphs[0].text
    assert (
        official.settings.odd_and_even_pages_header_footer
        and "草稿" in section.even_page_header.paragraphs[0].text
    )
    feet = [footer.paragraphs[0] for footer in (section.footer, section.even_page_footer)]
    assert [(foot.text, foot.alignment) for foot in feet] == [
        ("示例数据，纯属虚构　— 1 —", WD_ALIGN_PARAGRAPH.RIGHT),
        ("— 1 —　示例数据，纯属虚构", WD_ALIGN_PARAGRAPH.LEFT),
    ]
    assert not word.settings.odd_and_even_pages_header_footer
    assert "草稿" not in word.sections[0].header.paragraphs[0].text


def test_a_month_has_no_contents_and_english_is_english() -> None:
    data = render_docx(
        build("## At a glance", write_prose("Found 312.")),
        meta=replace(META, lang="en", period=parse_period("2021-07")),
    )
    text = "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)
    assert "1 At a glance" in text and "Contents" not in text and "July 2021" in text


def test_equal_byte_for_byte_and_well_formed(data: bytes) -> None:
    assert make_report() == data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(packed.read(name))


def test_tables_are_ruled_by_their_style(word: Any) -> None:
    assert {table.style.name for table in word.tables} == {"Ruled Table"}
    borders = word.styles["Ruled Table"].element.find(qn("w:tblPr")).find(qn("w:tblBorders"))
    assert [side.tag.split("}")[1] for side in borders] == ["top", "bottom", "insideH"]


def test_the_packaged_bases_are_what_the_tool_makes() -> None:
    for name, look in make_word_base.LOOKS.items():
        made = read_parts(make_word_base.make_base(look))
        assert made == read_parts((BASES / f"{name}.docx").read_bytes()), (
            f"run python -m tools.make_word_base: {name}"
        )


def write_base(path: Path, *, place: bool = True) -> Path:
    """An office's own: wider margins, 楷体 for the text, words of its own in the head."""
    base = Document(BASES / "modern.docx")
    base.styles["Body Text"].element.rPr.rFonts.set(qn("w:eastAsia"), "楷体")
    base.sections[0].left_margin = base.sections[0].right_margin = Mm(40)
    head = base.sections[0].header.paragraphs[0]
    head.runs[0].text = "某县应急管理局　{head}" if place else "某县应急管理局"
    base.add_paragraph("样式示例")
    base.save(path)
    return path


@pytest.mark.parametrize("place", [True, False])
def test_an_office_s_own_base_is_filled(tmp_path: Path, place: bool) -> None:
    path = write_base(tmp_path / "styles.docx", place=place)
    made = Document(io.BytesIO(make_report(word_base=str(path), draft=True)))
    assert made.styles["Body Text"].element.rPr.rFonts.get(qn("w:eastAsia")) == "楷体"
    head = "\n".join(paragraph.text for paragraph in made.sections[0].header.paragraphs)
    assert head.startswith("某县应急管理局") and "草稿" in head and "{" not in head
    assert "样式示例" not in [paragraph.text for paragraph in made.paragraphs]
    widths = [sum(column.width for column in table.columns) / 36000 for table in made.tables]
    assert widths == pytest.approx([130, 130, 217], abs=0.5)  # 210 and 297 less twice 40
    assert make_report(word_base=str(path)) == make_report(word_base=str(path))


def test_a_base_that_lacks_a_style_or_is_no_word_file_is_refused(tmp_path: Path) -> None:
    path = write_base(tmp_path / "styles.docx")
    base = Document(path)
    base.styles["Source"].delete()
    base.save(path)
    with pytest.raises(RenderError, match=r"styles\.docx lacks the styles 'Source'"):
        make_report(word_base=str(path))
    path.write_text("text", "utf-8")
    with pytest.raises(RenderError, match=r"cannot read styles\.docx as a Word file"):
        make_report(word_base=str(path))


def test_the_base_is_looked_for_in_templates(tmp_path: Path) -> None:
    assert find_word_base(tmp_path) is None
    (tmp_path / "templates").mkdir()
    path = write_base(tmp_path / "templates" / "styles.docx")
    assert find_word_base(tmp_path) == path


def test_the_packaged_bases_and_their_fonts_are_part_of_a_report_s_key() -> None:
    sources = Code(("taizhang.report.docx",)).sources
    bases = {f"report/templates/word/{name}.docx" for name in make_word_base.LOOKS}
    assert bases | {"metadata/typefaces.yml"} <= set(sources)


@pytest.mark.parametrize("text", LONG_TEXTS)
def test_a_long_unbroken_text_leaves_dates_their_width(text: str) -> None:
    document = Document(io.BytesIO(render_docx(build("## 一", write_long_table(text)), meta=META)))
    (table,) = document.tables
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    widths = [column.width for column in table.columns]
    assert sum(widths) <= room + Mm(1)
    # Ten characters of a date, each half as wide as the text is high, and the cell's margins.
    size = table.cell(1, 0).paragraphs[0].runs[0].font.size or document.styles["Normal"].font.size
    assert min(widths[0], widths[2]) > 10 * 0.5 * size
    said = table.cell(1, 1).text
    assert said.replace("\u200b", "") == text
    # Nothing in it is longer than the column, but where a space of no width lets it break.
    assert max(map(len, re.findall(r"[\x21-\x7e]+", said))) <= 20


def test_cells_of_a_shaded_table_are_filled() -> None:
    columns = (
        display.Column("地区"),
        display.Column("逾期", "", "center"),
        display.Column("评估", "", "center"),
    )
    cells = (
        display.Cell("溪口镇"),
        display.Cell("●3", 3, note="red"),
        display.Cell("从略", note="suppressed"),
    )
    made = build("## 一", display.Table("t", "题", columns, (cells,), shaded=True))
    (table,) = Document(io.BytesIO(render_docx(made, meta=META))).tables
    fills = [
        [shade.get(qn("w:fill")) for shade in cell._tc.iter(qn("w:shd"))] for cell in table.rows[1].cells
    ]
    assert fills == [[], ["A3161A"], []]
    assert str(table.cell(1, 1).paragraphs[0].runs[0].font.color.rgb) == "FFFFFF"
