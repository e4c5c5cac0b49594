"""Ranks with their uncertainty, and which places cannot be told apart."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from taizhang.stats.intervals import ALPHA, Floats
from taizhang.stats.shrink import Posterior


def rank_places(posterior: Posterior, *, descending: bool = True, alpha: float = ALPHA) -> pd.DataFrame:
    """Rank places by their shrunken rate or share, each rank as a range.

    Parameters
    ----------
    posterior : Posterior
    descending : bool
        Whether the highest ranks first.
    alpha : float
        One less the level of the ranges.

    Returns
    -------
    DataFrame
        value (the shrunken rate or share), rank, low, high and group, in order of rank. Places of one group cannot be
        told from its first.

    Notes
    -----
    Ranks of draws from the posterior: Goldstein and Spiegelhalter (1996), J. R. Stat. Soc. A 159, 385-443; Laird and
    Louis (1989), J. Educ. Stat. 14, 29-46.
    """
    sign = -1 if descending else 1
    signed, value = sign * posterior.draws, sign * posterior.mean.to_numpy()
    if not len(value):
        whole = {name: pd.Series(dtype=int) for name in ("rank", "low", "high", "group")}
        return pd.DataFrame({"value": pd.Series(dtype=float), **whole}, index=posterior.mean.index)
    ranks = rankdata(signed, axis=1)
    order = np.argsort(value, kind="stable")
    table = pd.DataFrame(
        {
            "value": posterior.mean,
            "rank": rankdata(value, method="min").astype(int),
            "low": np.quantile(ranks, alpha / 2, axis=0, method="lower").astype(int),
            "high": np.quantile(ranks, 1 - alpha / 2, axis=0, method="higher").astype(int),
            "group": _group(signed, order, alpha),
        }
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
