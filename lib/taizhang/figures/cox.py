"""Cox regression of closure, for the exploration notebook: import it by itself, since lifelines loads slowly."""

import numpy as np
import pandas as pd

from taizhang.analysis.closure import group_cases, list_cases
from taizhang.analysis.naming import describe_source, name_period, name_place, say_p, say_ratio
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, shorten_label
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.cox import fit_cox

COLUMNS = ("severity", "premises_type", "trade")


def fit_closure(view: View) -> pd.DataFrame | None:
    """Hazard ratios of closure by severity, type of premises and trade, of hazards with a deadline.

    Parameters
    ----------
    view : View

    Returns
    -------
    pandas.DataFrame or None
        As from `stats.cox.fit_cox`; the commonest class of each column is what others are held against
        (`attrs["against"]`). None where there are too few.
    """
    cases = list_cases(view)
    if cases is None:
        return None
    # What is put right on the spot has no time to closure to explain.
    cases = cases.keep(~cases.on_the_spot)
    parts, against = [], []
    for column in COLUMNS:
        names = group_cases(view, cases, column)
        order = list(names.value_counts().index)
        if len(order) < 2:
            continue
        title = view.kinds["hazards"].fields[column].label(view.lang)
        against.append(label("cox.class", view.lang, column=title, name=order[0]))
        parts.append(
            pd.DataFrame(
                {label("cox.class", view.lang, column=title, name=name): names == name for name in order[1:]},
                index=names.index,
            )
        )
    if not parts:
        return None
    cluster = cases.rows["district_code"] if view.district == ALL else None
    fit = fit_cox(cases.days + 0.5, cases.closed, pd.concat(parts, axis=1), cluster=cluster)
    if fit.empty:
        return None
    fit.attrs.update({"against": against, "n": len(cases.rows)})
    return fit


def plot_cox(view: View) -> display.Figure | None:
    """Hazard ratios of closure with their intervals.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where `fit_closure` fits nothing.
    """
    fit = fit_closure(view)
    if fit is None:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(fit))[::-1]
    apart = ((fit["low"] > 1) | (fit["high"] < 1)).to_numpy()
    with use_style():
        sheet, axes = make_axes(bars_height(len(fit), above=24), grid="x")
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
    return finish_figure(
        sheet,
        id="closure-cox",
        title=label("figure.cox.title", lang, period=name_period(view)),
        alt=label(
            "figure.cox.alt",
            lang,
            name=name_place(view),
            names=join_list([str(name) for name in fit.index[apart]], lang) or label("word.none", lang),
        ),
        source=describe_source(view, "hazards", fit.attrs["n"], extra=label("source.cox", lang)),
    )


def tabulate_cox(view: View) -> display.Table | None:
    """Hazard ratios of closure, and whether each is the same all the time.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where `fit_closure` fits nothing.
    """
    fit = fit_closure(view)
    if fit is None:
        return None
    lang = view.lang
    rows = tuple(
        (
            display.Cell(str(name)),
            display.Cell(say_ratio(row, lang), float(row["ratio"])),
            display.Cell(say_p(row["p"]), float(row["p"])),
            display.Cell(
                say_p(row["fit_p"]), float(row["fit_p"]), note="worse" if row["fit_p"] < 0.05 else ""
            ),
        )
        for name, row in fit.iterrows()
    )
    return display.Table(
        id="closure-cox-table",
        title=label("table.cox.title", lang, period=name_period(view)),
        columns=tuple(
            display.Column(label(f"column.cox.{name}", lang)) for name in ("class", "ratio", "p", "fit_p")
        ),
        rows=rows,
        notes=(
            label("table.cox.against", lang, names=join_list(fit.attrs["against"], lang)),
            label("table.cox.note", lang),
        ),
    )
