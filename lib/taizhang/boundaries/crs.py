"""Coordinate reference systems: the one a layer has, those it may have, and one to measure areas in."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from taizhang.core.errors import BoundaryError
from taizhang.core.reasons import Reason

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]

CHINA: Bounds = (73.0, 3.0, 136.0, 54.0)
# Beyond a Gauss-Kruger zone of 3 or 6 degrees: a province may stretch over several zones.
_FARTHEST_DEGREES = 4.5
_LEAST_DEGREES = 1e-4


def suggest_crs(bounds: Bounds) -> list[Reason]:
    """Suggest coordinate systems in use in China for coordinates of this range, most likely first.

    `bounds` are west, south, east, north in the unknown unit. An example in words: "EPSG:4526 (CGCS2000, 3-degree
    Gauss-Kruger zone 38: 114.1 E, 22.5 N)".
    """
    west, south, east, north = bounds
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        known = [
            Reason("boundaries.crs.degrees", code=code, datum=datum)
            for code, datum in (("EPSG:4490", "CGCS2000"), ("EPSG:4326", "WGS84"))
        ]
        return known if _touches_china(bounds) else known[::-1]
    if west >= -90 and east <= 90 and south >= -180 and north <= 180:
        return [Reason("boundaries.crs.wrong_order")]
    x, y = (west + east) / 2, (south + north) / 2
    found = []
    zone = int(x // 1_000_000)
    if 25 <= zone <= 45:
        found.append((f"EPSG:{4513 + zone - 25}", Reason("boundaries.crs.zone", degrees=3, zone=zone)))
    if 13 <= zone <= 23:
        found.append((f"EPSG:{4491 + zone - 13}", Reason("boundaries.crs.zone", degrees=6, zone=zone)))
    found.append(("EPSG:3857", Reason("boundaries.crs.web_mercator")))
    candidates = []
    for code, title in found:
        lon, lat = pyproj.Transformer.from_crs(code, 4326, always_xy=True).transform(x, y)
        if _touches_china((lon, lat, lon, lat)):
            place = {"lon": round(lon, 1), "lat": round(lat, 1)}
            candidates.append(Reason("boundaries.crs.candidate", code=code, title=title, **place))
    if west >= 100_000 and east <= 900_000 and south >= 300_000 and north <= 6_200_000:
        candidates.append(Reason("boundaries.crs.without_zone"))
    return candidates


def _touches_china(bounds: Bounds) -> bool:
    return bool(shapely.box(*bounds).intersects(shapely.box(*CHINA)))


def settle_crs(frame: gpd.GeoDataFrame, crs: str | None, *, where: str) -> pyproj.CRS:
    """Return the layer's CRS: its own, otherwise the one given; nothing is assumed.

    Raises BoundaryError, with the range of the coordinates and likely candidates, if there is neither, if the given one
    is unknown or contradicts the file's, or if the coordinates do not fit.
    """
    bounds: Bounds = tuple(float(edge) for edge in frame.total_bounds)  # type: ignore[assignment]
    given = _parse_crs(crs, where) if crs else None
    if frame.crs is None and given is None:
        raise BoundaryError("boundaries.crs.not_stated", where=where, range=_describe(bounds))
    own = pyproj.CRS(frame.crs) if frame.crs is not None else None
    if own is not None and given is not None and own.is_geographic and not _are_degrees(bounds):
        # GeoJSON without a statement counts as WGS 84; where that cannot be, the one given is the only one.
        own = None
    if own is not None and given is not None and not _same_place(own, given, bounds):
        raise BoundaryError("boundaries.crs.contradicts", where=where, own=own.name, given=crs)
    settled = own or given
    assert settled is not None
    if settled.is_geographic and not _are_degrees(bounds):
        seen = _describe(bounds)
        raise BoundaryError("boundaries.crs.no_degrees", where=where, crs=settled.name, range=seen)
    return settled


def _are_degrees(bounds: Bounds) -> bool:
    return bounds[0] >= -180 and bounds[2] <= 180.0001 and bounds[1] >= -90 and bounds[3] <= 90


def judge_place(frame: gpd.GeoDataFrame, crs: pyproj.CRS, *, where: str) -> list[Reason]:
    """Whether the coordinate system that a layer was read in puts it (in longitude and latitude) where it can be.

    Returns notes on what is unusual but may be right: a place outside China, an older datum. Raises BoundaryError
    if the coordinates cannot belong to this system: they give no place, or one far outside the system's area, or
    longitude and latitude are swapped.
    """
    west, south, east, north = bounds = tuple(float(edge) for edge in frame.total_bounds)
    if not np.isfinite(bounds).all():
        raise BoundaryError("boundaries.crs.no_place", where=where, crs=crs.name)
    lon, lat = (west + east) / 2, (south + north) / 2
    at = Reason("boundaries.crs.place", lon=round(lon, 1), lat=round(lat, 1))
    away = _measure_stray(crs, lon, lat)
    if away > _FARTHEST_DEGREES:
        told = {"crs": crs.name, "place": at, "degrees": round(away, 1)}
        raise BoundaryError("boundaries.crs.other_zone", where=where, **told)
    notes = []
    if not _touches_china((west, south, east, north)):
        if crs.is_geographic and _touches_china((south, west, north, east)):
            raise BoundaryError("boundaries.crs.swapped", where=where, place=at)
        if max(east - west, north - south) < _LEAST_DEGREES:
            raise BoundaryError("boundaries.crs.tiny", where=where, crs=crs.name, place=at)
        notes.append(Reason("boundaries.crs.abroad", where=where, place=at))
    datum = crs.geodetic_crs
    if datum is not None and _is_older(datum):
        notes.append(Reason("boundaries.crs.older", where=where, datum=datum.name))
    return notes


def _measure_stray(crs: pyproj.CRS, lon: float, lat: float) -> float:
    """Degrees of longitude between a place and the transverse Mercator zone of a system, 0 within it."""
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return 0.0
    middle = float(next((one.value for one in operation.params if "longitude" in one.name.lower()), lon))
    return max(0.0, abs((lon - middle + 180) % 360 - 180) - 3.0)


def _is_older(datum: pyproj.CRS) -> bool:
    """Return whether its ellipsoid differs from those of WGS 84, GRS 80 and CGCS2000, which agree to 0.1 mm."""
    return datum.ellipsoid is not None and abs(datum.ellipsoid.semi_major_metre - 6_378_137.0) > 0.01


def _describe(bounds: Bounds) -> Reason:
    west, south, east, north = bounds
    likely = suggest_crs(bounds) or [Reason("boundaries.crs.none_likely")]
    return Reason("boundaries.crs.range", west=west, south=south, east=east, north=north, likely=likely)


def _parse_crs(crs: str, where: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise BoundaryError("boundaries.crs.unknown", where=where, crs=crs) from error


def _same_place(own: pyproj.CRS, given: pyproj.CRS, bounds: Bounds) -> bool:
    """Return whether both put the layer's corners within 1 m: .prj files spell one system in many ways."""
    # Between datums without published parameters PROJ moves nothing, which would make them alike.
    datums = [one.geodetic_crs for one in (own, given)]
    older = [one is not None and _is_older(one) for one in datums]
    if any(older) and datums[0] != datums[1] and older[0] != older[1]:
        return False
    x, y = np.array([bounds[0], bounds[2]]), np.array([bounds[1], bounds[3]])
    places = [pyproj.Transformer.from_crs(one, 4326, always_xy=True).transform(x, y) for one in (own, given)]
    return bool(np.allclose(places[0], places[1], rtol=0, atol=1e-5))


def to_geographic(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer in longitude and latitude of its own datum (a copy)."""
    crs = pyproj.CRS(frame.crs)
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise BoundaryError("boundaries.crs.local", crs=crs.name)
    flat = geodetic.to_2d()
    return frame.copy() if flat == crs else frame.to_crs(flat)


def choose_equal_area(bounds: Bounds) -> pyproj.CRS:
    """Choose an equal-area projection for a place, given as west, south, east, north in degrees.

    Lambert azimuthal at the centre, or, for more than 15 degrees of longitude or latitude, Albers with standard
    parallels a sixth of the way in from the southern and northern edges (Snyder 1987, p. 99).
    """
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    if east - west <= 15 and north - south <= 15:
        return pyproj.CRS(f"+proj=laea +lat_0={lat:.6f} +lon_0={lon:.6f} +ellps=GRS80 +units=m")
    inset = (north - south) / 6
    return pyproj.CRS(
        f"+proj=aea +lat_1={south + inset:.6f} +lat_2={north - inset:.6f} +lat_0={lat:.6f} "
        f"+lon_0={lon:.6f} +ellps=GRS80 +units=m"
    )


def area_km2(geometry: gpd.GeoSeries) -> pd.Series:
    """Return the area of each geometry in km2, in an equal-area projection chosen for the place.

    A missing or empty geometry has area 0. Edges are straight in longitude and latitude, as in GeoJSON (RFC 7946,
    3.1.1), and therefore slightly curved in the projection; each piece of at most 0.05 degrees is measured as a
    parabola through its ends and its middle. Even a strip one metre wide keeps its area. Raises BoundaryError if the
    geometry has no CRS.
    """
    if geometry.crs is None:
        raise BoundaryError("boundaries.crs.no_areas")
    empty = pd.Series(0.0, index=geometry.index, name="area_km2")
    if (geometry.is_empty | geometry.isna()).all():
        return empty
    crs = pyproj.CRS(geometry.crs)
    places = geometry if crs.is_geographic else geometry.segmentize(5000.0).to_crs(crs.geodetic_crs)
    target = choose_equal_area(tuple(float(edge) for edge in places.total_bounds))  # type: ignore[arg-type]
    # Same datum on both sides: only the projection is wanted, no datum shift.
    parts, owner = shapely.get_parts(shapely.segmentize(places.to_numpy(), 0.05), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return empty
    projector = pyproj.Proj(target)
    flat = np.column_stack(projector(points[:, 0], points[:, 1]))
    # About the ring's own first point, so that small rings keep their digits.
    origin = flat[np.searchsorted(ring, np.arange(len(rings)))]
    flat = flat - origin[ring]
    inner = ring[1:] == ring[:-1]
    start, end, of = flat[:-1][inner], flat[1:][inner], ring[1:][inner]
    halfway = (points[:-1][inner] + points[1:][inner]) / 2
    middle = np.column_stack(projector(halfway[:, 0], halfway[:, 1])) - origin[of]
    # Shoelace, and 4/3 of the triangle under each bend: Archimedes' area of a parabola's segment.
    pieces = _cross(start, end) / 2 + 4 / 3 * _cross(middle - start, end - start) / 2
    sizes = np.abs(np.bincount(of, weights=pieces, minlength=len(rings)))
    outer = np.r_[True, part[1:] != part[:-1]]
    total = np.bincount(owner[part], weights=np.where(outer, sizes, -sizes), minlength=len(places))
    return pd.Series(np.maximum(total, 0.0) / 1e6, index=geometry.index, name="area_km2")


def _cross(one: Floats, other: Floats) -> Floats:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
