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
    # Of 101 two modes of five are empty, of 102 one of two: not known.
    np.testing.assert_equal(values(facts, "on_the_spot"), [np.nan, np.nan, 0, np.nan])
    row = facts.loc[("101", "hazards.on_the_spot")]
    assert (row["known"], row["of"]) == (3, 5)
    modes = hazards.assign(mode=hazards["mode"].fillna("by_deadline"))
    assert values(facts_of(modes), "on_the_spot") == [1, 0, 0, 1]
    np.testing.assert_equal(values(facts, "major"), [np.nan, 1, 0, np.nan])  # one severity of five is empty
    whole = facts_of(hazards.assign(severity=hazards["severity"].fillna("general")))
    assert values(whole, "major") == [2, 1, 0, 3]
    assert values(whole, "major_open") == [1, 0, 0, 1]


def test_shares_leave_out_what_is_not_known(hazards):
    facts = facts_of(hazards)
    np.testing.assert_allclose(values(facts, "rectification_rate"), [60, 50, np.nan, 400 / 7])
    # Ten with one mode empty: a tenth, and no more, is unknown.
    said = ["on_the_spot"] * 3 + ["by_deadline"] * 6 + [None]
    modes = pd.DataFrame({"district_code": "101", "found_on": day(*["2021-01-01"] * 10), "mode": said})
    row = facts_of(modes).loc[("101", "hazards.on_the_spot_share")]
    assert row["value"] == pytest.approx(100 / 3)
    assert (row["numerator"], row["denominator"], row["unit"]) == (3, 9, "percent")
    assert (row["known"], row["of"]) == (9, 10)
    one_fewer = facts_of(modes.iloc[1:]).loc[("101", "hazards.on_the_spot_share")]
    assert np.isnan(one_fewer["value"]) and (one_fewer["known"], one_fewer["of"]) == (8, 9)
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
    facts = facts_of(hazards)
    np.testing.assert_equal(
        values(facts, "repeats"), [3, np.nan, 0, np.nan]
    )  # of 102 one premises of two is empty
    named = hazards.fillna({"premises": "C", "category": "gas"})
    assert values(facts_of(named), "repeats") == [3, 0, 0, 3]


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
    assert values(facts, "rectified")[0] == 2  # without a date its day is the day it was found


def test_on_the_spot_without_a_date_is_one_thing_in_counts_and_median():
    """Three found on 1 June: on the spot without a word more, on the spot but still open, mended after 4 days."""
    table = pd.DataFrame(
        {
            "district_code": ["101"] * 3,
            "found_on": day("2021-06-01", "2021-06-01", "2021-06-01"),
            "mode": ["on_the_spot", "on_the_spot", "by_deadline"],
            "status": [None, "open", None],
            "rectified_on": day(None, None, "2021-06-05"),
        }
    )
    facts = facts_of(table)
    assert [values(facts, name)[0] for name in ("found", "rectified", "open")] == [3, 2, 1]
    assert values(facts, "rectified_undated")[0] == 0  # its day is the day it was found
    # Of three one is left after 0 days 2/3, after 4 days 1/3. Closed at once, the second would make it 0; open, the
    # first would leave it beyond reach.
    assert values(facts, "days_to_rectify_median")[0] == 4
    row = facts.loc[("101", "hazards.days_to_rectify_median")]
    assert (row["numerator"], row["denominator"]) == (2, 3)


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
        "low", "high", "suppressed", "as_of", "known", "of",
    ]  # fmt: skip
    assert len(facts) == 24 * 4
    assert not facts.duplicated(["district_code", "fact"]).any()
    assert facts["as_of"].unique().tolist() == [pd.Timestamp(AS_OF)]
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
    share = rows("on_the_spot_share", "101")  # told or not, the rows are there
    assert share.index.tolist() == [0, 1, 3]
    assert share["counted"].tolist() == [True, False, False]
    assert rows("days_to_rectify_median", "101")["counted"].sum() == 3


def test_every_number_has_its_rows(hazards):
    facts = compute_facts({"hazards": hazards}, DISTRICTS, YEAR, AS_OF)
    for row in facts[facts["known"] == facts["of"]].itertuples():
        rows = select_rows(row.fact, {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, row.district_code)
        if row.unit == "count":
            assert len(rows) == row.value == rows["counted"].sum()
        elif row.unit == "wan_yuan":
            assert rows.empty  # what was spent, no row says
        else:
            assert (len(rows), rows["counted"].sum()) == (row.denominator, row.numerator)


def test_unknown_requests_name_the_nearest(hazards):
    with pytest.raises(ValueError, match=r"did you mean 'hazards\.overdue'"):
        select_rows("hazards.overdu", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, "101")
    with pytest.raises(ValueError, match="unknown district '199'"):
        select_rows("hazards.found", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, "199")
    with pytest.raises(ValueError, match="needs a ledger that is not configured: 'drills'"):
        select_rows("drills.held", {"hazards": hazards}, DISTRICTS, YEAR, AS_OF, "101")
    with pytest.raises(ValueError, match="district codes '199' match no district"):
        facts_of(hazards.assign(district_code="199"))


def tell(
    *, as_of: date = AS_OF, asked: date | None = None, columns: list[str] | None = None, **cells: str | None
) -> str:
    """What the facts say of one hazard found on 2021-03-01: rectified, undated, open or unknown.

    Beside it stands one of another district, in the same file, with every day filled, found on 2021-06-30.
    """
    days = ("found_on", "deadline", "rectified_on", "closed_on", "verified_on")
    row = dict.fromkeys((*days, "mode", "status", "verified_result")) | {"found_on": "2021-03-01"} | cells
    other = dict.fromkeys(days, "2021-06-30") | {
        "mode": "by_deadline",
        "status": "closed",
        "verified_result": "passed",
    }
    table = pd.DataFrame([row, other]).assign(district_code=["101", "102"], source_file="a.xlsx")
    table[list(days)] = table[list(days)].apply(pd.to_datetime)
    facts = facts_of(table.assign(table_columns="|".join(columns or sorted(row))), as_of=as_of, asked=asked)
    names = ("rectified", "rectified_undated", "open", "status_unknown")
    value = {name: facts.loc[("101", f"hazards.{name}"), "value"] for name in names}
    if value["status_unknown"]:
        assert all(np.isnan(value[name]) for name in names[:3])
        return "unknown"
    assert value["rectified"] + value["open"] == 1
    return "undated" if value["rectified_undated"] else "rectified" if value["rectified"] else "open"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        # The first day that is filled, of rectified, closed and verified.
        ({"rectified_on": "2021-03-09"}, "rectified"),
        ({"closed_on": "2021-03-09"}, "rectified"),
        ({"verified_on": "2021-03-09"}, "rectified"),
        ({"verified_on": "2021-03-09", "verified_result": "passed"}, "rectified"),
        ({"rectified_on": "2022-01-01", "closed_on": "2021-03-09"}, "open"),
        ({"closed_on": "2022-01-01", "verified_on": "2021-03-09"}, "open"),
        ({"rectified_on": "2022-01-01", "status": "closed"}, "open"),
        ({"rectified_on": "2021-03-09", "status": "open"}, "rectified"),
        # Not passed on or after that day opens it again; before it, or after as_of, it does not.
        (
            {"rectified_on": "2021-03-09", "verified_on": "2021-03-09", "verified_result": "not_passed"},
            "open",
        ),
        (
            {"rectified_on": "2021-03-09", "verified_on": "2021-03-08", "verified_result": "not_passed"},
            "rectified",
        ),
        (
            {"rectified_on": "2021-03-09", "verified_on": "2022-01-08", "verified_result": "not_passed"},
            "rectified",
        ),
        ({"verified_on": "2021-03-09", "verified_result": "not_passed"}, "open"),
        ({"verified_result": "not_passed"}, "open"),
        ({"status": "rectified", "verified_result": "not_passed"}, "open"),
        # On the spot its day is the day it was found, unless the status says open.
        ({"mode": "on_the_spot"}, "rectified"),
        ({"mode": "on_the_spot", "status": "rectified"}, "rectified"),
        ({"mode": "on_the_spot", "status": "open"}, "open"),
        ({"mode": "on_the_spot", "rectified_on": "2022-01-01"}, "open"),
        ({"mode": "on_the_spot", "verified_on": "2021-03-02", "verified_result": "not_passed"}, "open"),
        # Said without a day.
        ({"status": "rectified"}, "undated"),
        ({"status": "closed"}, "undated"),
        ({"verified_result": "passed"}, "undated"),
        ({"status": "open"}, "open"),
        ({}, "open"),  # its table has columns of days, and others fill them
    ],
)
def test_what_a_row_says_of_its_rectification(cells: dict[str, str], says: str) -> None:
    assert tell(**cells) == says


@pytest.mark.parametrize(
    ("columns", "cells", "says"),
    [
        (["found_on"], {}, "unknown"),
        (["found_on", "deadline"], {"deadline": "2021-03-05"}, "unknown"),
        (["found_on", "status"], {}, "unknown"),
        (["found_on", "status"], {"status": "open"}, "open"),
        (["found_on", "mode"], {"mode": "by_deadline"}, "unknown"),
        (["found_on", "mode"], {"mode": "on_the_spot"}, "rectified"),
        (["found_on", "rectified_on"], {}, "open"),
        (["found_on", "closed_on"], {}, "open"),
        (["found_on", "verified_on"], {}, "open"),
        (["found_on", "verified_result"], {}, "unknown"),
    ],
)
def test_a_row_whose_table_has_no_such_column_says_nothing(columns, cells, says) -> None:
    assert tell(columns=columns, **cells) == says


@pytest.mark.parametrize(
    "cells", [{"status": "rectified"}, {"verified_result": "passed"}, {"verified_result": "not_passed"}]
)
def test_what_is_said_without_a_day_is_not_known_of_an_earlier_day_asked_for(cells) -> None:
    early, late = date(2021, 6, 29), date(2021, 6, 30)  # the latest of the file is of 30 June
    assert tell(as_of=early, asked=early, **cells) == "unknown"
    assert tell(as_of=early, **cells) != "unknown"  # nobody asked
    assert tell(as_of=late, asked=late, **cells) != "unknown"
    assert (
        tell(as_of=early, asked=late, **cells) != "unknown"
    )  # of a period compared with, as of the one reported
    assert tell(as_of=late, asked=early, **cells) == "unknown"
    dated = tell(as_of=early, asked=early, **cells, rectified_on="2021-03-05")
    assert dated == ("unknown" if "not_passed" in cells.values() else "rectified")


def test_overdue_rests_on_the_deadlines_of_those_open() -> None:
    table = pd.DataFrame(
        {
            "district_code": "101",
            "found_on": day(*["2021-03-01"] * 4),
            "rectified_on": day("2021-03-02", "2021-03-02", None, None),
            "deadline": day(None, None, "2021-03-05", "2022-03-05"),
        }
    )
    row = facts_of(table).loc[("101", "hazards.overdue")]
    assert (row["value"], row["known"], row["of"]) == (1, 2, 2)
    row = facts_of(table.assign(deadline=day(None, None, "2021-03-05", None))).loc[("101", "hazards.overdue")]
    assert np.isnan(row["value"]) and (row["known"], row["of"]) == (1, 2)
    # With nobody open, nobody is overdue, whether or not there are deadlines.
    none_open = table.drop(columns="deadline").iloc[:2]
    assert values(facts_of(none_open), "overdue") == [0, 0, 0, 0]


def test_the_whole_area_is_unknown_where_a_district_is() -> None:
    table = pd.DataFrame(
        {
            "district_code": ["101"] * 30 + ["102"],
            "found_on": day(*["2021-03-01"] * 31),
            "rectified_on": day(*["2021-03-02"] * 31),
            "table_columns": ["rectified_on"] * 30 + ["found_on"],
        }
    )
    table.loc[30, "rectified_on"] = pd.NaT
    facts = facts_of(table)
    np.testing.assert_equal(values(facts, "rectified"), [30, np.nan, 0, np.nan])
    assert facts.loc[("all", "hazards.rectified"), ["known", "of"]].tolist() == [30, 31]
    assert values(facts, "status_unknown") == [0, 1, 0, 1]


def test_the_median_with_some_undated_is_told_only_where_they_change_nothing() -> None:
    # Five closed after 3 days and one undated: at 0 days S(0)=5/6, S(3)=0; at as_of S(3)=1/6: 3 days either way.
    days = day(*["2021-03-04"] * 5, None)
    table = pd.DataFrame(
        {
            "district_code": "101",
            "found_on": day(*["2021-03-01"] * 6),
            "rectified_on": days,
            "status": "closed",
        }
    )
    row = facts_of(table).loc[("101", "hazards.days_to_rectify_median")]
    assert (row["value"], row["numerator"], row["denominator"]) == (3, 6, 6)
    # Two of three: at 0 days the median is 0, at as_of it is 305.
    row = facts_of(table.iloc[3:].assign(rectified_on=day("2021-03-04", None, None))).loc[
        ("101", "hazards.days_to_rectify_median")
    ]
    assert (
        np.isnan(row["value"]) and np.isnan(row["low"]) and (row["numerator"], row["denominator"]) == (3, 3)
    )


def test_dates_known_to_the_month() -> None:
    table = pd.DataFrame(
        {
            "district_code": "101",
            "found_on": day("2021-06-01", "2021-06-01", "2021-06-11", "2021-06-20"),
            "found_on_precision": ["month", "day", "ten_days", "day"],
            "rectified_on": day(None, "2021-07-01", "2021-07-01", None),
            "rectified_on_precision": [None, "month", "day", None],
            "deadline": day("2021-07-01", "2022-01-01", "2022-01-01", "2021-07-01"),
            "deadline_precision": ["month", "day", "day", "ten_days"],
        }
    )

    def of(period: str, as_of: date, fact: str) -> float:
        facts = compute_facts({"hazards": table}, DISTRICTS, parse_period(period), as_of)
        return facts.set_index(["district_code", "fact"]).loc[("101", f"hazards.{fact}"), "value"]

    june, day_31 = date(2021, 6, 30), date(2021, 7, 31)
    assert of("2021-06", june, "found") == 4
    assert of("2021-06", date(2021, 6, 29), "found") == 3  # the month is not over
    assert of("2021-06-02/2021-06-30", june, "found") == 2  # and not one that begins before
    assert of("2021-06-11/2021-06-20", june, "found") == 2
    assert of("2021-06-11/2021-06-19", june, "found") == 0
    assert of("2021-06", date(2021, 7, 30), "rectified") == 1  # a month is over on its last day
    assert of("2021-06", day_31, "rectified") == 2
    assert of("2021-06", date(2021, 7, 10), "overdue") == 0
    assert of("2021-06", date(2021, 7, 11), "overdue") == 1  # of the first ten days, past on the eleventh
    assert of("2021-06", day_31, "overdue") == 1
    assert of("2021-06", date(2021, 8, 1), "overdue") == 2
    rows = Rows(
        Ledgers({"hazards": table}, DISTRICTS)["hazards"], parse_period("2021-06-02/2021-06-15"), june
    )
    assert rows.cut.tolist() == [0, 2]
