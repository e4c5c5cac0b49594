"""Sentences: their branches, their numbers' sources, and what they say of nothing, of few and of the unknown."""

import inspect
import re

import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view, takes_a_view_alone

from taizhang import narrative
from taizhang.analysis.changes import compare_periods
from taizhang.analysis.selection import find_count
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.facts import load_facts
from taizhang.metadata.words import load_words

FOUND = make_fact("hazards.found", 248)
AREA_BEFORE = make_fact("hazards.found", 2000, district="all")


def read(prose: Prose | None) -> str:
    assert prose is not None
    return "\n".join("".join(run.text for run in block.runs) for block in prose.blocks)


def list_runs(prose: Prose | None) -> dict[str, str]:
    """Fact to number as written."""
    assert prose is not None
    return {run.fact: run.text for block in prose.blocks for run in block.runs if run.fact}


def make_hazard_view(*, lang: str = "zh", found: float = 248, before: float = 275, **others: object) -> View:
    facts = [
        make_fact("hazards.found", found),
        make_fact("hazards.rectified", 244),
        make_fact("hazards.rectification_rate", 98.4, numerator=244, denominator=248, low=95.9, high=99.4),
        make_fact("hazards.rectification_rate", 96.7, district="all"),
        make_fact("hazards.major", 0),
        make_fact("hazards.open_stock", 4),
        make_fact("hazards.open_stock_before", 1),
        make_fact("hazards.overdue_stock", 2),
        make_fact("hazards.overdue_stock_before", 0),
        make_fact("hazards.overdue_stock_days_median", 40),
        make_fact("hazards.major_open_stock", 0),
        make_fact("hazards.major_open_stock_before", 0),
    ]
    earlier = [make_fact("hazards.found", before), AREA_BEFORE]
    return make_view(facts=facts, before=earlier, lang=lang, **others)  # type: ignore[arg-type]


def test_hazards_in_chinese() -> None:
    assert read(narrative.write_hazards(make_hazard_view())) == (
        "2021年，城关镇查出隐患248处（上年同期275处）。"
        "其中244处已整改，整改率为98.4%（全域96.7%）。"
        "没有重大隐患。\n"
        "截至2021年12月31日，城关镇尚未整改的隐患有4处，其中1处是往期遗留的。"
        "逾期的有2处，逾期天数的中位数是40天。没有未整改的重大隐患。"
    )


@pytest.mark.parametrize(
    ("now", "before", "zh", "en"),
    [
        ((248, 98.4), (275, 98.5), "查出隐患248处，整改率为98.4%（均与上年同期相当，分别为275处、98.5%）。",
         "hazards were found; the rectification rate is 98.4% (both about as a year before: 275 and 98.5%)."),
        ((248, 98.4), (224, 98.5), "查出隐患248处，整改率为98.4%（上年同期分别为224处、98.5%）。",
         "the rectification rate is 98.4% (224 and 98.5% a year before)."),
        ((248, 98.4), (None, 98.5), "查出隐患248处，整改率为98.4%（上年同期98.5%）。", "98.4% (98.5% a year before)."),
        ((248, 98.4), (100, 98.5), "查出隐患248处，比上年同期明显增加148处，整改率为98.4%（上年同期98.5%）。",
         "clearly up by 148 on a year before; the rectification rate is 98.4% (98.5% a year before)."),
    ],
)  # fmt: skip
def test_what_numbers_were_before_is_said_for_all_at_once(
    now: tuple[float, float], before: tuple[float | None, float], zh: str, en: str
) -> None:
    """224 is more than a tenth less than 248, and 275 is not a tenth more."""
    made = []
    for found, rate in (now, before):
        share = {"numerator": rate * 2.5, "denominator": 250.0}
        made.append(
            [make_fact("hazards.found", found), make_fact("hazards.rectification_rate", rate, **share)]
        )
    for lang, words in (("zh", zh), ("en", en)):
        view = make_view(facts=made[0], before=[*made[1], AREA_BEFORE], lang=lang)
        assert words in read(narrative.write_summary(view))


@pytest.mark.parametrize(
    ("found", "lang", "told", "never"),
    [
        (275, "zh", "发现隐患和隐患整改率均与上年同期相当。", "上年同期275"),
        (275, "en", "About as a year before: hazards found and rectification rate.", "275"),
        (224, "zh", "查出隐患248处（上年同期224处）。整改率为98.4%。隐患整改率与上年同期相当。", "98.5"),
        (224, "en", "About as a year before: rectification rate.", "98.5"),
    ],
)
def test_what_is_about_as_before_is_said_once_for_a_paragraph_of_a_report(
    found: float, lang: str, told: str, never: str
) -> None:
    now, before = (
        [
            make_fact("hazards.found", n),
            make_fact("hazards.rectification_rate", rate, numerator=rate * 2.5, denominator=250.0),
        ]
        for n, rate in ((248, 98.4), (found, 98.5))
    )
    view = make_view(facts=now, before=[*before, AREA_BEFORE], lang=lang, report="township_review")
    said = read(narrative.write_hazards(view))
    assert told in said and never not in said


def test_deaths_are_named_in_whole_numbers_and_targets_counted() -> None:
    """Four, three and one in three townships of six; four of five with a target met it."""
    deaths = [4, 0, 3, 0, 1, 0]
    rates = [make_fact("incidents.deaths_per_100k", 2.0 * n, district=code, numerator=n, denominator=50000)
             for n, code in zip(deaths, CODES, strict=True)]  # fmt: skip
    counts = [make_fact("incidents.deaths", n, district=code) for n, code in zip(deaths, CODES, strict=True)]
    area = [
        make_fact("incidents.deaths", 8, district="all"),
        make_fact("incidents.deaths_per_100k", 2.7, district="all"),
    ]
    chinese = f"死亡8人：{NAMES[0]}4人、{NAMES[2]}3人和{NAMES[4]}1人。"
    english = f"8 people died: 4 people in {NAMES[0]}, 3 people in {NAMES[2]} and 1 person in"
    for lang, words in (("zh", chinese), ("en", english)):
        view = make_view(facts=[*rates, *counts, *area], district="all", lang=lang)
        told = read(narrative.write_comparison(view, "incidents.deaths_per_100k"))
        assert told.lower().startswith(words.lower().replace("8 people", "eight people"))
    # Where of one it is not known, nobody is left out as though none had died there.
    part = make_view(facts=[*rates, *counts[1:], make_fact("incidents.deaths", None), *area], district="all")
    assert "死亡8人" not in read(narrative.write_comparison(part, "incidents.deaths_per_100k"))
    done = "targets.drills.held.done_percent"
    held = [make_fact("drills.held", 9, district=code) for code in CODES[:5]] + [
        make_fact("drills.held", 3, district=CODES[5])
    ]
    share = [make_fact(done, 100 if n else 30, district=code) for n, code in enumerate(CODES[:5])]
    view = make_view(facts=[*held, *share], district="all")
    words = f"有目标任务的5个地区中，4个完成目标；完成率最低的是{NAMES[0]}，为30.0%。"
    assert words in read(narrative.write_comparison(view, "drills.held"))


def test_hazards_in_english() -> None:
    assert read(narrative.write_hazards(make_hazard_view(lang="en"))) == (
        "In 2021, 248 hazards were found (275 a year before). "
        "A total of 244 have been rectified; the rectification rate is 98.4% "
        "(96.7% in the whole area). None is a major hazard.\n"
        "As of 31 December 2021, 4 hazards are still open; one of them was found before the period. "
        "Two are past their deadline; the median time overdue is 40 days. No major hazard is still open."
    )


@pytest.mark.parametrize(
    ("before", "zh", "en"),
    [
        (
            100,
            "查出隐患248处，比上年同期明显增加148处。",
            "clearly up by 148 on a year before",
        ),
        (
            400,
            "查出隐患248处，比上年同期明显减少152处。",
            "clearly down by 152 on a year before",
        ),
        (248, "查出隐患248处，与上年同期持平。", "found, the same as a year before"),
        (250, "查出隐患248处（上年同期250处）。", "(250 a year before)"),
    ],
)
def test_a_change_has_its_branch(before: float, zh: str, en: str) -> None:
    assert zh in read(narrative.write_hazards(make_hazard_view(before=before)))
    assert en in read(narrative.write_hazards(make_hazard_view(before=before, lang="en")))


QUARTER = make_fact("inspections.visits", 9, district="all")


@pytest.mark.parametrize(
    ("year", "previous", "zh", "en"),
    [
        (
            5,
            5,
            "执法检查5次，与上年同期、上季度均持平。",
            "the same as a year before and the quarter before.",
        ),
        (
            4,
            6,
            "执法检查5次（上年同期4次，上季度6次）。",
            "(4 a year before and 6 the quarter before).",
        ),
        (
            5,
            6,
            "执法检查5次（上季度6次），与上年同期持平。",
            "(6 the quarter before), the same as a year before.",
        ),
        # The brackets stand beside the number, not beside other brackets.
        (
            40,
            6,
            "执法检查5次（上季度6次），比上年同期明显减少35次。",
            "(6 the quarter before), clearly down by 35 on a year before.",
        ),
    ],
)
def test_two_comparisons_in_one_clause(year: float, previous: float, zh: str, en: str) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        view = make_view(
            facts=[make_fact("inspections.visits", 5)],
            before=[make_fact("inspections.visits", year), QUARTER],
            previous=[make_fact("inspections.visits", previous), QUARTER],
            period="2021Q3",
            lang=lang,
        )
        assert read(narrative.write_inspections(view)).endswith(words)


def test_a_rise_from_nought_beyond_chance_says_so() -> None:
    """Against none in the year before 3 are within chance, and 30 are not."""
    for now, said in ((3, "（上年同期0处）"), (30, "，比上年同期明显增加30处")):
        facts = [make_fact("hazards.found", 90), make_fact("hazards.major", now)]
        view = make_view(facts=facts, before=[make_fact("hazards.major", 0), AREA_BEFORE])
        assert f"重大隐患有{now}处{said}。" in read(narrative.write_hazards(view))


_SECTIONS = {
    "hazards": "write_hazards", "inspections": "write_inspections", "drills": "write_drills",
    "incidents": "write_incidents", "warnings": "write_warnings", "duty_checks": "write_warnings",
    "complaints": "write_complaints", "disputes": "write_complaints", "publicity": "write_publicity",
    "losses": "write_losses", "tasks": "write_tasks",
}  # fmt: skip


@pytest.mark.parametrize(
    "fact",
    [
        name
        for name, info in load_facts().items()
        if info.kind in _SECTIONS
        and info.interval in ("poisson", "wilson")
        and name not in ("hazards.repeats", "drills.plans_drilled_share")
    ],
)
def test_a_change_beyond_chance_is_told_in_words(fact: str) -> None:
    """Tables have it in colour, so that words which left it out would tell only what did not change."""
    info = load_facts()[fact]
    count, many = find_count(info.kind), {"value": 900}
    now, then = {"value": 900}, {"value": 100}
    if info.interval == "wilson":
        now = {"value": 90, "numerator": 900, "denominator": 1000}
        then = {"value": 10, "numerator": 100, "denominator": 1000}
    elif info.unit.startswith("per_"):
        now, then = (
            {"numerator": n["value"], "denominator": 500, "value": n["value"] / 500} for n in (now, then)
        )
    facts = [make_fact(fact, **now)] + ([make_fact(count, **many)] if count != fact else [])
    if fact == "inspections.key_coverage":  # told with that of all premises
        facts.append(make_fact("inspections.coverage", 50))
    before = (
        [make_fact(fact, **then), AREA_BEFORE | {"fact": count}]
        if count != fact
        else [make_fact(fact, **then)]
    )
    view = make_view(facts=facts, before=before)
    change = compare_periods(view, fact)
    assert change is not None and change.beyond_chance
    assert "，比上年同期明显" in read(getattr(narrative, _SECTIONS[info.kind])(view))


def test_a_sentence_has_its_own_unit() -> None:
    """Hazards per visit are 处 after 平均每次; those reached are 人次, and so is their change."""
    visits = [make_fact("inspections.visits", 50), make_fact("inspections.hazards_per_visit", 1.74)]
    before = [make_fact("inspections.hazards_per_visit", 1.5), QUARTER]
    said = read(narrative.write_inspections(make_view(facts=visits, before=before)))
    assert "平均每次查出隐患1.74处（上年同期1.50处）。" in said
    reached = [make_fact("publicity.sessions", 5), make_fact("publicity.reached", 529)]
    earlier = [make_fact("publicity.sessions", 5, district="all"), make_fact("publicity.reached", 262)]
    said = read(narrative.write_publicity(make_view(facts=reached, before=earlier)))
    assert said.endswith("覆盖529人次，比上年同期增加267人次。")


@pytest.mark.parametrize(
    ("done", "left", "before", "zh", "en"),
    [
        (9, 2, 2, "均已整改。", "All have been rectified."),
        (8, 2, 2, "重大隐患有2处尚未整改，都是往期遗留的。",
         "Two major hazards are still open; all of them were found before the period."),
        (8, 2, 1, "其中8处已整改。", "Eight have been rectified."),
        (8, 2, 1, "重大隐患有2处尚未整改，其中1处是往期遗留的。", "one of them was found before the period."),
        (9, 1, 1, "重大隐患有1处尚未整改，是往期遗留的。", "it was found before the period."),
        (9, 2, 0, "重大隐患有2处尚未整改。", "Two major hazards are still open."),
    ],
)  # fmt: skip
def test_all_of_them(done: float, left: float, before: float, zh: str, en: str) -> None:
    facts = [
        make_fact("hazards.found", 9),
        make_fact("hazards.rectified", done),
        make_fact("hazards.open_stock", 3),
        make_fact("hazards.major_open_stock", left),
        make_fact("hazards.major_open_stock_before", before),
    ]
    assert zh in read(narrative.write_hazards(make_view(facts=facts)))
    assert en in read(narrative.write_hazards(make_view(facts=facts, lang="en")))
    runs = list_runs(narrative.write_hazards(make_view(facts=facts)))
    assert {"hazards.rectified", "hazards.major_open_stock"} <= runs.keys()


def test_shares_of_nought_and_of_all() -> None:
    facts = [
        make_fact("drills.held", 3),
        make_fact("drills.field_share", 0.0),
        make_fact("drills.evaluated_share", 0.0),
        make_fact("drills.problems", 4),
        make_fact("drills.problems_fixed_share", 100.0),
    ]
    said = read(narrative.write_drills(make_view(facts=facts)))
    assert said.endswith("没有实战演练，均未评估。演练中发现问题4个，所发现的均已改进。")


def test_no_rate_of_deaths_where_nobody_died() -> None:
    for deaths, said in (
        (0, "没有人员死亡。直接经济损失"),
        (2, "死亡2人。每10万人死亡4.00人，直接经济损失"),
    ):
        facts = [
            make_fact("incidents.count", 5),
            make_fact("incidents.deaths", deaths),
            make_fact("incidents.deaths_per_100k", deaths * 2),
            make_fact("incidents.loss_wan", 8),
        ]
        assert said in read(narrative.write_incidents(make_view(facts=facts)))


def test_classes_of_one_each_are_not_the_most() -> None:
    rows = [{"found_on": "2021-02-01", "trade": trade} for trade in ("渔业", "林业")]
    for more, said in (
        ([], "从行业看，涉及林业（1处）和渔业（1处）。"),
        (rows[:1], "从行业看，渔业（2处）居多。"),
    ):
        view = make_view(
            {"hazards": make_table("hazards", [*rows, *more])}, facts=[make_fact("hazards.found", 3)]
        )
        assert said in read(narrative.write_hazards(view))


def test_numbers_name_their_fact() -> None:
    runs = list_runs(narrative.write_hazards(make_hazard_view()))
    assert runs["hazards.found"] == "248处" and runs["hazards.overdue_stock"] == "2处"
    assert "hazards.major" in runs


def test_none_found_is_all_there_is_to_say() -> None:
    view = make_hazard_view(found=0, before=0)
    first, stock = read(narrative.write_hazards(view)).split("\n")
    assert first == "2021年，城关镇没有查出隐患的记录，与上年同期持平。"
    assert "尚未整改的隐患有4处，其中1处是往期遗留的。" in stock


@pytest.mark.parametrize(("number", "words"), [(1, "one hazard was found"), (2, "2 hazards were found")])
def test_one_and_few_in_english(number: float, words: str) -> None:
    view = make_view(facts=[make_fact("hazards.found", number)], lang="en")
    assert words in read(narrative.write_hazards(view))


def test_the_unknown_and_the_withheld_are_said() -> None:
    view = make_view(
        facts=[
            make_fact("drills.held", 2),
            make_fact("drills.participants", 40),
            make_fact("drills.field_share", None),
            make_fact("drills.evaluated_share", None),
            make_fact("complaints.received", None, suppressed=True),
            make_fact("complaints.resolution_rate", None, suppressed=True),
            make_fact("disputes.found", 9),
            make_fact("disputes.settlement_rate", None, suppressed=True),
        ]
    )
    drills, complaints = read(narrative.write_drills(view)), read(narrative.write_complaints(view))
    assert "不详（没有可以计入的记录）" in drills and "0%" not in drills
    assert (
        complaints
        == "2021年，城关镇受理诉求从略，以免识别个人。排查矛盾纠纷9件，矛盾纠纷化解率从略，以免识别个人。"
    )


def test_a_median_that_is_not_reached_is_said_so() -> None:
    facts = [
        FOUND,
        make_fact("hazards.on_the_spot_share", 10.0),
        make_fact("hazards.days_to_rectify_median", None),
    ]
    assert "整改尚未过半" in read(narrative.write_hazards(make_view(facts=facts)))


@pytest.mark.parametrize(
    ("closed", "zh", "en"),
    [
        (
            4,
            "整改尚未过半，整改用时的中位数还不能得出",
            "Fewer than half have been rectified, so there is no median time yet",
        ),
        (
            5,
            "有的隐患没有写明具体日期",
            "Some of the hazards have no exact dates, so the median time is not known",
        ),
        (
            10,
            "有的隐患没有写明具体日期",
            "Some of the hazards have no exact dates, so the median time is not known",
        ),
    ],
)
def test_half_of_them_rectified_without_days_is_not_fewer_than_half(closed: int, zh: str, en: str) -> None:
    median = make_fact("hazards.days_to_rectify_median", None, numerator=closed, denominator=10)
    for lang, words in (("zh", zh), ("en", en)):
        view = make_view(facts=[make_fact("hazards.found", 10), median], lang=lang)
        assert words in read(narrative.write_hazards(view))


def test_half_of_all_rectified_is_not_fewer_than_half_where_a_median_is_of_less() -> None:
    """Three of six are; of one of them it is not known on which day it was found."""
    facts = [make_fact("hazards.found", 6), make_fact("hazards.rectification_rate", 50)]
    facts.append(make_fact("hazards.days_to_rectify_median", None, numerator=2, denominator=5))
    assert "有的隐患没有写明具体日期" in read(narrative.write_hazards(make_view(facts=facts)))


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "半数以上的隐患当日整改"), ("en", "Half or more were rectified on the day")]
)
def test_a_median_of_no_days_may_be_of_half(lang: str, words: str) -> None:
    facts = [make_fact("hazards.found", 2), make_fact("hazards.days_to_rectify_median", 0)]
    assert words in read(narrative.write_hazards(make_view(facts=facts, lang=lang)))


def test_late_or_in_time_is_known_of_hazards_whose_days_are_not() -> None:
    """Rectified in some day of May, due in April: late, and one of the eleven that can be judged."""
    rows = [
        {"found_on": "2021-03-01", "deadline": "2021-04-30", "rectified_on": "2021-04-01"} for _ in range(10)
    ]
    rows.append({**rows[0], "rectified_on": "2021-05-01"})
    table = make_table("hazards", rows)
    table["rectified_on_precision"] = ["day"] * 10 + ["month"]
    said = read(narrative.write_closure(make_view({"hazards": table})))
    assert said.startswith("已能判断是否按期的隐患11处，按期整改10处")


def test_of_shares_that_can_not_be_known_it_is_not_said_that_they_are_steady() -> None:
    days = pd.date_range("2020-01-01", periods=24, freq="MS")
    rows = [{"found_on": day, "status": "rectified"} for day in days for _ in range(10)]
    view = make_view({"hazards": make_table("hazards", rows)})
    assert (
        read(narrative.write_control(view))
        == "与其他年份的同月相比，每月查出隐患数看不出异常的月份或持续的变化。"
    )


def test_a_period_with_no_rows_says_so_and_judges_nothing() -> None:
    view = make_view(
        {"hazards": make_table("hazards", [])},
        facts=[make_fact("hazards.found", 0), make_fact("incidents.count", 0)],
    )
    assert read(narrative.write_summary(view)) == "2021年，城关镇各台账都没有记录，本报告没有可以陈述的数字。"
    assert "没有记录，无从判断" in read(narrative.write_findings(view))
    assert not narrative.write_next_steps(view)


def test_what_is_not_configured_is_not_spoken_of() -> None:
    view = make_view(facts=[FOUND])
    for name in narrative.__all__:
        if name not in (
            "write_hazards",
            "write_brief",
            "write_summary",
            "write_method",
            "write_comparison",
            "write_findings",
            "write_next_steps",
        ) and takes_a_view_alone(getattr(narrative, name)):
            assert not getattr(narrative, name)(view), name
    assert "演练" not in read(narrative.write_summary(view))


def test_accidents_by_level() -> None:
    levels = {"ordinary": 2, "larger": 0, "major": 0, "extraordinary": 0}
    facts = [make_fact("incidents.count", 5), make_fact("incidents.deaths", 0)]
    facts += [make_fact(f"incidents.level_{name}", n) for name, n in levels.items()]
    said = read(narrative.write_incidents(make_view(facts=facts)))
    first = "2021年，城关镇发生突发事件5起，没有人员死亡，事故灾难中一般事故2起，没有较大及以上等级的事故。"
    assert said == first  # deaths and grades in the first sentence
    facts[-1]["value"] = 1.0
    assert read(narrative.write_incidents(make_view(facts=facts))).endswith("一般事故2起，特别重大事故1起。")
    facts[2]["value"] = facts[-1]["value"] = 0.0
    assert read(narrative.write_incidents(make_view(facts=facts))).endswith("没有事故灾难类事件。")


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ([100.0], "唯一的一项目标任务已完成。"),
        ([100.0, 120.0], "2项目标任务均已完成。"),
        ([60.0], "唯一的一项目标任务尚未完成。落后于序时进度的有1项：发现隐患。"),
        ([90.0, 60.0], "2项目标任务均未完成。落后于序时进度的有2项：发现隐患和演练次数。"),
        ([100.0, 60.0], "2项目标任务中，已完成1项。落后于序时进度的有1项：演练次数。"),
        ([70.0, 60.0], "2项目标任务均未完成。落后于序时进度的有2项：发现隐患和演练次数。"),
        ([60.0], "唯一的一项目标任务尚未完成。落后于序时进度的有1项：发现隐患。"),
    ],
)
def test_targets(done: list[float], said: str) -> None:
    facts = []
    for indicator, value in zip(["hazards.found", "drills.held"], done, strict=False):
        facts += [
            make_fact(f"targets.{indicator}.done_percent", value),
            make_fact(f"targets.{indicator}.pace_points", value - 100),
        ]
    assert read(narrative.write_targets(make_view(facts=facts))) == said


def test_findings_come_with_source_and_step() -> None:
    view = make_view(facts=[FOUND, make_fact("hazards.major_open_stock", 1)])
    findings, steps = narrative.write_findings(view), narrative.write_next_steps(view)
    assert findings is not None and [block.kind for block in findings.blocks] == ["p", "li"]
    assert "重大隐患1处未整改" in read(findings) and "安全生产法" in read(findings)
    assert list_runs(findings)["hazards.major_open_stock"] == "1"
    assert steps is not None and "挂牌督办" in read(steps)


def test_the_whole_area_tells_who_has_the_problem() -> None:
    facts = [
        make_fact("hazards.found", 9, district="all"),
        make_fact("hazards.major_open_stock", 2, district="all"),
    ]
    facts += [make_fact("hazards.major_open_stock", 1, district=code) for code in CODES[:2]]
    view = make_view(facts=facts, district="all")
    assert "涉及2个地区：城关镇和溪口镇。" in read(narrative.write_findings(view))
    facts += [make_fact("hazards.major_open_stock", 1, district=code) for code in CODES[2:]]
    everywhere = make_view(facts=facts, district="all")
    assert "未整改。涉及全部6个地区。" in read(narrative.write_findings(everywhere))
    assert read(narrative.write_next_steps(everywhere)).endswith("涉及全部6个地区。")
    assert read(narrative.write_next_steps(view)).endswith("涉及城关镇和溪口镇。")


def test_nothing_that_stands_out_is_said() -> None:
    """Of what the rules could look at; where none could, that nothing can be judged."""
    blind = make_view(facts=[FOUND])
    assert read(narrative.write_findings(blind)) == "本期没有一条规则可以对照，有无问题无从判断。"
    assert not narrative.write_next_steps(blind)
    looked = make_view(facts=[FOUND, make_fact("hazards.overdue_stock", 0)])
    said = "本期能对照规则的只有现存逾期未整改，就此没有发现突出问题。"
    assert read(narrative.write_findings(looked)) == said
    assert "日常工作按计划进行" in read(narrative.write_next_steps(looked))


def test_of_the_whole_area_rules_look_in_every_district() -> None:
    """Known in one of six districts: in that alone, and not of the whole area."""
    facts = [make_fact("hazards.found", 3, district=code) for code in (*CODES, "all")]
    facts += [make_fact("hazards.overdue_stock", 0, district=code) for code in CODES]
    facts += [make_fact("hazards.overdue_stock", 0, district="all"), make_fact("hazards.major_open_stock", 0)]
    view = make_view(facts=facts, district="all")
    assert read(narrative.write_findings(view)) == (
        "本期能对照规则的只有现存逾期未整改，就此没有发现突出问题。"
        "现存未整改重大隐患只能在部分地区对照规则，在这些地区没有发现突出问题。"
    )
    english = read(narrative.write_findings(make_view(facts=facts, district="all", lang="en")))
    assert english.endswith(
        "At all major hazards still open the rules could look in some districts only; there, nothing stands out."
    )


def test_comparison_names_both_ends_and_who_differs() -> None:
    values = [95.0, 80.0, 99.0, 99.0, None, 90.0]
    facts = [
        make_fact(
            "hazards.rectification_rate",
            value,
            district=code,
            numerator=None if value is None else 10 * value,
            denominator=None if value is None else 1000,
            low=None if value is None else value - 2,
            high=None if value is None else value + 2,
        )
        for code, value in zip(CODES, values, strict=True)
    ]
    facts.append(
        make_fact("hazards.rectification_rate", 92.6, district="all", numerator=4630, denominator=5000)
    )
    view = make_view(facts=facts, district="all")
    assert read(narrative.write_comparison(view, "hazards.rectification_rate")) == (
        "5个地区的隐患整改率从80.0%（溪口镇）到99.0%（石门乡和临海街道）不等，全域为92.6%。"
        "与其余地区的差别超出偶然波动的有5个：城关镇、溪口镇、石门乡、临海街道和白沙镇。另有1个地区不详。"
    )
    assert not narrative.write_comparison(view, "drills.held")


def test_weather_is_told_against_the_normals() -> None:
    rows = make_table(
        "weather",
        [
            {
                "month": "2021-01-01",
                "mean_temp_c": 12.0,
                "normal_temp_c": 11.0,
                "rain_mm": 40,
                "normal_rain_mm": 50,
            },
            {
                "month": "2021-02-01",
                "mean_temp_c": 14.0,
                "normal_temp_c": 12.0,
                "rain_mm": 70,
                "normal_rain_mm": 80,
            },
            {"month": "2020-02-01", "mean_temp_c": 30.0, "normal_temp_c": 12.0},
        ],
    )
    assert read(narrative.write_weather(make_view({"weather": rows}))) == (
        "2021年有气象记录的2个月平均气温13.0℃，比常年偏高1.5℃，降水量合计110.0毫米，比常年偏少20.0毫米。"
    )


def test_a_bulletin_of_a_month_leaves_stocks_out() -> None:
    facts = [make_fact("teams.count", 5, period="2021-07")]
    assert not narrative.write_capacity(make_view(facts=facts, period="2021-07"))
    assert narrative.write_capacity(make_view(facts=facts, period="2021Q3"))


def test_method_accounts_for_the_rows() -> None:
    quality = pd.DataFrame(
        [
            {
                "kind": "hazards",
                "read": 1000,
                "accepted": 998,
                "set_aside": 2,
                "cells_set_aside": 5,
                "duplicates": 1,
            }
        ]
    )
    said = read(narrative.write_method(make_view(facts=[FOUND], quality=quality, approval="GS1")))
    assert "共读入1,000行，采用998行，搁置2行" in said and "地图审图号：GS1。" in said and "从略" not in said


def test_every_clause_is_of_a_fact_that_there_is() -> None:
    told = {".".join(key.split(".")[1:-1]) for key in load_words() if key.startswith("fact.")}
    assert told <= set(load_facts())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("value", [0.0, 1.0, 2.0, None])
def test_no_sentence_is_ill_made(lang: str, value: float | None) -> None:
    """Whatever the numbers: one stop at the end, no mark doubled, no place left open, English begins large."""
    facts = [
        make_fact(name, value, low=value, high=value, numerator=value, denominator=2) for name in load_facts()
    ]
    before = [fact | {"value": 1.0} for fact in facts] + [
        make_fact(name, 9.0, district="all") for name in load_facts()
    ]
    area = [make_fact(name, 5.0, district="all") for name in load_facts()]
    view = make_view({"hazards": make_table("hazards", [])}, facts=facts + area, before=before, lang=lang)
    for _, function in inspect.getmembers(narrative, inspect.isfunction):
        if takes_a_view_alone(function):
            prose = function(view)
        elif "fact" in inspect.signature(function).parameters:
            prose = function(view, "hazards.found")
        else:
            continue  # tells of what a workbook alone can give, such as rows set aside
        for block in prose.blocks if isinstance(prose, Prose) else ():
            said = "".join(run.text for run in block.runs)
            assert not re.search(r"[，；。、]{2}|（）|\(\)|[;,.]{2}|  |[{}]|nan|None|\s[.,;]", said), said
            assert said.endswith(("。", ".", "）", ")", "：", ":")), said
            if lang == "en":
                assert not said[0].islower(), said
                words = re.sub(r" Basis: .*\.", "", said.replace("城关镇", ""))
                assert not re.search(r"[，。；：（）]", words), said


def test_a_sum_that_was_nought_is_said_so() -> None:
    facts = [
        make_fact("losses.events", 2),
        make_fact("losses.affected", 30),
        make_fact("losses.loss_wan", 12.0),
    ]
    before = [
        make_fact("losses.events", 2),
        make_fact("losses.affected", 0),
        make_fact("losses.loss_wan", 9.0),
        make_fact("losses.events", 5, district="all"),
    ]
    assert read(narrative.write_losses(make_view(facts=facts, before=before))) == (
        "2021年，城关镇遭受灾害2次，与上年同期持平，受灾30人（上年同期为零），"
        "直接经济损失12.0万元，比上年同期增加3.0万元。"
    )


VINTAGES = pd.DataFrame(
    {
        "code": [CODES[0], CODES[1], CODES[2], "999"],
        "change": ["split", "merged", "split", "renamed"],
        "comparable": [False, True, False, True],
        "before": ["x", "y z", "x", "w"],
    }
)


def test_method_says_where_years_do_not_compare_like_with_like() -> None:
    own = read(narrative.write_method(make_view(facts=[FOUND], vintages=VINTAGES)))
    assert "城关镇涉及区划拆分" in own and "不可比" in own and "溪口镇" not in own
    merged = read(narrative.write_method(make_view(facts=[FOUND], vintages=VINTAGES, district=CODES[1])))
    assert "溪口镇由多个地区合并而成" in merged and "不可比" not in merged
    area = read(
        narrative.write_method(make_view(facts=[FOUND], vintages=VINTAGES, district="all", lang="en"))
    )
    assert "for 城关镇 and 石门乡: a split" in area and "for 溪口镇, made by a merger" in area
    assert "拆分" not in read(narrative.write_method(make_view(facts=[FOUND])))


def test_the_method_says_how_many_rows_may_be_counted_twice() -> None:
    hazards = make_table("hazards", [{"found_on": "2021-03-01"}, {"found_on": "2021-03-01"}])
    twice = hazards.assign(duplicate=[False, True])
    said = "本期计入的记录中，疑似与另一条重复、可能计了两次的有：隐患排查治理1条。"
    assert said in read(narrative.write_method(make_view({"hazards": twice})))
    assert "may be counted twice: Hazards 1." in read(
        narrative.write_method(make_view({"hazards": twice}, lang="en"))
    )
    assert "两次" not in read(narrative.write_method(make_view({"hazards": hazards})))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "上报信息2件。没有发布预警、启动应急响应和抽查值班值守的记录。"),
        (
            "en",
            "Two reports were made to the level above. No warning, response or check of duty posts is on record.",
        ),
    ],
)
def test_a_bulletin_names_in_one_sentence_what_there_is_none_of(lang: str, text: str) -> None:
    counts = {"warnings.issued": 0, "responses.activated": 0, "duty_checks.made": 0, "reports_up.made": 2}
    facts = [make_fact(fact, value, period="2021-07") for fact, value in counts.items()]
    view = make_view(facts=facts, lang=lang, period="2021-07", report="township_review")
    prose = narrative.write_warnings(view)
    assert read(prose) == text
    # Each can be traced to its fact; of a year each has its own sentence.
    assert set(list_runs(prose)) == set(counts)
    year = make_view(
        facts=[make_fact(fact, value) for fact, value in counts.items()], lang=lang, report="township_review"
    )
    assert text not in read(narrative.write_warnings(year))
