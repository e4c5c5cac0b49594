"""Telephone and identity numbers, and names, in every column, sheet and file name of a book: none in any output."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import taizhang
from taizhang.cli import main
from taizhang.core.periods import parse_period
from taizhang.report.data import write_data
from taizhang.report.findings import write_findings
from taizhang.report.rows import write_rows
from taizhang.report.snapshot import take_snapshot
from tests.marked_book import Planted, find_markers, plant_markers, read_output
from tools.sample import make_sample

_CHECK, _INGEST = ("check",), ("ingest", "--fresh")
_FACTS = ("facts", "--period", "2021", "--format", "csv")
_TRACE = ("--period", "2021", "--district", "all")
_HAZARDS, _DRILLS = ("trace", "hazards.found", *_TRACE), ("trace", "drills.held", *_TRACE)
_MORE = ("hazards.overdue", "inspections.visits", "incidents.count", "losses.loss_wan")


def mark(folder: Path, wanted: int, rows: int) -> tuple[Path, Planted]:
    root = folder / "book"
    make_sample(root, townships=3, rows=rows, seed=7)
    planted = plant_markers(root, wanted)
    assert planted.made >= wanted
    return root, planted


def call(root: Path, lang: str, asked: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("TAIZHANG_LANG", lang)
    monkeypatch.setattr(sys, "argv", ["taizhang", *asked, "-C", str(root)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(str(ended.value.code))


def test_no_message_trace_or_table_tells_a_marker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, planted = mark(tmp_path, 400, rows=40)
    for lang, asked in (("zh", _CHECK), ("en", _INGEST)):
        assert call(root, lang, asked, monkeypatch) in (0, 1), asked
        told = capsys.readouterr()
        assert find_markers(planted, told.out + told.err) == set(), asked
    # They are there to be found: in data/processed, and where somebody asks for them.
    assert (
        len(find_markers(planted, (root / "data" / "processed" / "set_aside.csv").read_text("utf-8-sig")))
        > 100
    )
    call(root, "zh", (*_HAZARDS, "--personal"), monkeypatch)
    assert len(find_markers(planted, capsys.readouterr().out)) > 10
    snapshot = take_snapshot(taizhang.open(str(root)), parse_period("2021"))
    folder = tmp_path / "out"
    folder.mkdir()
    write_data(snapshot, folder=folder)
    write_rows(snapshot, snapshot.rowed, folder=folder)
    write_findings(snapshot, snapshot.look("zh"), folder=folder)
    shown = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name: found for path in shown if (found := find_markers(planted, read_output(path)))} == {}
    assert (
        find_markers(planted, repr(snapshot.inputs)) == find_markers(planted, repr(snapshot.notes)) == set()
    )


@pytest.mark.long
def test_ten_thousand_markers_are_in_no_output_of_a_review(tmp_path: Path) -> None:
    root, planted = mark(tmp_path, 10_000, rows=300)
    leaks = {}
    reviews = [
        ("review", "--period", "2021", "--lang", lang, "--to", "html,pdf,docx") for lang in ("zh", "en")
    ]
    traces = [("trace", fact, *_TRACE) for fact in _MORE]
    for asked in (_CHECK, _INGEST, _FACTS, _HAZARDS, _DRILLS, *traces, *reviews):
        for lang in ("zh", "en"):
            command = [sys.executable, "-m", "taizhang.cli", *asked, "-C", str(root)]
            env = {**os.environ, "TAIZHANG_LANG": lang}
            done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
            assert done.returncode in (0, 1), done.stderr
            if found := find_markers(planted, done.stdout + done.stderr):
                leaks[" ".join((lang, *asked))] = found
    written = [path for path in (root / "reports").rglob("*") if path.is_file()]
    written.append(root / "data" / "processed" / "corrections_applied.csv")
    assert {".html", ".pdf", ".docx", ".ipynb", ".csv", ".json"} <= {path.suffix for path in written}
    for path in written:
        if path.exists() and (found := find_markers(planted, read_output(path))):
            leaks[path.relative_to(root).as_posix()] = found
    assert leaks == {}
