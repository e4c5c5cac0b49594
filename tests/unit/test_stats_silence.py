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
