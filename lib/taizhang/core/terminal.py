"""Text for a terminal: lines no wider than asked, where a Chinese character is two columns wide; nothing that acts."""

import re
from collections.abc import Iterable
from unicodedata import east_asian_width

_OPENING, _CLOSING = "（“‘《〈【", "，。；：、？！）”’》〉】…"
# What no line is broken within: a word, or one wide character, with the signs that belong to it.
_UNIT = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s{_OPENING}{_CLOSING}\u2e80-\uffef]+|[^\s{_OPENING}{_CLOSING}])[{_CLOSING}]*|\S"
)


# What a terminal obeys instead of showing it: controls (but tab and line end), and marks that turn text round.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def show_controls(text: str) -> str:
    """A text whose control characters are seen, and don't act: an escape is ``\\x1b``.

    Names of files, sheets and districts and values of cells may hold any: one that clears the screen, writes over the
    line before, or opens an address.
    """
    return _ACTING.sub(lambda found: ascii(found[0])[1:-1], text)


def measure_width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def wrap_text(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, but for a word that is wider; no line begins with a closing sign."""
    lines, line = [], ""
    for unit in _UNIT.findall(text):
        if line.strip() and measure_width(line + unit.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += unit if line or not unit.isspace() else ""
    return [*lines, line.rstrip()] if line.strip() else lines


def format_pairs(pairs: Iterable[tuple[str, str]], width: int, *, most: int = 30) -> list[str]:
    """Names and what they mean in two columns, indented by two; a name wider than `most` has a line of its own."""
    pairs = list(pairs)
    left = min(max((measure_width(name) for name, _ in pairs), default=0), most) + 2
    lines = []
    for name, meaning in pairs:
        first, *rest = wrap_text(meaning, max(width - left - 2, 10)) or [""]
        if measure_width(name) > left - 2:
            lines.append(f"  {name}")
            name = ""
        lines.append(f"  {name}{' ' * (left - measure_width(name))}{first}".rstrip())
        lines += [f"  {' ' * left}{one}" for one in rest]
    return lines
