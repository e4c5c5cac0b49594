"""Districts by size, with the limits of chance variation."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.comparison import is_apart, list_values
from taizhang.analysis.differences import list_scatter
from taizhang.analysis.doubt import draw_towards, mark_partly
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.stats.funnel import draw_funnel_of_rates, draw_funnel_of_shares
from taizhang.stats.intervals import ALPHA

_FEWEST = 3  # districts
_SCALES = {"percent": 100.0, "per_100k": 100_000.0}


@dataclass(frozen=True)
class DistrictFunnel:
    """A funnel of districts, in the fact's unit.

    `places`, by code: district, value, numerator, denominator, called (beyond chance, false discoveries controlled),
    side (above or below, if called; otherwise empty) and verdict (better or worse, if called and the fact has a good
    side; otherwise empty). `limits`: size, low95, high95, low998, high998. `level`: the value of all districts not
    called together; `of` says whether this covers the whole area (area), the others if some are called (others),
    or those shown if districts are withheld (shown); empty if the area's value is unknown. `dispersion`: how many
    times the variance exceeds chance's, at least 1. `scale`: the factor from a share, or a rate per unit, to the fact's
    unit. `partly`: districts with missing answers; `left_out`: those left out because their missing answers have
    no bounds.
    """

    places: pd.DataFrame
    limits: pd.DataFrame
    level: float
    of: Literal["area", "others", "shown", ""]
    dispersion: float
    scale: float
    partly: int = 0
    left_out: int = 0

    @property
    def called(self) -> list[str]:
        """Names of the districts that differ beyond chance."""
        return list(self.places.loc[self.places["called"], "district"])


@once_per_view
def find_funnel(view: View, fact: str) -> DistrictFunnel | None:
    """Find limits at 95 and 99.8 percent around the value of all districts, and the position of each district.

    The limits are widened if districts vary more than by chance (Spiegelhalter 2005, Statistics in Medicine 24,
    1185-1202). None if the fact has no Wilson or Poisson interval or no denominator, or is known in fewer than three
    districts. A district with missing answers is placed as near to the area's value as they allow, or is left out if
    they have no bounds.
    """
    rows, info = list_values(view, fact), view.describe(fact)
    if info.unit == "count" or info.interval not in ("wilson", "poisson"):
        return None
    rows = rows[rows["value"].notna() & (rows["denominator"] > 0)]
    area = view.fact(fact, ALL)
    known, partly = rows, int(mark_partly(rows).sum())
    rows = draw_towards(rows, float(area["value"]) if area is not None else np.nan)
    if len(rows) < _FEWEST:
        return None
    draw = draw_funnel_of_shares if info.interval == "wilson" else draw_funnel_of_rates
    scatter = list_scatter(view, fact, [str(code) for code in rows.index])
    # Who is beyond chance, the calls of the whole report decide; where none is, all are the level's.
    called = pd.Series([bool(is_apart(view, fact, str(code))) for code in rows.index], rows.index)
    funnel = draw(
        rows["numerator"],
        rows["denominator"],
        dispersion=scatter["dispersion"],
        df=scatter["df"],
        q=ALPHA if called.any() else 0.0,
    )
    scale = _SCALES.get(info.unit, 1.0)
    level = scale * funnel.target
    of: Literal["area", "others", "shown", ""] = ""
    above = funnel.places["z"] > 0
    if area is not None and pd.notna(area["value"]):
        # As everywhere: those called lie beside the whole area's value, be the limits around the others'.
        above = rows["value"] > float(area["value"])
        of = "area" if np.isclose(level, area["value"]) else "others" if called.any() else "shown"
    places = rows[["district", "value", "numerator", "denominator"]].assign(
        called=called,
        side=above.map({True: "above", False: "below"}).where(called, ""),
        verdict=_judge(above, called, info),
    )
    limits = funnel.limits.set_index("size").mul(scale).reset_index()
    left_out = len(known) - len(rows)
    return DistrictFunnel(places, limits, level, of, funnel.dispersion, scale, partly - left_out, left_out)


def _judge(above: pd.Series, called: pd.Series, info: FactInfo) -> pd.Series:
    """Better or worse, of districts beyond chance on a fact that has a good side."""
    if info.direction == "neither":
        return pd.Series("", above.index)
    good = above == (info.direction == "more_is_better")
    return good.map({True: "better", False: "worse"}).where(called, "")
