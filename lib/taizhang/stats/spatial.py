"""Do neighbours resemble each other? Moran's I, its local parts, and rates shrunken towards neighbours.

libpysal and esda are loaded when first needed: only the comparison of districts needs them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from libpysal.graph import Graph

FEWEST = 8  # places with neighbours below which patterns are not looked for
PERMUTATIONS = 999
SEED = 20210701
QUADRANTS = {1: "high_high", 2: "low_high", 3: "low_low", 4: "high_low"}


@dataclass(frozen=True)
class Pattern:
    """What the map says.

    Attributes
    ----------
    moran, expected, p : float
        Moran's I, what chance alone would give, and the probability of one so far out; NaN where there are
        too few places.
    places : DataFrame
        On the index given: moran (local), p (both tails), quadrant (high_high, low_high, low_low, high_low) and found
        (True where beyond chance with false discoveries controlled). Islands and unknown values have none.
    reason : str
        Why nothing was worked out: ``few`` or ``constant``; else empty.
    """

    moran: float
    expected: float
    p: float
    places: pd.DataFrame
    reason: str = ""


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
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Pattern:
    """Moran's I of a value and the places that resemble, or stand out from, their neighbours.

    Parameters
    ----------
    values : Series
        By code; unknown ones, and places without neighbours that are known, are left out.
    graph : Graph
        As from `join_neighbours`.
    q : float
        Highest share of false discoveries among the places found (Benjamini and Hochberg).

    Notes
    -----
    Moran (1950), Biometrika 37, 17-23; Anselin (1995), Geogr. Anal. 27, 93-115; by esda.
    """
    places = pd.DataFrame(
        {"moran": np.nan, "p": np.nan, "quadrant": pd.Series("", values.index, dtype="str"), "found": False}
    )
    kept = values.index[values.notna() & values.index.isin(graph.unique_ids)]
    part = graph.subgraph(kept)
    kept = kept[~kept.isin(part.isolates)]
    if len(kept) < FEWEST:
        return Pattern(np.nan, np.nan, np.nan, places, "few")
    from esda.moran import Moran, Moran_Local
    from statsmodels.stats.multitest import multipletests

    weights = graph.subgraph(kept).transform("R")
    kept = weights.unique_ids
    y = values[kept].to_numpy(float)
    if np.ptp(y) == 0:
        return Pattern(np.nan, np.nan, np.nan, places, "constant")
    # The global test under randomisation needs no draws, so no global generator is touched.
    whole = Moran(y, weights, permutations=0)
    # A z-score that is not used here; and of the tail of p, which the next line doubles itself.
    with np.errstate(invalid="ignore", divide="ignore"), catch_warnings():
        filterwarnings("ignore", message="The alternative hypothesis")
        local = Moran_Local(y, weights, permutations=permutations, seed=seed, n_jobs=1)
    p = np.minimum(2 * local.p_sim, 1)  # esda's is of the tail that each place is in
    places.loc[kept, "moran"] = local.Is
    places.loc[kept, "p"] = p
    places.loc[kept, "quadrant"] = [QUADRANTS[int(number)] for number in local.q]
    places.loc[kept, "found"] = multipletests(p, alpha=q, method="fdr_bh")[0]
    return Pattern(float(whole.I), float(whole.EI), float(whole.p_rand), places)


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
        part = graph.subgraph(kept)
        kept = kept[~kept.isin(part.isolates)]
    if len(kept):
        part = graph.subgraph(kept)
        kept, weights = part.unique_ids, part.to_W()
        weights.id_order = list(kept)
        with np.errstate(invalid="ignore", divide="ignore"):  # no event among all neighbours: no rate known
            fit = Spatial_Empirical_Bayes(
                events[kept].to_numpy(float), exposure[kept].to_numpy(float), weights
            )
        rates[kept] = np.ravel(fit.r)
    return rates
