"""Reach: who is within a straight line of a shelter or a team."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy.spatial import cKDTree

from taizhang.boundaries.crs import area_km2
from taizhang.boundaries.offsets import Floats
from taizhang.core.errors import BoundaryError

_GEOD = pyproj.Geod(ellps="GRS80")


def measure_reach(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    *,
    distance_m: float,
) -> pd.DataFrame:
    """Which points are within a straight line of the nearest site (a shelter, a team).

    Parameters
    ----------
    lon, lat : array_like, degrees, shape (n,)
        Premises or people. NaN is unknown.
    site_lon, site_lat : array_like, degrees, shape (m,)
        Sites; those without coordinates are left out.
    distance_m : float
        Reach in metres, as the crow flies: roads and rivers are not considered.

    Returns
    -------
    pandas.DataFrame
        One row per point: distance_m to the nearest site (geodesic, GRS80; NaN where unknown),
        site (its position, -1 where unknown) and within (boolean, NA where unknown).

    Raises
    ------
    BoundaryError
        distance_m is not above 0.
    """
    if not distance_m > 0:
        raise BoundaryError("boundaries.reach", distance=distance_m)
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    sites_x, sites_y = np.asarray(site_lon, dtype=float), np.asarray(site_lat, dtype=float)
    sites = np.flatnonzero(np.isfinite(sites_x) & np.isfinite(sites_y))
    known = np.isfinite(x) & np.isfinite(y)
    distance, nearest = np.full(len(x), np.nan), np.full(len(x), -1, dtype=np.int64)
    if len(sites) and known.any():
        # Nearest by chord through the ellipsoid, which orders as the geodesic does at this scale.
        _, found = cKDTree(_to_ecef(sites_x[sites], sites_y[sites])).query(_to_ecef(x[known], y[known]))
        nearest[known] = sites[found]
        _, _, metres = _GEOD.inv(x[known], y[known], sites_x[nearest[known]], sites_y[nearest[known]])
        distance[known] = metres
    within = pd.array(distance <= distance_m, dtype="boolean")
    within[~known] = pd.NA
    return pd.DataFrame({"distance_m": distance, "site": nearest, "within": within})


def _to_ecef(lon: Floats, lat: Floats) -> Floats:
    transformer = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)
    return np.column_stack(transformer.transform(lon, lat, np.zeros_like(lon)))


def draw_reach(site_lon: npt.ArrayLike, site_lat: npt.ArrayLike, *, distance_m: float) -> shapely.Geometry:
    """The area within a straight line of any site, in degrees: geodesic circles of 256 points, united."""
    sites_x, sites_y = np.asarray(site_lon, dtype=float), np.asarray(site_lat, dtype=float)
    known = np.isfinite(sites_x) & np.isfinite(sites_y)
    azimuths = np.linspace(0.0, 360.0, 256, endpoint=False)
    circles = []
    for x, y in zip(sites_x[known], sites_y[known], strict=True):
        ring_x, ring_y, _ = _GEOD.fwd(np.full(256, x), np.full(256, y), azimuths, np.full(256, distance_m))
        circles.append(shapely.polygons(np.column_stack([ring_x, ring_y])))
    return shapely.union_all(circles)


def measure_area_in_reach(
    geometry: gpd.GeoSeries, site_lon: npt.ArrayLike, site_lat: npt.ArrayLike, *, distance_m: float
) -> pd.Series:
    """Share of each district's area within a straight line of any site.

    Multiplied by residents it estimates the people within reach, as if they lived evenly over the
    district: that is to be said beside the number.

    Parameters
    ----------
    geometry : geopandas.GeoSeries
        Districts in degrees.
    site_lon, site_lat : array_like, degrees, shape (m,)
    distance_m : float

    Returns
    -------
    pandas.Series of float
        Percent, 0 to 100, on the index of `geometry`; NaN for an empty district.
    """
    circles = draw_reach(site_lon, site_lat, distance_m=distance_m)
    inside = gpd.GeoSeries(
        shapely.intersection(geometry.to_numpy(), circles), index=geometry.index, crs=geometry.crs
    )
    whole = area_km2(geometry)
    return (area_km2(inside) / whole.where(whole > 0) * 100).clip(0, 100).rename("area_in_reach_percent")
