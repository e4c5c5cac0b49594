"""The grid: whose cells, how many each, what they leave out."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from boundary_cases import make_box, make_districts, measure_km2

from taizhang.boundaries import check_cells, describe_shift, measure_grid, measure_span, read_grid
from taizhang.boundaries.grid import find_leaves
from taizhang.boundaries.layers import Layer
from taizhang.boundaries.offsets import shift_geometry
from taizhang.core.reasons import Reason

# code, parent, level, responsible, box: by name; by code, over the border; by the ground; a gap of
# 0.01 degrees before G4; outside.
CELLS = [
    ("G1", "溪北镇", "1", "张三", (0, 0, 0.05, 0.1)),
    ("G2", "350921101", "1", None, (0.05, 0, 0.12, 0.1)),
    ("G3", None, "1", "李四", (0.1, 0, 0.15, 0.1)),
    ("G4", None, "1", "待定", (0.16, 0, 0.2, 0.1)),
    ("G5", None, "1", "李四", (0.3, 0, 0.4, 0.1)),
]

NAMES = {
    "name": Reason("boundaries.shift.grid"),
    "against": Reason("boundaries.shift.districts"),
}


def read_cells(cells: list[tuple], folder: Path, **more: str) -> Layer:
    frame = gpd.GeoDataFrame(
        {"dm": [cell[0] for cell in cells], "sj": [cell[1] for cell in cells], "jb": [cell[2] for cell in cells],
         "fzr": [cell[3] for cell in cells]},
        geometry=[make_box(*cell[4]) for cell in cells], crs=4490,
    )  # fmt: skip
    frame.to_file(folder / "grid.gpkg")
    return read_grid(folder / "grid.gpkg", make_districts(), code="dm", parent="sj", level="jb", **more)


def test_cells_have_a_district_and_someone_or_no_one(tmp_path: Path) -> None:
    layer = read_cells(CELLS, tmp_path, responsible="fzr")
    assert layer.frame.columns.to_list() == [
        "code", "name", "parent", "class", "level", "assigned", "responsible", "people", "district_code", "geometry",
    ]  # fmt: skip
    codes = layer.frame["district_code"]
    assert codes.to_list()[:4] == ["350921101", "350921101", "350921102", "350921102"]
    assert codes.isna().to_list() == [False] * 4 + [True]
    assert layer.frame["assigned"].to_list() == [True, False, True, False, True]
    assert layer.frame["responsible"].isna().to_list() == [False, True, False, True, False]
    assert layer.frame["name"].to_list() == ["G1", "G2", "G3", "G4", "G5"]
    assert list(map(str, layer.notes)) == ["grid.gpkg: cells outside all districts: 'G5'."]
    assert not any("三" in str(note) or "李" in str(note) for note in layer.notes)


def test_without_a_column_nobody_knows_who_is_responsible(tmp_path: Path) -> None:
    layer = read_cells(CELLS, tmp_path)
    assert layer.frame["assigned"].isna().all()
    assert "no column says who is responsible, so cells without anyone responsible cannot be counted" in str(
        layer.notes[0]
    )


def test_gaps_and_overlaps_per_district_and_in_all(tmp_path: Path) -> None:
    table = measure_grid(read_cells(CELLS, tmp_path).frame, make_districts())
    gap, overlap = measure_km2(make_box(0.15, 0, 0.16, 0.1)), measure_km2(make_box(0.1, 0, 0.12, 0.1))
    assert table["district_code"].to_list() == ["350921101", "350921102", "all"]
    assert table["gap_km2"].to_list() == pytest.approx([0, gap, gap], rel=1e-6)
    assert table["overlap_km2"].to_list() == pytest.approx([0, overlap, overlap], rel=1e-6)
    assert table["outside_km2"].isna().to_list() == [True, True, False]
    assert table["outside_km2"][2] == pytest.approx(measure_km2(make_box(0.3, 0, 0.4, 0.1)), rel=1e-6)


def test_ground_covered_three_times_counts_once(tmp_path: Path) -> None:
    cells = [(code, None, "1", None, (0, 0, 0.1, 0.1)) for code in ("A", "B", "C")]
    table = measure_grid(read_cells(cells, tmp_path).frame, make_districts())
    once = measure_km2(make_box(0, 0, 0.1, 0.1))
    assert table["overlap_km2"].to_list() == pytest.approx([once, 0, once], rel=1e-6)


@pytest.mark.parametrize("linked", [True, False])
def test_cells_of_cells_are_no_overlap(linked: bool, tmp_path: Path) -> None:
    cells = [
        ("A", "溪北镇", "1", "张三", (0, 0, 0.1, 0.1)),
        ("A1", "A" if linked else None, "2", "李四", (0, 0, 0.05, 0.1)),
        ("A2", "A" if linked else None, "2", "李四", (0.05, 0, 0.1, 0.1)),
        ("B", "溪南乡", "1", None, (0.1, 0, 0.2, 0.1)),
    ]
    grid = read_cells(cells, tmp_path, responsible="fzr").frame
    assert grid["district_code"].to_list() == ["350921101"] * 3 + ["350921102"]
    assert find_leaves(grid).to_list() == [False, True, True, True]
    table = measure_grid(grid, make_districts())
    assert table["gap_km2"].to_list() == [0, 0, 0]
    assert table["overlap_km2"].to_list() == [0, 0, 0]


def test_span_of_control(tmp_path: Path) -> None:
    cells = [("A", "溪北镇", "1", "张三", (0, 0, 0.1, 0.1)), ("B", "溪南乡", "1", None, (0.1, 0, 0.2, 0.1))]
    cells += [
        (f"A{i}", "A", "2", "李四" if i < 3 else "王五", (0.02 * i, 0, 0.02 * i + 0.02, 0.1))
        for i in range(5)
    ]
    span = measure_span(read_cells(cells, tmp_path, responsible="fzr").frame)
    by_level = span[span["level"] != ""].set_index(["district_code", "level"])["people"]
    assert by_level.to_dict() == {
        ("350921101", "1"): 1, ("350921101", "2"): 2, ("all", "1"): 1, ("all", "2"): 2,
    }  # fmt: skip
    span = span[span["level"] == ""].set_index("district_code")
    assert span["people"].to_dict() == {"350921101": 3, "350921102": 0, "all": 3}
    # 张三 has 1 cell, 李四 3, 王五 2; the head A holds 5.
    assert span.loc["350921101", ["cells_per_person_median", "cells_per_person_max"]].to_list() == [2, 3]
    assert span.loc["all", ["heads", "cells_per_head_min", "cells_per_head_max"]].to_list() == [1, 5, 5]
    assert np.isnan(span.loc["350921102", "cells_per_head_max"])
    assert not span.astype(str).apply(lambda column: column.str.contains("李四")).any().any()


def test_cells_that_do_not_lie_where_they_belong(tmp_path: Path) -> None:
    cells = [
        ("in", "溪北镇", "1", None, (0, 0, 0.05, 0.1)),
        ("across", "溪北镇", "1", None, (0.05, 0, 0.12, 0.1)),
        ("elsewhere", "溪北镇", "1", None, (0.12, 0, 0.15, 0.1)),
        ("beyond", "溪南乡", "1", None, (0.15, 0, 0.25, 0.1)),
        ("outside", None, "1", None, (0.3, 0, 0.4, 0.1)),
    ]
    found = check_cells(read_cells(cells, tmp_path).frame, make_districts()).set_index("code")
    assert found["problem"].to_dict() == {code: code for code in ("across", "elsewhere", "beyond", "outside")}
    assert found["share_percent"].to_list() == pytest.approx([200 / 7, 100, 50, 100], rel=1e-4)
    assert found["area_km2"]["beyond"] == pytest.approx(measure_km2(make_box(0.2, 0, 0.25, 0.1)), rel=1e-4)


def test_strange_parents_halves_and_loops_are_said(tmp_path: Path) -> None:
    cells = [
        ("half", None, "1", None, (0.05, 0, 0.15, 0.1)),
        ("odd", "无名镇", "1", None, (0, 0, 0.05, 0.1)),
        ("a", "b", "1", None, (0.15, 0, 0.2, 0.05)),
        ("b", "a", "1", None, (0.15, 0.05, 0.2, 0.1)),
    ]
    layer = read_cells(cells, tmp_path)
    assert pd.isna(layer.frame["district_code"][0])
    assert layer.frame["district_code"].to_list()[1:] == ["350921101", "350921102", "350921102"]
    assert any("half in one district" in str(note) and "'half'" in str(note) for note in layer.notes)
    assert any("'无名镇'" in str(note) for note in layer.notes)


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_a_shifted_grid_is_reported(offset: str, tmp_path: Path) -> None:
    cells = [make_box(0.05 * i, 0, 0.05 * i + 0.05, 0.1) for i in range(4)]
    moved = shift_geometry(np.array(cells, dtype=object), offset, undo=False)
    frame = gpd.GeoDataFrame({"dm": list("abcd")}, geometry=list(moved), crs=4490)
    frame.to_file(tmp_path / "a.gpkg")
    notes = read_grid(tmp_path / "a.gpkg", make_districts(), code="dm").notes
    metres = {"gcj02": 520, "bd09": 1_170}[offset]
    said = [note for note in notes if "seems shifted" in str(note)]
    assert len(said) == 1
    assert f'offset = "{offset}"' in str(said[0])
    assert abs(float(str(said[0]).split("about ")[1].split(" m")[0]) - metres) < 150
    undone = read_grid(tmp_path / "a.gpkg", make_districts(), code="dm", offset=offset)
    assert not any("seems shifted" in str(note) for note in undone.notes)
    assert shapely.hausdorff_distance(undone.frame.geometry[0], cells[0]) < 1e-9


def test_a_grid_of_part_of_the_county_is_not_called_shifted(tmp_path: Path) -> None:
    layer = read_cells(CELLS[:2], tmp_path)
    assert not any("seems shifted" in str(note) for note in layer.notes)


def test_another_shift_than_an_offset_is_not_called_one() -> None:
    # Six tenths of the way: undoing the whole offset helps, by a third, and is still not what happened.
    whole = make_box(0, 0, 0.2, 0.1)
    moved = shift_geometry(np.array([whole], dtype=object), "gcj02", undo=False)[0]
    way = np.array([moved.centroid.x - whole.centroid.x, moved.centroid.y - whole.centroid.y])
    part = gpd.GeoDataFrame(geometry=[shapely.transform(whole, lambda points: points + 0.6 * way)], crs=4490)
    full = gpd.GeoDataFrame(geometry=[moved], crs=4490)
    assert describe_shift(part, make_districts(), **NAMES) is None
    assert describe_shift(full, make_districts(), **NAMES) is not None
    # Put on twice: the districts, not the grid, bear it.
    said = describe_shift(make_districts(), full, **NAMES)
    assert "the districts may be in gcj02" in str(said)


@pytest.mark.parametrize("parents", [("1", None), ("2", "1")])
def test_a_cell_that_is_its_own_parent_keeps_its_ground(
    parents: tuple[str | None, str | None], tmp_path: Path
) -> None:
    """Two cells side by side, the first of them its own head, or each the other's."""
    halves = [shapely.box(119, 26, 119.05, 26.1), shapely.box(119.05, 26, 119.1, 26.1)]
    cells = gpd.GeoDataFrame(
        {"code": ["1", "2"], "parent": list(parents), "level": "1", "district_code": "350921101"},
        geometry=halves, crs=4490,
    )  # fmt: skip
    assert find_leaves(cells).tolist() == [True, True]
    own = make_districts().iloc[:1]
    assert measure_grid(cells, own)["gap_km2"].tolist() == [0, 0]


def test_places_held_by_nobody(tmp_path: Path) -> None:
    names = ["张三", "暂缺", " 空 ", "待配备", "未指定", "无人", "吴人"]
    cells = gpd.GeoDataFrame(
        {"WG": [str(n) for n in range(7)], "R": names},
        geometry=[shapely.box(119 + n / 100, 26, 119.01 + n / 100, 26.1) for n in range(7)], crs=4490,
    )  # fmt: skip
    cells.to_file(tmp_path / "cells.gpkg")
    layer = read_grid(tmp_path / "cells.gpkg", make_districts(), code="WG", responsible="R")
    assert layer.frame["assigned"].tolist() == [True, False, False, False, False, False, True]


@pytest.mark.parametrize("offset", ["gcj02", "bd09"])
def test_a_shifted_grid_of_some_districts_is_reported(offset: str) -> None:
    districts = make_districts()
    third = districts.iloc[:1].assign(code="3").set_geometry([shapely.box(119.2, 26, 119.5, 26.1)], crs=4490)
    three = gpd.GeoDataFrame(pd.concat([districts, third], ignore_index=True), crs=4490)
    shifted = shift_geometry(districts.geometry.to_numpy(), offset, undo=False)
    part = districts.set_geometry(gpd.GeoSeries(shifted, crs=4490))
    said = describe_shift(part, three, **NAMES)
    assert f'offset = "{offset}"' in str(said)
    assert describe_shift(districts, three, **NAMES) is None
