"""Facts of tasks by hand: at the due day, a day after it, in months, not yet due, and of no district."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows
from taizhang.ledgers import Source, read_ledger_file
from taizhang.metadata.kinds import load_kinds

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR, AS_OF = parse_period("2021"), date(2022, 1, 31)
A, B = "101", "102"


def tasks(*rows: tuple[str | None, str, str | None], **columns: list[str]) -> pd.DataFrame:
    codes, due, done = zip(*rows, strict=True)
    days = {"due_on": pd.to_datetime(list(due)), "done_on": pd.to_datetime(list(done))}
    return pd.DataFrame({"district_code": pd.Series(codes, dtype="str"), **days, **columns})


def compute(table: pd.DataFrame, as_of: date = AS_OF, period: str = "2021") -> dict[tuple[str, str], float]:
    facts = compute_facts({"tasks": table}, DISTRICTS, parse_period(period), as_of)
    return facts.set_index(["fact", "district_code"])["value"].to_dict()


def told(values: dict[tuple[str, str], float], code: str = A) -> list[float]:
    names = ("due", "done", "done_rate", "on_time_rate", "days_late_median", "overdue_stock")
    return [values[f"tasks.{name}", code] for name in names]


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        ("2021-05-31", "2021-05-31", [1, 1, 100, 100, None, 0]),  # on the due day
        ("2021-05-31", "2021-06-01", [1, 1, 100, 0, 1, 0]),  # one day late
        ("2021-12-31", "2022-01-31", [1, 1, 100, 0, 31, 0]),  # on as_of
        ("2021-12-31", "2022-02-01", [1, 0, 0, 0, None, 1]),  # after as_of: not yet
        ("2022-01-01", "2021-12-01", [0, 0, None, None, None, 0]),  # due in the next period
        ("2020-12-31", "2022-02-01", [0, 0, None, None, None, 1]),  # left from the year before
    ],
)
def test_at_the_due_day(due: str, done: str, expected: list[float | None]) -> None:
    np.testing.assert_equal(told(compute(tasks((A, due, done)))), np.array(expected, float))


def test_a_task_due_today_is_not_late_yet() -> None:
    table = tasks((A, "2021-12-31", None), (A, "2021-12-30", None), (A, "2021-06-30", "2021-06-01"))
    values = compute(table, date(2021, 12, 31))
    # Of three due, one is done; the second is late, of the first it can't be told; one day late so far.
    np.testing.assert_equal(told(values), [3, 1, 100 / 3, 50, np.nan, 1])
    assert compute(table, date(2021, 12, 30))["tasks.due", A] == 2  # not yet due


def test_days_late_with_some_not_done() -> None:
    late = [(A, "2021-06-30", "2021-07-02"), (A, "2021-06-30", "2021-07-10"), (A, "2021-06-30", None)]
    values = compute(tasks(*late, (A, "2021-06-30", "2021-06-30")))
    # Late by 2 and 10 days, the third still open: S = 2/3 after 2 days, 1/3 after 10.
    assert told(values) == [4, 3, 75, 25, 10, 1]
    rows = select_rows("tasks.days_late_median", {"tasks": tasks(*late)}, DISTRICTS, YEAR, AS_OF, A)
    assert rows["counted"].tolist() == [True, True, False]


def test_days_known_to_the_month() -> None:
    def ask(due: str, done: str, spans: tuple[str, str]) -> list[float]:
        of = {f"{name}_precision": [span] for name, span in zip(("due_on", "done_on"), spans, strict=True)}
        return told(compute(tasks((A, due, done), **of)))

    # Due in June: until its last day. What is late by a month has no days.
    np.testing.assert_equal(ask("2021-06-01", "2021-06-30", ("month", "day")), [1, 1, 100, 100, np.nan, 0])
    np.testing.assert_equal(ask("2021-06-01", "2021-07-01", ("month", "day")), [1, 1, 100, 0, np.nan, 0])
    # Done in June, due on the 15th: in time or late; due on the 30th: in time; on 31 May: late by 1 to 30 days.
    np.testing.assert_equal(ask("2021-06-15", "2021-06-01", ("day", "month")), [1, 1, 100, np.nan, np.nan, 0])
    np.testing.assert_equal(ask("2021-06-30", "2021-06-01", ("day", "month")), [1, 1, 100, 100, np.nan, 0])
    np.testing.assert_equal(ask("2021-05-31", "2021-06-01", ("day", "month")), [1, 1, 100, 0, np.nan, 0])


def test_a_task_of_no_district_is_of_the_whole_area_alone() -> None:
    table = tasks(
        (A, "2021-06-30", "2021-06-30"), (None, "2021-06-30", "2021-07-03"), (None, "2021-06-30", None)
    )
    values = compute(table)
    assert told(values, A)[:4] == [1, 1, 100, 100]
    np.testing.assert_equal(told(values, B), [0, 0, np.nan, np.nan, np.nan, 0])
    np.testing.assert_equal(told(values, "all"), [3, 2, 200 / 3, 100 / 3, 3, 1])
    arguments = ({"tasks": table}, DISTRICTS, YEAR, AS_OF)
    assert len(select_rows("tasks.due", *arguments, "all")) == 3
    assert len(select_rows("tasks.due", *arguments, A)) == 1


def test_what_an_empty_day_means() -> None:
    """Not yet, once any row of the kind has one; of a table without the column nothing is known."""
    open_only = tasks((A, "2021-06-30", None), (A, "2021-06-30", None))
    np.testing.assert_equal(told(compute(open_only)), [2, np.nan, np.nan, np.nan, np.nan, np.nan])
    np.testing.assert_equal(
        told(compute(pd.concat([open_only, tasks((B, "2020-01-01", "2020-01-01"))]))), [2, 0, 0, 0, np.nan, 2]
    )
    assert np.isnan(compute(open_only.drop(columns="done_on"))["tasks.done", A])


def test_a_ledger_as_an_office_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "督办台账.csv"
    lines = [
        "2021年重点任务督办台账,,,,,,,",
        "序号,乡镇,督办事项,牵头单位,责任领导,完成时限,办结时间,任务来源",
        "1,甲镇,清理消防通道,消防站,张三,5月底前,2021-06-01,督办单",
        "2,,修订预案,应急局,李四,2021年6月底前,,会议",
        "3,乙镇,检查水库,水利站,王五,2021年6月,2021-06-30,会议",
        "合计,,,,,,,",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = read_ledger_file(path, Source(load_kinds()["tasks"]), name=path.name)
    assert not read.errors and read.set_aside.empty
    assert read.rows["due_on"].dt.strftime("%m-%d").tolist() == ["05-31", "06-30", "06-01"]
    assert read.rows["due_on_precision"].tolist() == ["day", "day", "month"]
    assert read.rows["owner"].tolist() == ["消防站", "应急局", "水利站"]
    assert read.rows["responsible"].tolist() == ["张三", "李四", "王五"] and load_kinds()["tasks"].personal
