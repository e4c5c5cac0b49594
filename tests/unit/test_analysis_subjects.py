"""A township with each kind of trouble, one ledger each: it is found, named and weighed; a quiet one has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest
from view_maker import CODES, make_districts, make_table, make_view

from taizhang.analysis.contradictions import find_contradictions, find_lone
from taizhang.analysis.findings import Finding, find_by_district, list_findings
from taizhang.analysis.subjects import MOST
from taizhang.analysis.view import View
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.narrative.findings import count_subjects, join_subjects, say_measure, say_subjects, say_title
from taizhang.stats.assess import Assessment, AssessmentRule

YEAR, END = parse_period("2021"), date(2021, 12, 31)
Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Trouble:
    """Rows of some ledgers that break one rule, and what is to be said of it."""

    rows: Mapping[str, Rows]
    severity: str
    title: str
    subjects: tuple[tuple[str, str, str], ...] = ()
    measure: str = ""
    more: Mapping[str, object] = field(default_factory=dict)


HAZARD = {
    "found_on": "2021-05-01",
    "premises": "甲厂",
    "category": "用电",
    "severity": "general",
    "status": "open",
}
CLOSED = {"status": "rectified", "rectified_on": "2021-05-02", "deadline": "2021-05-31"}
DRILL = {
    "held_on": "2021-03-02",
    "name": "化工泄漏演练",
    "evaluated": True,
    "problems": 1,
    "problems_fixed": 1,
}
EVENT = {"event": "“7·16”台风", "occurred_on": "2021-07-16", "affected": 2181, "loss_wan": 129.7}
ACCIDENT = {
    "occurred_on": "2021-03-18 09:20", "class": "accident", "type": "渔船事故", "deaths": 3, "missing": 2,
    "serious_injuries": 1, "injuries": 4, "loss_wan": 420,
}  # fmt: skip
STORM = {"class": "natural", "type": "台风", "loss_wan": 0, "deaths": 0, "serious_injuries": 0}
STAGE = {"name": "燃气整治", "stage": "自查", "starts_on": "2021-03-01", "ends_on": "2021-06-30"}
PROJECT = {"name": "山洪沟治理", "started_on": "2021-03-01", "due_on": "2021-06-30"}
SUPPLY = {"item": "急救包", "depot": "镇库", "quantity": 65, "unit": "个", "standard": 66}


def make_reach(located: int, near: int, *, sites: int = 3) -> pd.DataFrame:
    """The premises near a shelter, as `Workbook.reach` has them; of these shelters three are on the map."""
    counts = {"premises_located": located, "premises_in_reach": near, "sites": sites, "sites_located": 3}
    return pd.DataFrame({"district_code": [CODES[0], "all"], **counts})


TROUBLES = {
    "accident_graded": Trouble(
        {"incidents": [ACCIDENT]},
        "red",
        "较大事故1起；突发事件共死亡3人，失踪2人",
        (("2021年3月18日渔船事故", "较大事故", "死亡3人，失踪2人，受伤4人，直接损失420.0万元"),),
        "查清2021年3月18日渔船事故的原因和责任，落实整改措施，复查同类场所",
    ),
    "deaths": Trouble(
        {"incidents": [ACCIDENT | {"deaths": 1, "missing": 0, "loss_wan": 0}]},
        "red",
        "突发事件死亡1人",
        (("2021年3月18日渔船事故", "", "死亡1人，受伤4人"),),
    ),
    "hazards_major_open": Trouble(
        {"hazards": [HAZARD | {"severity": "major", "found_on": "2021-12-01", "deadline": "2022-01-31"}]},
        "red",
        "重大隐患1处未整改",
        (("甲厂", "用电", "查出已30天"),),
        "挂牌督办重大隐患，先督办甲厂，明确责任、资金和时限，整改前停产或监护",
    ),
    "hazards_overdue": Trouble(
        {
            "hazards": [
                HAZARD | {"deadline": "2021-12-01", "description": "插座破损。已口头告知"},
                HAZARD | {"deadline": "2021-07-04", "premises": "乙厂"},
                HAZARD | {"deadline": "2021-07-03", "premises": "丙厂"},
            ]
        },
        "red",
        "逾期隐患3处，1处超过180天",
        (("丙厂", "用电", "逾期181天"), ("乙厂", "用电", "逾期180天"), ("甲厂", "插座破损", "逾期30天")),
        "先整改丙厂的隐患；对逾期隐患逐处重定期限和责任人，每周调度到清零",
    ),
    "schools_vetoed": Trouble(
        {
            "schools": [
                {"school": "镇中学", "item": "消防设施完好", "met": False, "veto": True, "term": "2021年秋季学期"},
                {"school": "镇小学", "item": "校车", "met": True, "veto": True, "term": "2021年秋季学期"},
                {"school": "镇小学", "item": "围墙", "met": False, "veto": False, "term": "2021年秋季学期"},
                {"school": "镇小学", "item": "校车", "met": False, "veto": True, "term": "2022年春季学期"},
            ]
        },
        "red",
        "校园一票否决项1项未达标",
        (("镇中学", "", "“消防设施完好”未达标，2021年秋季学期"),),
        "会同教育部门限期整改，先督促镇中学，复查合格前不得评优",
    ),
    "events_unwarned": Trouble(
        {
            "losses": [EVENT, EVENT | {"event": "“9·24”暴雨", "occurred_on": "2021-09-24"}],
            "warnings": [{"issued_at": "2021-09-21 08:00", "kind": "暴雨", "colour": "blue"}],
        },
        "red",
        "灾害1次没有预警记录",
        (("“7·16”台风", "", "受灾2,181人，直接损失129.7万元"),),
        "核对预警的接收、转发和登记，先查“7·16”台风，查实漏登的预警，补登并注明",
    ),
    "drill_missed": Trouble(
        {"drills": [DRILL | {"district_code": CODES[1]}]},
        "amber",
        "自2020年1月1日以来没有生产安全事故演练记录，应每2年1次",
    ),
    "plans_past_review": Trouble(
        {"plans": [{"name": "火灾预案", "review_due": "2020-09-27"}, {"name": "防汛预案", "review_due": "2020-02-24"}]},
        "amber",
        "应急预案2个超过复审期限",
        (("防汛预案", "", "应于2020年2月24日复审"), ("火灾预案", "", "应于2020年9月27日复审")),
    ),
    "target_missed": Trouble(
        {"inspections": [{"inspected_on": "2021-05-01", "premises": "甲厂"}]},
        "red",
        "目标任务1项未完成，最低仅完成11.1%",
        (("检查次数", "", "完成11.1%（1/9）"),),
        "补做未完成的目标任务，先补足检查次数，并查明原因",
        {"targets": [SimpleNamespace(indicator="inspections.visits", district=CODES[0], period="2021", at_least=9)]},
    ),
    "actions_late": Trouble(
        {"actions": [STAGE, STAGE | {"stage": "执法", "done_on": "2021-07-30"}]},
        "amber",
        "专项行动1个阶段逾期未完成",
        (("燃气整治", "自查", "超过期限184天"),),
    ),
    "projects_overdue": Trouble(
        {
            "projects": [
                PROJECT,
                PROJECT | {"name": "海堤加固", "due_on": "2021-12-30"},
                PROJECT | {"name": "消防站", "due_on": "2021-12-31"},  # the last day is not over
                PROJECT | {"name": "道路", "done_on": "2021-12-31"},
            ]
        },
        "amber",
        "治理项目2个逾期未完工",
        (("山洪沟治理", "", "超过期限184天"), ("海堤加固", "", "超过期限1天")),
        "查明逾期项目停滞的原因，先查山洪沟治理，重定完工日期，逐月调度",
    ),
    "signings_short": Trouble(
        {"signings": [{"year": 2021, "due": 400, "signed": 254}, {"year": 2020, "due": 9, "signed": 0}]},
        "amber",
        "责任状签订率63.5%（254/400份）",
    ),
    "accidents_ordinary": Trouble(
        {"incidents": [ACCIDENT | {"deaths": 0, "missing": 0, "loss_wan": 2.1, "type": "触电"}]},
        "amber",
        "一般事故1起",
        (("2021年3月18日触电", "", "受伤4人，直接损失2.1万元"),),
        "查清2021年3月18日触电等事故的原因，落实防范措施，复查同类场所",
    ),
    "hazards_repeats": Trouble(
        {
            "hazards": [
                *(HAZARD | CLOSED | {"found_on": f"2021-04-0{day}"} for day in range(1, 6)),
                *(HAZARD | CLOSED | {"found_on": f"2021-05-0{day}", "category": "消防"} for day in (1, 2)),
            ]
        },
        "amber",
        "同一场所同类隐患重复出现5处，占查出隐患的71.4%",
        (("甲厂", "用电、消防", "重复5处"),),
    ),
    "complaints_late": Trouble(
        {
            "complaints": [
                {"received_on": "2021-05-01", "due_on": "2021-06-01", "resolved_on": day, "status": "resolved"}
                for day in ["2021-05-20"] * 7 + ["2021-06-02"]
            ]
        },
        "amber",
        "诉求按期办结率87.5%（7/8件）",
    ),
    "drills_not_evaluated": Trouble(
        {"drills": [DRILL, DRILL | {"held_on": "2021-04-01", "evaluated": False}]},
        "amber",
        "演练2次，1次没有评估",
        (("2021年4月1日化工泄漏演练", "", ""),),
    ),
    "duty_missed": Trouble(
        {"duty_checks": [{"checked_at": f"2021-05-0{day} 02:00", "on_duty": day > 1} for day in range(1, 8)]},
        "amber",
        "值守抽查7次，1次无人在岗",
        (("2021年5月1日", "", ""),),
    ),
    "ledgers_differ": Trouble(
        {
            "losses": [EVENT],
            "incidents": [
                {
                    "occurred_on": "2021-07-16 14:00", "class": "natural", "type": "台风", "affected": 1506,
                    "loss_wan": 51.6, "deaths": 0, "serious_injuries": 0,
                }
            ],
        },
        "amber",
        "灾情与突发事件台账对1条灾情的数字不同",
        (("“7·16”台风", "", "受灾2,181人与1,506人，损失129.7万元与51.6万元"),),
    ),
    "ledgers_lack": Trouble(
        {
            "losses": [EVENT],
            "incidents": [
                STORM | {"occurred_on": "2021-07-20", "affected": 30},
                STORM | {"occurred_on": "2021-09-24", "affected": 0},  # nobody was hit: no losses to tell of
            ],
        },
        "note",
        "灾害记录2条只在灾情或突发事件一本台账中有，另一本没有找到",
        (
            ("“7·16”台风", "灾情台账有，突发事件台账没有找到", "受灾2,181人，损失129.7万元"),
            ("2021年7月20日台风", "突发事件台账有，灾情台账没有找到", "受灾30人"),
        ),
        "核对两本台账，先核“7·16”台风，漏登的补登并注明",
    ),
    "shelters_far": Trouble(
        {"hazards": [HAZARD | CLOSED]},
        "note",
        "位置已知的10个场所中，6个离避难场所超过1公里",
        measure="新设避难场所，先选1公里内没有避难场所的地方",
        more={"reach": lambda view: make_reach(10, 4)},
    ),
    "drill_problems_open": Trouble(
        {"drills": [DRILL, DRILL | {"name": "火灾演练", "problems": 9, "problems_fixed": 0}]},
        "note",
        "演练发现问题10个，9个没有整改",
        (("2021年3月2日火灾演练", "", "9个未整改"),),
    ),
    "supplies_short": Trouble(
        {"supplies": [SUPPLY, SUPPLY | {"item": "帐篷", "quantity": 5, "standard": 20}, SUPPLY | {"quantity": 70}]},
        "note",
        "应急物资2项低于储备标准",
        (("帐篷", "镇库", "缺15个，现有5，标准20"), ("急救包", "镇库", "缺1个，现有65，标准66")),
        "补足低于标准的物资：帐篷补15个（现有5，标准20）",
    ),
    "supplies_expired": Trouble(
        {"supplies": [SUPPLY | {"quantity": 66, "expires_on": "2021-08-01", "item": "灭火弹"}]},
        "note",
        "应急物资1项已过有效期",
        (("灭火弹", "镇库", "66个，2021年8月1日到期"),),
    ),
}  # fmt: skip


def look(rows: Mapping[str, Rows], district: str = CODES[0], lang: str = "zh", **more: object) -> View:
    """A view of 2021 of some ledgers' rows, with their facts."""
    tables = {kind: make_table(kind, of) for kind, of in rows.items()}
    areas = pd.DataFrame(make_districts()[["code", "name"]])
    facts = compute_facts(tables, areas, YEAR, END, suppress=(), targets=more.pop("targets", ()))  # type: ignore[arg-type]
    if district != "all":
        tables = {
            kind: of[of["district_code"] == district].reset_index(drop=True) for kind, of in tables.items()
        }
    return make_view(tables, facts=facts.to_dict("records"), district=district, lang=lang, **more)


def read(runs: Sequence[object]) -> str:
    return "".join(run.text for run in runs)  # type: ignore[attr-defined]


def said(finding: Finding, view: View) -> tuple[tuple[str, str, str], ...]:
    return tuple((one.name, one.what, read(one.amount)) for one in say_subjects(finding, view))


@pytest.mark.parametrize("rule", TROUBLES)
def test_each_trouble_is_found_and_named(rule: str) -> None:
    trouble = TROUBLES[rule]
    view = look(trouble.rows, **trouble.more)
    found, *others = (one for one, _ in list_findings(view))
    # Each trouble is told once: an accident of the lowest grade with its dead, and not as an accident again.
    assert others == []
    assert (found.rule.rule, found.severity) == (rule, trouble.severity)
    assert read(say_title(found, "zh")) == trouble.title and len(trouble.title) <= 40
    assert said(found, view) == trouble.subjects and found.total == len(trouble.subjects)
    if trouble.measure:
        assert read(say_measure(found, "zh")) == trouble.measure
    for one in found.subjects:
        kind = one.kind
        if kind in view.ledgers:
            places = view.ledgers[kind][["source_file", "source_sheet", "source_row"]]
            assert one.row in set(places.itertuples(index=False, name=None))
    english = look(trouble.rows, lang="en", **trouble.more)
    told = next(one for one, _ in list_findings(english))
    text = f"{read(say_title(told, 'en'))} {join_subjects(told, english)} {read(say_measure(told, 'en'))}"
    assert not {"[", "]", "{", "}"} & set(text)
    # The whole area has it too, with the district.
    area = look(trouble.rows, "all", **trouble.more)
    (whole, places) = next((one, codes) for one, codes in list_findings(area) if one.rule.rule == rule)
    assert places == (CODES[0],) or (rule == "drill_missed" and CODES[0] in find_by_district(area))
    if whole.district == "all" and whole.subjects and whole.subjects[0].kind in area.ledgers:
        assert said(whole, area)[0][0] == f"城关镇{trouble.subjects[0][0]}"


def test_the_gravest_comes_first() -> None:
    """All troubles in one township, but for those that can't be together."""
    rows: dict[str, list[Mapping[str, object]]] = {}
    for rule in ("accident_graded", "hazards_overdue", "schools_vetoed", "events_unwarned", "plans_past_review",
                 "actions_late", "duty_missed", "supplies_short", "supplies_expired"):  # fmt: skip
        for kind, of in TROUBLES[rule].rows.items():
            rows.setdefault(kind, []).extend(of)
    rows["hazards"].append(HAZARD | {"severity": "major", "deadline": "2022-03-01"})
    found = [one.rule.rule for one, _ in list_findings(look(rows))]
    assert found == [
        "accident_graded", "hazards_major_open", "hazards_overdue", "schools_vetoed", "events_unwarned",
        "plans_past_review", "actions_late", "duty_missed", "supplies_short", "supplies_expired",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("located", "near", "period", "found"),
    [(10, 4, "2021", 1), (10, 5, "2021", 0), (9, 0, "2021", 0), (10, 0, "2021-07", 0), (10, 0, "2021H1", 1)],
)
def test_shelters_are_far_where_most_of_ten_premises_or_more_are(
    located: int, near: int, period: str, found: int
) -> None:
    for place in (CODES[0], "all"):
        view = make_view(district=place, period=period, reach=lambda view: make_reach(located, near))
        assert [one.rule.rule for one in find_by_district(view)[place]] == ["shelters_far"] * found
    assert find_by_district(make_view(reach=lambda view: None))[CODES[0]] == []


def test_premises_may_be_near_a_shelter_that_is_not_on_the_map() -> None:
    assert find_by_district(make_view(reach=lambda view: make_reach(12, 0, sites=4)))[CODES[0]] == []


def test_a_quiet_township_has_nothing() -> None:
    rows = {
        "hazards": [HAZARD | CLOSED | {"premises": name} for name in "甲乙丙"],
        "drills": [DRILL],
        "plans": [{"name": "火灾预案", "review_due": "2023-01-01"}],
        "incidents": [ACCIDENT | {"deaths": 0, "missing": 0, "class": "social", "loss_wan": 1}],
        "losses": [EVENT],
        "warnings": [{"issued_at": "2021-07-15 08:00", "kind": "台风", "colour": "blue"}],
        "duty_checks": [{"checked_at": "2021-05-01 02:00", "on_duty": True}],
        "supplies": [SUPPLY | {"quantity": 66, "expires_on": "2023-01-01"}],
        "schools": [
            {"school": "镇中学", "item": "消防", "met": True, "veto": True, "term": "2021年秋季学期"}
        ],
        "actions": [STAGE | {"done_on": "2021-06-30"}],
    }
    assert list_findings(look(rows)) == []


def test_premises_are_counted_once_whatever_repeats_there() -> None:
    """Seven hazards repeat at two premises, in two categories at one of them."""
    days = [
        (name, kind, day)
        for name, kind in (("甲厂", "用电"), ("甲厂", "消防"), ("乙厂", "用电"))
        for day in range(1, 4)
    ]
    rows = [HAZARD | CLOSED | {"premises": n, "category": k, "found_on": f"2021-04-0{d}"} for n, k, d in days]
    view = look({"hazards": [*rows, HAZARD | CLOSED | {"premises": "乙厂", "found_on": "2021-04-05"}]})
    (found,) = (one for one, _ in list_findings(view))
    assert read(say_title(found, "zh")) == "同一场所同类隐患重复出现7处，占查出隐患的70.0%"
    assert said(found, view) == (("甲厂", "用电、消防", "重复4处"), ("乙厂", "用电", "重复3处"))
    assert (found.total, count_subjects(found, "zh"), count_subjects(found, "en")) == (
        2,
        "2个场所",
        "2 premises",
    )


@pytest.mark.parametrize(
    ("late", "zh", "en"),
    [
        ((200, 190), "逾期隐患2处，均已超过180天", "2 hazards are overdue, both by more than 180 days"),
        ((200, 190, 181), "逾期隐患3处，均已超过180天", "3 hazards are overdue, all by more than 180 days"),
        ((200, 20), "逾期隐患2处，1处超过180天", "2 hazards are overdue, 1 by more than 180 days"),
        ((200,), "逾期隐患1处，已超过180天", "1 hazard is overdue, by more than 180 days"),
        ((20, 10), "逾期隐患2处", "2 hazards are overdue"),
    ],
)
def test_of_all_it_is_said_that_they_are_all(late: Sequence[int], zh: str, en: str) -> None:
    rows = [HAZARD | {"premises": f"厂{n}", "deadline": END - timedelta(days=n)} for n in late]
    (found,) = (one for one, _ in list_findings(look({"hazards": rows})))
    assert (read(say_title(found, "zh")), read(say_title(found, "en"))) == (zh, en)


def test_of_many_the_first_ten_are_named_and_all_counted() -> None:
    day = pd.Timestamp("2021-06-01")
    rows = [HAZARD | {"premises": f"厂{n}", "deadline": day + pd.Timedelta(days=n)} for n in range(14)]
    view = look({"hazards": rows})
    (found,) = (one for one, _ in list_findings(view))
    assert [one.name for one in found.subjects] == [f"厂{n}" for n in range(MOST)] and found.total == 14
    assert join_subjects(found, view).endswith("厂4（用电，逾期209天）等14处")


def test_of_as_many_dead_the_district_with_most_comes_first() -> None:
    """The verdict names it first; so do the events of the whole area."""
    one = ACCIDENT | {"deaths": 1, "missing": 0}
    where = [(CODES[1], "火灾"), (CODES[0], "触电"), (CODES[0], "坍塌")]
    rows = [one | {"district_code": code, "type": kind} for code, kind in where]
    (found, *_) = (one for one, _ in list_findings(look({"incidents": rows}, "all")))
    assert found.rule.rule == "deaths"
    assert [subject.district for subject in found.subjects] == [CODES[0], CODES[0], CODES[1]]


def test_of_the_whole_area_a_name_has_its_district_once() -> None:
    place = make_districts()["name"].iloc[0]
    rows = [HAZARD | {"premises": name, "deadline": "2021-06-01"} for name in ("甲厂", f"{place}中学")]
    view = look({"hazards": rows}, "all")
    (found,) = (one for one, _ in list_findings(view) if one.rule.rule == "hazards_overdue")
    assert {name for name, _, _ in said(found, view)} == {f"{place}甲厂", f"{place}中学"}


def test_rows_that_do_not_say_name_nobody() -> None:
    """Of nine drills one says that it was not evaluated and one says nothing; no plan of a suppressed kind is named."""
    rows = (
        [DRILL] * 7 + [DRILL | {"evaluated": False, "name": "夜间演练"}] * 3 + [DRILL | {"evaluated": None}]
    )
    view = look({"drills": rows})
    (found,) = (one for one, _ in list_findings(view))
    assert found.total == 3 and {one.name for one in found.subjects} == {"夜间演练"}
    hidden = replace(view, ledgers={})
    (bare,) = (one for one, _ in list_findings(hidden) if one.rule.rule == "drills_not_evaluated")
    assert bare.subjects == () and bare.total == 0


def test_vetoes_of_the_assessment_are_of_districts() -> None:
    rules = (
        AssessmentRule("较大事故", "veto", "incidents.level_larger"),
        AssessmentRule("多", "veto", "incidents.count", above=1),
    )
    settings = {"assessment": Assessment("考核", rules)}
    view = look({"incidents": [ACCIDENT]}, settings=settings)
    (found,) = (one for one, _ in list_findings(view))
    assert found.rule.rule == "accident_graded"
    assert read(say_title(found, "zh")).endswith("；触发考核一票否决")
    assert read(say_title(found, "en")).endswith("; a veto of the assessment triggered")
    area = find_by_district(look({"incidents": [ACCIDENT]}, "all", settings=settings))
    assert [one.rule.rule for one in area["all"]] == ["accident_graded"] and area[CODES[1]] == []
    whole = list_findings(look({"incidents": [ACCIDENT]}, "all", settings=settings))
    assert [one.rule.rule for one, _ in whole] == ["accident_graded"]
    assert read(say_title(whole[0][0], "zh")).endswith("；触发考核一票否决")


def test_a_veto_of_another_cause_is_a_problem_of_its_own() -> None:
    rules = (
        AssessmentRule("较大事故", "veto", "incidents.level_larger"),
        AssessmentRule("事件多", "veto", "incidents.count"),
    )
    view = look({"incidents": [ACCIDENT]}, settings={"assessment": Assessment("考核", rules)})
    first, second = (one for one, _ in list_findings(view))
    assert (first.rule.rule, second.rule.rule) == ("accident_graded", "assessment_vetoed")
    assert read(say_title(first, "zh")).endswith("；触发考核一票否决")
    assert read(say_title(second, "zh")) == "触发考核一票否决1项"
    assert [one.name for one in second.subjects] == ["事件多"]


def test_rows_set_aside_are_the_whole_workbooks() -> None:
    quality = pd.DataFrame({"kind": ["hazards", "drills"], "read": [100, 100], "set_aside": [6, 5]})
    view = look({"hazards": []}, "all", quality=quality)
    (found,) = (one for one, _ in list_findings(view))
    assert read(say_title(found, "zh")) == "1本台账有超过5%的行不能采用"
    assert said(found, view) == (("隐患排查治理", "", "6.0%，6/100行"),)
    assert list_findings(look({"hazards": []}, quality=quality)) == []


@pytest.mark.parametrize(
    ("more", "differ"),
    [
        ({}, True),
        ({"affected": 2181, "loss_wan": 129.70}, False),  # the same
        ({"affected": None, "loss_wan": None}, False),  # not written
        ({"occurred_on": "2021-07-15"}, True),  # the day before
        ({"occurred_on": "2021-07-14"}, False),
        ({"type": "地震"}, False),  # of another kind
        ({"class": "accident"}, False),
        ({"district_code": CODES[1]}, False),
    ],
)
def test_two_ledgers_differ_on_one_disaster(more: Mapping[str, object], differ: bool) -> None:
    incident = TROUBLES["ledgers_differ"].rows["incidents"][0]
    view = look({"losses": [EVENT], "incidents": [{**incident, **more}]}, "all")
    assert (len(find_contradictions(view)) == 1) == differ


def test_where_two_rows_may_be_meant_nothing_is_said() -> None:
    incident = TROUBLES["ledgers_differ"].rows["incidents"][0]
    assert find_contradictions(look({"losses": [EVENT], "incidents": [incident, incident]}, "all")).empty


def test_school_items_and_terms_are_english_in_an_english_report() -> None:
    rows = [
        {"school": "镇中学", "item": "校车安全管理", "met": False, "veto": True, "term": "2021年秋季学期"},
        {"school": "镇小学", "item": "操场平整", "met": False, "veto": True, "term": "2021秋"},
        {"school": "镇中心小学", "item": "食堂食品安全", "met": False, "veto": True},
    ]
    view = look({"schools": rows}, lang="en")
    (found,) = (one for one, _ in list_findings(view) if one.rule.rule == "schools_vetoed")
    assert read(say_title(found, "en")) == "3 veto items failed in school safety checks"
    assert said(found, view) == (
        ("Zhen Secondary School (镇中学)", "", "failed on school bus safety, autumn term 2021"),
        # The item is nobody's translation.
        ("Zhen Primary School (镇小学)", "", "failed on 操场平整, autumn term 2021"),
        ("Zhen Central Primary School (镇中心小学)", "", "failed on canteen food safety"),
    )
    assert "Zhen Secondary School first" in read(say_measure(found, "en"))
    chinese = look({"schools": rows})
    (found,) = (one for one, _ in list_findings(chinese) if one.rule.rule == "schools_vetoed")
    assert said(found, chinese)[1][2] == "“操场平整”未达标，2021秋"  # as it is written


def test_a_veto_is_called_in_english_what_its_accident_is() -> None:
    # Of a fact that no other problem is about: it would be told with that one.
    veto = AssessmentRule("较大事故", "veto", "incidents.count", above=0)
    more = {"settings": {"assessment": Assessment("考核", (veto,))}}
    view = look({"incidents": [ACCIDENT]}, lang="en", **more)
    found = next(one for one, _ in list_findings(view) if one.rule.rule == "assessment_vetoed")
    assert read(say_title(found, "en")) == "1 veto rule of the assessment was triggered"
    assert said(found, view)[0][0] == "larger accident"
    assert read(say_measure(found, "en")).startswith("Correct what triggered the veto (larger accident), ")


FAR = STORM | {"occurred_on": "2021-10-20", "affected": 0}  # that ledger has disasters


@pytest.mark.parametrize(
    ("incidents", "lone"),
    [
        ([FAR], 1),
        ([FAR, FAR | {"occurred_on": "2021-07-19"}], 0),  # three days apart
        ([FAR, FAR | {"occurred_on": "2021-07-20"}], 1),
        ([FAR, FAR | {"occurred_on": "2021-07-18", "type": None}], 0),  # of no kind: it may be the one
        ([FAR, FAR | {"occurred_on": "2021-07-18", "type": "地震"}], 1),
        ([FAR, FAR | {"occurred_on": "2021-07-18", "type": "倒房", "description": "台风过境"}], 0),
        ([FAR, FAR | {"occurred_on": "2021-07-18", "district_code": CODES[1]}], 1),
        ([FAR, FAR | {"occurred_on": "2021-07-18", "class": "accident", "type": "火灾"}], 1),
        ([ACCIDENT], 0),  # a ledger of accidents alone lacks nothing
        ([], 0),
    ],
)
def test_a_disaster_of_one_ledger_alone(incidents: Rows, lone: int) -> None:
    view = look({"losses": [EVENT], "incidents": incidents}, "all")
    assert len(find_lone(view)) == lone
    found = [one for one, _ in list_findings(view) if one.rule.rule == "ledgers_lack"]
    assert [one.evidence["value"].value for one in found] == [1.0] * lone


def test_what_is_known_to_the_month_alone_may_be_the_one() -> None:
    view = look({"losses": [EVENT], "incidents": [FAR, FAR | {"occurred_on": "2021-07-01"}]}, "all")
    assert len(find_lone(view)) == 1
    table = view.ledgers["incidents"].assign(occurred_on_precision=["day", "month"])
    assert find_lone(replace(view, ledgers={**view.ledgers, "incidents": table})).empty


def test_a_ledger_that_is_silent_or_not_there_lacks_nothing() -> None:
    assert find_lone(look({"losses": [EVENT]}, "all")).empty
    silences = pd.DataFrame(
        {"kind": ["incidents"], "district_code": [CODES[0]], "where": ["after"], "per_day": [0.1],
         "start": [pd.Timestamp("2021-05-01")], "end": [pd.Timestamp("2021-12-31")]}
    )  # fmt: skip
    rows = {"losses": [EVENT], "incidents": [FAR]}
    assert len(find_lone(look(rows, "all"))) == len(find_lone(look(rows))) == 1
    assert find_lone(look(rows, "all", silences=silences)).empty
    elsewhere = {"losses": [EVENT], "incidents": [FAR | {"district_code": CODES[1]}]}
    assert find_lone(look(elsewhere, "all")).empty and find_lone(look(elsewhere)).empty
