"""Of a kind whose small counts are suppressed nothing leaks: not in a chart, a table, a sentence or a file.

Every row of the kinds is put into their ledgers twice, which doubles every count that is not 0 and leaves 0 as it is.
With a threshold that no count reaches, all these numbers are withheld, so a reader may not see any difference: if one
output differs, it tells of a number that it should not.
"""

import ast
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import pandas as pd
import pytest

import taizhang
from benchmarks.disclosure import ASKED, KNOWN, PARTS, PERIODS, Attack
from taizhang.cli import main
from taizhang.core.periods import parse_period
from taizhang.facts.compute import MEASURES
from taizhang.metadata.kinds import Kind
from taizhang.report.data import write_data
from taizhang.report.index import write_index
from taizhang.report.rows import write_rows
from taizhang.report.snapshot import take_snapshot
from taizhang.workbook import counting
from taizhang.workbook.book import Workbook

PERIOD = "2021"
NOTEBOOKS = ("township_review", "county_comparison", "data_quality", "grid_check")
# Counts of cases that a user may hold sensitive; incidents are public, people and weather are no cases.
KINDS = (
    "hazards", "inspections", "drills", "plans", "losses", "complaints", "disputes", "warnings", "duty_checks",
    "teams", "supplies", "shelters", "publicity", "actions", "schools", "tasks", "premises", "investigations",
    "responses", "relief", "reports_up",
)  # fmt: skip


@pytest.fixture
def root(sample_book: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    shutil.copytree(sample_book, folder, ignore=shutil.ignore_patterns("reports"))
    return folder


def suppress(root: Path, *kinds: str, below: int) -> None:
    path = root / "workbook.toml"
    text = path.read_text("utf-8")
    named = ", ".join(f'"{kind}"' for kind in kinds)
    assert text.count("[indicators]\n") == 1
    settings = f"[indicators]\nsuppress_below = {below}\nsuppress = [{named}]\n"
    path.write_text(text.replace("[indicators]\n", settings), encoding="utf-8")


@pytest.fixture
def doubled(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Kinds named in this set have every row twice, from then on."""
    kinds: set[str] = set()
    read = Workbook.ledger

    def read_twice(self: Workbook, kind: str, **options: object) -> pd.DataFrame:
        rows = read(self, kind, **options)  # type: ignore[arg-type]
        return pd.concat([rows, rows], ignore_index=True) if kind in kinds else rows

    monkeypatch.setattr(Workbook, "ledger", read_twice)
    count = counting.read_counted

    def count_twice(folder: Path, kind: Kind, *, files: bool = False) -> pd.DataFrame:
        rows = count(folder, kind, files=files)
        return pd.concat([rows, rows], ignore_index=True) if kind.name in kinds else rows

    monkeypatch.setattr(counting, "read_counted", count_twice)
    columns = counting.read_columns

    def columns_twice(folder: Path, kind: str, *names: str) -> pd.DataFrame:
        rows = columns(folder, kind, *names)
        return pd.concat([rows, rows], ignore_index=True) if kind in kinds else rows

    monkeypatch.setattr(counting, "read_columns", columns_twice)
    # What is kept between runs would hide that anything is read twice.
    keep = counting.keep_table

    def keep_apart(folder: Path, name: str, made_from: Mapping[str, object], make: Any) -> Any:
        return keep(folder, name, {**made_from, "twice": sorted(kinds)}, make)

    monkeypatch.setattr("taizhang.workbook.book.keep_table", keep_apart)
    return kinds


def show_all(root: Path, district: str, name: str) -> list[tuple[str, str]]:
    """What each code cell of a notebook shows."""
    notebook = nbformat.read(taizhang.open(str(root)).template(name), as_version=4)
    names: dict[str, object] = {"tz": taizhang}  # of the cell with the controls
    shown = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or "tz.controls()" in cell.source:
            continue
        *body, last = ast.parse(cell.source).body
        exec(ast.unparse(ast.Module(body, [])), names)
        if isinstance(last, ast.Expr):
            with mock.patch.object(taizhang, "show", lambda *things: things):
                shown.append((cell.source, str(eval(ast.unparse(last), names))))
        else:
            exec(ast.unparse(last), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"district": district, "period": PERIOD, "lang": "zh", "workbook": str(root)}
    return shown


def write_files(root: Path, folder: Path) -> dict[str, bytes]:
    """Every file of a review that is no report."""
    snapshot = take_snapshot(taizhang.open(str(root)), parse_period(PERIOD))
    folder.mkdir()
    write_data(snapshot, folder=folder)
    write_rows(snapshot, snapshot.rowed, folder=folder)
    write_index(snapshot, {}, "zh", folder=folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "kinds",
    [
        KINDS,
        pytest.param(("hazards",), marks=pytest.mark.long),
        pytest.param(("warnings", "drills"), marks=pytest.mark.long),
    ],
)
def test_no_output_tells_of_what_is_withheld(
    root: Path, tmp_path: Path, doubled: set[str], kinds: tuple[str, ...]
) -> None:
    suppress(root, *kinds, below=1_000_000_000)
    district = str(taizhang.open(str(root)).districts["code"].iloc[0])
    places = {name: "all" if name != "township_review" else district for name in NOTEBOOKS}
    before = {name: show_all(root, place, name) for name, place in places.items()}
    files = write_files(root, tmp_path / "once")
    doubled.update(kinds)
    facts = taizhang.open(str(root)).facts(PERIOD)
    of_kinds = {fact for fact, measure in MEASURES.items() if set(measure.kinds) & set(kinds)}
    rest = facts[~facts["fact"].isin(of_kinds) & ~facts["fact"].str.startswith("targets.")]
    assert rest["value"].notna().any() and not rest["suppressed"].any()
    for name, place in places.items():
        for (source, one), (_, other) in zip(before[name], show_all(root, place, name), strict=True):
            assert one == other, f"{name}: {source}"
    for path, content in write_files(root, tmp_path / "twice").items():
        assert content == files[path], path


@pytest.mark.slow
def test_the_attack_finds_what_is_not_withheld(root: Path, doubled: set[str]) -> None:
    """Else it would prove nothing."""
    district = str(taizhang.open(str(root)).districts["code"].iloc[0])
    once = show_all(root, district, "township_review")
    doubled.add("hazards")
    twice = show_all(root, district, "township_review")
    differing = {source for (source, one), (_, other) in zip(once, twice, strict=True) if one != other}
    for function in (
        "plot_hazards_trend",
        "plot_hazards_by_trade",
        "write_hazards",
        "map_hazards",
        "tabulate_facts",
    ):
        assert any(function in source for source in differing), function


@pytest.fixture
def publish(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., pd.DataFrame]:
    """The facts of a period as a command prints them, of a workbook read as of a month after the year."""
    path = root / "workbook.toml"
    text = path.read_text("utf-8").replace("[workbook]\n", "[workbook]\nas_of = 2022-01-31\n")
    path.write_text(text, encoding="utf-8")

    def print_facts(period: str, *options: str) -> pd.DataFrame:
        arguments = ["facts", "--period", period, "--format", "csv", *options, "-C", str(root)]
        monkeypatch.setattr("sys.argv", ["taizhang", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        printed = capsys.readouterr().out.removeprefix("\ufeff")
        return pd.read_csv(io.StringIO(printed), dtype={"district_code": "str", "suppressed": bool})

    return print_facts


def attack(facts: Mapping[str, pd.DataFrame]) -> None:
    for known in KNOWN:
        shown = Attack(facts, known, same_day=True)
        assert len(shown.hidden) > len(facts)
        assert shown.find_plain(whole=False) == shown.find_plain(whole=True) == []


def test_no_hidden_count_can_be_worked_out_from_what_commands_print(
    publish: Callable[..., pd.DataFrame],
) -> None:
    quarter = f"{PERIOD}Q3"
    attack({period: publish(period) for period in (*PARTS[quarter], quarter)})


@pytest.mark.long
def test_nor_from_all_of_a_year_and_as_of_each_period_s_last_day(
    publish: Callable[..., pd.DataFrame],
) -> None:
    facts = {period: publish(period) for period in PERIODS}
    attack(facts)
    asked = {
        f"{period}{ASKED}": publish(period, "--as-of", str(parse_period(period).end)) for period in PERIODS
    }
    attack(facts | asked)
