"""What the analyses of a comparison say, and what can't be concluded from them."""

import math

from taizhang.analysis.closure import judge_deadlines, list_all_cases, list_cases
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import name_month, say_p
from taizhang.analysis.time import (
    KINDS,
    chart_hazards,
    find_extremes,
    find_months,
    is_alike,
    list_key_periods,
    list_signals,
    name_pattern,
)
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.words import label
from taizhang.narrative.telling import Runs, count, say, tell

_MOST_MONTHS = 6  # that are out of line and named


@exhibit("key-periods-text")
def write_key_periods(view: View) -> Prose | None:
    """In which key periods more, or fewer, hazards are found and incidents happen than on other days.

    None where there are too few rows.
    """
    lang, sentences, alike = view.lang, list[Runs](), list[str]()
    for kind, part in list_key_periods(view, *KINDS).items():
        title = label(f"periods.kind.{kind}", lang)
        for key, verdict in (("more", "higher"), ("fewer", "lower")):
            chosen = part.loc[part["verdict"] == verdict, "ratio"]
            if len(chosen):
                seasons = [
                    label(
                        "periods.one" if math.isfinite(ratio) else "periods.only",
                        lang,
                        name=label(f"season_text.{name}", lang),
                        ratio=format_number(ratio, 2),
                    )
                    for name, ratio in chosen.items()
                ]
                sentences.append(say(f"periods.{key}", lang, kind=title, names=join_list(seasons, lang)))
        if is_alike(part):
            alike.append(title)
    if alike:
        sentences.append(say("periods.alike", lang, kinds=join_list(alike, lang)))
    for kind in ("hazards", "incidents"):
        months = find_months(view, kind)
        if months is not None:
            at, _ = find_extremes(months)
            told = {"kind": label(f"periods.kind.{kind}", lang), "month": label(f"month.long.{at}", lang)}
            ratio, p = count(float(months["ratio"][at]), 2), say_p(months.attrs["p"])
            sentences.append(say(f"periods.months_{name_pattern(months)}", lang, ratio=ratio, p=p, **told))
    return tell(lang, *sentences)


@exhibit("control-text")
def write_control(view: View) -> Prose | None:
    """Whether hazards found and the share rectified in thirty days are steady, and which months are not.

    None where there is no control chart.
    """
    charts = chart_hazards(view)
    if charts is None:
        return None
    lang, sentences = view.lang, list[Runs]()
    # Of what can't be known nothing is said.
    called = {
        part: list_signals(chart)
        for part, chart in zip(("found", "share"), charts, strict=True)
        if chart is not None
    }
    if "share" in called and not any(map(len, called.values())):
        return tell(lang, say("control.all_steady", lang))
    for part, months in called.items():
        subject = label(f"control.subject.{part}", lang)
        if len(months):
            names = join_list([name_month(month, lang) for month in months[-_MOST_MONTHS:]], lang)
            key = "called_most" if len(months) > _MOST_MONTHS else "called"
            sentences.append(say(f"control.{key}", lang, subject=subject, n=count(len(months)), names=names))
        else:
            sentences.append(say("control.steady", lang, subject=subject))
    return tell(lang, *sentences)


@exhibit("closure-text")
def write_closure(view: View) -> Prose | None:
    """How many hazards are closed by their deadline. None where no hazard has a deadline that can be judged."""
    if list_cases(view) is None:
        return None
    # Late or in time can be known where the day itself is not.
    judged = judge_deadlines(list_all_cases(view))
    if not judged["due"]:
        return None
    numbers = {
        "due": count(judged["due"]),
        "done": count(judged["in_time"]),
        "share": count(judged["share"], 1),
    }
    ends = {end: format_number(judged[end], 1) for end in ("low", "high")}
    return tell(view.lang, say("closure.in_time", view.lang, **numbers, **ends))
