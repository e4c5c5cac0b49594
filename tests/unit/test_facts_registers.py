"""The register, investigations, responses, relief and information reports, by hand at each boundary.

The period is 2021, read as of 2022-01-31.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
YEAR = parse_period("2021")
AS_OF = date(2022, 1, 31)
A, B = "101", "102"
NONE = np.nan
CODE, OTHER = "91350100M000100Y43", "91350921MA2XY0001Q"  # the second one's check digit does not matter here


def compute(period=YEAR, as_of=AS_OF, **tables) -> dict[tuple[str, str], float]:
    facts = compute_facts(tables, DISTRICTS, period, as_of, suppress=())
    return facts.set_index(["fact", "district_code"])["value"].to_dict()


def days(*given: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(given, dtype="object"), format="mixed"))


def yes_or_no(*given: bool | None) -> pd.Series:
    return pd.Series(pd.array(given, dtype="boolean"))


def register(n: int, **columns) -> pd.DataFrame:
    return pd.DataFrame({"district_code": [A] * n, "name": [f"第{at}厂" for at in range(n)], **columns})


def test_the_register_counts_what_is_open_at_as_of() -> None:
    rows = register(
        8,
        # Opened on as_of, and a day later; closed on as_of, and a day later; said to be closed; a day to come.
        opened_on=days(None, "2022-01-31", "2022-02-01", None, None, None, None, "2022-01-01"),
        closed_on=days(None, None, None, "2022-01-31", "2022-02-01", None, "2023-01-01", None),
        status=["open", "open", "open", None, "open", "closed", "closed", None],
        opened_on_precision=["day"] * 7 + ["month"],  # January is over by its last day, which is as_of
    )
    assert compute(premises=rows)["premises.registered", A] == 5  # 0, 1, 4, 6, 7
    chosen = select_rows("premises.registered", {"premises": rows}, DISTRICTS, YEAR, AS_OF, A)
    assert chosen["name"].tolist() == ["第0厂", "第1厂", "第4厂", "第6厂", "第7厂"]
    # A day earlier, what opened on the 31st and in January was not open, and what closed on the 31st was.
    assert compute(premises=rows, as_of=date(2022, 1, 30))["premises.registered", A] == 4
    bare = register(3)  # names alone: each is on the register, and nothing says more
    values = compute(premises=bare)
    assert values["premises.registered", A] == 3 and values["premises.registered", B] == 0
    for fact in ("premises.key", "premises.insured_share", "premises.graded_share"):
        assert np.isnan(values[fact, A]), fact


def test_key_insured_and_graded_are_of_those_open() -> None:
    rows = register(
        11,
        key=yes_or_no(True, True, False, False, False, False, False, False, False, False, None),
        insured=yes_or_no(True, False, True, None, False, False, False, False, False, False, True),
        grade=["三级", None, "二级", None, None, None, None, None, None, None, "一级"],
        closed_on=days(*[None] * 10, "2021-06-30"),
    )
    values = compute(premises=rows)
    assert values["premises.key", A] == 2  # the one closed is asked nothing
    assert values["premises.insured_share", A] == pytest.approx(100 * 2 / 9)  # of one of ten it is not known
    assert values["premises.graded_share", A] == 20  # an empty grade is none: 2 of 10
    rows.loc[4, "insured"] = pd.NA  # of two of ten
    assert np.isnan(compute(premises=rows)["premises.insured_share", A])
    rows["grade"] = pd.Series([None] * 11, dtype="str")  # nobody ever wrote one: nothing is said
    assert np.isnan(compute(premises=rows)["premises.graded_share", A])


def visit(*premises: str | None, on: str = "2021-05-01", codes=None, district: str = A) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"district_code": district, "inspected_on": days(*[on] * len(premises)), "premises": premises}
    )
    return rows if codes is None else rows.assign(premises_id=codes)


def test_coverage_asks_of_all_that_were_open_on_a_day_of_the_period() -> None:
    rows = register(
        6,
        # Opened on the last day, and after it; closed on the second day, and on the first; closed after as_of.
        opened_on=days("2021-12-31", "2022-01-01", None, None, "2020-03-01", None),
        closed_on=days(None, None, "2021-01-02", "2021-01-01", "2022-03-01", None),
        key=yes_or_no(True, True, True, True, False, False),
    )
    assert "inspections.coverage" not in {fact for fact, _ in compute(inspections=visit("第0厂"))}
    values = compute(premises=rows, inspections=visit("第0厂", "第1厂", "第3厂", "第 ４厂", "别处"))
    assert values["inspections.coverage", A] == 50  # of 0, 2, 4 and 5, those of 0 and 4
    assert values["inspections.key_coverage", A] == 50  # of 0 and 2
    assert np.isnan(values["inspections.coverage", B]) and values["inspections.coverage", "all"] == 50
    late = compute(premises=rows, inspections=visit("第0厂", on="2022-01-05"))
    assert late["inspections.coverage", A] == 0  # a visit of another period
    # Up to the 30th of December, the one opened on the 31st was not there.
    early = compute(premises=rows, inspections=visit("第4厂"), as_of=date(2021, 12, 30))
    assert early["inspections.coverage", A] == pytest.approx(100 / 3)


def test_what_closed_on_no_known_day_may_have_been_open() -> None:
    rows = register(11, status=["closed"] + ["open"] * 10, key=yes_or_no(*[True] * 10, None))
    values = compute(premises=rows, inspections=visit("第1厂"))
    assert values["inspections.coverage", A] == 10  # one of eleven is not known, and is left out
    assert values["inspections.key_coverage", A] == pytest.approx(100 / 9)  # of one of ten it is not known
    rows.loc[1, "status"] = "closed"  # two of eleven
    values = compute(premises=rows, inspections=visit("第2厂"))
    assert np.isnan(values["inspections.coverage", A]) and np.isnan(values["inspections.key_coverage", A])
    assert values["premises.registered", A] == 9


def test_premises_match_by_number_else_by_name_and_district() -> None:
    rows = pd.DataFrame(
        {
            "district_code": [A, A, A, B],
            "name": ["红星厂", "红星厂", "Ａ店", "红星厂"],
            "premises_id": [CODE, OTHER, "001", "001"],
        }
    )

    def cover(visits: pd.DataFrame) -> list[float]:
        values = compute(premises=rows, inspections=visits)
        return [values["inspections.coverage", code] for code in (A, B, "all")]

    # The name is that of both in 甲镇, and of no other district's; the code is of the first alone.
    assert cover(visit("红星厂")) == [pytest.approx(200 / 3), 0, 50]
    assert cover(visit("红星厂", codes=[CODE])) == [pytest.approx(100 / 3), 0, 25]
    # A credit code is one unit's in every district; an office's own number is one in its own.
    assert cover(visit("红星厂", codes=[CODE.lower()], district=B)) == [pytest.approx(100 / 3), 0, 25]
    assert cover(visit(None, codes=["001"], district=B)) == [0, 100, 25]
    # A number that is nobody's leaves the name to tell; a visit with neither tells nothing.
    assert cover(visit("a 店", codes=["999"])) == [pytest.approx(100 / 3), 0, 25]
    assert np.isnan(cover(visit(None, "红星厂", district=B))[1])


def test_investigations() -> None:
    rows = pd.DataFrame(
        {
            "district_code": [A, A, A, A, B],
            "occurred_on": days("2021-01-01", "2021-12-31", "2021-06-01", "2020-12-31", "2021-06-01"),
            "opened_on": days("2021-01-03", "2022-02-01", None, "2021-01-02", "2021-06-02"),
            "closed_on": days("2022-01-31", None, "2022-02-01", "2021-03-01", None),
            "measures": [5, 4, 3, 6, None],
            "measures_done": [4, 1, None, 6, None],
        }
    )
    values = compute(investigations=rows)
    # One began after as_of; one of those without a day counts; that of the year before is of another period.
    assert [values["investigations.opened", code] for code in (A, B, "all")] == [2, 1, 3]
    assert [values["investigations.closed", code] for code in (A, B, "all")] == [
        1,
        0,
        1,
    ]  # the 31st is by as_of
    assert [values["investigations.measures", code] for code in (A, B)] == [
        12,
        0,
    ]  # nobody wrote 0: empty is 0
    assert values["investigations.measures_done_rate", A] == pytest.approx(100 * 5 / 12)
    assert np.isnan(values["investigations.measures_done_rate", B])  # of none asked for, no share
    assert [values["investigations.closed_unfinished", code] for code in (A, B)] == [1, 0]
    done = compute(investigations=rows.assign(measures_done=[5, 1, None, 6, None]))
    assert done["investigations.closed_unfinished", A] == 0
    bare = compute(investigations=rows[["district_code", "occurred_on"]])
    assert bare["investigations.opened", A] == 3
    for fact in ("closed", "measures", "measures_done_rate", "closed_unfinished"):
        assert np.isnan(bare[f"investigations.{fact}", A]), fact


def test_responses() -> None:
    rows = pd.DataFrame(
        {
            "district_code": [A, A, A, A, B],
            "plan": ["防汛", "防台风", "抗旱", "雪灾", "防汛"],
            "level": ["1", "4", "4", None, "2"],
            "started_at": days(
                "2021-05-01 08:00", "2021-07-01 20:30", "2021-12-31 10:00", "2022-01-01 09:00", "2021-06-01"
            ),
            "ended_at": days("2021-05-02 10:30", "2021-07-01 22:30", None, None, "2021-06-02 08:00"),
        }
    )
    values = compute(responses=rows)
    assert [values["responses.activated", code] for code in (A, B, "all")] == [3, 1, 4]
    assert [values[f"responses.level_{level}", A] for level in "1234"] == [1, 0, 0, 2]
    assert values["responses.hours_median", A] == (26.5 + 2) / 2
    # 乙镇 wrote the day of the start alone: its hours are not known, and so neither are all.
    assert np.isnan(values["responses.hours_median", B]) and np.isnan(values["responses.hours_median", "all"])
    # On the 30th day after the start it is not asked about; on the 31st, which is as_of, it is.
    assert values["responses.unended_stock", A] == 1
    assert compute(responses=rows, as_of=date(2022, 1, 30))["responses.unended_stock", A] == 0
    later = compute(parse_period("2022"), date(2022, 3, 1), responses=rows)
    assert later["responses.unended_stock", A] == 2 and later["responses.activated", A] == 1
    bare = compute(responses=rows.drop(columns=["level", "ended_at"]))
    for fact in ("level_1", "hours_median", "unended_stock"):
        assert np.isnan(bare[f"responses.{fact}", A]), fact
    # An end after as_of is none yet.
    open_still = rows.assign(ended_at=days("2022-02-01 10:30", None, None, None, None))
    values = compute(responses=open_still)
    assert values["responses.unended_stock", A] == 3 and np.isnan(values["responses.hours_median", A])


def test_relief() -> None:
    rows = pd.DataFrame(
        {
            "district_code": [A, A, A, B],
            "given_on": days("2021-01-01", "2021-12-31", "2022-01-01", "2021-02-01"),
            "households": [30, 12, 99, None],
            "people": [80, 0, 200, 4],
            "amount_wan": [6.5, 0.5, 10, 1],
        }
    )
    values = compute(relief=rows)
    assert [values["relief.people", code] for code in (A, B, "all")] == [80, 4, 84]
    np.testing.assert_equal([values["relief.households", code] for code in (A, B, "all")], [42, NONE, NONE])
    assert [values["relief.amount_wan", code] for code in (A, B, "all")] == [7, 1, 8]
    assert np.isnan(compute(relief=rows.drop(columns="people"))["relief.people", A])
    assert compute(parse_period("2020"), date(2020, 12, 31), relief=rows)["relief.people", A] == 0


def test_reports_up() -> None:
    rows = pd.DataFrame(
        {
            "district_code": [A, A, A, A, B],
            "reported_at": days(
                "2021-01-01 00:30", "2021-05-01 10:00", "2021-12-31 23:59", "2022-01-01 00:10", "2021-03-01"
            ),
            "instruction": yes_or_no(True, True, False, True, False),
            "instruction_done_on": days("2022-01-31", "2022-02-01", None, None, None),
        }
    )
    values = compute(reports_up=rows)
    assert [values["reports_up.made", code] for code in (A, B, "all")] == [3, 1, 4]
    assert [values["reports_up.instructions", code] for code in (A, B)] == [2, 0]
    np.testing.assert_equal(
        [values["reports_up.instructions_done_rate", code] for code in (A, B, "all")], [50, NONE, 50]
    )
    bare = compute(reports_up=rows.drop(columns="instruction_done_on"))
    assert bare["reports_up.instructions", A] == 2 and np.isnan(bare["reports_up.instructions_done_rate", A])
    unsaid = compute(reports_up=rows.drop(columns="instruction"))
    assert np.isnan(unsaid["reports_up.instructions", A]) and unsaid["reports_up.made", A] == 3
