"""One small chart for each of the other kinds: by class, warnings by colour, weather against normal."""

import pandas as pd

from taizhang.analysis.naming import describe_source, name_month, name_period, name_place, name_span
from taizhang.analysis.rows import choose_months, count_classes, find_rows, leave_out_of_brief, name_values
from taizhang.analysis.time import is_sensitive
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, make_axes, make_drawing, tidy_axes, use_style
from taizhang.figures.marks import bars_height, draw_key, draw_ranked_bars, label_months, set_whole_ticks
from taizhang.metadata.formats import format_number, join_list
from taizhang.metadata.kinds import Field, load_shared
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_SIGNALS = ("red", "orange", "yellow", "blue")


@leave_out_of_brief
def plot_classes(view: View, kind: str, column: str, *, value: str = "") -> display.Figure | None:
    """Rows of a kind by one column, or the sum of another column, as ranked bars.

    Parameters
    ----------
    view : View
    kind, column : str
        Ledger kind and the column that names the classes.
    value : str
        Column summed; rows are counted where left out.

    Returns
    -------
    display.Figure or None
        None where there are no rows, none states its class, or small counts of the kind are withheld.
    """
    rows = find_rows(view, kind)
    if rows.empty or rows[column].isna().all() or is_sensitive(view, kind):
        return None
    lang, style, fields = view.lang, load_style(), view.kinds[kind].fields
    amounts = rows[value].astype("float64") if value else pd.Series(1.0, index=rows.index)
    classes = name_values(rows[column], kind, column, lang, view.kinds)
    counts = count_classes(classes, amounts.fillna(0).rename("n").to_frame(), lang)
    if not counts["n"].sum():
        return None
    measure = fields[value].label(lang) if value else label("word.rows", lang)
    with use_style():
        sheet, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(axes, counts, [style.roles["main"]], texts=[format_number(n) for n in counts["n"]])
        draw_key(axes, [("■", measure, style.roles["main"])])
    return finish_figure(
        sheet,
        id=f"{kind}-by-{column}".replace("_", "-"),
        title=label(
            "figure.classes.title",
            lang,
            kind=view.kinds[kind].label(lang),
            column=fields[column].label(lang) if lang == "zh" else fields[column].label(lang).lower(),
            period=name_period(view),
        ),
        alt=label(
            "figure.classes.alt",
            lang,
            name=name_place(view),
            measure=measure,
            n=format_number(counts["n"].sum()),
            leaders=join_list(
                [
                    label("figure.count_of", lang, name=name, n=format_number(n))
                    for name, n in counts["n"].head(3).items()
                ],
                lang,
            ),
        ),
        source=describe_source(view, kind, len(rows)),
    )


def plot_warnings(view: View) -> display.Figure | None:
    """Warnings of the period by kind and colour.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where none was issued.
    """
    rows = find_rows(view, "warnings")
    if rows.empty:
        return None
    lang, style = view.lang, load_style()
    parts = {colour: (rows["colour"] == colour).fillna(False) for colour in _SIGNALS}
    parts["unknown"] = rows["colour"].isna()
    shown = {colour: part for colour, part in parts.items() if part.any()}
    colours = [style.signals.get(colour, style.roles["before"]) for colour in shown]
    counts = count_classes(name_values(rows["kind"], "warnings", "kind", lang), pd.DataFrame(shown), lang)
    names = {
        colour: label("word.not_stated", lang)
        if colour == "unknown"
        else view.kinds["warnings"].fields["colour"].values[colour].label(lang)
        for colour in shown
    }
    with use_style():
        sheet, axes = make_axes(bars_height(len(counts)), grid="")
        draw_ranked_bars(axes, counts, colours, texts=[format_number(total) for total in counts.sum(axis=1)])
        draw_key(axes, [("■", names[colour], shade) for colour, shade in zip(shown, colours, strict=True)])
    return finish_figure(
        sheet,
        id="warnings",
        title=label("figure.warnings.title", lang, period=name_period(view)),
        alt=label(
            "figure.warnings.alt",
            lang,
            name=name_place(view),
            n=format_number(len(rows)),
            colours=join_list(
                [
                    label("figure.count_of", lang, name=names[colour], n=format_number(part.sum()))
                    for colour, part in shown.items()
                ],
                lang,
            ),
        ),
        source=describe_source(view, "warnings", len(rows)),
    )


@leave_out_of_brief
def plot_weather(view: View) -> display.Figure | None:
    """Mean temperature and rain per month against the normals.

    Parameters
    ----------
    view : View

    Returns
    -------
    display.Figure or None
        None where no month shown has a measurement.
    """
    table = view.ledgers.get("weather")
    months = choose_months(view)
    if table is None or table.empty:
        return None
    monthly = (
        table.assign(of=table["month"].dt.to_period("M"))
        .groupby("of")[["mean_temp_c", "normal_temp_c", "rain_mm", "normal_rain_mm"]]
        .mean()
        .astype("float64")
        .reindex(months)
    )
    if monthly[["mean_temp_c", "rain_mm"]].isna().all(axis=None):
        return None
    lang, style = view.lang, load_style()
    places = list(range(len(months)))
    main, normal = style.roles["main"], style.roles["before"]
    with use_style():
        sheet = make_drawing(92)
        above, below = sheet.subplots(2, 1, sharex=True)
        for axes in (above, below):
            tidy_axes(axes)
        above.plot(places, monthly["normal_temp_c"], color=normal, linewidth=1.4, linestyle=(0, (4, 2)))
        above.plot(places, monthly["mean_temp_c"], color=main, linewidth=2, marker="o", markersize=4)
        above.margins(y=0.15)
        below.bar(places, monthly["rain_mm"], width=0.6, color=main, linewidth=0)
        below.hlines(
            monthly["normal_rain_mm"],
            [place - 0.42 for place in places],
            [place + 0.42 for place in places],
            color=normal,
            linewidth=2,
        )
        set_whole_ticks(below, most=4)
        label_months(below, months, lang)
        draw_key(
            above,
            [
                ("●", label("weather.temperature", lang), main),
                ("- -", label("weather.normal", lang), normal),
            ],
        )
        draw_key(
            below, [("■", label("weather.rain", lang), main), ("—", label("weather.normal", lang), normal)]
        )
    warm = (monthly["mean_temp_c"] - monthly["normal_temp_c"]).mean()
    rain = monthly["rain_mm"]
    wettest = (
        name_month(months[int(rain.argmax())], lang) if rain.notna().any() else label("word.not_known", lang)
    )
    return finish_figure(
        sheet,
        id="weather",
        title=label("figure.weather.title", lang, span=name_span(months, lang, within=True)),
        alt=label(
            "figure.weather.alt",
            lang,
            name=name_place(view),
            difference=format_number(abs(warm), 1),
            warmer=label(f"weather.{'cooler' if warm < 0 else 'warmer'}", lang),
            wettest=wettest,
            rain=format_number(rain.max()),
        ),
        source=describe_source(view, "weather", int(monthly["mean_temp_c"].notna().sum())),
    )


@leave_out_of_brief
def tabulate_rows(view: View, kind: str, *columns: str, most: int = 30) -> display.Table | None:
    """Rows of a kind as its ledger has them: for short lists such as actions and shelters.

    Parameters
    ----------
    view : View
    kind : str
    *columns : str
        Columns shown, in order, but for those that the ledger never fills.
    most : int
        Rows shown; a note says how many there are.

    Returns
    -------
    display.Table or None
        None where there are no rows, or small counts of the kind are withheld.
    """
    rows = find_rows(view, kind)
    if rows.empty or is_sensitive(view, kind):
        return None
    lang, fields = view.lang, view.kinds[kind].fields
    date = view.kinds[kind].date
    rows = rows.sort_values([*([date] if date else []), "source_file", "source_row"])
    shown = rows.head(most)
    # A column that the ledger never fills says nothing.
    columns = tuple(
        name for name in columns if fields[name].required or view.ledgers[kind][name].notna().any()
    )
    written = {name: _write_column(view, shown[name], kind, name) for name in columns}
    numeric = {name: fields[name].type in ("integer", "number", "count_or_names") for name in columns}
    cells = tuple(
        tuple(
            display.Cell(
                written[name][index],
                float(row[name]) if numeric[name] and pd.notna(row[name]) else None,
            )
            for name in columns
        )
        for index, row in shown.iterrows()
    )
    notes: tuple[str, ...] = ()
    if len(rows) > most:
        notes = (label("table.more", lang, shown=most, total=format_number(len(rows))),)
    return display.Table(
        id=f"{kind}-rows".replace("_", "-"),
        title=label("table.rows.title", lang, kind=view.kinds[kind].label(lang)),
        columns=tuple(
            display.Column(
                fields[name].label(lang), _name_unit(fields[name], lang), "right" if numeric[name] else "left"
            )
            for name in columns
        ),
        rows=cells,
        notes=notes,
    )


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
        return values.map(lambda day: "—" if pd.isna(day) else day.date().isoformat())
    if field.type == "boolean":
        words = {True: label("word.yes", lang), False: label("word.no", lang)}
        return values.map(words).fillna(label("word.not_stated", lang)).astype("str")
    return name_values(values, kind, name, lang, view.kinds)
