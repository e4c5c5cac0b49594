"""The risk index, from the indicators available in a workbook's ledgers, and how certain its classes are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from taizhang.analysis.comparison import list_values
from taizhang.analysis.differences import find_scatter
from taizhang.analysis.doubt import Side, mark_partly, read_column
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.stats.intervals import Floats
from taizhang.stats.risk import CLASSES, DIMENSIONS, SEED, Indicator, RiskModel, compute_risk
from taizhang.stats.shrink import DRAWS, Posterior, shrink_rates, shrink_shares

_FEWEST = 3  # districts below which there is nothing to scale
_UPPER = ("high", "very_high")
FIRM_PERCENT = 95
_LEADERS = 3
_VISITS = "inspections.visits"
_OTHER_SIDE: Mapping[Side | None, Side] = {"lowest": "highest", "highest": "lowest"}


@dataclass(frozen=True)
class Risk:
    """A risk index of the districts.

    `model` has the indicators known in at least three districts. `places`, by code: the columns of
    `stats.risk.RiskIndex.places`, and district (the name), upper (in one of the two upper classes) and firm (the class
    has a probability of 95 percent, rounded as tables have it). `scores`, by code and indicator number: 0 (best) to
    10.
    """

    model: RiskModel
    places: pd.DataFrame
    scores: pd.DataFrame

    @property
    def ranked(self) -> pd.DataFrame:
        """The places, highest risk first."""
        return self.places.sort_values("rank")

    @property
    def leaders(self) -> pd.DataFrame:
        """The three places with the highest risk."""
        return self.ranked.iloc[:_LEADERS]

    @property
    def upper(self) -> list[str]:
        """Names of districts in the two highest classes, highest risk first."""
        return list(self.ranked.loc[self.ranked["upper"], "district"])

    @property
    def firm(self) -> int:
        """Districts whose class is certain."""
        return int(self.places["firm"].sum())

    @property
    def lacking(self) -> int:
        """Districts with an unknown indicator."""
        return int((self.places["missing"] > 0).sum())

    @property
    def counts(self) -> dict[str, int]:
        """Number of districts by class, without empty classes, highest class first."""
        found = self.places["class"].value_counts()
        return {name: int(found[name]) for name in reversed(CLASSES) if name in found}

    @property
    def weakest(self) -> pd.Series | None:
        """The place with the least capacity; None if no capacity is known."""
        lack = self.places["capacity"]
        return None if lack.isna().all() else self.places.iloc[int(lack.argmax())]

    @property
    def indicators(self) -> list["Weighed"]:
        """The indicators in the order of their dimensions."""
        found = []
        for dimension in DIMENSIONS:
            members = [(n, one) for n, one in enumerate(self.model.indicators) if one.dimension == dimension]
            total = sum(one.weight for _, one in members)
            for n, one in members:
                found.append(Weighed(one, one.weight / total, int(self.scores[n].isna().sum())))
        return found


@dataclass(frozen=True)
class Weighed:
    """An indicator, its share of its dimension's weight, and the number of districts where it is unknown."""

    indicator: Indicator
    share: float
    unknown: int


@dataclass(frozen=True)
class Measured:
    """Indicators known in at least three districts, and the model of these only.

    `values`: districts by indicator number. `sampled`: draws of the indicators subject to chance. `scales`: as for
    `stats.risk.find_yardstick`.
    """

    model: RiskModel
    values: pd.DataFrame
    sampled: dict[int, Floats]
    scales: dict[int, str]


@once_per_view
def find_risk(view: View) -> Risk | None:
    """Return the index of every district; None if fewer than two dimensions, or three districts, are known."""
    measured = measure_indicators(view, *DIMENSIONS)
    if measured is None or len({indicator.dimension for indicator in measured.model.indicators}) < 2:
        return None
    return make_risk(view, measured)


def make_risk(view: View, measured: Measured) -> Risk:
    """Compute an index from its indicators."""
    index = compute_risk(measured.model, measured.values, sampled=measured.sampled, scales=measured.scales)
    places = index.places.assign(
        district=view.districts.set_index("code")["name"].astype("str"),
        upper=index.places["class"].isin(_UPPER),
        firm=(100 * index.places["kept"]).round() >= FIRM_PERCENT,
    )
    return Risk(measured.model, places, index.scores)


def measure_indicators(view: View, *dimensions: str) -> Measured | None:
    """Return the indicators of some dimensions that are known in at least three districts; None if there are none."""
    model = view.settings.get("risk")
    if not isinstance(model, RiskModel) or view.district != ALL or len(view.districts) < _FEWEST:
        return None
    wanted = [(at, one) for at, one in enumerate(model.indicators) if one.dimension in dimensions]
    found = [(indicator, _measure(view, at)) for at, indicator in wanted]
    known = [(one, made) for one, made in found if made is not None and made.column.notna().sum() >= _FEWEST]
    if not known:
        return None
    return Measured(
        RiskModel(tuple(indicator for indicator, _ in known), model.weights, model.edges),
        pd.DataFrame({n: made.column for n, (_, made) in enumerate(known)}),
        {n: made.draws for n, (_, made) in enumerate(known) if made.draws is not None},
        {n: made.scale for n, (_, made) in enumerate(known)},
    )


@dataclass(frozen=True)
class _Made:
    """An indicator's value per district, its draws if it is subject to chance, and its scale."""

    column: pd.Series
    draws: Floats | None = None
    scale: str = "amount"


@once_per_view
def _measure(view: View, at: int) -> _Made | None:
    """Measure an indicator, given by its number in the settings; None if its ledger isn't configured.

    If some rows of a district have no answer, these are all no in half of the draws and all yes in the other half,
    so that a class that depends on them is uncertain. If the missing answers have no bounds, the district's value
    is unknown.
    """
    model = view.settings["risk"]
    assert isinstance(model, RiskModel)
    indicator = model.indicators[at]
    made = _measure_at(view, indicator, None)
    partly = _find_partly(view, indicator)
    if made is None or not partly.any():
        return made
    ends = [_measure_at(view, indicator, side) for side in ("lowest", "highest")]
    if any(end is None for end in ends):
        return None
    low, high = (np.broadcast_to(_draw(end), (DRAWS, len(partly))) for end in ends if end is not None)
    coin = np.random.default_rng(SEED).random((DRAWS, len(partly))) < 0.5
    draws = np.where(partly.to_numpy() & coin, high, np.where(partly.to_numpy(), low, _draw(made)))
    return replace(made, draws=draws)


def _draw(made: _Made) -> Floats:
    return made.column.to_numpy(float)[None, :] if made.draws is None else made.draws


def _find_partly(view: View, indicator: Indicator) -> pd.Series:
    """Find districts in which some rows lack what an indicator rests on."""
    codes = list(view.districts["code"])
    partly = pd.Series(False, codes)
    for name in (indicator.value, _find_base(view, indicator)):
        if name and not name.startswith("population."):
            partly |= mark_partly(list_values(view, name)).reindex(codes, fill_value=False)
    return partly


def _find_base(view: View, indicator: Indicator) -> str:
    """Return the denominator; hazards found, for example, are divided by visits."""
    if indicator.of or not indicator.value or indicator.value.startswith("population."):
        return indicator.of
    info = view.describe(indicator.value)
    return _VISITS if indicator.dimension == "hazard" and _counts_hazards(info) else ""


def _measure_at(view: View, indicator: Indicator, side: Side | None) -> _Made | None:
    """Measure from the rows with an answer, or with the missing answers at one end of their bounds."""
    codes = list(view.districts["code"])
    if indicator.grades is not None:
        names = view.districts.set_index("name")["code"]
        graded = {names.get(place, place): grade for place, grade in indicator.grades.items()}
        return _Made(pd.Series(graded, dtype=float).reindex(codes), scale="grade")
    top, of = _look_up(view, indicator.value, side), _find_base(view, indicator)
    if top is None:
        return None
    info = None if indicator.value.startswith("population.") else view.describe(indicator.value)
    by_chance = info is not None and info.interval in ("poisson", "wilson")
    if not of:
        if not by_chance or info is None or not indicator.value:
            return _Made(top)
        if info.unit == "percent":
            count, total = (
                _list_at(view, indicator.value, name, side) for name in ("numerator", "denominator")
            )
            if info.interval != "wilson" or (count.isna() & top.notna()).any():
                return _Made(top / 100, scale="share")
            return _spread(
                shrink_shares(count, total, dispersion=_scatter(view, indicator.value)), codes, "share"
            )
        if info.unit != "count":
            return _Made(top)
        every = pd.Series(1.0, top.index)
        return _spread(shrink_rates(top, every, dispersion=_scatter(view, indicator.value)), codes)
    base = _look_up(view, of, _OTHER_SIDE.get(side))
    if base is None:
        return None
    if info is not None and info.unit == "count" and (by_chance or indicator.shrink):
        if (base > 0).sum() < _FEWEST:
            return None
        of_same = not of.startswith("population.") and of.split(".")[0] == info.kind
        known = _look_up(view, indicator.value, None), _look_up(view, of, None)
        within = of_same and known[0] is not None and known[1] is not None and not (known[0] > known[1]).any()
        spread = _scatter(view, indicator.value)
        if within:
            part = top.clip(upper=base.where(top.notna(), np.inf))
            return _spread(shrink_shares(part, base, dispersion=spread), codes, "share")
        return _spread(shrink_rates(top, base, dispersion=spread), codes)
    return _Made((top / base).where(base > 0))


def _list_at(view: View, fact: str, column: str, side: Side | None) -> pd.Series:
    """A column of a fact by district, in their order; NaN if withheld, not configured or without bounds."""
    return read_column(list_values(view, fact), column, side).reindex(list(view.districts["code"]))


def _counts_hazards(info: FactInfo) -> bool:
    return info.kind == "hazards" and info.unit == "count"


def _scatter(view: View, fact: str) -> pd.Series:
    """Return the dispersion of a fact's rows by district; 1 if it is unknown."""
    found = {code: find_scatter(view, fact, str(code)) for code in view.districts["code"]}
    return pd.Series({code: one.dispersion if one else 1.0 for code, one in found.items()}, dtype=float)


def _spread(posterior: Posterior, codes: list[str], scale: str = "amount") -> _Made:
    """Draws of all districts, in their order, NaN if nothing is known."""
    draws = pd.DataFrame(posterior.draws, columns=posterior.mean.index).reindex(columns=codes)
    return _Made(posterior.mean.reindex(codes), draws.to_numpy(float), scale)


def _look_up(view: View, name: str, side: Side | None) -> pd.Series | None:
    """A fact, or a column of the latest population figures of the period's year or before."""
    if not name.startswith("population."):
        values = _list_at(view, name, "value", side)
        return None if values.isna().all() else values
    table = view.ledgers.get("population")
    if table is None or table.empty:
        return None
    column = name.split(".")[1]
    table = table[table["year"] <= view.period.end.year].sort_values("year").dropna(subset=[column])
    latest = table.groupby("district_code")[column].last()
    return latest.astype(float).reindex(list(view.districts["code"]))
