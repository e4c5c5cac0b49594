"""For exploration: one column against another, a district's neighbours, a workbook's own ledgers."""

import pandas as pd

from taizhang.analysis.rows import is_sensitive, name_values
from taizhang.analysis.view import View
from taizhang.core.errors import ParameterError
from taizhang.core.reasons import suggest
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import DATE_TYPES, load_kinds
from taizhang.metadata.words import label

_MONTHS = 12  # shown of a date, at least


def count_crossed(view: View, kind: str, rows: str, columns: str, *, most: int) -> pd.DataFrame:
    """Count the rows of a kind in the period by two of its columns.

    Each column shows its `most` frequent classes, in words, most frequent first (months in their order), then the
    others as one class, and last the totals, under ''. Empty if there are no rows. ParameterError if the kind has
    no such column, or its small counts are withheld.
    """
    if kind not in view.kinds:
        raise ParameterError("analysis.no_kind", kind=kind, near=suggest(kind, view.ledgers))
    fields = view.kinds[kind].fields
    if wrong := [name for name in (rows, columns) if name not in fields]:
        raise ParameterError("analysis.no_column", kind=kind, column=wrong[0], near=suggest(wrong[0], fields))
    if is_sensitive(view, kind):
        raise ParameterError("analysis.withheld", kind=kind)
    found = view.show(kind)
    if found.empty:
        return pd.DataFrame()
    down, across = (_name_classes(view, found, kind, name, most) for name in (rows, columns))
    counts = pd.crosstab(down, across)
    counts = counts.loc[_order(view, kind, rows, down), _order(view, kind, columns, across)]
    counts[""] = counts.sum(axis=1)
    counts.loc[""] = counts.sum()
    return counts


def _name_classes(view: View, found: pd.DataFrame, kind: str, name: str, most: int) -> pd.Series:
    """Return a column's classes in words, with those beyond the `most` frequent as one class."""
    values = found[name]
    if view.kinds[kind].fields[name].type in DATE_TYPES:
        values, most = values.dt.strftime("%Y-%m"), max(most, _MONTHS)
    classes = name_values(values.astype("str"), kind, name, view.lang, view.kinds)
    rest = _by_count(classes)[most:]
    return classes.mask(classes.isin(rest), label("explore.rest", view.lang, n=len(rest)))


def _order(view: View, kind: str, name: str, classes: pd.Series) -> pd.Index:
    """Order months by time, and other classes with the most frequent first."""
    if view.kinds[kind].fields[name].type in DATE_TYPES:
        return pd.Index(sorted(classes.unique()))
    return _by_count(classes)


def _by_count(classes: pd.Series) -> pd.Index:
    """Order classes by frequency, ties by name, so that a table is the same in every run."""
    counts = classes.value_counts().rename_axis("name").reset_index(name="n")
    return pd.Index(counts.sort_values(["n", "name"], ascending=[False, True])["name"])


def list_neighbours(view: View) -> list[str]:
    """Return the codes of the districts that share a border or corner with the view's, in the layer's order.

    Empty for the whole area, and for an island.
    """
    if view.district == ALL:
        return []
    from taizhang.stats.spatial import join_neighbours  # libpysal takes long to load

    graph = join_neighbours(view.districts.set_index("code")["geometry"])
    near = set(graph[view.district].index) - {view.district}
    return [str(code) for code in view.districts["code"] if code in near]


def list_own_kinds(view: View) -> list[str]:
    """Return the configured ledger kinds that the workbook itself defines."""
    built_in = load_kinds()
    return [kind for kind in view.ledgers if kind not in built_in]


def count_own_rows(view: View) -> dict[str, int]:
    """Count the rows in the period for each kind that the workbook itself defines."""
    return {kind: len(view.show(kind)) for kind in list_own_kinds(view)}
