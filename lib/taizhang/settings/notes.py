"""The front matter of a note: whether the report is approved, by whom and when."""

from typing import Annotated

from pydantic import AfterValidator, model_validator

from taizhang.core.reasons import Reason
from taizhang.settings.reading import Day, Mistake, SettingsTable, YesNo


class FrontMatter(SettingsTable):
    approved: YesNo = False
    approver: Annotated[str, AfterValidator(str.strip)] = ""
    date: Day | None = None

    @model_validator(mode="after")
    def _say_who_and_when(self) -> "FrontMatter":
        if lacking := [key for key in ("approver", "date") if self.approved and not getattr(self, key)]:
            raise Mistake(Reason("settings.front.lacking", keys=lacking))
        return self
