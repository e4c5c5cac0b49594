"""Special actions: each stage in time or late, what was found and what is closed."""

import pandas as pd

from taizhang.analysis.actions import STATES, UNKNOWN, follow_stages, sum_stages, sum_stages_by_district
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import quote_entry, show_day
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure
from taizhang.figures.marks import plot_bars
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_share
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("action-stages")
def plot_action_stages(view: View) -> display.Figure | None:
    """Plot the problems found in each stage of each action, closed and open; None if no stage gives a number
    found."""
    stages = follow_stages(view)
    if stages is None:
        return None
    lang, style, shown = view.lang, load_style(), stages.shown
    texts = [
        say_exhibit(view, "action-stages", "bar", found=found, share=format_share(percent))
        for found, percent in zip(shown["found"], shown["closed_percent"], strict=True)
    ]
    parts = (("closed", "done"), ("open", "open"))
    key = [("■", label(f"action.{part}", lang), style.roles[role]) for part, role in parts]
    drawing = plot_bars(shown[["closed", "open"]], [colour for _, _, colour in key], texts, key)
    told = {"found": stages.found, "closed": stages.closed, "most": stages.most}
    return finish_figure(drawing, view, "action-stages", stages.rows, data=lambda: stages.shown, told=told)


@exhibit("action-stages-table")
def tabulate_action_stages(view: View) -> display.Table | None:
    """Tabulate every stage with its days, progress, and problems found and closed; None if none began in the period.

    For the whole area, each stage of all districts is one row, with the number of districts in each state.
    """
    stages, lang = sum_stages(view), view.lang
    if stages.empty:
        return None
    rows = [
        (
            quote_entry(stage["name"], lang), quote_entry(stage["stage"], lang),
            show_day(stage["starts_on"]), show_day(stage["ends_on"]),
            _describe_states(stage, lang, whole=view.district == ALL), *_count_cells(stage),
        )
        for _, stage in stages.iterrows()
    ]  # fmt: skip
    return make_table(view, "action-stages-table", rows, id="action-stages")


@exhibit("actions-districts")
def tabulate_actions_by_district(view: View) -> display.Table | None:
    """Tabulate stages, their progress, and problems found and closed, for each district.

    None in one district's report, and if no stage began in the period.
    """
    if view.district != ALL or sum_stages(view).empty:
        return None
    names = view.districts.set_index("code")["name"]
    rows = (
        (str(names[sums["district_code"]]), *sums[["stages", *STATES]], *_count_cells(sums))
        for _, sums in sum_stages_by_district(view).iterrows()
    )
    states = [label(f"action.state.{state}", view.lang) for state in STATES]
    return make_table(view, "actions-districts", rows, columns=states)


def _count_cells(stages: pd.Series) -> list[object]:
    """Found, closed, open and share closed; dashes where nothing is known."""
    if not stages["known"]:
        return ["—"] * 4
    left = write_number(stages["open"], note="worse" if stages["open"] else "")
    return [stages["found"], stages["closed"], left, write_number(stages["closed_percent"], 1, unit="%")]


def _describe_states(stages: pd.Series, lang: str, *, whole: bool) -> display.Cell:
    """One stage's progress; of many, how many are in each state."""
    told = [
        (label(f"action.state.{state}", lang), stages[state]) for state in (*STATES, UNKNOWN) if stages[state]
    ]
    texts = [f"{words} {number}" if whole else words for words, number in told]
    words = ("、" if lang == "zh" else ", ").join(texts)
    return display.Cell(words, note="worse" if stages["overdue"] else "")
