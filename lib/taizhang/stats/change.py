"""Is the difference between two counts, rates or shares more than chance?

A report asks the same of a figure in its words, its tables and its key figures: answers are kept. It asks hundreds of
times, so that the distributions are those of scipy.special: the same numbers as scipy.stats has, in a hundredth of the
time.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, chdtrc, ndtr, ndtri, stdtr
from scipy.stats import hypergeom

from taizhang.stats.intervals import Floats
from taizhang.stats.survival import estimate_survival, find_median


@dataclass(frozen=True)
class ChangeEstimate:
    """A difference, and how likely it is by chance.

    Attributes
    ----------
    value : float
        The ratio of two rates, or the difference of two shares (-1 to 1).
    p : float
        Probability of a difference at least so large if nothing has changed; NaN if nothing is known.
    """

    value: float
    p: float


_UNKNOWN = ChangeEstimate(np.nan, np.nan)


def find_two_tails(z: float, df: float) -> float:
    """The two-sided probability of so large a z, on a t scale; the normal's if df is infinite."""
    return float(2 * (ndtr(-z) if np.isinf(df) else stdtr(df, -z)))


def _refer(p: float, spread: float, df: float) -> float:
    """A probability of independent rows as that of rows in clusters: its z over the root of `spread`, on a t scale."""
    return find_two_tails(float(-ndtri(p / 2)) / np.sqrt(spread), df)


def _test_exactly(a: int, b: int, c: int, d: int) -> float:
    """Fisher's test: how likely are, given the margins, all tables that are no likelier than this one."""
    least, most = max(a - d, 0), min(a + b, a + c)
    likely = hypergeom.pmf(np.arange(least, most + 1), a + b + c + d, a + b, a + c)
    # As R has it: of tables as likely the last digits differ.
    return min(float(likely[likely <= likely[a - least] * (1 + 1e-7)].sum()), 1.0)


@cache
def compare_counts(
    now: float,
    before: float,
    exposure_now: float = 1.0,
    exposure_before: float = 1.0,
    *,
    dispersion: float = 1.0,
    df: float = np.inf,
) -> ChangeEstimate:
    """Compare two counts, or two rates, by the exact conditional test, or, where rows cluster, by its quasi form.

    Parameters
    ----------
    now, before : float
        Events, whole numbers.
    exposure_now, exposure_before : float
        What they came from, in one unit: days, residents, visits. Above 0.
    dispersion, df : float
        How many times the counts' variance exceeds Poisson's (at least 1), and how well that is known; as from
        `stats.dispersion`.

    Returns
    -------
    ChangeEstimate
        `value` is the rate ratio, now over before.

    Notes
    -----
    Given their sum the count now is binomial: Przyborowski and Wilenski (1940), Biometrika 31, 313-323; its tails are
    those of Clopper and Pearson's interval (1934). Counts in clusters are divided by the dispersion, as if each cluster
    were one event (McCullagh and Nelder 1989, 4.5), and their z is referred to Student's distribution, since the
    dispersion is an estimate.
    """
    if not now + before > 0 or not df > 0:
        return _UNKNOWN
    share = exposure_now / (exposure_now + exposure_before)
    a, b = now / dispersion, before / dispersion
    # Twice the smaller tail, as the interval has it: the sum of all that is no likelier turns on a leap day.
    at_most = float(betaincc(a + 1, b, share)) if b else 1.0
    at_least = float(betainc(a, b + 1, share)) if a else 1.0
    value = now / before * exposure_before / exposure_now if before else np.inf
    return ChangeEstimate(value, _refer(min(1.0, 2 * min(at_most, at_least)), 1.0, df))


@cache
def compare_shares(
    count_now: float,
    total_now: float,
    count_before: float,
    total_before: float,
    *,
    dispersion: float = 1.0,
    df: float = np.inf,
) -> ChangeEstimate:
    """Compare two shares: chi-squared with Yates' continuity correction, or Fisher's exact test.

    Fisher's test where any count expected is below 5.

    Parameters
    ----------
    count_now, total_now, count_before, total_before : float
        Successes and trials, whole numbers.
    dispersion, df : float
        The design effect of clusters (at least 1), and how well that is known; as returned by `stats.dispersion`.

    Returns
    -------
    ChangeEstimate
        `value` is the difference of the shares, now less before.

    Notes
    -----
    Yates (1934); Fisher (1935). The test's z over the root of the design effect is referred to Student's distribution:
    Rao and Scott (1981), J. Am. Stat. Assoc. 76, 221-230.
    """
    if not (total_now > 0 and total_before > 0 and df > 0):
        return _UNKNOWN
    table = np.array([[count_now, total_now - count_now], [count_before, total_before - count_before]])
    value = count_now / total_now - count_before / total_before
    expected = table.sum(axis=0) * table.sum(axis=1)[:, None] / table.sum()
    if not expected.all():  # all succeeded, or none did, both times
        p = 1.0
    elif expected.min() < 5:
        p = _test_exactly(*table.astype(int).ravel())
    else:
        # By at most a half nearer to what is expected; on one degree of freedom.
        apart = np.abs(table - expected)
        p = float(chdtrc(1, ((apart - np.minimum(apart, 0.5)) ** 2 / expected).sum()))
    return ChangeEstimate(float(value), _refer(p, dispersion, df))


def compare_medians(
    days: npt.NDArray[np.int64],
    closed: npt.NDArray[np.bool_],
    first: npt.NDArray[np.bool_],
    *,
    dispersion: float = 1.0,
    df: float = np.inf,
) -> float:
    """The probability of so large a difference of two groups' medians by chance: Mood's test.

    Parameters
    ----------
    days, closed
        Of all cases, as for `stats.survival.estimate_survival`.
    first : array of bool
        Which cases are of the first group; the others are of the second.
    dispersion, df
        As for `compare_shares`, of the share closed by the median.

    Returns
    -------
    float
        NaN if half of all cases together are not closed, or a group has none followed so long.

    Notes
    -----
    Mood (1950), Introduction to the Theory of Statistics, 16.5: the shares of both that are closed by the median of all
    together, here by Kaplan and Meier, of as many cases as were followed until then. Unlike intervals of the medians it
    asks nothing of how cases lie beyond them, so that a very small probability is one.
    """
    day = float(find_median(estimate_survival(days, closed), 1)[0][0]) if len(days) else np.nan
    if np.isnan(day):
        return np.nan
    counts: list[float] = []
    for group in (first, ~first):
        followed = int(((days[group] > day) | closed[group]).sum())
        counts += [round(followed * _share_closed(days[group], closed[group], day)), followed]
    return compare_shares(*counts, dispersion=dispersion, df=df).p


def _share_closed(days: npt.NDArray[np.int64], closed: npt.NDArray[np.bool_], day: float) -> float:
    curve = estimate_survival(days, closed)
    left: Floats = curve.survival[curve.time <= day]
    return 1 - float(left[-1]) if len(left) else 0.0
