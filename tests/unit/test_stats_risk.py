"""The index of risk by hand, its classes, and how weights move it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taizhang.stats import risk
from taizhang.stats.risk import Indicator, RiskModel, compute_risk, score_values

NAME = {"zh": "甲", "en": "a"}


def make_model(*dimensions: str, **weights: float) -> RiskModel:
    return RiskModel(tuple(Indicator(NAME, d, value="x") for d in dimensions), weights)


def test_scores_run_from_0_to_10_without_outliers() -> None:
    """Of 0 to 100 the 5th percentile is 5, the 95th is 95."""
    scores = score_values(np.arange(101.0))
    assert scores[5] == 0 and scores[95] == 10 and scores[50] == pytest.approx(5) and scores[100] == 10
    assert score_values(np.array([3.0, 3.0, np.nan])).tolist()[:2] == [5, 5]


def test_index_is_the_geometric_mean_on_1_to_11() -> None:
    """Scores 10 and 0: sqrt(11 * 1) - 1 = 2.3166."""
    values = pd.DataFrame({0: [0.0, 1.0, 1.0], 1: [1.0, 0.0, 1.0]}, index=list("abc"))
    found = compute_risk(make_model("hazard", "exposure"), values, draws=50).places
    assert found["index"]["a"] == pytest.approx(11**0.5 - 1) and found["index"]["c"] == pytest.approx(10)
    assert found["class"].tolist() == ["low", "low", "very_high"] and found["rank"].tolist() == [2, 2, 1]


def test_less_capacity_is_more_risk() -> None:
    model = RiskModel(
        (Indicator(NAME, "hazard", value="x"), Indicator(NAME, "capacity", value="y", more_is_worse=False)),
        {},
    )
    values = pd.DataFrame({0: [1.0, 1.0, 1.0], 1: [0.0, 5.0, 10.0]})
    assert compute_risk(model, values, draws=10).places["capacity"].tolist() == [10, 5, 0]


def test_weights_of_indicators_are_shares() -> None:
    """Scores 10 and 0 with weights 3 and 1: 7.5."""
    model = RiskModel(
        (Indicator(NAME, "hazard", value="x", weight=3), Indicator(NAME, "hazard", value="y")), {}
    )
    values = pd.DataFrame({0: [1.0, 0.0, 0.0], 1: [0.0, 1.0, 1.0]})
    assert compute_risk(model, values, draws=10).places["hazard"][0] == pytest.approx(7.5)


def test_an_unknown_indicator_is_left_out_and_told() -> None:
    values = pd.DataFrame({0: [0.0, 10.0, 10.0], 1: [np.nan, 0.0, 10.0]})
    found = compute_risk(make_model("hazard", "exposure"), values, draws=10).places
    assert found["missing"].tolist() == [1, 0, 0] and found["index"][0] == pytest.approx(0)


def test_a_class_far_from_its_edges_is_kept() -> None:
    """Where all indicators agree, weights cannot matter; where they don't, they can."""
    values = pd.DataFrame({0: [0.0, 0.0, 10.0], 1: [0.0, 10.0, 10.0]})
    found = compute_risk(make_model("hazard", "exposure"), values, draws=400).places
    assert found["kept"][0] == 1 and found["kept"][2] == 1 and 0.5 < found["kept"][1] < 1
    again = compute_risk(make_model("hazard", "exposure"), values, draws=400).places
    assert again.equals(found)


def test_an_edge_belongs_to_the_class_above_in_every_draw() -> None:
    model = replace(make_model("hazard", "exposure"), edges=(0.0, 3.5, 5.0, 6.5))
    found = compute_risk(model, pd.DataFrame({0: [0.0, 10.0], 1: [0.0, 10.0]}), draws=50).places
    lowest = found.loc[0, ["class", "low_class", "high_class"]]
    assert found["index"][0] == 0 and set(lowest) == {risk.CLASSES[1]} and found["kept"].tolist() == [1, 1]


@pytest.mark.parametrize("at_once", [1, 20])
def test_draws_at_once_or_in_parts_are_the_same(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    values = pd.DataFrame(rng.normal(size=(4, 3))).mask(np.eye(4, 3) > 0)
    model = make_model("hazard", "exposure", "exposure")
    whole = compute_risk(model, values, draws=32).places
    monkeypatch.setattr(risk, "_DRAWS_AT_ONCE", at_once)
    pd.testing.assert_frame_equal(compute_risk(model, values, draws=32).places, whole, check_exact=True)


def test_each_draw_has_weights_of_its_own() -> None:
    """Scores 10, 0 and 5 under weights drawn by hand from the same random numbers."""
    values = pd.DataFrame({0: [1.0, 0.0, 0.5], 1: [0.0, 1.0, 1.0], 2: [1.0, 0.0, 0.0]})
    found = compute_risk(make_model("hazard", "exposure", "exposure"), values, draws=60, seed=2)
    scores, rng, tried = found.scores.to_numpy(), np.random.default_rng(2), []
    for _ in range(60):
        moved = rng.uniform(0.5, 1.5, 3 + 4)
        exposure = np.average(scores[:, 1:], axis=1, weights=moved[1:3])
        logs = np.column_stack([np.log(scores[:, 0] + 1), np.log(exposure + 1)])
        tried.append(np.exp(np.average(logs, axis=1, weights=moved[3:5])) - 1)
    place = np.searchsorted(risk.EDGES, tried, side="right")
    now = [risk.CLASSES.index(name) for name in found.places["class"]]
    assert found.places["kept"].tolist() == (place == now).mean(axis=0).tolist()


NAN = float("nan")


def score(column: list[float]) -> list[float]:
    """Between the 5th and the 95th percentile, which lie between the sorted values in proportion."""
    known = sorted(value for value in column if value == value)
    if not known:
        return column

    def percentile(part: float) -> float:
        place = part * (len(known) - 1)
        below = known[int(place)]
        return below + (place - int(place)) * (known[min(int(place) + 1, len(known) - 1)] - below)

    low, high = percentile(0.05), percentile(0.95)
    if high == low:
        low, high = known[0], known[-1]
    if high == low:
        return [5.0 if value == value else NAN for value in column]
    return [min(max(10 * (value - low) / (high - low), 0), 10) if value == value else NAN for value in column]


def mean_of(pairs: list[tuple[float, float]]) -> float:
    known = [(value, weight) for value, weight in pairs if value == value]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total > 0 else NAN


def work_out(
    scores: list[float], dimensions: list[str], inner: list[float], outer: list[float]
) -> tuple[list[float], float]:
    """The four dimensions and the index of one place."""
    parts = [
        mean_of([(s, w) for s, d, w in zip(scores, dimensions, inner, strict=True) if d == name])
        for name in risk.DIMENSIONS
    ]
    logs = mean_of([(float(np.log(part + 1)), weight) for part, weight in zip(parts, outer, strict=True)])
    return parts, float(np.exp(logs) - 1)


def find_class(index: float, edges: tuple[float, ...]) -> int:
    return sum(index >= edge for edge in edges)


@pytest.mark.parametrize("edges", [(2.0, 3.5, 5.0, 6.5), (1.0, 3.0, 4.0, 9.0)])
@pytest.mark.parametrize("spread", [0.5, 0.9])
def test_every_column_as_by_a_plain_reckoning(edges: tuple[float, ...], spread: float) -> None:
    dimensions = ["hazard", "exposure", "exposure", "capacity", "vulnerability", "capacity"]
    inner, worse = [1, 2, 0.25, 0.5, 3, 0], [True, True, False, False, True, True]
    values = [
        [1, 5, 3, 9, 2, 1], [2, 4, NAN, 7, 8, 1], [3, 9, 1, NAN, 2, 1], [9, 1, 7, 2, 5, NAN],
        [NAN, 3, 2, 5, NAN, 1], [4, 4, 4, 4, 4, 1], [NAN] * 6, [9, 9, 0, 1, 9, 1], [2, 1, 4, 8, 2, 1],
    ]  # fmt: skip
    names = list("abcdefghi")
    indicators = tuple(
        Indicator(NAME, *parts) for parts in zip(dimensions, "xxxxxx", [""] * 6, inner, worse, strict=True)
    )
    weights = {"hazard": 2, "exposure": 0.25, "capacity": 0.5}
    table = pd.DataFrame(values, index=names, dtype=float)
    found = compute_risk(RiskModel(indicators, weights, edges), table, draws=130, spread=spread, seed=4)
    columns = [
        score([v if up else -v for v in column])
        for up, column in zip(worse, zip(*values, strict=True), strict=True)
    ]
    scores = [list(row) for row in zip(*columns, strict=True)]
    pd.testing.assert_frame_equal(found.scores, pd.DataFrame(scores, index=names))
    outer = [2, 0.25, 1, 0.5]
    places = [work_out(row, dimensions, inner, outer) for row in scores]
    classes = [find_class(index, edges) for _, index in places]
    tried = []
    for moved in np.random.default_rng(4).uniform(1 - spread, 1 + spread, (130, 10)).tolist():
        one = [w * m for w, m in zip(inner, moved[:6], strict=True)]
        two = [w * m for w, m in zip(outer, moved[6:], strict=True)]
        tried.append([find_class(work_out(row, dimensions, one, two)[1], edges) for row in scores])
    rows = []
    for place, ((parts, index), now) in enumerate(zip(places, classes, strict=True)):
        draws = sorted(draw[place] for draw in tried)
        known = index == index
        rank = 1 + sum(other > index for _, other in places) if known else NAN
        kept = draws.count(now) / 130 if known else NAN
        # Of 130 the lower of the draws around 0.025 * 129 = 3.2, and the higher around 125.8.
        words = [risk.CLASSES[n] if known else "" for n in (now, draws[3], draws[126])]
        rows.append([*parts, index, rank, kept, sum(s != s for s in scores[place]), *words])
    heads = [*risk.DIMENSIONS, "index", "rank", "kept", "missing", "class", "low_class", "high_class"]
    expected = pd.DataFrame(rows, index=names, columns=heads)
    pd.testing.assert_frame_equal(found.places, expected)
    assert found.places["low_class"].ne(found.places["high_class"]).any() and expected["kept"].nunique() > 3


def test_a_thousand_sets_of_weights_up_to_a_half_apart_unless_told_otherwise() -> None:
    values = pd.DataFrame({0: [1.0, 0.0, 0.5, 0.7], 1: [0.0, 1.0, 1.0, 0.4]})
    model = make_model("hazard", "exposure")
    told = compute_risk(
        RiskModel(model.indicators, {}, (2.0, 3.5, 5.0, 6.5)), values, draws=1000, spread=0.5, seed=20210701
    )
    pd.testing.assert_frame_equal(compute_risk(model, values).places, told.places)
    assert told.places["kept"].lt(1).any()


def test_an_index_on_an_edge_is_of_the_class_above() -> None:
    """Of three values the middle one scores 5."""
    model = RiskModel((Indicator(NAME, "hazard", value="x"),), {}, (0.0, 5.0, 7.0, 10.0))
    index = compute_risk(model, pd.DataFrame([0.0, 1.0, 2.0]), draws=2).places["index"].tolist()
    edged = RiskModel(model.indicators, {}, (index[0], index[1], 7.0, index[2]))
    places = compute_risk(edged, pd.DataFrame([0.0, 1.0, 2.0]), draws=2).places
    assert places["class"].tolist() == ["low", "medium", "very_high"]


@pytest.mark.parametrize(
    ("low", "high", "apart"),
    [
        (0.0, 1e-12, False), (0.0, 1.1e-12, True), (0.5, 0.5 + 0.9e-12, False), (0.5, 0.5 + 1.5e-12, True),
        (4e6, 4e6 + 2e-6, False), (4e6, 4e6 + 8e-6, True), (-4e6 - 2e-6, -4e6, False), (-4e6 - 8e-6, -4e6, True),
    ],
)  # fmt: skip
def test_rounding_does_not_part_values(low: float, high: float, apart: bool) -> None:
    """Percentiles no more than a millionth of a millionth apart are one: the outlier alone stands out."""
    scores = score_values(np.array([low] * 10 + [high] * 10 + [2 * abs(high) + 1, NAN]))
    assert scores[0] == pytest.approx(0) and np.isnan(scores[21])
    assert scores[10] == pytest.approx(10 if apart else 0, abs=1e-3) and scores[20] == 10


def test_nothing_known_has_no_score() -> None:
    assert np.isnan(score_values(np.array([NAN, NAN]))).all()
    found = compute_risk(make_model("hazard"), pd.DataFrame({0: [NAN]}), draws=3).places
    assert found["class"].tolist() == [""] and found[["index", "kept", "rank"]].isna().all(axis=None)
