"""Rewards that hang on a place among others: who gets what, ties shared, and how sure the place is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from taizhang.stats.assess import DRAWS, SEED, Z95, Step, find_step
from taizhang.stats.intervals import Floats
from taizhang.stats.ranks import count_ahead


def pay_steps(steps: Sequence[Step], values: Floats, times: Floats | None = None) -> Floats:
    """The amounts that values earn by steps, multiplied by another number; NaN if either isn't known.

    If no step is reached the amount is 0, even if `times` is not known.
    """
    paid = find_step(steps, values)
    if times is not None:
        paid = np.where((paid == 0) | (times == 0), 0.0, paid * times)
    return np.where(np.isnan(values), np.nan, paid)


def share_prizes(values: Floats, first: Sequence[float], last: Sequence[float]) -> Floats:
    """What each place gets by its rank, the highest value being first; places of equal value share what they hold.

    NaN if a value isn't known, and wherever the values that aren't known could change what a place gets; for all if
    there are fewer places than prizes and fines.
    """
    count = len(values)
    paid = np.full(count, np.nan)
    if count < len(first) + len(last):
        return paid
    prizes = np.zeros(count)
    prizes[: len(first)] = first
    prizes[count - len(last) :] -= np.array(last[::-1], dtype=float)
    unknown = int(np.isnan(values).sum())
    for place in np.flatnonzero(~np.isnan(values)):
        ahead, tied = int((values > values[place]).sum()), int((values == values[place]).sum())
        held = prizes[ahead : ahead + tied + unknown]  # with those not known behind it, or before it
        if not unknown or (held == held[0]).all():
            paid[place] = held[:tied].mean()
    return paid


def keep_earned(paid: Floats, reached: npt.NDArray[np.bool_]) -> Floats:
    """What is left where prizes need a value to be reached, and fines need it not to be; NaN stays."""
    return np.where((paid > 0) & ~reached | (paid < 0) & reached, 0.0, paid)


def find_chances(best: Floats, worst: Floats, first: int, last: int) -> pd.DataFrame:
    """How often each place is among the first, and among the last, in draws of its rank.

    Parameters
    ----------
    best, worst : ndarray of float
        Ranks, a row for each draw; they differ where some answers are not known.

    Returns
    -------
    DataFrame
        first_least, first_most, last_least and last_most, from 0 to 1.
    """
    count = best.shape[1]
    if np.array_equal(best, worst):
        behind = rankdata(-best, method="min", axis=1)  # of ties all are as near to the end
        back_best = back_worst = behind
    else:
        back_best, back_worst = count + 1 - worst, count + 1 - best
    told = {
        "first_least": worst <= first,
        "first_most": best <= first,
        "last_least": back_worst <= last,
        "last_most": back_best <= last,
    }
    return pd.DataFrame({name: within.mean(axis=0) for name, within in told.items()})


def draw_ranks(
    low: tuple[Floats, Floats, Floats],
    high: tuple[Floats, Floats, Floats],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[Floats, Floats]:
    """Draw ranks, the highest value being first: each place at its better end among others at their worse, and the
    reverse.

    `low` and `high` are value, lower and upper limit of its 95 % interval (NaN: exact), at the least and at the most
    that missing answers allow. They are drawn as in `stats.assess.assess_places`.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((draws, len(low[0]))) / Z95

    def draw(value: Floats, least: Floats, most: Floats) -> Floats:
        noise = np.where(np.signbit(z), np.nan_to_num(value - least), np.nan_to_num(most - value)) * z
        return np.asarray(value + noise)

    worse, better = draw(*low), draw(*high)
    if all(np.array_equal(one, other, equal_nan=True) for one, other in zip(low, high, strict=True)):
        ranks = rankdata(-better, method="min", axis=1)
        return ranks, ranks
    return count_ahead(-better, -worse), count_ahead(-worse, -better)
