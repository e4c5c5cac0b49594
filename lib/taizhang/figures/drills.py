"""Charts of drills and plans: when, what kind, which plans have been drilled."""

import pandas as pd

from taizhang.analysis.drills import count_kinds, follow_months, list_plans
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import name_leaders, name_month, name_span, show_day, show_text
from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.grids import draw_cells
from taizhang.figures.marks import bars_height, draw_key, draw_ranked_bars
from taizhang.figures.tables import make_table
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_ROLES = {"field": "main", "tabletop": "third", "unknown": "before"}


@exhibit("drills-calendar")
def plot_drills_calendar(view: View) -> display.Figure | None:
    """Drills held per month and form, as a calendar; None where none was held in the months shown."""
    calendar = follow_months(view)
    if calendar is None:
        return None
    lang, totals = view.lang, calendar.totals
    months = pd.PeriodIndex(totals.index)
    with use_style():
        drawing, axes = make_axes(18 + 9 * len(calendar.counts), grid="")
        heads = [label(f"month.short.{month.month}", lang) for month in months]
        draw_cells(axes, calendar.counts.set_axis(heads, axis=1))
    return finish_figure(
        drawing,
        view,
        "drills-calendar",
        calendar.rows,
        span=name_span(months, lang, within=True),
        months=name_span(months, lang),
        n=calendar.rows,
        peak=name_month(months[int(totals.argmax())], lang),
        most=totals.max(),
        empty=int((totals == 0).sum()),
    )


@exhibit("drills-kinds")
def plot_drill_kinds(view: View) -> display.Figure | None:
    """The period's drills by the hazard they cover, tabletop and field; None where no drill names a hazard."""
    counts = count_kinds(view)
    if counts is None:
        return None
    style, totals = load_style(), counts.sum(axis=1)
    words = name_values(
        pd.Series([pd.NA if form == "unknown" else form for form in counts.columns]),
        "drills",
        "kind",
        view.lang,
    )
    colours = [style.roles[_ROLES[form]] for form in counts.columns]
    with use_style():
        drawing, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(axes, counts, colours, texts=[format_number(total) for total in totals])
        draw_key(axes, [("■", word, colour) for word, colour in zip(words, colours, strict=True)])
    n = len(view.counted("drills"))
    return finish_figure(drawing, view, "drills-kinds", n, n=n, leaders=name_leaders(totals, view.lang))


@exhibit("drills-list")
def tabulate_drills(view: View, *, most: int = 40) -> display.Table | None:
    """The period's drills in order of date, `most` at most; None where none was held."""
    rows, lang = view.show("drills"), view.lang
    if rows.empty:
        return None
    rows = rows.sort_values(["held_on", "source_file", "source_row"])
    named = {column: name_values(rows[column], "drills", column, lang) for column in ("kind", "hazard_type")}
    answers = {True: label("word.yes", lang), False: label("word.no", lang)}
    cells = [
        (
            display.Cell(show_day(row["held_on"]), show_day(row["held_on"])),
            display.Cell(show_text(row["name"], lang)),
            display.Cell(named["kind"][index]),
            display.Cell(named["hazard_type"][index]),
            display.Cell(
                format_number(row["participants"]),
                None if pd.isna(row["participants"]) else float(row["participants"]),
            ),
            display.Cell(
                label("word.not_stated", lang)
                if pd.isna(row["evaluated"])
                else answers[bool(row["evaluated"])]
            ),
        )
        for index, row in rows.head(most).iterrows()
    ]
    return make_table(view, "drills-list", cells, total=len(rows))


@exhibit("plans-list")
def tabulate_plans(view: View, *, most: int = 40) -> display.Table | None:
    """Plans with their review day and the last drill that names them, the longest undrilled first, `most` at most."""
    plans, lang = list_plans(view), view.lang
    if plans.empty:
        return None
    undrilled = label("word.none_found", lang) if "drills" in view.ledgers else "—"
    kinds = name_values(plans["kind"], "plans", "kind", lang)
    cells = [
        (
            display.Cell(show_text(row["name"], lang)),
            display.Cell(kinds[index]),
            display.Cell(
                show_day(row["review_due"]),
                show_day(row["review_due"]),
                note="worse" if row["past_review"] else "",
            ),
            display.Cell(
                undrilled if pd.isna(row["drilled"]) else show_day(row["drilled"]), show_day(row["drilled"])
            ),
        )
        for index, row in plans.head(most).iterrows()
    ]
    return make_table(view, "plans-list", cells, total=len(plans))
