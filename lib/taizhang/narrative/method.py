"""The section of a report on its method and data."""

from collections.abc import Mapping

from taizhang.analysis.calls import count_tested, find_power
from taizhang.analysis.differences import count_unsettled, list_uncompared
from taizhang.analysis.exhibits import exhibit, is_brief, is_shown
from taizhang.analysis.gaps import count_cut, list_noughts, list_unsaid
from taizhang.analysis.hazards import count_undated_spot
from taizhang.analysis.quality import count_twice, sum_read
from taizhang.analysis.reported import count_beside
from taizhang.analysis.rows import count_monthless
from taizhang.analysis.selection import has_withheld
from taizhang.analysis.view import View
from taizhang.analysis.vintages import list_changed
from taizhang.core.display import Prose
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_probability, join_list, quantify
from taizhang.metadata.kinds import find_premises_columns
from taizhang.metadata.words import label
from taizhang.narrative.telling import (
    Runs,
    count,
    lower_title,
    make_paragraph,
    make_prose,
    name_columns,
    say,
    tell,
)


def write_method(view: View) -> Prose | None:
    """Say how the numbers were obtained: period, as-of day, chance, what was set aside, attribution of the maps."""
    lang = view.lang
    if not is_brief(view, "method-text"):
        return make_prose(
            [make_paragraph(_tell_counting(view), lang), make_paragraph(_tell_quality(view), lang)]
        )
    full = is_shown(view, "workings-text")
    # A district's bulletin has no maps.
    maps = view.district == ALL and not view.approval
    told = [
        say("method.short" if full else "method.brief", lang, day=format_date(view.as_of, lang)),
        *_tell_known(view),
        *([say(f"method.{'annex' if is_shown(view, 'definitions') else 'tests'}", lang)] if full else []),
        *_tell_undated(view),
        *_tell_unsaid(view),
        *_tell_late(view),
        *_tell_rows(view, "cut", count_cut(view)),
        *_tell_vintages(view),
        *(_tell_quality(view) if full else _tell_rows(view, "twice", count_twice(view))),
        *(_tell_maps(view) if full or maps else []),
    ]
    return tell(lang, *told)


@exhibit("workings-text")
def write_workings(view: View) -> Prose | None:
    """Say how numbers are counted and compared: details that a short method section leaves to the annex."""
    return tell(view.lang, *_tell_counting(view))


def _tell_counting(view: View) -> list[Runs]:
    """The period, comparisons and tests, what counts, what is withheld, rights of the maps."""
    lang, days = view.lang, {"first": view.period.start, "last": view.period.end, "day": view.as_of}
    return [
        say("method.period", lang, **{name: format_date(day, lang) for name, day in days.items()}),
        *_tell_known(view),
        say("method.before", lang),
        *_tell_undated(view),
        *_tell_tests(view),
        say("method.shares", lang),
        *_tell_unsaid(view),
        *_tell_noughts(view),
        *_tell_spot(view),
        *_tell_linked(view),
        *_tell_rows(view, "cut", count_cut(view)),
        *_tell_rows(view, "monthless", count_monthless(view)),
        *_tell_vintages(view),
        *([say("method.withheld", lang)] if has_withheld(view) else []),
        *_tell_maps(view),
    ]


def _tell_maps(view: View) -> list[Runs]:
    return [say("method.map_approved" if view.approval else "method.map", view.lang, number=view.approval)]


def _tell_quality(view: View) -> list[Runs]:
    """Rows handed in twice, rows read and set aside, numbers reported beside those counted."""
    lang, quality = view.lang, _tell_rows(view, "twice", count_twice(view))
    if not view.quality.empty:
        sums = {name: count(number) for name, number in sum_read(view).items()}
        quality.append(say("method.quality", lang, cells=sums["cells_set_aside"], **sums))  # type: ignore[arg-type]
    n, differing = count_beside(view)
    if n:
        quality.append(say("method.beside", lang, n=count(n), m=count(differing)))
    return quality


def _tell_known(view: View) -> list[Runs]:
    """That all rests on what was known on an earlier day."""
    if view.known_on is None:
        return []
    return [say("method.known", view.lang, day=format_date(view.known_on, view.lang))]


def _tell_undated(view: View) -> list[Runs]:
    """Ledgers of which an earlier period can't be read at the same lag."""
    lang = view.lang
    names = join_list([view.kinds[kind].title[lang] for kind in list_uncompared(view)], lang)
    return [say("method.undated", lang, names=names)] if names else []


def _tell_unsaid(view: View) -> list[Runs]:
    """Say which columns some rows leave empty, so that numbers rest on fewer rows than there are."""
    lang = view.lang
    told = list_unsaid(view)
    names = [
        label(
            "method.unsaid_of",
            lang,
            columns=name_columns(view, one.kind, one.columns),
            kind=lower_title(view.kinds[one.kind].title[lang], lang),
            unsaid=count(one.unsaid),
            n=count(one.of),
        )
        for one in told
        # The same rows, without any of more columns, are told once.
        if not any(
            {*other.columns} < {*one.columns}
            and (other.kind, other.unsaid, other.of) == (one.kind, one.unsaid, one.of)
            for other in told
        )
    ]
    return [say("method.unsaid", lang, names=join_list(names, lang))] if names else []


def _tell_spot(view: View) -> list[Runs]:
    """Say how many hazards rectified on the spot are taken to be so on the day found."""
    n = count_undated_spot(view)
    return [say("method.spot", view.lang, n=count(n))] if n else []


def _tell_linked(view: View) -> list[Runs]:
    """How rows were linked to premises, from which probability on, and what is left to people to decide."""
    lang, linking = view.lang, view.linking
    if "certain_from" not in linking or not any(
        find_premises_columns(view.kinds[kind]) for kind in view.ledgers
    ):
        return []
    told = {name: format_probability(linking[f"{name}_from"]) for name in ("certain", "doubtful")}
    numbers = {name: count(int(linking[name])) for name in ("rows", "premises")}
    said = [say("method.linked", lang, certain=told["certain"], **numbers)]
    if linking["doubtful"]:
        said.append(say("method.doubtful", lang, n=count(int(linking["doubtful"])), **told))
    if linking["decisions"]:
        said.append(say("method.decided", lang, n=count(int(linking["decisions"]))))
    return said


def _tell_tests(view: View) -> list[Runs]:
    """How differences are tested, how many, and what so small numbers can show; nothing of it where none could be."""
    lang, n = view.lang, count_tested(view)
    if not n:
        return []
    told = [say("method.family", lang, n=count(n)), say("method.chance", lang)]
    power = find_power(view)
    if power is not None:
        info = view.describe(power.fact)
        tenths = round(10 * power.doubling)
        key = {0: "power_none", 10: "power_all"}.get(tenths, "power")
        before = quantify(power.before, info, lang)
        told.append(say(f"method.{key}", lang, fact=info.title[lang], before=before, tenths=count(tenths)))
    return told + _tell_late(view)


def _tell_late(view: View) -> list[Runs]:
    """Say that rows of the period's end may still be to come, where that is so."""
    days = count_unsettled(view)
    return [say("method.late", view.lang, n=count(days))] if days and count_tested(view) else []


def _tell_noughts(view: View) -> list[Runs]:
    """In which columns of counts an empty cell counts as 0."""
    lang, names = view.lang, list[str]()
    for kind, columns in list_noughts(view).items():
        fields = view.kinds[kind].fields
        titles = join_list(
            [label("gap.column", lang, title=fields[name].title[lang]) for name in columns], lang
        )
        title = lower_title(view.kinds[kind].title[lang], lang)
        names.append(label("method.noughts_of", lang, kind=title, columns=titles))
    return [say("method.noughts", lang, names=join_list(names, lang))] if names else []


def _tell_rows(view: View, key: str, counts: Mapping[str, int]) -> list[Runs]:
    """Say how many rows of each kind something is said of; nothing if there is none."""
    names = [
        label("method.rows_of", view.lang, name=view.kinds[kind].title[view.lang], n=number)
        for kind, number in counts.items()
    ]
    return [say(f"method.{key}", view.lang, names=join_list(names, view.lang))] if names else []


def _tell_vintages(view: View) -> list[Runs]:
    return [
        say(f"vintage.{change}", view.lang, name=join_list(names, view.lang))
        for change, names in list_changed(view).items()
    ]
