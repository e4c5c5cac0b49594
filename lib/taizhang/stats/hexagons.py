"""Points counted in hexagons."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

_PAD = 1e-9  # of the width: a point on the edge is inside


@dataclass(frozen=True)
class Hexagons:
    """`cells`: x and y of the middle, and n, of the hexagons that have a point; each `width` wide, in the units of x.

    `rise`: from one row of a lattice to the next, in the units of y; a hexagon is two thirds of it high on either side
    of its middle.
    """

    cells: pd.DataFrame
    width: float
    rise: float


def count_in_hexagons(
    x: np.ndarray,
    y: np.ndarray,
    *,
    extent: tuple[float, float, float, float],
    across: int,
    up: int,
) -> Hexagons:
    """Count points in a lattice of `across` by `up` hexagons (Carr et al. 1987, JASA 82, 424-436).

    The middles are two lattices, the second half a step right of and above the first; a point belongs to the nearer
    of its nearest middles. `extent` is west, east, south and north; points outside are not counted.
    """
    west, east, south, north = extent
    pad = _PAD * (east - west)
    west, east = west - pad, east + pad
    width, rise = (east - west) / across, (north - south) / up
    right, above = (np.asarray(x) - west) / width, (np.asarray(y) - south) / rise
    column, row = np.round(right).astype(int), np.round(above).astype(int)
    between, over = np.floor(right).astype(int), np.floor(above).astype(int)
    first = (right - column) ** 2 + 3 * (above - row) ** 2
    second = (right - between - 0.5) ** 2 + 3 * (above - over - 0.5) ** 2
    nearer = first < second
    parts = [
        _count(column[nearer], row[nearer], across + 1, up + 1),
        _count(between[~nearer], over[~nearer], across, up),
    ]
    cells = pd.concat([part.assign(shift=shift) for part, shift in zip(parts, (0.0, 0.5), strict=True)])
    middles = {
        "x": (cells["column"] + cells["shift"]) * width + west,
        "y": (cells["row"] + cells["shift"]) * rise + south,
    }
    return Hexagons(pd.DataFrame({**middles, "n": cells["n"]}).reset_index(drop=True), width, rise)


def _count(columns: np.ndarray, rows: np.ndarray, across: int, up: int) -> pd.DataFrame:
    """Points by place in a lattice, column by column."""
    inside = (columns >= 0) & (columns < across) & (rows >= 0) & (rows < up)
    places, n = np.unique(columns[inside] * up + rows[inside], return_counts=True)
    return pd.DataFrame({"column": places // up, "row": places % up, "n": n})
