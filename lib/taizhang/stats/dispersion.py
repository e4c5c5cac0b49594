"""How many times the variance of counts and shares exceeds that of chance, estimated from the rows.

Rows come in clusters: several hazards in one visit, several deaths in one accident, all of a visit's hazards put right
on one day. A count of independent rows is Poisson, a share of them binomial; clusters widen both. The places themselves
must not tell how much: a place that truly differs would widen its own limits.

Each function gives, per group (a district, say), dispersion (at least 1), df (degrees of freedom, for a t or F
reference) and clusters (of its own). Estimates of few clusters are poor: each group's is averaged with that of all
groups together, which counts for as much as twenty clusters, or as many as the other groups have.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from taizhang.stats.intervals import Floats

PRIOR_CLUSTERS = 20


def disperse_daily_counts(
    counts: pd.DataFrame | Sequence[pd.DataFrame],
    exposure: pd.DataFrame | Sequence[pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Dispersion of counts by the days they fall on.

    Parameters
    ----------
    counts : DataFrame, or several
        Groups by days, or by any other cells, those without a row among them as 0; NaN if a day is not known. Of
        several (two periods, say) each has a mean of its own.
    exposure : DataFrame, or as many, optional
        Of the same shapes, such as visits: the rate, not the count, is then held to be the same on all days. Days
        without exposure are left out.

    Returns
    -------
    DataFrame
        On the groups: dispersion, df, clusters (days with a row).

    Notes
    -----
    Pearson's chi-squared over its degrees of freedom: McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed.,
    section 6.2.3. A season or a weekly rhythm within a period widens it a little.
    """
    tables = [counts] if isinstance(counts, pd.DataFrame) else list(counts)
    if exposure is None:
        bases = [table.notna().astype(float) for table in tables]
    else:
        bases = [exposure] if isinstance(exposure, pd.DataFrame) else list(exposure)
    index = tables[0].index
    spread, rows, clusters = (np.zeros(len(index)) for _ in range(3))
    for table, base in zip(tables, bases, strict=True):
        seen, size = table.to_numpy(float), base.to_numpy(float)
        known = ~np.isnan(seen) & (size > 0)
        seen, size = np.where(known, seen, 0.0), np.where(known, size, 0.0)
        total, cells = seen.sum(axis=1), known.sum(axis=1)
        expected = size * _divide(total, size.sum(axis=1))[:, None]
        # Weighted by the expected counts, the chi-squared is a sum over rows: days of many and few alike.
        squares = np.divide((seen - expected) ** 2, expected, out=np.zeros(seen.shape), where=expected > 0)
        spread += total * _divide(squares.sum(axis=1), cells - 1.0)
        rows += np.where(cells > 1, total, 0.0)
        clusters += (seen > 0).sum(axis=1)
    return _moderate(index, spread, rows, clusters)


def disperse_clustered_counts(
    groups: npt.ArrayLike, clusters: npt.ArrayLike, amounts: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Dispersion of counts that occur in clusters, such as deaths in accidents.

    Parameters
    ----------
    groups, clusters : array-like
        Of each row: its group, and its cluster (unique within the group).
    amounts : array-like of float, optional
        What each row counts for, such as deaths; else 1.

    Returns
    -------
    DataFrame
        On the sorted groups: dispersion, df, clusters (with an amount).

    Notes
    -----
    Of a compound Poisson sum the variance over the mean is the mean square of the clusters' sizes over their mean:
    Feller (1968), An Introduction to Probability Theory, vol. 1, XII.2.
    """
    frame = pd.DataFrame({"group": np.asarray(groups), "cluster": np.asarray(clusters)})
    frame["amount"] = 1.0 if amounts is None else np.asarray(amounts, float)
    size = frame.groupby(["group", "cluster"], observed=True)["amount"].sum()
    found = pd.DataFrame({"rows": size, "squares": size**2, "clusters": size > 0})
    sums = found.astype(float).groupby(level="group", observed=True).sum()
    return _moderate(sums.index, *(sums[name].to_numpy() for name in ("squares", "rows", "clusters")))


def disperse_shares(groups: npt.ArrayLike, clusters: npt.ArrayLike, successes: npt.ArrayLike) -> pd.DataFrame:
    """Design effect of shares: how many times clusters widen their variance.

    Parameters
    ----------
    groups, clusters : array-like
        Of each row: its group, and its cluster (unique within the group).
    successes : array-like of bool or float
        Of each row: 1 where it counts, 0 where not; NaN if it is not known.

    Returns
    -------
    DataFrame
        On the sorted groups: dispersion, df, clusters, and icc, the correlation of two rows of one cluster.

    Notes
    -----
    The correlation is the mean product of the deviations of all pairs in a cluster over the variance of a row, as in
    Ridout, Demetrio and Firth (1999), Biometrics 55, 137-148; the design effect is 1 + (m - 1) icc, m being the mean
    size of the cluster that a row is in: Kish (1965), Survey Sampling.
    """
    frame = pd.DataFrame({"group": np.asarray(groups), "cluster": np.asarray(clusters)})
    frame["success"] = np.asarray(successes, float)
    frame = frame[frame["success"].notna()]
    by = frame.groupby(["group", "cluster"], observed=True)["success"]
    parts = pd.DataFrame({"top": by.sum(), "size": by.size().astype(float)})
    group = parts.index.get_level_values("group")
    sums = parts.groupby(level="group", observed=True).sum()
    share = sums["top"] / sums["size"]
    inner = parts["size"].to_numpy() * (share * (1 - share)).reindex(group).to_numpy()
    around = (parts["top"].to_numpy() - parts["size"].to_numpy() * share.reindex(group).to_numpy()) ** 2
    parts = parts.assign(
        clusters=1.0,
        pairs=inner * (parts["size"] - 1),
        inner=inner,
        around=around,
        squares=parts["size"] ** 2,
    )
    sums = parts.groupby(level="group", observed=True).sum()
    many = sums["clusters"].to_numpy()
    # The share is the rows' own: what they lose in deviation by it is given back, as n / (n - 1) does for a variance.
    grown = sums["around"].to_numpy() * _divide(many, many - 1.0)
    products = np.where(many > 1, grown - sums["inner"].to_numpy(), 0.0)
    pairs = np.where(many > 1, sums["pairs"].to_numpy(), 0.0)
    icc, df = _blend(products, pairs, many)
    icc = np.clip(icc, 0.0, 1.0)
    size = _divide(sums["squares"].to_numpy(), sums["size"].to_numpy())
    found = {"dispersion": 1 + (size - 1) * icc, "df": df, "clusters": many.astype(int), "icc": icc}
    return pd.DataFrame(found, index=sums.index)


def _divide(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros(np.shape(top)), where=np.asarray(bottom) > 0)


def _blend(top: Floats, bottom: Floats, clusters: Floats) -> tuple[Floats, Floats]:
    """Each group's ratio averaged with that of all, and the degrees of freedom of the average."""
    whole = top.sum() / bottom.sum() if bottom.sum() > 0 else 0.0
    own = np.where(bottom > 0, clusters, 0.0)
    lent = np.minimum(PRIOR_CLUSTERS, own.sum() - own)
    return _divide(own * _divide(top, bottom) + lent * whole, own + lent), np.maximum(own + lent - 1, 0.0)


def _moderate(index: pd.Index, spread: Floats, rows: Floats, clusters: Floats) -> pd.DataFrame:
    dispersion, df = _blend(spread, rows, clusters)
    found = {"dispersion": np.maximum(dispersion, 1.0), "df": df, "clusters": clusters.astype(int)}
    return pd.DataFrame(found, index=index)
