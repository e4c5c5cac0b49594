"""How a grid covers its districts: gaps and overlaps by area."""

from typing import Any

import numpy as np
import pandas as pd
import shapely

# Albers' equal-area conic with the parallels used for maps of China; area holds anywhere on the globe.
EQUAL_AREA = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m"
SQUARE_METRES = 1_000_000


def _project(frame: Any) -> Any:
    """Valid geometries in the equal-area projection, as an array of shapely's."""
    return shapely.make_valid(np.asarray(frame["geometry"].to_crs(EQUAL_AREA).array, object))


def measure_coverage(districts: Any, grid: Any) -> pd.DataFrame:
    """Area of each district that no grid cell covers, and that several of one level cover.

    Parameters
    ----------
    districts : GeoDataFrame
        code and geometry, with a CRS.
    grid : GeoDataFrame
        geometry, with a CRS, and level if there are several: cells of different levels lie over each other
        by design and are not overlaps.

    Returns
    -------
    DataFrame
        district_code, gap_km2, overlap_km2; the last row, ``all``, is the sum.
    """
    shapes, cells = _project(districts), _project(grid)
    cells = cells[~(shapely.is_missing(cells) | shapely.is_empty(cells))]
    level = np.zeros(len(grid))
    if "level" in grid:
        level = pd.factorize(grid["level"])[0]
    level = level[~np.asarray(grid["geometry"].isna() | grid["geometry"].is_empty)]
    overlaps = _cut_overlaps(cells, level)
    cell_tree, overlap_tree = shapely.STRtree(cells), shapely.STRtree(overlaps)
    gaps, doubles = [], []
    for shape in shapes:
        if shape is None:
            gaps.append(np.nan)
            doubles.append(np.nan)
            continue
        over = shapely.union_all(cells[cell_tree.query(shape, predicate="intersects")])
        gaps.append(shapely.area(shapely.difference(shape, over)))
        twice = shapely.union_all(overlaps[overlap_tree.query(shape, predicate="intersects")])
        doubles.append(shapely.area(shapely.intersection(shape, twice)))
    return pd.DataFrame(
        {
            "district_code": [*districts["code"].astype("str"), "all"],
            "gap_km2": np.array([*gaps, np.nansum(gaps)]) / SQUARE_METRES,
            "overlap_km2": np.array([*doubles, np.nansum(doubles)]) / SQUARE_METRES,
        }
    )


def _cut_overlaps(cells: Any, level: Any) -> Any:
    """The pieces that two cells of one level share."""
    first, second = shapely.STRtree(cells).query(cells, predicate="intersects")
    pairs = (first < second) & (level[first] == level[second])
    pieces = shapely.intersection(cells[first[pairs]], cells[second[pairs]])
    return pieces[shapely.area(pieces) > 0]
