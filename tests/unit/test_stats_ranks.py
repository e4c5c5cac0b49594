"""Ranks as ranges, and groups."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from taizhang.stats.ranks import _group, rank_places
from taizhang.stats.shrink import Posterior, shrink_rates, shrink_shares


def test_ranks_apart_and_alike():
    events = pd.Series([1000, 100, 104, 1], ["a", "b", "c", "d"])
    posterior = shrink_rates(events, pd.Series(100.0, events.index))
    ranks = rank_places(posterior)
    assert ranks.index.tolist() == ["a", "c", "b", "d"]
    assert ranks["rank"].tolist() == [1, 2, 3, 4]
    assert (ranks.loc["a", "low"], ranks.loc["a", "high"]) == (1, 1)
    assert (ranks.loc["b", "low"], ranks.loc["b", "high"]) == (2, 3)
    assert ranks["group"].tolist() == [1, 2, 2, 3]
    up = rank_places(posterior, descending=False)
    assert up.index.tolist() == ["d", "b", "c", "a"] and up["rank"].tolist() == [1, 2, 3, 4]


def test_ranks_of_places_all_alike_are_open():
    ranks = rank_places(shrink_shares(pd.Series([5] * 10), pd.Series([10] * 10)))
    assert (ranks["rank"] == 1).all() and (ranks["low"] == 1).all() and (ranks["high"] == 10).all()
    assert (ranks["group"] == 1).all()


def test_unknown_places_are_not_ranked():
    ranks = rank_places(shrink_shares(pd.Series([5, None, 9, 3]), pd.Series([10, 10, 10, 0])))
    assert sorted(ranks.index) == [0, 2]
    none = rank_places(shrink_shares(pd.Series([None], dtype=float), pd.Series([10])))
    assert none.empty and list(none) == ["value", "rank", "low", "high", "group"]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(("alpha", "draws"), [(0.05, 200), (0.3, 77)])
@pytest.mark.parametrize("shrink", [shrink_rates, shrink_shares])
def test_ranks_as_by_draws_one_by_one(shrink, descending: bool, alpha: float, draws: int) -> None:
    """Ranks draw by draw; places worse than the leader in nearly all begin a group."""
    names = list("abcdefgh")
    events = pd.Series([3, 40, 41, 0, 9, pd.NA, 5, 70], names, dtype="Int64")
    total = pd.Series([50, 80, 90, 30, 60, 10, 0, 90], names, dtype="Int64")
    posterior = shrink(events, total, draws=draws, seed=9)
    found = rank_places(posterior, descending=descending, alpha=alpha)
    sign, kept = -1 if descending else 1, list("abcdeh")
    drawn, mean = sign * posterior.draws, sign * posterior.mean.to_numpy()
    ranks = [rankdata(draw) for draw in drawn]
    last = len(ranks) - 1
    low = [sorted(column)[int(np.floor(last * alpha / 2))] for column in zip(*ranks, strict=True)]
    high = [sorted(column)[int(np.ceil(last * (1 - alpha / 2)))] for column in zip(*ranks, strict=True)]
    order = sorted(range(len(mean)), key=lambda place: mean[place])
    assert list(found.columns) == ["value", "rank", "low", "high", "group"]
    assert found.index.tolist() == [kept[place] for place in order]
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


def test_places_that_tie_keep_their_order() -> None:
    ranks = rank_places(shrink_rates(pd.Series([5] * 200), pd.Series([10.0] * 200), draws=50))
    assert ranks.index.tolist() == list(range(200))


def test_a_group_begins_beyond_the_limit_and_not_on_it() -> None:
    """Of 40 draws 39 are 0.975, just 1 - 0.05 / 2; equal draws are not behind."""
    first, tie = np.zeros(40), np.r_[np.ones(39), 0]
    assert _group(np.column_stack([first, tie]), np.array([0, 1]), 0.05).tolist() == [1, 1]
    assert _group(np.column_stack([first, np.ones(40)]), np.array([0, 1]), 0.05).tolist() == [1, 2]
    # The third is told from the second, which leads by then, by another half; the order is not that of the columns.
    drawn = np.column_stack([np.full(40, 2.0), first, np.r_[np.ones(39), 3], np.full(40, 2.5)])
    assert _group(drawn, np.array([1, 2, 0, 3]), 0.05).tolist() == [2, 1, 2, 2]


def test_ranks_at_the_ends_of_what_is_not_known() -> None:
    """The second of three may be anything: first to last, and so each other one place on; one group."""
    index = list("abc")
    low, high = (np.tile([[3.0, x, 1.0]], (40, 1)) for x in (0.0, 4.0))
    ends = tuple(Posterior(draws, pd.Series(draws[0], index), np.full(40, 2.0)) for draws in (low, high))
    middle = Posterior(
        np.tile([[3.0, 2.0, 1.0]], (40, 1)), pd.Series([3.0, 2.0, 1.0], index), np.full(40, 2.0)
    )
    sure, unsure = rank_places(middle), rank_places(middle, ends=ends)
    assert sure[["low", "high", "group"]].to_numpy().tolist() == [[1, 1, 1], [2, 2, 2], [3, 3, 3]]
    assert unsure[["rank", "low", "high", "group"]].to_numpy().tolist() == [
        [1, 1, 2, 1],
        [2, 1, 3, 1],
        [3, 2, 3, 2],
    ]
    up = rank_places(middle, ends=ends, descending=False)
    assert up[["low", "high"]].to_numpy().tolist() == [[1, 2], [1, 3], [2, 3]]
