"""Where each district stands after allowing for chance: shrunken rates, rank ranges, neighbours."""

from dataclasses import dataclass, replace

import pandas as pd

from taizhang.analysis.calls import is_called
from taizhang.analysis.funnel import find_funnel
from taizhang.analysis.patterns import fit_places, join_districts, look_for_pattern
from taizhang.analysis.view import View, once_per_view
from taizhang.stats.ranks import rank_places
from taizhang.stats.spatial import Pattern, shrink_to_neighbours


@dataclass(frozen=True)
class Standing:
    """The standing of every district on one fact.

    `places`, by code, best first: district, raw, shrunk, low, high, spatial (in the fact's unit), above and above_most
    (lowest and highest probability of being above all districts together), rank, first, last (the rank's range),
    group, called, side and verdict (as in `analysis.funnel`) and quadrant (of the local pattern found; otherwise
    empty). `pattern`: Moran's I of the shrunken values; `alike`: whether neighbours are alike beyond chance. Groups are
    separated if some district is called. `partly`: districts with missing answers; statements on them hold
    whatever these are.
    """

    places: pd.DataFrame
    pattern: Pattern
    alike: bool = False
    partly: int = 0

    @property
    def groups(self) -> int:
        """Groups of districts that can be told apart."""
        return int(self.places["group"].max())

    @property
    def widest(self) -> int:
        """The longest range of a rank."""
        return int((self.places["last"] - self.places["first"]).max())

    @property
    def called(self) -> list[str]:
        """Names of the districts that differ beyond chance, with the false discovery rate controlled."""
        return [str(name) for name in self.places.loc[self.places["called"], "district"]]


@once_per_view
def find_standing(view: View, fact: str) -> Standing | None:
    """Return shrunken values, ranks with ranges, and the pattern among neighbours; None if there is no funnel."""
    funnel, info = find_funnel(view, fact), view.describe(fact)
    if funnel is None:
        return None
    rows, scale = funnel.places, funnel.scale
    top, size = rows["numerator"], rows["denominator"]
    fit, pattern = fit_places(view, fact), look_for_pattern(view, fact)
    if fit is None or pattern is None:
        return None
    shrunk = pd.DataFrame(
        {
            "low": fit.lowest.find_intervals()["low"],
            "high": fit.highest.find_intervals()["high"],
            "shrunk": fit.known.mean,
        }
    )
    ranked = rank_places(fit.known, ends=fit.ends, descending=info.direction != "less_is_better")
    graph = join_districts(view)
    # What else the report tests decides what is said of patterns and groups.
    if not is_called(view, "local", fact):
        pattern = replace(pattern, places=pattern.places.assign(found=False))
    found = pattern.places["found"].astype(bool)
    places = rows[["district", "value", "called", "side", "verdict"]].rename(columns={"value": "raw"})
    places = places.join(scale * shrunk[["shrunk", "low", "high"]])
    places = places.join(
        ranked.rename(columns={"low": "first", "high": "last"})[["rank", "first", "last", "group"]]
    )
    places["above"] = fit.lowest.judge_above(fit.highest.overall)
    places["above_most"] = fit.highest.judge_above(fit.lowest.overall)
    places["spatial"] = scale * shrink_to_neighbours(top, size, graph)
    places["quadrant"] = pattern.places["quadrant"].where(found, "")
    if not places["called"].any():
        places["group"] = 1
    places = places.sort_values(["rank", "district"])
    return Standing(places, pattern, bool(is_called(view, "pattern", fact)), fit.partly)


@dataclass(frozen=True)
class MarkedPattern:
    """Districts in a local pattern: their quadrants on the map (empty if none), and their names."""

    quadrants: pd.Series
    names: list[str]


def mark_pattern(view: View, fact: str) -> MarkedPattern | None:
    """Return quadrants by code, in the order of the view's outlines; None if no district is in a pattern."""
    standing = find_standing(view, fact)
    if standing is None:
        return None
    districts = view.outlines.set_index("code")["name"].astype("str")
    quadrants = standing.places["quadrant"].reindex(districts.index).fillna("")
    names = list(districts[quadrants != ""])
    return MarkedPattern(quadrants, names) if names else None
