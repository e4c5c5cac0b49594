"""The first page as set: one page whatever it holds, in PDF, HTML and Word; its notes say who sees to a problem."""

import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pikepdf
import pypdfium2
import pytest
from brief_maker import make_brief
from docx import Document
from lxml import html
from nbformat import v4

from taizhang.core.briefs import Brief
from taizhang.core.display import Figure
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.report.brief import is_long, join_runs, set_brief
from taizhang.report.docx import render_docx
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import part_brief, read_blocks
from taizhang.report.notes import read_notes
from taizhang.report.pdf import render_pdf, render_pdfs
from taizhang.report.strip import draw_row

META = ReportMeta(
    title="滨江县应急管理年度评估", district="350921105", name="白鹭镇", period=parse_period("2021"), lang="zh",
    as_of=date(2021, 12, 31), version="0.1.0", made_on="2022-01-31", issuer="县应急管理局",
)  # fmt: skip


def build(brief: Brief) -> nbformat.NotebookNode:
    """A notebook as a review leaves it: all outputs have been JSON."""
    shown = v4.new_output("display_data", data=brief._repr_mimebundle_())
    cells = [
        v4.new_code_cell("narrative.write_brief(view)", outputs=[shown]),
        v4.new_markdown_cell("## 甲\n\n文字。"),
    ]
    return nbformat.from_dict(json.loads(json.dumps(v4.new_notebook(cells=cells))))


def read_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def squeeze(text: str) -> str:
    return "".join(text.split())


def test_it_comes_back_from_the_notebook_as_it_was() -> None:
    brief = make_brief(5)
    assert part_brief(read_blocks(build(brief), lang="zh"))[0] == brief


@pytest.mark.parametrize("style", ["modern", "gbt9704"])
@pytest.mark.parametrize(
    ("problems", "options"),
    [
        (0, {"rows": 12}),
        (1, {"subjects": 1}),
        (5, {"subjects": 5}),
        (5, {"subjects": 5, "long": 6}),  # more than a page: words go, the page stays one
        (2, {"rows": 0}),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_one_page(lang: str, problems: int, options: dict[str, int], style: str) -> None:
    brief = make_brief(problems, lang, **options)
    pdfs = render_pdfs(build(brief), meta=replace(META, lang=lang, style=style))
    alone, whole = read_pages(pdfs["brief"]), read_pages(pdfs["pdf"])
    assert len(alone) == 1
    # The page's last words stand on it, and the report goes on after it: without a cover.
    assert brief.keys[0] in alone[0] or not brief.strip
    assert "县应急管理局" in alone[0] and "县应急管理局" in whole[0]
    assert "文字。" not in whole[0] and any("文字。" in page for page in whole[1:])
    assert len([page for page in whole if brief.problems_title in page]) == 1
    text = squeeze(alone[0])
    assert squeeze(join_runs(brief.beside)) in text
    for problem in brief.problems:
        assert squeeze(problem.subjects[0].name) in text
    # Words are whole, or the page says where the rest is.
    cut = squeeze(brief.cut_note) in text
    whole_words = all(squeeze(join_runs(one.measure)) in text for one in brief.problems)
    names = all(squeeze(each.name) in text for one in brief.problems for each in one.subjects)
    assert cut == (options.get("long") == 6) or (lang == "en" and problems == 5)
    assert cut or (whole_words and names)
    assert "…" not in text


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "（按2022年3月2日所知）"), ("en", "(as known on 2 March 2022)")]
)
def test_it_says_of_which_day_it_was_known(lang: str, said: str) -> None:
    """It may be handed on alone."""
    then = replace(META, lang=lang, known_on=date(2022, 3, 2))
    pages = read_pages(render_pdfs(build(make_brief(3, lang)), meta=then)["brief"])
    assert len(pages) == 1 and squeeze(said) in squeeze(pages[0])
    head = html.fromstring(render_html(build(make_brief(3, lang)), meta=then)).find(".//header")
    assert head is not None and said in head.text_content()


def test_it_is_tagged_with_alternative_texts() -> None:
    with pikepdf.open(io.BytesIO(render_pdfs(build(make_brief(5)), meta=META)["brief"])) as pdf:
        text = "".join(
            str(thing.get("/Alt", "")) for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)
        )
        assert pdf.Root.MarkInfo.Marked
    assert text.count("隐患整改率：白鹭镇97.0。") == 12


def test_a_report_without_one_keeps_its_cover() -> None:
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("## 甲\n\n文字。")])
    assert set(render_pdfs(notebook, meta=META)) == {"pdf"}
    cover, text = read_pages(render_pdf(notebook, meta=META))
    assert "评估对象" in cover and "文字。" in text


def test_owner_and_due_come_from_the_note() -> None:
    measures = (("hazards_overdue", "镇应急办", "2022-03-31"),)
    page = set_brief(make_brief(5), replace(META, measures=measures))
    owners = [(one["owner"], one["due"]) for one in page["problems"]]
    assert owners == [("镇应急办", "2022-03-31"), *[("", "")] * 4]
    html = render_html(build(make_brief(5)), meta=replace(META, measures=measures))
    assert html.count("镇应急办") == 1
    document = Document(io.BytesIO(render_docx(build(make_brief(5)), meta=replace(META, measures=measures))))
    cells = [cell.text for table in document.tables for cell in table._cells]
    assert cells.count("镇应急办") == 1 and "97.0" in cells
    assert any(paragraph.text == "与上年相比：死亡多3人。" for paragraph in document.paragraphs)
    assert sum("等9处" in cell for cell in cells) == 5


def test_a_measure_of_no_rule_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "notes" / "2021"
    folder.mkdir(parents=True)
    book = SimpleNamespace(
        root=tmp_path,
        config=SimpleNamespace(lang="zh", reports=(), source=tmp_path),
        resolve_district=lambda place: place,
    )
    note = folder / "350921105.md"
    note.write_text("---\nmeasures:\n  hazards_overdue: {owner: 镇应急办, due: 2022-03-31}\n---\n", "utf-8")
    notes = read_notes(book, parse_period("2021"))  # type: ignore[arg-type]
    assert notes["350921105", "zh"].measures == (("hazards_overdue", "镇应急办", "2022-03-31"),)
    note.write_text("---\nmeasures:\n  hazards_overdu: {owner: 镇应急办}\n---\n", "utf-8")
    with pytest.raises(ParameterError, match="hazards_overdue"):
        read_notes(book, parse_period("2021"))  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [2, 3])
def test_its_own_words_before_a_measure_and_a_basis_take_room(place: int) -> None:
    """Whether a page is long is measured with the words that it shows, in its own language."""
    brief = make_brief(4, lang="en", subjects=2, rows=0)
    assert not is_long(brief)
    heads = list(brief.problem_heads)
    heads[place] = "What was asked of them and is to be done about it, and by whom, " * 6
    assert is_long(replace(brief, problem_heads=tuple(heads)))


def test_numbers_name_their_facts_in_html() -> None:
    html = render_html(build(make_brief(1)), meta=META)
    top = html[html.index('class="brief wrap"') : html.index('class="wrap layout"')]
    assert re.findall(r'data-fact="([\w.]+)">([^<]+)<', top)[:2] == [
        ("incidents.deaths", "3"),
        ("incidents.deaths", "3"),
    ]
    assert "<ol" in top and "1</b>" not in top  # one problem has no number


def test_dots_of_a_row_do_not_lie_on_one_another() -> None:
    row = make_brief(1).strip[0]
    svg = draw_row(row)
    dots = re.findall(r'class="other" cx="([\d.]+)" cy="([\d.]+)"', svg)
    assert len(dots) == len(set(dots)) == len(row.others)
    assert all(0 < float(down) < 18 and 0 < float(across) < 312 for across, down in dots)
    # A place of 1 is the right end, and 0 the line of the whole area.
    ends = re.findall(r'class="other" cx="([\d.]+)"', draw_row(replace(row, others=(-1.0, 1.0))))
    assert sorted(map(float, ends)) == [8.0, 304.0] and 'class="area" x1="156.0"' in svg


def test_a_report_of_the_workbook_s_own_begins_on_page_one() -> None:
    """Neither cover nor contents; with many sections it has contents, on the same page."""
    own = replace(META, report="fire", report_title="消防专报")
    few = v4.new_notebook(cells=[v4.new_markdown_cell("## 甲\n\n文字。")])
    (page,) = read_pages(render_pdf(few, meta=own))
    assert "消防专报" in page and "文字。" in page and "目录" not in page
    many = v4.new_notebook(cells=[v4.new_markdown_cell(f"## 第{n}节\n\n文字{n}。") for n in range(9)])
    first = read_pages(render_pdf(many, meta=own))[0]
    assert "消防专报" in first and "目录" in first
    document = Document(io.BytesIO(render_docx(few, meta=own)))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "目录" not in texts and "文字。" in texts
    assert not any(
        "w:br" in paragraph._p.xml and 'w:type="page"' in paragraph._p.xml
        for paragraph in document.paragraphs
    )


def test_an_official_report_has_its_figures_after_its_text() -> None:
    """And its contents name its parts alone; the modern style leaves both as they are."""
    notebook = build(make_brief(1))
    shown = Figure(
        "a",
        "各月多少？",
        "图。",
        "来源。",
        "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='60'/>",
    )
    cell = v4.new_code_cell("plot()", outputs=[v4.new_output("display_data", data=shown._repr_mimebundle_())])
    notebook.cells.insert(1, nbformat.from_dict(json.loads(json.dumps(cell))))
    notebook.cells.insert(1, v4.new_markdown_cell("## 乙\n\n乙文。\n\n### 丙"))
    for style, title in (("modern", "图 1"), ("gbt9704", "附图 1")):
        pages = read_pages(render_pdf(notebook, meta=replace(META, style=style)))
        text = "\n".join(pages[1:])
        assert squeeze(f"{title}各月多少？") in squeeze(text)
        where = squeeze(text).index(squeeze(f"{title}各月多少？"))
        assert (where > squeeze(text).index("文字。")) == (style == "gbt9704")
