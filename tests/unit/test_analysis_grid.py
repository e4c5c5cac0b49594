"""What the grid check works out, counted by hand on a grid of four cells."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from view_maker import CODES, make_view

from taizhang.analysis.grid import (
    classify_cells,
    count_by_cell,
    count_cells,
    count_ways,
    list_unassigned,
    rank_problems,
    sum_problems,
    tell_assignment,
)
from taizhang.analysis.view import View
from taizhang.metadata.facts import ALL


@pytest.fixture
def view() -> View:
    """Three cells of the first district and one of the second; the second cell has nobody, the third doesn't say."""
    grid = gpd.GeoDataFrame(
        {
            "code": ["a", "b", "c", "d"], "name": ["甲", "乙", "丙", "丁"], "parent": CODES[0],
            "class": ["A", "B", "A", None], "level": ["一级", "二级", "二级", "二级"],
            "assigned": pd.array([True, False, pd.NA, False], dtype="boolean"),
            "district_code": [*[CODES[0]] * 3, CODES[1]],
        },
        geometry=[box(119 + n / 50, 26, 119.02 + n / 50, 26.1) for n in range(4)], crs=4490,
    )  # fmt: skip
    return make_view({}, district=ALL, grid=grid)


# Rows of hazards: 5 in a, 2 in b (one by its name), 3 in none; of incidents: 4 in b.
COUNTS = pd.DataFrame(
    [
        ("a", "code", 5, "hazards"), ("b", "code", 1, "hazards"), ("b", "name", 1, "hazards"),
        (None, "unmatched", 3, "hazards"), ("b", "point", 4, "incidents"),
    ],
    columns=["cell", "how", "rows", "kind"],
)  # fmt: skip


def test_cells_by_level_and_class(view: View) -> None:
    counts = count_cells(view)
    assert counts is not None
    assert counts.by_class.to_dict("index") == {
        "一级": {"A": 1, "B": 0, "未填写": 0}, "二级": {"A": 1, "B": 1, "未填写": 1},
        ALL: {"A": 2, "B": 1, "未填写": 1},
    }  # fmt: skip
    assert counts.sums["cells"].tolist() == [1, 3, 4]
    assert counts.sums["unassigned"].tolist() == [0, 2, 2]


def test_rows_by_cell_and_by_the_way_they_met(view: View) -> None:
    table = count_by_cell(view, COUNTS)
    assert table[["code", "name", "hazards", "incidents", "total"]].to_numpy().tolist() == [
        ["b", "乙", 2, 4, 6],
        ["a", "甲", 5, 0, 5],
    ]
    assert count_ways(COUNTS).to_numpy().tolist() == [[6, 1, 0, 3], [0, 0, 4, 0]]


def test_classes_of_cells(view: View) -> None:
    found = classify_cells(view, COUNTS, "hazards")
    assert found is not None
    assert found.cells.set_index("code")["rows"].to_dict() == {"a": 5, "b": 2, "c": 0, "d": 0}
    assert found.cells.set_index("code")["number"].to_dict() == {"a": 1, "b": 0, "c": -1, "d": -1}
    assert found.classes.to_numpy().tolist() == [[2, 2], [5, 5]] and found.method == "single"
    assert (found.rows, found.unmatched, found.busiest["name"]) == (10, 3, "甲")
    assert classify_cells(view, COUNTS[COUNTS["cell"].isna()], "hazards") is None


def test_problems_from_the_largest_down() -> None:
    problems = gpd.GeoDataFrame(
        {"problem": ["gap", "nested", "gap"], "codes": ["", "b c", ""], "area_km2": [1.0, 4.0, 2.5]},
        geometry=[box(0, 0, 1, 1)] * 3,
    )
    ranked = rank_problems(problems)
    assert ranked["number"].tolist() == [1, 2, 3] and ranked["area_km2"].tolist() == [4, 2.5, 1]
    assert ranked["group"].tolist() == ["overlap", "gap", "gap"]
    assert sum_problems(problems).to_numpy().tolist() == [["gap", 2, 3.5], ["nested", 1, 4.0]]


def test_of_a_cell_somebody_is_named_or_nobody_or_it_is_not_said(view: View) -> None:
    assert view.grid is not None
    told = tell_assignment(view, view.grid)
    assert told.tolist() == ["assigned", "unassigned", "unknown", "unassigned"]
    assert told.index.equals(view.grid.index)
    assert list_unassigned(view)["code"].tolist() == ["b", "d"]
