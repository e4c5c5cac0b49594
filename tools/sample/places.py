"""The townships of the made-up county, their size and their habits."""

from dataclasses import dataclass

import numpy as np

from tools.sample.words import TOWN_FIRST, TOWN_LAST

COUNTY = "滨江县"
# Former and short names in use, by the name of today.
ALIASES = {"溪南镇": "老溪南", "城关街道": "城关", "下坂镇": "下坂乡", "浪屿乡": "浪屿岛"}
# Name, population in thousands, on the coast. The last one is the island.
_NAMED = (
    ("溪口镇", 62, True),
    ("溪南镇", 38, False),
    ("城关街道", 98, True),
    ("云岭乡", 11, False),
    ("白鹭镇", 47, True),
    ("金坂镇", 33, False),
    ("青岩乡", 9, False),
    ("下坂镇", 26, False),
    ("沙湾镇", 51, True),
    ("龙潭镇", 29, False),
    ("石鼓镇", 35, True),
    ("枫林乡", 14, False),
    ("盐桥镇", 41, True),
    ("古渡镇", 22, True),
    ("竹溪乡", 16, False),
    ("浪屿乡", 7, True),
)
_PER_COUNTY = 90


@dataclass(frozen=True)
class Township:
    """One township and how it keeps its ledgers.

    Attributes
    ----------
    code, name, parent : str
        Nine-digit code, name, and the name of the county.
    coastal, island : bool
        Whether it has a shore; whether it is the island township.
    population : int
        Residents at the end of 2020.
    effort : float
        Hazards it finds, relative to what its size would suggest.
    pace : float
        Median time to rectify, as a share of the time allowed.
    spot_share : float
        Share of ordinary hazards put right on the spot.
    neglect : float
        Share of by-deadline hazards never put right.
    trend : tuple of float
        Number found in 2020, 2021 and 2022, relative to its own level.
    pace_trend : tuple of float
        Factor on `pace` in the three years.
    drills : tuple of int
        Drills held in the three years.
    evaluates : float
        Share of drills that are evaluated.
    maps : bool
        Whether its ledger records longitude and latitude.
    layout : int
        Which of the hazard ledger's forms it uses.
    """

    code: str
    name: str
    parent: str
    coastal: bool
    island: bool
    population: int
    effort: float
    pace: float
    spot_share: float
    neglect: float
    trend: tuple[float, float, float]
    pace_trend: tuple[float, float, float]
    drills: tuple[int, int, int]
    evaluates: float
    maps: bool
    layout: int


def make_townships(count: int, rng: np.random.Generator) -> list[Township]:
    """Make the townships: sixteen with names of their own, further ones named from parts.

    Parameters
    ----------
    count : int
        Two or more; the last one is the island township.
    rng : numpy.random.Generator

    Returns
    -------
    list of Township
        In order of code.

    Raises
    ------
    ValueError
        If there are fewer than two or more than there are names for.
    """
    made = [f"{first}{last}" for last in TOWN_LAST for first in TOWN_FIRST if first != last]
    taken = {name.rstrip("镇乡") for name, _, _ in _NAMED} | {"溪南", "城关", "下坂"}
    spare = [base for base in made if base not in taken]
    most = len(_NAMED) + len(spare)
    if not 2 <= count <= most:
        raise ValueError(f"townships is {count}; choose 2 to {most}")
    rest = rng.permutation(len(spare))[: max(0, count - len(_NAMED))]
    named = [*_NAMED[: min(count, len(_NAMED)) - 1]]
    for place in rest:
        residents = int(np.clip(rng.lognormal(3.2, 0.6), 6, 120))
        kind = "乡" if residents < 16 else "镇"
        named.append((f"{spare[int(place)]}{kind}", residents, bool(rng.random() < 0.35)))
    named.append(_NAMED[-1])
    return [_make_township(number, count, *entry, rng) for number, entry in enumerate(named)]


def _make_township(
    number: int, count: int, name: str, residents: int, coastal: bool, rng: np.random.Generator
) -> Township:
    county, place = divmod(number, _PER_COUNTY)
    worse, better, lazy = number % 16 == 8, number % 16 == 5, number % 16 == 11
    drift = rng.normal(0, 0.12, 2)
    per_year = int(np.clip(round(4 + residents**0.5 + rng.normal(0, 2)), 3, 18))
    return Township(
        code=f"{350921 + county}{101 + place}",
        name=name,
        parent=COUNTY if county == 0 else f"{COUNTY}第{county + 1}片区",
        coastal=coastal,
        island=number == count - 1,
        population=int(residents * 1000 + rng.integers(-400, 400)),
        effort=float(rng.lognormal(0, 0.28)) * (0.55 if lazy else 1.0),
        pace=float(rng.uniform(0.38, 0.68)),
        spot_share=float(np.clip(rng.normal(0.46, 0.1), 0.2, 0.75)),
        neglect=float(rng.uniform(0.006, 0.055)) * (2.5 if lazy else 1.0),
        trend=(0.86, float(1.0 + drift[0]), float(1.08 + drift[1]) * (1.35 if worse else 1.0)),
        pace_trend=(1.0, 1.35 if worse else 0.95, 1.7 if worse else 0.55 if better else 0.92),
        drills=(max(2, per_year - 3), per_year, 0 if lazy else per_year + int(rng.integers(-1, 4))),
        evaluates=float(rng.uniform(0.5, 0.95)),
        maps=bool(rng.random() < 0.65) or number == 0,
        layout=number % 4,
    )
