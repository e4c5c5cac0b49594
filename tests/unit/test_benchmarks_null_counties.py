"""Made-up counties of the benchmark: a doubling that is said, and a county in which nothing is."""

from itertools import islice

from benchmarks.null_counties import CHANGED, NULL, Scenario, list_statements, look_at, make_county
from taizhang.core.periods import parse_period

DOUBLED = next(one for one in CHANGED if one.name == "doubled from 50")


def say_first(scenario: Scenario, seed: int) -> list[str]:
    """What the report of the first township says."""
    (view,) = islice(look_at(make_county(scenario, seed), parse_period("2021")), 1, 2)
    return list_statements(view)


def test_a_doubling_is_said_and_nothing_where_nothing_differs() -> None:
    assert "hazards.found up on year" in say_first(DOUBLED, 1)
    assert say_first(NULL[0], 1) == []
