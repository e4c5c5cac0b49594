"""Where each district stands once chance is allowed for: shrunken rates, ranks as ranges, neighbours."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.analysis.naming import name_area, name_period, say_p
from taizhang.analysis.view import View, once_per_view
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.comparison import describe_fact_source, list_values, slug_fact
from taizhang.figures.ground import draw_furniture, fill_districts, make_map, place_labels
from taizhang.figures.marks import dots_height, draw_key, name_rows, set_strip_key, set_whole_ticks
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.formats import format_fact, format_number, join_list, name_unit
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.funnel import draw_funnel_of_rates, draw_funnel_of_shares
from taizhang.stats.ranks import DRAWS, rank_rates, rank_shares
from taizhang.stats.shrink import shrink_rates, shrink_shares
from taizhang.stats.spatial import Pattern, find_pattern, join_neighbours, shrink_to_neighbours

Z95, Z998 = 1.96, 3.09
_SCALES = {"percent": 100.0, "per_100k": 100_000.0}


@dataclass(frozen=True)
class Standing:
    """What is known of every district on one fact.

    Attributes
    ----------
    places : pandas.DataFrame
        By code, best first: district, raw, shrunk, low, high, spatial (in the fact's unit), rank, first,
        last, group, position (in the funnel), called (beyond chance with false discoveries controlled) and
        quadrant (of the local pattern found; else empty).
    pattern : Pattern
        Moran's I of the shrunken values.
    """

    places: pd.DataFrame
    pattern: Pattern


@once_per_view
def find_standing(view: View, fact: str) -> Standing | None:
    """Shrunken values, ranks with their ranges and the pattern among neighbours.

    Parameters
    ----------
    view : View
    fact : str
        A fact with a Wilson or Poisson interval and a denominator.

    Returns
    -------
    Standing or None
        None where it has none, or is known in fewer than three districts.
    """
    rows, info = list_values(view, fact), view.describe(fact)
    if rows.empty or info.unit == "count" or info.interval not in ("wilson", "poisson"):
        return None
    rows = rows[rows["value"].notna() & (rows["denominator"] > 0)]
    if len(rows) < 3:
        return None
    share, scale = info.interval == "wilson", _SCALES.get(info.unit, 1.0)
    top, size = rows["numerator"], rows["denominator"]
    shrunk = (shrink_shares if share else shrink_rates)(top, size)
    ranked = (rank_shares if share else rank_rates)(top, size, descending=info.direction != "less_is_better")
    funnel = (draw_funnel_of_shares if share else draw_funnel_of_rates)(top, size)
    graph = join_neighbours(view.districts.set_index("code").geometry)
    pattern = find_pattern(shrunk["shrunk"], graph)
    local = pattern.places
    places = pd.DataFrame(
        {
            "district": rows["district"],
            "raw": rows["value"],
            "shrunk": scale * shrunk["shrunk"],
            "low": scale * shrunk["low"],
            "high": scale * shrunk["high"],
            "spatial": scale * shrink_to_neighbours(top, size, graph),
            "rank": ranked["rank"],
            "first": ranked["low"],
            "last": ranked["high"],
            "group": ranked["group"],
            "position": funnel.places["position"],
            "called": funnel.places["called"],
            "quadrant": local["quadrant"].where(local["found"].astype(bool), ""),
        }
    )
    return Standing(places.sort_values(["rank", "district"]), pattern)


def plot_rank_ranges(view: View, fact: str) -> display.Figure | None:
    """Each district's rank as a range; districts of one group cannot be told apart.

    Parameters
    ----------
    view : View
    fact : str

    Returns
    -------
    display.Figure or None
        None where `find_standing` finds nothing.
    """
    standing = find_standing(view, fact)
    if standing is None:
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    places = standing.places
    at = np.arange(len(places))[::-1]
    odd = (places["group"] % 2 == 1).to_numpy()
    with use_style():
        sheet, axes = make_axes(dots_height(len(places)), grid="x")
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
                label("standing.group", lang, n=group),
                (1, first),
                xycoords=("axes fraction", "data"),
                xytext=(0, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                size=style.small,
                color=style.muted,
            )
        draw_key(axes, [("●", label("standing.rank", lang), style.roles["main"])])
    wide, groups = int((places["last"] - places["first"]).max()), int(places["group"].max())
    return finish_figure(
        sheet,
        id=f"ranks-{slug_fact(fact)}",
        title=label("figure.ranks.title", lang, fact=info.title[lang], period=name_period(view)),
        alt=label(
            "figure.ranks.alt",
            lang,
            n=len(places),
            fact=info.title[lang],
            groups=groups,
            first=places["district"].iloc[0],
            wide=wide,
        ),
        source=describe_fact_source(
            view,
            info,
            label("source.ranks", lang, n=format_number(DRAWS))
            + (label("source.parted", lang) if groups > 1 else ""),
        ),
    )


def tabulate_standing(view: View, fact: str) -> display.Table | None:
    """Raw and shrunken values, rank ranges, groups, who is beyond chance, and the pattern of neighbours.

    Parameters
    ----------
    view : View
    fact : str

    Returns
    -------
    display.Table or None
        None where `find_standing` finds nothing.
    """
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
            display.Cell(_say_place(row, info, lang), note=_note(row, info)),
            display.Cell(label(f"pattern.{row['quadrant']}", lang) if row["quadrant"] else "—"),
        )
        for code, row in standing.places.iterrows()
    )  # fmt: skip
    heads = ("district", "raw", "shrunk", "spatial", "rank", "group", "funnel", "pattern")
    return display.Table(
        id=f"standing-{slug_fact(fact)}",
        title=label("table.standing.title", lang, fact=info.title[lang], period=name_period(view)),
        columns=tuple(
            display.Column(
                label(f"column.standing.{name}", lang),
                name_unit(info, lang) if name in ("raw", "spatial") else "",
                "right" if 0 < n < 6 else "left",
            )
            for n, name in enumerate(heads)
        ),
        rows=rows,
        notes=(
            label("table.standing.note", lang),
            *([label("table.standing.listed", lang)] if standing.places["called"].any() else []),
            say_pattern(standing.pattern, lang),
        ),
    )


def _say_place(row: pd.Series, info: FactInfo, lang: str) -> str:
    """Where a district lies in the funnel."""
    names = {-2: "below998", -1: "below95", 0: "within", 1: "above95", 2: "above998"}
    words = label(f"standing.{names[int(row['position'])]}", lang)
    return label("standing.called", lang, words=words) if row["called"] else words


def _note(row: pd.Series, info: FactInfo) -> str:
    """Better or worse, of a district that is beyond chance on a fact that has a good side."""
    if not row["called"] or info.direction == "neither":
        return ""
    return "better" if (row["position"] > 0) == (info.direction == "more_is_better") else "worse"


def say_pattern(pattern: Pattern, lang: str) -> str:
    """Moran's I in words, or why there is none."""
    if pattern.reason:
        return label(f"pattern.reason.{pattern.reason}", lang)
    key = "beyond" if pattern.p < 0.05 else "within"
    found = int(pattern.places["found"].sum())
    return label(
        f"pattern.{key}{'' if found else '_none'}",
        lang,
        moran=format_number(pattern.moran, 2),
        p=say_p(pattern.p),
        n=found,
    )


def map_pattern(view: View, fact: str) -> display.Figure | None:
    """Districts that resemble their neighbours, or stand out from them, beyond chance.

    Parameters
    ----------
    view : View
    fact : str

    Returns
    -------
    display.Figure or None
        None where there are too few districts with neighbours, or none is found.
    """
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
        sheet, axes, strip = make_map(tuple(districts.total_bounds))
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
        sheet,
        id=f"pattern-{slug_fact(fact)}",
        title=label("figure.pattern.title", lang, fact=info.title[lang], period=name_period(view)),
        alt=label("figure.pattern.alt", lang, area=name_area(view), names=join_list(names, lang)),
        source=describe_fact_source(view, info, say_pattern(standing.pattern, lang)),
    )
