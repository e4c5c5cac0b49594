"""Tables of a work plan: goals, drills and reviews due, key periods; what nobody wrote is left blank."""

import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import quote_entry, show_day
from taizhang.analysis.view import View
from taizhang.analysis.work_plan import WorkPlan
from taizhang.core import display
from taizhang.figures.tables import make_table, show_value
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import format_number, join_unit, name_unit
from taizhang.metadata.words import label


@exhibit("plan-targets")
def tabulate_plan_targets(view: View, plan: WorkPlan) -> display.Table | None:
    """Tabulate each indicator's value and target, and the next period's target or a blank; None if there are none."""
    lang, blank = view.lang, label("plan.blank", view.lang)

    def goal(value: float | None, info: FactInfo, none: str) -> display.Cell:
        return display.Cell(
            none if value is None else join_unit(format_number(value), name_unit(info, lang), lang)
        )

    cells = []
    for one in plan.targets:
        info = view.describe(one.indicator)
        now = (
            "—"
            if one.row is None
            else join_unit(show_value(one.row, info, lang), name_unit(info, lang), lang)
        )
        cells.append((info.title[lang], now, goal(one.target, info, "—"), goal(one.next_target, info, blank)))
    before, then = view.period.label(lang), plan.period.label(lang)
    heads = [
        say_exhibit(view, "plan-targets", name, period=period)
        for name, period in (("value", before), ("target", before), ("target", then))
    ]
    return make_table(view, "plan-targets", cells, columns=heads, next=then)


@exhibit("plan-drills")
def tabulate_plan_drills(view: View, plan: WorkPlan) -> display.Table | None:
    """Tabulate the required drills that fall due, those without any first; None if none does."""
    if plan.drills is None:
        return None
    lang = view.lang
    cells = [
        (
            str(row["district"]), show_day(row["last"]),
            label("plan.drill_at_once", lang) if pd.isna(row["by"]) else show_day(row["by"]), label("plan.blank", lang),
        )
        for _, row in plan.drills.iterrows()
    ]  # fmt: skip
    return make_table(view, "plan-drills", cells, next=plan.period.label(lang))


@exhibit("plan-reviews")
def tabulate_plan_reviews(view: View, plan: WorkPlan) -> display.Table | None:
    """Tabulate the emergency plans due for review, the longest past first; None if there are none."""
    if plan.reviews is None:
        return None
    lang = view.lang
    cells = [
        (
            str(row["district"]), quote_entry(row["name"], lang),
            display.Cell(show_day(row["review_due"]), note="worse" if row["past"] else ""), label("plan.blank", lang),
        )
        for _, row in plan.reviews.iterrows()
    ]  # fmt: skip
    without = () if view.district == ALL else ("district",)
    return make_table(view, "plan-reviews", cells, without=without, next=plan.period.label(lang))


@exhibit("plan-periods")
def tabulate_plan_periods(view: View, plan: WorkPlan) -> display.Table | None:
    """Tabulate the holidays and seasons of the plan's period, each with a blank for who is on call."""
    lang = view.lang
    cells = [
        (
            label(f"season.{row['name']}", lang),
            show_day(row["start"]),
            show_day(row["end"]),
            label("plan.blank", lang),
        )
        for _, row in plan.key_periods.iterrows()
    ]
    return make_table(view, "plan-periods", cells, next=plan.period.label(lang))
