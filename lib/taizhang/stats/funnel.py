"""Funnel plots: which places are outside the limits of chance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import pdtrc
from scipy.stats import binom, norm, poisson
from scipy.stats import t as student
from scipy.stats.distributions import rv_frozen
from statsmodels.stats.multitest import multipletests

from taizhang.stats.intervals import Floats

LEVELS = {"95": 0.95, "998": 0.998}
WINSORISE = 0.1
_MOST = 2.0**40  # events, more than any ledger has
_ROUNDS = 5  # of taking the level from those that are not called


@dataclass(frozen=True)
class Funnel:
    """A funnel.

    Attributes
    ----------
    target : float
        The rate, or share (0 to 1), of all places that are not called together; of all where half or more are.
    dispersion : float
        How many times the variance exceeds chance's, on average; 1 if it does not.
    places : DataFrame
        On the index given: size, value, z (the normal quantile of p, with its sign), p (exact, dispersion taken out),
        position (-2, -1, 0, 1, 2: below 99.8 %, below 95 %, within, above 95 %, above 99.8 %), called (True where
        beyond chance on either side with false discoveries controlled) and above (called, and on the upper side).
    limits : DataFrame
        size, low95, high95, low998, high998: curves to draw, over the range of sizes, of the average dispersion.
    """

    target: float
    dispersion: float
    places: pd.DataFrame
    limits: pd.DataFrame


def limit_rates(target: float, size: npt.ArrayLike, z: float) -> tuple[Floats, Floats]:
    """Exact limits of a rate, from the Poisson distribution.

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
    return _limit_below(poisson(target * base), tail) / base, _limit_above(target * base, tail) / base


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
    """The limit that counts below have a probability of at most `tail` to keep to; 0 if none has."""
    first = count.ppf(tail)
    up_to, below = count.cdf(first), count.cdf(first - 1)
    return np.maximum(first - (up_to - tail) / (up_to - below), 0.0)


def _limit_above(mean: Floats, tail: float) -> Floats:
    """The upper limit of a Poisson count, by halving: scipy's inverse knows no tails below 1e-16."""
    inside, beyond = np.zeros(mean.shape), np.full(mean.shape, _MOST)
    while (beyond - inside > 1).any():
        middle = np.floor((inside + beyond) / 2)
        is_beyond = _reach(middle, mean) <= tail
        beyond, inside = np.where(is_beyond, middle, beyond), np.where(is_beyond, inside, middle)
    at_least, more = _reach(inside, mean), _reach(beyond, mean)
    return inside + (at_least - tail) / (at_least - more)


def _reach(count: Floats, mean: Floats) -> Floats:
    """The probability of so many or more: scipy.stats has the same numbers and takes ten times as long."""
    return np.where(count > 0, pdtrc(count - 1, mean), 1.0)


def estimate_dispersion(z: npt.ArrayLike, *, winsorise: float = WINSORISE) -> float:
    """Return how many times the variance of z-scores exceeds 1, extremes pulled in; at least 1.

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


def _count_of(size: Floats, target: float) -> rv_frozen:
    return poisson(target * size)


def _make_funnel(
    index: pd.Index,
    top: Floats,
    size: Floats,
    *,
    share: bool,
    dispersion: pd.Series | float | None,
    df: pd.Series | float,
    q: float,
) -> Funnel:
    value, usual = top / size, np.ones(len(top), bool)
    draw, limit = (binom, limit_shares) if share else (_count_of, limit_rates)
    for _ in range(_ROUNDS):
        target = float(top[usual].sum() / size[usual].sum())
        if share:
            steady = 2 * np.sqrt(size) * (np.arcsin(np.sqrt(value)) - np.arcsin(np.sqrt(target)))
        else:
            steady = 2 * (np.sqrt(top) - np.sqrt(target * size))
        given = estimate_dispersion(steady) if dispersion is None else dispersion
        times = _by_place(given, index, 1.0)
        score = _score(top, draw(size, target), steady) / np.sqrt(times)
        tail = student.sf(np.abs(score), _by_place(df, index, np.inf))
        p, z = 2 * tail, np.sign(score) * np.where(tail > 0, norm.isf(tail), np.abs(score))
        called = multipletests(p, alpha=q, method="fdr_bh")[0]
        # Places far out draw the level towards them, and others would lie beyond chance on the other side.
        if (called == ~usual).all() or 2 * called.sum() >= len(called):
            break
        usual = ~called
    position = np.zeros(len(top), int)
    # Sizes at which to draw limits, closer where they are small; whole numbers where sizes are totals.
    sizes = np.geomspace(size.min(), size.max(), 100)
    sizes = np.unique(np.round(sizes)) if share else sizes
    average = float((times * size).sum() / size.sum())
    curves: dict[str, Floats] = {"size": sizes}
    for name, level in LEVELS.items():
        reach = float(norm.ppf((1 + level) / 2))
        position += np.sign(z).astype(int) * (np.abs(z) >= reach)
        curves[f"low{name}"], curves[f"high{name}"] = limit(target, sizes, reach * np.sqrt(average))
    places = pd.DataFrame(
        {"size": size, "value": value, "z": z, "p": p, "position": position, "called": called}, index=index
    ).assign(above=called & (z > 0))
    return Funnel(target, average, places, pd.DataFrame(curves))


def _by_place(given: pd.Series | float, index: pd.Index, other: float) -> Floats:
    if isinstance(given, pd.Series):
        return given.reindex(index).fillna(other).to_numpy(float)
    return np.full(len(index), float(given))


def draw_funnel_of_rates(
    events: pd.Series,
    exposure: pd.Series,
    *,
    dispersion: pd.Series | float | None = None,
    df: pd.Series | float = np.inf,
    q: float = 0.05,
) -> Funnel:
    """Funnel of rates around the overall rate.

    Parameters
    ----------
    events, exposure : Series
        On one index; places without exposure or with unknown events are left out. One at least must be known.
    dispersion : Series or float, optional
        How many times the variance of each place's events exceeds chance's, as the rows tell (`stats.dispersion`).
        Where left out it is estimated from the places themselves: those that truly differ then hide themselves.
    df : Series or float
        Its degrees of freedom.
    q : float
        Highest share of false discoveries among the places called beyond chance (Benjamini and Hochberg).

    Notes
    -----
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202, multiplicative overdispersion, estimated from z-scores on
    the square root scale; places are judged by exact probabilities, as the limits are. Benjamini and Hochberg
    (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    known = (exposure > 0) & events.notna()
    top, size = events[known].to_numpy(float), exposure[known].to_numpy(float)
    return _make_funnel(events.index[known], top, size, share=False, dispersion=dispersion, df=df, q=q)


def draw_funnel_of_shares(
    count: pd.Series,
    total: pd.Series,
    *,
    dispersion: pd.Series | float | None = None,
    df: pd.Series | float = np.inf,
    q: float = 0.05,
) -> Funnel:
    """Funnel of shares (0 to 1) around the overall share; as `draw_funnel_of_rates`, with the arcsine scale."""
    known = (total > 0) & count.notna()
    top, size = count[known].to_numpy(float), total[known].to_numpy(float)
    return _make_funnel(count.index[known], top, size, share=True, dispersion=dispersion, df=df, q=q)
