"""All districts side by side: map of a fact, ranking with its uncertainty, funnel, table."""

import warnings
from dataclasses import replace

import mapclassify
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from taizhang import display
from taizhang.figures.canvas import finish_figure, make_axes, use_style
from taizhang.figures.ground import draw_furniture, keep_frame, make_map, place_labels, simplify_districts
from taizhang.figures.marks import bars_height, draw_key, shorten_label
from taizhang.figures.sources import describe_source, name_area
from taizhang.figures.tables import make_fact_cell
from taizhang.metadata.facts import FactInfo, describe_fact, load_facts
from taizhang.metadata.formats import (
    format_date,
    format_fact,
    format_number,
    join_list,
    join_unit,
    name_unit,
)
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.funnel import draw_funnel_of_rates, draw_funnel_of_shares
from taizhang.view import ALL, View

_CLASSES = 5
_MOST_FOR_BREAKS = 1000  # natural breaks take time with the square of the number


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
        None where the fact isn't configured, or known nowhere.
    """
    rows = list_values(view, fact)
    values = rows["value"].dropna()
    if values.empty:
        return None
    lang, style, info = view.lang, load_style(), describe_fact(fact)
    edges, method = choose_classes(values.to_numpy(dtype=float), info)
    districts = simplify_districts(view.districts).set_index("code")
    known = rows["value"].reindex(districts.index)
    place = pd.Series(np.searchsorted(edges, known.to_numpy(dtype=float), side="left"), index=districts.index)
    fills = style.sequential if len(edges) > 2 else (style.sequential[1], style.sequential[3])
    step = (len(fills) - 1) / max(len(edges) - 1, 1)
    colours = [fills[round(n * step)] for n in range(len(edges))]
    with use_style():
        sheet, axes, strip = make_map(tuple(districts.total_bounds), foot_mm=24)
        frame = keep_frame(axes)
        for number, colour in enumerate(colours):
            part = districts[known.notna() & (place == number)]
            if not part.empty:
                part.plot(ax=axes, facecolor=colour, edgecolor=style.paper, linewidth=0.9)
        unknown = districts[known.isna()]
        if not unknown.empty:
            unknown.plot(ax=axes, facecolor=style.empty, edgecolor=style.muted, hatch="////", linewidth=0.4)
        frame()
        dark = known.notna() & (
            place.map(lambda n: colours[min(n, len(colours) - 1)]).isin(style.sequential[3:])
        )
        texts = [
            f"{name}\n{'' if pd.isna(known[code]) else format_fact(known[code], info)}".strip()
            for code, name in districts["name"].items()
        ]
        left_out = place_labels(
            axes,
            list(districts.geometry),
            texts,
            [style.paper if dark[code] else style.ink for code in districts.index],
            size=style.small,
        )
        _draw_classes(strip, values.to_numpy(dtype=float), edges, colours, info, lang, bool(len(unknown)))
        draw_furniture(axes, strip, view)
    high, low = values.idxmax(), values.idxmin()
    extra = label("source.classes", lang, method=label(f"classes.{method}", lang), number=len(edges))
    if left_out:
        extra += label("source.unlabelled", lang, n=len(left_out))
    return finish_figure(
        sheet,
        id=f"map-{slug_fact(fact)}",
        title=label("figure.map_fact.title", lang, fact=info.title[lang], period=view.period.label(lang)),
        alt=label(
            "figure.map_fact.alt",
            lang,
            fact=info.title[lang],
            n=len(values),
            high=rows.at[high, "district"],
            most=_say(rows.at[high, "value"], info, lang),
            low=rows.at[low, "district"],
            least=_say(rows.at[low, "value"], info, lang),
            missing=len(districts) - len(values),
        ),
        source=_name_source(view, info, extra),
    )


def slug_fact(fact: str) -> str:
    """A fact's name as part of an id."""
    return fact.replace(".", "-").replace("_", "-")


def _say(value: float, info: FactInfo, lang: str) -> str:
    """A value with its unit."""
    return join_unit(format_fact(value, info), name_unit(info, lang), lang)


def _name_source(view: View, info: FactInfo, extra: str) -> str:
    """The source line of a fact."""
    if info.kind in load_kinds():
        return describe_source(view, info.kind, extra=extra)
    words = label(f"source.{info.kind}_layer", view.lang, day=format_date(view.as_of, view.lang))
    return label("source.extra", view.lang, words=words, extra=extra) if extra else words


def choose_classes(values: np.ndarray, info: FactInfo) -> tuple[np.ndarray, str]:
    """Upper edges of map classes: single values where they are few, else natural breaks.

    Parameters
    ----------
    values : ndarray of float
        Without NaN.
    info : FactInfo
        Its decimals say what counts as one value.

    Returns
    -------
    tuple of (ndarray, str)
        Ascending upper edges, inclusive, and the method: single, natural_breaks (Fisher 1958, Jenks 1977),
        or of very many values quantiles.
    """
    different = np.unique(np.round(values, info.decimals))
    if len(different) <= _CLASSES:
        # Half a last digit more, so that unrounded values fall into the class of their rounded one.
        return different + 0.5 * 10.0**-info.decimals, "single"
    if len(values) > _MOST_FOR_BREAKS:
        return np.unique(mapclassify.Quantiles(values, k=_CLASSES).bins).astype(float), "quantiles"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        edges = np.unique(mapclassify.FisherJenks(values, k=_CLASSES).bins)
    return edges.astype(float), "natural_breaks"


def _draw_classes(
    strip: Axes,
    values: np.ndarray,
    edges: np.ndarray,
    colours: list[str],
    info: FactInfo,
    lang: str,
    unknown: bool,
) -> None:
    """Swatches with the least and the largest value of each class and how many districts it has."""
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
        entries.append((style.empty, label("word.no_data", lang), "////", 0))
    unit = name_unit(info, lang)
    title = info.title[lang] + (label("word.unit_of", lang, unit=unit) if unit else "")
    strip.text(2, 21.5, title, size=style.small, va="center", color=style.muted)
    wide = (style.width_mm - 4) / 6
    for number, (colour, words, hatch, count) in enumerate(entries):
        left = 2 + number * wide
        strip.add_patch(
            Rectangle(
                (left, 13.6), 5, 3.6, facecolor=colour, hatch=hatch, edgecolor=style.muted, linewidth=0.4
            )
        )
        strip.text(left + 6, 15.4, words, size=style.small, va="center")
        if count:
            strip.text(
                left + 6,
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
        None where the fact isn't configured, or known in fewer than two districts.
    """
    rows = list_values(view, fact)
    rows = rows[rows["value"].notna()]
    if len(rows) < 2:
        return None
    lang, style, info = view.lang, load_style(), describe_fact(fact)
    rising = info.direction == "less_is_better"
    rows = rows.sort_values(["value", "district"], ascending=[rising, True])
    places = np.arange(len(rows))[::-1]
    level = _find_level(view, info)
    low, high = rows["low"].fillna(rows["value"]), rows["high"].fillna(rows["value"])
    apart = (low > level) | (high < level) if level is not None else pd.Series(False, index=rows.index)
    if rows["low"].isna().all():
        apart[:] = False
    with use_style():
        sheet, axes = make_axes(bars_height(len(rows), above=18), grid="x")
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
        axes.set_yticks(places, [shorten_label(name) for name in rows["district"]])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        whole = info.decimals == 0
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=whole))
        if info.unit == "percent":
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}%")
        else:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        if low.min() >= 0 and info.unit != "percent":
            axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        unit = name_unit(info, lang)
        axes.set_xlabel(info.title[lang] + (label("word.unit_of", lang, unit=unit) if unit else ""))
        key = []
        if level is not None:
            words = "ranking.mean" if info.unit == "count" else "ranking.area"
            text = _say(level, info, lang) if info.unit != "count" else format_number(level, 1)
            key.append(("┆", label(words, lang, area=name_area(view), value=text), style.roles["before"]))
        if apart.any():
            key.append(("●", label("ranking.apart", lang), style.roles["open"]))
        draw_key(axes, key)
    names = list(rows["district"])
    return finish_figure(
        sheet,
        id=f"ranking-{slug_fact(fact)}",
        title=label("figure.ranking.title", lang, fact=info.title[lang], period=view.period.label(lang)),
        alt=label(
            "figure.ranking.alt",
            lang,
            n=len(rows),
            fact=info.title[lang],
            first=names[0],
            top=_say(rows["value"].iloc[0], info, lang),
            last=names[-1],
            bottom=_say(rows["value"].iloc[-1], info, lang),
            apart=int(apart.sum()),
        ),
        source=_name_source(view, info, "" if rows["low"].isna().all() else label("source.interval", lang)),
    )


def _find_level(view: View, info: FactInfo) -> float | None:
    """What districts are held against: the whole area's rate, or of counts their mean."""
    if info.unit == "count" or info.unit == "people":
        rows = list_values(view, info.name)
        return float(rows["value"].mean()) if rows["value"].notna().all() else None
    row = view.fact(info.name, ALL)
    return None if row is None or row["suppressed"] or pd.isna(row["value"]) else float(row["value"])


def plot_funnel(view: View, fact: str) -> display.Figure | None:
    """Districts' shares or rates against their size, with limits that chance alone would keep to.

    Limits at 95 and 99.8 percent around the value of all districts together, widened where districts
    vary more than chance alone would have it (Spiegelhalter 2005, Statistics in Medicine 24, 1185-1202).

    Parameters
    ----------
    view : View
    fact : str
        A fact with a Wilson or Poisson interval and a denominator.

    Returns
    -------
    display.Figure or None
        None where the fact has no denominator, isn't configured, or is known in fewer than three districts.
    """
    rows = list_values(view, fact)
    rows = rows[rows["value"].notna() & (rows["denominator"] > 0)]
    info = describe_fact(fact)
    area = view.fact(fact, ALL)
    if len(rows) < 3 or area is None or pd.isna(area["value"]) or info.unit == "count":
        return None
    if info.interval not in ("wilson", "poisson"):
        return None
    lang, style = view.lang, load_style()
    scale = {"percent": 100.0, "per_100k": 100_000.0}.get(info.unit, 1.0)
    draw = draw_funnel_of_shares if info.interval == "wilson" else draw_funnel_of_rates
    funnel = draw(rows["numerator"], rows["denominator"])
    level = scale * funnel.target
    out = (funnel.places["position"].abs() == 2).reindex(rows.index, fill_value=False)
    with use_style():
        sheet, axes = make_axes(90, grid="y")
        for name, dash in (("95", (0, (3, 2))), ("998", "-")):
            for side in ("low", "high"):
                axes.plot(
                    funnel.limits["size"],
                    scale * funnel.limits[f"{side}{name}"],
                    color=style.roles["before"],
                    linewidth=1.1,
                    linestyle=dash,
                )
        axes.axhline(level, color=style.muted, linewidth=1.1)
        for part, role in ((~out, "main"), (out, "open")):
            axes.scatter(
                rows.loc[part, "denominator"],
                rows.loc[part, "value"],
                s=34,
                color=style.roles[role],
                zorder=3,
            )
        for code in rows.index[out]:
            above = rows.at[code, "value"] > level
            axes.annotate(
                rows.at[code, "district"],
                (rows.at[code, "denominator"], rows.at[code, "value"]),
                xytext=(0, 7 if above else -7),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                size=style.small,
                color=style.roles["open"],
            )
        _set_funnel_limits(axes, rows, funnel.limits, level, scale, info)
        axes.set_xlabel(label("axis.denominator", lang))
        draw_key(
            axes,
            [
                (
                    "—",
                    label("ranking.area", lang, area=name_area(view), value=_say(level, info, lang)),
                    style.muted,
                ),
                ("- -", "95%", style.roles["before"]),
                ("—", "99.8%", style.roles["before"]),
            ],
        )
    extra = label("source.funnel", lang)
    if funnel.dispersion > 1:
        extra += label("source.dispersion", lang, times=format_number(funnel.dispersion, 1))
    return finish_figure(
        sheet,
        id=f"funnel-{slug_fact(fact)}",
        title=label("figure.funnel.title", lang, fact=info.title[lang], period=view.period.label(lang)),
        alt=label(
            "figure.funnel.alt",
            lang,
            n=len(rows),
            fact=info.title[lang],
            out=int(out.sum()),
            names=join_list(list(rows.loc[out, "district"]), lang) or label("word.none", lang),
        ),
        source=_name_source(view, info, extra),
    )


def _set_funnel_limits(
    axes: Axes, rows: pd.DataFrame, limits: pd.DataFrame, level: float, scale: float, info: FactInfo
) -> None:
    """Show all districts and the funnel where it is of use, not its endless mouth."""
    wide = limits["size"] >= limits["size"].quantile(0.3)
    ends = scale * limits.loc[wide, ["low998", "high998"]]
    bottom = min(rows["value"].min(), ends["low998"].min())
    top = max(rows["value"].max(), ends["high998"].max())
    pad = 0.06 * (top - bottom)
    if info.unit == "percent":
        axes.set_ylim(max(bottom - pad, -2.0), min(top + pad, 102.0))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    else:
        axes.set_ylim(max(bottom - pad, 0.0) if bottom > 0 else -pad / 2, top + pad)
    axes.set_xlim(0, 1.05 * rows["denominator"].max())
    axes.xaxis.set_major_formatter(lambda value, _: format_number(value))


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
        for name, info in load_facts().items()
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
        title=label("table.districts.title", lang, period=view.period.label(lang)),
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(info.title[lang], name_unit(info, lang), "right") for info in infos),
        ),
        rows=rows,
        notes=(label("table.districts.note", lang, day=format_date(view.as_of, lang)),),
        wide=len(infos) > 6,
    )


def _make_cell(view: View, info: FactInfo, code: str) -> display.Cell:
    """A fact of a district as a cell without its unit, which the head of the column has."""
    cell = make_fact_cell(view.fact(info.name, code), info, view.lang, district=code, interval=True)
    row = view.fact(info.name, code)
    if row is None or cell.value is None or (info.unit == "percent" and pd.notna(row["low"])):
        return cell
    return replace(cell, text=format_fact(row["value"], info))
