"""Rewards by rank and by steps, by hand: at the very edges of steps, with ties, and with places that aren't known."""

import numpy as np
import pytest

from taizhang.stats.assess import Step
from taizhang.stats.rewards import draw_ranks, find_chances, pay_steps, share_prizes

STEPS = (Step(80, 400), Step(100, 600, inclusive=False))
FIRST, LAST = (1000.0, 800.0, 500.0), (300.0, 300.0, 300.0)
NAN = np.nan


@pytest.mark.parametrize(
    ("done", "paid"), [(79.99, 0), (80, 12 * 400), (99.9, 4800), (100, 4800), (100.01, 12 * 600), (NAN, NAN)]
)
def test_under_80_percent_nothing_up_to_100_inclusive_400_a_head_above_it_600(
    done: float, paid: float
) -> None:
    got = pay_steps(STEPS, np.array([done]), np.array([12.0]))[0]
    assert got == paid or (np.isnan(got) and np.isnan(paid))


def test_heads_that_are_not_known_matter_only_where_something_is_paid() -> None:
    got = pay_steps(STEPS, np.array([79.99, 80.0]), np.array([NAN, NAN]))
    assert got[0] == 0 and np.isnan(got[1])


@pytest.mark.parametrize(
    ("values", "paid"),
    [
        # One after the other: three prizes, nothing, three fines.
        ([7, 6, 5, 4, 3, 2, 1], [1000, 800, 500, 0, -300, -300, -300]),
        # The order of the places does not matter.
        ([1, 7, 2, 6, 3, 5, 4], [-300, 1000, -300, 800, -300, 500, 0]),
        # Two in second place share 800 and 500; three in first 2,300.
        ([9, 8, 8, 5, 4, 3, 1], [1000, 650, 650, 0, -300, -300, -300]),
        ([9, 9, 9, 5, 4, 3, 1], [2300 / 3] * 3 + [0, -300, -300, -300]),
        # Two share the third place: its 500 and nothing.
        ([9, 8, 7, 7, 3, 2, 1], [1000, 800, 250, 250, -300, -300, -300]),
        # Four at the end share three fines.
        ([9, 8, 7, 1, 1, 1, 1], [1000, 800, 500, -225, -225, -225, -225]),
        # Six districts: nobody is between.
        ([6, 5, 4, 3, 2, 1], [1000, 800, 500, -300, -300, -300]),
        # Five: one place would have both a prize and a fine.
        ([5, 4, 3, 2, 1], [NAN] * 5),
        # One is not known: it may be anywhere, so that only who is in the middle either way knows: nothing.
        ([9, 8, 7, 6, 5, 4, 3, NAN], [NAN, NAN, NAN, 0, NAN, -300, -300, NAN]),
    ],
)
def test_prizes_by_hand(values: list[float], paid: list[float]) -> None:
    got = share_prizes(np.array(values, dtype=float), FIRST, LAST)
    assert got == pytest.approx(np.array(paid, dtype=float), nan_ok=True)


def test_prizes_alone_and_fines_that_differ() -> None:
    """The very last pays most: the first number of `last`."""
    assert share_prizes(np.array([3.0, 2, 1]), (10,), ()).tolist() == [10, 0, 0]
    assert share_prizes(np.array([3.0, 2, 1]), (), (50, 20)).tolist() == [0, -20, -50]


def test_chances_by_hand() -> None:
    """Four draws of three places: the first leads in three of them; the last two are level in one."""
    ranks = np.array([[1, 2, 3], [1, 3, 2], [2, 1, 3], [1, 2, 2]], dtype=float)
    told = find_chances(ranks, ranks, 1, 1)
    assert told["first_least"].tolist() == told["first_most"].tolist() == [0.75, 0.25, 0]
    # Behind: in the last draw both are last.
    assert told["last_least"].tolist() == [0, 0.5, 0.75]
    ends = find_chances(np.array([[1.0, 1, 3]]), np.array([[2.0, 3, 3]]), 1, 1)
    assert ends["first_least"].tolist() == [0, 0, 0] and ends["first_most"].tolist() == [1, 1, 0]
    assert ends["last_least"].tolist() == [0, 0, 1] and ends["last_most"].tolist() == [0, 1, 1]


def test_ranks_are_drawn_as_wide_as_the_intervals() -> None:
    """Two alike with the same interval lead each other half the time; what is exact and apart never moves."""
    value = np.array([50.0, 50.0, 90.0])
    end = value, value - np.array([5, 5, np.nan]), value + np.array([5, 5, np.nan])
    best, worst = draw_ranks(end, end, draws=2000)
    assert (best == worst).all() and (best[:, 2] == 1).all()
    assert (best[:, 0] == 2).mean() == pytest.approx(0.5, abs=0.04)
    higher = value + np.array([60, 0, 0]), end[1] + np.array([60, 0, 0]), end[2] + np.array([60, 0, 0])
    best, worst = draw_ranks(end, higher, draws=50)
    assert (best[:, 0] == 1).all() and (worst[:, 0] >= 2).all() and set(worst[:, 2]) == {2}
