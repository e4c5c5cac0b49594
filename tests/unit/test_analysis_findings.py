"""Problems found, rule by rule."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from taizhang.analysis.findings import CHECKS, Evidence, find_problems, index_facts
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.facts.compute import MEASURES
from taizhang.metadata.rules import load_rules
from taizhang.narrative.findings import say_finding

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR, END = parse_period("2021"), date(2021, 12, 31)
IN = pd.Timestamp("2021-05-01")


def rows(code: str, n: int, column: str, day=IN, **columns) -> pd.DataFrame:
    return pd.DataFrame({"district_code": [code] * n, column: pd.Timestamp(day), **columns})


def find(ledgers, district="101", lang="en", before=None, **settings) -> dict[str, str]:
    facts = compute_facts(ledgers, DISTRICTS, YEAR, END, **settings)
    earlier = compute_facts(before or {}, DISTRICTS, parse_period("2020"), date(2020, 12, 31), **settings)
    findings = find_problems(index_facts(facts), index_facts(earlier), district, ledgers, END)
    weights = [f.rule.weight for f in findings]
    assert weights == sorted(weights, reverse=True)
    assert all(f.facts and f.district == district for f in findings)
    return {finding.rule.rule: read(finding, lang) for finding in findings}


def read(finding, lang="en") -> str:
    return "".join(run.text for run in say_finding(finding, lang))


def test_major_hazards_open():
    hazards = rows("101", 2, "found_on", severity=["major", "major"])
    assert (
        find({"hazards": hazards})["hazards_major_open"] == "2 major hazards are still open on the as-of day."
    )
    one = find({"hazards": hazards.iloc[:1]})["hazards_major_open"]
    assert one == "1 major hazard is still open on the as-of day."
    assert find({"hazards": hazards}, "102") == {}


def test_numbers_name_their_facts():
    facts = compute_facts(
        {"hazards": rows("101", 2, "found_on", severity=["major"] * 2)}, DISTRICTS, YEAR, END
    )
    (finding,) = find_problems(index_facts(facts), {}, "101", {}, END)
    assert finding.evidence == {"value": Evidence(2.0, 0, "hazards.major_open")}
    assert [(run.text, run.fact) for run in say_finding(finding, "zh")] == [
        ("有", ""), ("2", "hazards.major_open"), ("处重大隐患截至统计日尚未整改。", "")
    ]  # fmt: skip
    assert "第四十一条" in finding.rule.source and finding.facts == ("hazards.major_open",)


def overdue(code: str, late: int, all_: int) -> pd.DataFrame:
    day = ["2021-06-01"] * late + [None] * (all_ - late)
    return rows(code, all_, "found_on", deadline=pd.to_datetime(pd.Series(day)))


def test_overdue_far_above_the_rest():
    hazards = pd.concat([overdue("101", 20, 50), overdue("102", 5, 100)], ignore_index=True)
    text = find({"hazards": hazards})["hazards_overdue"]
    assert text == "20 hazards are overdue, 40.0% of those found, well above the 5.0% elsewhere."
    # Any overdue are a problem, but no more is said of them than is so.
    assert find({"hazards": hazards}, "102")["hazards_overdue"] == "5 hazards are overdue."
    assert find({"hazards": hazards}, "all")["hazards_overdue"] == "25 hazards are overdue."
    # The same shares of a tenth as many are within chance.
    few = pd.concat([overdue("101", 4, 10), overdue("102", 2, 20)], ignore_index=True)
    assert find({"hazards": few})["hazards_overdue"] == "4 hazards are overdue."
    # Two are too few to compare, whatever the test says.
    two = pd.concat([overdue("101", 2, 2), overdue("102", 0, 900)], ignore_index=True)
    assert find({"hazards": two})["hazards_overdue"] == "2 hazards are overdue."
    assert "hazards_overdue" not in find({"hazards": two}, "102")


def test_repeats():
    days = pd.to_datetime([f"2021-0{i}-01" for i in range(1, 9)])
    hazards = rows("101", 8, "found_on", premises="A", category="fire").assign(found_on=days)
    assert "7 hazards repeat one of the same kind" in find({"hazards": hazards})["hazards_repeats"]
    assert "hazards_repeats" not in find({"hazards": hazards.iloc[:3]})


@pytest.mark.parametrize(
    ("held", "missed"), [("2020-01-01", False), ("2019-12-31", True), ("2022-01-01", True)]
)
def test_no_drill_in_two_years(held, missed):
    found = find({"drills": rows("101", 1, "held_on", held)})
    assert ("drill_missed" in found) == missed
    if missed:
        assert found["drill_missed"].startswith("The ledger holds no drill since 31 December 2019;")
    assert "drill_missed" in find({"drills": rows("101", 1, "held_on", held)}, "102")


def test_plans_and_evaluation():
    plans = pd.DataFrame(
        {"district_code": ["101"], "name": ["A"], "review_due": [pd.Timestamp("2021-01-01")]}
    )
    drills = rows("101", 4, "held_on", evaluated=pd.array([True, False, False, None], dtype="boolean"))
    found = find({"plans": plans, "drills": drills})
    assert found["plans_past_review"] == "1 plan is past its review date."
    assert found["drills_not_evaluated"] == "Only 33.3% of the drills (1 of 3) were evaluated."


def test_incidents_up_beyond_chance():
    now, before = rows("101", 20, "occurred_on"), rows("101", 6, "occurred_on", "2020-05-01")
    found = find({"incidents": now}, before={"incidents": before})
    assert found["incidents_up"].startswith("There were 20 incidents, against 6")
    assert "incidents_up" not in find({"incidents": now.iloc[:9]}, before={"incidents": before})
    # No rows at all a year before: the ledger was not kept.
    assert "incidents_up" not in find({"incidents": now}, before={"incidents": before.iloc[:0]})


def test_targets_behind_pace():
    target = SimpleNamespace(indicator="drills.held", district="*", period="2021", at_least=4)
    found = find({"drills": rows("101", 3, "held_on")}, targets=[target])
    assert found["target_behind"] == "The target for “Drills held” is 75.0% met, 25.0 points behind pace."
    assert "target_behind" not in find({"drills": rows("101", 4, "held_on")}, targets=[target])


def test_of_targets_the_furthest_behind_comes_first():
    targets = [
        SimpleNamespace(indicator=name, district="*", period="2021", at_least=4)
        for name in ("drills.held", "hazards.found")
    ]
    ledgers = {"drills": rows("101", 3, "held_on"), "hazards": rows("101", 1, "found_on")}
    facts = compute_facts(ledgers, DISTRICTS, YEAR, END, targets=targets)
    found = [f for f in find_problems(index_facts(facts), {}, "101", ledgers, END) if f.size]
    assert [round(f.size) for f in found] == [75, 25]
    assert "Hazards found" in read(found[0])


def test_grid_cells_without_a_person():
    grid = pd.DataFrame({"district_code": ["101"] * 3, "assigned": [True, False, False]})
    assert find({}, grid=grid)["grid_unassigned"] == "2 grid cells have no responsible person."


def test_suppressed_facts_give_rise_to_nothing():
    checks = rows("101", 3, "checked_at", on_duty=pd.array([False] * 3, dtype="boolean"))
    assert "duty_missed" in find({"duty_checks": checks})
    assert find({"duty_checks": checks}, suppress=["duty_checks"]) == {}


def test_rules_are_complete_in_both_languages():
    for rule in load_rules():
        assert rule.check in CHECKS
        assert rule.fact in MEASURES or rule.check == "target_behind"
        assert 1 <= rule.weight <= 100
        for words in (rule.problem, rule.step):
            assert words["zh"].endswith("。") and words["en"].endswith(".")
    assert len({rule.rule for rule in load_rules()}) == len(load_rules())
