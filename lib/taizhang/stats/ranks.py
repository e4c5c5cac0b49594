"""Ranks with their uncertainty, and which places cannot be distinguished."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from taizhang.stats.intervals import ALPHA, Floats
from taizhang.stats.shrink import Posterior


def rank_places(
    posterior: Posterior,
    *,
    ends: tuple[Posterior, Posterior] | None = None,
    descending: bool = True,
    alpha: float = ALPHA,
) -> pd.DataFrame:
    """Rank places by their shrunken rate or share, each rank as a range.

    Parameters
    ----------
    posterior : Posterior
    ends : tuple of Posterior, optional
        For the same places, with all missing answers at their lowest, and at their highest: a range then covers each
        place's ranks from its best end among the others' worst, to the reverse.
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
    if ends is None:
        best = worst = rankdata(signed, axis=1)
        better = worse = signed
    else:
        better, worse = (sign * end.draws for end in (ends if sign > 0 else reversed(ends)))
        best, worst = count_ahead(better, worse), count_ahead(worse, better)
    order = np.argsort(value, kind="stable")
    table = pd.DataFrame(
        {
            "value": posterior.mean,
            "rank": rankdata(value, method="min").astype(int),
            "low": np.quantile(best, alpha / 2, axis=0, method="lower").astype(int),
            "high": np.quantile(worst, 1 - alpha / 2, axis=0, method="higher").astype(int),
            "group": _group(better, order, alpha, worse),
        }
    )
    return table.iloc[order]


def count_ahead(own: Floats, others: Floats) -> Floats:
    """The rank of each place as its own draws have it among the others'; the lowest is 1."""
    ranks = np.empty_like(own)
    for place in range(own.shape[1]):
        ahead = others < own[:, [place]]
        ahead[:, place] = False
        ranks[:, place] = 1 + ahead.sum(axis=1)
    return ranks


def _group(drawn: Floats, order: np.ndarray, alpha: float, worse: Floats | None = None) -> np.ndarray:
    """Number of the group: each is led by its first, and holds those that cannot be told from it.

    `worse`: draws of the leaders, where they may be worse than `drawn` has them.
    """
    leading = drawn if worse is None else worse
    group = np.zeros(len(order), int)
    leader, number = order[0], 1
    for place in order:
        # Beyond doubt behind the leader in all but alpha / 2 of the draws: a new group begins.
        if (drawn[:, place] > leading[:, leader]).mean() > 1 - alpha / 2:
            leader, number = place, number + 1
        group[place] = number
    return group
