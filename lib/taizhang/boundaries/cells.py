"""Matching rows to grid cells, and the grid's faults: where, how large, between which cells."""

from collections import defaultdict
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from taizhang.boundaries.codes import clean_text, read_code_or_name
from taizhang.boundaries.coverage import SMALLEST_M2, check_coverage
from taizhang.boundaries.crs import area_km2
from taizhang.boundaries.grid import check_cells, find_leaves
from taizhang.boundaries.layers import keep_areas
from taizhang.boundaries.names import fold_name
from taizhang.boundaries.points import locate_points
from taizhang.core.reasons import Reason

UNMATCHED = "unmatched"
_COLUMNS = ["problem", "district_code", "codes", "area_km2", "share_percent", "geometry"]
_COVERAGE = ("gap", "gap_sliver", "overlap", "overlap_sliver", "nested", "duplicate")

Answer = tuple[str | None, str, Reason | None]


def match_cells(rows: pd.DataFrame, grid: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the grid cell of each row: by the code or name in its `grid` column, otherwise by its point.

    As with districts, a point (lon, lat in degrees) decides only if the row names no cell. It is looked up in the
    cells that contain no others, and similarity is never accepted. A row and its cell must be in the same district
    (district_code); otherwise there is no match.

    Returns cell (code, or NA), how ('code', 'name', 'point' or 'unmatched') and reason (a Reason; None if matched), on
    the index of `rows`.
    """
    codes, names = _index_cells(grid)
    home = dict(zip(grid["code"].astype(str), grid["district_code"].astype("object"), strict=True))
    own = rows["district_code"].astype("object").to_numpy()
    written = [read_code_or_name(value) for value in rows["grid"]] if "grid" in rows else [""] * len(rows)
    answers: dict[tuple[str, object], Answer] = {}
    found: list[Answer] = []
    for text, district in zip(written, own, strict=True):
        key = (text, None if pd.isna(district) else district)
        if key not in answers:
            answers[key] = _find_cell(text, key[1], codes, names, home)
        found.append(answers[key])
    blank = np.array([not text for text in written], dtype=bool)
    if blank.any() and "lon" in rows and "lat" in rows:
        for at, answer in _locate_rows(rows, blank, own, grid, home):
            found[at] = answer
    table = pd.DataFrame(found, columns=["cell", "how", "reason"], index=rows.index, dtype=object)
    return table.astype({"cell": "str", "how": "str"})


def _index_cells(grid: gpd.GeoDataFrame) -> tuple[set[str], dict[str, set[str]]]:
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in zip(grid["code"].astype(str), grid["name"], strict=True):
        names[fold_name(clean_text(name))].add(code)
    return set(grid["code"].astype(str)), names


def _find_cell(
    text: str, district: object, codes: set[str], names: dict[str, set[str]], home: dict[str, object]
) -> Answer:
    """Find the cell that a row names."""
    if not text:
        return None, UNMATCHED, Reason("boundaries.cell.not_given")
    how, cells = ("code", {text}) if text in codes else ("name", names.get(fold_name(text), set()))
    if not cells:
        return None, UNMATCHED, Reason("boundaries.cell.unknown", text=text)
    # The same name in several districts (第一网格) is told apart by the row's district.
    inside = {cell for cell in cells if _same_district(home[cell], district)}
    if not inside:
        return None, UNMATCHED, Reason("boundaries.cell.elsewhere", text=text)
    if len(inside) > 1:
        return None, UNMATCHED, Reason("boundaries.cell.shared", text=text, number=len(inside))
    return next(iter(inside)), how, None


def _same_district(cell: object, row: object) -> bool:
    return row is None or pd.isna(cell) or cell == row  # type: ignore[call-overload]


def _locate_rows(
    rows: pd.DataFrame, blank: np.ndarray, own: np.ndarray, grid: gpd.GeoDataFrame, home: dict[str, object]
) -> Iterator[tuple[int, Answer]]:
    """Position and answer of each row that names no cell but has coordinates."""
    leaves = grid[find_leaves(grid)]
    lon, lat = (rows.loc[blank, name].to_numpy(float, na_value=np.nan) for name in ("lon", "lat"))
    places = locate_points(lon, lat, leaves.geometry)
    codes = leaves["code"].astype(str).to_list()
    known = np.isfinite(lon) & np.isfinite(lat)
    row_at = np.flatnonzero(blank)
    for place in np.flatnonzero(known):
        at, position = int(row_at[place]), int(places.position[place])
        if position < 0:
            yield at, (None, UNMATCHED, Reason("boundaries.cell.point_in_none"))
        elif _same_district(home[codes[position]], None if pd.isna(own[at]) else own[at]):
            yield at, (codes[position], "point", None)
        else:
            yield at, (None, UNMATCHED, Reason("boundaries.cell.point_elsewhere"))


def find_grid_problems(
    grid: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, smallest_m2: float = SMALLEST_M2
) -> gpd.GeoDataFrame:
    """Find gaps and overlaps of the grid, and cells beyond their district, one row per place.

    Pieces below `smallest_m2` are rounding and are not reported. Returns problem, district_code, codes, area_km2,
    share_percent, geometry; by district in order, largest first. Of the ground, cut at district borders: 'gap' and
    'gap_sliver' (codes: the cells around it), 'overlap', 'overlap_sliver', 'nested' and 'duplicate' (the cells that
    share it); share_percent is NaN. Of one cell, with the share of it that is so: 'outside', 'beyond', 'across',
    'elsewhere' as in `check_cells`.
    """
    cells = grid[find_leaves(grid)]
    coverage = check_coverage(cells, districts, smallest_m2=smallest_m2)
    parts = _cut_at_borders(coverage[coverage["problem"].isin(_COVERAGE)], districts, cells, smallest_m2)
    strays = _draw_strays(check_cells(grid, districts), grid, districts)
    kept = [part for part in (parts, strays) if len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else parts
    order = {code: place for place, code in enumerate(districts["code"].astype(str))}
    table = table.assign(_place=table["district_code"].map(order).fillna(len(order)))
    table = table.sort_values(["_place", "area_km2"], ascending=[True, False], kind="stable")
    return gpd.GeoDataFrame(table[_COLUMNS].reset_index(drop=True), geometry="geometry", crs=districts.crs)


def _cut_at_borders(
    pieces: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, smallest_m2: float
) -> pd.DataFrame:
    """Cut pieces at district borders; a part of an overlap outside all districts belongs to its first cell."""
    shapes, areas = pieces.geometry.to_numpy(), districts.geometry.to_numpy()
    piece, district = shapely.STRtree(areas).query(shapes, predicate="intersects")
    whole = shapely.union_all(areas)
    home = dict(zip(cells["code"].astype(str), cells["district_code"], strict=True))
    at = np.r_[piece, np.arange(len(shapes))].astype(int)
    cut = [*shapely.intersection(shapes[piece], areas[district]), *shapely.difference(shapes, whole)]
    first_cells = pieces["codes"].str.split(" ").str[0]
    table = pieces.iloc[at][["problem", "codes"]].assign(
        district_code=[*districts["code"].astype(str).iloc[district], *first_cells.map(home)],
        share_percent=np.nan,
        geometry=[keep_areas(shape) for shape in cut],
    )
    table["area_km2"] = area_km2(gpd.GeoSeries(table["geometry"].to_numpy(), crs=districts.crs)).to_numpy()
    return table[(table["area_km2"] > 0) & (table["area_km2"] * 1e6 >= smallest_m2)][_COLUMNS]


def _draw_strays(strays: pd.DataFrame, grid: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """The part of each stray cell that is not where it belongs."""
    shapes = dict(zip(grid["code"].astype(str), grid.geometry, strict=True))
    areas = dict(zip(districts["code"].astype(str), districts.geometry, strict=True))
    whole = shapely.union_all(districts.geometry.to_numpy())
    geometry = []
    for problem, code, district in strays[["problem", "code", "district_code"]].itertuples(index=False):
        if problem in ("outside", "beyond"):
            geometry.append(shapely.difference(shapes[code], whole))
        else:
            inside = shapely.intersection(shapes[code], whole)
            geometry.append(shapely.difference(inside, areas.get(district, shapely.MultiPolygon())))
    return strays.rename(columns={"code": "codes"}).assign(geometry=geometry)[_COLUMNS]
