"""Do drills go with fewer incidents, repeats or late closures? Counts of townships by month, modelled."""

from dataclasses import dataclass, replace
from warnings import catch_warnings, filterwarnings

import numpy as np
import pandas as pd
from scipy.stats import t

from taizhang.stats.intervals import ALPHA, Floats

FEWEST_EVENTS = 20  # below, a model of townships and months has nothing to go on
FEWEST_PLACES = 4
OVERDISPERSED = 1.2


@dataclass(frozen=True)
class Effect:
    """What goes with one more drill, or with drilling more than before.

    Attributes
    ----------
    ratio, low, high : float
        Rate ratio with its interval; NaN where it can't be worked out.
    p : float
        Probability of one so far from 1 if there were no effect; NaN likewise.
    events, places, months : int
        What it rests on.
    model : str
        ``poisson`` or ``negative_binomial``; empty where nothing was fitted.
    dispersion : float
        Pearson's, of the Poisson fit.
    reason : str
        Why nothing was worked out: ``few_events``, ``few_places`` or ``no_contrast``; else empty.
    """

    ratio: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    events: int = 0
    places: int = 0
    months: int = 0
    model: str = ""
    dispersion: float = np.nan
    reason: str = ""

    def is_beyond_chance(self, *, alpha: float = ALPHA) -> bool:
        """Whether there is evidence of an association at this level."""
        return bool(self.p < alpha)


def sum_recent(drills: pd.DataFrame, *, months: int = 3) -> pd.DataFrame:
    """Drills held in the months before each month, that month itself left out.

    Parameters
    ----------
    drills : DataFrame
        Counts, one row per township, one column per month in order.
    months : int
        How far back.

    Returns
    -------
    DataFrame
        Of that shape; NaN in the first months, whose past isn't known.
    """
    return drills.T.rolling(months).sum().shift().T


def estimate_effect(
    events: pd.DataFrame,
    exposure: pd.DataFrame,
    treatment: pd.DataFrame,
    *,
    clustered: bool = True,
    alpha: float = ALPHA,
) -> Effect:
    """Rate ratio of events per unit of treatment, with townships and months as effects.

    What differs between townships all the time, or between months everywhere, cancels; what differs in a
    township at one time, and moves both drills and events, does not.

    Parameters
    ----------
    events, exposure, treatment : DataFrame
        One row per township, one column per month; cells without exposure, or with an unknown treatment,
        are left out.
    clustered : bool
        Whether months of one township may hang together; needs more than two.
    alpha : float
        One less the level of the interval.

    Returns
    -------
    Effect
        Poisson regression with the exposure as offset; negative binomial where the dispersion is above
        1.2. Standard errors are the larger of those scaled by Pearson's dispersion and those clustered by
        township; t quantiles with townships less one degrees of freedom where clustered ones decide.

    Notes
    -----
    Cameron and Trivedi (2013), Regression Analysis of Count Data, 3.3 and 9.4; Liang and Zeger (1986),
    Biometrika 73, 13-22. Fitted by statsmodels.
    """
    known = (exposure > 0) & treatment.notna() & events.notna()
    # A township, or a month, without any event has no rate to compare and tells nothing.
    rows = events.index[events.where(known).sum(axis=1) > 0]
    columns = events.columns[events.where(known).sum() > 0]
    mask = known.loc[rows, columns].to_numpy(bool)
    at = np.argwhere(mask)
    y = events.loc[rows, columns].to_numpy(float)[mask]
    x = treatment.loc[rows, columns].to_numpy(float)[mask]
    base = exposure.loc[rows, columns].to_numpy(float)[mask]
    about = Effect(events=int(y.sum()), places=len(rows), months=len(columns))
    if y.sum() < FEWEST_EVENTS:
        return replace(about, reason="few_events")
    if len(rows) < FEWEST_PLACES:
        return replace(about, reason="few_places")
    design = np.column_stack([x, np.ones(len(y)), _mark(at[:, 0], len(rows)), _mark(at[:, 1], len(columns))])
    left = x - design[:, 1:] @ np.linalg.lstsq(design[:, 1:], x)[0]
    if len(y) <= design.shape[1] or not np.abs(left).max() > 1e-9:
        return replace(about, reason="no_contrast")
    return _fit(y, design, np.log(base), at[:, 0] if clustered else None, alpha, about)


def _mark(number: np.ndarray, of: int) -> np.ndarray:
    """Columns of 0 and 1 for all classes but the first."""
    return number[:, None] == np.arange(1, of)


def _fit(
    y: Floats,
    design: Floats,
    offset: Floats,
    cluster: np.ndarray | None,
    alpha: float,
    about: Effect,
) -> Effect:
    # Slow to load, and only the comparison of districts needs it.
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    model = GLM(y, design, family=families.Poisson(), offset=offset)
    with catch_warnings():  # a model that fits the counts exactly is no fault: its interval is chance's own
        filterwarnings("ignore", category=PerfectSeparationWarning)
        fit = model.fit(scale="X2")
    dispersion, name = float(fit.scale), "poisson"
    if dispersion > OVERDISPERSED:
        mean = fit.fittedvalues
        # Moments: the variance is mean + size * mean squared, less the degrees of freedom spent.
        excess = ((y - mean) ** 2 * len(y) / fit.df_resid - mean).sum() / (mean**2).sum()
        family = families.NegativeBinomial(alpha=max(float(excess), 1e-6))
        model, name = GLM(y, design, family=family, offset=offset), "negative_binomial"
        fit = model.fit(scale="X2", start_params=fit.params)
    slope = float(fit.params[0])
    # Never narrower than chance alone.
    errors = [(float(fit.normalized_cov_params[0, 0] * max(fit.scale, 1.0)) ** 0.5, int(fit.df_resid))]
    if cluster is not None:
        robust = model.fit(start_params=fit.params, cov_type="cluster", cov_kwds={"groups": cluster})
        errors.append((float(robust.bse[0]), len(np.unique(cluster)) - 1))
    reach, error, free = max((error * t.ppf(1 - alpha / 2, free), error, free) for error, free in errors)
    return replace(
        about,
        ratio=float(np.exp(slope)),
        low=float(np.exp(slope - reach)),
        high=float(np.exp(slope + reach)),
        p=2 * float(t.sf(abs(slope) / error, free)),
        model=name,
        dispersion=dispersion,
    )


def compare_groups(
    before: pd.Series,
    after: pd.Series,
    exposure_before: pd.Series,
    exposure_after: pd.Series,
    treated: pd.Series,
    *,
    alpha: float = ALPHA,
) -> Effect:
    """Before and after, against a comparison group: the ratio of two rate ratios.

    Parameters
    ----------
    before, after, exposure_before, exposure_after : Series
        Events and exposure per township in two periods, on one index.
    treated : Series of bool
        Whether a township is of the group that did more; the others are the comparison.

    Returns
    -------
    Effect
        `ratio` below 1: the treated group's rate fell by more (or rose by less) than the others'.

    Notes
    -----
    Difference in differences on the log scale, as `estimate_effect` with two periods. It takes the two
    groups to have gone the same way but for the treatment.
    """
    events = pd.concat([before, after], axis=1, keys=[0, 1])
    exposure = pd.concat([exposure_before, exposure_after], axis=1, keys=[0, 1])
    some = events.sum(axis=1) > 0
    if min((treated & some).sum(), (~treated & some).sum()) < 2:
        return Effect(events=int(events.to_numpy().sum()), places=len(events), months=2, reason="few_places")
    treatment = pd.DataFrame({0: 0.0, 1: treated})
    return estimate_effect(events, exposure, treatment, clustered=False, alpha=alpha)
