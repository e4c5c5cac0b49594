"""Files that can't be read are refused one by one, each with its reason, and take nothing with them."""

import os
import struct
import time
import zipfile
from pathlib import Path
from typing import IO

import pytest
import xlsxwriter

from taizhang.core.reasons import word_all
from taizhang.ledgers import Source, child, read_ledger_file, sandbox
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

SOURCE = Source(load_kinds()["hazards"])
ROWS = [["所属乡镇", "发现日期", "隐患描述"], ["溪南镇", "2021-03-05", "甲"]]


def write_good(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"", "is empty (0 bytes)"),
        ("a.csv", b"\n \n", "is empty"),
        ("a.xlsx", b"PK\x03\x04 not a package", "is damaged"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "web page (HTML)"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "is XML"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is damaged"),
        ("a.csv", bytes(range(256)) * 4, "is not a text file; save it as csv in UTF-8"),
        ("~$a.xlsx", b"\x05user", "lock file"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0", "is damaged"),
    ],
)
def test_each_is_refused_with_its_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    got = read_ledger_file(path, SOURCE, name=f"data/{name}")
    assert word_all(got.errors).startswith(f"data/{name}: ") and reason in word_all(got.errors)
    assert len(got.rows) == 0 and list(got.rows.columns[:2]) == ["district", "found_on"]


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = write_good(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-200])
    assert "is damaged" in word_all(read_ledger_file(path, SOURCE, name="a.xlsx").errors)


@pytest.mark.parametrize(
    ("method", "packed"),
    [(zipfile.ZIP_DEFLATED, b"\xff" * 40), (zipfile.ZIP_LZMA, b"\x09\x04\x05\0" + b"\xff" * 40)],
    ids=["deflated", "lzma"],
)
def test_a_workbook_whose_packing_is_torn_is_refused(tmp_path: Path, method: int, packed: bytes) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", packed)
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):  # in both places where the method stands
        struct.pack_into("<H", data, data.rfind(mark) + at, method)
    path.write_bytes(data)
    assert "is damaged" in word_all(read_ledger_file(path, SOURCE, name="a.xlsx").errors)


def test_an_old_workbook_with_a_cell_beyond_its_last_column_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    data = (Path(__file__).parent / "old_excel" / "marks.xls").read_bytes()
    cell = struct.pack("<HHHH", 0x027E, 10, 4, 1)  # an RK record: a number in B5
    assert data.count(cell) == 1
    path.write_bytes(data.replace(cell, struct.pack("<HHHH", 0x027E, 10, 4, 256)))
    assert "is damaged (column 257)" in word_all(read_here(path, SOURCE, name="a.xls").errors)


@pytest.mark.parametrize("bytes_left", [3000, 4320])
def test_an_old_workbook_that_calamine_panics_at_is_refused_as_damaged(
    tmp_path: Path, bytes_left: int
) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes((Path(__file__).parent / "old_excel" / "marks.xls").read_bytes()[:bytes_left])
    assert "is damaged" in word_all(read_here(path, SOURCE, name="a.xls").errors)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = write_good(tmp_path / "a.xlsx")
    path.chmod(0)
    assert "locked by another program" in word_all(read_ledger_file(path, SOURCE, name="a.xlsx").errors)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of address space")
def test_a_sheet_of_all_cells_does_not_take_the_machine_and_the_next_file_is_read(tmp_path: Path) -> None:
    far = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(far)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "甲")
        sheet.write(1048575, 16383, 1)
    started = time.monotonic()
    got = read_ledger_file(far, SOURCE, name="far.xlsx")
    assert "within 2 GB of memory, the limit for one file" in word_all(got.errors) and got.passing
    assert time.monotonic() - started < 30
    assert len(read_ledger_file(write_good(tmp_path / "a.xlsx"), SOURCE, name="a.xlsx").rows) == 1


def test_the_child_reads_as_this_process_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_good(tmp_path / "a.xlsx")
    here = read_ledger_file(path, SOURCE, name="a.xlsx")
    monkeypatch.setattr(sandbox, "_is_plain", lambda path: False)
    there = read_ledger_file(path, SOURCE, name="a.xlsx")
    assert there.rows.equals(here.rows) and there.rows.dtypes.equals(here.rows.dtypes)
    assert there.tables == here.tables


def test_a_hang_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_good(tmp_path / "a.xlsx")
    monkeypatch.setattr(sandbox, "_is_plain", lambda path: False)
    child.stop_children()
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)
    monkeypatch.setattr(sandbox, "SECONDS_PER_MB", 0.0)
    assert "could not be read within" in word_all(read_ledger_file(path, SOURCE, name="a.xlsx").errors)


@pytest.mark.parametrize(
    "cell", ['r="XFD1"', 'r="ZZZZ1"', "r='A1048576'", 's="1" r = "B100000"', 'r="a1"', 'r=""']
)
def test_a_sheet_with_a_far_cell_is_read_in_the_child(tmp_path: Path, cell: str) -> None:
    path = write_good(tmp_path / "a.xlsx")
    assert sandbox._is_plain(path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/elsewhere.xml", f"<sheetData><row r='1'><c {cell}/></row></sheetData>")
    assert not sandbox._is_plain(path)


def test_an_xlsb_is_read_in_the_child(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as package:  # where its cells are is not told in XML
        package.writestr("xl/workbook.bin", b"\x83\x01\x00")
    assert not sandbox._is_plain(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_a_child_that_is_killed_says_so_and_the_file_is_read_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_good(tmp_path / "a.xlsx")
    monkeypatch.setattr(sandbox, "_is_plain", lambda path: False)
    child.stop_children()
    send, start = child._send, child.Child.__init__
    started: list[child.Child] = []
    monkeypatch.setattr(child.Child, "__init__", lambda self: (started.append(self), start(self))[1])

    def send_and_kill(stream: IO[bytes], value: object) -> None:
        send(stream, value)
        started[-1].process.kill()

    with monkeypatch.context() as patch:
        patch.setattr(child, "_send", send_and_kill)
        got = read_ledger_file(path, SOURCE, name="a.xlsx")
    assert "the process that was reading it was ended" in word_all(got.errors) and got.passing
    child.stop_children()
    again = read_ledger_file(path, SOURCE, name="a.xlsx")
    assert len(again.rows) == 1 and not again.passing
    path.write_bytes(path.read_bytes()[:-200])  # what lies in the bytes does not pass
    assert not read_ledger_file(path, SOURCE, name="a.xlsx").passing
