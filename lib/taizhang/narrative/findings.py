"""What stands out, and what to do next: the problems that rules find in the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from taizhang.display import Block, Prose, Run
from taizhang.facts.findings import Finding, find_problems
from taizhang.figures.rows import is_brief
from taizhang.figures.sources import name_place
from taizhang.metadata.formats import join_list
from taizhang.metadata.words import label
from taizhang.narrative.sections import has_rows
from taizhang.narrative.telling import Runs, count, make_paragraph, make_prose, say
from taizhang.view import ALL, View

_MOST_OF_RULE = 3
_MOST_OF_BRIEF = 5
_MOST_NAMES = 5


def list_findings(view: View) -> list[tuple[Finding, tuple[str, ...]]]:
    """Problems of the view's district, the weightiest first, with the districts each is found in.

    Of the whole area, a rule's problem is told once, with the districts that have it too; a rule that
    only districts can break is told of each.

    Parameters
    ----------
    view : View

    Returns
    -------
    list of (Finding, tuple of str)
        The codes of the districts; empty where the view is of one district.
    """
    findings = _find(view, view.district, view.ledgers)
    if view.district != ALL:
        return [(finding, ()) for finding in findings]
    drills = view.ledgers.get("drills")
    local = []
    for code in view.districts["code"]:
        ledgers = {} if drills is None else {"drills": drills[drills["district_code"] == code]}
        local += _find(view, code, ledgers)
    told = {finding.rule for finding in findings}
    listed = [
        (finding, tuple(other.district for other in local if other.rule == finding.rule))
        for finding in findings
    ]
    listed += [(finding, (finding.district,)) for finding in local if finding.rule not in told]
    return sorted(listed, key=lambda pair: -pair[0].weight)


def _find(view: View, district: str, ledgers: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """The problems of one district."""
    return find_problems(view.facts, view.facts_before, district, ledgers, view.as_of, view.lang)


def write_findings(view: View) -> Prose | None:
    """What stands out, one item per problem, with the rule's legal source.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where there are no facts at all.
    """
    lang = view.lang
    if view.facts.empty:
        return None
    if not has_rows(view):
        return make_prose([make_paragraph([say("findings.no_rows", lang, name=name_place(view))], lang)])
    findings = list_findings(view)
    if not findings:
        return make_prose([make_paragraph([say("findings.none", lang)], lang)])
    # A rule that many districts break would hide the others: of each the first few are told.
    seen: dict[str, int] = {}
    items = []
    for finding, places in findings:
        seen[finding.rule] = seen.get(finding.rule, 0) + 1
        if seen[finding.rule] <= _MOST_OF_RULE:
            items.append(_make_item(finding, places, view))
    items = items[: _find_most(view)]
    lead = say("findings.lead", lang, n=count(len(findings)))
    if len(items) < len(findings):
        where = "more" if view.district == ALL else "first"
        lead += say(f"findings.{where}", lang, n=count(len(items)))
    lead += (Run(label("findings.colon", lang)),)
    return make_prose([make_paragraph([lead], lang), *items])


def _find_most(view: View) -> int | None:
    """How many problems are told of: all, but in a bulletin of a month the weightiest alone."""
    return _MOST_OF_BRIEF if is_brief(view) else None


def _make_item(finding: Finding, places: Sequence[str], view: View) -> Block:
    """One problem as a list item; in the whole area's report with the districts that have it."""
    lang, runs = view.lang, list(finding.runs)
    if finding.district != view.district:
        name = _name_places([finding.district], view)
        runs = [Run(label("findings.of", lang, name=name), strong=True), *_lower_first(runs, lang)]
    elif places:
        key = "found_in" if len(places) <= _MOST_NAMES else "found_in_many"
        runs.append(Run(label(f"findings.{key}", lang, names=_name_places(places, view), n=len(places))))
    if finding.source:
        runs.append(Run(label("findings.source", lang, source=finding.source)))
    return Block(tuple(runs), kind="li")


def _name_places(codes: Sequence[str], view: View) -> str:
    """Districts by name; of many the first few and how many there are."""
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    listed = [str(names[code]) for code in dict.fromkeys(codes)]
    if len(listed) <= _MOST_NAMES:
        return join_list(listed, view.lang)
    first = ("、" if view.lang == "zh" else ", ").join(listed[:_MOST_NAMES])
    return label("findings.many", view.lang, names=first, n=len(listed))


def _lower_first(runs: Sequence[Run], lang: str) -> Runs:
    """In English, a sentence after a name and colon begins small."""
    first = runs[0]
    if lang == "zh" or first.fact or first.text[:2].isupper():
        return tuple(runs)
    return (replace(first, text=first.text[:1].lower() + first.text[1:]), *runs[1:])


def write_next_steps(view: View) -> Prose | None:
    """The next step for each problem found, each once, the weightiest first.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where there are no facts, or no row to judge by.
    """
    lang = view.lang
    if view.facts.empty or not has_rows(view):
        return None
    steps: dict[str, list[str]] = {}
    for finding, places in list_findings(view)[: _find_most(view)]:
        steps.setdefault(finding.step, []).extend(places)
    if not steps:
        return make_prose([make_paragraph([say("findings.no_steps", lang)], lang)])
    items = []
    for step, found in steps.items():
        runs = [Run(step)]
        if found:
            runs.append(Run(label("findings.places", lang, names=_name_places(found, view))))
        items.append(Block(tuple(runs), kind="li"))
    return make_prose([make_paragraph([say("findings.steps_lead", lang)], lang), *items])
