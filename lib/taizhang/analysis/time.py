"""The days over which ledgers can be looked at."""

from datetime import date, timedelta

import pandas as pd

from taizhang.analysis.view import View

_YEARS = 5
_LATE_START = 45  # days


def is_sensitive(view: View, kind: str) -> bool:
    """Whether small counts of a kind are withheld: then it has no counts by day or month either."""
    return kind in view.settings.get("suppress", ("complaints", "disputes"))  # type: ignore[operator]


def find_span(view: View, kind: str) -> tuple[date, date] | None:
    """The days over which a ledger can be looked at: whole years up to the period's end, five at most.

    First and last, both inclusive; None where it has no rows by then, or its counts are withheld.
    """
    table = view.ledgers.get(kind)
    if table is None or table.empty or is_sensitive(view, kind):
        return None
    last = min(view.period.end, view.as_of)
    days = table[view.kinds[kind].date].dropna()
    days = days[days < pd.Timestamp(last) + pd.Timedelta(days=1)]
    if days.empty:
        return None
    # The first row may come some weeks after the ledger was begun.
    begun = view.begun(kind).date()
    first = max(begun.replace(day=1) - timedelta(days=_LATE_START), _go_back(last, _YEARS))
    # A part of a year would count some seasons twice: of more than a year, whole ones are kept.
    years = 0
    while years < _YEARS and _go_back(last, years + 1) >= first:
        years += 1
    return (_go_back(last, years) if years else max(begun, first)), last


def _go_back(day: date, years: int) -> date:
    """The day after the same day so many years before."""
    return (pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(years=years)).date()
