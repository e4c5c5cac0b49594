"""Which cases are closed sooner, all else equal: Cox regression, for exploration."""

from warnings import catch_warnings, filterwarnings

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import proportional_hazard_test
from pandas.errors import Pandas4Warning

FEWEST_EVENTS = 10  # closures per covariate below which a model is not fitted


def _find_independent(covariates: pd.DataFrame) -> list[str]:
    """The columns that the ones before them do not already say."""
    base, names = np.ones((len(covariates), 1)), list[str]()
    for name in covariates:
        column = covariates[name].to_numpy(float)
        left = column - base @ np.linalg.lstsq(base, column)[0]
        if np.linalg.norm(left) > 1e-6 * np.sqrt(len(column)):
            base = np.column_stack([base, column])
            names.append(str(name))
    return names


def fit_cox(
    days: pd.Series, closed: pd.Series, covariates: pd.DataFrame, *, cluster: pd.Series | None = None
) -> pd.DataFrame:
    """Hazard ratios of closure: above 1 is closed sooner.

    Parameters
    ----------
    days : Series of float
        Days observed.
    closed : Series of bool
        Whether closed then; otherwise still open.
    covariates : DataFrame of float
        On the same index; columns that are constant, or follow from those before them, are left out.
    cluster : Series, optional
        Cases that may hang together, such as those of a district.

    Returns
    -------
    DataFrame
        Index covariate: ratio, low, high, p, and fit_p, of the test that the ratio is the same all the time
        (below 0.05: it is not). Empty with fewer than ten closures per covariate, or where the classes do not
        overlap enough for a fit.

    Notes
    -----
    Cox (1972), J. R. Stat. Soc. B 34, 187-220; ties by Efron (1977); clusters by Lin and Wei (1989);
    Grambsch and Therneau (1994), Biometrika 81, 515-526. By lifelines.
    """
    names = _find_independent(covariates)
    columns = ["ratio", "low", "high", "p", "fit_p"]
    if not names or closed.sum() < FEWEST_EVENTS * len(names):
        return pd.DataFrame(columns=columns)
    data = covariates[names].assign(days=days, closed=closed)
    options = {}
    if cluster is not None and cluster.nunique() > 1:
        data, options = data.assign(cluster=cluster), {"cluster_col": "cluster"}
    fitter = CoxPHFitter()
    with catch_warnings():  # lifelines calls pandas in a way that pandas 4 will not take
        filterwarnings("ignore", category=Pandas4Warning)
        try:
            fitter.fit(data, "days", "closed", robust=bool(options), **options)
        except ConvergenceError:
            return pd.DataFrame(columns=columns)
        test = proportional_hazard_test(fitter, data, time_transform="rank")
    tested = pd.Series(np.atleast_1d(test.p_value), index=fitter.params_.index)
    summary = fitter.summary
    return pd.DataFrame(
        {
            "ratio": summary["exp(coef)"],
            "low": summary["exp(coef) lower 95%"],
            "high": summary["exp(coef) upper 95%"],
            "p": summary["p"],
            "fit_p": tested,
        }
    )
