"""Funnel plots: which places lie beyond what chance does to small numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, norm, poisson
from scipy.stats.distributions import rv_frozen
from statsmodels.stats.multitest import multipletests

from taizhang.stats.intervals import Floats

LEVELS = {"95": 0.95, "998": 0.998}
WINSORISE = 0.1
_MOST = 2.0**40  # events, more than any ledger has


@dataclass(frozen=True)
class Funnel:
    """A funnel.

    Attributes
    ----------
    target : float
        The overall rate, or share (0 to 1).
    dispersion : float
        How many times the variance exceeds chance's; 1 where it does not.
    places : DataFrame
        On the index given: size, value, z (of the exact probability, dispersion taken out), p, position (-2,
        -1, 0, 1, 2: below 99.8 %, below 95 %, within, above 95 %, above 99.8 %), called (True where beyond
        chance on either side with false discoveries controlled) and above (called, and on the upper side).
    limits : DataFrame
        size, low95, high95, low998, high998: curves to draw, over the range of sizes.
    """

    target: float
    dispersion: float
    places: pd.DataFrame
    limits: pd.DataFrame


def limit_rates(target: float, size: npt.ArrayLike, z: float) -> tuple[Floats, Floats]:
    """Exact limits of a rate: as many events as a Poisson count hardly ever reaches.

    Parameters
    ----------
    target : float
        The rate.
    size : array-like
        Exposure.
    z : float
        Standard normal quantile, such as 1.96, times the root of the dispersion.

    Returns
    -------
    low, high : ndarray of float
        A count of events is above `high` just where so many or more have a probability of at most that
        quantile's tail; between the two counts that are attainable, the probability decides in proportion.

    Notes
    -----
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202, takes limits from the exact distribution. Of the ways to
    interpolate it this is the one that never leaves more outside than stated, the first of Manktelow and
    Seaton (2012), PLoS ONE 7, e45723.
    """
    base, tail = np.asarray(size, float), norm.sf(z)
    count = poisson(target * base)
    low, high = _limit_below(count, tail), _limit_above(count, tail)
    return low / base, high / base


def limit_shares(target: float, size: npt.ArrayLike, z: float) -> tuple[Floats, Floats]:
    """Exact limits of a share, from the binomial; as `limit_rates`.

    Parameters
    ----------
    target : float
        The share, 0 to 1.
    size : array-like
        Totals, whole numbers.
    z : float
        As for `limit_rates`.

    Returns
    -------
    low, high : ndarray of float
        In 0 to 1: where all of so few have a higher probability than the tail, nothing is above.
    """
    total, tail = np.asarray(size, float), norm.sf(z)
    low = _limit_below(binom(total, target), tail) / total
    high = 1 - _limit_below(binom(total, 1 - target), tail) / total
    return low, high


def _limit_below(count: rv_frozen, tail: float) -> Floats:
    """The limit that counts below have a probability of at most `tail` to keep to; 0 where none has."""
    first = count.ppf(tail)
    up_to, below = count.cdf(first), count.cdf(first - 1)
    return np.maximum(first - (up_to - tail) / (up_to - below), 0.0)


def _limit_above(count: rv_frozen, tail: float) -> Floats:
    """The upper limit of a count without end, by halving: scipy's inverse knows no tails below 1e-16."""
    shape = np.shape(count.mean())
    inside, beyond = np.zeros(shape), np.full(shape, _MOST)
    while (beyond - inside > 1).any():
        middle = np.floor((inside + beyond) / 2)
        is_beyond = count.sf(middle - 1) <= tail
        beyond, inside = np.where(is_beyond, middle, beyond), np.where(is_beyond, inside, middle)
    at_least, more = count.sf(inside - 1), count.sf(beyond - 1)
    return inside + (at_least - tail) / (at_least - more)


def estimate_dispersion(z: npt.ArrayLike, *, winsorise: float = WINSORISE) -> float:
    """How many times the variance of z-scores exceeds 1, extremes pulled in; at least 1.

    Notes
    -----
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202: the mean square of the z-scores, the highest and lowest
    `winsorise` of them set to the quantiles there.
    """
    scores = np.asarray(z, float)
    low, high = np.quantile(scores, [winsorise, 1 - winsorise])
    return max(1.0, float(np.mean(np.clip(scores, low, high) ** 2)))


def _score(top: Floats, count: rv_frozen, steady: Floats) -> Floats:
    """The normal quantile of the exact probability to lie so far out; 0 in the middle.

    Where that probability is too small for a number, the z-score on the scale that steadies the variance.
    """
    below, above = count.cdf(top), count.sf(top - 1)
    tail = np.minimum(below, above)
    reach = np.where(tail > 0, norm.isf(tail), np.abs(steady))
    return np.sign(below - above) * np.maximum(reach, 0)


def _make_funnel(
    index: pd.Index, top: Floats, size: Floats, *, share: bool, overdispersed: bool, q: float
) -> Funnel:
    target = float(top.sum() / size.sum())
    value = top / size
    if share:
        steady = 2 * np.sqrt(size) * (np.arcsin(np.sqrt(value)) - np.arcsin(np.sqrt(target)))
        count, limit = binom(size, target), limit_shares
    else:
        steady = 2 * (np.sqrt(top) - np.sqrt(target * size))
        count, limit = poisson(target * size), limit_rates
    dispersion = estimate_dispersion(steady) if overdispersed else 1.0
    z = _score(top, count, steady) / np.sqrt(dispersion)
    p = 2 * norm.sf(np.abs(z))
    position = np.zeros(len(top), int)
    # Sizes at which to draw limits, closer where they are small; whole numbers where sizes are totals.
    sizes = np.geomspace(size.min(), size.max(), 100)
    sizes = np.unique(np.round(sizes)) if share else sizes
    curves: dict[str, Floats] = {"size": sizes}
    for name, level in LEVELS.items():
        reach = float(norm.ppf((1 + level) / 2))
        position += np.sign(z).astype(int) * (np.abs(z) >= reach)
        curves[f"low{name}"], curves[f"high{name}"] = limit(target, sizes, reach * np.sqrt(dispersion))
    called = multipletests(p, alpha=q, method="fdr_bh")[0]
    columns = {"size": size, "value": value, "z": z, "p": p, "position": position, "called": called}
    places = pd.DataFrame({**columns, "above": called & (z > 0)}, index=index)
    return Funnel(target, dispersion, places, pd.DataFrame(curves))


def draw_funnel_of_rates(
    events: pd.Series, exposure: pd.Series, *, overdispersed: bool = True, q: float = 0.05
) -> Funnel:
    """Funnel of rates around the overall rate.

    Parameters
    ----------
    events, exposure : Series
        On one index; places without exposure or with unknown events are left out. One at least must be known.
    overdispersed : bool
        Whether to widen the limits where places vary more than chance alone would have it.
    q : float
        Highest share of false discoveries among the places called above chance (Benjamini and Hochberg).

    Notes
    -----
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202, multiplicative overdispersion, estimated from z-scores on
    the square root scale; places are judged by exact probabilities, as the limits are. Benjamini and Hochberg
    (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    known = (exposure > 0) & events.notna()
    top, size = events[known].to_numpy(float), exposure[known].to_numpy(float)
    return _make_funnel(events.index[known], top, size, share=False, overdispersed=overdispersed, q=q)


def draw_funnel_of_shares(
    count: pd.Series, total: pd.Series, *, overdispersed: bool = True, q: float = 0.05
) -> Funnel:
    """Funnel of shares (0 to 1) around the overall share; as `draw_funnel_of_rates`, with the arcsine scale."""
    known = (total > 0) & count.notna()
    top, size = count[known].to_numpy(float), total[known].to_numpy(float)
    return _make_funnel(count.index[known], top, size, share=True, overdispersed=overdispersed, q=q)
