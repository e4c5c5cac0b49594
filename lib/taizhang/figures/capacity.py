"""The index of emergency capacity: what stands behind one dimension of the risk index, told by itself."""

import pandas as pd

from taizhang.analysis.capacity import find_capacity
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.risk import Risk
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.risk import say_classes, say_sensitivity
from taizhang.figures.tables import list_heads, make_table
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label


@exhibit("capacity-index")
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
    return make_table(
        view,
        "capacity-index",
        rows,
        columns=(
            display.Column(label("column.district", lang)),
            *(display.Column(indicator.name[lang], "", "right") for indicator in model.indicators),
            *list_heads("capacity-index", lang),
        ),
        notes=(
            say_exhibit(view, "capacity-index", "note", weights=_say_weights(found, lang)),
            say_sensitivity(view),
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
