"""Which rows have a place, of which class, and on which side of the district."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from view_maker import CODES, make_table, make_view

from taizhang import figures
from taizhang.analysis.points import Points, count_density, find_side, locate_classes, locate_hazards


def test_incidents_are_located_by_class() -> None:
    rows = [
        {"occurred_on": "2021-03-01", "class": "accident", "lon": 119.05, "lat": 26.05},
        {"occurred_on": "2021-03-02", "class": "accident", "lon": 119.06, "lat": 26.05},
        {"occurred_on": "2021-03-03", "class": "natural", "lon": 119.05, "lat": 26.06},
        {"occurred_on": "2021-03-04", "class": "natural"},
    ]
    view = make_view({"incidents": make_table("incidents", rows)})
    points = locate_classes(view, "incidents", "class")
    assert points is not None and (points.rows, points.unlocated) == (4, 1)
    assert list(points.classes.values()) == [2, 1]
    figure = figures.map_incidents(view)
    assert figure is not None and "共3个点" in figure.alt and "另有1条没有坐标" in figure.source


def test_shelters_are_one_class() -> None:
    rows = [{"name": "中学", "lon": 119.05, "lat": 26.05}, {"name": "小学", "lon": 119.02, "lat": 26.02}]
    view = make_view({"shelters": make_table("shelters", rows)})
    points = locate_classes(view, "shelters")
    assert points is not None and list(points.classes.values()) == [2]
    assert figures.map_shelters(view)
    assert locate_hazards(view) is None and not figures.map_incidents(view)


@pytest.mark.parametrize(
    ("across", "up", "side"),
    [
        (0.5, 0.5, "middle"), (0.59, 0.41, "middle"), (0.61, 0.5, "east"), (0.39, 0.5, "west"), (0.41, 0.59, "middle"),
        (0.5, 0.61, "north"), (0.5, 0.39, "south"), (0.1, 0.9, "northwest"), (0.9, 0.1, "southeast"),
        (0.9, 0.9, "northeast"), (0.1, 0.1, "southwest"),
    ],
)  # fmt: skip
def test_a_point_is_on_a_side(across: float, up: float, side: str) -> None:
    """The first district is the square from 119 to 119.1 and 26 to 26.1; the area three wide and two high."""
    assert find_side(make_view(), 119 + across / 10, 26 + up / 10) == side
    assert find_side(make_view(district="all"), 119 + 3 * across / 10, 26 + 2 * up / 10) == side


def test_hazards_with_a_place_and_whether_they_are_open() -> None:
    rows = [
        {"found_on": "2021-03-01", "lon": 119.05, "lat": 26.05, "rectified_on": "2021-12-31"},
        {"found_on": "2021-03-01", "lon": 119.05, "lat": 26.05, "rectified_on": "2022-01-01"},
        {"found_on": "2021-03-01", "lon": 119.05}, {"found_on": "2021-03-01", "lat": 26.05},
        {"found_on": "2020-03-01", "lon": 119.05, "lat": 26.05},
    ]  # fmt: skip
    points = locate_hazards(make_view({"hazards": make_table("hazards", rows)}))
    assert points is not None and (points.rows, points.unlocated) == (4, 2)
    assert points.located["state"].tolist() == ["rectified", "open"]
    assert locate_hazards(make_view({"hazards": make_table("hazards", rows[2:4])})) is None


def test_the_five_commonest_classes() -> None:
    names = ["洪水"] * 3 + ["火灾"] * 2 + ["地震", "台风", "干旱", "暴雨", None]
    rows = [{"held_on": "2021-03-01", "hazard_type": name, "lon": 119.0, "lat": 26.0} for name in names]
    table = make_table("drills", rows).assign(lon=119.0, lat=26.0)
    points = locate_classes(make_view({"drills": table}, lang="en"), "drills", "hazard_type")
    assert points is not None
    assert len(points.classes) == 5 and list(points.classes.values()) == [3, 2, 1, 1, 1]
    assert points.located["class"].tolist()[-1] == "not stated"
    assert locate_classes(make_view({"drills": table}, period="2020"), "drills", "hazard_type") is None


def put(*places: tuple[float, float], state: str = "rectified") -> Points:
    located = pd.DataFrame(places, columns=["lon", "lat"]).assign(state=state)
    return Points(located, len(located) + 2, 2)


def test_where_points_lie() -> None:
    points = put((119, 26), (119.2, 26.1), (119.7, 26.5), state="open")
    assert points.median == (119.2, 26.1) and points.middle == pytest.approx((119.3, 26.2))
    assert points.states == {"rectified": 0, "open": 3}
    assert put((119, 26), state="unknown").states == {"rectified": 0, "open": 0, "unknown": 1}


def test_points_within_a_frame_keep_what_all_rows_were() -> None:
    """The frame's edges are inside it."""
    points = put((119, 26), (119.2, 26.1), (119.3, 26.1), (119.1, 26.3))
    inside = points.within((119, 119.2), (26, 26.1))
    assert inside is not None and inside.located["lon"].tolist() == [119, 119.2]
    assert (inside.rows, inside.unlocated) == (6, 2)
    assert points.within((118, 118.9), (26, 27)) is None and points.within((119, 120), (27, 28)) is None


def test_more_than_two_hundred_are_dense() -> None:
    assert not put(*[(119.0, 26.0)] * 200).is_dense and put(*[(119.0, 26.0)] * 201).is_dense


@pytest.mark.parametrize(
    ("most", "classes", "numbers"),
    [
        (5, [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)], {1: 0, 2: 1, 5: 4}),
        (6, [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)], {1: 0, 2: 0, 6: 2}),
        (10, [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)], {1: 0, 2: 0, 10: 4}),
        (11, [(1, 3), (4, 6), (7, 9), (10, 12), (13, 15)], {1: 0, 2: 0, 11: 3}),
    ],
)
def test_hexagons_have_five_classes_of_equal_width(
    most: int, classes: list[tuple[int, int]], numbers: dict[int, int]
) -> None:
    """Eighteen hexagons across 1.8 degrees: middles are a tenth apart."""
    places = [(119.5, 26.5)] * most + [(119.1, 26.2)] + [(120.0, 26.9)] * 2
    density = count_density(put(*places).located, (119.0, 120.8), (26.0, 27.0))
    cells = density.hexagons.cells
    assert dict(zip(cells["n"], cells["number"], strict=True)) == numbers
    assert len(cells) == 3 and all(
        abs(cells["x"] - cells["n"].map({1: 119.1, 2: 120.0, most: 119.5})) <= 0.05
    )
    assert list(density.classes.itertuples(index=False, name=None)) == classes
    assert list(density.classes) == ["low", "high"]


@pytest.mark.parametrize("up", [(26.0, 27.0), (26.0, 26.3), (26.0, 31.0), (-0.5, 0.5), (50.0, 50.01)])
def test_hexagons_are_regular_on_the_ground(up: tuple[float, float]) -> None:
    """From row to row of a lattice it is the square root of three times as far as from middle to middle in a row."""
    density = count_density(put((119.5, sum(up) / 2)).located, (119.0, 120.8), up)
    east = density.hexagons.width * np.cos(np.radians(sum(up) / 2))
    assert np.isclose(density.hexagons.rise / east, 3**0.5, rtol=1e-6) and len(density.hexagons.cells) == 1


def test_no_point_in_the_frame_is_no_hexagon() -> None:
    density = count_density(put((118, 26)).located, (119.0, 120.8), (26.0, 27.0))
    assert density.hexagons.cells.empty and density.classes["high"].tolist() == [1, 2, 3, 4, 5]


def test_the_middle_is_a_fifth_of_the_width_and_its_edges_are_in_it() -> None:
    """A district of ten by twenty degrees: from 4 to 6, and from 8 to 12."""
    square = gpd.GeoDataFrame({"code": [CODES[0]]}, geometry=[box(0, 0, 10, 20)], crs=4490)
    view = replace(make_view(), districts=square)
    for lon, across in ((3.99, "west"), (4, ""), (6, ""), (6.01, "east")):
        for lat, up in ((7.99, "south"), (8, ""), (12, ""), (12.01, "north")):
            assert find_side(view, lon, lat) == (up + across or "middle")


def test_classes_with_and_without_a_column() -> None:
    rows = [{"occurred_on": "2021-03-01", "class": "accident", "lon": 119.05, "lat": 26.05}] * 2
    rows += [{"occurred_on": "2021-03-01", "class": "natural", "lon": 119.05, "lat": None}]
    for lang, word in (("zh", "事故灾难"), ("en", "accident")):
        view = make_view({"incidents": make_table("incidents", rows)}, lang=lang)
        points = locate_classes(view, "incidents", "class")
        assert (
            points is not None and points.classes == {word: 2} and (points.rows, points.unlocated) == (3, 1)
        )
    shelters = make_table("shelters", [{"name": "中学", "lon": 119.05, "lat": 26.05}])
    for lang, word in (("zh", "避难场所"), ("en", "shelter")):
        points = locate_classes(make_view({"shelters": shelters}, lang=lang), "shelters")
        assert points is not None and points.classes == {word: 1}
    assert locate_classes(make_view({"shelters": shelters.assign(lon=None)}), "shelters") is None
    assert locate_classes(make_view(), "shelters") is None
