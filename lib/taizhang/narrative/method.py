"""What a report says of its method and its data."""

from taizhang.analysis.quality import sum_read
from taizhang.analysis.rows import is_brief
from taizhang.analysis.view import View
from taizhang.analysis.vintages import list_changed
from taizhang.core.display import Prose
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, join_list
from taizhang.narrative.telling import Runs, count, make_paragraph, make_prose, say


def write_method(view: View) -> Prose | None:
    """How the numbers came about: period, as-of day, chance, what was set aside, rights of the maps."""
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
        sums = sum_read(view)
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
    return [
        say(f"vintage.{change}", view.lang, name=join_list(names, view.lang))
        for change, names in list_changed(view).items()
    ]
