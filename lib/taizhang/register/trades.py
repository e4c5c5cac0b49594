"""Compare the ends of two names: the trade of the premises, and their kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from taizhang.register.names import load_words

# From nothing in common to all: other trades; one word shared; words that people take for one another; only kinds;
# one with a word more; one without any; only filling words more; two words for one thing; only kinds (店, 商行) differ;
# equal.
OTHER, SHARED, KIN, BARE, MORE, MISSING, FILLED, MEANT, KINDS, EQUAL = range(10)


@dataclass(frozen=True)
class _Words:
    """`words`: all that ends are cut into, by length; `meant`: the word that stands for its group; `kinds`: the group
    of each kind."""

    words: Mapping[int, frozenset[str]]
    meant: Mapping[str, str]
    kinds: Mapping[str, frozenset[str]]
    parts: frozenset[str]
    filling: frozenset[str]
    added: frozenset[str]
    telling: tuple[str, ...]
    excluding: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    kin: frozenset[str]
    exact: frozenset[str]


@cache
def _load() -> _Words:
    words = load_words()
    groups: dict[str, set[str]] = {}
    for group, listed in words["kinds_of_premises"].items():
        for word in listed:
            groups.setdefault(word, set()).add(group)
    kinds = {word: frozenset(found) for word, found in groups.items()}
    meant = {word: group[0] for group in words["meant"] for word in group}
    classes: dict[str, set[str]] = {}
    for name, listed in words["trades"].items():
        for word in listed:
            classes.setdefault(word, set()).add(name)
    filled = {*kinds, *words["filling"]}
    whole = {_find_stem(word, filled) for word in classes}
    filling, added, parts = (frozenset(words[name]) for name in ("filling", "added", "parts"))
    sizes: dict[int, set[str]] = {}
    for word in {*whole, *kinds, *meant, *filling, *added, *parts, *words["telling"]}:
        sizes.setdefault(len(word), set()).add(word)
    return _Words(
        {size: frozenset(found) for size, found in sorted(sizes.items(), reverse=True)},
        meant,
        kinds,
        parts,
        filling,
        added,
        tuple(words["telling"]),
        {one: frozenset(group) - {one} for group in words["excluding"] for one in group},
        {word: frozenset(found) for word, found in classes.items()},
        frozenset(words["kin"]),
        frozenset(words["exact"]),
    )


def _find_stem(word: str, ends: Iterable[str]) -> str:
    """A word without what fills it at its end: 水果 of 水果店; but 饭店 is one word."""
    stems = (word[: -len(end)] for end in ends if word.endswith(end) and len(word) - len(end) >= 2)
    return min(stems, key=len, default=word)


@dataclass(frozen=True)
class _End:
    """An end of a name: its words but for the last ones that tell a kind, and that kind."""

    content: tuple[str, ...]
    kind: frozenset[str]
    unknown: bool


@lru_cache(maxsize=1 << 16)
def _cut(text: str) -> _End:
    words = _load()
    found: list[str] = []
    at, unknown = 0, False
    while at < len(text):
        size = next((size for size, listed in words.words.items() if text[at : at + size] in listed), 0)
        unknown = unknown or not size
        found.append(text[at : at + max(size, 1)])
        at += max(size, 1)
    kind: frozenset[str] = frozenset()
    while found and found[-1] in words.kinds and (len(found) > 1 or found[-1] not in words.meant):
        last = words.kinds[found.pop()]
        kind = kind or last
        if found and found[-1] in words.meant:
            break
    return _End(tuple(found), kind, unknown)


@lru_cache(maxsize=1 << 16)
def compare_ends(a: str, b: str) -> int:
    """Compare what follows the same beginning of two names: one of `OTHER` to `EQUAL`."""
    if a == b:
        return EQUAL
    words = _load()
    one, other = _cut(a), _cut(b)
    parts = [words.parts & {*end.content} for end in (one, other)]
    if parts[0] != parts[1] or (parts[0] and one.kind != other.kind):
        return OTHER
    alike_kinds = bool(one.kind & other.kind) or not one.kind or not other.kind
    if one.content == other.content:
        return (KINDS if one.content else BARE) if alike_kinds else KIN if one.content else SHARED
    meant = [[words.meant.get(word, word) for word in end.content] for end in (one, other)]
    if meant[0] == meant[1] or "".join(meant[0]) == "".join(meant[1]):
        return MEANT if alike_kinds else KIN
    return _compare_contents(one, other, *meant, alike_kinds=alike_kinds, ends=(a, b))


def _compare_contents(
    one: _End, other: _End, a: list[str], b: list[str], *, alike_kinds: bool, ends: tuple[str, str]
) -> int:
    words = _load()
    classes = [_classify(end) for end in ends]
    # 职业 tells two schools apart, 科技 no two makers of electronics.
    if (words.exact & (classes[0] | classes[1]) or not (classes[0] and classes[1])) and any(
        (word in ends[0]) != (word in ends[1]) for word in words.telling
    ):
        return OTHER
    more, fewer = [word for word in a if word not in b], [word for word in b if word not in a]
    if not more or not fewer:
        extra = more or fewer
        if any(word in words.filling for word in extra) and all(word in words.filling for word in extra):
            return KIN if not alike_kinds else FILLED if a and b else MISSING
        if all(word in words.filling | words.added for word in extra):
            return MORE
        if not a or not b:
            unknown = one.unknown or other.unknown
            return SHARED if unknown else MISSING if alike_kinds else OTHER
        return SHARED if (classes[0] | classes[1]) & words.exact or not alike_kinds else MORE
    for texts in (ends, ("".join(one.content), "".join(other.content)), ("".join(a), "".join(b))):
        part, whole = sorted(texts, key=len)
        if part and (whole.startswith(part) or whole.endswith(part)):
            rest = _cut(whole.removeprefix(part) if whole.startswith(part) else whole.removesuffix(part))
            if {*rest.content} <= words.filling | words.added and not rest.kind:
                return FILLED if {*rest.content} <= words.filling and alike_kinds else MORE
    letters, others = "".join(more), "".join(fewer)
    if any(words.excluding.get(letter, frozenset()) & set(others) for letter in letters):
        return OTHER
    short, long = sorted(ends, key=len)
    if len(short) >= 2 and is_within(short, long) and (short[0] == long[0] or short[-1] == long[-1]):
        return MORE  # 船厂, 造船厂; 特校, 特殊教育学校
    if classes[0] & classes[1] & words.kin:
        return KIN
    joined = [set("".join(words_of)) for words_of in (one.content, other.content)]
    return (
        SHARED if (joined[0] & joined[1]) - set("品业制工加大小材料厂店场站科技维修服务售卖专养电") else OTHER
    )


@lru_cache(maxsize=1 << 16)
def _classify(trade: str) -> frozenset[str]:
    """The classes of a trade's last word that has one."""
    words = _load().classes
    for size in range(len(trade), 1, -1):
        if (found := words.get(trade[-size:])) is not None:
            return found
    return frozenset()


def is_within(short: str, long: str) -> bool:
    """Return whether all characters of one are in the other, in this order."""
    rest = iter(long)
    return all(one in rest for one in short)


def is_known(text: str) -> bool:
    """Return whether a text is made of known words alone."""
    return not _cut(text).unknown


def tells_more(short: str, long: str) -> bool:
    """Return whether the longer of two names has a word that makes other premises of it: 停车场, 职业."""
    words = _load()
    return any(word in long and word not in short for word in (*words.parts, *words.telling))
