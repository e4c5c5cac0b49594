"""Is the difference between two counts, rates or shares more than chance?

A report asks the same of a figure in its words, its tables and its key figures: answers are kept.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import binom, chi2_contingency, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from taizhang.stats.intervals import ALPHA


@dataclass(frozen=True)
class ChangeEstimate:
    """A difference and how far chance explains it.

    Attributes
    ----------
    value, low, high : float
        The ratio of two rates, or the difference of two shares (-1 to 1), with its interval.
    p : float
        Probability of a difference at least so large if nothing has changed; NaN where nothing is known.
    """

    value: float
    low: float
    high: float
    p: float

    def is_beyond_chance(self, *, alpha: float = ALPHA) -> bool:
        return bool(self.p < alpha)


@cache
def compare_counts(
    now: float,
    before: float,
    exposure_now: float = 1.0,
    exposure_before: float = 1.0,
    *,
    alpha: float = ALPHA,
) -> ChangeEstimate:
    """Compare two counts, or two rates, by the exact conditional test.

    Parameters
    ----------
    now, before : float
        Events, whole numbers.
    exposure_now, exposure_before : float
        What they came from, in one unit: days, residents, visits. Above 0.
    alpha : float
        One less the level of the interval.

    Returns
    -------
    ChangeEstimate
        `value` is the rate ratio, now over before.

    Notes
    -----
    Given their sum the count now is binomial: Przyborowski and Wilenski (1940), Biometrika 31, 313-323;
    interval by Clopper and Pearson (1934), beyond 1 when, and only when, p is below alpha.
    """
    if not now + before > 0:
        return ChangeEstimate(np.nan, np.nan, np.nan, np.nan)
    total = int(now + before)
    share = exposure_now / (exposure_now + exposure_before)
    # Twice the smaller tail, as the interval has it: the sum of all that is no likelier turns on a leap day.
    p = min(1.0, 2 * float(min(binom.cdf(now, total, share), binom.sf(now - 1, total, share))))
    low, high = proportion_confint(int(now), total, alpha=alpha, method="beta")

    def ratio(part: float) -> float:
        return np.inf if part >= 1 else part / (1 - part) * exposure_before / exposure_now

    value = now / before * exposure_before / exposure_now if before else np.inf
    return ChangeEstimate(value, ratio(low), ratio(high), p)


@cache
def compare_shares(
    count_now: float, total_now: float, count_before: float, total_before: float, *, alpha: float = ALPHA
) -> ChangeEstimate:
    """Compare two shares: chi-squared with Yates' continuity correction, or Fisher's exact test.

    Fisher's test where any count expected is below 5.

    Parameters
    ----------
    count_now, total_now, count_before, total_before : float
        Successes and trials, whole numbers.
    alpha : float
        One less the level of the interval.

    Returns
    -------
    ChangeEstimate
        `value` is the difference of the shares, now less before, with Newcombe's interval.

    Notes
    -----
    Newcombe (1998), Stat. Med. 17, 873-890; Yates (1934); Fisher (1935).
    """
    if not (total_now > 0 and total_before > 0):
        return ChangeEstimate(np.nan, np.nan, np.nan, np.nan)
    table = np.array([[count_now, total_now - count_now], [count_before, total_before - count_before]])
    value = count_now / total_now - count_before / total_before
    low, high = confint_proportions_2indep(
        count_now, total_now, count_before, total_before, method="newcomb", compare="diff", alpha=alpha
    )
    expected = table.sum(axis=0) * table.sum(axis=1)[:, None] / table.sum()
    if not expected.all():  # all succeeded, or none did, both times
        p = 1.0
    elif expected.min() < 5:
        p = float(fisher_exact(table.astype(int)).pvalue)
    else:
        p = float(chi2_contingency(table, correction=True).pvalue)
    return ChangeEstimate(float(value), float(low), float(high), p)
