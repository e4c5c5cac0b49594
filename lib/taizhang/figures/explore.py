"""For looking around: one column against another, a district beside its neighbours, a workbook's own ledgers."""

from taizhang.analysis.exhibits import say_exhibit
from taizhang.analysis.explore import count_crossed, count_own_rows, list_neighbours, list_own_kinds
from taizhang.analysis.naming import describe_source, name_area
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.errors import ParameterError
from taizhang.core.reasons import suggest
from taizhang.figures.tables import make_fact_cell, make_table, tabulate_facts
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.words import label

MOST_CLASSES = 12
_NEIGHBOUR_FACTS = (
    "hazards.found",
    "hazards.rectification_rate",
    "hazards.days_to_rectify_median",
    "hazards.overdue",
    "inspections.visits",
    "drills.held",
    "incidents.count",
)


def cross_tabulate(
    view: View, kind: str, rows: str, columns: str, *, most: int = MOST_CLASSES
) -> display.Table | None:
    """Count the rows of a kind, such as ``hazards``, in the period by two of its columns, with totals.

    The `most` frequent classes of each are shown, the rest counted together. ParameterError where the kind has no such
    column, or its small counts are withheld.
    """
    counts = count_crossed(view, kind, rows, columns, most=most)
    if counts.empty:
        return None
    lang, fields = view.lang, view.kinds[kind].fields
    total = say_exhibit(view, "cross-table", "total")
    body = ((display.Cell(str(name) or total), *(_count(n) for n in row)) for name, row in counts.iterrows())
    heads = (
        display.Column(fields[rows].label(lang)),
        *(display.Column(str(name) or total, "", "right") for name in counts.columns),
    )
    words = {"rows": fields[rows].label(lang), "columns": fields[columns].label(lang)}
    return make_table(
        view,
        "cross-table",
        body,
        id=f"{kind}-{rows}-{columns}".replace("_", "-"),
        title=say_exhibit(view, "cross-table", "title", kind=view.kinds[kind].title[lang], **words),
        columns=heads,
        notes=(describe_source(view, kind, int(counts.to_numpy()[-1, -1])),),
        wide=len(heads) > 8,
    )


def _count(n: float) -> display.Cell:
    return display.Cell(format_number(n), float(n))


def tabulate_neighbours(view: View, *facts: str) -> display.Table | None:
    """A district's facts, or a usual choice of them, beside those of each neighbour and the whole area.

    ParameterError where there is no such fact.
    """
    if view.district == ALL:
        return None
    if unknown := [fact for fact in facts if fact not in view.fact_infos]:
        raise ParameterError("figures.no_fact", fact=unknown[0], near=suggest(unknown[0], view.fact_infos))
    lang = view.lang
    codes = [view.district, *list_neighbours(view), ALL]
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True)) | {ALL: name_area(view)}
    rows = []
    for fact in facts or _NEIGHBOUR_FACTS:
        info = view.fact_infos[fact]
        if view.fact(fact) is None:
            continue
        cells = [
            make_fact_cell(
                view.fact(fact, code),
                info,
                lang,
                district="" if code == view.district else code,
                interval=info.unit == "percent",
            )
            for code in codes
        ]
        rows.append((display.Cell(info.title[lang]), *cells))
    return make_table(
        view,
        "neighbours",
        rows,
        columns=(
            display.Column(label("column.indicator", lang)),
            *(display.Column(str(names[code]), "", "right") for code in codes),
        ),
        wide=len(codes) > 6,
    )


def tabulate_own_ledgers(view: View) -> display.Table | None:
    """The workbook's own ledger kinds: what a row is, and how many rows the period has."""
    lang = view.lang
    rows = (
        (display.Cell(view.kinds[kind].title[lang]), display.Cell(view.kinds[kind].row[lang]), _count(n))
        for kind, n in count_own_rows(view).items()
    )
    columns = (
        display.Column(label("column.ledger", lang)),
        display.Column(say_exhibit(view, "own-ledgers", "row_is")),
        display.Column(label("word.rows", lang), "", "right"),
    )
    return make_table(view, "own-ledgers", rows, columns=columns)


def tabulate_own_facts(view: View) -> display.Table | None:
    """The facts of the workbook's own ledger kinds; those added to a built-in kind stand in that kind's table."""
    own = list_own_kinds(view)
    return tabulate_facts(view, *own) if own else None
