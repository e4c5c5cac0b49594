"""What the renderers get of an executed notebook: the language's blocks, numbered, and nothing else."""

import base64
import struct
from dataclasses import replace
from typing import Any

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode

from taizhang.core import display
from taizhang.core.errors import RenderError
from taizhang.report import notebook as nb


def show(*objects: Any) -> NotebookNode:
    """A code cell that showed these objects."""
    outputs = [
        v4.new_output("stream", name="stdout", text="printed"),
        v4.new_output("stream", name="stderr", text="warned"),
    ]
    for shown in objects:
        data = shown if isinstance(shown, dict) else shown._repr_mimebundle_()
        outputs.append(v4.new_output("display_data", data=data))
    return v4.new_code_cell("figures.plot(view)", outputs=outputs)


def write(text: str, *tags: str) -> NotebookNode:
    return v4.new_markdown_cell(text, metadata={"tags": list(tags)})


def read(*cells: NotebookNode, lang: str = "zh") -> list[nb.ReportBlock]:
    return nb.read_blocks(v4.new_notebook(cells=list(cells)), lang=lang)


FIGURE = display.Figure("trend", "趋势如何？", "先升后降。", "来源：台账", "<svg/>")
TABLE = display.Table(
    "overdue",
    "逾期清单",
    (display.Column("场所"), display.Column("天数", "天", "right")),
    ((display.Cell("甲厂"), display.Cell("12", 12.0, "hazards.overdue", "worse")),),
    ("截至年底",),
    wide=True,
)
PROSE = display.Prose((display.Block((display.Run("共"), display.Run("36", "hazards.found", True))),))
CARDS = display.KeyFigures((display.KeyFigure("hazards.found", "发现隐患", "36", "处", "+3", "worse"),))


def test_display_objects_are_read_back_as_they_were_shown() -> None:
    blocks = read(show(FIGURE, TABLE, PROSE, CARDS))
    assert blocks == [
        nb.FigureBlock(FIGURE, 1, "figure-trend"),
        nb.TableBlock(TABLE, 1, "table-overdue"),
        nb.ProseBlock(PROSE),
        nb.KeyFiguresBlock(CARDS),
    ]


def test_markdown_of_the_other_language_is_left_out() -> None:
    cells = (write("中文", "zh"), write("English", "en"), write("both"))
    assert read(*cells) == [nb.MarkdownBlock("中文"), nb.MarkdownBlock("both")]
    assert read(*cells, lang="en") == [nb.MarkdownBlock("English"), nb.MarkdownBlock("both")]


def test_headings_with_nothing_under_them_go() -> None:
    cells = (
        write("# 标题由元数据来"),
        write("## 空的\n\n### 也空\n"),
        write("## 只有小节\n### 有图"),
        show(FIGURE),
        write("### 无"),
        show(),
        write("## 有话\n\n话。\n\n### 尾"),
    )
    kept = [(b.number, b.text, b.anchor) for b in read(*cells) if isinstance(b, nb.HeadingBlock)]
    assert kept == [
        ("一、", "只有小节", "section-1"),
        ("（一）", "有图", "section-1-1"),
        ("二、", "有话", "section-2"),
    ]


def test_an_empty_prose_or_card_object_is_nothing() -> None:
    empty = display.Prose((display.Block((display.Run("  "),)),))
    assert read(write("## 空"), show(empty, display.KeyFigures())) == []


@pytest.mark.parametrize(
    ("lang", "numbers"),
    [
        ("zh", ["一、", "（一）", "（二）", "1.", "二、", "（一）"]),
        ("en", ["1", "1.1", "1.2", "1.2.1", "2", "2.1"]),
    ],
)
def test_headings_are_numbered_by_level(lang: str, numbers: list[str]) -> None:
    text = "\n\n".join(f"{'#' * level} h\n\nx" for level in (2, 3, 3, 4, 2, 3))
    assert [b.number for b in read(write(text), lang=lang) if isinstance(b, nb.HeadingBlock)] == numbers


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("一、基本情况", "基本情况"),
        ("（二）演练", "演练"),
        ("3. Drills", "Drills"),
        ("3.5 metres", "3.5 metres"),
        ("2021年", "2021年"),
    ],
)
def test_a_number_written_by_hand_gives_way_to_ours(written: str, text: str) -> None:
    assert [b.text for b in read(write(f"## {written}\n\nx")) if isinstance(b, nb.HeadingBlock)] == [text]


def test_text_around_headings_is_kept_and_code_fences_are_not_headings() -> None:
    blocks = read(write("前\n\n## 甲 `码`\n```\n## 非\n```\n尾"))
    assert blocks == [
        nb.MarkdownBlock("前"),
        nb.HeadingBlock(2, "甲 码", "一、", "section-1"),
        nb.MarkdownBlock("```\n## 非\n```\n尾"),
    ]


def test_anchors_are_unique_and_numbers_run_on() -> None:
    blocks = read(show(FIGURE, FIGURE, TABLE, TABLE))
    assert [(b.number, b.anchor) for b in blocks] == [  # type: ignore[union-attr]
        (1, "figure-trend"),
        (2, "figure-trend-2"),
        (1, "table-overdue"),
        (2, "table-overdue-2"),
    ]


def test_what_is_told_in_words_is_no_figure_or_table_and_a_reference_leads_to_its_section() -> None:
    few = [replace(one, told=PROSE) for one in (FIGURE, TABLE)]
    blocks = nb.read_blocks(
        v4.new_notebook(cells=[write("## 甲"), show(*few), show(replace(TABLE, id="more"))]),
        lang="zh",
        note="见[](#trend)与[](#overdue)、[](#more)。",
    )
    assert blocks[0].text == "见[“甲”](#section-1)与[“甲”](#section-1)、[表1](#table-more)。"  # type: ignore[union-attr]
    assert blocks[2:4] == [nb.ProseBlock(PROSE, "trend"), nb.ProseBlock(PROSE, "overdue")]


def test_the_annex_has_its_own_numbers_and_references_say_so() -> None:
    annexed = [replace(one, id=f"x-{one.id}", annex=True) for one in (FIGURE, TABLE)]
    blocks = nb.read_blocks(
        v4.new_notebook(cells=[show(annexed[0], FIGURE, TABLE, annexed[1], FIGURE)]),
        lang="zh",
        note="见[](#x-trend)、[](#x-overdue)、[](#figure-trend-2)。",
    )
    assert blocks[0].text == "见[附图1](#figure-x-trend)、[附表1](#table-x-overdue)、[图2](#figure-trend-2)。"  # type: ignore[union-attr]
    shown = [one for one in blocks if isinstance(one, nb.FigureBlock | nb.TableBlock)]
    assert [nb.name_shown(one, "en") for one in shown] == [
        "Figure A1",
        "Figure 1",
        "Table 1",
        "Table A1",
        "Figure 2",
    ]
    assert [nb.is_annexed(one) for one in blocks] == [False, True, False, False, True, False]


def test_a_cell_of_ones_own_gives_its_picture_and_table_a_caption() -> None:
    svg = {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    cell = show(svg, {"text/html": "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>"})
    cell.source = '#| fig-cap: 夏季的隐患\n#| fig-alt: "折线图"\n#| tbl-cap: 各月\nplot()'
    _, figure, table, plain = read(write("## 节"), cell, show(svg))
    assert isinstance(figure, nb.FigureBlock) and isinstance(plain, nb.FigureBlock)
    assert (figure.figure.title, figure.figure.alt) == ("夏季的隐患", "折线图")
    assert isinstance(table, nb.TableBlock) and table.table.title == "各月"
    assert plain.figure.title == plain.figure.alt == "节"


def test_a_cell_of_ones_own_gives_our_figure_and_table_another_caption() -> None:
    """The finding that leads ours goes with it; what the figure shows is told as before."""
    cell = show(replace(FIGURE, headline="先升后降"), TABLE)
    cell.source = "#| fig-cap: 我的图\n#| tbl-cap: 我的表\nmine()"
    figure, table = read(cell)
    assert isinstance(figure, nb.FigureBlock) and isinstance(table, nb.TableBlock)
    assert (figure.figure.title, figure.figure.headline, figure.figure.alt) == ("我的图", "", FIGURE.alt)
    assert table.table.title == "我的表"
    (plain,) = read(show(FIGURE))
    assert isinstance(plain, nb.FigureBlock) and plain.figure.title == FIGURE.title


def test_foreign_outputs_are_read_as_far_as_they_can() -> None:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 30, 20) + b"\0" * 9
    head = "<style>p{}</style><table><caption>表</caption><tr><th>a</th><th>b</th></tr>"
    html = f"{head}<tr><td>1</td><td>&lt;2</td></tr></table>"
    blocks = read(
        write("## 节"),
        show(
            {"image/png": base64.b64encode(png).decode(), "text/plain": "<Figure>"},
            {"text/html": html, "text/plain": "x"},
            {"text/html": "<p>只有字</p>"},
            {"text/markdown": "**粗**"},
            {"text/plain": "<Axes: >"},
        ),
    )
    figure, table, prose, markdown = blocks[1:]
    assert isinstance(figure, nb.FigureBlock) and 'width="30" height="20"' in figure.figure.svg
    assert figure.figure.title == figure.figure.alt == "节"
    assert isinstance(table, nb.TableBlock) and table.table.title == "表"
    assert [[c.text for c in row] for row in table.table.rows] == [["1", "<2"]]
    assert isinstance(prose, nb.ProseBlock) and prose.prose.blocks[0].runs[0].text == "只有字"
    assert markdown == nb.MarkdownBlock("**粗**")


def test_an_error_output_is_refused() -> None:
    cell = v4.new_code_cell(
        "x", outputs=[v4.new_output("error", ename="KeyError", evalue="'甲'", traceback=[])]
    )
    with pytest.raises(RenderError, match=r"cell 2 .*KeyError: '甲'"):
        read(write("x"), cell)


def test_an_output_of_another_version_is_refused() -> None:
    with pytest.raises(RenderError, match=r"cell 1 .*--fresh"):
        read(show({display.KEY_FIGURES: {"items": [{"fakt": "x"}]}}))


def test_raw_html_becomes_text_and_comments_vanish() -> None:
    tokens = nb.parse_markdown(
        "a <script>x</script> <!-- 注\n释 -->b [l](javascript:alert(1))\n\n<div>c</div>"
    )
    kinds = {child.type for token in tokens for child in token.children or [token]}
    assert not kinds & {"html_inline", "html_block", "link_open"}
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert shown == "a <script>x</script> b l<div>c</div>"
