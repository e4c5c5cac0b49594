"""How fast hazards are closed, by severity, trade and mode, and how many by their deadline."""

import math

from taizhang.analysis.closure import MONTH, compare_closure, follow_closure_by
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.hazards import scale_closure
from taizhang.figures.marks import draw_key
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_LINES = ("-", (0, (5, 1.5)), (0, (2, 1)), (0, (6, 1, 1, 1)), (0, (1, 1)))


@exhibit("closure-by")
def plot_closure_by(view: View, by: str) -> display.Figure | None:
    """Share rectified by days since found, one curve per class of a column such as severity.

    None where there are not two classes.
    """
    closure = follow_closure_by(view, by)
    if closure is None:
        return None
    lang, colours = view.lang, load_style().categories
    with use_axes(76, grid="both") as (drawing, axes):
        for curve, colour, line in zip(closure.curves.values(), colours, _LINES, strict=False):
            axes.step(curve.time, curve.share, where="post", color=colour, linewidth=2, linestyle=line)
        scale_closure(axes, closure.end, lang)
        draw_key(axes, [("—", name, colour) for name, colour in zip(closure.curves, colours, strict=False)])
    shares = [
        say_exhibit(view, "closure-by", "one", name=name, share=curve.within(MONTH))
        for name, curve in closure.curves.items()
    ]
    title = view.kinds["hazards"].fields[by].label(lang).lower()
    told = {"column": title, "shares": join_list(shares, lang)}
    return finish_figure(drawing, view, "closure-by", closure.cases, id=f"closure-by-{by}", told=told)


@exhibit("closure-table")
def tabulate_closure(view: View) -> display.Table | None:
    """Median days, share within thirty days and by the deadline, by severity, mode and trade."""
    found = compare_closure(view)
    if found is None:
        return None
    lang, fields = view.lang, view.kinds["hazards"].fields
    cells = [
        (
            fields[row["by"]].label(lang) if row["by"] else "", row["class"], row["found"],
            _show_interval(lang, row["median"], row["median_low"], row["median_high"]),
            write_number(row["in_month"], 1, unit="%"),
            _show_interval(lang, row["share"], row["low"], row["high"], decimals=1, unit="%"),
        )
        for row in found.to_dict("records")
    ]  # fmt: skip
    return make_table(view, "closure-table", cells)


def _show_interval(
    lang: str, value: float, low: float, high: float, *, decimals: int = 0, unit: str = ""
) -> display.Cell:
    """A value with its interval; without an upper end where so few are closed that none is reached."""
    shown, lower, upper = (format_number(number, decimals) for number in (value, low, high))
    ends = {"low": lower, "high": "∞" if math.isnan(high) else upper}
    return write_number(value, text=label("word.interval", lang, value=f"{shown}{unit}", **ends))
