"""Funnel plot: districts against their size, and what chance alone would do."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from taizhang.analysis.naming import name_area, name_period
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.comparison import describe_fact_source, list_values, say_value, slug_fact
from taizhang.figures.marks import draw_key
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.funnel import draw_funnel_of_rates, draw_funnel_of_shares


def plot_funnel(view: View, fact: str) -> display.Figure | None:
    """Districts' shares or rates against their size, with limits that chance alone would keep to.

    Limits at 95 and 99.8 percent around the value of all districts together, widened where districts
    vary more than chance alone would have it (Spiegelhalter 2005, Statistics in Medicine 24, 1185-1202).

    Parameters
    ----------
    view : View
    fact : str
        A fact with a Wilson or Poisson interval and a denominator.

    Returns
    -------
    display.Figure or None
        None where the fact has no denominator, isn't configured, or is known in fewer than three districts.
    """
    rows = list_values(view, fact)
    rows = rows[rows["value"].notna() & (rows["denominator"] > 0)]
    info = view.describe(fact)
    area = view.fact(fact, ALL)
    if len(rows) < 3 or area is None or pd.isna(area["value"]) or info.unit == "count":
        return None
    if info.interval not in ("wilson", "poisson"):
        return None
    lang, style = view.lang, load_style()
    scale = {"percent": 100.0, "per_100k": 100_000.0}.get(info.unit, 1.0)
    draw = draw_funnel_of_shares if info.interval == "wilson" else draw_funnel_of_rates
    funnel = draw(rows["numerator"], rows["denominator"])
    level = scale * funnel.target
    out = (funnel.places["position"].abs() == 2).reindex(rows.index, fill_value=False)
    limits = funnel.limits
    # Where districts are withheld, those shown have a value of their own.
    words = "ranking.area" if np.isclose(level, area["value"]) else "ranking.shown"
    with use_style():
        sheet, axes = make_axes(90, grid="y")
        for level_name, dash in (("95", (0, (3, 2))), ("998", "-")):
            for side in ("low", "high"):
                line = scale * limits[f"{side}{level_name}"]
                axes.plot(limits["size"], line, color=style.roles["before"], linewidth=1.1, linestyle=dash)
        axes.axhline(level, color=style.muted, linewidth=1.1)
        for part, role in ((~out, "main"), (out, "open")):
            axes.scatter(
                rows.loc[part, "denominator"],
                rows.loc[part, "value"],
                s=34,
                color=style.roles[role],
                zorder=3,
            )
        for code in rows.index[out]:
            place = (float(rows["denominator"][code]), float(rows["value"][code]))
            above = place[1] > level
            axes.annotate(
                str(rows["district"][code]),
                place,
                xytext=(0, 7 if above else -7),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                size=style.small,
                color=style.roles["open"],
            )
        _set_funnel_limits(axes, rows, limits, scale, info)
        axes.set_xlabel(label("axis.denominator", lang))
        draw_key(
            axes,
            [
                (
                    "—",
                    label(words, lang, area=name_area(view), value=say_value(level, info, lang)),
                    style.muted,
                ),
                ("- -", "95%", style.roles["before"]),
                ("—", "99.8%", style.roles["before"]),
            ],
        )
    extra = label("source.funnel", lang)
    if funnel.dispersion > 1:
        extra += label("source.dispersion", lang, times=format_number(funnel.dispersion, 1))
    return finish_figure(
        sheet,
        id=f"funnel-{slug_fact(fact)}",
        title=label("figure.funnel.title", lang, fact=info.title[lang], period=name_period(view)),
        alt=label(
            "figure.funnel.alt",
            lang,
            n=len(rows),
            fact=info.title[lang],
            out=int(out.sum()),
            names=join_list(list(rows.loc[out, "district"]), lang) or label("word.none", lang),
        ),
        source=describe_fact_source(view, info, extra),
    )


def _set_funnel_limits(
    axes: Axes,
    rows: pd.DataFrame,
    limits: pd.DataFrame,
    scale: float,
    info: FactInfo,
) -> None:
    """Show all districts and the funnel where it is of use, not its endless mouth."""
    wide = limits[limits["size"] >= limits["size"].quantile(0.3)]
    bottom = min(rows["value"].min(), scale * wide["low998"].min())
    top = max(rows["value"].max(), scale * wide["high998"].max())
    pad = 0.08 * (top - bottom)
    if info.unit == "percent":
        axes.set_ylim(max(bottom - pad, -2.0), min(top + pad, 102.0))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    else:
        axes.set_ylim(max(bottom - pad, 0.0) if bottom > 0 else -pad / 2, top + pad)
    axes.set_xlim(0, 1.05 * rows["denominator"].max())
    axes.xaxis.set_major_formatter(lambda value, _: format_number(value))
