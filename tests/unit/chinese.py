"""Whether what is said to a Chinese user is Chinese: which English words are left that are no names."""

import re
from collections.abc import Iterable

from taizhang.metadata.kinds import load_kinds, load_shared

# Names of things as they are written everywhere: files, keys, commands, options, addresses, places in a document.
_NAMES = re.compile(
    r"""
    原文：(?:“[^”]*”、?)+                                   # what a library or a user's own code says, quoted
    | https?://[^\s，。；）]+
    | (?:[\w.*~!-]*/)+[\w.*~!-]*                           # a path
    | [\w*~-]+\.(?:\w{2,8}\.)*(?:xlsx|xlsm|xls|ods|csv|txt|tsv|parquet|toml|yml|yaml|ipynb|json|html|pdf|docx|md|
        shp|dbf|shx|prj|cpg|zip|gpkg|geojson|topojson|py)\b
    | \.(?:xlsx|csv|shp|dbf|shx|prj|cpg|docx|html|pdf)\b
    | \[[a-z_.\w\[\]]+\]                                   # a table of workbook.toml
    | \b[A-Za-z]+(?:[_.][A-Za-z0-9]+)+\b                    # a key, a fact, a column: hazards.found, found_on
    | \b\w+\s=\s(?:\S+)?                                    # a line of TOML
    | --[a-z-]+ | (?<!\w)-[A-Z]\b                           # an option
    | \btaizhang(?:\s[a-z]+)?                               # a command
    | \b[A-Z]{2,}:?\d+\b | \b[A-Z][A-Za-z]+\d+\b           # EPSG:4490, CGCS2000
    | \b(?:[A-Z]{1,3}|gcj02|bd09)\b
    """,
    re.VERBOSE | re.ASCII,
)
# Formats, programs and standards have no other name; keys are written as they are in the files.
_KNOWN = frozenset(
    """Excel WPS Word JupyterLab Python Chromium Windows Linux Dask YAML TOML JSON HTML XML PDF CSV UTF GBK Big
    Shapefile GeoPackage GeoJSON TopoJSON GeoParquet Parquet parquet xlsx xlsm xls ods csv txt zip html pdf docx NUL WGS
    EPSG DBF GDAL Typst Series papermill dask scheduler worker tcp fsspec kernelspec python shapefile
    auto utf sig gb zh en all toml json table modern gbt
    path code name parent crs offset encoding crosswalk aliases files sheets columns values district lang suppress grid
    old new by why file row column sheet kind title fields null workbook book ledger view notebooks fonts md
    value constants duplicates empty dates ymd mdy dmy roc keep first last macOS
    grades from above per steps approved period fact parameters dir entity
    Access mdb accdb kml kmz geojson KML KMZ GeoJSON SELECT DOCTYPE SQLAlchemy query source routine""".split()
)


def find_english(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """The English words of a text that are no names.

    Names are files, paths, keys, options, commands; kinds of ledgers, their columns and values; formats; and what is
    `allowed`.
    """
    known = {*_KNOWN, *allowed, *load_shared().units}
    for kind in load_kinds().values():
        known |= {kind.name, *kind.fields}
        known |= {name for item in kind.fields.values() for name in item.values}
    left = _NAMES.sub(" ", text)
    return [word for word in re.findall(r"[A-Za-z][A-Za-z’']+", left) if word not in known]


def find_chinese(text: str) -> list[str]:
    """Runs of Chinese characters or signs in a text."""
    return re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", text)
