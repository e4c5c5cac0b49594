"""Footnotes in Markdown: ``[^1]`` in the text, ``[^1]: its text`` on a separate line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from taizhang.core.errors import RenderError
from taizhang.core.reasons import suggest

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


def lift_footnotes(text: str, tokens: Iterable[Token]) -> tuple[str, tuple[Footnote, ...]]:
    """Separate the footnotes' text from a Markdown text with these `tokens`; return the rest and the footnotes."""
    lines: list[str | None] = list(text.splitlines())
    found: dict[str, list[str]] = {}
    label = ""
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = token.meta["label"]
            if label in found:
                raise RenderError("report.footnote.twice", label=label)
            found[label] = []
            first, last = token.map or (0, 0)
            lines[first:last] = [None] * (last - first)
        elif token.type == "footnote_reference_close":
            label = ""
        elif label and token.content:
            found[label].append(token.content)
    kept = "\n".join(line for line in lines if line is not None)
    return kept, tuple(Footnote(label, "\n\n".join(parts).strip()) for label, parts in found.items())


def list_references(tokens: Iterable[Token]) -> list[str]:
    """Labels that a text refers to, in order."""
    return [child.meta["label"] for token in tokens for child in token.children or () if child.type == TOKEN]


def check_footnotes(references: Sequence[str], footnotes: Sequence[Footnote]) -> None:
    """Refuse a reference without a footnote, and a footnote without a reference."""
    known = sorted(footnote.label for footnote in footnotes)
    for label in references:
        if label not in known:
            raise RenderError(
                "report.footnote.none", label=label, near=suggest(label, known) if known else ""
            )
    for label in known:
        if label not in references:
            raise RenderError("report.footnote.unseen", label=label)


class Numbers:
    """Numbering of footnotes in the order in which a report refers to them."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], int] = {}

    def number(self, references: Iterable[str], footnotes: Sequence[Footnote]) -> tuple[Footnote, ...]:
        """The footnotes that a text refers to, numbered."""
        texts = {footnote.label: footnote.text for footnote in footnotes}
        numbered: dict[str, Footnote] = {}
        for label in references:
            key = (label, texts[label])
            first = key not in self._given
            number = self._given.setdefault(key, len(self._given) + 1)
            numbered.setdefault(label, Footnote(label, key[1], number, first))
        return tuple(numbered.values())
