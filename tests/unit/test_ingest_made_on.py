"""'Made on' is the day of the last ingest that changed anything, by the clock or TAIZHANG_NOW."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import taizhang as tz
from taizhang.core.clock import read_day
from taizhang.core.errors import ParameterError

TOML = """
[workbook]
title = "一镇"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
[ledgers.hazards]
files = ["h.csv"]
"""


def test_the_day_of_the_last_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpd.GeoDataFrame(
        {"code": ["1"], "name": ["甲镇"]}, geometry=[shapely.box(119, 26, 120, 27)], crs=4326
    ).to_file(tmp_path / "towns.geojson")
    ledger = tmp_path / "h.csv"
    ledger.write_text("乡镇,发现日期,隐患内容\n甲镇,2021-01-02,用电\n", encoding="utf-8")
    (tmp_path / "workbook.toml").write_text(TOML, encoding="utf-8")

    def ingest(now: str, *, force: bool = False) -> str:
        monkeypatch.setenv("TAIZHANG_NOW", now)
        return tz.open(str(tmp_path)).ingest(force=force).made_on

    assert ingest("2022-02-01T08:00:00") == "2022-02-01"
    assert ingest("2022-02-03T08:00:00") == "2022-02-01"  # nothing read
    assert ingest("2022-02-04T08:00:00+08:00", force=True) == "2022-02-01"  # read anew with the same outcome
    ledger.write_text("乡镇,发现日期,隐患内容\n甲镇,2021-01-02,用电 \n", encoding="utf-8")
    assert ingest("2022-02-05") == "2022-02-01"  # another file, the same rows
    ledger.write_text("乡镇,发现日期,隐患内容\n甲镇,2021-01-03,用电\n", encoding="utf-8")
    assert ingest("2022-02-06T23:59:59Z") == "2022-02-06"


def test_a_clock_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_NOW", "soon")
    with pytest.raises(ParameterError, match="TAIZHANG_NOW is 'soon'"):
        read_day()
