"""An executed notebook as PDF, set by Typst.

The template `templates/typst/report.typ` never changes; a report's content goes in as JSON, so ledger text is
data to Typst and shows as typed. One compiler with the packaged fonts serves all reports of a process.
"""

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from unicodedata import east_asian_width

import typst
from fontTools.ttLib import TTFont
from nbformat import NotebookNode

from taizhang import display
from taizhang.errors import RenderError, list_values
from taizhang.fonts import sans_path, serif_path
from taizhang.metadata.formats import format_date
from taizhang.metadata.words import label
from taizhang.report.markdown import read_nodes
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import (
    Block,
    FigureBlock,
    HeadingBlock,
    KeyFiguresBlock,
    MarkdownBlock,
    ProseBlock,
    TableBlock,
    read_blocks,
)
from taizhang.report.pages import page_words
from taizhang.report.titles import write_titles

Json = dict[str, Any]

# Width of the text on an upright and on a turned A4 page, and the sizes a table may be set in.
_UPRIGHT_MM, _TURNED_MM = 160.0, 247.0
_TABLE_SIZES = (9.0, 8.5, 8.0, 7.5)
_MM_PER_PT = 25.4 / 72
# A column of text may be narrowed to this many em; numbers and short words are never broken.
_LEAST_TEXT_EM = 7.0
_INSET_EM = 1.1
# A bulletin of a month has neither cover nor contents.
_SHORT_DAYS = 31


def render_pdf(notebook: NotebookNode, *, meta: ReportMeta) -> bytes:
    """Set an executed notebook as a tagged PDF (PDF/UA-1), equal byte for byte for equal input.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed.
    meta : ReportMeta

    Returns
    -------
    bytes
        The PDF.

    Raises
    ------
    RenderError
        If the notebook has an error, shows nothing, or Typst can't set it.
    """
    blocks = read_blocks(notebook, lang=meta.lang)
    report = _describe_report(meta) | {"blocks": _turn_wide(_set_blocks(blocks, meta.lang))}
    content = json.dumps(_replace_missing(report), ensure_ascii=False)
    return _compile(
        content, timestamp=_read_day(meta.made_on) or meta.as_of, about=f"{meta.name} {meta.period}"
    )


def _compile(content: str, *, timestamp: date, about: str) -> bytes:
    moment = datetime(timestamp.year, timestamp.month, timestamp.day, tzinfo=UTC)
    try:
        with _LOCK:
            pdf, warnings = _compiler().compile_with_warnings(
                _template(),
                format="pdf",
                sys_inputs={"report": content},
                pdf_standards=["ua-1"],
                timestamp=moment,
            )
    except typst.TypstError as error:
        raise RenderError(
            f"Typst could not set the PDF of {about}: {error.message}"
            + (f" ({'; '.join(error.hints)})" if error.hints else "")
        ) from error
    if warnings:
        raise RenderError(
            f"Typst set the PDF of {about} but warns: {list_values(w.message for w in warnings)}"
        )
    assert isinstance(pdf, bytes)
    return pdf


# The compiler keeps its world in itself: one report at a time.
_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=list(dict.fromkeys((sans_path().parent, serif_path().parent))),
    )
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True)


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (files("taizhang.report") / "templates" / "typst" / "report.typ").read_bytes()


def _read_day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _describe_report(meta: ReportMeta) -> Json:
    """All that the template shows besides the notebook's content."""
    lang, shared = meta.lang, page_words(meta.lang)

    def word(key: str, **values: object) -> str:
        return label(f"report.{key}", lang, **values)

    period = meta.period.label(lang)
    span = word("days", first=format_date(meta.period.start, lang), last=format_date(meta.period.end, lang))
    standing = word("approval", number=meta.approval) if meta.approval else shared["page.internal"]
    title, subtitle = write_titles(meta)
    of_area = meta.name == meta.title
    joined = f"{title}　{subtitle}" if lang == "zh" else f"{title}, {subtitle}"
    made = _read_day(meta.made_on)
    return {
        "lang": lang,
        "title": meta.title,
        "name": title,
        "subtitle": subtitle,
        "head": joined,
        "standing": standing,
        "foot": word("sample_mark") if meta.sample else "",
        "sample": meta.sample,
        "short": meta.period.days <= _SHORT_DAYS,
        "cover": [
            *([] if of_area else [(word("district"), meta.name)]),
            (shared["page.period"], period if meta.period.kind == "days" else period + span),
            (shared["page.as_of"], format_date(meta.as_of, lang)),
            (shared["page.use"], standing),
            (word("made_with"), f"taizhang {meta.version}".strip()),
        ],
        "words": {key: word(key) for key in ("figure", "table", "sample_note")}
        | {"contents": shared["page.contents"]},
        "document": {
            "title": joined,
            "author": meta.title,
            "subject": f"{meta.title}，{joined}" if lang == "zh" else f"{meta.title}: {joined}",
            "keywords": list(dict.fromkeys((meta.title, meta.name, meta.district, str(meta.period)))),
            "date": {"year": made.year, "month": made.month, "day": made.day} if made else None,
        },
    }


def _set_blocks(blocks: Sequence[Block], lang: str) -> list[Json]:
    """The report's blocks as the template reads them."""
    done: list[Json] = []
    above = 0
    for block in blocks:
        match block:
            case HeadingBlock():
                # PDF/UA wants no level left out; Markdown's ## is the first.
                above = min(block.level - 1, above + 1)
                gap = "" if lang == "zh" and not block.number.endswith(".") else " "
                text = f"{block.number}{gap}{block.text}"
                done.append({"type": "heading", "level": above, "text": text, "anchor": block.anchor})
            case MarkdownBlock():
                done += [_set_markdown_table(node) for node in read_nodes(block.text, lang=lang)]
            case ProseBlock():
                done += _set_prose(block.prose)
            case TableBlock():
                done.append(_set_table(block.table))
            case FigureBlock(figure=figure):
                alt = figure.alt or figure.title
                done.append(
                    {
                        "type": "figure",
                        "title": figure.title,
                        "source": figure.source,
                        "alt": alt,
                        "svg": figure.svg,
                    }
                )
            case KeyFiguresBlock():
                done.append({"type": "cards", "items": [asdict(item) for item in block.figures.items]})
    return done


def _set_prose(prose: display.Prose) -> list[Json]:
    """Paragraphs and notes; list items that follow each other become one list."""
    nodes: list[Json] = []
    for block in prose.blocks:
        runs = [{"text": run.text, "strong": run.strong} for run in block.runs]
        if block.kind == "li":
            if not nodes or nodes[-1]["type"] != "list":
                nodes.append({"type": "list", "ordered": False, "start": 1, "items": []})
            nodes[-1]["items"].append([{"type": "paragraph", "runs": runs}])
        else:
            nodes.append({"type": "note" if block.kind == "note" else "paragraph", "runs": runs})
    return nodes


def _set_table(table: display.Table) -> Json:
    columns = [asdict(column) for column in table.columns]
    rows = [[{"text": cell.text, "note": cell.note} for cell in row] for row in table.rows]
    return {
        "type": "table",
        "title": table.title,
        "notes": list(table.notes),
        "rows": rows,
        **fit_columns(columns, rows, wide=table.wide),
    }


def _set_markdown_table(node: Json) -> Json:
    """A table written in Markdown has no caption, and is set upright."""
    if node["type"] != "table":
        return node
    return node | fit_columns(node["columns"], node["rows"]) | {"notes": [], "turned": False}


def fit_columns(columns: Sequence[Json], rows: Sequence[Sequence[Json]], *, wide: bool = False) -> Json:
    """Share a table's width among its columns, and choose its type size and whether its page is turned.

    Parameters
    ----------
    columns : sequence of dict
        label, unit and align of each.
    rows : sequence of sequences of dict
        Cells, with their text.
    wide : bool
        Turn the page in any case.

    Returns
    -------
    dict
        columns (with their weight, in em), size (points) and turned. Numbers and single words never break:
        where they don't fit upright at the smallest size, the page is turned.
    """
    texts = [[row[at]["text"] for row in rows] for at in range(len(columns))]
    heads = [f"{c['label']} ({c['unit']})" if c["unit"] else str(c["label"]) for c in columns]
    insets = [_INSET_EM + _read_gap(columns, at) for at in range(len(columns))]
    whole = [
        inset + max([_measure_head(head), *map(_measure, cells)])
        for inset, head, cells in zip(insets, heads, texts, strict=True)
    ]
    least = [
        inset + min(max(map(_measure_unbroken, [head, *cells])), width)
        for inset, head, cells, width in zip(insets, heads, texts, whole, strict=True)
    ]
    least = [
        min(width, max(need, _LEAST_TEXT_EM)) if column["align"] == "left" else width
        for column, need, width in zip(columns, least, whole, strict=True)
    ]
    choices = [(_TURNED_MM, size) for size in _TABLE_SIZES]
    if not wide:
        choices = [(_UPRIGHT_MM, size) for size in _TABLE_SIZES] + choices
    fitting = ((width, size) for width, size in choices if sum(least) <= width / (size * _MM_PER_PT))
    width, size = next(fitting, choices[-1])
    room = width / (size * _MM_PER_PT)
    weights = _share_width(whole, least, room)
    return {
        "columns": [dict(c) | {"weight": round(w, 3)} for c, w in zip(columns, weights, strict=True)],
        "size": size,
        "turned": width == _TURNED_MM,
    }


def _read_gap(columns: Sequence[Json], at: int) -> float:
    """Words that follow a number set flush right stand a little further off, as in the template."""
    return 0.8 if at > 0 and (columns[at - 1]["align"], columns[at]["align"]) == ("right", "left") else 0.0


def _share_width(whole: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Each column at least its least width; what is left is shared evenly by those whose text would break."""
    widths = list(least)
    spare = room - sum(least)
    wanting = [at for at in range(len(whole)) if whole[at] > widths[at]]
    while wanting and spare > 1e-6:
        part = min(spare / len(wanting), min(whole[at] - widths[at] for at in wanting))
        for at in wanting:
            widths[at] += part
        spare -= part * len(wanting)
        wanting = [at for at in wanting if whole[at] - widths[at] > 1e-6]
    return widths


_WIDE = ("W", "F", "A")


def _measure(text: str) -> float:
    """Estimated width of a line in em of Noto Sans SC: Chinese 1, the rest a little over its mean."""
    return max(map(_measure_line, text.split("\n")))


def _measure_line(line: str) -> float:
    wide = [east_asian_width(character) in _WIDE for character in line]
    seams = sum(left != right for left, right in pairwise(wide))  # Typst sets a quarter em between scripts
    return sum(1.0 if one else 0.6 for one in wide) + 0.25 * seams


def _measure_unbroken(text: str) -> float:
    """Width of the longest stretch that a line end can't part: a word, a number, a Chinese character."""
    return max((_measure(part) for part in _UNBROKEN.findall(text)), default=0.0)


_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\S")


def _measure_head(head: str) -> float:
    """A column's head may take two lines, parted between words; a short one takes one."""
    width = _measure(head)
    return width if width <= 4 else max(_measure_unbroken(head), width / 2 + 0.5)


def _turn_wide(blocks: Sequence[Json]) -> list[Json]:
    """Put each turned table on a turned page, with the headings and sentence just above it."""
    done: list[Json] = []
    for block in blocks:
        if not block.get("turned"):
            done.append(block)
            continue
        lead: list[Json] = []
        while done and done[-1]["type"] == "heading":
            lead.insert(0, done.pop())
        if done and done[-1]["type"] == "turned":
            done[-1]["blocks"] += [*lead, block]
        else:
            done.append({"type": "turned", "blocks": [*lead, block]})
    return done


# ------------------------------------------------------------------ characters that the fonts lack


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """Code points that both fonts draw, as figures are set in the one and text in the other."""
    both: list[set[int]] = []
    for path in (sans_path(), serif_path()):
        with TTFont(path, lazy=True) as font:
            both.append(set(font.getBestCmap()))
    return frozenset(both[0] & both[1])


# Joiners, direction marks and variation selectors draw nothing; controls stand for a gap.
_UNDRAWN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad]+")


def _replace_missing(value: Any) -> Any:
    """Show a character that the fonts lack by its code point, as 〔U+1F600〕: nothing vanishes, nothing fails."""
    if isinstance(value, dict):
        return {key: _replace_missing(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_missing(item) for item in value]
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    text = _CONTROL.sub(" ", _UNDRAWN.sub("", value.replace("\r\n", "\n").replace("\t", " ")))
    missing = {c for c in set(text) if ord(c) not in _covered() and c != "\n"}
    for character in missing:
        text = text.replace(character, f"〔U+{ord(character):04X}〕")
    return text
