"""Which rows have a place, of which class, and on which side of the district."""

import pytest
from view_maker import make_table, make_view

from taizhang import figures
from taizhang.analysis.points import find_side, locate_classes, locate_hazards


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
    assert figures.map_shelters(view) is not None
    assert locate_hazards(view) is None and figures.map_incidents(view) is None


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
    assert points.located["open"].tolist() == [False, True]
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
