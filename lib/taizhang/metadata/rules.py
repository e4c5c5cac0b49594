"""The rules that turn facts into problems found, read from rules.yml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class SubjectsRule:
    """The rows that a rule's finding is about, and what is said about each.

    `rows`: how they are found; if empty, the rows that the rule's fact counts, or for a share, those that fail. `name`,
    `what`: columns; the first that is filled in is used. `amount`: a column; `since`: a day from which days are
    counted to as_of. `numbers`, `texts`: further columns for placeholders in `told`, the words of the amount.
    `counted`: the noun after their number, if not that of the kind's rows. `listed`: the exhibit that lists them
    all, in a district's report.
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

    `severity`: red, amber or note; red if the amount of any subject is above `red_above` or below `red_below`.
    `weight`: 1 to 100, within a severity. `law`: its subject in laws.yml; of_day: by the day of each row;
    `practice`: it is only good practice. `days`: it is judged in periods of at least so many. `other`, `unless`:
    words of rows that it ignores. `title` states the problem, `measure` what to do, zh and en, without a full
    stop; a part in [brackets] is left out if a placeholder in it is empty. `fact` is judged, as a share of `of`;
    `carried` is the part of it from before the period, `age` how long it has lasted.
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
    days: int = 0
    red_above: float | None = None
    red_below: float | None = None
    law: str = ""
    of_day: bool = False
    practice: bool = False
    other: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    subjects: SubjectsRule | None = None

    @property
    def tells_veto(self) -> bool:
        """Whether its title says that a veto of the assessment comes of the problem."""
        return "{veto:" in self.title["zh"]


def find_rule(name: str) -> FindingRule:
    """Return a rule by its name."""
    return next(rule for rule in load_rules() if rule.rule == name)


@cache
def load_rules() -> tuple[FindingRule, ...]:
    """Read all rules, in the order of rules.yml."""
    text = (files("taizhang.metadata") / "rules.yml").read_text(encoding="utf-8")
    return tuple(_make(dict(entry)) for entry in parse_yaml(text))


def _make(entry: dict[str, Any]) -> FindingRule:
    if "subjects" in entry:
        entry["subjects"] = SubjectsRule(**{name: _freeze(of) for name, of in entry["subjects"].items()})
    return FindingRule(**{name: _freeze(of) for name, of in entry.items()})


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
