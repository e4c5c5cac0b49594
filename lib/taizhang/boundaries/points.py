"""Points: which district each lies in."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from taizhang.boundaries.offsets import Floats, undo_offset

# Points taken at a gate or by an old telephone may be beyond the border; ten times as far they are another place's.
_FAR_DEGREES = 0.01


@dataclass(frozen=True)
class Places:
    """Where points lie: position of the polygon (-1: none or several) and the reason where none."""

    position: npt.NDArray[np.int64]
    reason: npt.NDArray[np.object_]


def find_strays(
    lon: Floats, lat: Floats, codes: npt.NDArray[np.object_], districts: gpd.GeoDataFrame
) -> npt.NDArray[np.bool_]:
    """Which points lie far from the district that their rows name.

    Parameters
    ----------
    lon, lat : numpy.ndarray of float, degrees, shape (n,)
        NaN where a row has no coordinates.
    codes : numpy.ndarray of str, shape (n,)
        The district of each row; NA where it has none.
    districts : geopandas.GeoDataFrame
        code and geometry, in degrees.

    Returns
    -------
    numpy.ndarray of bool
        True for a point over a hundredth of a degree (1.1 km) beyond its district; False where row or
        district has no place.
    """
    stray = np.zeros(len(lon), dtype=bool)
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    owned = pd.Series(placed).groupby(pd.Series(codes[placed], dtype=object).to_numpy()).groups
    for code, shape in zip(districts["code"], districts.geometry, strict=True):
        if code not in owned or shape is None or shape.is_empty:
            continue
        at = placed[owned[code]]
        shapely.prepare(shape)
        beyond = at[~shapely.contains_xy(shape, lon[at], lat[at])]
        stray[beyond] = shapely.distance(shape, shapely.points(lon[beyond], lat[beyond])) > _FAR_DEGREES
    return stray


def locate_points(lon: Floats, lat: Floats, geometry: gpd.GeoSeries, *, offset: str = "none") -> Places:
    """Find the polygon each point lies in.

    The tree is built over the points and asked once per polygon, prepared: the time grows with the
    points and not with points x polygons.

    Parameters
    ----------
    lon, lat : numpy.ndarray of float, degrees, shape (n,)
        NaN where a row has no coordinates.
    geometry : geopandas.GeoSeries
        Polygons in degrees.
    offset : str
        'none', 'gcj02' or 'bd09': what the points are shifted by.

    Returns
    -------
    Places
        A point on a border shared by several polygons, or in several, is in none, with the reason.
    """
    count = len(lon)
    position = np.full(count, -1, dtype=np.int64)
    reason = np.full(count, "no district and no coordinates are given", dtype=object)
    known = np.isfinite(lon) & np.isfinite(lat)
    sane = known & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    swapped = known & (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    reason[known & ~sane] = "no district is given and the coordinates are no degrees"
    reason[swapped] = "no district is given and longitude and latitude are in each other's place"
    reason[sane] = "no district is given and the point lies in none"
    at = np.flatnonzero(sane)
    if not len(at) or not len(geometry):
        return Places(position, reason)
    true_lon, true_lat = undo_offset(lon[at], lat[at], offset)
    tree = shapely.STRtree(shapely.points(true_lon, true_lat))
    polygons, points = tree.query(geometry.to_numpy(), predicate="intersects")
    hits = np.bincount(points, minlength=len(at))
    position[at[points]] = polygons
    several = at[hits > 1]
    position[several] = -1
    reason[several] = "no district is given and the point lies in several districts or on their border"
    reason[position >= 0] = ""
    return Places(position, reason)
