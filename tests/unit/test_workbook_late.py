"""Late entries of a workbook that was ingested again and again."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from ingest_book import make_book, make_hazards, write_sheet

import taizhang as tz
from taizhang import figures, narrative
from taizhang.narrative import late_entries as words


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the day of all that follows."""
    return lambda day: monkeypatch.setenv("TAIZHANG_NOW", f"{day}T18:00:00+08:00")


def say(view, late, kind: str = "hazards") -> str:
    told = narrative.write_late_entries(view, late, kind)
    return "".join(run.text for block in told.blocks for run in block.runs)


def test_four_late_rows_are_told(tmp_path: Path, clock: Callable[[str], None]) -> None:
    """Handed in on the first of October, and on the first of December with four more rows of August."""
    rows = make_hazards("溪口镇", 5, month=8)
    root = make_book(tmp_path, {"a.xlsx": rows})
    clock("2021-10-01")
    tz.open(str(root)).ingest()
    clock("2021-12-01")
    # One is mended, too, and one is gone.
    rows[1][4] = "重大"
    late_ones = make_hazards("溪南镇", 4, month=8)[1:]
    write_sheet(root / "data" / "raw" / "a.xlsx", [*rows[:-1], *late_ones])
    book = tz.open(str(root))
    view = book.view("all", "2021", "en")
    late = book.late_entries(view)
    table = figures.tabulate_late_entries(view, late)
    assert [cell.text for cell in table.rows[0]] == ["Hazards", "4", "4", "1", "0", "1", "—", "—"]
    triangle = figures.tabulate_reporting_triangle(view, late, "hazards")
    heads = [column.label for column in triangle.columns]
    august = next(row for row in triangle.rows if row[0].text == "August 2021")
    # The five were there at first, a month after August; the four came three months after it.
    assert august[heads.index("Before")].text == "5" and august[heads.index("3")].text == "4"
    assert say(view, late) == (
        "There are 2 snapshots (1 October 2021 to 1 December 2021). An expected final count needs at least 3, over at "
        "least two months."
    )
    assert not figures.plot_final_counts(view, late, "hazards")
    assert not figures.tabulate_delays(view, late, "hazards")
    # What was known in October are the five rows and one snapshot.
    then = tz.open(str(root), known_on="2021-10-01")
    earlier = then.view("all", "2021", "en")
    assert len(then.late_entries(earlier).snapshots) == 1
    assert not figures.tabulate_late_entries(earlier, then.late_entries(earlier))
    # It is told of no kind without rows, and of one alone if asked.
    assert book.late_entries(view, "drills").kinds == {}


def test_months_of_ingests_give_a_forecast(tmp_path: Path, clock: Callable[[str], None]) -> None:
    """Six months, each of six rows in time and two a month late: of the newest, two are still to come."""
    names = ("溪口镇", "溪南镇")
    months = range(1, 8)
    root = make_book(tmp_path, {"a.xlsx": make_hazards(names[0], 6, month=1)})
    for month in months:
        rows = make_hazards(names[0], 0)
        for of in range(1, month + 1):
            rows += make_hazards(names[0], 6, month=of)[1:]
            rows += make_hazards(names[1], 2, month=of)[1:] if of < month else []
        write_sheet(root / "data" / "raw" / "a.xlsx", rows)
        clock(f"2021-{month + 1:02d}-01")
        tz.open(str(root)).ingest()
    book = tz.open(str(root))
    view = book.view("all", "2021", "zh")
    late = book.late_entries(view)
    assert late.snapshots.tolist() == [pd.Timestamp(2021, month + 1, 1, 18) for month in months]
    figure = figures.plot_final_counts(view, late, "hazards")
    newest = figure.data.iloc[-1]
    assert newest["counted"] == 6 and newest["expected"] == pytest.approx(8, abs=1.5)
    assert "2021年7月已录入6行" in figure.alt and "2021年7月已录入6行" in say(view, late)
    assert "不是统计指标" in figure.source
    figure.data.to_parquet(tmp_path / "months.parquet")
    assert not [column for column in figure.data if figure.data[column].dtype == object]
    # None of it is a fact.
    facts = book.facts("2021")
    assert not facts["fact"].str.contains("late_entr|expected|final").any()
    table = figures.tabulate_final_counts(view, late, "hazards")
    assert table.rows[0][1].text == "6" and "至" in table.rows[0][3].text


def test_it_says_what_is_missing(tmp_path: Path, clock: Callable[[str], None]) -> None:
    root = make_book(tmp_path, {"a.xlsx": make_hazards("溪口镇", 5, month=8)})
    clock("2021-10-01")
    book = tz.open(str(root))
    view = book.view("all", "2021", "zh")
    late = book.late_entries(view)
    assert say(view, late).startswith("已有1个快照")
    shown = figures.plot_final_counts(view, late, "hazards")
    assert not shown and "快照太少" in str(shown.text if hasattr(shown, "text") else shown)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (
            (10.0, 50.0, 90.0),
            "about 10.0% are entered by the end of their month, 50.0% a month later and 90.0% after",
        ),
        (
            (float("nan"), 50.0, 90.0),
            "about 50.0% are entered a month after the end of their month and 90.0% after",
        ),
        (
            (float("nan"), float("nan"), 90.0),
            "about 90.0% are entered three months after the end of their month",
        ),
        ((float("nan"),) * 3, "snapshots, 1 February 2021 to 1 April 2021. No more rows"),
    ],
)
def test_only_shares_that_are_known_are_told(known, told, monkeypatch: pytest.MonkeyPatch) -> None:
    """No dash stands in a sentence."""
    days = pd.to_datetime(["2021-02-01", "2021-04-01"])
    found = SimpleNamespace(delays=SimpleNamespace(late=pd.Series([3])))
    late = SimpleNamespace(lack="", snapshots=days, get=lambda kind: found)
    view = SimpleNamespace(lang="en", kinds={}, district="all")
    shares = pd.DataFrame([known], columns=[0, 1, 3])
    final = pd.DataFrame(
        {"counted": [5], "high": [5], "expected": [5.0], "low": [5]},
        index=pd.PeriodIndex(["2021-01"], freq="M"),
    )
    monkeypatch.setattr(words, "list_delays", lambda *_: shares)
    monkeypatch.setattr(words, "forecast_final", lambda *_: final)
    assert told in say(view, late) and "—" not in say(view, late)
