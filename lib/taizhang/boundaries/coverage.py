"""Whether areas cover the ground exactly once: gaps, overlaps, slivers, strays.

Shapes are compared in degrees, in which neighbours share their vertices to the last bit, and then measured in an
equal-area projection.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from taizhang.boundaries.crs import area_km2, choose_equal_area
from taizhang.boundaries.layers import keep_areas
from taizhang.core.errors import BoundaryError
from taizhang.core.reasons import Reason

Shapes = npt.NDArray[np.object_]

# Below a square metre lies what rounding of coordinates makes, not what anyone drew.
SMALLEST_M2 = 1.0
SLIVER_WIDTH_M = 10.0
_TOUCH_DEGREES = 1e-9
_COLUMNS = ["problem", "area_km2", "codes", "geometry"]


def check_coverage(
    frame: gpd.GeoDataFrame,
    boundary: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry | None = None,
    *,
    sliver_width_m: float = SLIVER_WIDTH_M,
    smallest_m2: float = SMALLEST_M2,
) -> gpd.GeoDataFrame:
    """Find gaps, overlaps and slivers of a layer: code, and geometry in degrees.

    Raises BoundaryError if it has no CRS. `boundary` is the area that the layer should cover, in degrees. Without
    it, a gap is a hole enclosed by districts; a crack that opens to the outside is found only with a boundary. A
    gap or overlap of at most `sliver_width_m` mean width (twice the area by the perimeter) is a sliver; pieces below
    `smallest_m2` are rounding and not reported.

    Returns problem ('gap', 'gap_sliver', 'overlap', 'overlap_sliver', 'nested' where one lies within the other,
    'duplicate' where both are the same, 'outside' beyond the boundary), area_km2, codes (of the districts that
    overlap, or that border the gap, joined by a space), geometry; largest first.
    """
    if frame.crs is None:
        raise BoundaryError("boundaries.crs.no_coverage")
    shapes = _valid_shapes(frame.geometry)
    codes = frame["code"].astype(str).to_numpy(dtype=object)
    whole = shapely.union_all(shapes)
    target = _unite(boundary)
    found = [_find_overlaps(shapes, codes, frame.crs, smallest_m2)]
    if target is None:
        outer = shapely.get_parts(whole)
        rings = shapely.polygons(shapely.get_exterior_ring(outer)) if len(outer) else [whole]
        filled = shapely.union_all(rings)
        found.append(_list_pieces("gap", shapely.difference(filled, whole), shapes, codes, frame.crs))
    else:
        found.append(_list_pieces("gap", shapely.difference(target, whole), shapes, codes, frame.crs))
        found.append(_list_pieces("outside", shapely.difference(whole, target), shapes, codes, frame.crs))
    pieces = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), geometry="geometry", crs=frame.crs)
    pieces = pieces[pieces["area_km2"] * 1e6 >= smallest_m2]
    thin = pieces["problem"].isin(["gap", "overlap"]) & (_measure_width(pieces.geometry) <= sliver_width_m)
    pieces["problem"] = pieces["problem"].where(~thin, pieces["problem"] + "_sliver")
    return pieces.sort_values("area_km2", ascending=False, kind="stable").reset_index(drop=True)[_COLUMNS]


def check_districts(
    frame: gpd.GeoDataFrame, boundary: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry | None = None
) -> gpd.GeoDataFrame:
    """Find everything unusual about a layer: its coverage, and districts that are empty, invalid, in parts or
    isolated.

    Returns the columns of `check_coverage`, with the further problems 'empty', 'invalid', 'duplicate_code',
    'duplicate_name', 'multipart' (several parts: islands, exclaves) and 'island' (no neighbour); the last two are
    for information.
    """
    geometry = frame.geometry
    shapes = geometry.to_numpy()
    codes = frame["code"].astype(str)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    areas = area_km2(gpd.GeoSeries(_valid_shapes(geometry), index=frame.index, crs=frame.crs))
    rows: list[tuple[str, float, str, shapely.Geometry]] = []

    def add(problem: str, chosen: npt.NDArray[np.bool_] | pd.Series) -> None:
        for at in np.flatnonzero(chosen):
            rows.append((problem, float(areas.iloc[at]), codes.iloc[at], shapes[at]))

    add("empty", absent)
    add("invalid", ~absent & ~shapely.is_valid(shapes))
    add("duplicate_code", codes.duplicated(keep="first"))
    if "name" in frame:
        add("duplicate_name", frame["name"].duplicated(keep=False) & ~codes.duplicated(keep=False))
    valid = _valid_shapes(geometry)
    add("multipart", shapely.get_num_geometries(valid) > 1)
    if len(frame) > 1:
        left, right = shapely.STRtree(valid).query(valid, predicate="dwithin", distance=_TOUCH_DEGREES)
        alone = np.ones(len(frame), dtype=bool)
        alone[left[left != right]] = False
        add("island", alone & ~absent)
    singles = gpd.GeoDataFrame(rows, columns=_COLUMNS, geometry="geometry", crs=frame.crs)
    coverage = check_coverage(frame, boundary)
    held = [one for one in (coverage, singles) if len(one)]
    if not held:
        return coverage
    return gpd.GeoDataFrame(pd.concat(held, ignore_index=True), geometry="geometry", crs=frame.crs)


def describe_coverage(frame: gpd.GeoDataFrame, *, where: str) -> list[Reason]:
    """Return notes on a layer's gaps, overlaps and slivers: how many, how large, and the neighbours of the largest.

    `frame` has code, name and geometry, in degrees. There is one note per kind of problem, and none if the districts
    cover the ground exactly once.
    """
    found = check_coverage(frame)
    names = dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))
    notes = []
    for problem, part in found.groupby("problem", sort=False):
        first = part.iloc[0]
        near = [names.get(code, code) for code in first["codes"].split(" ") if code]
        sizes = {"area": float(part["area_km2"].sum()), "largest": float(first["area_km2"])}
        told = {"problem": Reason(f"boundaries.coverage.{problem}"), "places": len(part), "names": near}
        notes.append(Reason("boundaries.coverage.note", where=where, **told, **sizes))
    return notes


def _valid_shapes(geometry: gpd.GeoSeries) -> Shapes:
    shapes = np.array([shapely.MultiPolygon() if one is None else one for one in geometry], dtype=object)
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = [keep_areas(one) for one in shapely.make_valid(shapes[invalid])]
    return shapes


def _unite(boundary: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry | None) -> shapely.Geometry | None:
    if boundary is None or isinstance(boundary, shapely.Geometry):
        return boundary
    return shapely.union_all(_valid_shapes(boundary.geometry))


def intersect_pairs(shapes: Shapes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Shapes]:
    """Return all pairs that share an area: the positions of both, and the area (polygons only)."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    ahead = left < right
    left, right = left[ahead], right[ahead]
    apart = shapely.touches(shapes[left], shapes[right])
    left, right = left[~apart], right[~apart]
    common = shapely.intersection(shapes[left], shapes[right])
    kept = shapely.area(common) > 0
    areas = np.array([keep_areas(one) for one in common[kept]], dtype=object)
    return left[kept], right[kept], areas


def _find_overlaps(shapes: Shapes, codes: Sequence[str], crs: pyproj.CRS, smallest_m2: float) -> pd.DataFrame:
    left, right, common = intersect_pairs(shapes)
    if not len(left):
        return pd.DataFrame(columns=_COLUMNS)
    own = area_km2(gpd.GeoSeries(shapes, crs=crs)).to_numpy()
    shared = area_km2(gpd.GeoSeries(common, crs=crs)).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        smaller, larger = np.minimum(own[left], own[right]), np.maximum(own[left], own[right])
        degrees = [shared >= 0.9999 * larger, shared >= 0.99 * smaller]
        problem = np.select(degrees, ["duplicate", "nested"], "overlap")
    rows = []
    for one, first, second, piece in zip(problem, left, right, common, strict=True):
        pair = f"{codes[first]} {codes[second]}"
        # Two districts may overlap in several places; a nested pair is one finding.
        parts = shapely.get_parts(piece) if one == "overlap" else [piece]
        rows += [(str(one), pair, part) for part in parts]
    table = pd.DataFrame(rows, columns=["problem", "codes", "geometry"])
    table["area_km2"] = area_km2(gpd.GeoSeries(table["geometry"].to_numpy(), crs=crs)).to_numpy()
    return table[table["area_km2"] * 1e6 >= smallest_m2][_COLUMNS]


def _list_pieces(
    problem: str, area: shapely.Geometry, shapes: Shapes, codes: Sequence[str], crs: pyproj.CRS
) -> pd.DataFrame:
    """The parts of an area, each with its size and the districts it touches."""
    parts = shapely.get_parts(keep_areas(area))
    if not len(parts):
        return pd.DataFrame(columns=_COLUMNS)
    at, near = shapely.STRtree(shapes).query(parts, predicate="dwithin", distance=_TOUCH_DEGREES)
    neighbours = pd.Series([codes[one] for one in near], dtype=object).groupby(at).agg(sorted).str.join(" ")
    table = pd.DataFrame({"problem": problem, "area_km2": area_km2(gpd.GeoSeries(parts, crs=crs)).to_numpy()})
    return table.assign(codes=neighbours.reindex(table.index, fill_value="").astype("str"), geometry=parts)


def _measure_width(geometry: gpd.GeoSeries) -> pd.Series:
    """Mean width in metres: twice the area by the perimeter, exact for a long strip."""
    if geometry.empty:
        return pd.Series(dtype=float)
    projector = pyproj.Proj(choose_equal_area(tuple(map(float, geometry.total_bounds))))  # type: ignore[arg-type]
    flat = shapely.transform(geometry.to_numpy(), lambda points: np.column_stack(projector(*points.T)))
    return pd.Series(2 * shapely.area(flat) / shapely.length(flat), index=geometry.index)
