"""A view's rows with coordinates: hazards by state, others by class."""

from dataclasses import dataclass, replace
from math import ceil, cos, radians, sqrt

import numpy as np
import pandas as pd

from taizhang.analysis.hazards import HAZARD_STATES, tell_states
from taizhang.analysis.rows import name_values
from taizhang.analysis.view import View
from taizhang.metadata.facts import ALL
from taizhang.metadata.words import label
from taizhang.stats.hexagons import Hexagons, count_in_hexagons

_MOST_CLASSES = 5
_MOST_DOTS = 200
_ACROSS = 18  # hexagons from west to east
STEPS = 5  # classes of hexagons
Ends = tuple[float, float]


@dataclass(frozen=True)
class Points:
    """`located`: rows with lon and lat, and `state` (of `tell_states`) or `class` (in words).

    `rows`: how many there are in all; `unlocated`: how many have no coordinates.
    """

    located: pd.DataFrame
    rows: int
    unlocated: int

    @property
    def is_dense(self) -> bool:
        """Whether there are so many points that dots would overlap."""
        return len(self.located) > _MOST_DOTS

    @property
    def states(self) -> dict[str, int]:
        """Hazards by state: rectified, open and, if any, unknown."""
        counts = self.located["state"].value_counts()
        return {
            name: int(counts.get(name, 0)) for name in HAZARD_STATES if name != "unknown" or name in counts
        }

    @property
    def middle(self) -> tuple[float, float]:
        """The means of longitude and latitude."""
        return float(self.located["lon"].mean()), float(self.located["lat"].mean())

    @property
    def median(self) -> tuple[float, float]:
        """The medians of longitude and latitude."""
        return float(self.located["lon"].median()), float(self.located["lat"].median())

    def within(self, across: Ends, up: Ends) -> "Points | None":
        """The points between two longitudes and two latitudes, inclusive; None if there are none."""
        located = self.located[self.located["lon"].between(*across) & self.located["lat"].between(*up)]
        return None if located.empty else replace(self, located=located)

    @property
    def classes(self) -> dict[str, int]:
        """Rows by class, the five most common."""
        counts = self.located["class"].value_counts().head(_MOST_CLASSES)
        return {str(name): int(n) for name, n in counts.items()}


def _locate(rows: pd.DataFrame) -> Points | None:
    located = rows[rows["lon"].notna() & rows["lat"].notna()] if len(rows) else rows
    return None if located.empty else Points(located, len(rows), len(rows) - len(located))


@dataclass(frozen=True)
class Density:
    """Points counted in hexagons, in five classes of equal width.

    The cells of `hexagons` also have `number`, the class. `classes`, in ascending order: low and high, the
    smallest and the largest count in each.
    """

    hexagons: Hexagons
    classes: pd.DataFrame


def count_density(located: pd.DataFrame, across: Ends, up: Ends) -> Density:
    """Count located rows in hexagons, regular on the ground, within a range of longitude and latitude."""
    lon, lat = (located[name].to_numpy(float) for name in ("lon", "lat"))
    rise = sqrt(3) * (across[1] - across[0]) / _ACROSS * cos(radians((up[0] + up[1]) / 2))
    lines = max(1, ceil((up[1] - up[0]) / rise))
    over = (lines * rise - (up[1] - up[0])) / 2
    extent = (*across, up[0] - over, up[1] + over)
    hexagons = count_in_hexagons(lon, lat, extent=extent, across=_ACROSS, up=lines)
    most = int(hexagons.cells["n"].max()) if len(hexagons.cells) else 0
    step = max(1, -(-most // STEPS))
    cells = hexagons.cells.assign(number=(hexagons.cells["n"] - 1) // step)
    low = pd.Series(range(STEPS)) * step + 1
    return Density(replace(hexagons, cells=cells), pd.DataFrame({"low": low, "high": low + step - 1}))


def locate_hazards(view: View) -> Points | None:
    """Return the period's hazards with their states; None if none has coordinates."""
    states = tell_states(view.counted("hazards"))
    state = np.select(list(states.values()), list(states), "unknown")
    return _locate(view.show("hazards").assign(state=state))


def locate_classes(view: View, kind: str, column: str = "") -> Points | None:
    """Return the period's rows of a kind by the classes of a column (or in one class); None if none has
    coordinates."""
    rows = view.show(kind)
    if rows.empty:
        return None
    classes = (
        name_values(rows[column], kind, column, view.lang) if column else label(f"kind.{kind}", view.lang)
    )
    return _locate(rows.assign(**{"class": classes}))


def find_side(view: View, lon: float, lat: float) -> str:
    """Return the part of the view's district in which a point lies: northeast, south and so on, or middle."""
    own = view.districts if view.district == ALL else view.districts[view.districts["code"] == view.district]
    west, south, east, north = own.total_bounds
    across, up = (lon - west) / (east - west), (lat - south) / (north - south)
    name = ("south" if up < 0.4 else "north" if up > 0.6 else "") + (
        "west" if across < 0.4 else "east" if across > 0.6 else ""
    )
    return name or "middle"
