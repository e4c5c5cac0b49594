"""The score of a ledger: the percentage of rows accepted without a doubtful cell."""

import numpy as np
import pandas as pd

from taizhang.core.periods import Period

SCORE_COLUMNS = ["district_code", "kind", "read", "accepted", "set_aside", "doubtful", "score"]


def score_ledgers(account: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Score each district's ledgers in a period.

    Parameters
    ----------
    account
        One row per ledger row, as `Doubts.account` has it.
    period
        Rows of its days count. A row whose day could not be read counts with the others of its ledger and district in
        every period that has any, until it is mended. Rows of kinds that have no days count in every period.

    Returns
    -------
    pandas.DataFrame
        district_code ('' for rows whose district is not known), kind, and the numbers of rows read, accepted, set
        aside, and accepted with a cell set aside; score: 100 x accepted rows without a doubtful cell / rows read.
    """
    if account.empty:
        return pd.DataFrame(columns=SCORE_COLUMNS)
    day = account["day"]
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end) + pd.Timedelta(days=1)
    within = (day >= start) & (day < end)
    groups = [account["district_code"].fillna(""), account["kind"]]
    undated = (
        day.isna().groupby(groups).transform("all")
    )  # a kind without days, or nothing of it could be read
    told = within.groupby(groups).transform("any") | undated
    own = account[told & (day.isna() | within)]
    own = own.assign(
        district_code=own["district_code"].fillna(""),
        set_aside=~own["accepted"],
        doubtful=own["accepted"] & own["doubtful"],
        read=1,
    )
    columns = ["read", "accepted", "set_aside", "doubtful"]
    found = own.groupby(["district_code", "kind"], sort=True)[columns].sum().astype("int64").reset_index()
    score = 100 * (found["accepted"] - found["doubtful"]) / found["read"].replace(0, np.nan)
    return found.assign(score=score)[SCORE_COLUMNS]


def score_months(account: pd.DataFrame, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    """Score all districts and ledgers together, month by month.

    Parameters
    ----------
    account
        As for `score_ledgers`.
    first, last
        The first and the last month.

    Returns
    -------
    pandas.DataFrame
        Indexed by month, without months in which no row was read: read, accepted, set_aside, doubtful and score, as
        from `score_ledgers` of the month.
    """
    keys = ["district_code", "kind"]
    columns = ["read", "accepted", "set_aside", "doubtful"]
    rows = account.assign(
        district_code=account["district_code"].fillna(""),
        month=account["day"].dt.to_period("M"),
        read=1,
        accepted=account["accepted"].astype("int64"),
        set_aside=(~account["accepted"]).astype("int64"),
        doubtful=(account["accepted"] & account["doubtful"]).astype("int64"),
    )
    dated = rows[(rows["month"] >= first) & (rows["month"] <= last)]
    found = dated.groupby([*keys, "month"])[columns].sum().reset_index()
    undated = rows[rows["month"].isna()].groupby(keys)[columns].sum().reset_index()
    both = pd.concat([found, found[[*keys, "month"]].merge(undated, on=keys)], ignore_index=True)
    sums = both.groupby("month")[columns].sum().astype("int64")
    return sums.assign(score=100 * (sums["accepted"] - sums["doubtful"]) / sums["read"])
