"""Special actions: each stage in time or late, what was found and what is closed."""

import pandas as pd

from taizhang.analysis.actions import STATES, rank_stages, sum_stages, sum_stages_by_district
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import show_day
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, draw_ranked_bars
from taizhang.figures.tables import make_table
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number, format_share
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_MOST_BARS = 16


@exhibit("action-stages")
def plot_stages(view: View) -> display.Figure | None:
    """Problems found in each stage of each action, closed and open; None where no stage says what it found."""
    stages = rank_stages(view)
    if stages.empty or not stages["found"].sum() > 0:
        return None
    lang, style = view.lang, load_style()
    shown = stages.head(_MOST_BARS)
    shown = shown.set_index(shown["stage"] + " " + shown["name"])  # long names are cut
    with use_style():
        drawing, axes = make_axes(bars_height(len(shown)), grid="")
        draw_ranked_bars(
            axes,
            shown[["closed", "open"]],
            [style.roles["done"], style.roles["open"]],
            texts=[
                say_exhibit(
                    view, "action-stages", "bar", found=format_number(found), share=format_share(percent)
                )
                for found, percent in zip(shown["found"], shown["closed_percent"], strict=True)
            ],
        )
        draw_key(
            axes,
            [
                ("■", label(f"action.{part}", lang), style.roles[role])
                for part, role in (("closed", "done"), ("open", "open"))
            ],
        )
    return finish_figure(
        drawing,
        view,
        "action-stages",
        int(stages["known"].sum()),
        found=stages["found"].sum(),
        closed=stages["closed"].sum(),
        most=str(shown["found"].idxmax()),
    )


@exhibit("action-stages-table")
def tabulate_stages(view: View) -> display.Table | None:
    """Every stage with its days, its progress, and what it found and closed; None where none began in the period.

    Of the whole area, one row for a stage of all districts, with how many are in each state.
    """
    stages, lang = sum_stages(view), view.lang
    if stages.empty:
        return None
    fields = view.kinds["actions"].fields
    heads = [fields[column].label(lang) for column in ("name", "stage", "starts_on", "ends_on")]
    return make_table(
        view,
        "action-stages-table",
        (
            (
                display.Cell(str(stage["name"])),
                display.Cell(str(stage["stage"])),
                display.Cell(show_day(stage["starts_on"])),
                display.Cell(show_day(stage["ends_on"])),
                _describe_states(stage, lang, whole=view.district == ALL),
                *_count_cells(stage),
            )
            for _, stage in stages.iterrows()
        ),
        id="action-stages",
        columns=(
            *(display.Column(head) for head in (*heads, label("action.column.state", lang))),
            *_count_columns(view),
        ),
    )


@exhibit("actions-districts")
def tabulate_actions_by_district(view: View) -> display.Table | None:
    """Stages, their progress, and what was found and closed, for each district.

    None in one district's report, and where no stage began in the period.
    """
    if view.district != ALL or sum_stages(view).empty:
        return None
    lang, names = view.lang, view.districts.set_index("code")["name"]
    return make_table(
        view,
        "actions-districts",
        (
            (
                display.Cell(str(names[stages["district_code"]])),
                *(_number(stages[column]) for column in ("stages", *STATES)),
                *_count_cells(stages),
            )
            for _, stages in sum_stages_by_district(view).iterrows()
        ),
        columns=(
            display.Column(label("column.district", lang)),
            display.Column(label("action.column.stages", lang), "", "right"),
            *(display.Column(label(f"action.state.{state}", lang), "", "right") for state in STATES),
            *_count_columns(view),
        ),
    )


def _count_columns(view: View) -> list[display.Column]:
    fields = view.kinds["actions"].fields
    heads = [fields["found"].label(view.lang), fields["closed"].label(view.lang)]
    heads += [label("action.column.open", view.lang), label("action.column.share", view.lang)]
    return [display.Column(head, "", "right") for head in heads]


def _number(number: float, note: str = "") -> display.Cell:
    return display.Cell(format_number(number), float(number), note=note)


def _count_cells(stages: pd.Series) -> list[display.Cell]:
    """Found, closed, open and share closed; dashes where nothing is known."""
    if not stages["known"]:
        return [display.Cell("—")] * 4
    percent = stages["closed_percent"]
    return [
        _number(stages["found"]),
        _number(stages["closed"]),
        _number(stages["open"], "worse" if stages["open"] else ""),
        display.Cell(format_share(percent), None if pd.isna(percent) else percent),
    ]


def _describe_states(stages: pd.Series, lang: str, *, whole: bool) -> display.Cell:
    """One stage's progress; of many, how many are in each state."""
    told = [(label(f"action.state.{state}", lang), stages[state]) for state in STATES if stages[state]]
    texts = [f"{words} {number}" if whole else words for words, number in told]
    return display.Cell(
        ("、" if lang == "zh" else ", ").join(texts), note="worse" if stages["overdue"] else ""
    )
