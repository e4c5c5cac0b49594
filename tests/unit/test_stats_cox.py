"""Cox regression against published coefficients."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.datasets import load_rossi
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import proportional_hazard_test

from taizhang.stats.cox import _find_independent, fit_cox


def test_recidivism_is_as_published() -> None:
    """Allison (1995), Survival Analysis Using SAS; Fox and Weisberg, Cox regression in R, table of rossi."""
    rossi = load_rossi()
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    fit = fit_cox(rossi["week"], rossi["arrest"].astype(bool), rossi[names])
    published = {
        "fin": 0.684,
        "age": 0.944,
        "race": 1.369,
        "wexp": 0.861,
        "mar": 0.648,
        "paro": 0.919,
        "prio": 1.096,
    }
    assert fit["ratio"].round(3).to_dict() == pytest.approx(published, abs=0.0011)
    assert fit.loc["age", "p"] == pytest.approx(0.009, abs=5e-4)
    assert fit.loc["fin", "low"] < 0.684 < fit.loc["fin", "high"] and fit.loc["age", "fit_p"] < 0.05


def test_too_few_closures_are_not_fitted() -> None:
    days = pd.Series(np.arange(9.0))
    assert fit_cox(days, days > 0, pd.DataFrame({"x": np.arange(9) % 2})).empty


def test_a_column_that_others_say_is_left_out() -> None:
    rossi = load_rossi()
    twice = rossi[["age", "prio"]].assign(again=rossi["age"] + rossi["prio"], same=1)
    fit = fit_cox(rossi["week"], rossi["arrest"].astype(bool), twice)
    assert list(fit.index) == ["age", "prio"]


@pytest.mark.filterwarnings(
    "ignore::pandas.errors.Pandas4Warning"
)  # lifelines' own, in what is compared with
@pytest.mark.parametrize("clusters", [0, 1, 2, 60])
def test_every_column_is_that_of_lifelines(clusters: int) -> None:
    rossi = load_rossi()[["week", "arrest", "age", "prio"]]
    cluster = pd.Series(np.arange(len(rossi)) % clusters, rossi.index) if clusters else None
    fit = fit_cox(rossi["week"], rossi["arrest"] == 1, rossi[["age", "prio"]], cluster=cluster)
    data = rossi.assign(group=cluster) if clusters > 1 else rossi
    plain = CoxPHFitter().fit(data, "week", "arrest", cluster_col="group" if clusters > 1 else None)
    assert list(fit.columns) == ["ratio", "low", "high", "p", "fit_p"] and list(fit.index) == ["age", "prio"]
    assert fit.index.name == "covariate"
    np.testing.assert_allclose(fit["ratio"], np.exp(plain.params_))
    np.testing.assert_allclose(fit[["low", "high"]], np.exp(plain.confidence_intervals_))
    np.testing.assert_allclose(fit["p"], plain.summary["p"])
    np.testing.assert_allclose(
        fit["fit_p"], proportional_hazard_test(plain, data, time_transform="rank").p_value
    )


def test_ten_closures_for_each_covariate_are_enough() -> None:
    days = pd.Series([3.0, 5, 1, 8, 2, 9, 4, 7, 6, 10, 12, 11])
    x = pd.DataFrame({"x": [0.0, 1] * 6, "same": 2.0})
    assert list(fit_cox(days, days != 12, x).index) == ["x"]
    nine = fit_cox(days, days < 10, x)
    assert nine.empty and list(nine.columns) == ["ratio", "low", "high", "p", "fit_p"]
    assert fit_cox(days, days > 0, x[["same"]]).empty
    two = fit_cox(days, days > 0, x.assign(other=days % 3))
    assert two.empty  # twelve closures, two covariates


def test_what_cannot_be_fitted_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConvergenceError("no way uphill")

    monkeypatch.setattr(CoxPHFitter, "fit", fail)
    days = pd.Series(np.arange(1.0, 41))
    found = fit_cox(days, days <= 20, pd.DataFrame({"x": np.arange(40) % 2}))
    assert found.empty and list(found.columns) == ["ratio", "low", "high", "p", "fit_p"]


@pytest.mark.parametrize(("part", "kept"), [(1e-5, ["x", "y"]), (1e-7, ["x"])])
def test_what_hardly_differs_follows(part: float, kept: list[str]) -> None:
    """A column that differs from another by less than a millionth says the same."""
    x, noise = np.arange(60.0) % 7, np.where(np.arange(60) % 2, 1.0, -1.0)
    assert _find_independent(pd.DataFrame({"x": x, "y": 2 * x + 3 + part * noise, "one": 1.0})) == kept
    other = pd.DataFrame({"one": np.ones(60), "y": part * noise, "x": x})
    assert _find_independent(other) == [name for name in ("y", "x") if name in kept]
