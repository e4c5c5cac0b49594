"""Where a ledger begins, ends and is silent."""

from datetime import date

import pandas as pd
import pytest

from taizhang.stats.silence import find_silences


def days(*spans: tuple[str, str], every: int = 7) -> pd.Series:
    """A row every so many days, in some spans."""
    return pd.Series([day for first, last in spans for day in pd.date_range(first, last, freq=f"{every}D")])


def found(rows: pd.Series, until: str) -> list[tuple[str, str, str]]:
    table = find_silences(rows, date.fromisoformat(until))
    shown = [(row.where, str(row.start.date()), str(row.end.date())) for row in table.itertuples()]
    return [one for one in shown if one[0] != "before"]


def test_rows_that_end_in_may() -> None:
    rows = days(("2019-01-01", "2020-05-26"))
    assert found(rows, "2020-12-31") == [("after", "2020-05-27", "2020-12-31")]
    table = find_silences(rows, date(2020, 12, 31))
    # 74 rows on 512 days; before the first there was none either.
    assert table["per_day"].tolist() == pytest.approx([74 / 512] * 2)
    assert table.loc[0, ["where", "start", "end"]].tolist() == [
        "before",
        pd.Timestamp("2016-01-01"),
        pd.Timestamp("2018-12-31"),
    ]


def test_seven_rows_must_be_expected_and_missing() -> None:
    rows = days(("2019-01-01", "2020-05-26"))  # 74 / 512 a day: 49 days are 7.08, 48 are 6.94
    assert found(rows, "2020-07-13") == []
    assert found(rows, "2020-07-14") == [("after", "2020-05-27", "2020-07-14")]


def test_a_ledger_filled_in_by_batches_is_not_silent_between_them() -> None:
    batches = pd.Series(
        [day for month in (3, 6, 9, 12) for day in pd.date_range(f"2019-{month:02}-01", periods=20)]
    )
    assert found(batches, "2020-03-31") == []
    assert [where for where, *_ in found(batches, "2020-12-31")] == ["after"]


def test_all_gaps_within() -> None:
    """Rows of every week but for fourteen weeks in the summer of one year and eight in the winter of the next."""
    first, second = ("within", "2019-06-25", "2019-09-30"), ("within", "2020-01-29", "2020-03-31")
    spans = ("2018-01-01", "2019-06-30"), ("2019-10-01", "2020-01-31"), ("2020-04-01", "2021-12-31")
    rows = days(*spans)
    assert found(rows, "2021-12-31") == [first, second]
    table = find_silences(rows, date(2021, 12, 31))
    # 188 rows on the days that are not silent: 1,459 from 1 January 2018 to 29 December 2021, less 98 and 63.
    assert len(rows) == 188 and table["per_day"].tolist() == pytest.approx([188 / (1459 - 98 - 63)] * 3)


def test_gaps_that_are_a_habit() -> None:
    def shown(*spans: tuple[str, str], until: str) -> list[str]:
        return [start for where, start, _ in found(days(*spans), until) if where == "within"]

    # Every summer, a week earlier or later; beside a longer span at another time of the year, this alone is silent.
    summers = ("2018-01-01", "2018-06-30"), ("2018-10-01", "2019-06-23"), ("2019-09-24", "2020-12-31")
    assert shown(*summers, until="2020-12-31") == []
    longer = *summers[:2], ("2019-09-24", "2020-01-31"), ("2020-11-01", "2021-12-31")
    assert shown(*longer, until="2021-12-31") == ["2020-01-29"]
    # Three in a year, and two that are more than half of the time.
    three = ("2020-01-01", "2020-02-15"), ("2020-04-15", "2020-06-15"), ("2020-08-15", "2020-09-15")
    assert shown(*three, ("2020-11-15", "2020-12-31"), until="2020-12-31") == []
    assert shown(("2020-01-01", "2020-03-31"), ("2020-08-01", "2020-10-31"), ("2021-03-01", "2021-04-15"),
                 until="2021-04-30") == []  # fmt: skip


def test_a_gap_within() -> None:
    rows = days(("2019-01-01", "2019-06-30"), ("2019-10-01", "2020-12-31"))
    assert found(rows, "2020-12-31") == [("within", "2019-06-26", "2019-09-30")]
    # Two of them are a habit, such as summer holidays.
    rows = days(("2019-01-01", "2019-06-30"), ("2019-10-01", "2020-06-30"), ("2020-10-01", "2020-12-31"))
    assert found(rows, "2020-12-31") == []
    rows = days(("2018-01-01", "2018-06-30"), ("2018-10-01", "2019-05-26"))
    assert [where for where, *_ in found(rows, "2019-12-31")] == ["within", "after"]


@pytest.mark.parametrize(
    "rows",
    [
        pd.Series([], dtype="datetime64[us]"),
        pd.Series([pd.NaT, pd.NaT]),
        days(("2020-01-01", "2020-03-17")),  # eleven rows
        days(("2020-01-01", "2020-02-20"), every=1),  # fifty-one days
        days(("2017-01-01", "2019-12-31"), every=200),  # rare events
        days(("2021-01-01", "2021-12-31")),  # all after the day
    ],
)
def test_too_little_to_say(rows: pd.Series) -> None:
    assert find_silences(rows, date(2020, 12, 31)).empty


def test_later_rows_and_times_of_day_change_nothing() -> None:
    rows = days(("2019-01-01", "2020-05-26"))
    late = pd.concat([rows + pd.Timedelta(hours=9), days(("2021-02-01", "2021-06-01")), pd.Series([pd.NaT])])
    assert found(late, "2020-12-31") == found(rows, "2020-12-31")
