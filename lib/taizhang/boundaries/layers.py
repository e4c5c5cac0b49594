"""Reading districts: from a boundary file to a checked table of code, name, parent and geometry."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from taizhang.boundaries.codes import clean_text, name_level, restore_codes
from taizhang.boundaries.crs import judge_place, settle_crs, to_geographic
from taizhang.boundaries.encodings import require_words
from taizhang.boundaries.names import find_near
from taizhang.boundaries.offsets import OFFSETS, shift_geometry
from taizhang.boundaries.sources import read_source
from taizhang.core.errors import BoundaryError
from taizhang.core.reasons import Label, Reason

# Reports are files named by their district's code, and `all` is the whole area's.
# A unit's own name, where one would expect the column that holds it.
_UNIT = re.compile("[\u4e00-\u9fff]{1,12}[省市县区州旗盟]")
_FIT_CODE = re.compile(r"[\w-][\w.-]*")
_FAULTS = {
    "Self-intersection": "自相交", "Ring Self-intersection": "环自相交", "Hole lies outside shell": "洞在外环之外",
    "Nested shells": "外环相套", "Nested holes": "洞相套", "Duplicate Rings": "环重复",
    "Interior is disconnected": "内部不连通", "Too few points in geometry component": "点太少",
}  # fmt: skip
_TYPES = {
    "Point": "点",
    "MultiPoint": "多点",
    "LineString": "线",
    "MultiLineString": "多线",
    "LinearRing": "环线",
}
# What Windows takes for a device, whatever follows the dot.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}
_MOST_BYTES = 100  # of a code: a file's name may have 255 on most systems, all that follows it counted
_TAKEN = ("all", "comparison", "index", "facts", "manifest")


@dataclass(frozen=True)
class Layer:
    """A boundary layer, read and corrected, with notes on what was corrected or noticed.

    `frame` has code, name, parent (text, NA where there is none), the grid's further columns, geometry in longitude
    and latitude, by a geographic `crs`.
    """

    frame: gpd.GeoDataFrame
    notes: list[Reason] = field(default_factory=list)

    @property
    def crs(self) -> pyproj.CRS:
        return pyproj.CRS(self.frame.crs)


def read_districts(
    path: Path | str,
    *,
    code: str,
    name: str,
    parent: str | None = None,
    name_en: str | None = None,
    crs: str | None = None,
    offset: str = "none",
    encoding: str = "auto",
    shown: str = "",
) -> Layer:
    """Read the districts to report on, one row each, in the file's order; rows with the same code and name are
    merged.

    `path` is a shapefile (or a .zip of one), GeoPackage, GeoJSON, TopoJSON or GeoParquet. `code`, `name`, `parent` and
    `name_en` (the name on English pages) are its columns; `parent` may also be the name of the unit above, if all
    districts belong to it. `crs` is given only if the file states none; `offset` is the web map offset to remove
    ('none', 'gcj02' or 'bd09'); `encoding` is that of a shapefile's or GeoJSON's text, or 'auto'; `shown` is the
    path as written in workbook.toml, for lines to paste.

    Raises BoundaryError if the file cannot be read, a column is missing, the CRS is missing or wrong, names are
    garbled, codes are missing or have several names, or a geometry is not an area.
    """
    columns = {"code": code, "name": name, "parent": parent} | ({"name_en": name_en} if name_en else {})
    layer = read_layer(path, columns, crs=crs, offset=offset, encoding=encoding, shown=shown)
    where, codes = Path(path).name, list(layer.frame["code"])
    if unfit := [code for code in codes if not _is_fit(code)]:
        raise BoundaryError("boundaries.layer.unfit_codes", where=where, codes=unfit, taken=_TAKEN)
    alike = Counter(map(_fold_name, codes))
    if twice := [code for code in codes if alike[_fold_name(code)] > 1]:
        raise BoundaryError("boundaries.layer.alike_codes", where=where, codes=twice)
    return layer


def _fold_name(code: str) -> str:
    """A code as file systems see it that take capital and small letters, and their ways of writing é, for the same."""
    return unicodedata.normalize("NFC", code).casefold()


def _is_fit(code: str) -> bool:
    """Whether a code may begin the name of a report's files, on every system."""
    folded = _fold_name(code)
    named = folded in _TAKEN or folded.partition(".")[0] in _DEVICES
    fits = (
        _FIT_CODE.fullmatch(code) is not None and not code.endswith(".") and len(code.encode()) <= _MOST_BYTES
    )
    return fits and not named


def read_layer(
    path: Path | str,
    columns: Mapping[str, str | None],
    *,
    crs: str | None,
    offset: str,
    encoding: str,
    shown: str = "",
) -> Layer:
    """Read a layer with the columns named (canonical name -> column of the file, or None); see `read_districts`."""
    if offset not in OFFSETS:
        raise BoundaryError("boundaries.offset", offset=offset, known=OFFSETS)
    wanted = [name for name in (columns["code"], columns["name"]) if name]
    source = read_source(path, encoding=encoding, shown=shown, wanted=wanted)
    where = Path(path).name
    if source.frame.empty:
        raise BoundaryError("boundaries.layer.no_features", where=where)
    notes = list(source.notes)
    frame = _pick_columns(source.frame, columns, where, notes)
    for column in ("name", "parent"):
        words = [str(value) for value in frame[column].dropna()]
        notes += require_words(words, where=_name_column(where, columns[column]))
    frame = gpd.GeoDataFrame(frame, geometry=shapely.force_2d(source.frame.geometry.to_numpy()))
    require_numbers(frame, where)
    frame = _require_codes(frame.set_crs(source.frame.crs), columns, where, notes)
    if frame.geometry.isna().all() or frame.geometry.is_empty.all():
        raise BoundaryError("boundaries.layer.no_geometry", where=where)
    settled = settle_crs(frame, crs, where=where)
    frame = to_geographic(frame.set_crs(settled, allow_override=True))
    notes += judge_place(frame, settled, where=where)
    if offset != "none":
        frame = frame.set_geometry(shift_geometry(frame.geometry.to_numpy(), offset), crs=frame.crs)
        notes.append(Reason("boundaries.layer.offset", where=where, offset=offset))
    frame = mend_geometry(frame, where, notes)
    frame = _join_parts(frame, where, notes)
    _note_names(frame, where, notes)
    return Layer(frame, notes)


def _pick_columns(
    raw: gpd.GeoDataFrame, columns: Mapping[str, str | None], where: str, notes: list[Reason]
) -> pd.DataFrame:
    held = [str(name) for name in raw.columns if name != raw.geometry.name]
    columns = {key: name and _find_column(name, held) for key, name in columns.items()}
    above = columns.get("parent") or ""
    named = above not in held and bool(_UNIT.fullmatch(above))  # the unit itself, of which all are parts
    lacking = {
        key: name
        for key, name in columns.items()
        if name and name not in held and not (named and key == "parent")
    }
    missing = [f"{key} = '{name}'" for key, name in lacking.items()]
    if missing:
        near = find_near(str(next(iter(lacking.values()))), held)
        listed: list[str | Reason] = [*held] or [Reason("core.none")]
        told = {"where": where, "missing": missing, "held": listed}
        if near:
            raise BoundaryError("boundaries.layer.near_columns", near=near, **told)
        raise BoundaryError("boundaries.layer.no_columns", **told)
    picked = {}
    for key, name in columns.items():
        if not name:
            picked[key] = pd.Series(pd.NA, index=raw.index, dtype="str")
            continue
        if key == "parent" and named:
            picked[key] = pd.Series(clean_text(name), index=raw.index, dtype="str")
            continue
        values = raw[name]
        if key == "code" or (key not in ("name", "name_en") and pd.api.types.is_numeric_dtype(values.dtype)):
            texts, said = restore_codes(values, where=_name_column(where, name))
            notes += said
        else:
            texts = values.map({value: clean_text(value) for value in values.dropna().unique()}).astype("str")
        picked[key] = texts.mask(texts == "")
    return pd.DataFrame(picked).reset_index(drop=True)


def _find_column(name: str, held: Sequence[str]) -> str:
    """The column of this name; otherwise the only one that differs in spaces, widths and capitals alone.

    Otherwise the name.
    """
    if name in held:
        return name
    same = [one for one in held if clean_text(one).casefold() == clean_text(name).casefold()]
    return same[0] if len(same) == 1 else name


def _require_codes(
    frame: gpd.GeoDataFrame, columns: Mapping[str, str | None], where: str, notes: list[Reason]
) -> gpd.GeoDataFrame:
    """Every district has a code, and a code one name; features with neither are no districts."""
    void = frame["code"].isna() & frame["name"].isna()
    if void.all():
        raise BoundaryError("boundaries.layer.no_codes", where=where, column=columns["code"])
    if void.any():
        left = [int(number) for number in frame.index[void] + 1]
        notes.append(Reason("boundaries.layer.left_out", where=where, number=len(left), features=left))
    problems = []
    blank = frame.index[frame["code"].isna() & ~void]
    if len(blank):
        lacking = {"names": list(frame["name"][blank]), "features": [int(number) for number in blank + 1]}
        problems.append(Reason("boundaries.layer.blank_codes", column=columns["code"], **lacking))
    names = frame.groupby("code")["name"].nunique()
    if several := names.index[names > 1].tolist():
        borne = frame.dropna(subset=["name"]).groupby("code")["name"].unique()
        shown = [f"{one}: {', '.join(borne[one])}" for one in several]
        problems.append(Reason("boundaries.layer.several_names", codes=shown))
    if problems:
        raise BoundaryError("boundaries.layer.codes", where=where, problems=problems)
    first = frame.groupby("code")["name"].transform("first")
    frame = frame.assign(name=frame["name"].fillna(first))
    nameless = frame["name"].isna() & ~void
    if nameless.any():
        codes = list(frame["code"][nameless])
        notes.append(Reason("boundaries.layer.nameless", where=where, column=columns["name"], codes=codes))
    named = frame.assign(name=frame["name"].fillna(frame["code"]))
    return named.loc[~void].reset_index(drop=True)


def require_numbers(frame: gpd.GeoDataFrame, where: str) -> None:
    """Refuse coordinates that are infinite or not numbers."""
    points, owner = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    strange = np.unique(owner[~np.isfinite(points).all(axis=1)])
    if len(strange):
        shown = frame["name"].fillna(frame["code"]).iloc[strange]
        raise BoundaryError("boundaries.layer.infinite", where=where, names=list(shown))


def mend_geometry(frame: gpd.GeoDataFrame, where: str, notes: list[Reason]) -> gpd.GeoDataFrame:
    """Make areas valid: invalid rings are repaired by make_valid and reported; a layer without any area is an
    error."""
    shapes = frame.geometry.to_numpy()
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = shapely.get_type_id(shapes)
    wrong = ~absent & ~np.isin(kinds, (3, 6, 7))
    if wrong.any():
        types = sorted(set(frame.geometry.geom_type[wrong]))
        held = [Label(zh=_TYPES.get(name, "其他图形"), en=name) for name in types]
        names = list(frame["name"][wrong])
        raise BoundaryError("boundaries.layer.no_areas", where=where, types=held, names=names)
    invalid = ~absent & ~shapely.is_valid(shapes)
    mended = shapes.copy()
    if invalid.any():
        mended[invalid] = [keep_areas(one) for one in shapely.make_valid(shapes[invalid])]
        reasons = shapely.is_valid_reason(shapes[invalid])
        faults = zip(frame["name"][invalid], map(_name_fault, reasons), strict=True)
        shown = [Reason("boundaries.layer.fault", name=name, fault=fault) for name, fault in faults]
        notes.append(Reason("boundaries.layer.mended", where=where, names=shown))
    # The areas of a collection may lie over one another.
    mended[kinds == 7] = [shapely.union_all(shapely.get_parts(keep_areas(one))) for one in mended[kinds == 7]]
    void = absent | (shapely.area(mended) == 0)
    if void.any():
        notes.append(Reason("boundaries.layer.not_drawn", where=where, names=list(frame["name"][void])))
    mended[absent] = shapely.MultiPolygon()
    return frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))


def _name_column(file: str, column: str | None) -> Reason:
    return Reason("boundaries.column", file=file, column=column)


def _name_fault(said: str) -> Label:
    """Return GEOS's description of an invalid geometry, without its position."""
    fault = said.split("[")[0]
    return Label(zh=_FAULTS.get(fault, "几何无效"), en=fault)


def keep_areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a geometry; make_valid leaves lines and points of collapsed rings."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _join_parts(frame: gpd.GeoDataFrame, where: str, notes: list[Reason]) -> gpd.GeoDataFrame:
    """Features of one code and name (islands, or the same one twice) made one district."""
    repeated = frame["code"].duplicated(keep=False)
    if not repeated.any():
        return frame
    first = frame.drop_duplicates("code").reset_index(drop=True)
    shapes = [
        shapely.union_all(parts.to_numpy()) for _, parts in frame.groupby("code", sort=False)["geometry"]
    ]
    joined = first.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
    shared = {"number": int(repeated.sum()), "names": list(frame.loc[repeated, "name"])}
    notes.append(Reason("boundaries.layer.joined", where=where, **shared))
    columns = [column for column in frame.columns if column not in ("code", "name", "geometry")]
    differ = frame.groupby("code")[columns].nunique().gt(1).any(axis=1)
    if differ.any():
        notes.append(Reason("boundaries.layer.differ", where=where, codes=list(differ.index[differ])))
    return joined


def _note_names(frame: gpd.GeoDataFrame, where: str, notes: list[Reason]) -> None:
    shared = frame["name"].duplicated(keep=False)
    if shared.any():
        told = {"number": int(shared.sum()), "names": list(frame["name"][shared])}
        notes.append(Reason("boundaries.layer.shared_names", where=where, **told))
    levels = frame["code"].map(name_level)
    held = levels[levels != ""].value_counts()
    if len(held) > 1:
        counts = [(Reason(f"boundaries.level.{level}"), int(number)) for level, number in held.items()]
        shown = [
            Reason("boundaries.layer.level_count", level=level, number=number) for level, number in counts
        ]
        notes.append(Reason("boundaries.layer.levels", where=where, levels=shown))
    lengths = frame["code"].str.len()
    usual = lengths[levels != ""].mode()
    odd = frame.loc[(levels == "") & frame["code"].str.fullmatch(r"\d+"), "code"]
    if len(odd) and len(usual) and (lengths == usual[0]).sum() * 2 > len(frame):
        told = {"digits": int(usual[0]), "number": len(odd), "codes": list(odd)}
        notes.append(Reason("boundaries.layer.odd_codes", where=where, **told))
