"""The register of premises, and what follows an event: responses, reports to the level above, investigations, relief."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tools.sample.forms import draw_names
from tools.sample.hazards import LAST_DAY, YEARS, Year
from tools.sample.places import Township

# Of premises visited in none, one, two or all of the years: the share on the register, and of these the share of key
# ones. The others are too small to be on it, or nobody has entered them.
_LISTED = np.array([0.06, 0.25, 0.9, 1.0])
_KEY = np.array([0.02, 0.06, 0.35, 0.8])
_KINDS = ("企业", "工地", "渔船码头")
_GRADES = ("一级", "二级", "三级")
_STREETS = ("滨江路", "和平路", "中山街", "建设路", "新港路", "文昌巷")
# A division that does not exist, so that no made-up code is anybody's.
_DIVISION = "359999"
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Kind of warning -> the plan that is activated, and the level by its colour.
_ACTIVATED = {"台风": "防汛防台风", "暴雨": "防汛防台风", "森林火险": "森林火灾"}
_LEVELS = {"red": "2", "orange": "3", "yellow": "4"}
_ENDED = LAST_DAY + pd.Timedelta(hours=23)


def draw_register(
    town: Township, premises: pd.DataFrame, years: Iterable[Year], rng: np.random.Generator
) -> pd.DataFrame:
    """The township's register: most of the premises that are visited, and some that never were.

    Parameters
    ----------
    town : Township
    premises : pandas.DataFrame
        All premises of the township, as `make_premises` makes them.
    years : iterable of Year
        Its ledgers, year by year.
    rng : numpy.random.Generator
    """
    names, visits = premises["premises"], np.zeros(len(premises), dtype=int)
    seen = np.zeros(len(premises), dtype=int)
    for year, drawn in zip(YEARS, years, strict=True):
        visited = names.isin(drawn.inspections["premises"]).to_numpy()
        visits += visited
        seen[visited | names.isin(drawn.hazards["premises"]).to_numpy()] = year
    count = len(premises)
    listed = rng.random(count) < _LISTED[visits]
    # One of which the ledgers say nothing any more may have closed since.
    gone = (seen > 0) & (seen < YEARS[-1]) & (rng.random(count) < 0.3)
    closed = pd.Series(
        pd.to_datetime(pd.DataFrame({"year": np.maximum(seen, YEARS[0]) + 1, "month": 1, "day": 1}))
    )
    closed += pd.to_timedelta(rng.integers(20, 340, count), unit="D")
    opened = pd.Timestamp("2004-01-05") + pd.to_timedelta(rng.integers(0, 5800, count), unit="D")
    works = premises["premises_type"].isin(_KINDS).to_numpy()
    grade = rng.choice(["", *_GRADES], count, p=[0.4, 0.02, 0.08, 0.5])
    codes = [_make_code(int(number)) for number in rng.integers(1, 10**8, count)]
    numbers, streets = rng.integers(1, 180, count), rng.choice(_STREETS, count)
    frame = pd.DataFrame(
        {
            "district_code": town.code,
            "name": names,
            "premises_id": pd.Series(codes, dtype="str").where(rng.random(count) < 0.9),
            "type": premises["premises_type"],
            "trade": premises["trade"],
            "address": [
                f"{town.name}{street}{number}号" for street, number in zip(streets, numbers, strict=True)
            ],
            "key": rng.random(count) < _KEY[visits],
            "status": np.where(gone, "closed", "open"),
            "opened_on": pd.Series(opened).where(rng.random(count) < 0.85),
            "closed_on": closed.where(gone),
            "grade": pd.Series(grade, dtype="str").where(works & (grade != "")),
            "insured": rng.random(count) < np.where(works, 0.8, 0.35),
            "lon": premises["lon"],
            "lat": premises["lat"],
            "responsible": premises["responsible"],
        }
    )
    return frame[listed].reset_index(drop=True)


def _make_code(number: int) -> str:
    """A credit code whose check digits are right (GB 32100, GB 11714), of a division that does not exist."""
    body = f"{number:08d}"
    rest = (
        11
        - sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    )
    code = f"91{_DIVISION}{body}{'X' if rest == 10 else rest % 11}"
    total = sum(_CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(code))
    return code + _CHARACTERS[-total % 31]


def draw_investigations(town: Township, incidents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What was investigated: the accidents that hurt somebody badly, or cost much."""
    grave = (incidents[["deaths", "serious_injuries"]].sum(axis=1) > 0) | (incidents["loss_wan"] >= 30)
    own = incidents[(incidents["class"] == "accident") & grave].reset_index(drop=True)
    count, day = len(own), own["occurred_on"].dt.normalize()
    opened = day + pd.to_timedelta(rng.integers(0, 4, count), unit="D")
    closed = opened + pd.to_timedelta(rng.integers(38, 115, count), unit="D")
    closed = closed.where(closed <= LAST_DAY)
    larger = (own["deaths"] >= 3) | (own["loss_wan"] >= 1000)
    measures = rng.integers(3, 9, count)
    left = np.where(
        closed.notna(), np.where(rng.random(count) < 0.8, 0, rng.integers(1, 3, count)), measures - 1
    )
    blamed = rng.integers(1, 4, count)
    return pd.DataFrame(
        {
            "district_code": town.code,
            "occurred_on": own["occurred_on"],
            "incident": [f"{town.name}“{at.month}·{at.day:02d}”{type_}" for at, type_ in zip(day, own["type"], strict=True)],
            "level": np.where(larger, "较大事故", "一般事故"),
            "opened_on": opened.where(opened <= LAST_DAY),
            "closed_on": closed,
            "measures": measures,
            "measures_done": measures - left,
            "accountable": pd.Series(["、".join(draw_names(int(n), rng)) for n in blamed], dtype="str").where(closed.notna()),
        }
    )  # fmt: skip


def draw_responses(town: Township, warnings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Responses to warnings of storm, rain and forest fire; of the yellow ones to half."""
    shown = warnings["kind"].isin(list(_ACTIVATED)) & warnings["colour"].isin(list(_LEVELS))
    own = warnings[shown & ((warnings["colour"] != "yellow") | (rng.random(len(warnings)) < 0.5))]
    own = own.reset_index(drop=True)
    started = own["issued_at"] + pd.to_timedelta(rng.integers(10, 150, len(own)), unit="min")
    ended = own["lifted_at"].fillna(own["issued_at"] + pd.Timedelta(hours=36))
    ended += pd.to_timedelta(rng.integers(170, 700, len(own)), unit="min")
    started, ended = _leave_midnight(started), _leave_midnight(ended)
    frame = pd.DataFrame(
        {
            "district_code": town.code,
            "plan": own["kind"].map(_ACTIVATED) + "应急预案",
            "level": own["colour"].map(_LEVELS),
            "started_at": started,
            "ended_at": ended.where((ended <= _ENDED) & (rng.random(len(own)) < 0.98)),
        }
    )
    return frame[started <= _ENDED].drop_duplicates(["plan", "level", "started_at"])


def _leave_midnight(times: pd.Series) -> pd.Series:
    """A time of 0:00 in a cell is read as a day alone."""
    return times + pd.to_timedelta((times == times.dt.normalize()).astype(int), unit="min")


def draw_relief(town: Township, losses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Relief after each disaster, and that of each winter and spring."""
    rows = []
    for loss in losses.to_dict("records"):
        day = loss["occurred_on"] + pd.Timedelta(days=int(rng.integers(9, 50)))
        hit = int(loss["houses_damaged"] + loss["houses_collapsed"] + loss["evacuated"] * 0.03) + 1
        rows.append((day, f"{loss['event']}灾后救助", hit, 0.21))
    for year in YEARS:
        day = pd.Timestamp(year, 1, int(rng.integers(8, 29)))
        rows.append((day, "冬春生活救助", int(town.population / 1500 * rng.uniform(0.7, 1.3)) + 2, 0.09))
    households = np.array([row[2] for row in rows])
    each = np.array([row[3] for row in rows]) * rng.lognormal(0, 0.2, len(rows))
    return pd.DataFrame(
        {
            "district_code": town.code,
            "given_on": pd.to_datetime([row[0] for row in rows]),
            "event": [row[1] for row in rows],
            "households": households,
            "people": np.round(households * rng.uniform(2.3, 3.4, len(rows))),
            "amount_wan": np.round(households * each, 2),
        }
    )


def draw_reports_up(town: Township, incidents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What went up to the county: every event at once, some again the day after, and special reports between."""
    rows: list[tuple[pd.Timestamp, str, pd.Timestamp | None, float]] = []
    for occurred, known in zip(incidents["occurred_on"], incidents["reported_on"], strict=True):
        first = known + pd.Timedelta(minutes=int(rng.integers(10, 75)))
        rows.append((first, "快报", occurred, 0.18))
        if rng.random() < 0.3:
            rows.append((first + pd.Timedelta(minutes=int(rng.integers(400, 1900))), "续报", occurred, 0.1))
    for year in YEARS:
        for _ in range(int(rng.integers(2, 6))):
            day = pd.Timestamp(year, int(rng.integers(1, 13)), int(rng.integers(1, 29)))
            rows.append((day + pd.Timedelta(minutes=int(rng.integers(500, 1050))), "专报", None, 0.4))
    reported = pd.Series([row[0] for row in rows])
    instructed = rng.random(len(rows)) < np.array([row[3] for row in rows])
    done = reported.dt.normalize() + pd.to_timedelta(rng.integers(2, 26, len(rows)), unit="D")
    told = instructed & (rng.random(len(rows)) < 0.93) & (done <= LAST_DAY)
    frame = pd.DataFrame(
        {
            "district_code": town.code,
            "reported_at": reported,
            "kind": [row[1] for row in rows],
            "occurred_at": pd.to_datetime(pd.Series([row[2] for row in rows], dtype="object")),
            "instruction": instructed,
            "instruction_done_on": done.where(told),
        }
    )
    return frame[reported <= _ENDED].drop_duplicates(["reported_at", "kind"])
