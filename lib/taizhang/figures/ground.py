"""What every map has: simplified districts, scale bar, north arrow, attribution, and labels that do not collide."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import cos, radians
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Polygon, Rectangle

from taizhang.analysis.view import View
from taizhang.core import fonts
from taizhang.core.outlines import (
    KM_PER_DEGREE,
    Box,
    choose_length,
    count_decimals,
    find_beside,
    find_places,
    measure_text,
)
from taizhang.figures.canvas import Looks, use_style
from taizhang.figures.marks import back_label
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_MM_PER_POINT = 25.4 / 72
_FOOT_MM = 17.0  # below the map: classes, scale bar, rights
LIST_FOOT_MM, LINE_MM = 16.0, 4.8  # the same with a list of districts between the key and the scale bar
_LOWEST_MM = 26.0
_TALLEST_PANEL_MM = 58.0  # of a small map
_ARROW_MM = (7.0, 11.0)  # the north arrow with its word, in the map's upper right corner


def make_map(
    bounds: Box, *, tallest_mm: float = 150.0, foot_mm: float = _FOOT_MM
) -> tuple[Drawing, Axes, Axes]:
    """Make a drawing with a map and, below it, a strip for its key; the height follows from the extent.

    `bounds` are west, south, east, north in degrees. The strip's coordinates are in millimetres from its lower left
    corner.
    """
    style = load_style()
    box, tall = _frame(bounds, style.width_mm, tallest_mm)
    height = tall + foot_mm
    drawing = Drawing(figsize=(style.width_mm / 25.4, height / 25.4))
    axes = drawing.add_axes((0, foot_mm / height, 1, tall / height))
    _show_box(axes, box)
    return drawing, axes, _add_strip(drawing, foot_mm)


def _frame(bounds: Box, wide_mm: float, tallest_mm: float) -> tuple[Box, float]:
    """The extent that a map so wide shows, and how high it is (mm)."""
    west, south, east, north = bounds
    pad = 0.03 * max(east - west, north - south)
    west, south, east, north = west - pad, south - pad, east + pad, north + pad
    stretch = 1 / cos(radians((south + north) / 2))
    tall = wide_mm * (north - south) * stretch / (east - west)
    if tall > tallest_mm:
        # A tall extent is shown with more of what lies beside it.
        more = ((north - south) * stretch * wide_mm / tallest_mm - (east - west)) / 2
        west, east, tall = west - more, east + more, tallest_mm
    elif tall < _LOWEST_MM:
        more = (north - south) * (_LOWEST_MM / tall - 1) / 2
        south, north, tall = south - more, north + more, _LOWEST_MM
    return (west, south, east, north), tall


def _show_box(axes: Axes, box: Box) -> None:
    west, south, east, north = box
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1 / cos(radians((south + north) / 2)))
    axes.set_axis_off()


def _add_strip(drawing: Drawing, foot_mm: float) -> Axes:
    """Axes at a drawing's foot, as wide as it, in millimetres from their lower left."""
    high = drawing.get_figheight() * 25.4
    strip = drawing.add_axes((0, 0, 1, foot_mm / high))
    strip.set_xlim(0, load_style().width_mm)
    strip.set_ylim(0, foot_mm)
    strip.set_axis_off()
    return strip


def wrap_entries(entries: Sequence[str], lang: str, *, lead: str) -> list[str]:
    """Arrange entries in lines below a map, after an introduction; no entry is split."""
    room = (load_style().width_mm / _MM_PER_POINT - 14) / load_style().small
    joint, stop = ("、", "：") if lang == "zh" else (", ", ": ")
    lines, line = [], f"{lead}{stop}"
    for at, entry in enumerate(entries):
        more = entry + (joint if at + 1 < len(entries) else "")
        if fonts.measure_text(f"{line}{more}")[0] > room:
            lines.append(line.rstrip())
            line = ""
        line += more
    return [*lines, line]


def write_list(strip: Axes, lines: Sequence[str], *, below_mm: float = 0.0) -> None:
    """Write lines into the strip of a map, above its scale bar; the strip is `LIST_FOOT_MM` plus `LINE_MM` per
    line high.

    `below_mm` is the height that the key has added to the strip (`marks.set_strip_key`).
    """
    top = strip.get_ylim()[1] - 8.0 - below_mm
    for at, line in enumerate(lines):
        strip.text(2, top - LINE_MM * at, line, size=load_style().small, va="top")


@contextmanager
def use_panels(view: View, titles: Sequence[str]) -> Iterator[tuple[Drawing, list[Axes], Axes]]:
    """Return a context for drawing small maps of the whole area, two in a row, each under its title, with one
    strip below.

    A single map takes the whole width, as does each map on a phone screen. At the end, the scale bar and the
    attribution are added, and a north arrow for each map.
    """
    with use_style():
        style, gap, head, foot = load_style(), 4.0, 7.0, _FOOT_MM
        columns = 1 if style.narrow else min(len(titles), 2)
        wide = (style.width_mm - gap * (columns - 1)) / columns
        box, tall = _frame(tuple(view.outlines.total_bounds), wide, _TALLEST_PANEL_MM)
        lines = -(-len(titles) // columns)
        height = lines * (head + tall) + foot
        drawing = Drawing(figsize=(style.width_mm / 25.4, height / 25.4))
        panels = []
        for at, title in enumerate(titles):
            left, top = (at % columns) * (wide + gap), height - (at // columns) * (head + tall)
            axes = drawing.add_axes(
                (left / style.width_mm, (top - head - tall) / height, wide / style.width_mm, tall / height)
            )
            _show_box(axes, box)
            looks: Looks = {"size": style.small, "va": "bottom", "ha": "left", "transform": axes.transAxes}
            axes.text(0, 1 + 1.5 / tall, title, **looks)
            panels.append(axes)
        strip = _add_strip(drawing, foot)
        yield drawing, panels, strip
        draw_furniture(panels[0], strip, view)
        for axes in panels[1:]:
            axes.apply_aspect()
            _draw_arrow(axes, label("map.north", view.lang))


@contextmanager
def use_map(view: View, *, whole: bool = False, **layout: Any) -> Iterator[tuple[Drawing, Axes, Axes]]:
    """Return a context for drawing on a map of the whole area (`make_map`) or of the view's ground (`draw_ground`).

    Scale bar, attribution and north arrow are added at the end.
    """
    with use_style():
        bounds = tuple(view.outlines.total_bounds)
        drawing, axes, strip = make_map(bounds, **layout) if whole else draw_ground(view, **layout)
        yield drawing, axes, strip
        draw_furniture(axes, strip, view)


def add_layer(axes: Axes, shapes: gpd.GeoDataFrame | gpd.GeoSeries, **looks: object) -> None:
    """Draw shapes on a map without changing its extent and aspect, as geopandas would; draw nothing if they are
    empty."""
    if shapes.geometry.is_empty.all():
        return
    aspect, across, up = axes.get_aspect(), axes.get_xlim(), axes.get_ylim()
    shapes.plot(ax=axes, **looks)
    axes.set(aspect=aspect, xlim=across, ylim=up)


def fill_districts(axes: Axes, districts: gpd.GeoDataFrame, colours: Sequence[str]) -> None:
    """Draw districts on a map with a fixed extent, each in its colour; hatched if it has none (unknown)."""
    style = load_style()
    known = np.array([bool(colour) for colour in colours])
    # One call for all: a class that GeoPandas draws by itself costs as much as all districts.
    fills = [colour for colour in colours if colour]
    add_layer(axes, districts[known], color=fills, edgecolor=style.paper, linewidth=0.9)
    add_layer(
        axes, districts[~known], facecolor=style.empty, edgecolor=style.muted, hatch="////", linewidth=0.4
    )


def draw_ground(
    view: View, *, around: float = 0.06, zoom: float = 1.0, centre: tuple[float, float] | None = None
) -> tuple[Drawing, Axes, Axes]:
    """Draw a map, as returned by `make_map`: the district among its neighbours, or the whole area.

    `around`: how much of the surroundings to show, as a share of the longer side; `zoom`: magnification, where 1 shows
    all of it; `centre`: longitude and latitude of the centre, by default the district's.
    """
    style = load_style()
    districts = view.outlines
    own = districts if view.district == ALL else districts[districts["code"] == view.district]
    # A district without ground is shown as all of them.
    west, south, east, north = (districts if own.geometry.is_empty.all() else own).total_bounds
    pad = around * max(east - west, north - south)
    lon, lat = centre or ((west + east) / 2, (south + north) / 2)
    across, up = ((east - west) / 2 + pad) / zoom, ((north - south) / 2 + pad) / zoom
    drawing, axes, strip = make_map((lon - across, lat - up, lon + across, lat + up), tallest_mm=84)
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    # Of a province's thousands, only those that can be seen.
    districts = districts[districts.intersects(shapely.box(west, south, east, north))]
    add_layer(axes, districts, facecolor=style.empty, edgecolor=style.paper, linewidth=1.0, zorder=1)
    add_layer(axes, own, facecolor=style.paper, edgecolor=style.muted, linewidth=1.0, zorder=2)
    # Neighbours are named where their part within the frame has room.
    others = districts[~districts["code"].isin(own["code"])]
    edge = 0.015 * (east - west)
    frame_box = shapely.box(west + edge, south + edge, east - edge, north - edge)
    inside = others.geometry.intersection(frame_box)
    shown = (~inside.is_empty).to_numpy()
    place_labels(axes, inside[shown], others.loc[shown, "name"], [style.muted] * int(shown.sum()))
    return drawing, axes, strip


def draw_furniture(axes: Axes, strip: Axes, view: View) -> None:
    """Draw the scale bar (strip, left), the attribution (strip, right) and the north arrow (map, upper right)."""
    style = load_style()
    axes.apply_aspect()
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    frame = axes.get_position().width * style.width_mm
    km_per_mm = (east - west) * KM_PER_DEGREE * cos(radians((south + north) / 2)) / frame
    length = choose_length(35 * km_per_mm)
    bar = length / km_per_mm
    for left, fill in ((2, style.ink), (2 + bar / 2, style.paper)):
        half = Rectangle((left, 2.2), bar / 2, 1.1, facecolor=fill, edgecolor=style.ink, linewidth=0.6)
        strip.add_patch(half)
    words = label("map.km", view.lang, n=format_number(length, count_decimals(length)))
    strip.text(2 + bar + 1.5, 2.7, words, size=style.small, va="center")
    rights = label("map.approval" if view.approval else "map.internal_use", view.lang, number=view.approval)
    strip.text(style.width_mm - 2, 2.7, rights, size=style.small, ha="right", va="center", color=style.muted)
    _draw_arrow(axes, label("map.north", view.lang))


def find_corner(axes: Axes) -> Box:
    """Return the north arrow's place in the map's own coordinates, where no label may go."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wide, high = _measure_map(axes)
    across, up = _ARROW_MM
    return east - across / wide * (east - west), north - up / high * (north - south), east, north


def _measure_map(axes: Axes) -> tuple[float, float]:
    """Width and height of a map on the drawing, millimetres."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wide = axes.get_position().width * load_style().width_mm
    return wide, wide * (north - south) * float(axes.get_aspect()) / (east - west)


def _draw_arrow(axes: Axes, word: str) -> None:
    style = load_style()
    wide, high = _measure_map(axes)
    across, up = _ARROW_MM

    def place(right: float, down: float) -> tuple[float, float]:
        return 1 - right / wide, 1 - down / high

    # On paper of its own: a dark district may reach into the corner.
    axes.add_patch(
        Rectangle(
            place(across, up), across / wide, up / high,
            transform=axes.transAxes, facecolor=style.paper, alpha=0.8, linewidth=0, zorder=9,
        )
    )  # fmt: skip
    middle = across / 2
    outline = [place(middle, 1), place(middle + 1.6, 6), place(middle, 4.8), place(middle - 1.6, 6)]
    axes.add_patch(Polygon(outline, transform=axes.transAxes, facecolor=style.ink, linewidth=0, zorder=10))
    looks: Looks = {"ha": "center", "va": "top", "size": style.small, "zorder": 10}
    axes.text(*place(middle, 6.8), word, transform=axes.transAxes, **looks)


def place_labels(
    axes: Axes,
    shapes: Iterable[shapely.Geometry],
    texts: Iterable[str],
    colours: Sequence[str],
    *,
    size: float = 0,
    taken: Sequence[Box] = (),
    hatched: Sequence[bool] = (),
    lead: bool = False,
) -> list[int]:
    """Write a label within each shape, clear of the others and of the north arrow; the smallest shapes choose first.

    The map's limits must be set. `size` is in points, by default small; `taken` are further places already used, in the
    axes' coordinates; labels that are `hatched` stand on hatching and need a background. With `lead`, a shape without
    room, such as a small island, has its label beside it, with a leader line. Returns the positions of shapes without
    a label.
    """
    shapes, texts, size = list(shapes), list(texts), size or load_style().small
    rooms = [_measure_label(axes, text, size) for text in texts]
    spots = find_places(shapes, rooms, taken=[find_corner(axes), *taken])
    backs = [back_label() if on else None for on in hatched or [False] * len(texts)]
    for text, colour, spot, back in zip(texts, colours, spots, backs, strict=True):
        if spot is not None:
            looks: Looks = {"ha": "center", "va": "center", "size": size, "linespacing": 1.15}
            axes.text(*spot, text, color=colour, bbox=back, **looks)
    left_out = [place for place, spot in enumerate(spots) if spot is None]
    if not lead:
        return left_out
    used = [find_corner(axes), *taken]
    used += [_box(spot, room) for spot, room in zip(spots, rooms, strict=True) if spot is not None]
    return [
        place
        for place in left_out
        if not _lead_to(axes, shapes[place], texts[place], rooms[place], used, size=size)
    ]


def count_led(view: View, texts: Sequence[str]) -> int:
    """Return how many districts on a map of the whole area have no room for their text."""
    size = load_style().small
    with use_style():
        axes = make_map(tuple(view.outlines.total_bounds))[1]
        rooms = [_measure_label(axes, text, size) for text in texts]
        return find_places(list(view.outlines.geometry), rooms, taken=[find_corner(axes)]).count(None)


def say_unlabelled(names: Iterable[str], left_out: Sequence[int], lang: str) -> str:
    """Return a source note on shapes without a label, or '' if all have one."""
    every = list(names)
    told = join_list([every[place] for place in left_out], lang)
    return label("source.unnamed", lang, names=told) if told else ""


def _box(middle: tuple[float, float], room: tuple[float, float]) -> Box:
    (x, y), (wide, high) = middle, room
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _lead_to(
    axes: Axes, shape: shapely.Geometry, text: str, room: tuple[float, float], used: list[Box], *, size: float
) -> bool:
    """Write a shape's label at the nearest free place, with a line to it, and add the place to those `used`.

    False if there is none.
    """
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    spot = find_beside(shape, room, frame=(west, south, east, north), taken=used)
    if spot is None:
        return False
    style, point, place = load_style(), shape.representative_point(), _box(spot, room)
    end = shapely.shortest_line(shapely.box(*place), point).coords[0]
    axes.plot(
        [end[0], point.x], [end[1], point.y], color=style.ink, linewidth=0.6, zorder=7,
        marker="o", markersize=2, markevery=[1],
    )  # fmt: skip
    looks: Looks = {"ha": "center", "va": "center", "size": size, "linespacing": 1.15, "zorder": 8}
    axes.text(*spot, text, color=style.ink, bbox=back_label(alpha=0.85), **looks)
    used.append(place)
    return True


def label_beside(axes: Axes, shape: shapely.Geometry, text: str, *, size: float) -> Box:
    """Write the label of a shape that is too small for it beside the shape; `size` is in points.

    Returns the label's place in the axes' coordinates, where no other label may go.
    """
    style = load_style()
    wide, high = _measure_label(axes, text, size)
    west, south, east, north = shape.bounds
    gap, middle = wide / 10, (south + north) / 2
    left = east + gap if east + gap + wide <= axes.get_xlim()[1] else west - gap - wide
    back = back_label(alpha=0.85)
    axes.text(left, middle, text, va="center", size=size, color=style.roles["main"], bbox=back, zorder=8)
    return left, middle - high / 2, left + wide, middle + high / 2


def _measure_label(axes: Axes, text: str, size: float) -> tuple[float, float]:
    """Width and height that a label takes of a map, in degrees."""
    west, east = axes.get_xlim()
    per_point = (east - west) / (axes.get_position().width * load_style().width_mm / _MM_PER_POINT)
    wide, high = measure_text(text, size)
    return wide * per_point, high * per_point / float(axes.get_aspect())
