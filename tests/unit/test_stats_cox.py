"""Cox regression against published coefficients."""

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_rossi

from taizhang.stats.cox import fit_cox


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
