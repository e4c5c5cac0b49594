"""Moran's I, local patterns and rates shrunken to neighbours."""

import numpy as np
import pandas as pd
import pytest
from esda.moran import Moran, Moran_Local
from esda.smoothing import Spatial_Empirical_Bayes
from libpysal.examples import load_example
from libpysal.graph import Graph
from libpysal.io import open as open_example
from shapely import box

from taizhang.stats.spatial import find_pattern, join_neighbours, shrink_to_neighbours

gpd = pytest.importorskip("geopandas")


@pytest.fixture(scope="module")
def homicides() -> tuple[pd.DataFrame, Graph]:
    example = load_example("stl")
    table = pd.read_csv(example.get_path("stl_hom.csv"))
    return table, Graph.from_W(open_example(example.get_path("stl.gal")).read())


def make_squares(side: int):
    cells = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return gpd.GeoSeries(cells, index=[f"{i:03d}" for i in range(side * side)], crs=4490)


@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")  # esda's own
def test_as_in_esda(homicides):
    table, graph = homicides
    graph = Graph.from_adjacency(
        graph.adjacency.rename(index=int).reset_index().assign(
            focal=lambda t: t["focal"].astype(int), neighbor=lambda t: t["neighbor"].astype(int)
        ).set_index("focal")["neighbor"].to_frame().reset_index().assign(weight=1),
    )  # fmt: skip
    values = table["HR8893"] if "HR8893" in table else table.iloc[:, 9]
    values = pd.Series(values.to_numpy(float), graph.unique_ids)
    pattern = find_pattern(values, graph)
    weights = graph.transform("R")
    expected = Moran(values.to_numpy(), weights, permutations=0)
    assert pattern.moran == pytest.approx(expected.I, abs=1e-9)
    assert pattern.p == pytest.approx(expected.p_rand, abs=1e-9)
    local = Moran_Local(values.to_numpy(), weights, permutations=99, seed=1)
    np.testing.assert_allclose(pattern.places["moran"], local.Is)
    events = pd.Series(table.iloc[:, 10].to_numpy(float), graph.unique_ids)
    people = pd.Series(table.iloc[:, 13].to_numpy(float), graph.unique_ids)
    w = graph.to_W()
    w.id_order = list(graph.unique_ids)
    np.testing.assert_allclose(
        shrink_to_neighbours(events, people, graph), np.ravel(Spatial_Empirical_Bayes(events, people, w).r)
    )


def test_a_cluster_is_found_and_noise_is_not():
    squares = make_squares(9)
    graph = join_neighbours(squares)
    rng = np.random.default_rng(5)
    noise = pd.Series(rng.normal(size=81), squares.index)
    pattern = find_pattern(noise, graph)
    assert pattern.p > 0.05 and not pattern.places["found"].any()
    corner = noise.copy()
    inside = [i for i in range(81) if i % 9 < 3 and i // 9 < 3]
    corner.iloc[inside] += 6
    pattern = find_pattern(corner, graph)
    assert pattern.moran > 0.3 and pattern.p < 0.001
    found = pattern.places[pattern.places["found"]]
    assert "010" in found.index and (found["quadrant"] == "high_high").sum() >= 4
    pd.testing.assert_frame_equal(pattern.places, find_pattern(corner, graph).places)  # run for run the same


def test_islands_and_unknown_values_are_left_out():
    squares = make_squares(4)
    far = gpd.GeoSeries([box(90, 40, 91, 41)], index=["999"], crs=4490)
    every = pd.concat([squares, far])
    values = pd.Series(np.arange(17.0), every.index)
    values["000"] = np.nan
    pattern = find_pattern(values, join_neighbours(every))
    assert pattern.places.loc[["000", "999"], "moran"].isna().all()
    assert pattern.places["moran"].notna().sum() == 15
    rates = shrink_to_neighbours(values.fillna(1), pd.Series(100.0, every.index), join_neighbours(every))
    assert rates.isna().tolist() == [False] * 16 + [True]


def test_too_few_or_constant():
    squares = make_squares(2)
    assert find_pattern(pd.Series([1.0, 2, 3, 4], squares.index), join_neighbours(squares)).reason == "few"
    squares = make_squares(3)
    assert find_pattern(pd.Series(1.0, squares.index), join_neighbours(squares)).reason == "constant"
