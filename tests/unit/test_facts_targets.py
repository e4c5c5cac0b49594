"""Targets and their pace by hand."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows
from taizhang.facts.targets import elapsed_percent, spread_targets

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR = parse_period("2021")
END = date(2021, 12, 31)


@dataclass(frozen=True)
class Target:
    indicator: str
    district: str
    period: str
    at_least: float


def drills(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"district_code": codes, "held_on": pd.Timestamp("2021-02-01")})


def compute(targets, table, as_of=END, period=YEAR, kind="drills", **settings):
    facts = compute_facts({kind: table}, DISTRICTS, period, as_of, targets=targets, **settings)
    return facts[facts["fact"].str.startswith("targets.")].set_index(["fact", "district_code"])


def test_done_and_pace():
    facts = compute([Target("drills.held", "*", "2021", 4)], drills("101", "101", "101"), date(2021, 7, 2))
    done = facts.loc["targets.drills.held.done_percent"]
    assert done.index.tolist() == ["101", "102"]  # each district, and not the whole area
    assert done["value"].tolist() == [75, 0]
    assert (done["numerator"].tolist(), done["denominator"].tolist()) == ([3, 0], [4, 4])
    pace = facts.loc["targets.drills.held.pace_points", "value"]
    np.testing.assert_allclose(pace, [75 - 100 * 183 / 365, -100 * 183 / 365])
    assert facts["unit"].unique().tolist() == ["percent", "points"]


def test_mid_year_figures():
    # 254 of 400 is 63.5 %; 400 of 900 is 44.4 %, 5.6 points behind half a year (a leap year's 1 July).
    reached = pd.DataFrame(
        {"district_code": ["101", "102"], "held_on": pd.Timestamp("2020-03-01"), "reached": [254, 400]}
    )
    targets = [
        Target("publicity.reached", "甲镇", "2020", 400),
        Target("publicity.reached", "102", "2020", 900),
    ]
    facts = compute(targets, reached, date(2020, 7, 1), parse_period("2020"), "publicity")["value"].round(1)
    assert facts["targets.publicity.reached.done_percent"].tolist() == [63.5, 44.4]
    assert facts["targets.publicity.reached.pace_points"].tolist() == [13.5, -5.6]


def test_elapsed_percent():
    assert elapsed_percent(YEAR, date(2022, 1, 31)) == 100
    assert elapsed_percent(YEAR, date(2020, 12, 31)) == 0
    assert elapsed_percent(YEAR, date(2021, 1, 1)) == pytest.approx(100 / 365)
    assert elapsed_percent(YEAR, date(2021, 12, 30)) == pytest.approx(100 * 364 / 365)
    assert elapsed_percent(YEAR, date(2021, 12, 31)) == 100
    assert elapsed_percent(YEAR, date(2019, 6, 30)) == 0


def test_a_named_district_goes_before_the_star_and_all_is_all():
    targets = [
        Target("drills.held", "*", "2021", 4),
        Target("drills.held", "102", "2021", 2),
        Target("drills.held", "all", "2021", 10),
    ]
    done = compute(targets, drills("101", "102")).loc["targets.drills.held.done_percent", "value"]
    assert done.to_dict() == {"101": 25, "102": 50, "all": 20}


def test_a_target_of_another_period_is_not_shown():
    assert compute([Target("drills.held", "*", "2021H1", 4)], drills("101")).empty
    assert len(compute([Target("drills.held", "*", "2021-01-01/2021-12-31", 4)], drills("101"))) == 4


def test_a_target_does_not_give_a_suppressed_count_away():
    table = pd.DataFrame({"district_code": ["101"] * 3, "received_on": pd.Timestamp("2021-02-01")})
    facts = compute([Target("complaints.received", "*", "2021", 6)], table, kind="complaints")
    assert facts["suppressed"].tolist() == [True, True, False, False]
    numbers = ["value", "numerator", "denominator", "low", "high"]
    assert facts.xs("101", level=1)[numbers].isna().all(axis=None)


def test_wrong_targets_are_named_all_at_once():
    targets = [
        Target("drills.hold", "*", "2021", 1),
        Target("drills.held", "甲", "2021", 1),
        Target("drills.held", "丙镇", "2021", 1),
        Target("drills.held", "*", "2021", 1),
        Target("drills.held", "101", "2021", 1),
        Target("drills.held", "甲镇", "2021", 2),
        Target("drills.held", "*", "2021-01-01/2021-12-31", 2),
        Target("drills.held", "all", "2021", 2),
    ]
    same = pd.DataFrame({"code": ["101", "102", "103", "104"], "name": ["甲镇", "乙镇", "丙镇", "丙镇"]})
    facts = ["plans.current", "drills.problems", "drills.held"]
    with pytest.raises(ParameterError) as caught:
        spread_targets(targets, YEAR, same["code"].tolist(), same["name"].tolist(), facts)
    assert str(caught.value).split("\n  ") == [
        "target for unknown fact 'drills.hold'; did you mean 'drills.held', 'drills.problems'?",
        "target for drills.held: unknown district '甲'; did you mean '甲镇'?",
        "target for drills.held: '丙镇' matches 2 districts; write the division code",
        "target for drills.held in '甲镇' for 2021 is set twice",
        "target for drills.held in '*' for 2021-01-01/2021-12-31 is set twice",
    ]
    for word, near in (("10", "'102', '101'"), ("al", "'all'"), ("乙", "'乙镇'"), ("**", "'*'")):
        with pytest.raises(ParameterError) as caught:
            spread_targets(
                [Target("drills.held", word, "2021", 1)], YEAR, ["101", "102"], ["甲镇", "乙镇"], facts
            )
        assert str(caught.value) == f"target for drills.held: unknown district '{word}'; did you mean {near}?"


def test_targets_by_indicator_and_district():
    targets = [
        Target("plans.current", "乙镇", "2021", 3),
        Target("drills.held", "*", parse_period("2021"), 4),
        Target("drills.held", "*", "2020-01-01/2021-12-31", 5),
        Target("drills.held", "*", "2021-01-01/2022-12-31", 6),
        Target("drills.held", "102", "2021", 2),
        Target("drills.held", "all", "2021", 9),
    ]
    facts = ["drills.held", "plans.current"]
    spread = spread_targets(targets, YEAR, ["101", "102"], ["甲镇", "乙镇"], facts)
    assert spread == {"drills.held": {"101": 4, "102": 2, "all": 9}, "plans.current": {"102": 3}}
    assert {type(number) for numbers in spread.values() for number in numbers.values()} == {float}


def test_what_is_shown_of_a_target():
    targets = [
        Target("drills.held", "101", "2021", 8),
        Target("drills.problems", "102", "2021", 0),
        Target("plans.current", "101", "2021", 1),  # there is no such ledger
    ]
    table = drills("101", "101").assign(problems=[1, 2])
    facts = compute(targets, table, date(2021, 2, 1)).reset_index()
    assert facts["fact"].tolist() == [
        "targets.drills.held.done_percent",
        "targets.drills.held.pace_points",
        "targets.drills.problems.done_percent",
        "targets.drills.problems.pace_points",
    ]
    assert facts["district_code"].tolist() == ["101", "101", "102", "102"]
    np.testing.assert_allclose(facts["value"], [25, 25 - 3200 / 365, np.nan, np.nan])
    assert facts["numerator"].tolist() == [2, 2, 0, 0] and facts["denominator"].tolist() == [8, 8, 0, 0]
    assert facts[["low", "high"]].isna().all(axis=None)
    assert facts["unit"].tolist() == ["percent", "points"] * 2


def test_a_suppressed_count_without_a_target_is_no_row():
    table = pd.DataFrame(
        {"district_code": ["101"] * 3 + ["102"] * 3, "received_on": pd.Timestamp("2021-02-01")}
    )
    facts = compute([Target("complaints.received", "101", "2021", 6)], table, kind="complaints").reset_index()
    assert facts["district_code"].tolist() == ["101", "101"] and facts["suppressed"].all()
    assert facts[["value", "numerator", "denominator", "low", "high"]].isna().all(axis=None)


def test_rows_behind_a_target_are_those_of_its_indicator():
    rows = select_rows(
        "targets.drills.held.pace_points", {"drills": drills("101", "102")}, DISTRICTS, YEAR, END, "102"
    )
    assert rows.index.tolist() == [1]
