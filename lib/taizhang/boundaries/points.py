"""Points: the district in which each lies."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from taizhang.boundaries.offsets import Floats, undo_offset
from taizhang.core.reasons import Reason

# Points taken at a gate or by an old phone may be beyond the border; ten times as far they are another place's.
_FAR_DEGREES = 0.01


@dataclass(frozen=True)
class Places:
    """The polygons of points: position (-1 for none or several), and a Reason if there is none, otherwise None."""

    position: npt.NDArray[np.int64]
    reason: npt.NDArray[np.object_]


def find_strays(
    lon: Floats, lat: Floats, codes: npt.NDArray[np.object_], districts: gpd.GeoDataFrame
) -> npt.NDArray[np.bool_]:
    """Find points (degrees, NaN if a row has none) far from the district (in `codes`) that their row names.

    True for a point over a hundredth of a degree (1.1 km) beyond its district; False if the row has no point or the
    district no shape.
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

    The tree is built over the points and queried once per prepared polygon, so that time grows with the number of
    points and not with points x polygons. Points are in degrees, NaN if a row has none, shifted by `offset`
    ('none', 'gcj02' or 'bd09'). A point in several polygons, or on a border shared by several, is in none, with
    the reason.
    """
    count = len(lon)
    position = np.full(count, -1, dtype=np.int64)
    reason = np.full(count, Reason("boundaries.point.not_given"), dtype=object)
    known = np.isfinite(lon) & np.isfinite(lat)
    sane = known & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    swapped = known & (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    reason[known & ~sane] = Reason("boundaries.point.no_degrees")
    reason[swapped] = Reason("boundaries.point.swapped")
    reason[sane] = Reason("boundaries.point.in_none")
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
    reason[several] = Reason("boundaries.point.in_several")
    reason[position >= 0] = None
    return Places(position, reason)
