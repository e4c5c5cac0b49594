"""The index of risk by hand, its classes, and how weights move it."""

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
