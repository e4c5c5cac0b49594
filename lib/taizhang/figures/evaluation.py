"""Drills evaluated: ratings on the workbook's own scale, objectives, and the plan of improvement.

Objectives and improvements are no part of the drills ledger. They come from a ledger of the workbook's own, named
`drill_objectives`, with as many of the columns below as it has; `rating` is a category whose order is its scale.
"""

import pandas as pd

from taizhang.analysis.naming import describe_source, name_period, name_place, show_day, show_text
from taizhang.analysis.rows import count_classes, find_rows, name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_ranked_bars
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

OBJECTIVES = "drill_objectives"
_PLAN_COLUMNS = ("drill", "problem", "improvement", "owner", "due", "done_on")


def find_objectives(view: View) -> pd.DataFrame:
    """The period's rows of the ledger of objectives; empty where the workbook has none."""
    return find_rows(view, OBJECTIVES) if OBJECTIVES in view.ledgers else pd.DataFrame()


def count_ratings(view: View) -> pd.Series:
    """Rated drills of the period by rating, in the ledger's own words.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.Series of float
        By rating, most first; empty where no drill is rated.
    """
    rows = find_rows(view, "drills")
    if rows.empty or rows["rating"].isna().all():
        return pd.Series(dtype="float64")
    rated = rows[rows["rating"].notna()]
    names = name_values(rated["rating"], "drills", "rating", view.lang, view.kinds)
    return count_classes(names, pd.DataFrame({"n": 1.0}, index=rated.index), view.lang)["n"]


def list_scale(view: View) -> dict[str, str]:
    """The ratings of objectives from best to worst, and what each is called."""
    kind = view.kinds.get(OBJECTIVES)
    field = kind.fields.get("rating") if kind else None
    return {name: value.label(view.lang) for name, value in field.values.items()} if field else {}


def plot_ratings(view: View) -> display.Figure | None:
    """How many drills were given each rating.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no drill of the period is rated.
    """
    counts = count_ratings(view)
    if counts.empty:
        return None
    lang, total = view.lang, counts.sum()
    with use_style():
        sheet, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(
            axes,
            counts.to_frame(),
            [load_style().roles["main"]],
            texts=[
                label(
                    "evaluation.ratings.bar",
                    lang,
                    n=format_number(number),
                    share=f"{format_number(100 * number / total, 1)}%",
                )
                for number in counts
            ],
        )
    told = [label("evaluation_text.of", lang, name=name, n=format_number(n)) for name, n in counts.items()]
    return finish_figure(
        sheet,
        id="drill-ratings",
        title=label("evaluation.ratings.title", lang, period=name_period(view)),
        alt=label(
            "evaluation.ratings.alt",
            lang,
            name=name_place(view),
            n=format_number(total),
            ratings=join_list(told, lang),
        ),
        source=describe_source(view, "drills", int(total)),
    )


def tabulate_evaluations(view: View) -> display.Table | None:
    """Each drill with its rating and the problems it showed; of the whole area, each district.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where no drill was held.
    """
    rows = find_rows(view, "drills")
    if rows.empty:
        return None
    return _tabulate_districts(view, rows) if view.district == ALL else _tabulate_drills(view, rows)


def _tabulate_drills(view: View, rows: pd.DataFrame) -> display.Table:
    lang, fields = view.lang, view.kinds["drills"].fields
    answers = {True: label("word.yes", lang), False: label("word.no", lang)}
    columns = ("held_on", "name", "kind", "evaluated", "rating", "problems", "problems_fixed")
    rows = rows.sort_values(["held_on", "source_row"])
    forms = name_values(rows["kind"], "drills", "kind", lang)
    ratings = name_values(rows["rating"], "drills", "rating", lang, view.kinds)
    return display.Table(
        id="drill-evaluations",
        title=label("evaluation.drills_table.title", lang, period=name_period(view)),
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


def _tabulate_districts(view: View, rows: pd.DataFrame) -> display.Table:
    lang = view.lang
    heads = ("held", "evaluated", "share", "problems", "fixed", "fixed_share")
    fields = view.kinds["drills"].fields
    labels = {name: label(f"evaluation.column.{name}", lang) for name in heads if name != "problems"}
    labels["problems"] = fields["problems"].label(lang)
    cells = []
    for code, name in zip(view.districts["code"], view.districts["name"], strict=True):
        part = rows[rows["district_code"] == code]
        evaluated = float(part["evaluated"].fillna(False).sum())
        known = part[part["problems"].notna() & part["problems_fixed"].notna()]
        problems, fixed = (float(known[column].sum()) for column in ("problems", "problems_fixed"))
        cells.append(
            (
                display.Cell(str(name)),
                _count_cell(len(part)),
                _count_cell(evaluated),
                _share_cell(evaluated, len(part)),
                _count_cell(problems),
                _count_cell(fixed),
                _share_cell(fixed, problems),
            )
        )
    return display.Table(
        id="drill-evaluations",
        title=label("evaluation.districts_table.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(labels[name], "", "right") for name in heads),
        ),
        rows=tuple(cells),
    )


def _share_cell(part: float, whole: float) -> display.Cell:
    if not whole:
        return display.Cell("—")
    return display.Cell(f"{format_number(100 * part / whole, 1)}%", 100 * part / whole)


def tabulate_objectives(view: View) -> display.Table | None:
    """Each objective, and how often it was given each rating of the workbook's scale.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where the workbook has no ledger of objectives, or it has no row of the period.
    """
    rows, scale = find_objectives(view), list_scale(view)
    if rows.empty or not {"objective", "rating"} <= set(rows) or not scale:
        return None
    lang, objectives = view.lang, rows["objective"].dropna().drop_duplicates().tolist()
    counts = pd.crosstab(rows["objective"], rows["rating"])
    # one that nobody has rated yet is an objective all the same
    counts = counts.reindex(index=objectives, columns=list(scale), fill_value=0)
    return display.Table(
        id="drill-objectives",
        title=label("evaluation.objectives.title", lang, period=name_period(view)),
        columns=(
            display.Column(view.kinds[OBJECTIVES].fields["objective"].label(lang)),
            display.Column(label("evaluation.objectives.total", lang), "", "right"),
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
        notes=(
            label(
                "evaluation.objectives.note",
                lang,
                scale=("、" if lang == "zh" else ", ").join(scale.values()),
            ),
        ),
    )


def judge_improvements(view: View) -> pd.DataFrame:
    """The period's items of improvement, each with its `state` as of the view's day: done, overdue, running, open.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.DataFrame
        Empty where there are none.
    """
    rows = find_objectives(view)
    if rows.empty or "improvement" not in rows:
        return pd.DataFrame()
    rows = rows[rows["improvement"].notna()]
    day, none = pd.Timestamp(view.as_of), pd.Series(pd.NaT, index=rows.index)
    due, done = rows.get("due", none), rows.get("done_on", none)
    state = pd.Series("running", index=rows.index, dtype="str")
    state[due.isna()] = "open"
    state[due < day] = "overdue"
    state[done <= day] = "done"
    return rows.assign(state=state)


def tabulate_improvements(view: View) -> display.Table | None:
    """The plan of improvement: what, by whom, until when, and how far it is.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where there is none. Columns that hold personal data are not shown.
    """
    rows = judge_improvements(view)
    if rows.empty:
        return None
    lang, kind = view.lang, view.kinds[OBJECTIVES]
    shown = [
        name
        for name in _PLAN_COLUMNS
        if name in rows and name in kind.fields and not kind.fields[name].personal
    ]
    return display.Table(
        id="drill-improvements",
        title=label("evaluation.plan_table.title", lang, period=name_period(view)),
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
        notes=(label("evaluation.plan_table.note", lang, day=format_date(view.as_of, lang)),),
    )
