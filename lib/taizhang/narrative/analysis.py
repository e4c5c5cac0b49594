"""What the analyses of a comparison say, and what can't be concluded from them."""

from taizhang.analysis.naming import name_month, say_p, say_pattern
from taizhang.analysis.risk import find_risk
from taizhang.analysis.rows import leave_out_of_brief
from taizhang.analysis.standing import find_standing
from taizhang.analysis.view import View
from taizhang.core.display import Block, Prose, Run
from taizhang.figures.closure import count_in_time, list_cases
from taizhang.figures.outcomes import say_effect, say_verdict, study_drills, tabulate_required_drills
from taizhang.figures.time import KINDS, chart_hazards, compare_key_periods, find_months
from taizhang.metadata.facts import describe_fact
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.words import label
from taizhang.narrative.telling import Runs, count, lower_title, make_paragraph, make_prose, say
from taizhang.stats.intervals import wilson_interval

_MOST_MONTHS = 6  # that are out of line and named


@leave_out_of_brief
def write_key_periods(view: View) -> Prose | None:
    """In which key periods more, or fewer, hazards are found and incidents happen than on other days.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where there are too few rows.
    """
    lang, sentences, alike = view.lang, list[Runs](), list[str]()
    for kind in KINDS:
        part = compare_key_periods(view, kind)
        if part is None:
            continue
        title = label(f"periods.kind.{kind}", lang)
        for key, names in (("more", part.index[part["low"] > 1]), ("fewer", part.index[part["high"] < 1])):
            if len(names):
                told = [
                    label("periods.one", lang, name=label(f"season_text.{name}", lang),
                          ratio=format_number(part["ratio"][name], 2))
                    for name in names
                ]  # fmt: skip
                sentences.append(say(f"periods.{key}", lang, kind=title, names=join_list(told, lang)))
        if ((part["low"] <= 1) & (part["high"] >= 1)).all():
            alike.append(title)
    if alike:
        sentences.append(say("periods.alike", lang, kinds=join_list(alike, lang)))
    for kind in ("hazards", "incidents"):
        months = find_months(view, kind)
        if months is not None:
            beyond = "beyond" if months.attrs["p"] < 0.05 else "within"
            sentences.append(
                say(
                    f"periods.months_{beyond}",
                    lang,
                    kind=label(f"periods.kind.{kind}", lang),
                    month=label(f"month.long.{int(months['ratio'].to_numpy().argmax()) + 1}", lang),
                    ratio=count(float(months["ratio"].max()), 2),
                    p=say_p(months.attrs["p"]),
                )
            )
    return make_prose([make_paragraph(sentences, lang)])


@leave_out_of_brief
def write_control(view: View) -> Prose | None:
    """Whether hazards found and the share rectified in thirty days are steady, and which months are not.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where there is no control chart.
    """
    charts = chart_hazards(view)
    if charts is None:
        return None
    lang, sentences = view.lang, list[Runs]()
    if all((chart["signal"] == "").all() for chart in charts):
        return make_prose([make_paragraph([say("control.all_steady", lang)], lang)])
    for part, chart in zip(("found", "share"), charts, strict=True):
        months = chart.index[chart["signal"] != ""]
        subject = label(f"control.subject.{part}", lang)
        if len(months):
            names = join_list([name_month(month, lang) for month in months[-_MOST_MONTHS:]], lang)
            key = "called_most" if len(months) > _MOST_MONTHS else "called"
            sentences.append(say(f"control.{key}", lang, subject=subject, n=count(len(months)), names=names))
        else:
            sentences.append(say("control.steady", lang, subject=subject))
    return make_prose([make_paragraph(sentences, lang)])


@leave_out_of_brief
def write_closure(view: View) -> Prose | None:
    """How many hazards are closed by their deadline.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where no hazard has a deadline that can be judged.
    """
    cases = list_cases(view)
    if cases is None:
        return None
    done, due = count_in_time(view, cases.rows)
    if not due:
        return None
    low, high = (100 * float(limit) for limit in wilson_interval(done, due))
    sentence = say(
        "closure.in_time",
        view.lang,
        due=count(due),
        done=count(done),
        share=count(100 * done / due, 1),
        low=format_number(low, 1),
        high=format_number(high, 1),
    )
    return make_prose([make_paragraph([sentence], view.lang)])


@leave_out_of_brief
def write_standing(view: View, fact: str) -> Prose | None:
    """How many groups can be told apart, who is beyond chance, and whether neighbours are alike."""
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
    else:
        sentences.append(say("standing.text.none_called", lang))
    sentences.append((Run(say_pattern(standing.pattern, lang)),))
    return make_prose([make_paragraph(sentences, lang)])


@leave_out_of_brief
def write_drill_effects(view: View) -> Prose | None:
    """Whether drills go with fewer incidents, repeats and late closures, under which assumptions.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where there is nothing to model.
    """
    lang, found = view.lang, study_drills(view)
    if not found:
        return None
    blocks: list[Block | None] = [make_paragraph([say("drill_effects.lead", lang)], lang)]
    for one in found:
        blocks.append(
            Block(
                say(
                    "drill_effects.one",
                    lang,
                    name=label(f"outcome.{one.name}", lang),
                    ratio=say_effect(one.monthly, lang),
                    verdict=say_verdict(one, lang),
                ),
                kind="li",
            )
        )
    blocks.append(make_paragraph([say("drill_effects.assumes", lang)], lang))
    blocks.append(make_paragraph([say("drill_effects.cannot", lang)], lang))
    return make_prose(blocks)


def write_required_drills(view: View) -> Prose | None:
    """How many districts held the drill required of them, and which did not.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where drills are not configured.
    """
    table = tabulate_required_drills(view)
    if table is None:
        return None
    lang = view.lang
    missed = [row[0].text for row in table.rows if not row[2].value]
    if not missed:
        return make_prose(
            [make_paragraph([say("required_drills.met", lang, n=count(len(table.rows)))], lang)]
        )
    sentence = say(
        "required_drills.missed",
        lang,
        n=count(len(table.rows)),
        m=count(len(missed)),
        names=join_list(missed, lang),
    )
    return make_prose([make_paragraph([sentence], lang)])


@leave_out_of_brief
def write_risk(view: View) -> Prose | None:
    """Which districts are in the upper classes, and how firm these are."""
    found = find_risk(view)
    if found is None:
        return None
    lang, places = view.lang, found.places
    upper = found.ranked[found.ranked["upper"]]
    sentences = [
        say(
            "risk.text.upper" if len(upper) else "risk.text.none_upper",
            lang,
            n=count(len(upper)),
            names=join_list(list(upper["district"]), lang),
        ),
        say("risk.text.firm", lang, n=count(len(places)), m=count(int(places["firm"].sum()))),
    ]
    if found.weakest is not None:
        lack = count(float(found.weakest["capacity"]), 1)
        sentences.append(say("risk.text.capacity", lang, name=found.weakest["district"], value=lack))
    if lacking := int((places["missing"] > 0).sum()):
        sentences.append(say("risk.text.missing", lang, n=count(lacking)))
    return make_prose([make_paragraph(sentences, lang)])
