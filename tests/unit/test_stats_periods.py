"""Key periods and months, with answers by hand and from the State Council's arrangements."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from taizhang.stats.periods import HOLIDAYS, compare_periods, describe_months, list_holidays, list_seasons


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
    limits = binomtest(6, 24, 0.1).proportion_ci(method="exact")
    odds = [9 * share / (1 - share) for share in (limits.low, limits.high)]
    assert [row["low"], row["high"]] == pytest.approx(odds, rel=1e-9)
    assert row["dispersion"] == 1


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
    days = [*pd.date_range("2020-01-01", "2021-12-31"), *[pd.Timestamp("2020-07-15")] * 40]
    days += [pd.Timestamp("2021-07-15")] * 40
    months = describe_months(pd.Series(days), 2020, 2021)
    assert months["ratio"].idxmax() == 7 and months["low"][7] > 1 and months.attrs["p"] < 0.001


def test_the_pattern_raises_no_alarm_by_chance() -> None:
    rng = np.random.default_rng(5)
    every = pd.date_range("2019-01-01", "2021-12-31")
    alarms = [
        describe_months(pd.Series(rng.choice(every, 300)), 2019, 2021).attrs["p"] < 0.05 for _ in range(200)
    ]
    assert np.mean(alarms) < 0.09
