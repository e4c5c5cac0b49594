"""What python-docx leaves to its users: fields, links, bookmarks, Chinese faces and rules, as Office Open XML."""

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph


def name_bookmark(anchor: str) -> str:
    """Word takes letters, digits and underscores, at most 40."""
    return anchor.replace("-", "_")[:40]


def set_face(style: ParagraphStyle, face: tuple[str, str], size: float, *, colour: str = "") -> None:
    """Latin and Chinese faces; a style's theme faces would win over both."""
    latin, chinese = face
    style.font.name, style.font.size = latin, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)


def indent_characters(style: ParagraphStyle, count: int) -> None:
    """First-line indent in characters, whatever their size; in points too, for programs that know no characters."""
    properties = style.element.get_or_add_pPr()
    indent = properties.find(qn("w:ind"))
    if indent is None:
        indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(100 * count))
    indent.set(qn("w:firstLine"), str(round(20 * count * style.font.size.pt)))


def rule_table(table: Any) -> None:
    """Three rules: over the head, under it, and under the last row; hairlines between rows."""
    properties = table.tblPr
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (("top", 8, "000000"), ("bottom", 8, "000000"), ("insideH", 2, "BFBFBF")):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", colour)):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)  # the schema's order
    # Columns are measured with half an em beside the text: more would part dates at their dashes.
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "70")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    layout.addnext(margins)


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
