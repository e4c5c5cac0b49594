"""Rules that rows should follow; breaches are counted and listed, never corrected."""

from datetime import date

import pandas as pd

from taizhang.metadata.kinds import DATE_TYPES, Kind

FUTURE = "future_date"


def find_rule_breaks(table: pd.DataFrame, kind: Kind, *, as_of: date | None = None) -> pd.DataFrame:
    """Find which rows break which rule of their kind.

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
