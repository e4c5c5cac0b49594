"""Status: who handed in what and when, what is doubtful, returned and mended, the score, and the reminders."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from ingest_book import correct, make_book, make_hazards, write_sheet

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.report import routine
from taizhang.report.index import _word_handed
from taizhang.report.pages import page_words
from taizhang.returns import Status, describe_missing, format_status, make_returns, read_status, tell_handed
from taizhang.workbook.book import Workbook

SPAN = parse_period("2021-02-01/2021-03-31")
FIRST, SECOND, THIRD = "350921101", "350921102", "350921103"


@pytest.fixture(autouse=True)
def language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_LANG", "zh")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """溪口镇 and 溪南镇 hand in February on 5 March and March on 6 April; 白鹭镇 only February."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAIZHANG_LANG", "zh")
        patch.setenv("TAIZHANG_NOW", "2021-03-05T09:00:00+08:00")
        february = {
            f"2-{n}.xlsx": make_hazards(town, 4, month=2)
            for n, town in enumerate(("溪口镇", "溪南镇", "白鹭镇"))
        }
        february["2-1.xlsx"][2][4] = "较重"  # a cell set aside
        february["2-1.xlsx"][3][2] = "待定"  # a row without a day
        root = make_book(tmp_path_factory.mktemp("status") / "book", february)
        open_workbook(str(root)).ingest()
        patch.setenv("TAIZHANG_NOW", "2021-04-06T09:00:00+08:00")
        march = make_hazards("溪口镇", 2, month=3)
        march[1][4] = "较轻"
        write_sheet(root / "data" / "raw" / "3-0.xlsx", march)
        write_sheet(root / "data" / "raw" / "3-1.xlsx", make_hazards("溪南镇", 3, month=3))
        open_workbook(str(root)).ingest()
        make_returns(open_workbook(str(root)), SPAN)
        correct(root, "data/raw/3-0.xlsx,,2,隐患等级,较轻,一般,王,核实")
        one = open_workbook(str(root))
        one.ingest()
        return one


@pytest.fixture(scope="module")
def status(book: Workbook) -> Status:
    return read_status(book, SPAN)


def tell(status: Status, period: str) -> dict[str, tuple[object, ...]]:
    rows = status.rows[status.rows["period"] == period].set_index("district_code")
    columns = ["handed_in", "read", "set_aside", "doubtful", "returned", "mended", "score"]
    return {str(code): tuple(row) for code, row in rows[columns].iterrows()}


def test_each_district_of_the_period_and_of_each_month(status: Status) -> None:
    assert tell(status, SPAN.text) == {
        FIRST: ("2021-03-05", 6, 0, 0, 1, 1, 100.0),
        # Of seven rows one is set aside and one has a doubtful cell: 5 / 7.
        SECOND: ("2021-03-05", 7, 1, 1, 2, 0, pytest.approx(100 * 5 / 7)),
        THIRD: ("2021-03-05", 4, 0, 0, 0, 0, 100.0),
    }
    march = tell(status, "2021-03")
    assert march[FIRST][:2] == ("2021-04-06", 2) and march[FIRST][5] == 1
    # The row without a day counts in each month until it is mended: three of four.
    assert march[SECOND] == ("2021-04-06", 4, 1, 0, 0, 0, 75.0)
    assert march[THIRD][:2] == ("", 0) and march[THIRD][-1] != march[THIRD][-1]


def test_who_is_to_be_reminded(status: Status) -> None:
    assert status.missing.to_dict("records") == [
        {"district_code": THIRD, "district": "白鹭镇", "kind": "hazards", "period": "2021-03"}
    ]
    assert list(map(str, describe_missing(status, "zh"))) == ["催报：白鹭镇还没有报隐患排查治理（2021年3月）"]


def test_the_index_tells_each_district_from_the_tables_alone(book: Workbook) -> None:
    handed = {one.code: one for one in tell_handed(book, SPAN)}
    assert list(handed) == [FIRST, SECOND, THIRD]
    second, third = handed[SECOND], handed[THIRD]
    assert (second.read, second.set_aside, second.doubtful, second.score) == (7, 1, 1, pytest.approx(500 / 7))
    assert [(one.kind.name, one.months) for one in third.missing] == [("hazards", ("2021-03",))]
    shown = SimpleNamespace(tell_handed=lambda: tuple(handed.values()), period=SPAN)
    lines = _word_handed(shown, {SECOND: "溪南镇"}, page_words("zh"), "zh")  # type: ignore[arg-type]
    assert lines[0]["name"] == "溪南镇" and lines[0]["score"] == "71.4"  # the lowest first
    assert lines[2]["missing"] == "隐患排查治理（3月）"


def test_the_three_forms(status: Status) -> None:
    shown = format_status(status, "table", "zh")
    assert len(shown.splitlines()) == 4 and "71.4" in shown and "溪南镇" in shown
    rows = list(csv.DictReader(io.StringIO(format_status(status, "csv", "zh").lstrip("\ufeff"))))
    assert len(rows) == 9 and rows[0]["period"] == SPAN.text and rows[0]["score"] == "100.0"
    told = json.loads(format_status(status, "json", "zh"))
    assert told["missing"][0]["district_code"] == THIRD
    assert told["ledgers"][-1]["handed_in"] is None and told["ledgers"][-1]["score"] is None


def test_a_step_of_the_routine(book: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_NOW", "2021-04-06T09:00:00+08:00")
    (book.root / "workbook.toml").open("a", encoding="utf-8").write(
        '\n[routine]\nsteps = ["ingest", "status"]\n'
    )
    said: list[object] = []
    assert routine.run_routine(Workbook(book.root), said.append) == 0
    assert list(map(str, said)) == [
        "2021-04-06 09:00 例行任务完成：读到17行，采信16行，搁置1行；2021-03报来2份台账，催报1份",
        "  2021-03报送情况：催报：白鹭镇还没有报隐患排查治理（2021年3月）",
    ]


def test_without_any_row(tmp_path: Path) -> None:
    one = open_workbook(str(make_book(tmp_path / "book", {"a.xlsx": make_hazards("溪口镇", 1)})))
    one.ingest()
    found = read_status(one, parse_period("2020-03"))
    assert len(found.whole) == 3 and found.whole["read"].sum() == 0 and found.missing.empty
    assert format_status(found, "table", "zh") == ""
