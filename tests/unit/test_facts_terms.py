"""School terms: when they begin, and which of them a period reads; by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts
from taizhang.facts.terms import find_term_start

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
SPRING, AUTUMN, BEFORE = "2020-2021学年第二学期", "2021年秋季学期", "2020-2021学年上学期"
# term, items, of them met
ITEMS = ((SPRING, 3, 2), (AUTUMN, 2, 1), (BEFORE, 4, 4), (None, 1, 1))


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2020-2021学年第二学期", date(2021, 2, 1)),
        ("2020—2021学年度第一学期", date(2020, 9, 1)),
        ("2020-2021学年上学期", date(2020, 9, 1)),
        ("2020-21学年下学期", date(2021, 2, 1)),
        ("2020/2021学年第2学期", date(2021, 2, 1)),
        ("2020-2021-2", date(2021, 2, 1)),
        ("2021学年第一学期", date(2021, 9, 1)),
        ("2021年春季学期", date(2021, 2, 1)),
        ("2020秋", date(2020, 9, 1)),
        ("2020-2021学年度春季学期", date(2021, 2, 1)),
        ("Spring 2021", date(2021, 2, 1)),
        ("Fall 2020", date(2020, 9, 1)),
        ("2020-2021 second semester", date(2021, 2, 1)),
        ("2020-2021学年", date(2020, 9, 1)),
        ("２０２１春", date(2021, 2, 1)),
        ("2021年", None),
        ("2021年第一学期", None),  # of the school year that began then, or the year before
        ("上学期", None),
        ("2019-2021学年第一学期", None),
        ("2021年春季秋季", None),
        ("", None),
    ],
)
def test_when_a_term_begins(text: str, start: date | None) -> None:
    assert find_term_start(text) == start


def make_items(*, without: bool = True) -> pd.DataFrame:
    rows = [
        {
            "district_code": "101",
            "school": "一小",
            "item": f"{term}{n}",
            "met": n < met,
            "veto": False,
            "term": term,
        }
        for term, items, met in ITEMS
        for n in range(items)
        if term is not None or without
    ]
    return pd.DataFrame(rows).astype({"met": "boolean", "veto": "boolean", "term": "str"})


def tell(table: pd.DataFrame, period: str, as_of: date | None = None) -> list[float]:
    """Items and the percentage met in the first district, items in the other and in all."""
    span = parse_period(period)
    facts = compute_facts({"schools": table}, DISTRICTS, span, as_of or span.end)
    values = facts.set_index(["district_code", "fact"])["value"]
    of = [("101", "items"), ("101", "items_met_rate"), ("102", "items"), ("all", "items")]
    return [values[code, f"schools.{name}"] for code, name in of]


@pytest.mark.parametrize(
    ("period", "items", "met"),
    [
        ("2021", 6, 4),  # spring and autumn of 2021, and what has no term
        ("2021H1", 4, 3),
        ("2021Q1", 4, 3),
        ("2021Q2", 4, 3),  # none began in it: the latest begun before, spring
        ("2021-08", 4, 3),
        ("2021Q3", 3, 2),
        ("2021H2", 3, 2),
        ("2021-01", 5, 5),  # autumn of 2020
        ("2020", 5, 5),
        ("2023", 3, 2),
        ("2020Q1", 1, 1),  # no term had begun: what has none counts all the same
    ],
)
def test_a_period_reads_the_terms_that_began_in_it(period: str, items: int, met: int) -> None:
    assert tell(make_items(), period) == pytest.approx([items, 100 * met / items, 0, items])


def test_a_term_that_begins_after_the_day_asked_for_is_not_read() -> None:
    assert tell(make_items(), "2021", date(2021, 8, 31)) == pytest.approx([4, 75, 0, 4])
    assert tell(make_items(), "2021", date(2021, 9, 1)) == pytest.approx([6, 100 * 4 / 6, 0, 6])


def test_before_all_terms_nothing_is_known() -> None:
    np.testing.assert_equal(tell(make_items(without=False), "2020Q1"), [np.nan] * 4)
    # A ledger without rows has none to read, and says so.
    np.testing.assert_equal(tell(make_items().iloc[:0], "2020Q1"), [0, np.nan, 0, 0])


@pytest.mark.parametrize(("below", "hidden"), [(5, True), (1, False)])
def test_where_a_count_of_any_term_of_the_year_is_small_all_of_its_periods_are_hidden(
    below: int, hidden: bool
) -> None:
    # 2021 has 6 items, which are 4 of spring and 3 of autumn less 1 of no term.
    for period in ("2021", "2021H1", "2021Q4", "2021-08"):
        span = parse_period(period)
        facts = compute_facts(
            {"schools": make_items()}, DISTRICTS, span, span.end, suppress=("schools",), suppress_below=below
        )
        assert set(facts["suppressed"]) == {hidden}
        assert facts.loc[facts["fact"] == "schools.items", "value"].isna().all() == hidden
