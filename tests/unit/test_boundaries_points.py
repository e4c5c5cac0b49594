"""Points in districts."""

import geopandas as gpd
import numpy as np
from boundary_cases import make_box, make_districts

from taizhang.boundaries import locate_points


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
    assert ((found.reason == "") == (expected >= 0)).all()


def test_a_point_in_two_districts_is_in_none() -> None:
    geometry = gpd.GeoSeries([make_box(0, 0, 0.1, 0.1), make_box(0.05, 0, 0.2, 0.1)], crs=4490)
    found = locate_points(np.array([119.07, 119.02]), np.array([26.05, 26.05]), geometry)
    assert found.position.tolist() == [-1, 0]
    assert "several districts" in found.reason[0]
    assert locate_points(np.array([]), np.array([]), geometry).position.tolist() == []
