"""Key periods and months, with answers by hand and from the State Council's arrangements."""

from calendar import isleap, monthrange
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest, chi2, f, norm, t

from taizhang.stats.periods import (
    HOLIDAYS,
    compare_periods,
    describe_months,
    list_holidays,
    list_seasons,
    name_periods,
)


def test_holidays_are_all_days_off_as_arranged() -> None:
    """国办发明电〔2020〕27号: the arrangement of 2021."""
    found = list_holidays(date(2021, 1, 1), date(2021, 12, 31)).set_index("name")
    expected = {
        "new_year": ("2021-01-01", "2021-01-03"),
        "spring_festival": ("2021-02-11", "2021-02-17"),
        "qingming": ("2021-04-03", "2021-04-05"),
        "may_day": ("2021-05-01", "2021-05-05"),
        "dragon_boat": ("2021-06-12", "2021-06-14"),
        "mid_autumn": ("2021-09-19", "2021-09-21"),
        "national_day": ("2021-10-01", "2021-10-07"),
    }
    assert list(found.index) == list(HOLIDAYS)
    for name, (start, end) in expected.items():
        assert (found["start"][name], found["end"][name]) == (
            date.fromisoformat(start),
            date.fromisoformat(end),
        )


def test_holidays_that_fall_together_have_the_same_days() -> None:
    found = list_holidays(date(2020, 9, 1), date(2020, 12, 31))
    assert list(found["name"]) == ["mid_autumn", "national_day"]
    assert set(found["start"]) == {date(2020, 10, 1)} and set(found["end"]) == {date(2020, 10, 8)}


def test_a_season_may_run_over_the_new_year() -> None:
    found = list_seasons("fire_season", ("11-01", "04-30"), date(2021, 1, 1), date(2021, 12, 31))
    assert list(found["start"]) == [date(2020, 11, 1), date(2021, 11, 1)]
    assert list(found["end"]) == [date(2021, 4, 30), date(2022, 4, 30)]
    leap = list_seasons("x", ("02-29", "03-31"), date(2021, 1, 1), date(2021, 12, 31))
    assert leap["start"][0] == date(2021, 2, 28)


def test_ratio_is_the_exact_one_where_events_come_singly() -> None:
    """Six events in 10 days, 18 in 90: 0.6 against 0.2 a day; given 24, six is binomial with p 0.1."""
    inside = pd.date_range("2021-01-01", periods=10)[:6]
    outside = pd.date_range("2021-01-11", periods=18, freq="5D")
    spans = pd.DataFrame({"name": ["k"], "start": [date(2021, 1, 1)], "end": [date(2021, 1, 10)]})
    row = compare_periods(pd.Series([*inside, *outside]), spans, date(2021, 1, 1), date(2021, 4, 10)).loc["k"]
    assert (row["inside"], row["days_inside"], row["outside"], row["days_outside"]) == (6, 10, 18, 90)
    assert row["ratio"] == pytest.approx(3.0)
    # Fifteen weeks and part weeks, of which thirteen are free: t for the normal.
    weeks = len({at // 7 for at in range(10)}), len({at // 7 for at in range(10, 100)})
    wide = (t.isf(0.025, sum(weeks) - 2) / norm.isf(0.025)) ** 2
    low, high = beta.ppf(0.025, 6 / wide, 18 / wide + 1), beta.isf(0.025, 6 / wide + 1, 18 / wide)
    assert [row["low"], row["high"]] == pytest.approx(
        [9 * part / (1 - part) for part in (low, high)], rel=1e-9
    )
    assert row["dispersion"] == 1
    # Of so many weeks that t is the normal, the limits are the binomial's own.
    assert beta.ppf(0.025, 6, 19) == pytest.approx(binomtest(6, 24, 0.1).proportion_ci(method="exact").low)


def test_the_interval_leaves_one_out_where_p_is_below_the_level() -> None:
    rng = np.random.default_rng(4)
    spans = pd.DataFrame({"name": ["k"], "start": [date(2021, 3, 1)], "end": [date(2021, 3, 20)]})
    for many in (2, 5, 9, 14, 20, 30, 45):
        inside = pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 20, many), "D")
        others = pd.Timestamp("2021-04-01") + pd.to_timedelta(rng.integers(0, 90, 45), "D")
        row = compare_periods(
            pd.Series([*inside, *others]), spans, date(2021, 1, 1), date(2021, 7, 1), alpha=0.1
        ).loc["k"]
        assert (row["low"] > 1 or row["high"] < 1) == (row["p"] < 0.1)


def test_per_visit_and_near_by() -> None:
    """4 events on 2 visits in ten days, 10 on 20 visits in the twenty around them; what lies beyond does not count."""
    spans = pd.DataFrame({"name": ["k"], "start": [date(2021, 3, 11)], "end": [date(2021, 3, 20)]})
    events = pd.Series(
        pd.to_datetime(["2021-03-12"] * 4 + ["2021-03-02", "2021-03-29"] * 5 + ["2021-05-01"] * 50)
    )
    visits = pd.Series(
        pd.to_datetime(["2021-03-12"] * 2 + ["2021-03-02", "2021-03-29"] * 10 + ["2021-05-01"])
    )
    row = compare_periods(events, spans, date(2021, 1, 1), date(2021, 6, 30), base=visits, near=10).loc["k"]
    assert (row["inside"], row["base_inside"], row["outside"], row["base_outside"]) == (4, 2, 10, 20)
    assert (row["days_inside"], row["days_outside"]) == (10, 20) and row["ratio"] == pytest.approx(4)
    none = compare_periods(events, spans, date(2021, 1, 1), date(2021, 6, 30), base=visits[2:], near=10).loc[
        "k"
    ]
    assert none["base_inside"] == 0 and none[["ratio", "low", "high", "p"]].isna().all()


def test_events_in_clusters_widen_the_interval() -> None:
    """Ten events on one day say less than ten on ten days."""
    spans = pd.DataFrame({"name": ["k"], "start": [date(2021, 1, 1)], "end": [date(2021, 1, 20)]})
    calm = pd.Series([*pd.date_range("2021-01-01", periods=10), *pd.date_range("2021-02-01", periods=40)])
    lumps = pd.Series([*[pd.Timestamp("2021-01-05")] * 10, *pd.date_range("2021-02-01", periods=40)])
    one, other = (
        compare_periods(days, spans, date(2021, 1, 1), date(2021, 4, 10)).loc["k"] for days in (calm, lumps)
    )
    assert one["ratio"] == other["ratio"]
    assert other["low"] < one["low"] and other["high"] > one["high"] and other["dispersion"] > 1


def test_nothing_inside_has_no_lower_limit() -> None:
    spans = pd.DataFrame({"name": ["k"], "start": [date(2021, 1, 1)], "end": [date(2021, 1, 10)]})
    days = pd.Series(pd.date_range("2021-02-01", periods=30))
    row = compare_periods(days, spans, date(2021, 1, 1), date(2021, 3, 31)).loc["k"]
    assert row["ratio"] == 0 and row["low"] == 0 and row["high"] > 0


def test_an_even_year_has_no_pattern() -> None:
    days = pd.Series(pd.date_range("2020-01-01", "2021-12-31"))
    months = describe_months(days, 2020, 2021)
    assert months["ratio"].to_numpy() == pytest.approx(np.ones(12))
    assert months.attrs["p"] == pytest.approx(1.0) and months["events"].sum() == 731


def test_a_month_with_more_is_found() -> None:
    days = [*pd.date_range("2020-01-01", "2021-12-31"), *[*pd.date_range("2020-07-01", periods=20)] * 2]
    days += [*pd.date_range("2021-07-01", periods=20)] * 2
    months = describe_months(pd.Series(days), 2020, 2021)
    assert months["ratio"].idxmax() == 7 and months["low"][7] > 1 and months.attrs["p"] < 0.002


def test_the_pattern_raises_no_alarm_by_chance() -> None:
    rng = np.random.default_rng(5)
    every = pd.date_range("2019-01-01", "2021-12-31")
    alarms = [
        describe_months(pd.Series(rng.choice(every, 300)), 2019, 2021).attrs["p"] < 0.05 for _ in range(200)
    ]
    assert np.mean(alarms) < 0.09


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        # 国办发明电〔2022〕16号: New Year 2023 from 31 December 2022 to 2 January, Spring Festival 21 to 27 January.
        ("2022-12-30", "2022-12-30", []),
        ("2022-10-08", "2022-12-31", ["new_year"]),
        ("2023-01-02", "2023-01-20", ["new_year"]),
        ("2023-01-03", "2023-01-20", []),
        ("2023-01-03", "2023-01-21", ["spring_festival"]),
        ("2023-01-27", "2023-01-27", ["spring_festival"]),
        ("2023-01-28", "2023-04-04", []),
        ("2022-12-31", "2023-04-05", ["new_year", "spring_festival", "qingming"]),
    ],
)
def test_a_holiday_counts_where_one_of_its_days_does(first: str, last: str, names: list[str]) -> None:
    found = list_holidays(date.fromisoformat(first), date.fromisoformat(last))
    assert list(found.columns) == ["name", "start", "end"] and found["name"].tolist() == names
    if names[:1] == ["new_year"]:
        assert (found["start"][0], found["end"][0]) == (date(2022, 12, 31), date(2023, 1, 2))
    if "spring_festival" in names:
        at = names.index("spring_festival")
        assert (found["start"][at], found["end"][at]) == (date(2023, 1, 21), date(2023, 1, 27))


@pytest.mark.parametrize(
    ("season", "first", "last", "spans"),
    [
        (("06-01", "09-30"), "2021-01-01", "2022-12-31", ["2021-06-01/2021-09-30", "2022-06-01/2022-09-30"]),
        (("06-01", "09-30"), "2021-09-30", "2022-06-01", ["2021-06-01/2021-09-30", "2022-06-01/2022-09-30"]),
        (("06-01", "09-30"), "2021-10-01", "2022-05-31", []),
        (("11-01", "04-30"), "2021-04-30", "2021-10-31", ["2020-11-01/2021-04-30"]),
        (("11-01", "04-30"), "2021-05-01", "2021-11-01", ["2021-11-01/2022-04-30"]),
        (("02-28", "02-29"), "2023-01-01", "2024-12-31", ["2023-02-28/2023-02-28", "2024-02-28/2024-02-29"]),
        (("02-29", "02-29"), "2024-01-01", "2024-12-31", ["2024-02-29/2024-02-29"]),
        (("03-29", "03-29"), "2023-01-01", "2023-12-31", ["2023-03-29/2023-03-29"]),
    ],
)
def test_a_season_counts_where_one_of_its_days_does(
    season: tuple[str, str], first: str, last: str, spans: list[str]
) -> None:
    found = list_seasons("flood", season, date.fromisoformat(first), date.fromisoformat(last))
    assert list(found.columns) == ["name", "start", "end"]
    rows = [f"{name} {start}/{end}" for name, start, end in found.itertuples(index=False)]
    assert rows == [f"flood {span}" for span in spans]


FIRST = date(2021, 3, 1)
NAMES = ["a", "b"]
DAYS = st.integers(-3, 32)
SPANS = st.lists(st.tuples(st.sampled_from(NAMES), DAYS, st.integers(0, 12)), max_size=4)


@given(st.lists(DAYS | st.sampled_from([2, 2, 9]), max_size=40), SPANS, st.sampled_from([0.05, 0.2]))
def test_periods_as_by_a_plain_reckoning(days: list[int], spans: list[tuple], alpha: float) -> None:
    """Thirty days, of which some lie in spans; each event at an hour of its day, and one of an unknown day."""
    events = pd.Series(
        [pd.Timestamp(FIRST) + pd.Timedelta(day, "D") + pd.Timedelta(day % 24, "h") for day in days]
        + [pd.NaT]
    )
    at = {day: FIRST + timedelta(days=day) for day in range(-3, 48)}
    table = pd.DataFrame(
        [(name, at[start], at[start + more]) for name, start, more in spans], columns=["name", "start", "end"]
    )
    found = compare_periods(events.astype("datetime64[us]"), table, FIRST, at[29], alpha=alpha)
    marks: dict[str, set[int]] = {}
    for name, start, more in spans:
        marks.setdefault(name, set()).update(range(max(start, 0), min(start + more, 29) + 1))
    rest = set(range(30)).difference(*marks.values())
    expected = {}
    for name, mark in marks.items():
        if not mark or not rest:
            continue
        square, whole, free = 0.0, 0, 0
        for group in (mark, rest):
            weeks: dict[int, list[int]] = {}
            for day in group:
                weeks.setdefault(day // 7, []).append(days.count(day))
            mean = sum(map(sum, weeks.values())) / len(group)
            if len(weeks) > 1:
                left = sum((sum(week) - mean * len(week)) ** 2 for week in weeks.values())
                square += left * len(weeks) / (len(weeks) - 1)
                whole += sum(map(sum, weeks.values()))
                free += len(weeks) - 1
        spread = max(square / whole, 1.0) if whole else 1.0
        wide = spread * (t.isf(alpha / 2, free) / norm.isf(alpha / 2)) ** 2
        inside, outside = (sum(days.count(day) for day in group) for group in (mark, rest))
        odds = len(rest) / len(mark)
        limits = [np.nan] * 4
        if inside + outside:
            top, other = inside / wide, outside / wide
            low = beta.ppf(alpha / 2, top, other + 1) if top else 0.0
            high = beta.isf(alpha / 2, top + 1, other) if other else 1.0
            share = len(mark) / (len(mark) + len(rest))
            more = beta.cdf(share, top, other + 1) if top else 1.0
            fewer = beta.sf(share, top + 1, other) if other else 1.0
            limits = [
                inside / outside * odds if outside else np.inf,
                odds * low / (1 - low),
                odds * high / (1 - high) if other else np.inf,
                min(1, 2 * min(more, fewer)),
            ]
        bases = [float(len(mark)), float(len(rest))]
        expected[name] = [float(inside), len(mark), float(outside), len(rest), *bases, *limits, spread]
    columns = ["inside", "days_inside", "outside", "days_outside", "base_inside", "base_outside",
               "ratio", "low", "high", "p", "dispersion"]  # fmt: skip
    wanted = pd.DataFrame.from_dict(expected, orient="index", columns=columns)
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-9, check_dtype=False)


def test_only_events_inside_have_no_upper_limit() -> None:
    spans = pd.DataFrame({"name": ["k"], "start": [FIRST], "end": [FIRST]})
    row = compare_periods(pd.Series([pd.Timestamp(FIRST)]), spans, FIRST, date(2021, 3, 10)).loc["k"]
    # Of one event, inside one day of ten: 0.025 of the binomial with one trial, odds 9.
    assert row[["ratio", "high"]].tolist() == [np.inf, np.inf] and 0 < row["low"] < 9 * 0.025 / 0.975


def check_months(dates: list[date], first: int, last: int, alpha: float) -> None:
    """Months against their shares of the days, one by one."""
    found = describe_months(pd.Series([*dates, None], dtype="datetime64[us]"), first, last, alpha=alpha)
    years, months = range(first, last + 1), range(1, 13)
    table = [
        [sum((day.year, day.month) == (year, month) for day in dates) for month in months] for year in years
    ]
    whole = sum(map(sum, table))
    length = sum(monthrange(year, month)[1] for year in years for month in months)
    events = [sum(row[month - 1] for row in table) for month in months]
    expected = [whole * sum(monthrange(year, month)[1] for year in years) / length for month in months]
    square = 0.0
    for row in table:
        for number, event in zip(row, events, strict=True):
            if fitted := sum(row) * event / max(whole, 1):
                square += (number - fitted) ** 2 / fitted
    free = 11 * (len(years) - 1)
    spread = max(square / free, 1.0) if free else 1.0
    assert found.attrs["years"] == len(years) and found.attrs["dispersion"] == pytest.approx(spread)
    assert found.index.tolist() == list(months) and found.index.name == "month"
    assert list(found.columns) == ["events", "expected", "ratio", "low", "high"]
    assert set(found.dtypes) == {np.dtype(float)}
    assert found["events"].tolist() == events and found["expected"].tolist() == pytest.approx(expected)
    if not whole:
        assert np.isnan(found.attrs["p"]) and found[["ratio", "low"]].isna().all(axis=None)
        return
    statistic = sum((got - due) ** 2 / due for got, due in zip(events, expected, strict=True))
    own = Counter(day for day in dates if first <= day.year <= last)
    around = 0.0
    for year in years:
        n = 366 if isleap(year) else 365
        mean = sum(own[day] for day in own if day.year == year) / n
        filled = [own[day] for day in own if day.year == year]
        around += (sum((x - mean) ** 2 for x in filled) + (n - len(filled)) * mean**2) * n / (n - 1)
    spread_of_days = around / sum(own.values())
    p = f.sf(statistic / (11 * max(spread, spread_of_days)), 11, free) if free else np.nan
    assert found.attrs["p"] == pytest.approx(p, nan_ok=True)
    # Garwood's limits: half of quantiles of chi-squared, here of counts divided by the dispersion.
    for event, due, row in zip(events, expected, found.itertuples(), strict=True):
        low = chi2.ppf(alpha / 2, 2 * event / spread) / 2 if event else 0.0
        high = chi2.isf(alpha / 2, 2 * event / spread + 2) / 2
        assert (row.ratio, row.low, row.high) == pytest.approx(
            (event / due, low * spread / due, high * spread / due)
        )


DATES = st.lists(st.dates(date(2018, 12, 1), date(2022, 1, 31)), max_size=40)


@given(DATES, st.sampled_from([(2019, 2021), (2020, 2020), (2020, 2021)]), st.sampled_from([0.05, 0.1]))
def test_months_as_by_a_plain_reckoning(dates: list[date], years: tuple[int, int], alpha: float) -> None:
    check_months([day for day in dates if years[0] <= day.year <= years[1]], *years, alpha)


@pytest.mark.parametrize("last", [2020, 2022])
def test_months_with_much_and_with_uneven_years(last: int) -> None:
    rng = np.random.default_rng(last)
    every = pd.date_range("2020-01-01", f"{last}-12-31").date
    chance = rng.gamma(0.3, size=len(every))
    check_months(
        list(rng.choice(every, 400, p=chance / chance.sum())) + [date(2020, 2, 29)] * 30, 2020, last, 0.05
    )


def test_events_of_other_years_do_not_count() -> None:
    days = pd.Series(pd.to_datetime(["2019-12-31", "2020-01-01", "2021-12-31", "2022-01-01"]))
    assert describe_months(days, 2020, 2021)["events"].tolist() == [1] + [0] * 10 + [1]


def test_names_of_all_periods() -> None:
    assert name_periods({"flood": ("06-01", "09-30")}) == (
        "new_year", "spring_festival", "qingming", "may_day", "dragon_boat", "mid_autumn", "national_day", "flood",
    )  # fmt: skip


def test_months_that_look_alike_by_luck_have_the_scatter_of_days() -> None:
    """Sixty events on one day of March in each of two years: the months leave no scatter, the days 60 times Poisson's.

    All in one month is 11 times the expected squares: 120 * 11 / 11 / 60 = 2 or so, of F with 11 and 11 degrees.
    """
    days = pd.Series(pd.to_datetime(["2020-03-05"] * 60 + ["2021-03-05"] * 60))
    found = describe_months(days, 2020, 2021)
    assert found.attrs["dispersion"] == 1 and found.attrs["p"] == pytest.approx(f.sf(2, 11, 11), abs=0.03)
