"""What stands out, and what to do next: the problems that rules find in the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from taizhang.analysis.exhibits import exhibit, is_shown
from taizhang.analysis.findings import (
    Finding,
    choose_findings,
    list_findings,
    list_looked,
    list_steps,
)
from taizhang.analysis.naming import name_place, quote_text
from taizhang.analysis.selection import has_rows
from taizhang.analysis.subjects import Evidence, Subject
from taizhang.analysis.view import View
from taizhang.boundaries.english import spell_event, spell_premises
from taizhang.core.briefs import Subject as SaidSubject
from taizhang.core.display import Block, Prose, Run
from taizhang.core.wording import fill, leave_out_untold
from taizhang.metadata.facts import ALL, describe_fact, load_facts
from taizhang.metadata.formats import format_date, format_number, join_list, name_measure, quantify
from taizhang.metadata.laws import Law, find_law
from taizhang.metadata.rules import FindingRule, load_rules
from taizhang.metadata.terms import name_term
from taizhang.metadata.words import label, load_words
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
_COUNTING = ("above", "overdue", "deaths", "graded", "actions_late", "ledgers_differ", "ledgers_lack")
_MORE = ("carried", "age")  # what is said of a problem after its title
_MOST_NAMES = 5
_MOST_OF_AREA = 3  # subjects of a whole area's problem: its districts are named after them
# Kinds whose names English pages spell out: plans, drills and supplies have titles, which are quoted as they are.
_SPELT = {
    "hazards": spell_premises,
    "premises": spell_premises,
    "schools": spell_premises,
    "grid": spell_premises,
    "losses": spell_event,
    "incidents": spell_event,
}
# Kinds whose rows are things that happened: these go by their day.
_OF_DAYS = ("incidents", "losses", "drills", "duty_checks")


def say_title(finding: Finding, lang: str) -> Runs:
    """Say what is wrong, and how much of it, without a full stop; number runs name their fact."""
    return _fill(finding.rule.title[lang], finding.evidence, lang)


def say_measure(finding: Finding, lang: str) -> Runs:
    """Say what to do, naming what comes first, without a full stop."""
    told = dict(finding.evidence)
    # What has no name, as the ledger lacks the column, can't be told to come first.
    if finding.subjects and (name := _name(finding.subjects[0], lang, quoted=False)):
        first = finding.subjects[0]
        told = {**first.more, "name": Evidence(name)} | (
            {} if first.amount is None else {"amount": first.amount}
        )
    return _fill(finding.rule.measure[lang], told, lang)


def say_subjects(finding: Finding, view: View) -> list[SaidSubject]:
    """Name what a finding is about, most serious first; in the whole area's report, with the district."""
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    lang, told = view.lang, finding.rule.subjects.told if finding.rule.subjects else {}
    said = []
    for one in finding.subjects:
        name = _name(one, lang)
        whose = names.get(one.district, "") if finding.district == ALL else ""
        own = whose.split()[0] if whose and lang == "en" else whose  # 溪口镇中心小学 says whose it is
        if whose and not name.startswith(own):
            name = label("findings.whose", lang, district=whose, name=name).strip()
        evidence = one.more if one.amount is None else {**one.more, "amount": one.amount}
        amount = _fill(told[lang], evidence, lang) if told and evidence else ()
        what = spell_premises(one.what) if lang == "en" and one.kind == "supplies" else one.what
        said.append(SaidSubject(name, quote_text(what, lang), amount))
    return said


def _name(subject: Subject, lang: str, *, quoted: bool = True) -> str:
    """A subject's name; of what happened on a day, with the day.

    In English, Chinese names of premises and events can be read, with what is written in brackets if `quoted`.
    """
    name = _name_indicator(subject.name, lang) if subject.kind == "targets" else subject.name
    name = name_term(name, lang) if subject.kind == "assessment" else name
    dated = any(map(str.isdigit, name))  # “7·16”台风 tells its day itself
    if lang == "en" and (spell := _SPELT.get(subject.kind)) is not None and (read := spell(name)) != name:
        name = label("word.quoted", lang, name=read, written=name) if quoted else read
    else:
        name = quote_text(name, lang)
    if subject.day is None or subject.kind not in _OF_DAYS or dated:
        return name
    day = format_date(subject.day, lang)
    return label("findings.on_day", lang, day=day, name=name) if name else day


def join_subjects(finding: Finding, view: View) -> str:
    """List subjects in one line: if many, the first few and the total; empty if none has a name."""
    lang, told = view.lang, []
    for one in say_subjects(finding, view)[: _MOST_OF_AREA if finding.district == ALL else _MOST_NAMES]:
        amount = "".join(run.text for run in one.amount)
        more = label("join.within", lang).join(part for part in (one.what, amount) if part)
        # A name with its original in brackets takes what else is told into them.
        name, closed = (
            (one.name[:-1], "_quoted") if lang == "en" and one.name.endswith(")") else (one.name, "")
        )
        named = label(f"findings.subject{closed}", lang, name=name, more=more)
        told.append(named if one.name and more else one.name or more)
    told = [one for one in told if one]
    if finding.total <= len(told):
        return join_list(told, lang)
    names = ("、" if lang == "zh" else ", ").join(told)
    total = count_subjects(finding, lang)
    return label("findings.some_subjects", lang, names=names, n=total)


def count_subjects(finding: Finding, lang: str) -> str:
    """Return how many things a finding is about, with a noun if the language requires it."""
    about, kinds = finding.rule.subjects, {one.kind for one in finding.subjects}
    if about and about.counted:
        return f"{finding.total}{about.counted[lang]}"
    return f"{finding.total}{name_measure(kinds.pop() if len(kinds) == 1 else '', lang)}"


def say_problem(finding: Finding, lang: str) -> Runs:
    """Write the title as a sentence, and say how much of the problem dates from before the period."""
    runs = (*say_title(finding, lang), *say("join.stop", lang))
    for more in _MORE:
        if more in finding.evidence:
            own = f"findings.{more}_{finding.rule.fact.split('.')[0]}"  # of what is not found but due
            key = own if own in load_words() else f"findings.{more}"
            runs += say(key, lang, n=_write(finding.evidence[more], lang))
    return runs


def say_finding(finding: Finding, view: View) -> Runs:
    """Describe the problem in sentences, naming what it is about."""
    runs, names = say_problem(finding, view.lang), join_subjects(finding, view)
    about = finding.rule.subjects
    if about and about.listed and finding.total > 1 and _is_listed(view, about.listed):
        first = join_subjects(replace(finding, subjects=finding.subjects[:1], total=1), view)
        key = "among" if finding.subjects[0].amount is None else "first"
        return runs + say(f"findings.{key}_subject", view.lang, name=first)
    if not names:
        return runs
    if any(more in finding.evidence for more in _MORE):
        return runs + say("findings.subjects", view.lang, names=names)
    return (*say_title(finding, view.lang), *say("findings.named", view.lang, names=names))


def _is_listed(view: View, exhibit: str) -> bool:
    """Return whether a district's report lists all of it further on."""
    return bool(view.report) and view.district != ALL and is_shown(view, exhibit)


def _fill(text: str, evidence: Mapping[str, Evidence], lang: str) -> Runs:
    text = leave_out_untold(text, evidence)
    return make_runs(fill(text, {place: _write(one, lang) for place, one in evidence.items()}))


def _write(evidence: Evidence, lang: str) -> Number | str:
    value = evidence.value
    if isinstance(value, date):
        return format_date(value, lang)
    if isinstance(value, str):
        return _name_indicator(value, lang)
    if evidence.basis in load_facts() and describe_fact(evidence.basis).unit == "wan_yuan":
        return Number(quantify(value, describe_fact(evidence.basis), lang), value)
    return Number(format_number(value, evidence.decimals), value, evidence.fact)


def _name_indicator(fact: str, lang: str) -> str:
    """The title of a fact; a text that is none, and a workbook's own fact, is told as it is."""
    try:
        return describe_fact(fact).title[lang]
    except KeyError:
        return fact


@exhibit("findings-text")
def write_findings(view: View) -> Prose | None:
    """Say what stands out, one item per problem, with the rule's legal source; None if there are no facts at all."""
    lang = view.lang
    if view.facts.empty:
        return None
    if not has_rows(view):
        return tell(lang, say("findings.no_rows", lang, name=name_place(view)))
    findings = list_findings(view)
    gaps = tell_gaps(view, dict.fromkeys(rule.fact for rule in load_rules() if rule.fact))
    if not findings:
        return tell(lang, _say_none(view), *gaps)
    chosen = choose_findings(view)
    items, told = (
        [_make_item(finding, places, view) for finding, places in chosen],
        [one for one, _ in chosen],
    )
    lead = say("findings.lead", lang, n=count(len(findings)))
    if len(items) < len(findings):
        where = "more" if view.district == ALL else "first"
        lead += say(f"findings.{where}", lang, n=count(len(items)))
    if any(cite_basis(one.rule, view, one.days) and not is_cited(one.rule, view, one.days) for one in told):
        lead += say("findings.uncited", lang)
    lead += (Run(label("findings.colon", lang)),)
    return make_prose([make_paragraph([lead], lang), *items, make_paragraph(gaps, lang)])


def _say_none(view: View) -> Runs:
    """Say that nothing stands out of what the rules could look at."""
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
    lang, runs = view.lang, list(open_sentence(say_finding(finding, view), view.lang))
    if finding.district != view.district:
        name = _name_places([finding.district], view)
        runs = [Run(label("findings.of", lang, name=name), strong=True), *lower_first(runs, lang)]
    elif places:
        runs.append(Run(_say_found_in(finding.rule.check, places, view)))
    if is_cited(finding.rule, view, finding.days):
        runs.append(Run(say_basis(finding.rule, view, finding.days)))
    return Block(tuple(runs), kind="li")


def say_basis(rule: FindingRule, view: View, days: Sequence[date] = ()) -> str:
    """Say the legal basis of a rule: the text in force on the period's last day, and any text it replaced in the
    period.

    For a rule based on the rows' own `days`, the texts in force on those days.
    """
    lang, period = view.lang, view.period
    laws = _find_laws(rule, view, days)
    if not laws:
        return label("findings.practice", lang) if rule.law or rule.practice else ""
    source = cite_basis(rule, view, days)
    if rule.of_day or laws[0].start <= period.start:
        return label("findings.source", lang, source=source)
    day, before = format_date(laws[0].start, lang), find_law(rule.law, laws[0].start - timedelta(days=1))
    if before is None:
        return label("findings.source_new", lang, source=source, day=day)
    return label("findings.source_changed", lang, source=source, day=day, former=before.cite(lang))


def cite_basis(rule: FindingRule, view: View, days: Sequence[date] = (), *, briefly: bool = False) -> str:
    """Cite the basis: the texts, good practice, or nothing."""
    if laws := _find_laws(rule, view, days):
        cited = [law.cite_briefly(view.lang) if briefly else law.cite(view.lang) for law in laws]
        return join_list(cited, view.lang)
    return label("word.good_practice", view.lang) if rule.law or rule.practice else ""


def is_cited(rule: FindingRule, view: View, days: Sequence[date] = ()) -> bool:
    """Whether a text in force is what a rule rests on, so that `cite_basis` cites it."""
    return bool(_find_laws(rule, view, days))


def _find_laws(rule: FindingRule, view: View, days: Sequence[date]) -> list[Law]:
    """Return what was in force on the days that count for a rule, each text once."""
    asked = sorted(days) if rule.of_day and days else [view.period.end]
    found = {law.cite("zh"): law for day in asked if (law := find_law(rule.law, day))}
    return list(found.values())


def _say_found_in(check: str, codes: Sequence[str], view: View) -> str:
    """Say which districts have a problem.

    A count above zero is that of the districts named; of other rules, these are the districts that meet them too.
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


def lower_first(runs: Sequence[Run], lang: str) -> Runs:
    """Lower the first letter of a sentence that follows a name and a colon in English."""
    first = runs[0]
    if lang == "zh" or first.fact or first.text[:2].isupper():
        return tuple(runs)
    return (replace(first, text=first.text[:1].lower() + first.text[1:]), *runs[1:])


@exhibit("steps-text")
def write_next_steps(view: View) -> Prose | None:
    """Give the next step for each problem found, each once, most important first.

    None if there are no facts, or no rows to judge by.
    """
    lang = view.lang
    if view.facts.empty or not has_rows(view):
        return None
    steps = list_steps(view)
    if not steps:
        return tell(lang, say("findings.no_steps", lang)) if list_looked(view) else None
    items = []
    for finding, found in steps:
        runs = [*open_sentence(say_measure(finding, lang), lang), *say("join.stop", lang)]
        if found:
            runs.append(Run(label("findings.places", lang, names=_name_places(found, view))))
        items.append(Block(tuple(runs), kind="li"))
    return make_prose([make_paragraph([say("findings.steps_lead", lang)], lang), *items])
