"""A composite risk index: indicators, four dimensions, their geometric mean, and how certain its classes are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.stats.intervals import Floats

DIMENSIONS = ("hazard", "exposure", "vulnerability", "capacity")
CLASSES = ("very_low", "low", "medium", "high", "very_high")
EDGES = (2.0, 3.5, 5.0, 6.5)
DRAWS = 1000
SEED = 20210701
SPREAD = 0.5
CUTS = (0.05, 0.1, 0.0)  # quantiles that scales may end at; the first is the one used
_DRAWS_AT_ONCE = 100  # a dozen arrays of so many times districts times indicators are held


@dataclass(frozen=True)
class Indicator:
    """One indicator of a risk index.

    Attributes
    ----------
    name : Mapping of str to str
        Its title, zh and en.
    dimension : str
        hazard, exposure, vulnerability or capacity.
    value : str
        A fact, or a column of the population ledger such as ``population.residents``; empty: grades.
    of : str
        What it is divided by, likewise; empty: nothing.
    weight : float
        Within its dimension.
    more_is_worse : bool
        Whether a high value means more risk; of capacity, whether it means less capacity.
    shrink : bool
        Whether the rate is shrunken towards the area's; counts and shares of rows always are.
    grades : Mapping of str to float
        A judgement of each district, 1 (best) to 5 (worst), by code.
    """

    name: Mapping[str, str]
    dimension: str
    value: str = ""
    of: str = ""
    weight: float = 1.0
    more_is_worse: bool = True
    shrink: bool = False
    grades: Mapping[str, float] | None = None


@dataclass(frozen=True)
class RiskModel:
    """Indicators, weights of the dimensions (by name, summing to anything above 0), edges of the classes."""

    indicators: tuple[Indicator, ...]
    weights: Mapping[str, float]
    edges: tuple[float, ...] = EDGES


@dataclass(frozen=True)
class RiskIndex:
    """A computed index.

    Attributes
    ----------
    places : DataFrame
        Per district: the four dimensions (0 to 10, capacity as lack of it), index (0 to 10), class (of
        `CLASSES`), rank (1: highest), kept (the class's probability: share of the draws that have it), upper_share
        (likewise of the two upper classes), low_class, high_class (of 95 % of the draws) and missing (indicators
        unknown there).
    scores : DataFrame
        Districts by indicator number, 0 (best) to 10 (worst).
    """

    places: pd.DataFrame
    scores: pd.DataFrame


@dataclass(frozen=True)
class Yardstick:
    """The scale from 0 to 10: `low` is 0 (best), `middle` the middle of the middle class, `high` 10."""

    low: float
    middle: float
    high: float

    def score(self, values: Floats, *, worse: bool, at: float) -> Floats:
        """Scores of values, of any shape; `at`: the score of the middle; if not `worse`, the scale is reversed."""
        above = _divide(values - self.middle, self.high - self.middle)
        below = _divide(self.middle - values, self.middle - self.low)
        up, down = (above, below) if worse else (below, above)
        return np.clip(at + (10 - at) * np.maximum(up, 0) - at * np.maximum(down, 0), 0, 10)


def _divide(top: Floats, bottom: float) -> Floats:
    """Divide, with 0 for a division by 0, which occurs if all values are equal."""
    return top / bottom if bottom > 0 else np.where(np.isnan(top), np.nan, 0.0)


def find_yardstick(values: Floats, scale: str = "amount", *, cut: float = CUTS[0]) -> Yardstick:
    """The ends between which an indicator is scored, from the districts' values.

    Parameters
    ----------
    values : ndarray of float
        NaN if unknown.
    scale : str
        amount (0 or more), share (0 to 1) or grade.
    cut : float
        The ends are this quantile and one less it; values beyond them count as they do.

    Notes
    -----
    INFORM's scaling, which cuts off outliers before it stretches minimum to maximum: Marin-Ferrer, Vernaccini
    and Poljansek (2017), INFORM Concept and Methodology, JRC 106949. Unlike there, ends are never nearer to the middle
    than half and double it (of the odds, for shares; of grades, one grade): small differences are no full scale.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Yardstick(np.nan, np.nan, np.nan)
    low, high = np.quantile(known, [cut, 1 - cut])
    middle = float(np.clip(known, low, high).mean())
    if scale == "share":
        least = [middle / (2 - middle), 2 * middle / (1 + middle)]
    else:
        least = sorted([middle - 1, middle + 1] if scale == "grade" else [middle / 2, middle * 2])
    return Yardstick(min(float(low), least[0]), middle, max(float(high), least[1]))


def _average(scores: Floats, weights: Floats) -> Floats:
    """Weighted mean over the indicators that are known."""
    known = ~np.isnan(scores)
    total = (known * weights).sum(axis=-1)
    top = (np.nan_to_num(scores) * weights).sum(axis=-1)
    return np.divide(top, total, out=np.full(total.shape, np.nan), where=total > 0)


def _aggregate(
    scores: Floats,
    dimension: np.ndarray,
    inner: Floats,
    outer: Floats,
    *,
    geometric: np.ndarray | bool = True,
) -> tuple[Floats, Floats]:
    """Dimensions (arithmetic means) and index, shapes (..., n, 4) and (..., n); draws, if any, come first.

    The weights `inner` of each indicator and `outer` of each dimension: shapes (k,) and (4,), or (draws, 1, k) and
    (draws, 1, 4). `geometric`: whether the index is a geometric mean, of each draw (draws, 1); otherwise an arithmetic
    one.
    """
    parts = np.stack(
        [_average(scores[..., dimension == d], inner[..., dimension == d]) for d in range(len(DIMENSIONS))],
        axis=-1,
    )
    # A zero in one dimension would wipe out the others: the mean is taken on 1 to 11, as INFORM does.
    known = ~np.isnan(parts)
    share = known * outer
    total = share.sum(axis=-1)

    def average(values: Floats) -> Floats:
        top = (np.nan_to_num(values) * share).sum(axis=-1)
        return np.divide(top, total, out=np.full(total.shape, np.nan), where=total > 0)

    return parts, np.where(geometric, np.exp(average(np.log(parts + 1))) - 1, average(parts))


def compute_risk(
    model: RiskModel,
    values: pd.DataFrame,
    *,
    sampled: Mapping[int, Floats] | None = None,
    scales: Mapping[int, str] | None = None,
    draws: int = DRAWS,
    spread: float = SPREAD,
    seed: int = SEED,
) -> RiskIndex:
    """Compute the index, and how certain each class is.

    In each draw the data are others (where `sampled` has them), all weights, the ends of the scales, and the mean over
    dimensions, geometric or arithmetic.

    Parameters
    ----------
    values : DataFrame
        One row per district, one column per indicator of the model, in its order; NaN if unknown.
    sampled : Mapping of int to ndarray, optional
        By indicator number, draws of its values, shape (any number of draws, districts).
    scales : Mapping of int to str, optional
        By indicator number, as for `find_yardstick`; otherwise amount, and grade where it has grades.
    draws : int
    spread : float
        Each weight, of indicators and of dimensions, is multiplied by a uniform draw from 1 less this to 1
        more.

    Notes
    -----
    Arithmetic means within a dimension, geometric across, and classes at 2, 3.5, 5 and 6.5, as INFORM (2017).
    Uncertainty of data, scaling, weights and aggregation at once: Saisana, Saltelli and Tarantola (2005), J. R. Stat.
    Soc. A 168, 307-323; OECD (2008), Handbook on Constructing Composite Indicators, step 7.
    """
    edges = np.asarray(model.edges)
    at = float(edges[1] + edges[2]) / 2
    columns = [values.iloc[:, n].to_numpy(float) for n in range(values.shape[1])]
    usual = ["grade" if one.grades is not None else "amount" for one in model.indicators]
    sticks = [
        [find_yardstick(column, (scales or {}).get(n, usual[n]), cut=cut) for cut in CUTS]
        for n, column in enumerate(columns)
    ]

    def score(n: int, given: Floats, cut: int) -> Floats:
        return sticks[n][cut].score(given, worse=model.indicators[n].more_is_worse, at=at)

    scores = np.column_stack([score(n, column, 0) for n, column in enumerate(columns)])
    dimension = np.array([DIMENSIONS.index(indicator.dimension) for indicator in model.indicators])
    inner = np.array([indicator.weight for indicator in model.indicators])
    outer = np.array([model.weights.get(name, 1.0) for name in DIMENSIONS])
    parts, index = _aggregate(scores, dimension, inner, outer)
    place = np.searchsorted(edges, index, side="right")
    rng = np.random.default_rng(seed)
    moved = rng.uniform(1 - spread, 1 + spread, (draws, 1, len(inner) + len(outer)))
    cuts, geometric = rng.integers(0, len(CUTS), draws), rng.random((draws, 1)) < 0.5
    tried = np.empty((draws, len(values)), int)
    weakest = np.zeros(len(values))
    for first in range(0, draws, _DRAWS_AT_ONCE):
        part = slice(first, min(first + _DRAWS_AT_ONCE, draws))
        again = np.empty((part.stop - first, *scores.shape))
        for n, column in enumerate(columns):
            drawn = (sampled or {}).get(n, column[None, :])
            given = drawn[np.arange(first, part.stop) % len(drawn)]
            for cut in range(len(CUTS)):
                chosen = cuts[part] == cut
                again[chosen, :, n] = score(n, given[chosen], cut)
        weights = moved[part]
        moved_parts, other = _aggregate(
            again,
            dimension,
            inner * weights[..., : len(inner)],
            outer * weights[..., len(inner) :],
            geometric=geometric[part],
        )
        tried[part] = np.searchsorted(edges, other, side="right")
        lack = _mark_highest(moved_parts[..., DIMENSIONS.index("capacity")], 1)
        weakest += (lack & (lack.sum(axis=1, keepdims=True) == 1)).sum(axis=0)
    known = ~np.isnan(index)
    low = np.quantile(tried, 0.025, axis=0, method="lower")
    high = np.quantile(tried, 0.975, axis=0, method="higher")
    words = {
        name: np.where(known, np.array(CLASSES)[numbers], "")
        for name, numbers in (("class", place), ("low_class", low), ("high_class", high))
    }
    places = pd.DataFrame(parts, index=values.index, columns=DIMENSIONS).assign(
        index=index,
        rank=pd.Series(-index, values.index).rank(method="min"),
        kept=np.where(known, (tried == place).mean(axis=0), np.nan),
        upper_share=np.where(known, (tried > CLASSES.index("medium")).mean(axis=0), np.nan),
        weakest=np.where(np.isnan(parts[:, DIMENSIONS.index("capacity")]), np.nan, weakest / draws),
        missing=np.isnan(scores).sum(axis=1),
        **words,
    )
    return RiskIndex(places, pd.DataFrame(scores, index=values.index))


def _mark_highest(values: Floats, most: int) -> np.ndarray:
    """Mark the given number of highest values in each draw, with ties for the last; unknown values are not marked."""
    known = np.where(np.isnan(values), -np.inf, values)
    last = -np.sort(-known, axis=1)[:, min(most, known.shape[1]) - 1, None]
    return (known >= last) & np.isfinite(known)
