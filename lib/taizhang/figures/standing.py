"""Where each district stands once chance is allowed for: shrunken rates, ranks as ranges, neighbours."""

from dataclasses import replace

import numpy as np
import pandas as pd

from taizhang.analysis.exhibits import say_exhibit
from taizhang.analysis.naming import name_area, say_pattern
from taizhang.analysis.standing import find_standing
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.comparison import describe_fact_source, slug_fact
from taizhang.figures.ground import draw_furniture, fill_districts, make_map, place_labels
from taizhang.figures.marks import dots_height, draw_key, name_rows, set_strip_key, set_whole_ticks
from taizhang.figures.tables import list_heads, make_table
from taizhang.metadata.formats import format_fact, join_list, name_unit
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.ranks import DRAWS


def plot_rank_ranges(view: View, fact: str) -> display.Figure | None:
    """Each district's rank as a range; districts of one group cannot be told apart."""
    standing = find_standing(view, fact)
    if standing is None:
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    places = standing.places
    at = np.arange(len(places))[::-1]
    odd = (places["group"] % 2 == 1).to_numpy()
    with use_style():
        drawing, axes = make_axes(dots_height(len(places)), grid="x")
        for part, role in ((odd, "main"), (~odd, "third")):
            chosen = places[part]
            axes.hlines(
                at[part], chosen["first"], chosen["last"], color=style.roles[role], linewidth=3.5, alpha=0.4
            )
            axes.scatter(chosen["rank"], at[part], s=34, color=style.roles[role], zorder=3)
        name_rows(axes, at, places["district"])
        axes.set_ylim(-0.7, len(places) - 0.3)
        axes.set_xlim(0.4, len(places) + 0.6)
        set_whole_ticks(axes, "x", most=9)
        axes.set_xlabel(label("axis.rank", lang))
        last = -1
        for group, members in places.groupby("group", sort=True):
            first = at[last + 1]
            last += len(members)
            if last + 1 < len(places):
                axes.axhline(at[last] - 0.5, color=style.muted, linewidth=0.6)
            axes.annotate(
                say_exhibit(view, "ranks", "group", n=str(group)),
                (1, first),
                xycoords=("axes fraction", "data"),
                xytext=(0, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                size=style.small,
                color=style.muted,
            )
        draw_key(axes, [("●", say_exhibit(view, "ranks", "rank"), style.roles["main"])])
    return finish_figure(
        drawing,
        view,
        "ranks",
        id=f"ranks-{slug_fact(fact)}",
        n=len(places),
        fact=info.title[lang],
        groups=standing.groups,
        first=places["district"].iloc[0],
        wide=standing.widest,
        source=describe_fact_source(
            view,
            info,
            say_exhibit(view, "ranks", "simulated", n=DRAWS)
            + (say_exhibit(view, "ranks", "parted") if standing.groups > 1 else ""),
        ),
    )


def tabulate_standing(view: View, fact: str) -> display.Table | None:
    """Raw and shrunken values, rank ranges, groups, who is beyond chance, and the pattern of neighbours."""
    standing = find_standing(view, fact)
    if standing is None:
        return None
    lang, info = view.lang, view.describe(fact)
    rows = tuple(
        (
            display.Cell(str(row["district"]), district=str(code)),
            display.Cell(format_fact(row["raw"], info), float(row["raw"]), fact=fact, district=str(code)),
            display.Cell(
                label("word.interval", lang, value=format_fact(row["shrunk"], info),
                      low=format_fact(row["low"], info), high=format_fact(row["high"], info)),
                float(row["shrunk"])),
            display.Cell(format_fact(row["spatial"], info),
                         None if pd.isna(row["spatial"]) else float(row["spatial"])),
            display.Cell(label("standing.range", lang, rank=row["rank"], first=row["first"], last=row["last"]),
                         float(row["rank"])),
            display.Cell(str(row["group"]), float(row["group"])),
            display.Cell(_say_place(row, lang), note=row["verdict"]),
            display.Cell(label(f"pattern.{row['quadrant']}", lang) if row["quadrant"] else "—"),
        )
        for code, row in standing.places.iterrows()
    )  # fmt: skip
    unit = name_unit(info, lang)
    heads = list_heads("standing", lang)
    return make_table(
        view,
        "standing",
        rows,
        id=f"standing-{slug_fact(fact)}",
        columns=[replace(head, unit=unit) if at in (1, 3) else head for at, head in enumerate(heads)],
        notes=(
            say_exhibit(view, "standing", "note"),
            *([say_exhibit(view, "standing", "listed")] if standing.called else []),
            say_pattern(standing.pattern, lang),
        ),
        fact=info.title[lang],
    )


def _say_place(row: pd.Series, lang: str) -> str:
    """Where a district lies in the funnel."""
    words = label(f"standing.{row['position']}", lang)
    return label("standing.called", lang, words=words) if row["called"] else words


def map_pattern(view: View, fact: str) -> display.Figure | None:
    """Districts that resemble their neighbours, or stand out from them, beyond chance; None where none is found."""
    standing = find_standing(view, fact)
    if standing is None or not (standing.places["quadrant"] != "").any():
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    districts = view.outlines.set_index("code")
    quadrant = standing.places["quadrant"].reindex(districts.index).fillna("")
    colours = {
        "high_high": style.signals["red"],
        "high_low": style.signals["orange"],
        "low_high": style.sequential[1],
        "low_low": style.signals["blue"],
    }
    with use_style():
        drawing, axes, strip = make_map(tuple(districts.total_bounds))
        fill_districts(axes, districts, [colours.get(name, style.empty) for name in quadrant])
        dark = quadrant.isin([name for name in colours if name != "low_high"])
        place_labels(
            axes,
            list(districts.geometry),
            list(districts["name"]),
            [style.paper if dark[code] else style.ink for code in districts.index],
            size=style.small,
        )
        shown = [name for name in colours if (quadrant == name).any()]
        set_strip_key(strip, [("■", label(f"pattern.{name}", lang), colours[name]) for name in shown])
        draw_furniture(axes, strip, view)
    names = [str(districts["name"][code]) for code in districts.index[quadrant != ""]]
    return finish_figure(
        drawing,
        view,
        "pattern",
        id=f"pattern-{slug_fact(fact)}",
        fact=info.title[lang],
        area=name_area(view),
        names=join_list(names, lang),
        source=describe_fact_source(view, info, say_pattern(standing.pattern, lang)),
    )
