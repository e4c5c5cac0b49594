"""Access files: their tables as sheets, and what is refused."""

import csv
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from access_maker import BIG, BOOL, DATE, DOUBLE, LONG, MONEY, NUMERIC, TEXT, make_access
from ingest_book import make_book

import taizhang as tz
from taizhang.core.errors import LedgerError
from taizhang.ledgers.access import read_access
from taizhang.ledgers.sheets import sniff_format

pytest.importorskip("access_parser")

COLUMNS = [
    ("编号", LONG), ("所属乡镇", TEXT), ("发现日期", DATE), ("隐患描述", TEXT), ("投入资金（万元）", MONEY),
    ("是否挂牌", BOOL), ("面积", NUMERIC), ("经度", DOUBLE),
]  # fmt: skip
ROWS = [
    (1, "溪口镇", datetime(2021, 3, 1), "A区3号é电线老化", "2.5", True, "0.05", 119.5),
    (2, "溪南镇", datetime(2021, 3, 2, 8, 30), "plain", None, False, "-12.50", None),
    (3, "白鹭镇", None, None, "-0.0125", False, None, 119.25),
]


@pytest.mark.parametrize("name", ["a.mdb", "a.accdb"])
def test_values_are_those_that_were_written(tmp_path: Path, name: str) -> None:
    path = make_access(tmp_path / name, {"隐患台账": (COLUMNS, ROWS), "空表": (COLUMNS, [])})
    assert sniff_format(path) == "access"
    full, empty = read_access(path, None)
    assert (full.name, empty.name, [empty.rows[0][0], len(empty.rows)]) == ("隐患台账", "空表", ["编号", 1])
    assert full.rows[0] == [name for name, _ in COLUMNS] and full.number_row(1) == 1
    assert [list(row) for row in full.rows[1:]] == [
        [1, "溪口镇", datetime(2021, 3, 1), "A区3号é电线老化", 2.5, True, 0.05, 119.5],
        [2, "溪南镇", datetime(2021, 3, 2, 8, 30), "plain", "", False, -12.5, ""],
        [3, "白鹭镇", "", "", -0.0125, False, "", 119.25],
    ]
    with pytest.raises(LedgerError, match="台账2"):
        list(read_access(path, ["台账2"]))


def test_many_pages(tmp_path: Path) -> None:
    rows = [(n, "溪口镇", datetime(2021, 3, 1), f"隐患{n}", None, False, None, None) for n in range(1, 501)]
    (sheet,) = read_access(make_access(tmp_path / "a.mdb", {"t": (COLUMNS, rows)}), None)
    assert [row[3] for row in sheet.rows[1:]] == [f"隐患{n}" for n in range(1, 501)]


def test_what_is_made_here_mdbtools_reads(tmp_path: Path) -> None:
    if shutil.which("mdb-export") is None:
        pytest.skip("no mdbtools on this machine")
    path = make_access(tmp_path / "a.mdb", {"hazards": (COLUMNS, ROWS)})
    told = subprocess.run(
        ["mdb-export", "-T", "%Y-%m-%d %H:%M:%S", path, "hazards"], capture_output=True, check=True
    )
    rows = list(csv.DictReader(told.stdout.decode().splitlines()))
    assert [row["隐患描述"] for row in rows] == ["A区3号é电线老化", "plain", ""]
    assert [float(row["面积"] or 0) for row in rows] == [0.05, -12.5, 0]
    assert [row["发现日期"] for row in rows] == ["2021-03-01 00:00:00", "2021-03-02 08:30:00", ""]


def test_a_password_a_damage_and_an_old_file_are_sentences(tmp_path: Path) -> None:
    tables = {"t": (COLUMNS, ROWS)}
    for change, code in (
        ("password", "password"),
        ("old", "old_access"),
        ("cut", "damaged"),
        ("rows", "access_rows"),
    ):
        path = make_access(tmp_path / "a.mdb", tables, password="secret" if change == "password" else "")
        data = bytearray(path.read_bytes())
        if change == "old":
            data[0x14] = 0
        elif change == "cut":
            data = data[:0x2000]
        elif change == "rows":  # a page of the table's is lost
            at = next(n for n in range(5 * 0x1000, len(data), 0x1000) if data[n + 4] == 4)
            data[at : at + 0x1000] = bytes(0x1000)
        path.write_bytes(data)
        with pytest.raises(LedgerError) as error:
            list(read_access(path, None))
        assert error.value.reasons[0].code == f"ledgers.file.{code}", change


def test_a_column_of_an_unknown_type_is_told(tmp_path: Path) -> None:
    path = make_access(tmp_path / "a.accdb", {"t": ([*COLUMNS, ("附件", BIG)], [(*ROWS[0], 7)])})
    (sheet,) = read_access(path, None)
    assert sheet.rows[1][-1] == "" and [note.code for note in sheet.notes] == ["ledgers.file.access_columns"]


def test_a_workbook_reads_access_among_its_files(tmp_path: Path) -> None:
    root = make_book(tmp_path / "book", {}, patterns=["*.mdb", "*.accdb"])
    for name in ("a.mdb", "b.accdb"):
        make_access(
            root / "data" / "raw" / name, {"隐患": (COLUMNS, ROWS), "其他": ([("x", TEXT)], [("y",)])}
        )
    book = tz.open(str(root))
    (summary,) = book.result.summaries
    assert (summary.read, summary.accepted, summary.set_aside, book.result.errors) == (6, 4, 2, ())
    rows = book.ledger("hazards")
    assert set(zip(rows["source_file"], rows["source_sheet"], rows["source_row"], strict=True)) == {
        (f"data/raw/{name}", "隐患", row) for name in ("a.mdb", "b.accdb") for row in (1, 2)
    }
    make_access(root / "data" / "raw" / "a.mdb", {"隐患": (COLUMNS, ROWS)}, password="x")
    book = tz.open(str(root))
    facts = book.facts("2021")
    assert facts.loc[facts["fact"] == "hazards.found", "value"].isna().all() and len(book.result.errors) == 1
