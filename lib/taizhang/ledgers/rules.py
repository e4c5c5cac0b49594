"""Rules that rows should keep, and rows that look like another row: told and counted, nothing mended."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from taizhang.metadata.kinds import DATE_TYPES, Kind

FUTURE = "future_date"


def find_rule_breaks(table: pd.DataFrame, kind: Kind, *, as_of: date | None = None) -> pd.DataFrame:
    """Tell which rows break which rule of their kind.

    Returns bools on the same index: one column per rule of the kind (a comparison with a missing value breaks no
    rule), then ``future_date``: a date after `as_of` (default: today) in a column that looks back.
    """
    breaks: dict[str, pd.Series] = {}
    for rule in kind.rules:
        if rule.order:
            first, second = (table[name] for name in rule.order)
            if all(kind.fields[name].type in DATE_TYPES for name in rule.order):
                first, second = first.dt.normalize(), second.dt.normalize()
            broken = (first > second) & first.notna() & second.notna()
        else:
            broken = pd.Series(True, index=table.index)
            for column, values in rule.when.items():
                broken &= table[column].isin(values)
            if rule.needs:
                broken &= table[list(rule.needs)].isna().all(axis=1)
            if rule.without:
                broken &= table[list(rule.without)].notna().any(axis=1)
        breaks[rule.name] = broken.astype(bool)
    limit = pd.Timestamp(as_of or date.today()) + pd.Timedelta(days=1)
    late = pd.Series(False, index=table.index)
    for name, item in kind.fields.items():
        if item.type in DATE_TYPES and not item.future:
            late |= table[name] >= limit
    breaks[FUTURE] = late
    return pd.DataFrame(breaks)


def hash_keys(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Hash what rows are compared by, for finding duplicates over tables too long to hold at once.

    Returns uint64 on the same index; columns ``id`` and ``same``, where the kind has them. 0 where a row lacks a
    value and so is equal to none; equal rows have equal hashes, and two that differ hardly ever (64 bits).
    """
    hashes = {}
    for name, keys in _iterate_keys(table, kind):
        known = keys.notna().all(axis=1)
        hashes[name] = pd.util.hash_pandas_object(keys, index=False).where(known, 0).astype("uint64")
    return pd.DataFrame(hashes, index=table.index)


def _iterate_keys(table: pd.DataFrame, kind: Kind) -> Iterator[tuple[str, pd.DataFrame]]:
    """The columns that rows are compared by: their id, and their content, each within a district."""
    district = next((name for name in ("district_code", "district") if name in table.columns), None)
    for name, columns in (("id", kind.id), ("same", kind.same)):
        if not columns:
            continue
        named = [district if column == "district" and district else column for column in columns]
        keys = table[[district, *named] if district and district not in named else named]
        if district == "district_code" and "district" in table.columns:
            # Rows that no district was found for are told apart by what they wrote.
            keys = keys.assign(**{district: table["district_code"].fillna(table["district"])})
        yield name, keys


def find_duplicates(table: pd.DataFrame, kind: Kind) -> pd.Series:
    """Tell which rows look like an earlier one: by the kind's id, or by all of its `same` columns.

    True for the second and later of equal rows. A row with a missing value in the columns compared is equal to none.
    Ids are compared within a district, since each numbers its own.
    """
    found = pd.Series(False, index=table.index)
    for _, keys in _iterate_keys(table, kind):
        known = keys.notna().all(axis=1)
        found |= known & keys.duplicated()
    return found
