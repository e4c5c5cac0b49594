"""The grid checked: cells by class and level, nobody named, span of control, faults on the ground, rows per cell."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.grid import (
    WAYS,
    choose_cells,
    classify_cells,
    count_by_cell,
    count_cells,
    count_ways,
    list_unassigned,
    rank_problems,
)
from taizhang.analysis.naming import name_area, show_text
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.outlines import simplify_districts
from taizhang.figures.canvas import finish_figure, use_style
from taizhang.figures.ground import draw_furniture, draw_ground, keep_frame, place_labels
from taizhang.figures.marks import set_strip_key
from taizhang.figures.tables import make_table
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
def tabulate_cells(view: View) -> display.Table | None:
    """Cells by level and class, and how many have nobody named; None without a grid layer or a cell in the district."""
    counts, lang = count_cells(view), view.lang
    if counts is None:
        return None
    return make_table(
        view,
        "grid-cells",
        columns=(
            display.Column(label("check.level", lang)),
            *(
                display.Column(label("check.class", lang, **{"class": name}), "", "right")
                for name in counts.by_class
            ),
            display.Column(label("check.cells", lang), "", "right"),
            display.Column(label("check.unassigned", lang), "", "right"),
        ),
        rows=tuple(
            (
                display.Cell(label("check.all_levels", lang) if level == ALL else str(level)),
                *(_number(n) for n in (*by_class, cells, unassigned)),
            )
            for level, by_class, (cells, unassigned) in zip(
                counts.by_class.index,
                counts.by_class.itertuples(index=False),
                counts.sums.itertuples(index=False),
                strict=True,
            )
        ),
    )


def _number(value: float | None, decimals: int = 0) -> display.Cell:
    if value is None or pd.isna(value):
        return display.Cell("—")
    return display.Cell(format_number(value, decimals), float(value))


@exhibit("grid-unassigned")
def tabulate_unassigned(view: View) -> display.Table | None:
    """The cells for which nobody is named; None where there are none, or the layer doesn't say."""
    cells = list_unassigned(view)
    if cells.empty:
        return None
    lang = view.lang
    names = view.districts.set_index("code")["name"]
    rows = tuple(
        (
            display.Cell(str(cell["code"])),
            display.Cell(str(cell["name"])),
            _name_district(cell["district_code"], names, lang),
            display.Cell(show_text(cell["level"], lang)),
            display.Cell(show_text(cell["class"], lang)),
        )
        for _, cell in cells.head(_MOST_ROWS).iterrows()
    )
    return make_table(view, "grid-unassigned", rows, without=_leave_out(view), total=len(cells))


def _leave_out(view: View) -> tuple[str, ...]:
    """In a district's report each row is its own."""
    return () if view.district == ALL else ("district",)


def _name_district(code: object, names: pd.Series, lang: str) -> display.Cell:
    return display.Cell(str(names.get(code, show_text(pd.NA, lang))))


@exhibit("grid-span")
def tabulate_span(view: View, span: pd.DataFrame | None) -> display.Table | None:
    """Span of control: cells per person, and per cell of the level above; None where the layer doesn't say.

    `span` as from `Workbook.grid_span`: it holds numbers and no names.
    """
    if span is None or span.empty:
        return None
    lang = view.lang
    names = view.districts.set_index("code")["name"].to_dict() | {ALL: name_area(view)}
    rows = (
        (
            display.Cell(
                label("check.of_level", lang, level=row["level"])
                if row["level"]
                else str(names.get(row["district_code"], row["district_code"]))
            ),
            *(_number(row[name], 1 if name.endswith("median") else 0) for name in _SPAN),
        )
        for _, row in span.iterrows()
    )
    # A grid of one level has no cells that hold others.
    without = () if span["heads"].any() else [name for name in _SPAN if "head" in name]
    return make_table(view, "grid-span", rows, without=without)


@exhibit("grid-problems")
def tabulate_problems(view: View, problems: gpd.GeoDataFrame | None) -> display.Table | None:
    """Gaps, overlaps and stray cells with their areas and the cells they concern, largest first; None without any.

    `problems` as from `Workbook.grid_problems`.
    """
    if problems is None or problems.empty or view.grid is None:
        return None
    lang = view.lang
    names = view.grid.set_index("code")["name"].astype(str).to_dict()
    districts = view.districts.set_index("code")["name"]
    ranked = rank_problems(problems)
    shown = ranked.head(_MOST_ROWS)
    whole = view.district == ALL
    stray = bool(shown["share_percent"].notna().any())
    rows = tuple(
        (
            display.Cell(str(row["number"]), row["number"]),
            display.Cell(label(f"problem.{row['problem']}", lang)),
            *([_name_district(row["district_code"], districts, lang)] if whole else []),
            display.Cell(_list_cells(str(row["codes"]), names)),
            _number(row["area_km2"], 4),
            *([_number(row["share_percent"], 1)] if stray else []),
        )
        for _, row in shown.iterrows()
    )
    notes = [say_exhibit(view, "grid-problems", "note")]
    if len(ranked) > len(shown):
        area = format_number(shown["area_km2"].sum(), 3)
        notes.append(
            say_exhibit(view, "grid-problems", "largest", n=len(ranked), shown=len(shown), area=area)
        )
    return make_table(
        view,
        "grid-problems",
        columns=(
            display.Column(label("check.number", lang), "", "right"),
            display.Column(label("check.problem", lang)),
            *([display.Column(label("column.district", lang))] if whole else []),
            display.Column(label("check.concerned", lang)),
            display.Column(label("check.area", lang), "km²", "right"),
            *([display.Column(label("check.share", lang), "%", "right")] if stray else []),
        ),
        rows=rows,
        notes=notes,
    )


def _list_cells(codes: str, names: dict[str, str]) -> str:
    listed = codes.split(" ") if codes else []
    said = "、".join(f"{names.get(code, code)} {code}" for code in listed[:_MOST_CELLS])
    return said + (f"… (+{len(listed) - _MOST_CELLS})" if len(listed) > _MOST_CELLS else "") or "—"


@exhibit("grid-problems-map")
def map_problems(view: View, problems: gpd.GeoDataFrame | None) -> display.Figure | None:
    """Where the grid leaves gaps, overlaps or strays, numbered as in the table; a sound grid is shown as one.

    `problems` as from `Workbook.grid_problems`. None without a grid layer, or a cell in the district.
    """
    cells = choose_cells(view)
    if cells is None or problems is None:
        return None
    lang, style = view.lang, load_style()
    ranked = rank_problems(problems)
    parts = dict(iter(ranked.groupby("group")))
    colours = {"gap": style.roles["open"], "overlap": style.categories[3], "stray": style.roles["third"]}
    with use_style():
        drawing, axes, strip = draw_ground(view)
        frame = keep_frame(axes)
        fill = style.sequential[1]
        simplify_districts(cells).plot(
            ax=axes, facecolor=fill, edgecolor=style.paper, linewidth=0.6, zorder=3
        )
        key = [("■", label("check.cells", lang), fill)]
        for group, colour in colours.items():
            if group in parts:
                parts[group].plot(ax=axes, facecolor=colour, edgecolor=colour, linewidth=1.0, zorder=4)
                key.append(("■", label(f"problem_group.{group}", lang), colour))
        frame()
        # A sliver of some metres is nothing at a map's scale: its number stands beside a ring.
        for number, shape in ranked.head(_MOST_NUMBERS)[["number", "geometry"]].itertuples(index=False):
            point = shape.representative_point()
            axes.scatter(
                point.x, point.y, s=120, facecolor="none", edgecolor=style.ink, linewidth=0.9, zorder=5
            )
            axes.annotate(
                str(number), (point.x, point.y), xytext=(7, 5), textcoords="offset points",
                size=style.small, zorder=6, annotation_clip=True,
            )  # fmt: skip
        set_strip_key(strip, key)
        draw_furniture(axes, strip, view)
    found = [
        label("figure.count_of", lang, name=label(f"problem_group.{group}", lang), n=len(parts[group]))
        for group in colours
        if group in parts
    ]
    source = label("source.grid_cells", lang, n=format_number(len(cells)), day=format_date(view.as_of, lang))
    if len(ranked):
        source = _join([source, say_exhibit(view, "grid-problems-map", "many")], lang)
    return finish_figure(
        drawing,
        view,
        "grid-problems-map",
        problems=join_list(found, lang) or say_exhibit(view, "grid-problems-map", "none"),
        told=source,
    )


def _join(sentences: Sequence[str], lang: str) -> str:
    """Sentences one after another: English parts them by a space."""
    return ("" if lang == "zh" else " ").join(sentences)


@exhibit("grid-counts")
def tabulate_counts(view: View, counts: pd.DataFrame | None) -> display.Table | None:
    """The cells with the most hazards and incidents of the period, and how the rows met their cells.

    `counts` as from `Workbook.grid_counts`. None without a grid layer, or a row of the period.
    """
    if counts is None or counts.empty or view.grid is None:
        return None
    lang, kinds = view.lang, view.kinds
    wide, ways = count_by_cell(view, counts), count_ways(counts)
    shown = list(ways.index)
    names = view.districts.set_index("code")["name"]
    rows = tuple(
        (
            display.Cell(str(row["code"])),
            display.Cell(str(row["name"])),
            *([_name_district(row["district_code"], names, lang)] if view.district == ALL else []),
            *(_number(row[kind]) for kind in shown),
        )
        for _, row in wide.head(_MOST_ROWS).iterrows()
    )
    notes = []
    if len(wide) > _MOST_ROWS:
        notes.append(label("table.more", lang, shown=_MOST_ROWS, total=format_number(len(wide))))
    for kind in shown:
        told = {way: ways.loc[kind, way] for way in WAYS}
        notes.append(say_exhibit(view, "grid-counts", "matched", kind=kinds[kind].label(lang), **told))
    return make_table(
        view,
        "grid-counts",
        columns=(
            display.Column(label("check.code", lang)),
            display.Column(label("check.cell", lang)),
            *([display.Column(label("column.district", lang))] if view.district == ALL else []),
            *(display.Column(kinds[kind].label(lang), "", "right") for kind in shown),
        ),
        rows=rows,
        notes=notes,
    )


def map_counts(view: View, counts: pd.DataFrame | None, kind: str) -> display.Figure | None:
    """Rows of a kind (hazards or incidents) per grid cell, in classes whose method is named.

    `counts` as from `Workbook.grid_counts`. None without a grid layer, or where no row of the kind met a cell.
    """
    found, lang, style = classify_cells(view, counts, kind), view.lang, load_style()
    if found is None:
        return None
    cells, simple, number = found.cells, simplify_districts(found.cells), found.cells["number"].to_numpy()
    most = len(found.classes)
    fills = style.sequential if most > 2 else (style.sequential[1], style.sequential[3])
    colours = [fills[round(n * (len(fills) - 1) / max(most - 1, 1))] for n in range(most)]
    with use_style():
        drawing, axes, strip = draw_ground(view)
        frame = keep_frame(axes)
        key: list[tuple[str, str, str]] = []
        for at, colour in enumerate([style.empty, *colours], -1):
            part = simple[number == at]
            if part.empty:
                continue
            part.plot(ax=axes, facecolor=colour, edgecolor=style.paper, linewidth=0.6, zorder=3)
            span = [0, 0] if at < 0 else found.classes.loc[at].tolist()
            least, largest = (format_number(rows) for rows in span)
            key.append(("■", least if least == largest else f"{least}–{largest}", colour))
        frame()
        if view.district != ALL:
            dark = [at >= 0 and colours[at] in style.sequential[3:] for at in number]
            place_labels(
                axes,
                list(simple.geometry),
                [format_number(value) for value in cells["rows"]],
                [style.paper if one else style.ink for one in dark],
                size=style.small,
            )
        set_strip_key(strip, key)
        draw_furniture(axes, strip, view)
    id = f"grid-{kind}-map"
    extra = label("source.classes", lang, method=label(f"classes.{found.method}", lang), number=most)
    if found.unmatched:
        extra = _join([extra, say_exhibit(view, id, "unmatched", n=found.unmatched)], lang)
    return finish_figure(
        drawing,
        view,
        id,
        found.rows,
        extra=extra,
        kind=view.kinds[kind].label(lang),
        n=len(cells),
        some=(number >= 0).sum(),
        top=found.busiest["name"],
        most=found.busiest["rows"],
    )
