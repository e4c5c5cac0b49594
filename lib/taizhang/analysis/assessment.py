"""The assessment by the workbook's own rules."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.comparison import list_column
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.stats.assess import Assessment, assess_places


@dataclass(frozen=True)
class Assessed:
    """Points and ranks by the rules of assessment.toml.

    `places`, by code, the best first: district, and the columns of `stats.assess.assess_places`. `sensitivity`, by rule
    number: moved, most, tau.
    """

    assessment: Assessment
    places: pd.DataFrame
    sensitivity: pd.DataFrame

    @property
    def has_missing(self) -> bool:
        """Whether of some district a rule's fact isn't known."""
        return bool(self.places["missing"].any())


@once_per_view
def find_assessment(view: View) -> Assessed | None:
    """Assess the districts; None where there are no rules, or no district's points are known."""
    assessment = view.settings.get("assessment")
    if not isinstance(assessment, Assessment) or view.district != ALL or len(view.districts) < 2:
        return None
    names = dict.fromkeys(name for rule in assessment.rules for name in (rule.fact, rule.times) if name)
    tables = [
        pd.DataFrame({name: list_column(view, name, column) for name in names})
        for column in ("value", "low", "high")
    ]
    places, sensitivity = assess_places(assessment, *tables)
    if places["total"].isna().all():
        return None
    places["district"] = view.districts.set_index("code")["name"].astype("str")
    return Assessed(assessment, places.sort_values("rank"), sensitivity)
