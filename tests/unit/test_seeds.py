"""Each row of docs/seeds.md has a place: its facts are there, and a ledger written by hand gives its numbers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from seed_ledgers import BUILT_IN, OWN, PERIODS, TARGETS, Rows
from shapely.geometry import box
from view_maker import make_table

from taizhang.boundaries.grid import number_people
from taizhang.core.periods import parse_period
from taizhang.facts import OwnFact, compute_facts
from taizhang.facts.compute import MEASURES
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "docs" / "seeds.md", "zh": ROOT / "docs" / "seeds.zh.md"}
TOWN = "350921101"
PLACE = pd.DataFrame({"code": [TOWN], "name": ["城关镇"]})
ROW = re.compile(r"^\| ([A-Z]\d+) \|(.*)\|$", re.MULTILINE)
NUMBER = re.compile(r"`([\w.]+)`(?: (-?[\d.]+))?")


@dataclass(frozen=True)
class Line:
    """A row of the page: what is counted, where it is kept, facts with their numbers, a heading of a report."""

    what: str
    kept: str
    numbers: Mapping[str, float | None]
    section: str


@dataclass(frozen=True)
class Target:
    indicator: str
    at_least: float
    period: str
    district: str = "*"


def read(lang: str) -> dict[str, Line]:
    lines = {}
    for key, rest in ROW.findall(PAGES[lang].read_text("utf-8")):
        what, kept, numbers, section = (cell.strip() for cell in rest.split(" | "))
        told = {name: float(number) if number else None for name, number in NUMBER.findall(numbers)}
        lines[key] = Line(what, kept, told, section)
    return lines


LINES = read("en")


def make_grid(levels: Mapping[int, int], people: Mapping[int, int]) -> gpd.GeoDataFrame:
    """Cells on levels, that name their people; a level with more people than cells names several in some."""
    rows = []
    for level, cells in levels.items():
        named = [people[level] // cells + (n < people[level] % cells) for n in range(cells)]
        for n, number in enumerate(named):
            names = "、".join(f"{level}级{n}号{k}" for k in range(number))
            rows.append(
                {"code": f"{level}-{n}", "name": f"{level}-{n}", "level": str(level), "responsible": names}
            )
    frame = pd.DataFrame(rows).assign(district_code=TOWN, parent="", assigned=True, **{"class": ""})
    frame["people"] = number_people(frame)
    shapes = [box(n, 0, n + 1, 1) for n in range(len(frame))]
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490")


GRIDS = {
    "R2": ({1: 105}, {1: 105}),
    "R3": ({1: 14, 2: 98, 3: 459}, {1: 14, 2: 201, 3: 499}),
    "W9": ({1: 3}, {1: 3}),
}


def spread(rows: Rows) -> list[dict[str, object]]:
    return [dict(cells) for count, cells in rows for _ in range(count)]


def make_own(key: str) -> tuple[dict[str, pd.DataFrame], list[OwnFact]]:
    """The kinds of a workbook's own, with their facts."""
    tables, facts = {}, []
    base = load_facts()["projects.count"]
    for kind, (rows, counted) in OWN.get(key, {}).items():
        table = pd.DataFrame(spread(rows)).astype("float64").assign(district_code=TOWN)
        tables[kind] = table
        for name, amount in counted.items():
            info = replace(base, name=f"{kind}.{name}", kind=kind, form="sum")

            def add(rows: pd.DataFrame, *, as_of: pd.Timestamp, amount: str = amount) -> pd.Series:
                return rows.eval(amount).fillna(0) if amount else pd.Series(1.0, rows.index)

            facts.append(OwnFact(info, add))
    return tables, facts


def compute(key: str) -> dict[str, float]:
    """What the facts of a row's ledgers are; of columns that no fact counts their sum, mean or number of values."""
    tables = {kind: make_table(kind, spread(rows), TOWN) for kind, rows in BUILT_IN.get(key, {}).items()}
    values = {}
    for kind, table in tables.items():
        for name in load_kinds()[kind].fields:
            column = table[name]
            if pd.api.types.is_numeric_dtype(column) and name != "year":
                mean = kind == "weather" and "temp" in name
                values[f"{kind}.{name}"] = float((column.mean() if mean else column.sum()) or 0)
            else:
                values[f"{kind}.{name}"] = float(column.nunique())
    own, facts = make_own(key)
    period, day = PERIODS.get(key, ("2021", "2021-12-31"))
    targets = [Target(name, least, period) for name, least in TARGETS.get(key, {}).items()]
    grid = make_grid(*GRIDS[key]) if key in GRIDS else None
    told = compute_facts(
        tables | own,
        PLACE,
        parse_period(period),
        date.fromisoformat(day),
        suppress=(),
        own=facts,
        targets=targets,
        grid=grid,
    )
    told = told[told["district_code"] == TOWN]
    return values | told.set_index("fact")["value"].to_dict()


@pytest.mark.parametrize("key", LINES)
def test_each_row_has_a_place_and_its_numbers_come_out(key: str) -> None:
    values = compute(key)
    for name, number in LINES[key].numbers.items():
        assert name in values, f"{name} is no fact of these ledgers"
        if number is None:
            assert name in MEASURES
            continue
        decimals = len(str(number).partition(".")[2].rstrip("0"))
        assert round(values[name], decimals) == number, (name, values[name])
        assert not np.isnan(values[name])


def test_both_pages_have_the_same_rows_and_numbers() -> None:
    chinese = read("zh")
    assert list(chinese) == list(LINES) and len(LINES) > 90
    for key, line in LINES.items():
        assert chinese[key].numbers == line.numbers, key
        assert line.what and line.numbers, key
        assert re.findall("`[^`]+`", chinese[key].kept) == re.findall("`[^`]+`", line.kept), key
    assert set(BUILT_IN) | set(OWN) | set(GRIDS) == set(LINES)


@pytest.mark.parametrize("lang", PAGES)
def test_each_section_is_a_heading_of_a_template(lang: str) -> None:
    headings = set()
    for name in ("township_review", "county_comparison", "special_action"):
        for cell in json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown" and lang in cell["metadata"].get("tags", ()):
                headings |= set(re.findall("^#+ (.+)$", "".join(cell["source"]), re.MULTILINE))
    assert {line.section for line in read(lang).values()} <= headings


def test_each_kind_and_column_named_is_one_of_the_package() -> None:
    kinds = load_kinds()
    for key, line in LINES.items():
        for name in re.findall(r"`([a-z_]+)`", line.kept):
            assert name in kinds, (key, name)


def test_the_parts_of_what_was_found() -> None:
    """36 = 4 + 7 + 23 + 2; 15 model sites are 4 and 11; 89 plans are 1, 23 and 65."""
    gas = make_table("hazards", spread(BUILT_IN["R1"]["hazards"]), TOWN)
    assert gas["premises_type"].value_counts().to_dict() == {
        "庭院用户": 23,
        "商业用户": 7,
        "厂区": 4,
        "施工工地": 2,
    }
    models = make_table("models", spread(BUILT_IN["S10"]["models"]), TOWN)
    assert models["level"].value_counts().to_dict() == {"municipal": 11, "provincial": 4}
    plans = make_table("plans", spread(BUILT_IN["S17"]["plans"]), TOWN)
    assert plans["kind"].value_counts().to_dict() == {"department": 65, "special": 23, "general": 1}
