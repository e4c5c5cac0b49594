"""What the first page of a report goes by, read from brief.yml."""

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
    """Something done well: it is where each fact lies within its bounds; None: without end. `told`: facts by place."""

    when: Mapping[str, tuple[float | None, float | None]]
    told: Mapping[str, str]


@dataclass(frozen=True)
class BriefPlan:
    """Thresholds of the status cells, indicators by group, and what counts as done well, the best first."""

    red_grades: tuple[str, ...]
    red_target_below: float
    red_overdue_days: int
    most_problems: int
    most_indicators: int
    strip: Mapping[str, StripGroup]
    well: Mapping[str, WellDone]


@cache
def load_brief() -> BriefPlan:
    plan = parse_yaml((files("taizhang.metadata") / "brief.yml").read_text(encoding="utf-8"))
    status = plan["status"]
    return BriefPlan(
        red_grades=tuple(status["red_grades"]),
        red_target_below=status["red_target_below"],
        red_overdue_days=status["red_overdue_days"],
        most_problems=plan["most_problems"],
        most_indicators=plan["most_indicators"],
        strip={
            name: StripGroup(group["most"], tuple(group["facts"])) for name, group in plan["strip"].items()
        },
        well={
            name: WellDone({fact: tuple(ends) for fact, ends in one["when"].items()}, one["told"])
            for name, one in plan["well"].items()
        },
    )
