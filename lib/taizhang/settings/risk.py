"""risk.toml beside workbook.toml: the indicators, weights and classes of the risk index."""

from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from taizhang.core.reasons import Reason
from taizhang.metadata.facts import split_target
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.reading import Mistake, Real, SettingsFile, SettingsTable, YesNo, check_known
from taizhang.settings.workbook import Words
from taizhang.stats.risk import CLASSES, EDGES, Indicator, RiskModel

FILE = "risk.toml"
Weight = Annotated[Real, Field(ge=0)]


def check_fact(value: str, info: ValidationInfo) -> str:
    """Check the name of a fact or of a target's fact; empty if it may be omitted."""
    parts = split_target(value)
    check_known([parts[0] if parts else value] if value else [], (info.context or {})["facts"])
    return value


class _Weights(SettingsTable):
    hazard: Weight = 1.0
    exposure: Weight = 1.0
    vulnerability: Weight = 1.0
    capacity: Weight = 1.0

    @model_validator(mode="after")
    def _weigh_something(self) -> "_Weights":
        if not sum(dict(self).values()):
            raise Mistake(Reason("settings.no_weight"))
        return self


class _Indicator(SettingsTable):
    name: Annotated[Words, Field(examples=['{ zh = "...", en = "..." }'])]
    dimension: Literal["hazard", "exposure", "vulnerability", "capacity"]
    value: str = ""
    of: str = ""
    weight: Annotated[Real, Field(gt=0)] = 1.0
    more_is_worse: YesNo = True
    shrink: YesNo = False
    grades: dict[str, Annotated[Real, Field(ge=1, le=5)]] | None = None

    know_facts = field_validator("value", "of")(check_fact)

    @model_validator(mode="after")
    def _take_one_source(self) -> "_Indicator":
        if bool(self.value) == bool(self.grades):
            raise Mistake(Reason("settings.value_or_grades"))
        return self


class _File(SettingsTable):
    edges: Any = EDGES
    weights: _Weights = _Weights()
    indicators: tuple[_Indicator, ...] = ()

    @field_validator("edges")
    @classmethod
    def _rise(cls, edges: Any) -> tuple[float, ...]:
        right = isinstance(edges, list | tuple) and all(isinstance(edge, int | float) for edge in edges)
        if not right or len(edges) != len(CLASSES) - 1 or not all(a < b for a, b in pairwise(edges)):
            raise Mistake(Reason("settings.edges", n=len(CLASSES) - 1))
        return tuple(map(float, edges))


def read_risk(file: SettingsFile | None, facts: tuple[str, ...]) -> RiskModel:
    """Read the model in a risk.toml; the package's own if there is none."""
    file = file or SettingsFile.parse(FILE, (files("taizhang.metadata") / FILE).read_text(encoding="utf-8"))
    population = load_kinds()["population"].fields
    columns = tuple(f"population.{name}" for name, field in population.items() if field.unit)
    read = file.check(_File, facts=(*facts, *columns))
    if read and not read.indicators:
        file.add((), "settings.none_given", key="indicators")
    file.finish()
    assert read is not None
    indicators = tuple(Indicator(**dict(indicator)) for indicator in read.indicators)
    return RiskModel(indicators, dict(read.weights), read.edges)
