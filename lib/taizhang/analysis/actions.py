"""Special actions: the state of each stage on the view's day, and the problems found and closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from taizhang.analysis.view import View, once_per_view
from taizhang.facts import actions
from taizhang.facts.grounds import Test
from taizhang.metadata.facts import ALL

STATES = ("in_time", "late", "overdue", "running")
UNKNOWN = "unknown"  # its last day is past, and nothing says whether it was done
_NUMBERS = ["found", "closed", "open"]
_MOST_BARS = 16


@once_per_view
def list_stages(view: View, stock: bool = False) -> pd.DataFrame:
    """Stages that began in the view's period, by action, first day and district; empty if there are none.

    Returns the ledger's columns and `state` (one of STATES, or UNKNOWN, on the view's day), `open` (problems found and
    not closed; NaN if either number is missing) and `carried` (begun before the period). With `stock`, stages begun
    earlier are included.
    """
    if view.ledgers.get("actions") is None:
        return pd.DataFrame()
    rows = view.standing("actions") if stock else view.counted("actions")
    tests: list[Test] = [actions.is_in_time, actions.is_done, actions.is_overdue, actions.is_unknown]
    states = np.select([rows.test(test) for test in tests], [*STATES[:3], UNKNOWN], STATES[3])
    table = rows.frame()
    numbers = pd.DataFrame({name: rows.amounts(name) for name in ("found", "closed")}, index=table.index)
    left = (numbers["found"] - numbers["closed"]).clip(lower=0)
    told = pd.Series(states, index=table.index, dtype="str")
    table = table.assign(**numbers, state=told, open=left, carried=rows.is_carried())
    return table.sort_values(["name", "starts_on", "district_code"], ignore_index=True)


def _sum(stages: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return one row for each group, in order of appearance.

    `starts_on` (the first) and `ends_on` (the last), `stages`, a count for each of STATES and UNKNOWN; `known`:
    stages that give both problems found and closed, with `found`, `closed`, `open` (NaN if there is none) and
    `closed_percent`.
    """
    known = stages["found"].notna() & stages["closed"].notna()
    counts = {state: stages["state"] == state for state in (*STATES, UNKNOWN)}
    groups = stages.assign(**counts, known=known).groupby(list(by), sort=False)
    table = groups.agg(starts_on=("starts_on", "min"), ends_on=("ends_on", "max"), stages=("state", "size"))
    table[[*counts, "known"]] = groups[[*counts, "known"]].sum()
    numbers = stages[[*by]].join(stages[_NUMBERS].where(known))
    table[_NUMBERS] = numbers.groupby(list(by))[_NUMBERS].sum(min_count=1)
    percent = 100 * table["closed"] / table["found"].where(table["found"] > 0)
    return table.assign(closed_percent=percent).reset_index()


def sum_stages(view: View) -> pd.DataFrame:
    """One row per stage, as returned by `_sum`; for the whole area, one for all districts. Empty if there are none."""
    stages = list_stages(view)
    if stages.empty:
        return stages
    order = stages.groupby(["name", "stage"], sort=False).ngroup()
    stages = stages.loc[sorted(order.index, key=lambda at: order[at])]
    return _sum(stages, ["name", "stage"] if view.district == ALL else ["name", "stage", "source_row"])


def sum_stages_by_district(view: View) -> pd.DataFrame:
    """Sum the stages of each of the view's districts, by `district_code`; districts without a stage have zeros."""
    sums = _sum(list_stages(view), ["district_code"]).set_index("district_code")
    sums = sums.reindex(list(view.districts["code"]))
    counts = ["stages", *STATES, UNKNOWN, "known"]
    return sums.assign(**sums[counts].fillna(0).astype("int64")).reset_index()


def rank_stages(view: View) -> pd.DataFrame:
    """Return the stages that report problems found and closed, summed over districts, by first day."""
    stages = list_stages(view)
    if stages.empty:
        return stages
    known = stages[stages["found"].notna() & stages["closed"].notna()]
    return _sum(known, ["name", "stage"]).sort_values(["starts_on", "name", "stage"], ignore_index=True)


@dataclass(frozen=True)
class StageProgress:
    """Problems found and closed in the stages.

    `shown`: the first sixteen of `rank_stages`, by stage and action together. `found`, `closed` and `rows` (stages
    counted district by district) cover all of them. `most`: the stage shown that found most, or the first of these.
    """

    shown: pd.DataFrame
    found: float
    closed: float
    rows: int
    most: str


def follow_stages(view: View) -> StageProgress | None:
    """Return the progress of the stages; None if none reports what it found."""
    stages = rank_stages(view)
    if stages.empty or not stages["found"].sum() > 0:
        return None
    shown = stages.head(_MOST_BARS)
    shown = shown.set_index(shown["stage"] + " " + shown["name"])
    return StageProgress(
        shown=shown,
        found=float(stages["found"].sum()),
        closed=float(stages["closed"].sum()),
        rows=int(stages["known"].sum()),
        most=str(shown["found"].idxmax()),
    )


@dataclass(frozen=True)
class ActionCounts:
    """Totals for a period's special actions.

    In `actions` and `stages`, a stage shared by several districts counts once; `rows` counts stages district by
    district and `places` the districts. `found`, `closed` and `left` are problems in stages that report both numbers;
    `silent` are stages that do not, apart from those under way. `states`: stages by state, in the order of STATES with
    UNKNOWN last, without empty states.
    """

    actions: int
    stages: int
    rows: int
    places: int
    found: float
    closed: float
    left: float
    silent: int
    states: Mapping[str, int]

    @property
    def closed_percent(self) -> float:
        """Share of the problems found that are closed; NaN if none were found."""
        return 100 * self.closed / self.found if self.found else float("nan")

    @property
    def is_told(self) -> bool:
        """Whether the state and the open problems of every stage are known."""
        return not self.silent and UNKNOWN not in self.states

    @property
    def due(self) -> list[str]:
        """What remains to be done, most urgent first: overdue stages, open problems, stages that were late."""
        tests = {"overdue": "overdue" in self.states, "open": self.left > 0, "late": "late" in self.states}
        return [name for name, is_due in tests.items() if is_due]


def count_actions(view: View, stock: bool = False) -> ActionCounts | None:
    """Return totals for the actions; None if no stage began in the period or, with `stock`, by its end."""
    stages = list_stages(view, stock)
    if stages.empty:
        return None
    whole, counts = view.district == ALL, stages["state"].value_counts()
    both = stages[stages["open"].notna()]
    return ActionCounts(
        actions=stages["name"].nunique(),
        stages=len(stages.drop_duplicates(["name", "stage"])) if whole else len(stages),
        rows=len(stages),
        places=stages["district_code"].nunique(),
        found=float(both["found"].sum()),
        closed=float(both["closed"].sum()),
        left=float(both["open"].sum()),
        silent=int((stages["open"].isna() & (stages["state"] != STATES[3])).sum()),
        states={state: int(counts[state]) for state in (*STATES, UNKNOWN) if state in counts},
    )


@dataclass(frozen=True)
class StageProblem:
    """What is wrong with a stage: it is past its `due` day, or `open` of `found` problems remain.

    For the whole area, both may apply; `overdue` is the number of districts in which the stage is late. `carried`:
    begun before the period.
    """

    action: str
    stage: str
    due: date | None = None
    found: float = 0
    open: float = 0
    overdue: int = 0
    carried: bool = False


def list_stage_problems(view: View) -> list[StageProblem]:
    """Return stages, whenever begun, that are overdue or have open problems."""
    stages, problems = list_stages(view, True), []
    if stages.empty:
        return []
    for (action, stage), part in stages.groupby(["name", "stage"], sort=False):
        name, before = (str(action), str(stage)), bool(part["carried"].all())
        overdue, left = part[part["state"] == "overdue"], part[part["open"] > 0]
        if view.district != ALL:
            days = zip(overdue["ends_on"], overdue["carried"], strict=True)
            problems += [StageProblem(*name, due=day.date(), carried=bool(old)) for day, old in days]
            numbers = zip(left["found"], left["open"], left["carried"], strict=True)
            problems += [
                StageProblem(*name, found=n, open=still, carried=bool(old)) for n, still, old in numbers
            ]
        elif len(overdue) or len(left):
            places = overdue["district_code"].nunique()
            problems.append(
                StageProblem(*name, open=float(left["open"].sum()), overdue=places, carried=before)
            )
    return problems
