"""How much two names of one district are alike: levels that the model weighs, and what speaks for and against."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from rapidfuzz.distance import Indel, Levenshtein

from taizhang.register.names import Name, load_words

# What two names share, from nothing to all. The model learns how often each is found among the same and among others.
LEVELS = ("apart", "little", "part", "short_slip", "kin_trade", "long_slip", "added", "same")
APART, LITTLE, PART, SHORT_SLIP, KIN_TRADE, LONG_SLIP, ADDED, SAME = range(len(LEVELS))
_DIRECTIONS = frozenset("东西南北上下前后左右内外大小新老旧高低一二三四五六七八九十甲乙丙丁")


@dataclass(frozen=True)
class _Words:
    classes: Mapping[str, frozenset[str]]
    telling: tuple[str, ...]
    alike: Mapping[str, frozenset[str]]


@cache
def _load() -> _Words:
    words = load_words()
    classes: dict[str, set[str]] = {}
    for name, listed in words["trades"].items():
        for word in listed:
            classes.setdefault(word, set()).add(name)
    alike: dict[str, set[str]] = {}
    for group in words["alike"]:
        for one in group:
            alike.setdefault(one, set()).update(group)
    return _Words(
        {word: frozenset(found) for word, found in classes.items()},
        tuple(words["telling"]),
        {one: frozenset(found) for one, found in alike.items()},
    )


@cache
def sound(one: str) -> str:
    """How a character sounds, as a southern typist hears it: without tone, zh as z, ang as an, l as n; else itself."""
    from pypinyin import Style, pinyin

    if not "\u3400" <= one <= "\u9fff":
        return one
    told = pinyin(one, style=Style.NORMAL, errors="ignore", heteronym=False)
    return _blur(told[0][0]) if told and told[0] else one


@cache
def _sounds(one: str) -> frozenset[str]:
    """All ways in which a character may be read."""
    from pypinyin import Style, pinyin

    told = pinyin(one, style=Style.NORMAL, errors="ignore", heteronym=True)
    return frozenset(map(_blur, chain.from_iterable(told))) | {sound(one)}


def _blur(syllable: str) -> str:
    for wide, plain in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(wide):
            syllable = plain + syllable[len(wide) :]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return syllable


@lru_cache(maxsize=1 << 16)
def _read(text: str) -> tuple[str, ...]:
    return tuple(map(sound, text))


def sound_all(text: str) -> str:
    """How a text sounds, syllable by syllable."""
    return " ".join(map(sound, text))


def is_slip(one: str, other: str) -> bool:
    """Return whether one character is easily written for another: it sounds or looks the same."""
    return bool(_sounds(one) & _sounds(other)) or other in _load().alike.get(one, ())


def compare_names(a: Name, b: Name) -> int:
    """Compare two names of one district: one of `LEVELS`. Two branches of a firm, or two of a row, are apart."""
    if a.core == b.core and a.branch == b.branch:
        return SAME
    if _are_told_apart(a, b):
        return APART
    if a.branch != b.branch:
        # The district's own name may be left out within it: 华莱士 for 华莱士溪口店.
        told = a.branch or b.branch
        near = {*a.places, *b.places}
        if (a.branch and b.branch) or told not in near:
            return APART
        return min(_compare(a, b), PART)
    if a.core in b.others or b.core in a.others or set(a.others) & set(b.others):
        return SAME
    if a.flat == b.flat and a.numbers == b.numbers:
        return SAME
    return _compare(a, b)


def _are_told_apart(a: Name, b: Name) -> bool:
    """Numbers, chains and places elsewhere that differ."""
    if a.numbers != b.numbers or (a.brand and b.brand and a.brand != b.brand):
        return True
    if a.elsewhere and b.elsewhere:
        there = dict(b.elsewhere)
        return any(there.get(level, name) != name for level, name in a.elsewhere)
    return False


def _compare(a: Name, b: Name) -> int:
    trade = _compare_trades(a.trade, b.trade)
    proper = _compare_proper(a, b)
    if proper == SAME:
        reached = (APART, PART, KIN_TRADE, ADDED, SAME)[trade]
        if a.brand != b.brand or _towns(a) != _towns(b):
            reached = min(reached, KIN_TRADE)
        if trade == _PARTLY and len(a.proper) >= 4:
            reached = max(reached, ADDED)
        return reached
    if trade <= _OTHER:
        # A trade that is in neither list may be a part of what is proper: compare both as wholes.
        whole = _compare_texts(a.proper + a.trade, b.proper + b.trade)
        return min(whole, PART) if whole >= LONG_SLIP and trade != _OTHER else APART
    if trade == _KIN:
        return min(proper, PART) if proper >= SHORT_SLIP else APART
    if a.brand != b.brand or _towns(a) != _towns(b):
        proper = min(proper, PART)
    return proper


_OTHER, _PARTLY, _KIN, _WITHIN, _EQUAL = range(5)


@lru_cache(maxsize=1 << 16)
def _compare_trades(a: str, b: str) -> int:
    """Two trades: other, one untold, kin (饭店 and 酒楼), one within the other, equal."""
    if a == b:
        return _EQUAL
    if not a or not b:
        return _PARTLY
    short, long = sorted((a, b), key=len)
    if _is_within(short, long):
        extra = long.replace(short, "", 1)
        if any((word in long) != (word in short) for word in _load().telling):
            return _OTHER if len(extra) < len(long) else _KIN
        return _WITHIN
    words = _load()
    if any((word in long) != (word in short) for word in words.telling if word != "中心"):
        return _OTHER
    first, second = (_classify(one) for one in (a, b))
    return _KIN if first and first == second else _OTHER


@lru_cache(maxsize=1 << 16)
def _classify(trade: str) -> frozenset[str]:
    """The classes of a trade's last word that has one."""
    words = _load().classes
    for size in range(len(trade), 1, -1):
        if (found := words.get(trade[-size:])) is not None:
            return found
    return frozenset()


def _is_within(short: str, long: str) -> bool:
    """Return whether all characters of one are in the other, in this order."""
    rest = iter(long)
    return all(one in rest for one in short)


def _towns(name: Name) -> frozenset[str]:
    return frozenset(place for level, place in name.elsewhere if level in ("town", "village"))


def _compare_proper(a: Name, b: Name) -> int:
    if a.proper == b.proper:
        if a.proper:
            return SAME
        # 溪口加油站 and 加油站: a place is not what names it, unless both have it.
        return SAME if a.places[-1:] == b.places[-1:] else PART
    if not a.proper or not b.proper:
        return APART
    return _compare_texts(a.proper, b.proper)


@lru_cache(maxsize=1 << 16)
def _compare_texts(a: str, b: str) -> int:
    """What is proper to two names."""
    short, long = sorted((a, b), key=len)
    size = len(short)
    if len(short) == len(long):
        return _compare_equal_lengths(a, b)
    if size < 2 or len(long) > 3 * size + 2:
        return APART
    if _is_within(short, long):
        extra = len(long) - size
        added = _find_added(short, long)
        if any(one in _DIRECTIONS for one in added) or any(word in added for word in _load().telling):
            return LITTLE
        if size >= 4:
            return LONG_SLIP if extra == 1 else SHORT_SLIP
        if extra == 1:
            return LITTLE if size == 2 else PART
        return PART if long.startswith(short) or long.endswith(short) else LITTLE
    near = Levenshtein.distance(_read(a), _read(b))
    if near == len(long) - size and size >= 4:
        return SHORT_SLIP
    if size >= 5 and Indel.normalized_similarity(a, b) >= 0.8:
        return PART
    return APART


def _find_added(short: str, long: str) -> str:
    """The characters of the long one that the short one lacks."""
    rest = list(long)
    for one in short:
        rest.remove(one)
    return "".join(rest)


def _compare_equal_lengths(a: str, b: str) -> int:
    other = [(one, two) for one, two in zip(a, b, strict=True) if one != two]
    size = len(a)
    if sorted(a) == sorted(b):
        return LONG_SLIP if size >= 4 else PART if size == 3 else LITTLE
    if any(one in _DIRECTIONS and two in _DIRECTIONS for one, two in other):
        return APART
    slips = sum(is_slip(one, two) for one, two in other)
    if len(other) == 1:
        if slips:
            return LONG_SLIP if size >= 4 else SHORT_SLIP if size >= 2 else APART
        return PART if size >= 5 else LITTLE if size == 4 else APART
    if slips == len(other):
        return (
            SHORT_SLIP if size >= 4 and len(other) == 2 else PART if size >= 3 and len(other) == 2 else LITTLE
        )
    return PART if size >= 6 and len(other) == 2 else APART
