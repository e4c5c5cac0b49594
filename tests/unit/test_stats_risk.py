"""The index of risk by hand, its classes, and how data, weights and method move it."""

import numpy as np
import pandas as pd
import pytest

from taizhang.stats import risk
from taizhang.stats.risk import CUTS, Indicator, RiskModel, Yardstick, compute_risk, find_yardstick

NAME = {"zh": "甲", "en": "a"}


def make_model(*dimensions: str, **weights: float) -> RiskModel:
    return RiskModel(tuple(Indicator(NAME, d, value="x") for d in dimensions), weights)


NAN = float("nan")
MIDDLE = 4.25  # of the middle class, 3.5 to 5


def test_scores_run_from_0_to_10_without_outliers() -> None:
    """Of 0 to 100 the 5th percentile is 5, the 95th is 95, and the mean of what lies between 50."""
    stick = find_yardstick(np.arange(101.0))
    assert stick == Yardstick(5.0, pytest.approx(50.0), pytest.approx(100.0))  # twice the middle is beyond 95
    found = stick.score(np.array([0.0, 5, 27.5, 50, 75, 100, 200, NAN]), worse=True, at=4)
    assert found[:7].tolist() == pytest.approx([0, 0, 2, 4, 7, 10, 10]) and np.isnan(found[7])
    less = stick.score(np.array([5.0, 50, 75, 100]), worse=False, at=4)
    assert less.tolist() == pytest.approx([10, 4, 2, 0])


@pytest.mark.parametrize(
    ("scale", "values", "ends"),
    [
        ("amount", [10.0] * 4, (5, 10, 20)),
        ("share", [0.5] * 4, (1 / 3, 0.5, 2 / 3)),  # odds of 1 to 2, 1 and 2
        ("grade", [3.0] * 4, (2, 3, 4)),
        ("amount", [0.0] * 4, (0, 0, 0)),
        ("amount", [-4.0] * 4, (-8, -4, -2)),
        ("amount", [1.0, 1.0, 10.0, 100.0], (1.0, 98.5 / 4, 86.5)),  # 86.5 is the 95th percentile
    ],
)
def test_small_differences_are_no_full_scale(
    scale: str, values: list[float], ends: tuple[float, ...]
) -> None:
    stick = find_yardstick(np.array(values), scale)
    assert (stick.low, stick.middle, stick.high) == pytest.approx(ends)


def test_where_nothing_differs_all_are_in_the_middle() -> None:
    found = compute_risk(
        make_model("hazard", "exposure"), pd.DataFrame({0: [7.0] * 5, 1: [0.0] * 5}), draws=50
    )
    assert (found.scores == MIDDLE).all(axis=None)
    assert found.places["class"].tolist() == ["medium"] * 5 and found.places["kept"].tolist() == [1.0] * 5
    assert found.places["upper_share"].tolist() == [0.0] * 5


def test_index_is_the_geometric_mean_on_1_to_11() -> None:
    """Half have nothing and half 90, twice the middle: 0 and 10."""
    values = pd.DataFrame({0: [0.0, 0.0, 90.0, 90.0], 1: [90.0, 0.0, 90.0, 0.0]}, index=list("abcd"))
    found = compute_risk(make_model("hazard", "exposure"), values, draws=50)
    assert found.scores.to_numpy().tolist() == [[0, 10], [0, 0], [10, 10], [10, 0]]
    places = found.places
    assert places["index"].tolist() == pytest.approx([11**0.5 - 1, 0, 10, 11**0.5 - 1])
    assert places["class"].tolist() == ["low", "very_low", "very_high", "low"]
    assert places["rank"].tolist() == [2, 4, 1, 2]


def test_less_capacity_is_more_risk() -> None:
    model = RiskModel(
        (Indicator(NAME, "hazard", value="x"), Indicator(NAME, "capacity", value="y", more_is_worse=False)),
        {},
    )
    values = pd.DataFrame({0: [1.0, 1.0, 1.0], 1: [0.0, 5.0, 10.0]})
    found = compute_risk(model, values, draws=10).places["capacity"]
    assert found.tolist() == pytest.approx([10, MIDDLE, 0])


def test_weights_of_indicators_are_shares() -> None:
    """Scores 10 and 0 with weights 3 and 1: 7.5."""
    model = RiskModel(
        (Indicator(NAME, "hazard", value="x", weight=3), Indicator(NAME, "hazard", value="y")), {}
    )
    values = pd.DataFrame({0: [1.0, 1.0, 0.0, 0.0], 1: [0.0, 1.0, 1.0, 0.0]})
    assert compute_risk(model, values, draws=10).places["hazard"][0] == pytest.approx(7.5)


def test_an_unknown_indicator_is_left_out_and_told() -> None:
    values = pd.DataFrame({0: [0.0, 10.0, 10.0, 0.0], 1: [NAN, 0.0, 10.0, 0.0]})
    found = compute_risk(make_model("hazard", "exposure"), values, draws=10).places
    assert found["missing"].tolist() == [1, 0, 0, 0] and found["index"][0] == pytest.approx(0)


def test_a_class_far_from_its_edges_is_kept() -> None:
    """Where all indicators agree, neither weights nor means matter; where they don't, they do."""
    values = pd.DataFrame({0: [0.0, 0.0, 10.0, 10.0], 1: [0.0, 10.0, 10.0, 0.0]})
    found = compute_risk(make_model("hazard", "exposure"), values, draws=400).places
    assert found["kept"][0] == 1 and found["kept"][2] == 1 and 0.2 < found["kept"][1] < 0.9
    again = compute_risk(make_model("hazard", "exposure"), values, draws=400).places
    assert again.equals(found)


def test_draws_of_the_data_move_classes() -> None:
    """Half of the draws say ten times the others, half nought: neither class is sure, whatever the mean says."""
    values = pd.DataFrame({0: [10.0, 10.0, 10.0, 10.0]})
    sampled = {0: np.array([[100.0, 10, 10, 10], [0.0, 10, 10, 10]])}
    found = compute_risk(make_model("hazard"), values, sampled=sampled, draws=200).places
    assert found["kept"].tolist() == [0, 1, 1, 1] and found["upper_share"].tolist() == [0.5, 0, 0, 0]
    assert (found["low_class"][0], found["high_class"][0]) == ("very_low", "very_high")


@pytest.mark.parametrize("at_once", [1, 20])
def test_draws_at_once_or_in_parts_are_the_same(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    values = pd.DataFrame(rng.normal(size=(4, 3))).mask(np.eye(4, 3) > 0)
    sampled = {1: rng.normal(size=(7, 4))}
    model = make_model("hazard", "exposure", "exposure")
    whole = compute_risk(model, values, sampled=sampled, draws=32).places
    monkeypatch.setattr(risk, "_DRAWS_AT_ONCE", at_once)
    part = compute_risk(model, values, sampled=sampled, draws=32).places
    pd.testing.assert_frame_equal(part, whole, check_exact=True)


def quantile(known: list[float], part: float) -> float:
    """Between the sorted values in proportion."""
    known = sorted(known)
    place = part * (len(known) - 1)
    below = known[int(place)]
    return below + (place - int(place)) * (known[min(int(place) + 1, len(known) - 1)] - below)


def score(column: list[float], given: list[float], *, cut: float, up: bool, at: float) -> list[float]:
    """Values given on the scale of a column of amounts."""
    known = [value for value in column if value == value]
    if not known:
        return [NAN for _ in given]
    low, high = quantile(known, cut), quantile(known, 1 - cut)
    middle = sum(min(max(value, low), high) for value in known) / len(known)
    low, high = min(low, middle / 2), max(high, 2 * middle)
    scores = []
    for value in given:
        over = (value - middle) / (high - middle) if high > middle else 0.0
        under = (middle - value) / (middle - low) if middle > low else 0.0
        more, less = (over, under) if up else (under, over)
        one = at + (10 - at) * more if more > 0 else at - at * max(less, 0)
        scores.append(min(max(one, 0), 10) if value == value else NAN)
    return scores


def mean_of(pairs: list[tuple[float, float]]) -> float:
    known = [(value, weight) for value, weight in pairs if value == value]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total > 0 else NAN


def work_out(
    scores: list[float], dimensions: list[str], inner: list[float], outer: list[float], geometric: bool = True
) -> tuple[list[float], float]:
    """The four dimensions and the index of one place."""
    parts = [
        mean_of([(s, w) for s, d, w in zip(scores, dimensions, inner, strict=True) if d == name])
        for name in risk.DIMENSIONS
    ]
    if not geometric:
        return parts, mean_of(list(zip(parts, outer, strict=True)))
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
    names, at = list("abcdefghi"), (edges[1] + edges[2]) / 2
    indicators = tuple(
        Indicator(NAME, *parts) for parts in zip(dimensions, "xxxxxx", [""] * 6, inner, worse, strict=True)
    )
    weights = {"hazard": 2, "exposure": 0.25, "capacity": 0.5}
    table = pd.DataFrame(values, index=names, dtype=float)
    drawn = [
        [1.5, 1, 4, 8, NAN, 3, NAN, 9, 1],
        [0.5, 3, 2, 9, NAN, 5, NAN, 7, 3],
        [1, 2, 3, 9, NAN, 4, NAN, 9, 2],
    ]
    found = compute_risk(
        RiskModel(indicators, weights, edges),
        table,
        sampled={0: np.array(drawn)},
        draws=130,
        spread=spread,
        seed=4,
    )
    columns = [list(map(float, column)) for column in zip(*values, strict=True)]

    def score_all(cut: float, data: list[list[float]]) -> list[list[float]]:
        scored = [
            score(column, given, cut=cut, up=up, at=at)
            for column, given, up in zip(columns, data, worse, strict=True)
        ]
        return [list(row) for row in zip(*scored, strict=True)]

    scores = score_all(0.05, columns)
    pd.testing.assert_frame_equal(found.scores, pd.DataFrame(scores, index=names))
    outer = [2, 0.25, 1, 0.5]
    places = [work_out(row, dimensions, inner, outer) for row in scores]
    classes = [find_class(index, edges) for _, index in places]
    rng, tried = np.random.default_rng(4), []
    weakest = [0] * 9
    moves = rng.uniform(1 - spread, 1 + spread, (130, 10)).tolist()
    cuts, geometric = rng.integers(0, 3, 130).tolist(), (rng.random(130) < 0.5).tolist()
    for draw, moved in enumerate(moves):
        one = [w * m for w, m in zip(inner, moved[:6], strict=True)]
        two = [w * m for w, m in zip(outer, moved[6:], strict=True)]
        again = score_all(CUTS[cuts[draw]], [drawn[draw % 3], *columns[1:]])
        outcomes = [work_out(row, dimensions, one, two, geometric[draw]) for row in again]
        tried.append([find_class(index, edges) for _, index in outcomes])
        for place, (parts, _) in enumerate(outcomes):
            weakest[place] += parts[3] == parts[3] and all(
                not other[3] >= parts[3] for at, (other, _) in enumerate(outcomes) if at != place
            )
    rows = []
    for place, ((parts, index), now) in enumerate(zip(places, classes, strict=True)):
        draws = sorted(draw[place] for draw in tried)
        known = index == index
        rank = 1 + sum(other > index for _, other in places) if known else NAN
        kept = draws.count(now) / 130 if known else NAN
        upper = sum(draw > 2 for draw in draws) / 130 if known else NAN
        # Of 130 the lower of the draws around 0.025 * 129 = 3.2, and the higher around 125.8.
        words = [risk.CLASSES[n] if known else "" for n in (now, draws[3], draws[126])]
        alone = weakest[place] / 130 if parts[3] == parts[3] else NAN
        rows.append([*parts, index, rank, kept, upper, alone, sum(s != s for s in scores[place]), *words])
    heads = [
        *risk.DIMENSIONS,
        "index",
        "rank",
        "kept",
        "upper_share",
        "weakest",
        "missing",
        "class",
        "low_class",
        "high_class",
    ]
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
    model = RiskModel((Indicator(NAME, "hazard", value="x"),), {}, (0.0, 5.0, 7.0, 10.0))
    index = compute_risk(model, pd.DataFrame([0.0, 1.0, 2.0]), draws=2).places["index"].tolist()
    assert index == pytest.approx([0, 6, 10])
    edged = RiskModel(model.indicators, {}, (index[0], 5.0, 7.0, index[2]))
    places = compute_risk(edged, pd.DataFrame([0.0, 1.0, 2.0]), draws=2).places
    assert places["class"].tolist() == ["low", "medium", "very_high"]


def test_nothing_known_has_no_score() -> None:
    found = compute_risk(make_model("hazard"), pd.DataFrame({0: [NAN]}), draws=3).places
    assert found["class"].tolist() == [""] and found[["index", "kept", "rank"]].isna().all(axis=None)


def test_a_grade_more_is_no_small_difference() -> None:
    model = RiskModel((Indicator(NAME, "capacity", grades={"a": 3.0}),), {})
    scores = compute_risk(model, pd.DataFrame({0: [3.0, 3.0, 3.0, 3.2]}), draws=3).scores[0]
    # The mean up to the 95th percentile, 3.17, is 3.0425; a grade above it is 10.
    assert scores.tolist() == pytest.approx([MIDDLE * (1 - 0.0425)] * 3 + [MIDDLE + 5.75 * 0.1575])
