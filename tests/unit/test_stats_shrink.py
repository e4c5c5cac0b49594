"""Shrunken rates and shares."""

import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from libpysal.examples import load_example
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom
from scipy.stats import gamma as gamma_distribution

from taizhang.stats.shrink import Posterior, fit_rates, fit_shares, shrink_rates, shrink_shares


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
    fit = fit_shares(np.array([2.0, 8]), np.array([10.0, 10]))
    size = 0.25 / (1.55 / 9) - 1
    np.testing.assert_allclose(fit.mean, [(size / 2 + 2) / (size + 10), (size / 2 + 8) / (size + 10)])
    table = shrink_shares(pd.Series([2, 8]), pd.Series([10, 10]))
    assert table["raw"].tolist() == [0.2, 0.8]
    assert 0.2 < table.loc[0, "shrunk"] < 0.5 < table.loc[1, "shrunk"] < 0.8


def test_shares_that_all_are_whole():
    assert fit_shares(np.array([5.0, 5]), np.array([5.0, 5])).form == "point"


NAN = float("nan")


def test_rates_by_hand() -> None:
    """Rates 1 and 4 of 2 and 6 days: mean 26 / 8; around (2 * 2.25^2 + 6 * 0.75^2) / 8, less 3.25 / 4: the spread."""
    fit = fit_rates(np.array([2.0, 24.0]), np.array([2.0, 6.0]))
    spread = (2 * 2.25**2 + 6 * 0.75**2) / 8 - 3.25 / 4
    assert fit.form == "gamma"
    assert fit.first.tolist() == pytest.approx([3.25**2 / spread + 2, 3.25**2 / spread + 24])
    assert fit.second.tolist() == pytest.approx([3.25 / spread + 2, 3.25 / spread + 6])
    assert fit.mean.tolist() == pytest.approx((fit.first / fit.second).tolist())


@pytest.mark.parametrize(
    ("fit", "top", "size", "mean"),
    [
        (fit_rates, [4, 4], [8, 8], 0.5),
        (fit_rates, [0, 0], [3, 5], 0),
        (fit_rates, [1, 3], [1, 1], 2),  # around is 1, chance's own 2
        (fit_shares, [4, 4], [8, 8], 0.5),
        (fit_shares, [1, 0, 1], [1, 1, 1], 2 / 3),  # one of each: nothing can be told
        (fit_shares, [0, 0], [4, 4], 0),
        (fit_shares, [0, 1, 1], [1, 1, 2], 0.5),  # just as chance does
        (fit_shares, [0, 0, 3], [1, 1, 4], 0.5),  # just as wide as a beta can't be
        (fit_shares, [0, 9], [9, 9], 0.5),  # wider than any beta
    ],
)
def test_places_alike_are_a_point(fit, top: list[float], size: list[float], mean: float) -> None:
    found = fit(np.array(top, float), np.array(size, float))
    assert found.form == "point"
    for part in (found.first, found.second, found.mean, *found.interval(alpha=0.1)):
        assert part.tolist() == pytest.approx([mean] * len(top))


def test_rates_that_vary_just_as_chance_does_are_a_point() -> None:
    """Rates 0.5 and 1.5 of 4 days each: around is 0.25, and so is 1 / 4."""
    assert fit_rates(np.array([2.0, 6.0]), np.array([4.0, 4.0])).form == "point"
    assert fit_rates(np.array([2.0, 6.1]), np.array([4.0, 4.0])).form == "gamma"


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_every_column_of_what_is_shrunken(alpha: float) -> None:
    names = list("abcde")
    top = pd.Series([2, 12, pd.NA, 10, 3], names, dtype="Int64")
    size = pd.Series([8, 16, 40, 40, 0], names, dtype="Int64")
    kept = np.array([True, True, False, True, False])
    for shrink, fit, law in (
        (shrink_rates, fit_rates, lambda one, other: gamma_distribution(one, scale=1 / other)),
        (shrink_shares, fit_shares, beta_distribution),
    ):
        found = shrink(top, size, alpha=alpha)
        posterior = fit(top.to_numpy(float)[kept], size.to_numpy(float)[kept])
        assert posterior.form != "point"
        known = law(posterior.first, posterior.second)
        columns = {
            "raw": [0.25, 0.75, 0.25], "shrunk": posterior.mean,
            "low": known.ppf(alpha / 2), "high": known.isf(alpha / 2),
        }  # fmt: skip
        expected = pd.DataFrame(columns, index=list("abd")).reindex(names)
        pd.testing.assert_frame_equal(found, expected)
    usual = shrink_rates(top, size)
    pd.testing.assert_frame_equal(usual, shrink_rates(top, size, alpha=0.05))


def test_draws_are_those_of_the_distribution() -> None:
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    one, other = np.array([2.0, 3.0]), np.array([5.0, 4.0])
    assert (Posterior(one, other, one, "gamma").draw(4, rng) == same.gamma(one, 1 / other, (4, 2))).all()
    assert (Posterior(one, other, one, "beta").draw(4, rng) == same.beta(one, other, (4, 2))).all()
    assert (Posterior(one, one, one, "point").draw(4, rng) == same.random((4, 2))).all()
