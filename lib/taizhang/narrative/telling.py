"""From facts to sentences: clauses with their numbers, changes and comparisons, joined as each language does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from taizhang.display import Block, Prose, Run
from taizhang.figures.changes import Change, compare_periods, list_comparisons, name_then
from taizhang.metadata.facts import FactInfo, unit_label
from taizhang.metadata.formats import format_date, format_fact, format_number, join_unit, quantify
from taizhang.metadata.words import label, load_words, split_words
from taizhang.view import ALL, View

Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Number:
    """A number in a sentence: as written, its value, and the fact it is."""

    text: str
    value: float
    fact: str = ""

    def __str__(self) -> str:
        return self.text


def say(key: str, lang: str, **values: object) -> Runs:
    """Fill a sentence of sentences.yml; numbers keep their fact.

    Parameters
    ----------
    key, lang, **values
        As for `metadata.words.split_words`.

    Returns
    -------
    tuple of Run
    """
    parts = split_words(key, lang, **values)
    return tuple(
        Run(part.text, fact=part.fact) if isinstance(part, Number) else Run(str(part)) for part in parts
    )


def count(value: float, decimals: int = 0) -> Number:
    """A number that is no fact, such as a count of districts."""
    return Number(format_number(value, decimals), float(value))


def is_configured(view: View, fact: str) -> bool:
    """Whether the view's district has the fact at all."""
    return view.fact(fact) is not None


def is_withheld(view: View, fact: str) -> bool:
    """Whether a fact is suppressed, its numbers being small."""
    row = view.fact(fact)
    return row is not None and bool(row["suppressed"])


def get_value(view: View, fact: str) -> float | None:
    """A fact's value; None where it isn't configured, known or published."""
    row = view.fact(fact)
    if row is None or row["suppressed"] or pd.isna(row["value"]):
        return None
    return float(row["value"])


def tell_fact(view: View, fact: str, *, change: bool = False, area: bool = False) -> Runs:
    """One clause on a fact.

    Parameters
    ----------
    view : View
    fact : str
    change : bool
        Add how it changed since the year before, and since the period before.
    area : bool
        Add how it lies to the whole area, where its interval can tell.

    Returns
    -------
    tuple of Run
        Empty where the fact isn't configured.
    """
    row, info, lang = view.fact(fact), view.describe(fact), view.lang
    if row is None:
        return ()
    key = f"fact.{fact}"
    if row["suppressed"]:
        return say("clause.withheld", lang, title=_lower(info.title[lang], lang))
    if pd.isna(row["value"]):
        if f"{key}.unknown" in load_words():
            return say(f"{key}.unknown", lang)
        return say("clause.unknown", lang, title=_lower(info.title[lang], lang))
    value = float(row["value"])
    extent = _find_extent(view, fact, value)
    clause = say(
        f"{key}.{extent}",
        lang,
        n=Number(_say_amount(value, info, lang), value, fact),
        per=Number(format_fact(value, info), value, fact),
    )
    # What is none, or all, is said without its number, so that it is tagged as a whole.
    if extent != "some":
        clause = (Run("".join(run.text for run in clause), fact=fact),)
    remarks: list[Runs] = []
    if change:
        changes = {
            name_then(view, then): compare_periods(view, fact, then=then) for then in list_comparisons(view)
        }
        same = [then for then, compared in changes.items() if compared and compared.difference == 0]
        if len(same) == 2:
            clause += say("clause.same_both", lang, first=same[0], second=same[1])
            changes = {}
        for then, compared in changes.items():
            said, aside = tell_change(compared, info, lang, then=then)
            clause = _append(clause, said, lang)
            remarks.append(aside)
    if area and view.district != ALL:
        said, aside = _tell_area(view, row, info)
        clause += said
        remarks.append(aside)
    return _append(clause, _bracket(remarks, lang), lang)


# What a count is a part of, where its clause has a word for all.
_WHOLES = {"hazards.rectified": "hazards.found", "hazards.major_open": "hazards.major"}


def _find_extent(view: View, fact: str, value: float) -> str:
    """Whether a fact is none, all or some of what it could be, as far as its clauses tell these apart."""
    words = load_words()
    if value == 0 and f"fact.{fact}.none" in words:
        return "none"
    whole = get_value(view, _WHOLES[fact]) if fact in _WHOLES else 100
    return "all" if value == whole and f"fact.{fact}.all" in words else "some"


def _append(clause: Runs, more: Runs, lang: str) -> Runs:
    """Put words after a clause; of two pairs of brackets one behind the other is made one."""
    before, after = label("clause.brackets", lang, words="\n").split("\n")
    if not more or not clause[-1].text.endswith(after) or not more[0].text.startswith(before):
        return clause + more
    opened = replace(clause[-1], text=clause[-1].text.removesuffix(after))
    joined = replace(more[0], text=label("clause.brackets_join", lang) + more[0].text.removeprefix(before))
    return (*clause[:-1], opened, joined, *more[1:])


def _bracket(remarks: Sequence[Runs], lang: str) -> Runs:
    """What a number can't be told from, in one pair of brackets; nothing where there is none."""
    told = [remark for remark in remarks if remark]
    if not told:
        return ()
    inner = list(told[0])
    for remark in told[1:]:
        inner += [*say("clause.remark_join", lang), *remark]
    before, after = label(f"clause.remark_{len(told)}", lang, remarks="\n").split("\n")
    return (Run(before), *inner, Run(after))


def _say_amount(value: float, info: FactInfo, lang: str) -> str:
    """A fact's value with its unit, or with the one that its sentence needs: 平均每次1.74处, 覆盖529人次."""
    key = f"fact.{info.name}.unit"
    if key in load_words():
        return join_unit(format_fact(value, info), label(key, lang), lang)
    return quantify(value, info, lang)


def _lower(title: str, lang: str) -> str:
    """A title within an English sentence."""
    return title if lang == "zh" or title[:2].isupper() else title[0].lower() + title[1:]


def tell_change(change: Change | None, info: FactInfo, lang: str, *, then: str) -> tuple[Runs, Runs]:
    """The words on a change: what follows the clause, and what stands in brackets after it.

    Parameters
    ----------
    change : Change or None
    info : FactInfo
    lang : str
    then : str
        What it is compared with, in words, such as 上年同期.

    Returns
    -------
    tuple of (tuple of Run, tuple of Run)
        Both empty where there is nothing to compare with.
    """
    if change is None:
        return (), ()
    if change.difference == 0:
        return say("clause.same", lang, then=then), ()
    if change.beyond_chance is False:
        return (), say("clause.within", lang, then=then, before=_say_amount(change.before, info, lang))
    if change.before == 0 and not change.beyond_chance and info.unit != "days":
        return say("clause.none_before", lang, then=then), ()
    side = "up" if change.difference > 0 else "down"
    rate = "rate_" if info.unit == "percent" and change.beyond_chance else ""
    size = abs(change.difference)
    difference = (
        join_unit(format_fact(size, info), unit_label("points", lang), lang)
        if info.unit == "percent"
        else _say_amount(size, info, lang)
    )
    sure = "beyond" if change.beyond_chance else "plain"
    return say(f"clause.{rate}{side}_{sure}", lang, then=then, difference=difference), ()


def _tell_area(view: View, row: pd.Series, info: FactInfo) -> tuple[Runs, Runs]:
    """How a district's value lies to the whole area's, as far as its interval can tell; as `tell_change`."""
    whole = view.fact(info.name, ALL)
    if whole is None or whole["suppressed"] or pd.isna(whole["value"]) or pd.isna(row["low"]):
        return (), ()
    value = float(whole["value"])
    area = Number(_say_amount(value, info, view.lang), value, info.name)
    if float(row["value"]) == value:
        return say("clause.same_area", view.lang), ()
    if row["low"] > value:
        return say("clause.above_area", view.lang, area=area), ()
    if row["high"] < value:
        return say("clause.below_area", view.lang, area=area), ()
    return (), say("clause.like_area", view.lang, area=area)


def make_sentence(clauses: Iterable[Runs], lang: str, *, lead: Runs = ()) -> Runs:
    """Join clauses into a sentence with its stop; nothing where there is no clause.

    Parameters
    ----------
    clauses : iterable of tuple of Run
    lang : str
    lead : tuple of Run
        Words before the first clause, such as the period.

    Returns
    -------
    tuple of Run
    """
    parts = [clause for clause in clauses if clause]
    if not parts:
        return ()
    runs = list(lead)
    for place, clause in enumerate(parts):
        if place:
            runs.append(Run(label("join.clause", lang)))
        runs.extend(clause)
    runs.append(Run(label("join.stop", lang)))
    if lang == "en" and runs[0].text[:1].islower():
        runs[0] = replace(runs[0], text=runs[0].text[0].upper() + runs[0].text[1:])
    return tuple(runs)


def make_paragraph(sentences: Iterable[Runs], lang: str) -> Block | None:
    """Set sentences one after another; None where there is none."""
    runs: list[Run] = []
    for sentence in sentences:
        if sentence and runs and lang == "en":
            runs.append(Run(" "))
        runs.extend(sentence)
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
    """Prose of the paragraphs that there are; None where there is none."""
    kept = tuple(block for block in blocks if block is not None)
    return Prose(kept) if kept else None


def lead_period(view: View) -> Runs:
    """The words that open a section on what happened: the period, and in Chinese the district."""
    name = label("word.area", view.lang) if view.district == ALL else view.name
    return say(f"lead.{view.period.kind}", view.lang, period=view.period.label(view.lang), name=name)


def lead_day(view: View) -> Runs:
    """The words that open a section on what there is: the day."""
    name = label("word.area", view.lang) if view.district == ALL else view.name
    return say("lead.stock", view.lang, day=format_date(view.as_of, view.lang), name=name)
