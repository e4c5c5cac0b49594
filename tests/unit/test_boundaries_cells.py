"""Rows meet grid cells, and each fault of the grid is told with its place, by hand-computed squares."""

import geopandas as gpd
import pandas as pd
import pytest
from boundary_cases import measure_km2
from shapely.geometry import box

from taizhang.boundaries import find_grid_problems, match_cells, measure_grid

A, B = "350921101", "350921102"


def make_districts() -> gpd.GeoDataFrame:
    """Two squares of a tenth of a degree, side by side."""
    shapes = [box(119.0, 26.0, 119.1, 26.1), box(119.1, 26.0, 119.2, 26.1)]
    return gpd.GeoDataFrame({"code": [A, B], "name": ["溪口镇", "溪南镇"]}, geometry=shapes, crs=4490)


def make_grid(*cells: tuple[str, str, str, object], level: str = "三级") -> gpd.GeoDataFrame:
    """Cells of (code, name, district, shape)."""
    codes, names, homes, shapes = zip(*cells, strict=True)
    return gpd.GeoDataFrame(
        {
            "code": list(codes), "name": list(names), "parent": list(homes), "class": "A", "level": level,
            "assigned": pd.array([True] * len(codes), dtype="boolean"), "district_code": list(homes),
        },
        geometry=list(shapes), crs=4490,
    )  # fmt: skip


def halves() -> gpd.GeoDataFrame:
    """Each district in a western and an eastern half, of the same two names."""
    return make_grid(
        (f"{A}001", "第一网格", A, box(119.0, 26.0, 119.05, 26.1)),
        (f"{A}002", "第二网格", A, box(119.05, 26.0, 119.1, 26.1)),
        (f"{B}001", "第一网格", B, box(119.1, 26.0, 119.15, 26.1)),
        (f"{B}002", "塔下网格", B, box(119.15, 26.0, 119.2, 26.1)),
    )


@pytest.mark.parametrize(
    ("row", "cell", "how"),
    [
        ({"district_code": A, "grid": f"{A}002"}, f"{A}002", "code"),
        ({"district_code": A, "grid": float(f"{A}002")}, f"{A}002", "code"),
        ({"district_code": B, "grid": "塔下网格"}, f"{B}002", "name"),
        # One name in two districts: the row's own district tells.
        ({"district_code": B, "grid": " 第一网格 "}, f"{B}001", "name"),
        ({"district_code": A, "lon": 119.07, "lat": 26.05}, f"{A}002", "point"),
        # What the row says of itself beats its point.
        ({"district_code": A, "grid": f"{A}001", "lon": 119.07, "lat": 26.05}, f"{A}001", "code"),
    ],
)
def test_each_way(row: dict[str, object], cell: str, how: str) -> None:
    found = match_cells(pd.DataFrame([row]), halves()).iloc[0]
    assert (found["cell"], found["how"], found["reason"]) == (cell, how, None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"district_code": A}, "no cell and no coordinates"),
        ({"district_code": A, "grid": "塔上网格"}, "no cell has the code or name '塔上网格'"),
        ({"district_code": A, "grid": f"{B}001"}, "' is not in the row's district"),
        (
            {"district_code": A, "lon": 119.17, "lat": 26.05},
            "the point is in a cell outside the row's district",
        ),
        ({"district_code": A, "lon": 118.0, "lat": 26.05}, "the point is in no cell, or in several"),
        ({"district_code": A, "lon": 119.05, "lat": 26.05}, "or in several"),
        # A cell that cannot be found is no reason to go by the point.
        ({"district_code": A, "grid": "塔上网格", "lon": 119.01, "lat": 26.05}, "塔上网格"),
    ],
)
def test_what_is_not_accepted_and_why(row: dict[str, object], reason: str) -> None:
    found = match_cells(pd.DataFrame([row]), halves()).iloc[0]
    assert pd.isna(found["cell"]) and found["how"] == "unmatched"
    assert reason in str(found["reason"])


def test_a_name_twice_in_one_district_is_nobody() -> None:
    grid = halves()
    grid["name"] = ["一", "一", "二", "三"]
    found = match_cells(pd.DataFrame({"district_code": [A], "grid": ["一"]}), grid).iloc[0]
    assert pd.isna(found["cell"]) and "2 cells are named" in str(found["reason"])


def test_points_fall_into_cells_that_hold_no_others() -> None:
    whole = make_grid((f"{A}9", "片区", A, box(119.0, 26.0, 119.1, 26.1)), level="二级")
    grid = pd.concat([whole, halves()], ignore_index=True)
    row = pd.DataFrame({"district_code": [A], "lon": [119.02], "lat": [26.05]})
    assert match_cells(row, grid)["cell"].tolist() == [f"{A}001"]


def test_rows_without_the_columns_and_no_rows() -> None:
    rows = pd.DataFrame({"district_code": [A, B]})
    assert match_cells(rows, halves())["how"].tolist() == ["unmatched"] * 2
    assert match_cells(rows.iloc[:0], halves()).empty


def test_a_sound_grid_has_no_problems() -> None:
    assert find_grid_problems(halves(), make_districts()).empty


def test_gap_overlap_and_strays_with_their_places() -> None:
    grid = make_grid(
        # Leaves out a strip of 0.01 degrees that lies in both districts, 0.005 in each.
        (f"{A}001", "一", A, box(119.0, 26.0, 119.095, 26.1)),
        (f"{B}001", "二", B, box(119.105, 26.0, 119.16, 26.1)),
        # Overlaps the one before by 0.01, and goes beyond the county by a third of itself.
        (f"{B}002", "三", B, box(119.15, 26.0, 119.225, 26.1)),
        (f"{B}003", "四", B, box(119.3, 26.0, 119.31, 26.01)),
    )
    districts = make_districts()
    found = find_grid_problems(grid, districts)
    expected = {
        ("gap", A, f"{A}001 {B}001"): box(119.095, 26.0, 119.1, 26.1),
        ("gap", B, f"{A}001 {B}001"): box(119.1, 26.0, 119.105, 26.1),
        ("overlap", B, f"{B}001 {B}002"): box(119.15, 26.0, 119.16, 26.1),
        ("beyond", B, f"{B}002"): box(119.2, 26.0, 119.225, 26.1),
        ("outside", B, f"{B}003"): box(119.3, 26.0, 119.31, 26.01),
    }
    keys = list(zip(found["problem"], found["district_code"], found["codes"], strict=True))
    assert sorted(keys) == sorted(expected)
    for key, area, shape in zip(keys, found["area_km2"], found.geometry, strict=True):
        assert area == pytest.approx(measure_km2(expected[key]), rel=1e-4)
        assert shape.symmetric_difference(expected[key]).area < 1e-9
    share = found.set_index("problem")["share_percent"]
    assert share["beyond"] == pytest.approx(100 / 3, rel=1e-3) and share["outside"] == 100
    assert share[["gap", "overlap"]].isna().all()
    # By district, each from the largest down; the sums are those that the facts give.
    assert found["district_code"].tolist() == [A, *[B] * 4]
    sums = measure_grid(grid, districts).set_index("district_code")
    for problem in ("gap", "overlap"):
        by_district = found[found["problem"] == problem].groupby("district_code")["area_km2"].sum()
        for code, area in by_district.items():
            assert area == pytest.approx(sums.loc[code, f"{problem}_km2"], rel=1e-9)


def test_cells_across_and_elsewhere_show_the_part_that_is() -> None:
    grid = make_grid(
        (f"{A}001", "一", A, box(119.0, 26.0, 119.11, 26.1)),
        (f"{B}001", "二", B, box(119.11, 26.0, 119.15, 26.1)),
        (f"{A}002", "三", A, box(119.15, 26.0, 119.2, 26.1)),
    )
    found = find_grid_problems(grid, make_districts()).set_index("problem")
    assert found["codes"].to_dict() == {"elsewhere": f"{A}002", "across": f"{A}001"}
    assert found.geometry["across"].symmetric_difference(box(119.1, 26.0, 119.11, 26.1)).area < 1e-12
    assert found.geometry["elsewhere"].area == pytest.approx(0.005)
    assert found["district_code"].tolist() == [A, A]
