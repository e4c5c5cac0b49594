"""CRS proposals and areas."""

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from boundary_cases import make_box, make_districts, measure_km2

from taizhang.boundaries import area_km2
from taizhang.boundaries.crs import (
    choose_equal_area,
    judge_place,
    settle_crs,
    suggest_crs,
    to_geographic,
)
from taizhang.core.errors import BoundaryError


@pytest.mark.parametrize(
    ("code", "title"),
    [
        (4527, "3-degree Gauss-Kruger zone 39: 119.1 E, 26.1 N"),
        (4498, "6-degree Gauss-Kruger zone 20: 119.1 E, 26.1 N"),
        (3857, "web Mercator: 119.1 E, 26.1 N"),
        (4548, "one of EPSG:4534 to EPSG:4554"),
    ],
)
def test_the_projected_system_is_among_the_candidates(code: int, title: str) -> None:
    bounds = tuple(make_districts().to_crs(code).total_bounds)
    candidates = list(map(str, suggest_crs(bounds)))
    assert any(title in one for one in candidates)
    if code != 4548:
        assert any(one.startswith(f"EPSG:{code} ") for one in candidates)


def test_degrees_in_china_abroad_and_swapped() -> None:
    assert str(suggest_crs((113.7, 22.4, 114.6, 22.9))[0]).startswith("EPSG:4490")
    assert str(suggest_crs((-1.0, 50.0, 1.0, 52.0))[0]).startswith("EPSG:4326")
    assert "swap" in str(suggest_crs((22.4, 113.7, 22.9, 114.6))[0])
    assert suggest_crs((5e8, 5e8, 6e8, 6e8)) == []


def test_no_crs_is_an_error_that_shows_range_and_candidates() -> None:
    frame = make_districts().set_crs(None, allow_override=True)
    with pytest.raises(BoundaryError, match=r"119 to 119\.2 \(x\) and 26 to 26\.1 \(y\).*EPSG:4490"):
        settle_crs(frame, None, where="a.shp")
    assert settle_crs(frame, "EPSG:4490", where="a.shp").to_epsg() == 4490


def test_a_given_crs_may_not_contradict_the_file() -> None:
    with pytest.raises(BoundaryError, match="Remove crs"):
        settle_crs(make_districts(), "EPSG:4527", where="a.shp")
    # The same place by another name is no contradiction.
    assert settle_crs(make_districts(), "EPSG:4326", where="a.shp").to_epsg() == 4490


def test_degrees_that_are_metres_and_unknown_systems_are_refused() -> None:
    metres = make_districts().to_crs(4527).set_crs(4490, allow_override=True)
    with pytest.raises(BoundaryError, match=r"not degrees.*EPSG:4527"):
        settle_crs(metres, None, where="a.shp")
    with pytest.raises(BoundaryError, match='unknown coordinate system crs = "'):
        settle_crs(make_districts(), "EPSG:1", where="a.shp")


@pytest.mark.parametrize(
    "shape",
    [
        make_box(0, 0, 0.1, 0.1),
        make_box(0, 0, 0.00001, 0.1),  # a strip one metre wide
        # A wedge a metre wide: its long sides bend differently on any projection.
        shapely.polygons([[119, 40], [119.1, 40.08], [119.04, 40.03201]]),
        shapely.box(75, 20, 134, 52),  # as wide as the country: Albers
        shapely.box(119, 26, 119.2, 26.2).difference(shapely.box(119.05, 26.05, 119.1, 26.1)),
    ],
)
def test_area_agrees_with_geodesics(shape: shapely.Geometry) -> None:
    areas = area_km2(gpd.GeoSeries([shape], index=["a"], crs=4490))
    assert areas.index.to_list() == ["a"]
    assert areas["a"] == pytest.approx(measure_km2(shape), rel=1e-6)


def test_area_does_not_depend_on_the_system_it_comes_in() -> None:
    districts = make_districts()
    assert area_km2(districts.to_crs(4527).geometry).to_list() == pytest.approx(
        area_km2(districts.geometry).to_list(), rel=1e-6
    )


def test_missing_and_empty_shapes_have_no_area() -> None:
    series = gpd.GeoSeries([None, shapely.MultiPolygon(), make_box(0, 0, 0.1, 0.1)], crs=4490)
    areas = area_km2(series)
    assert areas.to_list()[:2] == [0.0, 0.0]
    assert areas[2] > 0
    assert area_km2(gpd.GeoSeries([], crs=4490)).empty
    pd.testing.assert_series_equal(area_km2(series[:1]), pd.Series([0.0], name="area_km2"))
    with pytest.raises(BoundaryError, match="no coordinate system"):
        area_km2(gpd.GeoSeries([make_box(0, 0, 1, 1)]))


def test_the_projection_suits_the_place() -> None:
    assert (
        "Lambert Azimuthal Equal Area"
        in choose_equal_area((119, 26, 120, 27)).coordinate_operation.method_name
    )
    albers = pyproj.CRS(choose_equal_area((73, 18, 135, 54)))
    parallels = {one.name: one.value for one in albers.coordinate_operation.params}
    assert parallels["Latitude of 1st standard parallel"] == 24
    assert parallels["Latitude of 2nd standard parallel"] == 48


def test_a_given_crs_may_not_put_the_layer_nowhere() -> None:
    """Zone numbers in the coordinates and not in the system, and the reverse; degrees read as metres."""
    plain = make_districts().set_crs(None, allow_override=True)
    zoned, bare = make_districts().to_crs(4528), make_districts().to_crs(4549)
    for frame, crs, said in [
        (zoned, 4549, "do not fit CGCS2000"),
        (bare, 4528, "do not fit CGCS2000"),
        (plain, 4528, "do not fit CGCS2000"),
        (
            zoned,
            4527,
            "degrees of longitude outside the zone",
        ),
        (
            zoned,
            4529,
            "degrees of longitude outside the zone",
        ),
        (plain, 3857, "the whole layer is only a few metres across, at"),
    ]:
        read = to_geographic(frame.set_crs(crs, allow_override=True))
        with pytest.raises(BoundaryError, match=said):
            judge_place(read, pyproj.CRS(crs), where="a.shp")
    for frame in (zoned, bare, make_districts()):
        assert judge_place(to_geographic(frame), pyproj.CRS(frame.crs), where="a.shp") == []


def test_swapped_axes_and_ground_abroad() -> None:
    west = gpd.GeoDataFrame(geometry=[shapely.box(42.0, 88.5, 42.2, 89.0)], crs=4490)
    with pytest.raises(BoundaryError, match="seem to be swapped"):
        judge_place(west, pyproj.CRS(4490), where="a.shp")
    paris = gpd.GeoDataFrame(geometry=[shapely.box(2.0, 48.0, 2.5, 48.5)], crs=4326)
    (said,) = judge_place(paris, pyproj.CRS(4326), where="a.shp")
    assert "outside China, at 2.2 E, 48.2 N" in str(said)


def test_older_datums_are_told_and_contradict() -> None:
    (said,) = judge_place(make_districts(), pyproj.CRS(4610), where="a.shp")
    assert "Xian 1980 is an older datum" in str(said)
    with pytest.raises(BoundaryError, match="Remove crs"):
        settle_crs(make_districts(), "EPSG:4214", where="a.shp")


def test_a_given_crs_stands_where_the_stated_degrees_cannot_be() -> None:
    metres = make_districts().to_crs(4528).set_crs(4326, allow_override=True)
    assert settle_crs(metres, "EPSG:4528", where="a.geojson").to_epsg() == 4528
