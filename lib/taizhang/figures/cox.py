"""Cox regression of closure, for the exploration notebook: import it by itself, since lifelines loads slowly."""

import numpy as np

from taizhang.analysis.cox import fit_closure
from taizhang.analysis.exhibits import say_exhibit
from taizhang.analysis.naming import say_p, say_ratio
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, shorten_label
from taizhang.figures.tables import make_table
from taizhang.metadata.formats import join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


def plot_cox(view: View) -> display.Figure | None:
    """Hazard ratios of closure with their intervals.

    None where `fit_closure` fits nothing.
    """
    fit = fit_closure(view)
    if fit is None:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(fit))[::-1]
    apart = fit["apart"].to_numpy()
    with use_style():
        drawing, axes = make_axes(bars_height(len(fit), above=24), grid="x")
        axes.axvline(1, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for part, role in ((~apart, "main"), (apart, "open")):
            axes.hlines(
                places[part],
                fit["low"][part],
                fit["high"][part],
                color=style.roles[role],
                linewidth=2,
                alpha=0.45,
            )
            axes.scatter(fit["ratio"][part], places[part], s=34, color=style.roles[role], zorder=3)
        axes.set_yticks(places, [shorten_label(str(name), 34) for name in fit.index])
        axes.set_ylim(-0.6, len(fit) - 0.4)
        axes.set_xscale("log")
        axes.set_xlabel(label("axis.closure_ratio", lang))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if str(value)[-1] in "25" else "")
        draw_key(axes, [("●", label("cox.apart", lang), style.roles["open"])])
    names = join_list([str(name) for name in fit.index[apart]], lang) or label("word.none", lang)
    return finish_figure(drawing, view, "closure-cox", fit.attrs["n"], names=names)


def tabulate_cox(view: View) -> display.Table | None:
    """Hazard ratios of closure, and whether each is the same all the time.

    None where `fit_closure` fits nothing.
    """
    fit = fit_closure(view)
    if fit is None:
        return None
    lang = view.lang
    cells = [
        (
            display.Cell(str(name)),
            display.Cell(say_ratio(row, lang), float(row["ratio"])),
            display.Cell(say_p(row["p"]), float(row["p"])),
            display.Cell(
                say_p(row["fit_p"]), float(row["fit_p"]), note="worse" if row["fit_p"] < 0.05 else ""
            ),
        )
        for name, row in fit.iterrows()
    ]
    against = say_exhibit(view, "closure-cox-table", "against", names=join_list(fit.attrs["against"], lang))
    notes = (against, say_exhibit(view, "closure-cox-table", "note"))
    return make_table(view, "closure-cox-table", cells, notes=notes)
