"""Cox regression of closure, for the exploration notebook. A separate module, since lifelines loads slowly."""

import numpy as np

from taizhang.analysis.cox import fit_closure
from taizhang.analysis.exhibits import add_narrow, say_exhibit
from taizhang.analysis.naming import say_p, say_ratio
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.marks import bars_height, draw_intervals, draw_key, shorten_label
from taizhang.figures.tables import make_table, write_number
from taizhang.figures.tidy import name_index
from taizhang.metadata.formats import join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


@add_narrow
def plot_cox(view: View) -> display.Figure | None:
    """Plot hazard ratios of closure with their intervals; None if `fit_closure` fits nothing."""
    fit = fit_closure(view)
    if fit is None:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(fit))[::-1]
    apart = fit["apart"].to_numpy()
    with use_axes(bars_height(len(fit), above=24), grid="x") as (drawing, axes):
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        draw_intervals(axes, places, fit, apart)
        axes.set_yticks(places, [shorten_label(str(name), 34) for name in fit.index])
        axes.set_ylim(-0.6, len(fit) - 0.4)
        axes.set_xscale("log")
        axes.set_xlabel(label("axis.closure_ratio", lang))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if str(value)[-1] in "25" else "")
        draw_key(axes, [("●", label("cox.apart", lang), style.roles["open"])])
    names = join_list([str(name) for name in fit.index[apart]], lang) or label("word.none", lang)
    return finish_figure(
        drawing,
        view,
        "closure-cox",
        fit.attrs["n"],
        data=lambda: name_index(fit, "class"),
        names=names,
        none=not apart.any(),
    )


def tabulate_cox(view: View) -> display.Table | None:
    """Tabulate hazard ratios of closure, and whether each is constant over time; None if `fit_closure` fits
    nothing."""
    fit = fit_closure(view)
    if fit is None:
        return None
    lang = view.lang
    cells = []
    for name, row in fit.iterrows():
        ratio, p = write_number(row["ratio"], text=say_ratio(row, lang)), row["fit_p"]
        proportional = write_number(p, text=say_p(p), note="worse" if row["varies"] else "")
        verdict = label(f"cox.{'apart' if row['apart'] else 'alike'}", lang)
        cells.append((str(name), ratio, verdict, proportional))
    against = say_exhibit(view, "closure-cox-table", "against", names=join_list(fit.attrs["against"], lang))
    notes = [against, say_exhibit(view, "closure-cox-table", "note")]
    if fit.attrs["undated"]:
        notes.append(say_exhibit(view, "closure-cox-table", "undated", n=fit.attrs["undated"]))
    return make_table(view, "closure-cox-table", cells, notes=notes)
