"""How a workbook displays in a notebook: its ledgers with rows and dates, and a small map of its districts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

from taizhang.core.errors import ParameterError
from taizhang.core.periods import Period, read_period
from taizhang.metadata.facts import FORMS, FactInfo
from taizhang.metadata.kinds import Kind
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

if TYPE_CHECKING:
    import geopandas as gpd

    from taizhang.workbook.book import Workbook

_WIDTH = 220  # px of the map


def show_workbook(book: "Workbook") -> str:
    """Show a workbook as HTML: title, a table of its ledgers (name, title, rows, days), and its districts'
    outlines."""
    lang, rows = book.config.lang, []
    for kind, span in book.spans.set_index("kind").iterrows():
        first, last = span["first"], span["last"]
        days = "" if pd.isna(first) else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
        rows.append(
            f"<tr><td><code>book.{escape(str(kind))}</code></td>"
            f"<td>{escape(book.kinds[str(kind)].title[lang])}</td>"
            f'<td style="text-align:right">{span["rows"]:,}</td><td>{days}</td></tr>'
        )
    heads = (label("column.ledger", lang), "", label("word.rows", lang), label("lab.days", lang))
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    count = label("lab.districts", lang, n=len(book.districts))
    return (
        f"<p><strong>{escape(book.config.title)}</strong><br>{escape(count)}</p>"
        f'<div style="display:flex;gap:2em;align-items:flex-start">{table}{draw_outlines(book.districts)}</div>'
    )


def describe_columns(kind: Kind, lang: str) -> pd.DataFrame:
    """Implements `Workbook.columns`."""
    rows = [
        {
            "column": name,
            "title": one.title[lang],
            "type": one.type,
            "unit": one.unit,
            "required": one.required,
            "values": ", ".join(one.values) if one.type == "category" else "",
            "description": one.description[lang],
        }
        for name, one in kind.fields.items()
        if not one.personal
    ]
    return pd.DataFrame(rows).set_index("column")


def measure_spans(ledgers: Iterable[tuple[Kind, pq.FileMetaData]]) -> pd.DataFrame:
    """Return rows, first and last day (of its years) of each processed ledger, from the files' own statistics.

    The table's columns are kind, rows, first and last (NaT for a kind without dates).
    """
    spans = []
    for kind, about in ledgers:
        column = kind.years or kind.date
        ends = list(_read_ends(about, column)) if column else []
        if kind.years and ends:
            ends = [pd.Timestamp(min(ends), 1, 1), pd.Timestamp(max(ends), 12, 31)]
        spans.append((kind.name, about.num_rows, min(ends, default=pd.NaT), max(ends, default=pd.NaT)))
    days = dict.fromkeys(("first", "last"), "datetime64[us]")
    return pd.DataFrame(spans, columns=["kind", "rows", *days]).astype(days)


def _read_ends(about: pq.FileMetaData, column: str) -> Iterator[Any]:
    """The least and the greatest value of a column in each row group that has any."""
    place = about.schema.names.index(column)
    for number in range(about.num_row_groups):
        told = about.row_group(number).column(place).statistics
        if told is not None and told.has_min_max:
            yield from (told.min, told.max)


def tabulate_summaries(summaries: Sequence[object]) -> pd.DataFrame:
    """Return how many rows of each ledger were read, accepted, set aside and flagged: one row per kind."""
    names = ("kind", "read", "accepted", "set_aside", "cells_set_aside", "duplicates")
    return pd.DataFrame([{name: getattr(one, name) for name in names} for one in summaries])


def try_fact(
    book: "Workbook",
    kind: str,
    function: Callable[..., pd.Series],
    *,
    period: str | Period,
    form: str = "count",
) -> pd.DataFrame:
    """Implements `Workbook.try_fact`."""
    from taizhang.facts import OwnFact, compute_facts

    if form not in FORMS:
        raise ParameterError("workbook.no_form", form=form, forms=", ".join(FORMS))
    name, span = f"{kind}.{getattr(function, '__name__', 'tried')}", read_period(period)
    words = {"zh": name, "en": name}
    interval = {"share": "wilson", "count": "poisson"}.get(form, "none")
    unit = "percent" if form == "share" else "count"
    info = FactInfo(
        name, kind, 0, words, words, unit, decimals=1, direction="neither", interval=interval, form=form
    )
    day = book.kinds[kind].date or book.kinds[kind].year if kind in book.kinds else ""
    facts = compute_facts(
        {kind: book.ledger(kind)},
        book.districts,
        span,
        book.as_of(span),
        own=(OwnFact(info, function),),
        suppress_below=book.config.suppress_below,
        suppress=book.config.suppress,
        rounding=book.config.rounding,
        read_as_of=book.config.as_of,
        dates={kind: day} if day else None,
        asked=book.asked,
    )
    return facts[facts["fact"] == name].reset_index(drop=True)


def draw_outlines(districts: "gpd.GeoDataFrame") -> str:
    """Draw districts (code, name, geometry in longitude and latitude) as a small SVG, with their names as
    tooltips."""
    from taizhang.core.outlines import draw_outlines as draw

    drawing = draw(districts)
    colour = load_style().roles["before"]
    paths = [
        f'<g><title>{escape(shape.name)}</title><path d="{shape.path}" fill="{colour}" fill-opacity=".5" '
        f'stroke="{colour}" stroke-width="2"/></g>'
        for shape in drawing.shapes
    ]
    shrink = _WIDTH / max(drawing.width, drawing.height, 1.0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width * shrink:.0f}" '
        f'height="{drawing.height * shrink:.0f}" viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}">'
        f"{''.join(paths)}</svg>"
    )
