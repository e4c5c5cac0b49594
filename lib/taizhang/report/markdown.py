"""Parsing Markdown, also into plain data for Typst and Word: paragraphs, lists, quotes and tables made of runs."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from taizhang.core.errors import RenderError
from taizhang.report.footnotes import TOKEN, Footnote

Json = dict[str, Any]

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = {"strong": "strong", "em": "em", "s": "strike"}


def drop_comments(text: str) -> str:
    return _COMMENT.sub("", text)


def parse_markdown(text: str, footnotes: Sequence[Footnote] = ()) -> list[Token]:
    """Parse Markdown to markdown-it tokens, CommonMark with tables, strikethrough and footnotes.

    Raw HTML becomes text, which the renderers escape, and comments vanish. Of a link to anything but a web page, a
    mail address or a place of the report, the words stay: a report is opened on another computer, which such a link
    would make open a file, a share or a program of its own. The content of a reference to one of `footnotes` is its
    number.
    """
    numbers = {footnote.label: str(footnote.number) for footnote in footnotes}
    tokens = _parser().parse(drop_comments(text))
    for child in (child for token in tokens for child in token.children or () if child.type == TOKEN):
        child.content = numbers.get(child.meta["label"], "")
    for token in tokens:
        if token.children:
            token.children = list(_drop_links(token.children))
    return tokens


def _drop_links(children: Sequence[Token]) -> Iterator[Token]:
    kept: list[bool] = []  # of the links that are open
    for token in children:
        if token.type == "link_open":
            kept.append(_may_link(str(token.attrs.get("href", ""))))
        if not token.type.startswith("link_") or kept[-1]:
            yield token
        if token.type == "link_close":
            kept.pop()


def _may_link(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    on_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return on_web or parts.scheme == "mailto" or address.startswith("#")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # what may not be one is dropped whole
    return parser.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)


def read_nodes(text: str, *, lang: str, footnotes: Sequence[Footnote] = ()) -> list[Json]:
    """Read Markdown without headings, which are blocks of the report, as nodes.

    Each has a `type`: paragraph (runs), list (ordered, start, items of nodes), quote (nodes), code (text), rule,
    or table (columns, rows). A run may be a footnote, with its number and, in the first block that refers to it,
    its own runs. In Chinese, a line end within a paragraph is not a space.
    """
    words: dict[int, list[Json]] = {}
    for footnote in footnotes:
        inside = SyntaxTreeNode(parse_markdown(footnote.text)).walk() if footnote.first else ()
        words[footnote.number] = [
            run for node in inside if node.type == "inline" for run in _read_runs(node, lang, {})
        ]
    return _read_blocks(SyntaxTreeNode(parse_markdown(text, footnotes)), lang, words)


def _read_blocks(parent: SyntaxTreeNode, lang: str, words: dict[int, list[Json]]) -> list[Json]:
    read = [_read_block(node, lang, words) for node in parent.children]
    return [node for node in read if node]


def _read_block(node: SyntaxTreeNode, lang: str, words: dict[int, list[Json]]) -> Json | None:
    match node.type:
        case "paragraph":
            return {"type": "paragraph", "runs": _read_runs(node.children[0], lang, words)}
        case "heading":  # inside a list or quotation
            return {"type": "paragraph", "runs": _read_runs(node.children[0], lang, words, strong=True)}
        case "bullet_list" | "ordered_list":
            return {
                "type": "list",
                "ordered": node.type == "ordered_list",
                "start": int(node.attrs.get("start", 1)),
                "items": [_read_blocks(item, lang, words) for item in node.children],
            }
        case "blockquote":
            return {"type": "quote", "nodes": _read_blocks(node, lang, words)}
        case "fence" | "code_block":
            return {"type": "code", "text": node.content.rstrip("\n")}
        case "hr":
            return {"type": "rule"}
        case "table":
            return _read_table(node, lang)
    return None


def _read_table(node: SyntaxTreeNode, lang: str) -> Json:
    if any(inner.type == TOKEN for inner in node.walk()):
        raise RenderError("report.footnote.in_table")
    head, *rows = [row.children for part in node.children for row in part.children]
    aligns = [str(cell.attrs.get("style", "text-align:left")).removeprefix("text-align:") for cell in head]
    texts = [["".join(run["text"] for run in _read_runs(cell.children[0], lang, {})) for cell in row]
             for row in (head, *rows)]  # fmt: skip
    return {
        "type": "table",
        "columns": [
            {"label": text, "unit": "", "align": align} for text, align in zip(texts[0], aligns, strict=True)
        ],
        "rows": [[{"text": text, "note": ""} for text in row] for row in texts[1:]],
    }


def _read_runs(
    parent: SyntaxTreeNode, lang: str, words: dict[int, list[Json]], *, strong: bool = False
) -> list[Json]:
    """Stretches of text with their marks; neighbours with equal marks become one.

    A footnote's words go with its first reference, and are taken from `words`.
    """
    runs: list[Json] = []
    for run in _walk_runs(parent, lang, words, {"strong": True} if strong else {}):
        if runs and "footnote" not in run and runs[-1] | {"text": ""} == run | {"text": ""}:
            runs[-1]["text"] += run["text"]
        elif run["text"] or "footnote" in run:
            runs.append(run)
    return runs


def _walk_runs(
    parent: SyntaxTreeNode, lang: str, words: dict[int, list[Json]], marks: Json
) -> Iterator[Json]:
    for node in parent.children:
        if node.type in _MARKS:
            yield from _walk_runs(node, lang, words, marks | {_MARKS[node.type]: True})
        elif node.type == "link":
            yield from _walk_runs(node, lang, words, marks | {"link": str(node.attrs.get("href", ""))})
        elif node.type == TOKEN:
            yield {"text": "", "footnote": int(node.content), "runs": words.pop(int(node.content), [])}
        elif node.type == "softbreak":
            yield {"text": "" if lang == "zh" else " ", **marks}
        elif node.type == "hardbreak":
            yield {"text": "\n", **marks}
        elif node.type == "code_inline":
            yield {"text": node.content, **marks, "code": True}
        else:  # text, or a picture, of which the alternative text is kept
            yield {"text": node.content, **marks}
