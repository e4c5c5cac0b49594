"""Words of reports in Chinese and English: labels, and sentences with placeholders for numbers."""

import re
from functools import cache
from pathlib import Path

from taizhang.core.wording import Words, fill, read_catalogue

_PLACES = ("全域", "地区", "whole area", "districts", "district")


class Tongue(str):
    """A language, zh or en, and what it calls the whole area and its districts: 全县 and 乡镇（街道）.

    `area` and `place` are keys of ``place.area`` and ``place.unit``; without them, reports speak of 全域 and 地区.
    """

    area: str
    place: str

    def __new__(cls, lang: str, area: str = "", place: str = "") -> "Tongue":
        tongue = super().__new__(cls, lang)
        tongue.area, tongue.place = area, place
        return tongue


def name_places(text: str, lang: str) -> str:
    """Replace the words for the whole area and its districts by the names used in this language."""
    if not isinstance(lang, Tongue) or not any(word in text.lower() for word in _PLACES):
        return text
    for old, new in _list_names(str(lang), lang.area, lang.place):
        text = re.sub(old, new, text)
    return text


@cache
def _list_names(lang: str, area: str, place: str) -> list[tuple[str, str]]:
    """Patterns and their replacements."""
    words = load_words()
    whole, unit, units = (
        words[key][lang] if key in words else ""
        for key in (f"place.area.{area}", f"place.unit.{place}", f"place.units.{place}")
    )
    if lang == "zh":
        names = [("全域", whole), ("地区", unit)]
    else:
        names = [(r"\bwhole area\b", whole), (r"\bWhole area\b", whole.capitalize())]
        for old, new in (("districts", units), ("district", unit)):
            names += [(rf"(?<!{{)\b{old}\b", new), (rf"\b{old.capitalize()}\b", new.capitalize())]
    return [(old, new) for old, new in names if new]


_FILES = (
    "words.yml", "sentences.yml", "reports.yml", "checks.yml", "analysis.yml", "brief_words.yml", "lab.yml",
    "quality.yml", "special.yml",
)  # fmt: skip


@cache
def load_words() -> Words:
    """Read the words of reports: dotted key, such as ``month.short``, to the words by language, zh and en."""
    return read_catalogue(Path(__file__).with_name(name) for name in _FILES)


def split_words(key: str, lang: str, **values: object) -> list[object]:
    """Fill a sentence (by dotted key); return its words, and the values as given, in order.

    Raises KeyError if the key does not exist or a placeholder has no value.
    """
    return fill(name_places(load_words()[key][lang], lang), values)


def label(key: str, lang: str, **values: object) -> str:
    """Return a label or sentence in one language, with placeholders filled; arguments and errors as for
    `split_words`."""
    return "".join(str(part) for part in split_words(key, lang, **values))
