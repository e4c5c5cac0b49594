"""Reach of shelters as a reader sees it: the table's numbers, what is said to be an estimate, and the map."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_hazards, make_table, make_view

from taizhang.analysis.view import View
from taizhang.boundaries.reach import summarise_reach
from taizhang.core import display
from taizhang.figures import reach


def make_reach_view(lang: str = "zh", district: str = CODES[0], period: str = "2021") -> View:
    shelters = make_table("shelters", [{"name": "小学", "lon": 119.05, "lat": 26.05}, {"name": "礼堂"}])
    hazards = make_hazards(np.random.default_rng(3), years=(2021,), per_year=60)
    return make_view({"shelters": shelters, "hazards": hazards}, lang=lang, district=district, period=period)


def measure(view: View, *, distance_m: float = 2000, residents: float = 43_210) -> gpd.GeoDataFrame:
    people = pd.Series({CODES[0]: residents})
    tables = view.ledgers
    return summarise_reach(
        tables["shelters"], tables["hazards"], view.districts, people, distance_m=distance_m
    )


def read_rows(table: display.Table | None) -> list[list[str]]:
    assert table is not None
    return [[cell.text for cell in row] for row in table.rows]


def test_the_table_of_a_district_and_the_area() -> None:
    view = make_reach_view()
    found = measure(view)
    own = found.set_index("district_code").loc[CODES[0]]
    rows = read_rows(reach.tabulate_reach(view, found))
    assert [row[0] for row in rows] == [NAMES[0], "全域"]
    # A circle of 2 km on 10.009 km x 11.08 km is 11.3 %: some 4,900 of 43,210.
    assert rows[0] == [
        NAMES[0], "2", str(own["premises_located"]), str(own["premises_in_reach"]), "11.3", "43,210", "4,900"
    ]  # fmt: skip
    assert 0 < own["premises_in_reach"] < own["premises_located"]


def test_what_is_estimated_and_left_out_is_said() -> None:
    view = make_reach_view()
    table = reach.tabulate_reach(view, measure(view))
    assert table is not None and "避难场所2千米之内" in table.title
    assert "直线距离" in table.notes[0] and "估算" in table.notes[0]
    assert table.notes[1] == "1个避难场所没有坐标，未计入。"
    assert "估算" in table.columns[-1].label


def test_unknown_residents_are_no_column() -> None:
    view = make_reach_view()
    table = reach.tabulate_reach(view, measure(view, residents=np.nan))
    assert table is not None and [column.label for column in table.columns][-1] == "范围所占面积"


def test_all_districts_are_listed_for_the_area() -> None:
    view = make_reach_view("en", "all")
    rows = read_rows(reach.tabulate_reach(view, measure(view)))
    assert [row[0] for row in rows] == [*NAMES, "Whole area"] and rows[1][-1] == "—"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_map_says_straight_line_distance_and_day(lang: str) -> None:
    view = make_reach_view(lang)
    figure = reach.map_reach(view, measure(view, distance_m=500))
    assert figure is not None
    words = set(re.findall(r"<text[^>]*>([^<]*)</text>", figure.svg))
    assert ("直线500米范围" if lang == "zh" else "within 500 m, straight line") in words
    assert ("内部使用" if lang == "zh" else "internal use") in words
    assert ("2021年12月31日" if lang == "zh" else "31 December 2021") in figure.source


def test_nothing_where_there_is_no_reach_or_the_report_is_a_bulletin() -> None:
    view = make_reach_view()
    assert reach.tabulate_reach(view, None) is None and reach.map_reach(view, None) is None
    month = make_reach_view(period="2021-07")
    assert reach.map_reach(month, measure(month)) is None


@pytest.mark.parametrize(("metres", "words"), [(500, "500米"), (1000, "1千米"), (1500, "1.5千米")])
def test_distances_in_words(metres: float, words: str) -> None:
    assert reach.name_distance(metres, "zh") == words
