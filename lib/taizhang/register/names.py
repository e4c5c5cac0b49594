"""Names of premises taken apart: what names them, what they do, where they are, and which branch they are."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from taizhang.core.loading import parse_yaml

_WORDS = Path(__file__).parents[1] / "metadata" / "premises_names.yml"
_BRACKETS = str.maketrans("[{<〔【〖［〈《「『", "(" * 11, "") | str.maketrans(
    "]}>〕】〗］〉》」』", ")" * 11
)
_OUT = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad_\-.,;:!?'\"·・•‧∙⋅、，。；：“”‘’—–―/\\|*~`^]+")
_NUMERALS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_NUMERAL = "[零〇一二两三四五六七八九十百]"


@dataclass(frozen=True)
class Name:
    """The parts of a name. `core`: what is left to tell premises apart; `branch`: which of a firm's places it is;
    `former`: cores of names it had before."""

    core: str
    branch: str = ""
    former: tuple[str, ...] = ()


def fold_name(text: str) -> str:
    """Fold a name as written: NFKC, simplified characters, capitals, brackets of one kind; no blanks and no points."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_BRACKETS)
    plain = _OUT.sub("", plain)
    return plain if plain.isascii() else str(_converter().convert(plain))


def normalise_name(text: str, places: Sequence[str] = ()) -> Name:
    """Take a name apart; `places` are names of its district and of the units it lies in."""
    return _parse(fold_name(text), _make_place_pattern(tuple(places)))


def parse_names(
    folded: Sequence[str], districts: Sequence[str], places: Mapping[str, Sequence[str]]
) -> list[Name]:
    """Take folded names apart, each with the places of its district."""
    patterns = {code: _make_place_pattern(tuple(places.get(code, ()))) for code in dict.fromkeys(districts)}
    return [_parse(name, patterns[code]) for name, code in zip(folded, districts, strict=True)]


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _load_words() -> dict[str, Any]:
    return dict(parse_yaml(_WORDS.read_text("utf-8")))


@cache
def _make_place_pattern(places: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(places, key=len, reverse=True))) or "(?!)")


def _parse(folded: str, places: re.Pattern[str]) -> Name:
    legal = "|".join(sorted(_load_words()["legal"], key=len, reverse=True))
    core = re.sub(f"(?:{legal})+$", "", folded)
    return Name(core or folded)
