"""Intervals against published examples."""

import numpy as np
import pytest

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
