"""The grid checked: cells by class and level, nobody named, span of control, faults on the ground, rows per cell."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from taizhang.analysis.naming import describe_source, name_area, name_period, name_place, show_text
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.outlines import simplify_districts
from taizhang.figures.canvas import finish_figure, use_style
from taizhang.figures.ground import draw_furniture, draw_ground, keep_frame, place_labels
from taizhang.figures.marks import set_strip_key
from taizhang.metadata.facts import ALL, describe_fact
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.classes import choose_classes

_MOST_ROWS = 30
_MOST_NUMBERS = 30
_MOST_CELLS = 4
_COUNTED = {"hazards": "hazards.found", "incidents": "incidents.count"}
# Which colour and word of the map a problem goes under.
GROUPS = {
    "gap": "gap", "gap_sliver": "gap", "overlap": "overlap", "overlap_sliver": "overlap", "nested": "overlap",
    "duplicate": "overlap", "outside": "stray", "beyond": "stray", "across": "stray", "elsewhere": "stray",
}  # fmt: skip


def choose_cells(view: View) -> gpd.GeoDataFrame | None:
    """The grid cells of the view's district; None where there is no grid layer or no cell in it."""
    if view.grid is None:
        return None
    cells = view.grid if view.district == ALL else view.grid[view.grid["district_code"] == view.district]
    return None if cells.empty else cells


def tabulate_cells(view: View) -> display.Table | None:
    """Cells by level and class, and how many have nobody named.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where there is no grid layer, or no cell in the district.
    """
    cells = choose_cells(view)
    if cells is None:
        return None
    lang = view.lang
    levels = cells["level"].map(lambda value: show_text(value, lang)).astype("str")
    classes = cells["class"].map(lambda value: show_text(value, lang)).astype("str")
    counts = pd.crosstab(levels, classes)
    unassigned = (~cells["assigned"].astype("boolean")).groupby(levels).sum()
    known = bool(cells["assigned"].notna().any())
    rows = [
        _count_cells(str(level), counts.loc[level].tolist(), int(unassigned[level]) if known else None)
        for level in counts.index
    ]
    if len(counts) > 1:
        total = int(unassigned.sum()) if known else None
        rows.append(_count_cells(label("check.all_levels", lang), counts.sum().tolist(), total))
    return display.Table(
        id="grid-cells",
        title=label("check_table.cells.title", lang, name=name_place(view)),
        columns=(
            display.Column(label("check.level", lang)),
            *(display.Column(label("check.class", lang, **{"class": name}), "", "right") for name in counts),
            display.Column(label("check.cells", lang), "", "right"),
            display.Column(label("check.unassigned", lang), "", "right"),
        ),
        rows=tuple(rows),
    )


def _count_cells(name: str, counts: Sequence[int], unassigned: int | None) -> tuple[display.Cell, ...]:
    return (display.Cell(name), *(_number(n) for n in [*counts, sum(counts)]), _number(unassigned))


def _number(value: float | None, decimals: int = 0) -> display.Cell:
    if value is None or pd.isna(value):
        return display.Cell("—")
    return display.Cell(format_number(value, decimals), float(value))


def tabulate_unassigned(view: View) -> display.Table | None:
    """The cells for which nobody is named.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where there is no such cell, or the layer doesn't say.
    """
    cells = choose_cells(view)
    if cells is None:
        return None
    cells = cells[(~cells["assigned"].astype("boolean")).fillna(False)].sort_values("code")
    if cells.empty:
        return None
    lang = view.lang
    names = view.districts.set_index("code")["name"]
    rows = tuple(
        (
            display.Cell(str(cell["code"])),
            display.Cell(str(cell["name"])),
            *([_name_district(cell["district_code"], names, lang)] if view.district == ALL else []),
            display.Cell(show_text(cell["level"], lang)),
            display.Cell(show_text(cell["class"], lang)),
        )
        for _, cell in cells.head(_MOST_ROWS).iterrows()
    )
    heads = ["check.code", "check.cell", "column.district", "check.level", "column.class"]
    if view.district != ALL:
        heads.remove("column.district")
    return display.Table(
        id="grid-unassigned",
        title=label("check_table.unassigned.title", lang, name=name_place(view)),
        columns=tuple(display.Column(label(head, lang)) for head in heads),
        rows=rows,
        notes=_say_more(len(cells), lang),
    )


def _say_more(total: int, lang: str) -> tuple[str, ...]:
    if total <= _MOST_ROWS:
        return ()
    return (label("table.more", lang, shown=_MOST_ROWS, total=format_number(total)),)


def _name_district(code: object, names: pd.Series, lang: str) -> display.Cell:
    return display.Cell(str(names.get(code, show_text(pd.NA, lang))))


def tabulate_span(view: View, span: pd.DataFrame | None) -> display.Table | None:
    """Span of control: cells per person, and per cell of the level above.

    Parameters
    ----------
    view : View
    span : pandas.DataFrame or None
        From `Workbook.grid_span`; it holds numbers and no names.

    Returns
    -------
    display.Table or None
        None where the layer doesn't say who is responsible.
    """
    if span is None or span.empty:
        return None
    lang = view.lang
    names = view.districts.set_index("code")["name"].to_dict() | {ALL: name_area(view)}
    measures = {
        "people": 0, "cells_per_person_median": 1, "cells_per_person_max": 0, "heads": 0,
        "cells_per_head_median": 1, "cells_per_head_max": 0,
    }  # fmt: skip
    words = ("people", "per_person", "per_person_most", "heads", "per_head", "per_head_most")
    # A grid of one level has no cells that hold others.
    shown = [
        (name, word, decimals)
        for (name, decimals), word in zip(measures.items(), words, strict=True)
        if span["heads"].any() or "head" not in name
    ]
    return display.Table(
        id="grid-span",
        title=label("check_table.span.title", lang, name=name_place(view)),
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(label(f"check.{word}", lang), "", "right") for _, word, _ in shown),
        ),
        rows=tuple(
            (
                display.Cell(
                    label("check.of_level", lang, level=row["level"])
                    if row["level"]
                    else str(names.get(row["district_code"], row["district_code"]))
                ),
                *(_number(row[name], decimals) for name, _, decimals in shown),
            )
            for _, row in span.iterrows()
        ),
        notes=(label("check_table.span.note", lang),),
    )


def tabulate_problems(view: View, problems: gpd.GeoDataFrame | None) -> display.Table | None:
    """Gaps, overlaps and stray cells with their areas and the cells they concern, largest first.

    Parameters
    ----------
    view : View
    problems : geopandas.GeoDataFrame or None
        From `Workbook.grid_problems`.

    Returns
    -------
    display.Table or None
        None where there is none.
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
            display.Cell(str(place), place),
            display.Cell(label(f"problem.{row['problem']}", lang)),
            *([_name_district(row["district_code"], districts, lang)] if whole else []),
            display.Cell(_list_cells(str(row["codes"]), names)),
            _number(row["area_km2"], 4),
            *([_number(row["share_percent"], 1)] if stray else []),
        )
        for place, (_, row) in enumerate(shown.iterrows(), 1)
    )
    notes = [label("check_table.problems.note", lang)]
    if len(ranked) > len(shown):
        notes.append(
            label(
                "check_table.problems.more",
                lang,
                n=format_number(len(ranked)),
                shown=len(shown),
                area=format_number(shown["area_km2"].sum(), 3),
            )
        )
    return display.Table(
        id="grid-problems",
        title=label("check_table.problems.title", lang, name=name_place(view)),
        columns=(
            display.Column(label("check.number", lang), "", "right"),
            display.Column(label("check.problem", lang)),
            *([display.Column(label("column.district", lang))] if whole else []),
            display.Column(label("check.concerned", lang)),
            display.Column(label("check.area", lang), "km²", "right"),
            *([display.Column(label("check.share", lang), "%", "right")] if stray else []),
        ),
        rows=rows,
        notes=tuple(notes),
    )


def rank_problems(problems: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Problems from the largest down: the order in which table and map number them."""
    return problems.sort_values(["area_km2", "codes"], ascending=[False, True], kind="stable")


def _list_cells(codes: str, names: dict[str, str]) -> str:
    listed = codes.split(" ") if codes else []
    said = "、".join(f"{names.get(code, code)} {code}" for code in listed[:_MOST_CELLS])
    return said + (f"… (+{len(listed) - _MOST_CELLS})" if len(listed) > _MOST_CELLS else "") or "—"


def map_problems(view: View, problems: gpd.GeoDataFrame | None) -> display.Figure | None:
    """Where the grid leaves gaps, overlaps or strays, numbered as in the table.

    Parameters
    ----------
    view : View
    problems : geopandas.GeoDataFrame or None
        From `Workbook.grid_problems`.

    Returns
    -------
    display.Figure or None
        None where there is no grid layer, or no cell in the district; a sound grid is shown as one.
    """
    cells = choose_cells(view)
    if cells is None or problems is None:
        return None
    lang, style = view.lang, load_style()
    ranked = rank_problems(problems)
    groups = ranked["problem"].map(GROUPS)
    colours = {"gap": style.roles["open"], "overlap": style.categories[3], "stray": style.roles["third"]}
    with use_style():
        sheet, axes, strip = draw_ground(view)
        frame = keep_frame(axes)
        fill = style.sequential[1]
        simplify_districts(cells).plot(
            ax=axes, facecolor=fill, edgecolor=style.paper, linewidth=0.6, zorder=3
        )
        key = [("■", label("check.cells", lang), fill)]
        for group, colour in colours.items():
            part = ranked[(groups == group).to_numpy()]
            if not part.empty:
                part.plot(ax=axes, facecolor=colour, edgecolor=colour, linewidth=1.0, zorder=4)
                key.append(("■", label(f"problem_group.{group}", lang), colour))
        frame()
        # A sliver of some metres is nothing at a map's scale: its number stands beside a ring.
        for place, shape in enumerate(ranked.geometry.head(_MOST_NUMBERS), 1):
            point = shape.representative_point()
            axes.scatter(
                point.x, point.y, s=120, facecolor="none", edgecolor=style.ink, linewidth=0.9, zorder=5
            )
            axes.annotate(
                str(place), (point.x, point.y), xytext=(7, 5), textcoords="offset points",
                size=style.small, zorder=6, annotation_clip=True,
            )  # fmt: skip
        set_strip_key(strip, key)
        draw_furniture(axes, strip, view)
    found = [
        label(
            "figure.count_of",
            lang,
            name=label(f"problem_group.{group}", lang),
            n=int((groups == group).sum()),
        )
        for group in colours
        if (groups == group).any()
    ]
    source = label("source.grid_cells", lang, n=format_number(len(cells)), day=format_date(view.as_of, lang))
    if len(ranked):
        source = _join([source, label("check_figure.problems.many", lang)], lang)
    return finish_figure(
        sheet,
        id="grid-problems-map",
        title=label("check_figure.problems.title", lang, name=name_place(view)),
        alt=label(
            "check_figure.problems.alt",
            lang,
            name=name_place(view),
            problems=join_list(found, lang) or label("check_figure.problems.none", lang),
        ),
        source=source,
    )


def _join(sentences: Sequence[str], lang: str) -> str:
    """Sentences one after another: English parts them by a space."""
    return ("" if lang == "zh" else " ").join(sentences)


def tabulate_counts(view: View, counts: pd.DataFrame | None) -> display.Table | None:
    """The cells with the most hazards and incidents of the period, and how the rows met their cells.

    Parameters
    ----------
    view : View
    counts : pandas.DataFrame or None
        From `Workbook.grid_counts`.

    Returns
    -------
    display.Table or None
        None where there is no grid layer, or no row of the period.
    """
    if counts is None or counts.empty or view.grid is None:
        return None
    lang, kinds = view.lang, view.kinds
    shown = list(dict.fromkeys(counts["kind"]))
    wide = counts.pivot_table(index="cell", columns="kind", values="rows", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=shown, fill_value=0).assign(total=lambda table: table.sum(axis=1))
    wide = wide.rename_axis("code").reset_index().sort_values(["total", "code"], ascending=[False, True])
    cells = view.grid.set_index("code")
    names = view.districts.set_index("code")["name"]
    rows = tuple(
        (
            display.Cell(str(row["code"])),
            display.Cell(str(cells["name"][row["code"]])),
            *(
                [_name_district(cells["district_code"][row["code"]], names, lang)]
                if view.district == ALL
                else []
            ),
            *(_number(row[kind]) for kind in shown),
        )
        for _, row in wide.head(_MOST_ROWS).iterrows()
    )
    notes = [*_say_more(len(wide), lang)]
    for kind in shown:
        ways = counts[counts["kind"] == kind].groupby("how")["rows"].sum()
        told = {way: format_number(ways.get(way, 0)) for way in ("code", "name", "point", "unmatched")}
        notes.append(label("check_table.counts.matched", lang, kind=kinds[kind].label(lang), **told))
    return display.Table(
        id="grid-counts",
        title=label("check_table.counts.title", lang, period=name_period(view), name=name_place(view)),
        columns=(
            display.Column(label("check.code", lang)),
            display.Column(label("check.cell", lang)),
            *([display.Column(label("column.district", lang))] if view.district == ALL else []),
            *(display.Column(kinds[kind].label(lang), "", "right") for kind in shown),
        ),
        rows=rows,
        notes=tuple(notes),
    )


def map_counts(view: View, counts: pd.DataFrame | None, kind: str) -> display.Figure | None:
    """Rows of a kind per grid cell, in classes whose method is named.

    Parameters
    ----------
    view : View
    counts : pandas.DataFrame or None
        From `Workbook.grid_counts`.
    kind : str
        hazards or incidents.

    Returns
    -------
    display.Figure or None
        None where there is no grid layer, or no row of the kind met a cell.
    """
    cells = choose_cells(view)
    if cells is None or counts is None:
        return None
    own = counts[counts["kind"] == kind]
    per_cell = own.groupby("cell")["rows"].sum().reindex(cells["code"], fill_value=0)
    # Cells that hold others are drawn beneath them, with the rows that name them.
    cells = cells.assign(rows=per_cell.to_numpy()).sort_values("level", key=lambda level: level.fillna(""))
    some = cells.loc[cells["rows"] > 0, "rows"].to_numpy(dtype=float)
    if not len(some):
        return None
    lang, style = view.lang, load_style()
    edges, method = choose_classes(some, describe_fact(_COUNTED[kind]).decimals)
    place = np.searchsorted(edges, cells["rows"].to_numpy(dtype=float), side="left")
    fills = style.sequential if len(edges) > 2 else (style.sequential[1], style.sequential[3])
    colours = [fills[round(n * (len(fills) - 1) / max(len(edges) - 1, 1))] for n in range(len(edges))]
    simple = simplify_districts(cells)
    with use_style():
        sheet, axes, strip = draw_ground(view)
        frame = keep_frame(axes)
        none = (cells["rows"] == 0).to_numpy()
        key: list[tuple[str, str, str]] = []
        if none.any():
            simple[none].plot(ax=axes, facecolor=style.empty, edgecolor=style.paper, linewidth=0.6, zorder=3)
            key.append(("■", "0", style.empty))
        for number, colour in enumerate(colours):
            part = (place == number) & ~none
            if part.any():
                simple[part].plot(ax=axes, facecolor=colour, edgecolor=style.paper, linewidth=0.6, zorder=3)
                values = cells.loc[part, "rows"]
                least, most = format_number(values.min()), format_number(values.max())
                key.append(("■", least if least == most else f"{least}–{most}", colour))
        frame()
        if view.district != ALL:
            dark = [
                value > 0 and colours[at] in style.sequential[3:]
                for value, at in zip(cells["rows"], place, strict=True)
            ]
            place_labels(
                axes,
                list(simple.geometry),
                [format_number(value) for value in cells["rows"]],
                [style.paper if one else style.ink for one in dark],
                size=style.small,
            )
        set_strip_key(strip, key)
        draw_furniture(axes, strip, view)
    top = cells.sort_values(["rows", "code"], ascending=[False, True]).iloc[0]
    extra = label("source.classes", lang, method=label(f"classes.{method}", lang), number=len(edges))
    if missing := int(own.loc[own["cell"].isna(), "rows"].sum()):
        extra = _join([extra, label("check_figure.counts.unmatched", lang, n=missing)], lang)
    title = "check_figure.counts.title_incidents" if kind == "incidents" else "check_figure.counts.title"
    return finish_figure(
        sheet,
        id=f"grid-{kind}-map",
        title=label(title, lang, period=name_period(view), name=name_place(view)),
        alt=label(
            "check_figure.counts.alt",
            lang,
            name=name_place(view),
            kind=view.kinds[kind].label(lang),
            n=format_number(len(cells)),
            some=format_number(len(some)),
            top=top["name"],
            most=format_number(top["rows"]),
        ),
        source=describe_source(view, kind, int(own["rows"].sum()), extra=extra),
    )
