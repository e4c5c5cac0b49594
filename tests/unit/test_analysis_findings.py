"""Problems found, rule by rule."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.findings import (
    CHECKS,
    SEVERITIES,
    Evidence,
    Finding,
    choose_findings,
    find_problems,
    index_facts,
    list_findings,
    list_looked,
    list_steps,
)
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.facts.compute import MEASURES
from taizhang.metadata.rules import FindingRule, load_rules
from taizhang.narrative.findings import say_problem

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR, END = parse_period("2021"), date(2021, 12, 31)
IN = pd.Timestamp("2021-05-01")


def rows(code: str, n: int, column: str, day=IN, **columns) -> pd.DataFrame:
    if column == "found_on":
        columns = {"status": "open"} | columns
    return pd.DataFrame({"district_code": [code] * n, column: pd.Timestamp(day), **columns})


def yes(*name) -> bool:
    """Every difference is beyond chance."""
    return True


def find(ledgers, district="101", lang="en", before=None, called=yes, **settings) -> dict[str, str]:
    facts = compute_facts(ledgers, DISTRICTS, YEAR, END, **settings)
    earlier = compute_facts(before or {}, DISTRICTS, parse_period("2020"), date(2020, 12, 31), **settings)
    findings = find_problems(index_facts(facts), index_facts(earlier), district, ledgers, END, called)
    places = [f.place for f in findings]
    assert places == sorted(places)
    assert all(f.facts and f.district == district for f in findings)
    return {finding.rule.rule: read(finding, lang) for finding in findings}


def read(finding, lang="en") -> str:
    return "".join(run.text for run in say_problem(finding, lang))


def test_major_hazards_open():
    hazards = rows("101", 2, "found_on", severity=["major", "major"])
    assert find({"hazards": hazards})["hazards_major_open"] == "2 major hazards are still open."
    one = find({"hazards": hazards.iloc[:1]})["hazards_major_open"]
    assert one == "1 major hazard is still open."
    assert find({"hazards": hazards}, "102") == {}


def test_numbers_name_their_facts():
    facts = compute_facts(
        {"hazards": rows("101", 2, "found_on", severity=["major"] * 2)}, DISTRICTS, YEAR, END
    )
    (finding,) = find_problems(index_facts(facts), {}, "101", {}, END, yes)
    assert finding.evidence == {"value": Evidence(2.0, 0, "hazards.major_open_stock")}
    assert [(run.text, run.fact) for run in say_problem(finding, "zh")] == [
        ("重大隐患", ""), ("2", "hazards.major_open_stock"), ("处未整改", ""), ("。", "")
    ]  # fmt: skip
    assert finding.rule.law == "major_hazards" and finding.facts == ("hazards.major_open_stock",)


def overdue(code: str, late: int, all_: int) -> pd.DataFrame:
    day = ["2021-06-01"] * late + ["2022-06-01"] * (all_ - late)
    return rows(code, all_, "found_on", deadline=pd.to_datetime(pd.Series(day)))


def test_overdue_far_above_the_rest():
    hazards = pd.concat([overdue("101", 20, 50), overdue("102", 5, 100)], ignore_index=True)
    text = find({"hazards": hazards})["hazards_overdue"]
    more = " Median time overdue: 213 days."  # from 1 June to 31 December
    assert text == f"20 hazards are overdue, 40.0% of those open (5.0% elsewhere).{more}"
    # Any overdue are a problem, but no more is said of them than is so.
    assert find({"hazards": hazards}, "102")["hazards_overdue"] == f"5 hazards are overdue.{more}"
    assert find({"hazards": hazards}, "all")["hazards_overdue"] == f"25 hazards are overdue.{more}"
    # What chance alone may do is not told; it is asked of that very part of that very district.
    asked = []
    found = find({"hazards": hazards}, called=lambda *name: asked.append(name))
    assert found["hazards_overdue"] == f"20 hazards are overdue.{more}"
    assert asked == [("part", "hazards.overdue_stock", "101")]
    # Two are too few to compare, whatever the test says.
    two = pd.concat([overdue("101", 2, 2), overdue("102", 0, 900)], ignore_index=True)
    assert find({"hazards": two})["hazards_overdue"] == f"2 hazards are overdue.{more}"
    assert "hazards_overdue" not in find({"hazards": two}, "102")


def test_what_is_open_is_said_with_the_part_from_before():
    """Of three overdue two were found in 2020; of two major ones one."""
    old = rows("101", 2, "found_on", day="2020-05-01", severity=["major", "general"])
    hazards = pd.concat([old, rows("101", 1, "found_on", severity=["major"])], ignore_index=True)
    hazards["deadline"] = pd.to_datetime(["2020-06-01", "2021-12-01", "2021-12-21"])
    found = find({"hazards": hazards})
    assert found["hazards_overdue"] == (
        "3 hazards are overdue. 2 of them were found before the period. Median time overdue: 30 days."
    )
    assert found["hazards_major_open"] == (
        "2 major hazards are still open. 1 of them was found before the period."
    )
    assert find({"hazards": hazards}, lang="zh")["hazards_overdue"] == (
        "逾期隐患3处。其中2处是往期遗留的。逾期天数的中位数是30天。"
    )


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
        assert found["drill_missed"].startswith(
            "No drill of a work safety plan is on record since 1 January 2020;"
        )
    assert "drill_missed" in find({"drills": rows("101", 1, "held_on", held)}, "102")


def test_plans_and_evaluation():
    plans = pd.DataFrame(
        {"district_code": ["101"], "name": ["A"], "review_due": [pd.Timestamp("2021-01-01")]}
    )
    drills = rows("101", 4, "held_on", evaluated=pd.array([True, False, False, False], dtype="boolean"))
    found = find({"plans": plans, "drills": drills})
    assert found["plans_past_review"] == "1 plan is past its review date."
    assert found["drills_not_evaluated"] == "3 of 4 drills were not evaluated."


def test_incidents_up_beyond_chance():
    now, before = rows("101", 20, "occurred_on"), rows("101", 6, "occurred_on", "2020-05-01")
    found = find({"incidents": now}, before={"incidents": before})
    assert found["incidents_up"].startswith("20 incidents, more than the 6 a year before")
    few = find({"incidents": now.iloc[:9]}, before={"incidents": before}, called=lambda *name: False)
    assert "incidents_up" not in few
    # No rows at all a year before: the ledger was not kept.
    assert "incidents_up" not in find({"incidents": now}, before={"incidents": before.iloc[:0]})


def find_targets(day: date, *targets: tuple[str, int]) -> dict[str, Finding]:
    """What is found of three drills and one hazard, against targets of four each or as given, as of a day."""
    wanted = [SimpleNamespace(indicator=name, district="*", period="2021", at_least=n) for name, n in targets]
    ledgers = {"drills": rows("101", 3, "held_on"), "hazards": rows("101", 1, "found_on")}
    facts = compute_facts(ledgers, DISTRICTS, YEAR, day, targets=wanted)
    found = find_problems(index_facts(facts), {}, "101", ledgers, day, yes)
    return {one.rule.rule: one for one in found if one.rule.rule.startswith("target")}


def test_targets_are_missed_when_their_time_is_over():
    missed = find_targets(END, ("drills.held", 4), ("hazards.found", 4))["target_missed"]
    assert read(missed) == "2 targets are missed, the furthest at 25.0%."
    assert [(one.name, one.amount.value) for one in missed.subjects] == [
        ("hazards.found", 25),
        ("drills.held", 75),
    ]
    assert (missed.severity, missed.total, missed.size) == ("red", 2, 75)
    almost = find_targets(END, ("drills.held", 5))["target_missed"]
    assert (read(almost), almost.severity) == ("1 target is missed, the furthest at 60.0%.", "amber")
    assert find_targets(END, ("drills.held", 3)) == {}


def test_until_then_they_are_behind_pace():
    half = date(2021, 7, 1)  # 182 of 365 days, 49.9 %
    assert read(find_targets(half, ("drills.held", 7))["target_behind"], "zh") == (
        "目标任务1项落后于序时进度，最多慢7.0个百分点。"
    )
    assert find_targets(half, ("drills.held", 6)) == {}
    behind = find_targets(half, ("drills.held", 7), ("hazards.found", 4))["target_behind"]
    assert [one.name for one in behind.subjects] == ["hazards.found", "drills.held"]
    assert behind.facts[0] == "targets.hazards.found.done_percent"


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
        assert not rule.fact or rule.fact in MEASURES
        assert 1 <= rule.weight <= 100 and rule.severity in SEVERITIES
        for words in (rule.title, rule.measure):
            assert (
                set(words) == {"zh", "en"}
                and not words["zh"].endswith("。")
                and not words["en"].endswith(".")
            )
    assert len({rule.rule for rule in load_rules()}) == len(load_rules())


def judge(
    monkeypatch, check, facts, before=(), district="101", ledgers=None, called=yes, **rule
) -> list[Finding]:
    """The findings of one rule made up, over facts (district, fact, value and other columns) made up."""
    made = FindingRule("made_up", check, 50, {"zh": "甲", "en": "A"}, {"zh": "甲", "en": "A"}, **rule)
    monkeypatch.setattr("taizhang.analysis.findings.load_rules", lambda: (made,))

    def index(given, period):
        usual = {"suppressed": False, "period": period, "numerator": None, "denominator": None}
        rows = [usual | {"district_code": d, "fact": f, "value": v} | more for d, f, v, more in given]
        return index_facts(pd.DataFrame(rows, columns=[*usual, "district_code", "fact", "value"]))

    args = (index(facts, "2021"), index(before, "2020"), district, ledgers or {}, END)
    findings = find_problems(*args, called)
    assert all(one.rule is made and one.district == district for one in findings)
    return findings


OPEN, FOUND = "hazards.open", "hazards.found"


@pytest.mark.parametrize(
    ("value", "more", "there"),
    [(3, {}, False), (3.5, {}, True), (4, {"suppressed": True}, False), (float("nan"), {}, False)],
)
def test_above_is_more_than(monkeypatch, value, more, there):
    found = judge(monkeypatch, "above", [("101", OPEN, value, more)], fact=OPEN, above=3)
    assert [one.evidence for one in found] == ([{"value": Evidence(3.5, 0, OPEN)}] if there else [])
    assert [one.size for one in found] == ([3.5] if there else [])
    assert judge(monkeypatch, "above", [("102", OPEN, 9, {})], fact=OPEN, above=3) == []


@pytest.mark.parametrize(("value", "there"), [(50, False), (49.5, True)])
def test_a_share_below(monkeypatch, value, there):
    fact = "hazards.rectification_rate"
    facts = [("101", fact, value, {"numerator": 10, "denominator": 20})]
    found = judge(monkeypatch, "share_below", facts, fact=fact, below=50)
    wanted = {
        "value": Evidence(49.5, 1, fact), "numerator": Evidence(10.0), "denominator": Evidence(20.0),
        "missed": Evidence(10.0),
    }  # fmt: skip
    assert [one.evidence for one in found] == ([wanted] if there else [])


@pytest.mark.parametrize(
    ("value", "whole", "there"),
    [(3, 10, True), (2, 4, False), (3, 12, False), (3, 11.9, True), (3, 0, False), (3, None, False)],
)
def test_a_share_above(monkeypatch, value, whole, there):
    facts = [("101", OPEN, value, {})] + ([] if whole is None else [("101", FOUND, whole, {})])
    found = judge(monkeypatch, "share_above", facts, fact=OPEN, of=FOUND, least=3, above=25)
    wanted = {"value": Evidence(float(value), 0, OPEN), "share": Evidence(100 * value / (whole or 1), 1)}
    assert [one.evidence for one in found] == ([wanted] if there else [])
    assert [one.facts for one in found] == ([(OPEN, FOUND)] if there else [])
    assert judge(monkeypatch, "share_above", facts[1:], fact=OPEN, of=FOUND, least=3, above=25) == []


@pytest.mark.parametrize(
    ("value", "whole", "every", "every_of", "told"),
    [
        (20, 50, 25, 150, True),  # 40 % against 5 %
        (20, 50, 70, 150, False),  # 40 % against 50 %
        (3, 3, 3, 903, True),  # at least three
        (2, 2, 2, 902, False),
        (20, 50, 20, 50, False),  # no others
        (900, 900, 900, 901, True),
        (20, 0, 25, 150, False),
        (20, None, 25, 150, False),
        (20, 50, None, 150, False),
        (20, 50, 25, None, False),
    ],
)
def test_overdue_against_the_rest(monkeypatch, value, whole, every, every_of, told):
    facts = [("101", OPEN, value, {})] + ([] if whole is None else [("101", FOUND, whole, {})])
    facts += [("all", fact, n, {}) for fact, n in ((OPEN, every), (FOUND, every_of)) if n is not None]
    same = {"fact": OPEN, "of": FOUND, "least": 3}
    (found,) = judge(monkeypatch, "overdue", facts, **same)
    alone = {"value": Evidence(float(value), 0, OPEN)}
    if told:
        rest = 100 * (every - value) / (every_of - whole)
        alone |= {"share": Evidence(100 * value / whole, 1), "rest": Evidence(rest, 1)}
    assert found.evidence == alone
    assert judge(monkeypatch, "overdue", [("101", OPEN, 0, {})], **same) == []
    assert judge(monkeypatch, "overdue", [], **same) == []
    if every is not None:
        (area,) = judge(monkeypatch, "overdue", facts, district="all", **same)
        assert area.evidence == {"value": Evidence(float(every), 0, OPEN)}


def test_of_a_rise_the_calls_decide(monkeypatch):
    now, before = [("101", FOUND, 40, {})], [("101", FOUND, 10, {}), ("all", FOUND, 9, {})]
    for answer, number in ((True, 1), (False, 0), (None, 0)):
        found = judge(monkeypatch, "count_up", now, before, fact=FOUND, called=lambda *_, is_=answer: is_)
        assert len(found) == number


def test_more_than_a_year_before_is_counted_per_day(monkeypatch):
    def count(number, then, every=1, **periods):
        facts = [("101", FOUND, number, {"period": periods.get("now", "2021")})]
        earlier = [("101", FOUND, then, {"period": periods.get("before", "2020")})]
        earlier += [] if every is None else [("all", FOUND, every, {"period": periods.get("before", "2020")})]
        return [one.evidence for one in judge(monkeypatch, "count_up", facts, earlier, fact=FOUND)]

    assert count(40, 10) == [{"value": Evidence(40.0, 0, FOUND), "before": Evidence(10.0)}]
    assert count(10, 40) == [] and count(40, 10, every=0) == [] and count(40, 10, every=None) == []
    # 40 in a year are no more than 10 in a quarter; 40 in a quarter are more than 40 in a year.
    assert count(40, 10, before="2020Q1") == [] and len(count(40, 40, now="2021Q1")) == 1
    facts = [("101", FOUND, 40, {})]
    assert judge(monkeypatch, "count_up", facts, [("all", FOUND, 9, {})], fact=FOUND) == []
    assert (
        judge(monkeypatch, "count_up", [], [("101", FOUND, 1, {}), ("all", FOUND, 9, {})], fact=FOUND) == []
    )


def test_no_drill_is_asked_of_districts_that_have_the_fact(monkeypatch):
    ledgers = {"drills": rows("102", 1, "held_on", "2020-12-31")}
    facts = [(code, "drills.held", 0, {}) for code in ("101", "102", "all")]
    same = {"fact": "drills.held", "years": 1}
    (found,) = judge(monkeypatch, "no_drill", facts, ledgers=ledgers, **same)
    assert found.evidence == {"since": Evidence(date(2021, 1, 1), basis="drills.held")}
    assert found.facts == ("drills.held",)
    assert len(judge(monkeypatch, "no_drill", facts, district="102", ledgers=ledgers, **same)) == 1
    recent = {"drills": rows("102", 1, "held_on", "2021-01-01")}
    assert judge(monkeypatch, "no_drill", facts, district="102", ledgers=recent, **same) == []
    assert judge(monkeypatch, "no_drill", facts, district="all", ledgers=ledgers, **same) == []
    assert judge(monkeypatch, "no_drill", facts, **same) == []
    assert judge(monkeypatch, "no_drill", facts[1:], ledgers=ledgers, **same) == []


def test_facts_by_district():
    facts = pd.DataFrame(
        {"district_code": ["101", "102", "all"], "fact": ["a", "a", "b"], "value": [1, 2, 3]}
    )
    assert {code: {fact: row["value"] for fact, row in of.items()} for code, of in index_facts(facts).items()} == {
        "101": {"a": 1}, "102": {"a": 2}, "all": {"b": 3},
    }  # fmt: skip
    assert list(index_facts(facts, "102", "all")) == ["102", "all"]
    assert index_facts(pd.DataFrame()) == {} == index_facts(pd.DataFrame(), "101")


def test_findings_of_the_whole_area_name_the_districts_that_have_them_too():
    facts = [
        make_fact("hazards.overdue_stock", n, district=code)
        for code, n in {**dict(zip(CODES, (2, 0, 1), strict=False)), "all": 3}.items()
    ]
    facts += [make_fact("drills.held", 0, district=code) for code in (*CODES[:2], "all")]
    drills = make_table("drills", [{"held_on": "2021-05-01", "district_code": CODES[0]}])
    view = make_view({"drills": drills}, facts=facts, district="all")
    found = [(one.rule.rule, one.district, codes) for one, codes in list_findings(view)]
    assert found == [
        ("hazards_overdue", "all", (CODES[0], CODES[2])),
        ("drill_missed", CODES[1], (CODES[1],)),
    ]
    assert [(one.rule.rule, codes) for one, codes in list_findings(replace(view, district=CODES[0]))] == [
        ("hazards_overdue", ()),
    ]  # fmt: skip
    own = replace(view, district=CODES[1], ledgers={"drills": drills.iloc[:0]})
    assert [(one.rule.rule, codes) for one, codes in list_findings(own)] == [("drill_missed", ())]
    assert list_findings(replace(view, ledgers={}, facts=view.facts.iloc[:0])) == []


def test_of_a_rule_three_are_told_and_of_a_month_five_in_all(monkeypatch):
    """Rule a is broken in four districts, b, c and d in one each: told are three of a, then the others."""
    rules = {name: SimpleNamespace(rule=name) for name in "abcd"}
    broken = [("a", "1"), ("a", "2"), ("b", "2"), ("a", "3"), ("a", "4"), ("c", "1"), ("d", "5")]
    found = [(SimpleNamespace(rule=rules[name]), (code,)) for name, code in broken]
    monkeypatch.setattr("taizhang.analysis.findings.list_findings", lambda view: found)

    def told(view):
        return [(finding.rule.rule, *places) for finding, places in choose_findings(view)]

    year, month = make_view(lang="en"), make_view(period="2021-03")
    assert told(year) == [*broken[:4], *broken[5:]]
    assert told(month) == [*broken[:4], broken[5]]
    steps = [(one.rule.rule, *codes) for one, codes in list_steps(year)]
    assert steps == [("a", "1", "2", "3", "4"), ("b", "2"), ("c", "1"), ("d", "5")]
    assert [(one.rule.rule, *codes) for one, codes in list_steps(month)] == [
        ("a", "1", "2", "3", "4"),
        ("b", "2"),
    ]


def look_at(*facts: dict[str, object]) -> tuple[list[str], tuple[str, ...]]:
    """The rules that are met, and the facts of which it can be said that nothing stands out or does."""
    view = make_view(facts=facts)
    return [finding.rule.rule for finding, _ in list_findings(view)], list_looked(view).everywhere


@pytest.mark.parametrize(
    ("top", "bottom", "unsaid", "is_met", "is_looked_at"),
    [
        (70, 100, 0, True, True),
        (70, 100, 10, True, True),  # 72.7 % at the most
        (78, 100, 10, False, False),  # 70.9 to 80 %
        (90, 100, 10, False, True),  # 81.8 % at the least
        (80, 100, 0, False, True),
    ],
)
def test_a_share_is_below_only_whatever_the_rows_say(
    top: int, bottom: int, unsaid: int, is_met: bool, is_looked_at: bool
) -> None:
    name = "drills.evaluated_share"
    counts = {"numerator": top, "denominator": bottom, "known": bottom, "of": bottom + unsaid}
    found, looked = look_at(make_fact(name, 100 * top / bottom, **counts))
    assert (found != []) == is_met and (name in looked) == is_looked_at


@pytest.mark.parametrize(
    ("fact", "value", "known", "is_met", "is_looked_at"),
    [
        ("plans.review_overdue", 1, 9, True, True),  # one at least
        ("plans.review_overdue", 0, 10, False, True),
        ("plans.review_overdue", 0, 9, False, False),  # the tenth may be
        ("hazards.overdue_stock", 0, 9, False, False),
        ("hazards.overdue_stock", 2, 9, True, True),
        ("drills.problems_fixed_share", 50, 9, False, False),  # nobody knows how many problems the tenth had
        ("drills.problems_fixed_share", 50, 10, True, True),
    ],
)
def test_that_something_stands_out_or_nothing_holds_whatever_the_rows_say(
    fact: str, value: float, known: int, is_met: bool, is_looked_at: bool
) -> None:
    found, looked = look_at(make_fact(fact, value, numerator=value, denominator=100, known=known, of=10))
    assert (found != []) == is_met and (fact in looked) == is_looked_at


@pytest.mark.parametrize(
    ("repeats", "unsaid", "is_met", "is_looked_at"),
    [
        (11, 0, True, True),
        (11, 3, True, True),
        (10, 0, False, True),
        (9, 1, False, True),
        (9, 2, False, False),
    ],
)
def test_repeats_are_above_a_tenth_whatever_the_rows_say(
    repeats: int, unsaid: int, is_met: bool, is_looked_at: bool
) -> None:
    facts = make_fact("hazards.repeats", repeats, known=100 - unsaid, of=100), make_fact("hazards.found", 100)
    found, looked = look_at(*facts)
    assert (found != []) == is_met and ("hazards.repeats" in looked) == is_looked_at


def test_grades_and_deaths_are_looked_at_each_for_itself() -> None:
    """No accident, but an event of which the ledger does not say how many died; or deaths known and grades not."""
    larger, ordinary, deaths = "incidents.level_larger", "incidents.level_ordinary", "incidents.deaths"

    def look(level: int | None, dead: int | None) -> tuple[str, ...]:
        levels = [f"incidents.level_{name}" for name in ("ordinary", "larger", "major", "extraordinary")]
        facts = [make_fact(name, level, known=0, of=0 if level == 0 else 1) for name in levels]
        return look_at(*facts, make_fact(deaths, dead, known=0 if dead is None else 1, of=1))[1]

    levels = (larger, ordinary)
    assert (look(0, None), look(None, 0), look(0, 0)) == (levels, (deaths,), (larger, deaths, ordinary))
