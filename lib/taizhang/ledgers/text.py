"""Normalising text for comparing headers and values, never for storing."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

# No header, name, date or number is longer: a text that is has never to be matched against their patterns, which may
# take minutes for 30,000 blanks or digits.
LONGEST = 400
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_JOINTS = re.compile(r"[_\-·・]")
# Nobody sees or means these: controls but for tab and line breaks, and what has no width.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# ="007": how systems keep a text a text when Excel opens it.
_KEPT_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"')
_UNTIDY = re.compile(
    f'{CONTROL.pattern}|[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]|^\\s*="'
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold a text: NFKC, lower case, all white space and joints removed."""
    return _JOINTS.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold())


def is_short(text: str) -> bool:
    """Return whether a text, without blanks around it, may be a header, a name, a date or a number."""
    return len(text) <= LONGEST or len(text.strip()) <= LONGEST


@lru_cache(maxsize=65536)
def simplify(text: str) -> str:
    """Traditional Chinese characters to simplified ones; other text as it is."""
    return text if text.isascii() else str(_converter().convert(text))


@cache
def _converter() -> Any:
    from opencc import OpenCC  # loaded only when a header or value is unknown as written

    return OpenCC("t2s")


def write_cell(value: object) -> str:
    """A cell's value as a person would read it: whole numbers without decimals, dates in ISO form."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None else str(value)


def is_untidy(value: object) -> bool:
    """Return whether `tidy_cell` may change a cell's value."""
    return type(value) is str and _UNTIDY.search(value) is not None


def tidy_cell(value: object) -> object:
    """A text as a spreadsheet shows it: without invisible characters, and 007 for ="007"."""
    if type(value) is not str:
        return value
    seen = _UNTIDY.sub(lambda found: found[0] if found[0].endswith('="') else "", value)
    match = _KEPT_TEXT.fullmatch(seen.strip())
    return match[1].replace('""', '"') if match else seen
