"""Incidents as a table, and by month over several years."""

import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.incidents import follow_years, list_grave_events, list_gravest
from taizhang.analysis.naming import quote_entry
from taizhang.analysis.rows import name_values, total_counts
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.grids import draw_cells
from taizhang.figures.tables import make_table, note_losses, write_day, write_number
from taizhang.figures.tidy import melt_counts
from taizhang.metadata.words import label


@exhibit("incidents-trend")
def plot_incidents_trend(view: View) -> display.Figure | None:
    """Plot incidents per month for every year on record, the period's year last; None if none is on record."""
    counts = follow_years(view)
    if counts is None:
        return None
    lang, total = view.lang, total_counts(counts)
    years = [label("month.year", lang, year=year) for year in counts.index]
    months = [label(f"month.short.{month}", lang) for month in counts.columns]
    with use_axes(14 + 8 * len(counts), grid="") as (drawing, axes):
        draw_cells(axes, counts.set_axis(years).set_axis(months, axis=1))
        totals = axes.secondary_yaxis("right")
        totals.set_yticks(
            axes.get_yticks(), [say_exhibit(view, "incidents-trend", "sum", n=n) for n in total.by_class]
        )
        totals.tick_params(length=0)
        totals.spines["right"].set_visible(False)
    pairs = zip(years, total.by_class, strict=True)
    told = [say_exhibit(view, "incidents-trend", "year", year=year, n=n) for year, n in pairs]
    joined = ("、" if lang == "zh" else ", ").join(told)
    return finish_figure(
        drawing, view, "incidents-trend", int(total.whole),
        data=lambda: melt_counts(counts, "year", "month", "incidents"), sums=joined,
    )  # fmt: skip


@exhibit("incidents-list")
def tabulate_incidents(view: View, *, most: int = 40) -> display.Table | None:
    """Tabulate the period's incidents by date; if there are more than `most`, the most serious. None if there are
    none."""
    rows, lang = list_gravest(view, most), view.lang
    if rows.empty:
        return None
    classes = name_values(rows["class"], "incidents", "class", lang)
    types = name_values(rows["type"], "incidents", "type", lang)
    cells = [
        (
            write_day(row["occurred_on"]), classes[at], types[at], quote_entry(row["description"], lang),
            row["deaths"], row["serious_injuries"], write_number(row["loss_wan"], 1),
        )
        for at, row in rows.iterrows()
    ]  # fmt: skip
    notes = note_losses(view, "incidents")
    return make_table(view, "incidents-list", cells, notes=notes, total=len(view.counted("incidents")))


@exhibit("grave-events")
def tabulate_grave_events(view: View) -> display.Table | None:
    """Tabulate every fatal or larger event by date, with place, grade and deaths; None if none is on record."""
    found, lang = list_grave_events(view), view.lang
    names = dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True))
    types = name_values(pd.Series([one.type or pd.NA for one in found.events]), "incidents", "type", lang)
    rows = [
        (
            write_day(pd.Timestamp(one.day)),
            display.Cell(str(names.get(one.district, "—")), district=one.district),
            what,
            label(f"brief.grade.{one.grade}", lang) if one.grade else "—",
            one.deaths if one.told else None,
            one.missing,
        )
        for one, what in zip(found.events, types, strict=True)
    ]
    notes = [say_exhibit(view, "grave-events", "note")]
    if found.silent:
        notes.append(say_exhibit(view, "grave-events", "silent", n=found.silent))
    return make_table(view, "grave-events", rows, notes=notes)
