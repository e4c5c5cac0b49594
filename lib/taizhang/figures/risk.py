"""The risk map and the index of capacity, with their sensitivity to the weights."""

from collections.abc import Mapping

import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.gravity import number_districts
from taizhang.analysis.naming import name_area
from taizhang.analysis.risk import find_risk
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure
from taizhang.figures.ground import (
    LINE_MM,
    LIST_FOOT_MM,
    count_led,
    fill_districts,
    place_labels,
    say_unlabelled,
    use_map,
    wrap_entries,
    write_list,
)
from taizhang.figures.marks import set_strip_key
from taizhang.figures.tables import make_table, write_number
from taizhang.figures.tidy import join_ground
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.risk import CLASSES, DIMENSIONS, DRAWS, SPREAD

# Districts on a map with their names, and how many of these may stand beside their ground; more have numbers, and a
# list below.
_MOST_NAMED = 24
_MOST_LED = 4
_MOST_LINES = 18


@exhibit("risk-map")
def map_risk(view: View) -> display.Figure | None:
    """Map the districts by the five classes of risk, with their names."""
    found = find_risk(view)
    if found is None:
        return None
    lang, style, places = view.lang, load_style(), found.places
    fills = [style.sequential[1], *(style.signals[name] for name in ("blue", "yellow", "orange", "red"))]
    colours = dict(zip(CLASSES, fills, strict=True))
    districts = view.outlines.set_index("code")
    level = places["class"].reindex(districts.index)
    named = {name: label(f"risk.{name}", lang) for name in reversed(CLASSES)}
    names = [f"{name}\n{_say_index(places.loc[code])}" for code, name in districts["name"].items()]
    by_name = len(names) <= _MOST_NAMED and count_led(view, names) <= _MOST_LED
    numbers = pd.Series(dtype=int) if by_name else number_districts(view)["number"]
    lines, listed = (
        _list_classes(level, numbers, districts["name"], named, lang) if len(numbers) else ([], True)
    )
    layout = {"tallest_mm": 120.0, "foot_mm": LIST_FOOT_MM + LINE_MM * len(lines)} if lines else {}
    with use_map(view, whole=True, **layout) as (drawing, axes, strip):
        fill_districts(axes, districts, [colours.get(name, "") for name in level])
        texts = names if by_name else [str(numbers[code]) for code in districts.index]
        inks = [style.ink if level[code] in ("", CLASSES[0]) else style.paper for code in districts.index]
        left_out = place_labels(axes, districts.geometry, texts, inks, lead=True)
        more_mm = set_strip_key(strip, [("■", words, colours[name]) for name, words in named.items()])
        write_list(strip, lines, below_mm=more_mm)
    counts = [say_exhibit(view, "risk-map", "one", name=named[name], n=n) for name, n in found.counts.items()]
    source = say_exhibit(view, "risk-map", "source", n=len(found.model.indicators))
    source += say_unlabelled(districts["name"], left_out, lang)
    source += say_exhibit(view, "risk-map", "shares") if by_name else ""
    source += "" if listed else say_exhibit(view, "risk-map", "numbers")
    told = {"counts": join_list(counts, lang), "names": join_list(list(found.leaders["district"]), lang)}
    return finish_figure(
        drawing,
        view,
        "risk-map",
        data=lambda: join_ground(view, places),
        source=source,
        area=name_area(view),
        told=told,
    )


def _list_classes(
    level: pd.Series, numbers: pd.Series, names: pd.Series, classes: Mapping[str, str], lang: str
) -> tuple[list[str], bool]:
    """The districts of each class by number, with their names where these take few enough lines; whether so."""
    for named in (True, False):
        lines = []
        for key, words in [*classes.items(), ("", "—")]:
            codes = sorted(level.index[level.fillna("") == key], key=lambda code: numbers[code])
            entries = [f"{numbers[code]} {names[code]}" if named else str(numbers[code]) for code in codes]
            lines += wrap_entries(entries, lang, lead=words) if entries else []
        if len(lines) <= _MOST_LINES:
            break
    return lines, named


def _say_index(row: pd.Series) -> str:
    """The index, and the probability of the two upper classes, as the words have it."""
    if not row["class"]:
        return "—"
    return f"{format_number(row['index'], 1)} ({format_number(100 * row['upper_share'])}%)"


@exhibit("risk-table")
def tabulate_risk(view: View) -> display.Table | None:
    """Tabulate the index, its four dimensions, its class, and how often the class stays the same when weights
    change."""
    found = find_risk(view)
    if found is None:
        return None
    lang, rows = view.lang, []
    for code, row in found.ranked.iterrows():
        scores = (write_number(row[name], 1) for name in (*DIMENSIONS, "index"))
        level = label(f"risk.{row['class']}", lang) if row["class"] else "—"
        kept = write_number(100 * row["kept"], unit="%")
        rows.append(
            (display.Cell(row["district"], district=str(code)), *scores, level, kept, say_classes(row, lang))
        )
    edges = join_list([f"{edge:g}" for edge in found.model.edges], lang)
    notes = [say_exhibit(view, "risk-table", "note", edges=edges), say_sensitivity(view)]
    return make_table(view, "risk-table", rows, notes=notes)


def say_sensitivity(view: View) -> str:
    """Say how the weights were varied to see whether classes stay the same."""
    return say_exhibit(view, "risk-table", "sensitivity", draws=DRAWS, spread=100 * SPREAD)


def say_classes(row: pd.Series, lang: str, words: str = "risk") -> str:
    """Say which classes a district has in 95 % of the draws, in the terms of that index."""
    if not row["low_class"]:
        return "—"
    low, high = (label(f"{words}.{row[name]}", lang) for name in ("low_class", "high_class"))
    return low if low == high else label("risk.range", lang, low=low, high=high)


@exhibit("risk-weights")
def tabulate_risk_weights(view: View) -> display.Table | None:
    """Tabulate the indicators and weights of the index."""
    found = find_risk(view)
    if found is None:
        return None
    lang = view.lang
    dimensions = {one.name: one.head(lang)[0] for one in load_exhibits()["risk-table"].columns}
    rows = (
        (
            dimensions[one.indicator.dimension], one.indicator.name[lang],
            display.Cell(f"{format_number(100 * one.share)}%", 100 * one.share),
            label(f"risk.direction.{'up' if one.indicator.more_is_worse else 'down'}", lang), one.unknown,
        )
        for one in found.indicators
    )  # fmt: skip
    return make_table(view, "risk-weights", rows)
