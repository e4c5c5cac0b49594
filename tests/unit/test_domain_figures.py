"""The figures that the documents give come out when the ledgers say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from view_maker import make_table, make_view

from taizhang.analysis.rows import count_classes, name_values
from taizhang.boundaries import measure_span
from taizhang.core.periods import parse_period
from taizhang.facts import OwnFact, compute_facts
from taizhang.figures.climate import compare_weather, tabulate_climate
from taizhang.figures.grid_check import tabulate_grid_span
from taizhang.metadata.facts import load_facts

TOWN = "350921101"
PLACE = pd.DataFrame({"code": [TOWN], "name": ["城关镇"]})
DAY = pd.Timestamp("2021-05-01")


@dataclass(frozen=True)
class Target:
    indicator: str
    district: str
    period: str
    at_least: float


def compute(period: str = "2021", as_of: date | None = None, **tables: object) -> dict[str, float]:
    settings = {name: tables.pop(name) for name in ("targets", "grid", "own", "dates") if name in tables}
    span = parse_period(period)
    facts = compute_facts(tables, PLACE, span, as_of or span.end, suppress=(), **settings)  # type: ignore[arg-type]
    return facts[facts["district_code"] == TOWN].set_index("fact")["value"].to_dict()


def make_hazards(number: int, **columns: object) -> pd.DataFrame:
    return make_table("hazards", [{"found_on": DAY, **columns}] * number, TOWN)


def test_a_gas_inspection_found_36_hazards() -> None:
    """36 = 4 plant + 7 commercial users + 23 households + 2 sites."""
    parts = {"燃气厂站": 4, "商业用户": 7, "居民户": 23, "施工工地": 2}
    hazards = pd.concat([make_hazards(n, premises_type=name) for name, n in parts.items()], ignore_index=True)
    assert compute(hazards=hazards)["hazards.found"] == 36
    names = name_values(hazards["premises_type"], "hazards", "premises_type", "zh")
    counts = count_classes(names, pd.Series(1, hazards.index).rename("n").to_frame(), "zh")["n"]
    assert counts.to_dict() == {"居民户": 23, "商业用户": 7, "燃气厂站": 4, "施工工地": 2}


def test_a_holiday_action_closed_all_23() -> None:
    spot = make_hazards(18, mode="on_the_spot", rectified_on=DAY)
    later = make_hazards(5, mode="by_deadline", deadline=DAY + pd.Timedelta(days=9), rectified_on=DAY)
    values = compute(hazards=pd.concat([spot, later], ignore_index=True))
    assert (values["hazards.found"], values["hazards.on_the_spot"], values["hazards.rectified"]) == (
        23,
        18,
        23,
    )
    assert (values["hazards.open"], values["hazards.overdue"], values["hazards.rectification_rate"]) == (
        0,
        0,
        100,
    )


def test_a_city_settled_2067_of_2341_disputes() -> None:
    rows = [{"found_on": DAY, "settled_on": DAY if n < 2067 else None} for n in range(2341)]
    values = compute(disputes=make_table("disputes", rows, TOWN))
    assert (values["disputes.found"], values["disputes.settled"]) == (2341, 2067)
    assert values["disputes.settlement_rate"] == pytest.approx(88.2956, abs=1e-4)


def test_a_city_rectified_8140_hazards_99_percent() -> None:
    hazards = pd.concat([make_hazards(8140, rectified_on=DAY), make_hazards(82)], ignore_index=True)
    values = compute(hazards=hazards)
    assert values["hazards.rectified"] == 8140 and round(values["hazards.rectification_rate"]) == 99


def test_2746_returned_workers_by_a_kind_of_the_users_own() -> None:
    """414 at work (43 poor) and 2,332 not yet (508 poor): 2,746, of them 551 poor."""
    groups = [(True, True, 43), (True, False, 414 - 43), (False, True, 508), (False, False, 2332 - 508)]
    rows = [{"at_work": work, "poor": poor} for work, poor, n in groups for _ in range(n)]
    workers = pd.DataFrame(rows).assign(district_code=TOWN, on=DAY)
    base = load_facts()["hazards.found"]

    def make_own(name: str, mark: str, value: bool) -> OwnFact:
        info = type(base)(**{**base.__dict__, "name": f"workers.{name}", "kind": "workers", "form": "count"})
        return OwnFact(info, lambda rows, *, as_of: rows[mark] == value if mark else rows["poor"].notna())

    own = [make_own("all", "", True), make_own("at_work", "at_work", True), make_own("not_yet", "at_work", False),
           make_own("poor", "poor", True)]  # fmt: skip
    values = compute(workers=workers, own=own, dates={"workers": "on"})
    counts = [values[f"workers.{name}"] for name in ("all", "at_work", "not_yet", "poor")]
    assert counts == [2746, 414, 2332, 551] and counts[1] + counts[2] == counts[0]


def test_targets_at_mid_year() -> None:
    """254 of 400 is 63.5 %; 400 of 900 is 44.4 %, 5.6 points behind when half the year has gone."""
    visits = make_table("inspections", [{"inspected_on": "2020-03-01"}] * 254, TOWN)
    sessions = make_table("publicity", [{"held_on": "2020-03-01", "sessions": 400}], TOWN)
    targets: Sequence[Target] = [
        Target("inspections.visits", "*", "2020", 400),
        Target("publicity.sessions", "*", "2020", 900),
    ]
    values = compute("2020", date(2020, 7, 1), inspections=visits, publicity=sessions, targets=targets)
    assert values["targets.inspections.visits.done_percent"] == 63.5
    assert values["targets.publicity.sessions.done_percent"] == pytest.approx(44.4, abs=0.05)
    assert values["targets.publicity.sessions.pace_points"] == pytest.approx(-5.6, abs=0.05)


def make_grid(rows: Sequence[dict[str, object]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows).assign(district_code=TOWN)
    frame["assigned"] = frame["responsible"].notna()
    return gpd.GeoDataFrame(frame, geometry=[box(n, 0, n + 1, 1) for n in range(len(frame))], crs="EPSG:4490")


def test_a_town_has_105_cells_and_officials_with_four_to_six() -> None:
    """63 class A, 19 class B, 23 class C; 21 officials with 4, 5 or 6 each: 7 of each is 105."""
    classes = ["A"] * 63 + ["B"] * 19 + ["C"] * 23
    people = [f"P{n}" for n in range(21) for _ in range(4 + n % 3)]
    rows = [
        {"code": f"{n}", "class": of, "responsible": person, "parent": "", "level": ""}
        for n, (of, person) in enumerate(zip(classes, people, strict=True))
    ]
    grid = make_grid(rows)
    assert compute(grid=grid)["grid.cells"] == 105
    assert grid["class"].value_counts().to_dict() == {"A": 63, "C": 23, "B": 19}
    span = measure_span(grid).set_index("district_code").loc["all"]
    assert (span["people"], span["cells_per_person_median"], span["cells_per_person_max"]) == (21, 5, 6)


def test_a_streets_grid_has_three_levels() -> None:
    """14, 98 and 459 cells; 201 people on the second level, 499 on the third; 98 under 14 is seven each.

    A cell names one, two or three: 98 + 98 + 5 is 201, 459 + 40 is 499.
    """
    rows = [{"code": f"1-{n}", "level": 1, "parent": ""} for n in range(14)]
    rows += [{"code": f"2-{n}", "level": 2, "parent": f"1-{n % 14}"} for n in range(98)]
    rows += [{"code": f"3-{n}", "level": 3, "parent": f"2-{n % 98}"} for n in range(459)]
    many = [1] * 14 + [3] * 5 + [2] * 93 + [2] * 40 + [1] * 419
    names = [
        "、".join(f"{row['code']}号{'甲乙丙'[k]}" for k in range(n))
        for row, n in zip(rows, many, strict=True)
    ]
    grid = make_grid([{**row, "responsible": name} for row, name in zip(rows, names, strict=True)])
    assert compute(grid=grid)["grid.cells"] == 14 + 98 + 459
    assert grid["level"].value_counts().to_dict() == {3: 459, 2: 98, 1: 14}
    span = measure_span(grid).set_index(["district_code", "level"]).loc["all"]
    assert span.loc["", "heads"] == 14 + 98 and span.loc["", "cells_per_head_max"] == 7
    assert span["people"].to_dict() == {"": 14 + 201 + 499, "1": 14, "2": 201, "3": 499}
    shown = tabulate_grid_span(make_view(), measure_span(grid))
    assert shown is not None
    assert [(row[0].text, row[1].text) for row in shown.rows[-3:]] == [
        ("其中级别为1的", "14"), ("其中级别为2的", "201"), ("其中级别为3的", "499"),
    ]  # fmt: skip


def test_climate_departures() -> None:
    """January to November: 18.7 degrees, 0.7 above; 136 rain days, 0.5 above; 1,234.5 h of sun, 382.3 below."""
    rows = [
        {
            "month": f"2021-{month:02d}-01", "mean_temp_c": 18.7, "normal_temp_c": 18.0, "rain_days": 136 / 11,
            "normal_rain_days": 135.5 / 11, "sun_h": 1234.5 / 11, "normal_sun_h": 1616.8 / 11,
        }
        for month in range(1, 12)
    ]  # fmt: skip
    table = make_table("weather", [{k: v for k, v in row.items() if "rain_days" not in k} for row in rows])
    for column in ("rain_days", "normal_rain_days"):
        table[column] = [float(row[column]) for row in rows]  # type: ignore[arg-type]
    view = make_view({"weather": table})
    found = compare_weather(view).round(1)
    assert found["value"].to_dict() == {"temperature": 18.7, "rain_days": 136.0, "sun": 1234.5}
    assert found["departure"].to_dict() == {"temperature": 0.7, "rain_days": 0.5, "sun": -382.3}
    shown = tabulate_climate(view)
    assert shown is not None and [row[3].text for row in shown.rows] == ["+0.7", "+0.5", "−382.3"]
    assert [row[1].text for row in shown.rows] == ["18.7", "136.0", "1,234.5"]
