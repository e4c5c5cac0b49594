"""Charts of inspections: visits per month, and by mode."""

import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.inspections import VisitTrend, count_modes, follow_months
from taizhang.analysis.naming import name_leaders, tell_peak
from taizhang.analysis.rows import total_counts
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.marks import draw_key, draw_stacked_months, plot_bars
from taizhang.figures.tidy import name_index
from taizhang.metadata.formats import format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("inspections-trend")
def plot_inspections_trend(view: View) -> display.Figure | None:
    """Plot visits per month against the year before; None if there was no visit in the months shown."""
    trend = follow_months(view)
    if trend is None:
        return None
    lang, style, visits = view.lang, load_style(), trend.visits
    key = [("■", label("inspections.visits", lang), style.roles["main"])]
    if trend.before is not None:
        key.append(("■", label("word.year_before_month", lang), style.roles["before"]))
    with use_axes(64) as (drawing, axes):
        months = pd.PeriodIndex(visits.index)
        draw_stacked_months(axes, months, [(visits, style.roles["main"])], lang, before=trend.before)
        draw_key(axes, [*key, ("", label("axis.visits", lang), style.muted)])
    n = total_counts(visits.to_frame()).whole
    return finish_figure(
        drawing, view, "inspections-trend", int(n), data=lambda: _list_months(trend),
        told={"n": n, **tell_peak(visits, lang)},
    )  # fmt: skip


def _list_months(trend: VisitTrend) -> pd.DataFrame:
    """Visits by month, and those of the same month a year before."""
    table = name_index(trend.visits, "month", "visits")
    return table if trend.before is None else table.assign(visits_year_before=trend.before.to_numpy())


@exhibit("inspections-by-mode")
def plot_inspections_by_mode(view: View) -> display.Figure | None:
    """Plot visits of the period by mode, with the hazards found per visit; None if no visit gives its mode."""
    counts = count_modes(view)
    if counts is None:
        return None
    texts = []
    for visits, found in zip(counts["visits"], counts["found"], strict=True):
        part = "plain" if pd.isna(found) else "bar"
        texts.append(say_exhibit(view, "inspections-by-mode", part, n=visits, found=format_number(found, 1)))
    drawing = plot_bars(counts[["visits"]], [load_style().roles["main"]], texts, above=4)
    n = total_counts(counts[["visits"]]).whole
    leaders = name_leaders(counts["visits"], view.lang)
    gap = "" if view.lang == "zh" else " "
    few = [f"{name}{gap}{text}" for name, text in zip(counts.index, texts, strict=True)]
    return finish_figure(
        drawing, view, "inspections-by-mode", int(n),
        data=lambda: name_index(counts.rename(columns={"found": "hazards_per_visit"}), "mode"),
        n=n, leaders=leaders, few=few,
    )  # fmt: skip
