"""Pages about releases: a title, some lines, links and tables, in single files that load nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from taizhang.core.reasons import Reason
from taizhang.core.version import __version__
from taizhang.metadata.formats import format_date
from taizhang.report.pages import TAGS, assemble_page, page_words, render_body


@dataclass(frozen=True)
class Link:
    """A link on a page, with a relative address."""

    text: str
    target: str


@dataclass(frozen=True)
class Cell:
    """A cell: its text or lines, its link, and the small print below."""

    text: str
    href: str = ""
    note: str = ""
    lines: Sequence[str] = ()
    right: bool = False
    code: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with lines, and a table if it has columns and rows."""

    title: str
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    links: Sequence[Link] = ()
    banner: str = ""


@dataclass(frozen=True)
class Page:
    """A page's content; `stem` is its file name without language and suffix."""

    lang: str
    title: str
    stem: str
    eyebrow: str = ""
    about: Sequence[str] = ()
    banner: str = ""
    links: Sequence[Link] = ()
    sections: Sequence[Section] = field(default_factory=tuple)
    sample: bool = False


def word(key: str, lang: str, **values: object) -> str:
    """A text of metadata/messages/release.yml, below `pages`."""
    return Reason(f"release.pages.{key}", **values).word(lang)


def say_at(made_at: str, lang: str) -> str:
    """The day and time of a release."""
    moment = datetime.fromisoformat(made_at)
    return word("made_at", lang, day=format_date(moment.date(), lang), time=f"{moment:%H:%M}")


def write_page(page: Page) -> str:
    """Write a page as HTML; the same content gives the same bytes."""
    words = page_words(page.lang)
    body = render_body(
        "release.html.j2",
        page=page,
        words=words,
        tags=TAGS,
        names={tongue: page_words(tongue)["page.language"] for tongue in TAGS},
        version=__version__,
    )
    return assemble_page(
        body,
        title=" – ".join(filter(None, (page.title, page.eyebrow))),
        lang=page.lang,
        version=__version__,
        styles=("base.css", "release.css"),
        scripts=(),
    )
