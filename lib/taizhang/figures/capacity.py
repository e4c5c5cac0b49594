"""The index of emergency capacity: one dimension of the risk index, reported on its own."""

from taizhang.analysis.capacity import find_capacity
from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.risk import Risk
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.risk import say_classes, say_sensitivity
from taizhang.figures.tables import make_table, write_number
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label


@exhibit("capacity-index")
def tabulate_capacity(view: View) -> display.Table | None:
    """Tabulate capacity by district: a score for each indicator, the index, its class, and how certain the class
    is."""
    found = find_capacity(view)
    if found is None:
        return None
    lang, model, rows = view.lang, found.model, []
    for code, row in found.places.iterrows():
        scores = (write_number(score, 1) for score in (*found.scores.loc[code], row["strength"]))
        level = label(f"capacity.{row['class']}", lang) if row["class"] else "—"
        kept = write_number(100 * row["kept"], unit="%")
        words = say_classes(row, lang, "capacity")
        rows.append((display.Cell(row["district"], district=str(code)), *scores, level, kept, words))
    weights = _say_weights(found, lang)
    notes = (say_exhibit(view, "capacity-index", "note", weights=weights), say_sensitivity(view))
    heads = [indicator.name[lang] for indicator in model.indicators]
    return make_table(view, "capacity-index", rows, columns=heads, notes=notes)


def _say_weights(found: Risk, lang: str) -> str:
    parts = [f"{one.indicator.name[lang]} {format_number(100 * one.share)}%" for one in found.indicators]
    return ("、" if lang == "zh" else ", ").join(parts)
