"""From facts to sentences: clauses with numbers, changes and comparisons, joined by the rules of each language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from taizhang.analysis.changes import Change, compare_periods, name_then
from taizhang.analysis.comparison import Side, hold_against
from taizhang.analysis.differences import list_comparisons
from taizhang.analysis.doubt import find_bounds
from taizhang.analysis.gaps import rests_on_columns
from taizhang.analysis.view import Row, View
from taizhang.core.display import Block, Prose, Run
from taizhang.metadata.facts import ALL, FactInfo, unit_label
from taizhang.metadata.formats import (
    format_date,
    format_fact,
    format_number,
    join_list,
    join_unit,
    quantify,
    spell_number,
)
from taizhang.metadata.words import label, load_words, split_words

Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Number:
    """A number in a sentence: as written, its value, and the fact it shows."""

    text: str
    value: float
    fact: str = ""

    def __str__(self) -> str:
        return self.text


def say(key: str, lang: str, **values: object) -> Runs:
    """Fill a sentence of sentences.yml, as `metadata.words.split_words` does; numbers keep their fact."""
    return make_runs(split_words(key, lang, **values))


def make_runs(parts: Iterable[object]) -> Runs:
    """Return words, and the values inserted in them, as runs; numbers keep their fact."""
    return tuple(
        Run(part.text, fact=part.fact) if isinstance(part, Number) else Run(str(part)) for part in parts
    )


def count(value: float, decimals: int = 0) -> Number:
    """Make a number that is not a fact, such as a count of districts."""
    return Number(format_number(value, decimals), float(value))


@dataclass(frozen=True)
class Clause:
    """A clause on a fact: its words, the remarks in brackets after them, and the change as a part of the sentence.

    `thens`: changes within chance, by the words for the earlier period, which several clauses may share; `area`: the
    whole area's value; `others`: further remarks.
    """

    words: Runs
    info: FactInfo
    thens: tuple[tuple[str, Change], ...] = ()
    area: Runs = ()
    others: tuple[Runs, ...] = ()
    changes: Runs = ()

    def joins(self, other: "Clause") -> bool:
        """Return whether two clauses can share one remark on earlier values, having no other remarks."""
        periods = [[then for then, _ in one.thens] for one in (self, other)]
        plain = not any(one.area or one.others or one.changes for one in (self, other))
        return plain and bool(periods[0]) and periods[0] == periods[1]


def merge_clauses(clauses: Iterable[Clause], lang: str) -> list[Runs]:
    """Join clauses into words; adjacent clauses that only mention earlier values share one remark, in the last of
    them."""
    groups: list[list[Clause]] = []
    for clause in clauses:
        if groups and clause.words and groups[-1][-1].joins(clause):
            groups[-1].append(clause)
        else:
            groups.append([clause])
    return [runs for group in groups for runs in _say_group(group, lang)]


def _say_group(group: Sequence[Clause], lang: str) -> list[Runs]:
    *first, last = group
    if not first:
        return [last.words + _remark(last, lang) + last.changes]
    remarks = []
    for at, (then, _) in enumerate(last.thens):
        changes = [(one.thens[at][1], one.info) for one in group]
        near = all(change.is_near for change, _ in changes)
        written = [_write_before(change.before, info, lang) for change, info in changes]
        befores = "、".join(written) if lang == "zh" else join_list(written, lang)
        key = f"clause.{'near' if near else 'were'}"
        remarks.append(say(key, lang, then=then, befores=befores, n=len(group)))
    return [one.words for one in first] + [last.words + _bracket(remarks, lang)]


def tell_fact(view: View, fact: str, *, change: bool = False, area: bool = False) -> Runs:
    """Write one clause on a fact; see `make_clause`."""
    clause = make_clause(view, fact, change=change, area=area)
    return clause.words + _remark(clause, view.lang) + clause.changes


def make_clause(view: View, fact: str, *, change: bool = False, area: bool = False) -> Clause:
    """Make one clause on a fact; empty if its ledger isn't configured.

    `change` adds the values of the year before and the period before; a change beyond chance is stated in any case.
    `area` adds the comparison with the whole area, if the interval allows one.
    """
    row, info, lang = view.fact(fact), view.describe(fact), view.lang
    if row is None:
        return Clause((), info)
    key = f"fact.{fact}"
    if row["suppressed"] and pd.notna(row["value"]):
        about = Number(_write_amount(float(row["value"]), info, lang), float(row["value"]), fact)
        return Clause(say("clause.rounded", lang, title=lower_title(info.title[lang], lang), n=about), info)
    if row["suppressed"]:
        return Clause(say("clause.withheld", lang, title=lower_title(info.title[lang], lang)), info)
    if pd.isna(row["value"]):
        if f"{key}.unknown" in load_words():
            return Clause(say(f"{key}.{'undated' if _is_passed(view, row) else 'unknown'}", lang), info)
        return Clause(say("clause.unknown", lang, title=lower_title(info.title[lang], lang)), info)
    value = float(row["value"])
    amounts = {"n": _write_amount(value, info, lang), "per": format_fact(value, info)}
    numbers = {place: Number(text, value, fact) for place, text in amounts.items()}
    extent = _find_extent(view, fact, value, row)
    if f"{key}.{extent}" not in load_words():
        return Clause((), info)
    clause = say(f"{key}.{extent}", lang, **numbers)
    if extent in ("none", "all") and (unsaid := row.get("of", 0) - row.get("known", 0)) > 0:
        clause += say("clause.not_all", lang, n=count(unsaid))
    # None, all and once have no number of their own: their words are tagged as a whole.
    if not any(run.fact for run in clause):
        clause = (Run("".join(run.text for run in clause), fact=fact),)
    if extent == "some" and (bounds := find_bounds(row)):
        ends = {name: _write_amount(getattr(bounds, name), info, lang) for name in ("lowest", "highest")}
        clause += say("clause.bounds", lang, n=count(bounds.unsaid), **ends)
    known = [one for one in list_changes(view, fact) if change or one[1].beyond_chance]
    whole = _find_area(view, row, info) if area and view.district != ALL else None
    side = hold_against(view, fact) if whole is not None else None
    beside = say("clause.area_is", lang, area=whole) if side == "alike" else ()
    others = [say("clause.none_before", lang, then=then) for then, one in known if one.rose_from_none(info)]
    thens = tuple((then, one) for then, one in known if one.is_within_chance)
    # A bulletin has no room to say of what there is none that there was none before, but of its key figures.
    brief = is_bulletin(view) and value == 0 and not info.key
    changes = _say_changes(known, whole, side, info, lang, brief=brief)
    return Clause(clause, info, thens, beside, tuple(others), changes)


def is_bulletin(view: View) -> bool:
    """Return whether this is a district's bulletin of a month, of which the text has one page."""
    return bool(view.report) and view.period.scale == "month" and view.district != ALL


def is_mere_nought(view: View, fact: str) -> bool:
    """Return whether a count is zero for certain, about which there is nothing more to say, and has a name as such."""
    row = view.fact(fact)
    if row is None or row["suppressed"] or row["value"] != 0 or row.get("of", 0) != row.get("known", 0):
        return False
    return f"nought.{fact}" in load_words() and not any(c.beyond_chance for _, c in list_changes(view, fact))


def tell_noughts(view: View, facts: Sequence[str]) -> Runs:
    """Say in one sentence of which counts there is nothing on record; empty if there are none."""
    if not facts:
        return ()
    lang = view.lang
    before, after = label("noughts.told", lang, noughts="\n").split("\n")
    runs = [Run(before)]
    for at, fact in enumerate(facts):
        joint = "" if not at else "noughts.last" if at == len(facts) - 1 else "join.names"
        runs += [*([Run(label(joint, lang))] if joint else []), Run(label(f"nought.{fact}", lang), fact=fact)]
    return open_sentence([*runs, Run(after)], lang)


def list_changes(view: View, fact: str) -> list[tuple[str, Change]]:
    """Return the changes of a fact, by the words for the earlier period, if comparable."""
    changes = [
        (name_then(view, then), compare_periods(view, fact, then=then)) for then in list_comparisons(view)
    ]
    return [(then, change) for then, change in changes if change is not None]


def tell_by_title(view: View, fact: str) -> Runs:
    """Write a clause by title, with changes beyond chance, on a fact that no sentence covers."""
    info, lang = view.describe(fact), view.lang
    value = float(view.value(fact) or 0)
    number = Number(_write_amount(value, info, lang), value, fact)
    known = [one for one in list_changes(view, fact) if one[1].beyond_chance]
    told = say("clause.titled", lang, title=lower_title(info.title[lang], lang), n=number)
    return told + _say_changes(known, None, None, info, lang)


def _is_passed(view: View, row: Row) -> bool:
    """Return whether at least half are rectified, of all or of those in the median, so that only days are missing."""
    rate = view.value("hazards.rectification_rate")
    of_median = pd.notna(row["denominator"]) and 2 * row["numerator"] >= row["denominator"]
    return bool(of_median or (rate is not None and rate >= 50))


# What a count is a part of, where its clause has a word for all.
_WHOLES = {
    "hazards.rectified": "hazards.found",
    "hazards.open_stock_before": "hazards.open_stock",
    "hazards.overdue_stock": "hazards.open_stock",
    "hazards.overdue_stock_before": "hazards.overdue_stock",
    "hazards.major_open_stock_before": "hazards.major_open_stock",
    "complaints.answered": "complaints.received",
    "tasks.overdue_stock_before": "tasks.overdue_stock",
    "investigations.closed": "investigations.opened",
}


# Of these a zero goes unsaid.
UNSAID = (
    "hazards.rectified_undated",
    "hazards.status_unknown",
    "complaints.resolved_undated",
    "disputes.settled_undated",
    "investigations.closed_unfinished",
    "hazards.open_stock_before",
    "hazards.overdue_stock_before",
    "hazards.major_open_stock_before",
    "tasks.overdue_stock_before",
)


def _find_extent(view: View, fact: str, value: float, row: Row) -> str:
    """Return whether a fact is none, all or some of what it could be, as far as its clauses tell these apart."""
    words = load_words()
    # Where it is not known of how many rows something is known, neither none nor all is said.
    sure = pd.notna(row.get("of", 0)) or not rests_on_columns(fact)
    if value == 0 and f"fact.{fact}.none" in words and (sure or f"fact.{fact}.some" not in words):
        return "none"
    if value == 0 and fact in UNSAID:
        return "none"
    whole = view.value(_WHOLES[fact]) if fact in _WHOLES else 100
    return "all" if value == whole and sure and f"fact.{fact}.all" in words else "some"


def _write_amount(value: float, info: FactInfo, lang: str) -> str:
    """A value with its unit, or the one that its sentence needs: 覆盖529人次; in English, a single one is a word."""
    key = f"fact.{info.name}.unit"
    written = (
        join_unit(format_fact(value, info), label(key, lang), lang)
        if key in load_words()
        else quantify(value, info, lang)
    )
    if lang == "en" and value == 1 and info.decimals == 0 and written[:1] == "1":
        return f"one{written[1:]}"
    return written


def _remark(clause: Clause, lang: str) -> Runs:
    """Write the remark in brackets after a number: its earlier value and the whole area's, if nothing more can be
    said."""
    alike = [
        say("clause.then_was", lang, then=then, before=_write_before(change.before, clause.info, lang))
        for then, change in clause.thens
    ]
    if clause.area:
        alike.append(clause.area)
    return _bracket([*([_join_runs(alike, lang)] if alike else []), *clause.others], lang)


def _bracket(remarks: Sequence[Runs], lang: str) -> Runs:
    """Remarks in one pair of brackets; nothing if there is none."""
    if not remarks:
        return ()
    inner = list(remarks[0])
    for remark in remarks[1:]:
        inner += [*say("clause.remark_join", lang), *remark]
    before, after = label("clause.remark", lang, remarks="\n").split("\n")
    return (Run(before), *inner, Run(after))


def _write_before(value: float, info: FactInfo, lang: str) -> str:
    """An earlier value: in English, a count of zero is none."""
    if lang == "en" and value == 0 and info.unit in ("count", "people", "households"):
        return label("word.none", lang)
    return _write_amount(value, info, lang)


def _join_runs(parts: Sequence[Runs], lang: str) -> Runs:
    """Join remarks: with commas, in English the last with 'and'; their numbers are kept."""
    runs = list(parts[0])
    for place, part in enumerate(parts[1:], start=2):
        joint = "，" if lang == "zh" else " and " if place == len(parts) else ", "
        runs += [Run(joint), *part]
    return tuple(runs)


def _say_changes(
    changes: Sequence[tuple[str, Change]],
    whole: Number | None,
    side: Side | None,
    info: FactInfo,
    lang: str,
    *,
    brief: bool = False,
) -> Runs:
    """Say what follows a number as a part of the sentence: no change, changes beyond chance, and the area's side.

    `brief`: without that there is no change.
    """
    said: Runs = ()
    same = [] if brief else [then for then, change in changes if change.difference == 0]
    if len(same) == 2:
        said += say("clause.same_both", lang, first=same[0], second=same[1])
    elif same:
        said += say("clause.same", lang, then=same[0])
    for then, change in changes:
        if change.is_told(info):
            said += _say_change(change, info, lang, then=then)
    if side == "same":
        said += say("clause.same_area", lang)
    elif side in ("above", "below"):
        said += say(f"clause.{side}_area", lang, area=whole)
    return said


def name_columns(view: View, kind: str, columns: Sequence[str], *, all_of: bool = False) -> str:
    """Name ledger columns as a report cites them: any or all of them; if many, the first and the last."""
    fields, lang = view.kinds[kind].fields if kind in view.kinds else {}, view.lang
    titles = [fields[name].title[lang] if name in fields else name for name in columns]
    cited = [label("gap.column", lang, title=title) for title in titles]
    if len(cited) > 1 and not all_of:
        return label("gap.or", lang, first=cited[0], last=cited[-1])
    return join_list(cited, lang)


def lower_title(title: str, lang: str) -> str:
    """Write a title within a sentence: in English with a small first letter, unless it is an abbreviation."""
    return title if lang == "zh" or title[:2].isupper() else title[0].lower() + title[1:]


def _say_change(change: Change, info: FactInfo, lang: str, *, then: str) -> Runs:
    """A change that is beyond chance, or that has no measure of chance."""
    side = "up" if change.difference > 0 else "down"
    rate = "rate_" if info.unit == "percent" and change.beyond_chance else ""
    size = abs(change.difference)
    difference = (
        join_unit(format_fact(size, info), unit_label("points", lang), lang)
        if info.unit == "percent"
        else _write_amount(size, info, lang)
    )
    sure = "beyond" if change.beyond_chance else "plain"
    return say(f"clause.{rate}{side}_{sure}", lang, then=then, difference=difference)


def _find_area(view: View, row: Row, info: FactInfo) -> Number | None:
    """The whole area's value; None if a district's interval can't be compared with it."""
    value = view.value(info.name, ALL)
    if value is None or pd.isna(row["low"]):
        return None
    return Number(_write_amount(value, info, view.lang), value, info.name)


def make_sentence(clauses: Iterable[Runs], lang: str, *, lead: Runs = ()) -> Runs:
    """Join clauses into a sentence, after words such as the period; empty if there is no clause."""
    parts = [clause for clause in clauses if clause]
    if not parts:
        return ()
    runs = list(lead)
    for place, clause in enumerate(parts):
        if place:
            runs.append(Run(label("join.clause", lang)))
        runs.extend(clause)
    runs.append(Run(label("join.stop", lang)))
    return open_sentence(runs, lang)


def open_sentence(runs: Sequence[Run], lang: str) -> Runs:
    """Begin a sentence of at least one run as English does: with a capital, and not with a digit."""
    if lang != "en":
        return tuple(runs)
    number, gap, rest = runs[0].text.partition(" ")
    if number.replace(",", "").isdecimal():
        spelt = spell_number(number)
        number = f"a total of {number}" if spelt == number else spelt
    text = f"{number}{gap}{rest}"
    return (replace(runs[0], text=text[:1].upper() + text[1:]), *runs[1:])


def make_paragraph(sentences: Iterable[Runs], lang: str) -> Block | None:
    """Join sentences; None if there are none."""
    runs: list[Run] = []
    for sentence in sentences:
        if sentence and runs and lang == "en":
            runs.append(Run(" "))
        runs.extend(open_sentence(sentence, lang) if sentence else ())
    return Block(_merge(runs)) if runs else None


def _merge(runs: Sequence[Run]) -> Runs:
    """Join neighbouring runs of plain words."""
    merged: list[Run] = []
    for run in runs:
        if merged and not run.fact and not merged[-1].fact and run.strong == merged[-1].strong:
            merged[-1] = replace(merged[-1], text=merged[-1].text + run.text)
        elif run.text:
            merged.append(run)
    return tuple(merged)


def make_prose(blocks: Iterable[Block | None]) -> Prose | None:
    """Make prose from the paragraphs that are not empty; None if there are none."""
    kept = tuple(block for block in blocks if block is not None)
    return Prose(kept) if kept else None


def tell(lang: str, *sentences: Runs) -> Prose | None:
    """Make prose of one paragraph; None if no sentence says anything."""
    return make_prose([make_paragraph(sentences, lang)])


def lead_period(view: View) -> Runs:
    """The opening words of a section on events: the period and, in Chinese, the district."""
    return say(f"lead.{view.period.kind}", view.lang, period=view.period.label(view.lang), name=_name(view))


def lead_day(view: View) -> Runs:
    """The opening words of a section on the current state: the day."""
    return say("lead.stock", view.lang, day=format_date(view.as_of, view.lang), name=_name(view))


def _name(view: View) -> str:
    return label("word.area", view.lang) if view.district == ALL else view.name
