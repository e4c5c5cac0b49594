"""Ledgers out of SQLite and DuckDB files, and from other addresses."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pandas as pd
import pytest
from ingest_book import correct, make_book, make_hazards, write_sheet

import taizhang as tz
from taizhang.core.addresses import fill_address, leads_away
from taizhang.core.errors import BoundaryError, LedgerError
from taizhang.core.trust import VARIABLE, trust_workbook
from taizhang.ingest.check import describe_ledgers
from taizhang.ingest.databases import Wanted, fetch_rows, make_select
from taizhang.ingest.rowfile import RowFile, read_rows
from taizhang.workbook.book import Workbook

duckdb = pytest.importorskip("duckdb")
sa = pytest.importorskip("sqlalchemy")
fsspec = pytest.importorskip("fsspec")

ROWS = [
    (10, "溪口镇", "2021-03-01", "电线老化", 2.5),
    (12, "溪南镇", "2021-03-02", "门堵", "未定"),
    (15, "乌有镇", "2021-03-32", "门堵", 7),
]
MAKE = "CREATE TABLE hazards (id INTEGER PRIMARY KEY, 所属乡镇, 发现日期, 隐患描述, 投入资金)"
LITE = "sqlite:///data/raw/x.db"


def make(root: Path, *sources: str, rows: Sequence[Sequence[object]] = ROWS) -> Path:
    """A workbook whose hazards are in a SQLite file."""
    make_book(root, {})
    with sqlite3.connect(root / "data" / "raw" / "x.db") as connection:
        connection.execute(MAKE)
        connection.executemany("INSERT INTO hazards VALUES (?, ?, ?, ?, ?)", rows)
    connection.close()
    head = (root / "workbook.toml").read_text("utf-8").partition("[ledgers")[0]
    ledgers = "".join(f"[[ledgers.hazards]]\n{source}\n" for source in sources)
    (root / "workbook.toml").write_text(head + ledgers, encoding="utf-8")
    return root


def place_rows(book: Workbook) -> list[tuple[str, str, int]]:
    rows = book.ledger("hazards")
    return sorted(zip(rows["source_file"], rows["source_sheet"], rows["source_row"], strict=True))


def test_rows_are_numbered_by_key_or_in_their_order(tmp_path: Path) -> None:
    root = make(
        tmp_path / "book",
        f'source = "{LITE}"\ntable = "hazards"\nkey = "id"',
        f'source = "{LITE}"\nquery = "SELECT 所属乡镇, 发现日期 FROM hazards ORDER BY id DESC"',
    )
    book = tz.open(str(root))
    assert place_rows(book) == [
        (LITE, "hazards", 10), (LITE, "hazards", 12), (LITE, "ledgers.hazards 2", 2), (LITE, "ledgers.hazards 2", 3),
    ]  # fmt: skip
    aside = pd.read_csv(root / "data" / "processed" / "set_aside.csv")
    assert list(zip(aside["source_sheet"], aside["source_row"], aside["column"], aside["scope"], strict=True)) == [
        ("hazards", 12, "cost_wan", "cell"),
        ("hazards", 15, "found_on", "row"),
        ("ledgers.hazards 2", 1, "found_on", "row"),
    ]  # fmt: skip
    (summary,) = book.result.summaries
    assert (summary.read, summary.accepted, summary.set_aside) == (6, 4, 2)
    assert not tz.open(str(root)).result.fresh


def test_only_what_changed_is_made_again(tmp_path: Path) -> None:
    root = make(tmp_path / "book", f'source = "{LITE}"\ntable = "hazards"\nkey = "id"')
    before = tz.open(str(root)).result
    with sqlite3.connect(root / "data" / "raw" / "x.db") as connection:
        connection.execute("UPDATE hazards SET 隐患描述 = 隐患描述")  # the file is another, its rows are not
    assert not tz.open(str(root)).result.fresh
    with sqlite3.connect(root / "data" / "raw" / "x.db") as connection:
        connection.execute("UPDATE hazards SET 发现日期 = '2021-03-31' WHERE id = 15")
    connection.close()
    after = tz.open(str(root)).result
    assert after.fresh and after.fingerprint != before.fingerprint
    # Its district is none: it is set aside still, for another reason.
    assert (after.summaries[0].accepted, after.summaries[0].set_aside) == (2, 1)


def test_a_cell_is_corrected_by_its_key(tmp_path: Path) -> None:
    root = make(tmp_path / "book", f'source = "{LITE}"\ntable = "hazards"\nkey = "id"')
    correct(
        root,
        f"{LITE},hazards,15,发现日期,2021-03-32,2021-03-31,甲,",
        f"{LITE},hazards,15,所属乡镇,乌有镇,白鹭镇,甲,",
    )
    book = tz.open(str(root))
    assert not book.result.errors and book.result.summaries[0].corrected == 2
    assert (LITE, "hazards", 15) in place_rows(book)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (f'source = "{LITE}"\ntable = "nothing"', "ingest.source.failed"),
        ('source = "sqlite:///data/raw/y.db"\ntable = "hazards"', "ingest.source.no_file"),
        ('source = "duckdb:///data/raw/y.db"\ntable = "hazards"', "ingest.source.no_file"),
        (f'source = "{LITE}"\nquery = "DELETE FROM hazards RETURNING id"', "ingest.source.failed"),
        (f'source = "{LITE}"\ntable = "hazards"\nkey = "nr"', "ingest.source.failed"),
        (f'source = "{LITE}"\nquery = "SELECT * FROM hazards"\nkey = "nr"', "ingest.source.no_key"),
        (f'source = "{LITE}"\ntable = "hazards"\nkey = "隐患描述"', "ingest.source.bad_key"),
        ('source = "sqlite:///${NO_SUCH_NAME}"\ntable = "hazards"', "core.address.missing"),
        ('source = "nosuch://host/db"\ntable = "hazards"', "ingest.source.no_dialect"),
        ('source = "oracle://host/db"\ntable = "hazards"', "ingest.source.no_driver"),
    ],
)
def test_what_cannot_be_read_is_told_and_tried_again(tmp_path: Path, source: str, code: str) -> None:
    root = make(tmp_path / "book", source)
    book = tz.open(str(root))
    (error,) = book.result.errors
    assert error.root.code == code and book.result.unread["hazards"]
    facts = book.facts("2021")
    assert facts.loc[facts["fact"] == "hazards.found", "value"].isna().all()  # unread is not nought
    assert tz.open(str(root)).result.fresh  # tried again
    *_, ledger = describe_ledgers(book.config)
    assert not ledger.fine
    if code == "ingest.source.failed":
        connection = sqlite3.connect(root / "data" / "raw" / "x.db")
        assert connection.execute("SELECT count(*) FROM hazards").fetchone() == (3,)
        connection.close()


def test_duckdb_is_read_by_arrow(tmp_path: Path) -> None:
    root = make(
        tmp_path / "book", 'source = "duckdb:///data/raw/x.duckdb"\ntable = "main.hazards"\nkey = "id"'
    )
    with duckdb.connect(str(root / "data" / "raw" / "x.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE hazards (id INTEGER, 乡镇 TEXT, 发现日期 DATE, 整改完成日期 TIMESTAMP, 费用 DECIMAL(9, 2))"
        )
        connection.execute("INSERT INTO hazards VALUES (7, '溪口镇', '2021-03-01', '2021-03-02 08:30', 1.25)")
        connection.execute("INSERT INTO hazards VALUES (5, '溪南镇', '2021-03-01', NULL, NULL)")
    book = tz.open(str(root))
    assert book.result.errors == ()
    assert place_rows(book) == [("duckdb:///data/raw/x.duckdb", "main.hazards", n) for n in (5, 7)]
    rows = book.ledger("hazards").sort_values("source_row")
    assert list(rows["source_row"]) == [5, 7] and rows["rectified_on"].notna().tolist() == [False, True]
    # No other file of the machine is read, and nothing is written.
    address = fill_address("duckdb:///data/raw/x.duckdb")
    (root / "other.csv").write_text("a\n1\n")
    for query in (f"SELECT * FROM read_csv('{root}/other.csv')", "DELETE FROM hazards"):
        with pytest.raises(LedgerError, match="could not be read"):
            fetch_rows(Wanted(address, query), root, root / "x.arrow")


def test_boundaries_out_of_a_database(tmp_path: Path) -> None:
    import geopandas as gpd

    root = make(tmp_path / "book", f'source = "{LITE}"\ntable = "hazards"')
    towns = gpd.read_file(root / "data" / "raw" / "towns.gpkg")
    with sqlite3.connect(root / "data" / "raw" / "x.db") as connection:
        connection.execute("CREATE TABLE towns (code, name, geom)")
        told = zip(towns["code"], towns["name"], towns.geometry, strict=True)
        connection.executemany("INSERT INTO towns VALUES (?, ?, ?)", [
            (code, name, shape.wkb) for code, name, shape in told
        ])  # fmt: skip
    connection.close()
    text = (root / "workbook.toml").read_text("utf-8")
    told = f'source = "{LITE}"\ntable = "towns"\ncrs = "EPSG:4490"'
    (root / "workbook.toml").write_text(text.replace('path = "data/raw/towns.gpkg"', told), encoding="utf-8")
    book = tz.open(str(root))
    assert book.districts.geometry.geom_equals(towns.geometry).all() and book.result.layers == (
        f"{LITE}!towns",
    )
    (root / "workbook.toml").write_text(
        text.replace('path = "data/raw/towns.gpkg"', told.replace("towns", "hazards"))
    )
    with pytest.raises(BoundaryError, match="one column, and only one, must be geometry"):
        tz.open(str(root)).result  # noqa: B018


def test_a_column_of_several_types_loses_nothing(tmp_path: Path) -> None:
    with RowFile(tmp_path / "x.arrow", ["a", "b", "c", "d"]) as file:
        file.add([(1, None, 2**60, True), (2, None, 3, None)])
        file.add([(2.5, 7, 0.5, "x"), (None, 8, None, None)])
    table = read_rows(tmp_path / "x.arrow").to_pydict()
    assert table == {
        "a": [1.0, 2.0, 2.5, None], "b": [None, None, 7, 8],
        "c": ["1152921504606846976", "3", "0.5", None], "d": ["TRUE", None, "x", None],
    }  # fmt: skip
    with pytest.raises(ZeroDivisionError), RowFile(tmp_path / "y.arrow", ["a"]) as file:
        file.add([(1,)])
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["x.arrow"]


def test_values_of_sqlite_are_what_they_are(tmp_path: Path) -> None:
    """Long after rows of one type, too."""
    after = [
        (3, 2.5, "乙", b"\0A"), (3.0, 2, "\0", "丙"), (4.5, 2**60 + 1, b"\xe4\xb8\x81", 7),
        (2**63 - 1, None, None, None),
    ]  # fmt: skip
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE one (a, b, c, d)")
        connection.executemany("INSERT INTO one VALUES (?, ?, ?, ?)", [(1, 0.5, "甲", None)] * 1200 + after)
    connection.close()
    fetch_rows(Wanted(fill_address("sqlite:///x.db"), table="one"), tmp_path, tmp_path / "x.arrow")
    table = read_rows(tmp_path / "x.arrow").to_pydict()
    assert [{*values[:1200]} for values in table.values()] == [{"1"}, {"0.5"}, {"甲"}, {None}]
    assert [values[1200:] for values in table.values()] == [
        ["3", "3", "4.5", "9223372036854775807"], ["2.5", "2", "1152921504606846977", None],
        ["乙", "\0", "丁", None], ["0041", "丙", "7", None],
    ]  # fmt: skip


def test_a_text_of_sqlite_that_is_no_utf_8_is_told_without_it(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE one AS SELECT CAST(x'C4E3' AS TEXT) AS a")
    connection.close()
    with pytest.raises(LedgerError, match="UTF"):
        fetch_rows(Wanted(fill_address("sqlite:///x.db"), table="one"), tmp_path, tmp_path / "x.arrow")
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]


def test_the_statement_for_sql_server() -> None:
    from types import SimpleNamespace

    from sqlalchemy.dialects import mssql

    bind = SimpleNamespace(dialect=mssql.dialect())
    wanted = Wanted(fill_address("mssql+pyodbc://host/db"), table="dbo.隐患 台账", key="编号")
    assert " ".join(make_select(wanted, bind).split()) == "SELECT * FROM dbo.[隐患 台账] ORDER BY [编号]"


def serve_folder(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_files_behind_addresses(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    there = tmp_path / "there"
    write_sheet(there / "溪口镇.xlsx", make_hazards("溪口镇"))
    memory = fsspec.filesystem("memory")
    memory.pipe(
        "/ledgers/溪南镇.xlsx", write_sheet(tmp_path / "b.xlsx", make_hazards("溪南镇", 2)).read_bytes()
    )
    memory.pipe("/ledgers/~$溪南镇.xlsx", b"x")
    for base in serve_folder(there):
        files = f'files = ["{base}/溪口镇.xlsx", "memory://ledgers/*.xlsx", "memory://ledgers/*.csv"]'
        root = make(tmp_path / "book", files)
        book = tz.open(str(root))
        shown = {place[0] for place in place_rows(book)}
        assert shown == {f"{base}/溪口镇.xlsx", "memory://ledgers/溪南镇.xlsx"}
        assert book.result.summaries[0].accepted == 5
        assert [error.root.code for error in book.result.errors] == ["ingest.missing.pattern"]
        assert not tz.open(str(root)).result.fresh
    # The server is gone: its file is unread, the others are read.
    book = tz.open(str(root))
    assert book.result.summaries[0].accepted == 2 and len(book.result.unread["hazards"]) == 1
    memory.rm("/ledgers", recursive=True)


def test_a_missing_library_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(LedgerError, match=r'pip install "taizhang\[sql\]"'):
        fetch_rows(Wanted(fill_address(LITE), "SELECT 1"), tmp_path, tmp_path / "x.arrow")


@pytest.mark.parametrize(
    ("written", "away"),
    [
        ("postgresql://host/db", True),
        ("https://host/a.xlsx", True),
        ("sqlite:///data/${NAME}.db", True),
        ("${ADDRESS}", True),
        ("SQLite:///data/x.db", False),
        ("duckdb:///data/x.duckdb", False),
        ("file:///srv/a.xlsx", False),
        ("data/raw/*.xlsx", False),
    ],
)
def test_what_leads_away_from_this_machine(written: str, away: bool) -> None:
    assert leads_away(written) is away


def test_a_workbook_from_elsewhere_asks_no_server_until_it_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could name its writer's own server, and a value of the environment to send there."""
    asked: list[str] = []

    class Server(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SECRET", "hunter2")
    place = f"http://127.0.0.1:{server.server_port}/${{SECRET}}.xlsx"
    root = make(
        tmp_path / "book", f'files = ["{place}"]', f'source = "{LITE}"\ntable = "hazards"\nkey = "id"'
    )
    try:
        book = tz.open(str(root))
        (error,) = book.result.errors
        assert error.root.code == "ingest.source.untrusted"
        assert asked == [] and str(root) in str(error)
        assert book.result.unread["hazards"] and len(place_rows(book)) == 2  # a file on this machine is read
        trust_workbook(root)
        (error,) = tz.open(str(root)).result.errors
        assert error.root.code != "ingest.source.untrusted" and asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
