"""Outlines are simplified together, and the index's map is made of the same ones as the figures'."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from view_maker import make_districts

from taizhang.core.outlines import count_decimals, draw_outlines, measure_text, simplify_districts


def test_simplified_neighbours_still_share_their_edges_and_take_less() -> None:
    up = np.linspace(26.0, 26.1, 2001)
    border = np.column_stack([119.1 + np.cumsum(np.random.default_rng(5).normal(0, 2e-5, 2001)), up])
    west = shapely.Polygon([*border, (119.0, 26.1), (119.0, 26.0)])
    east = shapely.Polygon([*border, (119.2, 26.1), (119.2, 26.0)])
    frame = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=[west, east], crs=4490)
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    shapes = simplify_districts(frame).geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_coordinates(shapes).sum() < 4008 / 5
    assert shapely.union_all(shapes).equals(shapely.box(119.0, 26.0, 119.2, 26.1))


def test_paths_are_the_outlines_in_place() -> None:
    """Six squares of 0.1 degrees, three across: 0.3 degrees of longitude over 632 units."""
    frame = make_districts()
    drawn = draw_outlines(frame)
    assert [shape.code for shape in drawn.shapes] == list(frame["code"])
    first = np.array(re.findall(r"[\d.]+ [\d.]+", drawn.shapes[0].path))
    points = np.array([[float(part) for part in point.split()] for point in first])
    narrowing = np.cos(np.radians(26.1))
    side = 632 / 3
    assert np.ptp(points[:, 0]) == pytest.approx(side, abs=0.1)
    assert np.ptp(points[:, 1]) == pytest.approx(side / narrowing, abs=0.1)
    assert drawn.height == pytest.approx(2 * side / narrowing + 8 + 26, abs=0.1)
    assert draw_outlines(frame.iloc[:0]).shapes == ()


def test_names_stand_within_their_districts_and_apart() -> None:
    """Squares of 211 units have room for both sizes; of 30 units across, for neither three characters."""
    frame = make_districts()
    drawn = draw_outlines(frame)
    assert set(drawn.names) == {"wide", "narrow"}
    for width, size in (("wide", 15.0), ("narrow", 21.0)):
        names = drawn.names[width]
        assert {name.text for name in names} == set(frame["name"])
        boxes = []
        for name in names:
            across, up = measure_text(name.text, size)
            boxes.append(
                shapely.box(name.x - across / 2, name.y - up / 2, name.x + across / 2, name.y + up / 2)
            )
        assert not any(one.intersects(other) for n, one in enumerate(boxes) for other in boxes[:n])
        shape = {shape.name: shape for shape in drawn.shapes}
        for name, box in zip(names, boxes, strict=True):
            corners = np.array(
                [
                    [float(part) for part in point.split()]
                    for point in re.findall(r"[\d.]+ [\d.]+", shape[name.text].path)
                ]
            )
            assert shapely.Polygon(corners).contains(box)


def test_a_name_without_room_stands_beside_its_district_with_a_line_to_it() -> None:
    frame = make_districts()
    island = frame.geometry.iloc[0].centroid.buffer(0.001)
    drawn = draw_outlines(frame.set_geometry([island, *frame.geometry.iloc[1:]], crs=frame.crs))
    for width, size in (("wide", 15.0), ("narrow", 21.0)):
        led = {name.text: name for name in drawn.names[width] if name.lead}
        assert set(led) == {frame["name"].iloc[0]}
        name = led[frame["name"].iloc[0]]
        assert name.lead is not None
        end, point = name.lead[:2], name.lead[2:]
        # The line ends on the island, and begins at the name's box, which lies off all land.
        across, up = measure_text(f"{name.text}\n0", size)
        assert abs(end[0] - name.x) <= across / 2 + 0.2 and abs(end[1] - name.y) <= up / 2 + 0.2
        shapes = {shape.name: read_path(shape.path) for shape in drawn.shapes}
        assert shapes[name.text].buffer(0.2).contains(shapely.Point(point))
        box = shapely.box(name.x - across / 2, name.y - up / 2, name.x + across / 2, name.y + up / 2)
        assert not any(shape.intersects(box) for shape in shapes.values())
    # Of many, the number alone stands, or nothing.
    many = gpd.GeoDataFrame(
        {"code": [f"{n:02d}" for n in range(30)], "name": "很长的名字"},
        geometry=[shapely.box(119 + n * 0.02, 26, 119.02 + n * 0.02, 26.02) for n in range(30)], crs=4490,
    )  # fmt: skip
    assert all(name.lead is None for name in draw_outlines(many).names["wide"])


def read_path(path: str) -> shapely.Polygon:
    return shapely.Polygon(
        [[float(part) for part in point.split()] for point in re.findall(r"[\d.]+ [\d.]+", path)]
    )


def test_the_bar_is_as_long_as_it_says() -> None:
    """0.3 degrees of longitude at 26.1 degrees north, 29.99 km, take 632 units: 5 km fit in a quarter."""
    drawn = draw_outlines(make_districts())
    across = 0.3 * 111.32 * np.cos(np.radians(26.1))
    assert drawn.km == 5
    assert drawn.bar == pytest.approx(5 / across * 632, abs=0.1)


def test_a_tall_county_stands_in_the_middle_of_a_drawing_that_ends() -> None:
    """Eight squares of 0.05 degrees, one above the other: 792 units for 0.4 degrees of latitude."""
    squares = [shapely.box(119, 26 + n / 20, 119.05, 26.05 + n / 20) for n in range(8)]
    frame = gpd.GeoDataFrame({"code": list("12345678"), "name": "甲"}, geometry=squares, crs=4490)
    drawn = draw_outlines(frame)
    assert drawn.height == pytest.approx(792 + 8 + 26, abs=0.2)
    places = np.array(
        re.findall(r"([\d.]+) ([\d.]+)", " ".join(shape.path for shape in drawn.shapes)), dtype=float
    )
    assert places[:, 0].min() + places[:, 0].max() == pytest.approx(640, abs=0.2)
    assert np.ptp(places[:, 1]) == pytest.approx(792, abs=0.2)
    assert drawn.bar / (drawn.km / 111.32) == pytest.approx(792 / 0.4, rel=1e-3)


@pytest.mark.parametrize(
    ("km", "decimals"), [(200, 0), (5, 0), (1, 0), (0.5, 1), (0.1, 1), (0.05, 2), (0.02, 2)]
)
def test_a_short_length_is_not_rounded_to_nothing(km: float, decimals: int) -> None:
    assert count_decimals(km) == decimals
    assert float(f"{km:.{decimals}f}") == km
