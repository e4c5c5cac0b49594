"""Files that can't be read, through the command line: one clear message each, the others go on, exit 1."""

import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from ingest_book import make_book, make_hazards

from taizhang.cli import main

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def write_absurd(path: Path) -> None:
    """A small file that declares every cell there is, and fills the first and the last."""
    book = openpyxl.Workbook()
    for row in make_hazards("溪口镇"):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", last)
            new.writestr(part, data)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_book(
        tmp_path / "县 book",
        {"good.xlsx": make_hazards("溪口镇", 4)},
        patterns=["*.xlsx", "*.xls", "*.csv"],
    )
    raw = root / "data" / "raw"
    (raw / "~$good.xlsx").write_bytes(b"\x05admin")
    (raw / "empty.xlsx").write_bytes(b"")
    (raw / "html.xls").write_bytes("<html><table><tr><td>发现日期</td></tr></table></html>".encode("gbk"))
    (raw / "locked.xls").write_bytes(OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600)
    (raw / "torn.xlsx").write_bytes((raw / "good.xlsx").read_bytes()[:2000])
    (raw / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    write_absurd(raw / "absurd.xlsx")
    return root


def run(capsys, monkeypatch, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["taizhang", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_each_is_refused_in_one_line_and_the_rest_is_read(root: Path, capsys, monkeypatch) -> None:
    code, out, err = run(capsys, monkeypatch, "ingest", "-C", str(root))
    assert code == 1
    lines = {line.split(": ")[1].rsplit("/", 1)[-1]: line for line in err.splitlines()}
    assert len(lines) == len(err.splitlines()) == 6
    assert "is empty (0 bytes)" in lines["empty.xlsx"]
    assert "is a web page (HTML)" in lines["html.xls"]
    assert "is protected by a password; save it without one" in lines["locked.xls"]
    assert "is damaged" in lines["torn.xlsx"]
    assert "no table of hazards" in lines["other.csv"]
    assert "could not be read within" in lines["absurd.xlsx"]
    assert "4 rows read = 4 accepted + 0 set aside" in out and "Traceback" not in err
    again = run(capsys, monkeypatch, "ingest", "-C", str(root))
    assert again == (1, out, err)  # nothing changed: nothing is read, and the errors are told again


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read any file")
def test_a_file_that_may_not_be_read_is_named(root: Path, capsys, monkeypatch) -> None:
    (root / "data" / "raw" / "good.xlsx").chmod(0)
    code, _, err = run(capsys, monkeypatch, "ingest", "-C", str(root))
    assert code == 1 and "good.xlsx: is in use by another program" in err


def test_a_file_locked_by_another_program_is_named(root: Path, capsys, monkeypatch) -> None:
    plain = Path.open

    def refuse(self: Path, *arguments, **named):
        if self.name == "good.xlsx":  # as Windows answers while Excel or WPS holds the file for itself
            raise PermissionError(13, "Permission denied")
        return plain(self, *arguments, **named)

    with monkeypatch.context() as locked:
        locked.setattr(Path, "open", refuse)
        code, _, err = run(capsys, locked, "ingest", "-C", str(root))
    assert code == 1 and "good.xlsx: is in use by another program" in err
    code, out, err = run(capsys, monkeypatch, "ingest", "-C", str(root))
    assert "good.xlsx" not in err and "4 rows read = 4 accepted" in out
