"""Text for a terminal: wrapped lines, in which a Chinese character is two columns wide, without active characters."""

import re
from collections.abc import Iterable
from unicodedata import east_asian_width

_OPENING, _CLOSING = "（“‘《〈【", "，。；：、？！）”’》〉】…"
# What no line is broken within: a word, or one wide character, with the signs that belong to it.
_UNIT = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s{_OPENING}{_CLOSING}\u2e80-\uffef]+|[^\s{_OPENING}{_CLOSING}])[{_CLOSING}]*|\S"
)


# Characters that a terminal obeys instead of showing: controls (except tab and line end), and marks that reverse text.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def show_controls(text: str) -> str:
    """Return a text in which control characters are shown and have no effect: an escape is ``\\x1b``.

    Names of files, sheets and districts and values of cells may contain any of them: one that clears the screen,
    overwrites the line before, or opens an address.
    """
    return _ACTING.sub(lambda found: ascii(found[0])[1:-1], text)


def measure_width(text: str) -> int:
    """Return the number of columns that a text takes on a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def wrap_text(text: str, width: int) -> list[str]:
    """Wrap text into lines of at most `width` columns (more only for a single longer word); no line begins with
    closing punctuation."""
    lines, line = [], ""
    for unit in _UNIT.findall(text):
        if line.strip() and measure_width(line + unit.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += unit if line or not unit.isspace() else ""
    return [*lines, line.rstrip()] if line.strip() else lines


def format_pairs(pairs: Iterable[tuple[str, str]], width: int, *, most: int = 30) -> list[str]:
    """Format names and their meanings in two columns, indented by two; a name wider than `most` gets its own line."""
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
