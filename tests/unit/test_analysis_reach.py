"""Premises within reach, and which rows of reach a report shows."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box
from view_maker import CODES, make_table, make_view

from taizhang.analysis import reach
from taizhang.metadata.facts import ALL


def hazard(premises: str | None, lon: float, lat: float) -> dict[str, object]:
    return {"found_on": "2021-05-01", "premises": premises, "lon": lon, "lat": lat}


def test_each_premises_lies_once_at_the_middle_of_its_rows() -> None:
    rows = [hazard("甲", 119.0, 26.0), hazard("甲", 119.02, 26.0), hazard("甲", 119.5, 26.0)]
    rows += [
        hazard("乙", 119.3, 26.0),
        hazard(None, 119.0, 26.0),
        {"found_on": "2021-05-01", "premises": "丙"},
    ]
    points = reach.place_premises(
        make_view({"hazards": make_table("hazards", rows)}), box(119, 25.9, 119.1, 26.1)
    )
    assert points["lon"].tolist() == [119.3, 119.02] and points["inside"].tolist() == [False, True]


def test_very_many_premises_are_left_to_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    view = make_view({"hazards": make_table("hazards", [hazard(str(n), 119.0, 26.0) for n in range(3)])})
    monkeypatch.setattr(reach, "MOST_POINTS", 3)
    assert len(reach.place_premises(view, box(0, 0, 1, 1))) == 3
    monkeypatch.setattr(reach, "MOST_POINTS", 2)
    assert reach.place_premises(view, box(0, 0, 1, 1)).empty
    assert reach.place_premises(make_view({}), box(0, 0, 1, 1)).empty


def test_columns_of_reach_that_say_something() -> None:
    """People are known in one row, the area in none; premises are shown where any has a place."""
    table = gpd.GeoDataFrame(
        {"sites": [0, 0], "premises_located": [0, 2], "premises_in_reach": [0, 0],
         "area_in_reach_percent": [np.nan] * 2, "people_in_reach": [np.nan, 0.0]}
    )  # fmt: skip
    wanted = ["sites", "premises_located", "premises_in_reach", "people_in_reach"]
    assert reach.choose_columns(table, *table) == wanted
    assert reach.choose_columns(table.iloc[:1], *table) == ["sites"]
    assert reach.choose_columns(table, "people_in_reach", "sites") == ["people_in_reach", "sites"]


def test_shelters_with_both_coordinates() -> None:
    places = [(119.0, 26.0), (None, 26.0), (119.0, None), (0.0, 0.0), (None, None)]
    rows = [{"name": str(n), "lon": lon, "lat": lat} for n, (lon, lat) in enumerate(places)]
    view = make_view({"shelters": make_table("shelters", rows)})
    assert reach.locate_sites(view)["name"].tolist() == ["0", "3"]


def test_a_district_is_shown_beside_the_area() -> None:
    codes = [*CODES, ALL]
    found = gpd.GeoDataFrame(
        {"district_code": codes, "sites": [3, 1, 1, 1, 1, 1, 8], "sites_located": [1, *[1] * 5, 6]}
    )
    assert list(reach.list_reach(make_view({}), found).index) == [CODES[0], ALL]
    assert list(reach.list_reach(make_view({}, district=ALL), found).index) == codes
    assert reach.count_unlocated(make_view({}), found) == 2
    assert reach.count_unlocated(make_view({}, district=ALL), found) == 2
