"""The grid: cells of responsibility, the district of each, and gaps or overlaps between them."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from taizhang.boundaries.coverage import SMALLEST_M2, intersect_pairs
from taizhang.boundaries.crs import area_km2
from taizhang.boundaries.layers import Layer, keep_areas, read_layer
from taizhang.boundaries.matching import match_districts
from taizhang.boundaries.shifts import describe_shift
from taizhang.core.reasons import Reason
from taizhang.metadata.facts import ALL

_COLUMNS = "code name parent class level assigned responsible people district_code geometry".split()
# What people write where nobody is named.
_NOBODY = {
    "", *"无 空 缺 待定 暂无 暂缺 空缺 空岗 缺岗 缺员 未定 未明确 未确定 未落实 未指定 未安排 未配备 未到位".split(),
    *"无人 无人员 待落实 待明确 待确定 待配备 待安排 待聘 待补 待补充".split(),
    *"/ \\ - -- — —— none n/a null nan vacant tbd".split(),
}  # fmt: skip
_GRID, _DISTRICTS = Reason("boundaries.shift.grid"), Reason("boundaries.shift.districts")
# What stands between the names of several.
_BETWEEN_NAMES = r"[、,，;；/]"
# Part of a cell beyond its district that is drawing, not responsibility.
_ACROSS_PERCENT = 1.0


def read_grid(
    path: Path | str,
    districts: gpd.GeoDataFrame,
    *,
    code: str,
    name: str | None = None,
    parent: str | None = None,
    class_: str | None = None,
    level: str | None = None,
    responsible: str | None = None,
    crs: str | None = None,
    offset: str = "none",
    encoding: str = "auto",
    shown: str = "",
) -> Layer:
    """Read the grid cells and assign each to a district.

    A cell belongs to the district named in its parent column (by code or name, or through parent cells); if the column
    is empty, to the district it overlaps most. Without a column `name`, the code is used; `responsible` is
    personal. All else, and the errors raised, are as in `read_districts`.

    The layer's frame has code, name, parent, class, level, assigned (boolean: there is a responsible person; NA if no
    column says), responsible, people (numbers that stand for the persons, as `number_people` gives them),
    district_code (NA outside all districts), and geometry in the CRS of `districts`.
    """
    columns = {"code": code, "name": name or code, "parent": parent}
    columns |= {"class": class_, "level": level, "responsible": responsible}
    layer = read_layer(path, columns, crs=crs, offset=offset, encoding=encoding, shown=shown)
    frame, notes, where = layer.frame.to_crs(districts.crs), list(layer.notes), Path(path).name
    if responsible:
        nobody = frame["responsible"].fillna("").str.strip().str.casefold().isin(_NOBODY)
        frame["responsible"] = frame["responsible"].mask(nobody)
        frame["assigned"] = pd.array(~nobody, dtype="boolean")
    else:
        frame["assigned"] = pd.array([pd.NA] * len(frame), dtype="boolean")
        notes.append(Reason("boundaries.grid.no_responsible", where=where))
    frame["district_code"] = assign_cells(frame, districts, notes=notes, where=where)
    if shifted := describe_shift(frame, districts, name=_GRID, against=_DISTRICTS):
        notes.append(Reason("boundaries.grid.shifted", where=where, reason=shifted))
    frame["people"] = number_people(frame)
    return Layer(frame[_COLUMNS], notes)


def make_empty_grid() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return a grid without cells, with its measures, for facts whose grid could not be read."""
    cells = pd.DataFrame(columns=_COLUMNS[:-1], dtype="str").astype({"assigned": "boolean"})
    measures = dict.fromkeys(("gap_km2", "overlap_km2"), pd.Series(dtype=float))
    return gpd.GeoDataFrame(cells, geometry=[], crs=4490), pd.DataFrame(
        {"district_code": cells["code"], **measures}
    )


def number_people(cells: pd.DataFrame) -> pd.Series:
    """Return numbers in place of the persons responsible for each cell, several apart by |; NA if none is named.

    The same name in one district has the same number, and in two districts two.
    """
    if "responsible" not in cells:
        return pd.Series(pd.NA, cells.index, dtype="str")
    named = _list_people(cells)
    known = named[named["responsible"] != ""]
    numbers = known.groupby(["district_code", "responsible"], sort=False, dropna=False).ngroup() + 1
    joined = numbers.astype("str").groupby(level=0).agg(lambda of: "|".join(dict.fromkeys(of)))
    return joined.reindex(cells.index).astype("str")


def _list_people(cells: pd.DataFrame) -> pd.DataFrame:
    """One row for each person named in a cell, with the cell's label; the name is empty where nobody is."""
    named = cells.assign(responsible=cells["responsible"].astype("str").str.split(_BETWEEN_NAMES))
    named = named.explode("responsible")
    return named.assign(responsible=named["responsible"].astype("str").str.strip().fillna(""))


def measure_overlaps(cells: gpd.GeoSeries, districts: gpd.GeoSeries) -> pd.DataFrame:
    """Measure the area that each cell shares with each district, both valid and in the same CRS.

    Returns cell and district (positions) and area_km2, one row per overlapping pair.
    """
    shapes, areas = cells.to_numpy(), districts.to_numpy()
    tree = shapely.STRtree(shapes)
    district, cell = tree.query(areas, predicate="intersects")
    inside = pd.MultiIndex.from_arrays(tree.query(areas, predicate="covers"))
    whole = pd.MultiIndex.from_arrays([district, cell]).isin(inside)
    pieces = shapes[cell].copy()
    pieces[~whole] = shapely.intersection(shapes[cell[~whole]], areas[district[~whole]])
    table = pd.DataFrame({"cell": cell, "district": district})
    table["area_km2"] = area_km2(gpd.GeoSeries(pieces, crs=cells.crs)).to_numpy()
    return table[table["area_km2"] > 0].reset_index(drop=True)


def assign_cells(
    frame: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    notes: list[Reason] | None = None,
    where: str = "grid",
) -> pd.Series:
    """Return the district code of each cell, by its parent or otherwise by the largest overlap (NA if unclear).

    Notes on cells that have an unknown parent, lie outside all districts, or lie half in each of two, are added to
    `notes`.
    """
    said = notes if notes is not None else []
    matched = match_districts(frame["parent"], districts)
    by_parent: dict[Any, Any] = dict(zip(frame["code"], matched["code"], strict=True))
    above: dict[Any, Any] = dict(zip(frame["code"], frame["parent"], strict=True))
    # A cell under a cell is where that one is; a loop in the parents ends where it began.
    for cell in above:
        seen = [cell]
        while pd.isna(by_parent[seen[-1]]) and (higher := above[seen[-1]]) in above and higher not in seen:
            seen.append(higher)
        by_parent[cell] = by_parent[seen[-1]]
    codes = frame["code"].map(by_parent).astype("object")
    strange = frame["parent"].notna() & codes.isna() & ~frame["parent"].isin(frame["code"])
    if strange.any():
        parents = {"number": int(strange.sum()), "parents": list(frame["parent"][strange])}
        said.append(Reason("boundaries.grid.strange_parents", where=where, **parents))
    left = np.flatnonzero(codes.isna())
    if len(left):
        table = measure_overlaps(frame.geometry.iloc[left], districts.geometry)
        ranked = table.sort_values(["cell", "area_km2"], ascending=[True, False], kind="stable")
        best = ranked.groupby("cell").nth(0).set_index("cell")
        second = ranked.groupby("cell").nth(1).set_index("cell")["area_km2"]
        clear = second.reindex(best.index, fill_value=0.0) < best["area_km2"] * (1 - 1e-6)
        chosen = best.loc[clear, "district"]
        position = codes.index[left[chosen.index.to_numpy(dtype=int)]]
        codes.loc[position] = districts["code"].to_numpy(dtype=object)[chosen.to_numpy(dtype=int)]
        halfway = frame["code"].iloc[left[best.index[~clear].to_numpy(dtype=int)]]
        outside = frame["code"].iloc[np.delete(left, best.index.to_numpy(dtype=int))]
        if len(halfway):
            said.append(Reason("boundaries.grid.halfway", where=where, cells=list(halfway)))
        if len(outside):
            said.append(Reason("boundaries.grid.outside", where=where, cells=list(outside)))
    return codes.astype("str").rename("district_code")


def find_leaves(grid: gpd.GeoDataFrame) -> pd.Series:
    """Return the cells that contain no other cells, and so divide up the area.

    A cell contains another if it is its parent and at least half of the other lies within it (a head cell beside its
    own cells has its own ground), or if it is of another level and the other lies within it.
    """
    shapes = grid.geometry.to_numpy()
    held = _find_heads(grid, shapes)
    levels = grid["level"].fillna("").to_numpy(dtype=object)
    if len(set(levels)) > 1:
        left, right, common = intersect_pairs(shapes)
        own, shared = shapely.area(shapes), shapely.area(common)
        smaller = np.where(own[left] < own[right], left, right)
        nested = (levels[left] != levels[right]) & (shared >= 0.99 * own[smaller])
        held[np.where(own[left] < own[right], right, left)[nested]] = True
    return pd.Series(~held, index=grid.index)


def _find_heads(grid: gpd.GeoDataFrame, shapes: np.ndarray) -> np.ndarray:
    """Cells that are the parent of another which lies in them."""
    places = pd.Index(grid["code"]).get_indexer(grid["parent"])
    child = np.flatnonzero((places >= 0) & (places != np.arange(len(grid))))
    parent = places[child]
    shared = shapely.area(shapely.intersection(shapes[child], shapes[parent]))
    size = shapely.area(shapes[child])
    held = np.zeros(len(grid), dtype=bool)
    held[parent[(size > 0) & (shared >= 0.5 * size)]] = True
    return held


def measure_grid(
    grid: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, smallest_m2: float = SMALLEST_M2
) -> pd.DataFrame:
    """Measure the area that cells leave out or cover twice, per district and in all (零缝隙、全覆盖).

    Only cells that contain no other cells are used. Pieces below `smallest_m2` are rounding.

    Returns one row per district in order, then 'all': district_code, gap_km2 (of the district, in no cell),
    overlap_km2 (of the district, in more than one cell) and, for 'all' alone, outside_km2 (of cells, in no district;
    NaN elsewhere).
    """
    cells = grid[find_leaves(grid)]
    shapes, areas = cells.geometry.to_numpy(), districts.geometry.to_numpy()
    _, _, common = intersect_pairs(shapes)
    doubled = shapely.union_all(common)
    tree = shapely.STRtree(shapes)
    gaps, overlaps = [], []

    def clean(area: shapely.Geometry) -> shapely.Geometry:
        return _drop_rounding(area, districts.crs, smallest_m2)

    for area in areas:
        near = tree.query(area, predicate="intersects")
        gaps.append(clean(shapely.difference(area, shapely.union_all(shapes[near]))))
        overlaps.append(clean(shapely.intersection(area, doubled)))
    whole, laid = shapely.union_all(areas), shapely.union_all(shapes)
    gaps.append(clean(shapely.difference(whole, laid)))
    overlaps.append(clean(doubled))
    outside = clean(shapely.difference(laid, whole))
    beyond = float(area_km2(gpd.GeoSeries([outside], crs=districts.crs)).iloc[0])
    table = pd.DataFrame({"district_code": [*districts["code"].astype(str), ALL]})
    for name, ground in (("gap_km2", gaps), ("overlap_km2", overlaps)):
        table[name] = area_km2(gpd.GeoSeries(ground, crs=districts.crs))
    return table.assign(outside_km2=[*[np.nan] * len(areas), beyond])


def _drop_rounding(area: shapely.Geometry, crs: pyproj.CRS, smallest_m2: float) -> shapely.Geometry:
    parts = shapely.get_parts(keep_areas(area))
    if not len(parts):
        return shapely.MultiPolygon()
    kept = area_km2(gpd.GeoSeries(parts, crs=crs)).to_numpy() * 1e6 >= smallest_m2
    return shapely.MultiPolygon(list(parts[kept]))


def check_cells(grid: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find cells that are not where they belong.

    Returns problem ('outside': in no district; 'elsewhere': mostly in another district; 'across': over 1 % of it
    in other districts; 'beyond': over 1 % of it in none), code, district_code, area_km2 and share_percent of the
    part concerned.
    """
    cells = grid.reset_index(drop=True)
    own = area_km2(cells.geometry).to_numpy()
    table = measure_overlaps(cells.geometry, districts.geometry)
    table["district_code"] = districts["code"].astype(str).to_numpy(dtype=object)[table["district"]]
    home_code = cells["district_code"].to_numpy(dtype=object)
    at_home = table["district_code"].to_numpy(dtype=object) == home_code[table["cell"]]
    total, home = (
        part.groupby("cell")["area_km2"].sum().reindex(cells.index, fill_value=0.0).to_numpy()
        for part in (table, table[at_home])
    )
    rows = []
    for at in np.flatnonzero(own > 0):
        within, mine = total[at] / own[at] * 100, home[at] / own[at] * 100
        if within < 1e-6:
            problem, share = "outside", 100.0
        elif mine < 50 and within - mine > mine and not pd.isna(home_code[at]):
            problem, share = "elsewhere", within - mine
        elif within - mine > _ACROSS_PERCENT:
            problem, share = "across", within - mine
        elif 100 - within > _ACROSS_PERCENT:
            problem, share = "beyond", 100 - within
        else:
            continue
        rows.append((problem, cells["code"].iloc[at], home_code[at], own[at] * share / 100, share))
    return pd.DataFrame(rows, columns=["problem", "code", "district_code", "area_km2", "share_percent"])


def measure_span(grid: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure the span of control: how many cells each person, and each cell of the level above, is responsible for.

    Names of persons are counted, never shown; a cell may name several. Returns one row per district_code, then 'all';
    after each, if its cells have several levels, one row per level: level ('' for all of them), people
    (distinct), cells_per_person_median and _max, heads (cells that hold others), cells_per_head_min, _median and
    _max; NaN if there are none.
    """
    groups = []
    for code, cells in (*grid.groupby("district_code", sort=True), (ALL, grid)):
        levels = list(cells.groupby("level", sort=True)) if cells["level"].nunique() > 1 else []
        groups += [(code, "", cells), *((code, str(level), part) for level, part in levels)]
    rows = []
    for code, level, cells in groups:
        named = _list_people(cells)
        people = named[named["responsible"] != ""].groupby(["district_code", "responsible"]).size()
        held = grid.loc[grid["parent"].isin(cells["code"]), "parent"].value_counts()
        row = {"district_code": code, "level": level, "people": len(people)}
        row |= {f"cells_per_person_{how}": people.agg(how) for how in ("median", "max")}
        row |= {"heads": len(held)} | {
            f"cells_per_head_{how}": held.agg(how) for how in ("min", "median", "max")
        }
        rows.append(row)
    return pd.DataFrame(rows).astype({name: float for name in rows[0] if "per" in name})
