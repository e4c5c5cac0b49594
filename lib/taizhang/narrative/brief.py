"""The first page of a report in words: the verdict, four states, problems, what was done well, and the strip."""

from collections import Counter
from collections.abc import Iterable, Sequence

from taizhang.analysis.brief import (
    Beside,
    Deaths,
    Overdue,
    Placed,
    Targets,
    Well,
    find_beside,
    find_deaths,
    find_grade,
    find_long_overdue,
    find_overdue,
    find_targets,
    find_well_done,
    place_indicators,
)
from taizhang.analysis.changes import Change
from taizhang.analysis.exhibits import is_shown
from taizhang.analysis.findings import Finding, list_findings, list_looked
from taizhang.analysis.incidents import GraveEvent
from taizhang.analysis.naming import name_area, name_place
from taizhang.analysis.targets import TargetProgress
from taizhang.analysis.view import View
from taizhang.core.briefs import Brief, Indicator, Level, Problem, Remark, Status, Subject
from taizhang.core.display import Run
from taizhang.core.fonts import measure_character
from taizhang.metadata.brief import load_brief
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import (
    format_date,
    format_fact,
    format_number,
    join_list,
    name_measure,
    name_unit,
    quantify,
    spell_number,
)
from taizhang.metadata.words import label, load_words
from taizhang.narrative.findings import (
    cite_basis,
    count_subjects,
    is_cited,
    lower_first,
    say_measure,
    say_subjects,
    say_title,
)
from taizhang.narrative.telling import Number, Runs, count, lower_title, open_sentence, say

# What a clause of the verdict may take up, in em of its type: in Chinese a line, in English one and a half.
_CLAUSE_EM = {"zh": 33.5, "en": 60.0}
_MOST_NAMES = 3
_MOST_SUBJECTS, _MOST_OF_AREA, _MOST_OTHERS = 5, 3, 4
_NOUGHT = {"zh": "0", "en": "nothing"}  # of money
_ORDINARY = "incidents.level_ordinary"


def write_brief(view: View) -> Brief | None:
    """The first page; None if there are no facts at all."""
    if view.facts.empty:
        return None
    lang = view.lang
    findings = list_findings(view)
    problems, rest = _choose(findings)
    placed = place_indicators(view)
    well = find_well_done(view, 2 if problems else 4)
    words = "brief.problems"
    return Brief(
        verdict=_write_verdict(view, quiet=not problems),
        statuses=_write_statuses(view),
        problems_title=label(f"{words}.title", lang),
        problems_note=label(f"{words}.note", lang, day=_name_day(view)),
        problem_heads=tuple(
            label(f"{words}.{head}", lang)
            for head in ("problem", "object", "basis", "measure", "owner", "due")
        ),
        problems=tuple(_write_problem(view, group) for group in problems),
        cut_note=_say_cut(view),
        none=() if problems else _say_none(view),
        others=_say_others(view, rest),
        well_title=label("brief.well.title", lang),
        well=tuple(_write_well(view, one) for one in well),
        strip_title=_say_strip(view, placed),
        strip_note=label("brief.strip.note", lang),
        strip_heads=_name_columns(view),
        strip=tuple(_write_indicator(view, one) for one in placed),
        keys=_name_keys(view),
        beside=_say_beside(view),
        foot=label(
            "brief.strip.foot",
            lang,
            area=label("word.the_area", lang),
            then=_then(view),
            period=view.period.year_before().label(lang),
            title=view.title,
        ),
    )


def _then(view: View) -> str:
    return label(f"brief.then.{'year' if view.period.kind == 'year' else 'part'}", view.lang)


def _name_day(view: View) -> str:
    return format_date(view.as_of, view.lang)


def _join(parts: Iterable[Runs], joint: str) -> Runs:
    joined: list[Run] = []
    for part in parts:
        if part and joined:
            joined.append(Run(joint))
        joined += part
    return tuple(joined)


def _number(value: float, fact: str = "") -> Number:
    return Number(format_number(value), value, fact)


def _spell(lang: str, value: float, fact: str = "") -> Number:
    """A number within a sentence, in English in a word where it is small."""
    text = format_number(value)
    return Number(spell_number(text) if lang == "en" else text, value, fact)


# ------------------------------------------------------------------ the four cells


def _write_statuses(view: View) -> tuple[Status, ...]:
    cells = (_write_deaths(view), _write_grade(view), _write_targets(view), _write_overdue(view))
    return tuple(cells)


def _make_status(view: View, key: str, level: Level, value: Runs, *notes: Runs) -> Status:
    lang = view.lang
    mark = label(f"brief.level.{level}", lang) if level else ""
    note = _join(notes, label("brief.join", lang))
    return Status(label(f"brief.{key}.label", lang), value, note, level, mark)


def _write_deaths(view: View) -> Status:
    found, lang = find_deaths(view), view.lang
    if found.deaths is None:
        return _make_status(view, "deaths", "", (Run(label("brief.not_known", lang)),))
    notes = []
    if found.before is not None:
        n = _number(found.before, "incidents.deaths")
        notes.append(say("brief.deaths.before", lang, then=_then(view), n=n))
    if found.missing:
        notes.append(say("brief.deaths.missing", lang, n=count(found.missing)))
    value = say("brief.deaths.value", lang, n=_number(found.deaths, "incidents.deaths"))
    return _make_status(view, "deaths", found.level, value, *notes)


def _write_grade(view: View) -> Status:
    found, lang = find_grade(view), view.lang
    if not found.level:
        return _make_status(view, "grade_cell", "", (Run(label("brief.not_known", lang)),))
    if found.number is None:
        return _make_status(view, "grade_cell", "normal", (Run(label("brief.grade_cell.none", lang)),))
    grade, fact = label(f"brief.grade.{found.grade}", lang), f"incidents.level_{found.grade}"
    means = (Run(label(f"brief.grade_cell.means.{found.grade}", lang)),)
    notes = [means, say("brief.grade_cell.number", lang, n=_number(found.number, fact))]
    if found.before is not None:
        n = _number(found.before, fact)
        notes.append(say("brief.grade_cell.before", lang, then=_then(view), grade=grade, n=n))
    return _make_status(view, "grade_cell", found.level, (Run(grade[:1].upper() + grade[1:]),), *notes)


def _write_targets(view: View) -> Status:
    found, lang = find_targets(view), view.lang
    if not found.targets:
        return _make_status(view, "targets", "", (Run(label("brief.targets.unset", lang)),))
    words = "value" if view.as_of >= view.period.end else "running"
    value = say(f"brief.targets.{words}", lang, met=count(len(found.met)), missed=count(len(found.missed)))
    shown = sorted(found.missed or found.targets, key=lambda one: float(one.done["value"]))
    note: Runs = ()
    if view.district != ALL:
        note = _list_targets(view, shown, 2)
    elif found.missed:
        note = say(f"brief.targets.{words}_in", lang) + _count_missed(view, shown)
    return _make_status(view, "targets", found.level, value, note)


def _count_missed(view: View, missed: Sequence[TargetProgress]) -> Runs:
    """Count, for each target that any district misses, the districts that do, most first, so that all are on the
    page."""
    counted = Counter(_name_target(view, one) for one in missed).most_common()
    words = [f"brief.targets.in_{'first' if at == 0 else 'more'}" for at in range(len(counted))]
    told = [say(key, view.lang, name=name, n=count(n)) for key, (name, n) in zip(words, counted, strict=True)]
    return _join(told, label("brief.list", view.lang))


def _list_targets(view: View, targets: Sequence[TargetProgress], most: int) -> Runs:
    """List the first of some targets, and their number if there are more."""
    listed = _join([_say_target(view, one) for one in targets[:most]], label("brief.list", view.lang))
    if len(targets) > most:
        listed += say("brief.targets.more", view.lang, n=count(len(targets)))
    return listed


def _name_target(view: View, target: TargetProgress) -> str:
    """Name a target's subject in a word."""
    key = f"brief.target.{target.indicator}"
    if key in load_words():
        return label(key, view.lang)
    return lower_title(view.describe(target.indicator).title[view.lang], view.lang)


def _say_target(view: View, target: TargetProgress, *, of_district: bool | None = None) -> Runs:
    lang = view.lang
    of_district = view.district == ALL if of_district is None else of_district
    done, goal = (float(target.done[name]) for name in ("numerator", "denominator"))
    info = view.describe(target.indicator)
    return say(
        f"brief.targets.{'of_district' if of_district else 'one'}",
        lang,
        district=target.done["district"],
        name=_name_target(view, target),
        done=Number(format_fact(done, info), done, "" if view.district == ALL else target.indicator),
        goal=Number(format_fact(goal, info) + (name_unit(info, lang) if lang == "zh" else ""), goal),
    )


def _write_overdue(view: View) -> Status:
    found, lang = find_overdue(view), view.lang
    fact = "hazards.overdue_stock"
    if found.number is None:
        number, places = sum(found.told.values()), count(len(found.told))
        known = say("brief.overdue.known", lang, n=_number(number, fact), places=places)
        return _make_status(
            view,
            "overdue",
            found.level,
            (Run(label("brief.not_known", lang)),),
            *([known] if found.told else []),
        )
    notes = []
    if found.before is not None:
        notes.append(say("brief.overdue.before", lang, then=_then(view), n=_number(found.before, fact)))
    if found.longest is not None:
        notes.append(say("brief.overdue.longest", lang, n=count(found.longest)))
    value = say("brief.overdue.value", lang, n=_number(found.number, fact))
    return _make_status(view, "overdue", found.level, value, *notes)


# ------------------------------------------------------------------ the verdict


def _write_verdict(view: View, *, quiet: bool) -> tuple[Runs, ...]:
    """One sentence of two clauses, as full as two lines hold."""
    lang = view.lang
    first = _fit(list(_tell_deaths(view, find_deaths(view))), lang)
    second = _fit(list(_tell_work(view, find_targets(view), find_overdue(view), quiet)), lang)
    stop = (Run(label("brief.verdict.stop", lang)),)
    first = open_sentence(first, lang)
    if not second:
        return ((*first, *stop),)
    return (*first, Run(label("brief.verdict.break", lang))), (*second, *stop)


def _fit(choices: Sequence[Runs], lang: str) -> Runs:
    """Return the first and fullest version that fits its line; otherwise the shortest."""
    fitting = (one for one in choices if _measure(one) <= _CLAUSE_EM[lang])
    return next(fitting, choices[-1] if choices else ())


def _measure(runs: Runs) -> float:
    """About how wide words are, in em."""
    return sum(measure_character(character) for run in runs for character in run.text)


def _tell_deaths(view: View, found: Deaths) -> Iterable[Runs]:
    """Return versions of the clause on deaths, the fullest first."""
    lang, then = view.lang, _then(view)
    if found.deaths is None:
        yield (Run(label("brief.verdict.unknown", lang)),)
        return
    before: Runs = ()
    if found.before is not None and (found.before or found.deaths):
        n = _spell(lang, found.before, "incidents.deaths")
        before = say(f"brief.verdict.{'before' if found.before else 'none_before'}", lang, then=then, n=n)
    if not found.deaths:
        none = (Run(label("brief.verdict.none", lang), fact="incidents.deaths"),)
        yield from (none + before, none)
        return
    lead = say("brief.verdict.deaths", lang, n=_spell(lang, found.deaths, "incidents.deaths"))
    missing = say("brief.verdict.missing", lang, n=_spell(lang, found.missing)) if found.missing else ()
    for source in (*_tell_sources(view, found), ()):
        # Districts are told of the dead alone, an event of the missing, too.
        yield (lead + source + missing if view.district == ALL else lead + missing + source) + before
    yield lead + missing


def _tell_sources(view: View, found: Deaths) -> Iterable[Runs]:
    """Say where people died: for a district in which event, for the whole area in which districts."""
    lang = view.lang
    if not found.events:
        return
    if view.district == ALL:
        names = dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True))
        dead: dict[str, int] = {}
        for event in found.events:
            dead[event.district] = dead.get(event.district, 0) + event.deaths
        most = sorted(dead.items(), key=lambda pair: -pair[1])
        for shown in range(min(_MOST_NAMES, len(most)), 0, -1):
            told = [
                say("brief.verdict.district", lang, name=names.get(code, code), n=_spell(lang, n))
                for code, n in most[:shown]
            ]
            rest = "all_districts" if shown == len(most) else "some_districts"
            named = _join(told, label("brief.list", lang))
            yield say("brief.verdict.districts", lang) + named + say(f"brief.verdict.{rest}", lang)
        return
    worst = found.events[0]
    for said in (_say_event(view, worst, plain=False), _say_event(view, worst, plain=True)):
        if len(found.events) == 1:
            n = worst.deaths + found.missing
            yield say("brief.verdict.one_event", lang, event=said, n=n)
        elif worst.deaths > 1:
            yield say("brief.verdict.main_event", lang, event=said, n=_spell(lang, worst.deaths))


def _say_event(view: View, event: GraveEvent, *, plain: bool) -> str:
    lang = view.lang
    day = format_date(event.day, lang)
    if view.period.start.year == view.period.end.year:
        day = day.split("年")[1] if lang == "zh" else day.rpartition(" ")[0]
    words = "event" if event.grade and not plain else "plain_event"
    type_ = event.type or label("brief.verdict.typeless", lang)
    grade = label(f"brief.grade.{event.grade}", lang) if event.grade else ""
    return label(f"brief.verdict.{words}", lang, day=day, grade=grade, type=type_)


def _tell_work(view: View, targets: Targets, overdue: Overdue, quiet: bool) -> Iterable[Runs]:
    """Return versions of the clause on targets and overdue hazards, the fullest first."""
    lang = view.lang
    first, good = _say_targets(view, targets)
    seconds: list[Runs] = [()]
    bad = bool(overdue.number)
    if overdue.number:
        lead = say("brief.verdict.overdue", lang, n=_spell(lang, overdue.number, "hazards.overdue_stock"))
        tails: list[Runs] = []
        if overdue.long:
            days, every = find_long_overdue(), overdue.long == overdue.number
            key = f"brief.verdict.long{'_all' if every else ''}"
            tails.append(say(key, lang, n=_spell(lang, overdue.long), days=days))
        elif overdue.of_trade and lang == "zh":
            trade, n = overdue.of_trade
            tails.append(say("brief.verdict.trade", lang, n=_spell(lang, n), trade=trade))
        seconds = [*(lead + tail for tail in tails), lead]
    elif overdue.number == 0:
        seconds = [(Run(label("brief.verdict.none_overdue", lang), fact="hazards.overdue_stock"),)]
    if not first and seconds == [()] and quiet:
        yield (Run(label("brief.verdict.none_found", lang)),)
    for second in seconds:
        joint = Run(label(f"brief.verdict.{'but' if good and bad else 'and'}", lang))
        whole = (*first, joint, *second) if first and second else (*first, *second)
        if whole:
            yield whole
    if bad:
        yield seconds[-1]


def _say_targets(view: View, found: Targets) -> tuple[Runs, bool]:
    """Say what is said of targets, and whether all are met."""
    lang = view.lang
    over = view.as_of >= view.period.end
    if found.missed:
        names = list(dict.fromkeys(_name_target(view, one) for one in found.missed))
        if view.district != ALL and len(names) <= 2:
            joined = join_list(names, lang)
            text = open_sentence(
                say(f"brief.verdict.{'missed' if over else 'behind'}", lang, names=joined, n=len(names)),
                "zh",
            )
            return text, False
        numbers = {"all": _spell(lang, len(found.targets)), "n": _spell(lang, len(found.missed))}
        return say(f"brief.verdict.{'some_missed' if over else 'some_behind'}", lang, **numbers), False
    if found.targets and len(found.met) == len(found.targets):
        names = list(dict.fromkeys(_name_target(view, one) for one in found.targets))
        joined = label("brief.list", lang).join(names) if lang == "zh" else join_list(names, lang)
        return say("brief.verdict.all_met", lang, names=joined, n=len(found.targets)), True
    return (), False


# ------------------------------------------------------------------ beside the year before


def _say_beside(view: View) -> Runs:
    """Say what is better or worse than a year before: numbers, indicators, and how many of those shown are
    neither."""
    lang, found, then = view.lang, find_beside(view), _then(view)
    if not found.is_told:
        return say("brief.beside.nothing", lang, then=then)
    parts = [
        _say_pair(view, key, fact, pair)
        for key, fact, pair in (
            ("deaths", "incidents.deaths", found.deaths),
            ("overdue", "hazards.overdue_stock", found.overdue),
        )
        if pair is not None
    ]
    if found.loss:
        parts.append(_say_loss(view, *found.loss))
    called = {"worse": found.worse, "better": found.better}
    for side, changes in called.items():
        items = [_say_turn(view, info, change) for info, change in changes[:_MOST_NAMES]]
        if not items:
            continue
        which = f"{side}_many" if len(changes) > len(items) else side
        names = _join(items, label("brief.list", lang))
        before, after = label(f"brief.beside.{which}", lang, names="\n", n=len(changes)).split("\n")
        parts.append((Run(before), *names, Run(after)))
    if alike := _say_alike(view, found):
        # Beside deaths that rose or fell, that nothing else did is one verdict with them.
        parts.append((*(say("brief.beside.otherwise", lang) if parts else ()), *alike))
    elif not any(called.values()):
        parts.append(say("brief.beside.untested", lang))
    lead = say("brief.beside.lead", lang, then=then)
    return (*lead, *_join(parts, label("brief.join", lang)), Run(label("brief.verdict.stop", lang)))


def _say_alike(view: View, found: Beside) -> Runs:
    """Say that no clear change was found, and in what: rows that a reader can count, or else names."""
    lang = view.lang
    if found.keys:
        names = join_list([lower_title(info.title[lang], lang) for info in found.keys], lang)
        return say("brief.beside.named", lang, names=names)
    if not found.alike:
        return ()
    which = "rest" if found.turned else "none"
    told = say(f"brief.beside.{which}", lang, n=_spell(lang, found.alike), then=_then(view))
    if found.has_deaths:
        told += say("brief.beside.not_deaths", lang)
    if found.untested:
        told += say("brief.beside.unjudged", lang, n=_spell(lang, found.untested))
    return told


def _say_loss(view: View, info: FactInfo, pair: tuple[float, float]) -> Runs:
    """A sum of money beside what it was; how much of it is chance, no test says."""
    lang, (now, before) = view.lang, pair
    which = "more" if now > before else "fewer" if now < before else "same" if now else "nought"
    # In Chinese all are in one unit, which the difference has; in English a large one is in millions.
    ends = [
        format_fact(one, info) if lang == "zh" and now != before else quantify(one, info, lang)
        for one in pair
    ]
    ends = [end if one else _NOUGHT[lang] for end, one in zip(ends, pair, strict=True)]
    written = {
        "n": Number(quantify(abs(now - before), info, lang), abs(now - before)),
        "before": Number(ends[1], before),
        "now": Number(ends[0], now, info.name),
    }
    return say(f"brief.beside.loss.{which}", lang, name=lower_title(info.title[lang], lang), **written)


def _say_pair(view: View, key: str, fact: str, pair: tuple[float, float]) -> Runs:
    """Compare a count with the earlier one, and say by how much it is higher or lower."""
    lang, (now, before) = view.lang, pair
    which = "more" if now > before else "fewer" if now < before else "same" if now else "nought"
    numbers = {"now": _number(now, fact), "before": _number(before), "n": _spell(lang, abs(now - before))}
    if which == "same":
        numbers["n"] = _spell(lang, now, fact)
    return say(f"brief.beside.{key}.{which}", lang, **numbers)


def _say_turn(view: View, info: FactInfo, change: Change) -> Runs:
    """An indicator with what it was and what it is."""
    lang = view.lang
    unit = name_unit(info, lang) if lang == "zh" or info.unit == "percent" else ""
    before, now = (format_fact(value, info) + unit for value in (change.before, change.now))
    name = lower_title(info.title[lang], lang)
    return say("brief.beside.turn", lang, name=name, before=before, now=Number(now, change.now, info.name))


# ------------------------------------------------------------------ problems

Group = list[Finding]  # of one rule: several only where districts of the whole area break it each for itself


def _choose(findings: Sequence[tuple[Finding, tuple[str, ...]]]) -> tuple[list[Group], list[Group]]:
    """Choose the most serious findings, one row per matter, and return the rest, including those that are only
    notes."""
    groups: dict[str, Group] = {}
    for finding, _ in findings:
        groups.setdefault(finding.rule.rule, []).append(finding)
    most, first, rest = load_brief().most_problems, list[Group](), list[Group]()
    for group in groups.values():
        # Deaths, where there are any, stand for the period's accidents.
        dead = [one for other in first for one in other if one.rule.fact == "incidents.deaths"]
        told = group[0].rule.fact == _ORDINARY and bool(dead)
        if told and _names_all(dead, group):
            continue
        (rest if len(first) == most or told or group[0].severity == "note" else first).append(group)
    return first, rest


def _names_all(findings: Group, others: Group) -> bool:
    """Return whether some findings name each thing that others are about."""
    named = {one.row for finding in findings for one in finding.subjects}
    return all(
        finding.total == len(finding.subjects) and all(one.row in named for one in finding.subjects)
        for finding in others
    )


def _write_problem(view: View, group: Group) -> Problem:
    lang, finding = view.lang, group[0]
    level: Level = "red" if finding.severity == "red" else "amber"
    subjects, total = _list_subjects(view, group)
    shown = subjects[: _MOST_OF_AREA if view.district == ALL and len(group) == 1 else _MOST_SUBJECTS]
    return Problem(
        rule=finding.rule.rule,
        title=_open_title(_say_group(view, group), lang),
        level=level,
        mark=label(f"brief.level.{level}", lang),
        subjects=tuple(shown),
        total=total if shown else 0,
        more=label("brief.problems.more", lang, n=_count_of(group, lang)),
        basis=cite_basis(finding.rule, view, finding.days, briefly=True),
        measure=(*say_measure(finding, lang), Run(label("brief.verdict.stop", lang))),
        is_cited=is_cited(finding.rule, view, finding.days),
    )


def _open_title(runs: Runs, lang: str) -> Runs:
    """A title as a table has it: a small number is a word, another stays a figure."""
    number = runs[0].text.partition(" ")[0]
    plain = number.replace(",", "").isdecimal()
    if lang == "en" and not (plain and spell_number(number) == number):
        return open_sentence(runs, lang)
    return runs


def _say_group(view: View, group: Group) -> Runs:
    """Write a problem's title within a line; for several districts, with their number."""
    lang, finding = view.lang, group[0]
    if len(group) == 1 and finding.district == view.district:
        return say_title(finding, lang)
    key = f"brief.group_title.{finding.rule.rule}"
    if len(group) == 1 or key not in load_words():
        name = _name_district(view, finding.district)
        return (Run(label("findings.of", lang, name=name)), *say_title(finding, lang))
    noun = label("brief.districts", lang)
    lead = say("brief.problems.group", lang, n=count(len(group)), districts=noun)
    return (*lead, Run(label(key, lang)))


def _name_district(view: View, code: str) -> str:
    names = dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True))
    return str(names.get(code, name_place(view)))


def _say_cut(view: View) -> str:
    where = "section" if is_shown(view, "findings-text") else "page"
    return label(f"brief.problems.cut_{where}", view.lang)


def _count_of(group: Group, lang: str) -> str:
    """Return how many things a problem is about: districts, where it is of several."""
    if len(group) > 1:
        return f"{len(group)}{name_measure('districts', lang)}"
    return count_subjects(group[0], lang)


def _list_subjects(view: View, group: Group) -> tuple[list[Subject], int]:
    """List a problem's subjects and their total number; for several districts, the districts, each with its title."""
    if len(group) > 1:
        told = [Subject(_name_district(view, one.district), "", _say_own(view, one)) for one in group]
        return told, len(told)
    finding = group[0]
    told = [one for one in say_subjects(finding, view) if one.name]
    return told, max(finding.total, len(told))


def _say_own(view: View, finding: Finding) -> Runs:
    """A district's problem beside its name: of targets, which these are and how much of them is done."""
    if finding.rule.check not in ("target_missed", "target_behind"):
        return say_title(finding, view.lang)
    facts = {one.amount.fact for one in finding.subjects if one.amount}
    own = [one for one in find_targets(view).targets if one.done["district_code"] == finding.district]
    told = sorted((one for one in own if one.done["fact"] in facts), key=lambda one: float(one.done["value"]))
    listed = [_say_target(view, one, of_district=False) for one in told]
    return _join(listed, label("brief.list", view.lang))


def _say_none(view: View) -> Runs:
    """Say that no problem was found, and what was looked at."""
    lang, looked = view.lang, list_looked(view)
    if not looked:
        return (Run(label("findings.blind", lang)),)
    titles = [lower_title(view.describe(fact).title[lang], lang) for fact in looked.everywhere]
    said = say("brief.problems.none", lang)
    return said + say("brief.problems.looked", lang, names=join_list(titles, lang)) if titles else said


def _say_others(view: View, rest: Sequence[Group]) -> Runs:
    """Say what did not make the table, in a line: each with the first of its names."""
    lang = view.lang
    if not rest:
        return ()
    # All, where no section has the others.
    shown = rest[:_MOST_OTHERS] if is_shown(view, "findings-text") else rest
    told = list[Runs]()
    for group in shown:
        subjects, total = _list_subjects(view, group)
        said = _say_group(view, group)
        if group[0].district == view.district:  # else it begins with a name
            said = lower_first(said, lang)
        if group[0].rule.check in ("target_missed", "target_behind") and len(group) > 1:
            missed = sorted(find_targets(view).missed, key=lambda one: float(one.done["value"]))
            before, after = map(Run, label("clause.remark", lang, remarks="\n").split("\n"))
            told.append((*said, before, *_list_targets(view, missed, _MOST_NAMES), after))
            continue
        names = list(dict.fromkeys(one.name for one in subjects if one.name))[:2]
        if names:
            which = "names" if total > len(names) else "all_names"
            said += say(f"brief.problems.{which}", lang, names=label("brief.list", lang).join(names))
        told.append(said)
    if len(rest) > len(shown):
        told.append(say("brief.problems.rest", lang, n=count(len(rest) - len(shown))))
    lead = (Run(label("brief.problems.others", lang)),)
    return (*lead, *_join(told, label("brief.join", lang)), Run(label("brief.verdict.stop", lang)))


# ------------------------------------------------------------------ done well


def _write_well(view: View, one: Well) -> Remark:
    lang, key = view.lang, f"brief.well.{one.key}"
    values: dict[str, object] = {place: _number(value, fact) for place, (fact, value) in one.numbers.items()}
    if one.targets:
        items = []
        for target in one.targets:
            info = view.describe(target.indicator)
            done, goal = (float(target.done[name]) for name in ("numerator", "denominator"))
            unit = name_unit(info, lang) if lang == "zh" else ""
            items.append(
                say(
                    f"{key}.item",
                    lang,
                    name=_name_target(view, target),
                    done=Number(format_fact(done, info) + unit, done, target.indicator),
                    goal=Number(format_fact(goal, info) + unit, goal),
                )
            )
        text = (*_join(items, label("brief.list", lang)), Run(label("brief.verdict.stop", lang)))
        return Remark(label(f"{key}.title", lang), open_sentence(text, lang))
    return Remark(label(f"{key}.title", lang), open_sentence(say(f"{key}.text", lang, **values), lang))


# ------------------------------------------------------------------ the strip


def _name_indicator(info: FactInfo, lang: str) -> str:
    key = f"brief.indicator.{info.name}"
    if key in load_words():
        return label(key, lang)
    unit = name_unit(info, lang)
    if not unit:
        return info.title[lang]
    return f"{info.title[lang]}（{unit}）" if lang == "zh" else f"{info.title[lang]} ({unit})"


def _name_columns(view: View) -> tuple[str, ...]:
    lang = view.lang
    last = label("brief.strip.range", lang) if view.district == ALL else _shorten_area(view)
    own = _shorten_area(view) if view.district == ALL else view.name
    then = view.period.year_before().label(lang) if lang == "en" else _then(view)
    sides = (label(f"brief.strip.{side}_side", lang) for side in ("worse", "better"))
    return (label("brief.strip.indicator", lang), own, then[:1].upper() + then[1:], last, *sides)


def _shorten_area(view: View) -> str:
    """The whole area over a column, and before each number on a telephone: County, not Whole county."""
    name = name_area(view)
    short = name.removeprefix("Whole ")
    return name if short == name else short[:1].upper() + short[1:]


def _name_keys(view: View) -> tuple[str, ...]:
    """Name the marks: own, last year's, the others', the line; for the whole area the first is empty."""
    lang, area, n = view.lang, name_area(view), len(view.districts)
    own = "" if view.district == ALL else view.name
    noun = label("brief.districts", lang)
    before = label("brief.strip.own_before", lang, name=own or area, then=_then(view))
    words = "every" if view.district == ALL else "other"
    return own, before, label(f"brief.strip.{words}", lang, n=n - bool(own), districts=noun), area


def _write_indicator(view: View, one: Placed) -> Indicator:
    lang, info, area = view.lang, one.info, name_area(view)
    name = _name_indicator(info, lang)
    own, before, level = (format_fact(value, info) for value in (one.value, one.before, one.level))
    least, most = format_fact(one.least, info), format_fact(one.most, info)
    last = Run(level, fact=info.name)
    if view.district == ALL:
        last = Run(label("brief.strip.span", lang, least=least, most=most))
    alt = label(
        "brief.strip.alt",
        lang,
        label=name,
        name=name_place(view),
        value=own,
        then=_then(view),
        before=before,
        area=area,
        level=level,
        districts=label("brief.districts", lang),
        least=least,
        most=most,
    )
    return Indicator(
        group=label(f"brief.group.{one.group}", lang),
        fact=info.name,
        label=name,
        values=(
            Run(own, fact=info.name),
            Run(before, fact=info.name if one.before is not None else ""),
            last,
        ),
        alt=alt,
        place=None if view.district == ALL else one.place,
        before=one.place_before,
        others=one.others,
    )


def _say_strip(view: View, placed: Sequence[Placed]) -> Runs:
    """Say how many indicators there are, and which differ beyond chance."""
    lang, area = view.lang, label("word.the_area", view.lang)
    if not placed:
        return ()
    lead = say("brief.strip.title", lang, n=count(len(placed)))
    noun = label("brief.districts", lang)
    if view.district == ALL:
        apart = [one for one in placed if one.apart]
        if not apart:
            return lead + say("brief.strip.apart_none", lang, districts=noun)
        names = _list_indicators(apart, lang)
        return lead + say("brief.strip.apart", lang, names=names, districts=noun)
    told = [
        say(f"brief.strip.{side}", lang, names=_list_indicators(of, lang), area=area)
        for side in ("worse", "better")
        if (of := [one for one in placed if one.side == side])
    ]
    if not told:
        return lead + say("brief.strip.none", lang, area=area)
    return lead + _join(told, label("brief.list", lang)) + say("brief.strip.rest", lang)


def _list_indicators(of: Sequence[Placed], lang: str) -> str:
    if len(of) > _MOST_NAMES:
        return label("brief.strip.many", lang, n=len(of))
    return join_list([lower_title(one.info.title[lang], lang) for one in of], lang)
