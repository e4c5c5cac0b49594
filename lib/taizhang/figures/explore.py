"""For looking around: one column against another, a district beside its neighbours, a workbook's own ledgers."""

import pandas as pd

from taizhang.analysis.naming import describe_source, name_area, name_period, name_place
from taizhang.analysis.rows import find_rows, name_values
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.core.errors import ParameterError
from taizhang.figures.tables import make_fact_cell, tabulate_facts
from taizhang.figures.time import is_sensitive
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_number
from taizhang.metadata.kinds import DATE_TYPES, load_kinds
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
    """Count the rows of a kind in the period by two of its columns, with totals.

    Parameters
    ----------
    view : View
    kind : str
        Ledger kind, such as ``hazards``.
    rows, columns : str
        Columns of it, such as ``trade`` and ``severity``.
    most : int
        Classes shown of each, the most frequent first; the rest are counted together.

    Returns
    -------
    display.Table or None
        None where there are no rows.

    Raises
    ------
    ParameterError
        If the kind has no such column, or its small counts are withheld.
    """
    lang = view.lang
    if kind not in view.kinds:
        raise ParameterError(f"no ledger kind '{kind}'; this workbook has {', '.join(view.ledgers)}")
    fields = view.kinds[kind].fields
    if wrong := [name for name in (rows, columns) if name not in fields]:
        raise ParameterError(f"{kind} has no column '{wrong[0]}'; it has {', '.join(fields)}")
    if is_sensitive(view, kind):
        raise ParameterError(
            f"small counts of {kind} are withheld in this workbook ([indicators] suppress), so they are not "
            "cross-tabulated; book.ledger() has the rows"
        )
    found = find_rows(view, kind)
    if found.empty:
        return None
    named = {name: _name_classes(view, found, kind, name, most) for name in (rows, columns)}
    counts = pd.crosstab(named[rows], named[columns])
    counts = counts.loc[_order(view, kind, rows, named[rows]), _order(view, kind, columns, named[columns])]
    total = label("explore.total", lang)
    body = [
        (display.Cell(str(name)), *(_count(n) for n in row), _count(row.sum()))
        for name, row in counts.iterrows()
    ]
    body.append((display.Cell(total), *(_count(n) for n in counts.sum()), _count(counts.to_numpy().sum())))
    heads = (
        display.Column(fields[rows].label(lang)),
        *(display.Column(str(name), "", "right") for name in counts.columns),
        display.Column(total, "", "right"),
    )
    return display.Table(
        id=f"{kind}-{rows}-{columns}".replace("_", "-"),
        title=label(
            "explore.crosstab",
            lang,
            kind=view.kinds[kind].title[lang],
            period=name_period(view),
            rows=fields[rows].label(lang),
            columns=fields[columns].label(lang),
        ),
        columns=heads,
        rows=tuple(body),
        notes=(describe_source(view, kind, len(found)),),
        wide=len(heads) > 8,
    )


def _name_classes(view: View, found: pd.DataFrame, kind: str, name: str, most: int) -> pd.Series:
    """A column's classes in words; those beyond the `most` frequent as one class."""
    values = found[name]
    if view.kinds[kind].fields[name].type in DATE_TYPES:
        values, most = values.dt.strftime("%Y-%m"), max(most, 12)
    classes = name_values(values.astype("str"), kind, name, view.lang, view.kinds)
    order = _by_count(classes)
    rest = order[most:]
    return classes.mask(classes.isin(rest), label("explore.rest", view.lang, n=len(rest)))


def _order(view: View, kind: str, name: str, classes: pd.Series) -> pd.Index:
    """Months in their order, other classes with the most frequent first."""
    if view.kinds[kind].fields[name].type in DATE_TYPES:
        return pd.Index(sorted(classes.unique()))
    return _by_count(classes)


def _by_count(classes: pd.Series) -> pd.Index:
    """Classes, most frequent first; equal ones by name, so that a table is the same run for run."""
    counts = classes.value_counts().rename_axis("name").reset_index(name="n")
    return pd.Index(counts.sort_values(["n", "name"], ascending=[False, True])["name"])


def _count(n: float) -> display.Cell:
    return display.Cell(format_number(n), float(n))


def list_neighbours(view: View) -> list[str]:
    """Codes of the districts that share a border or a corner with the view's, in the layer's order.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of str
        Empty for the whole area, and for an island.
    """
    if view.district == ALL:
        return []
    from taizhang.stats.spatial import join_neighbours  # libpysal takes long to load

    graph = join_neighbours(view.districts.set_index("code")["geometry"])
    near = set(graph[view.district].index) - {view.district}
    return [str(code) for code in view.districts["code"] if code in near]


def tabulate_neighbours(view: View, *facts: str) -> display.Table | None:
    """A district's facts beside those of each neighbour and the whole area.

    Parameters
    ----------
    view : View
    *facts : str
        Such as ``hazards.found``; a usual choice where left out.

    Returns
    -------
    display.Table or None
        None for the whole area, and where none of the facts is configured.

    Raises
    ------
    ParameterError
        If there is no such fact.
    """
    if view.district == ALL:
        return None
    if unknown := [fact for fact in facts if fact not in view.fact_infos]:
        raise ParameterError(f"no fact '{unknown[0]}'; the facts are the names in book.facts(period)['fact']")
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
    if not rows:
        return None
    return display.Table(
        id="neighbours",
        title=label("explore.neighbours", lang, name=name_place(view), period=name_period(view)),
        columns=(
            display.Column(label("column.indicator", lang)),
            *(display.Column(str(names[code]), "", "right") for code in codes),
        ),
        rows=tuple(rows),
        notes=(label("explore.neighbours_note", lang),),
        wide=len(codes) > 6,
    )


def _list_own(view: View) -> list[str]:
    """Configured kinds that are the workbook's own."""
    built_in = load_kinds()
    return [kind for kind in view.ledgers if kind not in built_in]


def tabulate_own_ledgers(view: View) -> display.Table | None:
    """The workbook's own ledger kinds: what a row is, and how many rows the period has.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where all ledgers are of built-in kinds.
    """
    own = _list_own(view)
    if not own:
        return None
    lang = view.lang
    rows = tuple(
        (
            display.Cell(view.kinds[kind].title[lang]),
            display.Cell(view.kinds[kind].row[lang]),
            _count(len(find_rows(view, kind))),
        )
        for kind in own
    )
    return display.Table(
        id="own-ledgers",
        title=label("explore.own_ledgers", lang, period=name_period(view)),
        columns=(
            display.Column(label("column.ledger", lang)),
            display.Column(label("explore.row_is", lang)),
            display.Column(label("word.rows", lang), "", "right"),
        ),
        rows=rows,
    )


def tabulate_own_facts(view: View) -> display.Table | None:
    """The facts of the workbook's own ledger kinds, as `tabulate_facts` shows them.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Table or None
        None where there are none; facts added to a built-in kind stand in that kind's own table.
    """
    own = _list_own(view)
    return tabulate_facts(view, *own) if own else None
