"""Cox regression of closure, for the exploration notebook; import it separately, as lifelines loads slowly."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from taizhang.analysis.calls import is_beyond
from taizhang.analysis.closure import group_cases, list_cases
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.metadata.words import label
from taizhang.stats.cox import fit_cox
from taizhang.stats.intervals import ALPHA

COLUMNS = ("severity", "premises_type", "trade")


@once_per_view
def fit_closure(view: View) -> pd.DataFrame | None:
    """Fit hazard ratios of closure by severity, type of premises and trade, for hazards with a deadline.

    Returns
    -------
    pandas.DataFrame or None
        The columns of `stats.cox.fit_cox`; `apart`, whether the ratio is beyond chance among all that the report
        tests; and `varies`, whether the ratio changes over time. The most common class of each column is the
        reference (`attrs["against"]`, with `n` cases). None if there are too few cases. If some cases have no day
        (`attrs["undated"]`), the model is fitted with these closed as late and as early as possible: the ratio nearer
        to 1 and the larger p are given, and the interval covers both; p is 1 if the two lie on different sides of 1.
    """
    cases = list_cases(view)
    if cases is None:
        return None
    # What is put right on the spot has no time to closure to explain.
    cases = cases.keep(~cases.on_the_spot)
    parts, against = [], []
    for column in COLUMNS:
        names = group_cases(view, cases, column)
        order = list(names.value_counts().index)
        if len(order) < 2:
            continue
        title = view.kinds["hazards"].fields[column].label(view.lang)
        against.append(label("cox.class", view.lang, column=title, name=order[0]))
        parts.append(
            pd.DataFrame(
                {label("cox.class", view.lang, column=title, name=name): names == name for name in order[1:]},
                index=names.index,
            )
        )
    if not parts:
        return None
    cluster = cases.rows["district_code" if view.district == ALL else "found_on"]
    classes = pd.concat(parts, axis=1)
    fits = []
    for side in cases.sides:
        days, closed = cases.read(side)
        fits.append(fit_cox(days + 0.5, closed, classes, cluster=cluster))
    fit = _join_fits(fits)
    if fit.empty:
        return None
    # The family has none of these: each counts for as many as there are.
    fit["apart"] = [bool(is_beyond(view, p * len(fit))) for p in fit["p"]]
    fit["varies"] = fit["fit_p"] < ALPHA
    fit.attrs.update({"against": against, "n": len(cases.rows), "undated": cases.undated})
    return fit


def _join_fits(fits: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join ratios fitted twice into what holds for both; nothing for ratios that one fit lacks."""
    first, *others = fits
    if not others:
        return first
    second = others[0].reindex(first.index)
    if first.empty or second.isna().any(axis=None):
        return first.iloc[:0]
    nearer = np.log(second["ratio"]).abs() < np.log(first["ratio"]).abs()
    joined = first.mask(nearer, second)
    turned = (first["ratio"] > 1) != (second["ratio"] > 1)
    ends = pd.concat(fits).groupby(level=0, sort=False)
    p = ends["p"].max().where(~turned, 1.0)
    return joined.assign(low=ends["low"].min(), high=ends["high"].max(), p=p, fit_p=ends["fit_p"].min())
