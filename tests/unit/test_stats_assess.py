"""Assessment by rules, by hand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

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


def test_of_two_draws_that_differ_the_range_has_both() -> None:
    values = pd.DataFrame({RATE.fact: [80.0, 81.0]})
    found = []
    for seed in range(20):
        places, _ = assess_places(Assessment("", (RATE,)), values, values - 9, values + 9, draws=2, seed=seed)
        found += places[["low", "high"]].to_numpy().tolist()
    assert {tuple(one) for one in found} == {(1, 1), (1, 2), (2, 2)}


def test_a_rule_that_decides_has_a_low_tau() -> None:
    """Without the deduction a and b swap: one pair of one is turned round."""
    values = make_values(rate=[80, 75], deaths=[5, 0])
    _, sensitivity = assess_places(Assessment("", (RATE, DEATHS)), values, draws=20)
    assert sensitivity.loc[1, "moved"] == 2 and sensitivity.loc[1, "tau"] == pytest.approx(-1)
    assert sensitivity.loc[0, "moved"] == 0 and sensitivity.loc[0, "tau"] == pytest.approx(1)


@pytest.mark.parametrize("at_once", [1, 30])
def test_draws_at_once_or_in_parts_are_the_same(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By steps and a reward too; 64 draws, one at a time, and thirty, of which the last are few."""
    bonus = AssessmentRule("招工奖励", "reward", "done", steps=(Step(80, 4), Step(100, 6)), times="drills")
    assessment = Assessment("", (RATE, DRILLS, bonus))
    values = make_values(rate=[75, 76, 89], drills=[10, 14, 0], done=[79, np.nan, 101])
    whole = assess_places(assessment, values, values - 5, values + 5, draws=64)
    monkeypatch.setattr(assess, "_DRAWS_AT_ONCE", at_once)
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


NAN = float("nan")
BONUS = AssessmentRule(
    "招工奖励", "reward", "done", at_most=30, steps=(Step(80, 4), Step(100, 6, False)), times="heads"
)
TIME = AssessmentRule("按期率", "points", "time", points=1, zero_at=10, full_at=0)
FINES = AssessmentRule("罚款", "deduction", "fines", steps=(Step(1, 0.5), Step(3, 2)))
RULES = (RATE, DRILLS, DEATHS, VETO, BONUS, TIME, FINES)


def give_points(rule: AssessmentRule, facts: dict[str, float]) -> float:
    """Points of one place, as the rule says."""
    value = facts[rule.fact]
    if np.isnan(value):
        return NAN
    if rule.kind == "points":
        return rule.points * min(max((value - rule.zero_at) / (rule.full_at - rule.zero_at), 0), 1)
    if rule.kind == "veto":
        return 1.0 if value > rule.above else 0.0
    if rule.steps:
        points = 0.0
        for step in rule.steps:
            if value > step.start or (step.inclusive and value == step.start):
                points = step.points
        points *= facts[rule.times] if rule.times else 1
    else:
        points = max(value - rule.above, 0) * rule.per
    points = min(points, rule.at_most)
    return points if rule.kind == "reward" else -points


def add_up(rules: Sequence[AssessmentRule], points: Sequence[float]) -> tuple[float, bool]:
    """Total and veto of one place: points that are known stand for those that are not."""
    pairs = [(rule, got) for rule, got in zip(rules, points, strict=True) if not np.isnan(got)]
    most = sum(rule.points for rule in rules if rule.kind == "points")
    reach = sum(rule.points for rule, _ in pairs if rule.kind == "points")
    extra = sum(got for rule, got in pairs if rule.kind in ("reward", "deduction"))
    vetoed = any(got > 0 for rule, got in pairs if rule.kind == "veto")
    if not most:
        return extra, vetoed
    got = sum(got for rule, got in pairs if rule.kind == "points")
    return (got * most / reach + extra if reach else NAN), vetoed


def rank_all(totals: Sequence[tuple[float, bool]]) -> list[int]:
    """One more than how many are before it: the unknown last, before them the vetoed, then by total."""
    keys = [(2, 0.0) if np.isnan(total) else (int(vetoed), -total) for total, vetoed in totals]
    return [1 + sum(other < key for other in keys) for key in keys]


# Values whose points are binary fractions, so that equal totals are equal to the last bit.
FACTS = {
    "rate": [60, 67.5, 75, 82.5, 90, 95, NAN], "drills": [0, 10, 11, 15.5, 16, 17, NAN],
    "deaths": [0, 1, 5, 6, NAN], "larger": [0, 0, 0, 1, 2, NAN], "done": [79, 80, 81, 100, 101, NAN],
    "time": [-1, 0, 2.5, 5, 10, 12, NAN], "heads": [1, 2.5, 4, 5], "fines": [0, 1, 2, 3, 4, NAN],
}  # fmt: skip
PLACES = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FACTS.items()}),
    min_size=2,
    max_size=6,
)


@given(PLACES, st.lists(st.sampled_from(RULES), min_size=1, max_size=7, unique=True))
def test_totals_and_ranks_as_by_a_plain_reckoning(
    places: list[dict[str, float]], rules: list[AssessmentRule]
) -> None:
    values = pd.DataFrame(places, index=[f"p{n}" for n in range(len(places))], dtype=float)
    found, sensitivity = assess_places(Assessment("", tuple(rules)), values, draws=1)
    points = [[give_points(rule, place) for rule in rules] for place in places]
    totals = [add_up(rules, row) for row in points]
    ranks = rank_all(totals)
    expected = pd.DataFrame(points, index=values.index, dtype=float).assign(
        total=np.array([total for total, _ in totals], float),
        total_least=np.array([total for total, _ in totals], float),
        total_most=np.array([total for total, _ in totals], float),
        vetoed=[vetoed for _, vetoed in totals],
        rank=ranks,
        low=ranks,
        high=ranks,
        missing=[sum(np.isnan(got) for got in row) for row in points],
    )
    pd.testing.assert_frame_equal(found, expected, check_exact=False, check_column_type=False)
    rows = []
    for n in range(len(rules) if len(rules) > 1 else 0):
        kept = [rule for rule in rules if rule is not rules[n]]
        left = [add_up(kept, [got for m, got in enumerate(row) if m != n]) for row in points]
        others = rank_all(left)
        shifts = [abs(other - rank) for other, rank in zip(others, ranks, strict=True)]
        tau = kendalltau(others, ranks).statistic
        rows.append((n, sum(shift > 0 for shift in shifts), max(shifts), tau))
    wanted = pd.DataFrame(rows, columns=["rule", "moved", "most", "tau"]).set_index("rule")
    pd.testing.assert_frame_equal(sensitivity, wanted, check_dtype=bool(rows), check_index_type=False)


def test_ranges_as_by_draws_one_by_one() -> None:
    """Uneven intervals, some unknown; what is 0 can't fall below; rewards, deductions and vetoes stay as they are."""
    rules = (RATE, DRILLS, VETO, TIME)
    values = make_values(
        rate=[75, 76, 89, NAN], drills=[12, 10, 14, 11], larger=[0, 0, 1, 0], time=[2, 9, 0, 0]
    )
    low = values - np.array([[9.0, 5, 1, 3], [1, 5, 1, 0.5], [NAN, 5, 1, 8], [2, 5, 1, 2]])
    high = values + np.array([[2.0, 5, 1, 1], [6, 5, 1, 4], [NAN, 5, 1, 6], [2, 5, 1, NAN]])
    order = ["time", "larger", "drills", "rate"]  # the limits' columns go by name
    found, _ = assess_places(Assessment("", rules), values, low[order], high[order], draws=300, seed=11)
    rng, ranks = np.random.default_rng(11), []
    for z in rng.standard_normal((300, 4, 4)) / 1.959963984540054:
        totals = []
        for row, place in enumerate(values.index):
            facts = {}
            for column, name in enumerate(values):
                center = values.loc[place, name]
                limit = (low if z[row, column] < 0 else high).loc[place, name]
                reach = 0 if np.isnan(limit) else abs(limit - center)
                facts[name] = center + reach * z[row, column]
                if center == 0:
                    facts[name] = max(facts[name], 0)
            points = [
                give_points(rule, facts if rule.kind == "points" else dict(values.loc[place]))
                for rule in rules
            ]
            totals.append(add_up(rules, points))
        ranks.append(rank_all(totals))
    assert found["low"].tolist() == [sorted(column)[7] for column in zip(*ranks, strict=True)]
    assert found["high"].tolist() == [sorted(column)[292] for column in zip(*ranks, strict=True)]
    assert (found["low"] < found["high"]).any() and (found["low"] > 1).any()


def test_one_place_alone_has_no_tau() -> None:
    places, sensitivity = assess_places(
        Assessment("", (RATE, DEATHS)), make_values(rate=[80], deaths=[5]), draws=3
    )
    assert places[["rank", "low", "high"]].to_numpy().tolist() == [[1, 1, 1]]
    assert sensitivity["tau"].isna().all() and sensitivity["moved"].tolist() == [0, 0]


def test_the_same_draws_unless_told_otherwise() -> None:
    values = make_values(rate=[75, 76, 89, 77])
    limits = (values - 5, values + 5)
    usual = assess_places(Assessment("", (RATE,)), values, *limits)[0]
    same = assess_places(Assessment("", (RATE,)), values, *limits, draws=2000, seed=20210701)[0]
    pd.testing.assert_frame_equal(usual, same)
