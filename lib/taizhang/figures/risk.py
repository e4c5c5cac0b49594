"""The risk map and the index of capacity, with how far they rest on their weights."""

import numpy as np
import pandas as pd

from taizhang.analysis.naming import name_area, name_period
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.view import View, once_per_view
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_style
from taizhang.figures.ground import draw_furniture, fill_districts, make_map, place_labels
from taizhang.figures.marks import set_strip_key
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label
from taizhang.stats.risk import (
    CLASSES,
    DIMENSIONS,
    DRAWS,
    SPREAD,
    Indicator,
    RiskIndex,
    RiskModel,
    compute_risk,
)
from taizhang.stats.shrink import shrink_rates

_FEWEST = 3  # districts below which there is nothing to scale


@once_per_view
def find_risk(view: View) -> tuple[RiskModel, RiskIndex] | None:
    """The index of every district, from the indicators that the workbook's ledgers allow.

    Parameters
    ----------
    view : View
        Of the whole area; its settings hold the model.

    Returns
    -------
    tuple of (RiskModel, RiskIndex) or None
        The model keeps only indicators known somewhere; None where fewer than two dimensions are left, or
        there are fewer than three districts.
    """
    measured = measure_indicators(view, *DIMENSIONS)
    if measured is None or len({indicator.dimension for indicator in measured[0].indicators}) < 2:
        return None
    return measured[0], compute_risk(*measured)


def measure_indicators(view: View, *dimensions: str) -> tuple[RiskModel, pd.DataFrame] | None:
    """The indicators of some dimensions that are known in at least three districts.

    Parameters
    ----------
    view : View
        Of the whole area; its settings hold the model.
    *dimensions : str

    Returns
    -------
    tuple of (RiskModel, DataFrame) or None
        The model with these indicators alone, and their values, districts by indicator number; None where there
        are none.
    """
    model = view.settings.get("risk")
    if not isinstance(model, RiskModel) or view.district != ALL or len(view.districts) < _FEWEST:
        return None
    wanted = [indicator for indicator in model.indicators if indicator.dimension in dimensions]
    values = [(indicator, _measure(view, indicator)) for indicator in wanted]
    known = [
        (one, column) for one, column in values if column is not None and column.notna().sum() >= _FEWEST
    ]
    if not known:
        return None
    used = RiskModel(tuple(indicator for indicator, _ in known), model.weights, model.edges)
    return used, pd.DataFrame(dict(enumerate(column for _, column in known)))


def _measure(view: View, indicator: Indicator) -> pd.Series | None:
    """An indicator's value per district; None where its ledger isn't configured."""
    codes = view.districts["code"]
    if indicator.grades is not None:
        names = dict(zip(view.districts["name"], codes, strict=True))
        graded = {names.get(place, place): grade for place, grade in indicator.grades.items()}
        return pd.Series([graded.get(code, np.nan) for code in codes], index=list(codes), dtype=float)
    top = _look_up(view, indicator.value)
    if top is None or not indicator.of:
        return top
    base = _look_up(view, indicator.of)
    if base is None:
        return None
    if indicator.shrink:
        return shrink_rates(top, base)["shrunk"] if (base > 0).sum() >= _FEWEST else None
    return (top / base).where(base > 0)


def _look_up(view: View, name: str) -> pd.Series | None:
    """A fact, or a column of the latest population figures of the period's year or before."""
    codes = list(view.districts["code"])
    if not name.startswith("population."):
        rows = view.facts[(view.facts["fact"] == name) & (view.facts["district_code"] != ALL)]
        if rows.empty:
            return None
        hidden = rows["suppressed"].astype(bool)
        values = rows["value"].mask(hidden).to_numpy(float)
        return pd.Series(values, index=rows["district_code"]).reindex(codes)
    table = view.ledgers.get("population")
    if table is None or table.empty:
        return None
    table = table[table["year"] <= view.period.end.year].sort_values("year")
    column = table.dropna(subset=[name.split(".")[1]]).groupby("district_code")[name.split(".")[1]].last()
    return column.astype(float).reindex(codes)


@leave_out_of_brief
def map_risk(view: View) -> display.Figure | None:
    """The districts' classes of risk, five, each with its name.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where `find_risk` finds nothing.
    """
    found = find_risk(view)
    if found is None:
        return None
    lang, style = view.lang, load_style()
    places = found[1].places
    colours = dict(
        zip(
            CLASSES,
            [style.sequential[1], *(style.signals[c] for c in ("blue", "yellow", "orange", "red"))],
            strict=True,
        )
    )
    districts = view.outlines.set_index("code")
    level = places["class"].reindex(districts.index)
    with use_style():
        sheet, axes, strip = make_map(tuple(districts.total_bounds))
        fill_districts(axes, districts, [colours.get(name, "") for name in level])
        texts = [
            f"{name}\n{format_number(places['index'][code], 1)}" for code, name in districts["name"].items()
        ]
        inks = [style.ink if level[code] in ("", CLASSES[0]) else style.paper for code in districts.index]
        left_out = place_labels(axes, list(districts.geometry), texts, inks, size=style.small)
        set_strip_key(
            strip, [("■", label(f"risk.{name}", lang), colours[name]) for name in reversed(CLASSES)]
        )
        draw_furniture(axes, strip, view)
    worst = [
        str(districts["name"][code])
        for code in places.sort_values("rank").index[:3]
        if code in districts.index
    ]
    return finish_figure(
        sheet,
        id="risk-map",
        title=label("figure.risk.title", lang, period=name_period(view)),
        alt=label(
            "figure.risk.alt",
            lang,
            area=name_area(view),
            names=join_list(worst, lang),
            counts=join_list(
                [
                    label(
                        "figure.risk.one",
                        lang,
                        name=label(f"risk.{name}", lang),
                        n=int((level == name).sum()),
                    )
                    for name in reversed(CLASSES)
                    if (level == name).any()
                ],
                lang,
            ),
        ),
        source=label("source.risk", lang, n=len(found[0].indicators), day=format_date(view.as_of, lang))
        + (label("source.unlabelled", lang, n=len(left_out)) if left_out else ""),
    )


@leave_out_of_brief
def tabulate_risk(view: View) -> display.Table | None:
    """The index, its four dimensions, its class, and how often the class stays when weights move.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where `find_risk` finds nothing.
    """
    found = find_risk(view)
    if found is None:
        return None
    lang, places = view.lang, found[1].places.sort_values("rank")
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    rows = []
    for code, row in places.iterrows():
        parts = [row[name] for name in DIMENSIONS]
        cells = [display.Cell(str(names[code]), district=str(code))]
        cells += [
            display.Cell(format_number(part, 1), None if pd.isna(part) else float(part)) for part in parts
        ]
        cells.append(display.Cell(format_number(row["index"], 1), float(row["index"])))
        cells.append(display.Cell(label(f"risk.{row['class']}", lang) if row["class"] else "—"))
        cells.append(display.Cell(f"{format_number(100 * row['kept'])}%", 100 * float(row["kept"])))
        cells.append(display.Cell(say_classes(row, lang)))
        rows.append(tuple(cells))
    heads = ("district", *DIMENSIONS, "index", "class", "kept", "range")
    return display.Table(
        id="risk-table",
        title=label("table.risk.title", lang, period=name_period(view)),
        columns=tuple(
            display.Column(
                label(f"column.risk.{name}", lang),
                "",
                "left" if name in ("district", "class", "range") else "right",
            )
            for name in heads
        ),
        rows=tuple(rows),
        notes=(
            label("table.risk.note", lang, edges=join_list([f"{edge:g}" for edge in found[0].edges], lang)),
            label(
                "table.risk.sensitivity", lang, draws=format_number(DRAWS), spread=format_number(100 * SPREAD)
            ),
        ),
    )


def say_classes(row: pd.Series, lang: str, words: str = "risk") -> str:
    """The classes that a district has in 95 % of the draws, in the words of that index."""
    if not row["low_class"]:
        return "—"
    low, high = (label(f"{words}.{row[name]}", lang) for name in ("low_class", "high_class"))
    return low if low == high else label("risk.range", lang, low=low, high=high)


@leave_out_of_brief
def tabulate_risk_weights(view: View) -> display.Table | None:
    """The indicators and weights that the index was made with.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where `find_risk` finds nothing.
    """
    found = find_risk(view)
    if found is None:
        return None
    lang, model = view.lang, found[0]
    rows = []
    for dimension in DIMENSIONS:
        members = [(n, i) for n, i in enumerate(model.indicators) if i.dimension == dimension]
        total = sum(indicator.weight for _, indicator in members)
        for n, indicator in members:
            unknown = int(found[1].scores[n].isna().sum())
            rows.append(
                (
                    display.Cell(label(f"column.risk.{dimension}", lang)),
                    display.Cell(indicator.name[lang]),
                    display.Cell(
                        f"{format_number(100 * indicator.weight / total)}%", indicator.weight / total
                    ),
                    display.Cell(
                        label(f"risk.direction.{'up' if indicator.more_is_worse else 'down'}", lang)
                    ),
                    display.Cell(format_number(unknown), float(unknown)),
                )
            )
    heads = ("dimension", "indicator", "weight", "direction", "unknown")
    return display.Table(
        id="risk-weights",
        title=label("table.risk_weights.title", lang),
        columns=tuple(
            display.Column(
                label(f"column.risk_weights.{name}", lang),
                "",
                "right" if name in ("weight", "unknown") else "left",
            )
            for name in heads
        ),
        rows=tuple(rows),
        notes=(label("table.risk_weights.note", lang),),
    )
