"""What only reads a workbook reads one state of it, and needs no right to write there."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from faults import failing_command, readonly_disk, second_writer
from ingest_book import make_book, make_hazards, write_sheet

import taizhang as tz
from taizhang.cli import main
from taizhang.workbook import book as book_module
from taizhang.workbook.book import Workbook


def make(root: Path) -> Path:
    return make_book(root, {"a.xlsx": make_hazards("溪口镇", 4), "b.xlsx": make_hazards("溪南镇", 6)})


def count(book: Workbook) -> float:
    facts = book.facts("2021").set_index(["district_code", "fact"])["value"]
    return float(facts["all", "hazards.found"])


def save_later(root: Path) -> None:
    """A ledger is saved, and another run brings data/processed up to date: 1 + 6 rows."""
    write_sheet(root / "data" / "raw" / "a.xlsx", make_hazards("溪口镇", 1))
    tz.open(str(root)).ingest()


def test_numbers_are_of_one_state_though_another_run_ingests(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    with tz.open(str(root)).hold_to_read() as book:
        assert count(book) == 10
        save_later(root)
        assert len(book.ledger("hazards")) == 10
        assert len(book.trace("hazards.found", "2021", "all")) == 10
    assert not list((root / "data/processed/.cache").glob("held*"))
    with tz.open(str(root)).hold_to_read() as book:
        assert count(book) == 7


def test_a_ledger_saved_between_the_ingest_and_the_holding_is_of_the_state_after(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    with (
        second_writer(book_module, "hold_state", lambda: save_later(root)),
        tz.open(str(root)).hold_to_read() as book,
    ):
        assert count(book) == 7 and len(book.ledger("hazards")) == 7


def call_here(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and messages of a command."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["taizhang", *words, "--period", "2021", "-C", str(root)])
        main()
    told = capsys.readouterr()
    return int(str(ended.value.code or 0)), told.out, told.err


def call(root: Path, *words: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "taizhang.cli", *words, "--period", "2021", "-C", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def find_count(told: str) -> str:
    return next(line for line in told.splitlines() if line.startswith("all") and "hazards.found" in line)


FACTS, TRACE = ("facts", "--format", "csv"), ("trace", "hazards.found", "--district", "all")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a file system")
def test_a_workbook_that_may_only_be_read_tells_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    def fill(folder: Path) -> None:
        make(folder / "current")
        assert len(tz.open(str(folder / "current")).ingest().summaries) == 1
        make(folder / "changed")
        tz.open(str(folder / "changed")).ingest()
        write_sheet(folder / "changed/data/raw/a.xlsx", make_hazards("溪口镇", 1))
        make(folder / "new")

    with readonly_disk(fill) as folder:
        for name, rows, told in (("current", 10, False), ("changed", 7, True), ("new", 10, True)):
            before = sorted(folder.rglob("*"))
            code, facts, said = call_here(folder / name, capsys, *FACTS)
            assert code == 0 and f",{float(rows)}," in find_count(facts), said
            assert ("nothing was saved" in said) == told
            if name == "changed":
                code, traced, said = call_here(folder / name, capsys, *TRACE)
                assert code == 0 and traced.count("\n") == rows + 1, said
            assert sorted(folder.rglob("*")) == before
        assert count(tz.open(str(folder / "current"))) == 10  # in a script, too


@pytest.mark.slow
def test_so_does_one_whose_folder_another_user_owns(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    tz.open(str(root)).ingest()
    before = sorted(root.rglob("*"))
    (tmp_path / "failing").mkdir()
    env = failing_command(tmp_path / "failing", "mkdir", "forbidden", match=f"{root}/*")
    done = call(root, *FACTS, env=env)
    assert done.returncode == 0 and ",10.0," in find_count(done.stdout), done.stderr
    assert sorted(root.rglob("*")) == before


def test_nothing_of_the_held_state_stays_after_an_error(tmp_path: Path) -> None:
    root = make(tmp_path / "book")
    with pytest.raises(pd.errors.DataError), tz.open(str(root)).hold_to_read():
        raise pd.errors.DataError
    assert not list((root / "data/processed/.cache").glob("held*"))
