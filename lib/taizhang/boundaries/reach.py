"""Reach: who is within straight-line distance of a shelter or team, by point and by district."""

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
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import PREMISES_KEY

_GEOD = pyproj.Geod(ellps="GRS80")


def measure_reach(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    site_lon: npt.ArrayLike,
    site_lat: npt.ArrayLike,
    *,
    distance_m: float,
) -> pd.DataFrame:
    """Return which points (degrees) are within straight-line distance of the nearest site (a shelter, a team).

    `distance_m` is a straight-line distance, without regard to roads and rivers; BoundaryError if it is not above 0.
    NaN is unknown; sites without coordinates are left out. Returns one row per point: distance_m to the nearest site
    (geodesic, GRS80; NaN if unknown), site (its position, -1 where unknown) and within (boolean, NA where
    unknown).
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
    """Draw the area within straight-line distance of any site, in degrees: the union of geodesic circles of 256
    points."""
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
    """Measure the share of each district's area (degrees) within straight-line distance of any site, in percent.

    NaN for an empty district. Multiplied by residents, it estimates the people within reach, assuming an even
    distribution over the district; reports must say so beside the number.
    """
    circles = draw_reach(site_lon, site_lat, distance_m=distance_m)
    inside, whole = geometry.intersection(circles), area_km2(geometry)
    return (area_km2(inside) / whole.where(whole > 0) * 100).clip(0, 100).rename("area_in_reach_percent")


def locate_premises(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each premises of a district once, at the median of its rows' coordinates.

    Columns: district_code, premises, lon, lat. Rows without premises are left out; premises are those that rows were
    linked to or, in rows that have not been linked, those of one name.
    """
    of = rows[PREMISES_KEY if PREMISES_KEY in rows else "premises"].rename("premises")
    return rows[["lon", "lat"]].groupby([rows["district_code"], of]).median().reset_index()


def summarise_reach(
    sites: pd.DataFrame,
    premises: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    residents: pd.Series,
    *,
    distance_m: float,
) -> gpd.GeoDataFrame:
    """Count who is within straight-line distance of a site (a shelter, a team), per district and in all.

    A site serves across district borders. People are estimated as the residents times the share of the district's area
    in reach, assuming an even distribution, as no homes are known.

    `sites` has district_code, lon, lat (degrees) of every site, of all districts; `premises` has district_code,
    premises (name; or premises_key), lon, lat of rows that name premises, such as hazards: each counts once, as from
    `locate_premises`; `districts` has code and geometry in degrees; `residents` are by district code, missing where
    not known.

    Returns one row per district in order, then 'all': district_code; distance_m; sites and sites_located;
    premises_located and premises_in_reach; area_in_reach_percent; residents and people_in_reach (NaN if not known;
    'all' sums the districts whose residents are known); geometry, the area in reach within the district.
    """
    codes = districts["code"].astype(str)
    premises = locate_premises(premises)
    located = sites["lon"].notna() & sites["lat"].notna()
    lon, lat = (sites[name].to_numpy(float, na_value=np.nan) for name in ("lon", "lat"))
    x, y = (premises[name].astype(float) for name in ("lon", "lat"))
    reached = measure_reach(x, y, lon, lat, distance_m=distance_m)
    homes = premises["district_code"].astype(str)
    known = x.notna() & y.notna()
    inside = reached["within"].fillna(False).astype(bool)
    percent = measure_area_in_reach(districts.geometry, lon, lat, distance_m=distance_m).to_numpy()
    people = residents.reindex(codes).to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "district_code": codes.to_numpy(),
            "distance_m": float(distance_m),
            "sites": _count(sites["district_code"], codes),
            "sites_located": _count(sites.loc[located, "district_code"], codes),
            "premises_located": _count(homes[known], codes),
            "premises_in_reach": _count(homes[known & inside], codes),
            "area_in_reach_percent": percent,
            "residents": people,
            "people_in_reach": people * percent / 100,
        }
    )
    circles = draw_reach(lon, lat, distance_m=distance_m)
    shapes = shapely.intersection(districts.geometry.to_numpy(), circles)
    areas = area_km2(districts.geometry).to_numpy()
    total = table.sum(numeric_only=True).to_dict() | {
        "district_code": ALL,
        "distance_m": float(distance_m),
        "area_in_reach_percent": float((areas * np.nan_to_num(percent)).sum() / areas.sum()),
    }
    if np.isnan(people).all():
        total |= {"residents": np.nan, "people_in_reach": np.nan}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    counts = ["sites", "sites_located", "premises_located", "premises_in_reach"]
    table[counts] = table[counts].astype("int64")
    whole = shapely.intersection(shapely.union_all(districts.geometry.to_numpy()), circles)
    return gpd.GeoDataFrame(table, geometry=[*shapes, whole], crs=districts.crs)


def _count(values: pd.Series, codes: pd.Series) -> np.ndarray:
    return values.astype(str).value_counts().reindex(codes, fill_value=0).to_numpy()
