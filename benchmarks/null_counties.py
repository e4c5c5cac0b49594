"""Made-up counties without any true difference: how often does a report say that something differs?

``python -m benchmarks.null_counties`` prints the table of docs/statistics.md. Each county has sixteen townships alike,
and three years of ledgers alike; what its reports would say is asked of the functions that their words, tables and
figures ask. Beside it counties in which one township truly changes: how often is that said?
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from shapely import box

from taizhang.analysis.calls import is_called, list_calls
from taizhang.analysis.changes import compare_periods
from taizhang.analysis.comparison import compare_districts, hold_against
from taizhang.analysis.differences import list_comparisons
from taizhang.analysis.findings import list_findings
from taizhang.analysis.standing import find_standing
from taizhang.analysis.time import MONTHLY
from taizhang.analysis.verdicts import judge_charts, judge_drills, judge_key_periods, judge_months
from taizhang.analysis.view import View
from taizhang.core.periods import Period, parse_period
from taizhang.facts import compute_as_of, compute_facts, measure_scatter, prepare_ledgers
from taizhang.metadata.facts import ALL
from taizhang.metadata.kinds import load_kinds

COUNTIES = 200
TOWNSHIPS = 16
YEARS = (2019, 2020, 2021)
SEED = 20210701
HAZARDS = 50  # a year and township
WHOLE = "县"
Tried = dict[str, list[str]]  # what each report says, by the name of its district
_SEASONAL = ("flood_season", "fire_season", "by month")
_CODES = tuple(str(350_900_101 + at) for at in range(TOWNSHIPS))
_TYPES = {"boolean": "boolean", "count": "Int64", "integer": "Int64", "year": "Int64", "number": "float64"}


@dataclass(frozen=True)
class Scenario:
    """How rows come, and what changes in the first township in the last year.

    `visit`: hazards of a visit, on average; `icc`: how alike the hazards of a visit are in being put right in time;
    `season`: by how much months lie above and below the year's mean; `mean`: hazards of the first township in a year
    before the last; `times`: how many times as many in the last; `points`: by how much a share rises in it.
    """

    name: str
    visit: float = 1.0
    icc: float = 0.0
    season: float = 0.0
    mean: float = HAZARDS
    times: float = 1.0
    points: float = 0.0

    @property
    def is_null(self) -> bool:
        return self.times == 1 and self.points == 0

    def is_true(self, statement: str) -> bool:
        """Whether a statement is true in a county without other differences: where there are seasons, of seasons."""
        return self.season != 0 and any(part in statement for part in _SEASONAL)


NULL = (
    Scenario("independent rows"),
    Scenario("rows in visits of 2", visit=2),
    Scenario("rows in visits of 4.3", visit=4.3),
    Scenario("visits of 4.3, rectified alike (0.1)", visit=4.3, icc=0.1),
    Scenario("visits of 4.3, rectified alike (0.2)", visit=4.3, icc=0.2),
    Scenario("seasons of 30 %", season=0.3),
)
CHANGED = (
    Scenario("doubled from 50", times=2),
    Scenario("doubled from 20", mean=20, times=2),
    Scenario("halved from 50", times=0.5),
    Scenario("halved from 100", mean=100, times=0.5),
    Scenario("rectified in time: 65 % to 80 %, of 50", points=15),
    Scenario("rectified in time: 65 % to 80 %, of 200", mean=200, points=15),
)


@dataclass
class County:
    """The ledgers of a made-up county, all townships in one table each."""

    scenario: Scenario
    rng: np.random.Generator
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def draw_days(self, mean: float, *, first: float | None = None) -> pd.DataFrame:
        """district_code and day of events, so many a year and township; `first`: in the first township's last year."""
        parts = []
        for at, code in enumerate(_CODES):
            for year in YEARS:
                expected = first if first is not None and not at and year == YEARS[-1] else mean
                length = 366 if year % 4 == 0 else 365
                level = 1 + self.scenario.season * np.sin(2 * np.pi * (np.arange(length) - 80) / length)
                n = self.rng.poisson(expected)
                chosen = self.rng.choice(length, n, p=level / level.sum())
                days = np.datetime64(f"{year}-01-01") + np.sort(chosen)
                parts.append(pd.DataFrame({"district_code": code, "day": days}))
        return pd.concat(parts, ignore_index=True).assign(day=lambda rows: pd.to_datetime(rows["day"]))

    def add(self, kind: str, rows: pd.DataFrame) -> None:
        """Keep rows as ingest leaves them; `day` is the starred date."""
        about = load_kinds()[kind]
        table = rows.rename(columns={"day": about.date}) if about.date else rows
        made = table.reindex(columns=list(about.fields))
        for name, one in about.fields.items():
            dated = one.type in ("date", "datetime", "month")
            dtype: Any = "datetime64[us]" if dated else _TYPES.get(one.type, "str")
            made[name] = made[name].astype(dtype)
        self.tables[kind] = made.assign(
            district_code=table["district_code"].astype("str"),
            source_file=pd.Series(f"{kind}.csv", table.index, dtype="str"),
            source_row=range(2, len(table) + 2),
            duplicate=False,
        )


def make_county(scenario: Scenario, seed: object) -> County:
    """Draw a county."""
    county = County(scenario, np.random.default_rng(seed))  # type: ignore[arg-type]
    _add_hazards(county)
    rng = county.rng
    visits = county.draw_days(60)
    lumps = (
        rng.gamma(1 / (scenario.visit - 1), scenario.visit - 1, len(visits)) if scenario.visit > 1 else 1.0
    )
    county.add(
        "inspections",
        visits.assign(
            premises=[f"商铺{n}" for n in rng.integers(0, 300, len(visits))],
            mode="routine",
            hazards_found=rng.poisson(0.8 * lumps, len(visits)),
            penalty_yuan=np.where(rng.random(len(visits)) < 0.1, 2000.0, 0.0),
        ),
    )
    incidents = county.draw_days(15)
    deaths = np.where(rng.random(len(incidents)) < 0.1, 1 + rng.poisson(0.7, len(incidents)), 0)
    county.add(
        "incidents",
        incidents.assign(
            **{"class": "accident"},
            deaths=deaths,
            serious_injuries=rng.poisson(0.2, len(incidents)),
            loss_wan=rng.gamma(1, 5, len(incidents)),
        ),
    )
    drills = county.draw_days(10)
    problems = rng.poisson(2, len(drills))
    county.add(
        "drills",
        drills.assign(
            kind=np.where(rng.random(len(drills)) < 0.4, "field", "tabletop"),
            evaluated=rng.random(len(drills)) < 0.6,
            participants=rng.poisson(40, len(drills)),
            problems=problems,
            problems_fixed=rng.binomial(problems, 0.8),
        ),
    )
    for kind, closed, mean in (("complaints", "resolved", 40), ("disputes", "settled", 25)):
        rows = county.draw_days(mean)
        done = rows["day"] + pd.to_timedelta(np.floor(rng.exponential(12, len(rows))), unit="D")
        due = {"due_on": rows["day"] + pd.Timedelta(days=20)} if kind == "complaints" else {}
        county.add(kind, rows.assign(**{f"{closed}_on": done}, **due))
    county.add("warnings", county.draw_days(12))
    checks = county.draw_days(12)
    county.add("duty_checks", checks.assign(on_duty=rng.random(len(checks)) < 0.9))
    residents = pd.DataFrame({"district_code": np.repeat(_CODES, len(YEARS)), "year": YEARS * TOWNSHIPS})
    county.add("population", residents.assign(residents=20_000))
    return county


def _add_hazards(county: County) -> None:
    scenario, rng = county.scenario, county.rng
    first = scenario.mean * scenario.times
    visits = county.draw_days(HAZARDS / scenario.visit)
    if not scenario.is_null:
        own = county.draw_days(scenario.mean / scenario.visit, first=first / scenario.visit)
        visits = pd.concat(
            [own[own["district_code"] == _CODES[0]], visits[visits["district_code"] != _CODES[0]]]
        )
        visits = visits.reset_index(drop=True)
    # Geometric sizes, of at least one.
    size = rng.geometric(1 / scenario.visit, len(visits))
    rows = visits.loc[visits.index.repeat(size)]
    changed = (rows["district_code"] == _CODES[0]) & (rows["day"].dt.year == YEARS[-1])
    mean = 0.65 + np.where(changed, scenario.points / 100, 0.0)
    chance: npt.NDArray[Any] = mean
    if scenario.icc:
        spread = 1 / scenario.icc - 1
        chance = pd.Series(rng.beta(0.65 * spread, 0.35 * spread, len(visits)), visits.index)[
            rows.index
        ].to_numpy()
    rows = rows.reset_index(drop=True)
    prompt = rng.random(len(rows)) < chance
    days = np.where(prompt, rng.integers(1, 25, len(rows)), rng.integers(31, 700, len(rows)))
    county.add(
        "hazards",
        rows.assign(
            premises=[f"商铺{n}" for n in rng.integers(0, 300, len(rows))],
            category=rng.choice(["消防", "用电", "燃气"], len(rows)),
            severity=np.where(rng.random(len(rows)) < 0.05, "major", "general"),
            mode="by_deadline",
            deadline=rows["day"] + pd.Timedelta(days=30),
            rectified_on=rows["day"] + pd.to_timedelta(days, unit="D"),
        ),
    )


def make_districts() -> gpd.GeoDataFrame:
    """Squares, four by four."""
    at = np.arange(TOWNSHIPS)
    west, south = 118 + at % 4 / 10, 26 + at // 4 / 10
    names = [f"第{number}乡" for number in range(1, TOWNSHIPS + 1)]
    shapes = box(west, south, west + 0.1, south + 0.1)
    return gpd.GeoDataFrame(
        {"code": _CODES, "name": names, "parent": "350900"}, geometry=shapes, crs="EPSG:4490"
    )


def look_at(county: County, period: Period) -> Iterator[View]:
    """The views of a county's reports, the comparison's first, the townships' after it."""
    districts, as_of = make_districts(), period.end
    ledgers = prepare_ledgers(county.tables, districts)
    earlier = (period.year_before(), period.period_before())
    days = {one: compute_as_of(one, period, as_of) for one in (period, *earlier)}
    # Nothing is hidden, so that all is tested.
    facts = {one: compute_facts(ledgers, districts, one, day, suppress=()) for one, day in days.items()}
    scatter = measure_scatter(ledgers, districts, days)
    first = {kind: pd.Timestamp(YEARS[0], 1, 1).date() for kind in county.tables}
    for code in (ALL, *_CODES):
        yield View(
            district=code,
            name=WHOLE if code == ALL else f"第{_CODES.index(code) + 1}乡",
            title=WHOLE,
            period=period,
            lang="en",
            as_of=as_of,
            facts=facts[period],
            facts_before=facts[earlier[0]],
            facts_previous=facts[earlier[1]],
            ledgers={
                kind: table if code == ALL else table[table["district_code"] == code]
                for kind, table in county.tables.items()
            },
            districts=districts,
            first_days=first,
            settings={"seasons": {"flood_season": ("06-01", "09-30"), "fire_season": ("11-01", "04-30")}},
            scatter=scatter,
            last_day=pd.Timestamp(YEARS[-1] + 1, 3, 31).date(),
        )


def list_statements(view: View) -> list[str]:
    """What a report of the view would say differs beyond chance, wherever it would say it."""
    holds = any(is_called(view, *name) for name in list_calls(view))
    # Of a district, only calls of its family are told: where none holds, nothing is left to ask.
    if view.district != ALL and not holds:
        return []
    said = []
    for fact in view.fact_infos:
        for then in list_comparisons(view):
            change = compare_periods(view, fact, then=then)
            if change is not None and change.beyond_chance:
                said.append(f"{fact} {'up' if change.difference > 0 else 'down'} on {then}")
        if view.district == ALL:
            found = compare_districts(view, fact)
            said += [f"{fact} apart: {name}" for name in (found.apart if found else [])]
        elif (side := hold_against(view, fact)) in ("above", "below"):
            said.append(f"{fact} {side} the area")
    for finding, _ in list_findings(view):
        if finding.rule.check == "count_up" or "rest" in finding.evidence:
            said.append(finding.rule.rule)
    said += _list_over_time(view)
    # Funnels and ranks part districts that are apart, maps show patterns that hold.
    return said + (_list_of_places(view) if view.district == ALL and (holds or said) else [])


def _list_over_time(view: View) -> list[str]:
    """Of key periods, months and control charts."""
    said = []
    for kind, part in judge_key_periods(view).items():
        said += [
            f"{kind} in {name}: {row['verdict']}"
            for name, row in part.iterrows()
            if row["verdict"] != "alike"
        ]
    for kind in MONTHLY:
        months = judge_months(view, kind)
        if months is not None and (months.attrs["beyond"] or months["apart"].any()):
            said.append(f"{kind} by month")
    charts = judge_charts(view)
    return said + [
        f"chart of {part}" for part, one in (charts.charts if charts else {}).items() if not one.is_steady
    ]


def _list_of_places(view: View) -> list[str]:
    """Of districts in funnels, ranks and patterns on the map, and of drills."""
    said = []
    for fact in view.fact_infos:
        standing = find_standing(view, fact)
        if standing is not None:
            said += [f"{fact} called: {name}" for name in standing.called]
            said += [f"{fact}: {standing.groups} groups"] if standing.groups > 1 else []
            said += [f"{fact}: neighbours alike"] if standing.alike else []
            said += [f"{fact}: patterns"] if standing.places["quadrant"].ne("").any() else []
    return said + [f"drills and {one.name}" for one in judge_drills(view) if one.is_beyond_chance]


def try_county(
    scenario: Scenario, period: str, seed: int, number: int, *, townships: int = TOWNSHIPS
) -> Tried:
    """What the reports of a county say: of one without differences the comparison and so many townships, by chance.

    Where one township changes, that one's alone. The same number of a seed always gives the same county.
    """
    rng = np.random.SeedSequence(seed, spawn_key=(number,))
    views = look_at(make_county(scenario, rng), parse_period(period))
    if scenario.is_null:
        asked = np.random.default_rng([seed, number]).permutation(TOWNSHIPS)[:townships] + 1
        said = {view.name: list_statements(view) for at, view in enumerate(views) if not at or at in asked}
    else:
        said = {view.name: list_statements(view) for view in islice(views, 1, 2)}
    return {name: [text for text in one if not scenario.is_true(text)] for name, one in said.items()}


def sum_up(scenario: Scenario, tried: list[Tried]) -> pd.Series:
    """Percent of reports that make any statement of a difference, or of those of the changed township that say so.

    Returns
    -------
    Series
        counties; of those without a difference townships and comparisons (percent of reports with any statement),
        statements (mean of a township's report); of the others: seen (percent).
    """
    numbers: dict[str, float] = {"counties": len(tried)}
    if scenario.is_null:
        townships = [said for county in tried for name, said in county.items() if name != WHOLE]
        numbers["townships"] = float(100 * np.mean([bool(said) for said in townships]))
        numbers["comparisons"] = float(100 * np.mean([bool(county[WHOLE]) for county in tried]))
        numbers["statements"] = float(np.mean([len(said) for said in townships]))
    else:
        wanted = (
            ("hazards.rectification_rate up",) if scenario.points else ("hazards.found", "chart of found")
        )
        heard = [any(text.startswith(wanted) for text in said) for one in tried for said in one.values()]
        numbers["seen"] = float(100 * np.mean(heard))
    return pd.Series(numbers, name=scenario.name)


def read_kept(path: Path) -> dict[tuple[str, int], Tried]:
    """Counties tried before, by scenario and number."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {(name, number): said for name, number, said in map(json.loads, lines)}


def try_scenarios(
    scenarios: Sequence[Scenario],
    counties: int,
    *,
    period: str = "2021",
    seed: int = SEED,
    townships: int = TOWNSHIPS,
    kept: Path | None = None,
) -> list[pd.Series]:
    """`sum_up` of each; one county of each in turn, so that a run that is stopped has as many of all.

    Each is written to `kept` at once, if given, and what is there already isn't tried again.
    """
    tried = read_kept(kept) if kept else {}
    for number, scenario in product(range(counties), scenarios):
        key = scenario.name, number
        if key not in tried:
            tried[key] = try_county(scenario, period, seed, number, townships=townships)
            if kept:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([*key, tried[key]], ensure_ascii=False) + "\n")
    return [sum_up(one, [tried[one.name, number] for number in range(counties)]) for one in scenarios]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=COUNTIES)
    parser.add_argument("--scenario", default="", help="the beginning of a scenario's name; default: all")
    parser.add_argument(
        "--only", choices=("null", "changed"), help="counties alike, or those of which one changes"
    )
    parser.add_argument("--townships", type=int, default=TOWNSHIPS, help="of each county, drawn by chance")
    parser.add_argument("--period", default=str(YEARS[-1]))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="a file for each county's result; a run goes on from there")
    asked = parser.parse_args()
    chosen = [
        one
        for one in (*NULL, *CHANGED)
        if one.name.startswith(asked.scenario) and asked.only in (None, "null" if one.is_null else "changed")
    ]
    for row in try_scenarios(
        chosen,
        asked.counties,
        period=asked.period,
        seed=asked.seed,
        townships=asked.townships,
        kept=asked.keep,
    ):
        print(f"{row.name:45}", row.round(2).to_dict(), flush=True)
