"""Whether neighbours are alike on a fact, before it is known what else a report tests."""

import pandas as pd
from statsmodels.stats.multitest import multipletests

from taizhang.analysis.differences import list_scatter
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.stats.shrink import Posterior, shrink_rates, shrink_shares
from taizhang.stats.spatial import Pattern, find_pattern, join_neighbours


@once_per_view
def fit_places(view: View, fact: str) -> Posterior | None:
    """What is known of every district's true rate or share; None where the fact is neither, or is known nowhere.

    Per unit of the denominator, on the codes of the districts that are known, in the view's order.
    """
    info = view.describe(fact)
    if view.district != ALL or info.unit == "count" or info.interval not in ("wilson", "poisson"):
        return None
    rows = {str(code): view.fact(fact, str(code)) for code in view.districts["code"]}
    known = {
        code: row
        for code, row in rows.items()
        if row is not None and not row["suppressed"] and pd.notna(row["value"]) and row["denominator"] > 0
    }
    if not known:
        return None
    top, size = (
        pd.Series({code: float(row[name]) for code, row in known.items()})
        for name in ("numerator", "denominator")
    )
    shrink = shrink_shares if info.interval == "wilson" else shrink_rates
    return shrink(top, size, dispersion=list_scatter(view, fact, list(top.index))["dispersion"])


@once_per_view
def look_for_pattern(view: View, fact: str) -> Pattern | None:
    """The pattern of the districts' shrunken values."""
    posterior = fit_places(view, fact)
    if posterior is None:
        return None
    return find_pattern(posterior.mean, join_neighbours(view.districts.set_index("code").geometry))


def weigh_pattern(pattern: Pattern) -> tuple[float, float]:
    """The probability of neighbours so alike by chance, and of a place that stands out so far among its own.

    The latter is the smallest of the places' probabilities with false discoveries controlled; NaN where none is known.
    """
    p = pattern.places["p"].dropna().to_numpy(float)
    local = float(multipletests(p, method="fdr_bh")[1].min()) if len(p) and pattern.local else float("nan")
    return pattern.p, local
