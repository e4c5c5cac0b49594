"""Control charts: contrasts, limits and levels reckoned by hand, and how often a steady series is called."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.control_charts import draw_counts
from taizhang.stats.control import (
    _contrast,
    _mark_seasons,
    _Series,
    _set_limits,
    chart_counts,
    chart_shares,
)

NAN = float("nan")


def make_series(
    values: Sequence[float], sizes: Sequence[float], first: str = "2020-01", *, share: bool = False
) -> _Series:
    months = pd.period_range(first, periods=len(values), freq="M")
    return _Series(np.array(values, float), np.array(sizes, float), _mark_seasons(months), share)


def months_of(*values: Sequence[float]) -> pd.Series:
    """Years of twelve months up to 2021."""
    index = pd.period_range(end="2021-12", periods=12 * len(values), freq="M")
    return pd.Series(np.concatenate(values), index, dtype=float)


def test_a_month_against_its_like_by_hand() -> None:
    """9 and 3 in two Januaries of one length: (9 - 6) / sqrt(12 / 4); the second January the other way."""
    series = make_series([9] + [0] * 11 + [3], [31] * 13)
    z, scatter, free = series.score(series.x[None], np.eye(13)[[0, 12, 1]])
    assert z[0] == pytest.approx([3**0.5, -(3**0.5), 0]) and free[0] == 1
    # Chi-squared of 9 and 3 against 6 and 6.
    assert scatter[0] == pytest.approx(9 / 6 + 9 / 6)


def test_sizes_share_out_what_is_expected() -> None:
    """12 in 20 and 10 days: 8 and 4 are expected, and the variance is 12 * 2/3 * 1/3."""
    series = make_series([10] + [0] * 11 + [2], [20] + [30] * 11 + [10])
    z, scatter, _ = series.score(series.x[None], np.eye(13)[:1])
    assert z[0, 0] == pytest.approx(2 / (12 * 2 / 9) ** 0.5) and scatter[0] == pytest.approx(4 / 8 + 4 / 4)


def test_shares_vary_as_the_hypergeometric() -> None:
    """6 of 8 and 2 of 8: 4 are expected, and the variance is 8 * 8 * 8 * 8 / (16 * 16 * 15)."""
    series = make_series([6] + [0] * 11 + [2], [8] + [0] * 11 + [8], share=True)
    z, scatter, free = series.score(series.x[None], np.eye(13)[:1])
    variance = 8**4 / (16 * 16 * 15)
    assert z[0, 0] == pytest.approx(2 / variance**0.5)
    assert scatter[0] == pytest.approx(4 / variance) and free[0] == 1


def test_each_month_and_each_change_of_three_months_or_more_is_asked_for() -> None:
    contrasts = _contrast(8)
    assert contrasts[:8].tolist() == np.eye(8).tolist()
    assert contrasts[8:].tolist() == [
        [0, 0, 0, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 1, 1, 1],
    ]


def test_draws_keep_the_sums_of_the_same_months() -> None:
    series = make_series([9, 0, *[4] * 10, 3, 0, *[5] * 10], [31, 29, *[30] * 10] * 2)
    for dispersion in (1.0, 3.0, 200.0):
        drawn = series.draw(dispersion, 300)
        assert (drawn[:, :12] + drawn[:, 12:] == [12, 0, *[9] * 10]).all()
    # Variance of the binomial, and three times as much but for what the fixed sum takes.
    once, thrice = series.draw(1.0, 4000)[:, 0], series.draw(3.0, 4000)[:, 0]
    assert once.var() == pytest.approx(3, rel=0.1)
    # Dirichlet-multinomial of 12 with shapes 6 / 2: (12 + 6) / (1 + 6) times the binomial's.
    assert thrice.var() == pytest.approx(3 * 18 / 7, rel=0.1)


def test_less_than_two_years_have_no_chart() -> None:
    index = pd.period_range("2020-02", "2021-12", freq="M")
    assert chart_counts(pd.Series(20.0, index)) is None
    assert chart_shares(pd.Series(20.0, index), pd.Series(30.0, index)) is None


def test_where_no_doubling_could_be_seen_there_is_no_chart() -> None:
    assert chart_counts(months_of([1] * 12, [1] * 12)) is None
    assert chart_counts(months_of([0] * 12, [0] * 12)) is None
    assert chart_shares(months_of([2] * 12, [2] * 12), months_of([3] * 12, [3] * 12)) is None
    assert chart_counts(months_of([NAN] * 12, [20] * 12)) is None


def test_a_season_that_returns_is_no_signal() -> None:
    year = [10, 10, 20, 40, 80, 120, 80, 40, 20, 10, 10, 10]
    chart = chart_counts(months_of(year, year))
    assert chart is not None and chart.is_steady and chart.p > 0.5 and chart.since is None
    assert chart.points["centre"].iloc[5] == pytest.approx(120) and chart.points["centre"].iloc[
        2
    ] == pytest.approx(20)
    # February of 2020 had a day more.
    assert chart.points["centre"].iloc[1] == pytest.approx(10 * 29 / 28)


def test_one_month_stands_out() -> None:
    chart = chart_counts(months_of([20] * 12, [20] * 12, [20] * 4 + [90] + [20] * 7))
    assert chart is not None and chart.p < 0.001 and chart.since is None and np.isnan(chart.change)
    points = chart.points
    assert points.index[points["signal"] == "limits"].astype(str).tolist() == ["2021-05"]
    assert points["centre"].iloc[28] == pytest.approx(20) and points["high"].iloc[28] < 90
    # The other Mays are held against each other alone.
    assert points["centre"].iloc[4] == pytest.approx(20) and (points["signal"] == "limits").sum() == 1


def test_of_two_years_the_later_month_is_named() -> None:
    chart = chart_counts(months_of([40] * 12, [40] * 4 + [120] + [40] * 7))
    assert chart is not None
    assert chart.points.index[chart.points["signal"] != ""].astype(str).tolist() == ["2021-05"]


def test_a_level_that_doubles_and_stays() -> None:
    chart = chart_counts(months_of([20] * 12, [20] * 6 + [40] * 6))
    assert chart is not None and str(chart.since) == "2021-07" and chart.change == pytest.approx(2)
    assert (chart.points["signal"] == "level").tolist() == [False] * 18 + [True] * 6
    # What is expected of the months since is what there was before.
    assert chart.points["centre"][-6:].tolist() == pytest.approx([20] * 6)


def test_a_share_that_falls_and_stays() -> None:
    total = months_of([30] * 12, [30] * 12)
    chart = chart_shares(months_of([27] * 12, [27] * 4 + [12] * 8), total)
    assert chart is not None and str(chart.since) == "2021-05" and chart.change == pytest.approx(-0.5)
    assert chart.points["value"].tolist() == pytest.approx([0.9] * 16 + [0.4] * 8)
    assert chart.points["centre"].iloc[-1] == pytest.approx(0.9)
    assert chart.points["low"].min() >= 0 and chart.points["high"].max() <= 1


def test_an_unknown_month_has_no_point_and_its_like_no_limits() -> None:
    values = months_of([20] * 12, [20] * 12)
    values.iloc[3] = NAN
    chart = chart_counts(values)
    assert chart is not None and chart.is_steady
    assert chart.points[["centre", "low", "high"]].isna().all(axis=1).to_numpy().nonzero()[0].tolist() == [
        3,
        15,
    ]
    total = months_of([30] * 12, [30] * 12)
    total.iloc[3] = 0
    shares = chart_shares(months_of([20] * 12, [20] * 12).where(total > 0, 0), total)
    assert shares is not None and shares.points["value"].isna().to_numpy().nonzero()[0].tolist() == [3]


def test_unheard_of_from_a_month_on() -> None:
    """Of months before without any row there is no ratio."""
    chart = chart_counts(months_of([0] * 12, [30] * 12))
    assert chart is not None and chart.change == np.inf and str(chart.since) == "2021-01"


@given(st.integers(0, 10_000), st.sampled_from([False, True]))
def test_limits_are_where_a_month_would_be_called(seed: int, share: bool) -> None:
    """A month on its limit, its like as they are, has just the score of the limit."""
    rng = np.random.default_rng(seed)
    size = rng.integers(20, 40, 36).astype(float) if share else np.full(36, 30.0)
    x = rng.binomial(size.astype(int), 0.5).astype(float) if share else rng.poisson(20, 36).astype(float)
    series = make_series(x, size, "2019-01", share=share)
    scatter = rng.uniform(0.5, 2, 36)
    found = _set_limits(series, np.full(36, "", dtype=object), None, scatter, 3.0)
    for end, sign in (("low", -1), ("high", 1)):
        for at in range(0, 36, 7):
            edge = found[end][at] * (size[at] if share else 1)
            if not 0 < edge < (size[at] if share else np.inf):
                continue
            moved = series.x.copy()
            moved[at] = edge
            z = series.score(moved[None], np.eye(36)[[at]])[0][0, 0]
            assert z / scatter[at] ** 0.5 == pytest.approx(sign * 3, rel=1e-6)


@pytest.mark.parametrize(("visit", "scatter"), [(1.0, 1.0), (3.0, 1.0), (1.0, 2.0)])
def test_steady_series_are_left_alone(visit: float, scatter: float) -> None:
    """Twenty-five of each; above five called has a probability of 0.001 at a level of 5 %."""
    rng = np.random.default_rng(7)
    shape = {"visit": visit, "scatter": scatter, "season": 0.3, "double": 0}
    charts = [chart_counts(draw_counts(rng, 30, 24, **shape)) for _ in range(25)]
    called = [chart for chart in charts if chart is not None and not chart.is_steady]
    assert sum(chart is not None for chart in charts) >= 18 and len(called) <= 5
    assert all(chart.p <= 0.05 for chart in called)
