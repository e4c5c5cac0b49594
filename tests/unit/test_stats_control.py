"""Control charts, against published examples and a plain reckoning."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.stats.control import chart_rates, chart_shares, chart_values, find_signals

NAN = float("nan")


def test_p_chart_as_published():
    # Montgomery, Introduction to Statistical Quality Control, example 7.1: orange juice cans, samples of 50.
    cans = [
        12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22,
        8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
    ]  # fmt: skip
    chart = chart_shares(pd.Series(cans), pd.Series([50] * 30))
    np.testing.assert_allclose(
        chart.loc[0, ["centre", "low", "high"]].astype(float), [0.2313, 0.0524, 0.4102], atol=5e-5
    )
    assert chart.index[chart["signal"] == "limits"].tolist() == [14, 22]


def test_c_chart_as_published():
    # Montgomery, example 7.3: circuit boards; 516 nonconformities in 26 samples.
    boards = [
        21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10,
        17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15,
    ]  # fmt: skip
    chart = chart_rates(pd.Series(boards))
    np.testing.assert_allclose(
        chart.loc[0, ["centre", "low", "high"]].astype(float), [19.85, 6.48, 33.21], atol=6e-3
    )
    assert chart.index[chart["signal"] == "limits"].tolist() == [5, 19]


def test_xmr_chart_as_published():
    # Montgomery, example 6.5: cost of processing mortgage loans.
    costs = [
        310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314,
        295, 293, 306, 301, 304,
    ]  # fmt: skip
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


def name_signal(values: Sequence[float], centre: float, sigma: float, place: int) -> str:
    """The rules of the docstring, one point at a time, for a sigma above 0."""
    scores = [(value - centre) / sigma for value in values[: place + 1]]
    here = scores[-1]
    if abs(here) > 3:
        return "limits"
    for side in (1, -1):
        if len(scores) >= 3 and side * here > 2 and sum(side * score > 2 for score in scores[-3:]) >= 2:
            return "near_limits"
        if len(scores) >= 8 and all(side * score > 0 for score in scores[-8:]):
            return "side"
    for side in (1, -1):
        last = [side * value for value in values[: place + 1][-6:]]
        if len(last) == 6 and all(one < other for one, other in pairwise(last)):
            return "trend"
    return ""


# Whole and half sigmas, so that values lie just on a limit, and the centre; unknown ones now and then.
SCORES = st.lists(
    st.sampled_from([-3.5, -3, -2.5, -2, -1.5, -0.5, 0, 0.5, 1, 2, 2.5, 3, 3.5, NAN]), max_size=12
)
RISING = st.lists(st.integers(-6, 6).map(lambda n: n / 2), min_size=5, max_size=9, unique=True).map(sorted)
CALM = st.lists(st.sampled_from([-0.5, 0, 0.5, 1, 1.5, 2]), min_size=7, max_size=14)


@given(
    SCORES | CALM | RISING | RISING.map(lambda scores: [0, *scores[::-1], 1]),
    st.sampled_from([0.0, -4.0, 16.0]),
    st.sampled_from([0.5, 2.0]),
)
def test_signals_as_by_a_plain_reckoning(scores: list[float], centre: float, sigma: float) -> None:
    values = np.array([centre + score * sigma for score in scores])
    found = find_signals(values, np.full(len(values), centre), np.full(len(values), sigma))
    assert found == [name_signal(values.tolist(), centre, sigma, n) for n in range(len(values))]


@pytest.mark.parametrize(
    ("scores", "signal"),
    [
        ([3], ""), ([-3], ""), ([3.1], "limits"), ([-3.1], "limits"),
        ([2.5, 2.5], ""), ([0, 2.5, 2.5], "near_limits"), ([2.5, 2.5, 2], ""), ([2.5, 2, 2.5], "near_limits"),
        ([2, 2.5, 2.5], "near_limits"), ([2, 2, 2.5], ""), ([2.5, 0, 0, 2.5], ""), ([-2.5, 0, -2.5], "near_limits"),
        ([1] * 7, ""), ([1] * 8, "side"), ([0] + [1] * 7, ""), ([0] * 8, ""), ([-1] * 8, "side"),
        ([-1] + [1] * 8, "side"), ([1, 1, 1, NAN, 1, 1, 1, 1], ""),
        ([-2, -1, 0, 1, 1.5], ""), ([-2, -1, 0, 1, 1.5, 2], "trend"), ([2, 1, 0, -1, -1.5, -2], "trend"),
        ([-2, -1, 0, 0, 1, 2], ""), ([9, -2, -1, 0, 1, 1.5, 2], "trend"), ([-1, NAN, 0, 1, 1.5, 2], ""),
    ],
)  # fmt: skip
def test_the_last_signal(scores: list[float], signal: str) -> None:
    values = np.array(scores, float)
    assert find_signals(values, np.zeros(len(values)), np.ones(len(values)))[-1] == signal


def test_without_any_spread_all_but_the_centre_lies_beyond() -> None:
    nine = np.array([5.0] * 8 + [5.5, 4.5])
    assert find_signals(nine, np.full(10, 5.0), np.zeros(10)) == [""] * 8 + ["limits"] * 2


def make_chart(
    value: list[float], centre: float, reach: list[float], floor: float, top: float
) -> pd.DataFrame:
    """A chart, its limits three sigma from the centre, worked out by hand, and kept within their bounds."""
    columns = {
        "value": value,
        "centre": [centre] * len(value),
        "low": [max(centre - part, floor) if part == part else part for part in reach],
        "high": [min(centre + part, top) if part == part else part for part in reach],
    }
    return pd.DataFrame(columns, index=list("abcdef")[: len(value)], dtype=float)


def test_a_p_chart_by_hand() -> None:
    """30 of 100 in all: sigma is sqrt(0.3 * 0.7 / total); a month without rows, or unknown, has no point."""
    index = list("abcdef")
    count = pd.Series([20, 0, pd.NA, 2, 0, 8], index, dtype="Int64")
    total = pd.Series([84, 4, 7, 1, 0, 11], index, dtype="Int64")
    reach = [3 * (0.21 / 84) ** 0.5, 3 * (0.21 / 4) ** 0.5, NAN, 3 * 0.21**0.5, NAN, 3 * (0.21 / 11) ** 0.5]
    chart = chart_shares(count, total)
    assert list(chart.columns) == ["value", "centre", "low", "high", "signal"]
    value = [20 / 84, 0, NAN, 2, NAN, 8 / 11]
    pd.testing.assert_frame_equal(chart.drop(columns="signal"), make_chart(value, 0.3, reach, 0, 1))
    assert chart["signal"].tolist() == ["", "", "", "limits", "", "limits"] and chart["signal"].dtype == "str"
    assert chart["low"].tolist()[3] == 0 and chart["high"].tolist()[3] == 1


def test_a_u_chart_by_hand() -> None:
    """24 events on 12 days: sigma is sqrt(2 / days)."""
    index = list("abcd")
    events = pd.Series([4, 20, pd.NA, 3], index, dtype="Int64")
    chart = chart_rates(events, pd.Series([8, 4, 5, 0], index, dtype="Int64"))
    expected = make_chart([0.5, 5, NAN, NAN], 2.0, [1.5, 3 * 0.5**0.5, NAN, NAN], 0, np.inf)
    pd.testing.assert_frame_equal(chart.drop(columns="signal"), expected)
    assert chart["signal"].tolist() == ["", "limits", "", ""]
    alike = chart_rates(pd.Series([1, 3, 2, 2], index), 0.5)
    pd.testing.assert_frame_equal(
        alike.drop(columns="signal"), make_chart([2, 6, 4, 4], 4.0, [3 * 8**0.5] * 4, 0, np.inf)
    )
    assert chart_rates(pd.Series([1, 3, 2, 2], index))["centre"].tolist() == [2.0] * 4


def test_an_xmr_chart_by_hand() -> None:
    """Moving ranges 1, 1, 1, 1 and 20; the last is beyond 3.267 times their mean, 4.8: sigma is 1 / 1.128."""
    chart = chart_values(pd.Series([-1, 0, -1, 0, 1, 21], list("abcdef"), dtype="Int64"))
    assert list(chart.columns) == ["value", "centre", "low", "high", "signal", "moving_range"]
    expected = make_chart([-1, 0, -1, 0, 1, 21], 20 / 6, [3 / 1.128] * 6, -np.inf, np.inf)
    expected["moving_range"] = [NAN, 1, 1, 1, 1, 20]
    pd.testing.assert_frame_equal(chart.drop(columns="signal"), expected)
    assert chart["signal"].tolist() == ["limits"] * 4 + ["near_limits", "limits"]


def test_a_moving_range_on_its_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges 1, 1, 1 and 5 have a mean of 2; with a limit of 2.5 times that all of them count."""
    monkeypatch.setattr("taizhang.stats.control.D4", 2.5)
    chart = chart_values(pd.Series([0.0, 1, 0, 1, 6]))
    assert (chart["high"] - chart["centre"]).tolist() == pytest.approx([3 * 2 / 1.128] * 5)


def test_an_xmr_chart_leaves_gaps_out() -> None:
    """Ranges 2 and 4, none across the gap."""
    chart = chart_values(pd.Series([1.0, 3, NAN, 5, 9]))
    assert chart["moving_range"].tolist() == pytest.approx([NAN, 2, NAN, NAN, 4], nan_ok=True)
    assert chart["centre"].tolist() == [4.5] * 5
    assert (chart["high"] - chart["centre"]).tolist() == pytest.approx([3 * 3 / 1.128] * 5)


@pytest.mark.parametrize("values", [[], [NAN, NAN]])
def test_nothing_known_gives_nothing(values: list[float]) -> None:
    column, base = pd.Series(values, dtype=float), pd.Series([7.0] * len(values))
    charts = [chart_shares(column, base), chart_rates(column, base)]
    for chart in [*charts, chart_values(column)] if values else charts:
        assert chart[["value", "centre", "low", "high"]].isna().all(axis=None) and len(chart) == len(values)
        assert (chart["signal"] == "").all() and chart["signal"].dtype == "str"
    alone = chart_values(pd.Series([3.0]))
    assert alone["centre"].tolist() == [3] and alone[["low", "high"]].isna().all(axis=None)
