"""Funnel plots: which places lie beyond what chance does to small numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from taizhang.stats.intervals import Floats

LEVELS = (0.95, 0.998)
WINSORISE = 0.1


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
        On the index given: size, value, z, p, position (-2, -1, 0, 1, 2: below 99.8 %, below 95 %, within,
        above 95 %, above 99.8 %) and above (True where above chance with false discoveries controlled).
    limits : DataFrame
        size, low95, high95, low998, high998: curves to draw, over the range of sizes.
    """

    target: float
    dispersion: float
    places: pd.DataFrame
    limits: pd.DataFrame


def limit_rates(target: float, size: npt.ArrayLike, z: float) -> tuple[Floats, Floats]:
    """Limits of a rate around a target, by Byar's approximation to the Poisson.

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

    Notes
    -----
    Breslow and Day (1987), Statistical Methods in Cancer Research II, p. 69; as in the technical guide to
    funnel plots of the Association of Public Health Observatories (2008).
    """
    base = np.asarray(size, float)
    count = target * base
    with np.errstate(divide="ignore", invalid="ignore"):
        low = count * np.maximum(1 - 1 / (9 * count) - z / (3 * np.sqrt(count)), 0) ** 3
    more = count + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return np.where(count > 0, low, 0.0) / base, high / base


def limit_shares(target: float, size: npt.ArrayLike, z: float) -> tuple[Floats, Floats]:
    """Limits of a share around a target, by Wilson's score method; as `limit_rates`."""
    n = np.asarray(size, float)
    middle = target + z**2 / (2 * n)
    half = z * np.sqrt(target * (1 - target) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


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


def _make_funnel(
    index: pd.Index, top: Floats, size: Floats, *, share: bool, overdispersed: bool, q: float
) -> Funnel:
    target = float(top.sum() / size.sum())
    value = top / size
    if share:
        root = np.arcsin(np.sqrt(value)) - np.arcsin(np.sqrt(target))
        z = 2 * np.sqrt(size) * root
        limit = limit_shares
    else:
        z = 2 * (np.sqrt(top) - np.sqrt(target * size))
        limit = limit_rates
    dispersion = estimate_dispersion(z) if overdispersed else 1.0
    z = z / np.sqrt(dispersion)
    p = 2 * norm.sf(np.abs(z))
    position = np.zeros(len(top), int)
    sizes = np.geomspace(size.min(), size.max(), 100) if len(size) else np.zeros(0)
    curves: dict[str, Floats] = {"size": sizes}
    for level, name in zip(LEVELS, ("95", "998"), strict=True):
        reach = norm.ppf((1 + level) / 2) * np.sqrt(dispersion)
        low, high = limit(target, size, reach)
        position += (value > high).astype(int) - (value < low).astype(int)
        curves[f"low{name}"], curves[f"high{name}"] = limit(target, sizes, reach)
    found = multipletests(p, alpha=q, method="fdr_bh")[0] if len(p) else np.zeros(0, bool)
    places = pd.DataFrame(
        {"size": size, "value": value, "z": z, "p": p, "position": position, "above": found & (z > 0)},
        index=index,
    )
    return Funnel(target, dispersion, places, pd.DataFrame(curves))


def draw_funnel_of_rates(
    events: pd.Series, exposure: pd.Series, *, overdispersed: bool = True, q: float = 0.05
) -> Funnel:
    """Funnel of rates around the overall rate.

    Parameters
    ----------
    events, exposure : Series
        On one index; places without exposure or with unknown events are left out.
    overdispersed : bool
        Whether to widen the limits where places vary more than chance alone would have it.
    q : float
        Highest share of false discoveries among the places called above chance (Benjamini and Hochberg).

    Returns
    -------
    Funnel

    Notes
    -----
    Spiegelhalter (2005), Stat. Med. 24, 1185-1202, multiplicative overdispersion; z-scores on the square
    root scale; Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    known = (exposure > 0) & events.notna()
    top, size = events[known].to_numpy(float), exposure[known].to_numpy(float)
    return _make_funnel(events.index[known], top, size, share=False, overdispersed=overdispersed, q=q)


def draw_funnel_of_shares(
    count: pd.Series, total: pd.Series, *, overdispersed: bool = True, q: float = 0.05
) -> Funnel:
    """Funnel of shares (0 to 1) around the overall share; as `draw_funnel_of_rates`, on the arcsine scale."""
    known = (total > 0) & count.notna()
    top, size = count[known].to_numpy(float), total[known].to_numpy(float)
    return _make_funnel(count.index[known], top, size, share=True, overdispersed=overdispersed, q=q)
