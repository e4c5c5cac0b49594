"""Evaluated drills: ratings on the workbook's own scale, objectives, and the improvement plan.

Objectives and improvements are not in the drills ledger. They come from the workbook's own ledger `drill_objectives`,
which may have any of the columns below; `rating` is a category whose order is its scale.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from taizhang.analysis.rows import count_classes, name_values
from taizhang.analysis.view import View
from taizhang.facts.drills import is_evaluated
from taizhang.facts.grounds import knows
from taizhang.metadata.facts import ALL

OBJECTIVES = "drill_objectives"
_PLAN_COLUMNS = ("drill", "problem", "improvement", "owner", "due", "done_on")


def sum_evaluations(view: View) -> pd.DataFrame:
    """Sum the drills of the period by district code, then `all`; empty if none was held.

    Columns: held; said (drills that say whether they were evaluated), with evaluated and evaluated_percent; known
    (drills that give problems found and fixed), with problems, fixed and fixed_percent. A share of nothing is NaN.
    """
    if view.ledgers.get("drills") is None:
        return pd.DataFrame()
    drills = view.counted("drills")
    rows = drills.frame()
    if rows.empty:
        return pd.DataFrame()
    names = ("problems", "problems_fixed")
    numbers = pd.DataFrame({name: drills.amounts(name) for name in names}, index=rows.index)
    known = numbers.notna().all(axis=1)
    numbers = numbers.where(known, axis=0)
    each = pd.DataFrame(
        {
            "held": 1,
            "said": drills.test(knows(is_evaluated)).astype(int),
            "evaluated": drills.test(is_evaluated).astype(int),
            "known": known.astype(int),
            "problems": numbers["problems"],
            "fixed": numbers["problems_fixed"],
        }
    )
    sums = each.groupby(rows["district_code"]).sum().reindex(list(view.districts["code"]), fill_value=0)
    sums.loc[ALL] = each.sum()
    return sums.assign(
        evaluated_percent=100 * sums["evaluated"] / sums["said"].where(sums["said"] > 0),
        fixed_percent=100 * sums["fixed"] / sums["problems"].where(sums["problems"] > 0),
    )


# Words of a rating, from best to worst.
_MERIT = (
    "优秀", "优", "良好", "良", "中等", "中", "合格", "达标", "基本合格", "基本达标", "一般", "较差",
    "不合格", "不达标", "差", "excellent", "good", "fair", "pass", "poor", "fail",
)  # fmt: skip


def count_ratings(view: View) -> pd.DataFrame:
    """Count the period's rated drills by rating, in the ledger's own words: n and percent of those rated.

    Ratings run from best to worst if they are words of merit, otherwise most frequent first. Empty if no drill is
    rated.
    """
    rows = view.show("drills")
    if rows.empty or rows["rating"].isna().all():
        return pd.DataFrame({"n": [], "percent": []}, dtype="float64")
    rated = rows[rows["rating"].notna()]
    names = name_values(rated["rating"], "drills", "rating", view.lang, view.kinds)
    counts = count_classes(names, pd.DataFrame({"n": 1.0}, index=rated.index), view.lang)
    counts = counts.assign(percent=100 * counts["n"] / len(rated))
    merit = [name for name in _MERIT if name in counts.index]
    return counts.reindex(merit) if len(merit) == len(counts) else counts


def find_objectives(view: View) -> pd.DataFrame:
    """Return the period's rows of the objectives ledger; empty if the workbook has none."""
    return view.show(OBJECTIVES) if OBJECTIVES in view.ledgers else pd.DataFrame()


def list_scale(view: View) -> dict[str, str]:
    """Return the ratings of objectives from best to worst, with their names."""
    kind = view.kinds.get(OBJECTIVES)
    field = kind.fields.get("rating") if kind else None
    return {name: value.label(view.lang) for name, value in field.values.items()} if field else {}


def count_objectives(view: View) -> pd.DataFrame:
    """Return how often each objective (rows, in order of appearance) received each rating; empty if there are none."""
    rows, scale = find_objectives(view), list_scale(view)
    if rows.empty or not {"objective", "rating"}.issubset(rows) or not scale:
        return pd.DataFrame()
    counts = pd.crosstab(rows["objective"], rows["rating"])
    # one that nobody has rated yet is an objective all the same
    objectives = rows["objective"].dropna().drop_duplicates().tolist()
    return counts.reindex(index=objectives, columns=list(scale), fill_value=0)


@dataclass(frozen=True)
class ObjectiveCounts:
    """Ratings of objectives: how many, how many of the best and worst rating, and the names of these."""

    rated: int
    best: str
    good: int
    worst: str
    bad: int

    @property
    def good_percent(self) -> float:
        """Share of the rated objectives with the best rating."""
        return 100 * self.good / self.rated


def rate_objectives(view: View) -> ObjectiveCounts | None:
    """Return the ratings of objectives; None if there is no objectives ledger, or no rated row in the period."""
    rows, scale = find_objectives(view), list_scale(view)
    if rows.empty or "rating" not in rows or not scale or rows["rating"].isna().all():
        return None
    best, worst = next(iter(scale)), list(scale)[-1]
    good, bad = (int((rows["rating"] == rating).sum()) for rating in (best, worst))
    return ObjectiveCounts(int(rows["rating"].notna().sum()), scale[best], good, scale[worst], bad)


def judge_improvements(view: View) -> pd.DataFrame:
    """Return improvement items, each with its `state` on the view's day: done, overdue, running, open.

    Unfinished items from before the period (`carried`) are included. Empty if there are none.
    """
    if OBJECTIVES not in view.ledgers:
        return pd.DataFrame()
    listed = view.standing(OBJECTIVES)
    rows, carried = view.show(OBJECTIVES, listed), listed.is_carried()
    if rows.empty or "improvement" not in rows:
        return pd.DataFrame()
    done = listed.by("done_on")
    tests = [done, listed.before("due"), listed.known("due")]
    state = np.select(tests, ["done", "overdue", "running"], "open")
    rows = rows.assign(state=pd.Series(state, index=rows.index, dtype="str"), carried=carried)
    return rows[rows["improvement"].notna() & ~(carried & done)]


def choose_plan_columns(view: View) -> tuple[str, ...]:
    """Return the columns of the improvement plan that the ledger has, except those naming a person."""
    kind, rows = view.kinds.get(OBJECTIVES), find_objectives(view)
    fields = kind.fields if kind else {}
    return tuple(
        name for name in _PLAN_COLUMNS if name in rows and name in fields and not fields[name].personal
    )


def count_improvements(view: View) -> dict[str, int]:
    """Count the period's improvement items: `all`, `done`, overdue, and overdue ones `carried` over.

    Empty if there are none.
    """
    items = judge_improvements(view)
    if items.empty:
        return {}
    own, late = items[~items["carried"]], items[items["state"] == "overdue"]
    done = int((own["state"] == "done").sum())
    return {ALL: len(own), "done": done, "overdue": len(late), "carried": int(late["carried"].sum())}
