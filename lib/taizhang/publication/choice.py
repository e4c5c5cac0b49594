"""Which releases may be published (the approved ones), and which of their files (those that show no rows)."""

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html
from lxml.html import HtmlElement

from taizhang.core.reasons import LANGUAGES, Reason
from taizhang.metadata.words import label
from taizhang.release.folders import Release
from taizhang.report.formats import PAGES
from taizhang.report.pages import page_words

# Numbers for others; what lists single rows, or is for the office's own use, stays there.
NUMBERS = ("facts.csv", "facts.parquet", "facts.xlsx", "comparison.csv", "comparison.xlsx", "dictionary.csv")
ERRATA = ("erratum.zh.html", "erratum.en.html", "erratum.csv")
_LINK = re.compile(r'(<a\b[^>]*?)\s+href="([^"]*)"')


def list_public(release: Release) -> list[str]:
    """The files of a release that may be published, by path: reports, their signed copies, numbers and errata."""
    pages = [
        file
        for one in release.manifest["reports"].values()
        for form, file in one["files"].items()
        if form in PAGES
    ]
    pages += [name for name, plain in release.signed.items() if plain in pages]
    return [name for name in (*sorted(pages), *NUMBERS, *ERRATA) if name in release.files]


def find_objection(release: Release, *, approval: bool) -> Reason | None:
    """Why a release is not published: a page is marked as a draft, or does not say that it is approved."""
    drafts, silent, unknown = list[str](), list[str](), list[str]()
    for name, one in release.manifest["reports"].items():
        file = one["files"].get("html", "")
        if not file:
            unknown.append(name)
            continue
        page = lxml_html.document_fromstring((release.folder / file).read_text("utf-8"))
        if page.xpath("//body[@data-draft]"):
            drafts.append(name)
        if not says_approved(page, one["lang"]):
            silent.append(name)
    if drafts:
        return Reason("publication.publish.draft", name=release.name, reports=tuple(drafts))
    if unknown:
        return Reason("publication.publish.unknown", name=release.name, reports=tuple(unknown))
    if approval and silent:
        return Reason("publication.publish.not_approved", name=release.name, reports=tuple(silent))
    return None


def says_approved(page: HtmlElement, lang: str) -> bool:
    """Return whether a report's head says that it is approved, below its title or above its first page."""
    terms = [(term.text, term.getnext()) for term in page.iter("dt")]
    status, approved = label("brief.head.status", lang), label("brief.head.approved", lang)
    return any(
        term == label("report.approved", lang)
        or (term == status and said is not None and said.text == approved)
        for term, said in terms
    )


def shows_internal_maps(release: Release, names: Iterable[str]) -> bool:
    """Return whether a page has maps marked for internal use, for lack of an approval number."""
    marks = {f">{page_words(lang)['page.internal']}<" for lang in LANGUAGES}
    pages = ((release.folder / name).read_text("utf-8") for name in names if name.endswith(".html"))
    return any(mark in text for text in pages for mark in marks)


def cut_links(text: str, there: Iterable[str]) -> str:
    """A page without its links to files that are not published; nothing else is changed."""
    known = set(there)

    def keep(found: re.Match[str]) -> str:
        parts = urlsplit(unescape(found[2]))
        inside = not parts.scheme and not parts.netloc and parts.path
        return found[0] if not inside or unquote(parts.path) in known else f"{found[1]} hidden"

    return _LINK.sub(keep, text)
