"""The index of emergency capacity: what stands behind one dimension of the risk index, told by itself."""

from dataclasses import replace
from typing import Literal

import pandas as pd

from taizhang.analysis.naming import name_period
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.risk import measure_indicators, say_classes
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label
from taizhang.stats.risk import DRAWS, SPREAD, RiskIndex, RiskModel, compute_risk

BEST = 10  # of a score


def find_capacity(view: View) -> tuple[RiskModel, RiskIndex] | None:
    """The lack of capacity of every district, from the indicators of capacity in risk.toml.

    Parameters
    ----------
    view : View
        Of the whole area.

    Returns
    -------
    tuple of (RiskModel, RiskIndex) or None
        Measured facts and grades alike, each 0 (best) to 10 (worst); None where none of them is known in three
        districts.
    """
    measured = measure_indicators(view, "capacity")
    if measured is None:
        return None
    model, values = measured
    return model, compute_risk(replace(model, weights={"capacity": 1.0}), values)


@leave_out_of_brief
def tabulate_capacity(view: View) -> display.Table | None:
    """Capacity by district: a score for each indicator, the index, its class, and how firm that is.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where `find_capacity` finds nothing.
    """
    found = find_capacity(view)
    if found is None:
        return None
    lang, (model, index) = view.lang, found
    places = index.places.sort_values(["index", "kept"], kind="stable")
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    rows = []
    for code, row in places.iterrows():
        kept = 100 * float(row["kept"])
        rows.append(
            (
                display.Cell(str(names[code]), district=str(code)),
                *(_cell(score) for score in index.scores.loc[code]),
                _cell(row["index"]),
                display.Cell(label(f"capacity.{row['class']}", lang) if row["class"] else "—"),
                display.Cell(
                    "—" if pd.isna(kept) else f"{format_number(kept)}%", None if pd.isna(kept) else kept
                ),
                display.Cell(say_classes(row, lang, "capacity")),
            )
        )
    heads: dict[str, Literal["left", "right"]] = {
        "index": "right", "class": "left", "kept": "right", "range": "left",
    }  # fmt: skip
    return display.Table(
        id="capacity-index",
        title=label("table.capacity.title", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(indicator.name[lang], "", "right") for indicator in model.indicators),
            *(
                display.Column(
                    label(f"column.capacity.{name}", lang),
                    "",
                    "right" if name in ("index", "kept") else "left",
                )
                for name in heads
            ),
        ),
        rows=tuple(rows),
        notes=(
            label("table.capacity.note", lang, weights=_say_weights(model, lang)),
            label(
                "table.risk.sensitivity", lang, draws=format_number(DRAWS), spread=format_number(100 * SPREAD)
            ),
        ),
    )


def _cell(lack: float) -> display.Cell:
    """A score turned round, so that more is better; a dash where it isn't known."""
    return (
        display.Cell("—")
        if pd.isna(lack)
        else display.Cell(format_number(BEST - lack, 1), float(BEST - lack))
    )


def _say_weights(model: RiskModel, lang: str) -> str:
    total = sum(indicator.weight for indicator in model.indicators)
    parts = [f"{one.name[lang]} {format_number(100 * one.weight / total)}%" for one in model.indicators]
    return ("、" if lang == "zh" else ", ").join(parts)
