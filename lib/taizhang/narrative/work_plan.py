"""A work plan in words: goals, tasks with the findings behind them, drills and reviews due, and blanks to fill in."""

import re
from collections.abc import Sequence
from datetime import date

from taizhang.analysis.required_drills import find_drill_rule
from taizhang.analysis.view import View
from taizhang.analysis.work_plan import FollowedTask, PlannedTask, WorkPlan, follow_plan
from taizhang.core.display import Block, Prose, Run
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, join_list
from taizhang.metadata.laws import find_law
from taizhang.metadata.words import label
from taizhang.narrative.findings import cite_basis, lower_first, say_measure, say_title
from taizhang.narrative.telling import Runs, count, make_paragraph, make_prose, open_sentence, say

_MOST_NAMES = 5
_SUPPORT = ("duty", "money", "press")


def _blank(lang: str) -> str:
    return label("plan.blank", lang)


def write_plan_basis(view: View, plan: WorkPlan) -> Prose | None:
    """Say what the plan rests on, and that it leaves blank what nobody wrote."""
    lang, n = view.lang, len(plan.tasks)
    told = {"before": view.period.label(lang), "day": format_date(view.as_of, lang), "n": count(n)}
    first = say(f"plan.based{'' if n else '_none'}", lang, **told)
    return make_prose([make_paragraph([first, say("plan.to_write", lang, blank=_blank(lang))], lang)])


def write_plan_goals(view: View, plan: WorkPlan) -> Prose | None:
    """Say how many targets are set, and how many are left to be set."""
    lang, period = view.lang, plan.period.label(view.lang)
    fixed = sum(one.next_target is not None for one in plan.targets)
    left = len(plan.targets) - fixed
    said = say(
        f"plan.goals{'' if fixed else '_none_area' if plan.local else '_none'}",
        lang,
        period=period,
        n=count(fixed),
    )
    if plan.local:
        names = join_list([view.describe(name).title[lang] for name in plan.local], lang)
        said += say("plan.goals_local", lang, n=count(len(plan.local)), names=names)
    if left:
        said += say("plan.goals_open", lang, n=count(left), before=view.period.label(lang))
    aims = make_paragraph([say("plan.aims", lang, blank=_blank(lang))], lang)
    return make_prose([aims, make_paragraph([said], lang)])


def write_plan_tasks(view: View, plan: WorkPlan, group: str) -> Prose | None:
    """List a group's tasks: the problem, what to do, on what basis, who and by when; None if there are none."""
    tasks = plan.list_group(group)
    return make_prose([Block(_say_task(task, view), kind="li") for task in tasks]) if tasks else None


def _say_task(task: PlannedTask, view: View) -> Runs:
    lang, finding = view.lang, task.finding
    stop = say("join.stop", lang)
    measure = (*open_sentence(say_measure(finding, lang), lang), *stop)
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    problem: Runs = ()
    for at, one in enumerate((finding, *task.others)[:_MOST_NAMES]):
        problem += say("plan.join", lang) if at else ()
        if one.district != view.district:
            problem += say("plan.task_of", lang, name=names[one.district])
        problem += lower_first(say_title(one, lang), lang)
    # An English measure speaks of the problem as of something told before.
    lead, rest = (measure, (*say("plan.finding", lang), *problem, *stop))
    if lang == "en":
        lead, rest = ((*open_sentence(problem, lang), *stop), (Run(" "), *measure))
    runs = [*(Run(run.text, run.fact, strong=True) for run in lead), *rest]
    if task.places and (finding.district == view.district or len(task.places) > _MOST_NAMES):
        listed = [str(names[code]) for code in dict.fromkeys(task.places)]
        key = "plan.places_many" if len(listed) > _MOST_NAMES else "plan.places"
        shown = listed[:_MOST_NAMES]
        joined = "、".join(shown) if lang == "zh" else join_list(shown, lang)
        runs += say(key, lang, names=joined, n=len(listed))
    if source := cite_basis(finding.rule, view, finding.days):
        runs += say("plan.basis", lang, source=source)
    owner, due = show_answers(task, lang)
    return (*runs, *say("plan.due", lang, owner=owner, due=due))


def show_answers(task: PlannedTask, lang: str) -> tuple[str, str]:
    """Return who does it and by when, as written, or blanks to be filled in."""
    blank = _blank(lang)
    due = format_date(date.fromisoformat(task.due), lang) if task.due else blank
    return task.owner or blank, due


def write_plan_drills(view: View, plan: WorkPlan) -> Prose | None:
    """Say how many required drills fall due; None if the ledger can't tell."""
    rule, lang = find_drill_rule(), view.lang
    law = find_law(rule.law, view.as_of)
    if plan.drills is None or law is None:
        return None
    end = format_date(plan.period.end, lang)
    key = "plan.drills" if len(plan.drills) else "plan.drills_none"
    told = {"law": law.title[lang], "years": rule.years, "end": end, "n": count(len(plan.drills))}
    return make_prose([make_paragraph([say(key, lang, **told)], lang)])


def write_plan_reviews(view: View, plan: WorkPlan) -> Prose | None:
    """Say how many emergency plans are due for review, and how many of them are past it; None without the ledger."""
    lang = view.lang
    if plan.reviews is None:
        return None
    end, n, past = format_date(plan.period.end, lang), len(plan.reviews), int(plan.reviews["past"].sum())
    if not n:
        return make_prose([make_paragraph([say("plan.reviews_none", lang, end=end)], lang)])
    said = say("plan.reviews", lang, end=end, n=count(n))
    if past:
        said += say("plan.reviews_past", lang, n=count(past))
    return make_prose([make_paragraph([(*said, *say("join.stop", lang))], lang)])


def write_plan_support(view: View, plan: WorkPlan) -> Prose | None:
    """List what the head of the office must write, and where the plan's tasks are kept as a ledger."""
    lang = view.lang
    blanks = [say(f"plan.support.{one}", lang, blank=_blank(lang)) for one in _SUPPORT]
    kept = say(
        "plan.support.ledger",
        lang,
        file=label("plan.file", lang, period=plan.period.path),
        period=plan.period.label(lang),
    )
    return make_prose([*(Block(runs, kind="li") for runs in blanks), make_paragraph([kept], lang)])


def write_plan_followed(view: View) -> Prose | None:
    """Say what was done of the tasks that name a finding of the period before; None if there are none."""
    followed, lang = follow_plan(view), view.lang
    if not followed:
        return None
    states = [one.state for one in followed]
    parts = [
        "".join(run.text for run in say(f"plan.followed.{state}", lang, n=states.count(state)))
        for state in ("in_time", "late", "overdue", "open", "unknown")
        if state in states
    ]
    told = [
        (
            *say("plan.followed.lead", lang, n=count(len(followed))),
            Run(join_list(parts, lang)),
            *say("join.stop", lang),
        )
    ]
    done = [one for one in followed if one.state in ("in_time", "late")]
    again, gone = [one for one in done if one.again], sum(not one.again for one in done)
    if gone:
        told.append(say("plan.followed.gone", lang, n=count(gone)))
    for key, some in (("again", again), ("left", [one for one in followed if one.state == "overdue"])):
        if some:
            told.append(say(f"plan.followed.{key}", lang, n=count(len(some)), names=_name_tasks(some, view)))
    return make_prose([make_paragraph(told, lang)])


def _name_tasks(tasks: Sequence[FollowedTask], view: View) -> str:
    """Name tasks with their units and, in a report on the whole area, their districts; of many the first few."""
    lang = view.lang
    names = dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True))
    listed = []
    for one in tasks[:_MOST_NAMES]:
        named = re.split("[；;]", one.task)[0]  # what comes first tells which it is
        if view.district == ALL and one.district in names:
            named = label("plan.followed.placed", lang, name=named, place=names[one.district])
        listed.append(label("plan.followed.named", lang, name=named, owner=one.owner) if one.owner else named)
    if len(tasks) <= _MOST_NAMES:
        return join_list(listed, lang) if lang == "en" else "；".join(listed)
    joined = "；".join(listed) if lang == "zh" else ", ".join(listed)
    return label(
        "findings.some_subjects", lang, names=joined, n=f"{len(tasks)}项" if lang == "zh" else len(tasks)
    )
