"""Hazards and inspections as they might come about: by season, place and habit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.sample.places import Township
from tools.sample.premises import Premises
from tools.sample.words import CATEGORIES, PROBLEMS, SPOTS, TRADES

YEARS = (2020, 2021, 2022)
# The ledgers are as they stood on this day; what happened later is not in them.
LAST_DAY = pd.Timestamp("2022-12-31")
# Share of finds by month: the spring clean-up, flood season, safety month, typhoons, winter fires.
MONTHS = np.array([1.15, 0.55, 0.85, 1.05, 1.2, 1.6, 1.15, 1.1, 1.2, 0.85, 0.95, 1.3])
_SUMMER = {"防汛防台": (0.3, 0.3, 0.6, 1.2, 2.0, 2.4, 2.6, 2.4, 1.8, 0.7, 0.3, 0.3)}
_WINTER = {
    "消防设施": (1.4, 1.3, 1, 0.9, 0.8, 0.8, 0.8, 0.8, 0.9, 1.1, 1.4, 1.6),
    "用电安全": (1.3, 1.2, 0.9, 0.8, 0.9, 1.2, 1.5, 1.4, 1.0, 0.8, 0.9, 1.3),
}
_EVES = ("01-01", "05-01", "10-01")
_SPRING = {2020: "2020-01-25", 2021: "2021-02-12", 2022: "2022-02-01"}
_MODES = ("routine", "special", "unannounced", "random", "joint", "expert")
_ACTIONS = {
    1: "春节前安全检查", 3: "春季防火专项检查", 5: "汛前隐患排查", 6: "安全生产月专项检查", 7: "防台风专项检查",
    8: "夏季消防专项整治", 9: "国庆前安全检查", 11: "今冬明春火灾防控", 12: "岁末年初安全检查",
}  # fmt: skip
_ACTION_NAMES = np.array([_ACTIONS.get(month, "专项检查") for month in range(1, 13)], dtype=object)
_OUTCOMES = np.array(["未发现隐患", "当场整改", "责令限期整改", "立案处罚"], dtype=object)
_LINES = np.array(
    [spot + problem for name in CATEGORIES for problem in PROBLEMS[name] for spot in SPOTS[name]],
    dtype=object,
)
_SIZES = np.array([len(PROBLEMS[name]) * len(SPOTS[name]) for name in CATEGORIES])
_STARTS = np.concatenate([[0], np.cumsum(_SIZES)[:-1]])


def _weigh_categories() -> np.ndarray:
    """Cumulative chances of each category, by trade and month."""
    chance = np.array([[trade.categories.get(name, 0.0) for name in CATEGORIES] for trade in TRADES])
    season = np.ones((12, len(CATEGORIES)))
    for name, factors in (_SUMMER | _WINTER).items():
        season[:, CATEGORIES.index(name)] = factors
    weights = chance[:, None, :] * season[None, :, :]
    return np.asarray(np.cumsum(weights / weights.sum(axis=2, keepdims=True), axis=2))


_CHANCES = _weigh_categories()
_MAJOR = np.array([trade.major for trade in TRADES])


def weigh_days(year: int) -> np.ndarray:
    """Share of the year's finds on each of its days: seasons, working days, the week before a holiday."""
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    weight = MONTHS[days.month.to_numpy() - 1] * np.where(days.day_of_week.to_numpy() < 5, 1.0, 0.22)
    eves = [pd.Timestamp(f"{year}-{eve}") for eve in _EVES] + [pd.Timestamp(_SPRING[year])]
    for eve in eves:
        ahead = (eve - days).days.to_numpy()
        weight = weight * np.where((ahead > 0) & (ahead <= 8), 1.7, 1.0)
        weight = weight * np.where((ahead <= 0) & (ahead > -4), 0.3, 1.0)
    return np.asarray(weight / weight.sum())


@dataclass(frozen=True)
class Year:
    """What one township's ledgers hold of one year."""

    hazards: pd.DataFrame
    inspections: pd.DataFrame


def draw_year(town: Township, year: int, count: int, premises: Premises, rng: np.random.Generator) -> Year:
    """Draw a township's inspections and hazards of one year.

    Parameters
    ----------
    town : Township
    year : int
        2020 to 2022.
    count : int
        Hazards to find.
    premises : Premises
    rng : numpy.random.Generator

    Returns
    -------
    Year
        Canonical columns without `district`, sorted by day.
    """
    weights = weigh_days(year)
    visits = max(1, round(count * 0.36)) if count else 0
    visit_day = np.sort(rng.choice(len(weights), visits, p=weights))
    visit_place = rng.choice(
        len(premises.weight), visits, p=premises.weight**0.6 / (premises.weight**0.6).sum()
    )
    visited = rng.random(count) < (0.66 if visits else 0)
    visit = np.where(visited, rng.choice(max(visits, 1), count), -1)
    if visits:
        # Premises with many hazards show many at a visit.
        chance = premises.weight[visit_place] ** 0.5
        visit = np.where(visited, rng.choice(visits, count, p=chance / chance.sum()), -1)
    day = rng.choice(len(weights), count, p=weights)
    place = rng.choice(len(premises.weight), count, p=premises.weight)
    day[visited], place[visited] = visit_day[visit[visited]], visit_place[visit[visited]]
    order = np.argsort(day, kind="stable")
    day, place, visit = day[order], place[order], visit[order]
    start = np.datetime64(f"{year}-01-01", "us")
    ids = np.array(
        [f"JC{year}-{town.code[3:]}-{number + 1:04d}" for number in range(visits)] + [""], dtype=object
    )
    hazards = _draw_hazards(town, year, start + day.astype("timedelta64[D]"), place, premises, rng)
    hazards["inspection_id"] = pd.Series(ids[visit], dtype="str").replace("", pd.NA)
    found = np.bincount(visit[visit >= 0], minlength=visits) if visits else np.zeros(0, dtype=int)
    inspections = _draw_visits(start + visit_day.astype("timedelta64[D]"), visit_place, found, premises, rng)
    inspections.insert(1, "inspection_id", ids[:-1])
    return Year(hazards, inspections)


def _draw_hazards(
    town: Township,
    year: int,
    found: np.ndarray,
    place: np.ndarray,
    premises: Premises,
    rng: np.random.Generator,
) -> pd.DataFrame:
    count = len(found)
    months = found.astype("datetime64[M]").astype(int) % 12
    trade = premises.trade[place]
    category = (rng.random(count)[:, None] > _CHANCES[trade, months]).sum(axis=1)
    category = np.where(rng.random(count) < 0.18, premises.habit[place], category)
    major = rng.random(count) < _MAJOR[trade]
    spot = (rng.random(count) < town.spot_share) & ~major
    usual = rng.choice([7, 10, 15, 30], count, p=[0.3, 0.2, 0.4, 0.1])
    allowed = np.where(major, rng.choice([30, 60, 90], count), usual)
    pace = town.pace * town.pace_trend[year - YEARS[0]]
    taken = np.maximum(1, np.ceil(allowed * pace * rng.lognormal(0, 0.5, count)))
    never = rng.random(count) < town.neglect
    taken = np.where(spot, 0, np.where(never, 3000, taken))
    rectified = found + taken.astype("timedelta64[D]")
    verified = rectified + rng.integers(0, 6, count).astype("timedelta64[D]")
    closed = verified + rng.integers(0, 11, count).astype("timedelta64[D]")
    limit = np.datetime64(LAST_DAY)
    deadline = found + allowed.astype("timedelta64[D]")
    cost = np.round(rng.lognormal(-1.3, 1.0, count) * np.where(major, 9, 1), 2)
    frame = premises.frame
    return pd.DataFrame(
        {
            "found_on": found,
            "description": _describe(found, place, category, rng),
            "hazard_id": [f"YH{year}{town.code[3:]}{number + 1:05d}" for number in range(count)],
            "premises": _take(frame["premises"], place),
            "premises_type": _take(frame["premises_type"], place),
            "trade": _take(frame["trade"], place),
            "category": np.array(CATEGORIES, dtype=object)[category],
            "severity": np.where(major, "major", "general"),
            "mode": np.where(spot, "on_the_spot", "by_deadline"),
            "deadline": np.where(spot, np.datetime64("NaT"), deadline),
            "rectified_on": _until(rectified, limit),
            "verified_on": _until(verified, limit),
            "closed_on": _until(closed, limit),
            "status": np.where(closed <= limit, "closed", np.where(rectified <= limit, "rectified", "open")),
            "responsible": _take(frame["responsible"], place),
            "listed": major & (rng.random(count) < 0.85),
            "cost_wan": np.where(spot | (cost <= 0), np.nan, cost),
            "grid": _take(frame["grid"], place),
            "lon": frame["lon"].to_numpy()[place] if town.maps else np.nan,
            "lat": frame["lat"].to_numpy()[place] if town.maps else np.nan,
        }
    )


def _describe(
    found: np.ndarray, place: np.ndarray, category: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Descriptions, drawn again until no premises has the same one twice on a day."""
    line = _STARTS[category] + rng.integers(0, _SIZES[category])
    for _ in range(50):
        keys = pd.DataFrame({"day": found, "place": place, "line": line})
        again = keys.duplicated().to_numpy()
        if not again.any():
            break
        line[again] = _STARTS[category[again]] + rng.integers(0, _SIZES[category[again]])
    return _LINES[line]


def _take(column: pd.Series, place: np.ndarray) -> np.ndarray:
    return column.to_numpy(dtype=object)[place]


def _until(days: np.ndarray, limit: np.datetime64) -> np.ndarray:
    return np.where(days <= limit, days, np.datetime64("NaT"))


def _draw_visits(
    day: np.ndarray, place: np.ndarray, found: np.ndarray, premises: Premises, rng: np.random.Generator
) -> pd.DataFrame:
    count = len(day)
    mode = rng.choice(len(_MODES), count, p=[0.42, 0.24, 0.12, 0.10, 0.08, 0.04])
    months = day.astype("datetime64[M]").astype(int) % 12
    action = np.where(mode == 1, _ACTION_NAMES[months], None)
    fined = rng.random(count) < np.clip(0.012 * found, 0, 0.3)
    amounts = rng.choice([1000, 2000, 5000, 10000, 20000, 50000], count, p=[0.2, 0.25, 0.3, 0.15, 0.08, 0.02])
    penalty = np.where(fined, amounts, 0)
    outcome = np.where(found == 0, 0, np.where(fined, 3, np.where(found == 1, 1, 2)))
    return pd.DataFrame(
        {
            "inspected_on": day,
            "premises": _take(premises.frame["premises"], place),
            "mode": np.array(_MODES, dtype=object)[mode],
            "action": action,
            "inspectors": rng.integers(2, 5, count),
            "hazards_found": found,
            "penalty_yuan": penalty.astype(float),
            "outcome": _OUTCOMES[outcome],
        }
    )
