"""An executed notebook as a Word file, for those who must edit it: real headings, captions, tables and fields.

Pictures are PNG drawn by Typst from the same SVG. Fonts are named, not embedded: Word has its own 宋体 and 黑体.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from nbformat import NotebookNode

from taizhang.report.docx_notes import add_footnote
from taizhang.report.docx_xml import (
    add_field,
    add_link,
    add_mark,
    begin_field,
    indent_characters,
    name_bookmark,
    rule_table,
    set_face,
)
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import read_blocks
from taizhang.report.pdf import describe_report, draw_png, replace_missing
from taizhang.report.typesetting import MODERN, OFFICIAL, Json, Page, set_blocks, tabulate_cards

_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
_TAGS = {"zh": "zh-CN", "en": "en-GB"}
# A zip's own beginning of time: bytes must not tell when they were made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HIGHEST_MM = 105.0


@dataclass(frozen=True)
class _Look:
    """Faces (Latin, Chinese), sizes (pt) and margins (mm: top, bottom, left, right) of a style."""

    body: tuple[str, str]
    heads: tuple[tuple[str, str], ...]
    head_sizes: tuple[float, ...]
    title: tuple[str, str]
    title_size: float
    body_size: float
    line_pt: float
    colour: str
    margins: tuple[float, float, float, float]
    page: Page


_SONG, _HEI = ("Times New Roman", "宋体"), ("Arial", "黑体")
_FANG, _KAI = ("Times New Roman", "仿宋_GB2312"), ("Times New Roman", "楷体_GB2312")
_LOOKS = {
    "modern": _Look(
        _SONG, (_HEI,) * 4, (16, 13, 11.5, 10.5), _HEI, 26, 10.5, 18, "1F4E79", (28, 25, 25, 25), MODERN
    ),
    "gbt9704": _Look(
        _FANG,
        (("Arial", "黑体"), _KAI, _FANG, _FANG),
        (16, 16, 16, 16),
        ("Times New Roman", "方正小标宋简体"),
        22,
        16,
        28.95,
        "000000",
        (37, 35, 28, 26),
        OFFICIAL,
    ),
}


def render_docx(notebook: NotebookNode, *, meta: ReportMeta) -> bytes:
    """Write an executed notebook as a Word file, equal byte for byte for equal input.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed.
    meta : ReportMeta

    Returns
    -------
    bytes
        An Office Open XML document: styles, numbered headings, a table of contents, captions with fields,
        tables whose head repeats, pictures with alternative text. Ledger text shows as typed.

    Raises
    ------
    RenderError
        If the notebook has an error, or a picture can't be drawn.
    """
    look = _LOOKS[meta.style]
    blocks = read_blocks(notebook, lang=meta.lang, note=meta.note)
    report = replace_missing(describe_report(meta))
    content = cast(list[Json], replace_missing(set_blocks(blocks, lang=meta.lang, page=look.page)))
    writer = _Writer(look, meta.lang, report)
    writer.write_front(content)
    for block in content:
        writer.write(block)
    return _pack(writer.document)


def _pack(document: WordDocument) -> bytes:
    """The document's zip with its parts in order and no times."""
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # or else the zip would tell the system it was made on
            target.writestr(info, source.read(name))
    return packed.getvalue()


class _Writer:
    """Writes blocks, as from `set_blocks`, into a document."""

    def __init__(self, look: _Look, lang: str, report: Json) -> None:
        self.document = Document()
        self._look, self._lang, self._report = look, lang, report
        self._pictures = 0
        self._bookmarks = 0
        self._set_styles()
        self._set_section(self.document.sections[0], turned=False)
        self._write_furniture(self.document.sections[0])
        self._describe()

    # ---------------------------------------------------------------- the document as a whole

    def _describe(self) -> None:
        about, core = self._report["document"], self.document.core_properties
        core.title, core.author, core.subject = about["title"], about["author"], about["subject"]
        core.keywords, core.language = ", ".join(about["keywords"]), _TAGS[self._lang]
        core.comments, core.last_modified_by = "", about["author"]
        day = about["date"] or {"year": 1980, "month": 1, "day": 1}
        core.created = core.modified = datetime(**day, tzinfo=UTC)
        core.revision = 1

    def _set_styles(self) -> None:
        look, styles = self._look, self.document.styles
        normal = cast(ParagraphStyle, styles["Normal"])
        set_face(normal, look.body, look.body_size)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:eastAsia"), "zh-CN")
        normal.element.get_or_add_rPr().append(language)
        normal.paragraph_format.space_after = Pt(0)
        body = cast(ParagraphStyle, styles["Body Text"])
        set_face(body, look.body, look.body_size)
        body.paragraph_format.space_after = Pt(0 if look.page.plain else 6)
        body.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        body.paragraph_format.line_spacing = Pt(look.line_pt)
        if self._lang == "zh":
            body.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            indent_characters(body, 2)
        for level, (face, size) in enumerate(zip(look.heads, look.head_sizes, strict=True), start=1):
            style = cast(ParagraphStyle, styles[f"Heading {level}"])
            set_face(style, face, size, colour=look.colour if level < 3 else "000000")
            style.font.bold = style.font.italic = False
            style.paragraph_format.keep_with_next = True
            official = look.page.plain
            style.paragraph_format.space_before = Pt(0 if official else (22, 15, 12, 10)[level - 1])
            style.paragraph_format.space_after = Pt(0 if official else (9, 6, 5, 5)[level - 1])
            if official:
                style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
                style.paragraph_format.line_spacing = Pt(look.line_pt)
                indent_characters(style, 2)
        for name, size in (("Title", look.title_size), ("Subtitle", 15.0)):
            style = cast(ParagraphStyle, styles[name])
            set_face(style, look.title, size, colour=look.colour)
            style.font.bold = style.font.italic = False
            style.paragraph_format.space_after = Pt(8)
            borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
            if borders is not None:
                style.element.get_or_add_pPr().remove(borders)
        caption = cast(ParagraphStyle, styles["Caption"])
        set_face(caption, _HEI, 9, colour="000000")
        caption.font.bold = False
        caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(4)
        for name, size in (("Table Text", 9.0), ("Source", 8.0)):
            style = cast(ParagraphStyle, styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
            style.base_style = styles["Normal"]
            set_face(style, look.body if look.page.plain else _HEI, size)
            style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(1.5)
        for name in ("List Bullet", "List Number"):
            set_face(cast(ParagraphStyle, styles[name]), look.body, look.body_size)

    def _set_section(self, section: Section, *, turned: bool) -> None:
        width, height = (297, 210) if turned else (210, 297)
        section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(width), Mm(height)
        top, bottom, left, right = self._look.margins
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)

    def _write_furniture(self, section: Section) -> None:
        """Running head and foot; a draft says so on every page."""
        words = [self._report["head"], self._report["standing"], self._report["draft"].replace("　", "")]
        official = self._look.page.plain
        sides = [(section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT)]
        if official:
            # GB/T 9704, 7.5: odd pages right and even ones left, the dash 7 mm below the text.
            self.document.settings.odd_and_even_pages_header_footer = True
            section.footer_distance = Mm(self._look.margins[1] - 7 - 5)
            sides.append((section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
        for header, footer, outer in sides:
            head, foot = header.paragraphs[0], footer.paragraphs[0]
            head.style = foot.style = self.document.styles["Source"]
            head.add_run("　".join(filter(None, words)))
            if official:
                self._write_official_number(foot, outer)
                continue
            foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
            add_field(foot, "PAGE", "1")
            if self._report["foot"]:
                foot.add_run(f"　{self._report['foot']}")

    def _write_official_number(self, foot: Paragraph, outer: WD_ALIGN_PARAGRAPH) -> None:
        """The page's number in 4号 between dashes, a character from the outer edge."""
        foot.alignment = outer
        foot.paragraph_format.left_indent = foot.paragraph_format.right_indent = Pt(14)
        mark = self._report["foot"]
        if mark and outer == WD_ALIGN_PARAGRAPH.RIGHT:
            foot.add_run(f"{mark}　")
        number = len(foot.runs)
        foot.add_run("— ")
        add_field(foot, "PAGE", "1")
        foot.add_run(" —")
        for run in foot.runs[number:]:
            run.font.size = Pt(14)
        if mark and outer == WD_ALIGN_PARAGRAPH.LEFT:
            foot.add_run(f"　{mark}")

    def write_front(self, content: Sequence[Json]) -> None:
        """Title, what the cover says, and the contents, which Word can bring up to date."""
        report, document = self._report, self.document
        document.add_paragraph(report["title"], style="Source")
        document.add_paragraph(report["name"], style="Title")
        document.add_paragraph(report["subtitle"], style="Subtitle")
        if report["sample"]:
            document.add_paragraph(report["words"]["sample_note"], style="Normal")
        for what, said in report["cover"]:
            document.add_paragraph(
                f"{what}：{said}" if self._lang == "zh" else f"{what}: {said}", style="Normal"
            )
        if report["short"]:
            return
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        self._write_contents([block for block in _flatten(content) if block["type"] == "heading"])

    def _write_contents(self, headings: Sequence[Json]) -> None:
        """A field with its entries in place, so that it reads well before anybody updates it."""
        title = self.document.add_paragraph(self._report["words"]["contents"], style="Subtitle")
        title.paragraph_format.keep_with_next = True
        shown = [heading for heading in headings if heading["level"] <= 2]
        for at, heading in enumerate(shown):
            entry = self.document.add_paragraph(style="Normal")
            entry.paragraph_format.left_indent = Pt(18 * (heading["level"] - 1))
            if at == 0:
                begin_field(entry, 'TOC \\o "1-2" \\n \\h \\z')
            add_link(entry, heading["text"], anchor=name_bookmark(heading["anchor"]))
            if at == len(shown) - 1:
                add_mark(entry, "end")
        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    # ---------------------------------------------------------------- blocks

    def write(self, block: Json, *, level: int = 0) -> None:
        """Write one block; `level`: how deep in lists it is."""
        match block["type"]:
            case "heading":
                heading = self.document.add_heading(level=min(block["level"], 4))
                self._add_bookmark(heading, block["anchor"], block["text"])
            case "paragraph":
                self._add_runs(self.document.add_paragraph(style="Body Text"), block["runs"])
            case "note":
                self._add_runs(self.document.add_paragraph(style="Source"), block["runs"])
            case "list":
                self._write_list(block, level)
            case "quote":
                for node in block["nodes"]:
                    self.write(node, level=level)
            case "code":
                self.document.add_paragraph(block["text"], style="Source")
            case "table":
                self._write_table(block)
            case "figure":
                self._write_figure(block)
            case "cards":
                self._write_cards(block["items"])
            case "turned":
                self._write_turned(block["blocks"])

    def _write_list(self, block: Json, level: int) -> None:
        for number, item in enumerate(block["items"], start=block["start"]):
            for at, node in enumerate(item):
                if node["type"] != "paragraph":
                    self.write(node, level=level + 1)
                    continue
                # Numbers are written out: Word would go on counting from the list before.
                style = "Normal" if block["ordered"] or at else "List Bullet"
                paragraph = self.document.add_paragraph(style=style)
                if block["ordered"] and at == 0:
                    paragraph.add_run(f"{number}. ")
                if style == "Normal":
                    paragraph.paragraph_format.left_indent = Pt(18)
                if level:
                    paragraph.paragraph_format.left_indent = Pt(18 * (level + 1))
                self._add_runs(paragraph, node["runs"])

    def _write_turned(self, blocks: Sequence[Json]) -> None:
        self._set_section(self.document.add_section(WD_SECTION.NEW_PAGE), turned=True)
        for block in blocks:
            self.write(block)
        self._set_section(self.document.add_section(WD_SECTION.NEW_PAGE), turned=False)

    def _write_caption(self, word: str, block: Json, *, above: bool) -> None:
        caption = self.document.add_paragraph(style="Caption")
        caption.paragraph_format.keep_with_next = above
        start = self._start_bookmark(caption, block["anchor"])
        caption.add_run(word if self._lang == "zh" else f"{word} ")
        add_field(caption, f"SEQ {word} \\* ARABIC", str(block["number"]))
        self._end_bookmark(caption, start)
        caption.add_run(f"　{block['title']}")

    def _write_figure(self, block: Json) -> None:
        image, width, height = draw_png(block["svg"], about=block["title"])
        room = self._look.page.upright_mm
        shown = min(room, width, width * _HIGHEST_MM / height)
        paragraph = self.document.add_paragraph(style="Normal")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next, paragraph.paragraph_format.space_before = True, Pt(6)
        picture = paragraph.add_run().add_picture(io.BytesIO(image), width=Mm(shown))
        self._pictures += 1
        properties = picture._inline.docPr
        properties.set("name", block["anchor"])
        properties.set("descr", block["alt"])
        self._write_caption(self._report["words"]["figure"], block, above=bool(block["source"]))
        if block["source"]:
            source = self.document.add_paragraph(block["source"], style="Source")
            source.alignment = WD_ALIGN_PARAGRAPH.CENTER
            source.paragraph_format.space_after = Pt(10)

    def _write_table(self, block: Json) -> None:
        if "title" in block:
            self._write_caption(self._report["words"]["table"], block, above=True)
        columns, rows = block["columns"], block["rows"]
        table = self.document.add_table(rows=1 + len(rows), cols=len(columns))
        table.autofit = False
        total = sum(column["weight"] for column in columns)
        page = self._look.page
        room = page.turned_mm if block["turned"] else page.upright_mm
        widths = [Mm(room * column["weight"] / total) for column in columns]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        heads = [
            column["label"] + (f"（{column['unit']}）" if self._lang == "zh" else f" ({column['unit']})")
            if column["unit"]
            else column["label"]
            for column in columns
        ]
        cells = list(table._cells)
        for at, text in enumerate([*heads, *(cell["text"] for row in rows for cell in row)]):
            place = at % len(columns)
            self._fill_cell(cells[at], text, columns[place]["align"], widths[place], block["size"])
            cells[at].paragraphs[0].runs[0].bold = True if at < len(columns) else None
        for at, row in enumerate(table.rows):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if at == 0:
                properties.append(OxmlElement("w:tblHeader"))
        rule_table(table._tbl)
        for note in block["notes"] or [""]:
            paragraph = self.document.add_paragraph(note, style="Source")
            paragraph.paragraph_format.space_after = Pt(6)

    def _fill_cell(self, cell: _Cell, text: str, align: str, width: Length, size: float) -> None:
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.style = self.document.styles["Table Text"]
        paragraph.alignment = _ALIGN[align]
        for at, line in enumerate(text.split("\n")):
            run = paragraph.add_run()
            run.font.size = Pt(size)
            if at:
                run.add_break(WD_BREAK.LINE)
            run.add_text(line)

    def _write_cards(self, cards: Sequence[Json]) -> None:
        """Key figures as a table without a caption, which can be edited; cards can't."""
        columns, rows = tabulate_cards(cards, self._lang)
        weighed = [column | {"weight": weight} for column, weight in zip(columns, (3, 2, 4), strict=False)]
        self._write_table({"columns": weighed, "rows": rows, "notes": [], "size": 9.0, "turned": False})

    # ---------------------------------------------------------------- runs, links, bookmarks

    def _add_runs(self, paragraph: Paragraph, runs: Sequence[Json]) -> None:
        for run in runs:
            if "footnote" in run:
                add_footnote(paragraph, run["footnote"], "".join(part["text"] for part in run["runs"]))
                continue
            link = run.get("link", "")
            if link:
                target = {"anchor": name_bookmark(link[1:])} if link.startswith("#") else {}
                if not target:
                    target = {
                        "relation": paragraph.part.relate_to(
                            link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
                        )
                    }
                add_link(paragraph, run["text"], **target)
                continue
            for at, line in enumerate(run["text"].split("\n")):
                if at:
                    paragraph.add_run().add_break(WD_BREAK.LINE)
                written = paragraph.add_run(line)
                written.bold = bool(run.get("strong")) or None
                written.italic = bool(run.get("em")) or None
                written.font.strike = bool(run.get("strike")) or None

    def _add_bookmark(self, paragraph: Paragraph, anchor: str, text: str) -> None:
        start = self._start_bookmark(paragraph, anchor)
        paragraph.add_run(text)
        self._end_bookmark(paragraph, start)

    def _start_bookmark(self, paragraph: Paragraph, anchor: str) -> str:
        self._bookmarks += 1
        start = OxmlElement("w:bookmarkStart")
        start.set(qn("w:id"), str(self._bookmarks))
        start.set(qn("w:name"), name_bookmark(anchor))
        paragraph._p.append(start)
        return str(self._bookmarks)

    def _end_bookmark(self, paragraph: Paragraph, number: str) -> None:
        end = OxmlElement("w:bookmarkEnd")
        end.set(qn("w:id"), number)
        paragraph._p.append(end)


def _flatten(blocks: Sequence[Json]) -> list[Json]:
    return [
        inner for block in blocks for inner in (block["blocks"] if block["type"] == "turned" else [block])
    ]
