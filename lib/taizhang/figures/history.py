"""The history of one premises: a timeline for each ledger that mentions it, and the rows in words."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.history import PENALTIES, History, find_history
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.marks import draw_key, label_months, name_rows
from taizhang.figures.tables import make_table, name_kind, write_answer, write_day
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.kinds import PREMISES, Kind
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_LANE_MM, _ABOVE_MM = 11, 24


@exhibit("premises-history")
def plot_premises_history(view: View, premises: str = "") -> display.Figure | None:
    """Plot what each ledger says of one premises on one axis of time, with hazards from found to rectified.

    `premises` is a name or a key of premises_links.parquet; empty: the one with most rows. None if no ledger names
    premises, or only the register does.
    """
    history = find_history(view, premises)
    if history is None or history.events.empty:
        return None
    events, style, lang = history.events, load_style(), view.lang
    lanes = {kind: -at for at, kind in enumerate(history.kinds)}
    months = pd.period_range(
        events["day"].min(), max(pd.Timestamp(view.as_of), events["day"].max()), freq="M"
    )
    with use_axes(_ABOVE_MM + _LANE_MM * len(lanes), grid="x") as (drawing, axes):
        name_rows(axes, lanes.values(), [_name_lane(kind, view) for kind in lanes])
        axes.set_ylim(min(lanes.values()) - 0.6, 0.6)
        _draw_spans(axes, events[events["kind"] == "hazards"], lanes, view, months)
        left, other = events["open"], ~events["open"]
        blue, orange = style.roles["main"], style.roles["open"]
        for part, marker, fill, edge in (
            (events[other & events["linked"]], "o", blue, blue),
            (events[left], "D", orange, orange),
            (events[other & ~events["linked"]], "s", style.paper, blue),
        ):
            places, heights = (
                _place(part["day"], months),
                part["kind"].astype("str").map(lanes).to_numpy(float),
            )
            axes.scatter(
                places, heights, s=38, marker=marker, linewidth=1.4, zorder=3, facecolor=fill, edgecolor=edge
            )
        label_months(axes, months, lang)
        axes.set_xlim(-0.4, len(months) + 0.2)
        draw_key(axes, _list_key(view, events))
    still_open = int(events["open"].sum())
    told = {
        "premises": history.names[0] if history.names else history.key,
        "n": len(events),
        "kinds": join_list([_name_lane(kind, view) for kind in lanes], lang),
        "left": say_exhibit(view, "premises-history", "left", open=still_open) if still_open else "",
    }
    return finish_figure(
        drawing,
        view,
        "premises-history",
        len(events),
        data=lambda: events,
        ledgers=_list_ledgers(history),
        told=told,
    )


def _draw_spans(
    axes: Axes, rows: pd.DataFrame, lanes: dict[str, int], view: View, months: pd.PeriodIndex
) -> None:
    """Lines from the day on which a hazard was found to that of its rectification, or to as_of if it is open."""
    ends = rows["until"].mask(rows["open"], pd.Timestamp(view.as_of))
    rows, ends = rows[ends.notna()], ends[ends.notna()]
    if rows.empty:
        return
    style = load_style()
    colours = np.where(rows["open"], style.roles["open"], style.roles["main"])
    starts, stops = _place(rows["day"], months), _place(ends.clip(upper=pd.Timestamp(view.as_of)), months)
    axes.hlines([lanes["hazards"]] * len(rows), starts, stops, colors=list(colours), linewidth=3, alpha=0.45)


def _place(days: pd.Series, months: pd.PeriodIndex) -> np.ndarray:
    """Days on an axis whose unit is the month, the first of each on its number."""
    since = (days.dt.year - months[0].year) * 12 + days.dt.month - months[0].month
    return np.asarray(since + (days.dt.day - 1) / days.dt.days_in_month, float)


def _list_key(view: View, events: pd.DataFrame) -> list[tuple[str, str, str]]:
    style = load_style()
    entries = [("●", "done", style.roles["main"], (events["linked"] & ~events["open"]).any())]
    entries += [("◆", "open", style.roles["open"], events["open"].any())]
    entries += [("□", "named", style.roles["main"], (~events["linked"]).any())]
    return [
        (mark, say_exhibit(view, "premises-history", part), colour)
        for mark, part, colour, there in entries
        if there
    ]


def _name_lane(kind: str, view: View) -> str:
    if kind == PENALTIES:
        return label("kind.penalties", view.lang)
    return name_kind(kind, view.lang, view.kinds)


def _list_ledgers(history: History) -> tuple[str, ...]:
    return tuple(kind for kind in history.kinds if kind != PENALTIES)


@exhibit("premises-history-table")
def tabulate_premises_history(view: View, premises: str = "") -> display.Table | None:
    """Tabulate what each ledger says of one premises, day by day; `premises` as for `plot_premises_history`."""
    history = find_history(view, premises)
    if history is None:
        return None
    lang = view.lang
    rows = []
    for row in history.events.to_dict("records"):
        day = write_day(row["day"]) if row["exact"] else display.Cell(f"{row['day']:%Y-%m}")
        said = [str(row["said"])] if row["said"] else []
        if row["kind"] == PENALTIES:
            said = [say_exhibit(view, "premises-history-table", "fined", amount=format_number(row["amount"]))]
        if not row["linked"]:
            said.append(say_exhibit(view, "premises-history-table", "named"))
        state = "open" if row["open"] else "done" if pd.notna(row["until"]) else ""
        if state:
            told = {"until": "" if state == "open" else f"{row['until']:%Y-%m-%d}"}
            said.append(say_exhibit(view, "premises-history-table", state, **told))
        place = f"{row['source_file']} · {row['source_row']}" if "source_file" in row else "—"
        joint = "；" if lang == "zh" else "; "
        rows.append((day, _name_lane(row["kind"], view), joint.join(said) or "—", place))
    title = history.names[0] if history.names else history.key
    return make_table(view, "premises-history-table", rows, premises=title)


@exhibit("premises-card")
def tabulate_premises_card(view: View, premises: str = "") -> display.Table | None:
    """Tabulate what is known of one premises: its names, key and place, what the register says, rows by ledger."""
    history = find_history(view, premises)
    if history is None:
        return None
    lang, kind = view.lang, view.kinds[PREMISES]
    names = dict(zip(view.districts["code"].astype("str"), view.districts["name"].astype("str"), strict=True))
    joint = "、" if lang == "zh" else "; "
    rows = [
        (say_exhibit(view, "premises-card", "names"), joint.join(history.names) or "—"),
        (say_exhibit(view, "premises-card", "id"), history.key),
        (kind.fields["district"].label(lang), names.get(history.district, "—")),
    ]
    rows += [
        (kind.fields[name].label(lang), _word(kind, name, said, lang)) for name, said in history.about.items()
    ]
    counts = history.events["kind"].value_counts(sort=False)
    rows += [
        (_name_lane(str(name), view), say_exhibit(view, "premises-card", "rows", n=int(n)))
        for name, n in counts.items()
        if n
    ]
    return make_table(
        view, "premises-card", rows, premises=history.names[0] if history.names else history.key
    )


@exhibit("premises-names")
def tabulate_premises_names(view: View, premises: str = "") -> display.Table | None:
    """Tabulate how each ledger writes the name of one premises, and in how many rows."""
    history = find_history(view, premises)
    if history is None:
        return None
    rows = [
        (str(row["name"]), name_kind(row["kind"], view.lang, view.kinds), int(row["rows"]))
        for row in history.written.to_dict("records")
    ]
    return make_table(
        view, "premises-names", rows, premises=history.names[0] if history.names else history.key
    )


def _word(kind: Kind, name: str, said: str, lang: str) -> str:
    """What the register says in words: a category's, or yes and no."""
    about = kind.fields[name]
    if said in about.values:
        return about.values[said].label(lang)
    return write_answer(said == "true", lang) if about.type == "boolean" else said
