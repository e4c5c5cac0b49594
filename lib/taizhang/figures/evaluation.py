"""Evaluated drills: ratings, objectives on the workbook's own scale, and the improvement plan."""

import pandas as pd

from taizhang.analysis.evaluation import (
    OBJECTIVES,
    choose_plan_columns,
    count_objectives,
    count_ratings,
    judge_improvements,
    list_scale,
    sum_evaluations,
)
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import quote_entry, show_day
from taizhang.analysis.rows import list_rows, name_values, total_counts
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure
from taizhang.figures.marks import plot_bars
from taizhang.figures.tables import make_table, write_answer, write_number
from taizhang.figures.tidy import name_index
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number, format_share, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_COUNTS = ("held", "evaluated", "evaluated_percent", "problems", "fixed", "fixed_percent")


@exhibit("drill-ratings")
def plot_drill_ratings(view: View) -> display.Figure | None:
    """Plot how many drills were given each rating; None if no drill of the period is rated."""
    counts = count_ratings(view)
    if counts.empty:
        return None
    lang, total = view.lang, total_counts(counts[["n"]]).whole
    texts = [
        say_exhibit(view, "drill-ratings", "bar", n=number, share=format_share(percent))
        for number, percent in zip(counts["n"], counts["percent"], strict=True)
    ]
    drawing = plot_bars(counts[["n"]], [load_style().roles["main"]], texts)
    pairs = counts["n"].items()
    told = [label("evaluation_text.of", lang, name=name, n=format_number(n)) for name, n in pairs]
    return finish_figure(
        drawing, view, "drill-ratings", int(total), data=lambda: name_index(counts, "rating"),
        n=total, ratings=join_list(told, lang),
    )  # fmt: skip


@exhibit("drill-evaluations")
def tabulate_drill_evaluations(view: View) -> display.Table | None:
    """Tabulate each drill (for the whole area, each district) with ratings and problems found; None without
    drills."""
    rows, _ = list_rows(view, "drills")
    if rows.empty:
        return None
    return _tabulate_districts(view) if view.district == ALL else _tabulate_drills(view, rows)


def _tabulate_drills(view: View, rows: pd.DataFrame) -> display.Table | None:
    lang = view.lang
    forms = name_values(rows["kind"], "drills", "kind", lang)
    ratings = name_values(rows["rating"], "drills", "rating", lang, view.kinds)
    cells = [
        (
            show_day(row["held_on"]), quote_entry(row["name"], lang), forms[at], write_answer(row["evaluated"], lang),
            "—" if pd.isna(row["rating"]) else ratings[at], row["problems"], row["problems_fixed"],
        )
        for at, row in rows.iterrows()
    ]  # fmt: skip
    return make_table(view, "drill-evaluations", cells)


def _tabulate_districts(view: View) -> display.Table | None:
    sums = sum_evaluations(view)
    rows = [
        (str(name), *(_write_count(sums.loc[code, column], column) for column in _COUNTS))
        for code, name in zip(view.districts["code"], view.districts["name"], strict=True)
    ]
    return make_table(view, "drill-evaluations-by-district", rows, id="drill-evaluations")


def _write_count(number: float, column: str) -> display.Cell:
    return write_number(number, 1, unit="%") if column.endswith("percent") else write_number(number)


@exhibit("drill-objectives")
def tabulate_drill_objectives(view: View) -> display.Table | None:
    """Tabulate how often each objective was given each rating of the scale; None if the period has none."""
    counts, scale, lang = count_objectives(view), list_scale(view), view.lang
    if counts.empty:
        return None
    *_, worst = scale
    totals, rows = total_counts(counts).by_class, []
    for objective, row in counts.iterrows():
        numbers = (write_number(n, note="worse" if name == worst and n else "") for name, n in row.items())
        rows.append((str(objective), totals[objective], *numbers))
    words = ("、" if lang == "zh" else ", ").join(scale.values())
    title = display.Column(view.kinds[OBJECTIVES].fields["objective"].label(lang))
    heads: list[display.Column | str] = [
        title,
        say_exhibit(view, "drill-objectives", "total"),
        *scale.values(),
    ]
    return make_table(view, "drill-objectives", rows, columns=heads, scale=words)


@exhibit("drill-improvements")
def tabulate_drill_improvements(view: View) -> display.Table | None:
    """Tabulate the improvement plan: what, by whom, by when, and progress; no personal columns. None if there is
    none."""
    rows = judge_improvements(view)
    if rows.empty:
        return None
    lang, fields, shown = view.lang, view.kinds[OBJECTIVES].fields, choose_plan_columns(view)
    cells = []
    for _, row in rows.iterrows():
        texts = (
            show_day(row[name]) if fields[name].type == "date" else quote_entry(row[name], lang)
            for name in shown
        )
        state = label(f"evaluation.state.{row['state']}", lang)
        cells.append((*texts, display.Cell(state, note="worse" if row["state"] == "overdue" else "")))
    heads = [display.Column(fields[name].label(lang)) for name in shown]
    return make_table(view, "drill-improvements", cells, columns=heads)
