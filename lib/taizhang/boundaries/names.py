"""Place names: removing suffixes, unifying scripts, finding similar names."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

import opencc

from taizhang.boundaries.codes import clean_text

# A street office and its street are one unit; so are a town and its government.
_OFFICE = re.compile(
    r"(?<=街道)办(?:事处)?$|(?<=[镇乡鎮鄉])(?:人民)?政府$|(?<=地区)办事处$|(?<=街道)辦(?:事處)?$"
)
_SPACES = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|"
    "柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|"
    "塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
# Each suffix with the levels it stands for.
_SUFFIXES: dict[str, tuple[str, ...]] = {
    suffix: tuple(levels.split())
    for levels, suffixes in {
        "village": "社区居民委员会 社区居委会 居民委员会 村民委员会 居委会 村委会 社区 村",
        "province": "特别行政区 自治区 省",
        "city": "自治州 地区 盟",
        "county": "自治县 自治旗 林区 特区 新区 县 区 旗 縣 區",
        "county city": "市",
        "township": "民族乡 族乡 街道 苏木 镇 乡 鎮 鄉",
    }.items()
    for suffix in suffixes.split()
}
_LONGEST_FIRST = tuple(sorted(_SUFFIXES, key=len, reverse=True))
_PEOPLE_UNIT = re.compile(f"(?:(?:{_PEOPLES})族)+(?=(?:自治[州县旗]|民族乡|乡)$)")
_NO_BASE = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "开发区", "新区"}
_WITH_UNIT = re.compile("((?:[\u4e00-\u9fff]{2,7}?[省市縣县州盟])+?)([\u4e00-\u9fff]{2,})")
_SEPARATORS = re.compile(r"[\s/、,;·•\-—_>]+")


def fold_name(text: str) -> str:
    """Normalise a name for comparison: NFKC, no spaces between Chinese characters, one case, no office endings."""
    text = clean_text(text).casefold()
    return _OFFICE.sub("", _SPACES.sub("", text))


def cut_spaces(name: str) -> str:
    """Remove all white space: QuezonCity for Quezon City."""
    return "".join(name.split())


def split_suffix(name: str) -> tuple[str, str]:
    """Split a name into its short form and its suffix (镇, 乡, 街道, 县, 区 …).

    An ethnic name before the suffix belongs to it: 老溪畲族乡 is 老溪. If nothing, or a single character, would be
    left, the name has no short form: ('', '').
    """
    if name in _NO_BASE:
        return "", ""
    plain = _PEOPLE_UNIT.sub("", name)
    for suffix in _LONGEST_FIRST:
        base = plain.removesuffix(suffix)
        if base != plain and len(base) >= 2:
            return base, suffix
    return "", ""


def cut_suffix(name: str) -> str:
    """Remove a name's suffix; '' if it has none that can be removed."""
    return split_suffix(name)[0]


def is_bare(name: str) -> bool:
    """Return whether the name has no suffix at all, as 罗湖 for 罗湖区."""
    return not name.endswith(_LONGEST_FIRST)


def cut_units_above(names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Split names that include the unit above (臺北市大安區): by code, the unit above and the name without it.

    Empty unless nine of ten names are written in this way, and at least one unit precedes several names.
    """
    matches = {code: match for code, name in names.items() if (match := _WITH_UNIT.fullmatch(name))}
    found = {code: (match[1], match[2]) for code, match in matches.items() if not is_bare(match[2])}
    units = [above for above, _ in found.values()]
    common = len(found) >= max(2, 0.9 * len(names)) and len(set(units)) < len(units)
    return found if common else {}


def levels_of(suffix: str) -> tuple[str, ...]:
    """Return the levels that a suffix can mean, as named by `codes.name_level`."""
    return _SUFFIXES[suffix]


def split_places(text: str) -> list[str]:
    """Return the parts of a cell that may name several places, or a place and the one above it."""
    return [part for part in _SEPARATORS.split(clean_text(text)) if part]


def to_simplified(text: str) -> str:
    """Convert traditional characters to simplified ones (OpenCC, t2s)."""
    return str(_converter().convert(text))


@cache
def _converter() -> "opencc.OpenCC":
    return opencc.OpenCC("t2s")


def find_near(text: str, names: list[str]) -> list[str]:
    """Return at most three names similar to a text, nearest first; they are suggested, never accepted."""
    letters = set(text)
    alike = [name for name in names if len(letters & set(name)) * 2 >= min(len(letters), len(name))]
    inside = [name for name in alike if text and (text in name or (len(name) > 1 and name in text))]
    close = get_close_matches(text, alike, cutoff=0.5)
    return list(dict.fromkeys([*close, *inside]))[:3]
