"""Late entries: rows by month with those expected still to come, and tables of what was entered when."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from taizhang.analysis.exhibits import exhibit, say_exhibit
from taizhang.analysis.late_entries import (
    DELAYS,
    FEW,
    LONG,
    LateEntries,
    count_changes,
    forecast_final,
    list_delays,
    show_triangle,
)
from taizhang.analysis.naming import name_area, name_month
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.canvas import finish_figure, use_axes
from taizhang.figures.marks import draw_key, label_months, note_point, set_whole_ticks
from taizhang.figures.tables import make_table, name_kind, write_number
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date, format_number
from taizhang.metadata.style import load_style
from taizhang.metadata.words import label

_CHANGES = ("new", "late", "changed", "moved", "removed")
_MOST_SNAPSHOTS = 24


@exhibit("late-entries")
def tabulate_late_entries(view: View, late: LateEntries) -> display.Table | None:
    """Tabulate rows entered late, changed, moved and removed since the first snapshot, by ledger.

    None if there are no two snapshots.
    """
    if len(late.snapshots) < 2:
        return None
    rows = [
        (
            name_kind(kind, view.lang, view.kinds),
            *count_changes(view, late, kind)[list(_CHANGES)].sum(),
            *(write_number(_find_share(view, late, kind, delay), 1, unit="%") for delay in (0, 3)),
        )
        for kind in late.kinds
    ]
    span = _tell_span(view, late)
    return make_table(view, "late-entries", rows, first=span["first"], last=span["last"])


def _find_share(view: View, late: LateEntries, kind: str, delay: int) -> float:
    """Share of rows entered by so many months, in the view's district; NaN if there is no estimate."""
    shares = list_delays(view, late, kind)
    return float(shares[delay].iloc[-1 if view.district == ALL else 0]) if len(shares) else np.nan


@exhibit("late-changes")
def tabulate_row_changes(view: View, late: LateEntries, kind: str) -> display.Table | None:
    """Tabulate a ledger's rows entered, changed, moved and removed at each snapshot, the newest first."""
    if late.get(kind) is None:
        return None
    changes = count_changes(view, late, kind)
    rows = [
        (format_date(one["snapshot"].date(), view.lang), *(int(one[name]) for name in _CHANGES))
        for _, one in changes.head(_MOST_SNAPSHOTS).iterrows()
    ]
    named = name_kind(kind, view.lang, view.kinds)
    return make_table(view, "late-changes", rows, total=len(changes), kind=named)


@exhibit("late-triangle")
def tabulate_reporting_triangle(view: View, late: LateEntries, kind: str) -> display.Table | None:
    """Tabulate the rows of each month by how long after its end they were entered."""
    if late.get(kind) is None or len(late.snapshots) < 2:
        return None
    table = show_triangle(view, late, kind)
    delays = [name for name in table if name != "before" and table[name].notna().any()]
    rows = [
        (name_month(month, view.lang), *(_write_known(one[name]) for name in ("before", *delays)))
        for month, one in zip(pd.PeriodIndex(table.index), table.to_dict("records"), strict=True)
    ]
    named = name_kind(kind, view.lang, view.kinds)
    heads = [f"{delay}+" if delay == LONG else str(delay) for delay in delays]
    return make_table(view, "late-triangle", rows, columns=heads, kind=named, dense=True)


def _write_known(value: float) -> display.Cell:
    return display.Cell("") if np.isnan(value) else write_number(value)


@exhibit("late-delays")
def tabulate_delays(view: View, late: LateEntries, kind: str) -> display.Table | None:
    """Tabulate the share of rows entered by some months after their own, by district, by estimate.

    None if there are too few snapshots or rows for an estimate.
    """
    if late.get(kind) is None or (table := list_delays(view, late, kind)).empty:
        return None
    names = dict(zip(view.districts["code"].astype("str"), view.districts["name"], strict=True))
    rows = []
    for _, one in table.iterrows():
        code = one["district_code"]
        place = display.Cell(str(names[code]), district=code) if code else name_area(view)
        shares = [write_number(one[delay], 1, unit="%") for delay in DELAYS]
        rows.append((place, int(one["followed"]), int(one["late"]), *shares))
    named = name_kind(kind, view.lang, view.kinds)
    heads = [say_exhibit(view, "late-delays", "head" if delay else "head_end", n=delay) for delay in DELAYS]
    return make_table(view, "late-delays", rows, columns=heads, kind=named)


@exhibit("late-final-table")
def tabulate_final_counts(view: View, late: LateEntries, kind: str) -> display.Table | None:
    """Tabulate the newest months' rows, and how many are expected in the end; None if there is no estimate."""
    if late.get(kind) is None or (found := forecast_final(view, late, kind)).empty:
        return None
    rows = [
        (
            name_month(month, view.lang), int(one["counted"]), write_number(one["expected"], 1),
            _write_interval(one["low"], one["high"], view.lang), write_number(100 * one["entered"], 1),
        )
        for month, one in reversed(_pair_months(found))
    ]  # fmt: skip
    named = name_kind(kind, view.lang, view.kinds)
    return make_table(view, "late-final-table", rows, kind=named)


def _pair_months(found: pd.DataFrame) -> list[tuple[pd.Period, dict[Hashable, float]]]:
    return list(zip(pd.PeriodIndex(found.index), found.to_dict("records"), strict=True))


def _write_interval(low: float, high: float, lang: str) -> str:
    if np.isnan(low):
        return "—"
    return label("late_text.range", lang, low=format_number(low), high=format_number(high))


@exhibit("late-final")
def plot_final_counts(view: View, late: LateEntries, kind: str) -> display.Figure | None:
    """Plot the newest months' rows, with those expected still to come hatched above, and the intervals.

    None if there is no estimate.
    """
    if late.get(kind) is None or (found := forecast_final(view, late, kind)).empty:
        return None
    lang, style = view.lang, load_style()
    places = np.arange(len(found), dtype=float)
    counted, expected = found["counted"].to_numpy(float), found["expected"].to_numpy(float)
    known = ~np.isnan(expected)
    open_ = known & (found["high"].to_numpy() > counted)
    with use_axes(66) as (drawing, axes):
        axes.bar(places, counted, width=0.62, color=style.roles["main"], linewidth=0)
        axes.bar(
            places[open_], (expected - counted)[open_], bottom=counted[open_], width=0.62,
            facecolor=style.paper, edgecolor=style.roles["open"], hatch="////", linewidth=1.2,
        )  # fmt: skip
        low, high = found["low"].to_numpy()[open_], found["high"].to_numpy()[open_]
        axes.vlines(places[open_], low, high, color=style.ink, linewidth=1.4, zorder=3)
        for ends in (low, high):
            axes.hlines(
                ends, places[open_] - 0.1, places[open_] + 0.1, color=style.ink, linewidth=1.4, zorder=3
            )
        axes.set_ylim(0, max(1.0, float(np.nanmax([counted.max(), *found["high"].dropna()])) * 1.1))
        for place in places[~known]:
            note_point(axes, "?", (place, counted[int(place)]), (0, 2), ha="center", va="bottom")
        set_whole_ticks(axes)
        label_months(axes, pd.PeriodIndex(found.index), lang)
        key = [("■", say_exhibit(view, "late-final", "counted"), style.roles["main"])]
        if open_.any():
            key.append(("▨", say_exhibit(view, "late-final", "coming"), style.roles["open"]))
            key.append(("│", say_exhibit(view, "late-final", "interval"), style.ink))
        draw_key(axes, key)
    month, newest = _pair_months(found[known] if known.any() else found)[-1]
    told = {
        "kind": name_kind(kind, lang, view.kinds),
        "month": name_month(month, lang),
        "counted": int(newest["counted"]),
        "expected": format_number(newest["expected"], int(newest["expected"] < FEW)),
        **{name: format_number(newest[name]) for name in ("low", "high")},
        **_tell_span(view, late),
    }
    return finish_figure(
        drawing, view, "late-final", data=lambda: found.rename_axis("month").reset_index(), told=told,
        none=not open_.any(),
    )  # fmt: skip


def _tell_span(view: View, late: LateEntries) -> dict[str, object]:
    first, last = (format_date(late.snapshots[at].date(), view.lang) for at in (0, -1))
    return {"first": first, "last": last, "n": len(late.snapshots)}
