"""The statistics keep their word on made-up counties."""

import pytest

from benchmarks.simulation import simulate


@pytest.mark.slow
@pytest.mark.long
def test_what_is_stated_is_reached():
    table = simulate(counties=200)
    for row in table.itertuples():
        words = row.stated.split()
        if "to" in words:
            assert float(words[0]) <= row.reached <= float(words[2]), row.what
        elif words[:2] == ["at", "least"]:
            assert row.reached >= float(words[2]), row.what
        elif words:
            assert row.reached <= float(words[-1]), row.what
    assert table["reached"].iloc[-1] > 30
