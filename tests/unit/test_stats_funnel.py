"""Funnels, against exact probabilities and published examples."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from taizhang.stats.funnel import (
    draw_funnel_of_rates,
    draw_funnel_of_shares,
    estimate_dispersion,
    limit_rates,
    limit_shares,
)


@pytest.mark.parametrize("target", [0.03, 0.5, 0.967, 1.0])
@pytest.mark.parametrize("z", [1.959964, 3.090232, 6.0])
def test_a_count_of_a_total_is_beyond_where_it_is_improbable(target: float, z: float) -> None:
    """Every count of every total up to 40, its probability summed term by term."""
    tail = norm.sf(z)
    for total in range(1, 41):
        chances = [math.comb(total, k) * target**k * (1 - target) ** (total - k) for k in range(total + 1)]
        low, high = (float(limit) for limit in limit_shares(target, total, z))
        assert 0 <= low <= high <= 1
        for k in range(total + 1):
            # By the last digit a probability may stand on either side of the tail.
            if abs(math.fsum(chances[k:]) - tail) > 1e-12:
                assert (k / total > high + 1e-12) == (math.fsum(chances[k:]) <= tail), (total, k)
            if abs(math.fsum(chances[: k + 1]) - tail) > 1e-12:
                assert (k / total < low - 1e-12) == (math.fsum(chances[: k + 1]) <= tail), (total, k)


@pytest.mark.parametrize("expected", [0.01, 0.7, 3.2, 12.0, 60.0])
@pytest.mark.parametrize("z", [1.959964, 3.090232])
def test_a_count_without_end_is_beyond_where_it_is_improbable(expected: float, z: float) -> None:
    tail = norm.sf(z)
    low, high = (float(limit) * 4 for limit in limit_rates(expected / 4, 4.0, z))
    below = 0.0
    for k in range(120):
        chance = math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1))
        assert (k > high) == (1 - below <= tail)
        below += chance
        assert (k < low) == (below <= tail)


def test_all_of_few_is_no_outlier() -> None:
    """Fifteen of fifteen has a probability of 0.60 where 96.7 of 100 succeed."""
    count = pd.Series([15.0, 9, 952, 958], list("abcd"))
    total = pd.Series([15, 15, 985, 985], count.index)
    funnel = draw_funnel_of_shares(count, total, overdispersed=False)
    assert funnel.target == pytest.approx(0.967)
    assert funnel.places["position"].tolist() == [0, -2, 0, 0]
    assert funnel.places.loc["a", "p"] == 1.0 and funnel.places.loc["a", "z"] == 0.0
    assert (funnel.limits["high998"] <= 1).all()
    assert funnel.limits.loc[funnel.limits["size"] == 15, "high95"].tolist() == [1.0]


def test_limits_far_out_stay_numbers() -> None:
    """With great dispersion the tail has a probability of 1e-200."""
    for limit, target in ((limit_rates, 0.2), (limit_shares, 0.2)):
        low, high = limit(target, [10, 1000, 100_000], 30.0)
        assert (np.diff(low) >= 0).all() and (np.diff(high) < 0).all() and (low < target).all()
    # Far out the normal limit is too low on the upper side: 0.2 + 30 sqrt(0.2 / 100000) = 0.2424.
    assert 0.2424 < limit_rates(0.2, 100_000, 30.0)[1] < 0.2450


def test_dispersion_by_hand():
    # Ten scores; the 10 % quantiles are -1.1 and 1.1 (linear), the rest as they are.
    scores = np.array([-2.0, -1, -1, -1, 0, 0, 1, 1, 1, 2])
    assert estimate_dispersion(scores) == 1
    assert estimate_dispersion(3 * scores) == pytest.approx(9 * (6 + 2 * 1.1**2) / 10)


def test_places_beyond_the_limits():
    exposure = pd.Series([100.0] * 30, [f"{i}" for i in range(30)])
    events = pd.Series([20] * 28 + [60, 2], exposure.index)
    funnel = draw_funnel_of_rates(events, exposure)
    assert funnel.target == pytest.approx(622 / 3000)
    assert funnel.places.loc["28", "position"] == 2 and funnel.places.loc["29", "position"] == -2
    assert funnel.places["above"].sum() == 1 and funnel.places.loc["28", "above"]
    assert (funnel.places["position"].iloc[:28] == 0).all()
    assert (funnel.limits["low998"] < funnel.limits["low95"]).all()
    shares = draw_funnel_of_shares(events, exposure)
    assert shares.places.loc["28", "position"] == 2 and shares.limits["high998"].max() < 1


def test_overdispersion_widens():
    rng = np.random.default_rng(1)
    exposure = pd.Series(rng.uniform(50, 200, 100))
    events = pd.Series(rng.poisson(exposure * rng.gamma(5, 0.2, 100)))
    wide, narrow = (
        draw_funnel_of_rates(events, exposure),
        draw_funnel_of_rates(events, exposure, overdispersed=False),
    )
    assert wide.dispersion > 5 and narrow.dispersion == 1
    assert (narrow.places["position"] != 0).sum() > 30 > 20 > (wide.places["position"] != 0).sum()
