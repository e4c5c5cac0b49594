"""assessment.toml beside workbook.toml: the rules of an assessment (考核)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from taizhang.core.reasons import Reason
from taizhang.settings.reading import Mistake, Number, SettingsFile, Table
from taizhang.settings.risk import check_fact
from taizhang.stats.assess import Assessment, AssessmentRule, Step

FILE = "assessment.toml"


class _Step(Table):
    """``{ from = 80, points = 400 }`` or ``{ above = 100, points = 600 }``."""

    from_: Number | None = Field(None, alias="from")
    above: Number | None = None
    points: Number

    @model_validator(mode="after")
    def _start_somewhere(self) -> "_Step":
        if (self.from_ is None) == (self.above is None):
            raise Mistake(Reason("settings.from_or_above"))
        return self

    @property
    def start(self) -> float:
        return self.above if self.from_ is None else self.from_  # type: ignore[return-value] # one of them


class _Rule(Table):
    name: Annotated[str, Field(min_length=1)]
    fact: Annotated[str, Field(min_length=1)]

    know_facts = field_validator("fact", "times", check_fields=False)(check_fact)


class _Points(_Rule):
    kind: Literal["points"]
    points: Number
    zero_at: Number
    full_at: Number

    @model_validator(mode="after")
    def _slope(self) -> "_Points":
        if self.zero_at == self.full_at:
            raise Mistake(Reason("settings.no_slope"))
        return self


class _Stepped(_Rule):
    kind: Literal["reward", "deduction"]
    above: Number = 0.0
    per: Number = 0.0
    at_most: Number = float("inf")
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
    above: Number = 0.0


class _File(Table):
    title: Annotated[str, BeforeValidator(str)] = ""
    rules: tuple[Annotated[_Points | _Stepped | _Veto, Field(discriminator="kind")], ...] = ()


def read_assessment(file: SettingsFile | None, facts: tuple[str, ...]) -> Assessment | None:
    """The rules of an assessment.toml; None where there is none."""
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
