"""Whether neighbours resemble each other on a fact, before allowing for the report's other tests."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from taizhang.analysis.differences import list_scatter
from taizhang.analysis.doubt import draw_towards, mark_partly, push_rows
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.stats.shrink import Posterior, shrink_rates, shrink_shares
from taizhang.stats.spatial import Pattern, find_pattern, join_neighbours

if TYPE_CHECKING:
    from libpysal.graph import Graph


@dataclass(frozen=True)
class Fit:
    """Posteriors of every district's true rate or share, per unit of the denominator, by district code.

    `known`: from the rows with an answer. `lowest` and `highest`: if all missing answers were no, and yes. `near`: as
    close to the whole area's value as these allow. `partly`: districts with missing answers; if there are none,
    all four are equal.
    """

    known: Posterior
    lowest: Posterior
    highest: Posterior
    near: Posterior
    partly: int = 0

    @property
    def ends(self) -> tuple[Posterior, Posterior] | None:
        return (self.lowest, self.highest) if self.partly else None


@once_per_view
def fit_places(view: View, fact: str) -> Fit | None:
    """Fit the districts that are known, in the view's order; None if the fact is not a rate or share, or is unknown.

    Districts with missing answers that have no bounds are left out.
    """
    info = view.describe(fact)
    if view.district != ALL or info.unit == "count" or info.interval not in ("wilson", "poisson"):
        return None
    found = {str(code): view.fact(fact, str(code)) for code in view.districts["code"]}
    known = {
        code: row
        for code, row in found.items()
        if row is not None and not row["suppressed"] and pd.notna(row["value"]) and row["denominator"] > 0
    }
    if not known:
        return None
    rows = pd.DataFrame(list(known.values()), index=list(known))
    area = view.fact(fact, ALL)
    near = draw_towards(rows, float(area["value"]) if area is not None else np.nan)
    rows = rows.loc[near.index]
    if rows.empty:
        return None
    dispersion = list_scatter(view, fact, list(rows.index))["dispersion"]
    shrink = shrink_shares if info.interval == "wilson" else shrink_rates

    def fit(part: pd.DataFrame) -> Posterior:
        return shrink(
            part["numerator"].astype(float), part["denominator"].astype(float), dispersion=dispersion
        )

    partly = int(mark_partly(rows).sum())
    posterior = fit(rows)
    if not partly:
        return Fit(posterior, posterior, posterior, posterior)
    return Fit(posterior, fit(push_rows(rows, "lowest")), fit(push_rows(rows, "highest")), fit(near), partly)


@once_per_view
def join_districts(view: View) -> "Graph":
    """Return which of a workbook's districts are neighbours."""
    return join_neighbours(view.districts.set_index("code").geometry)


@once_per_view
def look_for_pattern(view: View, fact: str) -> Pattern | None:
    """Return the pattern of the districts' shrunken values, each as close to the whole area's as missing answers
    allow."""
    fit = fit_places(view, fact)
    if fit is None:
        return None
    return find_pattern(fit.near.mean, join_districts(view))


def weigh_pattern(pattern: Pattern) -> tuple[float, float]:
    """Return the probability of such similar neighbours by chance, and of a place so different from its neighbours.

    The latter is the smallest of the places' probabilities, with the false discovery rate controlled; NaN if none is
    known.
    """
    p = pattern.places["p"].dropna().to_numpy(float)
    local = float(multipletests(p, method="fdr_bh")[1].min()) if len(p) and pattern.local else float("nan")
    return pattern.p, local
