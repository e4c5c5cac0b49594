"""Charts of inspections: visits per month, and by mode."""

import pandas as pd

from taizhang.analysis.naming import describe_source, name_month, name_period, name_place, name_span
from taizhang.analysis.rows import (
    choose_months,
    count_classes,
    count_months,
    find_rows,
    leave_out_of_brief,
    name_values,
    reaches_back,
)
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, draw_ranked_bars, draw_stacked_months
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


def plot_inspections_trend(view: View) -> display.Figure | None:
    """Visits per month against the year before.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where there was no visit in the months shown.
    """
    table = view.ledgers.get("inspections")
    months = choose_months(view)
    if table is None or table.empty:
        return None
    days = table["inspected_on"]
    visits = count_months(days, months, view.as_of)
    if not visits.sum():
        return None
    lang, style = view.lang, load_style()
    with use_style():
        sheet, axes = make_axes(64)
        key = [("■", label("inspections.visits", lang), style.roles["main"])]
        before = None
        if view.compares and reaches_back(view.begun("inspections"), months):
            before = count_months(days, months - 12)
            key.append(("■", label("word.year_before_month", lang), style.roles["before"]))
        draw_stacked_months(axes, months, [(visits, style.roles["main"])], lang, before=before)
        draw_key(axes, [*key, ("", label("axis.visits", lang), style.muted)])
    return finish_figure(
        sheet,
        id="inspections-trend",
        title=label("figure.inspections_trend.title", lang, span=name_span(months, lang, within=True)),
        alt=label(
            "figure.inspections_trend.alt",
            lang,
            name=name_place(view),
            span=name_span(months, lang),
            n=format_number(visits.sum()),
            peak=name_month(months[int(visits.argmax())], lang),
            most=format_number(visits.max()),
        ),
        source=describe_source(view, "inspections", int(visits.sum())),
    )


@leave_out_of_brief
def plot_inspections_by_mode(view: View) -> display.Figure | None:
    """Visits of the period by mode, with the hazards found per visit.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no visit of the period states its mode.
    """
    rows = find_rows(view, "inspections")
    if rows.empty or rows["mode"].isna().all():
        return None
    lang, style = view.lang, load_style()
    modes = name_values(rows["mode"], "inspections", "mode", lang)
    counts = count_classes(modes, pd.DataFrame({"visits": 1.0}, index=rows.index), lang)
    found = rows["hazards_found"].astype("float64").groupby(modes).mean()
    texts = [
        label(
            "figure.inspections_by_mode.bar"
            if pd.notna(found.get(name))
            else "figure.inspections_by_mode.plain",
            lang,
            n=format_number(visits),
            found=format_number(found.get(name), 1),
        )
        for name, visits in counts["visits"].items()
    ]
    with use_style():
        sheet, axes = make_axes(bars_height(len(counts), above=4), grid="")
        draw_ranked_bars(axes, counts, [style.roles["main"]], texts=texts)
    return finish_figure(
        sheet,
        id="inspections-by-mode",
        title=label("figure.inspections_by_mode.title", lang, period=name_period(view)),
        alt=label(
            "figure.inspections_by_mode.alt",
            lang,
            name=name_place(view),
            n=format_number(len(rows)),
            leaders=join_list(
                [
                    label("figure.count_of", lang, name=name, n=format_number(visits))
                    for name, visits in counts["visits"].head(3).items()
                ],
                lang,
            ),
        ),
        source=describe_source(view, "inspections", len(rows)),
    )
