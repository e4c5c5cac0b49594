"""Words for months, places, periods, ratios and sources, as a reader would write them."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import AREA, CODES, NAMES, make_view

from taizhang.analysis import naming
from taizhang.metadata.facts import ALL
from taizhang.stats.outcomes import Effect
from taizhang.stats.spatial import Pattern


def test_source_rows_and_day() -> None:
    zh, en = make_view(), make_view(lang="en", as_of=date(2022, 1, 31))
    assert naming.describe_source(zh, "hazards") == "资料来源：隐患排查治理台账，统计截至2021年12月31日。"
    assert naming.describe_source(en, "hazards", 1) == "Source: Hazards ledger, 1 row, as of 31 January 2022."
    assert (
        naming.describe_source(zh, "hazards", 1200, also=["incidents"], extra="区间为Wilson。")
        == f"资料来源：隐患排查治理台账、{zh.kinds['incidents'].title['zh']}台账，1,200条记录，统计截至2021年12月31日。"
        "区间为Wilson。"
    )
    assert (
        naming.describe_source(en, "hazards", 0, also=("incidents", "drills"), extra="Wilson.")
        == f"Source: Hazards ledger, {en.kinds['incidents'].title['en']} ledger, {en.kinds['drills'].title['en']} "
        "ledger, 0 rows, as of 31 January 2022. Wilson."
    )


@pytest.mark.parametrize(("lang", "words"), [("zh", "2021年7月"), ("en", "July 2021")])
def test_a_month(lang: str, words: str) -> None:
    assert naming.name_month(pd.Period("2021-07", "M"), lang) == words


@pytest.mark.parametrize(
    ("first", "number", "zh", "en", "within"),
    [
        ("2021-01", 12, "2021年", "2021", "in 2021"),
        ("2021-02", 12, "2021年2月至2022年1月", "February 2021 to January 2022", None),
        ("2021-01", 11, "2021年1月至2021年11月", "January 2021 to November 2021", None),
        ("2021-01", 13, "2021年1月至2022年1月", "January 2021 to January 2022", None),
    ],
)
def test_a_span_of_months(first: str, number: int, zh: str, en: str, within: str | None) -> None:
    months = pd.period_range(first, periods=number, freq="M")
    assert naming.name_span(months, "zh") == naming.name_span(months, "zh", within=True) == zh
    assert naming.name_span(months, "en") == en
    assert naming.name_span(months, "en", within=True) == (within or f"from {en}")


def test_the_month_with_most() -> None:
    counts = pd.Series([1, 4, 4, 2], pd.period_range("2021-03", periods=4, freq="M"))
    assert naming.tell_peak(counts, "en") == {
        "span": "from March 2021 to June 2021", "months": "March 2021 to June 2021", "peak": "April 2021", "most": 4,
    }  # fmt: skip
    assert naming.tell_peak(counts, "zh")["peak"] == "2021年4月"


def test_text_and_days_of_a_ledger() -> None:
    assert [naming.show_text(value, "zh") for value in ("甲", 3, None, pd.NA)] == [
        "甲",
        "3",
        "未填写",
        "未填写",
    ]
    assert naming.show_text(None, "en") == "not stated"
    assert [naming.show_day(value) for value in (pd.Timestamp("2021-07-05 10:30"), date(2021, 12, 31), pd.NaT)] == [
        "2021-07-05", "2021-12-31", "—",
    ]  # fmt: skip


def test_places() -> None:
    area, one = make_view(district=ALL), make_view()
    assert naming.name_place(area) == naming.name_area(area) == naming.name_area(one) == "全域" != AREA
    assert naming.name_place(one) == naming.name_place(make_view(lang="en")) == NAMES[0]
    english = make_view(district=ALL, lang="en")
    assert (naming.name_place(english), naming.name_area(english)) == ("the whole area", "Whole area")


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2021", "2021年", "2021"),
        ("2021-07", "2021年7月", "July 2021"),
        ("2021H1", "2021年上半年", "the first half of 2021"),
        ("2021Q3", "2021年第三季度", "the third quarter of 2021"),
        ("2021-03-01/2021-04-10", "2021年3月1日至2021年4月10日", "the days 1 March 2021 to 10 April 2021"),
    ],
)
def test_periods(period: str, zh: str, en: str) -> None:
    assert naming.name_period(make_view(period=period)) == zh
    assert naming.name_period(make_view(period=period, lang="en")) == en


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (math.nan, "—"),
        (0.0, "p<0.001"),
        (0.00099, "p<0.001"),
        (0.001, "p=0.001"),
        (0.0496, "p=0.050"),
        (1, "p=1.000"),
    ],
)
def test_a_probability(p: float, words: str) -> None:
    assert naming.say_p(p) == words


@pytest.mark.parametrize(
    ("ratio", "low", "high", "zh", "en"),
    [
        (1.5, 1.004, 2.25, "1.50（1.00–2.25）", "1.50 (1.00–2.25)"),
        (1.5, 0.0, np.inf, "1.50（0.00–∞）", "1.50 (0.00–∞)"),
        (np.inf, 1.25, np.inf, "∞（1.25–∞）", "∞ (1.25–∞)"),
        (np.nan, 1.0, 2.0, "—", "—"),
    ],
)
def test_a_ratio_with_its_interval(ratio: float, low: float, high: float, zh: str, en: str) -> None:
    row = pd.Series({"ratio": ratio, "low": low, "high": high})
    assert [naming.say_ratio(row, lang) for lang in ("zh", "en")] == [zh, en]


def make_pattern(p: float, found: list[bool]) -> Pattern:
    return Pattern(0.256, -0.1, p, pd.DataFrame({"found": found}))


def test_a_pattern_of_neighbours() -> None:
    """Whether chance explains it, the calls of the whole report say."""
    two = [True, False, True]
    assert naming.say_pattern(make_pattern(0.049, two), "zh", alike=True) == (
        "相邻地区相似（Moran指数为0.26，p=0.049），控制错误发现率后2个地区局部显著。"
    )
    assert naming.say_pattern(make_pattern(0.05, [True]), "en", alike=False) == (
        "Neighbours are no more alike than expected by chance (Moran's I 0.26); "
        "controlling false discoveries, 1 district stands out locally."
    )
    assert naming.say_pattern(make_pattern(0.0001, [False]), "en", alike=True) == (
        "Neighbours are alike (Moran's I 0.26, p<0.001); controlling false discoveries, no district stands out "
        "locally."
    )
    assert naming.say_pattern(make_pattern(0.5, [False]), "zh", alike=False) == (
        "未发现相邻地区相似（Moran指数为0.26），控制错误发现率后没有局部显著的地区。"
    )
    alone = replace(make_pattern(0.5, [False]), local=False)
    assert naming.say_pattern(alone, "zh", alike=False) == (
        "未发现相邻地区相似（Moran指数为0.26）；以现有的地区数，分不出哪个地区局部显著。"
    )
    few = Pattern(np.nan, np.nan, np.nan, pd.DataFrame(), "few")
    assert [naming.say_pattern(few, lang, alike=False) for lang in ("zh", "en")] == [
        "有邻区且有数据的地区不足八个，不作空间相关分析。",
        "Fewer than eight districts have both data and neighbours; no pattern is looked for.",
    ]


def test_an_effect_or_why_there_is_none() -> None:
    effect = Effect(ratio=0.904, low=0.75, high=1.2345)
    assert naming.say_effect(effect, "zh") == "0.90（0.75–1.23）"
    assert naming.say_effect(effect, "en") == "0.90 (0.75–1.23)"
    assert naming.say_effect(Effect(reason="few_events"), "en") == "too few events"
    assert naming.say_effect(Effect(reason="few_places"), "zh") == "地区太少"


def test_the_first_classes_as_a_list() -> None:
    counts = pd.Series({"甲": 1300, "乙": 2, "丙": 1, "丁": 1})
    assert naming.name_leaders(counts, "zh") == "甲（1,300）、乙（2）和丙（1）"
    assert naming.name_leaders(counts, "en", most=2) == "甲 (1,300) and 乙 (2)"


def test_names_of_places_are_those_of_the_view() -> None:
    assert naming.name_place(make_view(district=CODES[0])) == NAMES[0]


def test_names_in_english_are_read_and_other_texts_quoted() -> None:
    names = ["城关宏昌酒楼", None, "Market 3"]
    assert naming.spell_names(names, "zh") == ["城关宏昌酒楼", "未填写", "Market 3"]
    # Two that read alike are told apart by what is written.
    assert naming.spell_names(["泰山酒楼", "太山酒楼", "泰山酒楼", "城关宏昌酒楼", None], "en") == [
        "Taishan Restaurant (泰山酒楼)", "Taishan Restaurant (太山酒楼)", "Taishan Restaurant (泰山酒楼)",
        "Chengguan Hongchang Restaurant", "not stated",
    ]  # fmt: skip
    assert [naming.quote_entry(text, "en") for text in ("仓库堵塞", "火灾", "A fire", "说“好”", None)] == [
        "“仓库堵塞”", "fire", "A fire", "说“好”", "not stated",
    ]  # fmt: skip
    assert naming.quote_entry("仓库堵塞", "zh") == "仓库堵塞"
