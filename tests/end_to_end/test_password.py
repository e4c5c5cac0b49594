"""A whole review of a workbook whose ledger is in a database: the password is in nothing that is written or printed."""

import urllib.parse
from pathlib import Path

import pytest
from ingest_book import make_book, make_hazards

from taizhang.cli import main
from tests.marked_book import read_output
from tests.short_templates import put_short_templates

duckdb = pytest.importorskip("duckdb")
PASSWORD = "pa:ss/w%rd@of?the#Reader&Co"  # every sign that means something in an address
_PERIOD = ("--period", "2021")
_WALK = (
    ("check",),
    ("ingest",),
    ("doctor",),
    ("facts", *_PERIOD, "--format", "csv"),
    ("trace", "hazards.found", *_PERIOD, "--district", "溪口镇"),
    ("review", *_PERIOD, "--district", "溪口镇", "--to", "html,pdf,docx", "--jobs", "1"),
)


def test_no_file_or_message_of_a_review_holds_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    monkeypatch.setenv("TAIZHANG_TRUST", "1")
    root = make_book(tmp_path / "book", {})
    put_short_templates(root, "write_method", "book.result", "tabulate_rows")
    header, *rows = make_hazards("溪口镇", 6)
    with duckdb.connect(root / "data" / "raw" / "office.duckdb") as base:
        base.execute(f"CREATE TABLE hazards ({', '.join(f'{name} VARCHAR' for name in header)})")
        base.executemany(f"INSERT INTO hazards VALUES ({', '.join('?' * len(header))})", rows)
    path = root / "workbook.toml"
    head = path.read_text("utf-8").partition("[ledgers")[0]
    source = "duckdb:///data/raw/office.duckdb?password=${DB_PASSWORD}"

    def write(table: str) -> None:
        path.write_text(
            f'{head}[ledgers.hazards]\nsource = "{source}"\ntable = "{table}"\n', encoding="utf-8"
        )

    write("hazards")
    said = ""
    for lang, command in zip(("zh", "en") * 3, _WALK, strict=True):
        monkeypatch.setenv("TAIZHANG_LANG", lang)
        assert run(root, command, monkeypatch) == 0, command
        said += "".join(capfd.readouterr())
    assert "溪口镇" in said and "data/raw/office.duckdb" in said
    # What goes wrong is told without it, too: a table that is not there, and a value that is missing.
    write("nowhere")
    assert run(root, ("ingest",), monkeypatch) == 1
    assert run(
        root, ("review", *_PERIOD, "--district", "溪南镇", "--to", "html", "--jobs", "1"), monkeypatch
    ) in (0, 1)
    told = "".join(capfd.readouterr())
    assert "nowhere" in told
    made = [one for one in root.rglob("*") if one.is_file()]
    assert {".html", ".pdf", ".docx", ".ipynb", ".json", ".parquet", ".csv"} <= {one.suffix for one in made}
    hidden = {
        PASSWORD,
        *(quote(PASSWORD, safe="") for quote in (urllib.parse.quote, urllib.parse.quote_plus)),
    }
    texts = {
        str(one.relative_to(root)): read_output(one) + one.read_bytes().decode("utf-8", "replace")
        for one in made
    }
    texts["said"] = said + told
    assert [
        name for name, text in texts.items() if any(one.casefold() in text.casefold() for one in hidden)
    ] == []


def run(root: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["taizhang", *command, "-C", str(root)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)
