"""Intervals against published examples."""

import numpy as np
import pytest
from scipy.stats import chi2, norm

from taizhang.stats.intervals import poisson_interval, wilson_interval


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(count, total, low, high):
    np.testing.assert_allclose(np.ravel(wilson_interval(count, total)), [low, high], atol=5e-5)


def test_wilson_over_no_rows_is_not_known():
    low, high = wilson_interval([0, 3, 5, np.nan], [0, 3, 4, 4])
    assert np.isnan(low).tolist() == [True, False, True, True] == np.isnan(high).tolist()
    assert high[1] == 1


def test_poisson_as_published():
    # Garwood (1936): limits of 0, 1, 5 and 10 events.
    low, high = poisson_interval([0, 1, 5, 10])
    np.testing.assert_allclose(low, [0, 0.025318, 1.623486, 4.795389], atol=1e-6)
    np.testing.assert_allclose(high, [3.688879, 5.571643, 11.668332, 18.390356], atol=1e-6)


def test_poisson_of_a_rate():
    low, high = poisson_interval([10, 10, 10], [2.0, 0.0, np.nan])
    np.testing.assert_allclose([low[0], high[0]], [2.3976944, 9.1951780], atol=1e-6)
    assert np.isnan(low[1:]).all() and np.isnan(high[1:]).all()


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_wilson_by_its_formula(alpha: float) -> None:
    """One limit and the other of each, or none."""
    counts, totals = [0, 1, 1, 3, None, 3, -1, 2, 0.5, 0], [1, 1, 7, 7, 7, None, 7, 1, 4, 0]
    low, high = wilson_interval(counts, totals, alpha=alpha)
    z = norm.isf(alpha / 2)
    for n, (count, total) in enumerate(zip(counts, totals, strict=True)):
        if count is None or total is None or not 0 <= count <= total or total == 0:
            assert np.isnan([low[n], high[n]]).all()
            continue
        share = count / total
        reach = z * (share * (1 - share) / total + z**2 / (4 * total**2)) ** 0.5
        limits = [(share + z**2 / (2 * total) + side * reach) / (1 + z**2 / total) for side in (-1, 1)]
        assert [low[n], high[n]] == pytest.approx(limits, abs=1e-12)
    assert (low[0], high[1]) == (0, 1)  # exactly, and not by rounding
    assert [limit.tolist() for limit in wilson_interval(3, [7, 7], alpha=alpha)] == [
        [low[3]] * 2,
        [high[3]] * 2,
    ]


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_garwood_by_quantiles_of_chi_squared(alpha: float) -> None:
    counts, exposures = [0, 1, 0.5, 7, 7, None, -1, 7, 7, 7], [1, 1, 1, 0.5, 40, 1, 1, 0, None, -2]
    low, high = poisson_interval(counts, exposures, alpha=alpha)
    for n, (count, exposure) in enumerate(zip(counts, exposures, strict=True)):
        if n >= 5:
            assert np.isnan([low[n], high[n]]).all()
            continue
        assert low[n] == pytest.approx(chi2.ppf(alpha / 2, 2 * count) / 2 / exposure if count else 0)
        assert high[n] == pytest.approx(chi2.isf(alpha / 2, 2 * count + 2) / 2 / exposure)


def test_five_percent_of_one_unit_unless_told_otherwise() -> None:
    assert np.ravel(poisson_interval(3)).tolist() == np.ravel(poisson_interval(3, 1.0, alpha=0.05)).tolist()
    assert np.ravel(wilson_interval(3, 8)).tolist() == np.ravel(wilson_interval(3, 8, alpha=0.05)).tolist()
    for nothing in (
        poisson_interval([np.nan, -1]),
        wilson_interval([1, 2], [0, np.nan]),
        poisson_interval([]),
    ):
        assert np.isnan(nothing).all() and nothing[0].dtype == float
