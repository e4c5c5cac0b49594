"""What a view says of itself."""

import pytest
from view_maker import make_view

from taizhang.errors import ParameterError


@pytest.mark.parametrize(
    ("period", "scale"),
    [("2021", "year"), ("2021H1", "half"), ("2021Q3", "quarter"), ("2021-07", "month")],
)
def test_a_cell_is_for_periods_of_some_lengths(period: str, scale: str) -> None:
    view = make_view(period=period)
    for one in ("year", "half", "quarter", "month"):
        assert view.lasts(one) is (True if one == scale else None)
    assert (view.lasts("year", "half") and "shown") == ("shown" if scale in ("year", "half") else None)
    with pytest.raises(ParameterError, match="'decade' is no length of a report: year, half, quarter, month"):
        view.lasts("decade")
