"""Ranks with their uncertainty, and which places cannot be told apart."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from taizhang.stats.intervals import ALPHA, Floats
from taizhang.stats.shrink import Posterior, fit_rates, fit_shares

DRAWS = 4000
SEED = 20210701


def _rank(
    posterior: Posterior, index: pd.Index, descending: bool, alpha: float, draws: int, seed: int
) -> pd.DataFrame:
    drawn = posterior.draw(draws, np.random.default_rng(seed))
    signed = -drawn if descending else drawn
    ranks = rankdata(signed, axis=1)
    mean = -posterior.mean if descending else posterior.mean
    order = np.argsort(mean, kind="stable")
    table = pd.DataFrame(
        {
            "value": posterior.mean,
            "rank": rankdata(mean, method="min").astype(int),
            "low": np.quantile(ranks, alpha / 2, axis=0, method="lower").astype(int),
            "high": np.quantile(ranks, 1 - alpha / 2, axis=0, method="higher").astype(int),
            "group": _group(signed, order, alpha),
        },
        index=index,
    )
    return table.iloc[order]


def _group(drawn: Floats, order: np.ndarray, alpha: float) -> np.ndarray:
    """Number of the group: each is led by its first, and holds those that cannot be told from it."""
    group = np.zeros(len(order), int)
    leader, number = order[0], 1
    for place in order:
        # Beyond doubt behind the leader in all but alpha / 2 of the draws: a new group begins.
        if (drawn[:, place] > drawn[:, leader]).mean() > 1 - alpha / 2:
            leader, number = place, number + 1
        group[place] = number
    return group


def rank_rates(
    events: pd.Series,
    exposure: pd.Series,
    *,
    descending: bool = True,
    alpha: float = ALPHA,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Rank places by their rate, each rank as a range.

    Parameters
    ----------
    events, exposure : Series
        On one index; exposure above 0. Places where either is unknown are left out.
    descending : bool
        Whether the highest rate ranks first.
    alpha : float
        One less the level of the ranges.
    draws, seed : int
        Of the simulation.

    Returns
    -------
    DataFrame
        value (the shrunken rate), rank, low, high and group, in order of rank. Places of one group cannot
        be told from its first.

    Notes
    -----
    Ranks of draws from the empirical Bayes posterior: Goldstein and Spiegelhalter (1996), J. R. Stat. Soc. A
    159, 385-443; Laird and Louis (1989), J. Educ. Stat. 14, 29-46.
    """
    known = (exposure > 0) & events.notna()
    fit = fit_rates(events[known].to_numpy(), exposure[known].to_numpy())
    return _rank(fit, events.index[known], descending, alpha, draws, seed)


def rank_shares(
    count: pd.Series,
    total: pd.Series,
    *,
    descending: bool = True,
    alpha: float = ALPHA,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Rank places by their share, each rank as a range; as `rank_rates`."""
    known = (total > 0) & count.notna()
    fit = fit_shares(count[known].to_numpy(), total[known].to_numpy())
    return _rank(fit, count.index[known], descending, alpha, draws, seed)
