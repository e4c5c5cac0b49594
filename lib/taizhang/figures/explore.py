"""For exploration: one column against another, a district beside its neighbours, a workbook's own ledgers."""

from taizhang.analysis.exhibits import say_exhibit
from taizhang.analysis.explore import count_crossed, count_own_rows, list_neighbours, list_own_kinds
from taizhang.analysis.naming import describe_source, name_area
from taizhang.analysis.selection import choose_beside_neighbours
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_fact_cell, make_table, tabulate_facts
from taizhang.metadata.facts import ALL

MOST_CLASSES = 12


def cross_tabulate(
    view: View, kind: str, rows: str, columns: str, *, most: int = MOST_CLASSES
) -> display.Table | None:
    """Count the rows of a kind, such as ``hazards``, in the period by two of its columns, with totals.

    The `most` frequent classes of each column are shown, and the rest are counted together. ParameterError if the
    kind has no such column, or its small counts are withheld.
    """
    counts = count_crossed(view, kind, rows, columns, most=most)
    if counts.empty:
        return None
    lang, fields = view.lang, view.kinds[kind].fields
    total = say_exhibit(view, "cross-table", "total")
    body = ((str(name) or total, *row) for name, row in counts.iterrows())
    names = {"rows": fields[rows].label(lang), "columns": fields[columns].label(lang)}
    return make_table(
        view,
        "cross-table",
        body,
        id=f"{kind}-{rows}-{columns}".replace("_", "-"),
        columns=[display.Column(names["rows"]), *(str(name) or total for name in counts.columns)],
        notes=(describe_source(view, kind, int(counts.to_numpy()[-1, -1])),),
        wide=len(counts.columns) > 7,
        title=say_exhibit(view, "cross-table", "title", kind=view.kinds[kind].title[lang], **names),
    )


def tabulate_neighbours(view: View, *facts: str) -> display.Table | None:
    """Tabulate facts of a district (given, or a default choice) beside those of each neighbour and the whole area.

    ParameterError if a fact does not exist.
    """
    if view.district == ALL:
        return None
    lang = view.lang
    codes = [view.district, *list_neighbours(view), ALL]
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True)) | {ALL: name_area(view)}
    rows = []
    for info in choose_beside_neighbours(view, *facts):
        cells = []
        for code in codes:
            named = {"district": "" if code == view.district else code, "interval": info.unit == "percent"}
            cells.append(make_fact_cell(view.fact(info.name, code), info, lang, **named))  # type: ignore[arg-type]
        rows.append((info.title[lang], *cells))
    heads = [str(names[code]) for code in codes]
    return make_table(view, "neighbours", rows, columns=heads, wide=len(codes) > 6)


def tabulate_own_ledgers(view: View) -> display.Table | None:
    """Tabulate the workbook's own ledger kinds: what a row is, and how many rows the period has."""
    lang = view.lang
    rows = (
        (view.kinds[kind].title[lang], view.kinds[kind].row[lang], n)
        for kind, n in count_own_rows(view).items()
    )
    return make_table(view, "own-ledgers", rows)


def tabulate_own_facts(view: View) -> display.Table | None:
    """Tabulate the facts of the workbook's own ledger kinds; facts added to a built-in kind are in that kind's
    table."""
    own = list_own_kinds(view)
    return tabulate_facts(view, *own) if own else None
