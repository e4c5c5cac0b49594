"""The table of a monthly bulletin: its key figures beside those of the period before and of the year before."""

from taizhang.analysis.changes import name_then
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.selection import BULLETIN, choose_changes
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_change_cell, make_earlier_cell, make_fact_cell, make_table
from taizhang.metadata.words import label


@exhibit("changes")
def tabulate_changes(view: View) -> display.Table | None:
    """Tabulate the key figures, and how each changed from the period before and from the year before.

    None if no key figure can be compared. Changes beyond chance are marked.
    """
    lang, rows = view.lang, []
    for shown in choose_changes(view):
        cells: list[object] = [shown.info.title[lang], make_fact_cell(shown.row, shown.info, lang)]
        for then, change in shown.changes.items():
            cells += [make_earlier_cell(view, shown, then), make_change_cell(change, shown.info, lang)]
        rows.append(cells)
    month, year = (name_then(view, then) for then in BULLETIN)
    heads: list[display.Column | str] = []
    for words in (month, year):
        heads += [words[:1].upper() + words[1:], display.Column(label("column.change", lang))]
    return make_table(view, "changes", rows, columns=heads, dense=True, before=month)
