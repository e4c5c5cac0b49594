"""The evaluation of drills in words."""

from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.rows import find_rows
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.figures.evaluation import count_ratings, find_objectives, judge_improvements, list_scale
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.words import label
from taizhang.narrative.telling import count, make_paragraph, make_prose, make_sentence, say


def write_evaluation(view: View) -> Prose | None:
    """How many drills were evaluated, how they were rated, what they showed and what came of it.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where there is no drills ledger.
    """
    if "drills" not in view.ledgers:
        return None
    lang, rows = view.lang, find_rows(view, "drills")
    told = {"period": name_period(view), "name": name_place(view)}
    if rows.empty:
        return make_prose([make_paragraph([say("evaluation_text.none", lang, **told)], lang)])
    evaluated = int(rows["evaluated"].fillna(False).sum())
    first = say("evaluation_text.held", lang, **told, held=count(len(rows)), evaluated=count(evaluated))
    known = rows[rows["problems"].notna() & rows["problems_fixed"].notna()]
    if len(known):
        problems, fixed = (float(known[name].sum()) for name in ("problems", "problems_fixed"))
        first += say("evaluation_text.problems", lang, problems=count(problems), fixed=count(fixed))
    sentences = [make_sentence([first], lang)]
    ratings = count_ratings(view)
    if len(ratings):
        words = [
            label("evaluation_text.of", lang, name=name, n=format_number(n)) for name, n in ratings.items()
        ]
        sentences.append(say("evaluation_text.ratings", lang, ratings=join_list(words, lang)))
    return make_prose([make_paragraph(sentences, lang)])


def write_objectives(view: View) -> Prose | None:
    """How often objectives were given the best and the worst rating, and how far the improvements are.

    Parameters
    ----------
    view : View

    Returns
    -------
    Prose or None
        None where the workbook has no ledger of objectives, or it has no row of the period.
    """
    rows, scale, lang = find_objectives(view), list_scale(view), view.lang
    if rows.empty or "rating" not in rows or not scale:
        return None
    rated = rows[rows["rating"].notna()]
    if rated.empty:
        return None
    best, worst = next(iter(scale)), list(scale)[-1]
    good, bad = (int((rated["rating"] == rating).sum()) for rating in (best, worst))
    sentences = [
        say(
            "evaluation_text.objectives",
            lang,
            n=count(len(rated)),
            best=scale[best],
            good=count(good),
            share=f"{format_number(100 * good / len(rated), 1)}%",
            worst=scale[worst],
            bad=count(bad),
        )
    ]
    items = judge_improvements(view)
    if len(items):
        done, overdue = (int((items["state"] == state).sum()) for state in ("done", "overdue"))
        plan = say(
            "evaluation_text.plan", lang, n=count(len(items)), done=count(done), overdue=count(overdue)
        )
        sentences.append(plan)
    return make_prose([make_paragraph(sentences, lang)])
