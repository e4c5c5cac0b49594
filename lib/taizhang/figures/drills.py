"""Charts of drills and plans: when, what kind, which plans have been drilled."""

import unicodedata

import pandas as pd

from taizhang.analysis.naming import (
    describe_source,
    name_month,
    name_period,
    name_place,
    name_span,
    show_day,
    show_text,
)
from taizhang.analysis.rows import (
    choose_months,
    count_classes,
    count_months,
    find_rows,
    leave_out_of_brief,
    name_values,
)
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.grids import draw_cells
from taizhang.figures.marks import bars_height, draw_key, draw_ranked_bars
from taizhang.metadata.facts import unit_label
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


def plot_drills_calendar(view: View) -> display.Figure | None:
    """Drills held per month and form, as a calendar.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no drill was held in the months shown.
    """
    table = view.ledgers.get("drills")
    months = choose_months(view)[-12:]
    if table is None or table.empty:
        return None
    lang = view.lang
    rows = table[(table["held_on"] >= months[0].start_time) & (table["held_on"] <= months[-1].end_time)]
    if rows.empty:
        return None
    forms = name_values(rows["kind"], "drills", "kind", lang)
    counts = pd.DataFrame(
        {
            form: count_months(rows.loc[forms == form, "held_on"], months, view.as_of)
            for form in forms.value_counts().sort_index().index
        }
    ).T
    counts.columns = pd.Index([label(f"month.short.{month.month}", lang) for month in months])
    with use_style():
        sheet, axes = make_axes(18 + 9 * len(counts), grid="")
        draw_cells(axes, counts)
    totals = count_months(rows["held_on"], months, view.as_of)
    empty = int((totals == 0).sum())
    return finish_figure(
        sheet,
        id="drills-calendar",
        title=label("figure.drills_calendar.title", lang, span=name_span(months, lang, within=True)),
        alt=label(
            "figure.drills_calendar.alt",
            lang,
            name=name_place(view),
            span=name_span(months, lang),
            n=format_number(len(rows)),
            peak=name_month(months[int(totals.argmax())], lang),
            most=format_number(totals.max()),
            empty=empty,
        ),
        source=describe_source(view, "drills", len(rows)),
    )


@leave_out_of_brief
def plot_drill_kinds(view: View) -> display.Figure | None:
    """Drills of the period by the hazard they cover, tabletop and field.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no drill of the period names a hazard.
    """
    rows = find_rows(view, "drills")
    if rows.empty or rows["hazard_type"].isna().all():
        return None
    lang, style = view.lang, load_style()
    parts = {
        "field": (rows["kind"] == "field").fillna(False),
        "tabletop": (rows["kind"] == "tabletop").fillna(False),
        "unknown": rows["kind"].isna(),
    }
    shown = {name: part for name, part in parts.items() if part.any()}
    colours = {"field": "main", "tabletop": "third", "unknown": "before"}
    counts = count_classes(
        name_values(rows["hazard_type"], "drills", "hazard_type", lang), pd.DataFrame(shown), lang
    )
    totals = counts.sum(axis=1)
    words = {
        "field": name_values(pd.Series(["field"]), "drills", "kind", lang)[0],
        "tabletop": name_values(pd.Series(["tabletop"]), "drills", "kind", lang)[0],
        "unknown": label("word.not_stated", lang),
    }
    with use_style():
        sheet, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(
            axes,
            counts,
            [style.roles[colours[name]] for name in shown],
            texts=[format_number(total) for total in totals],
        )
        draw_key(axes, [("■", words[name], style.roles[colours[name]]) for name in shown])
    return finish_figure(
        sheet,
        id="drills-kinds",
        title=label("figure.drill_kinds.title", lang, period=name_period(view)),
        alt=label(
            "figure.drill_kinds.alt",
            lang,
            name=name_place(view),
            n=format_number(len(rows)),
            leaders=join_list(
                [
                    label("figure.count_of", lang, name=name, n=format_number(total))
                    for name, total in totals.head(3).items()
                ],
                lang,
            ),
        ),
        source=describe_source(view, "drills", len(rows)),
    )


def tabulate_drills(view: View, *, most: int = 40) -> display.Table | None:
    """Drills of the period, in order of date.

    Parameters
    ----------
    view : View
    most : int
        Rows shown; a note says how many there are.

    Returns
    -------
    display.Table or None
        None where none was held.
    """
    rows = find_rows(view, "drills")
    if rows.empty:
        return None
    lang = view.lang
    rows = rows.sort_values(["held_on", "source_file", "source_row"])
    named = {column: name_values(rows[column], "drills", column, lang) for column in ("kind", "hazard_type")}
    cells = tuple(
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
                else label(f"word.{'yes' if row['evaluated'] else 'no'}", lang)
            ),
        )
        for index, row in rows.head(most).iterrows()
    )
    notes: tuple[str, ...] = ()
    if len(rows) > most:
        notes = (label("table.more", lang, shown=most, total=format_number(len(rows))),)
    return display.Table(
        id="drills-list",
        title=label("table.drills.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.held_on", lang)),
            display.Column(label("column.name", lang)),
            display.Column(label("column.drill_kind", lang)),
            display.Column(label("column.hazard_type", lang)),
            display.Column(label("column.participants", lang), unit_label("people", lang), "right"),
            display.Column(label("column.evaluated", lang)),
        ),
        rows=cells,
        notes=notes,
    )


@leave_out_of_brief
def tabulate_plans(view: View, *, most: int = 40) -> display.Table | None:
    """Plans with their review day and the last drill that names them, the longest undrilled first.

    Parameters
    ----------
    view : View
    most : int
        Rows shown; a note says how many there are.

    Returns
    -------
    display.Table or None
        None where there are no plans.
    """
    plans = view.ledgers.get("plans")
    if plans is None or plans.empty:
        return None
    lang = view.lang
    drills = view.ledgers.get("drills", pd.DataFrame({"plan": [], "held_on": [], "district_code": []}))
    undrilled = label("word.none_found", lang) if "drills" in view.ledgers else "—"
    held = drills[drills["held_on"] <= pd.Timestamp(view.period.end)] if len(drills) else drills
    last = held.groupby([held["district_code"], _plain_name(held["plan"])])["held_on"].max()
    places = pd.MultiIndex.from_arrays([plans["district_code"], _plain_name(plans["name"])])
    plans = plans.assign(drilled=pd.to_datetime(last.reindex(places).to_numpy())).sort_values(
        ["drilled", "review_due", "source_row"], na_position="first"
    )
    kinds = name_values(plans["kind"], "plans", "kind", lang)
    day = pd.Timestamp(view.as_of)
    cells = tuple(
        (
            display.Cell(show_text(row["name"], lang)),
            display.Cell(kinds[index]),
            display.Cell(
                show_day(row["review_due"]),
                show_day(row["review_due"]),
                note="worse" if row["review_due"] < day else "",
            ),
            display.Cell(
                undrilled if pd.isna(row["drilled"]) else show_day(row["drilled"]),
                show_day(row["drilled"]),
            ),
        )
        for index, row in plans.head(most).iterrows()
    )
    notes = [label("table.plans.note", lang, day=format_date(view.as_of, lang))]
    if len(plans) > most:
        notes.append(label("table.more", lang, shown=most, total=format_number(len(plans))))
    return display.Table(
        id="plans-list",
        title=label("table.plans.title", lang),
        columns=(
            display.Column(label("column.plan", lang)),
            display.Column(label("column.plan_kind", lang)),
            display.Column(label("column.review_due", lang)),
            display.Column(label("column.last_drilled", lang)),
        ),
        rows=cells,
        notes=tuple(notes),
    )


def _plain_name(names: pd.Series) -> pd.Series:
    """Plan names as compared: one width of letters, no spaces."""
    return names.map(lambda name: "".join(unicodedata.normalize("NFKC", name).split()), na_action="ignore")
