"""What was known when: snapshots of an ingest, and what they tell years later."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from faults import failing
from ingest_book import make_book, make_hazards, write_sheet

import taizhang as tz
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.ingest.snapshots import prune_store
from taizhang.store import list_first_seen, list_snapshots, snapshots
from taizhang.store.log import LOG
from taizhang.workbook.book import Workbook
from taizhang.workbook.changes import compare_snapshots

_PLAIN = {"a.xlsx": make_hazards("溪口镇", 5, month=8)}
_TOWNS = ("溪口镇", "溪南镇", "白鹭镇")
_HEAD = [
    "隐患编号", "所属乡镇", "发现日期", "单位名称", "隐患描述", "隐患类别", "隐患等级", "整改期限", "整改完成日期",
    "备注",
]  # fmt: skip


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Sets the day of all that follows."""
    return lambda day: monkeypatch.setenv("TAIZHANG_NOW", f"{day}T18:00:00+08:00")


def _make(root: Path, files: dict[str, Any] = _PLAIN) -> Path:
    make_book(root, files)
    text = (root / "workbook.toml").read_text("utf-8").replace("as_of = 2021-12-31\n", "")
    (root / "workbook.toml").write_text(text, encoding="utf-8")
    return root


def _count(facts: pd.DataFrame) -> float:
    return float(facts.query("fact == 'hazards.found' and district_code == 'all'")["value"].iloc[0])


def _size(root: Path) -> int:
    return sum(path.stat().st_size for path in (root / "data" / "store").iterdir())


def test_four_rows_entered_later_were_not_known_then(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root = _make(tmp_path)
    clock("2021-10-01")
    told = tz.open(str(root), as_of="2021-09-30").facts("2021")
    clock("2021-12-01")
    late = make_hazards("溪南镇", 4, month=8)[1:]
    write_sheet(root / "data" / "raw" / "a.xlsx", [*_PLAIN["a.xlsx"], *late])
    now = tz.open(str(root), as_of="2021-09-30").facts("2021")
    book = tz.open(str(root), as_of="2021-09-30", known_on="2021-10-01")
    then = book.facts("2021")
    assert (_count(told), _count(now), _count(then)) == (5, 9, 5)
    pd.testing.assert_frame_equal(then, told, check_exact=True)
    assert book.trace("hazards.found", "2021", "all")["source_row"].tolist() == [2, 3, 4, 5, 6]
    assert book.reports_dir(parse_period("2021")).name == "2021@asof-2021-09-30@known-2021-10-01"
    seen = list_first_seen(book.config, "hazards")
    assert seen["first_seen"].dt.date.tolist() == [date(2021, 10, 1)] * 5 + [date(2021, 12, 1)] * 4
    assert seen.loc[5:, "district_code"].tolist() == ["350921102"] * 4
    assert seen["source_row"].tolist() == [*range(2, 11)] and seen["present"].all()


def test_days_without_a_snapshot_are_told(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root = _make(tmp_path)
    with pytest.raises(ParameterError, match="taizhang ingest"):
        Workbook.find(str(root), known_on=date(2021, 10, 1))
    clock("2021-10-01")
    Workbook.find(str(root)).ingest()
    with pytest.raises(ParameterError, match="2021-10-01"):
        Workbook.find(str(root), known_on=date(2021, 9, 30))
    assert Workbook.find(str(root), known_on=date(2021, 10, 1)).known is None  # all that is known, and today
    clock("2021-10-02")
    assert Workbook.find(str(root), known_on=date(2021, 10, 1)).known is not None


def test_a_wrong_clock_spoils_no_other_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _make(tmp_path)

    def ingest(rows: int, moment: str) -> None:
        monkeypatch.setenv("TAIZHANG_NOW", moment)
        write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", rows, month=8))
        Workbook(root).ingest()

    def count(day: str) -> int:
        return len(Workbook.find(str(root), known_on=date.fromisoformat(day)).ledger("hazards"))

    ingest(5, "2021-10-01T18:00:00+08:00")
    ingest(6, "2021-10-05T18:00:00")  # without a zone: this machine's
    ingest(7, "2021-09-03T18:00:00+08:00")  # the battery was empty
    assert count("2021-09-03") == 7  # as far as the clock can tell, today
    ingest(8, "2021-10-09T18:00:00+08:00")
    ingest(9, "2030-01-01T18:00:00+08:00")
    ingest(10, "2021-10-20T18:00:00+08:00")
    assert [count(f"2021-10-{day:02d}") for day in (1, 4, 5, 8, 9, 19, 20)] == [5, 5, 6, 6, 8, 8, 10]
    with pytest.raises(ParameterError, match="2021-10-01"):
        count("2021-09-30")
    config = Workbook(root).config
    seen = list_first_seen(config, "hazards")
    assert seen["first_seen"].dt.day.tolist() == [1] * 5 + [5, 5, 9, 9, 20]
    second = list_snapshots(config)[1]
    assert len(list_first_seen(config, "hazards", until=second.id)) == 6
    late = tz.open(str(root), known_on="2021-10-09").late_entries(tz.open(str(root)).view("all", "2021"))
    assert late.snapshots.strftime("%m-%d").tolist() == ["10-01", "10-05", "10-09"]
    monkeypatch.setenv("TAIZHANG_NOW", "2022-03-01T18:00:00+08:00")
    assert prune_store(config) == (
        3 + 1,
        2,
    )  # of October the last; of 2030, too, as that is within three months
    with pytest.raises(ParameterError, match="2021-10-05"):
        count("2021-10-08")


def test_files_of_others_stay_in_the_store(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root = _make(tmp_path)
    own, left = (
        root / "data" / "store" / name for name in ("mine.parquet", "hazards-0123456789abcdef.parquet")
    )
    own.parent.mkdir()
    own.write_bytes(b"somebody's own")
    clock("2021-10-01")
    Workbook(root).ingest()
    left.write_bytes(b"of a killed run")
    clock("2021-10-02")
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 6, month=8))
    Workbook(root).ingest()
    assert own.exists() and not left.exists() and len(list_snapshots(Workbook(root).config)) == 2


def test_what_changes_nothing_writes_nothing(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root = _make(tmp_path)
    clock("2021-10-01")
    Workbook(root).ingest()
    before = {path.name: path.stat().st_mtime_ns for path in (root / "data" / "store").iterdir()}
    clock("2021-10-02")
    Workbook(root).ingest()
    write_sheet(root / "data" / "raw" / "a.xlsx", _PLAIN["a.xlsx"])  # saved again, and no word changed
    Workbook(root).ingest()
    Workbook(root).ingest(force=True)
    assert {path.name: path.stat().st_mtime_ns for path in (root / "data" / "store").iterdir()} == before


def test_settings_and_own_facts_are_those_of_then(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root = _make(tmp_path)
    clock("2021-10-01")
    first = Workbook(root)
    told = first.facts("2021")
    clock("2021-11-01")
    with (root / "workbook.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[targets]]\nindicator = "hazards.found"\ndistrict = "*"\nperiod = "2021"\nat_least = 2\n'
        )
    assert len(Workbook(root).facts("2021")) > len(told)
    (root / "risk.toml").write_text("# ours\n", encoding="utf-8")
    clock("2021-11-02")
    Workbook(root).ingest()
    assert [one.day.day for one in list_snapshots(first.config)] == [1, 1, 2]
    then = Workbook.find(str(root), known_on=date(2021, 10, 31))
    pd.testing.assert_frame_equal(then.facts("2021"), told, check_exact=True)
    assert not (then.config.source / "risk.toml").exists()


class _Months:
    """A ledger kept by three towns: each month new rows, late ones, corrections, removals, and files sorted anew."""

    def __init__(self, root: Path, rows: int, *, seed: int = 1) -> None:
        self.root, self.rows, self.rng, self.number = root, rows, random.Random(seed), 0
        self.files: dict[str, list[list[str]]] = {town: [] for town in _TOWNS}
        self.told: dict[date, pd.DataFrame] = {}

    def run(self, months: int, set_clock: Callable[[object], None]) -> None:
        for month in range(months):
            start = date(2020 + month // 12, month % 12 + 1, 1)
            for town, rows in self.files.items():
                self._change(town, rows, month, start)
            day = start + timedelta(days=31)
            set_clock(day)
            files = {f"{town}.xlsx": [_HEAD, *rows] for town, rows in self.files.items()}
            if month:
                for name, rows in files.items():
                    write_sheet(self.root / "data" / "raw" / name, rows)
            else:
                _make(self.root, files)
            self.told[day] = Workbook(self.root).facts(str(start.year))

    def _change(self, town: str, rows: list[list[str]], month: int, start: date) -> None:
        rng = self.rng
        if month:
            for _ in range(max(1, self.rows // 20)):
                rows.insert(
                    rng.randrange(len(rows)), self._make_row(town, start - timedelta(rng.randrange(9, 80)))
                )
                corrected = rng.choice(rows)
                corrected[rng.choice([3, 8])] = rng.choice(["永兴商店", start.isoformat(), ""])
            if month % 3 == 0:
                rows.pop(rng.randrange(len(rows)))
            if month % 6 == 4:
                rows.sort(key=lambda row: row[5])
            if month % 12 == 7:
                rng.shuffle(rows)
        rows += [self._make_row(town, start + timedelta(at * 28 // self.rows)) for at in range(self.rows)]

    def _make_row(self, town: str, day: date) -> list[str]:
        self.number += 1
        rng = self.rng
        what = rng.choice(["电线老化", "通道堵塞", "灭火器过期", "护栏松动", "标识缺失"])
        where = rng.choice(["一楼", "二楼", "仓库", "厨房"])
        done = (day + timedelta(rng.randrange(40))).isoformat() if rng.random() < 0.7 else ""
        found = day.isoformat() if rng.random() < 0.97 else "不详"
        return [
            f"YH{self.number:05d}", town, found,
            f"{rng.choice('永兴隆昌')}{rng.choice('达通顺发')}商店{rng.randrange(400)}",
            f"{where}第{rng.randrange(900)}处{what}，{rng.randrange(30)}日内整改", rng.choice(["消防安全", "用电安全"]),
            rng.choice(["一般", "重大"]), (day + timedelta(15)).isoformat(), done, "",
        ]  # fmt: skip

    def check(self) -> None:
        """What was known then is what was told then, to the last bit."""
        for day, told in self.told.items():
            year = str((day - timedelta(days=31)).year)
            then = Workbook.find(str(self.root), known_on=day)
            pd.testing.assert_frame_equal(then.facts(year), told, check_exact=True)

    def measure(self) -> float:
        """How many times its newest state, stored alone, the store takes."""
        size, store = _size(self.root), self.root / "data" / "store"
        store.rename(self.root / "data" / "aside")
        Workbook(self.root).ingest(force=True)
        alone = _size(self.root)
        shutil.rmtree(store)
        (self.root / "data" / "aside").rename(store)
        return size / alone


def test_months_are_told_as_they_were(tmp_path: Path, clock: Callable[[object], None]) -> None:
    months = _Months(tmp_path, 8)
    months.run(5, clock)
    clock("2026-01-01")
    months.check()
    config = Workbook(tmp_path).config
    held = list_first_seen(config, "hazards")
    assert held["present"].sum() == len(Workbook(tmp_path).ledger("hazards"))
    assert prune_store(config) == (0, 5)  # of each month the last
    clock("2020-03-02")
    Workbook(tmp_path).ingest()


@pytest.mark.long
@pytest.mark.parametrize("rows", [8, 30])  # a month and town: 606 rows in the end, 2,178
def test_two_years_are_told_as_they_were_in_little_more_room(
    tmp_path: Path, clock: Callable[[object], None], rows: int
) -> None:
    months = _Months(tmp_path, rows)
    months.run(24, clock)
    clock("2026-01-01")
    months.check()
    assert months.measure() <= 1.3


def test_rows_that_changed_are_told_from_new_ones(tmp_path: Path, clock: Callable[[object], None]) -> None:
    head, *rows = (list(row) for row in _PLAIN["a.xlsx"])
    head[0], numbers = "隐患编号", [f"YH{row[0]}" for row in rows]
    for row, number in zip(rows, numbers, strict=True):
        row[0] = number
    root = _make(tmp_path, {"a.xlsx": [head, *rows]})
    clock("2021-10-01")
    book = Workbook(root)
    book.ingest()
    rows[0][3] = "隐患一"  # said in another way
    rows[1][2] = "2021-08-22"  # another day
    rows[2][1] = "溪南镇"  # another district
    added = ["YH9", "白鹭镇", "2021-08-30", "消防通道堵塞", "一般", "", ""]
    clock("2021-11-01")
    write_sheet(
        root / "data" / "raw" / "a.xlsx", [head, added, *rows[4::-1][1:]]
    )  # the fifth is gone, order turned
    Workbook(root).ingest()
    first, second = (one.id for one in list_snapshots(book.config))
    found = compare_snapshots(book.config, first, second, book.kinds["hazards"])
    told = found.astype(object).where(found.notna(), None)[
        ["change", "columns", "source_row_before", "source_row"]
    ]
    # Of the file's rows 2 to 6 the fourth only stands elsewhere.
    assert sorted(map(tuple, told.to_numpy().tolist()), key=str) == sorted(
        [
            ("changed", "description", 2, 6),
            ("moved", "found_on", 3, 5),
            ("moved", "district_code,district", 4, 4),
            ("removed", "", 6, None),
            ("new", "", None, 2),
        ],
        key=str,
    )


def test_old_snapshots_thin_out_and_the_others_stay(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root, raw = _make(tmp_path), tmp_path / "data" / "raw" / "a.xlsx"
    rows = make_hazards("溪口镇", 9, month=1)
    told = {}
    for number, day in enumerate(("2021-02-01", "2021-02-02", "2021-02-03", "2021-03-01", "2021-06-01"), 1):
        clock(day)
        write_sheet(raw, [rows[0], *rows[2 if number > 2 else 1 : 2 * number]])
        told[day] = Workbook(root).facts("2021")
    config = Workbook(root).config
    seen = list_first_seen(config, "hazards")
    first = list_snapshots(config)[0]
    (root / "releases" / "2021" / "v1").mkdir(parents=True)
    (root / "releases" / "2021" / "v1" / "manifest.json").write_text(
        f'{{"snapshot": "{first.id}", "release": {{"made_at": "{first.made_at.isoformat()}"}}}}'
    )
    assert prune_store(config) == (1, 4) and prune_store(config) == (0, 4)
    clock("2026-01-01")
    with pytest.raises(ParameterError, match="2021-02-02"):
        Workbook.find(str(root), known_on=date(2021, 2, 2))
    for day in [*told][:1] + [*told][2:]:
        then = Workbook.find(str(root), known_on=date.fromisoformat(day)).facts("2021")
        pd.testing.assert_frame_equal(then, told[day], check_exact=True)
    again = list_first_seen(config, "hazards")
    key = ["source_row", "found_on"]
    pd.testing.assert_frame_equal(
        again.sort_values(key, ignore_index=True)[["first_seen", *key]],
        seen.sort_values(key, ignore_index=True)[["first_seen", *key]],
    )
    write_sheet(raw, rows)
    assert len(Workbook(root).ledger("hazards")) == 9  # and it goes on
    assert len(list_snapshots(config)) == 5


def test_a_damaged_store_is_told_and_never_believed(tmp_path: Path, clock: Callable[[object], None]) -> None:
    root, place = _make(tmp_path), tmp_path / "data" / "store"
    clock("2021-10-01")
    Workbook(root).ingest()
    clock("2021-12-01")
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 7, month=8))
    Workbook(root).ingest()
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 6, month=8))
    whole = {path.name: path.read_bytes() for path in place.glob("*.parquet")}
    assert len(whole) == 4
    rng = random.Random(3)
    damages: dict[str, Callable[[bytearray], object]] = {
        "another bit": lambda data: data.__setitem__(at := rng.randrange(len(data)), data[at] ^ 1),
        "cut off": lambda data: data.__delitem__(slice(rng.randrange(len(data)), None)),
        "gone": lambda data: data.clear(),
    }
    for name in whole:
        for how, damage in damages.items():
            data = bytearray(whole[name])
            damage(data)
            (place / name).write_bytes(data)
            if how == "gone":
                (place / name).unlink()
            with pytest.raises(ParameterError, match=r"data/store"):
                tz.open(str(root), as_of="2021-09-30", known_on="2021-10-01").facts("2021")
            if not name.startswith("blobs"):  # which an ingest need not read
                with pytest.raises(ParameterError, match=r"data/store"):
                    Workbook(root).ingest()
            assert {path.name for path in place.glob("*.parquet")} | {name} == {
                *whole
            }  # nothing else is lost
            (place / name).write_bytes(whole[name])
    if hasattr(os, "mkfifo"):  # nobody would ever write into it
        (place / LOG).unlink()
        os.mkfifo(place / LOG)
        with pytest.raises(ParameterError, match=r"data/store"):
            list_snapshots(Workbook(root).config)
        (place / LOG).unlink()
        (place / LOG).write_bytes(whole[LOG])
    Workbook(root).ingest()
    then = tz.open(str(root), as_of="2021-09-30", known_on="2021-10-01").facts("2021")
    assert _count(then) == 5
    shutil.rmtree(place)
    Workbook(root).ingest(force=True)
    assert len(list_snapshots(Workbook(root).config)) == 1


def test_what_another_run_puts_together_meanwhile_is_no_damage(
    tmp_path: Path, clock: Callable[[object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _make(tmp_path)
    clock("2021-10-01")
    Workbook(root).ingest()
    early = snapshots.read_log(root / "data" / "store")
    clock("2021-12-01")
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 7, month=8))
    config = Workbook(root).config
    Workbook(root).ingest()
    logs = [early]  # read before that ingest, whose files of rows have gone with it
    now = snapshots.read_log
    monkeypatch.setattr(snapshots, "read_log", lambda place: logs.pop() if logs else now(place))
    assert len(list_first_seen(config, "hazards")) == 7
    logs.append(early)
    (first, *_) = early.entries
    snapshots.write_snapshot(root, snapshots._show(first), tmp_path / "out")
    assert len(pd.read_parquet(tmp_path / "out" / "data" / "processed" / "hazards.parquet")) == 5


@pytest.mark.parametrize(("operation", "error"), [("rename", "broken"), ("create", "full")])
def test_a_failure_at_any_step_leaves_the_snapshots_before(
    tmp_path: Path, clock: Callable[[object], None], operation: str, error: str
) -> None:
    root = _make(tmp_path)
    clock("2021-10-01")
    told = Workbook(root).facts("2021")
    rows, failures = _PLAIN["a.xlsx"], 0
    for step in range(4):
        clock(f"2021-11-0{step + 1}")
        write_sheet(root / "data" / "raw" / "a.xlsx", [*rows, *make_hazards("溪南镇", step + 1, month=8)[1:]])
        with failing(operation, error, match=f"{root}/data/store/*", after=step) as failed:
            try:
                Workbook(root).ingest()
            except OSError:
                assert failed
                failures += 1
        then = Workbook.find(str(root), known_on=date(2021, 10, 31))
        pd.testing.assert_frame_equal(then.facts("2021"), told, check_exact=True)
    assert failures >= 2  # of files of rows, of the list of snapshots
    now = Workbook(root).facts("2021")
    clock("2022-01-01")
    assert _count(Workbook.find(str(root), known_on=date(2021, 11, 30)).facts("2021")) == _count(now) == 9


@pytest.mark.long
def test_fifty_kills_lose_no_snapshot(tmp_path: Path, clock: Callable[[object], None]) -> None:
    months, rng = _Months(tmp_path, 40), random.Random(3)
    months.run(3, clock)
    command = [sys.executable, "-m", "taizhang", "ingest", "-C", str(tmp_path)]
    for number in range(50):
        day = date(2021, 1, 1) + timedelta(days=number)
        environment = {**os.environ, "TAIZHANG_NOW": f"{day}T10:00:00+08:00"}
        for town, rows in months.files.items():
            months._change(town, rows, 1, day)
            write_sheet(tmp_path / "data" / "raw" / f"{town}.xlsx", [_HEAD, *rows])
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.2, 4))
        process.kill()
        process.wait()
        clock("2026-01-01")
        known = rng.choice([*months.told])
        then = Workbook.find(str(tmp_path), known_on=known).facts(str((known - timedelta(days=31)).year))
        pd.testing.assert_frame_equal(then, months.told[known], check_exact=True)
    assert len(Workbook(tmp_path).ledger("hazards")) > 0
