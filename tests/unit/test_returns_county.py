"""Two hundred planted faults over twenty townships, mended by answering the yellow cells alone."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from planted_faults import AT, County, make_county
from test_returns_collect import answer, collect, count, find_return

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.returns import make_returns
from tests.marked_book import find_markers, plant_markers, read_output
from tools.sample import make_sample

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def resave_with_libreoffice(paths: list[Path], folder: Path) -> list[Path]:
    """The same files as LibreOffice saves them."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    told = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder)]
    subprocess.run([SOFFICE, profile, *told, *map(str, paths)], check=True, capture_output=True, timeout=240)
    return [folder / path.name for path in paths]


def rebuild_with_xlsxwriter(path: Path, target: Path) -> Path:
    """The same cells in a file that another library makes from nothing: no protection, formats or lists."""
    with xlsxwriter.Workbook(target, {"default_date_format": "yyyy/m/d", "in_memory": True}) as book:
        for sheet in openpyxl.load_workbook(path).worksheets:
            page = book.add_worksheet(sheet.title)
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        page.write(cell.row - 1, cell.column - 1, cell.value)
            if sheet.sheet_state != "visible":
                page.hide()
    return target


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> County:
    county = make_county(tmp_path_factory.mktemp("county") / "book", towns=2)
    book = open_workbook(str(county.root))
    book.ingest()
    make_returns(book, parse_period("2021-03"))
    for name in ("青白县", *county.towns.values()):
        answer(county, find_return(county, name), by="王小明")
    return county


def copy_county(small: County, tmp_path: Path) -> tuple[County, list[Path]]:
    shutil.copytree(small.root, tmp_path / "book")
    county = County(tmp_path / "book", small.towns, small.faults, small.rows)
    return county, [find_return(county, name) for name in ("青白县", *county.towns.values())]


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine")
def test_answers_saved_by_libreoffice(small: County, tmp_path: Path) -> None:
    county, paths = copy_county(small, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    resaved = resave_with_libreoffice(paths, out)
    assert count(collect(county, *resaved)) == (len(county.faults), 0, 0, 0)
    assert count(collect(county, *paths)) == (0, len(county.faults), 0, 0)


def test_answers_in_a_file_that_another_library_made(small: County, tmp_path: Path) -> None:
    county, paths = copy_county(small, tmp_path)
    rebuilt = [rebuild_with_xlsxwriter(path, tmp_path / f"{n}.xlsx") for n, path in enumerate(paths)]
    assert count(collect(county, *rebuilt)) == (len(county.faults), 0, 0, 0)


@pytest.mark.long
def test_no_planted_name_or_number_leaves(tmp_path: Path) -> None:
    """Of a book with persons in every column, sheet and file name; nor a name of another district."""
    root = tmp_path / "book"
    make_sample(root, townships=3, rows=40, seed=7)
    planted = plant_markers(root, 400)
    book = open_workbook(str(root))
    book.ingest()
    made = make_returns(book, parse_period("2021"))
    assert made.cells > 30
    names = list(book.districts["name"])
    for path in made.files:
        told = read_output(path)
        assert find_markers(planted, told) == set()
        if path.stem in names:
            assert [name for name in names if name in told] == [path.stem]
    shown = make_returns(book, parse_period("2021"), personal=True)
    assert any(find_markers(planted, read_output(path)) for path in shown.files)  # they are there to be found


@pytest.mark.long
def test_two_hundred_faults_over_twenty_townships(tmp_path: Path) -> None:
    county = make_county(tmp_path / "book")
    book = open_workbook(str(county.root))
    before = book.ingest().summaries[0]
    make_returns(book, parse_period("2021-03"))
    answered = sum(answer(county, find_return(county, name)) for name in ("青白县", *county.towns.values()))
    paths = sorted((county.root / "reports" / "2021-03" / "returns").glob("*.xlsx"))
    listed = county.root / "data" / "raw" / "corrections.csv"
    assert (len(county.faults), answered, len(paths)) == (200, 200, 21)
    first, second = (collect(county, *half).count("taken") for half in (paths[::2], paths[1::2]))
    assert first and second and first + second == 200
    halves = listed.read_bytes()
    listed.unlink()
    assert count(collect(county, *reversed(paths))) == (200, 0, 0, 0)
    assert listed.read_bytes() == halves
    assert count(collect(county, *paths)) == (0, 200, 0, 0)
    after = book.ingest().summaries[0]
    assert (before.read, before.set_aside, before.cells_set_aside) == (480, 60, 100)
    assert (after.read, after.accepted, after.cells_set_aside, after.corrected) == (480, 480, 0, 200)
    rows = book.ledger("hazards", personal=True)
    for row in rows.to_dict("records"):
        cells = county.rows[row["source_file"], row["source_row"]]
        for name in ("found_on", "rectified_on", "deadline"):
            assert row[name] == pd.Timestamp(str(cells[AT[name]]))
        told = (row["district"], row["severity"], row["listed"], row["cost_wan"])
        assert told == (cells[1], "general", False, cells[9])
        assert (row["description"], row["responsible"]) == (cells[4], cells[11])
