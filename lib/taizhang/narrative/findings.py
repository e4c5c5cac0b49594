"""What stands out, and what to do next: the problems that rules find in the facts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from taizhang.analysis.findings import (
    Evidence,
    Finding,
    choose_findings,
    list_findings,
    list_looked,
    list_steps,
)
from taizhang.analysis.naming import name_place
from taizhang.analysis.selection import has_rows
from taizhang.analysis.view import View
from taizhang.core.display import Block, Prose, Run
from taizhang.core.wording import fill
from taizhang.metadata.facts import ALL, describe_fact
from taizhang.metadata.formats import format_date, format_number, join_list
from taizhang.metadata.laws import find_law
from taizhang.metadata.rules import FindingRule, load_rules
from taizhang.metadata.words import label
from taizhang.narrative.sections import tell_gaps
from taizhang.narrative.telling import (
    Number,
    Runs,
    count,
    lower_title,
    make_paragraph,
    make_prose,
    make_runs,
    open_sentence,
    say,
    tell,
)

# Checks whose number of the whole area is the sum of the districts that break the rule.
_COUNTING = ("above", "overdue")
_MOST_NAMES = 5


def say_finding(finding: Finding, lang: str) -> Runs:
    """The problem in words; runs that are numbers name their fact."""
    rule, evidence = finding.rule, finding.evidence
    # The check holds without the comparison that the fuller sentence speaks of.
    words = rule.problem if finding.compares or not rule.plain else rule.plain
    runs = make_runs(fill(words[lang], {place: _write(one, lang) for place, one in evidence.items()}))
    for more in ("carried", "age"):
        if more in evidence:
            runs += say(f"findings.{more}", lang, n=_write(evidence[more], lang))
    return runs


def _write(evidence: Evidence, lang: str) -> Number | str:
    value = evidence.value
    if isinstance(value, date):
        return format_date(value, lang)
    if isinstance(value, str):
        return _name_indicator(value, lang)
    return Number(format_number(value, evidence.decimals), value, evidence.fact)


def _name_indicator(fact: str, lang: str) -> str:
    """The title of a target's indicator; a workbook's own goes by its name."""
    try:
        return describe_fact(fact).title[lang]
    except KeyError:
        return fact


def write_findings(view: View) -> Prose | None:
    """What stands out, one item per problem, with the rule's legal source; None where there are no facts at all."""
    lang = view.lang
    if view.facts.empty:
        return None
    if not has_rows(view):
        return tell(lang, say("findings.no_rows", lang, name=name_place(view)))
    findings = list_findings(view)
    gaps = tell_gaps(view, dict.fromkeys(rule.fact for rule in load_rules() if rule.fact))
    if not findings:
        return tell(lang, _say_none(view), *gaps)
    items = [_make_item(finding, places, view) for finding, places in choose_findings(view)]
    lead = say("findings.lead", lang, n=count(len(findings)))
    if len(items) < len(findings):
        where = "more" if view.district == ALL else "first"
        lead += say(f"findings.{where}", lang, n=count(len(items)))
    lead += (Run(label("findings.colon", lang)),)
    return make_prose([make_paragraph([lead], lang), *items, make_paragraph(gaps, lang)])


def _say_none(view: View) -> Runs:
    """That nothing stands out of what the rules could look at."""
    lang, looked = view.lang, list_looked(view)
    if looked.every:
        return say("findings.none", lang)
    if not looked:
        return say("findings.blind", lang)
    told: Runs = ()
    for key, facts in (("none_of", looked.everywhere), ("none_in", looked.somewhere)):
        titles = [lower_title(view.describe(fact).title[lang], lang) for fact in facts]
        gap = (Run(" "),) if told and lang == "en" else ()
        if titles:
            told += gap + say(f"findings.{key}", lang, looked=join_list(titles, lang), n=len(titles))
    return told


def _make_item(finding: Finding, places: Sequence[str], view: View) -> Block:
    """One problem as a list item; in the whole area's report with the districts that have it."""
    lang, runs = view.lang, list(open_sentence(say_finding(finding, view.lang), view.lang))
    if finding.district != view.district:
        name = _name_places([finding.district], view)
        runs = [Run(label("findings.of", lang, name=name), strong=True), *_lower_first(runs, lang)]
    elif places:
        runs.append(Run(_say_found_in(finding.rule.check, places, view)))
    if basis := say_basis(finding.rule, view):
        runs.append(Run(basis))
    return Block(tuple(runs), kind="li")


def say_basis(rule: FindingRule, view: View) -> str:
    """What a rule rests on: the text in force on the period's last day, and what it followed within the period."""
    lang, period = view.lang, view.period
    law = find_law(rule.law, period.end)
    if law is None:
        return label("findings.practice", lang) if rule.law or rule.practice else ""
    if law.start <= period.start:
        return label("findings.source", lang, source=law.cite(lang))
    day, before = format_date(law.start, lang), find_law(rule.law, law.start - timedelta(days=1))
    if before is None:
        return label("findings.source_new", lang, source=law.cite(lang), day=day)
    return label("findings.source_changed", lang, source=law.cite(lang), day=day, former=before.cite(lang))


def _say_found_in(check: str, codes: Sequence[str], view: View) -> str:
    """Which districts have a problem.

    A count above nought is that of the districts named; of other rules, these are the districts that meet them too.
    """
    names, n, which = _list_names(codes, view)
    key = f"found_in{which}" if check in _COUNTING else f"found_in{which}_too"
    return label(f"findings.{key}", view.lang, names=names, n=n)


def _name_places(codes: Sequence[str], view: View) -> str:
    """Districts by name; of many the first few and how many there are."""
    names, n, which = _list_names(codes, view)
    if not which:
        return names
    return label("findings.all_places" if which == "_all" else "findings.many", view.lang, names=names, n=n)


def _list_names(codes: Sequence[str], view: View) -> tuple[str, int, str]:
    """Names of districts, each once and the first few of many; how many there are, and if these are many or all."""
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    listed = [str(names[code]) for code in dict.fromkeys(codes)]
    if len(listed) <= _MOST_NAMES:
        return join_list(listed, view.lang), len(listed), ""
    which = "_all" if len(listed) == len(view.districts) else "_many"
    # Chinese puts its 等 after some names of more, without an 'and'.
    first = listed[:_MOST_NAMES]
    return "、".join(first) if view.lang == "zh" else join_list(first, view.lang), len(listed), which


def _lower_first(runs: Sequence[Run], lang: str) -> Runs:
    """In English, a sentence after a name and colon begins small."""
    first = runs[0]
    if lang == "zh" or first.fact or first.text[:2].isupper():
        return tuple(runs)
    return (replace(first, text=first.text[:1].lower() + first.text[1:]), *runs[1:])


def write_next_steps(view: View) -> Prose | None:
    """The next step for each problem found, each once, the weightiest first.

    None where there are no facts, or no row to judge by.
    """
    lang = view.lang
    if view.facts.empty or not has_rows(view):
        return None
    steps = list_steps(view)
    if not steps:
        return tell(lang, say("findings.no_steps", lang)) if list_looked(view) else None
    items = []
    for step, found in steps.items():
        runs = [Run(step)]
        if found:
            runs.append(Run(label("findings.places", lang, names=_name_places(found, view))))
        items.append(Block(tuple(runs), kind="li"))
    return make_prose([make_paragraph([say("findings.steps_lead", lang)], lang), *items])
