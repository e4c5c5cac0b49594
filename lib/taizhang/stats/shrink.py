"""Shrunken rates and shares: small places borrow strength from all (empirical Bayes)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta, gamma

from taizhang.stats.intervals import ALPHA, Floats


@dataclass(frozen=True)
class Posterior:
    """What is believed of each true rate or share.

    Attributes
    ----------
    first, second : ndarray of float
        Shape and rate of a gamma, or the two shapes of a beta distribution, one per place.
    mean : ndarray of float
        Its mean: the shrunken rate or share.
    form : str
        gamma, beta, or point where the places do not differ more than chance would have it.
    """

    first: Floats
    second: Floats
    mean: Floats
    form: str

    def interval(self, *, alpha: float = ALPHA) -> tuple[Floats, Floats]:
        """Central interval of each; the mean itself where all are one."""
        if self.form == "gamma":
            low, high = (gamma.ppf(q, self.first, scale=1 / self.second) for q in (alpha / 2, 1 - alpha / 2))
        elif self.form == "beta":
            low, high = (beta.ppf(q, self.first, self.second) for q in (alpha / 2, 1 - alpha / 2))
        else:
            low, high = self.mean, self.mean
        return low, high

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Random draws, shape (draws, places); where all are one, ranks are a matter of chance."""
        shape = (draws, len(self.mean))
        if self.form == "gamma":
            return rng.gamma(self.first, 1 / self.second, shape)
        if self.form == "beta":
            return rng.beta(self.first, self.second, shape)
        return rng.random(shape)


def fit_rates(events: Floats, exposure: Floats) -> Posterior:
    """Gamma posteriors of Poisson rates, the gamma prior fitted by moments.

    Parameters
    ----------
    events, exposure : ndarray of float
        Per place; exposure above 0.

    Returns
    -------
    Posterior
        Its mean is Marshall's global estimator, as in esda's ``Empirical_Bayes``; where the rates vary no
        more than chance would have it, the overall rate for all.

    Notes
    -----
    Marshall (1991), Appl. Stat. 40, 283-294; Clayton and Kaldor (1987), Biometrics 43, 671-681.
    """
    mean = events.sum() / exposure.sum()
    spread = (exposure * (events / exposure - mean) ** 2).sum() / exposure.sum() - mean / exposure.mean()
    if not spread > 0:
        flat = np.full(events.shape, mean)
        return Posterior(flat, flat, flat, "point")
    first, second = mean**2 / spread + events, mean / spread + exposure
    return Posterior(first, second, first / second, "gamma")


def fit_shares(count: Floats, total: Floats) -> Posterior:
    """Beta posteriors of shares, the beta prior fitted by moments.

    Parameters
    ----------
    count, total : ndarray of float
        Successes and trials per place; total above 0.

    Returns
    -------
    Posterior
        Where the shares vary no more than chance would have it, the overall share for all.

    Notes
    -----
    Kleinman (1973), J. Am. Stat. Assoc. 68, 46-54, with weights in proportion to the trials.
    """
    all_, places = total.sum(), len(total)
    mean = count.sum() / all_
    within = mean * (1 - mean)
    around = (total * (count / total - mean) ** 2).sum()
    room = all_ - (total**2).sum() / all_ - (places - 1)
    spread = (around - within * (places - 1)) / room if room > 0 else 0.0
    if not 0 < spread < within:
        flat = np.full(count.shape, mean)
        return Posterior(flat, flat, flat, "point")
    size = within / spread - 1
    first, second = mean * size + count, (1 - mean) * size + total - count
    return Posterior(first, second, first / (first + second), "beta")


def _lay_out(
    index: pd.Index, raw: Floats, known: npt.NDArray[np.bool_], fit: Posterior, alpha: float
) -> pd.DataFrame:
    low, high = fit.interval(alpha=alpha)
    table = pd.DataFrame({"raw": raw, "shrunk": np.nan, "low": np.nan, "high": np.nan}, index=index)
    table.loc[known, "shrunk"], table.loc[known, "low"], table.loc[known, "high"] = fit.mean, low, high
    return table


def shrink_rates(events: pd.Series, exposure: pd.Series, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Raw and shrunken rates with intervals.

    Parameters
    ----------
    events, exposure : Series
        On one index, such as division codes. Places without exposure or events known get no rate.
    alpha : float
        One less the level.

    Returns
    -------
    DataFrame
        raw, shrunk, low, high on that index; per unit of exposure.
    """
    counts, base = events.to_numpy(float), exposure.to_numpy(float)
    known = (base > 0) & ~np.isnan(counts)
    raw = np.divide(counts, base, out=np.full(counts.shape, np.nan), where=known)
    return _lay_out(events.index, raw, known, fit_rates(counts[known], base[known]), alpha)


def shrink_shares(count: pd.Series, total: pd.Series, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Raw and shrunken shares, 0 to 1, with intervals; as `shrink_rates`."""
    counts, totals = count.to_numpy(float), total.to_numpy(float)
    known = (totals > 0) & ~np.isnan(counts)
    raw = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=known)
    return _lay_out(count.index, raw, known, fit_shares(counts[known], totals[known]), alpha)
