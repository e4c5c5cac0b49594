"""What the analyses of a comparison show, and what cannot be concluded from them."""

import math

from taizhang.analysis.closure import judge_deadlines, list_all_cases, list_cases
from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import name_month, say_p
from taizhang.analysis.time import (
    CHARTED,
    KINDS,
    MONTHLY,
    find_extremes,
    is_alike,
    list_signals,
    name_pattern,
)
from taizhang.analysis.verdicts import judge_charts, judge_key_periods, judge_months
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.words import label
from taizhang.narrative.telling import Runs, count, say, tell
from taizhang.stats.control import Chart


@exhibit("key-periods-text")
def write_key_periods(view: View) -> Prose | None:
    """In which key periods more, or fewer, hazards are found and incidents happen than on other days.

    None if there are too few rows.
    """
    lang, sentences, alike = view.lang, list[Runs](), list[str]()
    for kind, part in judge_key_periods(view, *KINDS).items():
        title = label(f"periods.kind.{kind}", lang)
        for key, verdict in (("more", "higher"), ("fewer", "lower")):
            chosen = part.loc[part["verdict"] == verdict, "ratio"]
            if len(chosen):
                seasons = [
                    label(
                        f"periods.{'only' if math.isinf(ratio) else 'one' if ratio else 'none'}",
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
    if left_out := sum(part.attrs["left_out"] for part in judge_key_periods(view, *KINDS).values()):
        sentences.append(say("periods.left_out", lang, n=count(left_out)))
    for kind in MONTHLY:
        months = judge_months(view, kind)
        if months is not None:
            at, _ = find_extremes(months)
            told = {"kind": label(f"periods.months.{kind}", lang), "month": label(f"month.long.{at}", lang)}
            ratio, p = count(float(months["ratio"][at]), 2), say_p(months.attrs["p"])
            sentences.append(say(f"periods.months_{name_pattern(months)}", lang, ratio=ratio, p=p, **told))
    return tell(lang, *sentences)


@exhibit("control-text")
def write_control(view: View) -> Prose | None:
    """Say whether hazards found and the share rectified in thirty days are steady, and where they are not.

    None without hazards; unknown values are not mentioned.
    """
    found = judge_charts(view)
    if found is None:
        return None
    lang = view.lang
    if not found.charts:
        why = found.lacking["found"]
        return tell(lang, say(f"control.{why}", lang))
    if len(found.charts) == len(CHARTED) and all(chart.is_steady for chart in found.charts.values()):
        return tell(lang, say("control.all_steady", lang))
    return tell(lang, *(_tell_chart(part, chart, lang) for part, chart in found.charts.items()))


def _tell_chart(part: str, chart: Chart, lang: str) -> Runs:
    """The months of one chart that stand out, and the change of its level."""
    subject, months = label(f"control.subject.{part}", lang), list_signals(chart)
    if chart.is_steady:
        return say("control.steady", lang, subject=subject)
    told: list[Runs] = []
    if len(months):
        names = join_list([name_month(month, lang) for month in months], lang)
        told.append(say("control.called", lang, subject=subject, n=count(len(months)), names=names))
    if chart.since is not None:
        way = "more" if chart.change > (0 if part == "share" else 1) else "less"
        size = 100 * abs(chart.change) if part == "share" else chart.change
        key = f"control.{part}_{way}" if math.isfinite(size) else "control.found_new"
        told.append(say(key, lang, subject=subject, month=name_month(chart.since, lang), size=count(size, 1)))
    return tuple(run for runs in told for run in runs)


@exhibit("closure-text")
def write_closure(view: View) -> Prose | None:
    """Say how many hazards are closed by their deadline. None if no hazard has a deadline that can be judged."""
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
    ends = {end: format_number(judged[end], 1) for end in ("low", "high", "lowest", "highest")}
    told = [say("closure.in_time", view.lang, **numbers, **ends)]
    if judged["unsaid"]:
        told.append(say("closure.in_time_unsaid", view.lang, n=count(judged["unsaid"]), **ends))
    return tell(view.lang, *told)
