"""What rules rest on: in force on the day that a report speaks of, and read."""

from datetime import date

import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.core.periods import parse_period
from taizhang.metadata.facts import load_facts
from taizhang.metadata.laws import Law, find_law, load_laws
from taizhang.metadata.rules import load_rules
from taizhang.narrative.findings import cite_basis, say_basis, write_findings

# From the texts' own last articles: from when to when a matter has a text, and which; else good practice.
IN_FORCE = {
    "accident_graded": [(2007, "第493号")],
    "accidents_ordinary": [(2007, "第493号")],
    "accidents_reported_late": [(2007, "第493号")],
    "hazards_major_open": [(2007, ""), (2008, "第16号"), (2021, "第八十八号")],
    "drill_missed": [(2007, ""), (2019, "第708号")],
    "plans_past_review": [(2007, ""), (2013, "〔2013〕101号"), (2024, "")],
    "drills_not_evaluated": [(2007, ""), (2013, "〔2013〕101号"), (2024, "")],
}


@pytest.mark.parametrize("year", range(2007, 2027))
def test_each_rule_cites_what_was_in_force_on_the_last_day(year: int) -> None:
    view = make_view(period=str(year), as_of=date(year, 12, 31))
    for rule in load_rules():
        basis = say_basis(rule, view)
        number = next(
            (number for first, number in reversed(IN_FORCE.get(rule.rule, [])) if first <= year), ""
        )
        if number:
            assert number in basis.split("；此前")[0], rule.rule
        elif rule.law or rule.practice:
            assert basis == "依据：通行做法。", rule.rule
        else:
            assert basis == ""


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2020", "依据：《安全生产事故隐患排查治理暂行规定》（国家安全生产监督管理总局令第16号）第三条。"),
        ("2021H1", "依据：《安全生产事故隐患排查治理暂行规定》（国家安全生产监督管理总局令第16号）第三条。"),
        (
            "2021",
            "依据：《安全生产法（2021年修正）》（主席令第八十八号）第四十一条，2021年9月1日起施行；"
            "此前为《安全生产事故隐患排查治理暂行规定》（国家安全生产监督管理总局令第16号）第三条。",
        ),
        ("2024", "依据：《安全生产法（2021年修正）》（主席令第八十八号）第四十一条。"),
    ],
)
def test_a_report_cites_the_law_of_its_period(period: str, said: str) -> None:
    span = parse_period(period)
    row = {"found_on": span.start.isoformat(), "severity": "major", "status": "open"}
    hazards = {"hazards": make_table("hazards", [row], CODES[0])}
    view = make_view(
        hazards,
        district=CODES[0],
        period=period,
        as_of=span.end,
        facts=[
            make_fact(name, 1) for name in ("hazards.found", "hazards.major_open", "hazards.major_open_stock")
        ],
    )
    words = write_findings(view)
    assert words is not None and said in words._repr_mimebundle_()["text/plain"]


def test_of_what_happened_on_a_day_the_text_of_that_day_is_cited() -> None:
    (rule,) = (rule for rule in load_rules() if rule.rule == "accident_graded")
    view = make_view(period="2007", as_of=date(2007, 12, 31))
    source = "《生产安全事故报告和调查处理条例》（国务院令第493号）第三条"
    assert say_basis(rule, view, [date(2007, 5, 31)]) == "依据：通行做法。"  # in force since 1 June
    assert say_basis(rule, view, [date(2007, 5, 31), date(2007, 6, 1)]) == f"依据：{source}。"
    assert cite_basis(rule, view, [date(2007, 6, 1)]) == source


def test_a_change_of_law_within_a_period_is_named_in_english_too() -> None:
    (rule,) = (rule for rule in load_rules() if rule.rule == "drill_missed")
    view = make_view(period="2019", as_of=date(2019, 12, 31), lang="en")
    assert say_basis(rule, view) == (
        " Basis: Regulation on Emergency Response to Work Safety Accidents (State Council Order 708), Article 8, "
        "in force since 1 April 2019."
    )


def test_every_matter_is_named_by_a_rule_and_was_read() -> None:
    assert {rule.law for rule in load_rules() if rule.law} == set(load_laws())
    for laws in load_laws().values():
        for law in laws:
            assert law.read_at.startswith("http") and law.article.keys() == law.number.keys() == {"zh", "en"}
            assert set(law.title) == set(law.binds) == set(law.says) == {"zh", "en"}


def test_first_and_last_day_in_force() -> None:
    words = {"zh": "甲", "en": "A"}
    law = Law(words, "1", "第一条", date(2013, 10, 25), words, words, "https://x", date(2024, 1, 30))
    days = [date(2013, 10, 24), date(2013, 10, 25), date(2024, 1, 30), date(2024, 1, 31)]
    assert [law.holds_on(day) for day in days] == [False, True, True, False]
    assert find_law("plan_review", date(2024, 1, 30)) is not None
    assert find_law("plan_review", date(2024, 1, 31)) is None and find_law("", date(2024, 1, 1)) is None


def test_a_fact_cites_a_text_only_where_its_limits_are_set_there() -> None:
    cited = {
        name: info.source
        for name, info in load_facts().items()
        if "第" in info.source and "条" in info.source
    }
    levels = [f"incidents.level_{level}" for level in ("ordinary", "larger", "major", "extraordinary")]
    late = ["incidents.late_reports", "incidents.late_accidents", "incidents.on_time_report_rate"]
    assert cited == dict.fromkeys(
        levels, "生产安全事故报告和调查处理条例（国务院令第493号）第三条"
    ) | dict.fromkeys(late, "生产安全事故报告和调查处理条例（国务院令第493号）第九条")
    others = {info.source for name, info in load_facts().items() if name not in cited}
    assert not [
        source
        for source in others
        if any(word in source for word in ("法（", "条例", "办法", "规定", "制度", "AQ", "GB"))
    ]
