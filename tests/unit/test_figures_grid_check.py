"""The grid check's tables, maps and sentences, on a grid whose faults are known."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from view_maker import CODES, NAMES, make_hazards, make_view

from taizhang.analysis.view import View
from taizhang.boundaries import find_grid_problems, match_cells, measure_span
from taizhang.core import display
from taizhang.figures import grid_check, maps
from taizhang.narrative.grid_check import write_grid_check

PERSON = "某某某"


def make_grid() -> gpd.GeoDataFrame:
    """Three cells of the first district: a gap of 0.02 degrees, an overlap of 0.01, one with nobody named."""
    shapes = [box(119.0, 26.0, 119.04, 26.1), box(119.06, 26.0, 119.09, 26.1), box(119.08, 26.0, 119.1, 26.1)]
    return gpd.GeoDataFrame(
        {
            "code": [f"{CODES[0]}{n:03d}" for n in (1, 2, 3)], "name": ["东网格", "西网格", "南<网格>"],
            "parent": CODES[0], "class": ["A", "B", "A"], "level": ["二级", "三级", "三级"],
            "assigned": pd.array([True, False, True], dtype="boolean"),
            "responsible": [PERSON, None, PERSON], "district_code": CODES[0],
        },
        geometry=shapes, crs=4490,
    )  # fmt: skip


def make_grid_view(lang: str = "zh", district: str = CODES[0], **others: object) -> View:
    grid = make_grid().drop(columns="responsible")
    hazards = make_hazards(np.random.default_rng(1), years=(2021,), per_year=50)
    hazards["grid"] = pd.Series(
        [grid["code"][0]] * 20 + ["西网格"] * 5 + ["没有"] * 3 + [None] * 22, dtype="str"
    )
    return make_view({"hazards": hazards}, lang=lang, district=district, **{"grid": grid, **others})


def find_problems(view: View) -> gpd.GeoDataFrame:
    own = view.districts[view.districts["code"] == CODES[0]]
    return find_grid_problems(make_grid(), own)


def count_rows(view: View) -> pd.DataFrame:
    found = match_cells(view.ledgers["hazards"], make_grid()).groupby(["cell", "how"], dropna=False).size()
    return found.rename("rows").reset_index().assign(kind="hazards")


def read_rows(table: display.Table | None) -> list[list[str]]:
    assert table is not None
    return [[cell.text for cell in row] for row in table.rows]


def read_words(figure: display.Figure | None) -> list[str]:
    assert figure is not None
    return re.findall(r"<text[^>]*>([^<]*)</text>", figure.svg)


def test_cells_by_level_and_class() -> None:
    table = grid_check.tabulate_grid_cells(make_grid_view())
    assert table is not None and [column.label for column in table.columns[1:3]] == ["A类", "B类"]
    assert read_rows(table) == [
        ["三级", "1", "1", "2", "1"],
        ["二级", "1", "0", "1", "0"],
        ["合计", "2", "1", "3", "1"],
    ]


def test_a_layer_that_does_not_say_blames_nobody() -> None:
    grid = make_grid().assign(assigned=pd.array([pd.NA] * 3, dtype="boolean"))
    view = make_grid_view(grid=grid)
    assert [row[-1] for row in read_rows(grid_check.tabulate_grid_cells(view))] == ["—"] * 3
    assert grid_check.tabulate_grid_unassigned(view) is None
    assert "没有说明责任人" in str(write_grid_check(view, find_problems(view)))


def test_unassigned_cells_are_listed() -> None:
    assert read_rows(grid_check.tabulate_grid_unassigned(make_grid_view())) == [
        [f"{CODES[0]}002", "西网格", "三级", "B"]
    ]
    assert read_rows(grid_check.tabulate_grid_unassigned(make_grid_view(district="all")))[0][2] == NAMES[0]


def test_span_counts_persons_and_names_none() -> None:
    view = make_grid_view()
    span = measure_span(make_grid())
    table = grid_check.tabulate_grid_span(view, span)
    levels = [["其中级别为三级的", "1", "1.0", "1"], ["其中级别为二级的", "1", "1.0", "1"]]
    assert sorted(read_rows(table)) == sorted(
        [[NAMES[0], "1", "2.0", "2"], *levels, ["全域", "1", "2.0", "2"], *levels]
    )
    assert PERSON not in str(table) and grid_check.tabulate_grid_span(view, None) is None


def test_a_grid_of_levels_shows_cells_under_cells() -> None:
    grid = make_grid().assign(parent=[CODES[0], f"{CODES[0]}001", f"{CODES[0]}001"])
    table = grid_check.tabulate_grid_span(make_grid_view(), measure_span(grid))
    assert read_rows(table)[0][-3:] == ["1", "2.0", "2"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_problems_are_numbered_alike_in_table_and_map(lang: str) -> None:
    view = make_grid_view(lang)
    problems = find_problems(view)
    rows = read_rows(grid_check.tabulate_grid_problems(view, problems))
    # 0.02 and 0.01 degrees by 0.1 at 26.05 degrees north: 100,066 m and 110,796 m a degree.
    assert rows[0][:2] == ["1", {"zh": "空白", "en": "gap"}[lang]] and float(rows[0][-1]) == pytest.approx(
        22.17, abs=0.01
    )
    assert rows[1][:2] == ["2", {"zh": "重叠", "en": "overlap"}[lang]]
    assert f"西网格 {CODES[0]}002" in rows[1][2] and f"南<网格> {CODES[0]}003" in rows[1][2]
    words = read_words(grid_check.map_grid_problems(view, problems))
    assert {"1", "2", rows[0][1], rows[1][1], {"zh": "内部使用", "en": "internal use"}[lang]} <= set(words)
    figure = grid_check.map_grid_problems(view, problems)
    assert figure is not None and ("2021年12月31日" if lang == "zh" else "31 December 2021") in figure.source
    said = "".join(run.text for block in write_grid_check(view, problems).blocks for run in block.runs)  # type: ignore[union-attr]
    assert ("2处问题：空白1处，22.17" if lang == "zh" else "2 faults: gap 1, 22.17") in said


def test_a_sound_grid_is_shown_and_said_to_be_one() -> None:
    view = make_grid_view()
    none = find_problems(view).iloc[:0]
    figure = grid_check.map_grid_problems(view, none)
    assert figure is not None and "没有发现问题" in figure.alt
    assert grid_check.tabulate_grid_problems(view, none) is None
    assert "零缝隙" in str(write_grid_check(view, none))


def test_counts_per_cell_say_how_the_rows_were_matched() -> None:
    view = make_grid_view()
    counts = count_rows(view)
    rows = read_rows(grid_check.tabulate_grid_counts(view, counts))
    by_point = counts.loc[counts["how"] == "point"].set_index("cell")["rows"]
    assert rows[0] == [f"{CODES[0]}001", "东网格", str(20 + by_point[f"{CODES[0]}001"])]
    unmatched = 22 - by_point.sum() + 3
    table = grid_check.tabulate_grid_counts(view, counts)
    assert table is not None
    assert table.notes == (
        f"隐患排查治理：按编码20条、名称5条、坐标{by_point.sum()}条对应网格，未能对应{unmatched}条。",
    )
    figure = grid_check.map_grid_counts(view, counts, "hazards")
    assert (
        figure is not None
        and "按数值" in figure.source
        and f"另有{unmatched}条记录未能对应网格" in figure.source
    )
    assert str(20 + by_point[f"{CODES[0]}001"]) in read_words(figure)
    assert grid_check.map_grid_counts(view, counts, "incidents") is None


def test_a_cell_without_rows_is_nought_and_no_class() -> None:
    view = make_grid_view()
    counts = pd.DataFrame({"kind": ["hazards"], "cell": [f"{CODES[0]}001"], "how": ["code"], "rows": [7]})
    words = read_words(grid_check.map_grid_counts(view, counts, "hazards"))
    assert "0" in words and "7" in words


def test_numbers_stand_out_from_the_colour_beneath_them() -> None:
    """Of two classes the upper one is dark: its number is white, the other's is not."""
    codes = [f"{CODES[0]}{n:03d}" for n in (1, 2)]
    counts = pd.DataFrame({"kind": "hazards", "cell": codes, "how": "code", "rows": [1, 2]})
    figure = grid_check.map_grid_counts(make_grid_view(), counts, "hazards")
    assert figure is not None
    inks = set(re.findall(r'<text style="[^"]*fill: (#\w+)[^"]*"[^>]*>([12])</text>', figure.svg))
    assert ("#ffffff", "2") in inks and ("#ffffff", "1") not in inks


def test_without_a_grid_there_is_nothing_but_a_sentence() -> None:
    view = make_view({})
    assert grid_check.choose_cells(view) is None
    for function in (grid_check.tabulate_grid_cells, grid_check.tabulate_grid_unassigned, maps.map_grid):
        assert function(view) is None
    for function in (
        grid_check.tabulate_grid_problems,
        grid_check.map_grid_problems,
        grid_check.tabulate_grid_counts,
    ):
        assert function(view, None) is None
    assert grid_check.map_grid_counts(view, None, "hazards") is None
    assert "boundaries.grid" in str(write_grid_check(view, None))
