"""The index of risk of a view: which indicators are known, their shares, who is high, weak or firm."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.gravity import number_districts
from taizhang.analysis.risk import Measured, find_risk, make_risk, measure_indicators
from taizhang.analysis.view import View
from taizhang.figures import risk as risk_figures
from taizhang.narrative import comparison
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
    facts += [make_fact("inspections.visits", 10, district=code) for code in CODES]
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
    model, values = measured.model, measured.values
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


def test_who_is_named_and_how_many_are_firm(view: View) -> None:
    """Codes stand in another order than risk; three of five are in the upper classes."""
    found = find_risk(view)
    assert found is not None
    places = pd.DataFrame(
        {"district": list("abcde"), "rank": [4, 2, 5, 1, 3], "upper": [False, True, False, True, True],
         "firm": [True, False, True, True, False], "missing": [0, 1, 0, 2, 0]}
    )  # fmt: skip
    made = replace(found, places=places)
    assert list(made.leaders["district"]) == ["d", "b", "e"] == made.upper and (made.firm, made.lacking) == (
        3,
        2,
    )
    fewer = replace(made, places=places.assign(upper=places["rank"] == 2, firm=False, missing=0))
    assert (fewer.upper, fewer.firm, fewer.lacking) == (["b"], 0, 0)
    assert list(replace(made, places=places.iloc[:2]).leaders["district"]) == ["b", "a"]


def test_words_table_and_map_say_the_same(view: View) -> None:
    found = find_risk(view)
    table, figure, words = figures.tabulate_risk(view), figures.map_risk(view), narrative.write_risk(view)
    assert found is not None and table is not None and figure is not None and words is not None
    said = words._repr_mimebundle_()["text/plain"]
    firm = [row[7].text.removesuffix("%") for row in table.rows]
    assert max(int(kept) for kept in firm) < 95 and "各地区都没有95%的把握" in said
    assert f"应急能力最弱的是{NAMES[4]}" in said and "有2个地区缺少部分指标" in said
    assert f"指数最高的为{NAMES[5]}、" in figure.alt and "%" not in figure.alt


@pytest.mark.parametrize(
    ("share", "zh", "en"),
    [
        (0.95, "应急能力最弱的是", "Capacity is weakest in"),
        (0.944, "不总是它最高", "not in every trial"),
    ],
)
def test_the_weakest_is_said_to_be_so_only_where_trials_agree(
    view: View, share: float, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_risk(view)
    assert found is not None and found.places.loc[CODES[4], "weakest"] == 1  # grades have no chance in them
    unsure = replace(found, places=found.places.assign(weakest=share))
    monkeypatch.setattr(comparison, "find_risk", lambda _: unsure)
    for lang, words in (("zh", zh), ("en", en)):
        told = narrative.write_risk(replace(view, lang=lang))
        assert told is not None and words in told._repr_mimebundle_()["text/plain"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_section_of_risk_has_one_kind_of_percentages(view: View, lang: str) -> None:
    """Words and map tell the probability of the two upper classes; each class's own is in the table alone."""
    found, figure = find_risk(view), figures.map_risk(replace(view, lang=lang))
    words = narrative.write_risk(replace(view, lang=lang))
    assert found is not None and figure is not None and words is not None
    upper = found.ranked[found.ranked["upper"]]
    shares = {f"{100 * share:.0f}%" for share in upper["upper_share"]}
    said = words._repr_mimebundle_()["text/plain"]
    assert set(re.findall(r"\d+%", said)) == shares | {"95%"}  # the level at which a class is sure
    drawn = set(re.findall(r"\d+%", re.sub("<[^>]*>", "", figure.svg)))
    assert drawn == {f"{100 * share:.0f}%" for share in found.places["upper_share"].dropna()}
    told = {
        "zh": "括号内为属于较高、很高两级的概率",
        "en": "in brackets, the probability of the two upper classes",
    }
    assert told[lang] in figure.source


@pytest.mark.parametrize(
    ("firm", "zh", "en"),
    [
        ([False] * 6, "各地区都没有95%的把握", "sure (95% or more) for no district"),
        ([True] * 6, "各地区都有95%以上的把握", "sure (95% or more) for every district"),
        (
            [True] + [False] * 5,
            "6个地区中有1个有95%以上的把握",
            "sure (95% or more) for 1 of the 6 districts",
        ),
    ],
)
def test_how_many_classes_are_sure(
    view: View, firm: list[bool], zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_risk(view)
    assert found is not None
    made = replace(found, places=found.places.assign(firm=firm))
    monkeypatch.setattr(comparison, "find_risk", lambda _: made)
    for lang, words in (("zh", zh), ("en", en)):
        told = narrative.write_risk(replace(view, lang=lang))
        assert told is not None and words in told._repr_mimebundle_()["text/plain"], lang


def test_one_dimension_or_two_districts_are_no_index(view: View) -> None:
    alone = RiskModel(tuple(one for one in MODEL.indicators if one.dimension == "hazard"), {})
    assert find_risk(replace(view, settings={"risk": alone})) is None
    assert find_risk(replace(view, districts=view.districts.iloc[:2])) is None
    assert find_risk(replace(view, district=CODES[0])) is None


def test_firm_is_95_percent_as_the_table_rounds(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [0.94, 0.944, 0.946, 0.95, 1.0, np.nan]
    places = pd.DataFrame({"kept": kept, "class": "low", "rank": 1.0}, index=list(CODES))
    monkeypatch.setattr(
        "taizhang.analysis.risk.compute_risk", lambda *_, **__: RiskIndex(places, pd.DataFrame())
    )
    assert make_risk(view, Measured(MODEL, pd.DataFrame(), {}, {})).places["firm"].tolist() == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]


def make_people(*rows: tuple[str, int, float | None, float | None]) -> pd.DataFrame:
    return pd.concat(
        make_table("population", [{"year": year, "residents": residents, "area_km2": area}], code)
        for code, year, residents, area in rows
    )


def make_indicators(*indicators: Indicator, **others: object) -> View:
    model = RiskModel(indicators, {"hazard": 2.0}, (1.0, 2.0, 3.0, 4.0))
    return make_view(district="all", settings={"risk": model}, **others)  # type: ignore[arg-type]


def measure(view: View, *dimensions: str) -> list[list[float]]:
    measured = measure_indicators(view, *dimensions)
    if measured is None:
        return []
    model, values = measured.model, measured.values
    assert (model.weights, model.edges) == ({"hazard": 2.0}, (1.0, 2.0, 3.0, 4.0))
    assert list(values.index) == list(CODES) and list(values) == list(range(len(model.indicators)))
    assert all(str(dtype) == "float64" for dtype in values.dtypes)
    return [values[n].tolist() for n in values]


def test_the_latest_figures_of_the_population_that_are_known() -> None:
    """Years stand in no order; the last has no area; two districts have no rows up to the period."""
    people = make_people(
        (CODES[0], 2021, 1000, None), (CODES[0], 2019, 900, 2.0), (CODES[0], 2020, 800, 4.0),
        (CODES[1], 2018, 500, 5.0), (CODES[2], 2022, 7000, 7.0), (CODES[3], 2021, 0, 8.0), (CODES[4], 2020, 60, 6.0),
    )  # fmt: skip
    one = Indicator(NAME, "exposure", value="population.residents")
    two = Indicator(NAME, "exposure", value="population.area_km2")
    density = Indicator(NAME, "exposure", value="population.area_km2", of="population.residents")
    found = measure(make_indicators(one, two, density, ledgers={"population": people}), "exposure")
    np.testing.assert_array_equal(
        found,
        [
            [1000, 500, np.nan, 0, 60, np.nan],
            [4, 5, np.nan, 8, 6, np.nan],
            [0.004, 0.01, np.nan, np.nan, 0.1, np.nan],
        ],
    )
    for ledgers in ({}, {"population": people.iloc[:0]}):
        view = make_indicators(one, two, density, ledgers=ledgers)
        assert measure_indicators(view, "exposure") is None and measure_indicators(view) is None


def test_grades_by_name_or_code() -> None:
    grades = {NAMES[0]: 1, CODES[1]: 2, NAMES[5]: 3, "999": 5}
    few = {NAMES[0]: 1, NAMES[1]: 5}
    both = make_indicators(
        Indicator(NAME, "capacity", grades=grades), Indicator(NAME, "capacity", grades=few)
    )
    np.testing.assert_array_equal(measure(both, "capacity"), [[1, 2, np.nan, np.nan, np.nan, 3]])
    whole = Indicator(NAME, "capacity", grades=dict(zip(CODES, (1, 2, 3, 4, 5, 1), strict=True)))
    assert measure(make_indicators(whole), "hazard", "capacity") == [[1, 2, 3, 4, 5, 1]]
    assert measure(make_indicators(whole), "hazard", "exposure") == []


def make_counts(numbers: list[float | None]) -> list[dict[str, object]]:
    return [make_fact("incidents.count", n, district=code) for n, code in zip(numbers, CODES, strict=True)]


@pytest.mark.parametrize("known", [2, 3])
def test_rates_are_shrunken_where_three_districts_have_a_base(known: int) -> None:
    """Rates that are alike are drawn to one value, near 10 of 6,000."""
    rates = Indicator(NAME, "hazard", value="incidents.count", of="population.residents", shrink=True)
    people = make_people(*((code, 2021, 2000 if at < known else 0, 1.0) for at, code in enumerate(CODES)))
    view = make_indicators(rates, ledgers={"population": people}, facts=make_counts([3, 3, 3, 1, 1, 1]))
    found = measure(view, "hazard")
    if known == 2:
        assert found == []
    else:
        np.testing.assert_allclose(found, [[0.0015] * 3 + [np.nan] * 3], rtol=0.12)


def test_an_indicator_is_known_in_three_districts_or_left_out() -> None:
    counts = Indicator(NAME, "hazard", value="incidents.count")
    no_base = Indicator(NAME, "hazard", value="incidents.count", of="population.residents")
    no_top = Indicator(NAME, "hazard", value="drills.held", of="incidents.count")
    for numbers, known in (([1, 2, 3, None, None, None], True), ([1, 2, None, None, None, None], False)):
        found = measure(make_indicators(no_base, counts, no_top, facts=make_counts(numbers)), "hazard")
        assert len(found) == known
        if known:
            # Counts of rows are drawn to one another.
            (column,) = found
            assert 1 < column[0] < column[1] < column[2] < 3 and np.isnan(column[3:]).all()


def test_three_districts_are_enough(view: View) -> None:
    assert find_risk(replace(view, districts=view.districts.iloc[:3])) is not None
    assert measure_indicators(replace(view, settings={"risk": "other"}), "hazard") is None


def test_the_columns_of_an_index(view: View) -> None:
    found = find_risk(view)
    assert found is not None and found.places["district"].tolist() == list(NAMES)
    assert found.places["district"].dtype == "str" and found.places["upper"].dtype == bool
    upper = found.places["class"].isin(["high", "very_high"])
    assert found.places["upper"].tolist() == upper.tolist() and upper.any() and not upper.all()
    assert found.scores.shape == (6, 4) and len(found.model.indicators) == 4


def test_hazards_found_are_no_hazard_without_visits() -> None:
    """As many hazards in ten visits as in one are a tenth of the rate; and without visits there is no indicator."""
    one = Indicator(NAME, "hazard", value="hazards.major")
    facts = [make_fact("hazards.major", 20, district=code) for code in CODES]
    assert measure_indicators(make_indicators(one, facts=facts), "hazard") is None
    visits = [
        make_fact("inspections.visits", n, district=code)
        for n, code in zip((10, 20, 40, 80, 160, 320), CODES, strict=True)
    ]
    measured = measure_indicators(make_indicators(one, facts=[*facts, *visits]), "hazard")
    assert measured is not None
    assert measured.values[0].tolist() == pytest.approx([2, 1, 0.5, 0.25, 0.125, 0.0625], rel=0.12)
    assert measured.sampled[0].shape == (4000, 6) and measured.scales == {0: "amount"}


def test_shares_have_draws_and_amounts_have_none() -> None:
    open_ = Indicator(NAME, "vulnerability", value="hazards.open", of="hazards.found", shrink=True)
    losses = Indicator(NAME, "hazard", value="losses.loss_wan")
    duty = Indicator(NAME, "capacity", value="duty_checks.passed_rate", more_is_worse=False)
    facts = [
        make_fact(name, value, district=code, **more)
        for code in CODES
        for name, value, more in (
            ("hazards.open", 50, {}), ("hazards.found", 200, {}), ("losses.loss_wan", 7.5, {}),
            ("duty_checks.passed_rate", 80.0, {"numerator": 400, "denominator": 500}),
        )
    ]  # fmt: skip
    measured = measure_indicators(
        make_indicators(open_, losses, duty, facts=facts), "hazard", "vulnerability", "capacity"
    )
    assert measured is not None and sorted(measured.sampled) == [0, 2]
    assert measured.scales == {0: "share", 1: "amount", 2: "share"}
    assert measured.values.iloc[0].tolist() == pytest.approx([0.25, 7.5, 0.8], rel=0.01)
    # Where nothing differs nobody is high: all are in the middle of the middle class, 2 to 3 here.
    found = find_risk(make_indicators(open_, losses, duty, facts=facts))
    assert found is not None and not found.upper and set(found.places["class"]) == {"medium"}
    assert found.places["index"].tolist() == pytest.approx([2.5] * 6, abs=0.01)


def test_a_class_that_hangs_on_rows_that_do_not_say_is_not_sure() -> None:
    """Beside 50 of 100 rectified 50 more may be: half of the draws are near 50 of 150, half near 100 of 150."""
    rate = Indicator(NAME, "vulnerability", value="hazards.rectification_rate", more_is_worse=False)
    facts = [
        make_fact("hazards.rectification_rate", 100 * n / 100, district=code, numerator=n, denominator=100)
        for n, code in zip((10, 40, 50, 60, 70, 80), CODES, strict=True)
    ]
    sure = measure_indicators(make_indicators(rate, facts=facts), "vulnerability")
    facts[2] |= {"known": 100, "of": 150}
    unsure = measure_indicators(make_indicators(rate, facts=facts), "vulnerability")
    assert sure is not None and unsure is not None
    assert unsure.values[0].tolist() == sure.values[0].tolist()  # by the rows that say
    own = unsure.sampled[0][:, 2]
    assert 0.45 < (own > 0.5).mean() < 0.55
    assert own[own > 0.5].mean() == pytest.approx(2 / 3, abs=0.02)
    assert own[own <= 0.5].mean() == pytest.approx(1 / 3, abs=0.02)
    others = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(unsure.sampled[0][:, others], sure.sampled[0][:, others])
    one, two = (make_risk(make_indicators(rate), part).places for part in (sure, unsure))
    assert two["kept"].iloc[2] < 0.7 * one["kept"].iloc[2] and one["class"].tolist() == two["class"].tolist()


def test_sums_without_bounds_are_not_known() -> None:
    losses = Indicator(NAME, "hazard", value="losses.loss_wan")
    facts = [make_fact("losses.loss_wan", 5.0 + n, district=code) for n, code in enumerate(CODES)]
    facts[2] |= {"known": 9, "of": 10}
    (found,) = measure(make_indicators(losses, facts=facts), "hazard")
    assert np.isnan(found[2]) and found[:2] == [5, 6]
    few = [*facts[:3], *(one | {"known": 9, "of": 10} for one in facts[3:])]
    assert measure(make_indicators(losses, facts=few), "hazard") == []


def test_many_districts_have_numbers_and_a_list_on_the_map(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(risk_figures, "_MOST_NAMED", 5)
    figure, numbers = figures.map_risk(view), number_districts(view)["number"]
    assert figure is not None
    code = str(numbers.index[0])
    name = dict(zip(CODES, NAMES, strict=True))[code]
    assert f"1 {name}" in figure.svg and "一览表中的序号" not in figure.source
    monkeypatch.setattr(risk_figures, "_MOST_LINES", 0)
    short = figures.map_risk(view)
    assert short is not None and f"1 {name}" not in short.svg and "一览表中的序号" in short.source
