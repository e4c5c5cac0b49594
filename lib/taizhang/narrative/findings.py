"""What stands out, and what to do next: the problems that rules find in the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from taizhang.analysis.findings import Finding, find_problems, index_facts
from taizhang.analysis.naming import name_place
from taizhang.analysis.rows import is_brief
from taizhang.analysis.view import View, once_per_view
from taizhang.core.display import Block, Prose, Run
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import join_list
from taizhang.metadata.rules import load_rules
from taizhang.metadata.words import label
from taizhang.narrative.sections import has_rows
from taizhang.narrative.telling import Runs, count, make_paragraph, make_prose, open_sentence, say

_MOST_OF_RULE = 3
# Checks whose number of the whole area is the sum of the districts that break the rule.
_COUNTING = ("above", "overdue")
_MOST_OF_BRIEF = 5
_MOST_NAMES = 5


@once_per_view
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
    wanted = () if view.district == ALL else (view.district, ALL)
    facts, before = (index_facts(frame, *wanted) for frame in (view.facts, view.facts_before))

    def find(district: str, ledgers: Mapping[str, pd.DataFrame]) -> list[Finding]:
        return find_problems(facts, before, district, ledgers, view.as_of, view.lang)

    findings = find(view.district, view.ledgers)
    if view.district != ALL:
        return [(finding, ()) for finding in findings]
    drills = view.ledgers.get("drills")
    local = []
    for code in view.districts["code"]:
        local += find(code, {} if drills is None else {"drills": drills[drills["district_code"] == code]})
    told = {finding.rule for finding in findings}
    listed = [
        (finding, tuple(other.district for other in local if other.rule == finding.rule))
        for finding in findings
    ]
    listed += [(finding, (finding.district,)) for finding in local if finding.rule not in told]
    return sorted(listed, key=lambda pair: (-pair[0].weight, -pair[0].size))


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
    lang, runs = view.lang, list(open_sentence(finding.runs, view.lang))
    if finding.district != view.district:
        name = _name_places([finding.district], view)
        runs = [Run(label("findings.of", lang, name=name), strong=True), *_lower_first(runs, lang)]
    elif places:
        runs.append(Run(_say_found_in(finding.rule, places, view)))
    if finding.source:
        runs.append(Run(label("findings.source", lang, source=finding.source)))
    return Block(tuple(runs), kind="li")


def _say_found_in(rule: str, codes: Sequence[str], view: View) -> str:
    """Which districts have a problem: by name, of many the first few, or that all have it.

    A count above nought is that of the districts named; of other rules, these are the districts that meet them too.
    """
    (check,) = {one.check for one in load_rules() if one.rule == rule}
    names, count_ = _list_names(codes, view)
    if count_ == len(view.districts) > _MOST_NAMES:
        key = "found_in_all"
    else:
        key = "found_in_many" if count_ > len(names) else "found_in"
    if check not in _COUNTING:
        key += "_too"
    joined = join_list(names, view.lang) if count_ == len(names) else _join_some(names, view.lang)
    return label(f"findings.{key}", view.lang, names=joined, n=count_)


def _name_places(codes: Sequence[str], view: View) -> str:
    """Districts by name; of many the first few and how many there are."""
    names, count_ = _list_names(codes, view)
    if count_ == len(view.districts) > _MOST_NAMES:
        return label("findings.all_places", view.lang, n=count_)
    if count_ == len(names):
        return join_list(names, view.lang)
    return label("findings.many", view.lang, names=_join_some(names, view.lang), n=count_)


def _list_names(codes: Sequence[str], view: View) -> tuple[list[str], int]:
    """Names of districts, each once and the first few of many, and how many there are."""
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    listed = [str(names[code]) for code in dict.fromkeys(codes)]
    return listed[:_MOST_NAMES], len(listed)


def _join_some(names: list[str], lang: str) -> str:
    """Some names of more: Chinese puts its 等 after them, without an 'and'."""
    return "、".join(names) if lang == "zh" else join_list(names, lang)


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
