"""Rules: told, counted, nothing mended."""

from datetime import date

import pandas as pd

from taizhang.ledgers.model import make_empty_rows
from taizhang.ledgers.rules import find_rule_breaks
from taizhang.metadata.kinds import Field, Kind, RowCheck, load_kinds

HAZARDS = load_kinds()["hazards"]


def make_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    empty = make_empty_rows(HAZARDS)
    return pd.DataFrame(rows, columns=empty.columns).astype(empty.dtypes.to_dict())


def test_each_rule_is_told_by_row() -> None:
    day = pd.Timestamp
    table = make_table(
        [
            {"found_on": day(2021, 3, 5), "closed_on": day(2021, 3, 4), "status": "closed"},
            {"found_on": day(2021, 3, 5), "deadline": day(2021, 3, 4), "status": "open"},
            {"found_on": day(2021, 3, 5), "status": "rectified"},
            {"found_on": day(2021, 3, 5), "status": "open", "rectified_on": day(2021, 3, 5)},
            {"found_on": day(2022, 1, 1), "deadline": day(2030, 1, 1)},
            {"found_on": day(2021, 3, 5), "status": "closed", "rectified_on": day(2021, 3, 6)},
        ]
    )
    breaks = find_rule_breaks(table, HAZARDS, as_of=date(2021, 12, 31))
    assert {name: list(column[column].index) for name, column in breaks.items() if column.any()} == {
        "closed_before_found": [0],
        "deadline_before_found": [1],
        "done_without_date": [2],
        "open_with_date": [3],
        "closed_without_date": [5],
        "future_date": [4],
    }
    assert table["closed_on"].iloc[0] == day(2021, 3, 4)


def test_the_day_itself_is_not_in_the_future_and_the_next_one_is() -> None:
    moments = ["2021-12-31", "2021-12-31 23:59:59", "2022-01-01", "2022-01-01 00:00:01"]
    table = make_table([{"found_on": pd.Timestamp(moment)} for moment in moments])
    late = find_rule_breaks(table, HAZARDS, as_of=date(2021, 12, 31))["future_date"]
    assert list(late) == [False, False, True, True]


def break_rules(kind: Kind, rows: list[dict[str, object]], as_of: date = date(2021, 12, 31)) -> pd.DataFrame:
    empty = make_empty_rows(kind)
    index = pd.Index([f"r{i}" for i in range(len(rows))])
    return find_rule_breaks(
        pd.DataFrame(rows, columns=empty.columns, index=index).astype(empty.dtypes.to_dict()),
        kind,
        as_of=as_of,
    )


def test_an_order_is_broken_by_days_and_by_numbers_and_never_by_what_is_missing() -> None:
    order = RowCheck("order", {}, order=("first", "second"))
    days = Kind("x", {}, {}, {name: Field(name, "datetime") for name in order.order}, rules=(order,))
    moments = [("2021-03-05 9:00", "2021-03-05 8:00"), ("2021-03-06", "2021-03-05 23:59"), ("2021-03-05", "2021-03-06"),
               (None, "2021-03-05"), ("2021-03-05", None)]  # fmt: skip
    rows = [{"first": pd.Timestamp(a), "second": pd.Timestamp(b)} for a, b in moments]
    found = break_rules(days, rows)
    # On the same day the hour breaks no order: many ledgers have it for one of the two alone.
    assert found["order"].to_list() == [False, True, False, False, False]
    assert found.index.to_list() == ["r0", "r1", "r2", "r3", "r4"] and list(found) == ["order", "future_date"]
    assert set(map(str, found.dtypes)) == {"bool"} and not found["future_date"].any()
    numbers = Kind("x", {}, {}, {name: Field(name, "integer") for name in order.order}, rules=(order,))
    counted = [{"first": a, "second": b} for a, b in ((3, 2), (2, 2), (1, 2), (None, 2), (3, None))]
    assert break_rules(numbers, counted)["order"].to_list() == [True, False, False, False, False]


def test_each_condition_of_a_rule_must_hold() -> None:
    fields = {name: Field(name, "text") for name in ("status", "type", "a", "b")}
    when = {"status": ("done", "closed"), "type": ("x",)}
    needs, without = (
        RowCheck("needs", {}, when=when, needs=("a", "b")),
        RowCheck("without", {}, when=when, without=("a", "b")),
    )
    kind = Kind("x", {}, {}, fields, rules=(needs, without))
    cases = [("done", "x", None, None), ("closed", "x", "1", None), ("done", "x", None, "1"), ("open", "x", None, None),
             ("done", "y", "1", "1"), (None, "x", None, None), ("closed", "x", "1", "1")]  # fmt: skip
    found = break_rules(kind, [dict(zip(fields, case, strict=True)) for case in cases])
    assert found["needs"].to_list() == [True, False, False, False, False, False, False]
    assert found["without"].to_list() == [False, True, True, False, False, False, True]
    assert list(found) == ["needs", "without", "future_date"] and set(map(str, found.dtypes)) == {"bool"}


def test_days_after_today_in_any_column_that_looks_back() -> None:
    fields = {"on": Field("on", "date"), "until": Field("until", "date", future=True), "at": Field("at", "datetime"),
              "month": Field("month", "month"), "n": Field("n", "integer")}  # fmt: skip
    kind = Kind("x", {}, {}, fields)
    last, next_ = pd.Timestamp(2021, 12, 31, 23, 59), pd.Timestamp(2022, 1, 1)
    rows: list[dict[str, object]] = [
        {"on": next_, "at": last},
        {"until": next_},
        {"at": next_},
        {"month": next_},
        {"n": 10**9},
        {"on": last},
    ]
    assert break_rules(kind, rows)["future_date"].to_list() == [True, False, True, True, False, False]
    now = pd.Timestamp.now().normalize()
    table = pd.DataFrame({"on": [now, now + pd.Timedelta(days=2)]})
    assert find_rule_breaks(table, Kind("x", {}, {}, {"on": fields["on"]}))["future_date"].to_list() == [
        False,
        True,
    ]
