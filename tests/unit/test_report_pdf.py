"""PDF reports, read back: text, tags, outline, language, alternative texts, turned pages."""

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf
import pypdfium2
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tagged_pdf import walk_elements
from taizhang.core import display
from taizhang.core.errors import RenderError
from taizhang.core.periods import parse_period
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta
from taizhang.report.pdf import count_pages, describe_report, render_pdf

META = ReportMeta(
    title="滨江县应急管理年度评估",
    district="350921101",
    name="溪口镇",
    period=parse_period("2021"),
    lang="zh",
    as_of=date(2022, 1, 31),
    sample=True,
    version="0.1.0",
    made_on="2022-02-01",
)
QUARTER = replace(META, period=parse_period("2021Q3"), sample=False)
# Every sign that means something to Typst, to Markdown or to HTML.
NASTY = '#set <x> $a$ *粗* _下_ \\ "引" `c` @ref [b] ~ // 注 /* */ = 题 - 项 + 号 &amp; {k} 100%'


def make_svg(words: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="453pt" height="160pt" viewBox="0 0 453 160">'
        f'<text x="20" y="80" style="font: 12px \'Noto Sans SC\'">{words}</text></svg>'
    )


def write_prose(text: str, kind: Any = "p") -> display.Prose:
    return display.Prose((display.Block((display.Run(text),), kind),))


def write_table(rows: int, columns: int = 3, **more: Any) -> display.Table:
    return display.Table(
        id="t",
        title="超期未整改的隐患",
        columns=tuple(
            display.Column(f"列{i}", unit="天" if i else "", align="right" if i else "left")
            for i in range(columns)
        ),
        rows=tuple(
            tuple(display.Cell(f"场所{row}" if i == 0 else f"{row * i + 1000:,}") for i in range(columns))
            for row in range(rows)
        ),
        **more,
    )


def build(*shown: object) -> NotebookNode:
    """A notebook of Markdown (text) and display objects."""
    cells = [
        new_markdown_cell(item)
        if isinstance(item, str)
        else new_code_cell("show", outputs=[new_output("display_data", data=item._repr_mimebundle_())])  # type: ignore[attr-defined]
        for item in shown
    ]
    return new_notebook(cells=cells)


def read_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def squeeze(text: str) -> str:
    """Without spaces and line ends, which a PDF doesn't keep."""
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def report() -> bytes:
    figure = display.Figure(
        "f", "各月查出多少隐患？", "柱状图：共312处", "资料来源：隐患台账。", make_svg("图中汉字六月")
    )
    cards = display.KeyFigures(
        (display.KeyFigure("hazards.found", "查出隐患", "312", "处", "比上年增加24处"),)
    )
    return render_pdf(
        build(
            "# 题目", "## 基本情况", cards, write_prose("全年查出隐患312处。"), "### 查出与整改", figure,
            "## 存在的问题", write_prose(NASTY), write_table(3, notes=("截至1月31日。",)),
        ),
        meta=META,
    )  # fmt: skip


def show_figure(id: str, *, annex: bool = False) -> display.Figure:
    return display.Figure(id, f"题{id}", "柱状图", "资料来源：台账。", make_svg("图"), annex)


# Cards of the annex are for a page alone.
CARDS = display.KeyFigures((display.KeyFigure("drills.held", "卡片", "99", "次"),), annex=True)


def build_annexed() -> NotebookNode:
    """Two sections and a subsection, each with a part in the annex; the second table is there, the first figure not."""
    return build(
        "## 甲", write_prose("正文甲"), show_figure("a"), show_figure("b", annex=True), CARDS,
        "### 小节", display.Prose(write_prose("检验如下").blocks, annex=True),
        "## 乙", replace(write_table(3), id="u", annex=True), write_table(4), show_figure("c"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "ordered"),
    [
        (
            "zh",
            "正文甲 图1题a 统计细目见附件：附图1。 二、乙 见附表1、附图1、图2。 "
            "表1超期 图2题c 统计细目见附件：附表1。 附件（一）甲 附图1题b 检验如下 （二）乙 附表1超期",
        ),
        (
            "en",
            "正文甲 Figure1题a Workingsareintheannex:FigureA1. 2乙 见TableA1、FigureA1、Figure2。 "
            "Table1超期 Figure2题c Workingsareintheannex:TableA1. AnnexA.1甲 FigureA1题b 检验如下 "
            "A.2乙 TableA1超期",
        ),
    ],
)
def test_the_annex_comes_last_under_its_sections_with_its_own_numbers(lang: str, ordered: str) -> None:
    note = "## 乙\n\n见[](#u)、[](#b)、[](#c)。\n"
    pdf = render_pdf(build_annexed(), meta=replace(META, lang=lang, note=note))
    pages = [squeeze(page) for page in read_pages(pdf)]
    text, at = "".join(pages), 0
    contents, text = text[: text.index("正文甲")], text[text.index("正文甲") :]
    for words in ordered.split():
        assert words in text[at:], words
        at += text[at:].index(words) + len(words)
    # The contents name the annex alone, bookmarks its parts; pages are counted up to where it begins.
    assert (
        ("附件" if lang == "zh" else "Annex") in contents
        and "（二）乙" not in contents
        and "A.2" not in contents
    )
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_outline() as outline:
        assert [len(item.children) for item in outline.root] == [0, 0, 2]
    assert "小节" not in "".join(pages)  # a line to the annex is all that it would have
    assert "卡片" not in "".join(pages)
    opening = "附件（一）甲" if lang == "zh" else "AnnexA.1"
    first = next(number for number, page in enumerate(pages, 1) if opening in page)
    assert count_pages(pdf) == (first, len(pages))


def test_a_report_without_an_annex_has_all_its_pages_before_it(report: bytes) -> None:
    assert count_pages(report) == (len(read_pages(report)),) * 2 and "附件" not in "".join(read_pages(report))


def test_text_is_read_back(report: bytes) -> None:
    text = squeeze("".join(read_pages(report)))
    for words in (
        "滨江县应急管理年度评估", "溪口镇", "2021年", "2022年1月31日", "示例数据", "内部使用", "目录",
        "312处", "比上年增加24处", "图中汉字六月", "图1各月查出多少隐患", "表1超期未整改的隐患", "1,002",
        "截至1月31日。",
    ):  # fmt: skip
        assert words in text, words


def test_ledger_text_shows_as_typed(report: bytes) -> None:
    assert squeeze(NASTY) in squeeze("".join(read_pages(report)))


def test_the_pdf_is_tagged_and_says_what_it_is(report: bytes) -> None:
    with pikepdf.open(io.BytesIO(report)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-CN"
        assert pdf.docinfo["/Title"] == "溪口镇　2021年应急管理年度评估报告"
        assert pdf.docinfo["/Author"] == META.title
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        elements = list(walk_elements(pdf.Root.StructTreeRoot))
    kinds = [str(element["/S"]) for element in elements]
    assert [kind for kind in kinds if kind in ("/H1", "/H2")] == [
        "/H1",  # contents
        "/H1",
        "/H2",
        "/H1",
        *["/H1"] * 2,  # lists of figures and tables
    ]
    assert kinds.count("/TH") == 3 and kinds.count("/TD") == 3 * 3 + 1  # and the note
    figures = [element for element in elements if element["/S"] == "/Figure"]
    assert [str(figure["/Alt"]) for figure in figures] == ["柱状图：共312处"]


def test_bookmarks_are_the_headings_with_their_numbers(report: bytes) -> None:
    with pikepdf.open(io.BytesIO(report)) as pdf, pdf.open_outline() as outline:
        tree = [(item.title, [child.title for child in item.children]) for item in outline.root]
    assert tree == [("一、基本情况", ["（一）查出与整改"]), ("二、存在的问题", [])]


def test_only_the_packaged_fonts_are_in_it_and_embedded(report: bytes) -> None:
    names, files = set(), 0
    with pikepdf.open(io.BytesIO(report)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                names.add(str(item["/FontName"]).split("+")[-1])
                files += any(key in item for key in ("/FontFile2", "/FontFile3"))
    assert names == {"NotoSansSC-Regular", "NotoSerifSC-Regular"} and files >= 2


def test_equal_byte_for_byte(report: bytes) -> None:
    notebook = build("## 甲", write_prose("乙"), write_table(2))
    assert render_pdf(notebook, meta=META) == render_pdf(notebook, meta=META)
    assert b"D:20220201000000" in render_pdf(notebook, meta=META)


def test_english(report: bytes) -> None:
    meta = replace(META, lang="en", name="Xikou", sample=False, approval="闽S〔2022〕1号")
    pdf = render_pdf(build("## At a glance", "### Found", write_prose("Found 312.")), meta=meta)
    text = " ".join("".join(read_pages(pdf)).split())
    for words in (
        "Xikou",
        "Annual review of emergency management, 2021",
        "Contents",
        "1.1 Found",
        "31 January 2022",
        "Map approval",
    ):
        assert words in text, words
    assert "Internal use" not in text and "目录" not in text and "sample" not in text
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "en-GB"


def test_a_table_over_pages_repeats_its_head() -> None:
    pdf = render_pdf(build("## 甲", write_table(160, notes=("数据截至月底。",))), meta=META)
    pages = [squeeze(page) for page in read_pages(pdf)[1:]]  # the contents share a page with the table
    assert len(pages) >= 3 and "目录" in pages[0]
    assert all("列1" in page for page in pages)
    assert ["数据截至月底。" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    last = pages[-1].index("表目录")  # what figures and tables there are, a reader finds at the end
    assert "表1超期未整改的隐患" in pages[-1][last:]
    assert sum("超期未整改的隐患" in page for page in (*pages[:-1], pages[-1][:last])) == 1
    assert all(f"场所{row}" in "".join(pages) for row in range(160))


@pytest.mark.parametrize("style", ["modern", "gbt9704"])
def test_a_draw_is_of_no_period(style: str) -> None:
    """Its title says when it was made; the year that a review asks for is none of it."""
    for kind, said in (("data_quality", True), ("double_random_draw", False)):
        own = replace(
            QUARTER, kind=kind, report="own", report_title="双随机抽查", name=QUARTER.title, style=style
        )
        text = squeeze("".join(read_pages(render_pdf(build("## 甲", write_prose("乙")), meta=own))))
        assert "双随机抽查" in text and ("第三季度" in text) is said
        page = render_html(build("## 甲", write_prose("乙")), meta=own)
        assert ("第三季度" in page) is said


@pytest.mark.parametrize("notes", [(), ("数据截至月底。",)])
def test_no_page_has_only_a_table_s_last_row(notes: tuple[str, ...]) -> None:
    """Whatever its length: the last three rows and the notes stay together."""
    parted = 0
    for rows in range(36, 48):
        pages = read_pages(render_pdf(build("## 甲", write_table(rows, notes=notes)), meta=QUARTER))
        parts = [found for page in pages if (found := len(re.findall("场所", page)))]
        assert sum(parts) == rows and min(parts) >= 3
        parted += len(parts) > 1
    assert parted > 3


def test_a_figure_without_room_lets_text_go_on_before_it() -> None:
    """Below some of these texts the picture has no room: what follows stands there, and the picture after it."""
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 453 260"><rect width="453" height="260"/></svg>'
    )
    gone_on = 0
    for lines in range(16, 32, 3):
        shown = build(
            "## 甲", *[write_prose("前" * 40)] * lines, display.Figure("f", "图题", "图", "", picture),
            write_prose("后" * 300),
        )  # fmt: skip
        pages = [squeeze(page) for page in read_pages(render_pdf(shown, meta=QUARTER))]
        figure = next(at for at, page in enumerate(pages) if "图1" in page)
        before = next(at for at, page in enumerate(pages) if "后" in page)
        gone_on += before < figure
    assert gone_on


def test_wide_tables_go_on_turned_pages_with_their_heading() -> None:
    pdf = pypdfium2.PdfDocument(
        render_pdf(
            build("## 甲", write_prose("乙"), "## 丙", write_table(3, 20), "## 丁", write_prose("戊")),
            meta=META,
        )
    )
    turned = [page.get_width() > page.get_height() for page in pdf]
    assert turned == [False, False, True, False]
    assert "二、丙" in pdf[2].get_textpage().get_text_range()


def test_a_caption_is_never_alone_at_a_page_s_foot() -> None:
    meta = replace(META, period=parse_period("2021Q3"))
    for lines in range(24, 34):
        shown = ["## 甲", *[write_prose("一行")] * lines, write_table(6)]
        pages = map(squeeze, read_pages(render_pdf(build(*shown), meta=meta)))
        (page,) = (page for page in pages if "表1" in page)
        assert "场所0" in page, lines


def test_characters_that_the_fonts_lack_show_their_code_point() -> None:
    figure = display.Figure("f", "题", "图\U0001f600", "", make_svg("字\U0001f600"))
    text = squeeze(
        "".join(
            read_pages(
                render_pdf(build("## 甲", write_prose("笑\U0001f600脸\x0b行\u200b尾"), figure), meta=META)
            )
        )
    )
    assert "笑〔U+1F600〕脸行尾" in text and "字〔U+1F600〕" in text


def test_a_month_s_bulletin_has_no_cover_and_no_contents() -> None:
    meta = replace(META, period=parse_period("2021-07"))
    pages = read_pages(render_pdf(build("## 甲", write_prose("乙")), meta=meta))
    assert len(pages) == 1 and "2021年7月" in squeeze(pages[0]) and "目录" not in pages[0]


def test_a_bulletin_takes_smaller_type_to_keep_to_two_pages() -> None:
    """Paragraphs that take two pages and a little at 9.5 pt take two at 9 or 8.5; a book stays as it is."""
    month = replace(META, period=parse_period("2021-07"))
    text = write_prose("溪口镇查出隐患并逐条登记、整改、复核、销号。" * 12)
    counts = {
        number: len(read_pages(render_pdf(build("## 一", *[text] * number), meta=month)))
        for number in (10, 60)
    }
    assert counts[10] <= 2 < counts[60]
    sizes = []
    for number in (2, 17, 60):
        with pypdfium2.PdfDocument(render_pdf(build("## 一", *[text] * number), meta=month)) as document:
            objects = [one for one in document[0].get_objects() if one.type == 1]
            heights = [round(top - bottom, 1) for _, bottom, _, top in (one.get_bounds() for one in objects)]
            sizes.append((len(document), max(heights[-5:])))
    assert sizes[0][0] == 1 and sizes[1][0] == 2 and sizes[2][0] > 2
    assert sizes[1][1] < sizes[0][1] == sizes[2][1]


def test_a_picture_that_is_none_is_an_error_that_names_the_report() -> None:
    broken = display.Figure("f", "题", "图", "", "<svg")
    with pytest.raises(RenderError, match="溪口镇 2021"):
        render_pdf(build("## 甲", broken), meta=META)


def test_heading_levels_left_out_are_closed_up() -> None:
    with pikepdf.open(io.BytesIO(render_pdf(build("## 甲", "#### 乙", write_prose("丙")), meta=META))) as pdf:
        kinds = [str(e["/S"]) for e in walk_elements(pdf.Root.StructTreeRoot)]
    assert [kind for kind in kinds if kind.startswith("/H") and kind != "/H"] == ["/H1", "/H1", "/H2"]


def test_a_bulletin_is_of_a_district_and_a_comparison_has_a_cover() -> None:
    month = replace(META, period=parse_period("2021-07"))
    assert describe_report(month)["short"]
    assert not describe_report(replace(month, name=month.title, kind="county_comparison"))["short"]


def test_no_figure_is_made_so_small_that_its_type_cannot_be_read() -> None:
    """Drawn 160 x 118 mm, its type of 10.5 pt, without a size of its own, as figures are: as high as others, 6.1 pt."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 453.5 334.5">'
        '<text x="20" y="80" style="font: 10.5px \'Noto Sans SC\'">鼎鼎</text></svg>'
    )
    for meta in (META, replace(META, period=parse_period("2021-07"))):
        left, right = read_places(
            render_pdf(build("## 一", display.Figure("f", "题", "图", "", svg)), meta=meta), "鼎"
        )
        assert (right[1] - left[1]) / 25.4 * 72 == pytest.approx(7.0, abs=0.05)


@pytest.mark.parametrize("style", ["modern", "gbt9704"])
@pytest.mark.parametrize("wide", [True, False])
def test_a_table_never_runs_over_the_foot_of_its_page(style: str, wide: bool) -> None:
    table = write_table(20, wide=wide)
    words = "很长的一段说明" * (12 if wide else 8)
    long = tuple((display.Cell(f"{words}{at}"), *row[1:]) for at, row in enumerate(table.rows))
    shown = build("## 甲", replace(table, rows=long, notes=("注释" * 30,)))
    pdf = pypdfium2.PdfDocument(render_pdf(shown, meta=replace(META, style=style, sample=False)))
    found = 0
    for page in pdf:
        text = page.get_textpage()
        for at in range(text.count_chars()):
            if text.get_text_range(at, 1) == "说":
                found += 1
                assert text.get_charbox(at)[1] * 25.4 / 72 > (35 if style == "gbt9704" else 25)
    assert found == 20 * (12 if wide else 8)


def measure_official() -> tuple[list[float], list[list[float]]]:
    """Base lines of a full page of one official report (mm from its top), and left edges of their characters."""
    meta = replace(META, style="gbt9704", sample=False, period=parse_period("2021-07"))
    pdf = pypdfium2.PdfDocument(render_pdf(build("## 甲", *[write_prose("永" * 390)] * 8), meta=meta))
    page = pdf[1].get_textpage()
    lines: dict[float, list[float]] = {}
    for at in range(page.count_chars()):
        if page.get_text_range(at, 1) == "永":
            left, bottom, _, _ = page.get_charbox(at, loose=True)
            lines.setdefault(round(bottom, 1), []).append(left * 25.4 / 72)
    order = sorted(lines, reverse=True)
    return [297 - y * 25.4 / 72 for y in order], [sorted(lines[y]) for y in order]


def test_official_style_has_22_lines_of_28_characters_in_156_by_225_mm() -> None:
    heights, lines = measure_official()
    assert len(lines) == 22
    full = [line for line in lines if line[0] < 30]  # those that no indent shortens
    assert len(full) >= 18 and {len(line) for line in full} == {28}
    # GB/T 9704-2012, 5.2: 28 steps are 156 mm, 22 steps are 225 mm; 天头 37 mm, 订口 28 mm.
    for line in full:
        assert (line[-1] - line[0]) / 27 * 28 == pytest.approx(156, rel=0.01)
        assert line[0] == pytest.approx(28, abs=0.3)
    assert (heights[-1] - heights[0]) / 21 * 22 == pytest.approx(225, rel=0.01)
    # the first base line: the line's middle less half a character, and the face's 0.88 em above its base
    assert 37 < heights[0] < 37 + 225 / 22


def read_places(pdf: bytes, sign: str) -> list[tuple[int, float]]:
    """Page (from 1) and left edge (mm) of each place where a sign stands."""
    places = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        text = page.get_textpage()
        for at in range(text.count_chars()):
            if text.get_text_range(at, 1) == sign:
                places.append((number, text.get_charbox(at)[0] * 25.4 / 72))
    return places


def test_official_style_numbers_pages_between_dashes_at_the_outer_edge() -> None:
    meta = replace(META, style="gbt9704", sample=False, period=parse_period("2021-07"))
    pdf = render_pdf(build("## 甲", *[write_prose("永" * 390)] * 8), meta=meta)
    places = read_places(pdf, "—")
    last = places[-1][0]
    assert last >= 4 and [page for page, _ in places] == [n for n in range(1, last + 1) for _ in "——"]
    for page, left in places:
        assert (left > 105) == (page % 2 == 1), page


def test_official_title_is_in_22_points_and_its_cover_one_page() -> None:
    """GB/T 9704, 7.3.1: 2号. The page after the cover is the contents."""
    pdf = pypdfium2.PdfDocument(
        render_pdf(build("## 甲", write_prose("乙")), meta=replace(META, style="gbt9704"))
    )
    cover, contents = pdf[0].get_textpage(), pdf[1].get_textpage()
    at = cover.get_text_range().index("溪口镇")
    left = [cover.get_charbox(at + n, loose=True)[0] for n in (0, 1)]
    assert left[1] - left[0] == pytest.approx(22, abs=0.5)
    assert "taizhang" in cover.get_text_range() and contents.get_text_range().startswith("目录")


def test_official_key_figures_have_no_empty_column() -> None:
    cards = display.KeyFigures((display.KeyFigure("hazards.found", "查出隐患", "312", "处"),))
    meta = replace(META, style="gbt9704", period=parse_period("2021-07"))
    text = "".join(read_pages(render_pdf(build("## 甲", cards), meta=meta)))
    assert "312处" in squeeze(text) and "上年同期" not in text


def test_official_style_says_on_every_page_that_a_sample_is_one() -> None:
    meta = replace(META, style="gbt9704", period=parse_period("2021-07"))
    pages = read_pages(render_pdf(build("## 甲", *[write_prose("永" * 390)] * 4), meta=meta))
    assert len(pages) >= 2 and all("示例数据，纯属虚构" in squeeze(page) for page in pages)


def test_official_style_numbers_headings_as_the_standard_does() -> None:
    meta = replace(META, style="gbt9704")
    pdf = render_pdf(build("## 甲", "### 乙", "#### 丙", "##### 丁", write_prose("戊")), meta=meta)
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_outline() as outline:
        titles, items = [], list(outline.root)
        while items:
            item = items.pop(0)
            titles.append(item.title)
            items += item.children
    assert titles == ["一、甲", "（一）乙", "1. 丙", "（1）丁"]


def test_official_style_numbers_paragraphs_that_are_as_wide_as_the_text() -> None:
    """A numbered item's first line is indented by two characters, the others begin where the text does."""
    items = [write_prose("永" * 70, "li").blocks[0]] * 12
    prose = display.Prose((*write_prose("事项：").blocks, *items))
    places = read_places(render_pdf(build("## 甲", prose), meta=replace(META, style="gbt9704")), "永")
    lefts = [left for _, left in places]
    assert min(lefts) == pytest.approx(28, abs=0.5)
    assert sum(left < 29 for left in lefts) == 12 * 2  # 70 characters are three lines
    assert lefts[0] > 28 + 2 * 156 / 28


def test_in_a_long_annex_figures_fill_the_feet_of_pages_in_order() -> None:
    """Six figures, of which two fill most of a page: the first stands below the end of a table of more than a page."""
    svg = make_svg("图").replace("160", "260")
    figures = [replace(show_figure(f"图{at}", annex=True), svg=svg) for at in range(6)]
    tables = [replace(write_table(rows), id=f"t{rows}", annex=True) for rows in (60, 90)]
    notebook = build("## 甲", write_prose("乙"), *figures, tables[0], "## 丙", tables[1])
    text = "\f".join(map(squeeze, read_pages(render_pdf(notebook, meta=replace(META, style="gbt9704")))))
    annex, lists = text[text.index("附件（一）甲") :].split("图目录")
    assert re.findall(r"题图(\d)", annex) == list("012345")
    assert next(page for page in annex.split("\f") if "题图0" in page).count("场所") > 10
    assert re.findall(r"题图(\d)", lists) == list("012345")
    # A heading that has figures alone keeps them below it, and so those before it in their places, too.
    alone = build("## 甲", write_prose("乙"), *figures, tables[0], "## 丙", show_figure("图6", annex=True))
    text = "\f".join(map(squeeze, read_pages(render_pdf(alone, meta=replace(META, style="gbt9704")))))
    annex = text[text.index("附件（一）甲") :].partition("图目录")[0]
    assert re.findall(r"题图(\d)|(（二）丙)", annex) == [
        *((str(at), "") for at in range(6)),
        ("", "（二）丙"),
        ("6", ""),
    ]


def test_a_draft_says_so_on_every_page_and_an_approval_on_the_cover() -> None:
    notebook = build("## 甲", *[write_prose("乙" * 300)] * 20)
    draft = [squeeze(page) for page in read_pages(render_pdf(notebook, meta=replace(META, draft=True)))]
    assert len(draft) > 3 and all("草稿" in page for page in draft) and "未经批准" in draft[0]
    meta = replace(META, approver="县应急管理局", approved_on="2022-02-15")
    done = [squeeze(page) for page in read_pages(render_pdf(notebook, meta=meta))]
    assert "批准县应急管理局，2022年2月15日" in done[0] and not any("草" in page for page in done)


def test_a_bulletin_s_columns_are_as_long_as_each_other() -> None:
    """Ten paragraphs of a line each after the figure: five stand in each column, side by side."""
    figure = display.Figure("f", "图", "替代文字", "", make_svg("图"))
    shown = [figure, *[write_prose(f"第{n}段") for n in "一二三四五六七八九十"]]
    pdf = render_pdf(build("## 甲", *shown), meta=replace(META, period=parse_period("2021-07")))
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    places = []
    for n in "一二三四五六七八九十":
        index, _ = page.search(f"第{n}段").get_next()
        places.append(page.get_charbox(index))
    lefts = [round(left) for left, *_ in places]
    assert len(set(lefts[:5])) == len(set(lefts[5:])) == 1 and lefts[5] - lefts[0] > 200
    assert [round(box[1]) for box in places[:5]] == [round(box[1]) for box in places[5:]]


LONG_NAMES = (
    "国家级经济技术开发区管理委员会代管溪口街道办事处（原溪口镇、溪北乡合并）",
    "溪口镇" * 30,
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Town " * 3,
    "A" * 120,
    "新疆维吾尔自治区巴音郭楞蒙古自治州和静县巴音布鲁克镇巴西里格村民委员会",
    "溪口镇\u3000（开发区）",
)


@pytest.mark.parametrize("name", LONG_NAMES)
@pytest.mark.parametrize("style", ["modern", "gbt9704"])
def test_the_cover_stays_one_page_however_long_the_name(name: str, style: str) -> None:
    meta = replace(META, name=name, style=style)
    pages = read_pages(render_pdf(build("## 一\n\n正文"), meta=meta))
    assert "2021年12月31日" in squeeze(pages[0]) and "taizhang0.1.0" in squeeze(pages[0])
    assert "目录" in squeeze(pages[1])


LONG_TEXTS = (
    "https://example.com/" + "a1b2c3d4" * 40,
    "A" * 300,
    "C:\\\\" + "\\\\".join(["folder"] * 40),
    "9" * 200,
    "0x" + "deadbeef" * 30,
    "见附件https://example.com/" + "x" * 150 + "，已整改",
)


def write_long_table(text: str) -> display.Table:
    """A long text between two columns of dates."""
    columns = [display.Column(name, "", "left") for name in ("发现日期", "隐患", "整改期限", "状态")]
    rows = [("2021-03-01", text, "2021-04-01", "未整改"), ("2021-12-31", "用电", "2022-01-31", "已整改")]
    cells = tuple(tuple(map(display.Cell, row)) for row in rows)
    return display.Table(id="t", title="逾期", columns=tuple(columns), rows=cells)


@pytest.mark.parametrize("text", LONG_TEXTS)
def test_a_long_unbroken_text_leaves_dates_their_width(text: str) -> None:
    pages = pypdfium2.PdfDocument(render_pdf(build("## 一", write_long_table(text)), meta=META))
    read = [page.get_textpage().get_text_range().replace("\r", "") for page in pages]
    at = next(place for place, words in enumerate(read) if "2021-12-31" in words)
    # Each date stands on one line, and all of the text is on the page, within its margins.
    for day in ("2021-03-01", "2021-04-01", "2021-12-31", "2022-01-31"):
        assert day in read[at]
    plain = squeeze(read[at]).replace("\u200b", "").replace("\ufffe", "")
    assert squeeze(text)[:40] in plain
    page = pages[at]
    boxes = [page.get_textpage().get_charbox(n) for n in range(page.get_textpage().count_chars())]
    assert max(right for _, _, right, _ in boxes) < page.get_width() - 20
