"""Footnotes of a Word file, which python-docx does not support: a separate part, and marks in the text."""

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# Word wants the two rules above footnotes to be there, as the first two.
_EMPTY = (
    f'<w:footnotes xmlns:w="{_NAMESPACE}">'
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
    "</w:footnote></w:footnotes>"
)


def add_footnote(paragraph: Paragraph, number: int, text: str) -> None:
    """Add a footnote's mark at the end of a paragraph, and its words to the part with footnotes.

    Numbers begin with 1; Word counts the marks itself, in the same order. Without text, the footnote already
    exists, and a superscript number refers to it.
    """
    if not text:
        paragraph.add_run(str(number)).font.superscript = True
        return
    part = _find_part(paragraph)
    root = etree.fromstring(part.blob)
    inner = etree.SubElement(etree.SubElement(root, qn("w:footnote"), {qn("w:id"): str(number)}), qn("w:p"))
    mark = etree.SubElement(inner, qn("w:r"))
    raised = etree.SubElement(etree.SubElement(mark, qn("w:rPr")), qn("w:vertAlign"))
    raised.set(qn("w:val"), "superscript")
    etree.SubElement(mark, qn("w:footnoteRef"))
    run = etree.SubElement(inner, qn("w:r"))
    size = etree.SubElement(etree.SubElement(run, qn("w:rPr")), qn("w:sz"))
    size.set(qn("w:val"), "18")
    words = etree.SubElement(run, qn("w:t"))
    words.text = f" {text}"
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    reference = paragraph.add_run()
    reference.font.superscript = True
    element = OxmlElement("w:footnoteReference")
    element.set(qn("w:id"), str(number))
    reference._r.append(element)


def _find_part(paragraph: Paragraph) -> Part:
    """The document's part of footnotes, made where there is none yet."""
    document = paragraph.part
    for relation in document.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
            return relation.target_part
    package = document.package
    assert package is not None
    part = Part(PackURI("/word/footnotes.xml"), _TYPE, _EMPTY.encode(), package)
    document.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return part
