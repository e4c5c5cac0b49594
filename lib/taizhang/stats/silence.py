"""Where a ledger begins, ends and is silent: spans of days without a row that chance does not explain."""

from datetime import date

import pandas as pd

FEWEST_ROWS = 5
FEWEST_DAYS = 60  # from the first row to the last: in fewer there is no rate
MOST_EXPECTED = 7.0  # with so many rows expected, none has a probability below 0.001
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
    Rows at an even rate: that none came in a span in which n were expected has the probability exp(-n).
    """
    known = days.dropna().dt.normalize()
    known = known[known <= pd.Timestamp(until)].sort_values()
    columns = ["where", "start", "end", "per_day"]
    if len(known) < FEWEST_ROWS or (length := (known.iloc[-1] - known.iloc[0]).days + 1) < FEWEST_DAYS:
        return pd.DataFrame(columns=columns)
    day = pd.Timedelta(days=1)
    distinct = known.drop_duplicates()
    gaps = (distinct.diff().dt.days - 1).fillna(0).to_numpy(int)
    longest = int(gaps.argmax())
    others = sorted(gaps)[-2] if len(gaps) > 1 else 0
    found = []
    # Within: the longest span, if it is out of all proportion to the others.
    rate = len(known) / max(length - gaps[longest], 1)
    if rate * gaps[longest] >= MOST_EXPECTED and gaps[longest] > TIMES_LONGER * max(others, 1):
        end = distinct.iloc[longest] - day
        found.append(("within", end - (gaps[longest] - 1) * day, end, rate))
        usual = int(others)
    else:
        rate, usual = len(known) / length, int(gaps[longest])
    begun = known.iloc[0]
    back = begun - pd.DateOffset(years=YEARS_BEFORE)
    if rate * (begun - back).days >= MOST_EXPECTED:
        found.insert(0, ("before", back, begun - day, rate))
    since = (pd.Timestamp(until) - known.iloc[-1]).days
    if rate * since >= MOST_EXPECTED and since > TIMES_LONGER * max(usual, 1):
        found.append(("after", known.iloc[-1] + day, pd.Timestamp(until), rate))
    return pd.DataFrame(found, columns=columns)
