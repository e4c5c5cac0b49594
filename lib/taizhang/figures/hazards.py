"""Charts of hazards: trend, by trade and premises, how fast they are closed, which are overdue."""

import pandas as pd
from matplotlib.axes import Axes

from taizhang.analysis.closure import MONTH, Closure, follow_closure
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.hazards import count_by, follow_months, list_overdue
from taizhang.analysis.naming import name_area, name_month, name_place, name_span, show_day, show_text
from taizhang.analysis.rows import is_brief, name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import (
    back_label,
    bars_height,
    draw_key,
    draw_ranked_bars,
    draw_stacked_months,
)
from taizhang.figures.tables import make_table
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

Key = list[tuple[str, str, str]]


def _name_parts(lang: str) -> Key:
    """The key of rectified and open."""
    roles = load_style().roles
    parts = (("hazards.rectified", "done"), ("hazards.open", "open"))
    return [("■", label(word, lang), roles[role]) for word, role in parts]


@exhibit("hazards-trend")
def plot_hazards_trend(view: View) -> display.Figure | None:
    """Hazards found per month, rectified and still open, against the year before; None where there were none."""
    trend = follow_months(view)
    if trend is None:
        return None
    lang, style, months = view.lang, load_style(), pd.PeriodIndex(trend.counts.index)
    with use_style():
        drawing, axes = make_axes(42 if is_brief(view) else 72)
        key = _name_parts(lang)
        if trend.before is not None:
            key.append(("■", label("hazards.found_before", lang), style.roles["before"]))
        parts = [
            (trend.counts["rectified"], style.roles["done"]),
            (trend.counts["open"], style.roles["open"]),
        ]
        draw_stacked_months(axes, months, parts, lang, before=trend.before)
        draw_key(axes, [*key, ("", label("axis.hazards", lang), style.muted)])
    total = trend.counts.fillna(0).sum(axis=1)
    return finish_figure(
        drawing,
        view,
        "hazards-trend",
        trend.rows,
        span=name_span(months, lang, within=True),
        months=name_span(months, lang),
        n=total.sum(),
        peak=name_month(months[int(total.argmax())], lang),
        most=total.max(),
        open=trend.counts["open"].sum(),
    )


@exhibit("hazards-by-trade")
def plot_hazards_by_trade(view: View) -> display.Figure | None:
    """Hazards found in the period by trade, rectified and open; None where none states it."""
    return _plot_by_class(view, "trade")


@exhibit("hazards-by-premises-type")
def plot_hazards_by_premises_type(view: View) -> display.Figure | None:
    """Hazards found in the period by type of premises, rectified and open; None where none states it."""
    return _plot_by_class(view, "premises_type")


@exhibit("hazards-by-category")
def plot_hazards_by_category(view: View) -> display.Figure | None:
    """Hazards found in the period by category, rectified and open; None where none states it."""
    return _plot_by_class(view, "category")


def _plot_by_class(view: View, column: str) -> display.Figure | None:
    """Ranked bars of hazards by one column."""
    counts = count_by(view, column)
    if counts is None:
        return None
    totals, n = counts.sum(axis=1), counts.to_numpy().sum()
    shares = [{"n": total, "share": f"{total / n:.0%}"} for total in totals]
    with use_style():
        drawing, axes = make_axes(bars_height(len(counts)), grid="")
        key = _name_parts(view.lang)
        texts = [say_exhibit(view, "hazards-by-class", "bar", **share) for share in shares]
        draw_ranked_bars(axes, counts, [colour for _, _, colour in key], texts=texts)
        draw_key(axes, key)
    leaders = [
        say_exhibit(view, "hazards-by-class", "leader", name=name, **share)
        for name, share in list(zip(counts.index, shares, strict=True))[:3]
    ]
    return finish_figure(
        drawing,
        view,
        f"hazards-by-{column.replace('_', '-')}",
        int(n),
        n=n,
        leaders=join_list(leaders, view.lang),
        open=counts["open"].sum(),
    )


@exhibit("hazards-closure")
def plot_closure_curve(view: View) -> display.Figure | None:
    """Share of the period's hazards rectified within so many days, open ones censored, with its interval.

    The county's median stands beside the district's. None where no hazards were found.
    """
    closure = follow_closure(view)
    if closure is None:
        return None
    style, curve = load_style(), closure.curve
    main = style.roles["main"]
    # One colour for the district and its interval; the county is context.
    with use_style():
        drawing, axes = make_axes(72, grid="both")
        axes.fill_between(curve.time, curve.low, curve.high, step="post", color=main, alpha=0.16, lw=0)
        axes.step(curve.time, curve.share, where="post", color=main, linewidth=2)
        scale_closure(axes, closure.end, view.lang)
        draw_key(axes, [("—", say_exhibit(view, "hazards-closure", "key"), main)])
        _mark_medians(axes, view, closure)
    return finish_figure(
        drawing,
        view,
        "hazards-closure",
        len(closure.cases.rows),
        n=len(closure.cases.rows),
        at_once=format_number(curve.within(0), 1),
        month=format_number(curve.within(MONTH), 1),
        open=closure.cases.open.sum(),
    )


def scale_closure(axes: Axes, end: float, lang: str) -> None:
    """Axes of a closure curve: days since found up to `end`, and percent."""
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
        axes.annotate(
            say_exhibit(view, "hazards-closure", "median" if day else "at_once", name=name, days=day),
            (day, 50),
            xytext=(8, -14 - 16 * place),
            textcoords="offset points",
            color=colour if own else style.muted,
            size=style.small,
            va="center",
            bbox=back_label(pad=1),  # the other's line stops before it
            zorder=5,
        )


@exhibit("hazards-overdue")
def tabulate_overdue(view: View, *, most: int = 30) -> display.Table | None:
    """The period's overdue hazards, the longest overdue first, `most` at most; None where none is overdue."""
    rows, lang = list_overdue(view), view.lang
    if rows.empty:
        return None
    severity = name_values(rows["severity"], "hazards", "severity", lang)
    cells = [
        (
            display.Cell(show_text(row["premises"], lang)),
            display.Cell(show_text(row["description"], lang)),
            display.Cell(severity[index]),
            display.Cell(show_day(row["found_on"]), show_day(row["found_on"])),
            display.Cell(show_day(row["deadline"]), show_day(row["deadline"])),
            display.Cell(format_number(row["late"]), float(row["late"])),
        )
        for index, row in rows.head(most).iterrows()
    ]
    return make_table(view, "hazards-overdue", cells, total=len(rows))
