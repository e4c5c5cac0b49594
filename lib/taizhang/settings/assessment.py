"""assessment.toml beside workbook.toml: the rules of an assessment (考核)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from taizhang.core.reasons import Reason
from taizhang.settings.reading import Mistake, Real, SettingsFile, SettingsTable
from taizhang.settings.risk import check_fact
from taizhang.stats.assess import Assessment, AssessmentRule, Step

FILE = "assessment.toml"


class _Step(SettingsTable):
    """``{ from = 80, points = 400 }`` or ``{ above = 100, points = 600 }``."""

    from_: Real | None = Field(None, alias="from")
    above: Real | None = None
    points: Real

    @model_validator(mode="after")
    def _start_somewhere(self) -> "_Step":
        if (self.from_ is None) == (self.above is None):
            raise Mistake(Reason("settings.from_or_above"))
        return self

    @property
    def start(self) -> float:
        return self.above if self.from_ is None else self.from_  # type: ignore[return-value] # one of them


class _Rule(SettingsTable):
    name: Annotated[str, Field(min_length=1)]
    fact: Annotated[str, Field(min_length=1)]

    know_facts = field_validator("fact", "times", check_fields=False)(check_fact)


class _Points(_Rule):
    kind: Literal["points"]
    points: Real
    zero_at: Real
    full_at: Real

    @model_validator(mode="after")
    def _slope(self) -> "_Points":
        if self.zero_at == self.full_at:
            raise Mistake(Reason("settings.no_slope"))
        return self


class _Stepped(_Rule):
    kind: Literal["reward", "deduction"]
    above: Real = 0.0
    per: Real = 0.0
    at_most: Real = float("inf")
    steps: tuple[_Step, ...] = ()
    times: str = ""

    @model_validator(mode="after")
    def _rise(self) -> "_Stepped":
        starts = [step.start for step in self.steps]
        if starts != sorted(starts):
            raise Mistake(Reason("settings.steps_fall"))
        if not starts and "per" not in self.model_fields_set:
            raise Mistake(Reason("settings.per_or_steps"))
        return self


class _Veto(_Rule):
    kind: Literal["veto"]
    above: Real = 0.0


class _File(SettingsTable):
    title: Annotated[str, BeforeValidator(str)] = ""
    rules: tuple[Annotated[_Points | _Stepped | _Veto, Field(discriminator="kind")], ...] = ()


def read_assessment(file: SettingsFile | None, facts: tuple[str, ...]) -> Assessment | None:
    """Read the rules of an assessment.toml; None if there is none."""
    if file is None:
        return None
    read = file.check(_File, facts=facts)
    if read and not read.rules:
        file.add((), "settings.none_given", key="rules")
    file.finish()
    assert read is not None
    return Assessment(read.title, tuple(map(_make_rule, read.rules)))


def _make_rule(rule: _Rule) -> AssessmentRule:
    given: dict[str, Any] = dict(rule)
    steps = tuple(Step(one.start, one.points, one.from_ is not None) for one in given.pop("steps", ()))
    return AssessmentRule(**given, steps=steps)
