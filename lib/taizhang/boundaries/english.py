"""District names on English pages: given names, or else pinyin."""

import re
from collections.abc import Mapping

import geopandas as gpd

from taizhang.boundaries.names import split_suffix

_CHINESE = re.compile("[\u3400-\u9fff]")
_UNITS = {
    "省": "Province", "自治区": "Autonomous Region", "市": "City", "地区": "Prefecture", "盟": "League",
    "自治州": "Autonomous Prefecture", "县": "County", "自治县": "Autonomous County", "区": "District",
    "新区": "New District", "旗": "Banner", "镇": "Town", "乡": "Township", "民族乡": "Ethnic Township",
    "族乡": "Ethnic Township", "街道": "Subdistrict", "苏木": "Sumu", "村": "Village", "社区": "Community",
    "村委会": "Village", "居委会": "Community",
}  # fmt: skip


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
