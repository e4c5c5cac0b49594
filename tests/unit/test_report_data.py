"""Rows behind key figures, and facts as files: what is in them, what never is, and the same bytes twice."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from snapshot_maker import make_snapshot

from taizhang.core.periods import parse_period
from taizhang.metadata.facts import load_facts
from taizhang.report.data import write_data
from taizhang.report.rows import list_rowed_facts, remove_rows, write_rows

YEAR = parse_period("2021")
CODES = ["350921101", "350921102"]


def make_facts(**values: tuple[float, float]) -> pd.DataFrame:
    rows = []
    for fact, numbers in values.items():
        name = fact.replace("__", ".")
        for code, value in zip([*CODES, "all"], [*numbers, sum(numbers)], strict=True):
            rows.append(
                (code, {"all": "全县"}.get(code, f"镇{code[-1]}"), "2021", name, value, False, "2022-01-31")
            )
    columns = ["district_code", "district", "period", "fact", "value", "suppressed", "as_of"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def facts() -> pd.DataFrame:
    facts = make_facts(drills__held=(2, 0), complaints__resolution_rate=(90, 80), drills__participants=(5, 0))
    facts.loc[
        facts["district_code"].eq(CODES[0]) & facts["fact"].eq("complaints.resolution_rate"), "suppressed"
    ] = True
    return facts


class Book:
    """What the files ask of a workbook: two districts and three drills."""

    config = SimpleNamespace(
        issuer="",
        name_title=lambda lang: "滨江县",
        ledgers={"drills": 0, "complaints": 0},
        suppress=("complaints", "disputes"),
    )
    districts = pd.DataFrame({"code": CODES, "name": ["镇1", "镇2"]})
    fact_infos = load_facts()

    def as_of(self, period: Any) -> date:
        return date(2022, 1, 31)

    def ledger(self, kind: str) -> pd.DataFrame:
        days = ["2021-03-01", "2021-06-01", "2020-06-01"]
        table = pd.DataFrame({"held_on": pd.to_datetime(days), "name": ["=1+1", "火灾", "旧"]})
        return table.assign(district_code=CODES[0], duplicate=False, source_row=[3, 4, 5])


def test_only_open_key_figures_get_rows(facts: pd.DataFrame) -> None:
    # held is a key figure, participants is none, and complaints are never shown row by row
    assert list_rowed_facts(facts, Book.fact_infos, Book.config) == dict.fromkeys(
        [*CODES, "all"], ("drills.held",)
    )  # type: ignore[arg-type]
    facts.loc[facts["district_code"] == CODES[1], "value"] = float("nan")
    assert CODES[1] not in list_rowed_facts(facts, Book.fact_infos, Book.config)  # type: ignore[arg-type]


def test_rows_are_those_of_the_number_and_run_nothing(tmp_path: Path, facts: pd.DataFrame) -> None:
    wanted = {CODES[0]: ("drills.held",), CODES[1]: ("drills.held",), "all": ("drills.held",)}
    write_rows(make_snapshot(Book(), YEAR, facts), wanted, folder=tmp_path)
    names = sorted(path.name for path in (tmp_path / "rows").iterdir())
    assert names == [f"{code}.drills.held.csv" for code in [*CODES, "all"]]
    first = pd.read_csv(tmp_path / "rows" / names[0])
    assert first["name"].tolist() == ["'=1+1", "火灾"] and first["counted"].all()
    assert pd.read_csv(tmp_path / "rows" / names[1]).empty
    assert (tmp_path / "rows" / names[0]).read_bytes().startswith(b"\xef\xbb\xbf")


def test_rows_that_may_not_be_shown_any_more_are_removed(tmp_path: Path, facts: pd.DataFrame) -> None:
    facts.loc[facts["district_code"] == CODES[1], "value"] = float("nan")
    folder = tmp_path / "rows"
    folder.mkdir()
    kept = [f"{CODES[0]}.drills.held.csv", "mine.csv", "notes.txt"]
    for name in [*kept, f"{CODES[1]}.drills.held.csv", f"{CODES[0]}.complaints.resolution_rate.csv"]:
        (folder / name).write_text("x", encoding="utf-8")
    remove_rows(make_snapshot(Book(), YEAR, facts), folder=tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == sorted(kept)


def write(folder: Path, facts: pd.DataFrame) -> dict[str, bytes]:
    folder.mkdir()
    before = make_facts(drills__held=(1, 3))
    write_data(make_snapshot(Book(), YEAR, facts, before), folder=folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_reported_numbers_are_listed_apart_and_compared_with_nothing(
    tmp_path: Path, facts: pd.DataFrame
) -> None:
    cell = {
        "source_file": "data/raw/季报.xlsx",
        "source_sheet": "Sheet1",
        "source_row": 4,
        "header": "演练次数",
    }
    keys = {"district_code": CODES, "district": ["镇1", "镇2"], "period": "2021", "fact": "drills.held"}
    reported = pd.DataFrame({**keys, "value": [2.0, 0.0], "unit": "count"}).assign(**cell)
    write_data(make_snapshot(Book(), YEAR, facts, reported=reported), folder=tmp_path)
    wide = pd.read_csv(tmp_path / "comparison.csv", dtype={"district_code": str})
    assert wide["drills.held"].isna().tolist() == [True, True, False]
    listed = pd.read_csv(tmp_path / "unverified.csv", dtype={"district_code": str})
    assert listed[["district_code", "value", "source_row", "header"]].to_numpy().tolist() == [
        [CODES[0], 2.0, 4, "演练次数"],
        [CODES[1], 0.0, 4, "演练次数"],
    ]
    assert "未经核实 unverified" in openpyxl.load_workbook(tmp_path / "facts.xlsx").sheetnames
    write_data(make_snapshot(Book(), YEAR, facts), folder=tmp_path)  # nothing is reported any more
    assert not (tmp_path / "unverified.csv").exists()


def test_comparison_facts_and_dictionary(tmp_path: Path, facts: pd.DataFrame) -> None:
    files = write(tmp_path / "a", facts)
    assert list(files) == [
        "comparison.csv", "comparison.xlsx", "dictionary.csv", "facts.csv", "facts.parquet", "facts.xlsx",
    ]  # fmt: skip
    wide = pd.read_csv(tmp_path / "a" / "comparison.csv", dtype={"district_code": str})
    assert wide["district_code"].tolist() == [*CODES, "all"]
    assert wide["drills.held"].tolist() == [2, 0, 2]
    assert wide["complaints.resolution_rate"].isna().tolist() == [True, False, False]  # suppressed
    book = openpyxl.load_workbook(tmp_path / "a" / "comparison.xlsx")
    assert book.sheetnames == ["本期 this period", "上年同期 year before", "数据字典 dictionary", "引用 cite"]
    assert [cell.value for cell in book["上年同期 year before"]["C"]][1:] == [1, 3, 4]
    assert book["本期 this period"]["C1"].value.startswith(load_facts()["drills.held"].title["zh"])
    assert "滨江县：2021年，数据截至2022年1月31日" in book["引用 cite"]["A2"].value
    terms = pd.read_csv(tmp_path / "a" / "dictionary.csv")
    assert terms["fact"].tolist() == ["drills.held", "complaints.resolution_rate", "drills.participants"]
    assert terms["definition_zh"].notna().all() and terms["definition_en"].notna().all()


def test_equal_byte_for_byte(tmp_path: Path, facts: pd.DataFrame) -> None:
    assert write(tmp_path / "a", facts) == write(tmp_path / "b", facts)
