"""Where a ledger begins, ends and is silent: spans of days without a row that chance does not explain."""

from datetime import date

import pandas as pd

FEWEST_DAYS = 12  # with rows: a few incidents in a bad month are no habit
SHORTEST = 60  # days from the first row to the last: in fewer there is no rate
MOST_EXPECTED = 7.0  # with so many days with rows expected, none has a probability below 0.001
TIMES_LONGER = 2.0  # than any other span without rows: a ledger that is filled in by batches has long ones
YEARS_BEFORE = 3


def find_silences(days: pd.Series, until: date) -> pd.DataFrame:
    """Spans of days without a row in a ledger that has them otherwise, up to a day.

    Parameters
    ----------
    days : Series of datetime
        One per row; empty cells are left out.
    until : datetime.date
        The last day of which rows may be known.

    Returns
    -------
    DataFrame
        where (before, within or after its rows), start, end (days, both inclusive) and per_day, the rows expected on a
        day. Before the first row the span goes back three years: what of it counts, the period looked at decides.

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
    longest = int(gaps.argmax())
    usual, span = int(gaps[longest]), length
    others = int(sorted(gaps)[-2])
    found = []
    # Within: the longest span, if it is out of all proportion to the others.
    if _is_long(usual, others, len(distinct) / max(length - usual, 1)):
        end = distinct.iloc[longest] - day
        found.append(("within", end - (usual - 1) * day, end))
        usual, span = others, length - usual
    rate = len(distinct) / span
    begun, ended = distinct.iloc[0], distinct.iloc[-1]
    back = begun - pd.DateOffset(years=YEARS_BEFORE)
    if _is_long((begun - back).days, usual, rate):
        found.insert(0, ("before", back, begun - day))
    if _is_long((pd.Timestamp(until) - ended).days, usual, rate):
        found.append(("after", ended + day, pd.Timestamp(until)))
    return pd.DataFrame([(*one, len(known) / span) for one in found], columns=columns)


def _is_long(days: int, usual: int, rate: float) -> bool:
    """Whether so many days without a row are neither chance nor habit."""
    return rate * days >= MOST_EXPECTED and days > TIMES_LONGER * max(usual, 1)
