"""Maps of one district: hazards, incidents, shelters, grid cells; or where it lies."""

import itertools

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes

from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.grid import choose_cells
from taizhang.analysis.naming import name_leaders
from taizhang.analysis.points import find_side, locate_classes, locate_hazards
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.outlines import simplify_districts
from taizhang.figures.canvas import Looks, finish_figure
from taizhang.figures.ground import add_layer, label_beside, place_labels, use_map
from taizhang.figures.marks import set_strip_key
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_MOST_POINTS = 200
_MARKERS = ("o", "s", "^", "D", "v")
_SHAPES = ("●", "■", "▲", "◆", "▼")


@exhibit("hazards-map")
def map_hazards(
    view: View, *, zoom: float = 1.0, centre: tuple[float, float] | None = None
) -> display.Figure | None:
    """Where the period's hazards are: as points, as counts in hexagons where there are many.

    None where none has coordinates, or none is in what is shown.

    Parameters
    ----------
    zoom : float
        How many times larger than to show all of the district.
    centre : tuple of float, optional
        Longitude and latitude of the middle; default: the middle of the district, or when zoomed, of the hazards.
    """
    points = locate_hazards(view)
    if points is None:
        return None
    located, style = points.located, load_style()
    if zoom != 1 and centre is None:
        centre = (located["lon"].median(), located["lat"].median())
    with use_map(view, zoom=zoom, centre=centre) as (drawing, axes, strip):
        if zoom != 1 or centre:
            across, up = axes.get_xlim(), axes.get_ylim()
            located = located[located["lon"].between(*across) & located["lat"].between(*up)]
            if located.empty:
                return None
        open_ = located["open"]
        if len(located) <= _MOST_POINTS:
            for part, role, size in ((~open_, "done", 14), (open_, "open", 20)):
                looks: Looks = {
                    "s": size,
                    "color": style.roles[role],
                    "alpha": 0.75,
                    "linewidth": 0,
                    "zorder": 3,
                }
                axes.scatter(located["lon"][part], located["lat"][part], **looks)
            parts = (("rectified", "done"), ("open", "open"))
            key = [("●", label(f"hazards.{name}", view.lang), style.roles[role]) for name, role in parts]
            set_strip_key(strip, key)
        else:
            _draw_hexagons(axes, strip, located, view)
    side = find_side(view, located["lon"].mean(), located["lat"].mean())
    told = {"n": len(located), "open": open_.sum(), "where": label(f"map.side.{side}", view.lang)}
    extra = _tell_points(view, points.unlocated, len(located))
    return finish_figure(drawing, view, "hazards-map", points.rows, extra=extra, told=told)


def _draw_hexagons(axes: Axes, strip: Axes, located: pd.DataFrame, view: View) -> None:
    """Counts of points in hexagons, in five classes of equal width, with the districts' outlines above."""
    style = load_style()
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    looks: Looks = {
        "gridsize": (18, 10),
        "mincnt": 1,
        "linewidths": 0.3,
        "edgecolors": style.paper,
        "zorder": 2.5,
    }
    cells = axes.hexbin(located["lon"], located["lat"], extent=(west, east, south, north), **looks)
    counts = np.asarray(cells.get_array(), dtype=float)
    top = max(5, int(np.ceil(counts.max() / 5) * 5))
    edges = np.linspace(0, top, 6)
    place = np.clip(np.digitize(counts, edges[1:-1], right=True), 0, 4)
    cells.set_array(None)
    cells.set_facecolor([style.sequential[n] for n in place])
    key = [
        ("■", f"{int(low) + 1}–{int(high)}" if high - low > 1 else f"{int(high)}", style.sequential[n])
        for n, (low, high) in enumerate(itertools.pairwise(edges))
    ]
    set_strip_key(strip, key, title=label("map.per_cell", view.lang))
    seen = view.outlines[view.outlines.intersects(shapely.box(west, south, east, north))]
    add_layer(axes, seen.boundary, color=style.muted, linewidth=0.5, zorder=4)


def _tell_points(view: View, missing: int, shown: int) -> str:
    """What stands under a map of points beside its source: rows that have no place, and the classes of hexagons."""
    lang, extra = view.lang, []
    if missing:
        extra.append(label("source.located", lang, n=format_number(missing), rows=missing))
    if shown > _MOST_POINTS:
        extra.append(label("source.equal_classes", lang, number=5))
    return ("" if lang == "zh" else " ").join(extra)


@exhibit("incidents-map")
def map_incidents(view: View) -> display.Figure | None:
    """Where the period's incidents happened, by class; None where none has coordinates."""
    return _map_classes(view, "incidents", "class")


@exhibit("shelters-map")
def map_shelters(view: View) -> display.Figure | None:
    """Where the shelters are; None where none has coordinates."""
    return _map_classes(view, "shelters")


def _map_classes(view: View, kind: str, column: str = "") -> display.Figure | None:
    """Points by class, each class with its own mark and colour; as counts in hexagons where they are dense."""
    points = locate_classes(view, kind, column)
    if points is None:
        return None
    located, style = points.located, load_style()
    marks = list(zip(points.classes, _MARKERS, _SHAPES, style.categories, strict=False))
    with use_map(view) as (drawing, axes, strip):
        if len(located) > _MOST_POINTS:
            _draw_hexagons(axes, strip, located, view)
        else:
            looks: Looks = {"s": 30, "edgecolor": style.paper, "linewidth": 0.5, "zorder": 3}
            for name, marker, _, colour in marks:
                part = located[located["class"] == name]
                axes.scatter(part["lon"], part["lat"], marker=marker, color=colour, **looks)
            set_strip_key(strip, [(shape, name, colour) for name, _, shape, colour in marks])
    extra = _tell_points(view, points.unlocated, len(located))
    classes = name_leaders(pd.Series(points.classes), view.lang, most=len(marks))
    told = {"n": len(located), "classes": classes}
    return finish_figure(drawing, view, f"{kind}-map", points.rows, extra=extra, told=told)


@exhibit("location-map")
def map_location(view: View) -> display.Figure | None:
    """Where the district lies among the others; None where the view is of the whole area."""
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
    return finish_figure(drawing, view, "location-map", n=len(districts))


@exhibit("grid-map")
def map_grid(view: View) -> display.Figure | None:
    """Grid cells of the district: with a responsible person, and without; None where there is no cell."""
    cells = choose_cells(view)
    if cells is None:
        return None
    lang, style = view.lang, load_style()
    simple = simplify_districts(cells)
    # A layer without a column of responsible persons doesn't say: then no cell is blamed.
    assigned = cells["assigned"].astype("boolean")
    parts = {
        "assigned": (assigned.fillna(False), style.sequential[2]),
        "unassigned": ((~assigned).fillna(False), style.roles["open"]),
        "unknown": (assigned.isna(), style.faint),
    }
    key = []
    with use_map(view) as (drawing, axes, strip):
        for name, (part, colour) in parts.items():
            if part.any():
                shapes = simple[part.to_numpy(dtype=bool)]
                add_layer(axes, shapes, facecolor=colour, edgecolor=style.paper, linewidth=0.6, zorder=3)
                key.append(("■", label(f"grid.{name}", lang), colour))
        set_strip_key(strip, key)
    return finish_figure(drawing, view, "grid-map", n=len(cells), missing=parts["unassigned"][0].sum())
