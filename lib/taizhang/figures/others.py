"""Small charts for the other kinds (by class, warnings by colour), and rows as recorded in a ledger."""

import pandas as pd

from taizhang.analysis.exhibits import exhibit, is_shown, place_shown
from taizhang.analysis.naming import name_leaders, quote_text, show_day, spell_names
from taizhang.analysis.rows import count_colours, list_rows, name_values, sum_classes, total_counts
from taizhang.analysis.view import View
from taizhang.boundaries.english import spell_event
from taizhang.core import display
from taizhang.figures.canvas import finish_figure
from taizhang.figures.marks import plot_bars, tell_parts
from taizhang.figures.tables import make_table, note_losses, write_answer
from taizhang.figures.tidy import melt_counts, name_index
from taizhang.metadata.formats import format_number
from taizhang.metadata.kinds import Field, load_shared
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label


def plot_classes(view: View, kind: str, column: str, *, value: str = "") -> display.Figure | None:
    """Plot the rows of a kind by one column, or the sum of another column `value`, as ranked bars.

    None if there are no rows, no row gives its class, or small counts of the kind are withheld.
    """
    id = f"{kind}-by-{column}".replace("_", "-")
    counts = sum_classes(view, kind, column, value) if is_shown(view, id, "classes") else None
    if counts is None:
        return None
    lang, main, fields = view.lang, load_style().roles["main"], view.kinds[kind].fields
    measure = fields[value].label(lang) if value else label("word.rows", lang)
    title = fields[column].label(lang)
    drawing = plot_bars(counts.to_frame(), [main], map(format_number, counts), [("■", measure, main)])
    told = {
        "kind": view.kinds[kind].label(lang), "column": title if lang == "zh" else title.lower(),
        "measure": measure, "n": total_counts(counts.to_frame()).whole, "leaders": name_leaders(counts, lang),
    }  # fmt: skip
    few = [f"{name}{'' if lang == 'zh' else ' '}{format_number(n)}" for name, n in counts.items()]
    figure = finish_figure(
        drawing, view, "classes", len(view.counted(kind)), data=lambda: name_index(counts, column, value or "rows"),
        id=id, ledgers=(kind,), told=told, few=few,
    )  # fmt: skip
    return place_shown(view, figure, id, "classes")


@exhibit("warnings")
def plot_warnings(view: View) -> display.Figure | None:
    """Plot warnings of the period by kind and colour; None if none was issued."""
    counts = count_colours(view)
    if counts is None:
        return None
    lang, style = view.lang, load_style()
    colours = [style.signals.get(colour, style.roles["before"]) for colour in counts.columns]
    values = pd.Series([pd.NA if colour == "unknown" else colour for colour in counts.columns])
    names = name_values(values, "warnings", "colour", lang, view.kinds)
    totals = total_counts(counts)
    sums = totals.by_part.set_axis(names)
    key = [("■", name, shade) for name, shade in zip(names, colours, strict=True)]
    drawing = plot_bars(counts, colours, map(format_number, totals.by_class), key)
    n = int(totals.whole)
    few = tell_parts(view, "warnings", counts.set_axis(names, axis=1))
    return finish_figure(
        drawing, view, "warnings", n, data=lambda: melt_counts(counts, "kind", "colour", "warnings"),
        n=n, colours=name_leaders(sums, lang, most=len(sums)), few=few,
    )  # fmt: skip


# Columns of names that pages in English have in pinyin; what else is written in Chinese is quoted.
_PLACES = ("premises", "school", "depot")
_SPELT = (("shelters", "name"), ("teams", "name"))


def tabulate_rows(view: View, kind: str, *columns: str, most: int = 30) -> display.Table | None:
    """Tabulate at most `most` rows of a kind as recorded in its ledger, for short lists such as actions and shelters.

    Columns that are never filled in are left out. None if there are no rows, or small counts are withheld.
    """
    id = f"{kind}-rows".replace("_", "-")
    rows, columns = list_rows(view, kind, *columns) if is_shown(view, id, "rows") else (pd.DataFrame(), ())
    if rows.empty:
        return None
    lang, fields = view.lang, view.kinds[kind].fields
    shown = rows.head(most)
    written = {name: _write_column(view, shown[name], kind, name) for name in columns}
    numeric = {name: fields[name].type in ("integer", "number", "count_or_names") for name in columns}
    cells = [
        [
            display.Cell(
                written[name][at], float(row[name]) if numeric[name] and pd.notna(row[name]) else None
            )
            for name in columns
        ]
        for at, row in shown.iterrows()
    ]
    heads = []
    for name in columns:
        unit, align = _name_unit(fields[name], lang), "right" if numeric[name] else "left"
        heads.append(display.Column(fields[name].label(lang), unit, align))  # type: ignore[arg-type]
    title = view.kinds[kind].label(lang)
    notes = note_losses(view, kind) if "loss_wan" in columns else ()
    table = make_table(
        view,
        "rows",
        cells,
        id=id,
        columns=heads,
        names=columns,
        notes=notes,
        total=len(rows),
        kind=title,
    )
    return place_shown(view, table, id, "rows")


def _name_unit(field: Field, lang: str) -> str:
    """A column's unit for its head; that pieces are counted goes without saying."""
    return "" if field.unit in ("", "piece") else load_shared().units[field.unit].label(lang)


def _write_column(view: View, values: pd.Series, kind: str, name: str) -> pd.Series:
    """A column as text, by its type."""
    lang = view.lang
    field = view.kinds[kind].fields[name]
    if field.type in ("integer", "count_or_names"):
        return values.map(format_number)
    if field.type == "number":
        whole = bool((values.dropna() % 1 == 0).all())
        return values.map(lambda value: format_number(value, 0 if whole else 1))
    if field.type in ("date", "datetime", "month"):
        return values.map(show_day)
    if field.type == "boolean":
        return values.map(lambda answer: write_answer(answer, lang))
    named = name_values(values, kind, name, lang, view.kinds)
    if (kind, name) in _SPELT or name in _PLACES:
        return pd.Series(spell_names(named, lang), values.index, dtype="str")
    return named.map(
        lambda text: quote_text(spell_event(text) if lang == "en" and name == "event" else text, lang)
    )
