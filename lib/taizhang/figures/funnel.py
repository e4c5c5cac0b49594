"""Funnel plot: districts by size, with the limits of chance variation."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.funnel import DistrictFunnel, find_funnel
from taizhang.analysis.naming import name_area
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.comparison import describe_fact_source, say_value, slug_fact
from taizhang.figures.marks import draw_key, draw_points, note_point
from taizhang.figures.tidy import name_index
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@exhibit("funnel")
def plot_funnel(view: View, fact: str) -> display.Figure | None:
    """Plot districts' shares or rates against their size, with the limits of chance variation.

    None if `find_funnel` finds none, or the whole area's value is unknown.
    """
    funnel = find_funnel(view, fact)
    if funnel is None or not funnel.of:
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    rows, limits, level = funnel.places, funnel.limits, funnel.level
    out = rows["called"]
    with use_axes(90) as (drawing, axes):
        for name, dash in (("95", (0, (3, 2))), ("998", "-")):
            for side in ("low", "high"):
                line = limits[f"{side}{name}"]
                axes.plot(limits["size"], line, color=style.roles["before"], linewidth=1.1, linestyle=dash)
        axes.axhline(level, color=style.muted, linewidth=1.1)
        draw_points(axes, rows["denominator"], rows["value"], out)
        for code in rows.index[out]:
            place = (float(rows["denominator"][code]), float(rows["value"][code]))
            above = place[1] > level
            looks = {"ha": "center", "va": "bottom" if above else "top", "color": style.roles["open"]}
            note_point(axes, str(rows["district"][code]), place, (0, 7 if above else -7), **looks)
        _set_funnel_limits(axes, funnel, info)
        axes.set_xlabel(label("axis.denominator", lang))
        words = label(f"ranking.{funnel.of}", lang, area=name_area(view), value=say_value(level, info, lang))
        before = style.roles["before"]
        draw_key(axes, [("—", words, style.muted), ("- -", "95%", before), ("—", "99.8%", before)])
    extra = say_exhibit(view, "funnel", "limits")
    if funnel.dispersion > 1:
        extra += say_exhibit(view, "funnel", "dispersion", times=format_number(funnel.dispersion, 1))
    for told_of, n in (("partly", funnel.partly), ("left_out", funnel.left_out)):
        if n:
            extra += say_exhibit(view, "funnel", told_of, n=n)
    names = join_list(funnel.called, lang) or label("word.none", lang)
    told = {"n": len(rows), "fact": info.title[lang], "out": len(funnel.called), "names": names}
    source = describe_fact_source(view, info, extra)
    id, none = f"funnel-{slug_fact(fact)}", not funnel.called
    return finish_figure(
        drawing,
        view,
        "funnel",
        data=lambda: name_index(rows, "district_code"),
        id=id,
        source=source,
        none=none,
        told=told,
    )


def _set_funnel_limits(axes: Axes, funnel: DistrictFunnel, info: FactInfo) -> None:
    """Show all districts and the funnel where it is of use, not its endless mouth."""
    rows, limits = funnel.places, funnel.limits
    wide = limits[limits["size"] >= limits["size"].quantile(0.3)]
    bottom = min(rows["value"].min(), wide["low998"].min())
    top = max(rows["value"].max(), wide["high998"].max())
    pad = 0.08 * (top - bottom)
    if info.unit == "percent":
        axes.set_ylim(max(bottom - pad, -2.0), min(top + pad, 102.0))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    else:
        axes.set_ylim(max(bottom - pad, 0.0) if bottom > 0 else -pad / 2, top + pad)
    axes.set_xlim(0, 1.05 * rows["denominator"].max())
    axes.xaxis.set_major_formatter(lambda value, _: format_number(value))
