"""Data quality in words: how much was read, what could not be used, and the most common reason."""

from taizhang.analysis.quality import Quality, count_by_kind, count_reasons
from taizhang.analysis.view import View
from taizhang.core.display import Prose
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_share
from taizhang.metadata.words import label
from taizhang.narrative.telling import count, lower_title, make_sentence, say, tell


def write_quality(view: View, quality: Quality) -> Prose | None:
    """Rows read, used and set aside, and the most common reason; None if the view has no row."""
    sums, lang = count_by_kind(view, quality), view.lang
    if sums.empty or not sums.loc[ALL]["read"]:
        return None
    all_ = sums.loc[ALL].to_dict()
    numbers = {name: count(all_[name]) for name in ("read", "accepted", "set_aside", "duplicates")}
    share = format_share(100 * all_["accepted"] / all_["read"])
    first = say("quality_text.read", lang, **numbers, share=share)
    if not all_["set_aside"] and not all_["cells_set_aside"]:
        return tell(lang, make_sentence([first, say("quality_text.nothing", lang)], lang))
    clauses = [first, say("quality_text.aside", lang, **numbers, cells=count(all_["cells_set_aside"]))]
    if all_["duplicates"]:
        clauses.append(say("quality_text.twice", lang, **numbers))
    sentences = [make_sentence(clauses, lang)]
    if not quality.aside.empty:
        worst = count_reasons(quality).iloc[0]
        kind = (
            lower_title(view.kinds[worst["kind"]].title[lang], lang)
            if worst["kind"] in view.kinds
            else str(worst["kind"])
        )
        why = label(f"dataquality.why.{worst['why']}", lang)
        sentences.append(say("quality_text.most", lang, kind=kind, why=why, n=count(worst["rows"])))
    return tell(lang, *sentences)
