"""Are drills followed by fewer incidents, repeats or late closures? Models of counts by township and month."""

from dataclasses import dataclass, replace
from warnings import catch_warnings, filterwarnings

import numpy as np
import pandas as pd
from scipy.stats import nct, t

from taizhang.stats.intervals import ALPHA, Floats

FEWEST_EVENTS = 20  # below, a model of townships and months has nothing to go on
FEWEST_PLACES = 4
OVERDISPERSED = 1.2
SEASONAL_MONTHS = 24  # from which each township's season can be told from its level


@dataclass(frozen=True)
class Effect:
    """The association of one more drill with an outcome.

    Attributes
    ----------
    ratio, low, high : float
        Rate ratio with its interval; NaN if it can't be worked out.
    p : float
        Probability of one so far from 1 if there were no effect; NaN likewise.
    lead_p : float
        The same of the drills that came after, which can have no effect: a small one says that drills follow events.
    error, freedom : float
        Standard error of the ratio's logarithm, and the degrees of freedom of its t.
    events, places, months : int
        What it rests on.
    model : str
        ``poisson`` or ``negative_binomial``; empty if nothing was fitted.
    dispersion : float
        Pearson's, of the Poisson fit.
    reason : str
        Why nothing was worked out: ``few_events``, ``few_places``, ``no_contrast`` or ``no_fit``; otherwise empty.
    """

    ratio: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    lead_p: float = np.nan
    error: float = np.nan
    freedom: float = np.nan
    events: int = 0
    places: int = 0
    months: int = 0
    model: str = ""
    dispersion: float = np.nan
    reason: str = ""

    def is_beyond_chance(self, *, alpha: float = ALPHA) -> bool:
        """Return whether there is evidence of an association at this level."""
        return bool(self.p < alpha)

    def find_power(self, ratio: float, *, alpha: float = ALPHA) -> float:
        """Return how often such data would give evidence of a given ratio: the power of the two-sided t test."""
        shift, limit = np.log(ratio) / self.error, t.ppf(1 - alpha / 2, self.freedom)
        return float(nct.sf(limit, self.freedom, shift) + nct.cdf(-limit, self.freedom, shift))


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


def sum_next(drills: pd.DataFrame, *, months: int = 3) -> pd.DataFrame:
    """Drills held in the months after each month, as `sum_recent`; NaN in the last months."""
    return drills.T[::-1].rolling(months).sum().shift()[::-1].T


def estimate_effect(
    events: pd.DataFrame,
    exposure: pd.DataFrame,
    treatment: pd.DataFrame,
    later: pd.DataFrame | None = None,
    *,
    alpha: float = ALPHA,
) -> Effect:
    """Rate ratio of events per unit of treatment, with townships and months as effects.

    Each township has a level, each month one, and where there are two years each township with twenty events has a
    yearly wave of its own, for what all townships do not share: typhoons on the coast, fires in the hills.

    Parameters
    ----------
    events, exposure, treatment : DataFrame
        One row per township, one column per month, in order and without gaps; cells without exposure, or with an
        unknown treatment, are left out.
    later : DataFrame, optional
        Treatment in the months after, as returned by `sum_next`; for `lead_p`.
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
    Biometrika 73, 13-22; leads after Granger, as Angrist and Pischke (2009), Mostly Harmless Econometrics, 5.2.
    Fitted by statsmodels.
    """
    effect = _estimate(events, exposure, treatment, None, alpha)
    if later is None or effect.reason:
        return effect
    return replace(effect, lead_p=_estimate(events, exposure, later, treatment, alpha).p)


def _estimate(
    events: pd.DataFrame,
    exposure: pd.DataFrame,
    treatment: pd.DataFrame,
    beside: pd.DataFrame | None,
    alpha: float,
) -> Effect:
    """The effect of a treatment, given another beside it."""
    known = (exposure > 0) & treatment.notna() & events.notna()
    if beside is not None:
        known &= beside.notna()
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
    place, month = _mark(at[:, 0], len(rows)), _mark(at[:, 1], len(columns))
    others = [np.ones((len(y), 1)), place, month]
    if events.shape[1] >= SEASONAL_MONTHS:
        angle = events.columns.get_indexer(columns)[at[:, 1]] / 6 * np.pi
        # Of few events a wave fits noise. What all have in common is the months'.
        seasonal = np.flatnonzero(np.bincount(at[:, 0], y, len(rows)) >= FEWEST_EVENTS)
        seasonal = seasonal[len(seasonal) == len(rows) :]
        waves = at[:, [0]] == seasonal
        others += [waves * np.cos(angle)[:, None], waves * np.sin(angle)[:, None]]
    if beside is not None:
        others.insert(0, beside.loc[rows, columns].to_numpy(float)[mask][:, None])
    rest = np.column_stack(others)
    left = x - rest @ np.linalg.lstsq(rest, x)[0]
    if len(y) <= rest.shape[1] + 1 or not np.abs(left).max() > 1e-9:
        return replace(about, reason="no_contrast")
    # A guard is wary: it takes chance's own error, without what few townships make of it.
    cluster = at[:, 0] if beside is None else None
    return _fit(y, np.column_stack([x, rest]), np.log(base), cluster, alpha, about)


def _mark(number: np.ndarray, of: int) -> np.ndarray:
    """Columns of 0 and 1 for all classes but the first."""
    return number[:, None] == np.arange(1, of)


def _fit(
    y: Floats, design: Floats, offset: Floats, cluster: np.ndarray | None, alpha: float, about: Effect
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
    if fit.converged and dispersion > OVERDISPERSED:
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
    # What fits exactly goes on falling by parts of nothing.
    settled = fit.converged or fit.deviance < 1e-8
    if not settled or not np.isfinite([slope, reach]).all():
        return replace(about, reason="no_fit")
    return replace(
        about,
        ratio=float(np.exp(slope)),
        low=float(np.exp(slope - reach)),
        high=float(np.exp(slope + reach)),
        p=2 * float(t.sf(abs(slope) / error, free)),
        error=error,
        freedom=float(free),
        model=name,
        dispersion=dispersion,
    )
