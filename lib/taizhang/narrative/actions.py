"""Special actions in words: how far they are, what is left, what to do."""

from collections.abc import Iterator

import pandas as pd

from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.view import View
from taizhang.core.display import Block, Prose
from taizhang.figures.actions import STATES, list_stages, write_share
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date
from taizhang.narrative.telling import Runs, count, make_paragraph, make_prose, make_sentence, say


def write_actions(view: View) -> Prose | None:
    """How many actions and stages, how many in time, what was found and closed.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where the ledger isn't configured.
    """
    if "actions" not in view.ledgers:
        return None
    lang, stages = view.lang, list_stages(view)
    told = {"period": name_period(view), "name": name_place(view)}
    if stages.empty:
        return make_prose([make_paragraph([say("action_text.none", lang, **told)], lang)])
    whole = view.district == ALL
    first = say(
        "action_text.actions_area" if whole else "action_text.actions",
        lang,
        **told,
        actions=count(stages["name"].nunique()),
        stages=count(len(stages.drop_duplicates(["name", "stage"])) if whole else len(stages)),
        rows=count(len(stages)),
        places=count(stages["district_code"].nunique()),
    )
    found, closed = float(stages["found"].sum()), float(stages["closed"].sum())
    first += (
        say(
            "action_text.found" if closed else "action_text.found_open",
            lang,
            found=count(found),
            closed=count(closed),
            share=write_share(closed, found),
        )
        if found
        else say("action_text.found_none", lang)
    )
    counts = stages["state"].value_counts()
    states = [
        say(f"action_text.{state}", lang, n=count(counts[state])) for state in STATES if state in counts
    ]
    sentences = [
        make_sentence([first], lang),
        make_sentence(states, lang, lead=say("action_text.states", lang) if len(stages) > 1 else ()),
    ]
    return make_prose([make_paragraph(sentences, lang)])


def write_action_problems(view: View) -> Prose | None:
    """Stages that are overdue and problems that are open, stage by stage.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where no stage began in the period.
    """
    stages, lang = list_stages(view), view.lang
    if stages.empty:
        return None
    items = [Block(runs, kind="li") for runs in _tell_problems(stages, view)]
    if not items:
        return make_prose([make_paragraph([say("action_text.sound", lang)], lang)])
    return make_prose(items)


def _tell_problems(stages: pd.DataFrame, view: View) -> Iterator[Runs]:
    for (action, stage), part in stages.groupby(["name", "stage"], sort=False):
        named = {"action": str(action), "stage": str(stage)}
        overdue, left = part[part["state"] == "overdue"], part[part["open"] > 0]
        if view.district == ALL:
            if len(overdue) or len(left):
                key = "problem_many" if len(overdue) else "problem_left"
                yield say(
                    f"action_text.{key}",
                    view.lang,
                    **named,
                    overdue=count(overdue["district_code"].nunique()),
                    open=count(left["open"].sum()),
                )
            continue
        for day in overdue["ends_on"]:
            yield say(
                "action_text.problem_overdue", view.lang, **named, day=format_date(day.date(), view.lang)
            )
        for found, still in zip(left["found"], left["open"], strict=True):
            yield say("action_text.problem_open", view.lang, **named, found=count(found), open=count(still))


def write_action_steps(view: View) -> Prose | None:
    """What to do next, by what is left.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where no stage began in the period.
    """
    stages, lang = list_stages(view), view.lang
    if stages.empty:
        return None
    states = set(stages["state"])
    steps = [
        step
        for step, due in (
            ("step_overdue", "overdue" in states),
            ("step_open", bool((stages["open"] > 0).any())),
            ("step_late", "late" in states),
        )
        if due
    ] or ["step_none"]
    return make_prose([Block(say(f"action_text.{step}", lang), kind="li") for step in steps])
