"""Changes beyond chance, against published examples."""

import numpy as np
import pytest
from scipy.stats import beta, binom, chi2, fisher_exact, norm, t
from statsmodels.stats.rates import test_poisson_2indep as poisson_test

from taizhang.stats.change import compare_counts, compare_medians, compare_shares, find_two_tails
from taizhang.stats.intervals import ALPHA


def test_counts_by_hand():
    # 9 against 1: both tails of a fair coin tossed ten times, 2 * (10 + 1) / 1024.
    change = compare_counts(9, 1)
    assert change.p == pytest.approx(22 / 1024)
    assert change.value == 9 and change.p < ALPHA < compare_counts(8, 2).p


def test_rates_as_in_statsmodels():
    # Coronary heart disease: Ng and Tang (2005), Statistics in Medicine 24, 955-965.
    change = compare_counts(60, 30, 51477.5, 54308.7)
    tail = poisson_test(60, 51477.5, 30, 54308.7, method="exact-cond", alternative="larger").pvalue
    assert change.p == pytest.approx(2 * tail, abs=1e-9)
    assert change.value == pytest.approx(60 / 51477.5 / (30 / 54308.7))


def test_the_interval_and_the_test_agree():
    """Clopper and Pearson (1934): of a share of one half, as counts alike have it."""
    for now in range(30):
        low, high = beta.ppf(ALPHA / 2, now, 11) if now else 0, beta.isf(ALPHA / 2, now + 1, 10)
        assert (low > 0.5 or high < 0.5) == (compare_counts(now, 10).p < ALPHA)


def test_a_leap_day_does_not_decide():
    # 5 against none: one tail of 1/32, twice that 0.0625, and hardly more with 365 days against 366.
    assert compare_counts(5, 0).p == pytest.approx(0.0625)
    assert compare_counts(5, 0, 365, 366).p == pytest.approx(0.0625, rel=0.01)
    assert compare_counts(5, 0, 365, 366).p > ALPHA


def test_no_events_and_none_before():
    assert np.isnan(compare_counts(0, 0).p)
    assert compare_counts(6, 0).value == np.inf and compare_counts(6, 0).p < ALPHA
    assert np.isnan(compare_counts(np.nan, 3).p)


def test_shares_as_published():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 against 48/80.
    change = compare_shares(56, 70, 48, 80)
    assert change.value == pytest.approx(0.2)
    # Yates by hand: n (|ad - bc| - n/2)^2 / products of the margins.
    chi = 150 * (abs(56 * 32 - 14 * 48) - 75) ** 2 / (70 * 80 * 104 * 46)
    assert change.p == pytest.approx(0.013409475, abs=1e-8) and chi == pytest.approx(chi2.isf(change.p, 1))


def test_small_shares_are_tested_exactly():
    change = compare_shares(3, 4, 1, 4)
    assert change.p == pytest.approx(fisher_exact([[3, 1], [1, 3]]).pvalue)


def test_shares_without_a_difference_to_be_seen():
    assert compare_shares(5, 5, 9, 9).p == 1
    assert np.isnan(compare_shares(0, 0, 9, 9).p)


@pytest.mark.parametrize(
    ("now", "before", "exposure_now", "exposure_before"),
    [(4, 9, 1, 1), (9, 4, 2, 5), (0, 7, 3, 1), (7, 0, 1, 3), (1, 0, 4, 5)],
)
def test_every_number_of_two_counts(
    now: int, before: int, exposure_now: float, exposure_before: float
) -> None:
    change = compare_counts(now, before, exposure_now, exposure_before)
    part, scale = exposure_now / (exposure_now + exposure_before), exposure_before / exposure_now
    tails = [
        sum(binom.pmf(k, now + before, part) for k in range(now + before + 1) if side * (k - now) >= 0)
        for side in (-1, 1)
    ]
    expected = [now / before * scale if before else np.inf, min(1, 2 * min(tails))]
    assert [change.value, change.p] == pytest.approx(expected)


def test_of_nothing_nothing_is_known() -> None:
    for nothing in (compare_counts(0, 0), compare_shares(1, 0, 1, 2), compare_shares(1, 2, 0, 0)):
        assert np.isnan([nothing.value, nothing.p]).all()


def test_two_tails() -> None:
    assert find_two_tails(1.5, np.inf) == pytest.approx(2 * norm.sf(1.5))
    assert find_two_tails(1.5, 4) == pytest.approx(2 * t.sf(1.5, 4))


def test_five_expected_are_enough() -> None:
    """Of 5 and 15, twice, five are expected in each small cell; of 4 and 16 fewer."""
    # Yates: n (|ad - bc| - n / 2)^2 / the margins, 40 (|2 * 12 - 18 * 8| - 20)^2 / (20 * 20 * 10 * 30).
    assert compare_shares(2, 20, 8, 20).p == pytest.approx(chi2.sf(40 * 100**2 / (20 * 20 * 10 * 30), 1))
    assert compare_shares(2, 20, 7, 20).p == pytest.approx(fisher_exact([[2, 18], [7, 13]]).pvalue)
    change = compare_shares(0, 6, 0, 9)
    assert (change.value, change.p) == (0, 1)


def test_medians_by_hand():
    """Half of twenty are closed by day 10: all of one group, none of the other; Yates has 20 (100 - 10)^2 / 10^4."""
    days, first = np.arange(1, 21), np.arange(20) < 10
    everyone = np.ones(20, bool)
    assert compare_medians(days, everyone, first) == pytest.approx(chi2.sf(16.2, 1))
    # As far apart as can be by the order alone, however far away in days.
    assert compare_medians(np.where(first, days, days + 500), everyone, first) == pytest.approx(
        chi2.sf(16.2, 1)
    )
    assert compare_medians(days, everyone, np.arange(20) % 2 == 0) == pytest.approx(1)


def test_medians_of_cases_still_open():
    """Half are closed by day 13: of the first all 6 that were followed, of the others 3 of 10; p = (84 + 7) / 8008."""
    days = np.array([1, 2, 3, 4, 5, 6, 1, 1, 1, 1, *range(11, 21)])
    closed, first = ~((days == 1) & (np.arange(20) > 5)), np.arange(20) < 10
    assert compare_medians(days, closed, first) == pytest.approx(91 / 8008)
    assert np.isnan(compare_medians(days, np.zeros(20, bool), first))
    assert np.isnan(compare_medians(days[:0], closed[:0], first[:0]))
