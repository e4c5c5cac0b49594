"""When things happen: key periods against other days, the months of the year, and whether a series is steady."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from taizhang.analysis.naming import describe_source, name_place, say_ratio
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.time import find_span
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.facts import hazards
from taizhang.figures.canvas import finish_figure, make_axes, make_drawing, tidy_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, label_months
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.control import chart_shares, chart_values
from taizhang.stats.periods import FEWEST_YEARS, compare_periods, describe_months, list_holidays, list_seasons

KINDS = ("hazards", "inspections", "incidents")
WITHIN_DAYS = 30
_YEARS = 5
_FEWEST = 20  # events below which months and key periods say nothing
_MONTHS = 24


def compare_key_periods(view: View, kind: str) -> pd.DataFrame | None:
    """Events per day in each key period against other days, as from `stats.periods.compare_periods`.

    Holidays are held against all days that are in none of them, a season against the rest of the year.

    Parameters
    ----------
    view : View
    kind : str

    Returns
    -------
    pandas.DataFrame or None
        None where there are too few rows.
    """
    span = find_span(view, kind)
    if span is None:
        return None
    column = view.kinds[kind].date
    days = view.ledgers[kind][column]
    inside = days[(days >= pd.Timestamp(span[0])) & (days < pd.Timestamp(span[1]) + pd.Timedelta(days=1))]
    if len(inside) < _FEWEST:
        return None
    parts = [compare_periods(inside, list_holidays(*span), *span)]
    seasons: dict[str, tuple[str, str]] = view.settings.get("seasons", {})  # type: ignore[assignment]
    for name, season in seasons.items():
        parts.append(compare_periods(inside, list_seasons(name, season, *span), *span))
    found = pd.concat([part for part in parts if not part.empty]) if any(len(p) for p in parts) else None
    if found is None or found.empty:
        return None
    found.attrs["span"] = span
    return found


@leave_out_of_brief
def plot_key_periods(view: View) -> display.Figure | None:
    """Findings and incidents per day in key periods, as times those of other days, with intervals.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where neither hazards nor incidents have rows enough.
    """
    found = {kind: compare_key_periods(view, kind) for kind in ("hazards", "incidents")}
    shown = {kind: part for kind, part in found.items() if part is not None}
    if not shown:
        return None
    lang, style = view.lang, load_style()
    names = list(dict.fromkeys(name for part in shown.values() for name in part.index))
    roles = {"hazards": "main", "incidents": "open"}
    with use_style():
        sheet, axes = make_axes(bars_height(len(names), above=24), grid="x")
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for shift, (kind, part) in zip((0.16, -0.16), shown.items(), strict=False):
            _draw_ratios(axes, part, names, shift if len(shown) > 1 else 0, style.roles[roles[kind]])
        axes.set_yticks(range(len(names) - 1, -1, -1), [label(f"season.{name}", lang) for name in names])
        axes.set_ylim(-0.6, len(names) - 0.4)
        _scale_ratios(axes)
        axes.set_xlabel(label("axis.times_other_days", lang))
        draw_key(axes, [("●", view.kinds[kind].label(lang), style.roles[roles[kind]]) for kind in shown])
    kind, *others = shown
    how = label("source.key_periods", lang, span=_say_span(shown, view))
    apart = [
        label("figure.key_periods.one", lang, kind=view.kinds[k].label(lang), name=label(f"season.{n}", lang),
              ratio=format_number(row["ratio"], 2))
        for k, part in shown.items()
        for n, row in part.iterrows()
        if row["low"] > 1 or row["high"] < 1
    ]  # fmt: skip
    return finish_figure(
        sheet,
        id="key-periods",
        title=label("figure.key_periods.title", lang),
        alt=label(
            "figure.key_periods.alt",
            lang,
            name=name_place(view),
            apart=join_list(apart, lang) or label("word.none", lang),
        ),
        source=describe_source(view, kind, also=others, extra=how),
    )


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
    lang = view.lang
    spans: dict[tuple[date, date], list[str]] = {}
    for kind, part in parts.items():
        spans.setdefault(part.attrs["span"], []).append(view.kinds[kind].label(lang))
    key = "source.key_span" if len(spans) == 1 else "source.key_span_of"
    return ("" if lang == "zh" else " ").join(
        label(
            key,
            lang,
            kinds=join_list(kinds, lang),
            first=format_date(first, lang),
            last=format_date(last, lang),
        )
        for (first, last), kinds in spans.items()
    )


@leave_out_of_brief
def tabulate_key_periods(view: View, *kinds: str) -> display.Table | None:
    """Counts, rates per day and ratios in key periods and outside them.

    Parameters
    ----------
    view : View
    *kinds : str
        Ledger kinds; hazards, inspections and incidents where left out.

    Returns
    -------
    display.Table or None
        None where no kind has rows enough.
    """
    lang, rows = view.lang, []
    found = {kind: compare_key_periods(view, kind) for kind in kinds or KINDS}
    shown = {kind: part for kind, part in found.items() if part is not None}
    for kind, part in shown.items():
        for name, row in part.iterrows():
            verdict = "higher" if row["low"] > 1 else "lower" if row["high"] < 1 else "alike"
            rows.append(
                (
                    display.Cell(label(f"season.{name}", lang)),
                    display.Cell(view.kinds[kind].label(lang)),
                    display.Cell(
                        label("table.key_periods.count", lang, n=format_number(row["inside"]),
                              days=format_number(row["days_inside"])), float(row["inside"])),
                    display.Cell(format_number(row["inside"] / row["days_inside"], 2),
                                 float(row["inside"] / row["days_inside"])),
                    display.Cell(format_number(row["outside"] / row["days_outside"], 2),
                                 float(row["outside"] / row["days_outside"])),
                    display.Cell(say_ratio(row, lang), float(row["ratio"])),
                    display.Cell(label(f"season.verdict.{verdict}", lang)),
                )
            )  # fmt: skip
    if not rows:
        return None
    heads = ("period", "ledger", "inside", "per_day_inside", "per_day_outside", "ratio", "verdict")
    return display.Table(
        id="key-periods-table",
        title=label("table.key_periods.title", lang),
        columns=tuple(
            display.Column(label(f"column.key_periods.{name}", lang), "", "right" if 1 < n < 6 else "left")
            for n, name in enumerate(heads)
        ),
        rows=tuple(rows),
        notes=(_say_span(shown, view), label("table.key_periods.note", lang)),
        dense=True,
    )


@leave_out_of_brief
def plot_seasons(view: View, kind: str) -> display.Figure | None:
    """Each month of the year against the average month, over whole years, with intervals.

    Parameters
    ----------
    view : View
    kind : str

    Returns
    -------
    display.Figure or None
        None with fewer than two whole years, or too few rows.
    """
    months = find_months(view, kind)
    if months is None:
        return None
    lang, style = view.lang, load_style()
    apart = (months["low"] > 1) | (months["high"] < 1)
    with use_style():
        sheet, axes = make_axes(66)
        axes.axhline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for part, role in ((~apart, "main"), (apart, "open")):
            chosen = months[part]
            axes.vlines(chosen.index, chosen["low"], chosen["high"], color=style.roles[role], linewidth=2,
                        alpha=0.45)  # fmt: skip
            axes.scatter(chosen.index, chosen["ratio"], s=34, color=style.roles[role], zorder=3)
        axes.set_xticks(range(1, 13), [label(f"month.short.{month}", lang) for month in range(1, 13)])
        axes.set_xlim(0.5, 12.5)
        axes.set_ylim(0, None)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        key = [("┆", label("season.average_month", lang), style.roles["before"])]
        if apart.any():
            key.append(("●", label("season.apart", lang), style.roles["open"]))
        draw_key(axes, key)
    years: tuple[int, int] = months.attrs["span"]
    beyond = "beyond" if months.attrs["p"] < 0.05 else "within"
    high, low = int(months["ratio"].idxmax()), int(months["ratio"].idxmin())
    return finish_figure(
        sheet,
        id=f"seasons-{kind.replace('_', '-')}",
        title=label("figure.seasons.title", lang, kind=view.kinds[kind].label(lang)),
        alt=label(
            "figure.seasons.alt",
            lang,
            name=name_place(view),
            high=label(f"month.long.{high}", lang),
            most=format_number(months["ratio"][high], 2),
            low=label(f"month.long.{low}", lang),
            least=format_number(months["ratio"][low], 2),
            words=label(f"season.pattern.{beyond}", lang),
        ),
        source=describe_source(
            view,
            kind,
            int(months["events"].sum()),
            extra=label("source.seasons", lang, first=years[0], last=years[1]),
        ),
    )


def find_months(view: View, kind: str) -> pd.DataFrame | None:
    """The months' pattern over whole calendar years, as from `stats.periods.describe_months`."""
    span = find_span(view, kind)
    if span is None:
        return None
    last = span[1].year if (span[1].month, span[1].day) == (12, 31) else span[1].year - 1
    days = view.ledgers[kind][view.kinds[kind].date].dropna()
    begun = view.begun(kind).date()
    first = max(begun.year if begun <= date(begun.year, 1, 31) else begun.year + 1, last - _YEARS + 1)
    if last - first + 1 < FEWEST_YEARS:
        return None
    months = describe_months(days, first, last)
    if months["events"].sum() < _FEWEST:
        return None
    months.attrs["span"] = (first, last)
    return months


@leave_out_of_brief
def plot_control(view: View) -> display.Figure | None:
    """Control charts by month: hazards found, and the share rectified within thirty days.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None with fewer than twelve months of hazards, or where their counts are withheld.
    """
    charts = chart_hazards(view)
    if charts is None:
        return None
    lang, style = view.lang, load_style()
    found, share = charts
    with use_style():
        sheet = make_drawing(86)
        above, below = sheet.subplots(2, 1, sharex=True)
        for axes, chart, scale, words in (
            (above, found, 1.0, label("control.found", lang)),
            (below, share, 100.0, label("control.share", lang, days=WITHIN_DAYS)),
        ):
            tidy_axes(axes)
            _draw_chart(axes, chart, scale)
            draw_key(
                axes, [("", words, style.ink), ("●", label("control.signal", lang), style.roles["open"])]
            )
        above.set_ylim(bottom=0)
        below.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
        label_months(below, pd.PeriodIndex(found.index), lang)
    signals = [int((chart["signal"] != "").sum()) for chart in charts]
    return finish_figure(
        sheet,
        id="hazards-control",
        title=label("figure.control.title", lang),
        alt=label("figure.control.alt", lang, name=name_place(view), n=signals[0], m=signals[1]),
        source=describe_source(
            view, "hazards", int(found["value"].sum()), extra=label("source.control", lang)
        ),
    )


def chart_hazards(view: View) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """The two charts of `plot_control`: found per month (XmR) and rectified within thirty days (p)."""
    span = find_span(view, "hazards")
    if span is None:
        return None
    end = pd.Period(span[1], "M")
    if span[1] < end.end_time.date():
        end -= 1  # a month that isn't over has no count yet
    table = view.recorded("hazards").frame()
    first = max(end - _MONTHS + 1, pd.Period(view.begun("hazards"), "M"))
    months = pd.period_range(first, end, freq="M")
    if len(months) < 12:
        return None
    of = table["found_on"].dt.to_period("M")
    found = of.value_counts().reindex(months, fill_value=0).astype(float)
    # A hazard found less than thirty days ago can't say yet whether it will be rectified within them.
    due = view.recorded("hazards").test(hazards.was_found_before(WITHIN_DAYS))
    soon = view.recorded("hazards").test(hazards.is_closed_within(WITHIN_DAYS))
    total = of[due].value_counts().reindex(months, fill_value=0)
    count = of[due & soon].value_counts().reindex(months, fill_value=0)
    return chart_values(found), chart_shares(count, total)


def _draw_chart(axes: Axes, chart: pd.DataFrame, scale: float) -> None:
    """A series with its centre, its limits, and the points that a run rule calls."""
    style = load_style()
    places = np.arange(len(chart))
    axes.fill_between(
        places, scale * chart["low"], scale * chart["high"], step="mid", color=style.faint, alpha=0.5, lw=0
    )
    # A month between others without any has limits too.
    known = chart["low"].notna().to_numpy()
    alone = known & ~np.append(False, known[:-1]) & ~np.append(known[1:], False)
    low, high = scale * chart["low"][alone], scale * chart["high"][alone]
    axes.bar(places[alone], high - low, 1.0, bottom=low, color=style.faint, alpha=0.5, lw=0, zorder=1)
    axes.plot(places, scale * chart["centre"], color=style.muted, linewidth=1.1, linestyle=(0, (4, 2)))
    axes.plot(places, scale * chart["value"], color=style.roles["main"], linewidth=1.6)
    called = (chart["signal"] != "").to_numpy()
    for part, role, size in ((~called, "main", 18), (called, "open", 40)):
        axes.scatter(places[part], scale * chart["value"][part], s=size, color=style.roles[role], zorder=3)
