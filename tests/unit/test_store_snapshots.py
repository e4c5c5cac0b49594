"""What was known when: snapshots of an ingest, and what they tell years later."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from ingest_book import make_book, make_hazards, write_sheet

import taizhang as tz
from taizhang.store import list_first_seen

_PLAIN = {"a.xlsx": make_hazards("溪口镇", 5, month=8)}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the day of all that follows."""
    return lambda day: monkeypatch.setenv("TAIZHANG_NOW", f"{day}T18:00:00+08:00")


def _make(root: Path) -> Path:
    make_book(root, _PLAIN)
    text = (root / "workbook.toml").read_text("utf-8").replace("as_of = 2021-12-31\n", "")
    (root / "workbook.toml").write_text(text, encoding="utf-8")
    return root


def _count(facts: pd.DataFrame) -> float:
    return float(facts.query("fact == 'hazards.found' and district_code == 'all'")["value"].iloc[0])


def test_four_rows_entered_later_were_not_known_then(tmp_path: Path, clock: Callable[[str], None]) -> None:
    root = _make(tmp_path)
    clock("2021-10-01")
    told = tz.open(str(root), as_of="2021-09-30").facts("2021")
    clock("2021-12-01")
    late = make_hazards("溪南镇", 4, month=8)[1:]
    write_sheet(root / "data" / "raw" / "a.xlsx", [*_PLAIN["a.xlsx"], *late])
    now = tz.open(str(root), as_of="2021-09-30").facts("2021")
    then = tz.open(str(root), as_of="2021-09-30", known_on="2021-10-01").facts("2021")
    assert (_count(told), _count(now), _count(then)) == (5, 9, 5)
    pd.testing.assert_frame_equal(then, told, check_exact=True)
    seen = list_first_seen(tz.open(str(root)).config, "hazards")
    assert seen["first_seen"].dt.date.tolist() == [date(2021, 10, 1)] * 5 + [date(2021, 12, 1)] * 4
    assert seen.loc[5:, "district_code"].tolist() == ["350921102"] * 4
    assert seen["source_row"].tolist() == [*range(2, 11)] and seen["present"].all()
