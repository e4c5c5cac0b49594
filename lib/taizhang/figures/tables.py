"""Key figures and tables of facts: with the year before, the period before, targets, data quality, definitions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import compress

import pandas as pd

from taizhang.analysis.changes import Change, name_then
from taizhang.analysis.differences import Then
from taizhang.analysis.exhibits import (
    exhibit,
    is_brief,
    is_shown,
    limit_items,
    place_shown,
    say_exhibit,
    tell_few,
)
from taizhang.analysis.naming import show_day
from taizhang.analysis.quality import COUNTS
from taizhang.analysis.selection import (
    ShownFact,
    choose_facts,
    choose_key_figures,
    choose_reported,
    list_definitions,
)
from taizhang.analysis.targets import list_targets
from taizhang.analysis.view import Row, View, is_known
from taizhang.core import display
from taizhang.core.wording import fill, leave_out_untold, list_places
from taizhang.metadata.exhibits import load_exhibits
from taizhang.metadata.facts import ALL, FactInfo, describe_fact, unit_label
from taizhang.metadata.formats import (
    format_fact,
    format_number,
    join_list,
    join_unit,
    name_unit,
    quantify,
    write_about,
)
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.metadata.words import label, name_places


@exhibit("key-figures")
def show_key_figures(view: View) -> display.KeyFigures | None:
    """Show the view's key figures, with the change from the year before and from the previous period.

    Figures from summary tables come last and are marked. A monthly bulletin has the first of each ledger, at most six.
    If none of the facts is a key figure, all are shown. None if there are no facts.
    """
    items = tuple(_make_key_figure(view, shown) for shown in choose_key_figures(view))
    mark = label("reported.mark", view.lang)
    items += tuple(
        replace(_make_key_figure(view, shown), change=mark)
        for shown in choose_reported(view, key=True)
        if shown.is_known or shown.row["suppressed"]
    )
    items = items[: limit_items(view, "key-figures")]
    return display.KeyFigures(items) if items else None


def _make_key_figure(view: View, shown: ShownFact) -> display.KeyFigure:
    info, row, lang = shown.info, shown.row, view.lang
    value = show_value(row, info, lang)
    unit = name_unit(info, lang, row["value"]) if shown.is_known else ""
    if shown.is_known and lang == "en" and info.unit == "wan_yuan":
        # Ten thousand yuan is no unit of English: yuan, or million yuan.
        value, _, unit = quantify(row["value"], info, "en").partition(" ")
    told = [
        describe_change(change, info, lang, then=name_then(view, then))
        for then, change in shown.changes.items()
        if change and not is_brief(view, "key-figures")  # there the table of changes says it
    ]
    change = label("change.join", lang).join(told)
    return display.KeyFigure(info.name, info.title[lang], value, unit, change, shown.verdict)


def make_table(
    view: View,
    name: str,
    /,
    rows: Iterable[Iterable[object]],
    *,
    id: str = "",
    columns: Iterable[display.Column | str] = (),
    without: Collection[str] = (),
    units: Mapping[str, str] | None = None,
    notes: Sequence[str] | None = None,
    total: int = 0,
    names: Sequence[str] = (),
    title: str = "",
    dense: bool = False,
    wide: bool = False,
    shaded: bool = False,
    **values: object,
) -> display.Table | None:
    """Make a table with the words of an exhibit in exhibits.yml; None if it has no rows.

    Parameters
    ----------
    name : str
        The exhibit; `id`, `title` and `notes` replace the exhibit's.
    rows : iterable of iterables
        Rows of Cell, text or whole numbers; an unknown number becomes a dash.
    columns : iterable of Column or str
        Columns for ``...`` in exhibits.yml, or all columns if it has none; a str is the head of a column of numbers.
    without : collection of str
        Columns of the exhibit to leave out, with their cells.
    units : Mapping of str to str
        Units of the exhibit's columns that depend on the data.
    total : int
        Number of rows; if there are more than are shown, a last note says so.
    names : sequence of str
        Names of the columns in the exhibit's words for few rows.
    **values
        What fills the exhibit's words; place, period and day are the view's where left out.
    """
    cells, about = [tuple(map(make_cell, row)) for row in rows], load_exhibits()[name]
    if not cells:
        return None
    heads = [display.Column(*one.head(view.lang)) for one in about.columns]
    heads = [
        replace(head, unit=(units or {}).get(one.name, head.unit))
        for one, head in zip(about.columns, heads, strict=True)
    ]
    kept = [one.name not in without for one in about.columns]
    given = [display.Column(one, "", "right") if isinstance(one, str) else one for one in columns]
    heads[about.place : about.place], kept[about.place : about.place] = given, [True] * len(given)
    called = [one.name for one in about.columns]
    called[about.place : about.place] = names or [""] * len(given)
    few = tell_few(view, [_tell_row(view, row, heads, called, id, name) for row in cells], id, name, **values)
    if few and notes:
        few = replace(
            few, blocks=(*few.blocks, *(display.Block((display.Run(note),), "note") for note in notes))
        )
    if notes is None:
        notes = [say_exhibit(view, name, "note", **values)] if "note" in about.words else []
    if total > len(cells):
        more = {"shown": len(cells), "total": format_number(total)}
        own = "more" in about.words
        words = say_exhibit(view, name, "more", **more) if own else label("table.more", view.lang, **more)
        notes = [*notes, words]
    return display.Table(
        id=id or name,
        title=title or say_exhibit(view, name, "title", **values),
        columns=tuple(compress(heads, kept)),
        rows=tuple(tuple(compress(row, kept)) for row in cells),
        notes=tuple(notes),
        dense=dense,
        wide=wide,
        shaded=shaded,
        told=few,
    )


def _tell_row(
    view: View,
    row: Sequence[display.Cell],
    heads: Sequence[display.Column],
    called: Sequence[str],
    *ids: str,
) -> tuple[display.Run, ...]:
    """Describe a row in the words of the first exhibit that has any; unknown values are left out.

    Nothing if the words need a column that the table or the row lacks.
    """
    known, lang = load_exhibits(), view.lang
    words = next((known[id].words["row"][lang] for id in ids if id in known and "row" in known[id].words), "")
    told = {
        name: display.Run(_write_amount(cell, head.unit, lang), fact=cell.fact)
        for name, cell, head in zip(called, row, heads, strict=True)
        if cell.text not in ("", "—")
    }
    words = leave_out_untold(words, told)
    if not list_places(words) <= set(told):
        return ()
    parts = fill(words, told)
    return tuple(part if isinstance(part, display.Run) else display.Run(str(part)) for part in parts)


def _write_amount(cell: display.Cell, unit: str, lang: str) -> str:
    """A cell as a sentence has it: with its unit, but for people in English, and without a full stop of its own."""
    if lang == "en" and unit == unit_label("people", lang):
        return cell.text
    if lang == "en" and unit == unit_label("wan_yuan", lang) and isinstance(cell.value, float):
        return quantify(cell.value, describe_fact("losses.loss_wan"), lang)
    return join_unit(cell.text.removesuffix("。"), unit, lang)


def make_cell(entry: object) -> display.Cell:
    """Make a cell from a text or a whole number; return a cell as it is."""
    if isinstance(entry, display.Cell):
        return entry
    return display.Cell(entry) if isinstance(entry, str) else write_number(entry)  # type: ignore[arg-type]


def write_number(
    value: float | None, decimals: int = 0, *, unit: str = "", note: str = "", text: str = ""
) -> display.Cell:
    """Make a cell from a number, or from words that sort by it; a dash if unknown."""
    if value is None or pd.isna(value):
        return display.Cell("—")
    return display.Cell(text or f"{format_number(value, decimals)}{unit}", float(value), note=note)


def write_day(day: object, *, note: str = "") -> display.Cell:
    """Make a cell from a ledger's day; a dash if there is none."""
    return display.Cell(show_day(day), show_day(day), note=note)


def write_answer(answer: object, lang: str) -> str:
    """Make a cell from a ledger's yes or no, or say that it is not given."""
    return label("word.not_stated" if pd.isna(answer) else "word.yes" if answer else "word.no", lang)  # type: ignore[call-overload]


def show_value(row: Row, info: FactInfo, lang: str) -> str:
    """Write a fact's value as text: approximate or withheld if suppressed; 'not known' if empty."""
    if row["suppressed"]:
        return write_about(row["value"], info, lang)
    if pd.isna(row["value"]):
        return label("word.not_known", lang)
    return format_fact(row["value"], info)


def describe_change(change: Change, info: FactInfo, lang: str, *, then: str = "") -> str:
    """Describe a change and its period briefly: +12 (+8.3%), with a note if beyond chance."""
    unit = unit_label("points", lang) if info.unit == "percent" else ""
    if change.difference == 0:
        words = label("change.same", lang)
    else:
        sign = "+" if change.difference > 0 else ""
        text = join_unit(f"{sign}{format_number(change.difference, info.decimals)}", unit, lang)
        if info.unit == "wan_yuan" and lang == "en":
            text = f"{sign}{quantify(change.difference, info, lang)}"
        if info.unit != "percent" and change.has_percent:
            percent = f"{sign}{format_number(change.percent, 1)}%"
            words = label("change.with_percent", lang, text=text, percent=percent)
        else:
            words = label("change.plain", lang, text=text)
    if then:
        words = label(f"change.{'on_then' if change.difference else 'same_as'}", lang, then=then, words=words)
    return label("change.beyond", lang, words=words) if change.difference and change.beyond_chance else words


def tabulate_facts(view: View, *kinds: str) -> display.Table | None:
    """Tabulate all facts of some kinds, with the year before, the change since the period before, and the whole area.

    `kinds` are ledger kinds, or ``grid``. None if none of them is configured.
    """
    lang, rows = view.lang, []
    id = f"facts-{'-'.join(kinds).replace('_', '-')}"
    if not is_shown(view, id, "facts"):
        return None
    shown, thens = choose_facts(view, *kinds)
    reported = choose_reported(view, *kinds)
    if not shown and not reported:
        return None
    for one in shown:
        info = one.info
        cells: list[object] = [info.title[lang], make_fact_cell(one.row, info, lang)]
        if thens:
            cells.append(make_earlier_cell(view, one, "year"))
        cells += [make_change_cell(change, info, lang) for change in one.changes.values()]
        if view.district != ALL:
            cells.append(make_fact_cell(view.fact(info.name, ALL), info, lang, district=ALL))
        rows.append(cells)
    for one in reported:
        cells = [one.info.title[lang], mark_cell(make_fact_cell(one.row, one.info, lang))]
        cells += ["—"] * ((1 if thens else 0) + len(thens))
        if view.district != ALL:
            area = view.report_of(one.info.name, ALL)
            cells.append(mark_cell(make_fact_cell(area, one.info, lang, district=ALL)))
        rows.append(cells)
    columns: list[display.Column | str] = [label("column.year_before", lang)] if thens else []
    for then in thens:
        columns.append(display.Column(label("column.change_on", lang, then=name_then(view, then))))
    if view.district != ALL:
        columns.append(label("word.area", lang))
    notes = (say_exhibit(view, "facts", "note" if thens else "stock"), *note_reported(view, reported))
    titles = name_kinds([one.info.kind for one in (*shown, *reported)], view)
    table = make_table(view, "facts", rows, id=id, columns=columns, notes=notes, kinds=titles)
    return place_shown(view, table, id, "facts")


def mark_cell(cell: display.Cell) -> display.Cell:
    """Make a cell from a reported number, with the mark explained below the table."""
    return cell if cell.value is None else replace(cell, text=f"{cell.text}*")


_TELL_OF_LOSSES = ("incidents", "losses")


def note_losses(view: View, kind: str) -> tuple[str, ...]:
    """Return a note on whose losses a table shows, if two ledgers of the workbook may record the same event.

    A district's report tells it once: below its disasters, if it had any, else below its incidents.
    """
    if not set(_TELL_OF_LOSSES) <= set(view.ledgers) or kind not in _TELL_OF_LOSSES:
        return ()
    if kind == "incidents" and view.district != ALL and len(view.counted("losses")):
        return ()
    titles = {name: view.kinds[name].title[view.lang] for name in _TELL_OF_LOSSES}
    other = next(titles[name] for name in _TELL_OF_LOSSES if name != kind)
    return (label("table.losses", view.lang, own=titles[kind], other=other),)


def note_reported(view: View, reported: Collection[object]) -> tuple[str, ...]:
    """Return the explanation of the mark, if the table has one."""
    return (label("reported.note", view.lang),) if reported else ()


def make_earlier_cell(view: View, shown: ShownFact, then: Then) -> display.Cell:
    """Make a cell from a fact in an earlier period; a dash if the two are not comparable."""
    if shown.changes[then] is None:
        return display.Cell("—")
    return make_fact_cell(view.fact(shown.info.name, when=then), shown.info, view.lang)


def make_change_cell(change: Change | None, info: FactInfo, lang: str) -> display.Cell:
    """Make a cell from a change, marked better or worse; it sorts by the difference."""
    if change is None:
        return display.Cell("—")
    note = "" if change.verdict == "neutral" else change.verdict
    return display.Cell(describe_change(change, info, lang), change.difference, note=note)


def name_kind(kind: str, lang: str, kinds: Mapping[str, Kind] | None = None) -> str:
    """Return a kind's title, including the grid's; `kinds` if a workbook has its own."""
    kinds = load_kinds() if kinds is None else kinds
    return kinds[kind].title[lang] if kind in kinds else label(f"kind.{kind}", lang)


def name_kinds(kinds: Iterable[str], view: View) -> str:
    """Return kinds' titles as a list, each once; in English only the first begins with a capital letter."""
    named = [name_kind(kind, view.lang, view.kinds) for kind in dict.fromkeys(kinds)]
    return "、".join(named) if view.lang == "zh" else join_list([named[0], *map(str.lower, named[1:])], "en")


def make_fact_cell(
    row: Row | None, info: FactInfo, lang: str, *, district: str = "", interval: bool = False
) -> display.Cell:
    """Make a cell from a fact: value with unit and, on request, its interval; it sorts by the value."""
    if row is None:
        return display.Cell("—", None, fact=info.name, district=district)
    if not is_known(row):
        note = "suppressed" if row["suppressed"] else ""
        return display.Cell(show_value(row, info, lang), None, info.name, note, district)
    text = format_fact(row["value"], info)
    if interval and pd.notna(row["low"]) and pd.notna(row["high"]):
        low, high = (format_fact(row[end], info) for end in ("low", "high"))
        text = label("word.interval", lang, value=text, low=low, high=high)
    elif not info.unit.startswith("per_"):  # what a rate is per, its title says
        text = quantify(row["value"], info, lang)
    return display.Cell(text, float(row["value"]), info.name, "", district)


def tabulate_targets(view: View) -> display.Table | None:
    """Tabulate targets of the district: what is done, as a percentage of the target, and against the time elapsed;
    or None."""
    lang, cells = view.lang, []
    for target in list_targets(view):
        info, row = view.describe(target.indicator), target.done
        done, goal, unit = row["numerator"], row["denominator"], name_unit(info, lang)
        facts = (f"targets.{info.name}.{name}" for name in ("done_percent", "pace_points"))
        percent, points = map(view.describe, facts)
        pace = make_fact_cell(target.pace, points, lang)
        cells.append(
            (
                info.title[lang],
                display.Cell(join_unit(format_number(goal), unit, lang), goal),
                display.Cell(join_unit(format_fact(done, info), unit, lang), done),
                make_fact_cell(row, percent, lang),
                replace(pace, note="worse") if target.is_behind else pace,
            )
        )
    return make_table(view, "targets", cells)


@exhibit("quality")
def tabulate_quality(view: View) -> display.Table | None:
    """Tabulate rows read, accepted and set aside, per ledger of the whole workbook; None if no ledger was read."""
    cells = (
        (name_kind(row["kind"], view.lang, view.kinds), *(row[name] for name in COUNTS))
        for _, row in view.quality.iterrows()
    )
    return make_table(view, "quality", cells)


@exhibit("definitions")
def tabulate_definitions(view: View) -> display.Table | None:
    """Tabulate the definitions of this report's facts; None if there are none, and in a monthly bulletin.

    A district's report leaves out those whose names say it all; the whole area's has them.
    """
    lang, (infos, used) = view.lang, list_definitions(view)
    shown = [info for info in infos if view.district == ALL or not info.plain]
    rows = [
        (
            info.title[lang],
            name_places(info.definition[lang], lang)
            + ("" if info.interval == "none" else label(f"interval.short.{info.interval}", lang)),
        )
        for info in shown
    ]
    methods = [label(f"interval.{method}", lang) for method in used]
    notes = [say_exhibit(view, "definitions", "methods", methods=join_list(methods, lang))] if methods else []
    notes += [say_exhibit(view, "definitions", "left_out")] if len(shown) < len(infos) else []
    return make_table(view, "definitions", rows, notes=notes, dense=True)
