"""How fast hazards are closed, by severity, trade and mode, and how many are closed within their deadline."""

import math
from collections.abc import Hashable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.typing import LineStyleType

from taizhang.analysis.closure import MONTH, Curve, compare_closure, follow_closure_by
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.hazards import draw_curve, list_steps, say_wanting, scale_closure, write_within
from taizhang.figures.marks import choose_ink, draw_key, find_curve_labels, note_point
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.formats import format_number, format_span, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_HIGH_MM, _ROOM_MM = 76, (17.0, 16.0)  # of the figure, and what stands beside and below its axes
_LINES: tuple[LineStyleType, ...] = ("-", (0, (5, 1.5)), (0, (2, 1)), (0, (6, 1, 1, 1)), (0, (1, 1)))


@exhibit("closure-by")
def plot_closure_by(view: View, by: str) -> display.Figure | None:
    """Plot the share rectified by days since found, with one curve per class of a column such as severity.

    None if there are fewer than two classes.
    """
    closure = follow_closure_by(view, by)
    if closure is None:
        return None
    lang, colours = view.lang, load_style().categories
    with use_axes(_HIGH_MM, grid="both") as (drawing, axes):
        for curve, colour, line in zip(closure.curves.values(), colours, _LINES, strict=False):
            draw_curve(axes, curve, colour, line)
        scale_closure(axes, closure.end, lang)
        _name_curves(axes, closure.curves, colours)
    shares = [
        say_exhibit(view, "closure-by", "one", name=name, share=write_within(curve, MONTH, lang))
        for name, curve in closure.curves.items()
    ]
    title = view.kinds["hazards"].fields[by].label(lang).lower()
    wanting, n = say_wanting(view, closure.cases), len(closure.cases.rows)
    told = {"column": title, "shares": join_list(shares, lang), "wanting": wanting}
    return finish_figure(
        drawing,
        view,
        "closure-by",
        n,
        data=lambda: list_steps(closure.curves, by),
        id=f"closure-by-{by}",
        told=told,
    )


def _name_curves(axes: Axes, curves: Mapping[str, Curve], colours: Sequence[str]) -> None:
    """Write each curve's name beside it, in its colour; above all where one has no room."""
    style, pairs = load_style(), list(zip(curves, colours, strict=False))
    # Between the two ends of a curve that has two there is no room for words.
    single = all((curve.most == curve.share).all() for curve in curves.values())
    size = (style.width_mm - _ROOM_MM[0], _HIGH_MM - _ROOM_MM[1])
    steps = [(curve.time, curve.share) for curve in curves.values()]
    places = find_curve_labels(axes, steps, list(curves), size=size) if single else []
    if not places:
        draw_key(axes, [("—", *pair) for pair in pairs])
    for place, (name, colour) in zip(places, pairs, strict=False):
        looks = {"size": style.text, "color": choose_ink(colour), "va": "baseline"}
        note_point(axes, name, place, (0, 1), **looks)


@exhibit("closure-table")
def tabulate_closure(view: View) -> display.Table | None:
    """Tabulate median days, and shares closed within thirty days and by the deadline, by severity, mode and trade."""
    found = compare_closure(view)
    if found is None:
        return None
    lang, fields = view.lang, view.kinds["hazards"].fields
    cells = [
        (
            fields[row["by"]].label(lang) if row["by"] else "", row["class"], row["found"],
            _show_median(row, lang),
            write_number(row["in_month"], text=format_span(row["in_month"], row["most_in_month"], lang, 1, unit="%")),
            _show_share(row, lang),
        )
        for row in found.to_dict("records")
    ]  # fmt: skip
    wanting = say_wanting(view, found.attrs["cases"])
    notes = [say_exhibit(view, "closure-table", "note"), *([wanting] if wanting else [])]
    return make_table(view, "closure-table", cells, notes=notes)


def _show_median(row: Mapping[Hashable, float], lang: str) -> display.Cell:
    """Show the median days with their interval, open-ended if too few are closed to reach it."""
    ends = (math.inf if math.isnan(row[name]) else row[name] for name in ("most_median", "median_high"))
    most, high = ends
    told = {"low": format_number(row["median_low"]), "high": format_number(high)}
    shown = format_span(row["median"], most, lang)
    return write_number(row["median"], text=label("word.interval", lang, value=shown, **told))


def _show_share(row: Mapping[Hashable, float], lang: str) -> display.Cell:
    """Percent closed by the deadline with its interval, and its bounds where of some it is not written."""
    low, high = (format_number(row[name], 1) for name in ("low", "high"))
    shown = label("word.interval", lang, value=f"{format_number(row['share'], 1)}%", low=low, high=high)
    bounds = format_span(row["lowest"], row["highest"], lang, 1, unit="%")
    return write_number(row["share"], text=f"{shown} [{bounds}]" if row["unsaid"] else shown)
