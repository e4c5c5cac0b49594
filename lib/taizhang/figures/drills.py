"""Charts of drills and plans: when, what kind, which plans have been drilled."""

import pandas as pd

from taizhang.analysis.drills import count_kinds, follow_months, list_plans
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import name_leaders, quote_entry, show_day, tell_peak
from taizhang.analysis.rows import list_rows, name_values, total_counts
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.grids import draw_cells
from taizhang.figures.marks import plot_bars, tell_parts
from taizhang.figures.tables import make_table, write_answer, write_day
from taizhang.figures.tidy import melt_counts
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_ROLES = {"field": "main", "tabletop": "third", "unknown": "before"}


@exhibit("drills-calendar")
def plot_drills_calendar(view: View) -> display.Figure | None:
    """Plot drills held per month and form, as a calendar; None if none was held in the months shown."""
    calendar = follow_months(view)
    if calendar is None:
        return None
    lang, totals = view.lang, calendar.totals
    months = pd.PeriodIndex(totals.index)
    heads = [label(f"month.short.{month.month}", lang) for month in months]
    with use_axes(18 + 9 * len(calendar.counts), grid="") as (drawing, axes):
        draw_cells(axes, calendar.counts.set_axis(heads, axis=1))
    told = {"n": calendar.rows, "empty": calendar.empty_months, **tell_peak(totals, lang)}
    return finish_figure(
        drawing, view, "drills-calendar", calendar.rows,
        data=lambda: melt_counts(calendar.counts.T, "month", "form", "drills"), told=told,
    )  # fmt: skip


@exhibit("drills-kinds")
def plot_drill_kinds(view: View) -> display.Figure | None:
    """Plot the period's drills by the hazard they cover, tabletop and field; None if no drill names a hazard."""
    counts = count_kinds(view)
    if counts is None:
        return None
    style, totals = load_style(), total_counts(counts).by_class
    forms = pd.Series([pd.NA if form == "unknown" else form for form in counts.columns])
    words = name_values(forms, "drills", "kind", view.lang)
    colours = [style.roles[_ROLES[form]] for form in counts.columns]
    key = [("■", word, colour) for word, colour in zip(words, colours, strict=True)]
    drawing = plot_bars(counts, colours, map(format_number, totals), key)
    n = len(view.counted("drills"))
    few = tell_parts(view, "drills-kinds", counts.set_axis(list(words), axis=1))
    return finish_figure(
        drawing, view, "drills-kinds", n, data=lambda: melt_counts(counts, "hazard_type", "form", "drills"),
        n=n, leaders=name_leaders(totals, view.lang), few=few,
    )  # fmt: skip


@exhibit("drills-list")
def tabulate_drills(view: View, *, most: int = 40) -> display.Table | None:
    """Tabulate the period's drills by date, at most `most`; None if none was held."""
    (rows, _), lang = list_rows(view, "drills"), view.lang
    if rows.empty:
        return None
    named = {column: name_values(rows[column], "drills", column, lang) for column in ("kind", "hazard_type")}
    cells = [
        (
            write_day(row["held_on"]), quote_entry(row["name"], lang), named["kind"][at], named["hazard_type"][at],
            row["participants"], write_answer(row["evaluated"], lang),
        )
        for at, row in rows.head(most).iterrows()
    ]  # fmt: skip
    return make_table(view, "drills-list", cells, total=len(rows))


@exhibit("plans-list")
def tabulate_plans(view: View, *, most: int = 40) -> display.Table | None:
    """Tabulate at most `most` plans with their review day and the last drill that names them, longest undrilled
    first."""
    plans, lang = list_plans(view), view.lang
    if plans.empty:
        return None
    undrilled = label("word.none_found", lang) if "drills" in view.ledgers else "—"
    kinds = name_values(plans["kind"], "plans", "kind", lang)
    cells = []
    for at, row in plans.head(most).iterrows():
        review = write_day(row["review_due"], note="worse" if row["past_review"] else "")
        day = show_day(row["drilled"])
        drilled = display.Cell(undrilled if pd.isna(row["drilled"]) else day, day)
        cells.append((quote_entry(row["name"], lang), kinds[at], review, drilled))
    return make_table(view, "plans-list", cells, total=len(plans))
