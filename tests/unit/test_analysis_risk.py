"""The index of risk of a view: which indicators are known, their shares, who is high, weak or firm."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.risk import find_risk, make_risk, measure_indicators
from taizhang.analysis.view import View
from taizhang.stats.risk import Indicator, RiskIndex, RiskModel

NAME = {"zh": "甲", "en": "a"}
MODEL = RiskModel(
    (
        Indicator(NAME, "exposure", value="population.residents", of="population.area_km2"),
        Indicator(NAME, "hazard", value="incidents.count", weight=3),
        Indicator(NAME, "hazard", value="hazards.overdue", weight=1),
        Indicator(NAME, "hazard", value="drills.held"),  # not configured
        Indicator(NAME, "capacity", grades=dict(zip(NAMES, (1, 2, 3, 4, 5), strict=False))),
    ),
    {},
)


@pytest.fixture
def view() -> View:
    """Six districts of which more and more goes wrong; the first has no grade's worth of overdue hazards known."""
    facts = [make_fact("incidents.count", n, district=code) for n, code in enumerate(CODES)]
    facts += [
        make_fact("hazards.overdue", n, district=code, suppressed=n == 0) for n, code in enumerate(CODES)
    ]
    people = [
        make_table(
            "population",
            [
                {"year": 2020, "residents": 9_000_000, "area_km2": 10.0},
                {"year": 2021, "residents": 1000 * n, "area_km2": 10.0},
                {"year": 2022, "residents": 9_000_000, "area_km2": 10.0},  # after the period
            ],
            code,
        )
        for n, code in enumerate(CODES, 1)
    ]
    return make_view({"population": pd.concat(people)}, facts=facts, district="all", settings={"risk": MODEL})


def test_indicators_known_nowhere_are_left_out(view: View) -> None:
    measured = measure_indicators(view, "exposure", "hazard", "capacity")
    assert measured is not None
    model, values = measured
    assert [one.value for one in model.indicators] == [
        "population.residents", "incidents.count", "hazards.overdue", "",
    ]  # fmt: skip
    assert values[0].tolist() == [100, 200, 300, 400, 500, 600]  # of the period's year
    assert np.isnan(values[2][CODES[0]]) and values[3][CODES[4]] == 5 and np.isnan(values[3][CODES[5]])


def test_shares_are_within_a_dimension(view: View) -> None:
    """Three to one of hazard; alone in its dimension, an indicator has all of it. Dimensions stand in their order."""
    found = find_risk(view)
    assert found is not None
    assert [(one.indicator.dimension, one.share, one.unknown) for one in found.indicators] == [
        ("hazard", 0.75, 0), ("hazard", 0.25, 1), ("exposure", 1.0, 0), ("capacity", 1.0, 1),
    ]  # fmt: skip
    table = figures.tabulate_risk_weights(view)
    assert table is not None and [row[2].text for row in table.rows] == ["75%", "25%", "100%", "100%"]


def test_the_highest_comes_first_and_the_weakest_is_named(view: View) -> None:
    found = find_risk(view)
    assert found is not None
    assert found.ranked["district"].iloc[0] == NAMES[5] and found.ranked["district"].iloc[-1] == NAMES[0]
    assert found.weakest is not None and found.weakest["district"] == NAMES[4]  # the last has no grade
    assert sum(found.counts.values()) == 6 and next(iter(found.counts)) == "very_high"
    assert (
        found.places["upper"].tolist() == (found.places["index"] >= 5).tolist()
    )  # where the fourth class begins
    assert found.places["missing"].tolist() == [1, 0, 0, 0, 0, 1]


def test_words_table_and_map_say_the_same(view: View) -> None:
    found = find_risk(view)
    table, figure, words = figures.tabulate_risk(view), figures.map_risk(view), narrative.write_risk(view)
    assert found is not None and table is not None and figure is not None and words is not None
    said = words._repr_mimebundle_()["text/plain"]
    firm = [row[7].text.removesuffix("%") for row in table.rows]
    assert f"有{sum(int(kept) >= 95 for kept in firm)}个的等级几乎不变" in said
    assert f"应急能力最弱的是{NAMES[4]}" in said and "有2个地区缺少部分指标" in said
    assert f"指数最高的为{NAMES[5]}" in figure.alt


def test_one_dimension_or_two_districts_are_no_index(view: View) -> None:
    alone = RiskModel(tuple(one for one in MODEL.indicators if one.dimension == "hazard"), {})
    assert find_risk(replace(view, settings={"risk": alone})) is None
    assert find_risk(replace(view, districts=view.districts.iloc[:2])) is None
    assert find_risk(replace(view, district=CODES[0])) is None


def test_firm_is_95_percent_as_the_table_rounds(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [0.94, 0.944, 0.946, 0.95, 1.0, np.nan]
    places = pd.DataFrame({"kept": kept, "class": "low", "rank": 1.0}, index=list(CODES))
    monkeypatch.setattr("taizhang.analysis.risk.compute_risk", lambda *_: RiskIndex(places, pd.DataFrame()))
    assert make_risk(view, MODEL, pd.DataFrame()).places["firm"].tolist() == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
