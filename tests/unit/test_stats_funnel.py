"""Funnels and control charts, against published examples."""

import numpy as np
import pandas as pd
import pytest

from taizhang.stats.control import chart_rates, chart_shares, chart_values, find_signals
from taizhang.stats.funnel import (
    draw_funnel_of_rates,
    draw_funnel_of_shares,
    estimate_dispersion,
    limit_rates,
    limit_shares,
)
from taizhang.stats.intervals import poisson_interval, wilson_interval


def test_limits_are_those_of_the_intervals():
    # At the overall share the limits are Wilson's; Byar's are within half a percent of Garwood's.
    np.testing.assert_allclose(
        limit_shares(0.3, [10, 100], 1.959964), wilson_interval([3, 30], [10, 100]), 1e-6
    )
    low, high = limit_rates(0.5, np.array([20.0, 80, 400]), 1.959964)
    exact_low, exact_high = poisson_interval([10, 40, 200], [20, 80, 400])
    np.testing.assert_allclose(low, exact_low, rtol=5e-3)
    np.testing.assert_allclose(high, exact_high, rtol=5e-3)


def test_byar_by_hand():
    # Of 9 expected: 9 (1 - 1/81 - 1.96/9)^3 and 10 (1 - 1/90 + 1.96 / (3 sqrt 10))^3.
    low, high = limit_rates(1.0, 9.0, 1.96)
    assert 9 * low == pytest.approx(9 * (1 - 1 / 81 - 1.96 / 9) ** 3)
    assert 9 * high == pytest.approx(10 * (1 - 1 / 90 + 1.96 / (3 * 10**0.5)) ** 3)


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


def test_p_chart_as_published():
    # Montgomery, Introduction to Statistical Quality Control, example 7.1: orange juice cans, samples of 50.
    cans = [
        12,
        15,
        8,
        10,
        4,
        7,
        16,
        9,
        14,
        10,
        5,
        6,
        17,
        12,
        22,
        8,
        10,
        5,
        13,
        11,
        20,
        18,
        24,
        15,
        9,
        12,
        7,
        13,
        9,
        6,
    ]
    chart = chart_shares(pd.Series(cans), pd.Series([50] * 30))
    np.testing.assert_allclose(
        chart.loc[0, ["centre", "low", "high"]].astype(float), [0.2313, 0.0524, 0.4102], atol=5e-5
    )
    assert chart.index[chart["signal"] == "limits"].tolist() == [14, 22]


def test_c_chart_as_published():
    # Montgomery, example 7.3: circuit boards; 516 nonconformities in 26 samples.
    boards = [
        21,
        24,
        16,
        12,
        15,
        5,
        28,
        20,
        31,
        25,
        20,
        24,
        16,
        19,
        10,
        17,
        13,
        22,
        18,
        39,
        30,
        24,
        16,
        19,
        17,
        15,
    ]
    chart = chart_rates(pd.Series(boards))
    np.testing.assert_allclose(
        chart.loc[0, ["centre", "low", "high"]].astype(float), [19.85, 6.48, 33.21], atol=6e-3
    )
    assert chart.index[chart["signal"] == "limits"].tolist() == [5, 19]


def test_xmr_chart_as_published():
    # Montgomery, example 6.5: cost of processing mortgage loans.
    costs = [
        310,
        288,
        297,
        298,
        307,
        303,
        294,
        297,
        308,
        306,
        294,
        299,
        297,
        299,
        314,
        295,
        293,
        306,
        301,
        304,
    ]
    chart = chart_values(pd.Series(costs))
    assert chart["moving_range"].mean() == pytest.approx(7.79, abs=5e-3)
    np.testing.assert_allclose(
        chart.loc[0, ["centre", "low", "high"]].astype(float), [300.5, 279.78, 321.22], atol=1e-2
    )
    assert (chart["signal"] == "").all()


def test_run_rules():
    def signals(*scores):
        values = np.array(scores, float)
        return find_signals(values, np.zeros(len(values)), np.ones(len(values)))

    assert signals(0.1, 3.1) == ["", "limits"]
    assert signals(2.1, 0, 2.2) == ["", "", "near_limits"]
    assert signals(2.1, 0, -2.2) == ["", "", ""]
    assert signals(*[0.5, 0.4] * 4)[-2:] == ["", "side"]
    assert signals(*[0.5] * 4, np.nan, *[0.5] * 4)[-1] == ""
    assert signals(-1, -0.5, -0.1, 0.2, 0.3, 0.4)[-1] == "trend"
    assert signals(-1, -0.5, -0.1, 0.2, 0.2, 0.4)[-1] == ""


def test_months_without_rows_have_no_point():
    chart = chart_shares(pd.Series([1, 0, 2]), pd.Series([10, 0, 10]))
    assert np.isnan(chart.loc[1, "value"]) and chart.loc[0, "centre"] == 0.15
    assert chart.loc[0, "low"] == 0
