"""Points in districts."""

import geopandas as gpd
import numpy as np
import shapely
from boundary_cases import make_box, make_districts

from taizhang.boundaries import find_strays, locate_points


def test_points_find_their_polygon() -> None:
    geometry = make_districts().geometry
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(118.9, 119.3, 5000), rng.uniform(25.9, 26.2, 5000)
    found = locate_points(lon, lat, geometry)
    inside = (lat > 26) & (lat < 26.1)
    expected = np.where(
        inside & (lon > 119) & (lon < 119.1), 0, np.where(inside & (lon > 119.1) & (lon < 119.2), 1, -1)
    )
    assert found.position.tolist() == expected.tolist()
    assert [reason is None for reason in found.reason] == list(expected >= 0)


def test_a_point_in_two_districts_is_in_none() -> None:
    geometry = gpd.GeoSeries([make_box(0, 0, 0.1, 0.1), make_box(0.05, 0, 0.2, 0.1)], crs=4490)
    found = locate_points(np.array([119.07, 119.02]), np.array([26.05, 26.05]), geometry)
    assert found.position.tolist() == [-1, 0]
    assert "several districts" in str(found.reason[0])
    assert locate_points(np.array([]), np.array([]), geometry).position.tolist() == []


def test_points_far_from_the_district_that_rows_name() -> None:
    districts = gpd.GeoDataFrame(
        {"code": ["1", "2", "3"]},
        geometry=[
            shapely.box(119, 26, 119.1, 26.1),
            shapely.box(119.1, 26, 119.2, 26.1),
            shapely.MultiPolygon(),
        ],
        crs=4490,
    )
    rows = [
        ("1", 119.05, 26.05, False),
        ("1", 119.109, 26.05, False),  # beyond the border, by less than a kilometre
        ("1", 119.111, 26.05, True),
        ("2", 119.05, 26.05, True),
        ("2", 26.05, 119.15, True),
        ("3", 119.05, 26.05, False),  # no ground to be far from
        (None, 119.05, 26.05, False),
        ("2", np.nan, 26.05, False),
    ]
    codes = np.array([row[0] for row in rows], dtype=object)
    lon, lat = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    assert find_strays(lon, lat, codes, districts).tolist() == [row[3] for row in rows]
    assert find_strays(lon[:0], lat[:0], codes[:0], districts).tolist() == []
