"""The assessment under the workbook's own rules."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.comparison import select_values
from taizhang.analysis.doubt import Side, read_column
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.stats.assess import Assessment, assess_places, score_ends


@dataclass(frozen=True)
class Assessed:
    """Points and ranks by the rules of assessment.toml.

    `places`, by code, best first: district, and the columns of `stats.assess.assess_places`. `sensitivity`, by rule
    number: moved, most, tau. `least` and `most`: points by code and rule number if all missing answers were the worst,
    and the best.
    """

    assessment: Assessment
    places: pd.DataFrame
    sensitivity: pd.DataFrame
    least: pd.DataFrame
    most: pd.DataFrame

    @property
    def has_ends(self) -> bool:
        """Whether any district's points depend on rows with missing answers."""
        return not self.least.equals(self.most)

    @property
    def vetoed(self) -> list[str]:
        """Names of the districts placed last by a veto."""
        return [str(name) for name in self.places.loc[self.places["vetoed"].astype(bool), "district"]]

    @property
    def first(self) -> list[str]:
        """Names of the districts in first place."""
        return [str(name) for name in self.places.loc[self.places["rank"] == 1, "district"]]

    @property
    def span(self) -> int:
        """The number of ranks spanned by the range of at least half of the districts."""
        return int((self.places["high"] - self.places["low"] + 1).quantile(0.5, interpolation="lower"))

    @property
    def has_missing(self) -> bool:
        """Whether a rule's fact is unknown for any district."""
        return bool(self.places["missing"].any())


@dataclass(frozen=True)
class RuleValues:
    """What the rules name, a row for each district and a column for each fact: value, limits, and both ends."""

    values: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    ends: tuple[pd.DataFrame, pd.DataFrame]

    @property
    def differ(self) -> bool:
        """Whether any value depends on rows with missing answers."""
        return not self.ends[0].equals(self.ends[1])


def read_rules(view: View, assessment: Assessment, facts: pd.DataFrame) -> RuleValues:
    """Read from a facts frame what the rules name; values without bounds are unknown."""
    names = dict.fromkeys(name for rule in assessment.rules for name in (rule.fact, rule.times) if name)
    rows = {name: select_values(facts, name) for name in names}
    codes = list(view.districts["code"])

    def read(column: str, side: Side | None) -> pd.DataFrame:
        return pd.DataFrame(
            {name: read_column(part, column, side).reindex(codes) for name, part in rows.items()}
        )

    values, low, high = (read(column, None) for column in ("value", "low", "high"))
    return RuleValues(values, low, high, (read("value", "lowest"), read("value", "highest")))


@once_per_view
def find_assessment(view: View) -> Assessed | None:
    """Assess the districts; None if there are no rules, or no district's points are known."""
    assessment = view.settings.get("assessment")
    if not isinstance(assessment, Assessment) or not assessment.rules:
        return None
    if view.district != ALL or len(view.districts) < 2:
        return None
    codes, read = list(view.districts["code"]), read_rules(view, assessment, view.facts)
    ends = read.ends
    places, sensitivity = assess_places(
        assessment, read.values, read.low, read.high, ends=ends if read.differ else None
    )
    if places["total"].isna().all():
        return None
    places["district"] = view.districts.set_index("code")["name"].astype("str")
    points = [pd.DataFrame(end, index=codes) for end in score_ends(assessment, *ends)]
    return Assessed(assessment, places.sort_values("rank"), sensitivity, *points)
