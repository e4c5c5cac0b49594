"""An executed notebook as one self-contained HTML file."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from taizhang.core import display
from taizhang.core.briefs import Brief
from taizhang.core.errors import RenderError
from taizhang.core.periods import parse_period
from taizhang.metadata.formats import format_date
from taizhang.report.annex import name_folded
from taizhang.report.brief import KEYS, describe_head, find_owner, is_long, join_runs, shorten_measure
from taizhang.report.footnotes import TOKEN, Footnote
from taizhang.report.markdown import parse_markdown
from taizhang.report.meta import ReportMeta
from taizhang.report.notebook import (
    FigureBlock,
    HeadingBlock,
    MarkdownBlock,
    ProseBlock,
    ReportBlock,
    TableBlock,
    is_annexed,
    name_shown,
    part_brief,
    read_blocks,
)
from taizhang.report.pages import TAGS, assemble_page, page_words, render_body
from taizhang.report.strip import draw_key, draw_row
from taizhang.report.svg import embed_picture, share_looks, write_dark_colours
from taizhang.report.titles import write_approval, write_titles

_SCRIPT_WORDS = (
    "filter", "rows_shown", "enlarge", "close", "find", "find_in", "find_at", "find_none", "find_before", "find_after",
)  # fmt: skip

# Pictures that are in the text itself; of others a page must fetch nothing. An SVG may hold what acts.
_INLINE_PICTURE = re.compile("data:image/(?:png|jpe?g|gif|webp);")


def render_html(notebook: NotebookNode, *, meta: ReportMeta) -> str:
    """Render an executed notebook as one HTML file that loads nothing from elsewhere, the same for the same input.

    Fonts are reduced to the characters used; ledger text and raw HTML in Markdown are escaped.
    """
    words = page_words(meta.lang)
    brief, blocks = part_brief(read_blocks(notebook, lang=meta.lang, note=meta.note))
    lead, sections = _group_sections(blocks, meta.lang)
    title, subtitle = write_titles(meta)
    body = render_body(
        "report.html.j2",
        meta=meta,
        words=words,
        names={lang: page_words(lang)["page.language"] for lang in TAGS},
        tags=TAGS,
        name=title,
        subtitle=subtitle,
        as_of=format_date(meta.as_of, meta.lang),
        made_on=meta.made_on,
        approval=write_approval(meta),
        script_words=json.dumps({key: words[f"page.{key}"] for key in _SCRIPT_WORDS}, ensure_ascii=False),
        **(_show_brief(brief, meta) if brief else {"brief": None}),
        lead=lead,
        sections=sections,
        footnotes=_list_footnotes(blocks, meta.lang),
    )
    body, looks = share_looks(body)
    return assemble_page(
        body,
        title=" – ".join(dict.fromkeys(filter(None, (f"{title} {subtitle}".rstrip(), meta.title)))),
        lang=meta.lang,
        version=meta.version,
        styles=("base.css", "report.css", "brief.css"),
        scripts=("tables.js", "find.js", "report.js"),
        colours=f"{write_dark_colours()}\n{looks}\n{_label_cells(blocks)}",
    )


def _show_brief(brief: Brief, meta: ReportMeta) -> dict[str, Any]:
    """Prepare the first page, its charts by group, who deals with each problem, and the text of the head."""
    charts = [
        (group, [(row, embed_picture(draw_row(row), prefix="", label=row.alt)) for row in rows])
        for group, rows in groupby(brief.strip, key=lambda row: row.group)
    ]
    head = describe_head(meta)
    return {
        "brief": brief,
        "head": head,
        "about": head["about"],
        "tight": is_long(brief),
        "shorts": [shorten_measure(join_runs(one.measure), meta.lang) for one in brief.problems],
        "charts": charts,
        "owners": [find_owner(one, meta) for one in brief.problems],
        "keys": [
            (Markup(draw_key(mark).replace("<svg", '<svg aria-hidden="true"')), word)
            for mark, word in zip(KEYS, brief.keys, strict=True)
            if word
        ],
    }


def _list_footnotes(blocks: Sequence[ReportBlock], lang: str) -> list[tuple[int, Markup]]:
    """All footnotes, each once, by number."""
    found = {
        footnote.number: footnote.text
        for block in blocks
        if isinstance(block, MarkdownBlock)
        for footnote in block.footnotes
    }
    return [(number, render_markdown(text, lang=lang)) for number, text in sorted(found.items())]


class HtmlExporter(Exporter):
    """Entry point for nbconvert: ``jupyter nbconvert --to taizhang notebook.ipynb``.

    `resources["taizhang_meta"]` is the ReportMeta; without it, the page uses the notebook's own parameters.
    """

    export_from_notebook = "Taizhang report"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render a notebook; returns the HTML and nbconvert's resources."""
        copy, resources = super().from_notebook_node(nb, resources, **kwargs)
        meta = resources.get("taizhang_meta") or _read_meta(copy)
        return render_html(copy, meta=meta), resources


def _read_meta(notebook: NotebookNode) -> ReportMeta:
    """Return what Papermill noted of a run by hand."""
    known = notebook.metadata.get("papermill", {}).get("parameters", {})
    missing = [key for key in ("district", "period") if key not in known]
    if missing:
        raise RenderError("report.notebook.parameters", missing=missing)
    period = parse_period(known["period"])
    district = str(known["district"])
    return ReportMeta(
        title="",
        district=district,
        name=district,
        period=period,
        lang=known.get("lang", "zh"),
        as_of=date.fromisoformat(known["as_of"]) if "as_of" in known else period.end,
    )


@dataclass(frozen=True)
class Item:
    """A block ready for the template: its kind, and its content as HTML."""

    block: ReportBlock
    kind: str
    name: str = ""  # of a figure, a table or a fold
    html: str = ""
    picture: str = ""
    groups: tuple[dict[str, Any], ...] = ()
    widths: tuple[float, ...] = ()
    cards: str = ""  # classes of a table whose rows a phone shows as cards
    heads: str = ""  # its columns' heads, as properties of its style
    inside: tuple["Item", ...] = ()  # of a fold


@dataclass(frozen=True)
class Section:
    """A section: its heading, all its items (the heading first) and its subsections' headings."""

    heading: HeadingBlock
    items: tuple[Item, ...]
    below: tuple[HeadingBlock, ...]


def _group_sections(blocks: Sequence[ReportBlock], lang: str) -> tuple[list[Item], list[Section]]:
    """Return what comes before the first section, and the sections."""
    starts = [at for at, block in enumerate(blocks) if isinstance(block, HeadingBlock) and block.level == 2]
    lead = _fold_annex(
        [_make_item(block, lang) for block in blocks[: starts[0] if starts else len(blocks)]], lang
    )
    sections = []
    for start, end in pairwise([*starts, len(blocks)] if starts else []):
        inside = blocks[start:end]
        heading = inside[0]
        assert isinstance(heading, HeadingBlock)
        below = tuple(block for block in inside if isinstance(block, HeadingBlock) and block.level == 3)
        items = _fold_annex([_make_item(block, lang) for block in inside], lang)
        sections.append(Section(heading, tuple(items), below))
    return lead, sections


def _make_item(block: ReportBlock, lang: str) -> Item:
    kind = type(block).__name__
    if isinstance(block, MarkdownBlock):
        return Item(block, kind, html=render_markdown(block.text, lang=lang, footnotes=block.footnotes))
    if isinstance(block, FigureBlock):
        described_by = f"{block.anchor}-source" if block.figure.source else ""
        said = {"label": block.figure.alt, "described_by": described_by}
        picture = embed_picture(block.figure.svg, prefix=block.anchor, **said)
        if block.figure.narrow:
            narrow = embed_picture(block.figure.narrow, prefix=f"{block.anchor}-narrow", **said)
            picture = Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(picture, narrow)
        return Item(block, kind, picture=picture, name=name_shown(block, lang))
    if isinstance(block, ProseBlock):
        return Item(block, kind, groups=tuple(_group_paragraphs(block.prose)))
    if isinstance(block, TableBlock):
        table, widths = block.table, measure_columns(block.table)
        cards, heads = choose_cards(table, widths), _write_heads(table, lang)
        return Item(block, kind, widths=widths, cards=cards, heads=heads, name=name_shown(block, lang))
    return Item(block, kind)


def _fold_annex(items: Sequence[Item], lang: str) -> list[Item]:
    """Items of which those of the annex that follow each other are in a fold."""
    done: list[Item] = []
    for folded, group in groupby(items, key=lambda item: is_annexed(item.block)):
        inside = tuple(group)
        if not folded:
            done += inside
            continue
        title = name_folded([item.block for item in inside], lang)
        done.append(Item(inside[0].block, "Fold", name=title, inside=inside))
    return done


def measure_columns(table: display.Table) -> tuple[float, ...]:
    """Minimum width of each column in em: room for its longest cell up to 11 em, and 6 em of its head.

    Chinese may break between any two characters, so a browser would otherwise squeeze a column to a single character.
    Columns of a shaded table are narrow: their heads break only at spaces, or are turned upright if they are in Latin
    script.
    """
    widths = []
    for at, column in enumerate(table.columns):
        longest = max((_measure_text(row[at].text) for row in table.rows), default=0.0)
        if table.shaded:
            head = max(map(_measure_text, column.label.split()), default=0.0)
            if at and column.label.isascii():
                head = 1.4
            widths.append(round(max(longest, head) + 0.8, 1))
            continue
        head = _measure_text(column.label + column.unit) + 1
        widths.append(round(max(min(longest, 11), min(head, 6)) + 1.5, 1))
    return tuple(widths)


# What a phone screen has for a table, and for one of three cells beside each other, in em.
_SCREEN, _THIRD = 23.0, 9.5


def choose_cards(table: display.Table, widths: Sequence[float]) -> str:
    """Return the classes of a table that is too wide for a phone and is shown there as cards, one per row; '' if
    it fits.

    In a card with only short cells, three are side by side (`tiles`), or two if there are four; a card with one cell
    besides its head (`alone`) needs no label.
    """
    if not table.shaded and sum(widths) <= _SCREEN:
        return ""
    short = all(_measure_text(row[at].text) <= _THIRD for row in table.rows for at in range(1, len(row)))
    chosen = {
        "alone": len(table.columns) <= 2,
        "tiles": short or table.shaded,
        "two": len(table.columns) == 5,
        "shaded": table.shaded,
    }
    return " ".join(["as-cards", *(name for name, on in chosen.items() if on)])


def _write_heads(table: display.Table, lang: str) -> str:
    """A table's heads as properties of its style, which its cells, on cards, show before them."""
    unit = page_words(lang)["page.unit"]
    # Chinese heads of narrow columns have spaces to break at, which a line of its own does without.
    joint = "" if lang == "zh" and table.shaded else " "
    heads = [
        f"{one.label.replace(' ', joint)}{unit.format(unit=one.unit) if one.unit else ''}"
        for one in table.columns
    ]
    # In a style sheet's string, a sign may be told by its number.
    quoted = (re.sub(r"[\x00-\x1f\"\\]", lambda sign: f"\\{ord(sign[0]):x} ", head) for head in heads)
    return ";".join(f'--h{at}:"{head}"' for at, head in enumerate(quoted, 1) if at > 1)


def _label_cells(blocks: Sequence[ReportBlock]) -> str:
    """The style sheet that sets heads before cells of cards: said once, not in each of some thousand cells."""
    most = max((len(block.table.columns) for block in blocks if isinstance(block, TableBlock)), default=0)
    rules = (
        f".as-cards:not(.alone) td:nth-child({at})::before{{content:var(--h{at})}}"
        for at in range(2, most + 1)
    )
    return f"@media screen and (max-width:40rem){{{''.join(rules)}}}" if most > 1 else ""


def _measure_text(text: str) -> float:
    """Width in em, about: a Chinese character is one, a Latin one a little over half."""
    return sum(1 if ord(sign) > 0x2E7F else 0.56 for sign in text)


def _group_paragraphs(prose: display.Prose) -> Iterator[dict[str, Any]]:
    """List items that follow each other make one list."""
    for kind, parts in groupby(prose.blocks, key=lambda block: block.kind):
        yield {"kind": kind, "parts": list(parts)}


def render_markdown(text: str, *, lang: str, footnotes: Sequence[Footnote] = ()) -> Markup:
    """Render Markdown as HTML; raw HTML shows as typed, and external pictures become their alternative text.

    In Chinese, a line end within a paragraph is not a space.
    """
    tokens = parse_markdown(text, footnotes)
    unseen = {str(footnote.number) for footnote in footnotes if footnote.first}
    for token in tokens:
        if token.children:
            token.children = [_tame_token(child, lang, unseen) for child in token.children]
    html = RendererHTML().render(tokens, MarkdownIt("commonmark").options, {})
    name = page_words(lang)["page.scrolling"]
    start = f'<div class="scroll" role="region" tabindex="0" aria-label="{name}"><table class="sans">'
    html = html.replace("<table>", start).replace("</table>", "</table></div>")
    return Markup(html)


def _tame_token(token: Token, lang: str, unseen: set[str]) -> Token:
    if token.type == TOKEN:
        number = token.content
        place = f' id="footnote-ref-{number}"' if number in unseen else ""
        unseen.discard(number)
        link = f'<a href="#footnote-{number}" role="doc-noteref"{place}>{number}</a>'
        return Token("html_inline", "", 0, content=f'<sup class="sans">{link}</sup>')
    if token.type == "image" and not _INLINE_PICTURE.match(str(token.attrs.get("src", ""))):
        return Token("text", "", 0, content=f"[{token.content or token.attrs.get('src', '')}]")
    if token.type == "softbreak" and lang == "zh":
        return Token("text", "", 0, content="")
    return token
