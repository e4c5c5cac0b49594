"""Shrunken rates and shares: small places borrow strength from all, by a full posterior.

Each place's true rate comes from a gamma distribution, each true share from a beta, whose mean and spread are unknown.
Both are integrated over a grid; given them, the places' posteriors are gammas and betas. So an interval has the doubt
about the spread in it: where the places look alike it is narrow, and never of no width.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaln, expit, gammaln, logit
from scipy.stats import beta, gamma, halfcauchy

from taizhang.stats.intervals import ALPHA, Floats

DRAWS = 4000
SEED = 20210701
# The spread is the standard deviation of the true rates over their mean (of the odds, for shares). Half of its prior
# lies below this; none at all is as possible as a great one. `benchmarks.small_areas` shows what it does.
SPREAD = 2.5
_SPREADS = np.geomspace(0.02, 8.0, 36)
_LEVELS = 61
_TAIL = 1e-4
_WIDEST = 10.0  # of a level's logarithm on either side of the middle


@dataclass(frozen=True)
class Posterior:
    """The posterior distribution of each place's true rate or share.

    `draws`: shape (draws, places), of all places together. `mean`: the shrunken rates or shares, by place. `overall`:
    one per draw, the rate or share of all places together. Places of which nothing is known are left out.
    """

    draws: Floats
    mean: pd.Series
    overall: Floats

    def find_intervals(self, *, alpha: float = ALPHA) -> pd.DataFrame:
        """The central interval: low and high, by place."""
        low, high = np.quantile(self.draws, [alpha / 2, 1 - alpha / 2], axis=0)
        return pd.DataFrame({"low": low, "high": high}, index=self.mean.index)

    def judge_above(self, overall: Floats | None = None) -> pd.Series:
        """Probability, by place, that its true rate or share is above the overall one, or above other draws."""
        overall = self.overall if overall is None else overall
        above = (self.draws > overall[:, None]).mean(axis=0)
        return pd.Series(above, self.mean.index)


def shrink_rates(
    events: pd.Series,
    exposure: pd.Series,
    *,
    dispersion: pd.Series | float = 1.0,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Posterior:
    """Posterior of Poisson rates, per unit of exposure.

    Parameters
    ----------
    events, exposure : Series
        On one index, such as division codes. Places without exposure, or whose events are not known, are left out.
    dispersion : Series or float
        How many times the variance of a place's events exceeds chance's: it counts as so many fewer.
    draws, seed : int
        Of the simulation.

    Notes
    -----
    Gamma rates: Clayton and Kaldor (1987), Biometrics 43, 671-681. Their spread integrated out, so that intervals
    cover: Christiansen and Morris (1997), J. Am. Stat. Assoc. 92, 618-632. Half-Cauchy prior of the spread: Gelman
    (2006), Bayesian Analysis 1, 515-534.
    """
    top, size, index = _select(events, exposure, dispersion)

    total = top.sum() + 0.5
    middle = float(np.log(total / size.sum())) if len(top) else 0.0

    def spread_out(spread: Floats) -> Floats:
        certain = 1 / (1 / total + spread**2 / len(top))
        ends = gamma.ppf([[_TAIL], [1 - _TAIL]], certain, scale=total / certain / size.sum())
        return _space_out(np.log(np.maximum(ends, 1e-300)), middle)

    def weigh(spread: Floats, level: Floats) -> Floats:
        shape = spread**-2.0
        mean = np.exp(level) * size
        likely = gammaln(shape + top) - gammaln(shape) - shape * np.log1p(mean / shape)
        likely = likely + top * (np.log(mean) - np.log(shape + mean))
        # Jeffreys' prior up to the raw rate; beyond it flat on the logarithm, or a mean without end would be likely.
        prior = 0.5 * (level - np.logaddexp(level, middle))
        return likely.sum(axis=-1) + prior[..., 0]

    def place(spread: Floats, level: Floats) -> tuple[Floats, Floats]:
        shape = spread**-2.0
        return shape + top, shape / np.exp(level) + size

    def draw(shape: Floats, rate: Floats, rng: np.random.Generator) -> Floats:
        return rng.gamma(shape) / rate

    return _integrate(
        index, size, spread_out, weigh, place, lambda shape, rate: shape / rate, draw, draws, seed
    )


def shrink_shares(
    count: pd.Series,
    total: pd.Series,
    *,
    dispersion: pd.Series | float = 1.0,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Posterior:
    """Posterior of shares, 0 to 1; as `shrink_rates`, with beta shares.

    Notes
    -----
    The beta's parameters sum to one over the squared spread times the mean times one less it, so that of rare things
    it is the gamma of `shrink_rates`.
    """
    top, size, index = _select(count, total, dispersion)
    rest = size - top
    share = (top.sum() + 0.5) / (size.sum() + 1)

    def spread_out(spread: Floats) -> Floats:
        certain = 1 / (1 / (size.sum() + 1) + spread**2 * share * (1 - share) / len(top))
        ends = beta.ppf([[_TAIL], [1 - _TAIL]], share * certain, (1 - share) * certain)
        return _space_out(logit(np.clip(ends, 1e-300, 1 - 1e-16)), float(logit(share)))

    def weigh(spread: Floats, level: Floats) -> Floats:
        first, second = _part(spread, level)
        likely = betaln(first + top, second + rest) - betaln(first, second)
        return (
            likely.sum(axis=-1) + (np.log(expit(level)) + np.log(expit(-level)))[..., 0]
        )  # flat on the share

    def place(spread: Floats, level: Floats) -> tuple[Floats, Floats]:
        first, second = _part(spread, level)
        return first + top, second + rest

    def draw(first: Floats, second: Floats, rng: np.random.Generator) -> Floats:
        return rng.beta(first, second)

    return _integrate(
        index, size, spread_out, weigh, place, lambda one, other: one / (one + other), draw, draws, seed
    )


def _part(spread: Floats, level: Floats) -> tuple[Floats, Floats]:
    """The two parameters of the beta."""
    return spread**-2.0 / expit(-level), spread**-2.0 / expit(level)


def _select(
    top: pd.Series, size: pd.Series, dispersion: pd.Series | float
) -> tuple[Floats, Floats, pd.Index]:
    """Select known places, and divide each place's numbers by its dispersion."""
    known = ((size > 0) & top.notna()).fillna(False).to_numpy(bool)
    times = dispersion.reindex(top.index).fillna(1.0) if isinstance(dispersion, pd.Series) else dispersion
    over = np.broadcast_to(np.asarray(times, float), top.shape)[known]
    return top[known].to_numpy(float) / over, size[known].to_numpy(float) / over, top.index[known]


def _space_out(ends: Floats, middle: float) -> Floats:
    """Space levels evenly between the ends that are likely for each spread."""
    low, high = np.maximum(ends[0], middle - _WIDEST), np.minimum(ends[1], middle + _WIDEST)
    return low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _LEVELS)


def _integrate(
    index: pd.Index,
    size: Floats,
    spread_out: Callable[[Floats], Floats],
    weigh: Callable[[Floats, Floats], Floats],
    place: Callable[[Floats, Floats], tuple[Floats, Floats]],
    average: Callable[[Floats, Floats], Floats],
    draw: Callable[[Floats, Floats, np.random.Generator], Floats],
    draws: int,
    seed: int,
) -> Posterior:
    """Weights over the grid of spreads and levels, the mean under them, and draws in proportion to them."""
    if not len(index):
        return Posterior(np.zeros((draws, 0)), pd.Series(dtype=float, index=index), np.full(draws, np.nan))
    edges = np.r_[0.0, np.sqrt(_SPREADS[1:] * _SPREADS[:-1]), np.inf]
    prior = np.diff(halfcauchy.cdf(edges, scale=SPREAD))
    grid = spread_out(_SPREADS)
    # A spread at a time: a county of thousands of places has so many numbers at each.
    likely = np.concatenate(
        [weigh(np.array([[spread]]), level[:, None]) for spread, level in zip(_SPREADS, grid, strict=True)]
    )
    steps = (grid[:, 1] - grid[:, 0]) * prior
    weights = np.exp(likely - likely.max()) * np.repeat(steps, _LEVELS)
    spreads, levels = np.repeat(_SPREADS, _LEVELS), grid.ravel()
    likely_enough = weights > 1e-9 * weights.max()
    weights, levels, spreads = (part[likely_enough] for part in (weights, levels, spreads))
    # Summed row by row, so that places alike have the same mean to the last bit.
    given = average(*place(spreads[:, None], levels[:, None]))
    mean = (weights[:, None] * given).sum(axis=0) / weights.sum()
    rng = np.random.default_rng(seed)
    # Of the grid as many draws as its weights say, not by chance.
    steady = (np.arange(draws) + rng.random()) / draws
    picked = np.minimum(np.searchsorted(np.cumsum(weights), steady * weights.sum()), len(weights) - 1)
    drawn = draw(*place(spreads[picked, None], levels[picked, None]), rng)
    return Posterior(drawn, pd.Series(mean, index), drawn @ size / size.sum())
