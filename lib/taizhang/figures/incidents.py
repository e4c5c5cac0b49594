"""Incidents as a table and as months of several years."""

import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.incidents import follow_years, list_gravest
from taizhang.analysis.naming import show_day, show_text
from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.grids import draw_cells
from taizhang.figures.tables import make_table
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label


@exhibit("incidents-trend")
def plot_incidents_trend(view: View) -> display.Figure | None:
    """Incidents per month of every year on record, the period's last; None where there is none on record."""
    counts = follow_years(view)
    if counts is None:
        return None
    lang, sums = view.lang, counts.sum(axis=1)
    years = [label("month.year", lang, year=year) for year in counts.index]
    months = [label(f"month.short.{month}", lang) for month in counts.columns]
    with use_style():
        drawing, axes = make_axes(14 + 8 * len(counts), grid="")
        draw_cells(axes, counts.set_axis(years).set_axis(months, axis=1))
        totals = axes.secondary_yaxis("right")
        words = [say_exhibit(view, "incidents-trend", "sum", n=n) for n in sums]
        totals.set_yticks(axes.get_yticks(), words)
        totals.tick_params(length=0)
        totals.spines["right"].set_visible(False)
    told = [
        say_exhibit(view, "incidents-trend", "year", year=year, n=n)
        for year, n in zip(years, sums, strict=True)
    ]
    joined = ("、" if lang == "zh" else ", ").join(told)
    return finish_figure(drawing, view, "incidents-trend", int(sums.sum()), sums=joined)


@exhibit("incidents-list")
def tabulate_incidents(view: View, *, most: int = 40) -> display.Table | None:
    """The period's incidents in order of date, the gravest where there are more than `most`; None where none."""
    rows, lang = list_gravest(view, most), view.lang
    if rows.empty:
        return None
    classes = name_values(rows["class"], "incidents", "class", lang)
    types = name_values(rows["type"], "incidents", "type", lang)
    cells = [
        (
            display.Cell(show_day(row["occurred_on"]), show_day(row["occurred_on"])),
            display.Cell(classes[index]),
            display.Cell(types[index]),
            display.Cell(show_text(row["description"], lang)),
            *(_count_cell(row[column]) for column in ("deaths", "serious_injuries")),
            _count_cell(row["loss_wan"], 1),
        )
        for index, row in rows.iterrows()
    ]
    return make_table(view, "incidents-list", cells, total=len(view.counted("incidents")))


def _count_cell(value: float, decimals: int = 0) -> display.Cell:
    """A number of a ledger as a cell, a dash where it isn't known."""
    return display.Cell(format_number(value, decimals), None if pd.isna(value) else float(value))
