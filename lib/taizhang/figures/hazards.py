"""Charts of hazards: trend, trade and premises, how fast hazards are closed, and which are overdue."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.typing import LineStyleType

from taizhang.analysis.closure import MONTH, Cases, Closure, Curve, follow_closure
from taizhang.analysis.exhibits import exhibit, is_brief, say_exhibit
from taizhang.analysis.hazards import HazardTrend, count_by, cross_classes, follow_months, list_overdue
from taizhang.analysis.naming import name_area, name_place, quote_entry, spell_names, tell_peak
from taizhang.analysis.rows import name_values, total_counts
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import Looks, finish_figure, use_axes
from taizhang.figures.grids import draw_cells
from taizhang.figures.marks import back_label, draw_key, draw_line, draw_stacked_months, note_point, plot_bars
from taizhang.figures.tables import make_table, write_day
from taizhang.figures.tidy import melt_counts
from taizhang.metadata.formats import format_span, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

STATE_ROLES = {"rectified": "done", "open": "open", "unknown": "before"}


def _name_parts(counts: pd.DataFrame, lang: str) -> list[tuple[str, str, str]]:
    """The key of rectified and open, and of those whose status is unknown where there are any."""
    roles = load_style().roles
    return [("■", label(f"hazards.{part}", lang), roles[STATE_ROLES[str(part)]]) for part in counts]


def say_state(view: View, counts: Mapping[Any, float]) -> str:
    """Return how many hazards are open, as far as known, from counts by state."""
    unknown = counts.get("unknown", 0)
    told = counts["open"] or counts["rectified"]
    how = "open" if not unknown else "some" if told else "unknown"
    return say_exhibit(view, "hazards-state", how, open=counts["open"], unknown=unknown)


@exhibit("hazards-trend")
def plot_hazards_trend(view: View) -> display.Figure | None:
    """Plot hazards found per month, rectified and still open, against the year before; None if there were none."""
    trend = follow_months(view)
    if trend is None:
        return None
    lang, style = view.lang, load_style()
    key = _name_parts(trend.counts, lang)
    parts = [(trend.counts[part], style.roles[STATE_ROLES[str(part)]]) for part in trend.counts]
    if trend.before is not None:
        key.append(("■", label("hazards.found_before", lang), style.roles["before"]))
    with use_axes(42 if is_brief(view, "hazards-trend") else 72) as (drawing, axes):
        draw_stacked_months(axes, pd.PeriodIndex(trend.counts.index), parts, lang, before=trend.before)
        draw_key(axes, [*key, ("", label("axis.hazards", lang), style.muted)])
    totals = total_counts(trend.counts)
    told = {
        "n": totals.whole,
        "state": say_state(view, totals.by_part.to_dict()),
        **tell_peak(totals.by_class, lang),
    }
    return finish_figure(
        drawing, view, "hazards-trend", trend.rows, data=lambda: _list_months(trend), told=told
    )


def _list_months(trend: HazardTrend) -> pd.DataFrame:
    """Hazards by month and state, and, with each state, all that were found in the same month a year before."""
    table = melt_counts(trend.counts, "month", "state", "hazards")
    if trend.before is None:
        return table
    before = dict(zip(trend.counts.index, trend.before, strict=True))
    return table.assign(found_year_before=table["month"].map(before))


@exhibit("hazards-by-trade")
def plot_hazards_by_trade(view: View) -> display.Figure | None:
    """Plot hazards found in the period by trade, rectified and open; None if no row gives the trade."""
    return _plot_by_class(view, "trade")


@exhibit("hazards-by-premises-type")
def plot_hazards_by_premises_type(view: View) -> display.Figure | None:
    """Plot hazards found in the period by type of premises, rectified and open; None if no row gives the type."""
    return _plot_by_class(view, "premises_type")


@exhibit("hazards-by-category")
def plot_hazards_by_category(view: View) -> display.Figure | None:
    """Plot hazards found in the period by category, rectified and open; None if no row gives the category."""
    return _plot_by_class(view, "category")


def _plot_by_class(view: View, column: str) -> display.Figure | None:
    """Ranked bars of hazards by one column."""
    counts = count_by(view, column)
    if counts is None:
        return None
    totals = total_counts(counts)
    pairs = zip(totals.by_class, totals.shares, strict=True)
    shares = [{"n": number, "share": f"{share:.0%}"} for number, share in pairs]
    key = _name_parts(counts, view.lang)
    texts = [say_exhibit(view, "hazards-by-class", "bar", **share) for share in shares]
    drawing = plot_bars(counts, [colour for _, _, colour in key], texts, key)
    leaders = [
        say_exhibit(view, "hazards-by-class", "leader", name=name, **share)
        for name, share in list(zip(counts.index, shares, strict=True))[:3]
    ]
    told = {
        "n": totals.whole,
        "leaders": join_list(leaders, view.lang),
        "state": say_state(view, totals.by_part.to_dict()),
    }
    exhibit = f"hazards-by-{column.replace('_', '-')}"
    few = [
        say_exhibit(view, "hazards-by-class", "few_open" if n else "leader", name=name, open=n, **share)
        for name, share, n in zip(counts.index, shares, counts["open"], strict=True)
    ]
    return finish_figure(
        drawing, view, exhibit, int(totals.whole), data=lambda: melt_counts(counts, column, "state", "hazards"),
        told=told, few=few,
    )  # fmt: skip


@exhibit("hazards-cells")
def plot_hazards_cells(view: View) -> display.Figure | None:
    """Plot a cell for each trade and category of the period's hazards; None if all are in one of them, or none is
    given."""
    counts = cross_classes(view, "trade", "category")
    if counts is None:
        return None
    n = int(counts.to_numpy().sum())
    ranked = counts.stack().sort_values(ascending=False, kind="stable").head(3)
    leaders = [
        say_exhibit(view, "hazards-cells", "cell", trade=trade, category=category, n=count)
        for trade, category, count in ranked[ranked > 0].reset_index().itertuples(index=False, name=None)
    ]
    with use_axes((16 if view.lang == "zh" else 42) + 7 * len(counts), grid="") as (drawing, axes):
        draw_cells(axes, counts, every=True)
    told = {"n": n, "leaders": join_list(leaders, view.lang)}
    return finish_figure(
        drawing,
        view,
        "hazards-cells",
        n,
        data=lambda: melt_counts(counts, "trade", "category", "hazards"),
        told=told,
    )


@exhibit("hazards-closure")
def plot_closure_curve(view: View) -> display.Figure | None:
    """Plot the share of the period's hazards rectified by days since found, with its interval; open ones are
    censored.

    The county's median is shown beside the district's. None if no hazards were found.
    """
    closure = follow_closure(view)
    if closure is None:
        return None
    curve, main, n = closure.curve, load_style().roles["main"], len(closure.cases.rows)
    # One colour for the district and its interval; the county is context.
    with use_axes(72, grid="both") as (drawing, axes):
        axes.fill_between(curve.time, curve.low, curve.high, step="post", color=main, alpha=0.16, lw=0)
        draw_curve(axes, curve, main)
        scale_closure(axes, closure.end, view.lang)
        draw_key(axes, [("—", say_exhibit(view, "hazards-closure", "key"), main)])
        _mark_medians(axes, view, closure)
    shares = {name: write_within(curve, days, view.lang) for name, days in (("at_once", 0), ("month", MONTH))}
    told = {**shares, "open": closure.cases.open.sum(), "wanting": say_wanting(view, closure.cases)}
    return finish_figure(
        drawing,
        view,
        "hazards-closure",
        n,
        data=lambda: list_steps({name_place(view): curve}, "district"),
        n=n,
        told=told,
    )


def list_steps(curves: Mapping[str, Curve], by: str) -> pd.DataFrame:
    """Return curves by class with a row for each step: days, and percent closed with its interval."""
    columns = {"time": "days", "share": "percent", "most": "percent_most"}
    parts = [
        pd.DataFrame(vars(curve)).rename(columns=columns).assign(**{by: name})
        for name, curve in curves.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[[by, *(name for name in table if name != by)]]


def draw_curve(axes: Axes, curve: Curve, colour: str, line: LineStyleType = "-") -> None:
    """Draw a closure curve or, if it has two bounds, both."""
    looks: Looks = {"color": colour, "linestyle": line, "drawstyle": "steps-post"}
    draw_line(axes, curve.time, curve.share, linewidth=2, **looks)
    if (curve.most != curve.share).any():
        axes.plot(curve.time, curve.most, linewidth=1.2, **looks)


def write_within(curve: Curve, days: float, lang: str) -> str:
    """Return the percentage closed within a number of days, or its range."""
    return format_span(*curve.within(days), lang, 1, unit="%")


def say_wanting(view: View, cases: Cases) -> str:
    """Say for how many cases the day of closure is unknown, and how many hazards are not among the cases."""
    left = len(view.counted("hazards")) - len(cases.rows)
    told = [
        label(f"closure.{key}", view.lang, n=n)
        for key, n in (("undated", cases.undated), ("left_out", left))
        if n
    ]
    return (" " if view.lang == "en" else "").join(told)


def scale_closure(axes: Axes, end: float, lang: str) -> None:
    """Set the axes of a closure curve: days since found up to `end`, and percent."""
    axes.set_xlim(0, end)
    axes.set_ylim(0, 101)
    axes.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_xlabel(label("axis.days_since_found", lang))


def _mark_medians(axes: Axes, view: View, closure: Closure) -> None:
    """Mark the half-way day of the district and of the whole area, where they are reached."""
    style = load_style()
    for place, (code, day) in enumerate(closure.medians.items()):
        own = code == view.district
        colour = style.roles["main" if own else "before"]
        name = name_place(view) if own else name_area(view)
        axes.plot([day, day], [0, 50], color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
        axes.plot([day], [50], marker="o", color=colour, markersize=5, markeredgecolor=style.paper)
        words = say_exhibit(view, "hazards-closure", "median" if day else "at_once", name=name, days=day)
        # The other's line stops before the words.
        looks = {
            "color": colour if own else style.muted,
            "bbox": back_label(pad=1),
            "va": "center",
            "zorder": 5,
        }
        note_point(axes, words, (day, 50), (8, -14 - 16 * place), **looks)


@exhibit("hazards-overdue")
def tabulate_overdue(view: View, *, most: int = 30) -> display.Table | None:
    """Tabulate at most `most` of all overdue hazards, whenever found, longest overdue first; None if none is
    overdue."""
    rows, lang = list_overdue(view), view.lang
    if rows.empty:
        return None
    severity = name_values(rows["severity"], "hazards", "severity", lang)
    first = rows.head(most)
    premises = dict(zip(first.index, spell_names(first["premises"], lang), strict=True))
    cells = [
        (
            premises[at], quote_entry(row["description"], lang), severity[at],
            write_day(row["found_on"]), write_day(row["deadline"]), row["late"],
        )
        for at, row in first.iterrows()
    ]  # fmt: skip
    return make_table(view, "hazards-overdue", cells, total=len(rows))
