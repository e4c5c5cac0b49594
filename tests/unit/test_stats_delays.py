"""How long after its month a row is entered, and what is still to come."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.late_entries import tabulate, try_ledgers
from taizhang.stats.delays import (
    build_triangle,
    estimate_delays,
    find_limits,
    forecast_counts,
    number_months,
)

FIRSTS = pd.date_range("2021-01-01", "2022-01-01", freq="MS")


def month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:]) - 1


def rows(*held: tuple[str, str, int], district: str = "a", last: str = "2022-01-01") -> pd.DataFrame:
    """So many rows of a month first held at a snapshot."""
    frame = pd.DataFrame(
        [(district, month(of), pd.Timestamp(entered)) for of, entered, count in held for _ in range(count)],
        columns=["district_code", "month", "entered"],
    )
    return frame.assign(last_seen=pd.Timestamp(last))


def enter(many: tuple[int, ...], *, first: str = "2020-01", last: str = "2021-12", district: str = "a"):
    """Of each month so many rows with no delay, one month of it, and so on, as snapshots on the first have them."""
    held = []
    for number in range(month(first), month(last) + 1):
        for delay, count in enumerate(many):
            at = max(number + 1 + delay, month("2021-01"))
            if at <= month("2022-01"):
                held.append(
                    (f"{number // 12}-{number % 12 + 1:02d}", f"{at // 12}-{at % 12 + 1:02d}-01", count)
                )
    return rows(*held, district=district)


def test_a_triangle_of_delays() -> None:
    moments = pd.DatetimeIndex(["2021-09-01", "2021-10-01", "2021-11-10"])
    held = rows(
        ("2021-07", "2021-09-01", 5),  # there at first, a month after its end: of unknown delay
        ("2021-07", "2021-11-10", 1),
        ("2021-08", "2021-09-01", 4),
        ("2021-08", "2021-10-01", 2),
        ("2021-09", "2021-10-01", 3),
        ("2021-09", "2021-11-10", 2),
        ("2021-10", "2021-11-10", 6),
        last="2021-11-10",
    )
    triangle = build_triangle(held, moments)
    assert triangle.counted.tolist() == [[6, 6, 5, 6, 0]]
    # Nine days and a third of a month since the end of October are a quarter of a month.
    assert triangle.ages.tolist() == [[4, 8, 13], [0, 4, 9], [-4, 0, 5], [-8, -4, 1], [-12, -8, -3]]
    table = triangle.tabulate()
    assert table["before"].tolist() == [5, 0, 0, 0, 0]
    unknown = np.nan
    expected = [
        [unknown, unknown, 0, 0, 1],
        [4, 2, 0, 0, unknown],
        [3, 0, 2, unknown, unknown],
        [0, 6, unknown, unknown, unknown],
        [0, unknown, unknown, unknown, unknown],
    ]
    np.testing.assert_array_equal(table.drop(columns="before").to_numpy(), expected)
    assert triangle.tabulate("a").equals(table)


def test_months_have_numbers() -> None:
    days = pd.Series(pd.to_datetime(["2021-01-31", "2021-12-01", None]))
    assert number_months(days).tolist() == [24252, 24263, pd.NA]


def test_many_rows_give_the_chain_ladder() -> None:
    """Of 1,000 rows 600 are in at the month's end, 900 a month later, all after two."""
    triangle = build_triangle(enter((600, 300, 100)), FIRSTS)
    delays = estimate_delays(triangle)
    assert delays is not None
    shares = delays.find_shares([0, 4, 8, 12]).mean(axis=0)[0]
    assert shares.tolist() == pytest.approx([0.6, 0.9, 1, 1], abs=0.005)
    found = forecast_counts(triangle, delays, months=3).set_index(["district_code", "month"])
    mine = found.loc["a"]
    assert mine["counted"].tolist() == [1000, 900, 600]
    assert mine["expected"].tolist() == pytest.approx([1000, 1000, 1000], abs=12)
    assert (mine["low"] >= mine["counted"]).all() and mine["high"].iloc[-1] < 1100
    assert mine["low"].iloc[-1] < 1000 < mine["high"].iloc[-1]
    assert found.loc[""]["expected"].tolist() == pytest.approx(mine["expected"].tolist())
    assert mine["entered"].tolist() == pytest.approx([1, 0.9, 0.6], abs=0.005)


def test_a_month_without_rows_is_not_one_of_which_none_are_in() -> None:
    """Of one district the whole area's share is its own, in months with few rows or none, too."""
    held = enter((60, 30, 10))
    held = held[held["month"] != month("2021-11")]
    triangle = build_triangle(held, FIRSTS)
    delays = estimate_delays(triangle, draws=300)
    assert delays is not None
    found = forecast_counts(triangle, delays, months=3).set_index(["district_code", "month"])
    mine, whole = found.loc["a"], found.loc[""]
    assert whole["counted"].tolist()[1] == 0 and whole["entered"].tolist() == pytest.approx(
        mine["entered"].tolist()
    )


def test_no_delay_adds_nothing() -> None:
    triangle = build_triangle(enter((7,)), FIRSTS)
    delays = estimate_delays(triangle)
    assert delays is not None and delays.late.tolist() == [0] and delays.followed[0] > 100
    assert (delays.shares == 1).all()
    found = forecast_counts(triangle, delays)
    for column in ("expected", "low", "high"):
        assert (found[column] == found["counted"]).all()


def test_of_a_few_rows_nothing_is_said() -> None:
    held = rows(("2021-01", "2021-02-01", 12), ("2021-01", "2021-03-01", 7))
    assert estimate_delays(build_triangle(held, FIRSTS)) is None
    assert estimate_delays(build_triangle(enter((50,)), FIRSTS[-1:])) is None


def test_past_years_handed_in_are_not_late() -> None:
    """In June a district's ledger of 2020 comes in, and another district joins."""
    now = enter((7,), first="2021-01")
    past = rows(*[(f"2020-{number:02d}", "2021-06-01", 7) for number in range(1, 13)])
    other = rows(*[(f"2020-{number:02d}", "2021-06-01", 7) for number in range(1, 13)], district="b")
    triangle = build_triangle(pd.concat([now, past, other]), FIRSTS)
    delays = estimate_delays(triangle)
    assert delays is not None and delays.late.tolist() == [0, 0]
    # What was there when it began to be followed is counted, and of unknown delay.
    assert triangle.tabulate("b")["before"].sum() == 12 * 7


def test_a_district_without_rows_in_a_ledger_already_handed_in() -> None:
    """Both are in one file: what comes in March of January is late, though the district had no row before."""
    now = enter((7,), first="2021-01").assign(ledger="a.xlsx")
    first = rows(("2021-01", "2021-03-01", 3), district="b")
    triangle = build_triangle(pd.concat([now, first.assign(ledger="a.xlsx")]), FIRSTS)
    delays = estimate_delays(triangle)
    assert delays is not None and delays.late.tolist() == [0, 3]
    apart = build_triangle(pd.concat([now, first.assign(ledger="b.xlsx")]), FIRSTS)
    delays = estimate_delays(apart)
    assert delays is not None and delays.late.tolist() == [0, 0]


def test_a_month_without_a_snapshot() -> None:
    """Its rows come with the next one: they don't shift what is known of delays."""
    held = enter((600, 300, 100))
    skipped = pd.Timestamp("2021-06-01")
    held.loc[held["entered"] == skipped, "entered"] = pd.Timestamp("2021-07-01")
    delays = estimate_delays(build_triangle(held, FIRSTS.drop(skipped)))
    assert delays is not None
    shares = delays.find_shares([0, 4, 8, 12]).mean(axis=0)[0]
    assert shares.tolist() == pytest.approx([0.6, 0.9, 1, 1], abs=0.01)


def test_two_months_without_a_snapshot_and_most_rows_late() -> None:
    """Of 1,000 rows 100 are in at the month's end, 700 a month later; no snapshot in June and October."""
    held = enter((100, 600, 300))
    skipped = pd.DatetimeIndex(["2021-06-01", "2021-10-01"])
    for day in skipped:
        held.loc[held["entered"] == day, "entered"] = day + pd.DateOffset(months=1)
    delays = estimate_delays(build_triangle(held, FIRSTS.difference(skipped)))
    assert delays is not None
    shares = delays.find_shares([0, 4, 8]).mean(axis=0)[0]
    assert shares.tolist() == pytest.approx([0.1, 0.7, 1], abs=0.01)


def test_of_snapshots_a_day_apart_the_last_counts() -> None:
    """What is entered on the second of the next month is in at the month's end, as near as a quarter of a month."""
    held = enter((8,))
    extra = held.copy()
    extra["entered"] += pd.Timedelta(days=1)
    both = pd.concat([held, extra]).assign(last_seen=FIRSTS[-1] + pd.Timedelta(days=1))
    delays = estimate_delays(build_triangle(both, FIRSTS.append(FIRSTS + pd.Timedelta(days=1)).sort_values()))
    assert delays is not None and delays.late.tolist() == [0]


def test_a_district_of_few_rows_leans_on_the_others() -> None:
    many = enter((60, 30, 10), district="a")
    few = enter((1,), district="b", first="2021-09")
    triangle = build_triangle(pd.concat([many, few]), FIRSTS)
    delays = estimate_delays(triangle)
    assert delays is not None
    mine, other = delays.find_shares([0]).mean(axis=0)[:, 0]
    assert mine == pytest.approx(0.6, abs=0.03)
    assert 0.55 < other < 0.9
    ends = np.quantile(delays.find_shares([0])[..., 0], [0.025, 0.975], axis=0)
    assert np.diff(ends[:, 1]) > 3 * np.diff(ends[:, 0])


def test_removed_rows_are_not_counted_now() -> None:
    held = enter((20, 10))
    gone = held.index[(held["month"] == month("2021-12"))][:5]
    held.loc[gone, "last_seen"] = pd.Timestamp("2021-12-01")
    triangle = build_triangle(held, FIRSTS)
    assert triangle.counted[0, -2:].tolist() == [15, 0]
    assert triangle.entered[0, -2, -1] == 20


def test_a_month_younger_than_any_followed_has_no_estimate() -> None:
    """All snapshots on the 16th, but the last on the first."""
    moments = FIRSTS + pd.Timedelta(days=15)
    held = enter((30, 10))
    held["entered"] += pd.Timedelta(days=15)
    moments = moments[:-1].append(pd.DatetimeIndex(["2022-01-01"]))
    held = held[held["entered"] < "2022-01-16"].assign(last_seen=pd.Timestamp("2022-01-01"))
    triangle = build_triangle(held, moments)
    delays = estimate_delays(triangle)
    assert delays is not None
    found = forecast_counts(triangle, delays, months=2)
    assert found["expected"].isna().tolist() == [False, True, False, True]


def test_limits_of_whole_numbers() -> None:
    # 0 in 93 of 100, 1 in 4, 2 in 3: all but half of the ones make 95 %.
    drawn = np.repeat([0.0, 1.0, 2.0], [93, 4, 3])[:, None]
    assert [float(end[0]) for end in find_limits(drawn)] == [0, 1]
    # 1 to 100: half of 3 and what is below, and half of 98 and what is above, are 2.5.
    drawn = np.arange(1.0, 101.0)[:, None]
    assert [float(end[0]) for end in find_limits(drawn)] == [3, 97]
    assert np.isnan(find_limits(np.full((5, 1), np.nan))).all()


def test_intervals_cover_on_some_ledgers() -> None:
    table = tabulate(try_ledgers(24, draws=400)).set_index("what")
    assert 90 <= table.loc["all", "covered"] <= 99.5
    assert table.loc["all", "width"] <= 2
    assert table.loc["never late", "added"] == 0


@pytest.mark.slow
@pytest.mark.long
def test_intervals_cover_on_500_ledgers() -> None:
    table = tabulate(try_ledgers(500)).set_index("what")
    assert 93 <= table.loc["all", "covered"] <= 97
    assert table.loc["all", "width"] <= 2
    assert table.loc["never late", "added"] == 0
