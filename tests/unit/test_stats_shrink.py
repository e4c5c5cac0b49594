"""Shrunken rates and shares: a posterior whose mean and spread are integrated over."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, binom, gamma, halfcauchy, nbinom, poisson

from taizhang.stats.intervals import poisson_interval, wilson_interval
from taizhang.stats.shrink import SPREAD, Posterior, shrink_rates, shrink_shares


def test_a_single_rate_is_integrated_as_scipy_does() -> None:
    """One place of three events in two years: its rate comes from one gamma, and the overall rate is its own."""
    found = shrink_rates(pd.Series([3]), pd.Series([2.0]), draws=40_000)

    def weigh(power: int) -> float:
        """Over the logarithms of the spread and of the mean, on a far finer grid than the module's."""
        spread, level = np.meshgrid(np.geomspace(0.002, 80, 400), np.geomspace(1e-6, 1e4, 800))
        shape = spread**-2
        likely = nbinom.pmf(3, shape, shape / (shape + 2 * level))
        weight = likely * halfcauchy.pdf(spread, scale=SPREAD) * spread * (level / (level + 3.5 / 2)) ** 0.5
        return float((weight * ((shape + 3) / (shape / level + 2)) ** power).sum())

    assert found.mean.tolist() == pytest.approx([weigh(1) / weigh(0)], rel=0.03)
    assert (found.overall == found.draws[:, 0]).all()
    # Moments of the draws are those of the mean.
    assert found.draws.mean() == pytest.approx(found.mean[0], rel=0.02)


def test_much_data_outweigh_the_prior() -> None:
    """A million events of a place alone: the gamma of its own count; and half of a million: the beta."""
    rate = shrink_rates(pd.Series([1e6, 10]), pd.Series([2e6, 10]))
    own = gamma(1e6, scale=1 / 2e6)
    assert rate.find_intervals().loc[0].tolist() == pytest.approx(own.ppf([0.025, 0.975]), rel=3e-4)
    share = shrink_shares(pd.Series([5e5, 3]), pd.Series([1e6, 10]))
    own = beta(5e5, 5e5)
    assert share.find_intervals().loc[0].tolist() == pytest.approx(own.ppf([0.025, 0.975]), rel=3e-4)
    assert share.find_intervals(alpha=0.5).loc[0].tolist() == pytest.approx(own.ppf([0.25, 0.75]), rel=3e-4)


def test_rare_shares_are_rates() -> None:
    top, size = pd.Series([10, 40, 5, 90]), pd.Series([1000, 2000, 1500, 2500]) * 100
    rates, shares = shrink_rates(top, size, draws=20_000), shrink_shares(top, size, draws=20_000)
    assert (1e5 * shares.mean).tolist() == pytest.approx((1e5 * rates.mean).tolist(), rel=0.02)
    for part in (0.025, 0.5, 0.975):
        pair = [1e5 * np.quantile(one.draws, part, axis=0) for one in (rates, shares)]
        assert pair[0].tolist() == pytest.approx(pair[1].tolist(), rel=0.1, abs=0.02)


@pytest.mark.parametrize("shrink", [shrink_rates, shrink_shares])
def test_places_alike_have_one_value_and_an_interval(shrink) -> None:
    found = shrink(pd.Series([5] * 10), pd.Series([10] * 10))
    assert found.mean.tolist() == pytest.approx([found.mean[0]] * 10)
    assert found.mean[0] == pytest.approx(0.5, abs=0.02)
    ends = found.find_intervals()
    width = ends["high"] - ends["low"]
    raw = poisson_interval(5, 10) if shrink is shrink_rates else wilson_interval(5, 10)
    assert (width > 0.1).all() and (width < raw[1] - raw[0]).all()
    assert found.judge_above().between(0.45, 0.55).all()


def test_the_interval_is_the_central_one() -> None:
    draws = np.arange(1.0, 12.0)[::-1, None]
    found = Posterior(draws, pd.Series([6.0]), np.ones(11))
    assert found.find_intervals(alpha=0.2).loc[0].tolist() == [2.0, 10.0]


def test_small_places_are_drawn_in_more() -> None:
    """Twice the others' rate in a small place says less than in a large one."""
    top, size = pd.Series([40, 4, 100, 100, 100, 100]), pd.Series([20.0, 2, 100, 100, 100, 100])
    found = shrink_rates(top, size)
    assert 1.0 < found.mean[1] < found.mean[0] < 2.0
    above = found.judge_above()
    assert above[0] > above[1] > 0.5 and above[0] > 0.97


def test_nothing_anywhere_is_not_nought_for_certain() -> None:
    found = shrink_rates(pd.Series([0, 0, 0]), pd.Series([1.0, 2.0, 3.0]))
    ends = found.find_intervals()
    assert (found.mean > 0).all() and (ends["high"] > 0.04).all() and (ends["low"] < 1e-6).all()
    every = shrink_shares(pd.Series([5, 8]), pd.Series([5, 8])).find_intervals()
    assert (every["high"] > 0.999).all() and every["low"].between(0.5, 0.95).all()


def test_unknown_places_have_no_rate() -> None:
    index = pd.Index(["101", "102", "103", "104"])
    top = pd.Series([50, pd.NA, 2, 1], index, dtype="Int64")
    found = shrink_rates(top, pd.Series([100.0, 100, 100, 0], index))
    assert found.mean.index.tolist() == ["101", "103"] and found.draws.shape == (4000, 2)
    none = shrink_shares(top[["102"]], pd.Series([3], index[1:2]))
    assert none.mean.empty and none.find_intervals().empty and none.judge_above().empty


def test_dispersion_counts_as_so_many_fewer() -> None:
    top, size = pd.Series([8, 24, 16]), pd.Series([40.0, 40, 40])
    pd.testing.assert_series_equal(
        shrink_rates(top, size, dispersion=4.0).mean, shrink_rates(top / 4, size / 4).mean
    )
    by_place = pd.Series([4.0, 1.0], [0, 2])
    pd.testing.assert_series_equal(
        shrink_shares(top, size, dispersion=by_place).mean,
        shrink_shares(pd.Series([2.0, 24, 16]), pd.Series([10.0, 40, 40])).mean,
    )


def test_the_whole_weighs_places_by_their_size() -> None:
    found = Posterior(np.array([[1.0, 3.0], [2.0, 2.0]]), pd.Series([1.5, 2.5]), np.array([1.5, 2.5]))
    assert found.judge_above().tolist() == [0.0, 0.5]
    one = shrink_rates(pd.Series([10, 30]), pd.Series([10.0, 20.0]))
    assert one.overall == pytest.approx((one.draws @ [10.0, 20.0]) / 30)


def test_the_same_draws_every_time() -> None:
    top, size = pd.Series([3, 9, 5]), pd.Series([10.0, 12, 11])
    assert (shrink_rates(top, size).draws == shrink_rates(top, size).draws).all()
    assert (shrink_rates(top, size, seed=1).draws != shrink_rates(top, size).draws).all()


@pytest.mark.parametrize("mean", [0.5, 10.0])
@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_intervals_cover_and_are_narrower_than_raw_ones(mean: float, spread: float) -> None:
    """Forty counties here; `python -m benchmarks.small_areas` has hundreds."""
    rng, covered, widths = np.random.default_rng(11), [], []
    for _ in range(40):
        true = rng.gamma(spread**-2, spread**2, 16) if spread else np.ones(16)
        events = poisson.rvs(mean * true, random_state=rng)
        ends = shrink_rates(pd.Series(events), pd.Series(np.full(16, mean)), draws=1000).find_intervals()
        covered.append(((ends["low"] <= true) & (true <= ends["high"])).mean())
        raw = poisson_interval(events, mean)
        widths.append((ends["high"] - ends["low"]).mean() / (raw[1] - raw[0]).mean())
    assert np.mean(covered) > 0.92 and np.mean(widths) < 0.9


def test_shares_cover() -> None:
    rng, covered = np.random.default_rng(12), []
    for _ in range(40):
        true = rng.beta(18, 2, 16)
        done = binom.rvs(30, true, random_state=rng)
        ends = shrink_shares(pd.Series(done), pd.Series(np.full(16, 30)), draws=1000).find_intervals()
        covered.append(((ends["low"] <= true) & (true <= ends["high"])).mean())
    assert 0.92 < np.mean(covered) < 0.98
