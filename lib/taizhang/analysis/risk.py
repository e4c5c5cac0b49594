"""The index of risk, from the indicators that a workbook's ledgers allow, and how far it rests on its weights."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.comparison import list_column
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.stats.risk import CLASSES, DIMENSIONS, Indicator, RiskModel, compute_risk
from taizhang.stats.shrink import shrink_rates

_FEWEST = 3  # districts below which there is nothing to scale
_UPPER = ("high", "very_high")
_FIRM_PERCENT = 95
_LEADERS = 3


@dataclass(frozen=True)
class Risk:
    """An index of the districts.

    `model` has the indicators known in at least three districts. `places`, by code: the columns of
    `stats.risk.RiskIndex.places`, and district (the name), upper (in one of the two upper classes) and firm (the class
    stays in 95 percent of the draws, rounded as tables have it). `scores`, by code and indicator number: 0 (best) to
    10.
    """

    model: RiskModel
    places: pd.DataFrame
    scores: pd.DataFrame

    @property
    def ranked(self) -> pd.DataFrame:
        """The places, the highest risk first."""
        return self.places.sort_values("rank")

    @property
    def leaders(self) -> list[str]:
        """Names of the three with the highest risk."""
        return list(self.ranked["district"].iloc[:_LEADERS])

    @property
    def upper(self) -> list[str]:
        """Names of those in the two upper classes, the highest risk first."""
        return list(self.ranked.loc[self.ranked["upper"], "district"])

    @property
    def firm(self) -> int:
        """Districts whose class stays."""
        return int(self.places["firm"].sum())

    @property
    def lacking(self) -> int:
        """Districts of which an indicator isn't known."""
        return int((self.places["missing"] > 0).sum())

    @property
    def counts(self) -> dict[str, int]:
        """Districts of each class that has any, the highest class first."""
        found = self.places["class"].value_counts()
        return {name: int(found[name]) for name in reversed(CLASSES) if name in found}

    @property
    def weakest(self) -> pd.Series | None:
        """The place with the greatest lack of capacity; None where no capacity is known."""
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
    """An indicator, its share of its dimension's weight, and in how many districts it isn't known."""

    indicator: Indicator
    share: float
    unknown: int


@once_per_view
def find_risk(view: View) -> Risk | None:
    """The index of every district; None where fewer than two dimensions, or three districts, are known."""
    measured = measure_indicators(view, *DIMENSIONS)
    if measured is None or len({indicator.dimension for indicator in measured[0].indicators}) < 2:
        return None
    return make_risk(view, *measured)


def make_risk(view: View, model: RiskModel, values: pd.DataFrame) -> Risk:
    """Work an index out from the values of its indicators, districts by indicator number."""
    index = compute_risk(model, values)
    places = index.places.assign(
        district=view.districts.set_index("code")["name"].astype("str"),
        upper=index.places["class"].isin(_UPPER),
        firm=(100 * index.places["kept"]).round() >= _FIRM_PERCENT,
    )
    return Risk(model, places, index.scores)


def measure_indicators(view: View, *dimensions: str) -> tuple[RiskModel, pd.DataFrame] | None:
    """The indicators of some dimensions that are known in at least three districts of the whole area.

    Returns the model of the view's settings with these alone, and their values, districts by indicator number; None
    where there are none.
    """
    model = view.settings.get("risk")
    if not isinstance(model, RiskModel) or view.district != ALL or len(view.districts) < _FEWEST:
        return None
    wanted = [indicator for indicator in model.indicators if indicator.dimension in dimensions]
    values = [(indicator, _measure(view, indicator)) for indicator in wanted]
    known = [
        (one, column) for one, column in values if column is not None and column.notna().sum() >= _FEWEST
    ]
    if not known:
        return None
    used = RiskModel(tuple(indicator for indicator, _ in known), model.weights, model.edges)
    return used, pd.DataFrame(dict(enumerate(column for _, column in known)))


def _measure(view: View, indicator: Indicator) -> pd.Series | None:
    """An indicator's value per district; None where its ledger isn't configured."""
    codes = view.districts["code"]
    if indicator.grades is not None:
        names = view.districts.set_index("name")["code"]
        graded = {names.get(place, place): grade for place, grade in indicator.grades.items()}
        return pd.Series(graded, dtype=float).reindex(list(codes))
    top = _look_up(view, indicator.value)
    if top is None or not indicator.of:
        return top
    base = _look_up(view, indicator.of)
    if base is None:
        return None
    if indicator.shrink:
        return shrink_rates(top, base).mean.reindex(top.index) if (base > 0).sum() >= _FEWEST else None
    return (top / base).where(base > 0)


def _look_up(view: View, name: str) -> pd.Series | None:
    """A fact, or a column of the latest population figures of the period's year or before."""
    if not name.startswith("population."):
        values = list_column(view, name)
        return None if values.isna().all() else values
    table = view.ledgers.get("population")
    if table is None or table.empty:
        return None
    column = name.split(".")[1]
    table = table[table["year"] <= view.period.end.year].sort_values("year").dropna(subset=[column])
    latest = table.groupby("district_code")[column].last()
    return latest.astype(float).reindex(list(view.districts["code"]))
