"""The days that can be looked at, and steady months, worked out by hand."""

from datetime import date

import pandas as pd
import pytest
from view_maker import make_table, make_view

from taizhang import narrative
from taizhang.analysis.time import (
    CHARTED,
    _find_first_month,
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
from taizhang.stats.control import Chart


def make_monthly(first: str, months: int, each: int = 10) -> pd.DataFrame:
    """Ten hazards on the first of each month, half of them rectified after 30 days, half after 31."""
    days = pd.date_range(first, periods=months, freq="MS")
    rows = [
        {"found_on": day, "rectified_on": day + pd.Timedelta(days=30 + n % 2), "mode": "by_deadline"}
        for day in days
        for n in range(each)
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
    steadiness = chart_hazards(make_view({"hazards": make_monthly("2020-01-01", 24, 20)}))
    assert steadiness is not None and steadiness.lacking == {}
    found, share = (steadiness.charts[name] for name in CHARTED)
    assert found.points["value"].tolist() == [20.0] * 24 and found.is_steady and share.is_steady
    assert (
        share.points["value"].tolist() == [0.5] * 24
    )  # found on 1 December they have had thirty days on the 31st


@pytest.mark.parametrize(("undated", "known"), [(60, True), (61, False)])
def test_no_share_where_of_over_a_tenth_it_is_not_known_how_soon(undated: int, known: bool) -> None:
    """Of 600 hazards, each found thirty days ago or longer, 60 are a tenth."""
    table = make_monthly("2020-01-01", 24, 25)
    table.loc[: undated - 1, "rectified_on"] = pd.NaT
    table.loc[: undated - 1, "status"] = "rectified"
    steadiness = chart_hazards(make_view({"hazards": table}))
    assert steadiness is not None
    assert steadiness.charts["found"].points["value"].tolist() == [25.0] * 24
    assert ("share" in steadiness.charts) == known
    assert steadiness.lacking == ({} if known else {"share": "unknown"})


def test_no_share_where_those_that_do_not_say_decide() -> None:
    """Half of each month's twenty are closed in time; of the last year four more each month, or not."""
    table = make_monthly("2020-01-01", 24, 20)
    last = table["found_on"] >= pd.Timestamp("2021-01-01")
    late = last & (table["rectified_on"] - table["found_on"] == pd.Timedelta(days=31))
    chosen = table[late].groupby("found_on").head(4).index
    table.loc[chosen, ["rectified_on", "status"]] = [pd.NaT, "rectified"]
    steadiness = chart_hazards(make_view({"hazards": table}))
    assert steadiness is not None and len(chosen) == 48
    agreeing = chart_hazards(make_view({"hazards": table.assign(status=None)}))
    assert agreeing is not None and agreeing.charts["share"].is_steady  # open, they are not closed in time
    assert list(steadiness.charts) == ["found"] and steadiness.lacking == {"share": "unknown"}


@pytest.mark.parametrize(("months", "known"), [(24, True), (25, False)])
def test_a_month_is_on_no_holiday(months: int, known: bool) -> None:
    """Of 240 incidents, 24 known to the month have no day; with one more the days are not compared."""
    days = pd.date_range("2020-01-02", "2021-12-31", freq="3D")[: 240 - months]
    first = pd.date_range("2020-01-01", periods=24, freq="MS")
    every = [*days, *first, *first[: months - 24]]
    table = make_table("incidents", [{"occurred_on": day} for day in every])
    table["occurred_on_precision"] = ["day"] * len(days) + ["month"] * months
    view = make_view({"incidents": table}, first_days={"incidents": date(2020, 1, 1)})
    found = list_key_periods(view, "incidents")
    assert ("incidents" in found) == known
    if known:
        part = found["incidents"]
        assert part.attrs["left_out"] == 24
        assert part["inside"].sum() <= len(days)
        said = "".join(run.text for block in narrative.write_key_periods(view).blocks for run in block.runs)
        assert "另有24条记录的日期只写到旬、月或年，不计入各时段。" in said, said


def test_charts_need_two_years_and_rows_enough() -> None:
    short = chart_hazards(make_view({"hazards": make_monthly("2020-02-01", 23)}))
    assert short is not None and short.charts == {} and set(short.lacking.values()) == {"short"}
    # One a month: a doubling of twelve would hardly be seen.
    few = make_table(
        "hazards", [{"found_on": day} for day in pd.date_range("2020-01-01", periods=24, freq="MS")]
    )
    unseen = chart_hazards(make_view({"hazards": few}))
    assert unseen is not None and unseen.charts == {} and unseen.lacking["found"] == "unseen"
    assert chart_hazards(make_view({})) is None


def test_three_years_are_charted_at_most() -> None:
    steadiness = chart_hazards(make_view({"hazards": make_monthly("2017-01-01", 60)}))
    assert steadiness is not None
    assert [str(steadiness.charts["found"].points.index[at]) for at in (0, -1)] == ["2019-01", "2021-12"]


@pytest.mark.parametrize(
    ("begun", "every", "first"),
    # Rows on each day from the 4th on: three days should have had some, which a chance of 0.05 allows, four not.
    [
        ("2020-03-04", 1, "2020-03"),
        ("2020-03-05", 1, "2020-04"),
        ("2020-03-31", 11, "2020-03"),
        ("2020-03-01", 1, "2020-03"),
    ],
)
def test_a_month_begun_late_is_no_whole_one(begun: str, every: int, first: str) -> None:
    days = pd.Series(pd.date_range(begun, "2021-12-31", freq=f"{every}D"))
    assert str(_find_first_month(days, pd.Timestamp(begun))) == first


def test_months_alike_stand_apart_from_nothing() -> None:
    view = make_view({"hazards": make_monthly("2020-01-01", 24)})
    months = find_months(view, "hazards")
    assert months is not None and months.attrs["span"] == (2020, 2021)
    assert not months["apart"].any() and months["events"].tolist() == [20] * 12
    # Without inspections hazards have nothing to be held against.
    assert list_key_periods(view, "hazards", "inspections") == {}


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
    months.attrs["beyond"] = p < 0.05
    assert name_pattern(months) == name


def test_key_periods_of_the_kinds_asked_for() -> None:
    rows = [{"occurred_on": day} for day in pd.date_range("2021-01-01", periods=19)]
    visits = [{"inspected_on": day} for day in pd.date_range("2020-01-01", periods=24, freq="MS")]
    ledgers = {
        "hazards": make_monthly("2020-01-01", 24),
        "incidents": make_table("incidents", rows),
        "inspections": make_table("inspections", visits),
    }
    found = list_key_periods(make_view(ledgers), "incidents", "hazards")
    assert list(found) == ["hazards"] and found["hazards"].attrs["span"] == (
        date(2020, 1, 1),
        date(2021, 12, 31),
    )
    assert list_key_periods(make_view(ledgers)) == {}


def test_rows_per_day_inside_and_outside() -> None:
    found = make_monthly("2020-01-01", 24)
    visits = make_table("inspections", [{"inspected_on": day} for day in found["found_on"].unique()])
    incidents = make_table("incidents", [{"occurred_on": day} for day in found["found_on"]])
    view = make_view(
        {"hazards": found, "inspections": visits, "incidents": incidents},
        settings={"seasons": {"spring": ("03-01", "03-31")}},
    )
    parts = list_key_periods(view, "hazards", "incidents")
    # One visit a month, ten hazards each.
    hazards = parts["hazards"].loc["spring"]
    assert (hazards["rate_inside"], hazards["rate_outside"], hazards["ratio"]) == (10, 10, pytest.approx(1))
    assert parts["hazards"].attrs["per"] == "inspection" and parts["incidents"].attrs["per"] == "day"
    spring = parts["incidents"].loc["spring"]
    # Twenty on 62 days of two Marches, 220 on the other 669.
    assert (spring["inside"], spring["days_inside"]) == (20, 62)
    assert spring["rate_inside"] == 20 / 62 and spring["rate_outside"] == 220 / 669


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
    points = pd.DataFrame({"signal": ["", "limits", "level", "limits"]}, index=months)
    assert list_signals(Chart(points, 0.01, 0.9, 1.0)).equals(months[[1, 3]])
    assert len(list_signals(Chart(points[:1], 0.5, 0.9, 1.0))) == 0
