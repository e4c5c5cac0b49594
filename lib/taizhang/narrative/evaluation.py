"""The evaluation of drills in words."""

from taizhang.analysis.evaluation import count_improvements, count_ratings, rate_objectives, sum_evaluations
from taizhang.analysis.gaps import find_gap
from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number, format_share, join_list
from taizhang.metadata.words import label
from taizhang.narrative.sections import tell_gaps
from taizhang.narrative.telling import count, make_sentence, say, tell


def write_evaluation(view: View) -> Prose | None:
    """Say how many drills were evaluated, how they were rated, which problems they showed and how many were fixed."""
    if "drills" not in view.ledgers:
        return None
    lang, sums = view.lang, sum_evaluations(view)
    told = {"period": name_period(view), "name": name_place(view)}
    if sums.empty:
        return tell(lang, say("evaluation_text.none", lang, **told))
    all_ = sums.loc[ALL].to_dict()
    gaps = [fact for fact in ("drills.evaluated_share", "drills.problems") if find_gap(view, fact)]
    numbers = {name: count(all_[name]) for name in ("held", "evaluated", "problems", "fixed")}
    key = "held_only" if "drills.evaluated_share" in gaps or not all_["said"] else "held"
    first = say(f"evaluation_text.{key}", lang, **told, **numbers)
    if all_["known"] and "drills.problems" not in gaps:
        first += say("evaluation_text.problems", lang, **numbers)
    sentences = [make_sentence([first], lang), *tell_gaps(view, gaps)]
    ratings = count_ratings(view)
    if len(ratings):
        words = [
            label("evaluation_text.of", lang, name=name, n=format_number(n))
            for name, n in ratings["n"].items()
        ]
        sentences.append(say("evaluation_text.ratings", lang, ratings=join_list(words, lang)))
    return tell(lang, *sentences)


def write_objectives(view: View) -> Prose | None:
    """Say how often objectives were given the best and the worst rating, and how far the improvements are.

    None if the workbook has no ledger of objectives, or no rated row of the period.
    """
    rated, lang = rate_objectives(view), view.lang
    if rated is None:
        return None
    share = format_share(rated.good_percent)
    numbers = {"n": count(rated.rated), "good": count(rated.good), "bad": count(rated.bad)}
    named = {"best": rated.best, "worst": rated.worst, "share": share}
    sentences = [say("evaluation_text.objectives", lang, **numbers, **named)]
    items = count_improvements(view)
    if items:
        told = {"n": count(items[ALL]), **{name: count(n) for name, n in items.items() if name != ALL}}
        if items[ALL]:
            sentences.append(say("evaluation_text.plan", lang, **told))
        key, day = f"overdue{'' if items['overdue'] else '_none'}", format_date(view.as_of, lang)
        late = say(f"evaluation_text.{key}", lang, day=day, **told)
        if items["carried"]:
            late += say("evaluation_text.carried", lang, **told)
        sentences.append(make_sentence([late], lang))
    return tell(lang, *sentences)
