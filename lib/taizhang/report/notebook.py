"""An executed notebook as a list of typed blocks, the same for HTML and PDF.

Markdown in the other language, code, and printed output are left out; displayed output is read from the MIME types of
`taizhang.core.display`. Headings with nothing under them are removed, and the rest are numbered.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise, zip_longest
from typing import Any
from unicodedata import normalize

from lxml import html as lxml_html
from nbformat import NotebookNode

from taizhang.core import display
from taizhang.core.briefs import BRIEF, Brief
from taizhang.core.errors import RenderError
from taizhang.core.outside import quote_error, tell_error
from taizhang.core.reasons import suggest
from taizhang.core.records import restore
from taizhang.report.footnotes import Footnote, Numbers, check_footnotes, lift_footnotes, list_references
from taizhang.report.markdown import drop_comments, parse_markdown
from taizhang.report.numbering import make_anchor, write_number
from taizhang.report.pages import page_words
from taizhang.report.tags import LAB
from taizhang.settings.workbook import LANGS


@dataclass(frozen=True)
class HeadingBlock:
    """A numbered heading."""

    level: int  # 2 for a section, 3 for a subsection, as in Markdown
    text: str
    number: str  # ready to set before the text: 一、, （二）, 3. in Chinese; 1, 1.2 in English
    anchor: str  # unique


@dataclass(frozen=True)
class MarkdownBlock:
    """Markdown without headings; read it with `parse_markdown`."""

    text: str
    noted: bool = False  # from the report's note, otherwise the template's author wrote it
    footnotes: tuple[Footnote, ...] = ()  # those that it refers to


@dataclass(frozen=True)
class ProseBlock:
    """Sentences computed from facts; `stands_for`: the id of the figure or table that they replace."""

    prose: display.Prose
    stands_for: str = ""


@dataclass(frozen=True)
class TableBlock:
    """A table, its running number (from 1; those of the annex have their own) and its unique anchor."""

    table: display.Table
    number: int
    anchor: str


@dataclass(frozen=True)
class FigureBlock:
    """A figure (always SVG), its running number (from 1; those of the annex have their own) and its unique anchor."""

    figure: display.Figure
    number: int
    anchor: str


@dataclass(frozen=True)
class KeyFiguresBlock:
    """The cards of key figures."""

    figures: display.KeyFigures


@dataclass(frozen=True)
class BriefBlock:
    """The first page."""

    brief: Brief


@dataclass(frozen=True)
class PointerBlock:
    """A line that leads from the main part of a report on paper to its annex."""

    places: tuple[tuple[str, str], ...]  # what each is called, and its anchor


ReportBlock = (
    BriefBlock
    | HeadingBlock
    | MarkdownBlock
    | ProseBlock
    | TableBlock
    | FigureBlock
    | KeyFiguresBlock
    | PointerBlock
)

# A heading may carry its own number where a person wrote it; ours takes its place.
_OWN_NUMBER = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d+(?:\.\d+)*[.、](?!\d))\s*"
)


def read_blocks(
    notebook: NotebookNode, *, lang: str, note: str = "", apart: bool = False
) -> list[ReportBlock]:
    """Read what an executed notebook shows, in one language, and add the report's note (`place_note`).

    Level 1 headings are left out, as the renderer writes the title; so are headings with nothing under them and cells
    tagged ``lab``. Outputs without one of our MIME types are read if they are Markdown, pictures or HTML tables;
    plain text is taken for printed output and left out. A cell that ended in an error raises RenderError. `apart`:
    all figures and tables of a report with a first page go into the annex, as in official documents.
    """
    blocks: list[ReportBlock] = []
    for position, cell in enumerate(notebook.cells, start=1):
        tags = set(cell.metadata.get("tags", ()))
        langs = set(LANGS) & tags
        if LAB in tags or (langs and lang not in langs):
            continue
        if cell.cell_type == "markdown":
            blocks.extend(_split_markdown(cell.source))
        elif cell.cell_type == "code":
            for output in cell.get("outputs", ()):
                blocks.extend(_caption(block, cell.source) for block in _read_output(output, position))
    if apart and part_brief(blocks)[0] is not None:
        blocks = list(map(_put_apart, blocks))
    blocks = _number_blocks(_prune_headings(place_note(blocks, note)), lang)
    blocks, numbers = _resolve_references(blocks, lang), Numbers()
    for at, block in enumerate(blocks):
        if isinstance(block, MarkdownBlock):
            references = list_references(parse_markdown(block.text))
            blocks[at] = replace(block, footnotes=numbers.number(references, block.footnotes))
    return blocks


def _put_apart(block: ReportBlock) -> ReportBlock:
    match block:
        case TableBlock():
            return replace(block, table=replace(block.table, annex=True))
        case FigureBlock():
            return replace(block, figure=replace(block.figure, annex=True))
    return block


def part_brief(blocks: Sequence[ReportBlock]) -> tuple[Brief | None, list[ReportBlock]]:
    """Return a report's first page, if it has one, and all other blocks."""
    briefs = [block.brief for block in blocks if isinstance(block, BriefBlock)]
    return (briefs[0] if briefs else None), [block for block in blocks if not isinstance(block, BriefBlock)]


def is_annexed(block: ReportBlock) -> bool:
    """Return whether a block belongs to the annex: on paper after all others, on a page folded in place."""
    match block:
        case TableBlock(table=shown) | FigureBlock(figure=shown):
            return shown.annex
        case ProseBlock(prose=shown) | KeyFiguresBlock(figures=shown):
            return shown.annex
    return False


def name_shown(block: FigureBlock | TableBlock, lang: str) -> str:
    """Say what a figure or table is called: 图3, 附表1."""
    kind = "figure" if isinstance(block, FigureBlock) else "table"
    key = f"page.{'annex_' if is_annexed(block) else ''}{kind}"
    return page_words(lang)[key].format(number=block.number)


def place_note(blocks: list[ReportBlock], note: str) -> list[ReportBlock]:
    """Insert the sections of a note (Markdown) among a report's blocks, by their headings.

    A section with the same heading as one in the report is added there, after its opening sentences, with its
    subsections at the end. Any other section becomes a new one, after the section that precedes it in the note, or
    at the end. Text before the first heading opens the report.
    """
    placed = list(blocks)
    known = {_fold(block.text) for block in blocks if isinstance(block, HeadingBlock)}
    lead, sections = _split_note(note, known)
    placed[:0] = lead
    after: int | None = None  # where the section before this one, in the note, now ends
    for heading, inside in sections:
        titles = [_fold(block.text) if isinstance(block, HeadingBlock) else None for block in placed]
        if _fold(heading.text) not in titles:
            end = len(placed) if after is None else after
            placed[end:end] = [heading, *inside]
            after = end + 1 + len(inside)
            continue
        at = titles.index(_fold(heading.text))
        level = placed[at].level  # type: ignore[union-attr]  # it is a heading
        first_below = next((n for n, one in enumerate(inside) if isinstance(one, HeadingBlock)), len(inside))
        below = [
            replace(one, level=max(one.level, level + 1)) if isinstance(one, HeadingBlock) else one
            for one in inside[first_below:]
        ]
        end = _find_end(placed, at, level)
        placed[end:end] = below
        opening = at + 1
        while opening < len(placed) and isinstance(placed[opening], MarkdownBlock | ProseBlock):
            opening += 1
        placed[opening:opening] = inside[:first_below]
        after = _find_end(placed, at, 2)
    return placed


def _find_end(blocks: Sequence[ReportBlock], at: int, level: int) -> int:
    """Return where the section that begins at `at` ends: at the next heading that is no deeper than `level`."""
    for later, block in enumerate(blocks[at + 1 :], start=at + 1):
        if isinstance(block, HeadingBlock) and block.level <= level:
            return later
    return len(blocks)


def _fold(text: str) -> str:
    """A heading for comparing, whatever the width of its signs and its spaces."""
    return "".join(normalize("NFKC", text).casefold().split())


def _split_note(
    note: str, known: Collection[str]
) -> tuple[list[ReportBlock], list[tuple[HeadingBlock, list[ReportBlock]]]]:
    """Return what stands before a note's first heading, and its sections with their subsections inside.

    Sections are the note's highest headings, and those that the report knows, whatever their level; one `#` at
    its head, over others, is its title, and left out.
    """
    blocks = list(_split_markdown(note, top=1))
    levels = [block.level for block in blocks if isinstance(block, HeadingBlock)]
    if levels.count(1) == 1 and len(levels) > 1 and isinstance(blocks[0], HeadingBlock) and levels[0] == 1:
        blocks, levels = blocks[1:], levels[1:]
    raised = 2 - min(levels, default=2)
    lead: list[ReportBlock] = []
    sections: list[tuple[HeadingBlock, list[ReportBlock]]] = []
    for block in blocks:
        if isinstance(block, HeadingBlock):
            block = replace(block, level=block.level + raised)
            if block.level == 2 or _fold(block.text) in known:
                sections.append((block, []))
                continue
        elif isinstance(block, MarkdownBlock):
            block = replace(block, noted=True)
        (sections[-1][1] if sections else lead).append(block)
    return lead, sections


def _split_markdown(text: str, *, top: int = 2) -> Iterator[ReportBlock]:
    """Headings from level `top` down, and the Markdown between them; only headings at the top level count."""
    text = drop_comments(text)
    text, footnotes = lift_footnotes(text, parse_markdown(text))
    lines, tokens = text.splitlines(), parse_markdown(text)
    check_footnotes(list_references(tokens), footnotes)
    start = 0
    for token, inline in pairwise(tokens):
        if token.type != "heading_open" or token.level > 0 or token.map is None:
            continue
        if between := "\n".join(lines[start : token.map[0]]).strip():
            yield MarkdownBlock(between, footnotes=footnotes)
        start = token.map[1]
        title = "".join(child.content or " " for child in inline.children or () if child.nesting == 0)
        level = int(token.tag[1])
        if level >= top and title.strip():
            yield HeadingBlock(level, _OWN_NUMBER.sub("", title.strip()), "", "")
    if rest := "\n".join(lines[start:]).strip():
        yield MarkdownBlock(rest, footnotes=footnotes)


# Captions as Quarto has them, in the comments that a cell begins with.
_CAPTION = re.compile(r"^#\|\s*(fig-cap|fig-alt|tbl-cap)\s*:\s*(.+?)\s*$", re.MULTILINE)


def _caption(block: ReportBlock, source: str) -> ReportBlock:
    """A picture or table with the caption that its cell gives it, ``#| fig-cap: ...``, in place of its own."""
    said = {name: text.strip("\"'") for name, text in _CAPTION.findall(source)}
    if isinstance(block, FigureBlock) and (title := said.get("fig-cap", "")):
        alt = said.get("fig-alt", block.figure.alt or title)
        return replace(block, figure=replace(block.figure, title=title, alt=alt, headline=""))
    if isinstance(block, TableBlock) and (title := said.get("tbl-cap", "")):
        return replace(block, table=replace(block.table, title=title))
    return block


def _read_output(output: Mapping[str, Any], position: int) -> Iterator[ReportBlock]:
    """Blocks of one output of the cell at `position` (from 1)."""
    if output["output_type"] == "error":
        error = quote_error(output.get("ename", ""), output.get("evalue", ""))
        raise RenderError("report.notebook.error", cell=position, error=error)
    if output["output_type"] not in ("display_data", "execute_result"):
        return
    data = output["data"]
    try:
        if BRIEF in data:
            yield BriefBlock(restore(Brief, data[BRIEF]))
        elif display.FIGURE in data:
            svg = _join(data.get("image/svg+xml", ""))
            figure = restore(display.Figure, {**data[display.FIGURE], "svg": svg})
            yield ProseBlock(figure.told, figure.id) if figure.told else FigureBlock(figure, 0, "")
        elif display.TABLE in data:
            table = restore(display.Table, data[display.TABLE])
            yield ProseBlock(table.told, table.id) if table.told else TableBlock(table, 0, "")
        elif display.PROSE in data:
            yield ProseBlock(restore(display.Prose, data[display.PROSE]))
        elif display.KEY_FIGURES in data:
            yield KeyFiguresBlock(restore(display.KeyFigures, data[display.KEY_FIGURES]))
        else:
            yield from _read_foreign(data)
    except (KeyError, TypeError, ValueError) as error:
        raise RenderError("report.notebook.foreign", cell=position, error=tell_error(error)) from error


def _read_foreign(data: Mapping[str, Any]) -> Iterator[ReportBlock]:
    """Return what a template of a user's own may show without our display objects."""
    if "text/markdown" in data:
        yield from _split_markdown(_join(data["text/markdown"]))
    elif "image/svg+xml" in data or "image/png" in data:
        svg = _join(data.get("image/svg+xml", "")) or _wrap_png(_join(data["image/png"]))
        yield FigureBlock(display.Figure(id="figure", title="", alt="", source="", svg=svg), 0, "")
    elif "text/html" in data:
        yield from _read_html(_join(data["text/html"]))


def _read_html(source: str) -> Iterator[ReportBlock]:
    """Tables of an HTML output as tables; without any, its text as a paragraph."""
    root = lxml_html.fragment_fromstring(source, create_parent="div")
    for unwanted in root.xpath("//style|//script"):
        unwanted.drop_tree()
    tables = root.xpath("//table[not(ancestor::table)]")
    for table in tables:
        rows = [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./td|./th")]
            for row in table.xpath(".//tr[td or th]")
        ]
        if not rows:
            continue
        head, *body = zip(*zip_longest(*rows, fillvalue=""), strict=True)  # all as wide as the widest
        caption = " ".join(table.xpath("string(./caption)").split())
        columns = tuple(map(display.Column, head))
        cells = tuple(tuple(map(display.Cell, row)) for row in body)
        yield TableBlock(display.Table("table", caption, columns, cells), 0, "")
    if not tables and (text := " ".join(root.text_content().split())):
        yield ProseBlock(display.Prose((display.Block((display.Run(text),)),)))


def _wrap_png(encoded: str) -> str:
    """A PNG inside an SVG of its own size (the size is in bytes 16 to 24 of the file), so figures are all SVG."""
    packed = "".join(encoded.split())
    width, height = (int.from_bytes(b64decode(packed[:32])[at : at + 4], "big") for at in (16, 20))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:image/png;base64,{escape(packed)}"/></svg>'
    )


def _join(value: str | list[str]) -> str:
    """Multi-line strings may be stored as lists of lines."""
    return value if isinstance(value, str) else "".join(value)


def _is_empty(block: ReportBlock) -> bool:
    """Display objects with nothing in them count as nothing; a table without rows still says so."""
    if isinstance(block, ProseBlock):
        return not any(run.text.strip() for part in block.prose.blocks for run in part.runs)
    return isinstance(block, KeyFiguresBlock) and not block.figures.items


def _prune_headings(blocks: list[ReportBlock]) -> list[ReportBlock]:
    """Leave out empty blocks, and headings with nothing but deeper headings under them."""
    kept: list[ReportBlock] = []
    filled = 0  # headings shallower than this level have something under them; 0: nothing seen yet
    for block in reversed(blocks):
        if isinstance(block, HeadingBlock):
            if filled > block.level:
                kept.append(block)
                filled = block.level  # it now counts as content of the heading above
        elif not _is_empty(block):
            kept.append(block)
            filled = 7
    return kept[::-1]


def _number_blocks(blocks: list[ReportBlock], lang: str) -> list[ReportBlock]:
    """Number headings, figures and tables, and give each its anchor."""
    counts = [0] * 7
    running: Counter[tuple[type, bool]] = Counter()
    numbered: list[ReportBlock] = []
    anchors: set[str] = set()
    title = ""
    for block in blocks:
        if isinstance(block, HeadingBlock):
            counts[block.level] += 1
            counts[block.level + 1 :] = [0] * (6 - block.level)
            path = [str(count) for count in counts[2 : block.level + 1] if count]
            number = write_number(block.level, counts[block.level], path, lang)
            block = replace(block, number=number, anchor="section-" + "-".join(path))
            title = block.text
        elif isinstance(block, FigureBlock):
            running[FigureBlock, block.figure.annex] += 1
            figure = block.figure
            # A picture of a user's own cell says nothing of itself: its section's heading must serve.
            figure = replace(figure, title=figure.title or title, alt=figure.alt or figure.title or title)
            count = running[FigureBlock, figure.annex]
            block = FigureBlock(figure, count, make_anchor("figure", figure.id, anchors))
        elif isinstance(block, TableBlock):
            running[TableBlock, block.table.annex] += 1
            table = replace(block.table, title=block.table.title or title)
            count = running[TableBlock, table.annex]
            block = TableBlock(table, count, make_anchor("table", table.id, anchors))
        numbered.append(block)
    return numbered


_REFERENCE = re.compile(r"\[([^\]\n]*)\]\(#([\w-]+)\)")


def _resolve_references(blocks: list[ReportBlock], lang: str) -> list[ReportBlock]:
    """``[](#hazards-trend)`` in a note becomes ``图3``, linked to that figure; words in the brackets stay.

    What is told in words because it is so little is its section.
    """
    targets: dict[str, tuple[str, str]] = {}
    section = ("", "")
    for block in blocks:
        if isinstance(block, FigureBlock | TableBlock):
            shown = block.figure if isinstance(block, FigureBlock) else block.table
            target = (name_shown(block, lang), block.anchor)
            targets |= {block.anchor: target}
            targets.setdefault(shown.id, target)
        elif isinstance(block, HeadingBlock):
            section = (page_words(lang)["page.section"].format(name=block.text), block.anchor)
        elif isinstance(block, ProseBlock) and block.stands_for:
            targets.setdefault(block.stands_for, section)

    def resolve(match: re.Match[str]) -> str:
        if match[2] not in targets:
            raise RenderError("report.note.no_target", name=match[2], near=suggest(match[2], targets))
        name, anchor = targets[match[2]]
        return f"[{match[1] or name}](#{anchor})"

    return [
        replace(block, text=_REFERENCE.sub(resolve, block.text))
        if isinstance(block, MarkdownBlock) and block.noted
        else block
        for block in blocks
    ]
