"""The grid check: cells by class and level, cells without a responsible person, span of control, faults, rows per
cell."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from taizhang.analysis.exhibits import add_narrow, exhibit, say_exhibit
from taizhang.analysis.grid import (
    WAYS,
    choose_cells,
    classify_cells,
    count_by_cell,
    count_cells,
    count_groups,
    count_ways,
    has_heads,
    list_problems,
    list_unassigned,
    rank_problems,
)
from taizhang.analysis.naming import name_area, show_text, spell_names
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.outlines import simplify_districts
from taizhang.figures.canvas import finish_figure
from taizhang.figures.ground import add_layer, place_labels, use_map
from taizhang.figures.marks import note_point, set_strip_key
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_MOST_ROWS = 30
_MOST_NUMBERS = 30
_MOST_CELLS = 4
_SPAN = (
    "people", "cells_per_person_median", "cells_per_person_max",
    "heads", "cells_per_head_median", "cells_per_head_max",
)  # fmt: skip


@exhibit("grid-cells")
def tabulate_grid_cells(view: View) -> display.Table | None:
    """Tabulate cells by level and class, and how many have no responsible person; None without a grid layer or any
    cell."""
    counts, lang = count_cells(view), view.lang
    if counts is None:
        return None
    levels = [
        label("check.all_levels", lang) if level == ALL else str(level) for level in counts.by_class.index
    ]
    rows = counts.by_class.join(counts.sums).itertuples(index=False)
    classes = [label("check.class", lang, **{"class": name}) for name in counts.by_class]
    cells = [(level, *row) for level, row in zip(levels, rows, strict=True)]
    return make_table(view, "grid-cells", cells, columns=classes)


@exhibit("grid-unassigned")
def tabulate_grid_unassigned(view: View) -> display.Table | None:
    """Tabulate the cells without a responsible person; None if there are none, or the layer doesn't say."""
    cells = list_unassigned(view)
    if cells.empty:
        return None
    lang, first = view.lang, cells.head(_MOST_ROWS)
    names = spell_names(first["name"], lang)
    rows = [
        (
            str(cell["code"]), names[at], _name_district(cell["district_code"], view),
            show_text(cell["level"], lang), show_text(cell["class"], lang),
        )
        for at, (_, cell) in enumerate(first.iterrows())
    ]  # fmt: skip
    return make_table(view, "grid-unassigned", rows, without=_leave_out(view), total=len(cells))


def _leave_out(view: View) -> tuple[str, ...]:
    """Leave out the district column in a district's report."""
    return () if view.district == ALL else ("district",)


def _name_district(code: object, view: View) -> str:
    names = view.districts.set_index("code")["name"]
    return str(names.get(code, show_text(pd.NA, view.lang)))


@exhibit("grid-span")
def tabulate_grid_span(view: View, span: pd.DataFrame | None) -> display.Table | None:
    """Tabulate the span of control: cells per person, and per cell of the level above; None if the layer doesn't say.

    `span` is as returned by `Workbook.grid_span`, with numbers and no names.
    """
    if span is None or span.empty:
        return None
    lang = view.lang
    names = view.districts.set_index("code")["name"].to_dict() | {ALL: name_area(view)}
    rows = []
    for _, row in span.iterrows():
        of_level = label("check.of_level", lang, level=row["level"]) if row["level"] else ""
        numbers = (write_number(row[name], 1 if name.endswith("median") else 0) for name in _SPAN)
        rows.append((of_level or str(names.get(row["district_code"], row["district_code"])), *numbers))
    without = () if has_heads(span) else [name for name in _SPAN if "head" in name]
    return make_table(view, "grid-span", rows, without=without)


@exhibit("grid-problems")
def tabulate_grid_problems(view: View, problems: gpd.GeoDataFrame | None) -> display.Table | None:
    """Tabulate gaps, overlaps and stray cells with their areas and the cells concerned, largest first; None if
    there are none.

    `problems` is as returned by `Workbook.grid_problems`.
    """
    if problems is None or problems.empty or view.grid is None:
        return None
    lang = view.lang
    names = view.grid.set_index("code")["name"].astype(str).to_dict()
    listed = list_problems(problems, _MOST_ROWS)
    rows = [
        (
            display.Cell(str(row["number"]), row["number"]), label(f"problem.{row['problem']}", lang),
            _name_district(row["district_code"], view), _list_cells(str(row["codes"]), names),
            write_number(row["area_km2"], 4), write_number(row["share_percent"], 1),
        )
        for _, row in listed.rows.iterrows()
    ]  # fmt: skip
    notes = [say_exhibit(view, "grid-problems", "note")]
    if listed.number > len(rows):
        most = {"n": listed.number, "shown": len(rows), "area": format_number(listed.area_km2, 3)}
        notes.append(say_exhibit(view, "grid-problems", "largest", **most))
    without = _leave_out(view) if listed.has_shares else (*_leave_out(view), "share")
    area = display.Column(label("check.area", lang), "km²", "right")
    return make_table(view, "grid-problems", rows, columns=[area], without=without, notes=notes)


def _list_cells(codes: str, names: dict[str, str]) -> str:
    listed = codes.split(" ") if codes else []
    said = "、".join(f"{names.get(code, code)} {code}" for code in listed[:_MOST_CELLS])
    return said + (f"… (+{len(listed) - _MOST_CELLS})" if len(listed) > _MOST_CELLS else "") or "—"


@exhibit("grid-problems-map")
def map_grid_problems(view: View, problems: gpd.GeoDataFrame | None) -> display.Figure | None:
    """Map gaps, overlaps and stray cells of the grid, numbered as in the table; a grid without faults is shown as
    such.

    `problems` is as returned by `Workbook.grid_problems`. None without a grid layer or any cell in the district.
    """
    cells = choose_cells(view)
    if cells is None or problems is None:
        return None
    lang, style = view.lang, load_style()
    ranked = rank_problems(problems)
    counts = count_groups(ranked)
    colours = {"gap": style.roles["open"], "overlap": style.categories[3], "stray": style.roles["third"]}
    fill = style.sequential[1]
    key = [("■", label("check.cells", lang), fill)]
    with use_map(view) as (drawing, axes, strip):
        looks = {"edgecolor": style.paper, "linewidth": 0.6, "zorder": 3}
        add_layer(axes, simplify_districts(cells), facecolor=fill, **looks)
        for group, colour in colours.items():
            if group in counts:
                part = ranked[ranked["group"] == group]
                add_layer(axes, part, facecolor=colour, edgecolor=colour, linewidth=1.0, zorder=4)
                key.append(("■", label(f"problem_group.{group}", lang), colour))
        # A sliver of some metres is nothing at a map's scale: its number stands beside a ring.
        for number, shape in ranked.head(_MOST_NUMBERS)[["number", "geometry"]].itertuples(index=False):
            at = shape.representative_point().coords[0]
            axes.scatter(at[0], at[1], s=120, facecolor="none", edgecolor=style.ink, linewidth=0.9, zorder=5)
            note_point(axes, str(number), at, (7, 5), zorder=6, annotation_clip=True)
        set_strip_key(strip, key)
    found = [
        label("figure.count_of", lang, name=label(f"problem_group.{group}", lang), n=number)
        for group, number in counts.items()
    ]
    told = join_list(found, lang) or say_exhibit(view, "grid-problems-map", "none")
    cell = {"n": format_number(len(cells)), "cells": len(cells)}
    source = label("source.grid_cells", lang, **cell, day=format_date(view.as_of, lang))
    if len(ranked):
        source = _join([source, say_exhibit(view, "grid-problems-map", "many")], lang)
    return finish_figure(
        drawing, view, "grid-problems-map", data=lambda: ranked, problems=told, source=source, none=not found
    )


def _join(sentences: Sequence[str], lang: str) -> str:
    """Sentences one after another: English parts them by a space."""
    return ("" if lang == "zh" else " ").join(sentences)


@exhibit("grid-counts")
def tabulate_grid_counts(view: View, counts: pd.DataFrame | None) -> display.Table | None:
    """Tabulate the cells with the most hazards and incidents in the period, and how rows were matched to cells.

    `counts` is as returned by `Workbook.grid_counts`. None without a grid layer or any row in the period.
    """
    if counts is None or counts.empty or view.grid is None:
        return None
    lang, kinds = view.lang, view.kinds
    wide, ways = count_by_cell(view, counts), count_ways(counts)
    shown = list(ways.index)
    rows = [
        (str(row["code"]), str(row["name"]), _name_district(row["district_code"], view), *row[shown])
        for _, row in wide.head(_MOST_ROWS).iterrows()
    ]
    notes = []
    if len(wide) > _MOST_ROWS:
        notes.append(label("table.more", lang, shown=_MOST_ROWS, total=format_number(len(wide))))
    for kind in shown:
        told = {way: ways.loc[kind, way] for way in WAYS}
        notes.append(say_exhibit(view, "grid-counts", "matched", kind=kinds[kind].label(lang), **told))
    heads = [kinds[kind].label(lang) for kind in shown]
    return make_table(view, "grid-counts", rows, without=_leave_out(view), columns=heads, notes=notes)


@add_narrow
def map_grid_counts(view: View, counts: pd.DataFrame | None, kind: str) -> display.Figure | None:
    """Map the rows of a kind (hazards or incidents) per grid cell, in classes; the map names the method.

    `counts` is as returned by `Workbook.grid_counts`. None without a grid layer, or if no row of the
    kind matched a cell.
    """
    found, lang, style = classify_cells(view, counts, kind), view.lang, load_style()
    if found is None:
        return None
    cells, simple, number = found.cells, simplify_districts(found.cells), found.cells["number"].to_numpy()
    most = len(found.classes)
    fills = style.sequential if most > 2 else (style.sequential[1], style.sequential[3])
    colours = [fills[round(n * (len(fills) - 1) / max(most - 1, 1))] for n in range(most)]
    key = []
    with use_map(view) as (drawing, axes, strip):
        for at, colour in enumerate([style.empty, *colours], -1):
            part = simple[number == at]
            if part.empty:
                continue
            add_layer(axes, part, facecolor=colour, edgecolor=style.paper, linewidth=0.6, zorder=3)
            span = [0, 0] if at < 0 else found.classes.loc[at].tolist()
            least, largest = (format_number(rows) for rows in span)
            key.append(("■", least if least == largest else f"{least}–{largest}", colour))
        if view.district != ALL:
            dark = [at >= 0 and colours[at] in style.sequential[3:] for at in number]
            inks = [style.paper if one else style.ink for one in dark]
            place_labels(axes, simple.geometry, map(format_number, cells["rows"]), inks)
        set_strip_key(strip, key)
    id = f"grid-{kind}-map"
    extra = label("source.classes", lang, method=label(f"classes.{found.method}", lang), number=most)
    if found.unmatched:
        extra = _join([extra, say_exhibit(view, id, "unmatched", n=found.unmatched)], lang)
    told = {"kind": view.kinds[kind].label(lang), "n": len(cells), "some": found.filled}
    top, most = found.busiest["name"], found.busiest["rows"]
    return finish_figure(
        drawing, view, id, found.rows, data=lambda: cells.rename(columns={"number": "step"}),
        extra=extra, top=top, most=most, told=told,
    )  # fmt: skip
