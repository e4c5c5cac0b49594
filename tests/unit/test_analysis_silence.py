"""Months without rows are left out of changes, charts and tests, and told."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import taizhang as tz
from taizhang import figures, narrative
from taizhang.analysis.changes import compare_periods
from taizhang.analysis.hazards import follow_months
from taizhang.analysis.silence import is_silent
from taizhang.analysis.time import chart_hazards, find_span
from taizhang.core.periods import parse_period
from taizhang.workbook.book import Workbook

A, B = "350921101", "350921102"
TOML = """
[workbook]
title = "两乡"
[boundaries]
path = "towns.geojson"
code = "code"
name = "name"
[ledgers.hazards]
files = ["h.csv"]
"""


def make(root: Path, spans: dict[str, list[tuple[str, str]]], every: int = 7) -> Workbook:
    towns = [shapely.box(119 + n / 10, 26, 119.1 + n / 10, 26.1) for n in range(2)]
    gpd.GeoDataFrame({"code": [A, B], "name": ["甲镇", "乙乡"]}, geometry=towns, crs=4326).to_file(
        root / "towns.geojson"
    )
    lines = ["乡镇,发现日期,隐患内容,整改完成日期"]
    for name, parts in spans.items():
        for first, last in parts:
            for day in pd.date_range(first, last, freq=f"{every}D"):
                lines.append(f"{name},{day:%Y-%m-%d},隐患{len(lines)},{day + pd.Timedelta(days=2):%Y-%m-%d}")
    (root / "h.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "workbook.toml").write_text(TOML, encoding="utf-8")
    return tz.open(str(root))


def read(prose: object) -> str:
    return "".join(run.text for block in prose.blocks for run in block.runs) if prose else ""  # type: ignore[attr-defined]


def test_a_ledger_that_ends_in_may(tmp_path: Path) -> None:
    book = make(tmp_path, {"甲镇": [("2019-01-01", "2020-05-26")], "乙乡": [("2019-01-02", "2020-12-31")]})
    view = book.view("甲镇", "2020")
    assert (
        compare_periods(view, "hazards.found") is None and compare_periods(view, "hazards.rectified") is None
    )
    assert (
        compare_periods(view, "hazards.rectification_rate") is not None
    )  # a share of the rows that there are
    trend = follow_months(view)
    assert trend is not None
    counts = trend.counts.sum(axis=1, min_count=1)
    assert counts["2020-05"] == 4 and counts["2020-06":"2020-12"].isna().all()
    charts, span = chart_hazards(view), find_span(view, "hazards")
    # Seventeen months up to May are too few to tell a change from a season.
    assert charts is not None and charts.charts == {} and set(charts.lacking.values()) == {"short"}
    assert span is not None and str(span[1]) == "2020-05-31"
    told = read(narrative.write_hazards(view))
    assert "甲镇的隐患排查治理台账记录止于2020年5月26日。" in told and "请核实" in told
    for word in ("减少", "少于", "明显"):
        assert word not in told + read(narrative.write_summary(view)) + read(narrative.write_findings(view))
    english = read(narrative.write_hazards(book.view("甲镇", "2020", "en")))
    assert "end on 26 May 2020" in english and "please check" in english and "fewer" not in english
    assert figures.plot_hazards_trend(view) and not figures.plot_control(view)
    # The other goes on; of the whole area more than a tenth is missing.
    other, area = book.view("乙乡", "2020"), book.view("all", "2020")
    assert compare_periods(other, "hazards.found") is not None and "止于" not in read(
        narrative.write_hazards(other)
    )
    assert compare_periods(area, "hazards.found") is None and "甲镇的隐患" in read(
        narrative.write_hazards(area)
    )


@pytest.mark.parametrize(
    ("period", "silent"),
    [("2020", True), ("2019", False), ("2020Q1", False), ("2020Q2", True), ("2020-04", False)],
)
def test_periods_that_the_rows_reach(tmp_path: Path, period: str, silent: bool) -> None:
    book = make(tmp_path, {"甲镇": [("2019-01-01", "2020-05-21")]})
    assert is_silent(book.view("甲镇", "2020"), "hazards", parse_period(period)) is silent


def test_a_ledger_that_begins_in_the_year_it_is_compared_with(tmp_path: Path) -> None:
    book = make(tmp_path, {"甲镇": [("2019-08-01", "2020-12-31")]})
    assert compare_periods(book.view("甲镇", "2020"), "hazards.found") is None
    assert "记录始于2019年8月1日" in read(narrative.write_hazards(book.view("甲镇", "2019")))
    assert "始于" not in read(narrative.write_hazards(book.view("甲镇", "2020")))


def test_a_gap_in_the_middle(tmp_path: Path) -> None:
    book = make(tmp_path, {"甲镇": [("2018-01-01", "2020-03-31"), ("2020-08-01", "2020-12-31")]})
    view = book.view("甲镇", "2020")
    assert compare_periods(view, "hazards.found") is None
    trend, charts = follow_months(view), chart_hazards(view)
    assert trend is not None and trend.counts["rectified"]["2020-05":"2020-07"].isna().all()
    assert charts is not None and charts.charts["found"].is_steady
    assert charts.charts["found"].points["value"]["2020-05":"2020-07"].isna().all()
    assert "没有记录" in read(narrative.write_hazards(view))


def test_several_gaps_are_told_in_one_sentence_the_longest_first(tmp_path: Path) -> None:
    """Eight weeks of the winter and fourteen of the summer: each takes a part of the year, together they matter."""
    spans = ("2018-01-01", "2020-01-31"), ("2020-04-01", "2020-06-30"), ("2020-10-07", "2020-12-31")
    book = make(tmp_path, {"甲镇": list(spans)})
    view = book.view("甲镇", "2020")
    assert compare_periods(view, "hazards.found") is None
    told = read(narrative.write_hazards(view))
    # Rows of every seventh day: the last before are of 27 January and 24 June.
    assert (
        "甲镇的隐患排查治理台账从2020年6月25日到10月6日和从2020年1月28日到3月31日没有记录。"
        in told.replace("到2020年", "到")
    )
    assert told.count("没有记录。") == 1
    trend = follow_months(view)
    assert trend is not None
    found = trend.counts.sum(axis=1, min_count=1)
    assert found[["2020-02", "2020-03", "2020-07", "2020-08", "2020-09"]].isna().all()
    assert found[["2020-01", "2020-05", "2020-11"]].notna().all()
    english = read(narrative.write_hazards(book.view("甲镇", "2020", "en")))
    assert "from 25 June 2020 to 6 October 2020 and from 28 January 2020 to 31 March 2020" in english


def test_what_is_rare_or_goes_on_is_as_it_was(tmp_path: Path) -> None:
    book = make(
        tmp_path, {"甲镇": [("2019-01-01", "2020-12-31")], "乙乡": [("2019-01-01", "2020-05-26")]}, every=60
    )
    for district in ("甲镇", "乙乡", "all"):
        view = book.view(district, "2020")
        assert compare_periods(view, "hazards.found") is not None
        assert "止于" not in read(narrative.write_hazards(view))
