"""Rows and counts behind charts: which months, how many per month, how many per class."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from taizhang.analysis.naming import show_text
from taizhang.analysis.view import View
from taizhang.facts.grounds import MOST_UNKNOWN
from taizhang.facts.measures import Amount, holds, number
from taizhang.facts.publicity import count_sessions
from taizhang.facts.rows import Mask, Rows
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.metadata.terms import name_term
from taizhang.metadata.words import label

MOST_BARS = 10
_SIGNALS = ("red", "orange", "yellow", "blue")
# Classes that a sentence names, and how many where that many are alike.
_LEADERS, _MOST_LEADERS = 3, 5


def have_rows(view: View, fact: str, districts: Collection[str]) -> bool:
    """Return whether any of some districts has a row, of any day, in the ledger of a fact."""
    kind = fact.split(".")[0]
    if kind not in view.ledgers:
        return bool(districts)
    return bool(view.ledgers[kind]["district_code"].isin(districts).any())


def choose_months(view: View) -> pd.PeriodIndex:
    """Return the months shown by a trend: those of the period, and at least the twelve up to its end."""
    last = pd.Period(view.period.end, "M")
    first = min(pd.Period(view.period.start, "M"), last - 11)
    return pd.period_range(first, last)


def count_months(days: pd.Series, months: pd.PeriodIndex, as_of: object = None) -> pd.Series:
    """Count days, as from `list_days`, per month.

    Months that begin after `as_of`, a date, are NaN, as nothing is known of them yet.
    """
    counts = days.dropna().dt.to_period("M").value_counts().reindex(months, fill_value=0).astype(float)
    if as_of is None:
        return counts
    return counts.where(months.start_time <= pd.Timestamp(str(as_of)))


def list_days(rows: Rows, *, exact: bool = True) -> pd.Series:
    """Return the rows' dates on the index of their frame; NaT if not known to the day or, if not `exact`, the month.

    Months are represented by their first day.
    """
    column = rows.ledger.date
    return rows.frame()[column].where(rows.is_day(column) if exact else rows.is_month(column))


def find_ends(months: pd.PeriodIndex) -> tuple[date, date]:
    """Return the first and last day of some months."""
    return months[0].start_time.date(), months[-1].end_time.date()


def touch(rows: Rows, first: date, last: date) -> Mask:
    """Return whether the span a row's date stands for, even a whole year, overlaps a span of days."""
    start, end = (np.datetime64(day, "D") for day in (first, last))
    return (rows.last_days(rows.ledger.date) >= start) & (rows.days(rows.ledger.date) <= end)


def is_enough(known: Mask, of: Mask) -> bool:
    """Return whether few enough rows are unknown for a result from the others to be stated."""
    return bool((of & ~known).sum() <= MOST_UNKNOWN * of.sum())


def count_monthless(view: View) -> dict[str, int]:
    """Count, by kind, rows dated only to a year that overlaps a trend's months; they are not counted in any month."""
    months, counts = choose_months(view), dict[str, int]()
    for kind in (kind for kind in view.ledgers if not is_sensitive(view, kind) and view.kinds[kind].date):
        rows = view.recorded(kind)
        counts[kind] = int((touch(rows, *find_ends(months)) & ~rows.is_month(view.kinds[kind].date)).sum())
    return {kind: number for kind, number in counts.items() if number}


def reaches_back(first: pd.Timestamp, months: pd.PeriodIndex) -> bool:
    """Return whether a ledger with this first day on record covers the year before these months."""
    return bool(first < (months[0] - 11).start_time)


def name_values(
    values: pd.Series, kind: str, column: str, lang: str, kinds: Mapping[str, Kind] | None = None
) -> pd.Series:
    """Write a column's classes in the report's language; unknown terms are unchanged, empty is 'not stated'.

    `kinds` are the view's; default: the built-in ones.
    """
    fields = (load_kinds() if kinds is None else kinds)[kind].fields
    names = fields[column].values if column in fields else {}
    unknown = label("word.not_stated", lang)
    written = [
        unknown
        if pd.isna(value)
        else names[value].label(lang)
        if value in names
        else name_term(str(value), lang)
        for value in values
    ]
    return pd.Series(written, index=values.index, dtype="str")


def count_classes(classes: pd.Series, parts: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Sum parts per class, most first; classes beyond the tenth combined, 'not stated' always last.

    `classes`, from `name_values`, and `parts`, of bool or number, refer to the same rows.
    """
    sums = parts.astype(float).groupby(classes.to_numpy()).sum()
    total = sums.sum(axis=1)
    sums = sums.loc[sorted(sums.index, key=lambda name: (-total[name], name))]
    unknown = label("word.not_stated", lang)
    tail = sums[sums.index == unknown]
    sums = sums[sums.index != unknown]
    if len(sums) > MOST_BARS:
        rest = sums.iloc[MOST_BARS - 1 :]
        name = label("word.others", lang, number=len(rest))
        sums = pd.concat([sums.iloc[: MOST_BARS - 1], rest.sum().rename(name).to_frame().T])
    return pd.concat([sums, tail])


@dataclass(frozen=True)
class Totals:
    """Totals of counts: by class (or month), by part, overall, and each class's share of the whole (NaN if it is 0)."""

    by_class: pd.Series
    by_part: pd.Series
    whole: float
    shares: pd.Series


def total_counts(counts: pd.DataFrame) -> Totals:
    """Return totals of counts by class and part; unknown values count as nothing."""
    by_class, by_part = counts.sum(axis=1), counts.sum()
    whole = float(by_class.sum())
    return Totals(by_class, by_part, whole, by_class / whole if whole else by_class * np.nan)


# Amounts that are more than the number in their column: a row of publicity without one counts as one session.
_AMOUNTS: Mapping[tuple[str, str], Amount] = {("publicity", "sessions"): count_sessions}


def sum_classes(view: View, kind: str, column: str, value: str = "") -> pd.Series | None:
    """Count the period's rows of a kind by the classes of a column (in words), or sum another column by class.

    None if there are no rows, no row gives its class, all sums are zero, or small counts are withheld.
    """
    counted = view.counted(kind)
    rows = counted.frame()
    if rows.empty or rows[column].isna().all() or is_sensitive(view, kind):
        return None
    amounts = _AMOUNTS.get((kind, value), number(value))(counted) if value else np.ones(len(counted))
    parts = pd.DataFrame({"n": np.nan_to_num(amounts)})
    classes = name_values(rows[column], kind, column, view.lang, view.kinds)
    counts = count_classes(classes, parts, view.lang)["n"]
    return counts if counts.sum() else None


def rank_classes(view: View, kind: str, column: str) -> pd.Series | None:
    """Count the period's rows by class (in words), most first; None if no row gives its class."""
    rows = view.counted(kind).frame()
    if rows.empty or rows[column].isna().all():
        return None
    classes = name_values(rows.loc[rows[column].notna(), column], kind, column, view.lang)
    counts = classes.value_counts()
    return counts[sorted(counts.index, key=lambda name: (-counts[name], name))]


def count_colours(view: View) -> pd.DataFrame | None:
    """Count the period's warnings by kind (in words) and colour: red to blue and, if any, unknown."""
    issued, rows = view.counted("warnings"), view.counted("warnings").frame()
    if rows.empty:
        return None
    parts = {colour: issued.test(holds("colour", colour)) for colour in _SIGNALS}
    parts["unknown"] = ~issued.known("colour")
    shown = pd.DataFrame({colour: part for colour, part in parts.items() if part.any()})
    return count_classes(rows["kind"].map(lambda kind: show_text(kind, view.lang)), shown, view.lang)


def list_rows(view: View, kind: str, *columns: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the period's rows of a kind by day and file order, with those of some columns that are shown.

    Columns that the ledger never fills in are left out unless required. No rows if small counts are withheld.
    """
    rows = view.show(kind)
    if rows.empty or is_sensitive(view, kind):
        return rows.iloc[:0], ()
    date, fields = view.kinds[kind].date, view.kinds[kind].fields
    filled = view.ledgers[kind].notna().any()
    shown = tuple(name for name in columns if fields[name].required or filled[name])
    return rows.sort_values([*([date] if date else []), "source_file", "source_row"]), shown


def is_sensitive(view: View, kind: str) -> bool:
    """Return whether small counts of a kind are withheld, so that it has no counts by day or month either."""
    return kind in view.settings.get("suppress", ("complaints", "disputes"))  # type: ignore[operator]


def choose_leaders(counts: pd.Series) -> pd.Series:
    """Return the first classes of a sorted count, without separating ties."""
    if len(counts) <= _LEADERS:
        return counts
    beyond = counts.iloc[_LEADERS]
    ahead = counts[counts > beyond]
    level = counts[counts >= beyond]
    return ahead if len(ahead) or len(level) > _MOST_LEADERS else level


@dataclass(frozen=True)
class Leaders:
    """The most common classes (in words) with their rows, and the number of rows that give their class.

    `is_single`: no class has more than one row; otherwise classes with one row are not among the leaders.
    """

    counts: pd.Series
    rows: int
    is_single: bool


def find_leaders(view: View, kind: str, column: str) -> Leaders | None:
    """Return the most common classes; None if no row of the period gives its class, or too many tie."""
    counts = rank_classes(view, kind, column)
    if counts is None:
        return None
    leaders, is_single = choose_leaders(counts), bool(counts.max() == 1)
    leaders = leaders if is_single else leaders[leaders > 1]
    return Leaders(leaders, int(counts.sum()), is_single) if len(leaders) else None
