"""What a view says of itself."""

import pytest
from view_maker import make_view

from taizhang.analysis.view import View, once_per_view
from taizhang.core.errors import ParameterError


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


def test_what_several_ask_of_a_view_is_worked_out_once() -> None:
    calls: list[tuple[str, str, str]] = []

    @once_per_view
    def find(view: View, fact: str, *, when: str = "now") -> list[str]:
        calls.append((str(view.period), fact, when))
        return [fact]

    view, other = make_view(), make_view(period="2021-07")
    assert find(view, "a") is find(view, "a")
    assert find(view, "b") == ["b"] and find(view, "a", when="year") == ["a"] and find(other, "a") == ["a"]
    assert find(other, "a") is not find(view, "a")
    assert calls == [
        ("2021", "a", "now"),
        ("2021", "b", "now"),
        ("2021", "a", "year"),
        ("2021-07", "a", "now"),
    ]


def test_what_is_not_there_is_not_looked_for_again() -> None:
    calls = []
    find = once_per_view(lambda view: calls.append(view))
    view = make_view()
    assert find(view) is None and find(view) is None and len(calls) == 1
