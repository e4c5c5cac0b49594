"""Tables of the data behind the reports: read, set aside, missing, doubtful."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.naming import name_area, name_month, show_text
from taizhang.analysis.quality import (
    COUNTS,
    Quality,
    count_by_district,
    count_by_kind,
    count_reasons,
    list_missing,
)
from taizhang.analysis.reported import list_differing
from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.silence import list_told
from taizhang.analysis.suggestions import WHOLE
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_table, name_kind, write_number
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date
from taizhang.metadata.words import label
from taizhang.stats.labels import FEWEST_ROWS

MOST_LISTED = 50
MOST_LABELS = 12  # of a column


@exhibit("quality-read")
def tabulate_rows_read(view: View, quality: Quality) -> display.Table | None:
    """Tabulate rows read, accepted and set aside, cells set aside and suspected duplicates, per ledger.

    None if the district has no row in any ledger.
    """
    sums, all_ = count_by_kind(view, quality), _say("all_ledgers", view)
    if sums.empty:
        return None
    rows = [
        (all_ if kind == ALL else name_kind(str(kind), view.lang, view.kinds), *row[list(COUNTS)])
        for kind, row in sums.iterrows()
    ]
    return make_table(view, "quality-read", rows)


@exhibit("quality-districts")
def tabulate_rows_read_by_district(view: View, quality: Quality) -> display.Table | None:
    """Tabulate the same per district, over all ledgers; rows of unknown district come last. None in a district's
    report."""
    if view.district != ALL or quality.counts.empty:
        return None
    names = dict(zip(view.districts["code"], view.districts["name"], strict=True))
    unknown = _say("unknown", view)
    rows = [
        (names.get(code, unknown), *row[list(COUNTS)])
        for code, row in count_by_district(view, quality).iterrows()
    ]
    return make_table(view, "quality-districts", rows)


@exhibit("quality-reasons")
def tabulate_set_aside_reasons(view: View, quality: Quality) -> display.Table | None:
    """Tabulate how much was set aside, by ledger, column and class of reason; None if nothing was."""
    if quality.aside.empty:
        return None
    rows = [
        (
            *_name_column(view, one.kind, one.column), _say(f"scope.{one.scope}", view),
            _say(f"why.{one.why}", view), one.rows,
        )
        for one in _each(count_reasons(quality))
    ]  # fmt: skip
    return make_table(view, "quality-reasons", rows)


@exhibit("quality-list")
def tabulate_set_aside(view: View, quality: Quality) -> display.Table | None:
    """Tabulate the first rows and cells set aside, each with its location; values of personal columns are hidden."""
    aside = quality.aside
    if aside.empty:
        return None
    rows = [
        (
            row.source_file, row.source_sheet, display.Cell(row.source_row, float(row.source_row)),
            _name_column(view, row.kind, row.column)[1], row.value, _say("why." + row.why, view),
        )
        for row in _each(aside.head(MOST_LISTED))
    ]  # fmt: skip
    return make_table(view, "quality-list", rows, total=len(aside))


@exhibit("quality-lacking")
def tabulate_missing_cells(view: View, quality: Quality) -> display.Table | None:
    """Tabulate empty cells per ledger and column among the rows of the view's period."""
    missing = list_missing(quality)
    if missing.empty:
        return None
    rows = [
        (
            *_name_column(view, row.kind, row.column), row.missing, row.rows,
            write_number(row.percent, 1, unit="%"),
        )
        for row in _each(missing)
    ]  # fmt: skip
    return make_table(view, "quality-lacking", rows)


@exhibit("quality-totals")
def tabulate_ledger_totals(view: View, quality: Quality) -> display.Table | None:
    """Tabulate totals that differ from the sum of their rows; in a district's report, only those of its own files."""
    if quality.totals.empty:
        return None
    rows = [
        (
            row.file, row.sheet, int(row.row), _name_column(view, row.kind, row.column)[1],
            _amount(row.stated), _amount(row.summed),
        )
        for row in _each(quality.totals)
    ]  # fmt: skip
    return make_table(view, "quality-totals", rows)


@exhibit("quality-rules")
def tabulate_rule_breaks(view: View, quality: Quality) -> display.Table | None:
    """Tabulate rows of the view's period that contradict themselves, by rule."""
    rows = [
        (name_kind(row.kind, view.lang, view.kinds), row.title or _say(row.rule, view), row.rows)
        for row in _each(quality.rules)
    ]
    return make_table(view, "quality-rules", rows)


@exhibit("quality-matches")
def tabulate_district_matches(view: View, quality: Quality) -> display.Table | None:
    """Tabulate how the district of each row in the view's period was found."""
    rows = [
        (
            name_kind(row.kind, view.lang, view.kinds),
            _say(f"matched.{row.how or 'unmatched'}", view),
            row.rows,
        )
        for row in _each(quality.matches)
    ]
    return make_table(view, "quality-matches", rows)


@exhibit("quality-near")
def tabulate_near_names(view: View, quality: Quality) -> display.Table | None:
    """Tabulate names that match no district, with the line of workbook.toml that would settle each.

    None in a district's report, as nobody knows which district they belong to.
    """
    rows = [(row.value, row.rows, row.line or "—") for row in _each(quality.near)]
    return make_table(view, "quality-near", rows)


@exhibit("reported")
def tabulate_reported(view: View) -> display.Table | None:
    """Tabulate numbers of summary tables beside the counts from which they differ; None if none differs.

    Covers the view's district, or all districts and the whole area.
    """
    rows = [
        (
            display.Cell(one.place, district=one.code), one.info.title[view.lang],
            *(write_number(number, one.info.decimals) for number in (one.reported, one.counted, one.difference)),
        )
        for one in list_differing(view)
    ]  # fmt: skip
    without = ("place",) if view.district != ALL else ()
    return make_table(view, "reported", rows, without=without)


@exhibit("quality-months")
def tabulate_quality_months(view: View, quality: Quality) -> display.Table | None:
    """Tabulate rows read by month, those set aside, those with a doubtful cell, and the score; None without rows."""
    rows = [
        (name_month(one.Index, view.lang), one.read, one.set_aside, one.doubtful, write_number(one.score, 1))
        for one in _each(quality.months)
    ]
    return make_table(view, "quality-months", rows) if rows else None


@exhibit("quality-suggestions")
def tabulate_suggestions(view: View, quality: Quality) -> display.Table | None:
    """Tabulate how often suggested categories, trades and severities are right, by label, on rows held out.

    None in a district's report, and without a ledger of hazards.
    """
    scores = quality.suggestions
    if scores.empty:
        return None
    rows = []
    for column, of_column in scores.groupby("column", sort=False):
        shown = of_column.head(MOST_LABELS + 1)
        for one in _each(shown):
            learned = of_column["tried"].iloc[0] > 0
            rows.append(
                (
                    _name_column(view, "hazards", str(column))[1],
                    _name_label(view, one) if learned else _say(f"not_suggested.{_why_none(one)}", view),
                    one.labelled,
                    one.suggested if learned else "—",
                    _share(one.right, one.suggested),
                    _share(one.right, one.tried),
                    _share(one.probability * one.suggested, one.suggested) if one.suggested else "—",
                )
            )
    return make_table(view, "quality-suggestions", rows, total=len(scores))


def _why_none(one: Any) -> str:
    return "few" if one.labelled < FEWEST_ROWS else "alike"


def _name_label(view: View, one: Any) -> str:
    if one.label == WHOLE:
        return _say("all_labels", view)
    value = view.kinds["hazards"].fields[one.column].values.get(one.label)
    return show_text(one.label, view.lang) if value is None else value.label(view.lang)


def _share(part: float, whole: float) -> display.Cell | str:
    return write_number(100 * part / whole, 1, unit="%") if whole else "—"


def _each(frame: pd.DataFrame) -> Iterable[Any]:
    """Rows as named tuples."""
    return frame.itertuples()


def _say(key: str, view: View, **values: object) -> str:
    return label(f"dataquality.{key}", view.lang, **values)


def _amount(value: float) -> display.Cell:
    return display.Cell(f"{value:,.6g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip("."), value)


def _name_column(view: View, kind: str, column: str) -> tuple[str, str]:
    """The ledger's and the column's titles."""
    fields = view.kinds[kind].fields if kind in view.kinds else {}
    shown = fields[column].label(view.lang) if column in fields else column
    return name_kind(kind, view.lang, view.kinds), shown


@exhibit("silences")
def tabulate_silences(view: View) -> display.Table | None:
    """Tabulate districts' ledgers with gaps so long that rows must be missing; None if there are none."""
    lang, names = (
        view.lang,
        dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True)),
    )
    rows = []
    for kind in view.ledgers:
        if is_sensitive(view, kind):
            continue
        for one in list_told(view, kind):
            days = {"first": format_date(one.start, lang), "last": format_date(one.end, lang)}
            name = display.Cell(
                str(names.get(one.district_code, name_area(view))), district=one.district_code
            )
            rows.append(
                (name, name_kind(kind, lang, view.kinds), say_exhibit(view, "silences", one.where, **days))
            )
    return make_table(view, "silences", rows, dense=True)
