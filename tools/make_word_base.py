"""Make the base documents of Word reports: styles, page, running head and foot.

    python -m tools.make_word_base

writes `modern.docx` and `gbt9704.docx` to `lib/taizhang/report/templates/word/`. Fonts are named, not embedded: Word
has its own 宋体 and 黑体.
"""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from taizhang.report.docx import BASES, FOOT, HEAD, INDENTED, RULED, pack_document
from taizhang.report.docx_xml import add_field

_SONG, _HEI = ("Times New Roman", "宋体"), ("Arial", "黑体")
_FANG, _KAI = ("Times New Roman", "仿宋_GB2312"), ("Times New Roman", "楷体_GB2312")


@dataclass(frozen=True)
class Look:
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
    official: bool = False


LOOKS = {
    "modern": Look(_SONG, (_HEI,) * 4, (16, 13, 11.5, 10.5), _HEI, 26, 10.5, 18, "1F4E79", (28, 25, 25, 25)),
    # GB/T 9704-2012, 5.2: 天头 37 mm, 订口 28 mm, type area 156 x 225 mm.
    "gbt9704": Look(
        _FANG,
        (("Arial", "黑体"), _KAI, _FANG, _FANG),
        (16, 16, 16, 16),
        ("Times New Roman", "方正小标宋简体"),
        22,
        16,
        28.95,
        "000000",
        (37, 35, 28, 26),
        official=True,
    ),
}


def make_base(look: Look) -> bytes:
    document = Document()
    package = document.part.package
    assert package is not None
    for name, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[name]
    _set_styles(document, look)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    top, bottom, left, right = look.margins
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    _write_furniture(document, section, look)
    return pack_document(document)


def _get_style(document: WordDocument, name: str) -> ParagraphStyle:
    return cast(ParagraphStyle, document.styles[name])


def _set_styles(document: WordDocument, look: Look) -> None:
    normal = _get_style(document, "Normal")
    _set_face(normal, look.body, look.body_size)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.get_or_add_rPr().append(language)
    normal.paragraph_format.space_after = Pt(0)
    body = _get_style(document, "Body Text")
    _set_face(body, look.body, look.body_size)
    body.paragraph_format.space_after = Pt(0 if look.official else 6)
    _space_lines(body, look)
    indented = cast(ParagraphStyle, document.styles.add_style(INDENTED, WD_STYLE_TYPE.PARAGRAPH))
    indented.base_style = body
    indented.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _indent_characters(indented, 2, look.body_size)
    for level, (face, size) in enumerate(zip(look.heads, look.head_sizes, strict=True), start=1):
        style = _get_style(document, f"Heading {level}")
        _set_face(style, face, size, colour=look.colour if level < 3 else "000000")
        style.font.bold = style.font.italic = False
        style.paragraph_format.keep_with_next = True
        style.paragraph_format.space_before = Pt(0 if look.official else (22, 15, 12, 10)[level - 1])
        style.paragraph_format.space_after = Pt(0 if look.official else (9, 6, 5, 5)[level - 1])
        if look.official:
            _space_lines(style, look)
            _indent_characters(style, 2, size)
    for name, size in (("Title", look.title_size), ("Subtitle", 15.0)):
        style = _get_style(document, name)
        _set_face(style, look.title, size, colour=look.colour)
        style.font.bold = style.font.italic = False
        style.paragraph_format.space_after = Pt(8)
        properties = style.element.get_or_add_pPr()
        if (borders := properties.find(qn("w:pBdr"))) is not None:
            properties.remove(borders)
    caption = _get_style(document, "Caption")
    _set_face(caption, _HEI, 9, colour="000000")
    caption.font.bold = False
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(4)
    for name, size in (("Table Text", 9.0), ("Source", 8.0)):
        style = cast(ParagraphStyle, document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
        style.base_style = normal
        _set_face(style, look.body if look.official else _HEI, size)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(1.5)
    for name in ("List Bullet", "List Number"):
        _set_face(_get_style(document, name), look.body, look.body_size)
    _rule_tables(document)


def _space_lines(style: ParagraphStyle, look: Look) -> None:
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = Pt(look.line_pt)


def _set_face(style: ParagraphStyle, face: tuple[str, str], size: float, *, colour: str = "") -> None:
    """Latin and Chinese faces; a style's theme faces would win over both."""
    latin, chinese = face
    style.font.name, style.font.size = latin, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), chinese)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)


def _indent_characters(style: ParagraphStyle, count: int, size: float) -> None:
    """First-line indent in characters, whatever their size; in points too, for programs that know no characters."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(100 * count))
    indent.set(qn("w:firstLine"), str(round(20 * count * size)))


def _rule_tables(document: WordDocument) -> None:
    """Three rules: over the head, under it, and under the last row; hairlines between rows."""
    for other in [one for one in document.styles if one.type == WD_STYLE_TYPE.TABLE]:
        if other.name != "Normal Table":  # some forty, which no report uses
            other.delete()
    style = document.styles.add_style(RULED, WD_STYLE_TYPE.TABLE)
    style.base_style = document.styles["Normal Table"]
    # Columns are measured with half an em beside the text: more would part dates at their dashes.
    style.element.append(
        _make("tblPr",
              _make("tblBorders", *(_make(side, val="single", sz=size, space=0, color=colour) for side, size, colour in
                                    (("top", 8, "000000"), ("bottom", 8, "000000"), ("insideH", 2, "BFBFBF")))),
              _make("tblCellMar", *(_make(side, w=70, type="dxa") for side in ("left", "right"))))
    )  # fmt: skip


def _make(tag: str, *inside: Any, **attributes: object) -> Any:
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(inside)
    return element


def _write_furniture(document: WordDocument, section: Section, look: Look) -> None:
    """Running head and foot, with places for what a report says there."""
    sides = [(section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT)]
    if look.official:
        # GB/T 9704, 7.5: odd pages right and even ones left, the dash 7 mm below the text.
        document.settings.odd_and_even_pages_header_footer = True
        section.footer_distance = Mm(look.margins[1] - 7 - 5)
        sides.append((section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for header, footer, outer in sides:
        head, foot = header.paragraphs[0], footer.paragraphs[0]
        head.style = foot.style = document.styles["Source"]
        head.add_run(HEAD)
        if look.official:
            _write_official_number(foot, outer)
            continue
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        add_field(foot, "PAGE", "1")
        foot.add_run(f"　{FOOT}")


def _write_official_number(foot: Paragraph, outer: WD_ALIGN_PARAGRAPH) -> None:
    """The page's number in 4号 between dashes, a character from the outer edge."""
    foot.alignment = outer
    foot.paragraph_format.left_indent = foot.paragraph_format.right_indent = Pt(14)
    if outer == WD_ALIGN_PARAGRAPH.RIGHT:
        foot.add_run(f"{FOOT}　")
    number = len(foot.runs)
    foot.add_run("— ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" —")
    for run in foot.runs[number:]:
        run.font.size = Pt(14)
    if outer == WD_ALIGN_PARAGRAPH.LEFT:
        foot.add_run(f"　{FOOT}")


def read_parts(data: bytes) -> dict[str, bytes]:
    """The parts of a document by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def main() -> None:
    BASES.mkdir(parents=True, exist_ok=True)
    for name, look in LOOKS.items():
        Path(BASES / f"{name}.docx").write_bytes(make_base(look))


if __name__ == "__main__":
    main()
