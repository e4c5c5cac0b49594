"""Districts by the severity of their problems, and their values on the indicators of the first page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from taizhang.analysis.brief import place_indicators
from taizhang.analysis.comparison import is_apart, list_values
from taizhang.analysis.findings import SEVERITIES, find_by_district
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.brief import load_brief
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.rules import load_rules

# Of a count of problems what the rules of findings say; of an indicator whether it lies beyond chance from the others'.
State = Literal["red", "amber", "worse", "better", "", "withheld", "unknown"]


@dataclass(frozen=True)
class HeatTable:
    """Every district on every indicator, the district with the most severe problems first.

    `places`, by code: number (from 1), district, severe and lesser (kinds of problems). `problems`: facts that count
    problems; `indicators`: those of the first page. `values` and `states`, by code and fact: a value is NaN if the
    state is withheld or unknown. `untested`: indicators without a measure of chance.
    """

    places: pd.DataFrame
    problems: tuple[FactInfo, ...]
    indicators: tuple[FactInfo, ...]
    values: pd.DataFrame
    states: pd.DataFrame
    untested: tuple[FactInfo, ...] = ()

    @property
    def facts(self) -> tuple[FactInfo, ...]:
        """All columns, in order."""
        return self.problems + self.indicators


def order_by_gravity(severe: Mapping[str, Collection[str]]) -> list[str]:
    """Order district codes by their severe problems: most rules triggered first; if equal, the more severe rules."""
    weights = {rule.rule: rule.weight for rule in load_rules()}

    def find_place(code: str) -> tuple[int, list[int]]:
        kinds = set(severe[code])
        return -len(kinds), sorted(-weights.get(rule, 0) for rule in kinds)

    return sorted(severe, key=find_place)


@once_per_view
def number_districts(view: View) -> pd.DataFrame:
    """Number the districts by severity: number (from 1), district, severe and lesser, which count kinds of problems.

    Lesser are all others in the district's own report, including those that are only noted.
    """
    found = find_by_district(view)
    kinds = {
        str(code): {
            severity: {one.rule.rule for one in found[code] if one.severity == severity}
            for severity in SEVERITIES
        }
        for code in view.districts["code"]
    }
    order = order_by_gravity({code: by["red"] for code, by in kinds.items()})
    names = view.districts.set_index("code")["name"].astype("str")
    return pd.DataFrame(
        {
            "number": range(1, len(order) + 1),
            "district": [names[code] for code in order],
            "severe": [len(kinds[code]["red"]) for code in order],
            "lesser": [len(set().union(*kinds[code].values()) - kinds[code]["red"]) for code in order],
        },
        index=order,
    )


@once_per_view
def find_heat(view: View) -> HeatTable | None:
    """Return the table; None if the view is not of the whole area, has fewer than two districts, or no indicator
    is known."""
    if view.district != ALL or len(view.districts) < 2:
        return None
    places = number_districts(view)
    problems = tuple(
        view.describe(fact)
        for fact in load_brief().problem_counts
        if fact in view.fact_infos and list_values(view, fact)["value"].notna().any()
    )
    indicators = tuple(one.info for one in place_indicators(view))
    if not indicators:
        return None
    values, states = pd.DataFrame(index=places.index), pd.DataFrame(index=places.index)
    untested = []
    for info in problems + indicators:
        rows = list_values(view, info.name).reindex(places.index)
        values[info.name] = rows["value"].astype(float)
        known = rows["value"].notna()
        hidden = rows["suppressed"].eq(True)
        told = _judge_problems(view, info) if info in problems else _judge(view, info)
        # What is not known is neither a problem nor none.
        states[info.name] = [
            "withheld" if hidden[code] else told.get(code, "") if known[code] else "unknown"
            for code in places.index
        ]
        if info in indicators and told is _UNTESTED:
            untested.append(info)
    return HeatTable(places, problems, indicators, values, states, tuple(untested))


_UNTESTED: Mapping[str, State] = {}


def _judge_problems(view: View, info: FactInfo) -> Mapping[str, State]:
    """Return, by district, how severe the problem is that a rule finds in a fact."""
    return {
        code: one.severity  # type: ignore[misc]
        for code, found in find_by_district(view).items()
        for one in found
        if one.rule.fact == info.name and one.severity in ("red", "amber")
    }


def _judge(view: View, info: FactInfo) -> Mapping[str, State]:
    """Return, by district, whether it is worse or better than the others beyond chance; `_UNTESTED` if none is
    tested."""
    level = view.value(info.name, ALL)
    apart = {str(code): is_apart(view, info.name, str(code)) for code in view.districts["code"]}
    if level is None or all(one is None for one in apart.values()):
        return _UNTESTED
    values, more = list_values(view, info.name)["value"], info.direction == "more_is_better"
    return {
        code: "better" if (values[code] > level) == more else "worse" for code, out in apart.items() if out
    }


@dataclass(frozen=True)
class RateDifference:
    """An indicator on which districts differ beyond chance.

    `level`: the whole area's value. `worse` and `better`: values by district name, farthest from the level first.
    """

    info: FactInfo
    level: float
    worse: pd.Series
    better: pd.Series


def list_differences(view: View) -> list[RateDifference]:
    """Return the indicators of the table of all districts on which any district differs, in the table's order."""
    heat = find_heat(view)
    found = []
    for info in heat.indicators if heat else ():
        assert heat is not None
        states, level = heat.states[info.name], view.value(info.name, ALL)
        if level is None or not states.isin(["worse", "better"]).any():
            continue
        away = (heat.values[info.name] - level).abs().sort_values(ascending=False, kind="stable")
        values = (
            heat.values[info.name].reindex(away.index).set_axis(heat.places["district"].reindex(away.index))
        )
        sides = states.reindex(away.index).to_numpy()
        found.append(RateDifference(info, level, values[sides == "worse"], values[sides == "better"]))
    return found


@dataclass(frozen=True)
class Yield:
    """The number of visits and what they find. `places`, by code: district, visits, found, per_visit, side.

    `side` is above or below if a district's yield differs from the others' beyond chance, otherwise empty; `level` is
    the whole area's yield. Only districts in which all three numbers are known are included.
    """

    places: pd.DataFrame
    level: float


@once_per_view
def find_yield(view: View) -> Yield | None:
    """Return the yield of visits; None if the view is not of the whole area, or fewer than two districts are
    known."""
    rows, level = (
        list_values(view, "inspections.hazards_per_visit"),
        view.value("inspections.hazards_per_visit", ALL),
    )
    rows = rows[rows["value"].notna() & (rows["denominator"] > 0)]
    if view.district != ALL or level is None or len(rows) < 2:
        return None
    apart = [bool(is_apart(view, "inspections.hazards_per_visit", str(code))) for code in rows.index]
    places = pd.DataFrame(
        {
            "district": rows["district"].astype("str"),
            "visits": rows["denominator"],
            "found": rows["numerator"],
            "per_visit": rows["value"],
            "side": [
                "" if not out else "above" if value > level else "below"
                for out, value in zip(apart, rows["value"], strict=True)
            ],
        }
    )
    return Yield(places, level)
