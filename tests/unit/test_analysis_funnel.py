"""Funnels of districts: who lies outside, is called beyond chance, and is better or worse."""

from dataclasses import replace

import pandas as pd
import pytest
from view_maker import CODES, make_fact, make_scatter, make_view

from taizhang.analysis.funnel import _judge, find_funnel
from taizhang.analysis.view import View
from taizhang.metadata.facts import describe_fact

RATE = "hazards.rectification_rate"


def make_shares(pairs: list[tuple[int, int]], fact: str = RATE, area: float = 90.0) -> View:
    """Districts of so many of so many, named by their number."""
    rows = [
        make_fact(fact, 100 * done / of, numerator=done, denominator=of)
        | {"district_code": f"3509212{at:02d}", "district": f"第{at}镇"}
        for at, (done, of) in enumerate(pairs)
    ]
    done, of = (sum(pair[at] for pair in pairs) for at in (0, 1))
    whole = make_fact(fact, area, district="all", numerator=done, denominator=of)
    codes = [str(row["district_code"]) for row in rows]
    view = make_view(facts=[*rows, whole], district="all", scatter=make_scatter(codes=codes))
    return replace(view, districts=pd.concat([view.districts.iloc[:1]] * len(codes)).assign(code=codes))


ALIKE = [(90, 100)] * 20


def test_a_district_far_out_is_called_and_judged_by_the_good_side() -> None:
    """60 of 100 among twenty with 90: far below all limits; more is better, so it is worse."""
    funnel = find_funnel(make_shares([*ALIKE, (60, 100)]), RATE)
    assert funnel is not None
    last = funnel.places.iloc[-1]
    assert (last["called"], last["side"], last["verdict"]) == (True, "below", "worse")
    others = funnel.places.iloc[:-1]
    assert not others["called"].any() and (others[["side", "verdict"]] == "").all(axis=None)
    assert funnel.level == pytest.approx(90) and funnel.scale == 100
    high = find_funnel(make_shares([(50, 100)] * 20 + [(95, 100)]), RATE)
    assert high is not None and high.places["verdict"].iloc[-1] == "better"


def test_those_outside_are_named_in_the_order_of_the_facts() -> None:
    funnel = find_funnel(make_shares([(60, 100), *ALIKE, (82, 100), (40, 100)]), RATE)
    assert funnel is not None and funnel.called == ["第0镇", "第22镇"]
    alike = find_funnel(make_shares(ALIKE), RATE)
    assert alike is not None and alike.called == []


def test_more_deaths_are_worse() -> None:
    """Thirty of 100,000 among twenty with one: the level is that of the twenty."""
    deaths = "incidents.deaths_per_100k"
    pairs = [(1, 100_000)] * 20 + [(30, 100_000)]
    funnel = find_funnel(make_shares(pairs, deaths, area=100 * 50 / 2_100_000), deaths)
    assert funnel is not None and funnel.level == pytest.approx(1)
    last = funnel.places.iloc[-1]
    assert (last["side"], last["verdict"]) == ("above", "worse")


def test_a_side_is_told_beside_the_whole_area_as_everywhere() -> None:
    """96 % is more than the area's 94.1, though sixty small districts, whose level is drawn, have 97."""
    pairs = [(97, 100)] * 60 + [(1200, 1500), (1920, 2000)]
    area = 100 * sum(done for done, _ in pairs) / sum(of for _, of in pairs)
    funnel = find_funnel(make_shares(pairs, area=area), RATE)
    assert funnel is not None and funnel.level > 96.5 and funnel.of == "others"
    low, high = (funnel.places.iloc[at] for at in (-2, -1))
    assert (low["called"], low["side"], low["verdict"]) == (True, "below", "worse")
    assert (high["called"], high["side"], high["verdict"]) == (True, "above", "better")


def test_whose_value_the_line_is() -> None:
    funnel = find_funnel(make_shares(ALIKE), RATE)
    assert funnel is not None and funnel.of == "area" and funnel.limits["high998"].max() <= 100
    other = find_funnel(make_shares(ALIKE, area=88.0), RATE)
    assert other is not None and other.of == "shown"
    view = make_shares(ALIKE)
    alone = find_funnel(replace(view, facts=view.facts[view.facts["district_code"] != "all"]), RATE)
    assert alone is not None and alone.of == ""


def test_no_funnel_without_denominators_or_of_two() -> None:
    assert find_funnel(make_shares(ALIKE[:2]), RATE) is None
    counts = [
        make_fact("hazards.overdue", n, district=code, numerator=n, denominator=9)
        for n, code in enumerate(CODES)
    ]
    assert find_funnel(make_view(facts=counts, district="all"), "hazards.overdue") is None


def test_a_district_somewhat_low_is_not_called() -> None:
    """82 of 100 where 89.6 % are usual is 2.5 standard deviations low: one of 21 may be."""
    funnel = find_funnel(make_shares([*ALIKE, (82, 100)]), RATE)
    assert funnel is not None
    last = funnel.places.iloc[-1]
    assert (last["called"], last["side"], last["verdict"]) == (False, "", "")


@pytest.mark.parametrize(
    ("direction", "verdicts"),
    [
        ("more_is_better", ["worse", "better", "", ""]),
        ("less_is_better", ["better", "worse", "", ""]),
        ("neither", [""] * 4),
    ],
)
def test_those_called_are_judged_by_the_side_they_lie_on(direction: str, verdicts: list[str]) -> None:
    codes = list("abcd")
    above = pd.Series([False, True, True, False], codes)
    called = pd.Series([True, True, False, False], codes)
    judged = _judge(above, called, replace(describe_fact(RATE), direction=direction))
    assert judged.to_dict() == dict(zip(codes, verdicts, strict=True))
