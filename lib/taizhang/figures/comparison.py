"""All districts side by side: a map of a fact, a ranking with its uncertainty, and a table."""

import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from taizhang.analysis.comparison import SIDES, classify_districts, compare_districts
from taizhang.analysis.exhibits import add_narrow, exhibit, say_exhibit
from taizhang.analysis.naming import describe_source, name_area
from taizhang.analysis.selection import choose_columns
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import Looks, finish_figure, use_columns
from taizhang.figures.ground import fill_districts, place_labels, say_unlabelled, use_map
from taizhang.figures.marks import dots_height, draw_intervals, draw_key, name_rows
from taizhang.figures.tables import make_fact_cell, make_table, mark_cell, name_kinds, note_reported
from taizhang.figures.tidy import join_ground, name_index
from taizhang.metadata.facts import ADDED, ALL, FactInfo
from taizhang.metadata.formats import format_date, format_fact, join_unit, name_unit
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

# Characters that fit beside a swatch.
_MOST_IN_KEY = 12
# Rows of a ranking that stand one below the other.
_MOST_ROWS = 50
_WHY_HATCHED = {"withheld": "word.withheld", "no_data": "word.not_known", "either": "word.withheld_or_none"}


@add_narrow
def map_fact(view: View, fact: str) -> display.Figure | None:
    """Map one fact over the districts, shaded where they differ; None if `classify_districts` finds nothing."""
    found = classify_districts(view, fact)
    if found is None:
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    places, districts = found.places, view.outlines.set_index("code")
    steps, by_side = len(found.classes), found.method == "verdict"
    colours = [style.sequential[n] for n in (2, 0, 4)] if by_side else _choose_fills(steps)
    unknown = label(_WHY_HATCHED[found.missing], lang) if found.missing else ""
    with use_map(view, whole=True, foot_mm=35 if style.narrow else 24) as (drawing, axes, strip):
        shown = ["" if n < 0 else colours[n] for n in places["number"]]
        fill_districts(axes, districts, shown)
        texts = [
            str(name) if pd.isna(value) else f"{name}\n{format_fact(value, info)}"
            for name, value in zip(places["name"], places["value"], strict=True)
        ]
        inks = [style.paper if colour in style.sequential[3:] else style.ink for colour in shown]
        left_out = place_labels(
            axes, districts.geometry, texts, inks, hatched=[n < 0 for n in places["number"]], lead=True
        )
        sides = [say_exhibit(view, "map-fact", side) if found.tested else "" for side in SIDES]
        _draw_classes(strip, found.classes, colours, info, lang, unknown, sides if by_side else [])
    extra = (
        say_exhibit(view, "map-fact", "verdict" if found.tested else "untested")
        if by_side
        else label("source.classes", lang, method=label(f"classes.{found.method}", lang), number=steps)
    )
    extra += say_unlabelled(places["name"], left_out, lang) + _tell_turning(found.turning, lang)
    high, low = found.highest, found.lowest
    told = {
        "fact": info.title[lang], "n": found.known,
        "high": high["district"], "most": say_value(high["value"], info, lang),
        "low": low["district"], "least": say_value(low["value"], info, lang),
        "hatched": say_exhibit(view, "map-fact", "hatched", n=found.unknown, why=unknown) if unknown else "",
    }  # fmt: skip
    source = describe_fact_source(view, info, extra)
    return finish_figure(
        drawing, view, "map-fact", data=lambda: join_ground(view, places.rename(columns={"number": "step"})),
        id=f"map-{slug_fact(fact)}", source=source, told=told,
    )  # fmt: skip


def _choose_fills(steps: int) -> list[str]:
    """Choose colours of classes from the smallest to the largest value; a few classes get widely spaced colours."""
    fills = load_style().sequential
    fills = fills if steps > 2 else (fills[1], fills[3])
    return [fills[round(n * (len(fills) - 1) / max(steps - 1, 1))] for n in range(steps)]


def name_with_unit(info: FactInfo, lang: str) -> str:
    """Return a fact's title with its unit; in English the title of a rate includes its base."""
    unit = "" if lang == "en" and info.unit.startswith("per_") else name_unit(info, lang)
    return info.title[lang] + (label("word.unit_of", lang, unit=unit) if unit else "")


def _tell_turning(n: int, lang: str) -> str:
    """Say that missing answers may put other districts first or last."""
    return (" " if lang == "en" else "") + label("compare.turning", lang, n=n) if n else ""


def slug_fact(fact: str) -> str:
    """Return a fact's name for use in an id."""
    return fact.replace(".", "-").replace("_", "-")


def say_value(value: float, info: FactInfo, lang: str) -> str:
    """Return a value with its unit."""
    return join_unit(format_fact(value, info), name_unit(info, lang), lang)


def describe_fact_source(view: View, info: FactInfo, extra: str) -> str:
    """Return the source line of a fact."""
    if info.kind in view.kinds:
        return describe_source(view, info.kind, extra=extra)
    words = label(f"source.{info.kind}_layer", view.lang, day=format_date(view.as_of, view.lang))
    return label("source.extra", view.lang, words=words, extra=extra) if extra else words


def _draw_classes(
    strip: Axes,
    classes: pd.DataFrame,
    colours: list[str],
    info: FactInfo,
    lang: str,
    unknown: str,
    sides: list[str],
) -> None:
    """Swatches with the least and the largest value of each class, or its name, and how many districts it has.

    `unknown` says why districts have none; empty if all have. `sides` are the classes' names where they have any.
    """
    style = load_style()
    entries = []
    for at, (low, high, districts) in enumerate(classes.itertuples(index=False)):
        if districts:
            first, last = format_fact(low, info), format_fact(high, info)
            words = sides[at] if sides else first if first == last else f"{first}–{last}"
            entries.append((colours[at], words, "", districts))
    if unknown:
        entries.append((style.empty, unknown, "////", 0))
    looks: Looks = {"size": style.small, "va": "center"}
    top, columns = strip.get_ylim()[1], 3 if style.narrow else 6
    strip.text(2, top - 2.5, name_with_unit(info, lang), color=style.muted, **looks)
    wide = (style.width_mm - 4) / columns
    for number, (colour, words, hatch, count) in enumerate(entries):
        left, up = 2 + number % columns * wide, top - 10.4 - 11 * (number // columns)
        edge: Looks = {"edgecolor": style.muted, "linewidth": 0.4}
        strip.add_patch(Rectangle((left, up), 5, 3.6, facecolor=colour, hatch=hatch, **edge))
        # Words too long for their place take a second line, where the others have their count.
        for line, height in zip(textwrap.wrap(words, _MOST_IN_KEY), (1.8, -3), strict=False):
            strip.text(left + 6.6, up + height, line, **looks)
        if count:
            text = label("map.districts", lang, n=count, districts=count)
            strip.text(left + 6.6, up - 3, text, color=style.muted, **looks)


@exhibit("ranking")
def plot_ranking(view: View, fact: str) -> display.Figure | None:
    """Plot districts by a fact, best first; shares and rates with their intervals, against the whole area.

    None if the fact is known in fewer than two districts, or zero everywhere.
    """
    found = compare_districts(view, fact)
    if found is None or not found.can_be_ranked:
        return None
    lang, style, info, rows = view.lang, load_style(), view.describe(fact), found.ranked
    has_level, percent = found.has_level, info.unit == "percent"
    low = rows["low"].fillna(rows["value"])
    # A phone has no room for columns; it scrolls.
    columns = 1 if style.narrow else -(-len(rows) // _MOST_ROWS)
    high = -(-len(rows) // columns)
    left_pt = 0.0
    with use_columns(dots_height(high), columns, grid="x") as (drawing, every):
        for at, axes in enumerate(every):
            part = rows.iloc[at * high : (at + 1) * high]
            places = high - 1 - np.arange(len(part))
            if has_level:
                dashed: Looks = {"color": style.roles["before"], "linewidth": 1.4, "linestyle": (0, (4, 2))}
                axes.axvline(found.level, zorder=1, **dashed)
            draw_intervals(axes, places, part, part["apart"].to_numpy(), value="value")
            beside = name_rows(axes, places, part["district"])
            left_pt = left_pt or beside
            axes.set_ylim(-0.7, high - 0.3)
            whole, bins = info.decimals == 0, max(7 // columns, 3)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=bins, steps=[1, 2, 5, 10], integer=whole))
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}%" if percent else f"{value:,g}")
        axes = every[0]
        if columns > 1:
            drawing.supxlabel(name_with_unit(info, lang), size=style.text, color=style.muted)
        else:
            axes.set_xlabel(name_with_unit(info, lang))
        if low.min() >= 0 and not percent:
            axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        key = []
        if has_level:
            words = label(
                "ranking.area", lang, area=name_area(view), value=say_value(found.level, info, lang)
            )
            key.append(("┆", words, style.roles["before"]))
        if found.apart:
            key.append(("●", say_exhibit(view, "ranking", "apart"), style.roles["open"]))
        draw_key(axes, key, left_pt=left_pt)
    names, values = list(rows["district"]), [say_value(value, info, lang) for value in rows["value"]]
    told = {
        "n": len(rows), "fact": info.title[lang], "apart": len(found.apart),
        "first": names[0], "top": values[0], "last": names[-1], "bottom": values[-1],
    }  # fmt: skip
    which = "ranking-counts" if info.unit in ADDED else "ranking"
    extra = say_exhibit(view, which, "interval") if found.has_intervals or info.unit in ADDED else ""
    source = describe_fact_source(view, info, extra + _tell_turning(found.turning, lang))
    id, none = f"ranking-{slug_fact(fact)}", not found.apart and info.unit not in ADDED
    return finish_figure(
        drawing,
        view,
        which,
        data=lambda: name_index(rows, "district_code"),
        id=id,
        source=source,
        none=none,
        told=told,
    )


@exhibit("districts")
def tabulate_districts(view: View, *names: str) -> display.Table | None:
    """Tabulate key figures of some or all ledger kinds, and single facts, for all districts and the whole area.

    `names`: kinds and facts. None if none is configured.
    """
    lang = view.lang
    infos = choose_columns(view, *names)
    if not infos:
        return None
    codes = [*view.districts["code"], ALL]
    places = [*view.districts["name"], name_area(view)]
    rows = (
        (display.Cell(place, district=code), *(_make_cell(view, info, code) for info in infos))
        for code, place in zip(codes, places, strict=True)
    )
    # Of single facts their kinds are named: a list of facts is no name.
    kinds = dict.fromkeys(name.split(".")[0] for name in names)
    single = ["facts"] if any("." in name for name in names) else []
    id, kinds_ = (
        "-".join(["districts", *single, *kinds]).replace("_", "-"),
        name_kinds([info.kind for info in infos], view),
    )
    heads = [display.Column(info.title[lang], name_unit(info, lang), "right") for info in infos]
    reported = [info for info in infos if view.report_of(info.name, ALL) is not None]
    notes = (say_exhibit(view, "districts", "note"), *note_reported(view, reported))
    return make_table(view, "districts", rows, id=id, columns=heads, kinds=kinds_, notes=notes)


def _make_cell(view: View, info: FactInfo, code: str) -> display.Cell:
    """A fact of a district as a cell without its unit, which the head of the column has."""
    if view.fact(info.name, ALL) is None:
        row = view.report_of(info.name, code)
        cell = make_fact_cell(row, info, view.lang, district=code)
        shown = (
            cell if row is None or cell.value is None else replace(cell, text=format_fact(row["value"], info))
        )
        return mark_cell(shown)
    cell = make_fact_cell(view.fact(info.name, code), info, view.lang, district=code, interval=True)
    row = view.fact(info.name, code)
    if row is None or cell.value is None or (info.unit == "percent" and pd.notna(row["low"])):
        return cell
    return replace(cell, text=format_fact(row["value"], info))
