"""What a cell says, spread over its row."""

from pathlib import Path

import pandas as pd
import pytest
from ledger_files import read, write_csv

from taizhang.ledgers.model import FileRead

STATUS = "乡镇,发现日期,隐患描述,整改状态\n"


def tell(rows: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Columns as texts: dates in ISO form with their precision where it is not the day."""

    def show(row: pd.Series, name: str) -> object:
        value = row[name]
        if pd.isna(value):
            return None
        if isinstance(value, pd.Timestamp):
            precision = row[f"{name}_precision"]
            return f"{value:%Y-%m-%d} {precision}".removesuffix(" day")
        return value

    return [tuple(show(row, name) for name in columns) for _, row in rows.iterrows()]


def test_statuses_with_dates_and_words(tmp_path: Path) -> None:
    got = read(write_csv(tmp_path, STATUS +
        "溪南镇,2023-04-20,甲,已于5月3日整改到位\n溪南镇,2023-12-20,乙,已完成（1月5日）\n"
        "溪南镇,2023-04-20,丙,\"正在整改，预计6月底完成\"\n溪南镇,2023-04-20,丁,立行立改\n"
        "溪南镇,2023-04-20,戊,已更换灭火器\n溪南镇,2023-04-20,己,已整改\n溪南镇,2023-04-20,庚,已复查合格 2023.5.3\n"
    ))  # fmt: skip
    columns = ("status", "rectified_on", "deadline", "mode", "verified_on")
    assert tell(got.rows, *columns) == [
        ("rectified", "2023-05-03", None, None, None),
        ("rectified", "2024-01-05", None, None, None),
        ("open", None, "2023-06-30", None, None),
        ("rectified", None, None, "on_the_spot", None),
        (None, None, None, None, None),
        ("rectified", None, None, None, None),
        ("closed", None, None, None, "2023-05-03"),
    ]
    assert got.set_aside[["source_row", "column", "value"]].to_numpy().tolist() == [
        [6, "status", "已更换灭火器"]
    ]


def test_days_alone_in_a_column_of_status(tmp_path: Path) -> None:
    got = read(write_csv(tmp_path, STATUS.replace("整改状态", "是否销号") +
        "溪南镇,2023-04-20,甲,2023.4.25\n溪南镇,2023-12-20,乙,是（1月5日）\n溪南镇,2023-04-20,丙,否（正在整改）\n"
    ))  # fmt: skip
    assert tell(got.rows, "status", "closed_on", "rectified_on") == [
        ("closed", "2023-04-25", None), ("closed", "2024-01-05", None), ("open", None, None),
    ]  # fmt: skip
    assert ("2023.4.25", "status = closed; closed_on = 2023-04-25", 1) in [
        (one.value, str(one.meaning), one.count) for one in got.tables[0].understood
    ]


def test_what_was_understood_is_listed_with_counts(tmp_path: Path) -> None:
    text = STATUS + "溪南镇,2023-04-20,甲,已于5月3日整改到位\n" * 3 + "溪南镇,2023-04-20,乙,整改完成\n" * 2
    got = read(write_csv(tmp_path, text + "溪南镇,2023年4月,丙,\n"))
    told = [(one.column, one.value, str(one.meaning), one.count) for one in got.tables[0].understood]
    assert told == [
        ("found_on", "2023年4月", "2023-04, month only", 1),
        (
            "status", "已于5月3日整改到位",
            (
                "status = rectified; rectified_on = the first 5/3 (month/day) on or after the "
                "row's own date"
            ), 3,
        ),
        ("status", "整改完成", "rectified", 2),
    ]  # fmt: skip
    assert "text of status used to fill empty rectified_on (3)" in map(str, got.tables[0].notes)


def test_a_written_cell_wins_and_contradictions_are_told(tmp_path: Path) -> None:
    head = "乡镇,发现日期,隐患描述,整改状态,整改日期,整改方式\n"
    got = read(write_csv(tmp_path, head +
        "溪南镇,2023-04-20,甲,5月3日已整改,2023-05-10,\n溪南镇,2023-04-20,乙,5月3日已整改,2023-05-03,\n"
        "溪南镇,2023-04-20,丙,5月3日已整改,,\n溪南镇,2023-04-20,丁,立行立改,,限期整改\n"
        "溪南镇,2023-04-20,戊,5月3日已整改,2023年5月,\n"
    ))  # fmt: skip
    assert tell(got.rows, "rectified_on", "mode") == [
        ("2023-05-10", None), ("2023-05-03", None), ("2023-05-03", None), (None, "by_deadline"),
        ("2023-05-01 month", None),
    ]  # fmt: skip
    notes = list(map(str, got.tables[0].notes))
    assert "status disagrees with rectified_on; rectified_on is used (1)" in notes
    assert "status disagrees with mode; mode is used (1)" in notes


def test_words_in_columns_of_dates(tmp_path: Path) -> None:
    head = "乡镇,发现日期,隐患描述,整改期限,整改日期\n"
    got = read(write_csv(tmp_path, head +
        "溪南镇,2023-04-20,甲,7天,未整改\n溪南镇,2023-04-20,乙,一周内,5月3日已整改\n"
        "溪南镇,2023-04-20,丙,立即,当日\n溪南镇,2023-04-20,丁,立行立改,立行立改\n"
        "溪南镇,2023-04-20,戊,2023年6月,5月3日\n溪南镇,2023-12-20,己,1月5日,1月3日\n"
        "溪南镇,2023-04-20,庚,15日,3天\n"
    ))  # fmt: skip
    assert tell(got.rows, "deadline", "rectified_on", "status", "mode") == [
        ("2023-04-27", None, "open", None), ("2023-04-27", "2023-05-03", "rectified", None),
        ("2023-04-20", "2023-04-20", None, None), ("2023-04-20", None, "rectified", "on_the_spot"),
        ("2023-06-01 month", "2023-05-03", None, None), ("2024-01-05", "2024-01-03", None, None),
        (None, None, None, None),
    ]  # fmt: skip
    assert got.set_aside[["source_row", "column", "value"]].to_numpy().tolist() == [
        [8, "deadline", "15日"], [8, "rectified_on", "3天"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "rectified", "day"),
    [
        ("6月5日", "7月1日", "2023-07-01"),  # in the title's year
        ("12月20日", "1月5日", "2024-01-05"),  # before the row's day, and the next year's is near
        ("6月5日", "6月3日", "2023-06-03"),  # two days before: told by the rule, no year later
        ("2022-12-20", "1月5日", "2023-01-05"),
    ],
)
def test_the_year_of_a_date_without_one(tmp_path: Path, found: str, rectified: str, day: str) -> None:
    text = f"2023年隐患台账,,,\n乡镇,发现日期,隐患描述,整改日期\n溪南镇,{found},甲,{rectified}\n"
    assert tell(read(write_csv(tmp_path, text)).rows, "rectified_on") == [(day,)]


def test_deadlines_in_a_column_of_days(tmp_path: Path) -> None:
    text = "乡镇,发现日期,隐患描述,整改期限（天）\n溪南镇,2023-04-20,甲,7\n溪南镇,2023-04-20,乙,2023-05-01\n"
    assert tell(read(write_csv(tmp_path, text)).rows, "deadline") == [("2023-04-27",), ("2023-05-01",)]


def test_every_date_has_a_precision_beside_it(tmp_path: Path) -> None:
    got = read(
        write_csv(
            tmp_path, "乡镇,发现日期,隐患描述\n溪南镇,2023年6月,甲\n溪南镇,2023,乙\n溪南镇,2023-06-05,丙\n"
        )
    )
    assert list(got.rows["found_on_precision"]) == ["month", "year", "day"]
    assert got.rows["rectified_on_precision"].isna().all()
    assert [name for name in got.rows if name.endswith("_precision")] == [
        f"{name}_precision" for name in ("found_on", "deadline", "rectified_on", "verified_on", "closed_on")
    ]


def test_an_own_reading_of_a_value_goes_before_phrases(tmp_path: Path) -> None:
    path = write_csv(tmp_path, STATUS + "溪南镇,2023-04-20,甲,已于5月3日整改到位\n")
    got = read(path, values={"status": {"已于5月3日整改到位": "open"}})
    assert tell(got.rows, "status", "rectified_on") == [("open", None)]


def test_month_first_by_the_columns_own_evidence(tmp_path: Path) -> None:
    lines = "".join(f"甲镇,n{day},07/{day:02d}/2020\n" for day in range(1, 32))
    got = read(write_csv(tmp_path, f"乡镇,隐患内容,排查日期\n{lines}"))
    assert list(got.rows["found_on"]) == list(pd.date_range("2020-07-01", "2020-07-31"))
    assert "found_on: month before day (31)" in map(str, got.tables[0].notes)
    few = "".join(f"甲镇,n{day},07/{day:02d}/2020\n" for day in range(1, 13))
    text = f"乡镇,隐患内容,排查日期\n{few}"
    assert len(read(write_csv(tmp_path, text)).set_aside) == 12
    told = read(write_csv(tmp_path, text), dates="dmy")
    assert list(told.rows["found_on"].dt.month) == list(range(1, 13))


def test_bare_day_numbers_from_1904_in_a_table_of_the_titles_year(tmp_path: Path) -> None:
    rows = "".join(f"溪南镇,{44260 - 1462 + day},甲{day},{44270 - 1462}\n" for day in range(3))
    got = read(write_csv(tmp_path, f"2021年隐患台账,,,\n乡镇,发现日期,隐患描述,整改期限\n{rows}"))
    # In a csv they are texts of figures, and count as a spreadsheet's numbers do.
    assert list(got.rows["found_on"].dt.strftime("%Y-%m-%d")) == ["2021-03-05", "2021-03-06", "2021-03-07"]
    assert list(got.rows["deadline"].dt.strftime("%Y-%m-%d")) == ["2021-03-15"] * 3


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("桌面推演", "tabletop"),
        ("桌面、推演", "tabletop"),
        ("桌面/实战", None),
        ("桌面和实战", None),
        ("现场、实战", "field"),
    ],
)
def test_a_category_said_twice_is_one_and_two_are_asked_about(
    tmp_path: Path, cell: str, kind: str | None
) -> None:
    path = write_csv(tmp_path, f"乡镇,演练日期,演练形式\n溪南镇,2021-03-05,{cell}\n")
    got = read(path, "drills")
    assert [None if pd.isna(one) else one for one in got.rows["kind"]] == [kind]
    assert len(got.set_aside) == (kind is None)


def test_people_hurt_in_one_column(tmp_path: Path) -> None:
    head = "乡镇,事发时间,伤亡情况\n"
    cells = ("1死2伤", "无人员伤亡", "死亡1人，重伤2人，轻伤1人", "无", "3", "受伤2人")
    text = head + "".join(f'溪南镇,2021-03-0{n},"{cell}"\n' for n, cell in enumerate(cells, 1))
    got = read(write_csv(tmp_path, text), "incidents")
    told = got.rows[["deaths", "injuries", "serious_injuries"]].astype("float").fillna(-1).to_numpy().tolist()
    assert told == [[1, 2, -1], [0, 0, -1], [1, 3, 2], [0, 0, -1], [-1, -1, -1], [-1, 2, -1]]
    assert got.set_aside[["source_row", "column", "value"]].to_numpy().tolist() == [
        [6, "deaths", "3"], [7, "deaths", "受伤2人"],  # who was not hurt alone was perhaps not killed: it is not said
    ]  # fmt: skip
    got = read(
        write_csv(tmp_path, "乡镇,事发时间,死亡人数,受伤人数\n溪南镇,2021-03-01,死亡1；受伤2,\n"), "incidents"
    )
    assert got.rows[["deaths", "injuries"]].to_numpy().tolist() == [[1, 2]]


def test_counts_in_sentences_are_shown_with_what_they_were_read_as(tmp_path: Path) -> None:
    text = "乡镇,演练日期,参演人数\n溪南镇,2021-03-05,组织师生500余人参加\n溪南镇,2021-03-06,每班30人\n"
    text += "溪南镇,2021-03-07,约80人\n"
    got = read(write_csv(tmp_path, text), "drills")
    assert [None if pd.isna(one) else one for one in got.rows["participants"]] == [500, None, 80]
    told = [(one.value, str(one.meaning), one.count) for one in got.tables[0].understood]
    assert told == [("组织师生500余人参加", "500", 1), ("约80人", "80", 1)]


def test_a_status_that_says_a_deadline_alone_is_asked_about_and_the_deadline_taken(tmp_path: Path) -> None:
    path = write_csv(tmp_path, STATUS + "溪南镇,2023-04-20,甲,限7日内整改\n溪南镇,2023-04-20,乙,限期整改\n")
    got = read(path)
    assert tell(got.rows, "status", "mode", "deadline") == [
        (None, "by_deadline", "2023-04-27"), (None, "by_deadline", None),
    ]  # fmt: skip
    assert list(got.set_aside["column"]) == ["status", "status"]
    told = read(path, values={"status": {"限7日内整改": "open", "~^限期": "rectified"}})
    assert tell(told.rows, "status", "mode", "deadline") == [
        ("open", "by_deadline", "2023-04-27"), ("rectified", "by_deadline", None),
    ]  # fmt: skip
    assert told.set_aside.empty


def test_no_half_of_a_column_in_another_unit(tmp_path: Path) -> None:
    text = "地区,年份,常住人口\n溪南镇,2020,5.6\n溪北镇,2020,6\n东山乡,2020,3.2万人\n"
    got = read(write_csv(tmp_path, text), "population")
    assert got.rows["residents"].fillna(-1).tolist() == [-1, -1, 32000]
    assert {str(one.root.code) for one in got.set_aside["reason"]} == {"ledgers.number.unit_fractions"}
    named = read(write_csv(tmp_path, text.replace("常住人口", "常住人口（万人）")), "population")
    assert named.rows["residents"].tolist() == [56000, 60000, 32000]


def test_people_hurt_in_columns_of_their_own_under_one_group(tmp_path: Path) -> None:
    text = "乡镇,事发时间,伤亡情况,,\n,,死亡,重伤,受伤\n溪南镇,2021-03-01,1,0人,2\n"
    got = read(write_csv(tmp_path, text), "incidents")
    assert got.rows[["deaths", "serious_injuries", "injuries"]].to_numpy().tolist() == [[1, 0, 2]]
    assert got.set_aside.empty


def read_events(tmp_path: Path, header: str, *cells: str) -> FileRead:
    rows = "".join(f"溪南镇,2023-04-2{n},{cell}\n" for n, cell in enumerate(cells))
    return read(write_csv(tmp_path, f"乡镇,发生日期,{header}\n{rows}"), "incidents")


def test_deaths_in_an_account_are_told_and_never_read(tmp_path: Path) -> None:
    got = read_events(tmp_path, "事故经过", "造成2人死亡", "扑灭", "一人溺亡", "未造成人员死亡")
    assert got.rows["deaths"].isna().all() and "deaths" not in got.rows["table_columns"][0].split("|")
    assert [note.code for note in got.tables[0].notes] == ["ledgers.table.account_of_deaths"]
    assert "description mentions deaths in 2 rows" in str(got.tables[0].notes[0])


def test_a_table_with_a_column_of_deaths_needs_no_account(tmp_path: Path) -> None:
    assert not read_events(tmp_path, "死亡人数,事故经过", ",造成2人死亡", "0,扑灭").tables[0].notes


@pytest.mark.parametrize(
    ("header", "cells", "there"),
    [
        ("伤亡情况", ["死亡1;受伤0", "无人员伤亡"], {"deaths", "injuries"}),
        ("伤亡情况", ["死1伤2", ""], {"deaths", "injuries"}),
        ("人员伤亡情况", ["死亡一人，失踪两人"], {"deaths", "missing"}),
        ("伤亡情况", ["无", "3"], {"deaths", "injuries"}),
        ("死亡人数", ["1", "0"], {"deaths"}),
        ("死亡人数", ["死1伤2", "0"], {"deaths"}),  # no column of injuries, whatever a cell says
    ],
)
def test_a_column_of_people_hurt_answers_for_what_its_cells_tell(
    tmp_path: Path, header: str, cells: list[str], there: set[str]
) -> None:
    rows = read_events(tmp_path, header, *cells).rows
    found = set(rows["table_columns"].iloc[0].split("|")) & {
        "deaths",
        "injuries",
        "missing",
        "serious_injuries",
    }
    assert found == there


def test_a_column_of_months_has_its_precision(tmp_path: Path) -> None:
    text = "地区,月份,降水量\n溪南镇,2023年4月,10\n溪南镇,2023-05-01,20\n溪南镇,,5\n"
    rows = read(write_csv(tmp_path, text), "weather").rows
    assert rows["month_precision"].tolist() == ["month", "month"]
