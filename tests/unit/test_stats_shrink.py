"""Shrunken rates and ranks."""

import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from libpysal.examples import load_example
from scipy.stats import betabinom
from scipy.stats import gamma as gamma_distribution

from taizhang.stats.ranks import rank_rates, rank_shares
from taizhang.stats.shrink import fit_rates, fit_shares, shrink_rates, shrink_shares


@pytest.fixture(scope="module")
def homicides() -> tuple[np.ndarray, np.ndarray]:
    # St. Louis homicides 1984-1988 and population, as shipped with libpysal.
    table = pd.read_csv(load_example("stl").get_path("stl_hom.csv"))
    return table.iloc[:, 10].to_numpy(float), table.iloc[:, 13].to_numpy(float)


def test_rates_as_in_esda(homicides):
    events, people = homicides
    fit = fit_rates(events, people)
    np.testing.assert_allclose(fit.mean, np.ravel(Empirical_Bayes(events, people).r), rtol=1e-9)
    # The first values of esda's own documentation.
    np.testing.assert_allclose(fit.mean[:3], [2.36718950e-05, 4.54539167e-05, 4.78114019e-05], rtol=1e-6)


def test_intervals_are_those_of_the_gamma(homicides):
    events, people = homicides
    fit = fit_rates(events, people)
    low, high = fit.interval()
    spread = gamma_distribution(fit.first[0], scale=1 / fit.second[0])
    assert spread.cdf(low[0]) == pytest.approx(0.025) and spread.cdf(high[0]) == pytest.approx(0.975)
    assert (low < fit.mean).all() and (fit.mean < high).all()


def test_rates_alike_are_one():
    table = shrink_rates(pd.Series([10, 10, 11], list("abc")), pd.Series([100.0, 100, 110], list("abc")))
    assert table["shrunk"].tolist() == [0.1] * 3 == table["low"].tolist()


def test_unknown_places_have_no_rate():
    index = pd.Index(["101", "102", "103", "104"])
    table = shrink_rates(pd.Series([50, None, 2, 1], index), pd.Series([100.0, 100, 100, 0], index))
    assert table.index.equals(index)
    assert table["shrunk"].isna().tolist() == [False, True, False, True]
    assert 0.02 < table.loc["103", "shrunk"] < table.loc["101", "shrunk"] < 0.5


def test_shares_find_the_prior_they_were_drawn_from():
    rng = np.random.default_rng(3)
    totals = rng.integers(5, 80, 4000)
    counts = betabinom(totals, 6, 2).rvs(random_state=rng)
    fit = fit_shares(counts, totals)
    first, second = (fit.first - counts).mean(), (fit.second - totals + counts).mean()
    assert first == pytest.approx(6, rel=0.1) and second == pytest.approx(2, rel=0.1)
    np.testing.assert_allclose(fit.mean, (first + counts) / (first + second + totals))


def test_shares_by_hand():
    # Shares 0.2 and 0.8 of 10 each: mean 1/2, around 1.8, room 20 - 10 - 1 = 9, spread (1.8 - 0.25) / 9.
    fit = fit_shares([2, 8], [10, 10])
    size = 0.25 / (1.55 / 9) - 1
    np.testing.assert_allclose(fit.mean, [(size / 2 + 2) / (size + 10), (size / 2 + 8) / (size + 10)])
    table = shrink_shares(pd.Series([2, 8]), pd.Series([10, 10]))
    assert table["raw"].tolist() == [0.2, 0.8]
    assert 0.2 < table.loc[0, "shrunk"] < 0.5 < table.loc[1, "shrunk"] < 0.8


def test_shares_that_all_are_whole():
    assert fit_shares([5, 5], [5, 5]).form == "point"


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
