"""The index of emergency capacity: what stands behind one dimension of the risk index, told by itself."""

from typing import Literal

import pandas as pd

from taizhang.analysis.capacity import find_capacity
from taizhang.analysis.naming import name_period
from taizhang.analysis.risk import Risk
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.risk import say_classes
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label
from taizhang.stats.risk import DRAWS, SPREAD


@leave_out_of_brief
def tabulate_capacity(view: View) -> display.Table | None:
    """Capacity by district: a score for each indicator, the index, its class, and how firm that is."""
    found = find_capacity(view)
    if found is None:
        return None
    lang, model, rows = view.lang, found.model, []
    for code, row in found.places.iterrows():
        kept = 100 * float(row["kept"])
        rows.append(
            (
                display.Cell(row["district"], district=str(code)),
                *(_cell(score) for score in found.scores.loc[code]),
                _cell(row["strength"]),
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
            label("table.capacity.note", lang, weights=_say_weights(found, lang)),
            label(
                "table.risk.sensitivity", lang, draws=format_number(DRAWS), spread=format_number(100 * SPREAD)
            ),
        ),
    )


def _cell(strength: float) -> display.Cell:
    """A score; a dash where it isn't known."""
    return (
        display.Cell("—") if pd.isna(strength) else display.Cell(format_number(strength, 1), float(strength))
    )


def _say_weights(found: Risk, lang: str) -> str:
    parts = [f"{one.indicator.name[lang]} {format_number(100 * one.share)}%" for one in found.indicators]
    return ("、" if lang == "zh" else ", ").join(parts)
