"""Words of reports in Chinese and English: labels, and sentences with places for numbers."""

from functools import cache
from pathlib import Path

from taizhang.core.wording import Words, fill, read_catalogue

_FILES = (
    "words.yml", "sentences.yml", "reports.yml", "checks.yml", "analysis.yml", "brief_words.yml", "lab.yml",
    "quality.yml", "special.yml",
)  # fmt: skip


@cache
def load_words() -> Words:
    """Read the words of reports: dotted key, such as ``month.short``, to the words by language, zh and en."""
    return read_catalogue(Path(__file__).with_name(name) for name in _FILES)


def split_words(key: str, lang: str, **values: object) -> list[object]:
    """Fill a sentence (by dotted key): its words, and the values as they were given, in order.

    Raises KeyError if there is no such key, or a place has no value.
    """
    return fill(load_words()[key][lang], values)


def label(key: str, lang: str, **values: object) -> str:
    """A label or sentence in one language, its places filled; arguments and errors as of `split_words`."""
    return "".join(str(part) for part in split_words(key, lang, **values))
