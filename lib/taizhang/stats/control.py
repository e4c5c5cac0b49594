"""Control charts: is a monthly series steady, or has something changed?"""

import numpy as np
import pandas as pd

from taizhang.stats.intervals import Floats

SIDE_RUN = 8  # points in a row on one side of the centre
TREND_RUN = 6  # points in a row, each above (or below) the one before
D2, D4 = 1.128, 3.267  # of moving ranges of two points: Shewhart's constants


def find_signals(value: Floats, centre: Floats, sigma: Floats) -> list[str]:
    """Name the first run rule that each point meets, or ''.

    ``limits``: beyond three sigma. ``near_limits``: two of three in a row beyond two sigma on one side.
    ``side``: eight in a row on one side of the centre. ``trend``: six in a row rising or falling.

    Parameters
    ----------
    value, centre, sigma : ndarray of float, shape (n,)
        Unknown points (NaN) end every run.

    Notes
    -----
    Nelson (1984), J. Qual. Technol. 16, 237-239, with eight points on a side as in the Western Electric
    handbook (1956).
    """
    apart = value - centre
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(sigma > 0, apart / sigma, np.where(apart == 0, 0.0, np.sign(apart) * np.inf))
    score[np.isnan(apart)] = np.nan
    signals = []
    for i in range(len(value)):
        side = np.sign(score[i])
        last = score[max(i - SIDE_RUN + 1, 0) : i + 1]
        three = score[max(i - 2, 0) : i + 1] * side
        steps = np.diff(value[max(i - TREND_RUN + 1, 0) : i + 1])
        if abs(score[i]) > 3:
            signals.append("limits")
        elif len(three) == 3 and three[-1] > 2 and (three > 2).sum() >= 2:
            signals.append("near_limits")
        elif len(last) == SIDE_RUN and side != 0 and (np.sign(last) == side).all():
            signals.append("side")
        elif len(steps) == TREND_RUN - 1 and ((steps > 0).all() or (steps < 0).all()):
            signals.append("trend")
        else:
            signals.append("")
    return signals


def _lay_out(
    index: pd.Index, value: Floats, centre: float, sigma: Floats, floor: float, top: float
) -> pd.DataFrame:
    middle = np.full(len(value), centre)
    return pd.DataFrame(
        {
            "value": value,
            "centre": middle,
            "low": np.maximum(middle - 3 * sigma, floor),
            "high": np.minimum(middle + 3 * sigma, top),
            "signal": pd.array(find_signals(value, middle, sigma), dtype="str"),
        },
        index=index,
    )


def chart_shares(count: pd.Series, total: pd.Series) -> pd.DataFrame:
    """A p chart: shares of samples of varying size.

    Parameters
    ----------
    count, total : Series
        Successes and trials on one index, in order of time.

    Returns
    -------
    DataFrame
        value, centre, low, high (0 to 1) and signal, as `find_signals` names it, on that index.

    Notes
    -----
    Shewhart (1931); Montgomery, Introduction to Statistical Quality Control, 7.3.
    """
    counts, totals = count.to_numpy(float), total.to_numpy(float)
    known = (totals > 0) & ~np.isnan(counts)
    value = np.divide(counts, totals, out=np.full(len(counts), np.nan), where=known)
    centre = counts[known].sum() / totals[known].sum() if known.any() else np.nan
    sigma = np.full(len(counts), np.nan)
    sigma[known] = np.sqrt(centre * (1 - centre) / totals[known])
    return _lay_out(count.index, value, centre, sigma, 0.0, 1.0)


def chart_rates(events: pd.Series, exposure: pd.Series | float = 1.0) -> pd.DataFrame:
    """A u chart: events per exposure; with one exposure for all, a c chart. As `chart_shares`."""
    counts = events.to_numpy(float)
    base = np.broadcast_to(np.asarray(exposure, float), counts.shape)
    known = (base > 0) & ~np.isnan(counts)
    value = np.divide(counts, base, out=np.full(len(counts), np.nan), where=known)
    centre = counts[known].sum() / base[known].sum() if known.any() else np.nan
    sigma = np.full(len(counts), np.nan)
    sigma[known] = np.sqrt(centre / base[known])
    return _lay_out(events.index, value, centre, sigma, 0.0, np.inf)


def chart_values(values: pd.Series) -> pd.DataFrame:
    """An XmR chart: single values, sigma from the mean moving range.

    Moving ranges beyond their own limit are left out of the mean, once.

    Parameters
    ----------
    values : Series
        In order of time; at least two known.

    Returns
    -------
    DataFrame
        As `chart_shares`, and moving_range.

    Notes
    -----
    Wheeler (2000), Understanding Variation; Nelson (1982), J. Qual. Technol. 14, 172-173.
    """
    value = values.to_numpy(float)
    moving = np.r_[np.nan, np.abs(np.diff(value))]
    ranges = moving[~np.isnan(moving)]
    if len(ranges):
        ranges = ranges[ranges <= D4 * ranges.mean()]
    sigma = np.full(len(value), ranges.mean() / D2 if len(ranges) else np.nan)
    known = value[~np.isnan(value)]
    centre = float(known.mean()) if len(known) else np.nan
    return _lay_out(values.index, value, centre, sigma, -np.inf, np.inf).assign(moving_range=moving)
