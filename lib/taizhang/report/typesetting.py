"""A report's blocks as plain data for print, from which the PDF and the Word file are set."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import Any
from unicodedata import east_asian_width

import numpy as np

from taizhang.core import display
from taizhang.core.fonts import measure_character
from taizhang.report import notebook
from taizhang.report.annex import ANCHOR, put_figures_after
from taizhang.report.markdown import read_nodes
from taizhang.report.pages import page_words

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """An A4 page: the text's width and height (mm) upright and turned, the sizes (pt) a table may be set in.

    `plain`: key figures are in a table and lists are numbered, as official documents have neither cards nor bullets.
    """

    upright_mm: float
    turned_mm: float
    upright_high_mm: float
    turned_high_mm: float
    table_sizes: tuple[float, ...]
    plain: bool = False


MODERN = Page(160.0, 247.0, 244.0, 157.0, (9.0, 8.5, 8.0, 7.5))
# GB/T 9704-2012, 5.2: 天头 37 mm, 订口 28 mm, type area 156 x 225 mm.
OFFICIAL = Page(156.0, 243.0, 225.0, 138.0, (10.5, 9.0, 8.0, 7.5), plain=True)

_MM_PER_PT = 25.4 / 72
# A column of text may be narrowed to this many em, if it is wider than the second; numbers and short words are
# never broken.
_LEAST_TEXT_EM = 7.0
_SHORT_TEXT_EM = 9.0
_SHORT_HEAD_EM = 4.0
# A stretch of a text column that is longer, such as an address of the web, is broken anywhere.
MOST_UNBROKEN = 20  # characters
_MOST_UNBROKEN_EM = 12.0
_INSET_EM = 1.1
# Of a table whose cells are filled, which has many narrow columns.
_SHADED_INSET_EM = 0.5
_SHADED_SIZE = 7.0
# Above and below a row's text, as in the template.
_ROW_INSETS_EM = {"roomy": 1.04, "dense": 0.64, "annex": 0.32}
# Of a cell, before the type is made smaller.
_MOST_LINES = 2
# Rows of a table that is not parted, where it fits on most of a page; fewer in the annex, where things are looked up.
_MOST_WHOLE = 9
_MOST_WHOLE_ANNEX = 6
_MOST_OF_PAGE = 0.5
# Text after a figure, in em, with which a page can be filled that has no room for it.
_ENOUGH_TO_FILL = 800
# And with which one goes on before a figure.
_ENOUGH_TO_GO_ON = 200
# Figures of an annex that stay in their places: more go to the feet of pages, which its tables then fill.
_MOST_IN_PLACE = 3
# Rows of a table that is set with room between them.
_MOST_ROOMY = 15
# Points: type is made no smaller than this for the sake of a second line.
_LEAST_FOR_ONE_LINE = 8.0
# In which a table's spare width is given out.
_STEPS = 24


def set_blocks(blocks: Sequence[notebook.ReportBlock], *, lang: str, page: Page = MODERN) -> list[Json]:
    """Write a report's blocks, as returned by `read_blocks`, as the PDF's template and the Word file read them.

    Each has a `type`; tables that do not fit an upright page are inside a block `turned`, with the headings just
    above.
    """
    done: list[Json] = []
    above = 0
    packed = put_figures_after(blocks)
    # Where all that a heading has are figures, these stay below it, and the others before them, in order.
    if floating := sum(map(_is_annexed_figure, blocks)) > _MOST_IN_PLACE and not any(
        isinstance(one, notebook.HeadingBlock) and _is_annexed_figure(after)
        for one, after in pairwise(packed)
    ):
        blocks = packed
    for at, block in enumerate(blocks):
        match block:
            case notebook.HeadingBlock():
                # PDF/UA wants no level left out; Markdown's ## is the first.
                above = min(block.level - 1, above + 1)
                gap = "" if not block.number or (lang == "zh" and not block.number.endswith(".")) else " "
                text = f"{block.number}{gap}{block.text}"
                opens = block.anchor == ANCHOR
                done.append(
                    {
                        "type": "heading",
                        "level": above,
                        "text": text,
                        "anchor": block.anchor,
                        "opens_annex": opens,
                    }
                )
            case notebook.MarkdownBlock():
                nodes = read_nodes(block.text, lang=lang, footnotes=block.footnotes)
                done += [_set_plain_table(node, page) for node in nodes]
            case notebook.ProseBlock():
                done += _set_prose(block.prose, ordered=page.plain)
            case notebook.TableBlock():
                done.append(_set_table(block, page))
            case notebook.FigureBlock():
                in_annex = "bottom" if floating else ""
                floats = in_annex if block.figure.annex else _choose_float(blocks[at + 1 :])
                done.append(_set_figure(block, lang) | {"floats": floats})
            case notebook.PointerBlock():
                done.append(_set_pointer(block, lang))
            case notebook.KeyFiguresBlock():
                done.append(_set_cards(block.figures, lang, page))
    return _turn_wide(done)


def _is_annexed_figure(block: notebook.ReportBlock) -> bool:
    return isinstance(block, notebook.FigureBlock) and block.figure.annex


def _choose_float(after: Sequence[notebook.ReportBlock]) -> str:
    """Where a figure that has no room on its page goes, as text goes on before it: '' where it stays in its place.

    To the next page's foot (`bottom`) where so much text follows before the annex that it can fill a page up to it;
    to its head (`top`) where some follows before the next figure or table.
    """
    length, near = 0.0, -1.0
    for block in after:
        match block:
            case notebook.HeadingBlock(anchor=anchor) if anchor == ANCHOR:
                break
            case notebook.ProseBlock(prose=prose):
                texts = [run.text for part in prose.blocks for run in part.runs]
            case notebook.MarkdownBlock(text=text):
                texts = [text]
            case notebook.FigureBlock() | notebook.TableBlock():
                near = length if near < 0 else near
                continue
            case _:
                continue
        length += sum(1.0 if _is_wide(sign) else 0.5 for text in texts for sign in text)
    if length >= _ENOUGH_TO_FILL:
        return "bottom"
    return "top" if (length if near < 0 else near) >= _ENOUGH_TO_GO_ON else ""


def _set_figure(block: notebook.FigureBlock, lang: str) -> Json:
    """A figure; if it has a finding, that is its title, and what is measured begins the source line."""
    figure = replace(block.figure, alt=block.figure.alt or block.figure.title, narrow="")
    if figure.headline:
        stop = "。" if lang == "zh" else ". "
        figure = replace(
            figure, title=figure.headline, source=f"{figure.title}{stop}{figure.source}".rstrip()
        )
    return {"type": "figure", "number": block.number, "anchor": block.anchor, **vars(figure)}


def _set_pointer(block: notebook.PointerBlock, lang: str) -> Json:
    """A line of its own whose names are links."""
    before, after = page_words(lang)["page.see_annex"].split("{names}")
    joint = "、" if lang == "zh" else ", "
    runs: list[Json] = [{"text": before}]
    for at, (name, anchor) in enumerate(block.places):
        runs += [*([{"text": joint}] if at else []), {"text": name, "link": f"#{anchor}"}]
    return {"type": "pointer", "runs": [*runs, {"text": after}]}


def _set_cards(figures: display.KeyFigures, lang: str, page: Page) -> Json:
    if not page.plain:
        return {"type": "cards", "items": [asdict(item) for item in figures.items]}
    columns, rows = tabulate_cards([asdict(item) for item in figures.items], lang)
    return _set_plain_table({"type": "table", "columns": columns, "rows": rows}, page)


def tabulate_cards(cards: Sequence[Json], lang: str) -> tuple[list[Json], list[list[Json]]]:
    """Key figures as table columns and rows; with a column of changes only if there are any."""
    words, gap = page_words(lang), "" if lang == "zh" else " "
    heads = [("indicator", "left"), ("value", "right")]
    heads += [("change", "left")] if any(card["change"] for card in cards) else []
    columns = [{"label": words[f"page.{key}"], "unit": "", "align": align} for key, align in heads]
    texts = [(card["label"], f"{card['value']}{gap}{card['unit']}".strip(), card["change"]) for card in cards]
    return columns, [[{"text": text, "note": ""} for text in row[: len(heads)]] for row in texts]


def _set_prose(prose: display.Prose, *, ordered: bool = False) -> list[Json]:
    """Paragraphs and notes; list items that follow each other become one list, numbered as official documents are."""
    nodes: list[Json] = []
    for block in prose.blocks:
        runs = [{"text": run.text, "strong": run.strong} for run in block.runs]
        if block.kind == "li":
            if not nodes or nodes[-1]["type"] != "list":
                nodes.append({"type": "list", "ordered": ordered, "start": 1, "items": []})
            nodes[-1]["items"].append([{"type": "paragraph", "runs": runs}])
        else:
            nodes.append({"type": "note" if block.kind == "note" else "paragraph", "runs": runs})
    return nodes


def _set_table(block: notebook.TableBlock, page: Page) -> Json:
    table = block.table
    # So that two long tables share a page; official documents keep their own size but in their annex.
    small = len(table.rows) > (_MOST_WHOLE_ANNEX if table.annex else _MOST_ROOMY) and (
        table.annex or not page.plain
    )
    dense = table.dense or table.shaded or small
    columns = [asdict(column) for column in table.columns]
    rows = [[{"text": cell.text, "note": cell.note} for cell in row] for row in table.rows]
    sizes = page.table_sizes[-2:] if dense else page.table_sizes
    inset, measured = _INSET_EM, columns
    # Words of an alphabet are too long for heads of narrow columns: they stand on end.
    on_end = table.shaded and not any(map(_is_wide, "".join(column.label for column in table.columns[1:])))
    if table.shaded:
        sizes, inset = (*sizes, _SHADED_SIZE), _SHADED_INSET_EM
    if on_end:
        measured = [columns[0], *(column | {"label": "", "unit": ""} for column in columns[1:])]
    fitted = fit_columns(
        measured, rows, wide=table.wide, page=replace(page, table_sizes=sizes), inset_em=inset
    )
    fitted["columns"] = [
        column | {"weight": one["weight"]} for column, one in zip(columns, fitted["columns"], strict=True)
    ]
    room = page.turned_high_mm if fitted["turned"] else page.upright_high_mm
    high = _measure_rows(fitted, rows, page, dense=dense, annex=table.annex, inset_em=inset)
    return {
        "type": "table",
        "number": block.number,
        "anchor": block.anchor,
        "annex": table.annex,
        "title": table.title,
        "notes": list(table.notes),
        "rows": rows,
        "dense": dense,
        "shaded": table.shaded,
        "on_end": on_end,
        # One that fits on no page would run over its foot.
        "breakable": len(rows) > (_MOST_WHOLE_ANNEX if table.annex else _MOST_WHOLE)
        or high > _MOST_OF_PAGE * room,
        **fitted,
    }


def _measure_rows(
    fitted: Json, rows: Sequence[Sequence[Json]], page: Page, *, dense: bool, annex: bool, inset_em: float
) -> float:
    """About how high a table's rows are (mm), as the template sets them."""
    weights = [column["weight"] for column in fitted["columns"]]
    width = page.turned_mm if fitted["turned"] else page.upright_mm
    scale = _find_room(width, fitted["size"]) / sum(weights)
    widths = [max(weight * scale - inset_em, 1.0) for weight in weights]
    lines = [
        max(ceil(_measure(cell["text"]) / width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    inset = _ROW_INSETS_EM["annex" if annex and dense else "dense" if dense else "roomy"]
    return sum(1.42 * max(count, 1) - 0.42 + inset for count in lines) * fitted["size"] * _MM_PER_PT


def _set_plain_table(node: Json, page: Page) -> Json:
    """A table without a caption, as Markdown has them, is set upright; other nodes are as they should be."""
    if node["type"] != "table":
        return node
    fitted = fit_columns(node["columns"], node["rows"], page=page)
    return node | fitted | {"notes": [], "dense": False, "turned": False}


def fit_columns(
    columns: Sequence[Json],
    rows: Sequence[Sequence[Json]],
    *,
    wide: bool = False,
    page: Page = MODERN,
    inset_em: float = _INSET_EM,
) -> Json:
    """Divide a table's width among its columns, and choose its type size and whether its page is turned.

    Columns have label, unit and align, cells their text; `wide` turns the page in any case. Returns columns with
    their weight (em), size (points) and turned. Numbers and single words never break; if they don't fit upright at
    the smallest size, the page is turned.
    """
    texts = [[row[at]["text"] for row in rows] for at in range(len(columns))]
    short = _SHORT_HEAD_EM if inset_em == _INSET_EM else 0.0
    heads = [f"{c['label']} ({c['unit']})" if c["unit"] else str(c["label"]) for c in columns]
    insets = [inset_em + _read_gap(columns, at) for at in range(len(columns))]
    body = [max(map(_measure, cells), default=0.0) + insets[at] for at, cells in enumerate(texts)]
    # A head is as well in one line, or with its unit in a second, but where room is short it breaks.
    whole = [
        max(width, inset + max(_measure(str(c["label"])), _measure(f"（{c['unit']}）") if c["unit"] else 0.0))
        for width, inset, c in zip(body, insets, columns, strict=True)
    ]
    upright = [] if wide else [(page.upright_mm, size) for size in page.table_sizes]
    turned = [(page.turned_mm, size) for size in page.table_sizes]
    # Heads of two lines, else of three before the page is turned.
    for head_lines, choices in ((2, upright), (3, upright), (2, turned)):
        least = [
            max(width, inset + _measure_head(head, head_lines, least=short))
            if column["align"] != "left"
            else most
            if most <= _SHORT_TEXT_EM
            else max(inset + max(_measure_unbroken(head), *map(_measure_stretch, cells), 0.0), _LEAST_TEXT_EM)
            for width, most, inset, head, cells, column in zip(
                body, whole, insets, heads, texts, columns, strict=True
            )
        ]
        least = [min(need, width) for need, width in zip(least, whole, strict=True)]
        fitting = [choice for choice in choices if sum(least) <= _find_room(*choice)]
        if fitting:
            break
    else:
        fitting = turned[-1:]
    needs = np.array([[insets[at] + _measure(cell) for cell in cells] for at, cells in enumerate(texts)])
    # Somewhat smaller type where it spares each cell a second line, and before lines of a few characters; a page is
    # turned only where nothing fits upright.
    shared = {choice: _share_width(whole, least, needs, _find_room(*choice)) for choice in fitting}
    lines = {choice: _count_lines(needs, shared[choice]) for choice in fitting}
    single = (choice for choice in fitting if lines[choice] == 1 and choice[1] >= _LEAST_FOR_ONE_LINE)
    broad = (choice for choice in fitting if lines[choice] <= _MOST_LINES)
    width, size = next(single, None) or next(broad, fitting[-1])
    weights = shared[width, size]
    return {
        "columns": [dict(c) | {"weight": round(w, 3)} for c, w in zip(columns, weights, strict=True)],
        "broken": any(is_long_stretch(text) for cells in texts for text in cells),
        "size": size,
        "turned": width == page.turned_mm,
    }


def _find_room(width_mm: float, size_pt: float) -> float:
    """A width in em of a type size."""
    return width_mm / (size_pt * _MM_PER_PT)


def _count_lines(needs: np.ndarray, widths: Sequence[float]) -> int:
    """About how many lines the longest cell takes."""
    if not needs.size:
        return 1
    return int(np.ceil((needs / np.array(widths)[:, None]).max() - 1e-9))


def _read_gap(columns: Sequence[Json], at: int) -> float:
    """Words that follow a number set flush right stand a little further off, as in the template."""
    return 0.8 if at > 0 and (columns[at - 1]["align"], columns[at]["align"]) == ("right", "left") else 0.0


def _share_width(whole: list[float], least: list[float], needs: np.ndarray, room: float) -> list[float]:
    """Each column at least its least width; what is left goes, part by part, where it saves most lines.

    `needs` holds the width of each cell on one line, column by column.
    """
    if sum(whole) <= room:
        return list(whole)
    widths, wanted = np.array(least, dtype=float), np.array(whole, dtype=float)
    spare = room - float(widths.sum())
    step = max(1.0, spare / _STEPS)
    while spare > 1e-6 and (wanting := np.flatnonzero(wanted - widths > 1e-6)).size:
        parts = {int(at): min(step, spare, float(wanted[at] - widths[at])) for at in wanting}
        lines = np.maximum(needs / widths[:, None], 1.0)
        saved = {at: _save_lines(lines, needs, at, float(widths[at]), part) for at, part in parts.items()}
        at = max(saved, key=lambda at: saved[at])
        if saved[at] > 0:
            widths[at] += parts[at]
            spare -= parts[at]
            continue
        # What would put heads alone on one line goes to all of them alike.
        part = min(spare / len(wanting), float((wanted - widths)[wanting].min()))
        widths[wanting] += part
        spare -= part * len(wanting)
    return widths.tolist()


def _save_lines(lines: np.ndarray, needs: np.ndarray, at: int, width: float, part: float) -> float:
    """Lines, and their parts, that all rows save per em if one column is widened."""
    after = lines.copy()
    after[at] = np.maximum(needs[at] / (width + part), 1.0)
    # The tallest cell makes its row; the others count a little, so that no column is forgotten.
    rows = lines.max(axis=0).sum() - after.max(axis=0).sum()
    return float(rows + 0.1 * (lines[at] - after[at]).sum()) / part


_WIDE = ("W", "F", "A")


@lru_cache(maxsize=8192)
def _measure(text: str) -> float:
    """Width of the longest line in em of Noto Sans SC."""
    return max(map(_measure_line, text.split("\n")))


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in _WIDE and character != "–"


def _measure_line(line: str) -> float:
    wide = [_is_wide(character) for character in line]
    # Typst sets a quarter em between scripts, not beside brackets and stops.
    words = [character.isalnum() for character in line]
    seams = sum(
        left != right and both == (True, True)
        for (left, right), both in zip(pairwise(wide), pairwise(words), strict=True)
    )
    return sum(map(measure_character, line)) + 0.25 * seams


@lru_cache(maxsize=8192)
def _measure_unbroken(text: str) -> float:
    """Width of the longest stretch that a line end can't part: a word, a number, a Chinese character."""
    return max((_measure(part) for part in _UNBROKEN.findall(text)), default=0.0)


def _measure_stretch(text: str) -> float:
    """Width of the longest stretch of a cell that stays in one line: what is longer is broken anywhere."""
    return min(_measure_unbroken(text), _MOST_UNBROKEN_EM)


def is_long_stretch(text: str) -> bool:
    """Return whether a text has a stretch without a place to break that no column should have to hold."""
    return len(text) > MOST_UNBROKEN and any(len(part) > MOST_UNBROKEN for part in _UNBROKEN.findall(text))


def break_stretches(text: str) -> str:
    """Let long stretches of a text break anywhere, with zero-width spaces."""
    if not is_long_stretch(text):
        return text
    return _UNBROKEN.sub(
        lambda part: "\u200b".join(part[0]) if len(part[0]) > MOST_UNBROKEN else part[0], text
    )


_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\S")


def _measure_head(head: str, lines: int, *, least: float) -> float:
    """A column's head may take some lines, parted between words; one no wider than `least` takes one."""
    width = _measure(head)
    return width if width <= least else max(_measure_unbroken(head), width / lines + 0.5)


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
