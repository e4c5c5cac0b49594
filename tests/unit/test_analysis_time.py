"""The days that can be looked at, and steady months, worked out by hand."""

from datetime import date

import pandas as pd
from view_maker import make_table, make_view

from taizhang.analysis.time import chart_hazards, find_months, find_span, list_key_periods


def make_monthly(first: str, months: int) -> pd.DataFrame:
    """Ten hazards on the first of each month, half of them rectified after 30 days, half after 31."""
    days = pd.date_range(first, periods=months, freq="MS")
    rows = [
        {"found_on": day, "rectified_on": day + pd.Timedelta(days=30 + n % 2), "mode": "by_deadline"}
        for day in days
        for n in range(10)
    ]
    return make_table("hazards", rows)


def test_whole_years_are_looked_at_up_to_five() -> None:
    def span(first: str) -> tuple[date, date] | None:
        return find_span(make_view({"hazards": make_monthly(first, 12)}), "hazards")

    assert span("2021-03-01") == (date(2021, 3, 1), date(2021, 12, 31))
    assert span("2020-01-01") == (date(2020, 1, 1), date(2021, 12, 31))
    assert span("2020-03-01") == (date(2021, 1, 1), date(2021, 12, 31))
    assert span("2010-01-01") == (date(2017, 1, 1), date(2021, 12, 31))
    assert find_span(make_view({}), "hazards") is None


def test_half_of_a_months_hazards_are_closed_within_thirty_days() -> None:
    charts = chart_hazards(make_view({"hazards": make_monthly("2020-01-01", 24)}))
    assert charts is not None
    found, share = charts
    assert found["value"].tolist() == [10.0] * 24 and (found["signal"] == "").all()
    assert share["value"].tolist() == [0.5] * 24  # found on 1 December they have had thirty days on the 31st


def test_months_alike_stand_apart_from_nothing() -> None:
    view = make_view({"hazards": make_monthly("2020-01-01", 24)})
    months = find_months(view, "hazards")
    assert months is not None and months.attrs["span"] == (2020, 2021)
    assert not months["apart"].any() and months["events"].tolist() == [20] * 12
    assert list(list_key_periods(view, "hazards", "inspections")) == ["hazards"]
