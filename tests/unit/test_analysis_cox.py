"""What is told of a Cox regression of closure: which ratios are apart from one, and which vary."""

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis.cox import fit_closure
from taizhang.analysis.view import View


def make_hazards(*severities: str, **more: object) -> View:
    rows = [
        {"found_on": "2021-03-01", "severity": one, "mode": "by_deadline", "rectified_on": "2021-03-05"}
        | more
        for one in severities
    ]
    return make_view({"hazards": make_table("hazards", rows)}, lang="en")


def test_apart_and_varying_at_their_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve general hazards and a major one: the commonest is what the other is held against."""
    asked: list[list[str]] = []

    def fit(days: pd.Series, closed: pd.Series, parts: pd.DataFrame, *, cluster: object) -> pd.DataFrame:
        asked.append(list(parts))
        assert days.tolist() == [4.5] * 13 and closed.tolist() == [True] * 13
        assert isinstance(cluster, pd.Series) and cluster.eq(pd.Timestamp("2021-03-01")).all()
        assert parts.to_numpy().tolist() == [[False]] * 12 + [[True]]
        # Four ratios beside no other test: each must be below a quarter of 0.05.
        p = {"p": [0.04, 0.0124, 0.0126, 0.001]}
        return pd.DataFrame({**p, "fit_p": [0.05, 0.049, float("nan"), 0.9]}, index=list("abcd"))

    monkeypatch.setattr("taizhang.analysis.cox.fit_cox", fit)
    found = fit_closure(make_hazards(*["general"] * 12, "major"))
    assert found is not None and found["apart"].tolist() == [False, True, False, True]
    assert found["varies"].tolist() == [False, True, False, False]
    assert found.attrs["n"] == 13 and len(found.attrs["against"]) == 1 and asked == [["Severity: major"]]


def test_one_class_or_hazards_closed_on_the_spot_explain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taizhang.analysis.cox.fit_cox", lambda *_, **__: pytest.fail("nothing to fit"))
    assert fit_closure(make_hazards(*["general"] * 12)) is None and fit_closure(make_view()) is None
    assert fit_closure(make_hazards(*["general"] * 12, "major", mode="on_the_spot")) is None


def test_with_cases_that_have_no_day_a_ratio_must_hold_late_and_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearer to 1 of two ratios, with the larger p and an interval of both; turned round, it is nothing."""
    asked = []

    def fit(days: pd.Series, closed: pd.Series, *_: object, **__: object) -> pd.DataFrame:
        asked.append((days.iloc[-1], bool(closed.all())))
        first = {
            "ratio": [0.5, 2.0, 1.2],
            "low": [0.3, 1.5, 0.9],
            "high": [0.8, 3, 1.6],
            "p": [0.001, 0.001, 0.5],
        }
        second = {
            "ratio": [0.6, 3.0, 0.9],
            "low": [0.4, 2, 0.7],
            "high": [0.9, 4, 1.3],
            "p": [0.02, 0.0001, 0.5],
        }
        return pd.DataFrame({**(second if len(asked) > 1 else first), "fit_p": 0.5}, index=list("abc"))

    monkeypatch.setattr("taizhang.analysis.cox.fit_cox", fit)
    rows = [
        {"found_on": "2021-03-01", "severity": one, "mode": "by_deadline", "rectified_on": "2021-03-05"}
        for one in ["general"] * 12 + ["major"]
    ]
    undated = {"found_on": "2021-12-21", "severity": "major", "mode": "by_deadline", "status": "rectified"}
    found = fit_closure(make_view({"hazards": make_table("hazards", [*rows, undated])}))
    assert found is not None and found.attrs["undated"] == 1 and asked == [(10.5, True), (0.5, True)]
    assert found["ratio"].tolist() == [0.6, 2, 0.9] and found["p"].tolist() == [0.02, 0.001, 1]
    assert found["low"].tolist() == [0.3, 1.5, 0.7] and found["high"].tolist() == [0.9, 4, 1.6]
    assert found["apart"].tolist() == [False, True, False]
