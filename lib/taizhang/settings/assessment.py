"""assessment.toml beside workbook.toml: the rules of an assessment (考核)."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from taizhang.core.reasons import Reason
from taizhang.settings.reading import Mistake, Real, SettingsFile, SettingsTable
from taizhang.settings.risk import check_fact
from taizhang.settings.workbook import Words
from taizhang.stats.assess import MISSING, Assessment, AssessmentRule, Reward, Step

FILE = "assessment.toml"
_DONE = ".done_percent"


class _Start(SettingsTable):
    """Where a step begins: ``from`` 80, which is in it, or ``above`` 80, which is not."""

    from_: Real | None = Field(None, alias="from")
    above: Real | None = None

    @model_validator(mode="after")
    def _start_somewhere(self) -> "_Start":
        if (self.from_ is None) == (self.above is None):
            raise Mistake(Reason("settings.from_or_above"))
        return self

    @property
    def start(self) -> float:
        return self.above if self.from_ is None else self.from_  # type: ignore[return-value] # one of them


class _Step(_Start):
    """``{ from = 80, points = 4 }`` or ``{ above = 100, points = 6 }``."""

    points: Real


class _Amount(_Start):
    """``{ from = 80, amount = 400 }`` or ``{ above = 100, amount = 600 }``."""

    amount: Real


def _check_rise(steps: tuple[_Start, ...]) -> None:
    starts = [step.start for step in steps]
    if starts != sorted(starts):
        raise Mistake(Reason("settings.steps_fall"))


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
        _check_rise(self.steps)
        if not self.steps and "per" not in self.model_fields_set:
            raise Mistake(Reason("settings.per_or_steps"))
        return self


class _Veto(_Rule):
    kind: Literal["veto"]
    above: Real = 0.0


class _Reward(SettingsTable):
    name: Annotated[str, Field(min_length=1)]
    every: Literal["period", "month"] = "period"
    unit: Words = Field(default_factory=lambda: {"zh": "元", "en": "yuan"})


class _ByRank(_Reward):
    """Money for the first places, and taken from the last; without a fact, by the points of the rules."""

    kind: Literal["rank"]
    fact: str = ""
    order: Literal["most", "least"] = "most"
    first: tuple[Real, ...] = ()
    last: tuple[Real, ...] = ()
    reach: Real | None = None

    know_facts = field_validator("fact")(check_fact)

    @model_validator(mode="after")
    def _reward_somebody(self) -> "_ByRank":
        if self.reach is not None and not self.fact:
            raise Mistake(Reason("settings.reach_of_nothing"))
        if not self.first and not self.last:
            raise Mistake(Reason("settings.first_or_last"))
        return self


class _BySteps(_Reward):
    """Money by steps of a fact, times another."""

    kind: Literal["steps"]
    fact: Annotated[str, Field(min_length=1)]
    steps: Annotated[tuple[_Amount, ...], Field(min_length=1)]
    times: str = ""

    know_facts = field_validator("fact")(check_fact)

    @field_validator("times")
    @classmethod
    def _know_times(cls, value: str, info: ValidationInfo) -> str:
        return value if value == MISSING else check_fact(value, info)

    @model_validator(mode="after")
    def _rise(self) -> "_BySteps":
        if self.times == MISSING and not (self.fact.startswith("targets.") and self.fact.endswith(_DONE)):
            raise Mistake(Reason("settings.missing_of_target", done=_DONE))
        _check_rise(self.steps)
        return self


class _File(SettingsTable):
    title: Annotated[str, BeforeValidator(str)] = ""
    rules: tuple[Annotated[_Points | _Stepped | _Veto, Field(discriminator="kind")], ...] = ()
    rewards: tuple[Annotated[_ByRank | _BySteps, Field(discriminator="kind")], ...] = ()


def read_assessment(file: SettingsFile | None, facts: tuple[str, ...]) -> Assessment | None:
    """Read the rules of an assessment.toml; None if there is none."""
    if file is None:
        return None
    read = file.check(_File, facts=facts)
    if read and not read.rules and not read.rewards:
        file.add((), "settings.none_given", key="rules")
    for at, reward in enumerate(read.rewards if read and not read.rules else ()):
        if isinstance(reward, _ByRank) and not reward.fact:
            file.add(("rewards", at, "fact"), "settings.rank_by_nothing")
    file.finish()
    assert read is not None
    return Assessment(read.title, tuple(map(_make_rule, read.rules)), tuple(map(_make_reward, read.rewards)))


def _make_reward(given: _ByRank | _BySteps) -> Reward:
    made = Reward(
        given.name,
        given.kind,
        given.fact,
        monthly=given.every == "month",
        unit_zh=given.unit["zh"],
        unit_en=given.unit["en"],
    )
    if isinstance(given, _ByRank):
        return replace(
            made, descending=given.order == "most", first=given.first, last=given.last, reach=given.reach
        )
    steps = tuple(Step(one.start, one.amount, one.from_ is not None) for one in given.steps)
    return replace(made, steps=steps, times=given.times)


def _make_rule(rule: _Rule) -> AssessmentRule:
    given: dict[str, Any] = dict(rule)
    steps = tuple(Step(one.start, one.points, one.from_ is not None) for one in given.pop("steps", ()))
    return AssessmentRule(**given, steps=steps)
