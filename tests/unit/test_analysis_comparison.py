"""A fact in all districts by hand: classes, order, who differs from the whole area, why a value is missing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, NAMES, make_fact, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.calls import list_calls
from taizhang.analysis.comparison import (
    classify_districts,
    compare_districts,
    explain_missing,
    group_values,
    hold_against,
    list_column,
    list_values,
    select_values,
)
from taizhang.analysis.view import View
from taizhang.metadata.facts import describe_fact
from taizhang.report.index import _shade_fact

RATE = "hazards.rectification_rate"
MEDIAN = "hazards.days_to_rectify_median"
EXACT = "hazards.overdue_stock_days_median"  # which chance has no part in


def make_medians(
    days: list[float | None], area: float | None = 5.0, *, hidden: tuple[int, ...] = (), fact: str = MEDIAN
) -> View:
    """Median days to rectify, each with an interval of a day on either side but for the last district."""
    rows = [
        make_fact(fact, value, district=code, suppressed=at in hidden)
        | ({} if value is None or at == 5 else {"low": value - 1, "high": value + 1})
        for at, (value, code) in enumerate(zip(days, CODES, strict=True))
    ]
    return make_view(
        facts=[*rows, make_fact(fact, area, district="all", low=area, high=area)], district="all"
    )


def test_a_withheld_value_has_no_number() -> None:
    view = make_medians([4, 5, 6, 5, 4, 0], hidden=(2,))
    rows = list_values(view, MEDIAN)
    assert rows.loc[CODES[2], ["value", "low", "high"]].isna().all() and rows["suppressed"].sum() == 1
    assert list_column(view, MEDIAN).isna().tolist() == [False, False, True, False, False, False]
    assert list_values(view, RATE).empty and list_column(view, RATE).isna().all()


@pytest.mark.parametrize(
    ("values", "hidden", "why"),
    [
        ([1, 2], [False, False], ""),
        ([1, None], [False, True], "withheld"),
        ([1, None], [False, False], "no_data"),
        ([None, None], [True, False], "either"),
    ],
)
def test_why_a_value_is_missing(values: list[float | None], hidden: list[bool], why: str) -> None:
    rows = pd.DataFrame({"value": pd.Series(values, dtype=float), "suppressed": hidden})
    assert explain_missing(rows) == why


def test_districts_by_hand() -> None:
    """Fewer days are better; of five tests those two days off, z = 3.9, hold, and that of one, p = 0.05, doesn't."""
    found = compare_districts(make_medians([4, 5, 7, 3, 5, 0]), MEDIAN)
    assert found is not None and found.level == 5
    assert found.ranked["district"].tolist() == [NAMES[at] for at in (5, 3, 0, 1, 4, 2)]  # equal ones by name
    # The last district has no interval and is not tested.
    assert found.places["apart"].tolist() == [False, False, True, True, False, False]
    assert found.extremes == (0, 7) and found.has_intervals and (found.unknown, found.missing) == (0, "")


def test_a_district_is_apart_only_where_its_rows_are() -> None:
    """By its limits the third is. None of its rows was closed within the median of all, or seven, as of each other."""
    view = make_medians([4, 5, 7, 5, 5, 0])
    for soon, apart in ((0, [NAMES[2]]), (7, [])):
        tables = []
        for at, code in enumerate(CODES):
            early = soon if at == 2 else 7
            days = [1] * early + [30] * (10 - early)
            rows = [{"found_on": "2021-03-01", "rectified_on": f"2021-03-{day:02d}"} for day in days]
            tables.append(make_table("hazards", rows, code))
        found = compare_districts(replace(view, ledgers={"hazards": pd.concat(tables)}), MEDIAN)
        assert found is not None and found.apart == apart


def test_who_is_named_of_a_comparison() -> None:
    found = compare_districts(make_medians([4, 5, 7, 3, 5, 0]), MEDIAN)
    assert found is not None and found.has_level and found.apart == [NAMES[2], NAMES[3]]
    assert found.list_at(5) == [NAMES[1], NAMES[4]] and found.list_at(0) == [NAMES[5]]
    assert found.list_at(6) == []
    unknown = compare_districts(make_medians([4, 5, 7, 3, 5, 0], area=None), MEDIAN)
    assert unknown is not None and not unknown.has_level and unknown.apart == []
    assert found.can_be_ranked and unknown.can_be_ranked
    for days, ranked in (([4, 5], True), ([4], False), ([0, 0, 0], False), ([0, 0, 1], True)):
        few = compare_districts(make_medians([*days, *[None] * (6 - len(days))]), MEDIAN)
        assert few is not None and few.can_be_ranked is ranked


@pytest.mark.parametrize(
    "fact", ["hazards.overdue", "inspections.visits", "incidents.deaths", "incidents.loss_wan"]
)
def test_of_a_count_or_a_sum_districts_are_neither_tested_nor_mapped(fact: str) -> None:
    """90 of one district beside 10 of another may come of ten times the residents: no line, no interval, no colour."""
    rows = [make_fact(fact, n, district=code, low=n - 1, high=n + 1)
            for n, code in zip([50, 10, 30, 20, 90, 40], CODES, strict=True)]  # fmt: skip
    view = make_view(facts=[*rows, make_fact(fact, 240, district="all")], district="all")
    found = compare_districts(view, fact)
    assert found is not None and not found.has_level and not found.has_intervals
    assert not found.is_tested and found.apart == [] and classify_districts(view, fact) is None
    assert not any(name[:2] == ("place", fact) and not np.isnan(p) for name, p in list_calls(view).items())
    figure, words = figures.plot_ranking(view, fact), narrative.write_comparison(view, fact)
    assert figure is not None and not figures.map_fact(view, fact)
    assert "全域" not in figure.svg and "平均" not in figure.svg and "偶然波动" not in figure.alt
    assert words is not None and "偶然波动" not in words._repr_mimebundle_()["text/plain"]


def test_a_map_shades_those_that_the_words_name() -> None:
    """Two medians lie beyond chance from the others, one above and one below; the rest are plain."""
    view = make_medians([4, 5, 7, 3, 5, 0])
    found = classify_districts(view, MEDIAN)
    assert found is not None and found.method == "verdict" and found.tested
    assert found.places["number"].tolist() == [1, 1, 2, 0, 1, 1]
    assert found.classes["districts"].tolist() == [1, 4, 1]
    compared = compare_districts(view, MEDIAN)
    assert compared is not None
    assert compared.apart == list(found.places.loc[found.places["number"] != 1, "name"])
    figure = figures.map_fact(view, MEDIAN)
    assert figure is not None and "高于其余" in figure.svg and "只有与其余的差别" in figure.source
    alike = figures.map_fact(make_medians([4, 5, 5, 4, 5, 5]), MEDIAN)
    assert alike is not None and "看不出差别" in alike.svg and "高于" not in alike.svg
    # Of the last district alone, which has no interval, nothing can be told.
    alone = figures.map_fact(make_medians([None, None, None, None, None, 5]), MEDIAN)
    assert alone is not None and "看不出差别" not in alone.svg and "不足以检验" in alone.source


def test_figure_and_sentence_name_the_same_districts() -> None:
    view = make_medians([4, 5, 7, 3, 5, 0])
    figure, words = figures.plot_ranking(view, MEDIAN), narrative.write_comparison(view, MEDIAN)
    assert figure is not None and "2个地区与其余地区的差别超出偶然波动" in figure.alt
    assert words is not None
    said = words._repr_mimebundle_()["text/plain"]
    assert f"{NAMES[2]}和{NAMES[3]}" in said and NAMES[1] not in said


def test_map_and_sentence_say_alike_why_values_are_missing() -> None:
    view = make_medians([4, None, 7, 3, 5, 0], hidden=(2,))
    figure, words = figures.map_fact(view, MEDIAN), narrative.write_comparison(view, MEDIAN)
    assert figure is not None and "2个地区画斜线：从略或不详" in figure.alt
    assert words is not None and "另有2个地区不详或从略" in words._repr_mimebundle_()["text/plain"]


def test_classes_hold_their_values() -> None:
    """Four values are four classes; the unknown one has none."""
    found = classify_districts(make_medians([4, 5, 7, None, 5, 2], fact=EXACT), EXACT)
    assert found is not None and found.method == "single"
    assert found.classes[["low", "high", "districts"]].to_numpy().tolist() == [
        [2, 2, 1], [4, 4, 1], [5, 5, 2], [7, 7, 1],
    ]  # fmt: skip
    assert found.places["number"].tolist() == [1, 2, 3, -1, 2, 0]
    assert (found.known, found.unknown, found.missing) == (5, 1, "no_data")
    assert found.highest["district"] == NAMES[2] and found.lowest["value"] == 2
    assert classify_districts(make_medians([0, 0, 0, None, 0, 0], fact=EXACT), EXACT) is None


def test_a_column_of_a_fact_is_of_numbers() -> None:
    """In the order of the districts, whatever that of the facts is."""
    view = make_medians([4, 5, 6, None, 4, 0], hidden=(2,))
    view = make_view(facts=view.facts.iloc[[4, 2, 6, 3, 0]].to_dict("records"), district="all")
    assert list_column(view, MEDIAN).index.tolist() == list(CODES)
    np.testing.assert_array_equal(list_column(view, MEDIAN), [4, np.nan, np.nan, np.nan, 4, np.nan])
    np.testing.assert_array_equal(list_column(view, MEDIAN, "low"), [3, np.nan, np.nan, np.nan, 3, np.nan])
    hidden = list_column(view, MEDIAN, "suppressed")
    assert hidden.dtype == float and hidden.dropna().tolist() == [0, 1, 0, 0]
    assert list_column(view, RATE).dtype == float


def test_six_values_in_five_classes() -> None:
    """30 and 31 are together; the first of two with the most is named. One district has no row, one is withheld."""
    view = make_medians([31, 2, 55, 30, 12, 40], fact=EXACT)
    found = classify_districts(view, EXACT)
    assert found is not None and found.method == "natural_breaks"
    assert found.classes.to_dict("list") == {
        "low": [2, 12, 30, 40, 55], "high": [2, 12, 31, 40, 55], "districts": [1, 1, 2, 1, 1],
    }  # fmt: skip
    assert found.classes["districts"].dtype == int and found.places["number"].tolist() == [2, 0, 4, 2, 1, 3]
    assert (found.known, found.unknown, found.missing) == (6, 0, "")
    rows = make_medians([7, 2, 7, 30, 2, 40], hidden=(3,), fact=EXACT).facts.drop(index=5).to_dict("records")
    part = classify_districts(make_view(facts=rows, district="all"), EXACT)
    assert part is not None
    assert part.places.columns.tolist() == ["name", "value", "suppressed", "number"]
    assert part.places.index.tolist() == list(CODES) and part.places["name"].tolist() == list(NAMES)
    np.testing.assert_array_equal(part.places["value"], [7, 2, 7, np.nan, 2, np.nan])
    assert part.places["suppressed"].tolist() == [False, False, False, True, False, False]
    assert part.places["number"].tolist() == [1, 0, 1, -1, 0, -1]
    assert (part.known, part.unknown, part.missing) == (4, 2, "either")
    assert part.highest.to_dict() == {"district": NAMES[0], "value": 7}
    assert part.lowest.to_dict() == {"district": NAMES[1], "value": 2}


def test_numbers_that_look_alike_are_one_class() -> None:
    """Of a fact shown without decimals, 4.4 and 3.6 are both 4."""
    assert make_view().describe(EXACT).decimals == 0
    found = classify_districts(make_medians([4.4, 3.6, 4.6, None, 4.0, 5.0], fact=EXACT), EXACT)
    assert found is not None and found.places["number"].tolist() == [0, 0, 1, -1, 0, 1]
    assert found.classes.to_numpy().tolist() == [[3.6, 4.4, 3], [4.6, 5.0, 2]]


def test_a_class_may_be_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    edges = np.array([4.0, 4.5, 9.0])
    monkeypatch.setattr("taizhang.analysis.comparison.choose_classes", lambda *_: (edges, "quantiles"))
    found = classify_districts(make_medians([4, 5, 7, None, 5, 2], fact=EXACT), EXACT)
    assert found is not None and found.method == "quantiles" and found.classes.index.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(found.classes.to_numpy(), [[2, 4, 2], [np.nan, np.nan, 0], [5, 7, 3]])
    assert found.places["number"].tolist() == [0, 2, 2, -1, 2, 0]


def test_values_in_classes() -> None:
    """Shown without decimals 2.4 and 1.6 are one value, and 5 is alone; of more values than five, breaks."""
    found = group_values(pd.Series({"a": 5.0, "b": np.nan, "c": 2.4, "d": 1.6}), 0)
    assert found.numbers.to_dict() == {"a": 1, "c": 0, "d": 0} and found.method == "single"
    assert found.classes.to_dict("list") == {"low": [1.6, 5.0], "high": [2.4, 5.0], "districts": [2, 1]}
    many = group_values(pd.Series([1.0, 2, 11, 12, 21, 31, 41, 42, 43], list("abcdefghi")), 0)
    assert many.method == "natural_breaks" and many.numbers.tolist() == [0, 0, 1, 1, 2, 3, 4, 4, 4]
    assert many.classes.to_numpy().tolist() == [[1, 2, 2], [11, 12, 2], [21, 21, 1], [31, 31, 1], [41, 43, 3]]


def test_a_class_that_is_empty_has_no_districts() -> None:
    """3.5 is written as 4, yet it lies on the edge of the class of 3."""
    found = group_values(pd.Series({"a": 3.0, "b": 3.5}), 0)
    assert found.numbers.to_dict() == {"a": 0, "b": 0}
    assert found.classes["districts"].tolist() == [2, 0] and np.isnan(found.classes["low"][1])


def test_values_of_one_fact_without_the_whole_area() -> None:
    view = make_medians([4, 5, 6, None, 4, 0], hidden=(2,))
    rows = select_values(view.facts, MEDIAN)
    assert rows.index.tolist() == list(CODES) and rows["value"].tolist()[:2] == [4, 5]
    assert rows["value"].isna().tolist() == [False, False, True, True, False, False]
    assert select_values(view.facts, RATE).empty


@pytest.mark.parametrize(
    "days", [[4, 5, 7, 3, 5, 0], [4, None, 7, 3, 5, 0], [1, 1, 1, 9, 9, 9], [11, 2, 3, 14, 25, 36]]
)
def test_the_index_and_the_comparison_have_the_same_classes(days: list[float | None]) -> None:
    """Districts of one colour here are of one colour there, beside the same words."""
    view = make_medians(days, hidden=(2,), fact=EXACT)
    found, shade = classify_districts(view, EXACT), _shade_fact(describe_fact(EXACT), view.facts, "zh")
    assert found is not None
    numbers = found.places["number"]
    assert set(shade["classes"]) == set(numbers.index[numbers >= 0]) and CODES[2] not in shade["classes"]
    pairs = {(numbers[code], step) for code, step in shade["classes"].items()}
    assert (
        len(pairs)
        == len({number for number, _ in pairs})
        == len({step for _, step in pairs})
        == len(found.classes)
    )
    assert [text for _, text in shade["legend"]] == [
        f"{low:g}" if low == high else f"{low:g}–{high:g}" for low, high, _ in found.classes.to_numpy()
    ]
    assert [step for step, _ in shade["legend"]] == sorted(set(shade["classes"].values()))


@pytest.mark.parametrize(
    ("own", "rest", "how"),
    # 90 % of 100 against as many, 85 % and 95 % (p = 0.08 at least), and 60 % and 100 %.
    [(90, 450, "same"), (90, 425, "alike"), (90, 475, "alike"), (90, 300, "above"), (90, 500, "below")],
)
def test_a_district_is_held_against_all_others(own: int, rest: int, how: str) -> None:
    numbers = {CODES[0]: (own, 100), "all": (own + rest, 600)}
    facts = [make_fact(RATE, 100 * top / of, district=code, numerator=top, denominator=of)
             for code, (top, of) in numbers.items()]  # fmt: skip
    assert hold_against(make_view(facts=facts), RATE) == how
    assert hold_against(make_view(facts=facts[:1]), RATE) == "alike"
    unknown = make_view(facts=facts, scatter=pd.DataFrame())
    assert hold_against(unknown, RATE) == ("same" if how == "same" else "alike")
