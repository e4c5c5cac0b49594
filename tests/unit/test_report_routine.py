"""The routine: its steps in order, one record a run, one run at a time, and what a kill leaves behind."""

import json
from pathlib import Path
from typing import Any

import pytest
from ingest_book import make_book, make_hazards

from taizhang.core.errors import BusyError, ParameterError, RenderError
from taizhang.core.locks import hold_lock
from taizhang.report import routine
from taizhang.report.review import ReviewResult
from taizhang.settings.workbook import CACHE
from taizhang.workbook.book import Workbook

NOW = "2022-02-03T06:00:00+08:00"
SETTINGS = '[routine]\nsteps = ["ingest", "review"]\nperiods = ["month", "quarter"]\nlang = ["zh", "en"]\n'


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_NOW", NOW)
    monkeypatch.setenv("TAIZHANG_LANG", "zh")


@pytest.fixture
def reviews(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The reviews asked for: period and language."""
    asked: list[tuple[str, str]] = []

    def review(book: Workbook, period: str, *, lang: str, **_: Any) -> ReviewResult:
        asked.append((period, lang))
        failed = ["350921102.zh"] if (period, lang) == ("2021Q4", "zh") else []
        return ReviewResult({}, ["350921101.zh"], [], failed, Path("reports") / period)  # type: ignore[arg-type]

    monkeypatch.setattr(routine, "make_review", review)
    return asked


def make(root: Path, more: str = SETTINGS, rows: list[list[object]] | None = None) -> Workbook:
    return Workbook(make_book(root, {"溪口镇.xlsx": rows or make_hazards("溪口镇")}, more=more))


def read_record(book: Workbook) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (book.config.processed / routine.RECORD).read_text("utf-8").splitlines()
    ]


def test_steps_are_done_in_order_and_recorded(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    book, said = make(tmp_path / "book"), []
    assert routine.run_routine(book, said.append) == 1
    assert reviews == [("2022-01", "zh"), ("2022-01", "en"), ("2021Q4", "zh"), ("2021Q4", "en")]
    (run,) = read_record(book)
    assert (run["start"], run["end"], run["exit"], run["cut"]) == (NOW, NOW, 1, False)
    assert [(one["step"], one["period"], one["exit"]) for one in run["steps"]] == [
        ("ingest", "", 0),
        ("review", "2022-01", 0),
        ("review", "2022-01", 0),
        ("review", "2021Q4", 1),
        ("review", "2021Q4", 0),
    ]
    assert run["steps"][0]["counts"] == {"read": 3, "accepted": 3, "set_aside": 0}
    assert run["steps"][3]["counts"] == {"made": 1, "unchanged": 0, "failed": 1}
    assert not (book.config.cache / routine.RUNNING).exists()
    first, second = map(str, said)
    assert first.startswith(
        "2022-02-03 06:00 例行任务有问题，见下：读到3行，采信3行，搁置0行；2022-01报告新做1份"
    )
    assert second.startswith("  2021Q4报告：没有做成的报告有1份（350921102.zh）")


def test_all_well_is_one_line(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    book, said = make(tmp_path / "book", '[routine]\nsteps = ["ingest", "check"]\n'), []
    assert routine.run_routine(book, said.append) == 0
    assert list(map(str, said)) == ["2022-02-03 06:00 例行任务完成：读到3行，采信3行，搁置0行；待定0项"]
    assert reviews == []


def test_what_rests_on_a_failed_step_is_left_out(
    tmp_path: Path, reviews: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, said = make(tmp_path / "book"), []

    def fail(*_: Any) -> Any:
        raise RenderError("cli.file", file="甲.xlsx", why="电话13912345678")

    monkeypatch.setitem(routine._STEPS, "ingest", fail)
    assert routine.run_routine(book, said.append) == 1
    (run,) = read_record(book)
    assert [one["exit"] for one in run["steps"]] == [1, None, None, None, None] and reviews == []
    assert run["steps"][1]["messages"] == ["没有做，因为读入台账没有做成"]
    assert "13912345678" not in json.dumps(run) and not any("13912345678" in str(line) for line in said)


def test_a_ledger_that_cannot_be_read_stops_no_review(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    book = make(tmp_path / "book", "[routine]\n")
    (book.root / "data" / "raw" / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert routine.run_routine(book, lambda _: None) == 1
    (run,) = read_record(book)
    assert [(one["exit"], one["failed"]) for one in run["steps"]] == [(1, False), (0, False), (0, False)]
    assert reviews == [("2022-01", "zh")] and "坏.xlsx" in run["steps"][0]["messages"][0]


def test_two_at_once_never_run(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    book = make(tmp_path / "book")
    with hold_lock(book.root / CACHE / "locks" / "routine"), pytest.raises(BusyError) as refused:
        routine.run_routine(book, lambda _: None)
    assert "正在做，这一次不做" in str(refused.value) and "从20" in str(refused.value)
    assert not (book.config.processed / routine.RECORD).exists() and reviews == []
    assert routine.run_routine(book, lambda _: None) == 1  # the lock has gone with its holder


def test_a_run_that_was_killed_is_entered_once_as_cut_off(
    tmp_path: Path, reviews: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, said = make(tmp_path / "book"), []
    routine.run_routine(book, said.append)
    record = book.config.processed / routine.RECORD

    def kill(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setenv("TAIZHANG_NOW", "2022-02-04T06:00:00+08:00")
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setitem(routine._STEPS, "review", kill)
        routine.run_routine(book, said.append)
    with record.open("ab") as stream:
        stream.write(b'{"version": "0.1.0", "sta')  # the beginning of its line
    monkeypatch.setenv("TAIZHANG_NOW", "2022-02-05T06:00:00+08:00")
    said.clear()
    routine.run_routine(book, said.append)
    runs = read_record(book)
    assert [(run["start"][:10], run["cut"], run["exit"]) for run in runs] == [
        ("2022-02-03", False, 1),
        ("2022-02-04", True, None),
        ("2022-02-05", False, 1),
    ]
    assert [one["step"] for one in runs[1]["steps"]] == ["ingest"] and runs[1]["end"] is None
    assert str(said[0]) == "2022-02-04T06:00:00+08:00开始的那一次没有做完就中断了，已记下"


def test_a_run_killed_after_its_line_is_not_entered_again(
    tmp_path: Path, reviews: list[tuple[str, str]]
) -> None:
    book = make(tmp_path / "book")
    routine.run_routine(book, lambda _: None)
    (run,) = read_record(book)
    (book.config.cache / routine.RUNNING).write_text(json.dumps({**run, "end": None, "exit": None}), "utf-8")
    routine.run_routine(book, lambda _: None)
    assert [one["cut"] for one in read_record(book)] == [False, False]


def test_a_damaged_record_stops_no_later_run(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    book = make(tmp_path / "book")
    routine.run_routine(book, lambda _: None)
    record, running = book.config.processed / routine.RECORD, book.config.cache / routine.RUNNING
    whole = record.read_bytes()
    for data in (b"[]", b'{"start": 3}', b"\xff\x00", b""):
        running.write_bytes(data)
        record.write_bytes(whole + data + b"\n")
        assert routine.run_routine(book, lambda _: None) == 1
        assert not running.exists() and record.read_bytes().startswith(whole + data + b"\n{")


def test_a_dry_run_writes_nothing(tmp_path: Path, reviews: list[tuple[str, str]]) -> None:
    book = make(tmp_path / "book")
    before = sorted(path for path in book.root.rglob("*"))
    lines = [str(line) for line in routine.describe_routine(book)]
    assert lines == [
        "2022-02-03 06:00，将依次：",
        "  读入台账",
        "  2022-01报告（zh，html、pdf）",
        "  2022-01报告（en，html、pdf）",
        "  2021Q4报告（zh，html、pdf）",
        "  2021Q4报告（en，html、pdf）",
    ]
    assert sorted(path for path in book.root.rglob("*")) == before and reviews == []
    routine.run_routine(book, lambda _: None)
    assert str(routine.describe_routine(book)[-1]) == f"上一次：{NOW}开始，退出码1"


@pytest.mark.parametrize(
    ("day", "scale", "period"),
    [
        ("2022-01-01", "month", "2021-12"),
        ("2022-03-31", "month", "2022-02"),
        ("2022-04-01", "quarter", "2022Q1"),
        ("2022-03-31", "quarter", "2021Q4"),
        ("2022-06-30", "half", "2021H2"),
        ("2022-07-01", "half", "2022H1"),
        ("2022-12-31", "year", "2021"),
    ],
)
def test_the_last_period_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str, scale: str, period: str
) -> None:
    monkeypatch.setenv("TAIZHANG_NOW", day)
    book = make(tmp_path / "book", f'[routine]\nsteps = ["review"]\nperiods = "{scale}"\n')
    assert [(one.period, one.lang) for one in routine.list_steps(book)] == [(period, "zh")]


@pytest.mark.parametrize(
    ("lines", "near"),
    [
        ('steps = ["ingst"]', "ingest"),
        ('periods = ["months"]', "month"),
        ('to = ["pfd"]', "pdf"),
        ('lang = "cn"', "cn"),
        ("step = 1", "steps"),
    ],
)
def test_unknown_names_are_errors_that_name_the_nearest(tmp_path: Path, lines: str, near: str) -> None:
    with pytest.raises(ParameterError, match=near):
        make(tmp_path / "book", f"[routine]\n{lines}\n")
