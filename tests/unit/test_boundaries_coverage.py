"""Coverage checks: defects that are known, each found and none invented."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from boundary_cases import DEFECTS, make_box, make_case, make_districts, measure_km2

from taizhang.boundaries import check_coverage, check_districts, describe_coverage
from taizhang.core.errors import BoundaryError

SEEDS = 24  # x 10 kinds = 240 coverages


@pytest.mark.parametrize("defect", DEFECTS)
def test_known_defects_are_found_and_none_invented(defect: str) -> None:
    for seed in range(SEEDS):
        case = make_case(defect, seed)
        found = check_districts(case.frame)
        assert sorted(found["problem"]) == sorted(problem for problem, _, _ in case.expected), seed
        rows = sorted(zip(found["problem"], found["area_km2"], found["codes"], strict=True))
        for (_, area, codes), (_, known, whose) in zip(rows, sorted(case.expected), strict=True):
            if not np.isnan(known):
                assert area == pytest.approx(known, rel=1e-3), seed
            if whose:
                assert codes == whose, seed


def test_a_gap_that_opens_to_the_outside_shows_against_a_boundary() -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2"]}, geometry=[make_box(0, 0, 0.09, 0.1), make_box(0.1, 0, 0.21, 0.1)], crs=4490
    )
    assert check_coverage(frame).empty
    found = check_coverage(frame, make_districts())
    assert found[["problem", "codes"]].to_numpy().tolist() == [["gap", "1 2"], ["outside", "2"]]
    assert found["area_km2"].to_list() == pytest.approx(
        [measure_km2(make_box(0.09, 0, 0.1, 0.1)), measure_km2(make_box(0.2, 0, 0.21, 0.1))], rel=1e-3
    )


def test_a_city_and_its_districts_in_one_layer_are_nested() -> None:
    frame = make_districts()
    city = gpd.GeoDataFrame(
        {"code": ["350921"], "name": ["滨江县"]}, geometry=[make_box(0, 0, 0.2, 0.1)], crs=4490
    )
    found = check_coverage(gpd.pd.concat([frame, city], ignore_index=True))
    assert found["problem"].to_list() == ["nested", "nested"]
    assert set(found["codes"]) == {"350921101 350921", "350921102 350921"}


def test_rounding_of_coordinates_is_no_finding() -> None:
    # The second town has a vertex on the shared edge, a tenth of a millimetre off.
    bent = shapely.polygons([[119.1, 26], [119.2, 26], [119.2, 26.1], [119.1, 26.1], [119.1 + 1e-9, 26.05]])
    frame = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=[make_box(0, 0, 0.1, 0.1), bent], crs=4490)
    assert check_coverage(frame).empty
    far = shapely.polygons([[119.1, 26], [119.2, 26], [119.2, 26.1], [119.1, 26.1], [119.1 - 1e-6, 26.05]])
    rounded = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=[make_box(0, 0, 0.1, 0.1), far], crs=4490)
    # Ten centimetres over eleven kilometres is half a thousand square metres, and drawn: a sliver.
    assert check_coverage(rounded)["problem"].to_list() == ["overlap_sliver"]


def test_duplicate_names_and_codes_and_empty_shapes_are_listed() -> None:
    frame = make_districts()
    frame["name"] = "溪北镇"
    frame.loc[1, "geometry"] = shapely.MultiPolygon()
    found = check_districts(frame)
    assert found["problem"].to_list() == ["empty", "duplicate_name", "duplicate_name", "island"]
    frame["code"] = "350921101"
    assert "duplicate_code" in set(check_districts(frame)["problem"])


def test_a_layer_without_crs_is_refused() -> None:
    with pytest.raises(BoundaryError, match="no coordinate system"):
        check_coverage(make_districts().set_crs(None, allow_override=True))


def test_findings_are_said_with_their_neighbours() -> None:
    shapes = [
        shapely.box(119.0, 26.0, 119.1, 26.1),
        shapely.box(119.1, 26.0, 119.2, 26.1).difference(shapely.box(119.14, 26.04, 119.15, 26.05)),
        shapely.box(119.19, 26.0, 119.3, 26.1),
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2", "3"], "name": ["甲镇", "乙镇", "丙镇"]}, geometry=shapes, crs=4490
    )
    # 0.01 x 0.1 and 0.01 x 0.01 degrees: 11.09 and 1.109 km2 at 26.05 degrees north.
    overlap, gap = describe_coverage(frame, where="towns.shp")
    assert re.fullmatch(
        r"towns.shp: overlap in 1 place, 11.08\d+ km2; the largest, .* km2, is at '?乙镇'?, '?丙镇'?\.",
        str(overlap),
    )
    assert re.fullmatch(
        r"towns.shp: gap in 1 place, 1.10\d+ km2; the largest, .* km2, is at '?乙镇'?\.", str(gap)
    )
    assert describe_coverage(frame.iloc[[0, 2]], where="towns.shp") == []
