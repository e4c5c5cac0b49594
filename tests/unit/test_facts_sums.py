"""Reported numbers as facts: totals, what is hidden, what stands beside what is counted; by hand."""

from datetime import date

import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compare_reported, list_reported
from taizhang.metadata.facts import load_facts

PLACES = pd.DataFrame({"code": ["1", "2", "3"], "name": ["甲", "乙", "丙"]})


def make_sums(*cells: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(list(cells), columns=["fact", "period", "district_code", "value"])


def report(sums: pd.DataFrame, period: str, *, as_of: date = date(2021, 12, 31)) -> pd.DataFrame:
    suppress = {"suppress_below": 5, "suppress": ("complaints", "disputes")}
    found = list_reported(sums, PLACES, parse_period(period), as_of, load_facts(), **suppress)  # type: ignore[arg-type]
    return found.set_index(["fact", "district_code"])


def test_the_whole_area_has_the_sum_of_all_districts_or_nothing() -> None:
    cells = [
        ("hazards.found", "2021Q3", code, value) for code, value in (("1", 12.0), ("2", 0.0), ("3", 30.0))
    ]
    rates = [("hazards.rectification_rate", "2021Q3", code, 50.0) for code in "123"]
    whole = report(make_sums(*cells, *rates), "2021Q3")
    assert whole.loc[("hazards.found", "all"), "value"] == 42
    assert pd.isna(whole.loc[("hazards.rectification_rate", "all"), "value"])  # rates have no sum
    part = report(make_sums(*cells[:2]), "2021Q3")
    assert pd.isna(part.loc[("hazards.found", "all"), "value"])
    assert report(make_sums(*cells), "2021-07-01/2021-09-30").loc[("hazards.found", "all"), "value"] == 42
    assert report(make_sums(*cells), "2021").empty  # four quarters are not added up
    assert report(make_sums(*cells), "2021Q3", as_of=date(2021, 9, 29)).empty  # not told yet


@pytest.mark.parametrize(("small", "hidden"), [(4.0, True), (5.0, False), (0.0, False)])
def test_small_numbers_of_sensitive_kinds_are_hidden(small: float, hidden: bool) -> None:
    cells = [
        ("complaints.received", "2021Q3", "1", small),
        ("complaints.received", "2021Q3", "2", 20.0),
        ("complaints.received", "2021Q3", "3", 30.0),
        ("complaints.resolution_rate", "2021Q3", "1", 25.0),
        ("complaints.received", "2021", "1", 60.0),
        ("complaints.received", "2021", "2", 70.0),
        ("complaints.received", "2021Q2", "1", 9.0),
    ]
    found = report(make_sums(*cells), "2021Q3")
    assert found.loc[("complaints.received", "1"), "suppressed"] == hidden
    assert found.loc[("complaints.resolution_rate", "1"), "suppressed"] == hidden
    assert found.loc[("complaints.received", "all"), "suppressed"] == hidden  # else: less the other two
    assert not found.loc[("complaints.received", "2"), "suppressed"]
    assert pd.isna(found.loc[("complaints.received", "1"), "value"]) == hidden
    # The year less three quarters would tell it, so that the year is hidden too; another quarter does not.
    assert report(make_sums(*cells), "2021").loc[("complaints.received", "1"), "suppressed"] == hidden
    assert not report(make_sums(*cells), "2021Q2").loc[("complaints.received", "1"), "suppressed"]


def test_small_numbers_of_other_kinds_are_shown() -> None:
    cells = [("incidents.count", "2021Q3", code, 1.0) for code in "123"]
    assert report(make_sums(*cells), "2021Q3")["value"].tolist() == [1, 1, 1, 3]


def test_what_is_reported_beside_what_is_counted() -> None:
    cells = [
        ("hazards.found", "2021Q3", "1", 12.0),
        ("hazards.overdue", "2021Q3", "1", 2.0),
        ("drills.held", "2021Q3", "1", 1.0),
    ]
    reported = report(make_sums(*cells), "2021Q3").reset_index()
    counted = pd.DataFrame(
        {
            "fact": ["hazards.found", "hazards.overdue"],
            "district_code": ["1", "1"],
            "value": [9.0, None],
            "suppressed": [False, False],
        }
    )
    beside = compare_reported(reported, counted).set_index("fact")
    assert beside.loc["hazards.found", ["reported", "counted"]].tolist() == [12, 9]
    assert pd.isna(beside.loc["hazards.overdue", "counted"]) and "drills.held" not in beside.index
    hidden = compare_reported(reported, counted.assign(suppressed=True))
    assert hidden.empty
