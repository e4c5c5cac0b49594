"""The rules that turn facts into problems found, read from rules.yml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class FindingRule:
    """One rule: `check` of `taizhang.analysis.findings` judges it, by the thresholds from `above` on.

    `weight`: 1 (a note) to 100 (act now). `law`: the matter of laws.yml that it rests on; `practice`: it is good
    practice and no more. `other`, `unless`: words of rows that it doesn't look at.
    `problem` and `step` are the sentences that state the problem and the next step, zh and en; `plain` is stated
    instead where the check holds without the comparison that `problem` speaks of. `fact` is judged, as a share of `of`;
    `carried` is the part of it from before the period, `age` how long it has been so.
    """

    rule: str
    check: str
    weight: int
    problem: Mapping[str, str]
    step: Mapping[str, str]
    fact: str = ""
    of: str = ""
    carried: str = ""
    age: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)
    above: float = 0
    below: float = 0
    least: float = 0
    years: int = 0
    law: str = ""
    practice: bool = False
    other: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@cache
def load_rules() -> tuple[FindingRule, ...]:
    """All rules, in the order of rules.yml."""
    text = (files("taizhang.metadata") / "rules.yml").read_text(encoding="utf-8")
    return tuple(FindingRule(**entry) for entry in parse_yaml(text))
