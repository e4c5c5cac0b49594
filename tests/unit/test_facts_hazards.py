"""Facts of hazards by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_as_of, compute_facts, select_rows
from taizhang.facts.hazards import count_days
from taizhang.facts.rows import Ledgers, Rows

DISTRICTS = pd.DataFrame({"code": ["101", "102", "103"], "name": ["甲镇", "乙镇", "丙镇"]})
YEAR = parse_period("2021")
AS_OF = date(2021, 12, 31)


def day(*texts: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts))).astype("datetime64[us]")


@pytest.fixture
def hazards() -> pd.DataFrame:
    return pd.DataFrame(
        {
            # 101: on the spot; rectified late; closed only; open overdue; open due on as_of; 102: after as_of.
            "district_code": ["101", "101", "101", "101", "101", "102", "102", "101"],
            "found_on": day(
                "2021-01-01", "2021-03-01", "2021-03-01", "2021-06-01", "2021-12-31", "2021-05-01",
                "2021-05-02", "2020-12-31",
            ),
            "premises": ["A", "A", "B", "A", "B", "A", None, "A"],
            "category": ["fire", "fire", "fire", "fire", "gas", "fire", None, "fire"],
            "severity": ["general", "major", None, "major", "general", "general", "major", "major"],
            "mode": ["on_the_spot", "by_deadline", None, "by_deadline", None, "by_deadline", None, None],
            "deadline": day(
                None, "2021-03-05", None, "2021-12-30", "2021-12-31", "2021-06-01", None, "2021-01-01"
            ),
            "rectified_on": day(None, "2021-03-11", None, None, None, "2022-01-01", "2021-05-01", None),
            "closed_on": day("2021-01-01", "2021-04-01", "2021-03-04", None, None, "2021-06-01", None, None),
        }
    )  # fmt: skip


def facts_of(table: pd.DataFrame, **settings) -> pd.DataFrame:
    facts = compute_facts({"hazards": table}, DISTRICTS, YEAR, settings.pop("as_of", AS_OF), **settings)
    return facts.set_index(["district_code", "fact"])


def values(facts: pd.DataFrame, fact: str) -> list[float]:
    return [facts.loc[(code, f"hazards.{fact}"), "value"] for code in ("101", "102", "103", "all")]


def test_counts(hazards):
    facts = facts_of(hazards)
    assert values(facts, "found") == [5, 2, 0, 7]
    assert values(facts, "rectified") == [3, 1, 0, 4]  # the one of 2022-01-01 is still open, closed_on or not
    assert values(facts, "open") == [2, 1, 0, 3]
    assert values(facts, "overdue") == [1, 1, 0, 2]  # a deadline on as_of is not before it
    assert values(facts, "on_the_spot") == [1, 0, 0, 1]
    assert values(facts, "major") == [2, 1, 0, 3]
    assert values(facts, "major_open") == [1, 0, 0, 1]


def test_shares_leave_out_what_is_not_known(hazards):
    facts = facts_of(hazards)
    np.testing.assert_allclose(values(facts, "rectification_rate"), [60, 50, np.nan, 400 / 7])
    np.testing.assert_allclose(values(facts, "on_the_spot_share"), [100 / 3, 0, np.nan, 25])
    row = facts.loc[("101", "hazards.on_the_spot_share")]
    assert (row["numerator"], row["denominator"], row["unit"]) == (1, 3, "percent")
    # Wilson for 3 of 5, worked by hand with z = 1.959964.
    z, p, n = 1.959964, 0.6, 5
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    row = facts.loc[("101", "hazards.rectification_rate")]
    np.testing.assert_allclose(
        [row["low"], row["high"]], [100 * (middle - half), 100 * (middle + half)], 1e-6
    )


def test_counts_have_exact_poisson_intervals(hazards):
    row = facts_of(hazards).loc[("101", "hazards.found")]
    np.testing.assert_allclose([row["low"], row["high"]], [1.6234864, 11.6683320], 1e-6)  # Garwood, 5
    row = facts_of(hazards).loc[("103", "hazards.found")]
    np.testing.assert_allclose([row["low"], row["high"]], [0, 3.6888795], 1e-6)


def test_repeats(hazards):
    # 101 A fire on 2020-12-31, 2021-01-01, 03-01, 06-01: three repeats; 102 A is another district.
    assert values(facts_of(hazards), "repeats") == [3, 0, 0, 3]


@pytest.mark.parametrize(("earlier", "repeats"), [("2020-06-01", 1), ("2020-05-31", 0), ("2021-06-01", 0)])
def test_a_repeat_is_1_to_365_days_after(earlier, repeats):
    table = pd.DataFrame(
        {
            "district_code": ["101", "101"],
            "found_on": day("2021-06-01", earlier),
            "premises": ["A", "A"],
            "category": ["fire", "fire"],
        }
    )
    assert values(facts_of(table), "repeats")[0] == repeats


def test_days_to_rectify_median(hazards):
    # 101: days 0, 10, 3 closed; 213 and 0 open. At risk 5, S(0)=4/5; 3 left, S(3)=4/5*2/3; S(10)=4/5/3 < 1/2.
    facts = facts_of(hazards)
    row = facts.loc[("101", "hazards.days_to_rectify_median")]
    assert (row["value"], row["numerator"], row["denominator"]) == (10, 3, 5)
    # 102: one closed before it was found, so 0 days, and one open: S(0) is exactly one half.
    assert facts.loc[("102", "hazards.days_to_rectify_median"), "value"] == 0
    assert np.isnan(facts.loc[("103", "hazards.days_to_rectify_median"), "value"])


def test_on_the_spot_is_0_days_whatever_its_dates():
    table = pd.DataFrame(
        {
            "district_code": ["101"] * 2,
            "found_on": day("2021-06-01", "2021-06-01"),
            "mode": ["on_the_spot", "on_the_spot"],
            "rectified_on": day("2021-06-20", None),
        }
    )
    rows = Rows(Ledgers({"hazards": table}, DISTRICTS)["hazards"], YEAR, AS_OF)
    assert count_days(rows).tolist() == [0, 0]
    facts = facts_of(table)
    assert values(facts, "days_to_rectify_median")[0] == 0
    assert values(facts, "rectified")[0] == 1  # without a date it is on the spot, but not rectified


def test_an_earlier_as_of_sees_less(hazards):
    facts = facts_of(hazards, as_of=date(2021, 3, 10))
    assert values(facts, "found") == [3, 0, 0, 3]
    assert values(facts, "rectified") == [2, 0, 0, 2]
    assert values(facts, "overdue") == [1, 0, 0, 1]


def test_as_of_of_an_earlier_period_keeps_the_lag():
    before = parse_period("2020")
    assert compute_as_of(before, YEAR, date(2022, 1, 31)) == date(2021, 1, 31)
    assert compute_as_of(parse_period("2021Q1"), parse_period("2021Q2"), date(2021, 6, 20)) == date(
        2021, 3, 21
    )


def test_the_frame_is_in_order_and_complete(hazards):
    facts = compute_facts({"hazards": hazards}, DISTRICTS, YEAR, AS_OF)
    assert facts["district_code"].drop_duplicates().tolist() == ["101", "102", "103", "all"]
    assert facts["fact"].iloc[:2].tolist() == ["hazards.found", "hazards.rectified"]
    assert facts.columns.tolist() == [
        "district_code", "district", "period", "fact", "value", "unit", "numerator", "denominator",
        "low", "high", "suppressed", "as_of",
    ]  # fmt: skip
    assert len(facts) == 11 * 4
    assert not facts.duplicated(["district_code", "fact"]).any()
    assert facts["as_of"].unique().tolist() == [AS_OF]
    assert not facts["suppressed"].any()


def test_an_empty_ledger_counts_0_and_an_absent_one_is_absent():
    empty = pd.DataFrame({"district_code": pd.Series([], dtype="str"), "found_on": day()})
    facts = facts_of(empty)
    assert values(facts, "found") == [0, 0, 0, 0]
    assert np.isnan(values(facts, "rectification_rate")).all()
    assert compute_facts({}, DISTRICTS, YEAR, AS_OF).empty


def test_inputs_stay_as_they_are(hazards):
    before = hazards.copy(deep=True)
    facts_of(hazards)
    pd.testing.assert_frame_equal(hazards, before)


def test_rows_behind_a_number(hazards):
    def rows(fact, district):
        return select_rows(f"hazards.{fact}", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, district)

    assert rows("overdue", "101").index.tolist() == [3]
    assert rows("overdue", "all").index.tolist() == [3, 5]
    share = rows("on_the_spot_share", "101")
    assert share.index.tolist() == [0, 1, 3]
    assert share["counted"].tolist() == [True, False, False]
    assert rows("days_to_rectify_median", "101")["counted"].sum() == 3


def test_every_number_has_its_rows(hazards):
    facts = compute_facts({"hazards": hazards}, DISTRICTS, YEAR, AS_OF)
    for row in facts.itertuples():
        rows = select_rows(row.fact, {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, row.district_code)
        if row.unit == "count":
            assert len(rows) == row.value == rows["counted"].sum()
        else:
            assert (len(rows), rows["counted"].sum()) == (row.denominator, row.numerator)


def test_unknown_requests_name_the_nearest(hazards):
    with pytest.raises(ValueError, match=r"did you mean 'hazards\.overdue'"):
        select_rows("hazards.overdu", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, "101")
    with pytest.raises(ValueError, match="unknown district '199'"):
        select_rows("hazards.found", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, "199")
    with pytest.raises(ValueError, match="needs the ledger 'drills'"):
        select_rows("drills.held", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, "101")
    with pytest.raises(ValueError, match="district codes '199' are not among"):
        facts_of(hazards.assign(district_code="199"))
