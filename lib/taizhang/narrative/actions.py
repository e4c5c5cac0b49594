"""Special actions in words: progress, open problems, next steps."""

from collections.abc import Sequence
from itertools import groupby

from taizhang.analysis.actions import (
    StageProblem,
    count_actions,
    list_stage_problems,
)
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.view import View
from taizhang.core.display import Block, Prose, Run
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_share
from taizhang.metadata.words import label
from taizhang.narrative.telling import Runs, count, make_prose, make_sentence, say, tell


@exhibit("actions-text")
def write_actions(view: View) -> Prose | None:
    """Say how many actions and stages there were, how many were in time, and what was found and closed; None
    without the ledger."""
    if "actions" not in view.ledgers:
        return None
    lang, counts = view.lang, count_actions(view)
    told = {"period": name_period(view), "name": name_place(view)}
    if counts is None:
        return tell(lang, say("action_text.none", lang, **told))
    key = "actions_area" if view.district == ALL else "actions"
    numbers = {name: count(getattr(counts, name)) for name in ("actions", "stages", "rows", "places")}
    first = say(f"action_text.{key}", lang, **told, **numbers)
    if counts.found:
        share = format_share(counts.closed_percent)
        numbers = {"found": count(counts.found), "closed": count(counts.closed)}
        first += say(f"action_text.found{'' if counts.closed else '_open'}", lang, share=share, **numbers)
    elif counts.silent < counts.rows - counts.states.get("running", 0):
        first += say("action_text.found_none", lang)
    if counts.silent:
        first += say("action_text.silent", lang, n=count(counts.silent))
    states = [say(f"action_text.{state}", lang, n=count(n)) for state, n in counts.states.items()]
    lead = say("action_text.states", lang) if counts.rows > 1 else ()
    return tell(lang, make_sentence([first], lang), make_sentence(states, lang, lead=lead))


def write_action_problems(view: View) -> Prose | None:
    """Name overdue stages and open problems, stage by stage; None if no stage began by the period's end."""
    lang = view.lang
    counts = count_actions(view, True)
    if counts is None:
        return None
    problems = list_stage_problems(view)
    if not problems:
        return tell(lang, say(f"action_text.{'sound' if counts.is_told else 'sound_as_told'}", lang))
    if view.district == ALL:
        told = [_tell_action(list(of), lang) for _, of in groupby(problems, key=lambda one: one.action)]
    else:
        told = [_tell_problem(problem, lang) for problem in problems]
    return make_prose([Block(runs, kind="li") for runs in told])


def _tell_action(problems: Sequence[StageProblem], lang: str) -> Runs:
    """Say what is left of an action, its stages in one sentence."""
    if len(problems) == 1:
        return _tell_problem(problems[0], lang)
    stages: list[Run] = []
    for at, one in enumerate(problems):
        key = f"action_text.stage_{'many' if one.overdue else 'left'}"
        numbers = {"overdue": count(one.overdue), "open": count(one.open)}
        stages += [
            *(say("clause.remark_join", lang) if at else ()),
            *say(key, lang, stage=one.stage, **numbers),
        ]
    before, after = label("action_text.of_action", lang, action=problems[0].action, stages="\n").split("\n")
    carried = say("action_text.all_carried", lang) if all(one.carried for one in problems) else ()
    return (Run(before), *stages, Run(after), *carried)


def _tell_problem(problem: StageProblem, lang: str) -> Runs:
    told = _tell_what(problem, lang)
    return told + say("action_text.carried", lang) if problem.carried else told


def _tell_what(problem: StageProblem, lang: str) -> Runs:
    named = {"action": problem.action, "stage": problem.stage}
    if problem.due:
        return say("action_text.problem_overdue", lang, **named, day=format_date(problem.due, lang))
    if problem.found:
        numbers = {"found": count(problem.found), "open": count(problem.open)}
        return say("action_text.problem_open", lang, **named, **numbers)
    key = "problem_many" if problem.overdue else "problem_left"
    return say(f"action_text.{key}", lang, **named, overdue=count(problem.overdue), open=count(problem.open))


def write_action_steps(view: View) -> Prose | None:
    """Say what to do next about everything still open, whenever it began; None if no stage began by the period's
    end."""
    counts = count_actions(view, True)
    if counts is None:
        return None
    steps = list(counts.due)
    if not counts.is_told:
        steps.append("unknown")
    blocks = [Block(say(f"action_text.step_{step}", view.lang), kind="li") for step in steps or ["none"]]
    return make_prose(blocks)
