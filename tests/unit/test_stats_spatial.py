"""Moran's I, local patterns and rates shrunken to neighbours."""

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from esda.moran import Moran, Moran_Local
from esda.smoothing import Spatial_Empirical_Bayes
from libpysal.examples import load_example
from libpysal.graph import Graph
from libpysal.io import open as open_example
from shapely import box

from taizhang.stats.spatial import (
    _permute,
    choose_permutations,
    find_pattern,
    join_neighbours,
    shrink_to_neighbours,
)

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


def test_a_border_or_a_corner_makes_neighbours() -> None:
    """The second shares part of a border and no corner with the first, the third a corner alone, the fourth nothing."""
    shapes = [box(0, 0, 2, 2), box(2, 0.5, 3, 1.5), box(2, 2, 3, 3), box(5, 5, 6, 6)]
    graph = join_neighbours(gpd.GeoSeries(shapes, index=list("abcd"), crs=4490))
    assert {name: sorted(graph[name].index) for name in "abc"} == {"a": ["b", "c"], "b": ["a"], "c": ["a"]}
    assert graph.isolates.tolist() == ["d"]


def reckon_moran(
    values: pd.Series, neighbours: dict[str, list[str]]
) -> tuple[float, dict[str, float], dict[str, str]]:
    """Moran's I and its parts, each place's neighbours weighted alike; the square sum over n - 1 for the parts."""
    apart = {name: values[name] - values.mean() for name in values.index}
    square = sum(part**2 for part in apart.values())
    lag = {name: sum(apart[other] for other in near) / len(near) for name, near in neighbours.items()}
    whole = sum(apart[name] * lag[name] for name in apart) / square
    local = {name: apart[name] * lag[name] * (len(apart) - 1) / square for name in apart}
    words = {
        name: ("high" if apart[name] > 0 else "low") + "_" + ("high" if lag[name] > 0 else "low")
        for name in apart
    }
    return whole, local, words


@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")  # esda's own
@pytest.mark.parametrize("q", [0.05, 0.4])
def test_every_column_of_a_pattern(q: float) -> None:
    squares = make_squares(5)
    rng = np.random.default_rng(2)
    values = pd.Series(rng.integers(0, 40, 25), squares.index).astype("Int64")
    values.iloc[[0, 1, 5, 6]] += 60
    values.iloc[24] = pd.NA
    graph = join_neighbours(squares)
    found = find_pattern(values, graph, q=q, permutations=1999, seed=3)
    known = values.iloc[:24].astype(float)
    near = {name: [other for other in graph[name].index if other != "024"] for name in known.index}
    whole, local, words = reckon_moran(known, near)
    assert (found.moran, found.expected, found.reason) == (pytest.approx(whole), pytest.approx(-1 / 23), "")
    part = graph.subgraph(known.index).transform("r")
    numbers = known.to_numpy()
    assert found.p == pytest.approx(Moran(numbers, part, permutations=9).p_rand) and found.p < 0.05
    places = found.places
    assert list(places.columns) == ["moran", "p", "quadrant", "found"] and places.index.equals(values.index)
    assert places["moran"].iloc[:24].tolist() == pytest.approx(list(local.values()))
    assert places["quadrant"].tolist() == [*words.values(), ""] and places["quadrant"].dtype == "str"
    p = places["p"].iloc[:24].to_numpy()
    # esda's draws are others, and many.
    usual = np.minimum(1, 2 * Moran_Local(numbers, part, permutations=9999, seed=3, n_jobs=1).p_sim)
    assert (np.abs(p - usual) < 4.5 * (usual / 1000) ** 0.5 + 0.002).all()
    last = max((n for n, one in enumerate(sorted(p), 1) if one <= q * n / 24), default=0)
    assert places["found"].tolist() == [*(sorted(p).index(one) < last for one in p), False]
    assert places["found"].dtype == bool and places["found"].any() == (last > 0)
    assert np.isnan(places.loc["024", ["moran", "p"]].astype(float)).all()


def test_chances_stay_within_one_and_defaults_are_as_said() -> None:
    squares = make_squares(6)
    values = pd.Series(np.random.default_rng(1).normal(size=36), squares.index)
    graph = join_neighbours(squares)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # All are alike but one: what its neighbours sum to, all others sum to as well.
        flat = find_pattern(pd.Series([5.0] + [0.0] * 35, squares.index), graph)
    usual = find_pattern(values, graph)
    assert (
        (flat.places["p"] > 0.05).all()
        and flat.places["p"]["000"] == 1
        and usual.places["p"].between(2 / 14_400, 1).all()
    )
    # 2 * 10 * 36 / 0.05 = 14,400 with the order that there is.
    told = find_pattern(values, graph, q=0.05, permutations=14_399, seed=20210701)
    pd.testing.assert_frame_equal(usual.places, told.places)


def test_chances_by_counting_them_all() -> None:
    """Of a row of twelve, the third's neighbours are any two of the eleven others, and the first's any one."""
    shapes = [box(x, 0, x + 1, 1) for x in range(12)]
    names = [f"{n:02d}" for n in range(12)]
    values = pd.Series([3.0, 9, 8, 9, 1, 4, 4, 2, 2, 5, 1, 6], names)
    graph = join_neighbours(gpd.GeoSeries(shapes, index=names, crs=4490))
    p = _permute(values.to_numpy(), graph, 20_000, 1)
    for place, near in ((2, (1, 3)), (0, (1,)), (6, (5, 7))):
        others = np.delete(values.to_numpy(), place)
        sums = np.array([sum(pair) for pair in combinations(others, len(near))])
        seen = sum(values.iloc[list(near)])
        tail = min((sums >= seen).mean(), (sums <= seen).mean())
        assert p[place] == pytest.approx(min(2 * tail, 1), abs=0.012)


def test_the_shared_generator_is_left_as_it_was() -> None:
    squares = make_squares(5)
    values = pd.Series(np.random.default_rng(1).normal(size=25), squares.index)
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    find_pattern(values, join_neighbours(squares))
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


@pytest.mark.parametrize(
    ("places", "permutations"),
    # 2 * 10 * n / 0.05 - 1, within 999 and 99,999 and 50 million draws in all.
    [(2, 999), (8, 3199), (26, 10_399), (249, 99_599), (400, 99_999), (1000, 50_000), (5000, 10_000)],
)
def test_permutations_suffice_for_as_many_places_as_are_looked_at(places: int, permutations: int) -> None:
    assert choose_permutations(places) == permutations


def test_single_places_are_not_looked_for_where_none_could_be_found() -> None:
    """Of nine squares the middle one has all eight others as neighbours: there is one way to draw them."""
    squares = make_squares(3)
    found = find_pattern(pd.Series(np.arange(9.0), squares.index), join_neighbours(squares))
    assert not found.local and found.p < 0.2 and found.places["p"].isna().all()
    # Of a hundred, 999 permutations give at least 2 / 1,000, and 0.05 / 100 would be asked for.
    squares = make_squares(10)
    values = pd.Series(np.random.default_rng(1).normal(size=100), squares.index)
    assert not find_pattern(values, join_neighbours(squares), permutations=999).local
    assert find_pattern(values, join_neighbours(squares), permutations=3999).local


@pytest.mark.parametrize(("places", "reason"), [(7, "few"), (8, "")])
def test_eight_places_with_neighbours_are_enough(places: int, reason: str) -> None:
    """In a row; one more lies apart, and one is not on the map."""
    shapes = [box(x, 0, x + 1, 1) for x in range(places)] + [box(50, 50, 51, 51)]
    names = [f"p{n}" for n in range(places + 1)]
    graph = join_neighbours(gpd.GeoSeries(shapes, index=names, crs=4490))
    values = pd.Series(np.arange(places + 2.0) % 3, [*names, "elsewhere"])
    found = find_pattern(values, graph)
    assert found.reason == reason and np.isnan(found.moran) == np.isnan(found.p) == (reason == "few")
    assert np.isnan(found.expected) == (reason == "few")
    # Two neighbours of seven others are 21 pairs, too few for a single place to be found.
    assert found.local == bool(reason) and not found.places["found"].any()
    same = find_pattern(values * 0 + 4, graph)
    assert same.reason == (reason or "constant") and np.isnan([same.moran, same.expected, same.p]).all()
    assert same.places["quadrant"].tolist() == [""] * (places + 2) and same.places["moran"].isna().all()


def test_rates_go_towards_those_of_neighbours_by_hand() -> None:
    """Four in a row; of a place and its neighbours the mean, the variance within, and by how much it is shrunken."""
    shapes = [box(x, 0, x + 1, 1) for x in range(6)] + [box(50, 50, 51, 51)]
    names = list("abcdefg")
    graph = join_neighbours(gpd.GeoSeries(shapes, index=names, crs=4490))
    events = pd.Series([9, 1, 6, 0, pd.NA, 3, 2, 4], [*names, "x"], dtype="Int64")
    people = pd.Series([1, 4, 2, 5, 3, 2, 8, 3], [*names, "x"], dtype="Int64")
    found = shrink_to_neighbours(events, people, graph)
    for name, near in {"a": "ab", "b": "abc", "c": "bcd", "d": "cd"}.items():
        top, size = events[list(near)].astype(float), people[list(near)].astype(float)
        mean = top.sum() / size.sum()
        within = (size * (top / size - mean) ** 2).sum() / size.sum()
        between = max(within - mean / size.mean(), 0)
        weight = between / (between + mean / people[name])
        assert found[name] == pytest.approx(mean + weight * (events[name] / people[name] - mean))
    # The fifth is unknown, so that the sixth has no neighbour; the seventh never had one; the last is on no map.
    assert (
        found[["e", "f", "g", "x"]].isna().all() and found.index.equals(events.index) and found.dtype == float
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shrink_to_neighbours(events * 0, people, graph).isna().all()
        assert shrink_to_neighbours(events, people * 0, graph).isna().all()
        assert shrink_to_neighbours(events[["f", "g"]], people[["f", "g"]], graph).isna().all()
    assert (
        shrink_to_neighbours(events, people.replace(4, 0), graph).isna().tolist()
        == [True] * 2 + [False] * 2 + [True] * 4
    )
