"""When things happen: key periods against other days, the months of the year, and whether a series is steady."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import say_ratio
from taizhang.analysis.rows import total_counts
from taizhang.analysis.time import (
    KINDS,
    WITHIN_DAYS,
    chart_hazards,
    find_extremes,
    find_months,
    group_spans,
    list_key_periods,
    list_periods,
    list_signals,
    name_pattern,
)
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import Looks, finish_figure, make_drawing, tidy_axes, use_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, label_months
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("key-periods")
def plot_key_periods(view: View) -> display.Figure | None:
    """Findings and incidents per day in key periods, as times those of other days, with intervals.

    None where neither hazards nor incidents have rows enough.
    """
    shown = list_key_periods(view, "hazards", "incidents")
    if not shown:
        return None
    lang, style = view.lang, load_style()
    names = list_periods(shown)
    colours = {"hazards": style.roles["main"], "incidents": style.roles["open"]}
    with use_axes(bars_height(len(names), above=24), grid="x") as (drawing, axes):
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for shift, (kind, part) in zip((0.16, -0.16), shown.items(), strict=False):
            _draw_ratios(axes, part, names, shift if len(shown) > 1 else 0, colours[kind])
        axes.set_yticks(range(len(names) - 1, -1, -1), [label(f"season.{name}", lang) for name in names])
        axes.set_ylim(-0.6, len(names) - 0.4)
        _scale_ratios(axes)
        axes.set_xlabel(label("axis.times_other_days", lang))
        draw_key(axes, [("●", view.kinds[kind].label(lang), colours[kind]) for kind in shown])
    apart = []
    for kind, part in shown.items():
        for name, row in part[part["verdict"] != "alike"].iterrows():
            told = {"kind": view.kinds[kind].label(lang), "ratio": format_number(row["ratio"], 2)}
            how = "one" if np.isfinite(row["ratio"]) else "only"
            apart.append(say_exhibit(view, "key-periods", how, season=label(f"season.{name}", lang), **told))
    names_ = join_list(apart, lang) or label("word.none", lang)
    span = _say_span(shown, view)
    return finish_figure(drawing, view, "key-periods", ledgers=tuple(shown), apart=names_, span=span)


def _draw_ratios(axes: Axes, part: pd.DataFrame, names: list[str], shift: float, colour: str) -> None:
    """One kind's ratios with their intervals; a ratio of nought is an arrow at the edge."""
    places = np.array([len(names) - 1 - names.index(name) for name in part.index]) + shift
    low, high = part["low"].clip(lower=0.05), part["high"].clip(upper=20)
    axes.hlines(places, low, high, color=colour, linewidth=2, alpha=0.45)
    some = (part["ratio"] > 0.05).to_numpy()
    axes.scatter(part["ratio"][some].clip(upper=20), places[some], s=34, color=colour, zorder=3)
    axes.scatter(np.full((~some).sum(), 0.055), places[~some], s=34, color=colour, marker="<", zorder=3)


def _scale_ratios(axes: Axes) -> None:
    """A log scale of plain numbers."""
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    ticks = [tick for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if low <= tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _say_span(parts: Mapping[str, pd.DataFrame], view: View) -> str:
    """Which days were looked at; where ledgers differ, of each."""
    lang, spans = view.lang, group_spans(parts)
    key, said = "source.key_span" if len(spans) == 1 else "source.key_span_of", []
    for days, kinds in spans.items():
        first, last = (format_date(day, lang) for day in days)
        names = join_list([view.kinds[kind].label(lang) for kind in kinds], lang)
        said.append(label(key, lang, kinds=names, first=first, last=last))
    return ("" if lang == "zh" else " ").join(said)


@exhibit("key-periods-table")
def tabulate_key_periods(view: View, *kinds: str) -> display.Table | None:
    """Counts, rates per day and ratios in key periods and outside them.

    Of hazards, inspections and incidents where no kind is named; None where none has rows enough.
    """
    lang, rows = view.lang, []
    shown = list_key_periods(view, *(kinds or KINDS))
    for kind, part in shown.items():
        for name, row in part.iterrows():
            count = say_exhibit(view, "key-periods-table", "count", n=row["inside"], days=row["days_inside"])
            per_day = (row[f"per_day_{side}"] for side in ("inside", "outside"))
            rows.append(
                (
                    label(f"season.{name}", lang),
                    view.kinds[kind].label(lang),
                    write_number(row["inside"], text=count),
                    *(write_number(rate, 2) for rate in per_day),
                    display.Cell(say_ratio(row, lang), float(row["ratio"])),
                    label(f"season.verdict.{row['verdict']}", lang),
                )
            )
    if not rows:
        return None
    notes = (_say_span(shown, view), say_exhibit(view, "key-periods-table", "note"))
    return make_table(view, "key-periods-table", rows, notes=notes, dense=True)


@exhibit("seasons")
def plot_seasons(view: View, kind: str) -> display.Figure | None:
    """Each month of the year against the average month, over whole years, with intervals.

    None with fewer than two whole years, or too few rows.
    """
    months = find_months(view, kind)
    if months is None:
        return None
    lang, style = view.lang, load_style()
    with use_axes(66) as (drawing, axes):
        axes.axhline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for part, role in ((~months["apart"], "main"), (months["apart"], "open")):
            chosen, colour = months[part], style.roles[role]
            axes.vlines(chosen.index, chosen["low"], chosen["high"], color=colour, linewidth=2, alpha=0.45)
            axes.scatter(chosen.index, chosen["ratio"], s=34, color=colour, zorder=3)
        axes.set_xticks(range(1, 13), [label(f"month.short.{month}", lang) for month in range(1, 13)])
        axes.set_xlim(0.5, 12.5)
        axes.set_ylim(0, None)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        key = [("┆", label("season.average_month", lang), style.roles["before"])]
        if months["apart"].any():
            key.append(("●", label("season.apart", lang), style.roles["open"]))
        draw_key(axes, key)
    high, low = find_extremes(months)
    first, last = months.attrs["span"]
    told = {
        "kind": view.kinds[kind].label(lang), "words": label(f"season.pattern.{name_pattern(months)}", lang),
        "high": label(f"month.long.{high}", lang), "most": format_number(months["ratio"][high], 2),
        "low": label(f"month.long.{low}", lang), "least": format_number(months["ratio"][low], 2),
        "first": str(first), "last": str(last),
    }  # fmt: skip
    id, rows = f"seasons-{kind.replace('_', '-')}", int(total_counts(months[["events"]]).whole)
    return finish_figure(drawing, view, "seasons", rows, id=id, ledgers=(kind,), told=told)


@exhibit("hazards-control")
def plot_control(view: View) -> display.Figure | None:
    """Control charts by month: hazards found, and the share rectified within thirty days.

    None with fewer than twelve months of hazards, or where their counts are withheld; without the share where that
    can't be known.
    """
    charts = chart_hazards(view)
    if charts is None:
        return None
    lang, style = view.lang, load_style()
    found, share = charts
    with use_style():
        drawing = make_drawing(86 if share is not None else 46)
        parts = [(found, 1.0, label("control.found", lang))]
        if share is not None:
            parts.append((share, 100.0, label("control.share", lang, days=WITHIN_DAYS)))
        panels = drawing.subplots(len(parts), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (chart, scale, words) in zip(panels, parts, strict=True):
            tidy_axes(axes)
            _draw_chart(axes, chart, scale)
            signal = ("●", label("control.signal", lang), style.roles["open"])
            draw_key(axes, [("", words, style.ink), signal])
        panels[0].set_ylim(bottom=0)
        if share is not None:
            panels[1].yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
        label_months(panels[-1], pd.PeriodIndex(found.index), lang)
    said = "" if share is None else say_exhibit(view, "hazards-control", "share", m=len(list_signals(share)))
    extra = say_exhibit(view, "hazards-control", "found_alone") if share is None else ""
    n = len(list_signals(found))
    total = int(total_counts(found[["value"]]).whole)
    return finish_figure(drawing, view, "hazards-control", total, extra=extra, n=n, share=said)


def _draw_chart(axes: Axes, chart: pd.DataFrame, scale: float) -> None:
    """A series with its centre, its limits, and the points that a run rule calls."""
    style = load_style()
    places = np.arange(len(chart))
    low, high = scale * chart["low"], scale * chart["high"]
    faint: Looks = {"color": style.faint, "alpha": 0.5, "lw": 0}
    axes.fill_between(places, low, high, step="mid", **faint)
    # A month between others without any has limits too.
    known = chart["low"].notna().to_numpy()
    alone = known & ~np.append(False, known[:-1]) & ~np.append(known[1:], False)
    axes.bar(places[alone], high[alone] - low[alone], 1.0, bottom=low[alone], zorder=1, **faint)
    axes.plot(places, scale * chart["centre"], color=style.muted, linewidth=1.1, linestyle=(0, (4, 2)))
    axes.plot(places, scale * chart["value"], color=style.roles["main"], linewidth=1.6)
    called = chart.index.isin(list_signals(chart))
    for part, role, size in ((~called, "main", 18), (called, "open", 40)):
        axes.scatter(places[part], scale * chart["value"][part], s=size, color=style.roles[role], zorder=3)
