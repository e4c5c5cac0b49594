"""What a county keeps beside its ledgers of events: projects, responsibility letters, model sites and experts."""

import numpy as np
import pandas as pd

from tools.sample.hazards import LAST_DAY, YEARS
from tools.sample.places import COUNTY, Township

# Name, usual cost in 万元, on the coast only.
_WORKS = (
    ("山洪沟治理工程", 420.0, False), ("地质灾害避险搬迁工程", 680.0, False), ("农村公路安防工程", 260.0, False),
    ("小型水库除险加固工程", 530.0, False), ("微型消防站建设项目", 45.0, False), ("海堤加固工程", 960.0, True),
    ("渔港避风锚地维修工程", 310.0, True),
)  # fmt: skip
_COUNTY_WORKS = (
    (f"{COUNTY}防汛抗旱指挥系统建设项目", "2021-03-10", "2021-12-20", "2021-12-16", 385.0, 379.6),
    (f"{COUNTY}森林防火通道工程", "2021-09-01", "2022-11-30", None, 1240.0, 905.5),
)
_SITES = ("中心社区", "东山村", "河西社区", "滨水社区", "山前村")
_MODEL_OF = (("综合减灾示范社区", "provincial"), ("应急管理示范点", "municipal"), ("综合减灾示范社区", "national"),
             ("平安乡镇（街道）", "county"))  # fmt: skip
_FIELDS = (
    ("危险化学品", 5), ("建筑施工", 4), ("消防", 6), ("防汛抗旱", 5), ("地质灾害", 3), ("森林防火", 3), ("特种设备", 2),
    ("医疗救护", 4), ("渔业船舶", 2),
)  # fmt: skip


def draw_projects(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """One or two projects of a township, some late, some not done when the ledgers end."""
    works = [work for work in _WORKS if town.coastal or not work[2]]
    count = int(rng.integers(1, 3))
    chosen = [works[place] for place in rng.choice(len(works), count, replace=False).tolist()]
    started = pd.Series(pd.Timestamp("2020-03-01") + pd.to_timedelta(rng.integers(0, 820, count), unit="D"))
    due = started + pd.to_timedelta(rng.integers(150, 420, count), unit="D")
    done = due + pd.to_timedelta(
        np.where(rng.random(count) < 0.15, 2000, rng.integers(-70, 40, count)), unit="D"
    )
    done = done.where(done <= LAST_DAY)
    planned = np.round(np.array([cost for _, cost, _ in chosen]) * rng.lognormal(0, 0.3, count), 1)
    share = np.where(done.notna(), rng.uniform(0.92, 1.04, count), rng.uniform(0.2, 0.85, count))
    return pd.DataFrame(
        {
            "district_code": town.code,
            "name": [f"{town.name}{name}" for name, _, _ in chosen],
            "started_on": started,
            "due_on": due,
            "done_on": done,
            "planned_wan": planned,
            "spent_wan": np.round(planned * share, 1),
        }
    )


def draw_county_projects() -> pd.DataFrame:
    """The projects of the county itself, which are of no township."""
    names = ("name", "started_on", "due_on", "done_on", "planned_wan", "spent_wan")
    frame = pd.DataFrame(_COUNTY_WORKS, columns=list(names))
    days = {name: pd.to_datetime(frame[name]) for name in names if name.endswith("_on")}
    return frame.assign(**days, district_code=pd.Series(pd.NA, frame.index, dtype="str"))


def draw_signings(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """The responsibility letters of each year: mostly all signed."""
    due = np.array([12 + round(town.population / 2500)] * len(YEARS)) + rng.integers(0, 4, len(YEARS))
    missing = np.where(rng.random(len(YEARS)) < 0.12, rng.integers(1, 4, len(YEARS)), 0)
    return pd.DataFrame(
        {"district_code": town.code, "year": list(YEARS), "due": due, "signed": due - missing}
    )


def draw_models(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Model sites of a township, if it has any; now and then one was withdrawn."""
    count = int(rng.choice([0, 1, 2], p=[0.4, 0.4, 0.2]))
    chosen = [_MODEL_OF[place] for place in rng.choice(len(_MODEL_OF), count, replace=False).tolist()]
    sites = rng.choice(len(_SITES), count, replace=False).tolist()
    awarded = pd.Series(pd.Timestamp("2017-11-01") + pd.to_timedelta(rng.integers(0, 1800, count), unit="D"))
    gone = (awarded + pd.DateOffset(years=3)).where(rng.random(count) < 0.15)
    return pd.DataFrame(
        {
            "district_code": town.code,
            "name": [f"{town.name}{_SITES[place]}" for place in sites],
            "kind": [kind for kind, _ in chosen],
            "level": [level for _, level in chosen],
            "awarded_on": awarded,
            "withdrawn_on": gone.where(gone <= LAST_DAY),
        }
    )


def draw_experts(rng: np.random.Generator) -> pd.DataFrame:
    """The county's experts by field; they belong to no township."""
    more = rng.integers(0, 3, len(_FIELDS))
    return pd.DataFrame(
        {
            "district_code": pd.NA,
            "field": [field for field, _ in _FIELDS],
            "members": [least + extra for (_, least), extra in zip(_FIELDS, more.tolist(), strict=True)],
        }
    )
