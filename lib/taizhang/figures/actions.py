"""Special actions: each stage in time or late, what was found and what is closed."""

import pandas as pd

from taizhang.analysis.naming import describe_source, name_period, name_place, show_day
from taizhang.analysis.rows import find_rows
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, draw_ranked_bars
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

STATES = ("in_time", "late", "overdue", "running")
_MOST_BARS = 16


def list_stages(view: View) -> pd.DataFrame:
    """Stages that began in the view's period, each with its state as of the view's day.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.DataFrame
        The rows of the ledger by day, and `state` (in_time, late, overdue or running) and `open` (problems
        found and not closed; NaN where either number is missing). Empty where there are none.
    """
    rows = find_rows(view, "actions")
    if rows.empty:
        return rows
    day = pd.Timestamp(view.as_of)
    done = rows["done_on"].notna() & (rows["done_on"] <= day)
    state = pd.Series("running", index=rows.index, dtype="str")
    state[rows["ends_on"] < day] = "overdue"
    state[done] = "late"
    state[done & (rows["done_on"] <= rows["ends_on"])] = "in_time"
    numbers = rows[["found", "closed"]].astype("float64")
    left = (numbers["found"] - numbers["closed"]).clip(lower=0)
    return rows.assign(**numbers, state=state, open=left).sort_values(
        ["name", "starts_on", "district_code"], ignore_index=True
    )


def write_share(closed: float, found: float) -> str:
    """Closed as percent of found; a dash over nothing."""
    return f"{format_number(100 * closed / found, 1)}%" if found else "—"


def plot_stages(view: View) -> display.Figure | None:
    """Problems found in each stage of each action, closed and open.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no stage of the period says what it found.
    """
    stages = list_stages(view)
    if stages.empty or not stages["found"].sum() > 0:
        return None
    lang, style = view.lang, load_style()
    known = stages[stages["found"].notna() & stages["closed"].notna()]
    first = known.groupby(["name", "stage"])["starts_on"].min().sort_values(kind="stable")
    sums = known.groupby(["name", "stage"])[["closed", "open", "found"]].sum().loc[first.index]
    sums = sums.head(_MOST_BARS)
    sums.index = pd.Index([f"{stage} {action}" for action, stage in sums.index])  # long names are cut
    with use_style():
        sheet, axes = make_axes(bars_height(len(sums)), grid="")
        draw_ranked_bars(
            axes,
            sums[["closed", "open"]],
            [style.roles["done"], style.roles["open"]],
            texts=[
                label(
                    "action.bar",
                    lang,
                    found=format_number(found),
                    share=write_share(closed, found),
                )
                for found, closed in zip(sums["found"], sums["closed"], strict=True)
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
        sheet,
        id="action-stages",
        title=label("action.figure.title", lang, period=name_period(view)),
        alt=label(
            "action.figure.alt",
            lang,
            name=name_place(view),
            found=format_number(known["found"].sum()),
            closed=format_number(known["closed"].sum()),
            most=str(sums["found"].idxmax()),
        ),
        source=describe_source(view, "actions", len(known)),
    )


def tabulate_stages(view: View) -> display.Table | None:
    """Every stage with its days, its progress, and what it found and closed.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where no stage began in the period. Of the whole area, one row for a stage of all districts, with
        how many are overdue.
    """
    stages = list_stages(view)
    if stages.empty:
        return None
    lang, fields = view.lang, view.kinds["actions"].fields
    rows = []
    for (name, stage), part in stages.groupby(["name", "stage"], sort=False):
        for _, group in [("", part)] if view.district == ALL else part.groupby("source_row", sort=False):
            state = _describe_states(group["state"], lang, whole=view.district == ALL)
            rows.append(
                (
                    display.Cell(str(name)),
                    display.Cell(str(stage)),
                    display.Cell(show_day(group["starts_on"].min())),
                    display.Cell(show_day(group["ends_on"].max())),
                    state,
                    *_count_cells(group),
                )
            )
    heads = [fields[column].label(lang) for column in ("name", "stage", "starts_on", "ends_on")]
    return display.Table(
        id="action-stages",
        title=label("action.stages_table.title", lang, period=name_period(view)),
        columns=(
            *(display.Column(head) for head in (*heads, label("action.column.state", lang))),
            *_count_columns(view),
        ),
        rows=tuple(rows),
        notes=(label("action.stages_table.note", lang, day=format_date(view.as_of, lang)),),
    )


def tabulate_actions_by_district(view: View) -> display.Table | None:
    """Stages, their progress, and what was found and closed, for each district.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None in one district's report, and where no stage began in the period.
    """
    stages = list_stages(view)
    if stages.empty or view.district != ALL:
        return None
    lang, rows = view.lang, []
    for code, name in zip(view.districts["code"], view.districts["name"], strict=True):
        part = stages[stages["district_code"] == code]
        counts = part["state"].value_counts()
        numbers = [len(part), *(int(counts.get(state, 0)) for state in STATES)]
        rows.append(
            (
                display.Cell(str(name)),
                *(display.Cell(format_number(number), float(number)) for number in numbers),
                *_count_cells(part),
            )
        )
    return display.Table(
        id="actions-districts",
        title=label("action.districts_table.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.district", lang)),
            display.Column(label("action.column.stages", lang), "", "right"),
            *(display.Column(label(f"action.state.{state}", lang), "", "right") for state in STATES),
            *_count_columns(view),
        ),
        rows=tuple(rows),
        notes=(label("action.stages_table.note", lang, day=format_date(view.as_of, lang)),),
    )


def _count_columns(view: View) -> list[display.Column]:
    fields = view.kinds["actions"].fields
    heads = [fields["found"].label(view.lang), fields["closed"].label(view.lang)]
    heads += [label("action.column.open", view.lang), label("action.column.share", view.lang)]
    return [display.Column(head, "", "right") for head in heads]


def _count_cells(stages: pd.DataFrame) -> list[display.Cell]:
    """Found, closed, open and share closed; dashes where nothing is known."""
    known = stages[stages["found"].notna() & stages["closed"].notna()]
    if known.empty:
        return [display.Cell("—")] * 4
    found, closed, left = (float(known[column].sum()) for column in ("found", "closed", "open"))
    return [
        display.Cell(format_number(found), found),
        display.Cell(format_number(closed), closed),
        display.Cell(format_number(left), left, note="worse" if left else ""),
        display.Cell(write_share(closed, found), 100 * closed / found if found else None),
    ]


def _describe_states(states: pd.Series, lang: str, *, whole: bool) -> display.Cell:
    """One stage's progress; of many, how many are in each state."""
    counts = states.value_counts()
    note = "worse" if counts.get("overdue", 0) else ""
    told = [(label(f"action.state.{state}", lang), int(counts.get(state, 0))) for state in STATES]
    texts = [f"{words} {number}" if whole else words for words, number in told if number]
    return display.Cell(("、" if lang == "zh" else ", ").join(texts), note=note)
