"""Classes of a map."""

import warnings

import numpy as np

_CLASSES = 5
_MOST_FOR_BREAKS = 1000  # natural breaks take time with the square of the number


def choose_classes(values: np.ndarray, decimals: int) -> tuple[np.ndarray, str]:
    """Upper edges of map classes: single values where they are few, else natural breaks.

    Parameters
    ----------
    values : ndarray of float
        Without NaN.
    decimals : int
        Digits after the point that are shown: what counts as one value.

    Returns
    -------
    tuple of (ndarray, str)
        Ascending upper edges, inclusive, and the method: single, natural_breaks (Fisher 1958, Jenks 1977),
        or of very many values quantiles.
    """
    different = np.unique(np.round(values, decimals))
    if len(different) <= _CLASSES:
        # Half a last digit more, so that unrounded values fall into the class of their rounded one.
        return different + 0.5 * 10.0**-decimals, "single"
    import mapclassify  # slow to load, and few values need it

    if len(values) > _MOST_FOR_BREAKS:
        return np.unique(mapclassify.Quantiles(values, k=_CLASSES).bins), "quantiles"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        return np.unique(mapclassify.FisherJenks(values, k=_CLASSES).bins), "natural_breaks"
