"""A fact in all districts: its values, classes for a map, ranking, and which districts differ from the whole area."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from taizhang.analysis.calls import is_beyond, is_called
from taizhang.analysis.differences import weigh_place
from taizhang.analysis.doubt import count_turning
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ADDED, ALL
from taizhang.stats.classes import choose_classes

Missing = Literal["", "withheld", "no_data", "either"]
Side = Literal["same", "alike", "above", "below"]
_FEWEST = 2  # districts of a ranking


@once_per_view
def list_values(view: View, fact: str) -> pd.DataFrame:
    """Return a fact's rows for all districts, as `select_values` does."""
    return select_values(view.facts, fact)


def select_values(facts: pd.DataFrame, fact: str) -> pd.DataFrame:
    """Return a fact's rows for all districts, indexed by code, in the facts' order; empty if not configured.

    The columns are those of the facts; numbers of suppressed rows are NaN.
    """
    rows = facts[(facts["fact"] == fact) & (facts["district_code"] != ALL)]
    rows = rows.set_index("district_code")
    hidden = rows["suppressed"].astype(bool)
    numbers = ["value", "numerator", "denominator", "low", "high"]
    return rows.assign(**{name: rows[name].mask(hidden) for name in numbers})


def list_column(view: View, fact: str, column: str = "value") -> pd.Series:
    """Return a column of a fact by code, in the order of the view's districts; NaN if withheld or not configured."""
    values = list_values(view, fact)[column]
    return pd.Series(values.to_numpy(float), values.index).reindex(list(view.districts["code"]))


def explain_missing(rows: pd.DataFrame) -> Missing:
    """Say why some districts have no value, from `value` and `suppressed`; empty if all have one."""
    hidden = rows.loc[rows["value"].isna(), "suppressed"]
    if hidden.empty:
        return ""
    return "withheld" if hidden.all() else "either" if hidden.any() else "no_data"


@dataclass(frozen=True)
class Grouped:
    """District values in classes.

    `numbers`: the class of each known value, by code. `classes`, in ascending order: low and high (of the values in
    the class) and districts; NaN and 0 for an empty class. `method` as returned by `choose_classes`.
    """

    numbers: pd.Series
    classes: pd.DataFrame
    method: str


def group_values(values: pd.Series, decimals: int) -> Grouped:
    """Divide values by code, at least one of them known, into classes, as used by every map of a fact."""
    known = values.dropna()
    edges, method = choose_classes(known.to_numpy(), decimals)
    numbers = pd.Series(np.searchsorted(edges, known.to_numpy()), known.index)
    return Grouped(numbers, _sum_up(known, numbers, len(edges)), method)


def _sum_up(values: pd.Series, numbers: pd.Series, classes: int) -> pd.DataFrame:
    """Low, high and districts of each class."""
    found = values.groupby(numbers).agg(["min", "max", "size"]).reindex(range(classes))
    found = found.set_axis(["low", "high", "districts"], axis=1)
    return found.fillna({"districts": 0}).astype({"districts": int})


@dataclass(frozen=True)
class Classes:
    """A fact's values in classes, on a map.

    `places`, by code, in the order of the view's outlines: name, value, suppressed, number (the class; -1: not known).
    `classes` and `method` are as returned by `group_values`, or `SIDES` with `verdict`, so that colours say no
    more than the words. `tested`: whether any district can be tested. `missing`: as returned by `explain_missing`,
    for the districts on the map. `known` and `unknown`: districts with a value, and those on the map without one.
    `highest` and `lowest`: district and value of the first with the largest or smallest value. `turning`: as
    returned by `count_turning`.
    """

    places: pd.DataFrame
    classes: pd.DataFrame
    method: str
    missing: Missing
    known: int
    unknown: int
    highest: pd.Series
    lowest: pd.Series
    turning: int = 0
    tested: bool = True


SIDES = ("below", "alike", "above")


def classify_districts(view: View, fact: str) -> Classes | None:
    """Divide the districts into classes for a map.

    Values subject to chance are classed by whether they differ from the others beyond chance, exact values by size.
    None if no value is known, all are zero, or the fact is a count or sum, for which a map would only show how large
    districts are.
    """
    rows, outlines, info = list_values(view, fact), view.outlines.set_index("code"), view.describe(fact)
    known = rows.loc[rows["value"].notna(), ["district", "value"]]
    if info.unit in ADDED or not known["value"].any():
        return None
    tested = True
    if info.interval == "none":
        grouped = group_values(known["value"], info.decimals)
    else:
        told = {str(code): is_apart(view, fact, str(code)) for code in known.index}
        tested = any(one is not None for one in told.values())
        grouped = _group_by_side(known["value"], [bool(one) for one in told.values()], view.value(fact, ALL))
    places = outlines[["name"]].assign(value=rows["value"])
    places["suppressed"] = rows["suppressed"].reindex(outlines.index, fill_value=False)
    places["number"] = grouped.numbers.reindex(outlines.index, fill_value=-1)
    return Classes(
        places=places,
        classes=grouped.classes,
        method=grouped.method,
        missing=explain_missing(places),
        known=len(known),
        unknown=int(places["value"].isna().sum()),
        highest=known.iloc[int(known["value"].argmax())],
        lowest=known.iloc[int(known["value"].argmin())],
        turning=count_turning(rows.loc[known.index]),
        tested=tested,
    )


def _group_by_side(values: pd.Series, apart: list[bool], level: float | None) -> Grouped:
    """Return values by code as `SIDES` of the whole area's; if that is unknown, all are alike."""
    out = np.array(apart) & (level is not None)
    side = np.where(values > (level or 0.0), 2, 0)
    numbers = pd.Series(np.where(out, side, 1), values.index)
    return Grouped(numbers, _sum_up(values, numbers, len(SIDES)), "verdict")


def hold_against(view: View, fact: str) -> Side:
    """Return how a district's value compares with the whole area's: the same, different beyond chance, or neither."""
    own, level = view.value(fact), view.value(fact, ALL)
    if own is None or level is None:
        return "alike"
    if own == level:
        return "same"
    if not is_called(view, "place", fact, view.district):
        return "alike"
    return "above" if own > level else "below"


@dataclass(frozen=True)
class Comparison:
    """A fact in all districts, against the whole area.

    `places`, by code, in the facts' order, those known: district, value, low, high (the interval), place (in the
    ranking, the best is 0; where no side is good, the highest), apart (whether it lies beyond chance from the others,
    by `analysis.calls`) and tested (whether that can be told). Counts and sums, which tell how large a district is,
    have no interval and are not tested. `level`: the whole area's value, which districts are compared with; NaN if it
    isn't known, and for counts and sums. `unknown`: districts without a value; `missing` as returned by
    `explain_missing`. `turning`: as returned by `count_turning`.
    """

    places: pd.DataFrame
    level: float
    unknown: int
    missing: Missing
    turning: int = 0

    @property
    def ranked(self) -> pd.DataFrame:
        """The places, best first."""
        return self.places.sort_values("place")

    @property
    def is_single(self) -> bool:
        """Whether only one district is known."""
        return len(self.places) == 1

    @property
    def has_intervals(self) -> bool:
        return bool(self.places["low"].notna().any())

    @property
    def is_tested(self) -> bool:
        """Whether any district can be tested against the others."""
        return bool(self.places["tested"].any())

    @property
    def can_be_ranked(self) -> bool:
        """Whether at least two districts have known values, not all zero."""
        return len(self.places) >= _FEWEST and bool(self.places["value"].any())

    @property
    def has_level(self) -> bool:
        return not np.isnan(self.level)

    @property
    def apart(self) -> list[str]:
        """Names of the districts that differ beyond chance."""
        return list(self.places.loc[self.places["apart"], "district"])

    def list_at(self, value: float) -> list[str]:
        """Names of the districts with a given value."""
        return list(self.places.loc[self.places["value"] == value, "district"])

    @property
    def extremes(self) -> tuple[float, float]:
        """The lowest and highest values."""
        return float(self.places["value"].min()), float(self.places["value"].max())


def is_apart(view: View, fact: str, district: str) -> bool | None:
    """Return whether a district differs beyond chance from all others together; None if that cannot be tested."""
    called = is_called(view, "place", fact, district)
    if called is not None:
        return called
    # Of a fact that is no key figure the family has no call: each district counts for as many as there are.
    return is_beyond(view, weigh_place(view, fact, district) * len(view.districts))


@once_per_view
def compare_districts(view: View, fact: str) -> Comparison | None:
    """Rank the districts and find which differ from the whole area; None if the fact is not configured."""
    rows, info = list_values(view, fact), view.describe(fact)
    if rows.empty:
        return None
    known = rows[rows["value"].notna()]
    if info.unit in ADDED:
        known = known.assign(low=np.nan, high=np.nan)
    level, area = float("nan"), view.fact(fact, ALL)
    # The area's sum is no measure of a district.
    if info.unit not in ADDED and area is not None and not area["suppressed"]:
        level = float(area["value"])
    order = known.sort_values(["value", "district"], ascending=[info.direction == "less_is_better", True])
    apart = [is_apart(view, fact, str(code)) for code in known.index]
    places = known[["district", "value", "low", "high"]].assign(
        place=pd.Series(range(len(order)), order.index),
        # Where there is no level nothing is apart from it.
        apart=[not np.isnan(level) and bool(told) for told in apart],
        tested=[told is not None for told in apart],
    )
    missing, turning = explain_missing(rows), count_turning(known)
    return Comparison(places, level, len(rows) - len(known), missing, turning)
