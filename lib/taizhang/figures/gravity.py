"""Every district on every indicator in one table, the gravest first."""

from dataclasses import replace

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.gravity import HeatTable, find_heat
from taizhang.analysis.naming import name_area
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_fact_cell, make_table, write_number
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import format_fact, join_list, name_unit

# Beside the colour, so that nothing is told by it alone.
MARKS = {"red": "●", "amber": "○", "worse": "▼", "better": "▲"}


@exhibit("heat-table")
def tabulate_heat(view: View) -> display.Table | None:
    """Districts by the gravity of their problems, with counts of problems and the indicators of the first page."""
    heat = find_heat(view)
    if heat is None:
        return None
    rows: list[tuple[object, ...]] = []
    for code, place in heat.places.iterrows():
        name = display.Cell(
            f"{place['number']} {place['district']}", int(place["number"]), district=str(code)
        )
        counts = [write_number(place[name]) for name in ("severe", "lesser")]
        states = heat.states.loc[code]
        cells = [_make_cell(view, info, str(code), str(states[info.name])) for info in heat.facts]
        rows.append((name, *counts, *cells))
    hidden = {True: "withheld", False: ""}
    every = [_make_cell(view, info, ALL, hidden[view.is_withheld(info.name)]) for info in heat.facts]
    rows.append((display.Cell(name_area(view), district=ALL), "", "", *every))
    columns = [_head(view, info) for info in heat.facts]
    return make_table(view, "heat-table", rows, columns=columns, notes=_tell_marks(view, heat), shaded=True)


def _head(view: View, info: FactInfo) -> display.Column:
    """In few words, where exhibits.yml has some for the fact."""
    own = info.name in load_exhibits()["heat-table"].words
    words = say_exhibit(view, "heat-table", info.name) if own else info.title[view.lang]
    return display.Column(words, "" if own else name_unit(info, view.lang), "center")


def _make_cell(view: View, info: FactInfo, code: str, state: str) -> display.Cell:
    """A value without its unit, with the mark of its state."""
    row = view.fact(info.name, code)
    if state == "withheld":
        words = say_exhibit(view, "heat-table", "withheld")
        return display.Cell(words, None, info.name, "suppressed", code)
    cell = make_fact_cell(row, info, view.lang, district=code)
    if row is None or cell.value is None:
        return replace(cell, text="—")
    return replace(cell, text=f"{MARKS.get(state, '')}{format_fact(row['value'], info)}", note=state)


def _tell_marks(view: View, heat: HeatTable) -> list[str]:
    """What the order and the marks mean, and which indicators have none."""
    notes = [say_exhibit(view, "heat-table", "note")]
    if (heat.states == "withheld").any(axis=None):
        notes.append(say_exhibit(view, "heat-table", "why_withheld"))
    if heat.untested:
        names = join_list([info.title[view.lang] for info in heat.untested], view.lang)
        notes.append(say_exhibit(view, "heat-table", "untested", names=names))
    return notes
