"""The days that can be looked at, and steady months, worked out by hand."""

from datetime import date

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis.time import chart_hazards, find_months, find_span, list_key_periods, name_pattern


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


@pytest.mark.parametrize(
    ("period", "days", "first"),
    [
        # A ledger of August began 45 days before the first of it, 17 June, at the earliest.
        ("2021-06-01/2021-06-16", ["2020-08-20"], "2020-06-17"),
        ("2021-06-01/2021-06-15", ["2020-08-20"], "2020-08-20"),
        ("2021-06-01/2021-06-16", ["2019-08-20"], "2019-06-17"),
        ("2021-06-01/2021-06-16", ["2020-08-20", "2016-08-30"], "2016-06-17"),
        ("2021-06-01/2021-06-16", ["2015-08-30"], "2016-06-17"),
        ("2021-06-01/2021-06-16", ["2017-09-30"], "2018-06-17"),
        # The last day counts to its end, the next does not.
        ("2021-06-01/2021-06-16", ["2021-06-16"], "2021-06-16"),
        ("2021-06-01/2021-06-16", ["2021-06-17"], None),
        ("2024-02-01/2024-02-29", ["2023-01-20"], "2023-03-01"),
    ],
)
def test_the_days_that_are_looked_at(period: str, days: list[str], first: str | None) -> None:
    view = make_view({"hazards": make_table("hazards", [{"found_on": day} for day in days])}, period=period)
    span = find_span(view, "hazards")
    assert span == (None if first is None else (date.fromisoformat(first), view.period.end))


def test_days_are_looked_at_up_to_the_day_the_ledger_was_read() -> None:
    table = make_table("hazards", [{"found_on": "2021-03-05"}, {"found_on": "2021-12-01"}])
    view = make_view({"hazards": table}, as_of=date(2021, 6, 16))
    assert find_span(view, "hazards") == (date(2021, 3, 5), date(2021, 6, 16))
    late = make_view({"hazards": table}, period="2021Q2", as_of=date(2021, 8, 1))
    assert find_span(late, "hazards") == (date(2021, 3, 5), date(2021, 6, 30))
    assert find_span(make_view({"hazards": table}, as_of=date(2021, 3, 4)), "hazards") is None
    begun = make_view({"hazards": table}, as_of=date(2021, 6, 16), first_days={"hazards": date(2020, 7, 3)})
    assert find_span(begun, "hazards") == (date(2020, 6, 17), date(2021, 6, 16))
    incidents = make_table("incidents", [{"occurred_on": "2021-06-16T23:50"}])
    assert find_span(make_view({"incidents": incidents}, period="2021Q2"), "incidents") is not None
    day = make_view({"incidents": incidents}, period="2021-06-16/2021-06-16")
    assert find_span(day, "incidents") == (date(2021, 6, 16), date(2021, 6, 16))
    assert find_span(make_view({"hazards": make_table("hazards", [])}), "hazards") is None


def test_withheld_counts_are_not_looked_at() -> None:
    table = make_table("hazards", [{"found_on": "2021-03-05"}])
    assert find_span(make_view({"hazards": table}, settings={"suppress": ("hazards",)}), "hazards") is None
    assert find_span(make_view({"hazards": table}, settings={"suppress": ("drills",)}), "hazards") is not None


@pytest.mark.parametrize(("p", "name"), [(0.049, "beyond"), (0.05, "within"), (0.9, "within")])
def test_months_differ_beyond_chance_or_within(p: float, name: str) -> None:
    months = pd.DataFrame()
    months.attrs["p"] = p
    assert name_pattern(months) == name


def test_key_periods_of_the_kinds_asked_for() -> None:
    rows = [{"occurred_on": day} for day in pd.date_range("2021-01-01", periods=19)]
    ledgers = {"hazards": make_monthly("2020-01-01", 24), "incidents": make_table("incidents", rows)}
    found = list_key_periods(make_view(ledgers), "incidents", "hazards")
    assert list(found) == ["hazards"] and found["hazards"].attrs["span"] == (
        date(2020, 1, 1),
        date(2021, 12, 31),
    )
    assert list_key_periods(make_view(ledgers)) == {}
