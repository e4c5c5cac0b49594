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
    ("lon", "lat", "side"),
    [
        (119.05, 26.05, "middle"),
        (119.09, 26.05, "east"),
        (119.01, 26.09, "northwest"),
        (119.05, 26.01, "south"),
    ],
)
def test_a_point_is_on_a_side(lon: float, lat: float, side: str) -> None:
    """The first district is the square from 119 to 119.1 and 26 to 26.1."""
    assert find_side(make_view(), lon, lat) == side
