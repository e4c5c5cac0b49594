"""Numbers that public-health guides and their own tools give, re-typed."""

import numpy as np
import pytest

from taizhang.stats.funnel import limit_rates, limit_shares
from taizhang.stats.intervals import wilson_interval

Z95 = 1.959963984540054


def test_byars_limits_of_100_events() -> None:
    """81.36 to 121.63 (Breslow and Day 1987, p. 69; the lower limit to 9 digits from a port of Public Health
    England's indicator methods)."""
    low, high = limit_rates(100.0, 1.0, Z95)
    assert float(low) == pytest.approx(81.36210549052788, rel=1e-9)
    assert float(high) == pytest.approx(121.63, abs=0.005)


def test_wilsons_limits_of_100_in_10000() -> None:
    """0.82293 % to 1.21470 %: from that port's tests."""
    expected = (0.8229336148148417e-2, 1.2146982255114647e-2)
    assert np.ravel(wilson_interval(100, 10_000)) == pytest.approx(expected, rel=1e-9)
    assert np.ravel(limit_shares(0.01, 10_000, Z95)) == pytest.approx(expected, rel=1e-9)
