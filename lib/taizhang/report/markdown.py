"""Markdown as plain data for Typst: paragraphs, lists, quotes and tables made of runs of text."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from markdown_it.token import Token

from taizhang.core.errors import RenderError
from taizhang.report.footnotes import TOKEN, Footnote
from taizhang.report.notebook import parse_markdown

Json = dict[str, Any]

_MARKS = {"strong": "strong", "em": "em", "s": "strike"}
_SCHEMES = ("http", "https", "mailto")


def read_nodes(text: str, *, lang: str, footnotes: Sequence[Footnote] = ()) -> list[Json]:
    """Read Markdown as nodes.

    Parameters
    ----------
    text : str
        Markdown without headings of its own (they are blocks of the report).
    lang : str
        zh or en: in Chinese, a line end within a paragraph is no space.
    footnotes : sequence of Footnote
        Those that the text refers to, numbered.

    Returns
    -------
    list of dict
        Each with a `type`: paragraph (runs), list (ordered, start, items of nodes), quote (nodes),
        code (text), rule, or table (columns, rows). A run may be a footnote: its number, and its own runs in
        the block that is the first to refer to it, else none.

    Raises
    ------
    RenderError
        If a table refers to a footnote.
    """
    read: dict[int, list[Json]] = {}
    for footnote in footnotes:
        inline = [token for token in parse_markdown(footnote.text) if token.children]
        runs = [run for token in inline for run in _read_runs(token.children or [], lang, {})]
        read[footnote.number] = runs if footnote.first else []
    return _Reader(parse_markdown(text, footnotes), lang, read).read_until(None)


class _Reader:
    """Walks markdown-it's flat list of tokens, in which `x_open` and `x_close` nest."""

    def __init__(self, tokens: Sequence[Token], lang: str, footnotes: dict[int, list[Json]]) -> None:
        self._tokens: Iterator[Token] = iter(tokens)
        self._lang = lang
        self._footnotes = footnotes

    def read_until(self, closing: str | None) -> list[Json]:
        nodes: list[Json] = []
        for token in self._tokens:
            if token.type == closing:
                break
            if token.type in ("paragraph_open", "heading_open"):
                runs = self._read_inline()
                if token.type == "heading_open":  # a heading inside a list or quotation
                    runs = [run | {"strong": True} for run in runs]
                nodes.append({"type": "paragraph", "runs": runs})
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                nodes.append(self._read_list(token))
            elif token.type == "blockquote_open":
                nodes.append({"type": "quote", "nodes": self.read_until("blockquote_close")})
            elif token.type in ("fence", "code_block"):
                nodes.append({"type": "code", "text": token.content.rstrip("\n")})
            elif token.type == "hr":
                nodes.append({"type": "rule"})
            elif token.type == "table_open":
                nodes.append(self._read_table())
        return nodes

    def _read_inline(self) -> list[Json]:
        """The runs of a paragraph's, heading's or cell's one inline token, and its closing token."""
        runs = _read_runs(next(self._tokens).children or [], self._lang, self._footnotes)
        next(self._tokens)
        return runs

    def _read_list(self, opening: Token) -> Json:
        closing = opening.type.replace("open", "close")
        items: list[list[Json]] = []
        for token in self._tokens:
            if token.type == closing:
                break
            items.append(self.read_until("list_item_close"))
        ordered = opening.type == "ordered_list_open"
        return {
            "type": "list",
            "ordered": ordered,
            "start": int(opening.attrs.get("start", 1)),
            "items": items,
        }

    def _read_table(self) -> Json:
        columns: list[Json] = []
        rows: list[list[Json]] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                runs = self._read_inline()
                if any("footnote" in run for run in runs):
                    raise RenderError(
                        "a table's cell refers to a footnote; put it in the text beside the table"
                    )
                text = "".join(run["text"] for run in runs)
                if token.type == "th_open":
                    align = str(token.attrs.get("style", "text-align:left")).removeprefix("text-align:")
                    columns.append({"label": text, "unit": "", "align": align})
                else:
                    rows[-1].append({"text": text, "note": ""})
        return {"type": "table", "columns": columns, "rows": [row for row in rows if row]}


def _read_runs(children: Sequence[Token], lang: str, footnotes: dict[int, list[Json]]) -> list[Json]:
    """Stretches of text with their marks; neighbours with equal marks become one.

    A footnote's words go with its first reference, and are taken from `footnotes`.
    """
    runs: list[Json] = []
    marks: Json = {}
    for token in children:
        mark = _MARKS.get(token.type.rsplit("_", 1)[0])
        if mark:
            marks = (
                {**marks, mark: True} if token.nesting > 0 else {k: v for k, v in marks.items() if k != mark}
            )
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            if urlsplit(address).scheme in _SCHEMES or address.startswith("#"):
                marks = {**marks, "link": address}
        elif token.type == "link_close":
            marks = {k: v for k, v in marks.items() if k != "link"}
        elif token.type == TOKEN:
            number = int(token.content)
            runs.append({"text": "", "footnote": number, "runs": footnotes.get(number, [])})
            footnotes[number] = []
        else:
            text, more = _read_text(token, lang)
            if runs and {k: v for k, v in runs[-1].items() if k != "text"} == {**marks, **more}:
                runs[-1]["text"] += text
            elif text:
                runs.append({"text": text, **marks, **more})
    return runs


def _read_text(token: Token, lang: str) -> tuple[str, Json]:
    if token.type == "softbreak":
        return ("" if lang == "zh" else " "), {}
    if token.type == "hardbreak":
        return "\n", {}
    if token.type == "code_inline":
        return token.content, {"code": True}
    return token.content, {}  # text, or a picture, of which the alternative text is kept
