"""Disasters that no warning preceded."""

from datetime import date

import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.facts.losses import find_disasters, is_related

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
FACT = "losses.events_unwarned"


def count(events, warnings, code="101") -> float:
    """The fact of 2021; events and warnings are of a code, a kind or name, and a day."""
    losses = pd.DataFrame(events, columns=["district_code", "event", "occurred_on"])
    issued = pd.DataFrame(warnings, columns=["district_code", "kind", "issued_at"])
    tables = {
        "losses": losses.astype({"occurred_on": "datetime64[us]"}),
        "warnings": issued.astype({"issued_at": "datetime64[us]"}),
    }
    facts = compute_facts(tables, DISTRICTS, parse_period("2021"), date(2021, 12, 31))
    return float(facts[(facts["fact"] == FACT) & (facts["district_code"] == code)]["value"].iloc[0])


TYPHOON = ("101", "“7·16”台风", "2021-07-16")


@pytest.mark.parametrize(
    ("warning", "unwarned"),
    [
        (("101", "台风", "2021-07-16 23:59"), 0),  # on the day
        (("101", "台风", "2021-07-13"), 0),  # three days before
        (("101", "台风", "2021-07-12"), 1),
        (("101", "台风", "2021-07-17"), 1),
        (("101", "暴雨红色预警", "2021-07-15"), 0),  # a typhoon's rain
        (("101", "高温", "2021-07-15"), 1),
        (("102", "台风", "2021-07-15"), 1),  # of another district
    ],
)
def test_a_warning_of_the_kind_up_to_three_days_before(warning, unwarned) -> None:
    assert count([TYPHOON], [warning]) == count([TYPHOON], [warning], "all") == unwarned


def test_one_event_is_counted_once() -> None:
    """Two rows of one typhoon in one district, and the same in another, which was warned."""
    events = [TYPHOON, ("101", "“7·16”台风", "2021-07-17"), ("102", "“7·16”台风", "2021-07-16")]
    warned = [("102", "台风", "2021-07-15")]
    assert [count(events, warned, code) for code in ("101", "102", "all")] == [1, 0, 1]


def test_what_cannot_be_told_is_not_known() -> None:
    assert pd.isna(count([TYPHOON], [("101", None, "2021-07-15")]))  # it may have been one
    assert count([TYPHOON], [("101", None, "2021-07-01")]) == 1  # too early, whatever it was
    assert pd.isna(count([("101", "灾害二号", "2021-07-16")], [("101", "台风", "2021-07-15")]))
    assert count([("101", "灾害二号", "2021-07-16")], []) == 1


def test_nobody_warns_of_an_earthquake() -> None:
    assert count([("101", "地震", "2021-07-16")], []) == 0


def test_the_fact_needs_both_ledgers() -> None:
    losses = pd.DataFrame([TYPHOON], columns=["district_code", "event", "occurred_on"])
    tables = {"losses": losses.astype({"occurred_on": "datetime64[us]"})}
    assert FACT not in set(compute_facts(tables, DISTRICTS, parse_period("2021"), date(2021, 12, 31))["fact"])


def test_kinds_within_a_name() -> None:
    typhoon, rain, heat = (find_disasters(text) for text in ("“7·16”台风", "暴雨", "heat wave"))
    assert typhoon and rain and heat and not find_disasters("二号")
    assert is_related(typhoon, rain) and is_related(rain, typhoon) and not is_related(typhoon, heat)
