"""The similarity of two names in one district: levels for the model, and evidence for and against."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz.distance import Indel, Levenshtein

from taizhang.register.names import Name, load_words, normalise_name
from taizhang.register.trades import (
    BARE,
    EQUAL,
    FILLED,
    KIN,
    KINDS,
    MEANT,
    MISSING,
    MORE,
    OTHER,
    SHARED,
    compare_ends,
    is_known,
    is_within,
    tells_more,
)

# What two names share, from nothing to all. The model learns how often each is found among the same and among others.
LEVELS = ("apart", "little", "part", "short_slip", "kin_trade", "long_slip", "added", "same")
APART, LITTLE, PART, SHORT_SLIP, KIN_TRADE, LONG_SLIP, ADDED, SAME = range(len(LEVELS))
_DIRECTIONS = frozenset("东西南北上下前后左右内外大小新老旧高低一二三四五六七八九十甲乙丙丁")


@dataclass(frozen=True)
class _Words:
    telling: tuple[str, ...]
    alike: Mapping[str, frozenset[str]]
    general: frozenset[str]
    telling_letters: frozenset[str]


@cache
def _load() -> _Words:
    words = load_words()
    alike: dict[str, set[str]] = {}
    for group in words["alike"]:
        for one in group:
            alike.setdefault(one, set()).update(group)
    return _Words(
        tuple(words["telling"]),
        {one: frozenset(found) for one, found in alike.items()},
        frozenset(words["general"]),
        frozenset("京歌话军医农工商师"),
    )


@cache
def sound(one: str) -> str:
    """The sound of a character to a southern typist: no tone, zh as z, ang as an, l as n; else the character itself."""
    from pypinyin import Style, pinyin

    if not "\u3400" <= one <= "\u9fff":
        return one
    told = pinyin(one, style=Style.NORMAL, errors="ignore", heteronym=False)
    return _blur(told[0][0]) if told and told[0] else one


@cache
def _sounds(one: str) -> frozenset[str]:
    """The common readings of a character."""
    return frozenset(map(_blur, load_words()["readings"].get(one, ()))) | {sound(one)}


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


@lru_cache(maxsize=1 << 16)
def sound_all(text: str) -> str:
    """The sounds of a text, syllable by syllable."""
    return " ".join(map(sound, text))


def is_slip(one: str, other: str) -> bool:
    """Return whether two characters are easily confused: they sound or look the same."""
    return bool(_sounds(one) & _sounds(other)) or other in _load().alike.get(one, ())


def compare_names(a: Name, b: Name) -> int:
    """Compare two names of one district: one of `LEVELS`. Branches of a firm, or numbers of a series, are apart."""
    if a.core == b.core and a.branch == b.branch:
        return SAME
    if _are_told_apart(a, b):
        return APART
    if a.branch != b.branch:
        if a.branch and b.branch:
            return APART
        branch, other = (a, b) if a.branch else (b, a)
        # 新华路沙县小吃 for 沙县小吃新华路店: asked, as it may be the firm itself.
        rest = _leave_out(other, branch.branch)
        return APART if rest is None else min(_compare(replace(branch, branch=""), rest), KIN_TRADE)
    if a.core in b.others or b.core in a.others or set(a.others) & set(b.others):
        return SAME
    if a.flat == b.flat and a.numbers == b.numbers:
        return SAME
    return _compare(a, b)


def _leave_out(name: Name, word: str) -> Name | None:
    """A name without a word that stands in it, or without a place; None if it is not there."""
    if len(word) < 2:
        return None
    if word in name.places:
        return replace(name, places=tuple(place for place in name.places if place != word))
    body = name.proper + name.trade
    at = body.find(word)
    if at < 0 or len(body) - len(word) < 2:
        return None
    rest = body[:at] + body[at + len(word) :]
    cut = normalise_name(rest)
    return replace(cut, brand=name.brand or cut.brand, numbers=name.numbers, elsewhere=name.elsewhere)


def _are_told_apart(a: Name, b: Name) -> bool:
    """Whether numbers, chains or places elsewhere differ."""
    if a.numbers != b.numbers or (a.brand and b.brand and a.brand != b.brand):
        return True
    if a.elsewhere and b.elsewhere:
        there = dict(b.elsewhere)
        return any(there.get(level, name) != name for level, name in a.elsewhere)
    return False


def _compare(a: Name, b: Name) -> int:
    long = max(a, b, key=lambda name: len(name.flat))
    wholes = max(
        _compare_wholes(a.flat, b.flat, len(long.proper), _count_trade(a, b, long)),
        _compare_wholes(a.plain, b.plain, 0, 0),
    )
    bodies = [f"{name.brand}{name.proper}{name.trade}" for name in (a, b)]
    if a.places != b.places:
        wholes = max(wholes, _compare_wholes(*bodies, len(long.proper), _count_trade(a, b, long)))
    if len(bodies[0]) == len(bodies[1]) >= 5 and bodies[0] in bodies[1] * 2:
        return max(_compare_parts(a, b), wholes, KIN_TRADE)  # 化工厂恒达
    short, whole = sorted((a.plain, b.plain), key=len)
    if len(short) >= 4 + (not (a.places and b.places)) and whole.endswith(short) and a.proper != b.proper:
        wholes = max(wholes, SHORT_SLIP)  # 国网滨江县供电公司溪口供电所
    if _has_words_more(*sorted(bodies, key=len)):
        wholes = max(wholes, SHORT_SLIP)
    if a.proper != b.proper and min(len(a.proper), len(b.proper)) <= 3:
        # A slip in few characters makes another name: 家家乐 and 家乐, 新华 and 华新.
        turned = len(a.proper) == 2 and sorted(a.proper) == sorted(b.proper)
        wholes = min(wholes, PART if turned else SHORT_SLIP)
    return max(_compare_parts(a, b), wholes)


@lru_cache(maxsize=1 << 16)
def _has_words_more(short: str, long: str) -> bool:
    """Return whether one is the other with a few characters more, none of which tells two premises apart."""
    if not (
        len(short) >= 4
        and 0 < len(long) - len(short) <= 4
        and short[:2] == long[:2]
        and is_within(short, long)
    ):
        return False
    added = "".join(
        long[one.dest_start : one.dest_end] for one in Indel.opcodes(short, long) if one.tag == "insert"
    )
    return not (set(added) & (_DIRECTIONS - {"大", "老"})) and not tells_more(short, long)


def _count_trade(a: Name, b: Name, long: Name) -> int:
    """How long the trade is; of two names of one length, only where one's is no word, as by a slip."""
    if len(a.flat) != len(b.flat):
        return len(long.trade)
    return max(len(a.trade), len(b.trade)) if len(a.trade) != len(b.trade) else 0


def _compare_parts(a: Name, b: Name) -> int:
    if (reached := _compare_tails(a, b)) > APART:
        return reached
    trade = compare_ends(a.trade, b.trade)
    proper = _compare_proper(a, b)
    if trade == OTHER:
        return APART
    if trade <= MISSING:
        return min(proper, PART) if proper >= SHORT_SLIP else APART
    if a.brand != b.brand or a.elsewhere != b.elsewhere:
        proper = min(proper, PART)
    return min(proper, SHORT_SLIP) if trade == MEANT else proper


# What the same beginning and two ends come to.
_REACHED = {
    OTHER: APART, SHARED: PART, KIN: KIN_TRADE, BARE: KIN_TRADE, MORE: KIN_TRADE, MISSING: KIN_TRADE, FILLED: ADDED,
    MEANT: ADDED, KINDS: ADDED, EQUAL: SAME,
}  # fmt: skip


def _compare_tails(a: Name, b: Name) -> int:
    """Two names that begin alike: what is proper to one begins the other, and then only known words follow."""
    short, long = sorted((a, b), key=lambda name: len(name.proper))
    start = short.proper
    if not start and not long.proper:
        return _compare_unnamed(a, b)
    bodies = short.proper + short.trade, long.proper + long.trade
    if start and bodies[1].startswith(start):
        end = bodies[1][len(start) :]
        if long.proper != start and (
            len(start) < 2
            or not (is_known(end) or end.startswith(short.trade[:2] or "?") or is_within(end, short.trade))
        ):
            return APART
    else:
        start = _find_start(*bodies, min(len(short.proper), len(long.proper)))
        if not start:
            return APART
    ends = [body[len(start) :] for body in bodies]
    trade = compare_ends(*ends)
    reached = _REACHED[trade]
    if (trade == MISSING and len(start) >= 4) or (trade == BARE and len(start) >= 4):
        reached = ADDED
    elif trade == SHARED and len(start) >= 3:
        reached = SHORT_SLIP
    if len(start) < 2 and trade != EQUAL:
        reached = min(reached, KIN_TRADE if trade in (KINDS, MEANT) else PART)
    if trade != EQUAL and (is_known(start) or all(map(is_known, bodies))):
        reached = min(reached, KIN_TRADE)  # 五金机电商行 is anybody's
    if start in _load().general and trade not in (EQUAL, KINDS):
        reached = min(reached, PART)
    return _weigh_places(a, b, reached)


def _find_start(one: str, other: str, most: int) -> str:
    """The longest beginning of two names, of at most so many characters, after which only known words follow."""
    size = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), most)
    for at in range(min(size, most), 1, -1):
        if is_known(one[at:]) and is_known(other[at:]):
            return one[:at]
    return ""


def _weigh_places(a: Name, b: Name, reached: int) -> int:
    if a.elsewhere != b.elsewhere:
        # A province or a city may be left out, but not before what is general; of a village one must ask.
        general = len(a.proper) < 2 or a.proper in _load().general
        asked = LITTLE if _is_told_elsewhere(a, b) else PART if general else KIN_TRADE
        if (
            asked == KIN_TRADE
            and len(a.proper) >= 3
            and a.proper == b.proper
            and not (_towns(a) and _towns(b))
        ):
            asked = ADDED
        reached = min(reached, asked if _towns(a) != _towns(b) else PART if general else ADDED)
    if a.brand != b.brand:
        reached = min(reached, KIN_TRADE)
    return reached


def _compare_unnamed(a: Name, b: Name) -> int:
    """Names of nothing but a place, a chain and a trade: 溪口加油站, 县图书馆."""
    trade = compare_ends(a.trade, b.trade)
    if trade == MORE and a.places[-1:] == b.places[-1:]:
        return _weigh_places(a, b, KIN_TRADE)
    if trade not in (EQUAL, KINDS, MEANT, FILLED):
        return LITTLE if trade > OTHER else APART
    # A place is not what names it, unless both have it. The branch of a chain names itself: 农行溪口支行 and
    # 中国农业银行永安溪口支行.
    if a.places[-1:] == b.places[-1:] or (a.brand and a.branch):
        reached = SAME if trade == EQUAL else KIN_TRADE if trade == MEANT else ADDED
    else:
        reached = KIN_TRADE if not (a.places and b.places) else PART
    return _weigh_places(a, b, reached)


@lru_cache(maxsize=1 << 16)
def _compare_wholes(a: str, b: str, proper: int, trade: int) -> int:
    """Slips anywhere in two names, written out; `proper` and `trade`: how long these are at the longer one's end."""
    short, long = sorted((a, b), key=len)
    size, extra = len(short), len(long) - len(short)
    if size < 3 or (size < 4 and extra != 1) or extra > 4:
        return APART
    if not extra:
        other = [at for at in range(size) if a[at] != b[at]]
        if (
            len(other) == 2
            and other[1] == other[0] + 1
            and a[other[0]] == b[other[1]]
            and a[other[1]] == b[other[0]]
        ):
            return LONG_SLIP if size >= 5 else PART
        if len(other) == 1 and (
            is_slip(a[other[0]], b[other[0]]) or (other[0] >= size - trade and size >= 5)
        ):
            return SHORT_SLIP
        return APART
    ops = [one for one in Indel.opcodes(short, long) if one.tag != "equal"]
    if any(one.tag != "insert" for one in ops):
        return APART
    added = [long[one.dest_start : one.dest_end] for one in ops]
    if extra == 1:
        at = ops[0].dest_start
        if added[0] in (long[at - 1 : at], long[at + 1 : at + 2]):
            return LONG_SLIP if size >= 5 else SHORT_SLIP
        if (added[0] in _DIRECTIONS and not (added[0] == "大" and at >= 2)) or added[
            0
        ] in _load().telling_letters:
            return LITTLE
        if size >= 4 and 2 <= at < size - 1 and not proper:
            return SHORT_SLIP  # 造船厂 and 船厂
        trade_from = len(long) - trade
        if trade_from <= at < len(long) - 1:
            return SHORT_SLIP
        # Another firm's name has a character more at its end or before it; a slip leaves one out anywhere.
        within = at < trade_from - proper or (proper >= 4 and trade_from - proper < at < trade_from - 1)
        return SHORT_SLIP if proper and within and size >= 5 else PART if size >= 4 else APART
    words = _load()
    if any(one in _DIRECTIONS for text in added for one in text):
        return APART
    # Short for long takes letters out of words: 北大图书馆; another's name has a word more: 北京师范大学.
    if len(added) >= 2 and short[0] == long[0] and short[-1] == long[-1]:
        return KIN_TRADE
    return LITTLE if any(word in long and word not in short for word in words.telling) or size < 6 else PART


def _is_told_elsewhere(a: Name, b: Name) -> bool:
    """Return whether one name places itself in another township, and the other in this one: 大安镇安通, 溪口镇安通."""
    return any(
        one.places and any(level == "town" for level, _ in other.elsewhere) for one, other in ((a, b), (b, a))
    )


def _towns(name: Name) -> frozenset[str]:
    return frozenset(place for level, place in name.elsewhere if level in ("town", "village"))


def _compare_proper(a: Name, b: Name) -> int:
    if not a.proper or not b.proper or a.proper == b.proper:
        return APART  # as their ends tell
    return _compare_texts(a.proper, b.proper)


@lru_cache(maxsize=1 << 16)
def _compare_texts(a: str, b: str) -> int:
    """Compare the proper parts of two names."""
    short, long = sorted((a, b), key=len)
    size = len(short)
    if len(short) == len(long):
        return _compare_equal_lengths(a, b)
    if size == 1 and len(long) == 2 and short in long:
        return SHORT_SLIP  # nobody is called by one character
    if size < 2 or len(long) > 3 * size + 2:
        return APART
    if is_within(short, long):
        extra = len(long) - size
        added = _find_added(short, long)
        if any(one in _DIRECTIONS - {"大"} for one in added) or any(
            word in added for word in _load().telling
        ):
            return LITTLE
        if size >= 4:
            return (
                LONG_SLIP if extra == 1 and _is_doubled(short, long) else SHORT_SLIP if extra == 1 else PART
            )
        if extra == 1:
            return LITTLE if size == 2 else PART
        return PART if long.startswith(short) or long.endswith(short) else LITTLE
    near = Levenshtein.distance(_read(a), _read(b))
    if near == len(long) - size and size >= 4:
        return SHORT_SLIP
    if size >= 5 and Indel.normalized_similarity(a, b) >= 0.8:
        return PART
    return APART


def _is_doubled(short: str, long: str) -> bool:
    """Return whether the long text repeats a character that the short one has once."""
    return any(long[:at] + long[at + 1 :] == short and long[at] == long[at - 1] for at in range(1, len(long)))


def _find_added(short: str, long: str) -> str:
    """The characters of the long text that are missing in the short one."""
    rest = list(long)
    for one in short:
        rest.remove(one)
    return "".join(rest)


def _compare_equal_lengths(a: str, b: str) -> int:
    other = [(one, two) for one, two in zip(a, b, strict=True) if one != two]
    size = len(a)
    if sorted(a) == sorted(b):
        return SHORT_SLIP if size >= 4 else PART if size == 3 else LITTLE
    if any(one in _DIRECTIONS and two in _DIRECTIONS for one, two in other):
        return APART
    slips = sum(is_slip(one, two) for one, two in other)
    if len(other) == 1:
        if slips:
            # What follows the first two characters may be a trade that is in no list: 老王修车, 老汪修车.
            late = a[:2] == b[:2]
            return LONG_SLIP if size >= 4 and late else SHORT_SLIP if size >= 2 else APART
        return PART if size >= 5 else LITTLE if size == 4 else APART
    if slips == len(other):
        return (
            SHORT_SLIP if size >= 4 and len(other) == 2 else PART if size >= 3 and len(other) == 2 else LITTLE
        )
    return PART if size >= 6 and len(other) == 2 else APART
