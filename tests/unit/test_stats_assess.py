"""Assessment by rules, by hand."""

import numpy as np
import pandas as pd
import pytest

from taizhang.stats import assess
from taizhang.stats.assess import Assessment, AssessmentRule, Step, apply_rule, assess_places

RATE = AssessmentRule("整改率", "points", "rate", points=20, zero_at=60, full_at=90)
DRILLS = AssessmentRule("演练", "reward", "drills", above=10, per=0.5, at_most=3)
DEATHS = AssessmentRule("死亡", "deduction", "deaths", per=2, at_most=10)
VETO = AssessmentRule("较大事故", "veto", "larger")


@pytest.mark.parametrize(
    ("rule", "value", "points"),
    [(RATE, 75, 10), (RATE, 50, 0), (RATE, 95, 20), (DRILLS, 12, 1), (DRILLS, 30, 3), (DRILLS, 8, 0),
     (DEATHS, 1, -2), (DEATHS, 9, -10), (VETO, 0, 0), (VETO, 1, 1)],
)  # fmt: skip
def test_points_of_a_rule(rule: AssessmentRule, value: float, points: float) -> None:
    assert apply_rule(rule, np.array([float(value)]))[0] == pytest.approx(points)


@pytest.mark.parametrize(
    ("done", "reward"), [(79.9, 0), (80, 400), (99.9, 400), (100, 400), (100.1, 600), (120, 600)]
)
def test_recruitment_reward(done: float, reward: float) -> None:
    """Under 80 % of the task nothing; 80 to 100 % inclusive 400 yuan a head; above it 600."""
    rule = AssessmentRule(
        "招工奖励", "reward", "done", steps=(Step(80, 400), Step(100, 600, inclusive=False)), times="heads"
    )
    assert apply_rule(rule, np.array([done]), np.array([1.0]))[0] == reward
    assert apply_rule(rule, np.array([done]), np.array([25.0]))[0] == 25 * reward


def make_values(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=list("abcd")[: len(next(iter(columns.values())))], dtype=float)


def test_totals_ranks_and_veto() -> None:
    values = make_values(rate=[90, 75, 60], drills=[10, 14, 10], deaths=[0, 0, 1], larger=[1, 0, 0])
    places, _ = assess_places(Assessment("", (RATE, DRILLS, DEATHS, VETO)), values, draws=50)
    assert places["total"].tolist() == [20, 12, -2]
    assert places["rank"].tolist() == [3, 1, 2] and places["vetoed"].tolist() == [True, False, False]


def test_an_unknown_fact_shares_its_points_out() -> None:
    """Half of 20 points known, 20 unknown: 10 of 20 becomes 20 of 40."""
    other = AssessmentRule("按期率", "points", "time", points=20, zero_at=0, full_at=100)
    values = make_values(rate=[75, 75], time=[np.nan, 50])
    places, _ = assess_places(Assessment("", (RATE, other)), values, draws=50)
    assert places["total"].tolist() == [20, 20] and places["missing"].tolist() == [1, 0]


def test_without_a_fact_known_nobody_has_a_total() -> None:
    places, sensitivity = assess_places(
        Assessment("", (RATE, DEATHS, VETO)),
        make_values(rate=[np.nan] * 2, deaths=[0, 1], larger=[1, 0]),
        draws=20,
    )
    assert places["total"].isna().all() and places["rank"].tolist() == [1, 1]
    assert sensitivity["moved"].tolist()[0] == 1  # without the rate the vetoed is second again


def test_ranks_that_chance_can_swap_are_ranges() -> None:
    values = make_values(rate=[75, 76, 89])
    low, high = values - 5, values + 5
    places, _ = assess_places(Assessment("", (RATE,)), values, low, high, draws=500)
    assert places.loc["a", ["low", "high"]].tolist() == [2, 3] and places.loc["c", "high"] == 1
    exact, _ = assess_places(Assessment("", (RATE,)), values, draws=50)
    assert (exact["low"] == exact["rank"]).all() and (exact["high"] == exact["rank"]).all()


def test_a_rule_that_decides_has_a_low_tau() -> None:
    """Without the deduction a and b swap: one pair of one is turned round."""
    values = make_values(rate=[80, 75], deaths=[5, 0])
    _, sensitivity = assess_places(Assessment("", (RATE, DEATHS)), values, draws=20)
    assert sensitivity.loc[1, "moved"] == 2 and sensitivity.loc[1, "tau"] == pytest.approx(-1)
    assert sensitivity.loc[0, "moved"] == 0 and sensitivity.loc[0, "tau"] == pytest.approx(1)


@pytest.mark.parametrize("at_once", [1, 100])
def test_draws_at_once_or_in_parts_are_the_same(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By steps and a reward too; 64 draws of 9 numbers: one at a time, and eleven, of which the last are few."""
    bonus = AssessmentRule("招工奖励", "reward", "done", steps=(Step(80, 4), Step(100, 6)), times="drills")
    assessment = Assessment("", (RATE, DRILLS, bonus))
    values = make_values(rate=[75, 76, 89], drills=[10, 14, 0], done=[79, np.nan, 101])
    whole = assess_places(assessment, values, values - 5, values + 5, draws=64)
    monkeypatch.setattr(assess, "_NUMBERS_AT_ONCE", at_once)
    for one, other in zip(
        assess_places(assessment, values, values - 5, values + 5, draws=64), whole, strict=True
    ):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_each_draw_is_a_ranking_of_its_own() -> None:
    """Ranks by hand from the same random numbers, draw by draw."""
    values, reach = make_values(rate=[75, 76, 82]), 8.0
    places, _ = assess_places(
        Assessment("", (RATE,)), values, values - reach, values + reach, draws=40, seed=3
    )
    rng, ranks = np.random.default_rng(3), []
    for _ in range(40):
        moved = values["rate"].to_numpy() + reach * rng.standard_normal((3, 1))[:, 0] / assess.Z95
        ranks.append(pd.Series(-apply_rule(RATE, moved)).rank(method="min").to_numpy())
    assert places["low"].tolist() == np.quantile(ranks, 0.025, axis=0, method="lower").tolist()
    assert places["high"].tolist() == np.quantile(ranks, 0.975, axis=0, method="higher").tolist()
