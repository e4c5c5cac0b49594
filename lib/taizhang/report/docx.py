"""An executed notebook as a Word file, for editing: real headings, captions, tables and fields.

Styles, page, header and footer come from a base document, which an office can replace. Pictures are PNGs that Typst
draws from the same SVG.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from nbformat import NotebookNode

from taizhang.core.errors import RenderError
from taizhang.report.annex import put_annex_last
from taizhang.report.brief import set_brief
from taizhang.report.docx_notes import add_footnote
from taizhang.report.docx_xml import (
    add_field,
    add_link,
    add_mark,
    add_page_number,
    begin_field,
    name_bookmark,
    shade_cell,
)
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import part_brief, read_blocks
from taizhang.report.pdf import (
    MOST_HEADINGS,
    count_headings,
    describe_report,
    draw_png,
    has_masthead,
    is_apart,
    replace_missing,
)
from taizhang.report.typesetting import (
    MODERN,
    OFFICIAL,
    Json,
    Page,
    break_stretches,
    set_blocks,
    tabulate_cards,
)

# Fill and ink of a shaded table's cells, as in the PDF.
_SHADES = {
    "red": ("A3161A", "FFFFFF"),
    "amber": ("F4C463", "3D2600"),
    "worse": ("FBD9C4", "8A2F07"),
    "better": ("CFE4F3", "0A4A78"),
}
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
_TAGS = {"zh": "zh-CN", "en": "en-GB"}
# A zip's own beginning of time: bytes must not tell when they were made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HIGHEST_MM = 105.0


# The package's base documents, made by tools/make_word_base.py.
BASES = Path(__file__).parent / "templates" / "word"
# In a base's running head and foot: where a report's words go.
HEAD, FOOT = "{head}", "{foot}"
INDENTED, RULED = "Body Text Indented", "Ruled Table"
_STYLES = (
    "Normal", "Body Text", INDENTED, "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Title", "Subtitle",
    "Caption", "Source", "Table Text", "List Bullet", RULED,
)  # fmt: skip


def render_docx(notebook: NotebookNode, *, meta: ReportMeta) -> bytes:
    """Write an executed notebook as a Word file; equal input gives an identical file.

    Styles, numbered headings, a table of contents, captions with fields, tables whose head repeats, pictures with
    alternative text. Ledger text shows as typed.
    """
    document = _open_base(Path(meta.word_base) if meta.word_base else BASES / f"{meta.style}.docx")
    page = _measure_page(document.sections[0], OFFICIAL if meta.style == "gbt9704" else MODERN)
    brief, blocks = part_brief(read_blocks(notebook, lang=meta.lang, note=meta.note, apart=is_apart(meta)))
    blocks = put_annex_last(blocks, meta.lang)
    report = replace_missing(describe_report(meta))
    content = cast(list[Json], replace_missing(set_blocks(blocks, lang=meta.lang, page=page)))
    writer = _Writer(document, page, meta.lang, report)
    if brief:
        writer.write_brief(replace_missing(set_brief(brief, meta)))
    plain = has_masthead(meta, brief)
    contents = not report["short"] and (not plain or count_headings(blocks) > MOST_HEADINGS)
    writer.write_front(content, cover=brief is None, plain=plain, contents=contents)
    for block in content:
        writer.write(block)
    return pack_document(document)


def _open_base(path: Path) -> WordDocument:
    try:
        document = Document(io.BytesIO(path.read_bytes()))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        raise RenderError("report.word.unreadable", file=path.name) from None
    if lacking := [name for name in _STYLES if name not in document.styles]:
        raise RenderError("report.word.no_style", file=path.name, names=lacking)
    for element in list(document.element.body):
        if element.tag != qn("w:sectPr"):  # sample text that helps whoever edits the styles
            document.element.body.remove(element)
    return document


def _measure_page(section: Section, usual: Page) -> Page:
    """The page as the base has it; how a table's type shrinks is as usual."""
    wide, high = section.page_width or Mm(210), section.page_height or Mm(297)
    beside = (section.left_margin or 0) + (section.right_margin or 0)
    above = (section.top_margin or 0) + (section.bottom_margin or 0)
    sizes = [round(Length(size).mm, 1) for size in (wide - beside, high - beside, high - above, wide - above)]
    return replace(
        usual, upright_mm=sizes[0], turned_mm=sizes[1], upright_high_mm=sizes[2], turned_high_mm=sizes[3]
    )


def pack_document(document: WordDocument) -> bytes:
    """The document's zip file with its parts in order and no timestamps."""
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
    """Writes blocks, as returned by `set_blocks`, into a document."""

    def __init__(self, document: WordDocument, page: Page, lang: str, report: Json) -> None:
        self.document, self._page, self._lang, self._report = document, page, lang, report
        self._pictures = 0
        self._bookmarks = 0
        self._body = INDENTED if lang == "zh" else "Body Text"
        self._fill_furniture(document.sections[0])
        self._describe()

    def _describe(self) -> None:
        about, core = self._report["document"], self.document.core_properties
        core.title, core.author, core.subject = about["title"], about["author"], about["subject"]
        core.keywords, core.language = ", ".join(about["keywords"]), _TAGS[self._lang]
        core.comments, core.last_modified_by = "", about["author"]
        day = about["date"] or {"year": 1980, "month": 1, "day": 1}
        core.created = core.modified = datetime(**day, tzinfo=UTC)
        core.revision = 1

    def _fill_furniture(self, section: Section) -> None:
        """Running head and foot; a draft says so on every page, whether its base has a place for it or not."""
        said = (self._report["head"], self._report["standing"], self._report["draft"].replace("　", ""))
        for place, words, parts in (
            (HEAD, "　".join(filter(None, said)), (section.header, section.even_page_header)),
            (FOOT, self._report["foot"], (section.footer, section.even_page_footer)),
        ):
            runs = [run for part in parts if not part.is_linked_to_previous
                    for paragraph in part.paragraphs for run in paragraph.runs if place in run.text]  # fmt: skip
            for run in runs:
                run.text = run.text.replace(place, words) if words else ""
            if words and not runs:
                parts[0].add_paragraph(words, style="Source")

    def _turn(self) -> None:
        """The other way round from here on."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.page_width, section.page_height = section.page_height, section.page_width
        turned = section.orientation == WD_ORIENT.LANDSCAPE
        section.orientation = WD_ORIENT.PORTRAIT if turned else WD_ORIENT.LANDSCAPE

    def write_brief(self, brief: Json) -> None:
        """The first page: its head and verdict, the states, problems and indicators as tables, which can be edited."""
        head, document = brief["head"], self.document
        document.add_paragraph(head["title"], style="Source")
        document.add_paragraph(head["name"], style="Title")
        document.add_paragraph(f"{head['subtitle']}{head['joint']}{head['one_page']}", style="Subtitle")
        for notice in self._report["notices"]:
            document.add_paragraph(notice, style="Normal")
        # The status is words here: what is not yet said leaves room to write.
        about = [(what, said or "　" * 6) for what, said in head["about"]]
        document.add_paragraph(
            "　".join(f"{what}{head['colon']}{said}" for what, said in about), style="Source"
        )
        document.add_paragraph("".join(brief["verdict"]), style="Normal").runs[0].bold = True
        states = brief["statuses"]
        self._write_plain([one["label"] for one in states], [
            ["\n".join(filter(None, (one["value"], one["mark"], one["note"]))) for one in states]
        ], [1.0] * len(states))  # fmt: skip
        if brief["beside"]:
            document.add_paragraph(brief["beside"], style="Normal")
        self._write_lead(
            brief["problems_title"], brief["problems_note"] if brief["problems"] else brief["none"]
        )
        if brief["problems"]:
            rows = [
                [
                    f"{one['mark']}\n{one['title']}",
                    "\n".join(_tell_subjects(one, head)),
                    one["basis"], one["measure"], one["owner"], one["due"],
                ]
                for one in brief["problems"]
            ]  # fmt: skip
            self._write_plain(brief["problem_heads"], rows, [2.2, 3.0, 2.2, 2.2, 1.2, 1.0])
        if brief["others"]:
            document.add_paragraph(brief["others"], style="Source")
        if brief["well"]:
            self._write_lead(brief["well_title"], "")
        for one in brief["well"]:
            paragraph = document.add_paragraph(style="Normal")
            paragraph.add_run(f"{one['title']}　").bold = True
            paragraph.add_run(one["text"])
        if brief["strip"]:
            self._write_lead(brief["strip_title"], brief["strip_note"])
            rows = [[one["label"], *one["values"]] for one in brief["strip"]]
            self._write_plain(brief["strip_heads"][:4], rows, [3.0, 1.0, 1.0, 1.2], right=True)
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _write_lead(self, title: str, note: str) -> None:
        paragraph = self.document.add_paragraph(style="Normal")
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run(title).bold = True
        if note:
            paragraph.add_run(f"　{note}")

    def _write_plain(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        weights: Sequence[float],
        *,
        right: bool = False,
    ) -> None:
        """A small table without a caption; `right`: its numbers, all columns but the first, are flush right."""
        columns = [
            {"label": head, "unit": "", "align": "right" if right and at else "left", "weight": weight}
            for at, (head, weight) in enumerate(zip(heads, weights, strict=True))
        ]
        cells = [[{"text": text, "note": ""} for text in row] for row in rows]
        self._write_table({"columns": columns, "rows": cells, "notes": [], "size": 9.0, "turned": False})

    def write_front(self, content: Sequence[Json], *, cover: bool, plain: bool, contents: bool) -> None:
        """Title and what the cover says, and the contents, which Word can bring up to date.

        `plain`: what follows goes on below the title.
        """
        if cover:
            self._write_cover()
        if not contents:
            return
        if cover and not plain:
            self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        self._write_contents([block for block in _flatten(content) if block["type"] == "heading"])

    def _write_cover(self) -> None:
        report, document = self._report, self.document
        document.add_paragraph(report["title"], style="Source")
        document.add_paragraph(report["name"], style="Title")
        if report["subtitle"]:
            document.add_paragraph(report["subtitle"], style="Subtitle")
        for notice in report["notices"]:
            document.add_paragraph(notice, style="Normal")
        for what, said in report["cover"]:
            document.add_paragraph(
                f"{what}：{said}" if self._lang == "zh" else f"{what}: {said}", style="Normal"
            )

    def _write_contents(self, headings: Sequence[Json]) -> None:
        """A field with its entries in place, so that it reads well before anybody updates it."""
        title = self.document.add_paragraph(self._report["words"]["contents"], style="Subtitle")
        title.paragraph_format.keep_with_next = True
        shown = [heading for heading in headings if heading["level"] <= 2]
        for at, heading in enumerate(shown):
            entry = self.document.add_paragraph(style="Normal")
            entry.paragraph_format.left_indent = Pt(18 * (heading["level"] - 1))
            if at == 0:
                begin_field(entry, 'TOC \\o "1-2" \\h \\z')
            place = name_bookmark(heading["anchor"])
            add_link(entry, heading["text"], anchor=place, plain=True)
            add_page_number(entry, place, at=Mm(self._page.upright_mm))
            if at == len(shown) - 1:
                add_mark(entry, "end")
        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def write(self, block: Json, *, level: int = 0) -> None:
        """Write one block; `level`: how deep in lists it is."""
        match block["type"]:
            case "heading":
                heading = self.document.add_heading(level=min(block["level"], 4))
                self._add_bookmark(heading, block["anchor"], block["text"])
            case "paragraph":
                self._add_runs(self.document.add_paragraph(style=self._body), block["runs"])
            case "note" | "pointer":
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
        self._turn()
        for block in blocks:
            self.write(block)
        self._turn()

    def _write_caption(self, kind: str, block: Json, *, above: bool) -> None:
        word = self._report["words"][f"annex_{kind}" if block["annex"] else kind]
        caption = self.document.add_paragraph(style="Caption")
        caption.paragraph_format.keep_with_next = above
        start = self._start_bookmark(caption, block["anchor"])
        # "Figure A" of the annex and its number are one.
        caption.add_run(word if self._lang == "zh" or block["annex"] else f"{word} ")
        add_field(caption, f"SEQ {word.replace(' ', '_')} \\* ARABIC", str(block["number"]))
        self._end_bookmark(caption, start)
        caption.add_run(f"　{block['title']}")

    def _write_figure(self, block: Json) -> None:
        image, width, height = draw_png(block["svg"], about=block["title"])
        room = self._page.upright_mm
        shown = min(room, width, width * _HIGHEST_MM / height)
        paragraph = self.document.add_paragraph(style="Normal")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next, paragraph.paragraph_format.space_before = True, Pt(6)
        picture = paragraph.add_run().add_picture(io.BytesIO(image), width=Mm(shown))
        self._pictures += 1
        properties = picture._inline.docPr
        properties.set("name", block["anchor"])
        properties.set("descr", block["alt"])
        self._write_caption("figure", block, above=bool(block["source"]))
        if block["source"]:
            source = self.document.add_paragraph(block["source"], style="Source")
            source.alignment = WD_ALIGN_PARAGRAPH.CENTER
            source.paragraph_format.space_after = Pt(10)

    def _write_table(self, block: Json) -> None:
        if "title" in block:
            self._write_caption("table", block, above=True)
        columns, rows = block["columns"], block["rows"]
        table = self.document.add_table(rows=1 + len(rows), cols=len(columns), style=RULED)
        table.autofit = False
        total = sum(column["weight"] for column in columns)
        room = self._page.turned_mm if block["turned"] else self._page.upright_mm
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
        if block.get("shaded"):
            for cell, place in zip((one for row in rows for one in row), cells[len(columns) :], strict=True):
                if cell["note"] in _SHADES:
                    shade_cell(place, *_SHADES[cell["note"]])
        for at, row in enumerate(table.rows):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if at == 0:
                properties.append(OxmlElement("w:tblHeader"))
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
            run.add_text(break_stretches(line))

    def _write_cards(self, cards: Sequence[Json]) -> None:
        """Key figures as a table without a caption, which can be edited; cards can't."""
        columns, rows = tabulate_cards(cards, self._lang)
        weighed = [column | {"weight": weight} for column, weight in zip(columns, (3, 2, 4), strict=False)]
        self._write_table({"columns": weighed, "rows": rows, "notes": [], "size": 9.0, "turned": False})

    def _add_runs(self, paragraph: Paragraph, runs: Sequence[Json]) -> None:
        for run in runs:
            if "footnote" in run:
                add_footnote(paragraph, run["footnote"], "".join(part["text"] for part in run["runs"]))
                continue
            link = run.get("link", "")
            if link:
                if link.startswith("#"):
                    add_link(paragraph, run["text"], anchor=name_bookmark(link[1:]))
                else:
                    relation = paragraph.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
                    add_link(paragraph, run["text"], relation=relation)
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


def _tell_subjects(problem: Json, head: Json) -> list[str]:
    """Say what a problem is about, a line each, and how many there are where these are not all."""
    told = [_tell_subject(one, head) for one in problem["subjects"]]
    return [*told, problem["more"]] if problem["total"] > len(told) else told


def _tell_subject(subject: Json, head: Json) -> str:
    about = head["comma"].join(filter(None, (subject["what"], subject["amount"])))
    return head["colon"].join(filter(None, (subject["name"], about)))


def _flatten(blocks: Sequence[Json]) -> list[Json]:
    return [
        inner for block in blocks for inner in (block["blocks"] if block["type"] == "turned" else [block])
    ]
