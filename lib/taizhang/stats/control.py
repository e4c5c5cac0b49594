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
        Unknown points (NaN) end a run on one side and a trend, and are not beyond any limit.

    Notes
    -----
    Nelson (1984), J. Qual. Technol. 16, 237-239, with eight points on a side as in the Western Electric
    handbook (1956).
    """
    apart = value - centre
    with np.errstate(invalid="ignore", divide="ignore"):
        score = apart / np.nan_to_num(sigma)
    score[apart == 0] = 0
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
    return _chart_ratios(count, total.to_numpy(float), share=True)


def chart_rates(events: pd.Series, exposure: pd.Series | float = 1.0) -> pd.DataFrame:
    """A u chart: events per exposure; with one exposure for all, a c chart. As `chart_shares`."""
    return _chart_ratios(events, np.broadcast_to(np.asarray(exposure, float), events.shape), share=False)


def _chart_ratios(top: pd.Series, base: Floats, *, share: bool) -> pd.DataFrame:
    counts = top.to_numpy(float)
    known = (base > 0) & ~np.isnan(counts)
    base = np.where(known, base, np.nan)
    centre = counts[known].sum() / base[known].sum() if known.any() else np.nan
    variance = centre * (1 - centre) if share else centre
    return _lay_out(top.index, counts / base, centre, np.sqrt(variance / base), 0.0, 1.0 if share else np.inf)


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
