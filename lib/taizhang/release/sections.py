"""The words of a review's pages, by report and section, for comparison."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

from lxml import html as lxml_html

_HEADINGS = ("h1", "h2", "h3")
_TEXTS = ("p", "li", "figcaption", "dt", "dd")
_OUT = ("script", "style", "svg", "nav", "table", "footer")


class Word(NamedTuple):
    """A paragraph that differs, or that only one of two reviews has: empty on the other side."""

    report: str  # such as 350921101.zh
    section: str
    before: str
    after: str


def compare_words(
    before: Path, after: Path, reports: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> list[Word]:
    """Compare the paragraphs of all reports that both reviews have as HTML, section by section.

    `reports` are those of the manifests. Tables and figures are left out: their numbers are facts.
    """
    found = []
    for name in sorted({*reports[0]} & {*reports[1]}):
        pages = [
            folder / file
            for folder, entries in zip((before, after), reports, strict=True)
            if (file := entries[name]["files"].get("html")) and (folder / file).is_file()
        ]
        if len(pages) == 2 and pages[0].read_bytes() != pages[1].read_bytes():
            found += _compare(name, read_sections(pages[0]), read_sections(pages[1]))
    return found


def read_sections(page: Path) -> dict[str, list[str]]:
    """The paragraphs of a page's main part by the heading above them."""
    tree = lxml_html.fromstring(page.read_bytes())
    main = tree.find(".//main")
    sections: dict[str, list[str]] = {}
    heading = ""
    for element in _walk(main if main is not None else tree):
        text = " ".join(element.text_content().split())
        if element.tag in _HEADINGS:
            heading = text
        elif text:
            sections.setdefault(heading, []).append(text)
    return sections


def _walk(element: Any) -> Any:
    """Headings and paragraphs in the order of the page; of nested ones the outer."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _OUT:
            continue
        if child.tag in (*_HEADINGS, *_TEXTS):
            yield child
        else:
            yield from _walk(child)


def _compare(report: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[Word]:
    found = []
    for section in dict.fromkeys((*before, *after)):
        old, new = before.get(section, []), after.get(section, [])
        for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if how == "equal":
                continue
            pairs = max(b - a, d - c)
            for at in range(pairs):
                one = old[a + at] if a + at < b else ""
                other = new[c + at] if c + at < d else ""
                found.append(Word(report, section, one, other))
    return found
