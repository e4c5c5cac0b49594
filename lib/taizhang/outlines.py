"""Outlines for maps: simplified once, for the figures of reports and for the map of the index alike."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

_WIDTH = 640.0


def simplify_districts(districts: gpd.GeoDataFrame, *, points: int = 900) -> gpd.GeoDataFrame:
    """Simplify borders as far as a map of the column's width shows; shared edges stay shared.

    Parameters
    ----------
    districts : geopandas.GeoDataFrame
        Geometry in degrees.
    points : int
        Steps across the extent below which nothing can be seen.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy.
    """
    west, south, east, north = districts.total_bounds
    step = max(east - west, north - south) / points
    shapes = shapely.coverage_simplify(districts.geometry.to_numpy(), step)
    return districts.set_geometry(gpd.GeoSeries(shapes, index=districts.index, crs=districts.crs))


@dataclass(frozen=True)
class Shape:
    """A district on the map: its outline and where its name stands, in units of the drawing."""

    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """The districts as one drawing."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def draw_outlines(districts: gpd.GeoDataFrame) -> Map:
    """Draw the districts for a page, 640 units wide.

    Parameters
    ----------
    districts : geopandas.GeoDataFrame
        code, name, geometry in longitude and latitude.

    Returns
    -------
    Map
        Equirectangular about the middle latitude, which for a county is true to a part in a thousand;
        simplified as charts' maps are.
    """
    known = districts[~(districts.geometry.isna() | districts.geometry.is_empty)]
    if known.empty:
        return Map(_WIDTH, 0.0, ())
    west, south, east, north = (float(bound) for bound in known.total_bounds)
    narrowing = float(np.cos(np.radians((south + north) / 2)))
    margin = 4.0
    scale = (_WIDTH - 2 * margin) / ((east - west) * narrowing)

    def project(lonlat: np.ndarray) -> np.ndarray:
        x = (lonlat[:, 0] - west) * narrowing * scale + margin
        return np.column_stack([x, (north - lonlat[:, 1]) * scale + margin])

    drawn = shapely.transform(simplify_districts(known).geometry.to_numpy(), project)
    points = shapely.point_on_surface(drawn)
    shapes = tuple(
        Shape(str(code), str(name), _write_path(outline), round(point.x, 1), round(point.y, 1))
        for code, name, outline, point in zip(known["code"], known["name"], drawn, points, strict=True)
        if not outline.is_empty
    )
    return Map(_WIDTH, round((north - south) * scale + 2 * margin, 1), shapes)


def _write_path(outline: shapely.Geometry) -> str:
    """SVG path data, to a tenth of a unit."""
    rings = []
    for part in shapely.get_parts(outline):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            places = [f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]]
            rings.append(f"M{'L'.join(places)}Z")
    return "".join(rings)
