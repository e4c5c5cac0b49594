"""Reach by straight line."""

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from boundary_cases import GEOD, make_districts, measure_km2

from taizhang.boundaries.reach import draw_reach, measure_area_in_reach, measure_reach
from taizhang.core.errors import BoundaryError


def test_reach_is_the_geodesic_distance_to_the_nearest_site() -> None:
    # Two shelters; points 1,000 m north of the first and 3,000 m east of the second.
    sites_lon, sites_lat = [119.0, np.nan, 119.2], [26.0, 26.0, 26.0]
    north = GEOD.fwd(119.0, 26.0, 0, 1000)
    east = GEOD.fwd(119.2, 26.0, 90, 3000)
    reach = measure_reach(
        [north[0], east[0], np.nan], [north[1], east[1], 26], sites_lon, sites_lat, distance_m=1600
    )
    assert reach["distance_m"].to_list()[:2] == pytest.approx([1000, 3000], abs=1e-6)
    assert reach["site"].to_list() == [0, 2, -1]
    assert reach["within"].to_list() == [True, False, pd.NA]
    with pytest.raises(BoundaryError, match="above 0"):
        measure_reach([119], [26], [119], [26], distance_m=0)


def test_nobody_is_known_to_be_in_reach_of_no_site() -> None:
    reach = measure_reach([119.0], [26.0], [], [], distance_m=500)
    assert reach["distance_m"].isna().all()
    assert reach["site"].to_list() == [-1]
    assert reach["within"].to_list() == [False]


def test_share_of_area_in_reach() -> None:
    districts = make_districts()
    circle = draw_reach([119.05], [26.05], distance_m=2000)
    assert measure_km2(circle) == pytest.approx(np.pi * 4, rel=1e-3)
    share = measure_area_in_reach(districts.geometry, [119.05], [26.05], distance_m=2000)
    assert share.to_list() == pytest.approx(
        [np.pi * 4 / measure_km2(districts.geometry[0]) * 100, 0], rel=1e-3
    )
    # Two shelters at one place reach no further than one.
    twice = measure_area_in_reach(districts.geometry, [119.05] * 2, [26.05] * 2, distance_m=2000)
    assert twice[0] == pytest.approx(share[0])
    whole = measure_area_in_reach(districts.geometry, [119.1], [26.05], distance_m=50_000)
    assert whole.to_list() == pytest.approx([100, 100])
    assert shapely.is_empty(draw_reach([np.nan], [26], distance_m=10))


def test_distances_are_not_degrees() -> None:
    # At 50 N a degree of longitude is 71.7 km and one of latitude 111.2 km: the nearer site is the eastern one.
    reach = measure_reach([120.0], [50.0], [121.0, 120.0], [50.0, 50.9], distance_m=80_000)
    assert reach["site"].to_list() == [0]
    assert reach["distance_m"][0] == pytest.approx(pyproj.Geod(ellps="GRS80").inv(120, 50, 121, 50)[2])
