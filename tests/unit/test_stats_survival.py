"""Grouped Kaplan-Meier by hand and against lifelines."""

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_rossi, load_waltons
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times

from taizhang.stats.survival import compare_survival, estimate_survival, find_median


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


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # lifelines' own
def test_log_rank():
    waltons = load_waltons()
    group = (waltons["group"] != "control").to_numpy()
    statistic, freedom, p = compare_survival(waltons["T"], waltons["E"], group)
    expected = multivariate_logrank_test(waltons["T"], group, waltons["E"])
    assert freedom == 1
    assert statistic == pytest.approx(expected.test_statistic, abs=1e-6)
    rossi = load_rossi()
    statistic, freedom, p = compare_survival(rossi["week"], rossi["arrest"], rossi["prio"].clip(upper=3))
    expected = multivariate_logrank_test(rossi["week"], rossi["prio"].clip(upper=3), rossi["arrest"])
    assert (statistic, p) == pytest.approx((expected.test_statistic, expected.p_value), abs=1e-6)
    assert freedom == rossi["prio"].clip(upper=3).nunique() - 1
    assert np.isnan(compare_survival([1, 2], [True, True], [0, 0])[0])
