from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period, read_period


@pytest.mark.parametrize(
    ("text", "start", "end", "kind", "path"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31), "year", "2021"),
        ("2021H1", date(2021, 1, 1), date(2021, 6, 30), "half", "2021H1"),
        ("2021H2", date(2021, 7, 1), date(2021, 12, 31), "half", "2021H2"),
        ("2021Q3", date(2021, 7, 1), date(2021, 9, 30), "quarter", "2021Q3"),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29), "month", "2020-02"),
        (
            "2021-03-01/2021-05-31",
            date(2021, 3, 1),
            date(2021, 5, 31),
            "days",
            "2021-03-01_2021-05-31",
        ),
    ],
)
def test_parse_period(text, start, end, kind, path):
    period = parse_period(text)
    assert (period.start, period.end, period.kind, period.path) == (start, end, kind, path)
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    ["", "21", "2021H3", "2021Q5", "2021-13", "2021-00", "2021-3", "2021-02-30/2021-03-01", "all", "0000"],
)
def test_malformed_period_is_refused(text):
    with pytest.raises(ParameterError, match="period"):
        parse_period(text)


def test_reversed_span_is_refused():
    with pytest.raises(ParameterError, match="ends before it starts"):
        parse_period("2021-05-31/2021-03-01")


@pytest.mark.parametrize(
    ("text", "year_before", "before"),
    [
        ("2021", "2020", "2020"),
        ("2021H1", "2020H1", "2020H2"),
        ("2021H2", "2020H2", "2021H1"),
        ("2021Q1", "2020Q1", "2020Q4"),
        ("2021-01", "2020-01", "2020-12"),
        ("2021-07", "2020-07", "2021-06"),
        ("2020-02-29/2020-03-10", "2019-02-28/2019-03-10", "2020-02-18/2020-02-28"),
    ],
)
def test_earlier_periods(text, year_before, before):
    assert parse_period(text).year_before().text == year_before
    assert parse_period(text).period_before().text == before


@given(
    st.integers(1901, 2099), st.sampled_from(["", "H1", "H2", "Q1", "Q2", "Q3", "Q4", "-01", "-02", "-12"])
)
def test_period_before_ends_the_day_before(year, suffix):
    period = parse_period(f"{year}{suffix}")
    before = period.period_before()
    assert before.end + timedelta(days=1) == period.start
    assert before.kind == period.kind and before.period_after() == period
    assert parse_period(before.text) == before


def test_the_span_after_a_span_of_days_is_as_long():
    assert parse_period("2021-03-01/2021-05-31").period_after().text == "2021-06-01/2021-08-31"


def test_labels():
    assert parse_period("2021").label("zh") == "2021年"
    assert parse_period("2021H2").label("zh") == "2021年下半年"
    assert parse_period("2021Q3").label("zh") == "2021年第三季度"
    assert parse_period("2021Q3").label("en") == "third quarter of 2021"
    assert parse_period("2021-07").label("en") == "July 2021"
    assert parse_period("2021-03-01/2021-05-31").label("zh") == "2021年3月1日至2021年5月31日"


def test_a_number_is_read_as_a_period_too():
    assert read_period(2021) == read_period("2021") == parse_period("2021")
    assert read_period(parse_period("2021Q3")).text == "2021Q3"
