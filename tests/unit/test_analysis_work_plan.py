"""A work plan by hand: what falls due upon its last day, targets set or left blank, and what was done of a plan."""

from types import SimpleNamespace

import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.view import View
from taizhang.analysis.work_plan import WorkPlan, follow_plan, list_district_tasks, make_plan

HAZARD = {"found_on": "2021-05-01", "premises": "甲厂", "deadline": "2021-12-01", "status": "open"}
FACTS = {"hazards.overdue_stock": 1, "plans.review_overdue": 1, "inspections.visits": 40}
MEASURES = {(CODES[0], "hazards_overdue"): ("镇应急办", "2022-03-31")}
BLANK = "＿＿＿＿"


def target(indicator: str, period: str, at_least: float, district: str = "*") -> SimpleNamespace:
    return SimpleNamespace(indicator=indicator, district=district, period=period, at_least=at_least)


TARGETS = [target("inspections.visits", "2021", 50), target("inspections.visits", "2022", 60)]


def look(district: str = CODES[0], lang: str = "zh") -> View:
    plans = [
        {"name": "甲预案", "review_due": "2020-09-27"},  # past
        {"name": "乙预案", "review_due": "2022-12-31"},  # on the last day
        {"name": "丙预案", "review_due": "2023-01-01"},
        {"name": "丁预案", "issued_on": "2022-01-01", "review_due": "2022-05-01"},  # not yet issued
        {"name": "戊预案"},
    ]
    facts = [make_fact(fact, n, district=code) for fact, n in FACTS.items() for code in (CODES[0], "all")]
    facts += [make_fact(fact, 0, district=code) for fact in FACTS for code in CODES[1:]]
    facts.append(make_fact("targets.inspections.visits.done_percent", 80, numerator=40, denominator=50))
    ledgers = {"hazards": make_table("hazards", [HAZARD]), "plans": make_table("plans", plans)}
    return make_view(ledgers, facts=facts, district=district, lang=lang)


def plan(view: View) -> WorkPlan:
    return make_plan(view, MEASURES, TARGETS)


def read(shown: object) -> list[str]:
    assert shown
    return ["".join(run.text for run in block.runs) for block in shown.blocks]  # type: ignore[attr-defined]


def test_every_finding_is_a_task_with_what_notes_say() -> None:
    view = look()
    made = plan(view)
    assert str(made.period) == "2022"
    told = [(task.finding.rule.rule, task.group, task.owner, task.due) for task in made.tasks]
    assert told == [
        ("hazards_overdue", "safety", "镇应急办", "2022-03-31"),
        ("plans_past_review", "management", "", ""),
        ("target_missed", "management", "", ""),
    ]
    (safety,) = read(narrative.write_plan_tasks(view, made, "safety"))
    assert safety.endswith(
        "针对问题：逾期隐患1处。依据：通行做法。责任单位：镇应急办；完成时限：2022年3月31日。"
    )
    management = read(narrative.write_plan_tasks(view, made, "management"))
    assert all(one.endswith(f"责任单位：{BLANK}；完成时限：{BLANK}。") for one in management)
    assert not narrative.write_plan_tasks(view, made, "disaster")
    english = look(lang="en")
    (safety,) = read(narrative.write_plan_tasks(english, plan(english), "safety"))
    assert safety.startswith("One hazard is overdue. Put right the one at Jia Factory first;")
    assert safety.endswith(" Basis: good practice. Owner: 镇应急办; due: 31 March 2022.")


def test_targets_are_those_set_and_the_rest_is_left_blank() -> None:
    view = look()
    table = figures.tabulate_plan_targets(view, plan(view))
    assert table
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["检查次数"] == ["40次", "50次", "60次"]
    assert rows["现存逾期未整改"] == ["1处", "—", BLANK]
    assert [column.label for column in table.columns][1:] == ["2021年完成", "2021年目标", "2022年目标"]
    assert read(narrative.write_plan_goals(view, plan(view)))[1].startswith("2022年已定目标1项。另有2项")
    no_targets = read(narrative.write_plan_goals(view, make_plan(view, {}, [])))
    assert no_targets[1].startswith("2022年的目标尚未设定。另有3项")
    county = look("all")
    local = read(
        narrative.write_plan_goals(county, make_plan(county, {}, [target("drills.held", "2022", 12, "*")]))
    )
    assert local[1].startswith("全域2022年的目标尚未设定。各地已定目标的指标有1项：演练次数，见各地的计划。")


def test_plan_reviews_until_the_last_day() -> None:
    view = look()
    made = plan(view)
    assert made.reviews is not None and made.reviews["name"].tolist() == ["甲预案", "乙预案"]
    assert made.reviews["past"].tolist() == [True, False]
    assert read(narrative.write_plan_reviews(view, made)) == [
        "到2022年12月31日前应当修订的应急预案有2个，其中1个已超过应修订日期。"
    ]
    bare = make_view()
    assert plan(bare).reviews is None and plan(bare).drills is None


def test_required_drills_until_the_last_day() -> None:
    days = (["2020-01-01"], ["2019-12-31"], ["2020-12-31"], ["2021-01-01"], ["2015-05-01", "2022-01-01"], [])
    tables = [
        make_table("drills", [{"held_on": day} for day in held], code)
        for held, code in zip(days, CODES, strict=True)
    ]
    view = make_view({"drills": pd.concat(tables, ignore_index=True)}, district="all")
    table = figures.tabulate_plan_drills(view, plan(view))
    assert table
    # Two years after its last; past by then, or none on record: at once. What is still to come was not held.
    assert [[cell.text for cell in row[:3]] for row in table.rows] == [
        [NAMES[1], "2019-12-31", "尽快"],
        [NAMES[4], "2015-05-01", "尽快"],
        [NAMES[5], "—", "尽快"],
        [NAMES[0], "2020-01-01", "2022-01-01"],
        [NAMES[2], "2020-12-31", "2022-12-31"],
    ]


def test_tasks_of_all_districts_each_once() -> None:
    told = [
        (task.finding.district, task.finding.rule.rule) for task in list_district_tasks(look("all"), MEASURES)
    ]
    rules = ("hazards_overdue", "plans_past_review", "target_missed")
    assert told == [(CODES[0], rule) for rule in rules]


def follow(*rows: tuple[str, str | None, str | None]) -> View:
    """Tasks due on 30 June 2021, by the finding that they name and the day on which they were done."""
    tasks = [
        {"task": f"任务{at}", "owner": "镇应急办", "due_on": due, "done_on": done, "finding": finding}
        for at, (finding, due, done) in enumerate(rows)
    ]
    view = look()
    return make_view(
        {**view.ledgers, "tasks": make_table("tasks", tasks)},
        facts=view.facts.to_dict("records"),
        district=CODES[0],
    )


def test_what_was_done_of_a_plan() -> None:
    view = follow(
        ("hazards_overdue 甲厂", "2021-06-30", "2021-06-30"),  # in time, and found again
        ("duty_missed", "2021-06-30", "2021-07-01"),  # late, and found no more
        ("plans_past_review", "2021-06-30", None),
        ("hazards_overdue", "2022-01-01", None),  # due in the next period
        ("会议决定", "2021-06-30", None),  # of no finding
    )
    told = [(one.rule.rule, one.state, one.again) for one in follow_plan(view)]
    assert told == [
        ("plans_past_review", "overdue", True),
        ("duty_missed", "late", False),
        ("hazards_overdue", "in_time", True),
    ]
    assert read(narrative.write_plan_followed(view)) == [
        "其中依据上期评估列入工作计划的3项：按期完成1项、逾期完成1项和逾期未完成1项。"
        "已完成、本期不再发现同类问题的有1项。"
        "已完成、本期仍发现同类问题的有1项：任务0（镇应急办）。"
        "逾期未完成的是：任务2（镇应急办）。"
    ]


def test_nothing_is_said_of_a_plan_that_nobody_entered() -> None:
    assert not narrative.write_plan_followed(look())
    assert not narrative.write_plan_followed(follow(("会议决定", "2021-06-30", "2021-06-30")))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_blanks_say_who_fills_them_in(lang: str) -> None:
    view = look(lang=lang)
    made = plan(view)
    blanks = read(narrative.write_plan_support(view, made))
    assert all(
        ("由主管负责人填写" if lang == "zh" else "for the head of the office") in one for one in blanks[:3]
    )
    assert "work_plan.2022.xlsx" in blanks[3]
    days = figures.tabulate_plan_periods(view, made)
    assert days and ("春节" if lang == "zh" else "Spring Festival") in {row[0].text for row in days.rows}
