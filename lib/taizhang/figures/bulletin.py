"""The one table of a bulletin: its key figures beside those of the period before and of the year before."""

from taizhang.analysis.changes import Then, compare_periods, name_then
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_change_cell, make_fact_cell, make_table
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
        cells: list[object] = [info.title[lang], make_fact_cell(row, info, lang)]
        for then, change in changes.items():
            # The two can't be compared.
            before = "—" if change is None else make_fact_cell(view.fact(name, when=then), info, lang)
            cells += [before, make_change_cell(change, info, lang)]
        rows.append(cells)
    month, year = (name_then(view, then) for then in comparisons)
    heads: list[display.Column | str] = []
    for words in (month, year):
        heads += [words[:1].upper() + words[1:], display.Column(label("column.change", lang))]
    return make_table(view, "changes", rows, columns=heads, dense=True, before=month)
