"""What python-docx leaves to its users: fields, links and bookmarks, as Office Open XML."""

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph


def name_bookmark(anchor: str) -> str:
    """Word takes letters, digits and underscores, at most 40."""
    return anchor.replace("-", "_")[:40]


def add_link(paragraph: Paragraph, text: str, *, anchor: str = "", relation: str = "") -> None:
    link = OxmlElement("w:hyperlink")
    if anchor:
        link.set(qn("w:anchor"), anchor)
    if relation:
        link.set(qn("r:id"), relation)
    run = paragraph.add_run(text)
    run.font.color.rgb = RGBColor.from_string("1F4E79")
    link.append(run._r)
    paragraph._p.append(link)


def add_mark(paragraph: Paragraph, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)


def begin_field(paragraph: Paragraph, instruction: str) -> None:
    add_mark(paragraph, "begin")
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {instruction} "
    paragraph.add_run()._r.append(text)
    add_mark(paragraph, "separate")


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field with what it now shows."""
    begin_field(paragraph, instruction)
    paragraph.add_run(shown)
    add_mark(paragraph, "end")


def shade_cell(cell: _Cell, fill: str, ink: str) -> None:
    """Fill a table's cell, and colour its words (both as RRGGBB)."""
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
    for run in cell.paragraphs[0].runs:
        run.font.color.rgb = RGBColor.from_string(ink)
