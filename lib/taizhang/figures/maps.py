"""Maps of one district: hazards, incidents, shelters, grid cells; or its location."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes

from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.grid import ASSIGNMENTS, choose_cells, list_unassigned, tell_assignment
from taizhang.analysis.naming import name_leaders
from taizhang.analysis.points import STEPS, Points, count_density, find_side, locate_classes, locate_hazards
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.outlines import simplify_districts
from taizhang.figures.canvas import Looks, finish_figure
from taizhang.figures.ground import add_layer, label_beside, place_labels, use_map
from taizhang.figures.hazards import STATE_ROLES, say_state
from taizhang.figures.marks import set_strip_key
from taizhang.figures.tidy import join_ground, make_points
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

# A hexagon's, from its middle: in widths, and in steps from row to row.
_CORNERS = np.array([[3, -1], [3, 1], [0, 2], [-3, 1], [-3, -1], [0, -2]]) / 6
_MARKERS = ("o", "s", "^", "D", "v")
_SHAPES = ("●", "■", "▲", "◆", "▼")


@exhibit("hazards-map")
def map_hazards(
    view: View, *, zoom: float = 1.0, centre: tuple[float, float] | None = None
) -> display.Figure | None:
    """Map the period's hazards as points, or as counts in hexagons if there are many.

    None if none has coordinates, or none lies in the part shown.

    Parameters
    ----------
    zoom : float
        Magnification; 1 shows the whole district.
    centre : tuple of float, optional
        Longitude and latitude of the centre; default: the centre of the district or, when zoomed, of the hazards.
    """
    points = locate_hazards(view)
    if points is None:
        return None
    style = load_style()
    if zoom != 1 and centre is None:
        centre = points.median
    with use_map(view, zoom=zoom, centre=centre) as (drawing, axes, strip):
        shown = points.within(axes.get_xlim(), axes.get_ylim()) if zoom != 1 or centre else points
        if shown is None:
            return None
        located = shown.located
        if shown.is_dense:
            _draw_hexagons(axes, strip, located, view)
        else:
            roles = {name: (STATE_ROLES[name], 20 if name == "open" else 14) for name in shown.states}
            for name, (role, size) in roles.items():
                part = located["state"] == name
                looks: Looks = {
                    "s": size,
                    "color": style.roles[role],
                    "alpha": 0.75,
                    "linewidth": 0,
                    "zorder": 3,
                }
                axes.scatter(located["lon"][part], located["lat"][part], **looks)
            key = [
                ("●", label(f"hazards.{name}", view.lang), style.roles[role])
                for name, (role, _) in roles.items()
            ]
            set_strip_key(strip, key)
    side = find_side(view, *shown.middle)
    told = {
        "n": len(located),
        "state": say_state(view, shown.states),
        "where": label(f"map.side.{side}", view.lang),
    }
    extra = _tell_points(view, shown)
    return finish_figure(
        drawing, view, "hazards-map", points.rows, data=lambda: make_points(view, located, "found_on", "state"),
        extra=extra, told=told,
    )  # fmt: skip


def _draw_hexagons(axes: Axes, strip: Axes, located: pd.DataFrame, view: View) -> None:
    """Points in hexagons, each in the colour of its class and within its district, with outlines above."""
    style, density = load_style(), count_density(located, axes.get_xlim(), axes.get_ylim())
    hexagons, cells = density.hexagons, density.hexagons.cells
    corners = _CORNERS * (hexagons.width, hexagons.rise)
    shapes = shapely.polygons(cells[["x", "y"]].to_numpy()[:, None, :] + corners)
    outlines = view.outlines
    own = outlines if view.district == ALL else outlines[outlines["code"] == view.district]
    inside = shapely.intersection(shapes, own.geometry.union_all())
    # Of a hexagon that lies outside all of it, its points do too.
    shapes = np.where(shapely.is_empty(inside), shapes, inside)
    looks: Looks = {"linewidth": 0.3, "edgecolor": style.paper, "zorder": 2.5}
    if len(cells):
        add_layer(axes, gpd.GeoSeries(shapes), color=[style.sequential[n] for n in cells["number"]], **looks)
    key = [
        ("■", f"{low}" if low == high else f"{low}–{high}", style.sequential[n])
        for n, low, high in density.classes.itertuples()
    ]
    set_strip_key(strip, key, title=label("map.per_cell", view.lang))
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    seen = view.outlines[view.outlines.intersects(shapely.box(west, south, east, north))]
    add_layer(axes, seen.boundary, color=style.muted, linewidth=0.5, zorder=4)


def _tell_points(view: View, points: Points) -> str:
    """What stands under a map of points beside its source: rows that have no place, and the classes of hexagons."""
    lang, extra = view.lang, []
    if points.unlocated:
        missing = format_number(points.unlocated)
        extra.append(label("source.located", lang, n=missing, rows=points.unlocated))
    if points.is_dense:
        extra.append(label("source.equal_classes", lang, number=STEPS))
    return ("" if lang == "zh" else " ").join(extra)


@exhibit("incidents-map")
def map_incidents(view: View) -> display.Figure | None:
    """Map the period's incidents by class; None if none has coordinates."""
    return _map_classes(view, "incidents", "class")


@exhibit("shelters-map")
def map_shelters(view: View) -> display.Figure | None:
    """Map the shelters; None if none has coordinates."""
    return _map_classes(view, "shelters")


def _map_classes(view: View, kind: str, column: str = "") -> display.Figure | None:
    """Points by class, each class with its own mark and colour; as counts in hexagons where they are dense."""
    points = locate_classes(view, kind, column)
    if points is None:
        return None
    located, style = points.located, load_style()
    marks = list(zip(points.classes, _MARKERS, _SHAPES, style.categories, strict=False))
    with use_map(view) as (drawing, axes, strip):
        if points.is_dense:
            _draw_hexagons(axes, strip, located, view)
        else:
            looks: Looks = {"s": 30, "edgecolor": style.paper, "linewidth": 0.5, "zorder": 3}
            for name, marker, _, colour in marks:
                part = located[located["class"] == name]
                axes.scatter(part["lon"], part["lat"], marker=marker, color=colour, **looks)
            set_strip_key(strip, [(shape, name, colour) for name, _, shape, colour in marks])
    extra = _tell_points(view, points)
    classes = name_leaders(pd.Series(points.classes), view.lang, most=len(marks))
    told = {"n": len(located), "classes": classes}
    return finish_figure(
        drawing, view, f"{kind}-map", points.rows, data=lambda: make_points(view, located, "class"),
        extra=extra, told=told,
    )  # fmt: skip


@exhibit("ground-map")
def map_ground(view: View) -> display.Figure:
    """Draw a map to add to: the district among its neighbours, or all districts, with scale bar, attribution and
    north arrow.

    ``axes[0]`` uses longitude and latitude in the CRS of the boundary layer, ``data.crs``. Convert your own layers with
    ``to_crs``. In GeoPandas' plot, ``aspect=None`` keeps the map's aspect, and ``zorder=3`` draws above the ground.
    """
    own = view.outlines if view.district == ALL else view.outlines[view.outlines["code"] == view.district]
    with use_map(view) as (drawing, _, _):
        pass
    return finish_figure(
        drawing, view, "ground-map", data=lambda: join_ground(view, own.set_index("code")[[]]), n=len(own)
    )


@exhibit("location-map")
def map_location(view: View) -> display.Figure | None:
    """Map the location of the district among the others; None if the view covers the whole area."""
    if view.district == ALL:
        return None
    style, districts = load_style(), view.outlines
    own = (districts["code"] == view.district).to_numpy()
    with use_map(view, whole=True, tallest_mm=62) as (drawing, axes, _):
        fills = np.where(own, style.roles["main"], style.empty)
        add_layer(axes, districts, color=fills, edgecolor=style.paper, linewidth=0.8)
        here, others = districts[own], districts[~own]
        taken = []
        if (
            place_labels(axes, here.geometry, here["name"], [style.paper])
            and not here.geometry.iloc[0].is_empty
        ):
            taken = [label_beside(axes, here.geometry.iloc[0], str(here["name"].iloc[0]), size=style.small)]
        place_labels(axes, others.geometry, others["name"], [style.muted] * len(others), taken=taken)
    return finish_figure(
        drawing, view, "location-map", data=lambda: join_ground(view, districts[[]]), n=len(districts)
    )


@exhibit("grid-map")
def map_grid(view: View) -> display.Figure | None:
    """Map the grid cells of the district, with and without a responsible person.

    None if there is no cell or, in a report, if all are alike; the text then says so.
    """
    cells = choose_cells(view)
    if cells is None or (view.report and tell_assignment(view, cells).nunique() == 1):
        return None
    lang, style = view.lang, load_style()
    simple = simplify_districts(cells)
    told, key = tell_assignment(view, cells), []
    colours = dict(zip(ASSIGNMENTS, (style.sequential[2], style.roles["open"], style.faint), strict=True))
    with use_map(view) as (drawing, axes, strip):
        for name, colour in colours.items():
            shapes = simple[(told == name).to_numpy()]
            if len(shapes):
                add_layer(axes, shapes, facecolor=colour, edgecolor=style.paper, linewidth=0.6, zorder=3)
                key.append(("■", label(f"grid.{name}", lang), colour))
        set_strip_key(strip, key)
    return finish_figure(
        drawing, view, "grid-map", data=lambda: cells.assign(assignment=told),
        n=len(cells), missing=len(list_unassigned(view)),
    )  # fmt: skip
