"""The next period's work plan, from this period's findings; and what was done of the plan that led to this period.

Nothing in it is invented: a unit, a day or a target that nobody wrote is empty, for somebody to fill in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from taizhang.analysis.findings import Finding, find_by_district, list_findings
from taizhang.analysis.required_drills import find_drill_rule, find_last_drills
from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.targets import list_targets
from taizhang.analysis.view import Row, View, once_per_view
from taizhang.core.periods import Period
from taizhang.facts import tasks
from taizhang.facts.grounds import knows
from taizhang.facts.targets import TargetLike, spread_targets
from taizhang.metadata.facts import ALL
from taizhang.metadata.laws import find_law
from taizhang.metadata.rules import FindingRule, find_rule, load_rules
from taizhang.settings.notes import Measures
from taizhang.stats.periods import list_holidays, list_seasons

# Of a plan's tasks, in the order of the plan: the kinds of the facts that rules judge, and rules that judge none.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "safety": (
        "hazards",
        "inspections",
        "premises_unvisited",
        "incidents",
        "investigations",
        "signings",
        "grid",
        "schools",
        "actions_late",
        "assessment_vetoed",
    ),
    "disaster": ("losses", "shelters", "supplies", "shelters_far", "ledgers_differ", "ledgers_lack"),
    "management": (),  # all others
}


@dataclass(frozen=True)
class PlannedTask:
    """A task: the finding behind it, the codes of the districts that share it, and who does it by when, if written.

    `others`: the same problem in further districts, if rules find it in districts alone.
    """

    finding: Finding
    places: tuple[str, ...] = ()
    owner: str = ""
    due: str = ""
    others: tuple[Finding, ...] = ()

    @property
    def group(self) -> str:
        """The part of the plan to which it belongs, one of `GROUPS`."""
        rule = self.finding.rule
        of = {rule.rule, rule.fact.split(".")[0]}
        return next((name for name, kinds in GROUPS.items() if of & set(kinds)), "management")


@dataclass(frozen=True)
class PlannedTarget:
    """An indicator with its value in this period, and its targets then and next, if any were set."""

    indicator: str
    row: Row | None
    target: float | None
    next_target: float | None


@dataclass(frozen=True)
class WorkPlan:
    """What a district's plan for a period says.

    `local`: indicators that have a target in districts alone. `drills`: district, last (NaT: none on record) and by
    (the last day for the next one, NaT: at once), of districts whose required drill falls due by the period's end.
    `reviews`: district, name, review_due, past, of emergency plans due for review by then. `key_periods`: name, start,
    end. `drills` and `reviews` are None if the ledgers can't tell.
    """

    period: Period
    tasks: tuple[PlannedTask, ...]
    targets: tuple[PlannedTarget, ...]
    local: tuple[str, ...]
    drills: pd.DataFrame | None
    reviews: pd.DataFrame | None
    key_periods: pd.DataFrame

    def list_group(self, group: str) -> list[PlannedTask]:
        return [task for task in self.tasks if task.group == group]


def make_plan(view: View, measures: Measures, targets: Sequence[TargetLike]) -> WorkPlan:
    """Make the plan of the period after the view's, for its district or the whole area."""
    period = view.period.period_after()
    return WorkPlan(
        period,
        tuple(_list_tasks(view, measures)),
        tuple(_list_planned_targets(view, period, targets)),
        tuple(_list_local_targets(view, period, targets)),
        list_due_drills(view, period.end),
        list_due_reviews(view, period.end),
        list_key_periods(view, period),
    )


def _list_tasks(view: View, measures: Measures) -> Iterator[PlannedTask]:
    """Yield a task for each problem; what rules find in districts alone is one task, most serious first."""
    found = list_findings(view)
    local: dict[str, list[Finding]] = {}
    for finding, _ in found:
        if finding.district != view.district:
            local.setdefault(finding.rule.rule, []).append(finding)
    for finding, places in found:
        if finding.district == view.district:
            yield _plan_task(finding, places, measures)
        elif (of := local[finding.rule.rule])[0] is finding:
            owner, due = measures.get((view.district, finding.rule.rule), ("", ""))
            yield PlannedTask(finding, tuple(one.district for one in of), owner, due, tuple(of[1:]))


def _plan_task(finding: Finding, places: tuple[str, ...], measures: Measures) -> PlannedTask:
    owner, due = measures.get((finding.district, finding.rule.rule), ("", ""))
    return PlannedTask(finding, places, owner, due)


def list_district_tasks(view: View, measures: Measures) -> list[PlannedTask]:
    """Return the tasks of all districts and of the whole area, each once, from a view of the whole area.

    What districts find is theirs; of the whole area there is only what none of them has.
    """
    found = find_by_district(view)
    own = [finding for finding, places in list_findings(view) if finding.district == ALL and not places]
    told = [*own, *(finding for code in view.districts["code"] for finding in found[code])]
    return [_plan_task(finding, (), measures) for finding in told]


def _list_planned_targets(view: View, period: Period, targets: Sequence[TargetLike]) -> list[PlannedTarget]:
    """Return the indicators that have a target now or then, and those that findings rest on, with a better side."""
    codes, names = (view.districts[name].astype("str").tolist() for name in ("code", "name"))
    coming = spread_targets(targets, period, codes, names, view.fact_infos)
    had = {one.indicator: one for one in list_targets(view)}
    wanted = [name for name, of in coming.items() if view.district in of]
    judged = [finding.rule.fact for finding, _ in list_findings(view)]
    named = [*had, *wanted, *(name for name in judged if name and view.value(name) is not None)]
    chosen = {
        name for name in named if name in wanted or name in had or view.describe(name).direction != "neither"
    }
    return [
        PlannedTarget(
            name,
            view.fact(name),
            float(had[name].done["denominator"]) if name in had else None,
            coming.get(name, {}).get(view.district),
        )
        for name in view.fact_infos
        if name in chosen
    ]


def _list_local_targets(view: View, period: Period, targets: Sequence[TargetLike]) -> Iterator[str]:
    """Yield indicators that districts have a target of, and the whole area, which is the view's, has none."""
    codes, names = (view.districts[name].astype("str").tolist() for name in ("code", "name"))
    coming = spread_targets(targets, period, codes, names, view.fact_infos) if view.district == ALL else {}
    yield from (name for name in view.fact_infos if coming.get(name) and ALL not in coming[name])


def list_due_drills(view: View, end: date) -> pd.DataFrame | None:
    """Return the districts that must hold the required drill by a day, or None if the ledger can't tell.

    A district must hold one within the rule's years of its last; one that has none on record, at once.
    """
    rule, table = find_drill_rule(), find_last_drills(view)
    if table is None or find_law(rule.law, view.as_of) is None:
        return None
    table["by"] = table["last"].dt.normalize() + pd.DateOffset(years=rule.years)
    due = table[table["by"].isna() | (table["by"] <= pd.Timestamp(end))].copy()
    due.loc[due["by"] <= pd.Timestamp(view.as_of), "by"] = pd.NaT  # past: at once
    return due.sort_values("by", na_position="first", kind="stable", ignore_index=True)


def list_due_reviews(view: View, end: date) -> pd.DataFrame | None:
    """Return the plans whose review is past or falls due by a day, the longest past first; None without the ledger."""
    if "plans" not in view.ledgers or is_sensitive(view, "plans"):
        return None
    rows = view.counted("plans")
    table = rows.frame().reindex(columns=["district_code", "name", "review_due"])
    issued = rows.last_days("issued_on")
    due = pd.Series(rows.last_days("review_due").astype("datetime64[s]"), table.index)
    there = (pd.isna(issued) | (issued <= rows.as_of)) & (due <= pd.Timestamp(end)).to_numpy()
    names = view.districts.set_index("code")["name"].astype("str")
    found = table[there].assign(district=table["district_code"].map(names), review_due=due)
    found["past"] = found["review_due"] < pd.Timestamp(view.as_of)
    return found.sort_values("review_due", kind="stable", ignore_index=True)


def list_key_periods(view: View, period: Period) -> pd.DataFrame:
    """Return holidays and the workbook's seasons that touch a period: name, start, end."""
    seasons: Mapping[str, Sequence[str]] = view.settings.get("seasons", {})  # type: ignore[assignment]
    span = (period.start, period.end)
    parts = [list_holidays(*span), *(list_seasons(name, days, *span) for name, days in seasons.items())]
    found = pd.concat([part for part in parts if not part.empty], ignore_index=True)
    return found.sort_values("start", kind="stable", ignore_index=True)


# What was done of a plan


@dataclass(frozen=True)
class FollowedTask:
    """A task that an earlier plan drew from a finding: its state, and whether the same is found again."""

    task: str
    owner: str
    rule: FindingRule
    state: str  # in_time, late, overdue, open (due that very day) or unknown
    again: bool
    district: str = ""


@once_per_view
def follow_plan(view: View) -> list[FollowedTask]:
    """Return the tasks due in the period that name a finding behind them, overdue ones first; none without any.

    `again`: the same rule finds it in this period, too, in the task's district; of a task of the whole area, anywhere.
    """
    if "tasks" not in view.ledgers or is_sensitive(view, "tasks"):
        return []
    rows, known = view.counted("tasks"), {rule.rule for rule in load_rules()}
    table = rows.frame()
    if "finding" not in table:
        return []
    named = table["finding"].astype("str").str.extract(r"^\s*([a-z_]+)", expand=False).tolist()
    tests = (tasks.is_on_time, tasks.is_done_late, tasks.is_overdue)
    is_open = rows.test(knows(tasks.is_done)) & ~rows.test(tasks.is_done)
    state = np.select([*map(rows.test, tests), is_open], ["in_time", "late", "overdue", "open"], "unknown")
    found = {code: {one.rule.rule for one in of} for code, of in find_by_district(view).items()}
    anywhere = set[str]().union(*found.values())
    told = []
    for row, rule, one in zip(table.to_dict("records"), named, state, strict=True):
        if rule in known:
            place = "" if pd.isna(row["district_code"]) else str(row["district_code"])
            owner = "" if pd.isna(row.get("owner")) else str(row["owner"])
            again = rule in (found.get(place, set()) if place else anywhere)
            told.append(FollowedTask(str(row["task"]), owner, find_rule(rule), str(one), again, place))
    order = ("overdue", "unknown", "open", "late", "in_time")
    return sorted(told, key=lambda one: order.index(one.state))
