"""Making the HTML: equal for equal input, escaped, and reached through nbconvert."""

import re
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import nbconvert
import nbformat.v4 as v4
import pytest
from fontTools.ttLib import TTFont
from lxml import html as lxml_html
from nbformat import NotebookNode
from test_report_pdf import build_annexed

from taizhang.core import display
from taizhang.core.errors import RenderError
from taizhang.core.periods import parse_period
from taizhang.report.html import HtmlExporter, measure_columns, render_html, render_markdown
from taizhang.report.meta import ReportMeta
from taizhang.report.pages import assemble_page


@pytest.fixture
def meta() -> ReportMeta:
    return ReportMeta("滨江县年度评估", "350921101", "溪口镇", parse_period("2021"), "zh", date(2022, 1, 31))


@pytest.fixture
def notebook() -> Callable[..., NotebookNode]:
    def make(*shown: Any, text: str = "## 节\n\n话") -> NotebookNode:
        outputs = [v4.new_output("display_data", data=one._repr_mimebundle_()) for one in shown]
        # nbformat gives each cell a random id, which no page may show
        return v4.new_notebook(cells=[v4.new_markdown_cell(text), v4.new_code_cell("x", outputs=outputs)])

    return make


def test_equal_input_makes_equal_pages(notebook: Callable[..., NotebookNode], meta: ReportMeta) -> None:
    assert render_html(notebook(), meta=meta) == render_html(notebook(), meta=meta)


def test_policy_lets_in_just_the_styles_and_scripts_of_the_page(
    notebook: Callable[..., NotebookNode], meta: ReportMeta
) -> None:
    html = render_html(notebook(), meta=meta)
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert found is not None
    rules = dict(rule.split(" ", 1) for rule in found[1].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for element, rule in (("style", "style-src-elem"), ("script", "script-src")):
        inside = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
        assert len(inside) == 1
        assert rules[rule] == f"'sha256-{b64encode(sha256(inside[0].encode()).digest()).decode()}'"
    assert "http:" not in html.replace("http://www.w3.org", "") and "https:" not in html


def test_fonts_hold_the_characters_of_the_page_and_no_others(
    notebook: Callable[..., NotebookNode], meta: ReportMeta
) -> None:
    prose = display.Prose((display.Block((display.Run("衬"),)),))
    table = display.Table("t", "题", (display.Column("黑"),), ((display.Cell("体"),),))
    html = render_html(notebook(prose, table), meta=meta)
    sans, serif = (
        {chr(code) for code in TTFont(BytesIO(b64decode(data))).getBestCmap()}
        for data in re.findall(r"data:font/woff2;base64,([^\"]+)", html)
    )
    assert {"黑", "体", "题", "目", "录"} <= sans and "衬" not in sans
    assert {"衬", "节", "话", "溪"} <= serif and "黑" not in serif
    assert "龘" not in sans | serif
    assert len(html) < 150_000


def test_everything_from_ledgers_is_escaped(notebook: Callable[..., NotebookNode], meta: ReportMeta) -> None:
    bad = '"><script>x</script>'
    cell = display.Cell(bad, bad, bad, bad, bad)
    shown = (
        display.Table(bad, bad, (display.Column(bad, bad),), ((cell,),), (bad,)),
        display.Prose((display.Block((display.Run(bad, bad), display.Run(bad, strong=True))),)),
        display.KeyFigures((display.KeyFigure(bad, bad, bad, bad, bad),)),
        display.Figure(bad, bad, bad, bad, '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    )
    html = render_html(notebook(*shown, text=f"## {bad}\n\n{bad}"), meta=meta)
    assert html.count("<script>") == 1  # our own
    assert "&lt;script&gt;" in html


def test_markdown_shows_raw_html_as_typed_and_fetches_nothing() -> None:
    html = render_markdown(
        "<b>a</b> ![图](https://example.org/a.png) ![](x.png) [l](javascript:x)", lang="zh"
    )
    assert html == "<p>&lt;b&gt;a&lt;/b&gt; [图] [x.png] l</p>\n"
    data = render_markdown("![点](data:image/png;base64,AA==)", lang="zh")
    assert data == '<p><img src="data:image/png;base64,AA==" alt="点" /></p>\n'


@pytest.mark.parametrize(("lang", "made"), [("zh", "<p>前后</p>\n"), ("en", "<p>前\n后</p>\n")])
def test_a_line_end_in_chinese_is_no_space(lang: str, made: str) -> None:
    assert render_markdown("前\n后", lang=lang) == made


def test_markdown_tables_scroll_in_their_own_region() -> None:
    html = render_markdown("| a |\n|---|\n| 1 |", lang="zh")
    assert html.startswith('<div class="scroll" role="region" tabindex="0" aria-label="') and html.endswith(
        "</table></div>\n"
    )


def test_columns_leave_room_for_their_longest_cell_and_head_up_to_a_limit() -> None:
    columns = (
        *(display.Column(name) for name in "abc"),
        display.Column("整改率", "%"),
        display.Column("头" * 9),
    )
    texts = ("一二三", "2021-03-05", "字" * 30, "9", "9")
    row = tuple(display.Cell(text) for text in texts)
    # 3 + 1.5; 10 x 0.56 + 1.5 = 7.1; 11 + 1.5; (3 + 0.56 + 1) + 1.5 = 6.06; 6 + 1.5
    assert measure_columns(display.Table("t", "", columns, (row,))) == (4.5, 7.1, 12.5, 6.1, 7.5)


def test_only_a_row_of_the_whole_area_stays_below(
    notebook: Callable[..., NotebookNode], meta: ReportMeta
) -> None:
    columns = tuple(display.Column(name) for name in ("镇", "数", "全域"))
    own = (display.Cell("甲"), display.Cell("1", 1, "f"), display.Cell("9", 9, "f", district="all"))
    area = (display.Cell("全域"), display.Cell("9", 9, "f", district="all"), display.Cell(""))
    html = render_html(notebook(display.Table("t", "题", columns, (own, area))), meta=meta)
    assert [row[:20].startswith(' class="total"') for row in html.split("<tr")[2:]] == [False, True]
    told = [row.get("data-district") for row in lxml_html.fromstring(html).xpath("//table//tr | //td")]
    assert told == [None, None, None, "all", "all", None, None]


def test_the_annex_is_folded_at_its_place(meta: ReportMeta) -> None:
    page = lxml_html.fromstring(render_html(build_annexed(), meta=meta))
    folds = page.xpath("//details[@class='annex']")
    assert [fold.get("open") for fold in folds] == [None] * 3
    assert [fold.xpath("string(summary)") for fold in folds] == [
        "统计细目：主要指标；附图1 题b", "统计细目：说明", "统计细目：附表1 超期未整改的隐患",
    ]  # fmt: skip
    assert [fold.xpath("string(preceding::*[self::h2 or self::h3][1])") for fold in folds] == [
        "一、甲", "（一）小节", "二、乙",
    ]  # fmt: skip
    assert [fold.xpath(".//@id")[0] for fold in (folds[0], folds[2])] == ["figure-b", "table-u"]
    assert "附件" not in page.xpath("string(//main)")


def test_nbconvert_finds_the_exporter(
    notebook: Callable[..., NotebookNode], meta: ReportMeta, root: Path
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = project["entry-points"]["nbconvert.exporters"]["taizhang"]
    exporter = nbconvert.get_exporter(named.replace(":", "."))
    assert exporter is HtmlExporter
    html, resources = exporter().from_notebook_node(notebook(), resources={"taizhang_meta": meta})
    assert html == render_html(notebook(), meta=meta)
    assert resources["output_extension"] == ".html"


def test_nbconvert_alone_reads_what_papermill_noted(notebook: Callable[..., NotebookNode]) -> None:
    made = notebook()
    with pytest.raises(RenderError, match="'district', 'period'"):
        HtmlExporter().from_notebook_node(made)
    parameters = {"district": "350921101", "period": "2021Q3", "lang": "en"}
    made.metadata["papermill"] = {"parameters": parameters}
    html, _ = HtmlExporter().from_notebook_node(made)
    assert '<html lang="en">' in html and "third quarter of 2021" in html and "30 September 2021" in html


def test_a_notebook_without_sections_is_a_page_all_the_same(meta: ReportMeta) -> None:
    bare = v4.new_notebook(cells=[v4.new_markdown_cell("只有一段话。")])
    assert "只有一段话。" in render_html(bare, meta=meta)


def test_the_words_of_scripts_are_in_the_font() -> None:
    page = assemble_page(
        '<body data-words="筛选" data-draft="草稿"><p class="serif">甲</p></body>',
        title="", lang="zh", version="", styles=(), scripts=(),
    )  # fmt: skip
    faces = [TTFont(BytesIO(b64decode(data))) for data in re.findall(r"font/woff2;base64,([^\"]+)", page)]
    sans, serif = ({chr(code) for code in face.getBestCmap()} for face in faces)
    assert set("筛选草稿") <= sans and "甲" in serif and "甲" not in sans


def test_columns_of_a_shaded_table_stand_close() -> None:
    """Two characters a line, a cell of 2.8 and 0.8 em; words of an alphabet stand on end; another has all its head."""
    columns = (display.Column("地区"), display.Column("校园 否决", "", "center"))
    rows = ((display.Cell("溪口镇"), display.Cell("100.0", 100)),)
    assert measure_columns(display.Table("t", "", columns, rows, shaded=True)) == (3.8, 3.6)
    english = (columns[0], display.Column("Drills evaluated %", "", "center"))
    narrow = ((rows[0][0], display.Cell("5", 5)),)
    assert measure_columns(display.Table("t", "", english, narrow, shaded=True)) == (3.8, 2.2)
    assert measure_columns(display.Table("t", "", columns, rows)) == (4.5, 7.1)


def test_cells_of_a_shaded_table_say_what_their_colour_means_and_keep_their_heads(
    notebook: Callable[..., NotebookNode], meta: ReportMeta
) -> None:
    """A telephone shows rows as cards: each cell has its role, and the table's style has its head."""
    columns = (display.Column("地区"), display.Column("演练 评估", "", "center"), display.Column('死"亡\\'))
    row = (
        display.Cell("溪口镇"),
        display.Cell("▼37.5", 37.5, "f", note="worse", district="1"),
        display.Cell("●3", 3.0, "g", note="red", district="1"),
    )
    for shaded in (True, False):
        html = render_html(notebook(display.Table("t", "题", columns, (row,), shaded=shaded)), meta=meta)
        ((_, worse, red),) = [
            row.xpath("./*")
            for row in lxml_html.fromstring(html).get_element_by_id("table-t").xpath(".//tbody/tr")
        ]
        table = worse.getparent().getparent().getparent()
        assert (table.get("style"), worse.get("role")) == (
            (r'--h2:"演练评估";--h3:"死\22 亡\5c "', "cell") if shaded else (None, None)
        )
        assert [row.get("data-district") for row in (worse.getparent(), worse, red)] == ["1", None, None]
        assert red.get("data-value") == "3" and ".as-cards:not(.alone) td:nth-child(3)::before" in html
        assert worse.text_content() == ("▼37.5 (比其余差)" if shaded else "▼37.5 (趋差)")
        assert red.text_content() == "●3 (严重)" and "red" in red.get("class", "")
