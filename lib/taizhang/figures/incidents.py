"""Incidents as a table and as months of several years."""

import pandas as pd

from taizhang.analysis.naming import describe_source, name_period, name_place, show_day, show_text
from taizhang.analysis.rows import count_months, find_rows, leave_out_of_brief, name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.grids import draw_cells
from taizhang.metadata.facts import unit_label
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label

_MOST_YEARS = 8


@leave_out_of_brief
def plot_incidents_trend(view: View) -> display.Figure | None:
    """Incidents per month of every year on record, the period's last.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where there is no incident on record.
    """
    table = view.ledgers.get("incidents")
    if table is None or table.empty:
        return None
    days = table["occurred_on"]
    days = days[days < pd.Timestamp(view.period.end) + pd.Timedelta(days=1)]
    if days.empty:
        return None
    lang = view.lang
    last = view.period.end.year
    first = max(view.begun("incidents").year, last - _MOST_YEARS + 1)
    months = pd.period_range(f"{first}-01", f"{last}-12", freq="M")
    # Months after the period or after as_of have not been counted.
    known = min(pd.Timestamp(view.period.end), pd.Timestamp(view.as_of)).date()
    counts = count_months(days, months, known)
    cells = pd.DataFrame(
        counts.to_numpy().reshape(-1, 12),
        index=[label("month.year", lang, year=year) for year in range(first, last + 1)],
        columns=[label(f"month.short.{month}", lang) for month in range(1, 13)],
    )
    sums = cells.sum(axis=1)
    with use_style():
        sheet, axes = make_axes(14 + 8 * len(cells), grid="")
        draw_cells(axes, cells)
        totals = axes.secondary_yaxis("right")
        totals.set_yticks(
            axes.get_yticks(), [label("figure.incidents_trend.sum", lang, n=format_number(n)) for n in sums]
        )
        totals.tick_params(length=0)
        totals.spines["right"].set_visible(False)
    return finish_figure(
        sheet,
        id="incidents-trend",
        title=label("figure.incidents_trend.title", lang),
        alt=label(
            "figure.incidents_trend.alt",
            lang,
            name=name_place(view),
            sums=("、" if lang == "zh" else ", ").join(
                label("figure.incidents_trend.year", lang, year=year, n=format_number(n))
                for year, n in sums.items()
            ),
        ),
        source=describe_source(view, "incidents", int(counts.sum())),
    )


def tabulate_incidents(view: View, *, most: int = 40) -> display.Table | None:
    """Incidents of the period, in order of date.

    Parameters
    ----------
    view : View
    most : int
        Rows shown, those with most deaths, serious injuries and loss; a note says how many there are.

    Returns
    -------
    display.Table or None
        None where there was none.
    """
    rows = find_rows(view, "incidents")
    if rows.empty:
        return None
    lang, total = view.lang, len(rows)
    rows = rows.sort_values(["deaths", "serious_injuries", "loss_wan"], ascending=False, na_position="last")
    rows = rows.head(most).sort_values(["occurred_on", "source_file", "source_row"])
    classes = name_values(rows["class"], "incidents", "class", lang)
    types = name_values(rows["type"], "incidents", "type", lang)
    cells = tuple(
        (
            display.Cell(show_day(row["occurred_on"]), show_day(row["occurred_on"])),
            display.Cell(classes[index]),
            display.Cell(types[index]),
            display.Cell(show_text(row["description"], lang)),
            *(_count_cell(row[column]) for column in ("deaths", "serious_injuries")),
            _count_cell(row["loss_wan"], 1),
        )
        for index, row in rows.iterrows()
    )
    notes: tuple[str, ...] = ()
    if total > most:
        notes = (label("table.incidents.more", lang, shown=most, total=format_number(total)),)
    return display.Table(
        id="incidents-list",
        title=label("table.incidents.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.date", lang)),
            display.Column(label("column.class", lang)),
            display.Column(label("column.type", lang)),
            display.Column(label("column.what_happened", lang)),
            display.Column(label("column.deaths", lang), unit_label("people", lang), "right"),
            display.Column(label("column.serious_injuries", lang), unit_label("people", lang), "right"),
            display.Column(label("column.loss", lang), unit_label("wan_yuan", lang), "right"),
        ),
        rows=cells,
        notes=notes,
    )


def _count_cell(value: float, decimals: int = 0) -> display.Cell:
    """A number of a ledger as a cell, a dash where it isn't known."""
    return display.Cell(format_number(value, decimals), None if pd.isna(value) else float(value))
