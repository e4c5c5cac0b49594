"""A composite index of risk: indicators, four dimensions, their geometric mean, and how weights matter."""

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
        Whether the rate is shrunken towards the area's, as it should be where counts are small.
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
    """An index worked out.

    Attributes
    ----------
    places : DataFrame
        Per district: the four dimensions (0 to 10, capacity as lack of it), index (0 to 10), class (of
        `CLASSES`), rank (1: highest), kept (share of draws of the weights that leave the class as it is),
        low_class, high_class (of 95 % of the draws) and missing (indicators unknown there).
    scores : DataFrame
        Districts by indicator number, 0 (best) to 10 (worst).
    """

    places: pd.DataFrame
    scores: pd.DataFrame


def score_values(values: Floats) -> Floats:
    """Values on a scale of 0 to 10 between the 5th and the 95th percentile; 5 where all are one.

    Notes
    -----
    INFORM's scaling, which cuts off outliers before it stretches minimum to maximum: Marin-Ferrer, Vernaccini
    and Poljansek (2017), INFORM Concept and Methodology, JRC 106949.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return values
    low, high = np.quantile(known, [0.05, 0.95])
    if high - low <= 1e-12 * max(abs(high), 1.0):
        low, high = known.min(), known.max()
    if high == low:
        return np.where(np.isnan(values), np.nan, 5.0)
    return np.clip(10 * (values - low) / (high - low), 0, 10)


def _average(scores: Floats, weights: Floats) -> Floats:
    """Weighted mean over the indicators that are known."""
    known = ~np.isnan(scores)
    total = (known * weights).sum(axis=-1)
    top = (np.nan_to_num(scores) * weights).sum(axis=-1)
    return np.divide(top, total, out=np.full(total.shape, np.nan), where=total > 0)


def _aggregate(scores: Floats, dimension: np.ndarray, inner: Floats, outer: Floats) -> tuple[Floats, Floats]:
    """Dimensions (arithmetic means) and index (geometric mean), shapes (n, 4) and (n,); draws, if any, come first.

    The weights `inner` of each indicator and `outer` of each dimension: shapes (k,) and (4,), or (draws, 1, k) and
    (draws, 1, 4).
    """
    parts = np.stack(
        [_average(scores[:, dimension == d], inner[..., dimension == d]) for d in range(len(DIMENSIONS))],
        axis=-1,
    )
    # A zero in one dimension would wipe out the others: the mean is taken on 1 to 11, as INFORM does.
    known = ~np.isnan(parts)
    share = known * outer
    logs = np.nan_to_num(np.log(parts + 1)) * share
    total = share.sum(axis=-1)
    mean = np.divide(logs.sum(axis=-1), total, out=np.full(total.shape, np.nan), where=total > 0)
    return parts, np.exp(mean) - 1


def compute_risk(
    model: RiskModel,
    values: pd.DataFrame,
    *,
    draws: int = DRAWS,
    spread: float = SPREAD,
    seed: int = SEED,
) -> RiskIndex:
    """Work out the index and how often each class changes when the weights move.

    Parameters
    ----------
    values : DataFrame
        One row per district, one column per indicator of the model, in its order; NaN where unknown.
    draws : int
        Sets of weights tried.
    spread : float
        Each weight, of indicators and of dimensions, is multiplied by a uniform draw from 1 less this to 1
        more.

    Notes
    -----
    Arithmetic means within a dimension, geometric across, and classes at 2, 3.5, 5 and 6.5, as INFORM (2017).
    Sensitivity: Saisana, Saltelli and Tarantola (2005), J. R. Stat. Soc. A 168, 307-323.
    """
    scores = np.column_stack(
        [
            score_values(values.iloc[:, n].to_numpy(float) * (1 if indicator.more_is_worse else -1))
            for n, indicator in enumerate(model.indicators)
        ]
    )
    dimension = np.array([DIMENSIONS.index(indicator.dimension) for indicator in model.indicators])
    inner = np.array([indicator.weight for indicator in model.indicators])
    outer = np.array([model.weights.get(name, 1.0) for name in DIMENSIONS])
    parts, index = _aggregate(scores, dimension, inner, outer)
    edges = np.asarray(model.edges)
    place = np.searchsorted(edges, index, side="right")
    rng = np.random.default_rng(seed)
    tried = np.empty((draws, len(values)), int)
    for first in range(0, draws, _DRAWS_AT_ONCE):
        number = min(_DRAWS_AT_ONCE, draws - first)
        moved = rng.uniform(1 - spread, 1 + spread, (number, 1, len(inner) + len(outer)))
        _, again = _aggregate(
            scores, dimension, inner * moved[..., : len(inner)], outer * moved[..., len(inner) :]
        )
        tried[first : first + _DRAWS_AT_ONCE] = np.searchsorted(edges, again, side="right")
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
        missing=np.isnan(scores).sum(axis=1),
        **words,
    )
    return RiskIndex(places, pd.DataFrame(scores, index=values.index))
