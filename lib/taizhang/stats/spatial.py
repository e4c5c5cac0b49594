"""Do neighbours resemble each other? Moran's I, its local parts, and rates shrunken towards neighbours.

libpysal and esda are loaded when first needed: only the comparison of districts needs them.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, comb
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from taizhang.stats.intervals import Floats

if TYPE_CHECKING:
    from libpysal.graph import Graph

FEWEST = 8  # places with neighbours below which patterns are not looked for
FEWEST_PERMUTATIONS, MOST_PERMUTATIONS = 999, 99_999
_CHUNK = 2_000_000  # random numbers at a time
_MOST_DRAWS = 50_000_000  # permutations times places: seconds
_FINER = 10  # times the smallest probability that false discovery asks for
SEED = 20210701
QUADRANTS = {1: "high_high", 2: "low_high", 3: "low_low", 4: "high_low"}


@dataclass(frozen=True)
class Pattern:
    """The spatial pattern found.

    Attributes
    ----------
    moran, expected, p : float
        Moran's I, what chance alone would give, and the probability of one so far out; NaN if there are
        too few places.
    places : DataFrame
        On the index given: moran (local), p (both tails), quadrant (high_high, low_high, low_low, high_low) and found
        (True if beyond chance with false discoveries controlled). Islands and unknown values have none.
    local : bool
        Whether any place could be found at all: not where so few can be put in order in so few ways, or so many are
        looked at, that the smallest probability there is would not do.
    reason : str
        Why nothing was worked out: ``few`` or ``constant``; otherwise empty.
    """

    moran: float
    expected: float
    p: float
    places: pd.DataFrame
    reason: str = ""
    local: bool = True


def join_neighbours(geometry: Any) -> "Graph":
    """Neighbours that share a border or a corner.

    Parameters
    ----------
    geometry : GeoSeries
        Areas, indexed by code; in any one CRS.

    Returns
    -------
    libpysal.graph.Graph
        Binary; islands have no neighbours.
    """
    from libpysal.graph import Graph

    return Graph.build_contiguity(geometry, rook=False, strict=True)


def find_pattern(
    values: pd.Series,
    graph: "Graph",
    *,
    q: float = 0.05,
    permutations: int | None = None,
    seed: int = SEED,
) -> Pattern:
    """Moran's I of a value, and the places that resemble or differ from their neighbours.

    Parameters
    ----------
    values : Series
        By code; unknown ones, and places without neighbours that are known, are left out.
    graph : Graph
        As from `join_neighbours`.
    q : float
        Highest share of false discoveries among the places found (Benjamini and Hochberg).
    permutations : int, optional
        By default as many as false discovery asks for; at most 99,999, and fewer where there are over 500 places.

    Notes
    -----
    Moran (1950), Biometrika 37, 17-23; Anselin (1995), Geogr. Anal. 27, 93-115; by esda.
    """
    places = pd.DataFrame(
        {"moran": np.nan, "p": np.nan, "quadrant": pd.Series("", values.index, dtype="str"), "found": False}
    )
    kept = values.index[values.notna() & values.index.isin(graph.unique_ids)]
    part = _select(graph, kept)
    kept = kept[~kept.isin(part.isolates)]
    if len(kept) < FEWEST:
        return Pattern(np.nan, np.nan, np.nan, places, "few")
    from esda.moran import Moran, Moran_Local
    from statsmodels.stats.multitest import multipletests

    weights = _select(part, kept).transform("R")
    kept = weights.unique_ids
    y = values[kept].to_numpy(float)
    if np.ptp(y) == 0:
        return Pattern(np.nan, np.nan, np.nan, places, "constant")
    whole = Moran(y, weights, permutations=0)  # under randomisation, which needs no draws
    found = Pattern(float(whole.I), float(whole.EI), float(whole.p_rand), places)
    many = permutations or choose_permutations(len(kept), q)
    # Each place's neighbours can be drawn in so many ways.
    ways = max(comb(len(kept) - 1, int(near)) for near in weights.cardinalities.unique())
    if 2 / min(many + 1, ways) > q / len(kept):
        return replace(found, local=False)
    local = Moran_Local(y, weights, permutations=0)
    p = _permute(y, weights, many, seed)
    places.loc[kept, "moran"] = local.Is
    places.loc[kept, "p"] = p
    places.loc[kept, "quadrant"] = [QUADRANTS[int(number)] for number in local.q]
    places.loc[kept, "found"] = multipletests(p, alpha=q, method="fdr_bh")[0]
    return found


def _select(graph: "Graph", places: pd.Index) -> "Graph":
    """The neighbours among some places; the graph itself where they are all that it has."""
    return graph if len(places) == graph.n else graph.subgraph(places)


def choose_permutations(places: int, q: float = 0.05) -> int:
    """The number of permutations needed to identify a place, with both tails and this many places tested."""
    needed = ceil(2 * _FINER * places / q) - 1
    return min(max(needed, FEWEST_PERMUTATIONS), MOST_PERMUTATIONS, _MOST_DRAWS // places)


def _permute(y: Floats, weights: "Graph", permutations: int, seed: int) -> Floats:
    """Return how likely each place's neighbours are to sum to so much, or so little, by chance: both tails.

    The place stays and the others change places with one another, as Anselin has it. esda's own draws come from the
    generator that everyone shares, and take sums that are equal for unequal where the last digit differs.
    """
    order = {code: place for place, code in enumerate(weights.unique_ids)}
    near = [np.array([order[code] for code in weights[code].index]) for code in weights.unique_ids]
    chosen = _draw_others(len(y), max(map(len, near)), permutations, seed)
    tie = 1e-9 * float(np.abs(y).sum())
    p = np.ones(len(y))
    for place, neighbours in enumerate(near):
        sums = np.delete(y, place)[chosen[:, : len(neighbours)]].sum(axis=1)
        seen = y[neighbours].sum()
        tail = min((sums >= seen - tie).sum(), (sums <= seen + tie).sum())
        p[place] = min(2 * (tail + 1) / (permutations + 1), 1)
    return p


@lru_cache(maxsize=1)
def _draw_others(places: int, most: int, permutations: int, seed: int) -> "np.ndarray[Any, Any]":
    """Some of a place's others in any order, again in each row; the same for every fact of a report."""
    rng = np.random.default_rng(seed)
    chosen = np.empty((permutations, most), int)
    rows = max(_CHUNK // places, 1)
    for start in range(0, permutations, rows):
        part = chosen[start : start + rows]
        part[:] = rng.random((len(part), places - 1)).argpartition(most - 1, axis=1)[:, :most]
        rng.permuted(part, axis=1, out=part)  # the first few of them are to be any few
    chosen.flags.writeable = False
    return chosen


def shrink_to_neighbours(events: pd.Series, exposure: pd.Series, graph: "Graph") -> pd.Series:
    """Rates shrunken towards those of their neighbours, by Marshall's local estimator.

    Parameters
    ----------
    events, exposure : Series
        By code, on one index; exposure above 0.
    graph : Graph
        As from `join_neighbours`.

    Returns
    -------
    Series
        On that index; NaN for islands and where events or exposure are unknown.

    Notes
    -----
    Marshall (1991), Appl. Stat. 40, 283-294; by esda.
    """
    from esda.smoothing import Spatial_Empirical_Bayes

    rates = pd.Series(np.nan, events.index)
    kept = events.index[(exposure > 0) & events.notna() & events.index.isin(graph.unique_ids)]
    if len(kept):
        graph = _select(graph, kept)
        kept = kept[~kept.isin(graph.isolates)]
    if len(kept):
        part = _select(graph, kept)
        kept, weights = part.unique_ids, part.to_W()
        weights.id_order = list(kept)
        with np.errstate(invalid="ignore", divide="ignore"):  # no event among all neighbours: no rate known
            fit = Spatial_Empirical_Bayes(
                events[kept].to_numpy(float), exposure[kept].to_numpy(float), weights
            )
        rates[kept] = np.ravel(fit.r)
    return rates
