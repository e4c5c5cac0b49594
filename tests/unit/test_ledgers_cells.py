"""Cells of a spreadsheet whose type or format says something else than the clerk meant."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from ledger_files import read

HEAD = ["乡镇", "发现日期", "场所名称", "隐患描述", "整改期限", "隐患编号"]


def write_book(path: Path, rows: list[list[object]], *, date1904: bool = False) -> Path:
    book = openpyxl.Workbook()
    if date1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"
    book.save(path)
    return path


def aside(got: object) -> list[list[object]]:
    return got.set_aside[["source_row", "column"]].to_numpy().tolist()  # type: ignore[attr-defined]


def test_small_numbers_in_a_dates_format_are_no_days_of_1900(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["溪口镇", date(1900, 1, 7), "甲", "a", date(2021, 4, 4), ""],
        ["溪口镇", date(2021, 3, 5), "乙", "b", date(1900, 1, 15), ""],
        ["溪口镇", 44260, "丙", "c", 15, ""],
        ["溪口镇", date(2021, 3, 5), "丁", "d", datetime(1905, 7, 13), ""],  # 2021 in a date's format
        ["溪口镇", date(2021, 3, 5), "戊", "e", 2021, ""],  # and without: a year
        ["溪口镇", date(2021, 3, 5), "己", "f", 202104, ""],
    ]
    got = read(write_book(tmp_path / "a.xlsx", rows))
    assert aside(got) == [[2, "found_on"], [3, "deadline"], [4, "deadline"], [5, "deadline"]]
    assert set(got.set_aside["reason"].map(lambda one: one.root.code)) == {"ledgers.date.number"}
    assert list(got.rows["found_on"]) == [pd.Timestamp(2021, 3, 5)] * 5
    assert list(got.rows["deadline_precision"].fillna("")) == ["", "", "", "year", "month"]


def test_ids_of_18_figures_stored_as_numbers_are_set_aside_and_not_rounded(tmp_path: Path) -> None:
    ids = [
        350921101202100123.0,
        350921101202100124.0,
        "350921101202100125",
        123456789012345.0,
        12345.0,
        "007",
    ]
    day = date(2021, 3, 5)
    rows = [HEAD, *(["溪口镇", day, f"厂{n}", f"隐患{n}", "", one] for n, one in enumerate(ids))]
    got = read(write_book(tmp_path / "a.xlsx", rows))
    assert aside(got) == [[2, "hazard_id"], [3, "hazard_id"]]
    assert list(got.rows["hazard_id"].fillna("")) == [
        "", "", "350921101202100125", "123456789012345", "12345", "007",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "number", [1e30, 69012345678901234567.0, 1e15 + 2, "1e30", "69012345678901234567", -1e30, 1e308]
)
def test_one_big_number_is_set_aside_and_the_rest_is_read(tmp_path: Path, number: object) -> None:
    rows = [
        ["乡镇", "演练日期", "参演人数", "时长"],
        ["溪口镇", date(2021, 3, 5), number, 30],
        ["溪口镇", date(2021, 3, 6), 40, number],
    ]
    got = read(write_book(tmp_path / "a.xlsx", rows), "drills")
    assert aside(got) == [[2, "participants"], [3, "duration_min"]]
    assert got.rows["participants"].fillna(-1).tolist() == [-1, 40]
    assert got.rows["duration_min"].fillna(-1).tolist() == [30, -1]


def test_days_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    rows = [HEAD, ["溪口镇", date(2021, 3, 5), "甲", "a", 44260 - 1462, ""]]
    got = read(write_book(tmp_path / "a.xlsx", rows, date1904=True))
    assert list(got.rows["found_on"]) == list(got.rows["deadline"]) == [pd.Timestamp(2021, 3, 5)]


def test_a_column_whose_days_a_spreadsheet_exchanged_is_set_aside(tmp_path: Path) -> None:
    # 5/7 to 9/7/2021 became 7 May to 7 September; 13/7 to 15/7 remained texts.
    days: list[object] = [date(2021, month, 7) for month in range(5, 10)]
    days += [f"{day}/7/2021" for day in range(13, 16)]
    rows = [HEAD, *(["溪口镇", day, f"厂{n}", "甲", "", ""] for n, day in enumerate(days))]
    got = read(write_book(tmp_path / "a.xlsx", rows))
    assert got.rows.empty and len(got.set_aside) == 8
    told = read(write_book(tmp_path / "b.xlsx", rows), dates="dmy")  # a person has looked, and says so
    assert len(told.rows) == 8


Shown = tuple[object, str]  # a number and its format


def show_book(path: Path, cells: dict[str, Shown], *, date1904: bool = False) -> Path:
    """A ledger of one row, with some cells of it in a format of their own."""
    write_book(path, [HEAD, ["溪口镇", date(2021, 3, 5), "甲", "a", "", ""]], date1904=date1904)
    book = openpyxl.load_workbook(path)
    for place, (value, form) in cells.items():
        book.active[place] = value
        book.active[place].number_format = form
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("place", "value", "form"),
    [
        ("B2", 0, "yyyy-mm-dd"),
        ("B2", 3, 'm"月"'),  # a month
        ("B2", 0.354, "h:mm"),  # a time of day alone
        ("B2", 2021, "yyyy"),  # a year
        ("B2", 44260, "[h]:mm"),  # hours gone by
        ("E2", 15, 'm"月"d"日"'),
        ("E2", 1.5, "yyyy-mm-dd"),
        ("E2", 7, "[h]:mm"),
        ("E2", 202104, "yyyy-mm-dd"),  # a month, by its figures a day of 2453
        ("E2", 2958465, "yyyy-mm-dd"),  # 9999-12-31, for 'no end'
        ("E2", "1900-01-15", "General"),  # as a csv has it
        ("E2", "1900/1/0", "General"),
        ("E2", "1905/7/13", "General"),
    ],
)
@pytest.mark.parametrize("date1904", [False, True])
def test_numbers_in_formats_of_dates_and_times(
    tmp_path: Path, place: str, value: object, form: str, date1904: bool
) -> None:
    if date1904 and value in (44260, 202104, 2958465):
        return  # other days, far off as well
    got = read(show_book(tmp_path / "a.xlsx", {place: (value, form)}, date1904=date1904))
    assert aside(got) == [[2, {"B2": "found_on", "E2": "deadline"}[place]]]
    assert len(got.rows) == (place == "E2")


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("3.50921E+17", True),
        ("3.50921101202100E+17", True),
        ("3E+17", True),
        (" 3.5E+11 ", True),
        ("350921101202100123", False),
        ("1E5", False),  # as offices number things
        ("AB-3E+17", False),
        ("3.5E+173", False),
    ],
)
def test_an_id_as_a_spreadsheet_shows_a_long_number(tmp_path: Path, text: str, lost: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEAD) + f"\n溪口镇,2021-03-05,甲,a,,{text}\n", encoding="utf-8")
    got = read(path)
    assert aside(got) == ([[2, "hazard_id"]] if lost else [])
    assert got.rows["hazard_id"].fillna("").tolist() == ["" if lost else text.strip()]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("\u200b2021-04-01", "2021-04-01"),
        ("2021-04-01\u202c", "2021-04-01"),
        ("\u200e2021\ufeff-04-01", "2021-04-01"),
        ('="2021-04-01"', "2021-04-01"),  # a csv taken into a workbook as texts
        ("\x012021-04-01", "2021-04-01"),  # written _x0001_ in the file
    ],
)
def test_what_nobody_sees_in_a_cell_is_left_out(tmp_path: Path, text: str, read_as: str) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["溪口镇\u200b", "2021-03-05", "甲\u200b厂", "a", text, '="007"'])
        sheet.write_row(2, 0, ["溪口镇", "2021-03-05", "甲厂", "b", "", "007"])
    got = read(path)
    assert (
        aside(got) == [] and set(got.rows["premises"]) == {"甲厂"} and set(got.rows["district"]) == {"溪口镇"}
    )
    assert str(got.rows["deadline"][0].date()) == read_as and set(got.rows["hazard_id"]) == {"007"}
