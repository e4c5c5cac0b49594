"""GCJ-02 and BD-09: published vectors, round trips, geometry."""

import numpy as np
import pyproj
import pytest
import shapely

from taizhang.boundaries.offsets import add_bd09, add_gcj02, add_offset, shift_geometry, undo_offset
from taizhang.core.errors import BoundaryError

# Test vectors of github.com/googollee/eviltransform: true longitude, latitude, and GCJ-02.
VECTORS = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), VECTORS)
def test_published_vectors(lon: float, lat: float, gcj_lon: float, gcj_lat: float) -> None:
    assert np.allclose(add_gcj02(lon, lat), (gcj_lon, gcj_lat), rtol=0, atol=1e-9)
    assert np.allclose(undo_offset(gcj_lon, gcj_lat, "gcj02"), (lon, lat), rtol=0, atol=1e-9)


def test_bd09_vector() -> None:
    # github.com/wandergis/coordtransform, test/app.js: GCJ-02 (116.404, 39.915) in BD-09.
    true = undo_offset(116.404, 39.915, "gcj02")
    assert np.allclose(add_bd09(*true), (116.41036949371029, 39.92133699351021), rtol=0, atol=1e-9)


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_round_trips_of_ten_thousand_points(offset: str) -> None:
    rng = np.random.default_rng(20260101)
    lon, lat = rng.uniform(73, 135.1, 10_000), rng.uniform(18, 53.6, 10_000)
    shifted = add_offset(lon, lat, offset)
    geod = pyproj.Geod(ellps="GRS80")
    moved = geod.inv(lon, lat, *shifted)[2]
    assert 300 < np.median(moved) < 1500  # hundreds of metres: the offset is no trifle
    back = undo_offset(*shifted, offset)
    assert geod.inv(lon, lat, *back)[2].max() < 1e-6  # metres; the requirement is 0.1


def test_outside_china_and_missing_points_stay() -> None:
    lon, lat = undo_offset([-104.9903, np.nan], [39.7392, np.nan], "gcj02")
    assert lon[0] == -104.9903
    assert np.isnan(lon[1])
    assert np.isnan(lat[1])


def test_neighbours_still_share_their_edge() -> None:
    left, right = shapely.box(119, 26, 119.1, 26.1), shapely.box(119.1, 26, 119.2, 26.1)
    moved = shift_geometry(np.array([left, right], dtype=object), "bd09")
    assert shapely.coverage_is_valid(moved)
    assert shapely.touches(moved[0], moved[1])
    again = shift_geometry(moved, "bd09", undo=False)
    assert shapely.hausdorff_distance(again[0], left) < 1e-10


def test_an_unknown_offset_is_refused() -> None:
    with pytest.raises(BoundaryError, match="none, gcj02, bd09"):
        undo_offset(119, 26, "wgs84")
