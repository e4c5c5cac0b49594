"""Funnels, against exact probabilities and published examples."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm, poisson
from scipy.stats import t as student

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
    """Fifteen of fifteen has a probability of 0.63 where 1925 of 1985 succeed: all but b, which is called."""
    count = pd.Series([15.0, 9, 952, 958], list("abcd"))
    total = pd.Series([15, 15, 985, 985], count.index)
    funnel = draw_funnel_of_shares(count, total, dispersion=1.0)
    assert funnel.target == pytest.approx(1925 / 1985)
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
    assert funnel.target == pytest.approx(0.2)  # of the 28 that are not called
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
        draw_funnel_of_rates(events, exposure, dispersion=1.0),
    )
    assert wide.dispersion > 5 and narrow.dispersion == 1
    assert (narrow.places["position"] != 0).sum() > 30 > 20 > (wide.places["position"] != 0).sum()


def make_places(*, share: bool) -> tuple[pd.Series, pd.Series]:
    """Sixteen places, small and large, far out on both sides; one unknown, one without exposure."""
    size = [5, 8, 12, 20, 30, 40, 55, 70, 90, 120, 150, 400, 300, 2000, 60, 0]
    top = [2, 1, 6, 3, 10, 9, 30, 8, 30, 20, 70, 150, 30, 500, pd.NA, 1]
    index = [f"p{n}" for n in range(len(size))]
    exposure = pd.Series(size, index, dtype="Int64")
    return pd.Series(top, index, dtype="Int64"), exposure if share else exposure * 0.25


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("overdispersed", [True, False])
@pytest.mark.parametrize("q", [0.05, 0.3])
def test_every_column_of_a_funnel_as_by_a_plain_reckoning(share: bool, overdispersed: bool, q: float) -> None:
    top, size = make_places(share=share)
    draw = draw_funnel_of_shares if share else draw_funnel_of_rates
    funnel = draw(top, size, dispersion=None if overdispersed else 1.0, q=q)
    known = top.index[:14]
    pairs = [(float(top[name]), float(size[name])) for name in known]
    usual = list(range(14))
    while True:
        target = sum(pairs[at][0] for at in usual) / sum(pairs[at][1] for at in usual)
        steady, exact = [], []
        for count, of in pairs:
            if share:
                steady.append(2 * of**0.5 * (math.asin((count / of) ** 0.5) - math.asin(target**0.5)))
                law = binom(of, target)
            else:
                steady.append(2 * (count**0.5 - (target * of) ** 0.5))
                law = poisson(target * of)
            so_few, so_many = law.cdf(count), law.sf(count - 1)
            tail = min(so_few, so_many)
            z = 0.0 if tail >= 0.5 else norm.isf(tail)
            exact.append(z if so_many < so_few else -z)
        edges = np.quantile(steady, [0.1, 0.9])
        pulled_in = [min(max(z, edges[0]), edges[1]) ** 2 for z in steady]
        dispersion = sum(pulled_in) / 14 if overdispersed else 1.0
        z = [score / dispersion**0.5 for score in exact]
        p = [math.erfc(abs(score) / 2**0.5) for score in z]
        # Benjamini and Hochberg: all up to the last whose p is at most its place's share of q.
        last = max((place for place, value in enumerate(sorted(p), 1) if value <= q * place / 14), default=0)
        called = [sorted(p).index(value) < last for value in p]
        if last >= 7 or usual == [at for at in range(14) if not called[at]]:
            break
        # Those that are called have no part in the level.
        usual = [at for at in range(14) if not called[at]]
    assert (dispersion > 2) == overdispersed
    position = [
        int(math.copysign(sum(abs(score) >= edge for edge in (1.959964, 3.090232)), score)) for score in z
    ]
    expected = {
        "size": [of for _, of in pairs], "value": [count / of for count, of in pairs], "z": z, "p": p,
        "position": position, "called": called,
        "above": [one and score > 0 for one, score in zip(called, z, strict=True)],
    }  # fmt: skip
    pd.testing.assert_frame_equal(funnel.places, pd.DataFrame(expected, index=known), rtol=1e-9)
    assert len(set(position)) >= 2 and not all(called) and (any(called) or overdispersed)
    assert funnel.target == pytest.approx(target) and funnel.dispersion == pytest.approx(dispersion)
    smallest, largest = min(of for _, of in pairs), max(of for _, of in pairs)
    sizes = [smallest * (largest / smallest) ** (n / 99) for n in range(100)]
    sizes = sorted({round(part) for part in sizes}) if share else sizes
    assert funnel.limits["size"].tolist() == pytest.approx(sizes)
    assert list(funnel.limits.columns) == ["size", "low95", "high95", "low998", "high998"]
    for name, quantile in (("95", 1.959963984540054), ("998", 3.090232306167813)):
        limits = (limit_shares if share else limit_rates)(target, sizes, quantile * dispersion**0.5)
        for side, limit in zip(("low", "high"), limits, strict=True):
            assert funnel.limits[side + name].tolist() == pytest.approx(limit.tolist(), abs=1e-7)


@pytest.mark.parametrize("draw", [draw_funnel_of_rates, draw_funnel_of_shares])
def test_a_funnel_widens_and_asks_for_five_percent_unless_told_otherwise(draw) -> None:
    top, size = make_places(share=draw is draw_funnel_of_shares)
    usual, wide = draw(top, size), draw(top, size, dispersion=None, df=np.inf, q=0.05)
    pd.testing.assert_frame_equal(usual.places, wide.places)
    assert usual.dispersion == wide.dispersion > 2


def test_a_probability_too_small_for_a_number_is_scored_on_the_steady_scale() -> None:
    """Against 10,000 each: 2 (sqrt(40000) - sqrt(20000)) is 117; of none 2 sqrt(20000), downwards, 283."""
    events = pd.Series([40_000.0, 0.0])
    z = draw_funnel_of_rates(events, pd.Series([1.0, 1.0]), dispersion=1.0).places["z"]
    assert z.tolist() == pytest.approx([2 * (200 - 20_000**0.5), -2 * 20_000**0.5])
    z = draw_funnel_of_shares(events, pd.Series([40_000.0] * 2), dispersion=1.0).places["z"]
    assert z.tolist() == pytest.approx([200 * math.pi / 2, -200 * math.pi / 2])


def test_a_count_in_the_middle_has_no_score() -> None:
    """One event in each: the probability of so few, and of so many, is above one half."""
    places = draw_funnel_of_rates(pd.Series([1, 1]), pd.Series([1.0, 1.0])).places
    assert places["z"].tolist() == [0, 0] and places["p"].tolist() == [1, 1]
    assert places["position"].tolist() == [0, 0] and not places["above"].any()


def test_dispersion_with_another_part_pulled_in() -> None:
    """Of 0 to 10 the 20 % quantiles are 2 and 8."""
    scores = range(11)
    assert estimate_dispersion(scores, winsorise=0.2) == pytest.approx(
        (3 * 4 + 9 + 16 + 25 + 36 + 49 + 3 * 64) / 11
    )
    assert estimate_dispersion([0.9, -0.9]) == 1 and estimate_dispersion(
        [1.1, -1.1], winsorise=0
    ) == pytest.approx(1.21)


def test_limits_of_a_rate_of_none() -> None:
    """Without any event expected, one is improbable."""
    low, high = limit_rates(0.0, [1.0, 5.0], 2.0)
    tail = norm.sf(2.0)
    assert low.tolist() == [0, 0] and high.tolist() == pytest.approx([1 - tail, (1 - tail) / 5])


def test_places_far_out_do_not_put_the_others_on_the_other_side() -> None:
    """Three of sixteen have twice as many: against all together, 23.75, the others would seem too few."""
    events = pd.Series([60] * 3 + [30] * 13)
    funnel = draw_funnel_of_rates(events, pd.Series([1.0] * 16), dispersion=1.0)
    assert funnel.target == 30
    assert funnel.places["above"].tolist() == [True] * 3 + [False] * 13
    assert funnel.places["called"].sum() == 3


def test_dispersion_of_the_rows_is_each_places_own() -> None:
    """Twelve above twenty, 32, has a z of 2.4 among independent rows; of four times the variance 1.2."""
    events, size = pd.Series([32] + [20] * 15), pd.Series([1.0] * 16)
    plain = draw_funnel_of_rates(events, size, dispersion=1.0).places["z"]
    wide = draw_funnel_of_rates(events, size, dispersion=pd.Series([4.0] + [1.0] * 15))
    assert wide.places["z"][0] == pytest.approx(plain[0] / 2, rel=1e-9)
    assert wide.places["z"][1:].tolist() == pytest.approx(plain[1:].tolist())
    assert wide.dispersion == pytest.approx(19 / 16)
    # Of a t distribution of five degrees of freedom, 2.571 is what 1.96 is of the normal.
    few = draw_funnel_of_rates(events, size, dispersion=1.0, df=5.0).places
    assert few["z"][0] == pytest.approx(norm.isf(student.sf(plain[0], 5)))
    assert few["p"][0] == pytest.approx(2 * student.sf(plain[0], 5))
