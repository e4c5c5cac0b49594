"""Where each district stands after allowing for chance: shrunken rates, rank ranges, neighbours."""

import numpy as np

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import name_area, say_pattern
from taizhang.analysis.standing import find_standing, mark_pattern
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.comparison import describe_fact_source, slug_fact
from taizhang.figures.ground import fill_districts, place_labels, say_unlabelled, use_map
from taizhang.figures.marks import (
    dots_height,
    draw_key,
    name_rows,
    note_point,
    set_strip_key,
    set_whole_ticks,
)
from taizhang.figures.tables import make_table, write_number
from taizhang.figures.tidy import join_ground, name_index
from taizhang.metadata.formats import format_fact, format_span, join_list, name_unit
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.shrink import DRAWS

_MOST_ROWS = 50  # districts of a chart of ranks


@exhibit("ranks")
def plot_rank_ranges(view: View, fact: str) -> display.Figure | None:
    """Plot each district's rank as a range; districts in one group do not differ clearly.

    None if there are many districts; the table beside it has the same ranges.
    """
    standing = find_standing(view, fact)
    if standing is None or len(standing.places) > _MOST_ROWS:
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    places = standing.places
    at = np.arange(len(places))[::-1]
    odd = (places["group"] % 2 == 1).to_numpy()
    with use_axes(dots_height(len(places)), grid="x") as (drawing, axes):
        for part, role in ((odd, "main"), (~odd, "third")):
            chosen, colour = places[part], style.roles[role]
            axes.hlines(at[part], chosen["first"], chosen["last"], color=colour, linewidth=3.5, alpha=0.4)
            axes.scatter(chosen["rank"], at[part], s=34, color=colour, zorder=3)
        left_pt = name_rows(axes, at, places["district"])
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
            words = say_exhibit(view, "ranks", "group", n=str(group))
            looks = {
                "xycoords": ("axes fraction", "data"),
                "ha": "right",
                "va": "center",
                "color": style.muted,
            }
            note_point(axes, words, (1, first), (0, 0), **looks)
        draw_key(axes, [("●", say_exhibit(view, "ranks", "rank"), style.roles["main"])], left_pt=left_pt)
    told = {
        "n": len(places), "fact": info.title[lang], "groups": standing.groups,
        "first": places["district"].iloc[0], "wide": standing.widest,
    }  # fmt: skip
    extra = say_exhibit(view, "ranks", "simulated", n=DRAWS)
    if standing.groups > 1:
        extra += say_exhibit(view, "ranks", "parted")
    if standing.partly:
        extra += (" " if lang == "en" else "") + say_exhibit(view, "standing", "partly", n=standing.partly)
    source = describe_fact_source(view, info, extra)
    return finish_figure(
        drawing, view, "ranks", data=lambda: name_index(places, "district_code"),
        id=f"ranks-{slug_fact(fact)}", source=source, told=told,
    )  # fmt: skip


@exhibit("standing")
def tabulate_standing(view: View, fact: str) -> display.Table | None:
    """Tabulate raw and shrunken values, rank ranges, groups, differences beyond chance, and the pattern of
    neighbours."""
    standing = find_standing(view, fact)
    if standing is None:
        return None
    lang, info = view.lang, view.describe(fact)
    unit = name_unit(info, lang)
    rows = []
    for code, row in standing.places.iterrows():
        raw, shrunk, low, high = (format_fact(row[name], info) for name in ("raw", "shrunk", "low", "high"))
        interval = label("word.interval", lang, value=shrunk, low=low, high=high)
        rank = label("standing.range", lang, rank=row["rank"], first=row["first"], last=row["last"])
        rows.append(
            (
                display.Cell(str(row["district"]), district=str(code)),
                display.Cell(raw, float(row["raw"]), fact=fact, district=str(code)),
                write_number(row["shrunk"], text=interval),
                write_number(
                    100 * row["above"],
                    text=format_span(100 * row["above"], 100 * row["above_most"], lang, unit="%"),
                ),
                write_number(row["spatial"], info.decimals),
                write_number(row["rank"], text=rank),
                write_number(row["group"]),
                display.Cell(label(f"standing.{row['side'] or 'within'}", lang), note=row["verdict"]),
                label(f"pattern.{row['quadrant']}", lang) if row["quadrant"] else "—",
            )
        )
    notes = [say_exhibit(view, "standing", "note"), say_pattern(standing.pattern, lang, alike=standing.alike)]
    if standing.called:
        notes.insert(1, say_exhibit(view, "standing", "called"))
    if standing.partly:
        notes.append(say_exhibit(view, "standing", "partly", n=standing.partly))
    id, title = f"standing-{slug_fact(fact)}", info.title[lang]
    return make_table(
        view, "standing", rows, id=id, notes=notes, units={"raw": unit, "spatial": unit}, fact=title
    )


@exhibit("pattern")
def map_pattern(view: View, fact: str) -> display.Figure | None:
    """Map districts that resemble their neighbours, or differ from them, beyond chance; None if there are none."""
    standing, marked = find_standing(view, fact), mark_pattern(view, fact)
    if standing is None or marked is None:
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    districts, quadrant = view.outlines.set_index("code"), marked.quadrants
    colours = {
        "high_high": style.signals["red"],
        "high_low": style.signals["orange"],
        "low_high": style.sequential[1],
        "low_low": style.signals["blue"],
    }
    with use_map(view, whole=True) as (drawing, axes, strip):
        fill_districts(axes, districts, [colours.get(name, style.empty) for name in quadrant])
        dark = quadrant.isin([name for name in colours if name != "low_high"])
        inks = [style.paper if dark[code] else style.ink for code in districts.index]
        left_out = place_labels(axes, districts.geometry, districts["name"], inks, lead=True)
        shown = [name for name in colours if (quadrant == name).any()]
        set_strip_key(strip, [("■", label(f"pattern.{name}", lang), colours[name]) for name in shown])
    told = {"fact": info.title[lang], "area": name_area(view), "names": join_list(marked.names, lang)}
    pattern = say_pattern(standing.pattern, lang, alike=standing.alike)
    source = describe_fact_source(view, info, pattern + say_unlabelled(districts["name"], left_out, lang))
    return finish_figure(
        drawing, view, "pattern", data=lambda: join_ground(view, quadrant.to_frame("quadrant")),
        id=f"pattern-{slug_fact(fact)}", source=source, told=told,
    )  # fmt: skip
