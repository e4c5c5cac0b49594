"""Real disaster events and province polygons, by the workbook.toml that docs/other-countries.md shows."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from taizhang import open as open_workbook
from taizhang.workbook import Workbook

FILES = ("disasters_events_provinces.csv", "phildis_provinces.geojson")


@pytest.fixture(scope="module")
def book(root: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    folder = tmp_path_factory.mktemp("phildis") / "灾情 of provinces"
    (folder / "data" / "raw").mkdir(parents=True)
    for name in FILES:
        if not (shared_data / "phildis" / name).is_file():
            pytest.skip("no phildis data beside the repository")
        shutil.copy(shared_data / "phildis" / name, folder / "data" / "raw")
    page = (root / "docs" / "other-countries.md").read_text("utf-8")
    settings = re.search(r"```toml\n(.*?)```", page, re.S)
    assert settings is not None
    assert len(settings[1].splitlines()) < 30
    (folder / "workbook.toml").write_text(settings[1], "utf-8")
    return open_workbook(str(folder))


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "phildis" / FILES[0], dtype="str", keep_default_na=False)


def test_every_row_is_accepted_or_set_aside(book: Workbook, raw: pd.DataFrame) -> None:
    result = book.ingest()
    summary = result.summaries[0]
    assert result.errors == ()
    assert summary.read == len(raw) == summary.accepted + summary.set_aside == 1156
    aside = pd.read_csv(book.root / "data/processed/set_aside.csv", dtype="str", encoding="utf-8-sig")
    rows = aside[aside["scope"] == "row"]
    told = set(rows["source_row"].astype(int)) | set(book.ledger("losses")["source_row"])
    assert told == set(range(2, 1158)) and len(rows) == summary.set_aside


def test_codes_on_no_polygon_are_set_aside_and_named(book: Workbook, raw: pd.DataFrame) -> None:
    book.ingest()
    known = set(book.districts["code"])
    dated = raw[raw["date_start"].str.fullmatch(r"\d{4}-\d\d-\d\d")]
    unknown = set(dated["ph_psgc"]) - known
    aside = pd.read_csv(book.root / "data/processed/set_aside.csv", dtype="str", encoding="utf-8-sig")
    own = aside[aside["column"] == "district"]
    assert unknown and set(own["value"]) == unknown
    assert all(value in reason for value, reason in zip(own["value"], own["reason"], strict=True))


def test_totals_per_province_are_those_of_plain_pandas(book: Workbook, raw: pd.DataFrame) -> None:
    rows = raw[
        raw["date_start"].str.fullmatch(r"\d{4}-\d\d-\d\d") & raw["ph_psgc"].isin(book.districts["code"])
    ]
    numbers = rows.assign(affected=pd.to_numeric(rows["affected_persons"], errors="coerce"))
    wanted = numbers.groupby("ph_psgc")["affected"].agg(["size", "sum"])
    got = book.ledger("losses").groupby("district_code")["affected"].agg(["size", "sum"])
    assert got["size"].to_dict() == wanted["size"].to_dict()
    assert got["sum"].astype(float).to_dict() == wanted["sum"].to_dict()
    years = numbers["date_start"].str[:4]
    for year in ("2013", "2014"):
        facts = book.facts(year)
        own = facts[facts["fact"] == "losses.affected"].set_index("district_code")["value"]
        sums = numbers[years == year].groupby("ph_psgc")["affected"].sum()
        assert own.drop("all")[own.drop("all") > 0].to_dict() == sums[sums > 0].to_dict()
        assert own["all"] == sums.sum() > 0
