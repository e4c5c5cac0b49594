"""The basis of every map, in reports and in the index: outlines, labels, scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from unicodedata import east_asian_width

import geopandas as gpd
import numpy as np
import shapely

KM_PER_DEGREE = 111.32  # of latitude; of longitude times the cosine of the latitude
_WIDTH = 640.0
_TALLEST = 800.0
_FOOT = 26.0
# Sizes of names in units of the drawing: on a wide page, and on a narrow one, where the drawing is small.
_SIZES = {"wide": 15.0, "narrow": 21.0}
_MOST_NAMED = 40  # districts of a map that has names; of more it has numbers alone
_MOST_LED = 24  # districts of a map on which names may stand beside their districts
_STEPS_AWAY = 3  # from its district, of such a name
# Of a label's box, whose letters leave its edge free: the share that must lie in the shape.
_INSIDE = 0.98

Box = tuple[float, float, float, float]


def simplify_districts(districts: gpd.GeoDataFrame, *, points: int = 900) -> gpd.GeoDataFrame:
    """Return districts with borders (in degrees) simplified for a map of the column's width; shared edges stay
    shared.

    `points`: number of steps across the extent; anything finer cannot be seen.
    """
    west, south, east, north = districts.total_bounds
    step = max(east - west, north - south) / points
    shapes = shapely.coverage_simplify(districts.geometry.to_numpy(), step)
    return districts.set_geometry(gpd.GeoSeries(shapes, index=districts.index, crs=districts.crs))


def choose_length(most: float) -> float:
    """Return the longest round length up to `most` kilometres: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most))


def count_decimals(length: float) -> int:
    """Return the decimals that a round length needs: 0 for 5 km, 1 for 0.5, 2 for 0.02."""
    return max(0, -int(np.floor(np.log10(length) + 1e-9)))


def measure_text(text: str, size: float) -> tuple[float, float]:
    """Return width and height of lines of text in points, counting a Chinese character as 1 em and any other as
    0.5 em."""
    lines = text.split("\n")
    widths = [sum(1.0 if east_asian_width(c) in "WF" else 0.56 for c in line) for line in lines]
    return size * max(widths), size * 1.28 * len(lines)


def find_places(
    shapes: Sequence[shapely.Geometry], rooms: Sequence[tuple[float, float]], *, taken: Sequence[Box] = ()
) -> list[tuple[float, float] | None]:
    """Find the centre of each label, within its shape and clear of the others; None if a shape has no room.

    `rooms`: width and height of each label, in the units of the shapes; `taken`: places already used. Smaller shapes
    choose first.
    """
    return list(_find_places(tuple(shapes), tuple(rooms), tuple(taken)))


# The maps of a report differ in their numbers, and most numbers are no wider than the name above them.
@lru_cache(maxsize=32)
def _find_places(
    shapes: tuple[shapely.Geometry, ...], rooms: tuple[tuple[float, float], ...], taken: tuple[Box, ...]
) -> list[tuple[float, float] | None]:
    boxes: list[Box] = list(taken)
    spots: list[tuple[float, float] | None] = [None] * len(shapes)
    for place in sorted(range(len(shapes)), key=lambda place: shapes[place].area):
        if shapes[place].is_empty:
            continue
        half = (rooms[place][0] / 2, rooms[place][1] / 2)
        spot = spots[place] = _find_spot(shapes[place], half, boxes)
        if spot is not None:
            boxes.append((spot[0] - half[0], spot[1] - half[1], spot[0] + half[0], spot[1] + half[1]))
    return spots


def _find_spot(
    shape: shapely.Geometry, half: tuple[float, float], boxes: Sequence[Box]
) -> tuple[float, float] | None:
    """The free place nearest the middle at which a box fits inside the shape."""
    if shape.area < _INSIDE * 4 * half[0] * half[1]:
        return None
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    grid_x, grid_y = np.meshgrid(np.linspace(west, east, 25), np.linspace(south, north, 25))
    spots = np.column_stack([grid_x.ravel(), grid_y.ravel()])
    spots = spots[shapely.contains_xy(shape, spots)]
    middle = shape.representative_point()
    x, y = spots[:, 0], spots[:, 1]
    free = np.ones(len(spots), dtype=bool)
    for left, below, right, above in boxes:
        beside = (x - half[0] >= right) | (left >= x + half[0])
        free &= beside | (y - half[1] >= above) | (below >= y + half[1])
    x, y = x[free], y[free]
    labels = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])
    away = np.hypot((x - middle.x) / half[0], (y - middle.y) / half[1]) / 10
    # Wholly inside beats near the middle: how much of a label is inside need be known only where it isn't wholly
    # and none that is lies nearer.
    inside = shapely.contains(shape, labels).astype(float)
    unsure = (inside == 0) & (away < away[inside == 1].min(initial=np.inf))
    # No border that leaves nearly all of a label inside runs so far in that a point halfway to a corner is outside.
    for right, up in ((-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)):
        unsure &= shapely.contains_xy(shape, x + right * half[0], y + up * half[1])
    # Six times as fast as an intersection with a box.
    parts = [shapely.clip_by_rect(shape, *bounds) for bounds in shapely.bounds(labels[unsure])]
    inside[unsure] = shapely.area(parts) / (4 * half[0] * half[1])
    cost = np.where(inside < _INSIDE, np.inf, 4 * (1 - inside) + away)
    if not np.isfinite(cost).any():
        return None
    best = int(cost.argmin())
    return float(x[best]), float(y[best])


def find_beside(
    shape: shapely.Geometry,
    room: tuple[float, float],
    *,
    frame: Box,
    taken: Sequence[Box],
    land: Sequence[shapely.Geometry] = (),
    steps: int = 8,
) -> tuple[float, float] | None:
    """Find the centre of a label beside a shape that is too small for it, clear of the shape and of places already
    taken.

    `frame`: the area in which the label must lie; `land`: further areas to avoid; `steps`: greatest distance, in units
    of three quarters of the label's width. None if there is no place.
    """
    if shape.is_empty:
        return None
    point, (wide, high) = shape.representative_point(), room
    whole, used = shapely.box(*frame), [shape, *land, *(shapely.box(*one) for one in taken)]
    for reach in range(1, steps + 1):
        for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
            x = point.x + reach * np.cos(angle) * wide * 0.75
            y = point.y + reach * np.sin(angle) * high * 1.25
            label = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if whole.contains(label) and not any(label.intersects(one) for one in used):
                return float(x), float(y)
    return None


@dataclass(frozen=True)
class Shape:
    """A district on the map, with its outline in units of the drawing."""

    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Name:
    """Where a district's name is placed, with room for a number below it; without the name if only the number fits.

    `lead`: both ends of the leader line to a district too small for its name.
    """

    code: str
    text: str
    x: float
    y: float
    lead: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Map:
    """The districts as one drawing, with the names that fit at each size, and a scale bar."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    names: dict[str, tuple[Name, ...]]
    bar: float  # length of the scale bar in units of the drawing
    km: float  # and in the world


def draw_outlines(districts: gpd.GeoDataFrame) -> Map:
    """Draw the districts (code, name, geometry in longitude and latitude) for a page.

    The drawing is 640 units wide and at most 826 high; a tall county is centred. The projection is equirectangular
    about the middle latitude, which for a county is accurate to a part in a thousand. Borders and labels are made
    as in maps of charts. The scale bar is below the districts.
    """
    known = districts[~(districts.geometry.isna() | districts.geometry.is_empty)]
    if known.empty:
        return Map(_WIDTH, 0.0, (), {}, 0.0, 0.0)
    west, south, east, north = (float(bound) for bound in known.total_bounds)
    narrowing = cos(radians((south + north) / 2))
    margin = 4.0
    across = (east - west) * narrowing
    scale = min((_WIDTH - 2 * margin) / across, (_TALLEST - 2 * margin) / (north - south))
    left = (_WIDTH - across * scale) / 2

    def project(lonlat: np.ndarray) -> np.ndarray:
        x = (lonlat[:, 0] - west) * narrowing * scale + left
        return np.column_stack([x, (north - lonlat[:, 1]) * scale + margin])

    drawn = shapely.transform(simplify_districts(known).geometry.to_numpy(), project)
    shown = [
        (str(code), str(name), outline)
        for code, name, outline in zip(known["code"], known["name"], drawn, strict=True)
        if not outline.is_empty
    ]
    names = {}
    for width, size in _SIZES.items():
        corner = (_WIDTH - 2 * size, 0.0, _WIDTH, 3 * size)  # the north arrow's
        frame = (0.0, 0.0, _WIDTH, (north - south) * scale + 2 * margin)
        names[width] = tuple(_place_names(shown, size, corner, frame))
    km = choose_length(0.25 * _WIDTH / scale * KM_PER_DEGREE)
    height = round((north - south) * scale + 2 * margin + _FOOT, 1)
    shapes = tuple(Shape(code, name, _write_path(outline)) for code, name, outline in shown)
    return Map(_WIDTH, height, shapes, names, round(km / KM_PER_DEGREE * scale, 1), km)


def _place_names(
    shown: Sequence[tuple[str, str, shapely.Geometry]], size: float, corner: Box, frame: Box
) -> list[Name]:
    """Place each name with a number below it; if the district is too small, beside it, or the number alone.

    With many districts, only numbers are shown.
    """
    placed: list[Name] = []
    taken, left = [corner], list(shown)
    for named in (True, False) if len(shown) <= _MOST_NAMED else (False,):
        rooms = [measure_text(f"{name}\n0" if named else "00", size) for _, name, _ in left]
        spots = find_places([outline for *_, outline in left], rooms, taken=taken)
        for (code, name, _), spot, room in zip(left, spots, rooms, strict=True):
            if spot is not None:
                placed.append(Name(code, name if named else "", round(spot[0], 1), round(spot[1], 1)))
                taken.append(_box_around(spot, room))
        left = [one for one, spot in zip(left, spots, strict=True) if spot is None]
        if named and len(shown) <= _MOST_LED:
            left = _lead_to(left, shown, size, frame, placed, taken)
    return placed


def _lead_to(
    left: Sequence[tuple[str, str, shapely.Geometry]],
    shown: Sequence[tuple[str, str, shapely.Geometry]],
    size: float,
    frame: Box,
    placed: list[Name],
    taken: list[Box],
) -> list[tuple[str, str, shapely.Geometry]]:
    """Place the remaining names beside their districts, each with a leader line; return those that found no place."""
    without = []
    for code, name, outline in left:
        room = measure_text(f"{name}\n0", size)
        land = [other for *_, other in shown if other is not outline]
        spot = find_beside(outline, room, frame=frame, taken=taken, land=land, steps=_STEPS_AWAY)
        if spot is None:
            without.append((code, name, outline))
            continue
        box, point = _box_around(spot, room), outline.representative_point()
        taken.append(box)
        end = shapely.shortest_line(shapely.box(*box), point).coords[0]
        lead = tuple(round(float(part), 1) for part in (*end, point.x, point.y))
        placed.append(Name(code, name, round(spot[0], 1), round(spot[1], 1), lead))  # type: ignore[arg-type]
    return without


def _box_around(middle: tuple[float, float], room: tuple[float, float]) -> Box:
    (x, y), (wide, high) = middle, room
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


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
