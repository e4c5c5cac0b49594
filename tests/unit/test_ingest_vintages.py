"""Districts that changed: a number of other ground stands beside none of today's."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import taizhang as tz
from taizhang import figures, narrative
from taizhang.analysis.changes import compare_periods
from taizhang.workbook.book import Workbook

A, B, C = "350921101", "350921102", "350921103"
TOML = """
[workbook]
title = "三乡"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
crosswalk = "changes.csv"
[ledgers.hazards]
files = ["hazards.csv"]
"""
# 101 was made of 201 and 202; 203 was split into 102 and 103.
CHANGES = f"old_code,new_code,year\n350921201,{A},2021\n350921202,{A},2021\n350921203,{B},2021\n350921203,{C},2021\n"


def make_book(root: Path, before: dict[str, int]) -> Workbook:
    """Ten hazards in each of the three towns in 2021; of 2020 as many as `before` says, by what the rows call them."""
    squares = [shapely.box(119 + n / 10, 26, 119.1 + n / 10, 26.1) for n in range(3)]
    towns = gpd.GeoDataFrame(
        {"code": [A, B, C], "name": ["甲镇", "乙镇", "丙镇"]}, geometry=squares, crs=4326
    )
    towns.to_file(root / "towns.geojson")
    rows = [f"{town},2021-0{n % 9 + 1}-01,用电" for town in (A, B, C) for n in range(10)]
    rows += [
        f"{town},2020-0{9 * n // count + 1}-01,用电" for town, count in before.items() for n in range(count)
    ]
    rows.append(f"{A},2019-01-01,用电")
    (root / "hazards.csv").write_text("乡镇,发现日期,隐患内容\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (root / "changes.csv").write_text(CHANGES, encoding="utf-8")
    (root / "workbook.toml").write_text(TOML, encoding="utf-8")
    return tz.open(str(root))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return make_book(tmp_path_factory.mktemp("split"), {"350921201": 3, "350921202": 4, "350921203": 5})


def test_a_merged_district_compares_with_the_sum(book: Workbook) -> None:
    change = compare_periods(book.view(A, "2021"), "hazards.found")
    assert change is not None and (change.now, change.before) == (10.0, 7.0)


def test_a_split_district_compares_with_nothing(book: Workbook) -> None:
    view = book.view(B, "2021")
    assert not view.compares and compare_periods(view, "hazards.found") is None
    prose = narrative.write_hazards(view)
    assert prose is not None
    told = "".join(run.text for block in prose.blocks for run in block.runs)
    assert "10处" in told and "上年" not in told
    trend = figures.plot_hazards_trend(view)
    other = figures.plot_hazards_trend(book.view(A, "2021"))
    assert trend is not None and other is not None
    assert "上年同月" not in trend.svg and "上年同月" in other.svg


def test_the_whole_area_lacks_the_rows_set_aside(book: Workbook, tmp_path: Path) -> None:
    view = book.view("all", "2021", "en")
    assert view.vintages["change"].to_list() == ["merged", "split", "split", "lost"]
    assert compare_periods(view, "hazards.found") is None
    method = narrative.write_method(view)
    assert "the whole county is not compared" in "".join(
        run.text for block in method.blocks for run in block.runs
    )
    # Where no row went astray the sums compare: 30 with 12.
    change = compare_periods(make_book(tmp_path, {A: 4, B: 4, C: 4}).view("all", "2021"), "hazards.found")
    assert change is not None and (change.now, change.before) == (30.0, 12.0)


def test_earlier_facts_of_split_districts_stand_nowhere(book: Workbook) -> None:
    period = book.view(A, "2021").period
    before = book.facts_earlier(period.year_before(), period)
    assert set(before["district_code"]) == {A}
    assert pd.Series(before["value"]).notna().any()
