"""A ledger or table that could not be read: what rests on it is empty for the districts it may hold, never nought."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from openpyxl import Workbook as Sheets

import taizhang as tz
from taizhang.ledgers import child, sandbox
from taizhang.narrative import write_hazards, write_summary
from taizhang.workbook.book import Workbook

A, B, C = "350921101", "350921102", "350921103"
HEAD = "乡镇,发现日期,隐患内容,整改完成日期\n"
ROWS = HEAD + "甲镇,2021-03-01,用电,2021-03-02\n乙乡,2021-03-01,用电,2021-03-02\n"
TOML = """
[workbook]
title = "三乡"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
[ledgers.hazards]
files = {files}
{more}
[ledgers.drills]
files = ["drills.csv"]
"""


def make(root: Path, damaged: str, *, files: str = '["raw/**/*.*"]', more: str = "") -> Workbook:
    """Rows of two districts in one file, and another that is damaged."""
    towns = [shapely.box(119 + n / 10, 26, 119.1 + n / 10, 26.1) for n in range(3)]
    gpd.GeoDataFrame({"code": [A, B, C], "name": ["甲镇", "乙乡", "丙乡"]}, geometry=towns, crs=4326).to_file(
        root / "towns.geojson"
    )
    (root / "raw").mkdir()
    (root / "raw" / "all.csv").write_text(ROWS, encoding="utf-8")
    (root / "drills.csv").write_text("乡镇,演练日期,演练名称\n甲镇,2021-05-01,消防\n", encoding="utf-8")
    if damaged:
        (root / damaged).parent.mkdir(parents=True, exist_ok=True)
        (root / damaged).write_bytes(b"PK\x03\x04 cut in half")
    (root / "workbook.toml").write_text(TOML.format(files=files, more=more), encoding="utf-8")
    return tz.open(str(root))


def found(book: Workbook, fact: str = "hazards.found") -> dict[str, float | None]:
    facts = book.facts("2021")
    values = facts[facts["fact"] == fact].set_index("district_code")["value"]
    return {code: None if pd.isna(value) else value for code, value in values.items()}


def test_without_damage_there_is_nothing_unread(tmp_path: Path) -> None:
    book = make(tmp_path, "")
    assert found(book) == {A: 1, B: 1, C: 0, "all": 2} and book.result.unread == {}


@pytest.mark.parametrize(
    ("damaged", "empty"),
    [
        ("raw/乙乡.xlsx", [B]),
        ("raw/乙乡2021年隐患台账.xlsx", [B]),
        ("raw/乙乡/3月.xlsx", [B]),
        ("raw/乙乡/丙乡.xlsx", [C]),  # the innermost name
        ("raw/隐患.xlsx", [A, B, C]),
        ("raw/乙乡和丙乡.xlsx", [A, B, C]),  # two names are none
        ("raw/大乙乡.xlsx", [A, B, C]),  # another place
    ],
)
def test_the_districts_that_a_damaged_file_may_hold(tmp_path: Path, damaged: str, empty: list[str]) -> None:
    book = make(tmp_path, damaged)
    whole = {A: 1, B: 1, C: 0}
    assert found(book) == {code: None if code in empty else n for code, n in whole.items()} | {"all": None}
    # Other ledgers are as they were.
    assert found(book, "drills.held") == {A: 1, B: 0, C: 0, "all": 1}


def test_workbook_toml_says_whose_file_it_is(tmp_path: Path) -> None:
    book = make(tmp_path, "raw/x.xlsx", more='district = "丙乡"')
    assert found(book) == {A: 1, B: 1, C: None, "all": None}


def test_a_sheet_whose_table_cannot_be_read(tmp_path: Path) -> None:
    book = Sheets()
    book.remove(book.active)
    for name, header in (
        ("甲镇", ["乡镇", "发现日期", "隐患内容", "整改期限"]),
        ("乙乡", ["乡镇", "隐患内容", "整改期限", "整改完成日期", "隐患等级"]),
    ):
        sheet = book.create_sheet(name)
        sheet.append(header)
        sheet.append([name, "2021-04-01", "用电", "2021-05-01", "一般"][: len(header)])
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "raw").rmdir()
    opened = make(tmp_path, "", files='["raw/all.csv", "book.xlsx"]')
    assert [(one.file, one.sheet, one.codes) for one in opened.result.unread["hazards"]] == [
        ("book.xlsx", "乙乡", (B,))
    ]
    assert found(opened) == {A: 2, B: None, C: 0, "all": None}


def test_a_file_that_is_named_and_not_there(tmp_path: Path) -> None:
    book = make(tmp_path, "", files='["raw/all.csv", "gone.xlsx"]')
    assert found(book) == {A: None, B: None, C: None, "all": None}


def test_a_pattern_without_a_file_beside_one_with(tmp_path: Path) -> None:
    book = make(tmp_path, "", files='["raw/*.csv", "raw/*.xlsx"]')
    assert found(book) == {A: 1, B: 1, C: 0, "all": 2}


def test_no_word_of_what_was_read_in_part(tmp_path: Path) -> None:
    book = make(tmp_path, "raw/乙乡.xlsx")
    for lang, said in (("zh", "隐患排查治理台账有文件未能读取"), ("en", "could not be read")):
        for district in (B, "all"):
            view = book.view(district, "2021", lang)
            assert "hazards" not in view.ledgers
            texts = [
                "".join(run.text for block in prose.blocks for run in block.runs)
                for prose in (write_summary(view), write_hazards(view))
                if prose is not None
            ]
            assert len(texts) == 2 and all(said in text for text in texts)
            assert not any(
                word in texts[1] for word in ("没有", "均已", "不详", "none", "no hazard", "all of")
            )
        view = book.view(A, "2021", lang)
        assert "hazards" in view.ledgers and said not in str(write_hazards(view))


def test_a_file_mended_without_a_row_is_read(tmp_path: Path) -> None:
    make(tmp_path, "raw/乙乡.csv")
    assert found(tz.open(str(tmp_path)))[B] is None
    (tmp_path / "raw" / "乙乡.csv").write_text(HEAD, encoding="utf-8")
    assert found(tz.open(str(tmp_path))) == {A: 1, B: 1, C: 0, "all": 2}


@pytest.mark.parametrize("error", [TimeoutError, MemoryError, EOFError])
def test_trouble_that_passes_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A file that the reading process could not read is tried again, without --fresh; one that is damaged is not."""
    make(tmp_path, "", files='["raw/all.csv", "raw/乙乡.xlsx", "raw/丙乡.xlsx"]')
    sheets = Sheets()
    for row in (("乡镇", "发现日期", "隐患内容"), ("乙乡", "2021-04-01", "用电")):
        sheets.active.append(row)
    sheets.save(tmp_path / "raw" / "乙乡.xlsx")
    (tmp_path / "raw" / "丙乡.xlsx").write_bytes(b"PK cut in half")
    asked: list[str] = []

    def fail(self: object, request: tuple[Path, object, str], seconds: float) -> object:
        asked.append(request[2])
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "_is_plain", lambda path: path.suffix == ".csv")
        patch.setattr(child.Child, "ask", fail)
        for number in (1, 2):
            book = tz.open(str(tmp_path))
            assert found(book) == {A: 1, B: None, C: None, "all": None}
            assert {one.file for one in book.result.unread["hazards"]} == {"raw/乙乡.xlsx", "raw/丙乡.xlsx"}
            assert asked.count("raw/乙乡.xlsx") == number
    assert found(tz.open(str(tmp_path))) == {A: 1, B: 2, C: None, "all": None}
    assert not tz.open(str(tmp_path)).ingest().fresh
