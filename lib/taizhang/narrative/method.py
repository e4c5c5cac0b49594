"""What a report says of its method and its data, and the comparison of districts in words."""

import math

import pandas as pd

from taizhang.analysis.comparison import compare_districts
from taizhang.analysis.rows import is_brief
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.facts import ALL, describe_fact
from taizhang.metadata.formats import format_date, format_fact, join_list, quantify
from taizhang.narrative.telling import (
    Number,
    Runs,
    count,
    make_paragraph,
    make_prose,
    say,
)

_MOST_NAMES = 3


def write_method(view: View) -> Prose | None:
    """How the numbers came about: period, as-of day, chance, what was set aside, rights of the maps.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose
    """
    lang = view.lang
    if is_brief(view):
        # A district's bulletin has no maps.
        maps = () if view.approval or view.district != ALL else say("method.map", lang)
        told = [say("method.brief", lang, day=format_date(view.as_of, lang)), *_tell_vintages(view), maps]
        return make_prose([make_paragraph(told, lang)])
    counting = [
        say(
            "method.period",
            lang,
            first=format_date(view.period.start, lang),
            last=format_date(view.period.end, lang),
            day=format_date(view.as_of, lang),
        ),
        say("method.before", lang),
        say("method.chance", lang),
        say("method.shares", lang),
    ]
    counting += _tell_vintages(view)
    if view.facts["suppressed"].any():
        counting.append(say("method.withheld", lang))
    counting.append(
        say("method.map_approved", lang, number=view.approval) if view.approval else say("method.map", lang)
    )
    quality: list[Runs] = []
    if not view.quality.empty:
        sums = view.quality[["read", "accepted", "set_aside", "cells_set_aside", "duplicates"]].sum()
        quality.append(
            say(
                "method.quality",
                lang,
                read=count(sums["read"]),
                accepted=count(sums["accepted"]),
                set_aside=count(sums["set_aside"]),
                cells=count(sums["cells_set_aside"]),
                duplicates=count(sums["duplicates"]),
            )
        )
    return make_prose([make_paragraph(counting, lang), make_paragraph(quality, lang)])


def _tell_vintages(view: View) -> list[Runs]:
    """Districts that changed since the year before: where like is compared with like, and where it is not."""
    if view.vintages.empty:
        return []
    names = view.districts.set_index("code")["name"]
    changed = view.vintages[view.vintages["code"].isin(names.index)]
    if view.district != ALL:
        changed = changed[changed["code"] == view.district]
    told = [
        say(f"vintage.{change}", view.lang, name=join_list([str(names[code]) for code in codes], view.lang))
        for change, codes in changed.groupby("change", sort=True)["code"]
    ]
    if (view.vintages["change"] == "lost").any():
        told.append(say("vintage.lost", view.lang))
    return told


def write_comparison(view: View, fact: str) -> Prose | None:
    """Where a fact is highest and lowest, and which districts differ from the whole area."""
    found = compare_districts(view, fact)
    if found is None:
        return None
    lang, info, known = view.lang, describe_fact(fact), found.places
    title = info.title[lang]
    if known.empty:
        return make_prose([make_paragraph([say("compare.nothing", lang, fact=title)], lang)])
    least, most = found.extremes

    def number(value: float) -> Number:
        # What a rate is per, its title says.
        rate = info.unit.startswith("per_")
        return Number(format_fact(value, info) if rate else quantify(value, info, lang), value, fact)

    n = count(len(known))
    if most == least:
        sentences = [say("compare.equal", lang, n=n, fact=title, value=number(most))]
    else:
        high, low = (_name_tied(known, value, lang) for value in (most, least))
        spread = say(
            "compare.spread",
            lang,
            n=n,
            fact=title,
            high=high,
            most=number(most),
            low=low,
            least=number(least),
        )
        against = found.of == "area" and not math.isnan(found.level)
        if against:
            spread += say("compare.area", lang, area=number(found.level))
        sentences = [(*spread, *say("join.stop", lang))]
        if against and found.has_intervals:
            sentences.append(_tell_apart(known, lang))
    if found.missing:
        sentences.append(say(f"compare.missing.{found.missing}", lang, n=count(found.unknown)))
    return make_prose([make_paragraph(sentences, lang)])


def _name_tied(known: pd.DataFrame, value: float, lang: str) -> str:
    """The districts that have a value; of many the first few."""
    names = list(known.loc[known["value"] == value, "district"])
    if len(names) <= _MOST_NAMES:
        return join_list(names, lang)
    first = "、".join(names[:2]) if lang == "zh" else join_list(names[:2], lang)
    return "".join(run.text for run in say("compare.tie", lang, names=first, n=len(names)))


def _tell_apart(known: pd.DataFrame, lang: str) -> Runs:
    """Which districts' intervals leave out the whole area's value."""
    names = list(known.loc[known["apart"], "district"])
    if not names:
        return say("compare.none_apart", lang)
    return say("compare.apart", lang, n=count(len(names)), names=join_list(names, lang))
