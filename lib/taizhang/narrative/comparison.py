"""Districts side by side in words: which differ, which can be told apart, risk, drills."""

from dataclasses import replace

from taizhang.analysis.comparison import compare_districts, list_values
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import say_effect, say_pattern
from taizhang.analysis.required_drills import list_required_drills
from taizhang.analysis.risk import FIRM_PERCENT, find_risk
from taizhang.analysis.rows import have_rows
from taizhang.analysis.standing import find_standing
from taizhang.analysis.verdicts import judge_drills
from taizhang.analysis.view import View
from taizhang.core.display import Block, Prose, Run
from taizhang.metadata.facts import ALL, describe_fact
from taizhang.metadata.formats import format_fact, format_number, format_share, join_list, quantify
from taizhang.metadata.words import label
from taizhang.narrative.telling import Number, Runs, count, lower_title, make_paragraph, make_prose, say, tell

_MOST_NAMES = 3


def write_comparison(view: View, fact: str) -> Prose | None:
    """Say where a fact is highest and lowest, and which districts differ from the whole area."""
    found = compare_districts(view, fact)
    if found is None:
        return None
    lang, info = view.lang, describe_fact(fact)
    title = info.title[lang]
    # Noughts of districts without a row are nothing to compare.
    if not have_rows(view, fact, list(found.places.index)):
        return tell(lang, say("compare.nothing", lang, fact=title))
    least, most = found.extremes

    def number(value: float) -> Number:
        # What a rate is per, its title says.
        rate = info.unit.startswith("per_")
        return Number(format_fact(value, info) if rate else quantify(value, info, lang), value, fact)

    n = count(len(found.places))
    if found.is_single:
        only = {"name": found.list_at(most)[0], "value": number(most)}
        sentences = [say("compare.one", lang, fact=title, **only)]
    elif most == least:
        sentences = [say("compare.equal", lang, n=n, fact=title, value=number(most))]
    else:
        high, low = (_name_tied(found.list_at(value), lang) for value in (most, least))
        ends = {"most": number(most), "least": number(least)}
        spread = say("compare.spread", lang, n=n, fact=title, high=high, low=low, **ends)
        if found.has_level:
            spread += say("compare.area", lang, area=number(found.level))
        sentences = [(*spread, *say("join.stop", lang))]
        if found.turning:
            sentences.append(say("compare.turning", lang, n=count(found.turning)))
        if found.has_level and found.is_tested:
            sentences.append(_tell_apart(found.apart, lang))
    if fact == "incidents.deaths_per_100k":
        sentences.insert(0, _tell_deaths(view))
    sentences.append(_tell_targets(view, fact))
    if found.missing:
        sentences.append(say(f"compare.missing.{found.missing}", lang, n=count(found.unknown)))
    return tell(lang, *sentences)


def _tell_deaths(view: View) -> Runs:
    """Say where people died, most first, in whole numbers: a rate of so few says little. Nothing if any is unknown."""
    every, rows = view.value("incidents.deaths", ALL), list_values(view, "incidents.deaths")
    if not every or rows["value"].isna().any():
        return ()
    lang, info = view.lang, view.describe("incidents.deaths")
    dead = rows[rows["value"] > 0].sort_values(["value", "district"], ascending=[False, True])
    names = [
        label("compare.death", lang, name=name, n=quantify(value, info, lang))
        for name, value in zip(dead["district"], dead["value"], strict=True)
    ]
    return say("compare.deaths", lang, n=count(every), names=join_list(names, lang))


def _tell_targets(view: View, fact: str) -> Runs:
    """Say how many districts met their target of a fact; nothing if none has one."""
    rows = list_values(view, f"targets.{fact}.done_percent")
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return ()
    met, last = int((rows["value"] >= 100).sum()), rows.sort_values("value").iloc[0]
    key = "met" if met == len(rows) else "missed"
    told = {
        "n": count(len(rows)),
        "m": count(met),
        "name": last["district"],
        "percent": format_share(last["value"]),
    }
    return say(f"compare.targets_{key}", view.lang, **told)


def _name_tied(names: list[str], lang: str) -> str:
    """Districts that have the same value; of many the first few."""
    if len(names) <= _MOST_NAMES:
        return join_list(names, lang)
    first = "、".join(names[:2]) if lang == "zh" else join_list(names[:2], lang)
    return "".join(run.text for run in say("compare.tie", lang, names=first, n=len(names)))


def _tell_apart(names: list[str], lang: str) -> Runs:
    """Say which districts differ from the others."""
    if not names:
        return say("compare.none_apart", lang)
    return say("compare.apart", lang, n=count(len(names)), names=join_list(names, lang))


@exhibit("standing-text")
def write_standing(view: View, fact: str) -> Prose | None:
    """Say how many groups can be distinguished, who is beyond chance, and whether neighbours are alike."""
    standing = find_standing(view, fact)
    if standing is None:
        return None
    lang = view.lang
    title = lower_title(describe_fact(fact).title[lang], lang)
    key = "one_group" if standing.groups == 1 else "groups"
    n = count(len(standing.places))
    sentences = [say(f"standing.text.{key}", lang, fact=title, n=n, groups=count(standing.groups))]
    if called := standing.called:
        sentences.append(
            say("standing.text.called", lang, n=count(len(called)), names=join_list(called, lang))
        )
    sentences.append((Run(say_pattern(standing.pattern, lang, alike=standing.alike)),))
    return tell(lang, *sentences)


@exhibit("drill-effects-text")
def write_drill_effects(view: View) -> Prose | None:
    """Say whether drills are associated with fewer incidents, repeats and late closures, and on what assumptions."""
    lang, found = view.lang, judge_drills(view)
    if not found:
        return None
    blocks: list[Block | None] = [make_paragraph([say("drill_effects.lead", lang)], lang)]
    for one in found:
        name, verdict = label(f"outcome.{one.name}", lang), label(f"outcome.verdict.{one.verdict}", lang)
        told = [
            say("drill_effects.one", lang, name=name, ratio=say_effect(one.effect, lang), verdict=verdict)
        ]
        if one.is_modelled:
            told.append(say("drill_effects.power", lang, power=format_number(100 * one.power)))
        blocks.append(replace(paragraph, kind="li") if (paragraph := make_paragraph(told, lang)) else None)
    for key in ("assumes", "cannot"):
        blocks.append(make_paragraph([say(f"drill_effects.{key}", lang)], lang))
    return make_prose(blocks)


@exhibit("required-drills")
def write_required_drills(view: View) -> Prose | None:
    """Say how many districts held the drill required of them, and which did not."""
    counts = list_required_drills(view)
    if counts is None:
        return None
    met, missed = counts
    number = len(met) + len(missed)
    key = "missed" if missed else "met"
    if number == 1:
        key += "_one"
    elif not met:
        key += "_all"
    numbers = {"n": count(number), "m": count(len(missed))}
    names = join_list(missed or met, view.lang)
    return tell(view.lang, say(f"required_drills.{key}", view.lang, names=names, **numbers))


@exhibit("risk-text")
def write_risk(view: View) -> Prose | None:
    """Say which districts are in the upper classes, and how certain these are."""
    found = find_risk(view)
    if found is None:
        return None
    lang, upper = view.lang, found.ranked[found.ranked["upper"]]
    named = [
        label("risk.text.sure", lang, name=row["district"], percent=format_number(100 * row["upper_share"]))
        for _, row in upper.iterrows()
    ]
    names = join_list(named, lang)
    firm = "firm_none" if not found.firm else "firm_all" if found.firm == len(found.places) else "firm"
    sentences = [
        say(f"risk.text.{'none_' if upper.empty else ''}upper", lang, n=count(len(upper)), names=names),
        say(f"risk.text.{firm}", lang, n=count(len(found.places)), m=count(found.firm)),
    ]
    if found.weakest is not None:
        lack, percent = count(float(found.weakest["capacity"]), 1), round(100 * found.weakest["weakest"])
        key = "capacity" if percent >= FIRM_PERCENT else "capacity_open"
        sentences.append(say(f"risk.text.{key}", lang, name=found.weakest["district"], value=lack))
    if found.lacking:
        sentences.append(say("risk.text.missing", lang, n=count(found.lacking)))
    return tell(lang, *sentences)
