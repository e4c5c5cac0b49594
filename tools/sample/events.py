"""Plans, drills, incidents, losses and population of a township, as they might come about."""

import numpy as np
import pandas as pd
import shapely

from tools.sample.geography import measure_km2, scatter_points
from tools.sample.hazards import LAST_DAY, YEARS
from tools.sample.places import Township
from tools.sample.words import HAZARD_TYPES

# Invented storms: what it is called, its first day, its strength.
STORMS = (
    ("“6·09”暴雨", "2020-06-09", 0.7),
    ("“8·19”台风", "2020-08-19", 1.2),
    ("“6·27”暴雨", "2021-06-27", 0.9),
    ("“7·16”台风", "2021-07-16", 1.9),
    ("“9·24”台风", "2021-09-24", 0.8),
    ("“5·21”暴雨", "2022-05-21", 0.6),
    ("“8·07”台风", "2022-08-07", 1.1),
)
_DRILL_MONTHS = np.array([0.4, 0.2, 0.7, 0.9, 2.2, 2.6, 1.0, 0.7, 1.1, 0.9, 1.8, 0.7])
_ON_SITE = ("加油站泄漏", "渔港火灾", "敬老院火灾", "液化气站泄漏", "学校拥挤踩踏")
# Type, weight, chance of one death, of a serious injury, usual loss in 万元, on the coast only.
_ACCIDENTS = (
    ("道路交通事故", 5.0, 0.10, 0.20, 2.0, False),
    ("火灾", 3.5, 0.04, 0.06, 9.0, False),
    ("高处坠落", 1.6, 0.28, 0.45, 6.0, False),
    ("机械伤害", 1.8, 0.08, 0.40, 3.0, False),
    ("触电", 1.0, 0.22, 0.20, 3.0, False),
    ("燃气爆燃", 0.6, 0.10, 0.30, 15.0, False),
    ("渔船事故", 1.4, 0.18, 0.20, 30.0, True),
)
_NATURAL = ("山体滑坡", "雷击", "大风", "森林火灾", "海水倒灌")
_ACCIDENT_MONTHS = np.array([1.2, 0.8, 0.8, 0.9, 1.0, 1.1, 1.3, 1.3, 1.0, 1.0, 1.0, 1.2])


def draw_plans(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """The emergency plans of a township: one general plan, special plans by hazard, on-site plans."""
    base = town.name
    kinds: list[tuple[str, str, str | None]] = [("general", f"{base}突发事件总体应急预案", None)]
    others = rng.choice([1, 2, 4, 5, 6, 7, 8, 9, 10, 11], int(rng.integers(3, 8)), replace=False)
    chosen = [0, 3, *sorted(others.tolist())]
    kinds += [("special", f"{base}{HAZARD_TYPES[place]}应急预案", HAZARD_TYPES[place]) for place in chosen]
    if rng.random() < 0.5:
        kinds.append(("event", f"{base}民俗文化节安全保障应急预案", None))
    if rng.random() < 0.6:
        kinds.append(("department", f"{base}卫生院突发公共卫生事件应急预案", "突发公共卫生事件"))
    for place in rng.choice(len(_ON_SITE), int(rng.integers(1, 4)), replace=False).tolist():
        kinds.append(
            ("on_site", f"{base}{_ON_SITE[place]}现场处置方案", "火灾" if "火灾" in _ON_SITE[place] else None)
        )
    issued = pd.Series(
        pd.Timestamp("2016-03-01") + pd.to_timedelta(rng.integers(0, 2200, len(kinds)), unit="D")
    )
    revised = issued + pd.to_timedelta(rng.integers(500, 1400, len(kinds)), unit="D")
    revised = revised.where((revised <= LAST_DAY) & (rng.random(len(kinds)) < 0.6))
    latest = revised.where(revised.notna(), issued)
    return pd.DataFrame(
        {
            "district_code": town.code,
            "name": [name for _, name, _ in kinds],
            "kind": [kind for kind, _, _ in kinds],
            "hazard_type": [hazard for _, _, hazard in kinds],
            "issued_on": issued,
            "revised_on": revised,
            "review_due": latest + pd.DateOffset(years=3),
        }
    )


def draw_drills(town: Township, plans: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The drills of a township over the three years, by day; names are unique within a day."""
    parts = []
    for year, count in zip(YEARS, town.drills, strict=True):
        month = rng.choice(12, count, p=_DRILL_MONTHS / _DRILL_MONTHS.sum()) + 1
        days = pd.to_datetime(pd.DataFrame({"year": year, "month": month, "day": rng.integers(1, 29, count)}))
        chosen = plans.iloc[rng.integers(0, len(plans), count)].reset_index(drop=True)
        planned = rng.random(count) < 0.82
        hazard = chosen["hazard_type"].fillna("综合")
        kind = np.where(rng.random(count) < 0.36, "tabletop", "field")
        people = np.round(rng.lognormal(4.0, 0.6, count) * np.where(kind == "field", 1.3, 0.5)) + 6
        evaluated = rng.random(count) < town.evaluates
        problems = np.where(evaluated, rng.poisson(2.2, count), np.nan)
        fixed = np.where(evaluated, rng.binomial(np.nan_to_num(problems).astype(int), 0.78), np.nan)
        minutes = rng.choice([30, 40, 45, 60, 75, 90, 120, 150], count)
        fled = (kind == "field") & hazard.isin(["火灾", "地震", "校园突发事件", "地质灾害"]).to_numpy()
        offices = [f"{town.name}{office}" for office in ("应急管理站", "人民政府", "消防站")]
        rating = pd.Series(rng.choice(["优秀", "良好", "合格"], count, p=[0.25, 0.5, 0.25]))
        parts.append(
            pd.DataFrame(
                {
                    "district_code": town.code,
                    "held_on": days,
                    "name": [f"{year}年{town.name}{word}应急演练" for word in hazard],
                    "organiser": rng.choice(offices, count),
                    "kind": kind,
                    "scope": np.where(rng.random(count) < 0.3, "combined", "single"),
                    "hazard_type": hazard,
                    "plan": chosen["name"].where(planned),
                    "participants": people,
                    "duration_min": minutes.astype(float),
                    "evacuation_s": np.where(fled, rng.integers(70, 420, count), np.nan),
                    "evaluated": evaluated,
                    "rating": rating.where(evaluated),
                    "problems": problems,
                    "problems_fixed": fixed,
                }
            )
        )
    drills = pd.concat(parts, ignore_index=True)
    # A second drill of the same name on the same day would be taken for the same drill written twice.
    drills = drills.drop_duplicates(["held_on", "name"])
    return drills.sort_values("held_on", kind="stable", ignore_index=True)


def draw_incidents(
    number: int, town: Township, area: shapely.Geometry, rng: np.random.Generator
) -> pd.DataFrame:
    """Accidents, natural disasters, health and security events of a township."""
    rows: list[dict[str, object]] = []
    for year in YEARS:
        trend = {2020: 0.9, 2021: 1.0, 2022: 0.85}[year]
        for _ in range(rng.poisson(0.055 * town.population / 1000 * trend + 0.3)):
            rows.append(_draw_accident(year, town, rng))
        for _ in range(rng.poisson(0.006 * town.population / 1000 + 0.1)):
            type_ = rng.choice(["食物中毒", "聚集性呼吸道疫情"])
            rows.append(_event(year, rng, "health", type_, injuries=int(rng.integers(2, 18))))
        for _ in range(rng.poisson(0.012 * town.population / 1000 + 0.1)):
            type_ = rng.choice(["聚众纠纷", "寻衅滋事", "扰乱公共秩序"])
            rows.append(_event(year, rng, "security", type_, injuries=int(rng.poisson(0.6))))
        for _ in range(rng.poisson(0.5)):
            type_ = rng.choice(_NATURAL if town.coastal else _NATURAL[:-1])
            rows.append(_event(year, rng, "natural", type_, loss_wan=round(float(rng.lognormal(1.2, 1)), 1)))
    for event, day, strength in STORMS:
        if rng.random() < strength * (0.45 if town.coastal else 0.25):
            moved = int(town.population * rng.uniform(0.002, 0.02) * strength)
            loss = round(float(rng.lognormal(3.2, 0.8) * strength), 1)
            type_ = "台风" if "台风" in event else "暴雨洪涝"
            known = {"loss_wan": loss, "affected": moved * 3, "evacuated": moved}
            rows.append(_event(0, rng, "natural", type_, day=pd.Timestamp(day), **known))
    if number == 4:
        known = {"deaths": 3, "missing": 2, "serious_injuries": 1, "injuries": 4, "loss_wan": 420.0}
        rows.append(_event(2021, rng, "accident", "渔船事故", day=pd.Timestamp("2021-03-18"), **known))
    if number == 5:
        known = {"loss_wan": 1260.0, "injuries": 1}
        rows.append(_event(2022, rng, "accident", "火灾", day=pd.Timestamp("2022-10-11"), **known))
    if not rows:
        rows.append(_event(2021, rng, "natural", "大风", loss_wan=1.5))
    frame = pd.DataFrame(rows)
    points = scatter_points(area, len(frame), rng).round(5)
    frame["lon"], frame["lat"] = points[:, 0], points[:, 1]
    frame["district_code"] = town.code
    frame["description"] = [f"{town.name}发生一起{word}，已按预案处置。" for word in frame["type"]]
    return frame.sort_values("occurred_on", kind="stable", ignore_index=True)


def _draw_accident(year: int, town: Township, rng: np.random.Generator) -> dict[str, object]:
    known = [entry for entry in _ACCIDENTS if town.coastal or not entry[-1]]
    weight = np.array([entry[1] for entry in known])
    name, _, death, injury, loss, _ = known[int(rng.choice(len(known), p=weight / weight.sum()))]
    deaths = int(rng.random() < death) * (2 if rng.random() < 0.08 else 1)
    serious = int(rng.random() < injury) + int(rng.random() < injury / 6)
    return _event(
        year, rng, "accident", name, deaths=deaths, serious_injuries=serious,
        injuries=serious + int(rng.poisson(0.7)), loss_wan=round(float(loss * rng.lognormal(0, 0.9)), 1),
        missing=int(name == "渔船事故" and rng.random() < 0.08),
    )  # fmt: skip


def _event(
    year: int,
    rng: np.random.Generator,
    class_: str,
    type_: str,
    *,
    day: pd.Timestamp | None = None,
    **counts: float,
) -> dict[str, object]:
    if day is None:
        month = int(rng.choice(12, p=_ACCIDENT_MONTHS / _ACCIDENT_MONTHS.sum())) + 1
        day = pd.Timestamp(year, month, int(rng.integers(1, 29)))
    occurred = day + pd.Timedelta(minutes=int(rng.integers(60, 1380)))
    slowness = 20 if rng.random() < 0.05 else 1
    reported = occurred + pd.Timedelta(minutes=int(rng.integers(8, 110)) * slowness)
    human = {"deaths": 0, "missing": 0, "serious_injuries": 0, "injuries": 0, "loss_wan": 0.0}
    return (
        {"occurred_on": occurred, "reported_on": reported, "class": class_, "type": str(type_)}
        | human
        | counts
    )


def draw_losses(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Losses of a township in each storm that hit it."""
    rows = []
    for event, day, strength in STORMS:
        if rng.random() > 0.45 * strength + (0.3 if town.coastal else 0.1):
            continue
        affected = int(town.population * rng.uniform(0.01, 0.09) * strength)
        rows.append(
            {
                "district_code": town.code,
                "event": event,
                "occurred_on": pd.Timestamp(day),
                "affected": affected,
                "evacuated": int(affected * rng.uniform(0.1, 0.5)),
                "houses_collapsed": int(rng.poisson(0.8 * strength)),
                "houses_damaged": int(rng.poisson(14 * strength)),
                "crops_ha": round(float(rng.gamma(2, 18) * strength), 1),
                "loss_wan": round(float(rng.lognormal(4.2, 0.7) * strength), 1),
            }
        )
    return pd.DataFrame(rows)


def draw_population(town: Township, area: shapely.Geometry, rng: np.random.Generator) -> pd.DataFrame:
    """Residents, households, output (亿元) and employees at each year's end."""
    years = np.arange(len(YEARS))
    residents = np.round(town.population * (1 + rng.normal(0.001, 0.006)) ** years)
    per_head = rng.uniform(5.2, 10.5) * np.array([1.0, 1.075, 1.115])
    return pd.DataFrame(
        {
            "district_code": town.code,
            "year": YEARS,
            "residents": residents,
            "households": np.round(residents / rng.uniform(2.6, 3.3)),
            "output_yi": (residents * per_head / 1e4).round(2),
            "employees": np.round(residents * rng.uniform(0.14, 0.30)),
            "area_km2": round(measure_km2(area), 1),
        }
    )
