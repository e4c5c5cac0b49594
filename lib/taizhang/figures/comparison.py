"""All districts side by side: map of a fact, ranking with its uncertainty, table."""

import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from taizhang.analysis.naming import describe_source, name_area, name_period
from taizhang.analysis.view import View, once_per_view
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.ground import draw_furniture, fill_districts, make_map, place_labels
from taizhang.figures.marks import dots_height, draw_key, name_rows
from taizhang.figures.tables import make_fact_cell, name_kinds
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import (
    format_date,
    format_fact,
    format_number,
    join_unit,
    name_unit,
)
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.classes import choose_classes

# Characters that fit beside a swatch.
_MOST_IN_KEY = 12


@once_per_view
def list_values(view: View, fact: str) -> pd.DataFrame:
    """A fact's rows of all districts, suppressed ones without their value, indexed by code.

    Parameters
    ----------
    view : View
    fact : str

    Returns
    -------
    pandas.DataFrame
        Columns of the facts frame; empty where the fact isn't configured.
    """
    rows = view.facts[(view.facts["fact"] == fact) & (view.facts["district_code"] != ALL)]
    rows = rows.set_index("district_code")
    hidden = rows["suppressed"].astype(bool)
    numbers = ["value", "numerator", "denominator", "low", "high"]
    return rows.assign(**{name: rows[name].mask(hidden) for name in numbers})


def map_fact(view: View, fact: str) -> display.Figure | None:
    """A map of one fact over the districts, in classes whose method is named.

    Parameters
    ----------
    view : View
    fact : str

    Returns
    -------
    display.Figure or None
        None where the fact isn't configured, known nowhere, or nought everywhere.
    """
    rows = list_values(view, fact)
    values = rows["value"].dropna()
    if values.empty or not values.any():
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    edges, method = choose_classes(values.to_numpy(dtype=float), info.decimals)
    districts = view.outlines.set_index("code")
    known = rows["value"].reindex(districts.index)
    place = np.searchsorted(edges, known.to_numpy(dtype=float), side="left")
    fills = style.sequential if len(edges) > 2 else (style.sequential[1], style.sequential[3])
    step = (len(fills) - 1) / max(len(edges) - 1, 1)
    colours = [fills[round(n * step)] for n in range(len(edges))]
    with use_style():
        sheet, axes, strip = make_map(tuple(districts.total_bounds), foot_mm=24)
        shown = ["" if unknown else colours[n] for n, unknown in zip(place, known.isna(), strict=True)]
        fill_districts(axes, districts, shown)
        texts = [
            f"{name}\n{'' if pd.isna(known[code]) else format_fact(known[code], info)}".strip()
            for code, name in districts["name"].items()
        ]
        left_out = place_labels(
            axes,
            list(districts.geometry),
            texts,
            [style.paper if colour in style.sequential[3:] else style.ink for colour in shown],
            size=style.small,
            hatched=list(known.isna()),
        )
        without = known.index[known.isna()]
        why = _say_unknown(rows["suppressed"].reindex(without, fill_value=False), lang)
        _draw_classes(strip, values.to_numpy(dtype=float), edges, colours, info, lang, why)
        draw_furniture(axes, strip, view)
    high, low = values.idxmax(), values.idxmin()
    extra = label("source.classes", lang, method=label(f"classes.{method}", lang), number=len(edges))
    if left_out:
        extra += label("source.unlabelled", lang, n=len(left_out))
    return finish_figure(
        sheet,
        id=f"map-{slug_fact(fact)}",
        title=label("figure.map_fact.title", lang, fact=info.title[lang], period=name_period(view)),
        alt=label(
            "figure.map_fact.alt",
            lang,
            fact=info.title[lang],
            n=len(values),
            high=rows["district"][high],
            most=say_value(float(rows["value"][high]), info, lang),
            low=rows["district"][low],
            least=say_value(float(rows["value"][low]), info, lang),
            hatched=label("figure.map_fact.hatched", lang, n=len(without), why=why) if why else "",
        ),
        source=describe_fact_source(view, info, extra),
    )


def _say_unknown(hidden: pd.Series, lang: str) -> str:
    """Why districts have no value on a map, by whether each is withheld; empty where there are none."""
    if hidden.empty:
        return ""
    some = "withheld_or_none" if hidden.any() else "no_data"
    return label("word.withheld" if hidden.all() else f"word.{some}", lang)


def _name_with_unit(info: FactInfo, lang: str) -> str:
    """A fact's title with its unit; in English the title of a rate says what it is per."""
    unit = "" if lang == "en" and info.unit.startswith("per_") else name_unit(info, lang)
    return info.title[lang] + (label("word.unit_of", lang, unit=unit) if unit else "")


def slug_fact(fact: str) -> str:
    """A fact's name as part of an id."""
    return fact.replace(".", "-").replace("_", "-")


def say_value(value: float, info: FactInfo, lang: str) -> str:
    """A value with its unit."""
    return join_unit(format_fact(value, info), name_unit(info, lang), lang)


def describe_fact_source(view: View, info: FactInfo, extra: str) -> str:
    """The source line of a fact."""
    if info.kind in view.kinds:
        return describe_source(view, info.kind, extra=extra)
    words = label(f"source.{info.kind}_layer", view.lang, day=format_date(view.as_of, view.lang))
    return label("source.extra", view.lang, words=words, extra=extra) if extra else words


def _draw_classes(
    strip: Axes,
    values: np.ndarray,
    edges: np.ndarray,
    colours: list[str],
    info: FactInfo,
    lang: str,
    unknown: str,
) -> None:
    """Swatches with the least and the largest value of each class and how many districts it has.

    `unknown` says why districts have none; empty where all have.
    """
    style = load_style()
    place = np.searchsorted(edges, values, side="left")
    entries = []
    for number, colour in enumerate(colours):
        part = values[place == number]
        if not len(part):
            continue
        first, last = format_fact(part.min(), info), format_fact(part.max(), info)
        entries.append((colour, first if first == last else f"{first}–{last}", "", len(part)))
    if unknown:
        entries.append((style.empty, unknown, "////", 0))
    title = _name_with_unit(info, lang)
    strip.text(2, 21.5, title, size=style.small, va="center", color=style.muted)
    wide = (style.width_mm - 4) / 6
    for number, (colour, words, hatch, count) in enumerate(entries):
        left = 2 + number * wide
        strip.add_patch(
            Rectangle(
                (left, 13.6), 5, 3.6, facecolor=colour, hatch=hatch, edgecolor=style.muted, linewidth=0.4
            )
        )
        # Words too long for their place take a second line, where the others have their count.
        for line, height in zip(textwrap.wrap(words, _MOST_IN_KEY), (15.4, 10.6), strict=False):
            strip.text(left + 6.6, height, line, size=style.small, va="center")
        if count:
            strip.text(
                left + 6.6,
                10.6,
                label("map.districts", lang, n=count, districts=count),
                size=style.small,
                va="center",
                color=style.muted,
            )


def plot_ranking(view: View, fact: str) -> display.Figure | None:
    """Districts by a fact, best side first, each with its interval, against the whole area.

    Parameters
    ----------
    view : View
    fact : str

    Returns
    -------
    display.Figure or None
        None where the fact isn't configured, known in fewer than two districts, or nought everywhere.
    """
    rows = list_values(view, fact)
    rows = rows[rows["value"].notna()]
    if len(rows) < 2 or not rows["value"].any():
        return None
    lang, style, info = view.lang, load_style(), view.describe(fact)
    rising = info.direction == "less_is_better"
    rows = rows.sort_values(["value", "district"], ascending=[rising, True])
    places = np.arange(len(rows))[::-1]
    level = _find_level(view, info)
    low, high = rows["low"].fillna(rows["value"]), rows["high"].fillna(rows["value"])
    # A district without an interval leaves nothing out.
    limit = np.nan if level is None else level
    apart = (rows["low"] > limit) | (rows["high"] < limit)
    with use_style():
        sheet, axes = make_axes(dots_height(len(rows)), grid="x")
        if level is not None:
            axes.axvline(level, color=style.roles["before"], linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
        for part, role in ((~apart, "main"), (apart, "open")):
            axes.hlines(
                places[part.to_numpy()],
                low[part],
                high[part],
                color=style.roles[role],
                linewidth=2,
                alpha=0.45,
            )
            axes.scatter(
                rows.loc[part, "value"], places[part.to_numpy()], s=34, color=style.roles[role], zorder=3
            )
        name_rows(axes, places, rows["district"])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        whole = info.decimals == 0
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=whole))
        if info.unit == "percent":
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}%")
        else:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        if low.min() >= 0 and info.unit != "percent":
            axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.set_xlabel(_name_with_unit(info, lang))
        key = []
        if level is not None:
            words = "ranking.mean" if info.unit == "count" else "ranking.area"
            text = say_value(level, info, lang) if info.unit != "count" else format_number(level, 1)
            key.append(("┆", label(words, lang, area=name_area(view), value=text), style.roles["before"]))
        if apart.any():
            key.append(("●", label("ranking.apart", lang), style.roles["open"]))
        draw_key(axes, key)
    names = list(rows["district"])
    return finish_figure(
        sheet,
        id=f"ranking-{slug_fact(fact)}",
        title=label("figure.ranking.title", lang, fact=info.title[lang], period=name_period(view)),
        alt=label(
            "figure.ranking.alt",
            lang,
            n=len(rows),
            fact=info.title[lang],
            first=names[0],
            top=say_value(rows["value"].iloc[0], info, lang),
            last=names[-1],
            bottom=say_value(rows["value"].iloc[-1], info, lang),
            apart=int(apart.sum()),
        ),
        source=describe_fact_source(
            view, info, "" if rows["low"].isna().all() else label("source.interval", lang)
        ),
    )


def _find_level(view: View, info: FactInfo) -> float | None:
    """What districts are held against: the whole area's rate, or of counts their mean."""
    if info.unit == "count" or info.unit == "people":
        rows = list_values(view, info.name)
        return float(rows["value"].mean()) if rows["value"].notna().all() else None
    row = view.fact(info.name, ALL)
    return None if row is None or row["suppressed"] or pd.isna(row["value"]) else float(row["value"])


def tabulate_districts(view: View, *kinds: str) -> display.Table | None:
    """Key figures of all districts and the whole area, shares with their intervals.

    Parameters
    ----------
    view : View
    *kinds : str
        Ledger kinds whose key figures are shown; all where left out.

    Returns
    -------
    display.Table or None
        None where no key figure of these kinds is configured.
    """
    lang = view.lang
    infos = [
        info
        for name, info in view.fact_infos.items()
        if info.key and (not kinds or info.kind in kinds) and view.fact(name, ALL) is not None
    ]
    if not infos:
        return None
    codes = [*view.districts["code"], ALL]
    names = [*view.districts["name"], name_area(view)]
    rows = tuple(
        (display.Cell(name, district=code), *(_make_cell(view, info, code) for info in infos))
        for code, name in zip(codes, names, strict=True)
    )
    return display.Table(
        id="-".join(["districts", *kinds]).replace("_", "-"),
        title=label(
            "table.districts.title",
            lang,
            period=name_period(view),
            kinds=name_kinds([info.kind for info in infos], view),
        ),
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(info.title[lang], name_unit(info, lang), "right") for info in infos),
        ),
        rows=rows,
        notes=(label("table.districts.note", lang, day=format_date(view.as_of, lang)),),
    )


def _make_cell(view: View, info: FactInfo, code: str) -> display.Cell:
    """A fact of a district as a cell without its unit, which the head of the column has."""
    cell = make_fact_cell(view.fact(info.name, code), info, view.lang, district=code, interval=True)
    row = view.fact(info.name, code)
    if row is None or cell.value is None or (info.unit == "percent" and pd.notna(row["low"])):
        return cell
    return replace(cell, text=format_fact(row["value"], info))
