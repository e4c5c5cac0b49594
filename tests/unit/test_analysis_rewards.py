"""Rewards of a county: by points and by a fact, by steps and heads, month by month, and what is left untold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_view

from taizhang import figures
from taizhang.analysis.rewards import find_rewards
from taizhang.analysis.view import View
from taizhang.core.periods import Period, parse_period
from taizhang.stats.assess import Assessment, AssessmentRule, Reward, Step

RATE, DONE, HEADS = "hazards.rectification_rate", "targets.drills.held.done_percent", "drills.participants"
RULES = (AssessmentRule("整改率", "points", RATE, points=20, zero_at=0, full_at=100),)
PRIZES = {"first": (1000.0, 800.0, 500.0), "last": (300.0, 300.0, 300.0)}
BY_POINTS = Reward("评比", "rank", **PRIZES)
BY_FACT = Reward("整改", "rank", RATE, **PRIZES)
STEPS = (Step(80, 400), Step(100, 600, inclusive=False))
BY_STEPS = Reward("演练", "steps", DONE, steps=STEPS, times=HEADS)
DONE_PERCENT = (79.99, 80, 100, 100.01, 50, 120)
PAID = [0, 4000, 4000, 6000, 0, 6000]  # of ten heads each


def make_facts(rates: list[float | None], done: tuple[float, ...] = DONE_PERCENT) -> list[dict[str, object]]:
    return [
        row
        for code, rate, percent in zip(CODES, rates, done, strict=True)
        for row in (
            make_fact(RATE, rate, district=code),
            make_fact(DONE, percent, district=code),
            make_fact(HEADS, 10, district=code),
        )
    ]


def make(*rewards: Reward, rates: list[float | None] | None = None) -> View:
    settings = {"assessment": Assessment("考核", RULES, rewards)}
    return make_view(facts=make_facts(rates or [90, 80, 70, 60, 50, 40]), district="all", settings=settings)


@pytest.mark.parametrize("reward", [BY_POINTS, BY_FACT])
def test_first_and_last_by_hand(reward: Reward) -> None:
    (found,) = find_rewards(make(reward))
    assert found.places["amount"].tolist() == [1000, 800, 500, -300, -300, -300]
    assert found.places["district"].tolist() == list(NAMES)
    (found,) = find_rewards(make(replace(reward, descending=False)))
    if reward.fact:
        assert found.places["amount"].tolist() == [-300, -300, -300, 500, 800, 1000]
    (found,) = find_rewards(make(reward, rates=[90, 80, 80, 60, 50, 40]))
    assert found.places["amount"].tolist() == [1000, 650, 650, -300, -300, -300]


def test_a_place_is_paid_with_the_value_reached_and_fined_without_it() -> None:
    """Done 79.99, 80, 100, 100.01, 50 and 120 %: three have reached it, one of them just."""
    by_done = Reward("招工", "rank", DONE, **PRIZES, reach=100)
    (found,) = find_rewards(make(by_done))
    assert found.places["amount"].tolist() == [-300, -300, 500, 800, -300, 1000]
    (found,) = find_rewards(make(replace(by_done, reach=100.005)))
    assert found.places["amount"].tolist() == [-300, -300, 0, 800, -300, 1000]
    (found,) = find_rewards(make(replace(by_done, reach=60)))
    assert found.places["amount"].tolist() == [0, 0, 500, 800, -300, 1000]
    least = Reward("重复", "rank", RATE, descending=False, first=(100.0,), last=(50.0, 50.0), reach=80)
    (found,) = find_rewards(make(least))  # 90 to 40: at most 80 is reached
    assert found.places["amount"].tolist() == [-50, 0, 0, 0, 0, 100]


def test_each_that_is_missing_to_a_target_is_fined() -> None:
    fine = Reward("少一人", "steps", DONE, steps=(Step(0, -400),), times="missing")
    facts = [
        make_fact(DONE, 100 * done / 10, district=code, numerator=done, denominator=10)
        for code, done in zip(CODES, (0, 3, 9, 10, 12, 10), strict=True)
    ]
    settings = {"assessment": Assessment("", RULES, (fine,))}
    (found,) = find_rewards(make_view(facts=facts, district="all", settings=settings))
    assert found.places["amount"].tolist() == [-4000, -2800, -400, 0, 0, 0]


def test_a_reward_of_which_nothing_is_known_is_named() -> None:
    unknown = replace(BY_FACT, name="评估", fact="drills.evaluated_share")
    table = figures.tabulate_rewards(make(BY_STEPS, unknown))
    assert table is not None and len(table.columns) == 2
    assert table.notes[-1] == "未列“评估”：所依据的指标，没有一个地区能够确定。"


def test_steps_at_their_edges() -> None:
    (found,) = find_rewards(make(BY_STEPS))
    assert found.places["amount"].tolist() == PAID and not found.has_unknown


@pytest.mark.parametrize("reward", [BY_POINTS, BY_FACT])
def test_nothing_is_told_where_the_place_rests_on_an_empty_fact(reward: Reward) -> None:
    """The fourth of five that are known is fourth or fifth, and fined either way; the third may be fined or paid."""
    (found,) = find_rewards(make(reward, rates=[90, 80, 70, 60, 50, None]))
    amounts = found.places["amount"].tolist()
    assert np.isnan(amounts[:3]).all() and np.isnan(amounts[5]) and amounts[3:5] == [-300, -300]
    assert found.has_unknown and found.places["first_least"].isna().all()


def test_missing_answers_that_change_a_step_leave_it_untold() -> None:
    """Ten drills of twelve evaluated is 83 %; with three that do not say, 67 to 87 %: nothing or 400."""
    share = Reward("评估", "steps", "drills.evaluated_share", steps=STEPS)
    facts = [
        make_fact("drills.evaluated_share", 100 * 10 / 12, district=code, numerator=10, denominator=12)
        for code in CODES
    ]
    facts[0] |= {"known": 12, "of": 15}
    settings = {"assessment": Assessment("", RULES, (share,))}
    (found,) = find_rewards(make_view(facts=facts, district="all", settings=settings))
    assert np.isnan(found.places["amount"].iloc[0]) and found.places["amount"].tolist()[1:] == [400] * 5


def test_months_are_added_up_over_the_year() -> None:
    """Of a quarter the three months, and the six since January; a month that can't be told is left out and counted."""
    by_month = replace(BY_POINTS, monthly=True)
    asked = []

    def facts_of(period: Period) -> pd.DataFrame:
        asked.append(str(period))
        rates: list[float | None] = [90, 80, 70, 60, 50, 40]
        if period.start.month > 3:
            rates.reverse()
        if period.start.month == 6:
            rates[0] = None
        return make_view(facts=make_facts(rates), district="all").facts

    view = replace(make(by_month), period=parse_period("2021Q2"), facts_of=facts_of)
    (found,) = find_rewards(view)
    assert asked == [f"2021-{month:02d}" for month in range(1, 7)]
    assert (found.months, found.months_total, found.goes_on) == (3, 6, True)
    own = found.places.loc[CODES[5]]
    # Last in January to March, first in April and May; June can't be told, as the other end of the list is unknown.
    assert (own["amount"], own["known"], own["total"], own["total_known"]) == (2000, 2, 2000 - 900, 5)
    table = figures.tabulate_rewards(view)
    assert table is not None
    heads = [column.label for column in table.columns]
    assert heads == ["地区", "评比（元）", "评比，本年累计（元）", "进前3名的可能", "列后3名的可能"]
    assert [cell.text for cell in table.rows[5]][:3] == [
        NAMES[5],
        "2,000（3个月中的2个月）",
        "1,100（6个月中的5个月）",
    ]
    assert any("逐月计算后相加" in note for note in table.notes) and any(
        "横线" in note for note in table.notes
    )


def test_the_doubt_stands_beside_the_reward() -> None:
    """Two alike by chance share the third place about evenly: each is among the first three half the time."""
    facts = make_facts([95, 90, 70, 70, 40, 30])
    for row in facts:
        if row["fact"] == RATE and row["value"] == 70:
            row |= {"low": 60, "high": 80}
    settings = {"assessment": Assessment("", RULES, (BY_FACT,))}
    view = make_view(facts=facts, district="all", settings=settings)
    (found,) = find_rewards(view)
    assert found.places["amount"].tolist() == [1000, 800, 100, 100, -300, -300]  # (500 - 300) / 2
    chances = found.places["first_least"]
    assert chances.iloc[2] == pytest.approx(0.5, abs=0.05) and chances.iloc[0] == 1
    table = figures.tabulate_rewards(view)
    assert (
        table is not None
        and table.rows[0][2].text == "100%"
        and table.rows[2][2].text in {f"{n}%" for n in range(45, 56)}
    )


def test_none_without_rewards_or_of_one_district() -> None:
    assert find_rewards(make()) == () and not figures.tabulate_rewards(make())
    assert find_rewards(replace(make(BY_STEPS), district=CODES[0])) == ()
    assert find_rewards(make_view()) == ()
