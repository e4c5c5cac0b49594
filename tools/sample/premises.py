"""The premises of a township: what they are, where they stand, and how often hazards are found there."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from tools.sample.forms import draw_names
from tools.sample.geography import Land, scatter_points
from tools.sample.places import Township
from tools.sample.words import BRANDS_FIRST, BRANDS_LAST, CATEGORIES, TRADES


@dataclass(frozen=True)
class Premises:
    """Premises of one township, one row each, with what repeat offenders are known for."""

    frame: pd.DataFrame
    weight: np.ndarray
    habit: np.ndarray
    trade: np.ndarray


def make_premises(
    number: int, town: Township, land: Land, codes: list[str], count: int, rng: np.random.Generator
) -> Premises:
    """Make the premises of a township.

    Parameters
    ----------
    number : int
        Place of the township in `land.towns`.
    town : Township
    land : Land
    codes : list of str
        Codes of `land.cells`.
    count : int
    rng : numpy.random.Generator

    Returns
    -------
    Premises
        frame: premises, premises_type, trade, responsible, grid, lon, lat. weight: share of all finds (sums
        to 1). habit: place in `CATEGORIES` of the hazard it repeats. trade: place in `TRADES`.
    """
    share = np.array([trade.share * (town.coastal or not trade.coastal) for trade in TRADES], dtype=float)
    share[8] *= 3.0 if town.island else 1.0
    trade = rng.choice(len(TRADES), count, p=share / share.sum())
    names = _draw_premises_names(town, trade, rng)
    cells = [place for place, cell in enumerate(land.cells) if cell.town == number]
    areas = np.array([shapely.area(land.cells[place].geometry) for place in cells])
    cell = rng.choice(len(cells), count, p=(areas**0.5) / (areas**0.5).sum())
    points = np.empty((count, 2))
    for place in np.unique(cell):
        inside = np.flatnonzero(cell == place)
        points[inside] = scatter_points(land.cells[cells[place]].geometry, len(inside), rng)
    weight = rng.gamma(0.9, 1.0, count) + 0.03
    habit = [CATEGORIES.index(_draw_category(TRADES[kind].categories, rng)) for kind in trade.tolist()]
    frame = pd.DataFrame(
        {
            "premises": names,
            "premises_type": [TRADES[kind].premises_type for kind in trade],
            "trade": [TRADES[kind].name for kind in trade],
            "responsible": [draw_names(1, rng)[0] for _ in range(count)],
            "grid": [codes[cells[place]] for place in cell],
            "lon": points[:, 0].round(5),
            "lat": points[:, 1].round(5),
        }
    )
    return Premises(frame, weight / weight.sum(), np.array(habit), trade)


def _draw_category(weights: dict[str, float], rng: np.random.Generator) -> str:
    share = np.array(list(weights.values()))
    return list(weights)[int(rng.choice(len(share), p=share / share.sum()))]


def _draw_premises_names(town: Township, trade: np.ndarray, rng: np.random.Generator) -> list[str]:
    base = town.name.removesuffix("街道").rstrip("镇乡")
    brands = [a + b for a in BRANDS_FIRST for b in BRANDS_LAST if a != b]
    order = rng.permutation(len(brands)).tolist()
    endings = rng.integers(0, 100, len(trade)).tolist()
    names: dict[str, None] = {}
    for place, kind in enumerate(trade.tolist()):
        ending = TRADES[kind].endings[endings[place] % len(TRADES[kind].endings)]
        name = f"{base}{brands[order[place % len(order)]]}{ending}"
        names.setdefault(name if name not in names else f"{name}{place + 1}分部")
    return list(names)
