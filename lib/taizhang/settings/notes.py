"""The front matter of a note: whether the report is approved, by whom and when, and who deals with its problems."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from taizhang.core.reasons import Reason
from taizhang.metadata.rules import load_rules
from taizhang.settings.reading import Day, Mistake, SettingsTable, YesNo, check_known


class Measure(SettingsTable):
    """Who deals with a problem, and by when."""

    owner: Annotated[str, AfterValidator(str.strip)] = ""
    due: Day | None = None


def _know_rules(measures: dict[str, Measure]) -> dict[str, Measure]:
    check_known(measures, (rule.rule for rule in load_rules()))
    return measures


class FrontMatter(SettingsTable):
    """`measures` are by the rule that found the problem, as named in findings.csv."""

    measures: Annotated[dict[str, Measure], AfterValidator(_know_rules)] = Field(default_factory=dict)
    approved: YesNo = False
    approver: Annotated[str, AfterValidator(str.strip)] = ""
    date: Day | None = None

    @model_validator(mode="after")
    def _say_who_and_when(self) -> "FrontMatter":
        if lacking := [key for key in ("approver", "date") if self.approved and not getattr(self, key)]:
            raise Mistake(Reason("settings.front.lacking", keys=lacking))
        return self
