"""The district of a whole table: from its sheet name, title or file name."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from taizhang.ledgers.text import fold, simplify

# A full name begins where a unit above, a year or a word like 关于 ends; 大石门镇 does not name 石门镇.
_BEFORE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[省市县区州盟旗年月度份镇乡于报属在各和及与]|街道)$")
_SUFFIX = re.compile("(?:镇|乡|街道|区|县|市|旗|苏木|州|盟)$|township|town|county|district|city", re.I)
# An office and what it is the office of are one: 东风街道办事处 is 东风街道, 城关镇人民政府 is 城关镇.
_OFFICE = re.compile("(?<=街道)办(?:事处)?$|(?<=[镇乡])(?:人民)?政府$")
# 东山乡村 is the countryside of Dongshan, not the township 东山乡.
_GOES_ON = re.compile("(?<=乡)村|(?<=市)[场民政]|(?<=镇)江|(?<=区)域|(?<=县)城")


@lru_cache(maxsize=8)
def _list_full(names: frozenset[str]) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Names that end as districts' do, in simplified characters and as they are, by first character, longest first."""
    plain = {_shorten(name): name for name in sorted(names, key=len, reverse=True)}
    found: dict[str, list[tuple[str, str]]] = {}
    for short in sorted(plain, key=len, reverse=True):
        if _SUFFIX.search(short):
            found.setdefault(short[0], []).append((short, plain[short]))
    return {first: tuple(pairs) for first, pairs in found.items()}


def _shorten(name: str) -> str:
    """A name as it is looked for: in simplified characters, without spaces, an office's ending off."""
    return _OFFICE.sub("", re.sub(r"\s+", "", simplify(name)))


def find_places(text: str, names: frozenset[str]) -> frozenset[str]:
    """Return the districts named in full in a text; the longest if one name contains another."""
    full = _list_full(names)
    plain = re.sub(r"[^\S\n]+", "", simplify(unicodedata.normalize("NFKC", text)))
    found: set[str] = set()
    at = 0
    while at < len(plain):
        here = (pair for pair in full.get(plain[at], ()) if plain.startswith(pair[0], at))
        name, own = next(here, ("", ""))
        end = at + len(name)
        if name and _BEFORE.search(plain[:at]) and not _GOES_ON.match(plain, end):
            found.add(own)
        at = max(end, at + 1)
    return frozenset(found)


def suggest_place(texts: Sequence[str], names: frozenset[str]) -> str:
    """Return the one district that texts name in short (石门 for 石门镇), to be asked about and never used."""
    said = re.sub(r"\s+", "", simplify(unicodedata.normalize("NFKC", "\n".join(texts))))
    short = {name: _SUFFIX.sub("", _shorten(name)) for name in names if _SUFFIX.search(_shorten(name))}
    found = [name for name, base in short.items() if len(base) >= 2 and base in said]
    longest = [
        name
        for name in found
        if not any(short[name] != short[one] and short[name] in short[one] for one in found)
    ]
    return longest[0] if len(longest) == 1 else ""


def find_table_place(
    sheet: str, titles: Sequence[str], above: Sequence[str], file: str, names: frozenset[str]
) -> tuple[str, str]:
    """Return the district's name, and where it is given: sheet, title or file; '' if it is not given, or
    contradictory.

    A sheet's name may be any of `names`; elsewhere only a full name counts, with a district's ending. Titles of
    the tables `above` count if the table's own titles name none.
    """
    word = fold(sheet)
    exact = {name for name in names if word and word in (fold(name), fold(_shorten(name)))}
    told = {
        "sheet": frozenset(exact) or find_places(sheet, names),
        "title": find_places("\n".join(titles), names) or find_places("\n".join(above), names),
        "file": find_places(file.rsplit("/", 1)[-1].rpartition(".")[0], names),
    }
    said = {how: places for how, places in told.items() if places}
    if len(frozenset().union(*said.values())) != 1:
        return "", ""
    how = next(iter(said))
    return next(iter(said[how])), how
