"""Coordinates that phones write into an answer: 溪南镇中山路 [118.12,25.33], 经度:118.12,纬度:25.33."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_NUMBER = r"([+-]?\d{1,3}\.\d{2,15})\s*°?"
_LON, _LAT = (
    rf"(?:{words})\s*[:=]?\s*{_NUMBER}" for words in ("经度|东经|longitude|lng|lon", "纬度|北纬|latitude|lat")
)
_BETWEEN = r"\s*[,;/|\s]\s*"
_OPEN, _CLOSE = r"\s*[\[({【〔]?\s*", r"\s*[\])}】〕]?"
_NAMED = re.compile(f"{_OPEN}{_LON}(?:{_BETWEEN})?{_LAT}{_CLOSE}", re.I)
_NAMED_LAT_FIRST = re.compile(f"{_OPEN}{_LAT}(?:{_BETWEEN})?{_LON}{_CLOSE}", re.I)
_PAIR = re.compile(rf"(?<![\d.]){_OPEN}{_NUMBER}{_BETWEEN}{_NUMBER}{_CLOSE}(?![\d.])")
_LONGEST = 300


class Point(NamedTuple):
    """Longitude and latitude in degrees, and the text that they stand in without them."""

    lon: float
    lat: float
    rest: str


def find_point(value: object) -> Point | None:
    """The point that a cell gives in degrees; None if there is none, or it is unclear which number is which.

    Two numbers without names are a longitude and a latitude where only one order lies in China or its neighbours.
    """
    if not isinstance(value, str) or len(value) > _LONGEST or "." not in value:
        return None
    text = unicodedata.normalize("NFKC", value)
    if found := _NAMED.search(text):
        return _make(text, found, float(found[1]), float(found[2]))
    if found := _NAMED_LAT_FIRST.search(text):
        return _make(text, found, float(found[2]), float(found[1]))
    pairs = list(_PAIR.finditer(text))
    if len(pairs) != 1:
        return None
    first, second = float(pairs[0][1]), float(pairs[0][2])
    if _is_near(first, second):
        return _make(text, pairs[0], first, second)
    return _make(text, pairs[0], second, first) if _is_near(second, first) else None


def _is_near(lon: float, lat: float) -> bool:
    return 70 <= lon <= 140 and 0 <= lat <= 60


def _make(text: str, found: re.Match[str], lon: float, lat: float) -> Point | None:
    if abs(lon) > 180 or abs(lat) > 90:
        return None
    rest = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip(" ,;:")
    return Point(lon, lat, rest)


def hold_points(values: Sequence[object]) -> bool:
    """Return whether most of a column's values give a point."""
    return bool(values) and 2 * sum(find_point(value) is not None for value in values) > len(values)
