"""The rules that turn facts into problems found, read from rules.yml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class SubjectsRule:
    """Which rows a rule's finding is about, and what is said of each.

    `rows`: how they are found; empty: those that the rule's fact counts, of a share those that fail. `name`, `what`:
    columns of which the first that is filled is told. `amount`: a column; `since`: a day up to which days have elapsed
    at as_of. `numbers`, `texts`: further columns that `told`, the words of the amount, has places for.
    `counted`: what they are, as it follows their number, where not what the rows of their kind are.
    `listed`: the exhibit that lists them all, in a district's report.
    """

    rows: str = ""
    name: tuple[str, ...] = ()
    what: tuple[str, ...] = ()
    amount: str = ""
    since: str = ""
    listed: str = ""
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict, compare=False)
    counted: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class FindingRule:
    """One rule: `check` of `taizhang.analysis.findings` judges it, by the thresholds from `above` on.

    `severity`: red, amber or note; red where the amount of any subject is above `red_above` or below `red_below`.
    `weight`: 1 to 100, within a severity. `law`: the matter of laws.yml that it rests on, of_day: on the day of each
    row; `practice`: it is good practice and no more. `other`, `unless`: words of rows that it doesn't look at.
    `title` states the problem, `measure` what to do, zh and en, without a stop; what stands in [brackets] is left out
    where a place in it has nothing to say. `fact` is judged, as a share of `of`; `carried` is the part of it from
    before the period, `age` how long it has been so.
    """

    rule: str
    check: str
    weight: int
    title: Mapping[str, str]
    measure: Mapping[str, str]
    severity: str = "amber"
    fact: str = ""
    of: str = ""
    carried: str = ""
    age: str = ""
    above: float = 0
    below: float = 0
    least: float = 0
    years: int = 0
    red_above: float | None = None
    red_below: float | None = None
    law: str = ""
    of_day: bool = False
    practice: bool = False
    other: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    subjects: SubjectsRule | None = None


def find_rule(name: str) -> FindingRule:
    """A rule by its name."""
    return next(rule for rule in load_rules() if rule.rule == name)


@cache
def load_rules() -> tuple[FindingRule, ...]:
    """All rules, in the order of rules.yml."""
    text = (files("taizhang.metadata") / "rules.yml").read_text(encoding="utf-8")
    return tuple(_make(dict(entry)) for entry in parse_yaml(text))


def _make(entry: dict[str, Any]) -> FindingRule:
    if "subjects" in entry:
        entry["subjects"] = SubjectsRule(**{name: _freeze(of) for name, of in entry["subjects"].items()})
    return FindingRule(**{name: _freeze(of) for name, of in entry.items()})


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
