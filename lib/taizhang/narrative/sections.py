"""The text of each section: which facts, in which order, in which sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pandas as pd

from taizhang.analysis.exhibits import exhibit, is_brief, is_shown
from taizhang.analysis.gaps import Gap, find_gap
from taizhang.analysis.incidents import LEVELS, list_levels
from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.rows import find_leaders, is_sensitive
from taizhang.analysis.selection import (
    choose_reported,
    choose_told,
    count_sentences,
    has_rows,
    is_none_counted,
    list_dated_counts,
)
from taizhang.analysis.silence import Silence, list_told
from taizhang.analysis.targets import count_targets
from taizhang.analysis.view import View
from taizhang.analysis.weather import compare_weather
from taizhang.core.display import Prose
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number, join_list, quantify, spell_number
from taizhang.metadata.words import label
from taizhang.narrative.telling import (
    UNSAID,
    Clause,
    Number,
    Runs,
    count,
    is_bulletin,
    is_mere_nought,
    lead_day,
    lead_period,
    list_changes,
    lower_title,
    make_clause,
    make_paragraph,
    make_prose,
    make_sentence,
    merge_clauses,
    name_columns,
    open_sentence,
    say,
    tell,
    tell_by_title,
    tell_fact,
    tell_noughts,
)  # fmt: skip

# Silent ledgers of districts that a summary of the whole area tells one by one.
_MOST_SILENCES = 3
_OPENING = "incidents-text"  # what a bulletin's text begins with
_MARKS = "*@"  # of a fact: add its change, add how it lies to the whole area


# By the words for an earlier period, the titles of facts that are about what they were then.
Alike = dict[str, list[str]]


def _tell(
    view: View,
    facts: Sequence[str],
    lead: Runs = (),
    more: Sequence[Runs] = (),
    alike: Alike | None = None,
) -> Runs:
    """Write one sentence on the facts that can be told and that `choose_told` keeps, with further clauses.

    Facts that are about the same as before are collected in `alike`, if given, and not mentioned one by one.
    """
    entries = {entry.rstrip(_MARKS): entry for entry in facts}
    clauses = [
        make_clause(view, fact, change="*" in entries[fact], area="@" in entries[fact])
        for fact in choose_told(view, *entries)
        if not find_gap(view, fact) and fact.split(".")[0] not in view.unread
    ]
    if alike is not None:
        clauses = [_set_apart(clause, alike, view.lang) for clause in clauses]
    return make_sentence([*merge_clauses(clauses, view.lang), *more], view.lang, lead=lead)


def _set_apart(clause: Clause, alike: Alike, lang: str) -> Clause:
    """A clause without what it was before where it is about the same; that goes to `alike`."""
    near = [then for then, change in clause.thens if change.is_near]
    for then in near:
        alike.setdefault(then, []).append(lower_title(clause.info.title[lang], lang))
    return replace(clause, thens=tuple(one for one in clause.thens if one[0] not in near))


def _tell_alike(view: View, alike: Alike) -> list[Runs]:
    """Say what is about as it was in an earlier period, once for a paragraph."""
    return [
        say("clause.about_as", view.lang, names=join_list(names, view.lang), n=len(names), then=then)
        for then, names in alike.items()
    ]


def _write(view: View, id: str, more: Sequence[Runs] = (), *, opens: bool = True) -> list[Runs]:
    """Write what an exhibit says about its configured subjects, and what is unknown about them.

    `more`: further clauses of its first sentence. `opens`: it begins a section, and so says the period.
    """
    told, asked = _tell_subjects(view, id, more, opens=opens)
    return told + tell_gaps(view, asked)


def _tell_subjects(
    view: View, id: str, more: Sequence[Runs] = (), *, again: bool = False, opens: bool = True
) -> tuple[list[Runs], list[str]]:
    """Say what an exhibit says of its subjects, and which facts were asked for; the period or the day is said once.

    `again`: the ledgers were mentioned before, so their gaps and unread files are not repeated.
    """
    about, told, asked, noughts = load_exhibits()[id], list[Runs](), list[str](), list[str]()
    # What it was then, a report's tables of facts have.
    alike: Alike | None = {} if view.report and is_shown(view, "facts") else None
    brief = is_bulletin(view)
    for first, *others in about.facts or about.stocks:
        counted = first[0].rstrip(_MARKS)
        kind = counted.split(".")[0]
        if brief and kind not in view.unread and is_mere_nought(view, counted):
            noughts.append(counted)
            told += [] if again else tell_silences(view, kind)
            continue
        if view.fact(counted) is not None and kind in view.unread:
            if not again:
                told.append(say("unread", view.lang, kind=view.kinds[kind].title[view.lang]))
            continue
        sentences = (first, *others)[: count_sentences(view, counted, 1 + len(others))]
        for sentence in sentences:
            lead = () if told else lead_day(view) if about.stocks else lead_period(view)
            # The head of a bulletin's page names the place and month: one section says them again.
            lead = () if about.facts and (not opens or (brief and id != _OPENING)) else lead
            told.append(_tell(view, sentence, lead, () if told else more, alike))
            if sentence is first and not again:
                told += tell_silences(view, kind)
        if about.facts and len(sentences) == 1 + len(others):
            told.append(_tell_other_changes(view, kind))
        if view.value(counted) != 0:
            asked += [entry.rstrip(_MARKS) for sentence in sentences for entry in sentence]
    return [*told, tell_noughts(view, noughts), *_tell_alike(view, alike or {})], asked


def _tell_other_changes(view: View, kind: str) -> Runs:
    """Name the facts of a ledger that changed beyond chance but are not in its sentences.

    The tables show them in colour.
    """
    others = [
        fact
        for fact, info in view.fact_infos.items()
        if info.kind == kind
        and fact not in _list_told()
        and any(c.beyond_chance for _, c in list_changes(view, fact))
    ]
    return make_sentence([tell_by_title(view, fact) for fact in others], view.lang)


@cache
def _list_told() -> frozenset[str]:
    """Facts that the sentences of sections, the summary's not among them, are about."""
    sections = [one for id, one in load_exhibits().items() if id != "summary-text"]
    subjects = (subject for one in sections for subject in (*one.facts, *one.stocks))
    return frozenset(
        entry.rstrip(_MARKS) for subject in subjects for sentence in subject for entry in sentence
    )


def tell_silences(view: View, kind: str, *, ask: bool = True) -> list[Runs]:
    """Say where a ledger ends early or has a gap, and ask whether rows were not handed in."""
    if kind not in view.kinds or is_sensitive(view, kind):
        return []
    lang = view.lang
    spans: dict[tuple[str, str], list[Silence]] = {}
    for one in list_told(view, kind):
        spans.setdefault((one.where, one.district_code), []).append(one)
    told: dict[tuple[str, str], list[str]] = {}
    for (where, code), of in spans.items():
        told.setdefault((where, _say_days(of, lang)), []).append(_name_district(view, code))
    title = lower_title(view.kinds[kind].title[lang], lang)
    sentences = [
        say(f"silence.{where}", lang, kind=title, names=join_list(names, lang), days=days)
        for (where, days), names in told.items()
    ]
    return [*sentences, say("silence.ask", lang)] if sentences and ask else sentences


def _say_days(spans: Sequence[Silence], lang: str) -> str:
    """The day on which rows begin or end, or the spans within, the longest first."""
    first, day = spans[0], timedelta(days=1)
    if first.where != "within":
        return format_date(first.end + day if first.where == "before" else first.start - day, lang)
    longest = sorted(spans, key=lambda one: one.start - one.end)
    return join_list(
        [
            label("silence.span", lang, first=format_date(one.start, lang), last=format_date(one.end, lang))
            for one in longest
        ],
        lang,
    )


def _name_district(view: View, code: str) -> str:
    names = dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True))
    return str(names.get(code, name_place(view)))


def tell_gaps(view: View, facts: Iterable[str]) -> list[Runs]:
    """Say which facts cannot be given, and which columns would provide them, in a sentence for each gap."""
    wants: dict[Gap, list[str]] = {}
    for fact in facts:
        if fact.split(".")[0] not in view.unread and fact not in UNSAID and (gap := find_gap(view, fact)):
            wants.setdefault(gap, []).append(_name_fact(view, fact))
    return [_say_gap(view, gap, list(dict.fromkeys(names))) for gap, names in wants.items()]


def _name_fact(view: View, fact: str) -> str:
    if fact.startswith("incidents.level_"):
        return label("gap.levels", view.lang)
    return lower_title(view.describe(fact).title[view.lang], view.lang)


def _say_gap(view: View, gap: Gap, names: list[str]) -> Runs:
    lang, which = view.lang, name_columns(view, gap.kind, gap.columns, all_of=gap.all_of)
    how = "all_of" if gap.all_of else "partly" if gap.partly else "some" if gap.known else "absent"
    numbers = {"known": count(gap.known), "of": count(gap.of)}
    runs = say("gap.lead", lang, titles=join_list(names, lang)) + say(
        f"gap.{how}", lang, columns=which, **numbers
    )
    return open_sentence(runs, lang)


def tell_reported(view: View) -> Runs:
    """Say which key figures are known only from summary tables; empty if there are none."""
    lang = view.lang
    names = [
        label(
            "reported.item",
            lang,
            title=one.info.title[lang],
            value=quantify(one.row["value"], one.info, lang),
        )
        for one in choose_reported(view, key=True)
        if one.is_known
    ]
    return (
        say(
            "summary.reported",
            lang,
            period=name_period(view),
            name=name_place(view),
            names=join_list(names, lang),
        )
        if names
        else ()
    )


@exhibit("summary-text")
def write_summary(view: View) -> Prose | None:
    """The period at a glance: one or two sentences per subject; None if no ledger is configured.

    The short form contains only what no section says: that there is nothing, and what is reported but not counted.
    """
    lang, reported = view.lang, tell_reported(view)
    if not list_dated_counts(view):
        return tell(lang, reported) if reported else None
    if not has_rows(view):
        nothing = say("summary.nothing", lang, period=name_period(view), name=name_place(view))
        return tell(lang, nothing, reported)
    if is_brief(view, "summary-text"):
        return tell(lang, reported)
    sentences = []
    if view.district == ALL:
        sentences.append(say("summary.districts", lang, n=count(len(view.districts))))
    lead, asked = lead_period(view), list[str]()
    for (subject,) in load_exhibits()["summary-text"].facts:
        first = subject[0].rstrip(_MARKS)
        if not is_none_counted(view, first):
            asked += [entry.rstrip(_MARKS) for entry in subject]
        if told := _tell(view, subject, lead):
            sentences.append(told)
            lead = ()
        if first == "incidents.count" and view.value(first):
            sentences += _tell_levels(view)
    sentences.append(reported)
    sentences += tell_gaps(view, asked)
    silences = [told for kind in view.ledgers for told in tell_silences(view, kind, ask=False)]
    if view.district == ALL and len(silences) > _MOST_SILENCES:
        lacking = {
            one.district_code
            for kind in view.ledgers
            if not is_sensitive(view, kind)
            for one in list_told(view, kind)
        }
        silences = [say("silence.many", lang, n=count(len(lacking - {ALL} or lacking)))]
    sentences += silences
    sentences += [
        say("unread", lang, kind=view.kinds[kind].title[lang])
        if kind in view.kinds
        else say(f"unread_{kind}", lang)
        for kind in sorted(view.unread)
    ]
    return tell(lang, *sentences, say("summary.as_of", lang, day=format_date(view.as_of, lang)))


def write_hazards(view: View) -> Prose | None:
    """Hazards: found, rectified, overdue, major, repeated, and where; None if the ledger isn't configured."""
    found, asked = _tell_subjects(view, "hazards-text")
    stock, asked_of_stock = _tell_subjects(view, "stock-text", again=True)
    if not found:
        return None
    leaders = [_tell_leaders(view, column) for column in ("trade", "premises_type")]
    gaps = tell_gaps(view, asked + asked_of_stock)
    parts = (found, stock + _tell_beginning(view) + gaps, leaders)
    return make_prose([make_paragraph(part, view.lang) for part in parts])


def _tell_beginning(view: View) -> list[Runs]:
    """Say where the ledger of hazards has nothing from before the period: what was open by then it can't tell."""
    if "hazards" not in view.ledgers or view.value("hazards.open_stock") is None:
        return []
    begun = view.begun("hazards")
    if pd.isna(begun) or begun < pd.Timestamp(view.period.start):
        return []
    return [say("stock.begins", view.lang, day=format_date(begun.date(), view.lang))]


def _tell_leaders(view: View, column: str) -> Runs:
    """The most common classes of the period's hazards, where any is stated."""
    found = find_leaders(view, "hazards", column)
    if found is None:
        return ()
    leaders = [
        label("classes.leader", view.lang, name=name, n=format_number(number))
        for name, number in found.counts.items()
    ]
    key, names = f"classes.{column}{'_single' if found.is_single else ''}", join_list(leaders, view.lang)
    return say(key, view.lang, leaders=names, n=found.rows, number=len(leaders))


def write_inspections(view: View) -> Prose | None:
    """Inspections: visits, premises, what they found, penalties; the register, which a month changes little; None if
    neither is configured."""
    parts = ("inspections-text", "coverage-text", "register-text")
    told: list[Runs] = []
    for id in parts:
        told += _write(view, id, opens=not told) if is_shown(view, id) else []
    return tell(view.lang, *told)


def write_drills(view: View) -> Prose | None:
    """Drills and plans: held, evaluated, problems, plans current and drilled; None if not configured.

    A month changes plans little, and says nothing of them.
    """
    parts = (_write(view, id) for id in ("drills-text", "plans-text") if is_shown(view, id))
    return make_prose([make_paragraph(part, view.lang) for part in parts])


def write_incidents(view: View) -> Prose | None:
    """Incidents: how many died, in accidents of which grade, what else they cost; investigations; None if neither is
    configured."""
    clauses = _list_levels(view)
    if clauses:
        clauses[0] = say("levels.inside", view.lang) + clauses[0]
    levels = [] if clauses else _tell_levels(view)
    told = _write(view, "incidents-text", clauses)
    return tell(
        view.lang,
        *told,
        *levels,
        _tell_losses_beside(view),
        *_write(view, "investigations-text", opens=not told),
    )


def _tell_losses_beside(view: View) -> Runs:
    """Say that the ledger of losses has disasters of which that of incidents has no row."""
    events = view.value("losses.events") or 0
    if view.value("incidents.count") != 0 or not events:
        return ()
    return say("elsewhere.losses", view.lang, n=Number(format_number(events), events, "losses.events"))


def _list_levels(view: View) -> list[Runs]:
    """Accidents by level: the levels that occurred, and that none was graver where so; none where that isn't known."""
    levels = list_levels(view)
    if levels is None or not levels.found:
        return []
    graver = [] if levels.is_graver else [say("levels.no_graver", view.lang)]
    return [*(tell_fact(view, level) for level in levels.found), *graver]


def _tell_levels(view: View) -> list[Runs]:
    """The same as a sentence, or that there was no accident, or why it can't be told."""
    levels, lang = list_levels(view), view.lang
    if view.value("incidents.count") and (gaps := tell_gaps(view, LEVELS)):
        return gaps[:1]
    if levels is None:
        return []
    if not levels.found:
        return [say("levels.none", lang, n=count(levels.incidents))]
    return [make_sentence(_list_levels(view), lang, lead=say("levels.lead", lang))]


def write_warnings(view: View) -> Prose | None:
    """Warnings, responses, checks of duty posts, information reports; None if none is configured."""
    return tell(view.lang, *_write(view, "warnings-text"))


@exhibit("capacity-text")
def write_capacity(view: View) -> Prose | None:
    """Teams, supplies and shelters; None if none is configured."""
    return tell(view.lang, *_write(view, "capacity-text"))


@exhibit("grid-text")
def write_grid(view: View) -> Prose | None:
    """The grid: cells, those without a responsible person, gaps and overlaps; None if there is no grid layer."""
    return tell(view.lang, *_write(view, "grid-text"))


def write_publicity(view: View) -> Prose | None:
    """Publicity and training; None if not configured."""
    return tell(view.lang, *_write(view, "publicity-text"))


@exhibit("schools-text")
def write_schools(view: View) -> Prose | None:
    """Safe schools: items checked, met, vetoed; None if not configured."""
    return tell(view.lang, *_write(view, "schools-text"))


def write_complaints(view: View) -> Prose | None:
    """Complaints and disputes, small numbers withheld; None if neither is configured."""
    return tell(view.lang, *_write(view, "complaints-text"))


def write_tasks(view: View) -> Prose | None:
    """Tasks that fell due: done, on time, overdue; None if not configured."""
    return tell(view.lang, *_write(view, "tasks-text"))


def write_losses(view: View) -> Prose | None:
    """Disaster losses and relief; None if neither is configured."""
    return tell(view.lang, *_write(view, "losses-text"))


def _count_in_words(number: int, lang: str) -> Number:
    """A count within a sentence, in English in words where it is small."""
    text = str(number)
    return Number(spell_number(text) if lang == "en" else text, number)


def write_targets(view: View) -> Prose | None:
    """Targets: how many are met, which are behind pace; None if the district has none."""
    targets = count_targets(view)
    if targets is None:
        return None
    lang, number, met = view.lang, targets.known, targets.met
    behind = [view.describe(indicator).title[lang] for indicator in targets.behind]
    every = {1: "one", 2: "two"}.get(number, "all")
    none = {1: "one_not", 2: "neither"}.get(number, "none")
    which = every if met == number else none if not met else "some"
    numbers = {"n": _count_in_words(number, lang), "done": _count_in_words(met, lang)}
    sentences = [say(f"targets.{which}_done", lang, **numbers)]
    if behind:
        names = join_list([lower_title(title, lang) for title in behind], lang)
        sentences.append(say("targets.behind", lang, n=count(len(behind)), names=names))
    elif met < number:
        sentences.append(say("targets.not_behind", lang))
    return tell(lang, *sentences)


@exhibit("weather-text")
def write_weather(view: View) -> Prose | None:
    """Temperature and rain of the period's months against the normals; None if there are none."""
    found, lang, clauses = compare_weather(view).to_dict("index"), view.lang, []
    if warm := found.get("temperature"):
        side = label(f"weather.{'cooler' if warm['departure'] < 0 else 'warmer'}", lang)
        mean, apart = (format_number(number, 1) for number in (warm["value"], abs(warm["departure"])))
        told = {"period": name_period(view), "n": count(warm["months"]), "warmer": side}
        clauses.append(say("climate.temperature", lang, mean=mean, difference=apart, **told))
    if wet := found.get("rain"):
        side = label(f"climate.{'less' if wet['departure'] < 0 else 'more'}", lang)
        rain, apart = (format_number(number, 1) for number in (wet["value"], abs(wet["departure"])))
        clauses.append(say("climate.rain", lang, rain=rain, more=side, difference=apart))
    return tell(lang, make_sentence(clauses, lang))
