"""When things happen: key periods compared with other days, months of the year, and whether a series is steady."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import name_month, say_ratio
from taizhang.analysis.rows import total_counts
from taizhang.analysis.time import (
    KINDS,
    WITHIN_DAYS,
    find_extremes,
    group_spans,
    list_periods,
    list_signals,
    name_pattern,
)
from taizhang.analysis.verdicts import judge_charts, judge_key_periods, judge_months
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import Looks, finish_figure, make_drawing, tidy_axes, use_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, draw_line, label_months
from taizhang.figures.tables import make_table, write_number
from taizhang.figures.tidy import name_index
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.control import Chart


@exhibit("key-periods")
def plot_key_periods(view: View) -> display.Figure | None:
    """Plot hazards per inspection and incidents per day in key periods, relative to other days, with intervals.

    None if neither hazards nor incidents have enough rows.
    """
    shown = judge_key_periods(view, "hazards", "incidents")
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
    return finish_figure(
        drawing, view, "key-periods", data=lambda: _join_kinds(shown, "ledger", "key_period"),
        ledgers=tuple(shown), none=not apart, apart=names_, span=span,
    )  # fmt: skip


def _join_kinds(parts: Mapping[str, pd.DataFrame], name: str, index: str) -> pd.DataFrame:
    """Tables one below the other, with the name of each, and their index as a column."""
    named = [name_index(part, index).assign(**{name: key}) for key, part in parts.items()]
    table = pd.concat(named, ignore_index=True)
    return table[[name, *(column for column in table if column != name)]]


def _draw_ratios(axes: Axes, part: pd.DataFrame, names: list[str], shift: float, colour: str) -> None:
    """One kind's ratios with their intervals; a ratio of zero is an arrow at the edge, one not known nothing."""
    part = part[part["ratio"].notna()]
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
    """Say which days were examined, for each ledger if they differ."""
    lang, spans = view.lang, group_spans(parts)
    key, said = "source.key_span" if len(spans) == 1 else "source.key_span_of", []
    for days, kinds in spans.items():
        first, last = (format_date(day, lang) for day in days)
        names = join_list([view.kinds[kind].label(lang) for kind in kinds], lang)
        said.append(label(key, lang, kinds=names, first=first, last=last))
    return ("" if lang == "zh" else " ").join(said)


@exhibit("key-periods-table")
def tabulate_key_periods(view: View, *kinds: str) -> display.Table | None:
    """Tabulate counts, rates per day or inspection, and ratios in key periods and outside them.

    Covers hazards, inspections and incidents unless kinds are named; None if none has enough rows.
    """
    lang, rows = view.lang, []
    shown = judge_key_periods(view, *(kinds or KINDS))
    for kind, part in shown.items():
        for name, row in part.iterrows():
            count = say_exhibit(view, "key-periods-table", "count", n=row["inside"], days=row["days_inside"])
            rates = (row[f"rate_{side}"] for side in ("inside", "outside"))
            per = label(f"season.per.{part.attrs['per']}", lang)
            rows.append(
                (
                    label(f"season.{name}", lang),
                    say_exhibit(
                        view, "key-periods-table", "ledger", kind=view.kinds[kind].label(lang), per=per
                    ),
                    write_number(row["inside"], text=count),
                    *(write_number(rate, 2) if np.isfinite(rate) else "—" for rate in rates),
                    # A notebook's messages hold no infinite numbers: of none on other days there is no number of times.
                    display.Cell(
                        say_ratio(row, lang), float(row["ratio"]) if np.isfinite(row["ratio"]) else None
                    ),
                    label(f"season.verdict.{row['verdict']}", lang),
                )
            )
    if not rows:
        return None
    notes = (_say_span(shown, view), say_exhibit(view, "key-periods-table", "note"))
    return make_table(view, "key-periods-table", rows, notes=notes, dense=True)


@exhibit("seasons")
def plot_seasons(view: View, kind: str) -> display.Figure | None:
    """Plot each month of the year compared with the average month, over whole years, with intervals.

    None with fewer than two whole years, or too few rows.
    """
    months = judge_months(view, kind)
    if months is None:
        return None
    lang, style = view.lang, load_style()
    with use_axes(66) as (drawing, axes):
        axes.axhline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for part, role in ((~months["apart"], "main"), (months["apart"], "open")):
            chosen, colour = months[part], style.roles[role]
            axes.vlines(chosen.index, chosen["low"], chosen["high"], color=colour, linewidth=2, alpha=0.45)
            axes.scatter(chosen.index, chosen["ratio"], s=34, color=colour, zorder=3)
        named = range(1, 13, 3 if style.narrow else 1)
        axes.set_xticks(named, [label(f"month.short.{month}", lang) for month in named])
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
    return finish_figure(
        drawing,
        view,
        "seasons",
        rows,
        data=lambda: name_index(months, "month"),
        id=id,
        ledgers=(kind,),
        told=told,
        none=name_pattern(months) == "within",
    )


@exhibit("hazards-control")
def plot_control(view: View) -> display.Figure | None:
    """Plot control charts by month: hazards found, and the share rectified within thirty days.

    None if neither has a chart.
    """
    steadiness = judge_charts(view)
    if steadiness is None or not steadiness.charts:
        return None
    lang, charts = view.lang, steadiness.charts
    with use_style():
        drawing = make_drawing(46 + 40 * (len(charts) - 1))
        panels = drawing.subplots(len(charts), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (part, chart) in zip(panels, charts.items(), strict=True):
            tidy_axes(axes)
            _draw_chart(axes, chart, 100.0 if part == "share" else 1.0)
            draw_key(axes, _list_key(part, chart, lang))
            if part == "share":
                axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
            else:
                axes.set_ylim(bottom=0)
        months = pd.PeriodIndex(next(iter(charts.values())).points.index)
        label_months(panels[-1], months, lang)
    words, sought = [], []
    none = not any(len(list_signals(chart)) or chart.since is not None for chart in charts.values())
    for part, chart in charts.items():
        said = say_exhibit(view, "hazards-control", part, n=len(list_signals(chart)))
        if chart.since is not None:
            month = name_month(chart.since, lang)
            said = say_exhibit(view, "hazards-control", "since", words=said, month=month)
        words.append(said)
        power = format_number(min(100 * chart.power, 99))
        sought.append(say_exhibit(view, "hazards-control", f"sought_{part}", power=power))
    lacking = [
        say_exhibit(view, "hazards-control", f"lacking_{part}_{why}")
        for part, why in steadiness.lacking.items()
    ]
    join = "" if lang == "zh" else " "
    told = {"words": label("change.join", lang).join(words), "sought": join.join(sought)}
    said = join.join(["", *lacking])
    rows = int(total_counts(charts["found"].points[["value"]]).whole) if "found" in charts else None
    points = {part: chart.points for part, chart in charts.items()}
    return finish_figure(
        drawing, view, "hazards-control", rows, data=lambda: _join_kinds(points, "chart", "month"),
        none=none, told=told | {"lacking": said},
    )  # fmt: skip


def _list_key(part: str, chart: Chart, lang: str) -> list[tuple[str, str, str]]:
    """Return what a chart shows, and the marks that are in it."""
    style = load_style()
    key = [("", label(f"control.{part}", lang, days=WITHIN_DAYS), style.ink)]
    for signal, name in (("limits", "signal"), ("level", "level")):
        if (chart.points["signal"] == signal).any():
            key.append((_MARKS[signal], label(f"control.{name}", lang), style.roles["open"]))
    return key


_MARKS = {"limits": "●", "level": "○"}


def _draw_chart(axes: Axes, chart: Chart, scale: float) -> None:
    """A series with what is expected of each month, the months that stand out, and those after a change of level."""
    style, points = load_style(), chart.points
    places = np.arange(len(points))
    low, high = scale * points["low"], scale * points["high"]
    faint: Looks = {"color": style.faint, "alpha": 0.5, "lw": 0}
    axes.fill_between(places, low, high, step="mid", **faint)
    # A month between others without any has limits too.
    known = points["low"].notna().to_numpy()
    alone = known & ~np.append(False, known[:-1]) & ~np.append(known[1:], False)
    axes.bar(places[alone], high[alone] - low[alone], 1.0, bottom=low[alone], zorder=1, **faint)
    axes.plot(places, scale * points["centre"], color=style.muted, linewidth=1.1, linestyle=(0, (4, 2)))
    draw_line(axes, places, scale * points["value"].to_numpy(float), color=style.roles["main"], linewidth=1.6)
    signal = points["signal"]
    for kind, role, size in (("", "main", 18), ("limits", "open", 40), ("level", "open", 30)):
        part = (signal == kind).to_numpy()
        colour = style.roles[role]
        face = style.paper if kind == "level" else colour
        axes.scatter(
            places[part], scale * points["value"][part], s=size, facecolor=face, edgecolor=colour, zorder=3
        )
