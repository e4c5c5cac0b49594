"""Grouped Kaplan-Meier by hand and against lifelines."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_rossi, load_waltons
from lifelines.utils import median_survival_times
from scipy.stats import norm

from taizhang.stats import survival
from taizhang.stats.survival import Curves, estimate_survival, find_median


def check_against_lifelines(days, closed, group):
    curves = estimate_survival(days, closed, group)
    number = int(group.max()) + 1
    median, low, high = find_median(curves, number)
    for i in range(number):
        mine = curves.group == i
        if not mine.any():
            assert np.isnan([median[i], low[i], high[i]]).all()
            continue
        fit = KaplanMeierFitter().fit(days[group == i], closed[group == i])
        times = curves.time[mine]
        np.testing.assert_allclose(
            curves.survival[mine], fit.survival_function_["KM_estimate"].loc[times], atol=1e-9
        )
        table = fit.event_table.loc[times]
        assert curves.at_risk[mine].tolist() == (table["at_risk"] - table["entrance"] * (times != 0)).tolist()
        inner = (curves.survival[mine] > 0) & ~np.isnan(curves.low[mine])
        band = fit.confidence_interval_.loc[times]
        np.testing.assert_allclose(curves.low[mine][inner], band.iloc[inner, 0], atol=1e-9)
        np.testing.assert_allclose(curves.high[mine][inner], band.iloc[inner, 1], atol=1e-9)
        expected = [fit.median_survival_time_, *median_survival_times(fit.confidence_interval_).to_numpy()[0]]
        got = [np.inf if np.isnan(part) else part for part in (median[i], low[i], high[i])]
        ties = np.abs(curves.survival[mine] - 0.5) < 1e-9
        if ties.any():  # where rounding makes lifelines miss a tie
            expected[0] = times[ties][0]
        if (group == i).sum() >= 6 or curves.survival[mine][-1] > 0:
            assert got == expected
        else:  # lifelines gives a few cases, all closed, limits that they do not have
            assert got[0] == expected[0] and got[2] == np.inf


def test_published_data_sets():
    waltons = load_waltons()
    check_against_lifelines(
        waltons["T"].to_numpy(int), waltons["E"].to_numpy(bool), (waltons["group"] != "control").to_numpy(int)
    )
    rossi = load_rossi()
    check_against_lifelines(
        rossi["week"].to_numpy(int), rossi["arrest"].to_numpy(bool), rossi["race"].to_numpy(int)
    )


@pytest.mark.parametrize("seed", range(20))
def test_made_up_ledgers(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 200))
    days = np.where(rng.random(n) < 0.3, 0, rng.integers(0, 40, n))
    check_against_lifelines(days, rng.random(n) < rng.choice([0.2, 0.7, 1.0]), rng.integers(0, 4, n))


def test_by_hand():
    # 5 cases: closed at 0, 3 and 10, open at 0 and 213. S: 4/5, then of 3 at risk 2/3, then 1/2.
    curves = estimate_survival([0, 0, 3, 10, 213], [True, False, True, True, False])
    assert curves.time.tolist() == [0, 3, 10, 213]
    assert curves.at_risk.tolist() == [5, 3, 2, 1]
    np.testing.assert_allclose(curves.survival, [4 / 5, 8 / 15, 4 / 15, 4 / 15])
    assert find_median(curves, 1)[0].tolist() == [10]


def test_exactly_one_half_is_reached():
    # Three steps whose product is one half but for rounding: 5/6 * 4/5 * 3/4.
    curves = estimate_survival([1, 2, 3, 9, 9, 9], [True, True, True, False, False, False])
    assert find_median(curves, 1)[0].tolist() == [3]


def test_a_few_cases_all_closed_have_no_upper_limit():
    median, low, high = find_median(estimate_survival([2, 5, 9], [True] * 3), 1)
    assert (median[0], low[0]) == (5, 2) and np.isnan(high[0])  # as R's survfit
    alone = find_median(estimate_survival([5], [True]), 1)
    assert alone[0][0] == 5 and np.isnan([alone[1][0], alone[2][0]]).all()


def test_many_groups_on_long_spans_take_the_other_way():
    days, group = np.array([5, 900_000, 7, 7]), np.array([0, 0, 3, 3])
    few = find_median(estimate_survival(days, [True] * 4, group), 4)
    assert few[0][[0, 3]].tolist() == [5, 7] and np.isnan(few[0][[1, 2]]).all()


def test_no_cases():
    assert np.isnan(find_median(estimate_survival([], []), 2)).all()


CASES = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([0, 1, 3])), min_size=1, max_size=40
)


@given(CASES, st.sampled_from([0.05, 0.3]), st.booleans())
def test_every_entry_as_by_a_plain_reckoning(
    cases: list[tuple[int, bool, int]], alpha: float, sorts: bool
) -> None:
    """Day by day; Greenwood's variance, and limits on the log-log scale."""
    rows = []
    for group in sorted({case[2] for case in cases}):
        share, terms = 1.0, 0.0
        mine = [case for case in cases if case[2] == group]
        for day in sorted({case[0] for case in mine}):
            at_risk = sum(case[0] >= day for case in mine)
            closed = sum(case[0] == day and case[1] for case in mine)
            share *= 1 - closed / at_risk
            low = high = np.nan
            if closed == at_risk:
                share = 0.0
                low = high = 0.0 if len(mine) >= 6 else np.nan
            else:
                terms += closed / (at_risk * (at_risk - closed))
                if terms:
                    reach = np.exp(norm.isf(alpha / 2) * terms**0.5 / abs(np.log(share)))
                    low, high = share**reach, share ** (1 / reach)
            rows.append((group, day, at_risk, closed, share, low, high))
    days, closed, groups = (list(column) for column in zip(*cases, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survival, "_MOST_CELLS", -1 if sorts else 1000)
        found = estimate_survival(
            [float(day) for day in days],
            [int(one) for one in closed],
            [float(n) for n in groups],
            alpha=alpha,
        )
    for name, expected in zip(vars(found), zip(*rows, strict=True), strict=True):
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-12)
        assert getattr(found, name).dtype == (float if name in ("survival", "low", "high") else np.int64)
    halves = [
        [
            next((row[1] for row in rows if row[0] == group and row[column] <= 0.5 + 1e-9), np.nan)
            for group in range(5)
        ]
        for column in (4, 5, 6)
    ]
    np.testing.assert_array_equal(find_median(found, 5), halves)


def test_one_group_at_five_percent_unless_told_otherwise() -> None:
    days, closed = pd.Series([3.0, 5, 5, 9, 12, 20]), pd.Series([True, True, False, True, True, False])
    usual, told = estimate_survival(days, closed), estimate_survival(days, closed, [0] * 6, alpha=0.05)
    for name, part in vars(usual).items():
        np.testing.assert_array_equal(part, getattr(told, name))
    empty = vars(estimate_survival([], []))
    assert [part.dtype.kind for part in empty.values()] == list("iiiifff") and not any(
        map(len, empty.values())
    )


def test_a_half_is_a_half_but_for_rounding() -> None:
    level = np.array([0.6, 0.5 + 2e-9, 0.5 + 0.5e-9])
    whole = np.arange(3)
    curves = Curves(np.zeros(3, int), whole, whole, whole, level, level, level)
    assert [limit.tolist() for limit in find_median(curves, 1)] == [[2], [2], [2]]


def test_six_cases_all_closed_have_limits_and_five_have_none() -> None:
    for cases, limit in ((6, 0.0), (5, np.nan)):
        curves = estimate_survival(range(cases), [True] * cases)
        np.testing.assert_array_equal([curves.low[-1], curves.high[-1]], [limit, limit])
