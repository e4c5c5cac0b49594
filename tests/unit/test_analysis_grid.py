"""What the grid check works out, counted by hand on a grid of four cells."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from view_maker import CODES, make_view

from taizhang.analysis.grid import (
    choose_cells,
    classify_cells,
    count_by_cell,
    count_cells,
    count_groups,
    count_ways,
    has_heads,
    list_problems,
    list_unassigned,
    mark_unassigned,
    names_persons,
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


def test_cells_of_the_area_and_of_a_district(view: View) -> None:
    def codes(district: str) -> list[str] | None:
        cells = choose_cells(replace(view, district=district))
        return None if cells is None else cells["code"].tolist()

    assert (codes(ALL), codes(CODES[0]), codes(CODES[1])) == (["a", "b", "c", "d"], ["a", "b", "c"], ["d"])
    assert codes(CODES[2]) is None
    for none in (replace(view, grid=None), replace(view, grid=view.grid.iloc[:0])):
        assert choose_cells(none) is None and count_cells(none) is None and list_unassigned(none).empty
        assert classify_cells(none, COUNTS, "hazards") is None


def test_who_has_nobody(view: View) -> None:
    """The cell of no district counts as well; a cell of which the layer does not say is not listed."""
    grid = view.grid.assign(code=["a", "c", "b", "d"], district_code=[CODES[0], CODES[1], None, CODES[1]])
    grid["assigned"] = pd.array([True, False, False, pd.NA], dtype="boolean")
    area = replace(view, grid=grid.set_axis([7, 8, 9, 10]))
    assert mark_unassigned(area, area.grid).to_dict() == {7: False, 8: True, 9: True, 10: False}
    assert list_unassigned(area)["code"].tolist() == ["b", "c"]
    second = replace(area, district=CODES[1])
    assert list_unassigned(second)["code"].tolist() == ["c"] and names_persons(area.grid)
    counts = count_cells(second)
    assert counts is not None and counts.sums.to_dict("index") == {"二级": {"cells": 2, "unassigned": 1}}
    assert counts.sums["unassigned"].dtype == "Int64"


def test_a_layer_that_names_nobody(view: View) -> None:
    silent = replace(
        view, lang="en", grid=view.grid.assign(assigned=pd.array([pd.NA] * 4, dtype="boolean"), level=None)
    )
    assert not names_persons(silent.grid) and list_unassigned(silent).empty
    counts = count_cells(silent)
    assert counts is not None and counts.by_class.to_dict("index") == {
        "not stated": {"A": 2, "B": 1, "not stated": 1}
    }
    assert counts.sums["cells"].to_dict() == {"not stated": 4}
    assert counts.sums["unassigned"].isna().all() and counts.sums["unassigned"].dtype == "Int64"
    levels = count_cells(replace(silent, grid=silent.grid.assign(level=["一", "二", "二", "二"])))
    assert levels is not None and levels.sums["unassigned"].isna().tolist() == [True] * 3


# Kinds are not in the order of the alphabet; no row of warnings met a cell, and none met one by its code.
UNSORTED = pd.DataFrame(
    [
        (None, "unmatched", 3, "warnings"), ("b", "name", 1, "incidents"), ("d", "point", 1, "hazards"),
        ("a", "point", 2, "incidents"), ("a", "point", 7, "hazards"), ("b", "point", 1, "incidents"),
        ("d", "name", 1, "hazards"), ("a", "name", 2, "hazards"),
    ],
    columns=["cell", "how", "rows", "kind"],
)  # fmt: skip


def test_rows_by_cell_in_order(view: View) -> None:
    """Cells with equally many rows are in the order of their codes; one code is one cell."""
    twice = replace(view, grid=pd.concat([view.grid, view.grid.iloc[:1].assign(name="另一格")]))
    table = count_by_cell(twice, UNSORTED).reset_index(drop=True)
    expected = {
        "code": ["a", "b", "d"], "warnings": [0] * 3, "incidents": [2, 2, 0], "hazards": [9, 0, 2], "total": [11, 2, 2],
        "name": ["甲", "乙", "丁"], "district_code": [CODES[0], CODES[0], CODES[1]],
    }  # fmt: skip
    assert list(table) == list(expected) and table.to_dict("list") == expected
    assert {str(table[name].dtype) for name in ("warnings", "incidents", "hazards", "total")} == {"int64"}


def test_ways_in_order() -> None:
    ways = count_ways(UNSORTED)
    assert ways.to_dict("index") == {
        "warnings": {"code": 0, "name": 0, "point": 0, "unmatched": 3},
        "incidents": {"code": 0, "name": 1, "point": 3, "unmatched": 0},
        "hazards": {"code": 0, "name": 3, "point": 8, "unmatched": 0},
    }
    assert list(ways.index) == ["warnings", "incidents", "hazards"]
    assert list(ways) == ["code", "name", "point", "unmatched"] and {str(one) for one in ways.dtypes} == {
        "int64"
    }


def test_a_grid_of_one_level_has_no_heads() -> None:
    assert has_heads(pd.DataFrame({"heads": [0, 1, 0]})) and not has_heads(pd.DataFrame({"heads": [0, 0]}))


def test_problems_of_one_size_are_in_the_order_of_their_codes() -> None:
    problems = gpd.GeoDataFrame(
        {"problem": ["outside", "across", "gap"], "codes": ["c", "a", "b"], "area_km2": [2.0, 2.0, 9.0]},
        geometry=[box(0, 0, 1, 1)] * 3,
    )
    ranked = rank_problems(problems)
    assert ranked["codes"].tolist() == ["b", "a", "c"] and ranked["group"].tolist() == [
        "gap",
        "stray",
        "stray",
    ]
    assert sum_problems(problems).to_dict("list") == {
        "problem": ["outside", "across", "gap"], "number": [1, 1, 1], "area_km2": [2.0, 2.0, 9.0],
    }  # fmt: skip


def test_the_largest_problems_are_listed() -> None:
    problems = gpd.GeoDataFrame(
        {"problem": ["gap", "beyond", "overlap", "gap_sliver"], "codes": list("dcba"),
         "area_km2": [1.0, 0.5, 4.0, 2.5], "share_percent": [np.nan, 7.0, np.nan, np.nan]},
        geometry=[box(0, 0, 1, 1)] * 4,
    )  # fmt: skip
    listed = list_problems(problems, 3)
    assert listed.rows["codes"].tolist() == ["b", "a", "d"] and listed.rows["number"].tolist() == [1, 2, 3]
    assert (listed.area_km2, listed.number, listed.has_shares) == (7.5, 4, False)
    every = list_problems(problems, 4)
    assert (len(every.rows), every.area_km2, every.number, every.has_shares) == (4, 8.0, 4, True)
    ranked = rank_problems(problems)
    assert list(count_groups(ranked).items()) == [("gap", 2), ("overlap", 1), ("stray", 1)]
    assert count_groups(ranked[ranked["group"] != "overlap"]) == {"gap": 2, "stray": 1}
    assert count_groups(ranked.iloc[:0]) == {}


def test_cells_that_a_row_met(view: View) -> None:
    found = classify_cells(view, COUNTS, "hazards")
    assert found is not None and found.filled == (found.cells["rows"] > 0).sum() == 2


def test_classes_of_many_cells(view: View) -> None:
    """Six numbers of rows in five classes, cut where the gaps are; the largest cell has the code that comes first."""
    numbers = {"f": 1, "c": 3, "a": 10, "b": 40, "e": 90, "d": 91, "h": 0, "g": 91}
    levels = ["3", "2", None, "1", "3", "1", "2", "1"]
    grid = gpd.GeoDataFrame(
        {"code": list(numbers), "level": levels, "district_code": CODES[0]}, geometry=[box(0, 0, 1, 1)] * 8
    )
    counts = pd.DataFrame(
        [(code, "code", n, "incidents") for code, n in numbers.items() if n]
        + [("f", "name", 1, "incidents"), ("f", "name", 500, "hazards"), (None, "unmatched", 7, "incidents")]
        + [
            (None, "unmatched", 2, "incidents"),
            (None, "unmatched", 100, "hazards"),
            ("z", "code", 4, "incidents"),
        ],
        columns=["cell", "how", "rows", "kind"],
    )
    found = classify_cells(replace(view, grid=grid), counts, "incidents")
    assert found is not None and found.method == "natural_breaks"
    # Two and three rows are nearest together; the class of 90 and 91 would be wider, of three cells.
    assert found.cells.set_index("code")["rows"].to_dict() == numbers | {"f": 2}
    assert found.cells.set_index("code")["number"].to_dict() == {
        "f": 0, "c": 0, "a": 1, "b": 2, "e": 3, "d": 4, "g": 4, "h": -1,
    }  # fmt: skip
    assert found.cells["level"].fillna("").tolist() == ["", "1", "1", "1", "2", "2", "3", "3"]
    assert found.classes.to_dict("list") == {"low": [2, 10, 40, 90, 91], "high": [3, 10, 40, 90, 91]}
    total = sum(numbers.values()) + 1
    assert (found.rows, found.unmatched, found.busiest["code"]) == (total + 9 + 4, 9, "d")
    assert type(found.rows) is int and type(found.unmatched) is int
    assert classify_cells(view, None, "incidents") is None
    assert classify_cells(view, COUNTS, "drills") is None


def test_the_classes_of_a_districts_cells_are_its_own(view: View) -> None:
    second = replace(view, district=CODES[1])
    assert classify_cells(second, COUNTS, "hazards") is None
    found = classify_cells(second, UNSORTED, "hazards")
    assert found is not None and found.cells["rows"].tolist() == [2] and found.cells["number"].tolist() == [0]
    assert (found.rows, found.busiest["name"]) == (11, "丁")


def test_a_class_of_cells_may_be_empty(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    edges = np.array([2.0, 4.0, 9.0])
    monkeypatch.setattr("taizhang.analysis.grid.choose_classes", lambda *_: (edges, "quantiles"))
    found = classify_cells(view, COUNTS, "hazards")
    assert found is not None and found.classes.index.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(found.classes, [[2, 2], [np.nan, np.nan], [5, 5]])


def test_one_row_is_a_class(view: View) -> None:
    found = classify_cells(view, COUNTS.iloc[[0, 1]], "hazards")
    assert found is not None and found.cells["number"].tolist() == [1, 0, -1, -1]
    assert found.classes.to_numpy().tolist() == [[1, 1], [5, 5]]
