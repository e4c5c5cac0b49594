"""Where a ledger begins, ends and has gaps: spans of days without a row that chance does not explain."""

from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FEWEST_DAYS = 12  # with rows: a few incidents in a bad month are no habit
SHORTEST = 60  # days from the first row to the last: in fewer there is no rate
MOST_EXPECTED = 7.0  # with so many days with rows expected, none has a probability below 0.001
TIMES_LONGER = 2.0  # than any other span without rows: a ledger that is filled in by batches has long ones
YEARS_BEFORE = 3
MOST_A_YEAR = 2  # spans within: more are a habit


def find_silences(days: pd.Series, until: date) -> pd.DataFrame:
    """Spans of days without a row, up to a given day, in a ledger that normally has them.

    Parameters
    ----------
    days : Series of datetime
        One per row; empty cells are left out.
    until : datetime.date
        The last day of which rows may be known.

    Returns
    -------
    DataFrame
        where (before, within or after its rows), start, end (days, both inclusive), in order of time, and per_day, the
        rows expected on a day. Before the first row the span goes back three years: what of it counts, the period
        looked at decides.

    Notes
    -----
    Days with rows at an even rate: that none came in a span in which n were expected has the probability exp(-n).
    """
    known = days.dropna().dt.normalize()
    known = known[known <= pd.Timestamp(until)].sort_values()
    columns = ["where", "start", "end", "per_day"]
    distinct = known.drop_duplicates()
    if len(distinct) < FEWEST_DAYS or (length := (distinct.iloc[-1] - distinct.iloc[0]).days + 1) < SHORTEST:
        return pd.DataFrame(columns=columns)
    day = pd.Timedelta(days=1)
    # Many rows of one day are one batch: what is expected are days with rows.
    gaps = (distinct.diff().dt.days - 1).fillna(0).to_numpy(int)
    silent = _find_within(distinct, gaps)
    usual = int(np.delete(gaps, silent).max())
    span = length - int(gaps[silent].sum())
    rate = len(distinct) / span
    found = [("within", distinct.iloc[at] - gaps[at] * day, distinct.iloc[at] - day) for at in sorted(silent)]
    begun, ended = distinct.iloc[0], distinct.iloc[-1]
    back = begun - pd.DateOffset(years=YEARS_BEFORE)
    if _is_long((begun - back).days, usual, rate):
        found.insert(0, ("before", back, begun - day))
    if _is_long((pd.Timestamp(until) - ended).days, usual, rate):
        found.append(("after", ended + day, pd.Timestamp(until)))
    return pd.DataFrame([(*one, len(known) / span) for one in found], columns=columns)


def _find_within(distinct: pd.Series, gaps: NDArray[np.int_]) -> list[int]:
    """Find spans between days with rows that are gaps: the longest ones that are out of proportion to the rest.

    `gaps` are the days without rows before each. If there are several, those that recur each year, that number
    more than two a year, or that make up half of the time are taken as normal.
    """
    length = (distinct.iloc[-1] - distinct.iloc[0]).days + 1
    order = np.argsort(-gaps, kind="stable")
    for number in range(min(len(gaps) - 1, max(int(MOST_A_YEAR * length / 365), MOST_A_YEAR)), 0, -1):
        chosen, least, usual = order[:number], gaps[order[number - 1]], gaps[order[number]]
        total = int(gaps[chosen].sum())
        if not _is_long(int(least), int(usual), len(distinct) / max(length - total, 1)):
            continue
        ends = [(distinct.iloc[at] - pd.Timedelta(days=int(gaps[at])), int(gaps[at])) for at in chosen]
        if number == 1 or (
            2 * total <= length and not any(_is_yearly(*pair) for pair in combinations(ends, 2))
        ):
            return [int(at) for at in chosen]
    return []


def _is_yearly(one: tuple[pd.Timestamp, int], other: tuple[pd.Timestamp, int]) -> bool:
    """Return whether two spans (first day and number of days) overlap by at least half within the year."""
    (start, days), (start_other, days_other) = sorted((one, other))
    years = round((start_other - start).days / 365.25)
    shift = (start_other - pd.DateOffset(years=years) - start).days
    shared = min(days, shift + days_other) - max(shift, 0)
    return 2 * shared >= min(days, days_other)


def _is_long(days: int, usual: int, rate: float) -> bool:
    """Return whether so many days without a row are neither chance nor habit."""
    return rate * days >= MOST_EXPECTED and days > TIMES_LONGER * max(usual, 1)
