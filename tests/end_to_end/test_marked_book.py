"""Telephone and identity numbers, and names, in every column, sheet and file name of a book: none in any output."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import taizhang
from taizhang.cli import main
from taizhang.core.periods import parse_period
from taizhang.report.data import write_data
from taizhang.report.findings import write_findings
from taizhang.report.rows import write_rows
from taizhang.report.snapshot import take_snapshot
from taizhang.returns.form import say
from taizhang.workbook.pairs import read_doubtful, set_side_by_side
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


def answer_with_markers(folder: Path, planted: Planted) -> list[Path]:
    """Returns whose every question is answered with a person's name and number, also where it is to be a day."""
    names, paths = sorted(planted.names), sorted(folder.glob("*.xlsx"))
    for path in paths:
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            heads = {
                cell.value: (cell.row, cell.column) for row in sheet.iter_rows(max_row=4) for cell in row
            }
            for head in (say("answer", "zh"), say("pair_answer", "zh")):
                for row in range(heads[head][0] + 1, sheet.max_row + 1) if head in heads else ():
                    if sheet.cell(row, 1).value:
                        sheet.cell(row, heads[head][1]).value = f"联系人{names[row % len(names)]}13800001239"
        book.save(path)
    planted.numbers.add("13800001239")
    return paths


@pytest.mark.long
def test_returns_status_forms_pairs_and_what_comes_back_tell_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, planted = mark(tmp_path, 300, rows=20)
    period, told = ("--period", "2021"), dict[str, str]()
    with (root / "workbook.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[routine]\nsteps = ["ingest", "check", "status"]\n')
    for lang, asked in (
        ("zh", ("return", *period)),
        ("en", ("return", *period)),
        ("zh", ("status", *period)),
        ("en", ("status", *period, "--format", "csv")),
        ("zh", ("routine",)),
        ("zh", ("template", "--all", str(tmp_path / "forms.xlsx"))),
    ):
        assert call(root, lang, asked, monkeypatch) in (0, 1), asked
        said = capsys.readouterr()
        told[" ".join((lang, *asked[:3]))] = said.out + said.err
    returns = root / "reports" / "2021" / "returns"
    assert len(list(returns.glob("*.xlsx"))) == 4
    for path in (
        *returns.glob("*.xlsx"),
        tmp_path / "forms.xlsx",
        root / "data" / "processed" / "routine.jsonl",
    ):
        told[path.name] = read_output(path)
    book = taizhang.open(str(root))
    pairs = read_doubtful(book.config, "all", ())
    told["pairs"] = "".join(
        set_side_by_side(pair, lang).to_csv() for _, pair in pairs.iterrows() for lang in ("zh", "en")
    )
    assert call(root, "zh", ("collect", *map(str, answer_with_markers(returns, planted))), monkeypatch) == 1
    said = capsys.readouterr()
    told["collect"] = said.out + said.err
    assert {name: found for name, text in told.items() if (found := find_markers(planted, text))} == {}
    # What is asked for with --personal tells them.
    shutil.rmtree(returns)
    call(root, "zh", ("return", *period, "--personal"), monkeypatch)
    assert any(find_markers(planted, read_output(path)) for path in returns.glob("*.xlsx"))


def approve_all(root: Path, planted: Planted) -> list[Sequence[str]]:
    """Have every report approved, and the special reports made; what is to be called then."""
    names, own = sorted(planted.names), ("late_entries", "premises_history", "work_plan")
    places = taizhang.open(str(root)).districts["name"]
    for owner in (*places, "all", *(f"all.own_{name}" for name in own)):
        for end in ("", ".en"):
            note = root / "notes" / "2021" / f"{owner}{end}.md"
            if note.exists():  # with marks in it
                note.write_text(note.read_text("utf-8").replace("approved: false", "approved: true"), "utf-8")
                continue
            note.write_text(
                f"---\napproved: true\napprover: 联系人{names[0]}13800001239\ndate: 2022-02-15\n---\n一。\n",
                "utf-8",
            )
    planted.numbers.add("13800001239")
    with (root / "workbook.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[routine]\nsteps = ["ingest", "check", "status"]\n')
        for name in own:
            settings.write(
                f'\n[[reports]]\nname = "own_{name}"\ntemplate = "{name}"\ntitle = "{name}"\nscope = "county"\n'
            )
    by = ("--by", f"联系人{names[1]}13800001239")
    release, period = (
        ("release", "--period", "2021", *by, "--why", f"{names[2]} 13800001239"),
        ("--period", "2021"),
    )
    return [
        ("return", *period),
        ("status", *period),
        ("routine",),
        ("template", "--all", str(root / "forms.xlsx")),
        release,
        "another state",
        release,
        ("diff", "2021/v1", "2021/v2"),
        ("diff", "2021/v1", "now", "--format", "html"),
        ("verify", str(root / "releases" / "2021" / "v2")),
        ("publish", "--to", str(root / "site")),
        ("pack", *period, "--out", str(root / "2021.zip")),
    ]


@pytest.mark.long
def test_ten_thousand_markers_are_in_no_output_of_a_review(tmp_path: Path) -> None:
    root, planted = mark(tmp_path, 10_000, rows=300)
    leaks = {}
    reviews = [
        ("review", "--period", "2021", "--lang", lang, "--to", "html,pdf,docx") for lang in ("zh", "en")
    ]
    traces = [("trace", fact, *_TRACE) for fact in _MORE]
    more = approve_all(root, planted)
    for asked in (_CHECK, _INGEST, _FACTS, _HAZARDS, _DRILLS, *traces, *reviews, *more):
        if asked == "another state":
            next((root / "data" / "raw" / "losses").glob("*.xlsx")).unlink()
            continue
        for lang in ("zh", "en") if asked[0] not in ("release", "verify", "template") else ("zh",):
            command = [sys.executable, "-m", "taizhang.cli", *asked, "-C", str(root)]
            env = {**os.environ, "TAIZHANG_LANG": lang}
            done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
            assert done.returncode in (0, 1), done.stderr
            if found := find_markers(planted, done.stdout + done.stderr):
                leaks[" ".join((lang, *asked))] = found
    folders = (root / "reports", root / "releases", root / "site")
    written = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    beside = ("corrections_applied.csv", "routine.jsonl")
    written += [root / "data" / "processed" / name for name in beside]
    written += [root / "2021.zip", root / "forms.xlsx"]
    assert {"v1", "v2", "returns", "site"} <= {part for path in written for part in path.parts}
    assert any(path.name.startswith("erratum") for path in written)
    assert {".html", ".pdf", ".docx", ".ipynb", ".csv", ".json"} <= {path.suffix for path in written}
    for path in written:
        if path.exists() and (found := find_markers(planted, read_output(path))):
            leaks[path.relative_to(root).as_posix()] = found
    assert leaks == {}
