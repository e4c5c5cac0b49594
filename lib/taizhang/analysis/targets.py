"""Targets of a view's district: which are met, and which are behind the elapsed time."""

from dataclasses import dataclass

import pandas as pd

from taizhang.analysis.view import Row, View
from taizhang.metadata.facts import split_target


@dataclass(frozen=True)
class TargetProgress:
    """One target: its indicator, and the rows of its facts in the contract's columns."""

    indicator: str
    done: Row
    pace: Row | None

    @property
    def is_known(self) -> bool:
        return bool(pd.notna(self.done["value"]))

    @property
    def is_met(self) -> bool:
        return bool(self.done["value"] >= 100)

    @property
    def is_behind(self) -> bool:
        """Whether a smaller share of it is done than of the period has elapsed."""
        return self.pace is not None and bool(self.pace["value"] < 0)


@dataclass(frozen=True)
class TargetCounts:
    """Of the targets that are known: how many there are, how many are met, and the indicators of those behind."""

    known: int
    met: int
    behind: tuple[str, ...]


def count_targets(view: View) -> TargetCounts | None:
    """Counts of targets; None if no target of the district is known."""
    known = [target for target in list_targets(view) if target.is_known]
    behind = tuple(target.indicator for target in known if target.is_behind)
    return TargetCounts(len(known), sum(target.is_met for target in known), behind) if known else None


def list_targets(view: View) -> list[TargetProgress]:
    """The district's targets, in the order of its facts."""
    targets = []
    for fact in view.facts.loc[view.facts["district_code"] == view.district, "fact"]:
        parts, done = split_target(fact), view.fact(fact)
        if parts and parts[1] == "done_percent" and done is not None:
            targets.append(TargetProgress(parts[0], done, view.fact(f"targets.{parts[0]}.pace_points")))
    return targets
