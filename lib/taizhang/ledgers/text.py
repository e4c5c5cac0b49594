"""Text as people type it, folded to what it means: for comparing headers and values, never for keeping."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_JOINTS = re.compile(r"[_\-·・]")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold a text: NFKC, lower case, all white space and joints removed."""
    return _JOINTS.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold())


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
