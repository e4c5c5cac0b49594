"""How fast hazards are closed, by severity, trade and mode, and how many by their deadline."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.analysis.naming import describe_source, name_period, name_place, say_p
from taizhang.analysis.rows import find_rows, leave_out_of_brief, name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.hazards import mark_rectified
from taizhang.figures.marks import draw_key
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.intervals import wilson_interval
from taizhang.stats.survival import compare_survival, estimate_survival, find_median

GROUPINGS = ("severity", "mode", "trade")
_FEWEST = 10  # cases of a group below which it is told together with the others
_CURVES = 5


@dataclass(frozen=True)
class Cases:
    """Hazards of a period as survival data: the rows, days observed, and whether closed then."""

    rows: pd.DataFrame
    days: pd.Series
    closed: pd.Series


def list_cases(view: View) -> Cases | None:
    """Hazards found in the period; open ones observed until as_of; on the spot is 0 days.

    Parameters
    ----------
    view : View

    Returns
    -------
    Cases or None
        None where none were found.
    """
    rows = find_rows(view, "hazards")
    if rows.empty:
        return None
    rectified = mark_rectified(rows, view.as_of)
    ended = rows["rectified_on"].fillna(rows["closed_on"]).where(rectified, pd.Timestamp(view.as_of))
    days = (ended - rows["found_on"]).dt.days.clip(lower=0).astype("int64")
    spot = (rows["mode"] == "on_the_spot").fillna(False).astype(bool)
    return Cases(rows, days.where(~spot, 0), rectified | spot)


def group_cases(view: View, cases: Cases, by: str) -> pd.Series:
    """The class of each case in words, the small classes together; not stated is a class."""
    names = name_values(cases.rows[by], "hazards", by, view.lang)
    counts = names.value_counts()
    small = counts.index[counts < _FEWEST]
    if len(small) > 1:
        names = names.mask(names.isin(small), label("closure.small", view.lang, n=len(small)))
    return names


@leave_out_of_brief
def plot_closure_by(view: View, by: str) -> display.Figure | None:
    """Share rectified by days since found, one curve per class, with the log-rank test.

    Parameters
    ----------
    view : View
    by : str
        severity, trade or mode.

    Returns
    -------
    display.Figure or None
        None where there are not two classes.
    """
    cases = list_cases(view)
    if cases is None:
        return None
    lang, style = view.lang, load_style()
    names = group_cases(view, cases, by)
    order = list(names.value_counts().index[:_CURVES])
    if len(order) < 2:
        return None
    _, _, p = compare_survival(cases.days, cases.closed, names)
    end = float(np.clip(1.3 * cases.days[cases.closed].max() if cases.closed.any() else 30, 30, 180))
    ends = []
    with use_style():
        sheet, axes = make_axes(76, grid="both")
        for number, name in enumerate(order):
            of = (names == name).to_numpy()
            curve = estimate_survival(cases.days[of], cases.closed[of])
            time = np.concatenate([[0.0], curve.time])
            share = 100 * (1 - np.concatenate([[1.0], curve.survival]))
            inside = time <= end
            time, share = np.append(time[inside], end), np.append(share[inside], share[inside][-1])
            axes.step(
                time,
                share,
                where="post",
                color=style.categories[number],
                linewidth=2,
                linestyle=("-", (0, (5, 1.5)), (0, (2, 1)), (0, (6, 1, 1, 1)), (0, (1, 1)))[number],
            )
            ends.append((name, float(share[time <= 30][-1]), style.categories[number]))
        axes.set_xlim(0, end)
        axes.set_ylim(0, 101)
        axes.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
        axes.set_xlabel(label("axis.days_since_found", lang))
        draw_key(axes, [("—", name, colour) for name, _, colour in ends])
    column = view.kinds["hazards"].fields[by].label(lang)
    return finish_figure(
        sheet,
        id=f"closure-by-{by}",
        title=label("figure.closure_by.title", lang, column=column.lower(), period=name_period(view)),
        alt=label(
            "figure.closure_by.alt",
            lang,
            name=name_place(view),
            shares=join_list(
                [label("figure.closure_by.one", lang, name=n, share=format_number(s, 0)) for n, s, _ in ends],
                lang,
            ),
            p=say_p(p),
        ),
        source=describe_source(
            view, "hazards", len(cases.rows), extra=label("source.log_rank", lang, p=say_p(p))
        ),
    )


@leave_out_of_brief
def tabulate_closure(view: View) -> display.Table | None:
    """Median days, share within thirty days and by the deadline, by severity, mode and trade, with log-rank.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where no hazards were found.
    """
    cases = list_cases(view)
    if cases is None:
        return None
    lang = view.lang
    rows = [_row(view, cases, pd.Series(True, cases.rows.index), "", label("closure.all", lang), np.nan)]
    for by in GROUPINGS:
        names = group_cases(view, cases, by)
        if names.nunique() < 2:
            continue
        _, _, p = compare_survival(cases.days, cases.closed, names)
        column = view.kinds["hazards"].fields[by].label(lang)
        for place, name in enumerate(names.value_counts().index):
            rows.append(_row(view, cases, names == name, column, str(name), p if place == 0 else np.nan))
    heads = ("by", "class", "found", "median", "in_30_days", "by_deadline", "log_rank")
    return display.Table(
        id="closure-table",
        title=label("table.closure.title", lang, period=name_period(view)),
        columns=tuple(
            display.Column(label(f"column.closure.{name}", lang), "", "right" if n > 1 else "left")
            for n, name in enumerate(heads)
        ),
        rows=tuple(rows),
        notes=(label("table.closure.note", lang),),
    )


def _row(
    view: View, cases: Cases, of: pd.Series, column: str, name: str, p: float
) -> tuple[display.Cell, ...]:
    """One class."""
    lang, days, closed = view.lang, cases.days[of], cases.closed[of]
    curve = estimate_survival(days, closed)
    median, low, high = (float(part[0]) for part in find_median(curve, 1))
    at = curve.time <= 30
    open_30 = 1.0 if not at.any() else float(curve.survival[at][-1])
    in_time, due = count_in_time(view, cases.rows[of])
    bounds = wilson_interval(in_time, due)
    return (
        display.Cell(column),
        display.Cell(name),
        display.Cell(format_number(of.sum()), float(of.sum())),
        display.Cell(
            "—"
            if pd.isna(median)
            else label(
                "word.interval",
                lang,
                value=format_number(median),
                low=format_number(low),
                # So few that no upper end is reached.
                high="∞" if pd.isna(high) else format_number(high),
            ),
            None if pd.isna(median) else median,
        ),
        display.Cell(f"{format_number(100 * (1 - open_30), 1)}%", 100 * (1 - open_30)),
        display.Cell(
            "—"
            if not due
            else label(
                "word.interval",
                lang,
                value=f"{format_number(100 * in_time / due, 1)}%",
                low=format_number(100 * float(bounds[0]), 1),
                high=format_number(100 * float(bounds[1]), 1),
            ),
            None if not due else 100 * in_time / due,
        ),
        display.Cell("" if pd.isna(p) else say_p(p), None if pd.isna(p) else p),
    )


def count_in_time(view: View, rows: pd.DataFrame) -> tuple[int, int]:
    """Hazards closed on or before their deadline, and those whose deadline is known and not to come.

    A deadline still to come counts once the hazard is closed.
    """
    done = rows["rectified_on"].fillna(rows["closed_on"]).where(mark_rectified(rows, view.as_of))
    judged = rows["deadline"].notna() & ((rows["deadline"] <= pd.Timestamp(view.as_of)) | done.notna())
    return int((judged & (done <= rows["deadline"])).sum()), int(judged.sum())
