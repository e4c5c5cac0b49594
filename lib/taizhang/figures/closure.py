"""How fast hazards are closed, by severity, trade and mode, and how many by their deadline."""

import math

import pandas as pd

from taizhang.analysis.closure import MONTH, compare_closure, follow_closure_by
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import say_p
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.hazards import scale_closure
from taizhang.figures.marks import draw_key
from taizhang.figures.tables import make_table
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_LINES = ("-", (0, (5, 1.5)), (0, (2, 1)), (0, (6, 1, 1, 1)), (0, (1, 1)))


@exhibit("closure-by")
def plot_closure_by(view: View, by: str) -> display.Figure | None:
    """Share rectified by days since found, one curve per class of a column such as severity, with the log-rank test.

    None where there are not two classes.
    """
    closure = follow_closure_by(view, by)
    if closure is None:
        return None
    lang, colours = view.lang, load_style().categories
    with use_style():
        drawing, axes = make_axes(76, grid="both")
        for curve, colour, line in zip(closure.curves.values(), colours, _LINES, strict=False):
            axes.step(curve.time, curve.share, where="post", color=colour, linewidth=2, linestyle=line)
        scale_closure(axes, closure.end, lang)
        draw_key(axes, [("—", name, colour) for name, colour in zip(closure.curves, colours, strict=False)])
    shares = [
        say_exhibit(view, "closure-by", "one", name=name, share=curve.within(MONTH))
        for name, curve in closure.curves.items()
    ]
    return finish_figure(
        drawing,
        view,
        "closure-by",
        closure.cases,
        id=f"closure-by-{by}",
        column=view.kinds["hazards"].fields[by].label(lang).lower(),
        shares=join_list(shares, lang),
        p=say_p(closure.p),
    )


@exhibit("closure-table")
def tabulate_closure(view: View) -> display.Table | None:
    """Median days, share within thirty days and by the deadline, by severity, mode and trade, with log-rank."""
    found = compare_closure(view)
    if found is None:
        return None
    lang, fields = view.lang, view.kinds["hazards"].fields
    cells = [
        (
            display.Cell(fields[row["by"]].label(lang) if row["by"] else ""),
            display.Cell(row["class"]),
            display.Cell(format_number(row["found"]), float(row["found"])),
            _show_interval(lang, row["median"], row["median_low"], row["median_high"]),
            display.Cell(f"{format_number(row['in_month'], 1)}%", row["in_month"]),
            _show_interval(lang, row["share"], row["low"], row["high"], decimals=1, unit="%"),
            display.Cell(
                "" if pd.isna(row["p"]) else say_p(row["p"]), None if pd.isna(row["p"]) else row["p"]
            ),
        )
        for row in found.to_dict("records")
    ]
    return make_table(view, "closure-table", cells)


def _show_interval(
    lang: str, value: float, low: float, high: float, *, decimals: int = 0, unit: str = ""
) -> display.Cell:
    """A value with its interval; without an upper end where so few are closed that none is reached."""
    if math.isnan(value):
        return display.Cell("—")
    upper = "∞" if math.isnan(high) else format_number(high, decimals)
    shown = f"{format_number(value, decimals)}{unit}"
    words = label("word.interval", lang, value=shown, low=format_number(low, decimals), high=upper)
    return display.Cell(words, value)
