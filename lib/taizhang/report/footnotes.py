"""Footnotes in Markdown: ``[^1]`` in the text, ``[^1]: its words`` on a line of its own."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from taizhang.core.errors import RenderError, nearest

_LABEL = r"\[\^([^\]\s^]+)\]"
_DEFINITION = re.compile(rf"^ {{0,3}}{_LABEL}:[ \t]*(.*)$")
_REFERENCE = re.compile(_LABEL)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
TOKEN = "footnote_ref"


@dataclass(frozen=True)
class Footnote:
    """A footnote: its label, its Markdown, its number in the report (0: none yet).

    `first`: the block that holds it is the first to refer to it.
    """

    label: str
    text: str
    number: int = 0
    first: bool = False


def lift_footnotes(text: str) -> tuple[str, tuple[Footnote, ...]]:
    """Take the footnotes' own words out of a Markdown text.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of (str, tuple of Footnote)
        The text without them; lines indented below one go on with it.

    Raises
    ------
    RenderError
        If two have the same label.
    """
    kept: list[str] = []
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    fence = ""
    for line in text.splitlines():
        opening = _FENCE.match(line)
        if opening and fence in ("", opening[1]):
            fence = "" if fence else opening[1]
        match = None if fence else _DEFINITION.match(line)
        if match:
            if match[1] in found:
                raise RenderError(f"footnote [^{match[1]}] is written twice; give each its own label")
            current = found[match[1]] = [match[2]]
        elif current is not None and line.startswith(("    ", "\t")) and line.strip():
            current.append(line.strip())
        else:
            current = None
            kept.append(line)
    return "\n".join(kept), tuple(Footnote(label, "\n".join(lines).strip()) for label, lines in found.items())


def add_footnotes(parser: MarkdownIt) -> MarkdownIt:
    """Make a parser read ``[^1]`` as a token of its own; its content is the number that `env` gives the label."""
    parser.inline.ruler.before("link", TOKEN, _read_reference)
    return parser


def _read_reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos)
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        token = state.push(TOKEN, "", 0)
        token.meta = {"label": match[1]}
        token.content = str(state.env.get("footnotes", {}).get(match[1], ""))
    state.pos = match.end()
    return True


def list_references(tokens: Iterable[Token]) -> list[str]:
    """Labels that a text refers to, in its order."""
    return [child.meta["label"] for token in tokens for child in token.children or () if child.type == TOKEN]


def check_footnotes(references: Sequence[str], footnotes: Sequence[Footnote]) -> None:
    """Refuse a reference without a footnote, and a footnote that no reader would ever see.

    Raises
    ------
    RenderError
    """
    known = {footnote.label for footnote in footnotes}
    for label in references:
        if label not in known:
            raise RenderError(
                f"the text refers to footnote [^{label}], which it does not have{nearest(label, sorted(known))}; "
                f"write [^{label}]: and its words on a line of its own"
            )
    for label in sorted(known - set(references)):
        raise RenderError(f"nothing refers to footnote [^{label}]; put [^{label}] where it belongs")


class Numbers:
    """Gives footnotes their numbers, in the order in which a report refers to them."""

    def __init__(self, parse: Callable[[str], Sequence[Token]]) -> None:
        self._parse = parse
        self._given: dict[tuple[str, str], int] = {}

    def number(self, text: str, footnotes: Sequence[Footnote]) -> tuple[Footnote, ...]:
        """The footnotes that a text refers to, numbered."""
        by_label: Mapping[str, Footnote] = {footnote.label: footnote for footnote in footnotes}
        numbered: dict[str, Footnote] = {}
        for label in list_references(self._parse(text)):
            key = (label, by_label[label].text)
            first = key not in self._given
            number = self._given.setdefault(key, len(self._given) + 1)
            numbered.setdefault(label, Footnote(label, key[1], number, first))
        return tuple(numbered.values())
