"""Drills evaluated: ratings, objectives on the workbook's own scale, and the plan of improvement."""

import pandas as pd

from taizhang.analysis.evaluation import (
    OBJECTIVES,
    count_objectives,
    count_ratings,
    judge_improvements,
    list_scale,
    sum_evaluations,
)
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import show_day, show_text
from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_ranked_bars
from taizhang.figures.tables import make_table
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number, format_share, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_PLAN_COLUMNS = ("drill", "problem", "improvement", "owner", "due", "done_on")
_COUNTS = ("held", "evaluated", "evaluated_percent", "problems", "fixed", "fixed_percent")


@exhibit("drill-ratings")
def plot_ratings(view: View) -> display.Figure | None:
    """How many drills were given each rating; None where no drill of the period is rated."""
    counts = count_ratings(view)
    if counts.empty:
        return None
    lang, total = view.lang, counts.sum()
    with use_style():
        drawing, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(
            axes,
            counts.to_frame(),
            [load_style().roles["main"]],
            texts=[
                say_exhibit(view, "drill-ratings", "bar", n=number, share=format_share(100 * number / total))
                for number in counts
            ],
        )
    told = [label("evaluation_text.of", lang, name=name, n=format_number(n)) for name, n in counts.items()]
    return finish_figure(drawing, view, "drill-ratings", int(total), n=total, ratings=join_list(told, lang))


@exhibit("drill-evaluations")
def tabulate_evaluations(view: View) -> display.Table | None:
    """Each drill with its rating and the problems it showed; of the whole area, each district. None without drills."""
    rows = view.show("drills")
    if rows.empty:
        return None
    return _tabulate_districts(view) if view.district == ALL else _tabulate_drills(view, rows)


def _tabulate_drills(view: View, rows: pd.DataFrame) -> display.Table | None:
    lang, fields = view.lang, view.kinds["drills"].fields
    answers = {True: label("word.yes", lang), False: label("word.no", lang)}
    columns = ("held_on", "name", "kind", "evaluated", "rating", "problems", "problems_fixed")
    rows = rows.sort_values(["held_on", "source_row"])
    forms = name_values(rows["kind"], "drills", "kind", lang)
    ratings = name_values(rows["rating"], "drills", "rating", lang, view.kinds)
    return make_table(
        view,
        "drill-evaluations",
        columns=tuple(
            display.Column(fields[name].label(lang), "", "right" if name.startswith("problems") else "left")
            for name in columns
        ),
        rows=tuple(
            (
                display.Cell(show_day(row["held_on"])),
                display.Cell(show_text(row["name"], lang)),
                display.Cell(forms[at]),
                display.Cell(
                    label("word.not_stated", lang) if pd.isna(row["evaluated"]) else answers[row["evaluated"]]
                ),
                display.Cell("—" if pd.isna(row["rating"]) else ratings[at]),
                *(_count_cell(row[name]) for name in ("problems", "problems_fixed")),
            )
            for at, row in rows.iterrows()
        ),
    )


def _count_cell(number: float | int | None) -> display.Cell:
    return display.Cell("—") if pd.isna(number) else display.Cell(format_number(number), float(number))  # type: ignore[arg-type]


def _tabulate_districts(view: View) -> display.Table | None:
    lang, sums = view.lang, sum_evaluations(view)
    heads = {name: label(f"evaluation.column.{name}", lang) for name in _COUNTS if name != "problems"}
    heads["problems"] = view.kinds["drills"].fields["problems"].label(lang)
    return make_table(
        view,
        "drill-evaluations-by-district",
        id="drill-evaluations",
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(heads[name], "", "right") for name in _COUNTS),
        ),
        rows=tuple(
            (
                display.Cell(str(name)),
                *(
                    (_share_cell if column.endswith("percent") else _count_cell)(sums.loc[code, column])
                    for column in _COUNTS
                ),
            )
            for code, name in zip(view.districts["code"], view.districts["name"], strict=True)
        ),
    )


def _share_cell(percent: float) -> display.Cell:
    return display.Cell(format_share(percent), None if pd.isna(percent) else percent)


@exhibit("drill-objectives")
def tabulate_objectives(view: View) -> display.Table | None:
    """Each objective, and how often it was given each rating of the scale; None where none of the period is listed."""
    counts, scale, lang = count_objectives(view), list_scale(view), view.lang
    if counts.empty:
        return None
    return make_table(
        view,
        "drill-objectives",
        columns=(
            display.Column(view.kinds[OBJECTIVES].fields["objective"].label(lang)),
            display.Column(say_exhibit(view, "drill-objectives", "total"), "", "right"),
            *(display.Column(name, "", "right") for name in scale.values()),
        ),
        rows=tuple(
            (
                display.Cell(str(objective)),
                _count_cell(row.sum()),
                *(
                    display.Cell(
                        format_number(number),
                        float(number),
                        note="worse" if place == len(scale) - 1 and number else "",
                    )
                    for place, number in enumerate(row)
                ),
            )
            for objective, row in counts.iterrows()
        ),
        scale=("、" if lang == "zh" else ", ").join(scale.values()),
    )


@exhibit("drill-improvements")
def tabulate_improvements(view: View) -> display.Table | None:
    """The plan of improvement: what, by whom, until when, how far it is; without personal columns, or None."""
    rows = judge_improvements(view)
    if rows.empty:
        return None
    lang, kind = view.lang, view.kinds[OBJECTIVES]
    shown = [
        name
        for name in _PLAN_COLUMNS
        if name in rows and name in kind.fields and not kind.fields[name].personal
    ]
    return make_table(
        view,
        "drill-improvements",
        columns=(
            *(display.Column(kind.fields[name].label(lang)) for name in shown),
            display.Column(label("evaluation.column.state", lang)),
        ),
        rows=tuple(
            (
                *(
                    display.Cell(
                        show_day(row[name])
                        if kind.fields[name].type == "date"
                        else show_text(row[name], lang)
                    )
                    for name in shown
                ),
                display.Cell(
                    label(f"evaluation.state.{row['state']}", lang),
                    note="worse" if row["state"] == "overdue" else "",
                ),
            )
            for _, row in rows.iterrows()
        ),
    )
