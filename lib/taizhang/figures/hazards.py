"""Charts of hazards: trend, by trade and premises, how fast they are closed, which are overdue."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from taizhang.analysis.naming import (
    describe_source,
    name_area,
    name_month,
    name_period,
    name_place,
    name_span,
    show_day,
    show_text,
)
from taizhang.analysis.rows import (
    choose_months,
    count_classes,
    count_months,
    find_rows,
    is_brief,
    leave_out_of_brief,
    name_values,
    reaches_back,
)
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
from taizhang.metadata.facts import ALL, unit_label
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.survival import estimate_survival

_MOST_DAYS = 180


def mark_rectified(rows: pd.DataFrame, as_of: object) -> pd.Series:
    """Whether each hazard was rectified by a day: rectified_on, or without one closed_on, not after it."""
    done = rows["rectified_on"].fillna(rows["closed_on"])
    return done < pd.Timestamp(str(as_of)) + pd.Timedelta(days=1)


def plot_hazards_trend(view: View) -> display.Figure | None:
    """Hazards found per month, rectified and still open, against the year before.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no hazards were found in the months shown.
    """
    table = view.ledgers.get("hazards")
    months = choose_months(view)
    if table is None or not _within(table["found_on"], months).any():
        return None
    lang, style = view.lang, load_style()
    rows = table[_within(table["found_on"], months)]
    rectified = mark_rectified(rows, view.as_of)
    done = count_months(rows.loc[rectified, "found_on"], months, view.as_of)
    still = count_months(rows.loc[~rectified, "found_on"], months, view.as_of)
    with use_style():
        sheet, axes = make_axes(42 if is_brief(view) else 72)
        key = [
            ("■", label("hazards.rectified", lang), style.roles["done"]),
            ("■", label("hazards.open", lang), style.roles["open"]),
        ]
        before = None
        if view.compares and reaches_back(view.begun("hazards"), months):
            before = count_months(table["found_on"], months - 12)
            key.append(("■", label("hazards.found_before", lang), style.roles["before"]))
        parts = [(done, style.roles["done"]), (still, style.roles["open"])]
        draw_stacked_months(axes, months, parts, lang, before=before)
        draw_key(axes, [*key, ("", label("axis.hazards", lang), style.muted)])
    total = done.fillna(0) + still.fillna(0)
    peak = months[int(total.argmax())]
    return finish_figure(
        sheet,
        id="hazards-trend",
        title=label("figure.hazards_trend.title", lang, span=name_span(months, lang, within=True)),
        alt=label(
            "figure.hazards_trend.alt",
            lang,
            name=name_place(view),
            span=name_span(months, lang),
            n=format_number(total.sum()),
            peak=name_month(peak, lang),
            most=format_number(total.max()),
            open=format_number(still.sum()),
        ),
        source=describe_source(view, "hazards", len(rows)),
    )


def _within(days: pd.Series, months: pd.PeriodIndex) -> pd.Series:
    """Whether days fall in these months."""
    return (days >= months[0].start_time) & (days <= months[-1].end_time)


def plot_hazards_by_trade(view: View) -> display.Figure | None:
    """Hazards found in the period by trade, rectified and open; None where there are none.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
    """
    return _plot_by_class(view, "trade")


@leave_out_of_brief
def plot_hazards_by_premises_type(view: View) -> display.Figure | None:
    """Hazards found in the period by type of premises, rectified and open; None where there are none.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
    """
    return _plot_by_class(view, "premises_type")


@leave_out_of_brief
def plot_hazards_by_category(view: View) -> display.Figure | None:
    """Hazards found in the period by category, rectified and open; None where there are none.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
    """
    return _plot_by_class(view, "category")


def _plot_by_class(view: View, column: str) -> display.Figure | None:
    """Ranked bars of hazards by one column; nothing where no row states it."""
    rows = find_rows(view, "hazards")
    if rows.empty or rows[column].isna().all():
        return None
    lang, style = view.lang, load_style()
    rectified = mark_rectified(rows, view.as_of)
    classes = name_values(rows[column], "hazards", column, lang)
    counts = count_classes(classes, pd.DataFrame({"done": rectified, "open": ~rectified}), lang)
    totals = counts.sum(axis=1)
    with use_style():
        sheet, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(
            axes,
            counts,
            [style.roles["done"], style.roles["open"]],
            texts=[
                label("figure.by_class.bar", lang, n=format_number(total), share=f"{total / len(rows):.0%}")
                for total in totals
            ],
        )
        draw_key(
            axes,
            [
                ("■", label("hazards.rectified", lang), style.roles["done"]),
                ("■", label("hazards.open", lang), style.roles["open"]),
            ],
        )
    leaders = [
        label(
            "figure.by_class.leader",
            lang,
            name=name,
            n=format_number(total),
            share=f"{total / len(rows):.0%}",
        )
        for name, total in totals.head(3).items()
    ]
    return finish_figure(
        sheet,
        id=f"hazards-by-{column.replace('_', '-')}",
        title=label(f"figure.hazards_by_{column}.title", lang, period=name_period(view)),
        alt=label(
            "figure.by_class.alt",
            lang,
            name=name_place(view),
            n=format_number(len(rows)),
            leaders=join_list(leaders, lang),
            open=format_number(counts["open"].sum()),
        ),
        source=describe_source(view, "hazards", len(rows)),
    )


@leave_out_of_brief
def plot_closure_curve(view: View) -> display.Figure | None:
    """Share of the period's hazards rectified within so many days, open ones censored, with its interval.

    The Kaplan-Meier estimate (Kaplan and Meier 1958) with the log-minus-log interval of 95 percent; on
    the spot is nought days. The county's median stands beside it.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no hazards were found in the period.
    """
    rows = find_rows(view, "hazards")
    if rows.empty:
        return None
    lang, style = view.lang, load_style()
    rectified = mark_rectified(rows, view.as_of)
    ended = rows["rectified_on"].fillna(rows["closed_on"]).where(rectified, pd.Timestamp(view.as_of))
    days = (ended - rows["found_on"]).dt.days.clip(lower=0).astype("int64")
    # As the median counts them: on the spot is closed on the day.
    spot = (rows["mode"] == "on_the_spot").fillna(False)
    days, closed = days.where(~spot, 0), rectified | spot
    curve = estimate_survival(days.to_numpy(), closed.to_numpy())
    # The curve starts at nothing rectified, and runs flat to the last day observed.
    last = float(days.max())
    time = np.concatenate([[0.0], curve.time, [last]])
    share = 100 * (1 - np.concatenate([[1.0], curve.survival, curve.survival[-1:]]))
    low = 100 * (1 - np.concatenate([[1.0], curve.high, curve.high[-1:]]))
    high = 100 * (1 - np.concatenate([[1.0], curve.low, curve.low[-1:]]))
    # Beyond the last case closed the curve is flat and has nothing more to say.
    settled = days[closed].max() if closed.any() else last
    end = float(min(max(1.3 * settled, 30), max(last, 1), _MOST_DAYS))
    # One colour for the district and its interval; the county is context.
    with use_style():
        sheet, axes = make_axes(72, grid="both")
        axes.fill_between(
            time,
            low,
            high,
            step="post",
            color=style.roles["main"],
            alpha=0.16,
            lw=0,
        )
        axes.step(time, share, where="post", color=style.roles["main"], linewidth=2)
        axes.set_xlim(0, end)
        axes.set_ylim(0, 101)
        axes.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
        axes.set_xlabel(label("axis.days_since_found", lang))
        draw_key(axes, [("—", label("figure.closure.key", lang), style.roles["main"])])
        _mark_medians(axes, view, end)
    within = {limit: float(share[time <= limit][-1]) for limit in (0, 30)}
    return finish_figure(
        sheet,
        id="hazards-closure",
        title=label("figure.closure.title", lang, period=name_period(view)),
        alt=label(
            "figure.closure.alt",
            lang,
            name=name_place(view),
            n=format_number(len(rows)),
            at_once=format_number(within[0], 1),
            month=format_number(within[30], 1),
            open=format_number((~rectified).sum()),
        ),
        source=describe_source(view, "hazards", len(rows), extra=label("source.interval_km", lang)),
    )


def _mark_medians(axes: Axes, view: View, end: float) -> None:
    """Mark the half-way day of the district and of the whole area, where they are reached."""
    style, lang = load_style(), view.lang
    entries = [(view.district, "main", name_place(view))]
    if view.district != ALL:
        entries.append((ALL, "before", name_area(view)))
    marked = []
    for code, role, name in entries:
        fact = view.fact("hazards.days_to_rectify_median", code)
        if fact is None or pd.isna(fact["value"]) or fact["value"] > end:
            continue
        marked.append((float(fact["value"]), style.roles[role], name))
    for place, (day, colour, name) in enumerate(marked):
        axes.plot([day, day], [0, 50], color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
        axes.plot([day], [50], marker="o", color=colour, markersize=5, markeredgecolor=style.paper)
        axes.annotate(
            label(
                f"figure.closure.{'median' if day else 'at_once'}",
                lang,
                name=name,
                days=format_number(day),
                number=day,
            ),
            (day, 50),
            xytext=(8, -14 - 16 * place),
            textcoords="offset points",
            color=style.muted if colour == style.roles["before"] else colour,
            size=style.small,
            va="center",
            bbox=back_label(pad=1),  # the other's line stops before it
            zorder=5,
        )


def tabulate_overdue(view: View, *, most: int = 30) -> display.Table | None:
    """Hazards of the period still open after their deadline, the longest overdue first.

    Parameters
    ----------
    view : View
    most : int
        Rows shown; a note says how many more there are.

    Returns
    -------
    display.Table or None
        None where none is overdue.
    """
    rows = find_rows(view, "hazards")
    if rows.empty:
        return None
    day, lang = pd.Timestamp(view.as_of), view.lang
    rows = rows[~mark_rectified(rows, view.as_of) & (rows["deadline"] < day)]
    if rows.empty:
        return None
    rows = rows.assign(late=(day - rows["deadline"]).dt.days).sort_values(
        ["late", "found_on", "source_row"], ascending=[False, True, True]
    )
    severity = name_values(rows["severity"], "hazards", "severity", lang)
    shown = rows.head(most)
    cells = tuple(
        (
            display.Cell(show_text(row["premises"], lang)),
            display.Cell(show_text(row["description"], lang)),
            display.Cell(severity[index]),
            display.Cell(show_day(row["found_on"]), show_day(row["found_on"])),
            display.Cell(show_day(row["deadline"]), show_day(row["deadline"])),
            display.Cell(format_number(row["late"]), float(row["late"])),
        )
        for index, row in shown.iterrows()
    )
    notes = [label("table.overdue.note", lang, day=format_date(view.as_of, lang))]
    if len(rows) > most:
        notes.append(label("table.more", lang, shown=most, total=format_number(len(rows))))
    return display.Table(
        id="hazards-overdue",
        title=label("table.overdue.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.premises", lang)),
            display.Column(label("column.description", lang)),
            display.Column(label("column.severity", lang)),
            display.Column(label("column.found_on", lang)),
            display.Column(label("column.deadline", lang)),
            display.Column(label("column.days_late", lang), unit_label("days", lang), "right"),
        ),
        rows=cells,
        notes=tuple(notes),
    )
