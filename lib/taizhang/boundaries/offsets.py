"""Adding and removing the offsets of Chinese web maps, GCJ-02 and BD-09.

Source: no official text gives the formula. The one in use was published anonymously at
on4wp7.codeplex.com (changeset 21483, EvilTransform.cs) and is kept in github.com/googollee/eviltransform
(MIT) and github.com/Artoria2e5/PRCoords (CC0); BD-09 over GCJ-02 as in both. Constants: Krasovsky 1940
ellipsoid, a = 6 378 245 m. It agrees with the map services to about a metre, and so
does a corrected layer; the inverse itself is iterated until it no longer changes.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from taizhang.core.errors import BoundaryError

OFFSETS = ("none", "gcj02", "bd09")

Floats = npt.NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

_A = 6378245.0
_EE = 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0
_EXTENT = (72.004, 0.8293, 137.8347, 55.8271)


def add_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Convert WGS84 to GCJ-02, in degrees (CGCS2000 differs from WGS84 by centimetres).

    Unchanged outside 72-137.8 E, 0.8-55.8 N.
    """
    true_lon, true_lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = true_lon - 105.0, true_lat - 35.0
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + wave
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(true_lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    north = north * 180.0 / (_A * (1.0 - _EE) / (magic * np.sqrt(magic)) * np.pi)
    east = east * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    inside = _find_inside(true_lon, true_lat)
    return np.where(inside, true_lon + east, true_lon), np.where(inside, true_lat + north, true_lat)


def add_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Convert WGS84 to BD-09 (Baidu), by way of GCJ-02; parameters and returns as in `add_gcj02`."""
    true_lon, true_lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = add_gcj02(true_lon, true_lat)
    inside = _find_inside(true_lon, true_lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, true_lon),
        np.where(inside, radius * np.sin(angle) + 0.006, true_lat),
    )


def _find_inside(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    west, south, east, north = _EXTENT
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


_FORWARD: dict[str, Shift] = {"gcj02": add_gcj02, "bd09": add_bd09}


def add_offset(lon: npt.ArrayLike, lat: npt.ArrayLike, offset: str) -> tuple[Floats, Floats]:
    """Apply an offset ('none', 'gcj02', 'bd09') to true coordinates in degrees."""
    _require_offset(offset)
    true_lon, true_lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return (true_lon, true_lat) if offset == "none" else _FORWARD[offset](true_lon, true_lat)


def undo_offset(lon: npt.ArrayLike, lat: npt.ArrayLike, offset: str) -> tuple[Floats, Floats]:
    """Undo an offset ('none', 'gcj02' or 'bd09'): return the true point (WGS84) whose shifted image is the given one.

    The formula has no closed inverse. The shift changes by less than 1 % of a step, so the fixed-point iteration ``w
    <- g - (shift(w) - w)`` gains two digits a turn; it stops below 1e-11 degrees (1 um). NaN stays NaN. Raises
    BoundaryError if the offset is unknown.
    """
    _require_offset(offset)
    given_lon, given_lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    true_lon, true_lat = given_lon.copy(), given_lat.copy()
    if offset == "none":
        return true_lon, true_lat
    for _ in range(30):
        shifted_lon, shifted_lat = _FORWARD[offset](true_lon, true_lat)
        step_lon, step_lat = given_lon - shifted_lon, given_lat - shifted_lat
        true_lon, true_lat = true_lon + step_lon, true_lat + step_lat
        if np.nanmax(np.abs([step_lon, step_lat]), initial=0.0) < 1e-11:
            break
    return true_lon, true_lat


def shift_geometry(
    geometry: npt.NDArray[np.object_], offset: str, *, undo: bool = True
) -> npt.NDArray[np.object_]:
    """Undo (or apply) an offset on geometries in degrees, keeping shared edges shared.

    Each distinct vertex is computed once, so that neighbours still share it afterwards.
    """
    _require_offset(offset)
    if offset == "none":
        return geometry
    convert = undo_offset if undo else add_offset

    def shift(coordinates: Floats) -> Floats:
        points, inverse = np.unique(coordinates[:, 0] + 1j * coordinates[:, 1], return_inverse=True)
        return np.column_stack(convert(points.real, points.imag, offset))[inverse]

    return np.asarray(shapely.transform(geometry, shift), dtype=object)


def _require_offset(offset: str) -> None:
    if offset not in OFFSETS:
        raise BoundaryError("boundaries.offset", offset=offset, known=OFFSETS)
