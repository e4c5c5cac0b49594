"""Names on English pages: of districts given names, or else pinyin; of premises and events pinyin, kinds translated."""

import re
from collections.abc import Mapping

import geopandas as gpd

from taizhang.boundaries.names import split_suffix
from taizhang.metadata.terms import load_place_kinds, name_term

_CHINESE = re.compile("[\u3400-\u9fff]")
_NUMBERED = re.compile("(.+?)([0-9]*)", re.DOTALL)
# A name that begins with its township: 乡 and 镇 end the name of one, but not in 乡村, 乡镇 and 城镇.
_TOWNSHIP = re.compile("([\u3400-\u9fff]{2,3}?(?:街道|(?<![乡城])镇|乡(?![村镇亲土])|县))(.+)")
_UNITS = {
    "省": "Province", "自治区": "Autonomous Region", "市": "City", "地区": "Prefecture", "盟": "League",
    "自治州": "Autonomous Prefecture", "县": "County", "自治县": "Autonomous County", "区": "District",
    "新区": "New District", "旗": "Banner", "镇": "Town", "乡": "Township", "民族乡": "Ethnic Township",
    "族乡": "Ethnic Township", "街道": "Subdistrict", "苏木": "Sumu", "村": "Village", "社区": "Community",
    "村委会": "Village", "居委会": "Community",
}  # fmt: skip


def is_chinese(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return bool(_CHINESE.search(text))


def spell_english(name: str) -> str:
    """Spell a Chinese place name in pinyin, following GB/T 16159; text that is not Chinese is unchanged.

    >>> spell_english("溪口镇"), spell_english("城关街道"), spell_english("Quezon City")
    ('Xikou Town', 'Chengguan Subdistrict', 'Quezon City')
    """
    if not _CHINESE.search(name):
        return name
    base, suffix = split_suffix(name)
    if suffix not in _UNITS:
        base, suffix = name, ""
    from pypinyin import lazy_pinyin  # slow to load, and only English pages ask

    spelt = "".join(lazy_pinyin(base)).capitalize()
    return f"{spelt} {_UNITS[suffix]}" if suffix else spelt


def spell_premises(name: str) -> str:
    """A name of premises for readers without Chinese: in pinyin, its end translated if that says what it is.

    >>> spell_premises("白鹭镇中心小学"), spell_premises("城关街道后关网格06")
    ('Bailu Town Central Primary School', 'Chengguan Subdistrict Houguan Grid 06')
    """
    if not _CHINESE.search(name):
        return name
    called, number = _NUMBERED.fullmatch(name).groups()  # type: ignore[union-attr]
    end = next((one for one in load_place_kinds() if called.endswith(one) and called != one), "")
    base = called.removesuffix(end)
    spelt = [spell_english(base) if split_suffix(base)[1] in _UNITS else _spell_parts(base)]
    return " ".join([*spelt, *([load_place_kinds()[end]] if end else []), *([number] if number else [])])


def _spell_parts(name: str) -> str:
    """Spell a township's name apart from what follows it."""
    parted = _TOWNSHIP.fullmatch(name)
    return f"{spell_english(parted[1])} {_spell_pairs(parted[2])}" if parted else _spell_pairs(name)


def spell_event(name: str) -> str:
    """A named event as its kind, translated, and its own name in pinyin; a kind that is no known term is left.

    >>> spell_event("“7·16”台风"), spell_event("台风烟花"), spell_event("大风")
    ('typhoon “7·16”', 'typhoon Yanhua', '大风')
    """
    for at in range(1, len(name)):
        for kind, own in ((name[at:], name[:at]), (name[:at], name[at:])):
            word = name_term(kind, "en")
            if len(kind) > 1 and word != kind:
                return f"{word} {_spell_pairs(own.strip('“”')) if _CHINESE.search(own) else own}"
    return name


def _spell_pairs(name: str) -> str:
    """Spell in pinyin, two syllables to a word, as most words have two characters.

    The reading of a name does not show where its words end.
    """
    from pypinyin import lazy_pinyin  # slow to load, and only English pages ask

    parts = re.findall("[\u3400-\u9fff]{2}(?=[\u3400-\u9fff]{2})|[\u3400-\u9fff]+|[^\u3400-\u9fff]+", name)
    spelt = ("".join(lazy_pinyin(part)).capitalize() if _CHINESE.search(part) else part for part in parts)
    return " ".join(part.strip() for part in spelt)


def list_names(districts: gpd.GeoDataFrame, lang: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each district on pages in a language, by code.

    In English: from `given`, by code or name; otherwise from the layer's column name_en; otherwise in pinyin. If two
    would have the same name, the Chinese name is added.
    """
    codes, names = districts["code"].astype("str"), districts["name"].astype("str")
    if lang != "en":
        return dict(zip(codes, names, strict=True))
    own = districts["name_en"] if "name_en" in districts else [None] * len(districts)
    spelt = [
        given.get(code)
        or given.get(name)
        or (str(english) if isinstance(english, str) and english else spell_english(name))
        for code, name, english in zip(codes, names, own, strict=True)
    ]
    return {
        code: f"{english} ({name})" if spelt.count(english) > 1 and english != name else english
        for code, name, english in zip(codes, names, spelt, strict=True)
    }
