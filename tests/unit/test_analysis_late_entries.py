"""How late rows are entered, what was changed and removed, and what is still to come."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from view_maker import CODES, make_table, make_view

from taizhang.analysis.late_entries import (
    count_changes,
    follow_rows,
    forecast_final,
    list_delays,
    list_followed,
    measure_late_entries,
    show_triangle,
)
from taizhang.metadata.kinds import load_kinds

MOMENTS = pd.DatetimeIndex(["2021-09-01 08:00", "2021-10-01 08:00", "2021-12-01 08:00"])


def see(kind: str, rows: list[tuple[int, int, dict[str, object]]], moments=MOMENTS) -> pd.DataFrame:
    """A table of rows, each with the numbers of the first and the last snapshot that had it."""
    table = make_table(kind, [row for *_, row in rows])
    table["first_seen"] = moments[[first for first, *_ in rows]]
    table["last_seen"] = moments[[last for _, last, _ in rows]]
    return table.assign(present=[last == len(moments) - 1 for _, last, _ in rows])


def found_on(day: str, what: str, **more: object) -> dict[str, object]:
    return {"found_on": pd.Timestamp(day), "premises": "a", "description": what, **more}


def test_changed_rows_are_neither_new_nor_removed() -> None:
    rows = [
        (0, 0, found_on("2021-08-03", "stays the same but for its status")),
        (1, 2, found_on("2021-08-03", "stays the same but for its status", status="closed")),
        (0, 1, found_on("2021-08-05", "is worded", hazard_id="7")),
        (2, 2, found_on("2021-08-05", "in other words", hazard_id="7")),
        (0, 1, found_on("2021-08-31", "was of another day")),
        (2, 2, found_on("2021-09-01", "was of another day")),
        (0, 0, found_on("2021-08-07", "is removed")),
        (1, 2, found_on("2021-08-08", "is late")),
        (0, 2, found_on("2021-08-09", "stays")),
    ]
    found = follow_rows(load_kinds()["hazards"], see("hazards", rows), MOMENTS)
    assert found["came"].tolist() == [
        "first", "changed", "first", "changed", "first", "moved", "first", "new", "first"
    ]  # fmt: skip
    assert found["left"].tolist() == ["changed", "", "changed", "", "changed", "", "removed", "", ""]
    assert (found["entered"] == MOMENTS[0]).tolist() == [True] * 7 + [False, True]


def test_a_row_worded_in_another_way_is_the_same_if_all_else_is() -> None:
    """Without premises and numbers only the other columns tell: of two new rows of the day, the one as severe."""
    plain = {"found_on": pd.Timestamp("2021-08-03"), "category": "fire"}
    rows = [
        (0, 0, plain | {"description": "x", "severity": "major"}),
        (1, 2, plain | {"description": "y", "severity": "general"}),
        (1, 2, plain | {"description": "z", "severity": "major"}),
    ]
    found = follow_rows(load_kinds()["hazards"], see("hazards", rows), MOMENTS)
    assert found["came"].tolist() == ["first", "new", "changed"]
    assert found["left"].tolist() == ["changed", "", ""]


def test_alike_rows_are_paired_one_by_one() -> None:
    """Of three alike rows two are gone and one is new: one was changed, one removed."""
    rows = [(0, 0, found_on("2021-08-03", "x"))] * 2 + [(0, 2, found_on("2021-08-03", "x"))]
    rows.append((1, 2, found_on("2021-08-03", "x", status="closed")))
    found = follow_rows(load_kinds()["hazards"], see("hazards", rows), MOMENTS)
    assert sorted(found["left"]) == ["", "", "changed", "removed"]


def test_four_late_rows_of_august() -> None:
    """Handed in on the first of October, and again on the first of December with four more of August."""
    moments = pd.DatetimeIndex(["2021-10-01 09:00", "2021-12-01 09:00"])
    rows = [(0, 1, found_on(f"2021-{month:02d}-05", f"{n}")) for month in (6, 7, 8, 9) for n in range(5)]
    rows += [(1, 1, found_on("2021-08-2" + str(n), f"late {n}")) for n in range(4)]
    rows += [(1, 1, found_on("2021-10-05", "in time"))]
    view = make_view({"hazards": make_table("hazards", [row for *_, row in rows])})
    late = measure_late_entries(view, {"hazards": see("hazards", rows, moments)}, moments)
    changes = count_changes(view, late, "hazards")
    assert changes.drop(columns="snapshot").to_dict("records") == [
        {"new": 5, "late": 4, "changed": 0, "moved": 0, "removed": 0}
    ]
    table = show_triangle(view, late, "hazards")
    august = table.loc[pd.Period("2021-08", "M")]
    assert august["before"] == 5 and august[3] == 4
    # Two snapshots are too few for a forecast, and that is told.
    assert late.lack == "short" and late.kinds["hazards"].delays is None
    assert forecast_final(view, late, "hazards").empty and list_delays(view, late, "hazards").empty


@pytest.fixture(scope="module")
def year():
    """Ten rows a month in one district, and eight in another, of which two are a month late."""
    moments = pd.date_range("2021-01-01", "2022-01-01", freq="MS")
    rows = []
    for number in range(24):
        day = pd.Timestamp("2020-01-15") + pd.DateOffset(months=number)
        for n in range(18):
            delay = 1 if n in (16, 17) else 0
            first = max(number - 11 + delay, 0)
            if first <= 12:
                code = CODES[0] if n < 10 else CODES[1]
                row = found_on(str(day.date()), f"{number} {n}", district_code=code)
                rows.append((first, 12, row))
    return moments, rows


def test_final_counts_of_the_newest_months(year) -> None:
    moments, rows = year
    table = make_table("hazards", [row for *_, row in rows])
    view = make_view({"hazards": table}, district="all")
    late = measure_late_entries(view, {"hazards": see("hazards", rows, moments)}, moments)
    assert late.lack == ""
    found = forecast_final(view, late, "hazards")
    assert found.index[0] == pd.Period("2021-01", "M") and len(found) == 12
    assert found["counted"].tolist() == [18] * 11 + [16]
    newest = found.iloc[-1]
    assert newest["expected"] == pytest.approx(18, abs=0.8)
    assert newest["low"] >= 16 and 18 <= newest["high"] <= 22
    delays = list_delays(view, late, "hazards").set_index("district_code")
    assert delays["late"].tolist() == [0, 24, 24]
    assert delays.loc["", 0] == pytest.approx(100 * 16 / 18, abs=1.5)
    assert delays.loc[CODES[0], 0] > 97 and delays.loc[CODES[1], 0] < 82
    # As of a day before, the months that had not ended by then are not shown.
    earlier = make_view({"hazards": table}, district="all", as_of=date(2021, 6, 29))
    assert forecast_final(earlier, late, "hazards").index[-1] == pd.Period("2021-05", "M")


def test_long_delays_share_a_column(year) -> None:
    moments, rows = year
    row = found_on("2021-01-20", "very late", district_code=CODES[1])
    rows = [*rows, (12, 12, row), (11, 12, row)]
    view = make_view({"hazards": make_table("hazards", [row for *_, row in rows])}, district="all")
    late = measure_late_entries(view, {"hazards": see("hazards", rows, moments)}, moments)
    table = show_triangle(view, late, "hazards")
    # January ended eleven months before the last snapshot: two rows came after ten months and eleven.
    assert list(table) == ["before", *range(9)]
    assert table.loc[pd.Period("2021-01", "M"), [0, 1, 7, 8]].tolist() == [16, 2, 0, 2]
    assert table[8].notna().sum() == 4


def test_one_district_alone(year) -> None:
    moments, rows = year
    table = make_table("hazards", [row for *_, row in rows])
    view = make_view({"hazards": table}, district=CODES[0])
    late = measure_late_entries(view, {"hazards": see("hazards", rows, moments)}, moments)
    assert forecast_final(view, late, "hazards")["counted"].tolist() == [10] * 12
    assert list_delays(view, late, "hazards")["district_code"].tolist() == [CODES[0], ""]
    assert count_changes(view, late, "hazards")["late"].sum() == 0
    assert np.nansum(show_triangle(view, late, "hazards").to_numpy()) == 120


def test_withheld_kinds_are_not_followed() -> None:
    # Small counts are withheld; there is no date; the date is a day by which a task is due.
    kinds = ("complaints", "teams", "tasks", "drills")
    view = make_view({kind: make_table(kind, []) for kind in kinds})
    assert list_followed(view) == ["drills"]
    assert measure_late_entries(view, {}, MOMENTS[:0]).lack == "store"
