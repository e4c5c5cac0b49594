"""The command that recounts a workbook's facts: no difference where there is none, and any one told."""

from datetime import date
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

import taizhang
from benchmarks import recount
from benchmarks.recount import NUMBERS, Reading, compare, find_year, list_readings
from taizhang.core.periods import parse_period
from taizhang.workbook.book import Workbook

YEAR = Reading(parse_period("2021"), date(2021, 12, 31))


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    rows = make_hazards("溪口镇") + make_hazards("溪南镇", 2, month=7)[1:]
    found = taizhang.open(str(make_book(tmp_path / "book", {"a.xlsx": rows})))
    found.ingest()
    return found


def test_what_is_compared_and_what_differs(book: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    facts, numbers, filled, wrong = compare(book, YEAR)
    assert (
        wrong == [] and numbers > filled > 0 and numbers == facts * 4 * len(NUMBERS)
    )  # three districts and all
    right = recount.reckon

    def reckon(look: recount.Look, fact: str, code: str) -> tuple[float, ...]:
        value, *rest = right(look, fact, code)
        return (value + (fact == "hazards.found" and code == "350921102"), *rest)

    monkeypatch.setattr(recount, "reckon", reckon)
    assert compare(book, YEAR)[3] == ["hazards.found 350921102 value: 2, recounted 3"]


def test_the_sets_of_a_workbook(book: Workbook) -> None:
    assert find_year(book) == 2021
    told = [(one.label, one.as_of) for one in list_readings(2021, None)]
    assert told == [
        ("2021", date(2021, 12, 31)),
        ("2021Q3", date(2021, 9, 30)),
        ("2021-07", date(2021, 7, 31)),
        ("2021 as asked", date(2021, 6, 30)),
    ]
