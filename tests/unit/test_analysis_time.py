"""The days that can be looked at, and steady months, worked out by hand."""

from datetime import date

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang.analysis.time import (
    chart_hazards,
    find_extremes,
    find_months,
    find_span,
    group_spans,
    is_alike,
    list_key_periods,
    list_periods,
    list_signals,
    name_pattern,
)


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
    assert share is not None
    assert share["value"].tolist() == [0.5] * 24  # found on 1 December they have had thirty days on the 31st


@pytest.mark.parametrize(("undated", "known"), [(24, True), (25, False)])
def test_no_share_where_of_over_a_tenth_it_is_not_known_how_soon(undated: int, known: bool) -> None:
    """Of 240 hazards, each found thirty days ago or longer, 24 are a tenth."""
    table = make_monthly("2020-01-01", 24)
    table.loc[: undated - 1, "rectified_on"] = pd.NaT
    table.loc[: undated - 1, "status"] = "rectified"
    charts = chart_hazards(make_view({"hazards": table}))
    assert charts is not None and charts[0]["value"].tolist() == [10.0] * 24
    assert (charts[1] is not None) == known


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


def test_rows_per_day_inside_and_outside() -> None:
    view = make_view(
        {"hazards": make_monthly("2020-01-01", 24)}, settings={"seasons": {"spring": ("03-01", "03-31")}}
    )
    spring = list_key_periods(view, "hazards")["hazards"].loc["spring"]
    # Twenty on 62 days of two Marches, 220 on the other 669.
    assert (spring["inside"], spring["days_inside"]) == (20, 62)
    assert spring["per_day_inside"] == 20 / 62 and spring["per_day_outside"] == 220 / 669


def make_part(span: tuple[date, date], verdicts: dict[str, str], high: float | None = 2.0) -> pd.DataFrame:
    part = pd.DataFrame({"verdict": verdicts, "high": pd.Series(high, list(verdicts), dtype=float)})
    part.attrs["span"] = span
    return part


def test_spans_are_told_once_for_the_kinds_that_share_them() -> None:
    one, other = (date(2020, 1, 1), date(2021, 12, 31)), (date(2021, 1, 1), date(2021, 12, 31))
    parts = {
        "hazards": make_part(one, {"flood": "alike", "winter": "alike"}),
        "inspections": make_part(other, {"winter": "higher"}),
        "incidents": make_part(one, {"holiday": "alike", "flood": "lower"}),
    }
    assert group_spans(parts) == {one: ["hazards", "incidents"], other: ["inspections"]}
    assert list(group_spans(parts)) == [one, other]
    assert list_periods(parts) == ["flood", "winter", "holiday"] and list_periods({}) == []


def test_periods_are_alike_where_each_has_an_interval_that_says_so() -> None:
    span = (date(2021, 1, 1), date(2021, 12, 31))
    assert is_alike(make_part(span, {"flood": "alike", "winter": "alike"}))
    assert not is_alike(make_part(span, {"flood": "alike", "winter": "lower"}))
    assert not is_alike(make_part(span, {"flood": "alike"}, high=None))


def test_the_first_of_equal_months_is_named() -> None:
    ratios = [1, 1, 2.5, 0.5, 1, 2.5, 1, 1, 0.5, 1, 1, 1]
    assert find_extremes(pd.DataFrame({"ratio": ratios}, index=range(1, 13))) == (3, 4)
    assert find_extremes(pd.DataFrame({"ratio": [1] * 11 + [0]}, index=range(1, 13))) == (1, 12)


def test_months_that_a_rule_calls() -> None:
    months = pd.period_range("2021-01", periods=4, freq="M")
    assert list_signals(pd.DataFrame({"signal": ["", "beyond", "", "run"]}, index=months)).equals(
        months[[1, 3]]
    )
    assert len(list_signals(pd.DataFrame({"signal": [""] * 4}, index=months))) == 0
