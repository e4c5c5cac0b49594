"""Facts by hand at their boundaries: verification, reports in time, answers, satisfaction, hours, people."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from taizhang.boundaries.grid import number_people
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.facts import compute_facts, select_rows
from taizhang.facts.grid import read_level
from taizhang.ledgers.model import Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

CODE = "101"
DISTRICTS = pd.DataFrame({"code": [CODE, "102"], "name": ["甲镇", "乙镇"]})
YEAR, AS_OF = parse_period("2021"), date(2021, 12, 31)
IN = "2021-05-03"


def make(date_column: str, days: list[str | None] | str, n: int = 0, **columns: Any) -> pd.DataFrame:
    """Rows of a district, with the columns that their table has."""
    listed = [days] * (n or max(map(len, columns.values()))) if isinstance(days, str) else days
    frame = pd.DataFrame({"district_code": [CODE] * len(listed), **columns})
    frame[date_column] = pd.to_datetime(listed, format="mixed")
    for name in frame:
        if name.endswith(("_on", "_at")) and frame[name].dtype.kind in "OU":
            frame[name] = pd.to_datetime(frame[name], format="mixed")
    return frame


def facts_of(as_of: date = AS_OF, **tables: Any) -> pd.DataFrame:
    same = {name: tables.pop(name) for name in ("grid", "asked", "suppress") if name in tables}
    facts = compute_facts(tables, DISTRICTS, YEAR, as_of, **({"suppress": ()} | same))
    return facts[facts["district_code"] == CODE].set_index("fact")


def value_of(fact: str, as_of: date = AS_OF, **tables: Any) -> float:
    return float(facts_of(as_of, **tables).loc[fact, "value"])


# Hazards.


def test_verified_is_rectified_and_passed() -> None:
    rows = make(
        "found_on", IN, 7,
        rectified_on=["2021-05-10", "2021-05-10", "2021-05-10", "2021-05-10", None, "2021-05-10", "2021-05-10"],
        verified_on=["2021-12-31", "2022-01-01", None, "2021-05-11", None, "2021-05-09", "2021-05-12"],
        verified_result=["passed", "passed", "passed", None, None, "not_passed", "not_passed"],
        severity=["major", "major", "general", "major", "major", "major", "general"],
    )  # fmt: skip
    found = facts_of(hazards=rows)
    # Verified on as_of, undated, and on a day without a result; not after as_of; the sixth failed before it was
    # rectified, and nobody looked again; the seventh failed after and is open again, as the fifth is.
    assert found.loc["hazards.rectified", "value"] == 5
    assert found.loc["hazards.verified", "value"] == 3
    share = found.loc["hazards.verified_share"]
    assert (share["value"], share["numerator"], share["denominator"]) == (60, 3, 5)
    assert found.loc["hazards.major_unverified", "value"] == 2  # the second and the sixth
    shown = select_rows("hazards.verified_share", {"hazards": rows}, DISTRICTS, YEAR, AS_OF, CODE)
    assert shown["counted"].tolist() == [True, False, True, True, False]


def test_a_table_without_a_column_of_verification_says_nothing_of_it() -> None:
    rows = make("found_on", IN, rectified_on=["2021-05-10"] * 4, severity=["major"] * 4)
    for fact in ("hazards.verified", "hazards.verified_share", "hazards.major_unverified"):
        assert np.isnan(value_of(fact, hazards=rows))
    # A column that nobody ever filled in says nothing; once somebody did, an empty cell is not yet.
    empty = rows.assign(verified_on=pd.NaT)
    assert np.isnan(value_of("hazards.verified", hazards=empty))
    empty.loc[0, "verified_on"] = pd.Timestamp("2021-06-01")
    assert value_of("hazards.verified_share", hazards=empty) == 25
    # Of ten rectified one table of one row has no such column: a tenth may be unknown, no more.
    told = make(
        "found_on", IN, rectified_on=["2021-05-10"] * 10, verified_on=["2021-06-01"] * 9 + [None],
        table_columns=["found_on|rectified_on|verified_on"] * 9 + ["found_on|rectified_on"],
    )  # fmt: skip
    row = facts_of(hazards=told).loc["hazards.verified_share"]
    assert (row["value"], row["known"], row["of"]) == (100, 9, 10)
    assert np.isnan(value_of("hazards.verified_share", hazards=told.iloc[1:]))
    # One that could not be read is not one that was not verified.
    told.loc[9, "table_columns"] = "found_on|rectified_on|verified_on?"
    assert facts_of(hazards=told).loc["hazards.verified", "known"] == 9


def test_a_result_without_a_day_may_be_later_than_the_day_asked_for() -> None:
    rows = make(
        "found_on", [IN, "2021-11-01"], rectified_on=["2021-05-10"] * 2, verified_result=["passed"] * 2
    )
    rows["source_file"] = "a"
    asked = date(2021, 9, 30)
    row = facts_of(asked, hazards=rows, asked=asked).loc["hazards.verified"]
    assert (row["known"], row["of"]) == (0, 1) and np.isnan(row["value"])
    assert facts_of(asked, hazards=rows).loc["hazards.verified", "value"] == 1


def test_what_was_spent_is_asked_of_what_is_rectified() -> None:
    done = ["2021-05-10"] * 10 + [None] * 5
    costs = [1.5] * 9 + [None, 4.0, None, None, None, None]
    rows = make("found_on", IN, rectified_on=done, cost_wan=costs)
    assert value_of("hazards.cost_wan", hazards=rows) == 17.5  # 9 at 1.5, and 4 for one that is still open
    assert np.isnan(value_of("hazards.cost_wan", hazards=rows.iloc[1:]))  # one of nine does not say
    # Where nothing is rectified and nobody wrote a cost, it is not nought.
    open_ = make("found_on", IN, rectified_on=[None, None], status=["open", "open"])
    assert np.isnan(value_of("hazards.cost_wan", hazards=open_))
    assert value_of("hazards.cost_wan", hazards=open_.iloc[:0]) == 0


# Inspections.


def read(folder: Path, kind: str, *lines: list[object]) -> pd.DataFrame:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in lines:
        book.active.append(line)
    book.save(folder / "a.xlsx")
    source = Source(load_kinds()[kind], names=frozenset(DISTRICTS["name"]))
    return read_here(folder / "a.xlsx", source, name="a.xlsx").rows.assign(district_code=CODE)


def test_names_of_inspectors_are_counted_and_not_kept(tmp_path: Path) -> None:
    head = ["乡镇", "检查日期", "被检查单位", "检查人员"]
    lines: list[list[object]] = [["甲镇", IN, "甲厂", "张三、李四"], ["甲镇", IN, "乙厂", "王五"],
                                 ["甲镇", IN, "丙厂", "3"], ["甲镇", IN, "丁厂", "赵六、钱七、孙八、周九"]]  # fmt: skip
    rows = read(tmp_path, "inspections", head, *lines)
    assert rows["inspectors"].tolist() == [2, 1, 3, 4]
    assert value_of("inspections.person_times", inspections=rows) == 10
    assert not rows.astype(str).apply(lambda column: column.str.contains("张三|赵六")).any().any()
    # One of four is empty: over a tenth.
    assert np.isnan(
        value_of("inspections.person_times", inspections=rows.assign(inspectors=[2, 1, 3, pd.NA]))
    )


def test_fines_are_nought_where_only_others_were_fined() -> None:
    rows = make("inspected_on", IN, penalty_yuan=[500.0, None, None])
    rows["district_code"] = ["102", CODE, CODE]
    assert value_of("inspections.penalty_yuan", inspections=rows) == 0  # an empty cell is none
    assert np.isnan(value_of("inspections.penalty_yuan", inspections=rows.iloc[1:]))  # nobody wrote any


# Incidents.


@pytest.mark.parametrize(
    ("occurred", "reported", "late"),
    [
        ("2021-05-03 10:00", "2021-05-03 11:00", False),  # an hour, and no more
        ("2021-05-03 10:00", "2021-05-03 11:01", True),
        ("2021-05-03 10:00", "2021-05-03 11:00:01", True),
        ("2021-05-03 10:00", "2021-05-03 10:00", False),
        ("2021-05-03 23:50", "2021-05-04 00:20", False),  # past midnight, within the hour
        ("2021-05-03 10:00", "2021-05-03 09:59", None),  # the report comes first
        ("2021-05-03", "2021-05-03", False),
        ("2021-05-03 10:00", "2021-05-03", False),
        ("2021-05-03", "2021-05-03 23:00", False),
        ("2021-05-03", "2021-05-04", None),
        ("2021-05-03 23:50", "2021-05-04", None),
        ("2021-05-03", "2021-05-05", True),
        ("2021-05-03 10:00", "2021-05-05", True),
        ("2021-05-03", "2021-05-02", None),
        ("2021-05-03", None, None),
        ("2021-05-03", "2022-03-01", True),  # not yet by as_of, and more than two days
        ("2021-12-30", "2022-03-01", None),
        ("2021-12-31 23:50", "2022-01-01 00:10", None),  # nobody knows yet
    ],
)
def test_a_report_is_late_by_the_clock_or_by_two_days(
    occurred: str, reported: str | None, late: bool | None
) -> None:
    rows = make("occurred_on", [occurred], reported_on=[reported])
    found = facts_of(incidents=rows)
    number, rate = found.loc["incidents.late_reports"], found.loc["incidents.on_time_report_rate"]
    assert (number["known"], number["of"]) == (late is not None, 1)
    if late is None:
        assert np.isnan(number["value"]) and np.isnan(rate["value"])
    else:
        assert (number["value"], rate["value"]) == (late, 100 * (not late))


def test_of_a_month_no_report_is_in_time() -> None:
    rows = make(
        "occurred_on", ["2021-05-01", IN, IN], reported_on=[IN, "2021-05-01", "2021-06-01"],
        occurred_on_precision=["month", "day", "day"], reported_on_precision=["day", "month", "month"],
    )  # fmt: skip
    shown = select_rows("incidents.late_reports", {"incidents": rows}, DISTRICTS, YEAR, AS_OF, CODE)
    assert shown.index.tolist() == [2]  # June is two days after the third of May or more
    assert facts_of(incidents=rows).loc["incidents.late_reports", "known"] == 1


def test_the_missing_are_summed_and_nought_where_nobody_wrote_it() -> None:
    rows = make("occurred_on", IN, missing=[2, None, 1])
    assert value_of("incidents.missing", incidents=rows) == 3
    assert np.isnan(value_of("incidents.missing", incidents=rows.assign(missing=[2, None, 0])))


def test_an_accident_is_late_by_article_9_and_a_flood_is_not() -> None:
    rows = make(
        "occurred_on", IN, reported_on=["2021-05-05"] * 4, **{"class": ["accident", "natural", "accident", "health"]}
    )  # fmt: skip
    found = facts_of(incidents=rows)["value"]
    assert (found["incidents.late_reports"], found["incidents.late_accidents"]) == (4, 2)
    assert np.isnan(value_of("incidents.late_accidents", incidents=rows.assign(**{"class": None})))


# Losses.


def test_houses_and_crops() -> None:
    rows = make(
        "occurred_on", IN, event=["台风甲", "台风乙"], houses_collapsed=[3, None], houses_damaged=[0, 8],
        crops_ha=[12.5, None], evacuated=[40, 2],
    )  # fmt: skip
    found = facts_of(losses=rows)["value"]
    assert found["losses.houses_collapsed"] == 3  # nobody ever wrote 0
    assert found["losses.houses_damaged"] == 8 and found["losses.evacuated"] == 42
    assert np.isnan(found["losses.crops_ha"])  # an area is no count: what is empty is not known
    assert facts_of(losses=rows.iloc[:1])["value"]["losses.crops_ha"] == 12.5


# Complaints and disputes.


def test_answered_in_time() -> None:
    rows = make(
        "received_on", IN, 7,
        answered_on=["2021-05-10", "2021-05-11", None, None, None, "2022-01-02", "2021-05-09"],
        answer_due_on=["2021-05-10", "2021-05-10", "2021-05-10", "2022-02-01", "2021-12-31", "2021-12-30",
                       "2021-05-10"],
        status=[None, None, "answered", None, None, None, "resolved"],
    )  # fmt: skip
    share = facts_of(complaints=rows).loc["complaints.answered_on_time_rate"]
    # On the day; a day late; answered on no known day: not counted; not due yet; due on as_of, which is not past;
    # past its day, answered after as_of; in time. That is 2 of 4; of seven one is not known, which is too much.
    assert np.isnan(share["value"]) and (share["known"], share["of"]) == (6, 7)
    many = pd.concat([rows, *[rows.iloc[[0]]] * 3], ignore_index=True)
    share = facts_of(complaints=many).loc["complaints.answered_on_time_rate"]
    assert (share["numerator"], share["denominator"], share["known"], share["of"]) == (5, 7, 9, 10)


def test_satisfied_is_asked_of_what_was_answered_or_resolved() -> None:
    rows = make(
        "received_on", IN, 12, satisfied=pd.array([True] * 6 + [False] * 3 + [None] * 3, dtype="boolean"),
        status=["resolved"] * 8 + ["answered"] * 2 + ["open"] * 2,
    )  # fmt: skip
    row = facts_of(complaints=rows).loc["complaints.satisfied_rate"]
    assert row["value"] == pytest.approx(100 * 6 / 9) and (row["known"], row["of"]) == (9, 10)
    # Without a status it may have been answered, and 3 of 12 say nothing.
    assert np.isnan(value_of("complaints.satisfied_rate", complaints=rows.drop(columns="status")))
    # A column in which only one thing was ever written tells no share where others are empty.
    only = rows.assign(satisfied=pd.array([True] * 6 + [None] * 6, dtype="boolean"))
    assert np.isnan(value_of("complaints.satisfied_rate", complaints=only))


@pytest.mark.parametrize(
    ("kind", "came", "done", "closed", "fact"),
    [
        ("complaints", "received_on", "resolved_on", "resolved", "complaints.days_to_resolve_median"),
        ("disputes", "found_on", "settled_on", "settled", "disputes.days_to_settle_median"),
    ],
)
def test_days_to_closure_with_open_cases_censored(
    kind: str, came: str, done: str, closed: str, fact: str
) -> None:
    def median(days: list[str | None], status: list[str | None] | None = None, **more: Any) -> float:
        rows = make(came, IN, **{done: days}, **({"status": status} if status else {}), **more)
        return value_of(fact, **{kind: rows})

    # 2 and 9 days, one open: two thirds, then a third are left, so that half are closed by day 9.
    assert median(["2021-05-05", "2021-05-12", None]) == 9
    assert median(["2021-05-05", None]) == 2  # half, exactly
    assert np.isnan(median(["2021-05-05", None, None]))  # less than half
    assert median(["2021-05-01", "2021-05-03"]) == 0  # before it came is no time
    assert median(["2022-01-05", "2021-05-05"]) == 2  # closed after as_of: still open
    # One closed without a day: after 0 days or after 242, and the middle of three is 2 or 4.
    three: list[str | None] = ["2021-05-05", "2021-05-07", None]
    assert np.isnan(median(three, [closed] * 3))
    assert median(["2021-05-05", "2021-05-05", None], [closed] * 3) == 2  # 2 either way
    assert median(["2021-05-05"] * 10 + [None]) == 2


def test_medians_and_shares_over_few_are_hidden_with_their_rows() -> None:
    few = make(
        "received_on", IN, resolved_on=["2021-05-05"] * 4 + [None] * 8,
        satisfied=pd.array([True] * 4 + [None] * 8, dtype="boolean"), status=["resolved"] * 4 + ["open"] * 8,
        answered_on=["2021-05-04"] * 4 + [None] * 8, answer_due_on=["2021-05-10"] * 12,
    )  # fmt: skip
    names = ("answered_on_time_rate", "days_to_resolve_median", "satisfied_rate")
    found = facts_of(complaints=few, suppress=["complaints"])
    for name in names:
        row = found.loc[f"complaints.{name}"]
        assert row["suppressed"] and row[["value", "numerator", "denominator", "low", "high"]].isna().all()
        with pytest.raises(ParameterError, match="is suppressed"):
            select_rows(f"complaints.{name}", {"complaints": few}, DISTRICTS, YEAR, AS_OF, CODE)
    many = pd.concat([few] * 3, ignore_index=True)
    assert not facts_of(complaints=many, suppress=["complaints"])["suppressed"].any()


# Warnings, duty checks, publicity.


def test_hours_of_warnings_by_the_clock() -> None:
    issued = ["2021-05-03 08:00", "2021-05-03 08:00", "2021-05-03 20:30", "2021-05-03 08:00"]
    lifted = ["2021-05-03 12:00", "2021-05-04 08:00", "2021-05-04 03:30", None]
    rows = make("issued_at", issued, lifted_at=lifted)
    assert value_of("warnings.hours_median", warnings=rows) == 7  # 4, 7 and 24; one is not lifted yet
    assert value_of("warnings.hours_median", warnings=rows.iloc[:2]) == 14
    by_day = rows.assign(
        lifted_at=pd.to_datetime(["2021-05-03 12:00", "2021-05-05", "2021-05-04 03:30", None], format="mixed")
    )
    assert np.isnan(
        value_of("warnings.hours_median", warnings=by_day)
    )  # of one of three the hour is not written
    late = rows.assign(lifted_at=pd.to_datetime(["2022-01-01 01:00"] * 4))
    assert np.isnan(value_of("warnings.hours_median", warnings=late))  # none is lifted by as_of
    assert facts_of(warnings=rows.drop(columns="lifted_at")).loc["warnings.hours_median", "known"] == 0


def test_minutes_are_asked_where_somebody_was_on_duty() -> None:
    rows = make(
        "checked_at",
        IN,
        minutes_to_answer=[1.0, 2.0, 9.0, None],
        on_duty=pd.array([True, True, True, False], "boolean"),
    )
    assert value_of("duty_checks.minutes_median", duty_checks=rows) == 2
    assert value_of("duty_checks.minutes_median", duty_checks=rows.iloc[:2]) == 1.5
    assert np.isnan(value_of("duty_checks.minutes_median", duty_checks=rows.drop(columns="on_duty")))


def test_materials_are_nought_where_nobody_wrote_it() -> None:
    rows = make("held_on", IN, materials=[200, None, 30])
    assert value_of("publicity.materials", publicity=rows) == 230
    assert np.isnan(value_of("publicity.materials", publicity=rows.assign(materials=[200, None, 0])))
    assert np.isnan(value_of("publicity.materials", publicity=rows.drop(columns="materials")))


# The grid.


@pytest.mark.parametrize(
    ("text", "level"),
    [("一级", 1), ("二级网格", 2), ("Ⅲ", 3), ("IV级", 4), ("5", 5), ("2.0", 2), ("第三级", 3), (" 1 级", 0),
     ("村级", 0), ("6", 0), ("", 0), ("12", 0)],
)  # fmt: skip
def test_levels_as_they_are_written(text: str, level: int) -> None:
    assert read_level(text) == level


def test_cells_by_level_and_the_people_responsible() -> None:
    cells = pd.DataFrame(
        {
            "district_code": [CODE] * 10 + ["102"],
            "level": ["一级"] + ["二级"] * 2 + ["三级"] * 7 + ["三级"],
            "responsible": ["甲、乙", "甲", "丙", "丙", " 乙 ", "丁", "丁", "丁", "丁", None, "甲"],
        }
    )
    cells["assigned"] = cells["responsible"].notna()
    cells["people"] = number_people(cells)
    assert cells["people"].tolist()[:5] == ["1|2", "1", "3", "3", "2"] and cells["people"].iloc[-1] == "5"
    found = facts_of(grid=cells.drop(columns="responsible"))
    assert [found.loc[f"grid.cells_level_{level}", "value"] for level in (1, 2, 3)] == [1, 2, 7]
    assert "grid.cells_level_4" not in found.index
    assert (
        found.loc["grid.responsible", "value"] == 4
    )  # 甲, 乙, 丙, 丁; of one cell it is known that nobody is
    whole = compute_facts({}, DISTRICTS, YEAR, AS_OF, grid=cells).set_index(["fact", "district_code"])[
        "value"
    ]
    assert whole["grid.responsible", "all"] == 5  # 甲 of another district is another
    # Where two of ten cells do not say of which level they are, none can be counted.
    vague = cells.assign(level=["村级", "村级", *cells["level"][2:]])
    assert np.isnan(facts_of(grid=vague).loc["grid.cells_level_3", "value"])
    shown = select_rows(
        "grid.responsible", {}, DISTRICTS, YEAR, AS_OF, CODE, grid=cells.drop(columns="responsible")
    )
    assert len(shown) == 9 and not shown.astype(str).isin(["甲", "甲、乙"]).any().any()
