"""A county's districts side by side: a table of all indicators, maps of those that differ, and the yield of
visits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.gravity import (
    HeatTable,
    RateDifference,
    find_heat,
    find_yield,
    list_differences,
)
from taizhang.analysis.naming import name_area
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.comparison import describe_fact_source, name_with_unit
from taizhang.figures.ground import fill_districts, place_labels, use_panels
from taizhang.figures.marks import draw_key, draw_points, label_points, set_strip_key, set_whole_ticks
from taizhang.figures.tables import make_fact_cell, make_table, write_number
from taizhang.figures.tidy import join_ground, name_index
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import format_fact, format_number, join_list, name_unit
from taizhang.metadata.style import load_style

# Beside the colour, so that nothing is told by it alone.
_MOST_NAMED = 6  # districts on a small map; of more the numbers of the table stand
_YIELD_MM = (18.0, 62.0)  # what stands beside the plot, and how high the plot is, about
MARKS = {"red": "●", "amber": "○", "worse": "▼", "better": "▲"}


@exhibit("heat-table")
def tabulate_heat(view: View) -> display.Table | None:
    """Tabulate districts by the severity of their problems, with counts of problems and the indicators of the
    first page."""
    heat = find_heat(view)
    if heat is None:
        return None
    rows: list[tuple[object, ...]] = []
    for code, place in heat.places.iterrows():
        name = display.Cell(
            f"{place['number']} {place['district']}", int(place["number"]), district=str(code)
        )
        counts = [write_number(place[name]) for name in ("severe", "lesser")]
        states = heat.states.loc[code]
        cells = [_make_cell(view, info, str(code), str(states[info.name])) for info in heat.facts]
        rows.append((name, *counts, *cells))
    hidden = {True: "withheld", False: ""}
    every = [_make_cell(view, info, ALL, hidden[view.is_withheld(info.name)]) for info in heat.facts]
    rows.append((display.Cell(name_area(view), district=ALL), "", "", *every))
    columns = [_head(view, info) for info in heat.facts]
    return make_table(view, "heat-table", rows, columns=columns, notes=_tell_marks(view, heat), shaded=True)


def _head(view: View, info: FactInfo) -> display.Column:
    """In few words, where exhibits.yml has some for the fact."""
    own = info.name in load_exhibits()["heat-table"].words
    words = say_exhibit(view, "heat-table", info.name) if own else info.title[view.lang]
    return display.Column(words, "" if own else name_unit(info, view.lang), "center")


def _make_cell(view: View, info: FactInfo, code: str, state: str) -> display.Cell:
    """A value without its unit, with the mark of its state."""
    row = view.fact(info.name, code)
    if state == "withheld":
        words = say_exhibit(view, "heat-table", "withheld")
        return display.Cell(words, None, info.name, "suppressed", code)
    cell = make_fact_cell(row, info, view.lang, district=code)
    if row is None or cell.value is None:
        return replace(cell, text="—")
    return replace(cell, text=f"{MARKS.get(state, '')}{format_fact(row['value'], info)}", note=state)


def _tell_marks(view: View, heat: HeatTable) -> list[str]:
    """Say what the order and the marks mean, and which indicators have none."""
    notes = [say_exhibit(view, "heat-table", "note")]
    if (heat.states == "withheld").any(axis=None):
        notes.append(say_exhibit(view, "heat-table", "why_withheld"))
    if heat.untested:
        names = join_list([info.title[view.lang] for info in heat.untested], view.lang)
        notes.append(say_exhibit(view, "heat-table", "untested", names=names))
    return notes


@exhibit("rate-maps")
def map_rates(view: View) -> display.Figure | None:
    """Draw small maps of the indicators on which districts differ, naming those districts; None if none do."""
    differences = list_differences(view)
    if not differences:
        return None
    lang, style = view.lang, load_style()
    colours = {"worse": style.roles["open"], "better": style.roles["main"], "": style.sequential[0]}
    with use_panels(view, [name_with_unit(one.info, lang) for one in differences]) as (
        drawing,
        panels,
        strip,
    ):
        numbered = [
            _draw_panel(axes, view, one, colours) for axes, one in zip(panels, differences, strict=True)
        ]
        key = [("■", f"{MARKS.get(side, '')}{say_exhibit(view, 'rate-maps', side or 'alike')}", colour)
               for side, colour in colours.items()]  # fmt: skip
        key.append(("▨", say_exhibit(view, "rate-maps", "unknown"), style.muted))
        set_strip_key(strip, key)
    names = join_list([one.info.title[lang] for one in differences], lang)
    kinds = list(dict.fromkeys(one.info.kind for one in differences if one.info.kind in view.kinds))
    extra = say_exhibit(view, "rate-maps", "numbers") if any(numbered) else ""
    return finish_figure(
        drawing, view, "rate-maps", data=lambda: _list_states(view, differences),
        ledgers=kinds, extra=extra, names=names, n=len(differences),
    )  # fmt: skip


def _list_states(view: View, differences: Sequence[RateDifference]) -> pd.DataFrame:
    """List, by indicator and district, the value and how it compares with the whole area's."""
    heat = find_heat(view)
    assert heat is not None
    parts = [
        pd.DataFrame({"value": heat.values[one.info.name], "state": heat.states[one.info.name]}).assign(
            fact=one.info.name
        )
        for one in differences
    ]
    return pd.concat([join_ground(view, part) for part in parts], ignore_index=True)


def _draw_panel(axes: Axes, view: View, one: RateDifference, colours: Mapping[str, str]) -> bool:
    """Fill the districts of a small map and label those that differ; whether by their numbers."""
    heat, districts = find_heat(view), view.outlines.set_index("code")
    assert heat is not None
    states = heat.states[one.info.name].reindex(districts.index)
    fill_districts(axes, districts, [colours.get(state, "") for state in states])
    apart = districts[states.isin(["worse", "better"])]
    numbered = len(apart) > _MOST_NAMED
    texts = []
    for code, name in apart["name"].items():
        value = format_fact(heat.values.loc[code, one.info.name], one.info)
        called = str(heat.places.loc[code, "number"]) if numbered else f"{name}\n{value}"
        texts.append(f"{MARKS[states[code]]}{called}")
    left_out = place_labels(axes, apart.geometry, texts, [load_style().paper] * len(apart), lead=True)
    return numbered or bool(left_out)


@exhibit("yield")
def plot_yield(view: View) -> display.Figure | None:
    """Plot hazards found against visits, with the whole area's yield as a line; None if `find_yield` finds
    nothing."""
    found = find_yield(view)
    if found is None:
        return None
    style, places = load_style(), found.places
    info = view.describe("inspections.hazards_per_visit")
    # Those that the words name come first, and no label stands on another.
    told = {places["found"].idxmax(), places["visits"].idxmin()}
    first = [code for code in places.index if places.loc[code, "side"] or code in told]
    order = first + [code for code in places.index if code not in first]
    with use_axes(_YIELD_MM[1] + 17, grid="both") as (drawing, axes):
        most = float(places["visits"].max())
        axes.plot([0, most * 1.05], [0, most * 1.05 * found.level], color=style.roles["before"], linewidth=1.4,
                  linestyle=(0, (4, 2)), zorder=1)  # fmt: skip
        draw_points(axes, places["visits"], places["found"], places["side"] != "")
        axes.set_xlim(0, most * 1.16)
        axes.set_ylim(0, 1.1 * max(float(places["found"].max()), most * found.level))
        points = places.loc[order, ["visits", "found"]].to_numpy(float)
        label_points(
            axes, points, places.loc[order, "district"], size=(style.width_mm - _YIELD_MM[0], _YIELD_MM[1])
        )
        for axis in "xy":
            set_whole_ticks(axes, axis, most=7)
        axes.set_xlabel(say_exhibit(view, "yield", "visits"))
        axes.set_ylabel(say_exhibit(view, "yield", "found"))
        level = say_exhibit(view, "yield", "level", value=format_fact(found.level, info))
        key = [("- -", level, style.roles["before"])]
        if (places["side"] != "").any():
            key.append(("●", say_exhibit(view, "ranking", "apart"), style.roles["open"]))
        draw_key(axes, key)
    top = places.loc[places["found"].idxmax()]
    values = {
        "n": len(places), "value": format_fact(found.level, info), "name": top["district"],
        "found": format_number(top["found"]), "visits": format_number(top["visits"]),
    }  # fmt: skip
    source = describe_fact_source(view, info, "")
    return finish_figure(
        drawing, view, "yield", data=lambda: name_index(places, "district_code"), source=source, told=values
    )
