"""Reach of shelters: the area, premises and people within straight-line distance of one."""

import geopandas as gpd
import numpy as np
import shapely

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import name_area
from taizhang.analysis.reach import choose_columns, count_unlocated, list_reach, locate_sites, place_premises
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import Looks, finish_figure
from taizhang.figures.ground import add_layer, use_map
from taizhang.figures.marks import set_strip_key
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

# An estimate is written in hundreds, lest it look like a count.
_DECIMALS = {
    "sites": 0, "premises_located": 0, "premises_in_reach": 0, "area_in_reach_percent": 1, "residents": 0,
    "people_in_reach": -2,
}  # fmt: skip


def name_distance(distance_m: float, lang: str) -> str:
    """Write a distance in metres for a sentence: 500米, 1.5千米."""
    if distance_m < 1000:
        return label("reach.m", lang, n=format_number(distance_m))
    km = distance_m / 1000
    return label("map.km", lang, n=format_number(km, 0 if km.is_integer() else 1))


@exhibit("shelter-reach")
def tabulate_reach(view: View, reach: gpd.GeoDataFrame | None) -> display.Table | None:
    """Tabulate premises and residents within straight-line distance of a shelter; estimates are marked as such.

    `reach` is as returned by `Workbook.reach`; None if no shelter has coordinates.
    """
    if reach is None:
        return None
    distance = name_distance(float(reach["distance_m"].iloc[0]), view.lang)
    names = view.districts.set_index("code")["name"].to_dict() | {ALL: name_area(view)}
    table = list_reach(view, reach)
    shown = choose_columns(table, *_DECIMALS)
    without = [name for name in _DECIMALS if name not in shown]
    notes = [say_exhibit(view, "shelter-reach", "note")]
    if missing := count_unlocated(view, reach):
        notes.append(say_exhibit(view, "shelter-reach", "unlocated", n=missing))
    rows = (
        (str(names[code]), *(_write_rounded(row[name], decimals) for name, decimals in _DECIMALS.items()))
        for code, row in table.iterrows()
    )
    return make_table(view, "shelter-reach", rows, without=without, notes=notes, distance=distance)


def _write_rounded(value: float, decimals: int) -> display.Cell:
    return write_number(None if np.isnan(value) else round(float(value), decimals), max(decimals, 0))


@exhibit("shelter-reach-map")
def map_reach(view: View, reach: gpd.GeoDataFrame | None) -> display.Figure | None:
    """Map the area within straight-line distance of a shelter, with the shelters and the premises.

    `reach` is as returned by `Workbook.reach`; None if no shelter has coordinates.
    """
    if reach is None:
        return None
    lang, style = view.lang, load_style()
    row = reach[reach["district_code"] == view.district].iloc[0]
    distance = name_distance(float(row["distance_m"]), lang)
    sites = locate_sites(view)
    ground = style.sequential[1]
    with use_map(view) as (drawing, axes, strip):
        area = row["geometry"]
        key = [("■", label("check_figure.reach.area", lang, distance=distance), ground)]
        if not shapely.is_empty(area):
            # Less than a pixel doesn't show.
            shape = gpd.GeoSeries([shapely.simplify(area, np.ptp(axes.get_xlim()) / 900)], crs=reach.crs)
            add_layer(axes, shape, facecolor=ground, edgecolor="none", zorder=2.5)
        premises = place_premises(view, area)
        for inside, role, word in ((False, "before", "outside"), (True, "done", "inside")):
            part = premises[premises["inside"] == inside] if len(premises) else premises
            if len(part):
                axes.scatter(part["lon"], part["lat"], s=9, color=style.roles[role], linewidth=0, zorder=3)
                key.append(("●", label(f"check_figure.reach.{word}", lang), style.roles[role]))
        looks: Looks = {"s": 38, "color": style.roles["open"], "edgecolor": style.paper, "linewidth": 0.6}
        axes.scatter(sites["lon"], sites["lat"], marker="^", zorder=4, **looks)
        key.insert(0, ("▲", label("check_figure.reach.shelter", lang), style.roles["open"]))
        set_strip_key(strip, key)
    ledgers = ["shelters", "hazards"] if len(premises) else ["shelters"]
    told = {"n": row["premises_located"], "near": row["premises_in_reach"], "distance": distance}
    percent = format_number(row["area_in_reach_percent"], 1)
    return finish_figure(
        drawing, view, "shelter-reach-map", data=lambda: reach[reach["district_code"] == view.district],
        ledgers=ledgers, percent=percent, told=told,
    )  # fmt: skip
