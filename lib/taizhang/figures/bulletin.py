"""The one table of a bulletin: its key figures beside those of the period before and of the year before."""

import pandas as pd

from taizhang.analysis.changes import Change, Then, compare_periods, name_then
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import describe_change, make_fact_cell, make_table
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.words import label


@exhibit("changes")
def tabulate_changes(view: View) -> display.Table | None:
    """The key figures, and how each changed on the period just before and on the year before.

    None where no key figure can be compared. A change that is beyond chance says so.
    """
    lang, rows = view.lang, []
    comparisons: tuple[Then, ...] = ("previous", "year")
    for name, info in view.fact_infos.items():
        row = view.fact(name) if info.key else None
        changes = {then: compare_periods(view, name, then=then) for then in comparisons}
        if row is None or not any(changes.values()):
            continue
        cells = [display.Cell(info.title[lang]), make_fact_cell(row, info, lang)]
        for then, change in changes.items():
            cells += _make_cells(view.fact(name, when=then), change, info, lang)
        rows.append(tuple(cells))
    month, year = (name_then(view, then) for then in comparisons)
    change_column = display.Column(label("column.change", lang))
    columns = (
        display.Column(label("column.indicator", lang)),
        display.Column(label("column.this_period", lang), "", "right"),
        display.Column(month[:1].upper() + month[1:], "", "right"),
        change_column,
        display.Column(year[:1].upper() + year[1:], "", "right"),
        change_column,
    )
    return make_table(view, "changes", rows, columns=columns, dense=True, before=month)


def _make_cells(
    earlier: pd.Series | None, change: Change | None, info: FactInfo, lang: str
) -> list[display.Cell]:
    """What a figure was, and how it has changed since; dashes where the two can't be compared."""
    if change is None:
        return [display.Cell("—"), display.Cell("—")]
    return [
        make_fact_cell(earlier, info, lang),
        display.Cell(
            describe_change(change, info, lang),
            change.difference,
            note=change.verdict if change.verdict != "neutral" else "",
        ),
    ]
