"""Numbers, units, days and lists as each language writes them."""

from datetime import date

import pytest

from taizhang.metadata.facts import describe_fact
from taizhang.metadata.formats import format_date, format_number, join_list, join_unit, name_unit, quantify


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567, 0, "1,234,567"),
        (-3.25, 1, "−3.2"),
        (-0.04, 1, "0.0"),
        (None, 1, "—"),
        (float("nan"), 0, "—"),
    ],
)
def test_numbers(value: float | None, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


@pytest.mark.parametrize(
    ("fact", "value", "zh", "en"),
    [
        ("hazards.found", 1204.0, "1,204处", "1,204"),
        ("hazards.rectification_rate", 98.44, "98.4%", "98.4%"),
        ("hazards.days_to_rectify_median", 1.0, "1天", "1 day"),
        ("incidents.deaths", 1.0, "1人", "1 person"),
        ("incidents.deaths", 3.0, "3人", "3 people"),
        ("losses.loss_wan", 192.9, "192.9万元", "1.93 million yuan"),
        ("losses.loss_wan", 12.5, "12.5万元", "125,000 yuan"),
        ("incidents.count", None, "—", "—"),
    ],
)
def test_facts_with_their_units(fact: str, value: float | None, zh: str, en: str) -> None:
    assert quantify(value, describe_fact(fact), "zh") == zh
    assert quantify(value, describe_fact(fact), "en") == en


def test_a_count_has_a_measure_word_of_its_fact_or_its_kind() -> None:
    assert name_unit(describe_fact("inspections.visits"), "zh") == "次"
    assert name_unit(describe_fact("inspections.premises"), "zh") == "家"
    assert name_unit(describe_fact("inspections.visits"), "en") == ""


def test_units_join_as_the_language_does() -> None:
    assert join_unit("3", "起", "zh") == "3起"
    assert join_unit("3", "days", "en") == "3 days"
    assert join_unit("84.6", "%", "en") == "84.6%"
    assert join_unit("—", "%", "en") == "—"


def test_days_and_lists() -> None:
    assert format_date(date(2021, 7, 5), "zh") == "2021年7月5日"
    assert format_date(date(2021, 7, 5), "en") == "5 July 2021"
    assert join_list(["甲", "乙", "丙"], "zh") == "甲、乙和丙"
    assert join_list(["a", "b"], "en") == "a and b"
    assert join_list([], "en") == ""
