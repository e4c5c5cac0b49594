"""What a county's report says about its districts: rates, yield of visits, the assessment, fatal and larger
events."""

import pandas as pd

from taizhang.analysis.assessment import find_assessment
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.gravity import RateDifference, find_heat, find_yield, list_differences
from taizhang.analysis.incidents import list_grave_events
from taizhang.analysis.view import View
from taizhang.core.display import Prose, Run
from taizhang.facts.incidents import GRAVE_LEVELS
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import format_fact, join_list, quantify
from taizhang.metadata.words import label
from taizhang.narrative.telling import Number, Runs, count, lower_title, make_paragraph, make_prose, say, tell

_MOST_NAMES = 8


def write_rates(view: View) -> Prose | None:
    """A short paragraph on each indicator on which districts differ, and a sentence on the others."""
    heat = find_heat(view)
    if heat is None:
        return None
    lang, differences = view.lang, list_differences(view)
    blocks = [make_paragraph([_tell_difference(one, view)], lang) for one in differences]
    differing = {one.info.name for one in differences}
    alike = [info for info in heat.indicators if info.name not in differing and info not in heat.untested]
    last = []
    if alike:
        titles = [_tell_level(info, view) for info in alike]
        last.append(say("rates.alike", lang, names=join_list(titles, lang), n=len(alike)))
    return make_prose([*blocks, make_paragraph(last, lang)])


def _tell_difference(one: RateDifference, view: View) -> Runs:
    lang = view.lang
    told: Runs = (Run(_title(one.info, view), strong=True),)
    told += say("rates.level", lang, value=_number(one.level, one.info, lang))
    for side, values in (("worse", one.worse), ("better", one.better)):
        if len(values):
            names = _name_values(values, one.info, lang)
            told += say(f"rates.{side}", lang, names=names, n=count(len(values)))
    return (*told, *say("join.stop", lang))


def _title(info: FactInfo, view: View) -> str:
    return info.title[view.lang]


def _tell_level(info: FactInfo, view: View) -> str:
    """An indicator with the whole area's value, where that is known."""
    value = view.value(info.name, ALL)
    title = lower_title(info.title[view.lang], view.lang)
    if value is None:
        return title
    return label("rates.titled", view.lang, title=title, value=_say(value, info, view.lang))


def _say(value: float, info: FactInfo, lang: str) -> str:
    # What a rate is per, its title says.
    return format_fact(value, info) if info.unit.startswith("per_") else quantify(value, info, lang)


def _number(value: float, info: FactInfo, lang: str) -> Number:
    return Number(_say(value, info, lang), value, info.name)


def _name_values(values: pd.Series, info: FactInfo, lang: str) -> str:
    """Districts with their values; of many the first few."""
    told = [
        label("rates.named", lang, name=name, value=_say(float(value), info, lang))
        for name, value in values.head(_MOST_NAMES).items()
    ]
    names = join_list(told, lang)
    return names if len(values) <= _MOST_NAMES else label("rates.many", lang, names=names, n=len(values))


def write_yield(view: View) -> Prose | None:
    """Say which districts found most, with how many visits, and whose yield differs from the others' beyond chance."""
    found = find_yield(view)
    if found is None:
        return None
    lang, info, places = view.lang, view.describe("inspections.hazards_per_visit"), found.places

    def one(row: pd.Series) -> dict[str, object]:
        return {
            "name": row["district"], "found": count(row["found"]), "visits": count(row["visits"]),
            "each": Number(format_fact(row["per_visit"], info), row["per_visit"], info.name),
        }  # fmt: skip

    most, least = (places.iloc[int(at)] for at in (places["found"].argmax(), places["visits"].argmin()))
    sentences = [
        say("yield.level", lang, value=_number(found.level, info, lang)),
        say("yield.most", lang, **one(most)),
    ]
    if least["district"] != most["district"]:
        sentences.append(say("yield.least", lang, **one(least)))
    for side in ("above", "below"):
        names = places.loc[places["side"] == side, "district"].tolist()
        if names:
            sentences.append(say(f"yield.{side}", lang, names=join_list(names, lang), n=len(names)))
    if not places["side"].any():
        sentences.append(say("yield.alike", lang))
    return tell(lang, *sentences)


@exhibit("assessment")
def write_assessment(view: View) -> Prose | None:
    """Say which district comes first under the workbook's rules, which are vetoed, and how uncertain a rank is."""
    found = find_assessment(view)
    if found is None:
        return None
    lang, vetoed = view.lang, found.vetoed
    first = {"names": join_list(found.first, lang), "n": len(found.first)}
    sentences = [say("assessment_text.first", lang, title=found.assessment.title, **first)]
    if any(rule.kind == "veto" for rule in found.assessment.rules):
        key = "vetoed" if vetoed else "no_veto"
        sentences.append(
            say(f"assessment_text.{key}", lang, names=join_list(vetoed, lang), n=count(len(vetoed)))
        )
    if found.span > 1:
        sentences.append(say("assessment_text.doubt", lang, n=count(found.span)))
    return tell(lang, *sentences)


def write_grave_events(view: View) -> Prose | None:
    """Say that there were no deaths and no larger accidents, if that is known.

    Otherwise say how many events there were.
    """
    if "incidents" not in view.ledgers:
        return None
    lang, found = view.lang, list_grave_events(view)
    if found.events:
        dead, places = sum(one.deaths for one in found.events), len({one.district for one in found.events})
        numbers = {"n": count(len(found.events)), "dead": count(dead), "places": count(places)}
        silent = say("grave.silent", lang, n=count(found.silent)) if found.silent else ()
        return tell(lang, say("grave.some", lang, **numbers), silent)
    known = [
        view.value(name) for name in ("incidents.deaths", *(f"incidents.level_{one}" for one in GRAVE_LEVELS))
    ]
    return tell(lang, say("grave.none" if all(number == 0 for number in known) else "grave.unknown", lang))
