"""Examining an unknown boundary file: its columns of code, name and unit above, and its CRS."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from taizhang.boundaries.codes import clean_text, cut_zeros, restore_codes
from taizhang.boundaries.crs import suggest_crs
from taizhang.boundaries.sources import read_source
from taizhang.core.errors import BoundaryError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason

SUFFIXES = (".shp", ".gpkg", ".geojson", ".json", ".topojson", ".fgb", ".zip", ".parquet")
_LAYERED = (".gpkg",)
_CODE = re.compile(r"\d{6,19}")
_LETTERED = re.compile(r"[A-Z]{1,4}[-_.]?\d{2,19}", re.I)  # RC01, PH-0142
_NAMED = re.compile(
    "(?:镇|乡|街道|区|县|市|旗|苏木|办事处|管委会|开发区|园区|农场|林场|村|社区|网格|省|州|盟)$"
)
_CODE_WORDS = re.compile("code|dm|代码|编码|编号|pac|adcode|id", re.I)
_NAME_WORDS = re.compile("name|mc|名称|名", re.I)


@dataclass(frozen=True)
class LayerSeen:
    """A layer: its path (with ``!layer`` if the file has several), columns ('' if not identified), and names.

    `parent_coded`: the unit above is given by its code. `crs` is the file's own; if it is '', `suggested` is the system
    that its coordinates suggest. `areas`: its features are polygons. `codes` and `names` are those of its features;
    `problem` says why the layer could not be examined.
    """

    path: Path
    layer: str = ""
    code: str = ""
    name: str = ""
    parent: str = ""
    parent_coded: bool = False
    crs: str = ""
    suggested: str = ""
    features: int = 0
    areas: bool = False
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    problem: Reason | None = None

    @property
    def full_path(self) -> str:
        """The path as written in workbook.toml."""
        return f"{self.path.as_posix()}!{self.layer}" if self.layer else self.path.as_posix()


def survey_layers(path: Path) -> Iterator[LayerSeen]:
    """Examine each layer of a file without raising errors."""
    try:
        layers = [""]
        if path.suffix.lower() in _LAYERED:
            named = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            layers = named if len(named) > 1 else layers
        for layer in layers:
            yield _survey(path, layer)
    except BoundaryError as error:
        yield LayerSeen(path, problem=error.reasons[0])
    except (pyogrio.errors.DataSourceError, OSError, ValueError) as error:
        why = tell_error(error)
        yield LayerSeen(path, problem=Reason("boundaries.file.unreadable", where=path.name, why=why))


def _survey(path: Path, layer: str) -> LayerSeen:
    frame = read_source(f"{path}!{layer}" if layer else path).frame
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    codes = {name: _read_codes(frame[name]) for name in columns}
    texts = {name: frame[name].dropna().map(clean_text).astype("str") for name in columns}
    code = max(columns, key=lambda name: _weigh_code(name, codes[name]), default="")
    if not code or _weigh_code(code, codes[code]) <= 0:
        code = ""
    rest = [name for name in columns if name != code]
    name = max(rest, key=lambda one: _weigh_name(one, texts[one], len(frame)), default="")
    if not name or _weigh_name(name, texts[name], len(frame)) <= 0:
        name = ""
    areas = bool(frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all()) and len(frame) > 0
    own = codes[code] if code else pd.Series(dtype="str")
    parent = _find_parent(own, {one: (codes[one], texts[one]) for one in rest if one != name})
    return LayerSeen(
        path=path,
        layer=layer,
        code=code,
        name=name,
        parent=parent,
        parent_coded=bool(parent) and all(map(_CODE.fullmatch, codes[parent].dropna())),
        crs=frame.crs.to_string() if frame.crs else "",
        suggested="" if frame.crs else _suggest(frame),
        features=len(frame),
        areas=areas,
        codes=tuple(own.dropna()),
        names=tuple(texts[name]) if name else (),
        columns=tuple(columns),
    )


def _read_codes(values: pd.Series) -> pd.Series:
    try:
        return restore_codes(values, where="")[0]
    except (BoundaryError, ValueError):
        return pd.Series(pd.NA, index=values.index, dtype="str")


def _weigh_code(name: str, codes: pd.Series) -> float:
    """Score how likely a column contains the codes: unique numbers of at least 6 digits; 0 if impossible.

    Letters before the digits (RC01) are accepted under a header for codes, if there are no better ones.
    """
    told = codes.dropna()
    if told.empty or len(told) < len(codes):
        return 0.0
    distinct = told.nunique() / len(told)
    if not told.map(lambda one: bool(_CODE.fullmatch(one))).all():
        lettered = told.map(lambda one: bool(_LETTERED.fullmatch(one))).all()
        return 0.5 * (lettered and distinct == 1 and bool(_CODE_WORDS.search(name)))
    return distinct + 0.5 * bool(_CODE_WORDS.search(name)) if distinct > 0.9 else 0.0


def _weigh_name(name: str, texts: pd.Series, features: int) -> float:
    """Score how likely a column contains the names: almost unique words with the endings of place names."""
    if texts.empty or len(texts) < 0.9 * features or texts.str.fullmatch(r"[\d.\-: ]*").any():
        return 0.0
    distinct = texts.nunique() / len(texts)
    if distinct < 0.6:
        return 0.0
    named = texts.map(lambda one: bool(_NAMED.search(one))).mean()
    return distinct + 2 * named + 0.5 * bool(_NAME_WORDS.search(name))


def _find_parent(own: pd.Series, others: dict[str, tuple[pd.Series, pd.Series]]) -> str:
    """The column of the unit above: a code that begins each district's own code, or else a county or city name."""
    for name, (codes, _) in others.items():
        told = (
            codes.notna().all() and len(codes) > 0 and codes.map(lambda one: bool(_CODE.fullmatch(one))).all()
        )
        if told and all(
            len(cut_zeros(above)) < len(cut_zeros(code)) and code.startswith(cut_zeros(above))
            for code, above in zip(own, codes, strict=False)
        ):
            return name
    for name, (codes, texts) in others.items():
        if len(texts) == len(codes) > 1 and 2 * texts.nunique() <= len(texts) and texts.map(_is_above).all():
            return name
    return ""


def _is_above(text: str) -> bool:
    return bool(re.search("[县市区旗盟州]$", text)) and 2 <= len(text) <= 12


def _suggest(frame: gpd.GeoDataFrame) -> str:
    """Return the one coordinate system that the coordinates suggest; '' if there are several, or none."""
    west, south, east, north = (float(bound) for bound in frame.total_bounds)
    found = [dict(one.parameters).get("code", "") for one in suggest_crs((west, south, east, north))]
    # Of degrees the likeliest: CGCS2000 and WGS84 are the same to a few centimetres.
    return str(found[0]) if found and (len(found) == 1 or abs(east) <= 180) else ""
