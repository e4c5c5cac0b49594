"""What the first page of a report shows, read from brief.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from taizhang.core.loading import parse_yaml


@dataclass(frozen=True)
class StripGroup:
    """A group of the strip's indicators: the first `most` facts that are known."""

    most: int
    facts: tuple[str, ...]


@dataclass(frozen=True)
class WellDone:
    """Something done well, if each fact lies within its bounds (None: unbounded). `told`: facts by placeholder."""

    when: Mapping[str, tuple[float | None, float | None]]
    told: Mapping[str, str]


@dataclass(frozen=True)
class BriefPlan:
    """Indicators by group, counts of problems beside them, and what counts as done well, best first."""

    most_problems: int
    most_indicators: int
    problem_counts: tuple[str, ...]
    strip: Mapping[str, StripGroup]
    well: Mapping[str, WellDone]


@cache
def load_brief() -> BriefPlan:
    plan = parse_yaml((files("taizhang.metadata") / "brief.yml").read_text(encoding="utf-8"))
    return BriefPlan(
        most_problems=plan["most_problems"],
        most_indicators=plan["most_indicators"],
        problem_counts=tuple(plan["problem_counts"]),
        strip={
            name: StripGroup(group["most"], tuple(group["facts"])) for name, group in plan["strip"].items()
        },
        well={
            name: WellDone({fact: tuple(ends) for fact, ends in one["when"].items()}, one["told"])
            for name, one in plan["well"].items()
        },
    )
