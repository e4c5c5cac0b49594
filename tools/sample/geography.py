"""Invented townships and grid cells on an invented coast: shared edges are exact, vertex for vertex.

Districts are Voronoi cells inside a hand-drawn outline. All their edges, and those of the grid cells within,
are cut at their meeting points and roughened once by midpoint displacement; faces are then built from the
same lines, so that neighbours share every vertex.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from tools.sample.places import Township

Points = NDArray[np.float64]

# Kilometres east and north of 119.7 E, 26.9 N, for a county of sixteen townships.
_ORIGIN = (119.7, 26.9)
_COAST = (
    (10, 25), (14, 23), (17, 19), (13, 17), (15, 14), (21, 15), (24, 11), (20, 8), (15, 9), (12, 6), (16, 3), (22, 4),
    (26, 0), (23, -4), (18, -3), (14, -6), (17, -10), (21, -13), (18, -17), (12, -15), (8, -12), (5, -16), (8, -21),
    (3, -24), (-3, -21), (-6, -17), (-11, -20), (-15, -24),
)  # fmt: skip
_INLAND = (
    (-20, -20), (-24, -14), (-22, -7), (-27, 0), (-24, 8), (-28, 14), (-26, 20), (-18, 23), (-9, 21), (-2, 24), (6, 22),
)  # fmt: skip
_ISLANDS = ((33.0, -8.0, 3.4), (37.0, -3.5, 1.2), (30.5, -14.0, 1.0))
_STEP_KM = 0.25
_SNAP_KM = 0.001
_GEOD = Geod(ellps="GRS80")


@dataclass(frozen=True)
class Cell:
    """One grid cell as it is meant to be: a part of its township."""

    town: int
    geometry: shapely.Geometry
    centre: tuple[float, float]


@dataclass(frozen=True)
class Land:
    """Townships and their grid cells in degrees (longitude, latitude)."""

    towns: list[shapely.Geometry]
    cells: list[Cell]


def measure_km2(geometry: shapely.Geometry) -> float:
    """Area on the ellipsoid, in square kilometres."""
    area, _ = _GEOD.geometry_area_perimeter(shapely.orient_polygons(geometry))
    return abs(area) / 1e6


def draw_land(towns: list[Township], rng: np.random.Generator) -> Land:
    """Draw the townships and their grid cells.

    Parameters
    ----------
    towns : list of Township
        The last one becomes an island of several parts.
    rng : numpy.random.Generator

    Returns
    -------
    Land
        Geometries in the order of `towns`; cells ordered by township, then from north to south.
    """
    scale = (len(towns) / 16) ** 0.5
    outline = shapely.Polygon(np.array(_COAST + _INLAND) * scale)
    coast = shapely.LineString(np.array(_COAST) * scale)
    shapes = _place_towns(towns, _cut(outline, len(towns) - 1, rng, rounds=3), coast, rng)
    shapes.append(
        shapely.MultiPolygon([_blob(x * scale, y * scale, r * min(scale, 1.0), rng) for x, y, r in _ISLANDS])
    )
    owners, parts = [], []
    for number, (town, shape) in enumerate(zip(towns, shapes, strict=True)):
        for part in _cut(
            shape, int(np.clip(round(2.4 + (town.population / 1000) ** 0.5 * 0.75), 3, 11)), rng
        ):
            owners.append(number)
            parts.append(part)
    faces = _roughen(shapes, parts, rng)
    return _collect(len(towns), owners, parts, faces)


def _blob(x: float, y: float, radius: float, rng: np.random.Generator) -> shapely.Polygon:
    turn = np.arange(9) / 9 * 2 * np.pi
    reach = radius * rng.uniform(0.75, 1.2, 9)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(turn), y + reach * 0.8 * np.sin(turn)]))


def scatter_points(area: shapely.Geometry, count: int, rng: np.random.Generator) -> Points:
    """Draw `count` points (x, y) evenly inside an area."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((west, south), (east, north), (4 * count + 16, 2))
        found = np.vstack([found, tried[shapely.contains_xy(area, tried[:, 0], tried[:, 1])]])
    return found[:count]


def _cut(
    area: shapely.Geometry, count: int, rng: np.random.Generator, *, rounds: int = 2
) -> list[shapely.Geometry]:
    """Cut an area into `count` Voronoi cells whose seeds were moved to the cells' centres a few times."""
    seeds = scatter_points(area, count, rng)
    if count == 1:
        return [area]
    for step in range(rounds + 1):
        cells = shapely.get_parts(
            shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=area.envelope, ordered=True)
        )
        cells = shapely.intersection(cells, area)
        if step < rounds:
            centres = shapely.get_coordinates(shapely.centroid(cells))
            seeds = np.where(shapely.contains_xy(area, centres[:, 0], centres[:, 1])[:, None], centres, seeds)
    return list(cells)


def _place_towns(
    towns: list[Township], shapes: list[shapely.Geometry], coast: shapely.Geometry, rng: np.random.Generator
) -> list[shapely.Geometry]:
    """Give the townships on the coast the cells with the longest shore, the seat the smallest of them."""
    shore = np.array([shape.intersection(coast.buffer(0.01)).area for shape in shapes])
    order = np.argsort(-shore, kind="stable")
    coastal = [number for number, town in enumerate(towns[:-1]) if town.coastal]
    inland = [number for number, town in enumerate(towns[:-1]) if not town.coastal]
    by_sea = sorted(order[: len(coastal)], key=lambda cell: shapes[cell].area)
    people = sorted(coastal, key=lambda number: -towns[number].population)
    placed: list[shapely.Geometry] = [shapes[0]] * len(shapes)
    for number, cell in zip(people, by_sea, strict=True):
        placed[number] = shapes[cell]
    for number, cell in zip(inland, rng.permutation(order[len(coastal) :]), strict=True):
        placed[number] = shapes[int(cell)]
    return placed


def _roughen(
    shapes: list[shapely.Geometry], parts: list[shapely.Geometry], rng: np.random.Generator
) -> list[shapely.Geometry]:
    """Faces, in degrees, between the roughened edges of all parts."""
    borders = shapely.boundary(np.array(shapes))
    lines = np.concatenate([borders, shapely.boundary(np.array(parts))])
    edges = shapely.get_parts(shapely.line_merge(shapely.union_all(lines, grid_size=_SNAP_KM)))
    middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    outer = shapely.STRtree(borders).query(middle, predicate="dwithin", distance=2 * _SNAP_KM)[0]
    strength = np.full(len(edges), 0.09)
    strength[np.unique(outer)] = 0.2
    rough = np.array([_roughen_line(edge, s, rng) for edge, s in zip(edges, strength, strict=True)])
    while len(bad := _find_crossings(rough)):
        strength[bad] = np.where(strength[bad] < 0.02, 0, strength[bad] / 2)
        rough[bad] = [_roughen_line(edges[place], strength[place], rng) for place in bad]
    return list(shapely.get_parts(shapely.polygonize(rough)))


def _find_crossings(lines: NDArray[np.object_]) -> NDArray[np.intp]:
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    return np.unique(np.concatenate([one, other, np.flatnonzero(~shapely.is_simple(lines))]))


def _roughen_line(line: shapely.Geometry, strength: float, rng: np.random.Generator) -> shapely.Geometry:
    """Move the midpoints of ever shorter pieces sideways, keep the ends, and turn kilometres into degrees."""
    points = shapely.get_coordinates(line)
    while (lengths := np.hypot(*np.diff(points, axis=0).T)).max() > _STEP_KM:
        ahead = np.diff(points, axis=0)
        aside = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * rng.normal(0, strength, len(ahead))[:, None]
        middle = points[:-1] + ahead / 2 + np.clip(aside, -0.9, 0.9)
        # Only pieces still too long get a new point.
        long = np.flatnonzero(lengths > _STEP_KM)
        points = np.insert(points, long + 1, middle[long], axis=0)
    return shapely.LineString(np.round(_to_degrees(points), 7))


def _collect(
    count: int, owners: list[int], parts: list[shapely.Geometry], faces: list[shapely.Geometry]
) -> Land:
    """Give every face to the part it covers most, and join parts to townships."""
    flat = shapely.transform(np.array(parts), _to_degrees)
    tree = shapely.STRtree(flat)
    members: dict[int, list[shapely.Geometry]] = {}
    for face in faces:
        near = tree.query(face, predicate="intersects")
        if len(near) == 0:
            continue
        shared = shapely.area(shapely.intersection(flat[near], face))
        # A bay that two headlands close is sea: hardly any of it is covered.
        if shared.sum() > 0.5 * face.area:
            members.setdefault(int(near[shared.argmax()]), []).append(face)
    cells = []
    for part, kept in members.items():
        geometry = kept[0] if len(kept) == 1 else shapely.coverage_union_all(kept)
        point = geometry.representative_point()
        cells.append(Cell(owners[part], geometry, (point.x, point.y)))
    cells.sort(key=lambda cell: (cell.town, -cell.centre[1]))
    grouped: list[list[shapely.Geometry]] = [[] for _ in range(count)]
    for cell in cells:
        grouped[cell.town].append(cell.geometry)
    return Land([shapely.coverage_union_all(group) for group in grouped], cells)


def _to_degrees(points: Points) -> Points:
    lon = _ORIGIN[0] + points[:, 0] / (111.32 * np.cos(np.radians(_ORIGIN[1])))
    return np.column_stack([lon, _ORIGIN[1] + points[:, 1] / 110.77])
