"""A grid or a crosswalk that can't be read empties what rests on it, and nothing else; it is told everywhere."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from ingest_book import make_book, make_hazards
from shapely import box
from typer.testing import CliRunner

import taizhang as tz
from benchmarks.counties import write_short_templates
from taizhang.analysis.vintages import list_changed
from taizhang.cli import app
from taizhang.narrative import write_grid_check, write_summary
from taizhang.report.review import make_review
from taizhang.workbook.book import Workbook

A, B = "350921101", "350921102"
TOML = """
[workbook]
title = "两乡"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
crosswalk = "changes.csv"
[boundaries.grid]
path = "grid.geojson"
code = "code"
parent = "town"
responsible = "who"
[ledgers.hazards]
files = ["hazards.csv"]
[ledgers.drills]
files = ["drills.csv"]
"""
HAZARDS = f"乡镇,发现日期,隐患内容\n{A},2021-03-01,用电\n350921201,2021-03-02,用电\n{A},2020-03-01,用电\n"
DAMAGES = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:30]),
    "of bytes": lambda path: path.write_bytes(b"PK\x03\x04\xff\xfe\x00 half"),
    "empty": lambda path: path.write_bytes(b""),
    "gone": Path.unlink,
}


def make(root: Path) -> Path:
    towns = [shapely.box(119 + n / 10, 26, 119.1 + n / 10, 26.1) for n in range(2)]
    for name, more in (
        ("towns", {"name": ["甲镇", "乙镇"]}),
        ("grid", {"town": ["甲镇", "乙镇"], "who": ["有", None]}),
    ):
        gpd.GeoDataFrame({"code": [A, B], **more}, geometry=towns, crs=4326).to_file(root / f"{name}.geojson")
    (root / "hazards.csv").write_text(HAZARDS, "utf-8")
    (root / "drills.csv").write_text(f"乡镇,演练日期,演练名称\n{A},2021-05-01,消防\n", "utf-8")
    (root / "changes.csv").write_text(f"old_code,new_code\n350921201,{B}\n", "utf-8")
    (root / "workbook.toml").write_text(TOML, "utf-8")
    return root


def find(book: Workbook, fact: str) -> dict[str, float | None]:
    facts = book.facts("2021")
    values = facts[facts["fact"] == fact].set_index("district_code")["value"]
    return {code: None if pd.isna(value) else value for code, value in values.items()}


WHOLE = {
    "hazards.found": {A: 1, B: 1, "all": 2}, "drills.held": {A: 1, B: 0, "all": 1},
    "grid.cells": {A: 1, B: 1, "all": 2}, "grid.cells_unassigned": {A: 0, B: 1, "all": 1},
    "grid.gap_km2": {A: 0, B: 0, "all": 0}, "grid.responsible": {A: 1, B: 0, "all": 1},
}  # fmt: skip
NONE = {A: None, B: None, "all": None}


def test_nothing_is_lost_that_is_there(tmp_path: Path) -> None:
    book = tz.open(str(make(tmp_path)))
    assert {fact: find(book, fact) for fact in WHOLE} == WHOLE and not book.result.errors


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_lost_grid(tmp_path: Path, damage: object) -> None:
    root = make(tmp_path)
    tz.open(str(root)).ingest()
    damage(root / "grid.geojson")  # type: ignore[operator]
    book = tz.open(str(root))
    emptied = WHOLE | {fact: NONE for fact in WHOLE if fact.startswith("grid.")}
    assert {fact: find(book, fact) for fact in WHOLE} == emptied
    assert book.grid is None and book.grid_problems() is None and len(book.result.errors) == 1
    for lang, said in (("zh", "网格图层未能读取"), ("en", "grid could not be read")):
        view = book.view("all", "2021", lang)
        assert said in str(write_summary(view)) and view.grid is None
        assert ("网格图层未能读取" if lang == "zh" else "could not be read") in str(
            write_grid_check(view, None)
        )
    make(tmp_path)
    assert find(tz.open(str(root)), "grid.cells") == WHOLE["grid.cells"]


@pytest.mark.parametrize("damage", list(DAMAGES.values())[1:], ids=list(DAMAGES)[1:])
def test_a_lost_crosswalk(tmp_path: Path, damage: object) -> None:
    root = make(tmp_path)
    tz.open(str(root)).ingest()
    damage(root / "changes.csv")  # type: ignore[operator]
    book = tz.open(str(root))
    # A row of hazards has a code that nobody knows now; drills have none, and stay as they are.
    assert {fact: find(book, fact) for fact in WHOLE} == WHOLE | {"hazards.found": NONE}
    view = book.view("all", "2021")
    assert view.facts_before.empty and list_changed(view) == {"unknown": ["甲镇", "乙镇"]}
    assert len(book.result.errors) == 1 and book.resolve_district("甲镇") == A
    make(tmp_path)
    assert find(tz.open(str(root)), "hazards.found") == WHOLE["hazards.found"]


@pytest.mark.slow
def test_reports_comparison_index_manifest_and_commands_tell_it(tmp_path: Path) -> None:
    root = make(tmp_path)
    write_short_templates(root)
    for name in ("grid.geojson", "changes.csv"):
        (root / name).write_bytes(b"\xff\xfe half")
    for words in (["check"], ["ingest"], ["facts", "--period", "2021"]):
        done = CliRunner().invoke(app, [*words, "-C", str(root)])
        assert done.exit_code == 1 and all(name in done.output for name in ("grid.geojson", "changes.csv"))
        assert "Traceback" not in done.output
    make_review(tz.open(str(root)), "2021", formats=("html",), jobs=1, progress=lambda _: None)
    folder = root / "reports" / "2021"
    for page in (f"{A}.zh.html", f"{B}.zh.html", "comparison.zh.html", "index.zh.html"):
        text = (folder / page).read_text("utf-8")
        assert "网格图层grid.geojson未能读取" in text and "代码对照表changes.csv未能读取" in text, page
    unread = json.loads((folder / "manifest.json").read_text("utf-8"))["unread"]
    assert {(one["kind"], one["file"]) for one in unread} == {
        ("hazards", "changes.csv"), ("grid", "grid.geojson"), ("crosswalk", "changes.csv"),
    }  # fmt: skip


def test_levels_of_the_grid_that_are_none_of_five_are_told(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇", 2)})
    areas = [box(119 + 0.02 * n, 26, 119.02 + 0.02 * n, 26.1) for n in range(4)]
    levels = ["一级", "2", "六级", "片区"]
    cells = gpd.GeoDataFrame({"code": list("abcd"), "level": levels}, geometry=areas, crs="EPSG:4490")
    cells.to_file(root / "data" / "raw" / "grid.gpkg")
    with (root / "workbook.toml").open("a", encoding="utf-8") as file:
        file.write('[boundaries.grid]\npath = "data/raw/grid.gpkg"\ncode = "code"\nlevel = "level"\n')
    notes = "".join(note.word("zh") for note in tz.open(str(root)).result.notes)
    assert "2个网格的级别不是一级至五级" in notes and "六级" in notes and "片区" in notes
