"""What python-docx does not support: fields, links and bookmarks, as Office Open XML."""

from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph


def name_bookmark(anchor: str) -> str:
    """A valid bookmark name: Word allows letters, digits and underscores, at most 40."""
    return anchor.replace("-", "_")[:40]


def add_link(
    paragraph: Paragraph, text: str, *, anchor: str = "", relation: str = "", plain: bool = False
) -> None:
    """A link; `plain`: in the colour of the surrounding text."""
    link = OxmlElement("w:hyperlink")
    if anchor:
        link.set(qn("w:anchor"), anchor)
    if relation:
        link.set(qn("r:id"), relation)
    run = paragraph.add_run(text)
    if not plain:
        run.font.color.rgb = RGBColor.from_string("1F4E79")
    link.append(run._r)
    paragraph._p.append(link)


def add_mark(paragraph: Paragraph, kind: str, *, stale: bool = False) -> None:
    """Mark where a field begins, separates or ends; Word updates a `stale` field when it opens the file."""
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    if stale:
        mark.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(mark)


def begin_field(paragraph: Paragraph, instruction: str, *, stale: bool = False) -> None:
    add_mark(paragraph, "begin", stale=stale)
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {instruction} "
    paragraph.add_run()._r.append(text)
    add_mark(paragraph, "separate")


def add_page_number(paragraph: Paragraph, bookmark: str, *, at: Length) -> None:
    """Add the page number of a bookmark, which only Word knows, flush right after a dotted line."""
    paragraph.paragraph_format.tab_stops.add_tab_stop(at, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    paragraph.add_run("\t")
    begin_field(paragraph, f"PAGEREF {bookmark} \\h", stale=True)
    add_mark(paragraph, "end")


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field with its present content."""
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
