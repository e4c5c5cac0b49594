"""Intervals for shares and counts.

statsmodels is loaded only when first needed, so that reading stored facts does not wait for it.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ALPHA = 0.05


def wilson_interval(
    count: npt.ArrayLike, total: npt.ArrayLike, *, alpha: float = ALPHA
) -> tuple[Floats, Floats]:
    """Wilson score interval of a share.

    Parameters
    ----------
    count, total : array-like
        Successes and trials, of one shape.
    alpha : float
        One less the level.

    Returns
    -------
    low, high : ndarray of float
        In 0 to 1; NaN if total is 0 or unknown, or count is not within 0 to total.

    Notes
    -----
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; computed by statsmodels.
    """
    from statsmodels.stats.proportion import proportion_confint

    counts, totals = np.broadcast_arrays(np.asarray(count, float), np.asarray(total, float))
    low = np.full(totals.shape, np.nan)
    high = np.full(totals.shape, np.nan)
    known = (totals > 0) & (counts >= 0) & (counts <= totals)
    if known.any():
        low[known], high[known] = proportion_confint(
            counts[known], totals[known], alpha=alpha, method="wilson"
        )
        # At the ends the limit is the end itself; rounding leaves it a hair beside.
        low[known & (counts == 0)] = 0.0
        high[known & (counts == totals)] = 1.0
    return low, high


def poisson_interval(
    count: npt.ArrayLike, exposure: npt.ArrayLike = 1.0, *, alpha: float = ALPHA
) -> tuple[Floats, Floats]:
    """Exact (Garwood) interval of a Poisson count, or of a rate per exposure.

    Parameters
    ----------
    count, exposure : array-like
        Events and exposure, of shapes that broadcast.
    alpha : float
        One less the level.

    Returns
    -------
    low, high : ndarray of float
        NaN if the count is unknown or negative, or the exposure is not above 0.

    Notes
    -----
    Garwood (1936), Biometrika 28, 437-442; computed by statsmodels (``exact-c``).
    """
    from statsmodels.stats.rates import confint_poisson

    counts, exposures = np.broadcast_arrays(np.asarray(count, float), np.asarray(exposure, float))
    low = np.full(counts.shape, np.nan)
    high = np.full(counts.shape, np.nan)
    known = (counts >= 0) & (exposures > 0)
    if known.any():
        # Small counts come up again and again; the quantiles are what takes time.
        values, where = np.unique(counts[known], return_inverse=True)
        lows = np.zeros(len(values))  # the lower limit of no events is 0
        some = values > 0
        lows[some] = confint_poisson(values[some], 1, method="exact-c", alpha=alpha)[0]
        highs = confint_poisson(values, 1, method="exact-c", alpha=alpha)[1]
        low[known] = lows[where] / exposures[known]
        high[known] = highs[where] / exposures[known]
    return low, high
