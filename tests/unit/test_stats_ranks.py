"""Ranks as ranges, and groups."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from taizhang.stats.ranks import _group, rank_rates, rank_shares
from taizhang.stats.shrink import fit_rates, fit_shares


def test_ranks_apart_and_alike():
    events = pd.Series([1000, 100, 104, 1], ["a", "b", "c", "d"])
    ranks = rank_rates(events, pd.Series(100.0, events.index))
    assert ranks.index.tolist() == ["a", "c", "b", "d"]
    assert ranks["rank"].tolist() == [1, 2, 3, 4]
    assert (ranks.loc["a", "low"], ranks.loc["a", "high"]) == (1, 1)
    assert (ranks.loc["b", "low"], ranks.loc["b", "high"]) == (2, 3)
    assert ranks["group"].tolist() == [1, 2, 2, 3]
    again = rank_rates(events, pd.Series(100.0, events.index))
    pd.testing.assert_frame_equal(ranks, again)
    up = rank_rates(events, pd.Series(100.0, events.index), descending=False)
    assert up.index.tolist() == ["d", "b", "c", "a"] and up["rank"].tolist() == [1, 2, 3, 4]


def test_ranks_of_places_all_alike_are_open():
    count = pd.Series([5] * 10)
    ranks = rank_shares(count, pd.Series([10] * 10))
    assert (ranks["rank"] == 1).all() and (ranks["low"] == 1).all() and (ranks["high"] == 10).all()
    assert (ranks["group"] == 1).all()


def test_unknown_places_are_not_ranked():
    ranks = rank_shares(pd.Series([5, None, 9, 3]), pd.Series([10, 10, 10, 0]))
    assert sorted(ranks.index) == [0, 2]


def check_ranks(
    found: pd.DataFrame, drawn: np.ndarray, mean: np.ndarray, names: list[str], alpha: float
) -> None:
    """Ranks draw by draw, from the same random numbers; places worse than the leader in nearly all begin a group."""
    ranks = [rankdata(draw) for draw in drawn]
    last = len(ranks) - 1
    low = [sorted(column)[int(np.floor(last * alpha / 2))] for column in zip(*ranks, strict=True)]
    high = [sorted(column)[int(np.ceil(last * (1 - alpha / 2)))] for column in zip(*ranks, strict=True)]
    order = sorted(range(len(mean)), key=lambda place: mean[place])
    assert list(found.columns) == ["value", "rank", "low", "high", "group"]
    assert found.index.tolist() == [names[place] for place in order]
    assert found["value"].tolist() == np.abs(mean)[order].tolist()
    assert found["rank"].tolist() == [1 + sum(mean < mean[place]) for place in order]
    assert found["low"].tolist() == [int(low[place]) for place in order]
    assert found["high"].tolist() == [int(high[place]) for place in order]
    groups, leader = [1], order[0]
    for place in order[1:]:
        behind = sum(draw[place] > draw[leader] for draw in drawn) / len(drawn) > 1 - alpha / 2
        leader = place if behind else leader
        groups.append(groups[-1] + behind)
    assert found["group"].tolist() == groups and groups[-1] > 1
    assert [dtype.kind for dtype in found.dtypes] == list("fiiii")


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(("alpha", "draws"), [(0.05, 200), (0.3, 77)])
def test_ranks_as_by_draws_one_by_one(descending: bool, alpha: float, draws: int) -> None:
    names = list("abcdefgh")
    events = pd.Series([3, 40, 41, 0, 9, pd.NA, 5, 70], names, dtype="Int64")
    total = pd.Series([50, 80, 90, 30, 60, 10, 0, 90], names, dtype="Int64")
    kept = ["a", "b", "c", "d", "e", "h"]
    top, size = events[kept].to_numpy(float), total[kept].to_numpy(float)
    options = {"descending": descending, "alpha": alpha, "draws": draws, "seed": 9}
    sign = -1 if descending else 1
    fit, rng = fit_rates(top, size), np.random.default_rng(9)
    drawn = rng.gamma(fit.first, 1 / fit.second, (draws, 6))
    check_ranks(rank_rates(events, total, **options), sign * drawn, sign * fit.mean, kept, alpha)
    fit, rng = fit_shares(top, size), np.random.default_rng(9)
    drawn = rng.beta(fit.first, fit.second, (draws, 6))
    check_ranks(rank_shares(events, total, **options), sign * drawn, sign * fit.mean, kept, alpha)


@pytest.mark.parametrize("rank", [rank_rates, rank_shares])
def test_the_highest_first_and_the_same_draws_unless_told_otherwise(rank) -> None:
    events, size = pd.Series([5, 9, 2, 8, 7]), pd.Series([20, 20, 20, 30, 20])
    usual = rank(events, size)
    told = rank(events, size, descending=True, alpha=0.05, draws=4000, seed=20210701)
    pd.testing.assert_frame_equal(usual, told)
    # Of few draws of many places, others would give other ranges.
    events, size = pd.Series([*range(9, 39)]), pd.Series([50] * 30)
    few = rank(events, size, draws=37)
    pd.testing.assert_frame_equal(few, rank(events, size, draws=37, seed=20210701))
    assert not few.equals(rank(events, size, draws=37, seed=1))


def test_places_that_tie_keep_their_order() -> None:
    ranks = rank_rates(pd.Series([5] * 200), pd.Series([10.0] * 200), draws=50)
    assert ranks.index.tolist() == list(range(200)) and (ranks["value"] == 0.5).all()


def test_a_group_begins_beyond_the_limit_and_not_on_it() -> None:
    """Of 40 draws 39 are 0.975, just 1 - 0.05 / 2; equal draws are not behind."""
    first, tie = np.zeros(40), np.r_[np.ones(39), 0]
    assert _group(np.column_stack([first, tie]), np.array([0, 1]), 0.05).tolist() == [1, 1]
    assert _group(np.column_stack([first, np.ones(40)]), np.array([0, 1]), 0.05).tolist() == [1, 2]
    # The third is told from the second, which leads by then, by another half; the order is not that of the columns.
    drawn = np.column_stack([np.full(40, 2.0), first, np.r_[np.ones(39), 3], np.full(40, 2.5)])
    assert _group(drawn, np.array([1, 2, 0, 3]), 0.05).tolist() == [2, 1, 2, 2]
