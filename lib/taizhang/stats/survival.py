"""Time to closure with open cases censored: grouped Kaplan-Meier.

scipy is loaded when first needed: who only reads facts that are kept needn't wait for them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from taizhang.stats.intervals import ALPHA, Floats

Ints = npt.NDArray[np.int64]
FEWEST = 6  # the median of fewer lies outside all of them with a chance above 5 %: 2 * 0.5 ** 5
TIE = 1e-9  # S(t) within this of one half counts as one half
_MOST_CELLS = 1_000_000  # groups times days; counting beats sorting while the table is not too empty


@dataclass(frozen=True)
class Curves:
    """Kaplan-Meier curves of several groups, one entry per group and day on which something happened.

    Attributes
    ----------
    group : ndarray of int
        Group number, ascending.
    time : ndarray of int
        Days, ascending within a group.
    at_risk, events : ndarray of int
        Cases under observation just before the day, and closed on it.
    survival : ndarray of float
        S(t), the share still open after the day.
    low, high : ndarray of float
        Its pointwise log-log interval; NaN before the first event; 0 if S is 0, but NaN there in groups of
        fewer than six.
    """

    group: Ints
    time: Ints
    at_risk: Ints
    events: Ints
    survival: Floats
    low: Floats
    high: Floats


def estimate_survival(
    days: npt.ArrayLike,
    closed: npt.ArrayLike,
    group: npt.ArrayLike | None = None,
    *,
    alpha: float = ALPHA,
) -> Curves:
    """Kaplan-Meier estimate for every group at once.

    Parameters
    ----------
    days : array-like of int
        Whole days observed, 0 or more.
    closed : array-like of bool
        Whether the case was closed on that day; otherwise it was still open (censored).
    group : array-like of int, optional
        Group numbers, 0 or more; one group where left out.
    alpha : float
        One less the level of the pointwise intervals.

    Returns
    -------
    Curves
        Groups without cases have no entries.

    Notes
    -----
    Kaplan and Meier (1958), J. Am. Stat. Assoc. 53, 457-481. Variance by Greenwood (1926), interval on
    the log(-log) scale (Kalbfleisch and Prentice 1980).
    """
    time = np.asarray(days, np.int64)
    event = np.asarray(closed, bool)
    groups = np.zeros(len(time), np.int64) if group is None else np.asarray(group, np.int64)
    if len(time) == 0:
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        return Curves(whole, whole, whole, whole, real, real, real)
    span = int(time.max()) + 1
    key = groups * span + time
    if key.max() < _MOST_CELLS:
        total = np.bincount(key)
        events = np.bincount(key[event], minlength=len(total))
        keys = np.flatnonzero(total)
        total, events = total[keys], events[keys]
    else:
        keys, where, total = np.unique(key, return_inverse=True, return_counts=True)
        events = np.bincount(where[event], minlength=len(keys))
    of, at = keys // span, keys % span

    first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    lengths = np.diff(np.r_[first, len(of)])
    left_before = np.cumsum(total) - total  # cases gone before each day, all groups together
    size = np.add.reduceat(total, first)
    at_risk = np.repeat(size + left_before[first], lengths) - left_before

    last = events == at_risk  # S falls to 0; only ever a group's last entry
    with np.errstate(divide="ignore"):
        steps = np.where(last, 0.0, np.log1p(-events / at_risk))
        terms = np.where(last, 0.0, events / (at_risk * (at_risk - events)))
    log_survival = _cumulate(steps, first, lengths)
    variance = _cumulate(terms, first, lengths)
    survival = np.where(last, 0.0, np.exp(log_survival))

    from scipy.stats import norm

    z = norm.ppf(1 - alpha / 2)
    low, high = np.full(len(keys), np.nan), np.full(len(keys), np.nan)
    inner = (log_survival < 0) & ~last
    factor = np.exp(z * np.sqrt(variance[inner]) / -log_survival[inner])
    low[inner] = np.exp(log_survival[inner] * factor)
    high[inner] = np.exp(log_survival[inner] / factor)
    # All are closed: so is the interval, as in lifelines; but of a few cases nothing has a 95 % limit.
    sure = last & (np.repeat(size, lengths) >= FEWEST)
    low[sure], high[sure] = 0.0, 0.0
    return Curves(of, at, at_risk, events, survival, low, high)


def _cumulate(values: Floats, first: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]) -> Floats:
    """Running sums that start again at each group."""
    total = np.cumsum(values)
    return np.asarray(total - np.repeat(total[first] - values[first], lengths))


def find_median(curves: Curves, groups: int) -> tuple[Floats, Floats, Floats]:
    """Median time of every group and its interval.

    Parameters
    ----------
    groups : int
        How many groups there are.

    Returns
    -------
    median, low, high : ndarray of float, shape (groups,)
        The smallest day on which S, its lower and its upper limit are at most one half (ties judged to
        1e-9); NaN if not reached.

    Notes
    -----
    Brookmeyer and Crowley (1982), Biometrics 38, 29-41, with log-log limits.
    """
    return (
        _first_day(curves, curves.survival, groups),
        _first_day(curves, curves.low, groups),
        _first_day(curves, curves.high, groups),
    )


def _first_day(curves: Curves, level: Floats, groups: int) -> Floats:
    days = np.full(groups, np.nan)
    reached = np.flatnonzero(level <= 0.5 + TIE)
    of, first = np.unique(curves.group[reached], return_index=True)
    days[of] = curves.time[reached][first]
    return days
