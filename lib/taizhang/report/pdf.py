"""An executed notebook as PDF, typeset by Typst.

The templates in `templates/typst` never change; a report's content is passed as JSON, so ledger text is data to
Typst and shows as typed. One compiler with the packaged fonts serves all reports of a process.
"""

import ctypes
import json
import re
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from operator import le
from typing import Any

import typst
from nbformat import NotebookNode

from taizhang.core.errors import RenderError
from taizhang.core.fonts import SANS, SERIF, find_covered
from taizhang.metadata.formats import format_date
from taizhang.metadata.words import label
from taizhang.report.annex import ANCHOR, put_annex_last
from taizhang.report.brief import set_brief
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import (
    FigureBlock,
    HeadingBlock,
    ReportBlock,
    TableBlock,
    part_brief,
    read_blocks,
)
from taizhang.report.pages import page_words
from taizhang.report.titles import write_approval, write_titles
from taizhang.report.typefaces import Typefaces, find_typefaces
from taizhang.report.typesetting import MODERN, OFFICIAL, Json, set_blocks

# Sizes of the body, in points, and pages, up to the annex and in all: type is as large as these allow. A bulletin of a
# month has two, an annual review is of about ten with its workings in an annex.
_BODY_SIZES = (10.5, 10.0, 9.5)
_BULLETIN_SIZES = (9.5, 9.0, 8.5, 8.0)
# GB/T 9704, 5.2.2: 3号, which may be adjusted where there is reason to, as in a long report: 4号.
_OFFICIAL_SIZES = (16.0, 14.0)
MOST_PAGES = {"month": (2, 2), "quarter": (8, 14), "half": (10, 18), "year": (12, 22)}
# Of a report without a first page: with fewer there is no need for contents.
MOST_HEADINGS = 8
# Runs for which Typst keeps a result that it doesn't meet again.
_RUNS_KEPT = 10


def render_pdf(notebook: NotebookNode, *, meta: ReportMeta) -> bytes:
    """Typeset an executed notebook as a tagged PDF (PDF/UA-1); equal input gives an identical file.

    It begins with its brief if it has one, otherwise with a cover.
    """
    return render_pdfs(notebook, meta=meta)["pdf"]


def render_pdfs(notebook: NotebookNode, *, meta: ReportMeta) -> dict[str, bytes]:
    """Render the report (``pdf``) and, if it has one, its first page separately (``brief``), as `render_pdf` does."""
    official = meta.style == "gbt9704"
    faces = find_typefaces(meta.fonts if official else "")
    blocks = read_blocks(notebook, lang=meta.lang, note=meta.note, apart=is_apart(meta))
    brief, blocks = part_brief(blocks)
    blocks = put_annex_last(blocks, meta.lang)
    plain = has_masthead(meta, brief)
    report = describe_report(meta) | {
        "masthead": plain,
        "contents": not plain or count_headings(blocks) > MOST_HEADINGS,
        "lists": meta.period.scale == "year"
        and not (plain or brief)  # lines of the text lead to what the annex has
        and any(isinstance(block, FigureBlock | TableBlock) for block in blocks),
        "faces": _name_faces(faces, official=official),
        "brief": set_brief(brief, meta) if brief else None,
        "alone": False,
        "blocks": set_blocks(blocks, lang=meta.lang, page=OFFICIAL if official else MODERN),
    }
    sizes: tuple[float, ...] = _BULLETIN_SIZES if report["short"] else _BODY_SIZES
    if official:
        sizes = _OFFICIAL_SIZES if brief and not report["short"] else _OFFICIAL_SIZES[:1]
    of_area = meta.name == meta.title  # as long as its districts need, in type that is read with ease
    pdfs: list[bytes] = []
    for size in sizes:
        pdfs.append(_compile(report | {"size": size}, "report.typ", faces, meta))
        most = MOST_PAGES[meta.period.scale]
        if plain and not official:
            continue
        if of_area or len(sizes) == 1 or all(map(le, count_pages(pdfs[-1]), most)):
            chosen = pdfs[-1]
            break
    else:
        # People wrote more than the pages hold: no need to read it in small type. But no page holds one table's end.
        fewest = plain or official or not (meta.note or report["short"])
        chosen = min(pdfs, key=lambda pdf: sum(count_pages(pdf))) if fewest else pdfs[0]
    done = {"pdf": chosen}
    if brief:
        done["brief"] = _compile(report | {"alone": True, "blocks": []}, "one.typ", faces, meta)
    _forget_earlier(faces)
    return done


def is_apart(meta: ReportMeta) -> bool:
    """Return whether figures and tables go into the annex, as in official documents."""
    return meta.style == "gbt9704" and meta.period.scale != "month"


def has_masthead(meta: ReportMeta, brief: object | None) -> bool:
    """Return whether a report begins with its title and continues below it: own reports without a first page."""
    return brief is None and bool(meta.report)


def count_headings(blocks: Sequence[ReportBlock]) -> int:
    return sum(isinstance(block, HeadingBlock) for block in blocks)


def count_pages(pdf: bytes) -> tuple[int, int]:
    """Return the pages of one of our PDFs up to and including the one on which its annex begins, and in all.

    Typst writes the page tree and the targets of links uncompressed.
    """
    tree = re.search(rb"/Type/Pages\b.*?/Count (\d+)/Kids\[([^\]]*)\]", pdf, re.DOTALL)
    assert tree is not None
    pages = re.findall(rb"(\d+) 0 R", tree[2])
    place = re.search(rb"/Dests<</Names\[[^\]]*\(%s\)(\d+) 0 R" % ANCHOR.encode(), pdf)
    if place is None:
        return len(pages), len(pages)
    page = re.search(rb"\n%s 0 obj\s*\[(\d+) 0 R" % place[1], pdf)
    assert page is not None
    return pages.index(page[1]) + 1, len(pages)


def _name_faces(faces: Typefaces, *, official: bool) -> Json:
    if official:
        return {"title": faces.title, "body": faces.body, "kai": faces.kai, "sans": faces.hei}
    return {"title": (SANS, SERIF), "body": (SERIF, SANS), "kai": (SERIF, SANS), "sans": (SANS, SERIF)}


def _compile(report: Json, template: str, faces: Typefaces, meta: ReportMeta) -> bytes:
    day, about = _read_day(meta.made_on) or meta.as_of, f"{meta.name} {meta.period}"
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        with _LOCK:
            pdf, warnings = _compiler(faces.folders).compile_with_warnings(
                _read_template(template),
                format="pdf",
                sys_inputs={"report": _encode(report)},
                pdf_standards=["ua-1"],
                timestamp=moment,
            )
    except typst.TypstError as error:
        said = error.message + (f" ({'; '.join(error.hints)})" if error.hints else "")
        raise RenderError("report.pdf.failed", name=about, said=said) from error
    if warnings:
        raise RenderError("report.pdf.warned", name=about, said=[w.message for w in warnings])
    assert isinstance(pdf, bytes)
    return pdf


def _forget_earlier(faces: Typefaces) -> None:
    """Have Typst let go of what it keeps of reports set, tens of megabytes each: of what its last ten runs used.

    What the next report shares with them, the template read again, costs less than this memory.
    """
    with _LOCK:
        for _ in range(_RUNS_KEPT + 1):
            _compiler(faces.folders).compile(b"", format="svg")
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def draw_png(svg: str, *, about: str, ppi: int = 200) -> tuple[bytes, float, float]:
    """Draw an SVG with the packaged fonts as a PNG; also return its width and height in mm. `about` names it in
    messages."""
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
        '#image(bytes(sys.inputs.svg), format: "svg")\n'
    )
    try:
        with _LOCK:
            png = _compiler(find_typefaces().folders).compile(
                source.encode(), format="png", ppi=ppi, sys_inputs={"svg": replace_missing(svg)}
            )
    except typst.TypstError as error:
        raise RenderError("report.picture.not_drawn", name=about, said=error.message) from error
    assert isinstance(png, bytes)
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    return png, width * 25.4 / ppi, height * 25.4 / ppi


# The compiler keeps its world in itself: one report at a time.
_LOCK = threading.Lock()


@lru_cache(maxsize=2)
def _compiler(folders: tuple[str, ...]) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True)


@lru_cache(maxsize=2)
def _read_template(name: str) -> bytes:
    folder = files("taizhang.report") / "templates" / "typst"
    return b"\n".join((folder / one).read_bytes() for one in ("brief.typ", name))


def _read_day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def describe_report(meta: ReportMeta) -> Json:
    """Say what a PDF or Word file says besides the notebook's content: title, cover, words, properties."""
    lang, shared = meta.lang, page_words(meta.lang)

    def word(key: str, **values: object) -> str:
        return label(f"report.{key}", lang, **values)

    period = meta.titled.label(lang)
    period = period[:1].upper() + period[1:]
    span = word("days", first=format_date(meta.titled.start, lang), last=format_date(meta.titled.end, lang))
    standing = word("approval", number=meta.approval) if meta.approval else shared["page.internal"]
    title, subtitle = write_titles(meta)
    of_area = meta.name == meta.title
    tail = meta.titled.label(lang) if subtitle == period else subtitle
    joined = ("　" if lang == "zh" else ", ").join(filter(None, (title, tail)))
    made = _read_day(meta.made_on)
    dated = [
        (shared["page.period"], period if meta.titled.kind == "days" else period + span),
        (shared["page.as_of"], format_date(meta.as_of, lang)),
    ]
    return {
        "lang": lang,
        "title": meta.title,
        "name": title,
        "subtitle": subtitle,
        "head": joined,
        "period": ""
        if not meta.has_period
        else span.strip("（）() ")
        if meta.titled.kind == "days"
        else period + span,
        "standing": standing,
        "foot": word("sample_mark") if meta.sample else "",
        "sample": meta.sample,
        "notices": [*([word("sample_note")] if meta.sample else []), *meta.unread],
        "style": meta.style,
        "draft": word("draft_mark") if meta.draft else "",
        # A bulletin of a month is of one district: what compares them has more figures than two pages hold.
        "short": meta.period.scale == "month" and not of_area,
        "cover": [
            *([] if of_area else [(word("district"), meta.name)]),
            *(dated if meta.has_period else []),
            (shared["page.use"], standing),
            *write_approval(meta),
            (word("made_with"), f"taizhang {meta.version}".strip()),
        ],
        "words": {key: word(key) for key in ("figure", "table", "sample_note", "figures", "tables")}
        | {key: shared[f"page.{key}"] for key in ("contents", "indicator", "value", "change")}
        | {key: shared[f"page.{key}"].format(number="") for key in ("annex_figure", "annex_table")},
        "document": {
            "title": joined,
            "author": meta.title,
            "subject": f"{meta.title}，{joined}" if lang == "zh" else f"{meta.title}: {joined}",
            "keywords": list(dict.fromkeys((meta.title, meta.name, meta.district, str(meta.period)))),
            "date": {"year": made.year, "month": made.month, "day": made.day} if made else None,
        },
    }


# ------------------------------------------------------------------ characters that the fonts lack


# Joiners, direction marks and variation selectors draw nothing; controls stand for a gap.
_UNDRAWN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad]+")
# What of these may stand in JSON, where controls are escaped.
_DOUBTFUL = re.compile(rf"\\[bfrtu]|{_UNDRAWN.pattern}|{_CONTROL.pattern}")


def _encode(report: Json) -> str:
    """A report as JSON, in which only the rare one that needs it is gone through text by text."""
    content = json.dumps(report, ensure_ascii=False)
    if _DOUBTFUL.search(content) or not find_covered().issuperset(map(ord, set(content))):
        content = json.dumps(replace_missing(report), ensure_ascii=False)
    return content


def replace_missing(value: Any) -> Any:
    """Replace a character that the fonts lack by its code point, as 〔U+1F600〕, so that nothing vanishes or fails."""
    if isinstance(value, dict):
        return {key: replace_missing(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [replace_missing(item) for item in value]
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    text = _CONTROL.sub(" ", _UNDRAWN.sub("", value.replace("\r\n", "\n").replace("\t", " ")))
    missing = {c for c in set(text) if ord(c) not in find_covered() and c != "\n"}
    for character in missing:
        text = text.replace(character, f"〔U+{ord(character):04X}〕")
    return text
