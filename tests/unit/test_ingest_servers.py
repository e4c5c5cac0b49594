"""Ledgers and boundaries in real servers: PostgreSQL with PostGIS, and MariaDB."""

import gc
import math
import re
import shutil
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from database_book import load_tables, read_tables
from servers import find_program, serve_mariadb, serve_postgres

import taizhang as tz
from taizhang.cli import main
from taizhang.core.addresses import fill_address
from taizhang.core.errors import LedgerError
from taizhang.ingest import databases
from taizhang.ingest import postgres as postgres_copy
from taizhang.ingest.databases import Wanted, fetch_rows
from taizhang.ingest.geometry import read_shapes
from taizhang.ingest.rowfile import read_rows
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.writing import write_text as quote
from taizhang.workbook.book import Workbook
from tools.sample import make_sample

sa = pytest.importorskip("sqlalchemy")

KINDS = ("hazards", "complaints", "drills")
PASSWORD = "pa:ss/w%rd@of?the#Reader"  # every sign that means something in an address
CREATE = f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'"
PLACES = ["source_file", "source_sheet", "source_row"]


@pytest.fixture(scope="module")
def files_book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """A small sample out of its files, of a few kinds."""
    folder = tmp_path_factory.mktemp("files") / "book"
    make_sample(folder, townships=3, rows=120, seed=7)
    text = (folder / "workbook.toml").read_text("utf-8")
    head, *ledgers = re.split(r"(?m)^(?=\[+ledgers\.)", text)
    kept = [one for one in ledgers if re.match(r"\[+ledgers\.(\w+)", one)[1] in KINDS]  # type: ignore[index]
    last = re.split(r"(?m)^(?=\[+(?!ledgers))", ledgers[-1])[1:]  # what follows the ledgers
    (folder / "workbook.toml").write_text("".join([head, *kept, *last]), encoding="utf-8")
    return tz.open(str(folder))


def load(book: Workbook, engine: "sa.Engine") -> dict[str, list[str]]:
    """Put the sample's ledgers into a database; its tables by kind."""
    kinds = load_kinds()
    names = frozenset(book.districts["name"])
    made = {}
    with engine.connect() as connection:
        for kind in KINDS:
            tables = {}
            for path in sorted((book.root / "data" / "raw" / kind).iterdir()):
                # Names of tables have 63 bytes.
                tables |= {name[:20]: table for name, table in read_tables(path, kinds[kind], names).items()}
            load_tables(connection, tables)
            made[kind] = list(tables)
    return made


def make_book(
    root: Path, of: Workbook, address: str, tables: Mapping[str, list[str]], *, layer: str = ""
) -> Path:
    """The sample's workbook with its ledgers, and with `layer` its boundaries, out of a database."""
    text = (of.root / "workbook.toml").read_text("utf-8")
    text = re.sub(r"(?ms)^\[+ledgers\..*?(?=^\[(?!\[?ledgers)|\Z)", "", text)
    if layer:
        text = text.replace(
            'path = "data/raw/boundaries/townships.shp"', f"source = {quote(address)}\n{layer}"
        )
    for kind, names in tables.items():
        for name in names:
            text += f"\n[[ledgers.{kind}]]\nsource = {quote(address)}\ntable = {quote(name)}\n"
    root.mkdir(parents=True)
    (root / "workbook.toml").write_text(text, encoding="utf-8")
    shutil.copytree(of.root / "data" / "raw" / "boundaries", root / "data" / "raw" / "boundaries")
    return root


def strip_places(table: pd.DataFrame) -> pd.DataFrame:
    dropped = [*PLACES, "table_columns", "hazard_key", "district_match"]
    bare = table.drop(columns=[name for name in dropped if name in table])
    bare = bare.reindex(columns=sorted(bare.columns)).astype("str")
    return bare.sort_values(list(bare.columns)).reset_index(drop=True)


def compare(found: Workbook, expected: Workbook) -> None:
    """The same facts, rows, and what was set aside, of two workbooks."""
    told = [sorted(book.result.summaries, key=lambda one: one.kind) for book in (found, expected)]
    for one, other in zip(*told, strict=True):
        assert one.read == one.accepted + one.set_aside
        assert (one.kind, one.read, one.accepted, one.set_aside, one.cells_set_aside) == (
            other.kind, other.read, other.accepted, other.set_aside, other.cells_set_aside,
        )  # fmt: skip
        pd.testing.assert_frame_equal(
            strip_places(found.ledger(one.kind)), strip_places(expected.ledger(one.kind))
        )
    aside = [pd.read_csv(book.config.processed / "set_aside.csv", dtype="str") for book in (found, expected)]
    pd.testing.assert_frame_equal(*map(strip_places, aside))
    pd.testing.assert_frame_equal(found.facts("2021"), expected.facts("2021"))


@pytest.fixture(scope="module")
def postgres(files_book: Workbook) -> Iterator[tuple[str, "sa.Engine", dict[str, list[str]]]]:
    """The address for a reader, the owner's engine, and the sample's tables by kind."""
    if not find_program("initdb"):
        pytest.skip("no PostgreSQL on this machine")
    with serve_postgres() as address:
        engine = connect(address)
        tables = load(files_book, engine)
        with engine.connect() as connection:
            connection.exec_driver_sql(CREATE, execution_options={"no_parameters": True})
            connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
            connection.commit()
        yield address.replace("owner@", "reader:${DB_PASSWORD}@"), engine, tables
        engine.dispose()


def connect(address: str) -> "sa.Engine":
    engine = sa.create_engine(address)
    for _ in range(100):
        try:
            engine.connect().close()
            return engine
        except sa.exc.OperationalError:  # it is still starting
            time.sleep(0.1)
    raise AssertionError("the server does not start")


@pytest.fixture(autouse=True)
def set_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)


def test_the_sample_in_postgres_is_the_sample_in_files(postgres, files_book, tmp_path, capfd) -> None:
    """Boundaries too; and the password is in nothing that is written or printed."""
    address, engine, tables = postgres
    towns = gpd.read_file(files_book.config.boundaries.path).set_crs(4490, allow_override=True)
    wkb = [{"code": a, "name": b, "parent": c, "wkb": d.wkb} for a, b, c, d in zip(
        towns["XZDM"], towns["XZMC"], towns["SJXZ"], towns.geometry, strict=True
    )]  # fmt: skip
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE EXTENSION postgis")
        connection.exec_driver_sql(
            "CREATE TABLE towns (xzdm text, xzmc text, sjxz text, geom geometry(Geometry, 4490))"
        )
        insert = "INSERT INTO towns VALUES (:code, :name, :parent, ST_GeomFromWKB(:wkb, 4490))"
        connection.execute(sa.text(insert), wkb)
        connection.exec_driver_sql("GRANT SELECT ON towns TO reader")
        connection.commit()
    layer = 'query = "SELECT xzdm AS \\"XZDM\\", xzmc AS \\"XZMC\\", sjxz AS \\"SJXZ\\", geom FROM towns ORDER BY xzdm"'
    root = make_book(tmp_path / "book", files_book, address, tables, layer=layer)
    book = tz.open(str(root))
    assert book.config.boundaries.source
    compare(book, files_book)
    assert not tz.open(str(root)).result.fresh  # nothing changed
    rows = book.ledger("hazards")
    assert (
        rows["source_file"].iloc[0] == address.replace("reader:${DB_PASSWORD}@", "")
        and rows["source_row"].min() == 1
    )
    # What is wrong is told without the password, too.
    (root / "workbook.toml").write_text(
        (root / "workbook.toml").read_text("utf-8").replace("reader:", "nobody:")
    )
    for command in (["ingest"], ["check"], ["doctor"]):
        assert run_command([*command, "-C", str(root)]) in (1, 2)
    said = capfd.readouterr()
    assert "nobody" in said.out + said.err or "5" in said.out + said.err
    hidden = [PASSWORD.encode(), urllib.parse.quote(PASSWORD, safe="").encode()]
    written = [path.read_bytes() for path in root.rglob("*") if path.is_file()] + [
        said.out.encode(),
        said.err.encode(),
    ]
    assert len(written) > 20 and not any(one in data for one in hidden for data in written)


def run_command(arguments: list[str]) -> int:
    with pytest.MonkeyPatch.context() as patched, pytest.raises(SystemExit) as ended:
        patched.setattr("sys.argv", ["taizhang", *arguments])
        main()
    return int(ended.value.code or 0)


def write_source(root: Path, address: str, query: str) -> Workbook:
    """The only ledger of a workbook is what this query gives."""
    text = re.split(r"(?m)^\[+ledgers", (root / "workbook.toml").read_text("utf-8"))[0]
    (root / "workbook.toml").write_text(
        f"{text}\n[ledgers.drills]\nsource = {quote(address)}\nquery = {quote(query)}\n", encoding="utf-8"
    )
    return tz.open(str(root))


def count_drills(book: Workbook) -> float:
    facts = book.facts("2021")
    return float(
        facts.loc[(facts["fact"] == "drills.held") & (facts["district_code"] == "all"), "value"].iloc[0]
    )


DRILLS = "SELECT '溪口镇' AS 乡镇, {day} AS 演练日期{more} FROM {numbers}"


def test_a_connection_lost_in_the_middle_leaves_nothing_half_read(postgres, files_book, tmp_path) -> None:
    address, _, _ = postgres
    root = make_book(tmp_path / "book", files_book, address, {"drills": ["x"]})
    day, numbers = "date '2021-03-01'", "generate_series(1, 60000) n"
    dies = ", CASE WHEN n = 55000 THEN pg_terminate_backend(pg_backend_pid()) END AS x"
    book = write_source(root, address, DRILLS.format(day=day, more=dies, numbers=numbers))
    assert book.result.errors and book.result.unread["drills"]
    assert math.isnan(count_drills(book)) and book.result.summaries[0].read == 0
    assert run_command(["ingest", "-C", str(root)]) == 1
    assert not list((root / "data" / "processed" / ".cache" / "fetched").rglob("*.arrow"))
    book = write_source(root, address, DRILLS.format(day=day, more="", numbers=numbers))
    assert count_drills(book) == 60000 and not book.result.errors


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("INSERT INTO towns SELECT * FROM towns RETURNING xzmc", "ingest.source.failed"),
        ("SELECT '13800000000'::date", "ingest.source.value"),
        ("SET work_mem = 100", "ingest.source.failed"),
        ("SELECT * FROM nowhere", "ingest.source.failed"),
    ],
)
def test_a_source_is_only_read(postgres, query: str, code: str, tmp_path) -> None:
    """The owner could write, were it not for the transaction."""
    owner = postgres[1].url.render_as_string(hide_password=False)
    with pytest.raises(LedgerError) as error:
        fetch_rows(Wanted(fill_address(owner), query), tmp_path, tmp_path / "x.arrow")
    assert error.value.reasons[0].code == code and not list(tmp_path.iterdir())
    assert "13800000000" not in str(error.value)


def test_types_of_postgres(postgres, tmp_path) -> None:
    query = (
        "SELECT 1.50::numeric(10,2) AS a, 12345678901234567890::numeric AS b, true AS c, date '2021-03-01' AS d, "
        "timestamptz '2021-03-01 08:00+08' AS e, ARRAY['x', 'y'] AS f, "
        "NULL AS g, '%s :x'::text AS h, 'NaN'::numeric AS i"
    )
    fetch_rows(
        Wanted(fill_address(postgres[1].url.render_as_string()), query), tmp_path, tmp_path / "x.arrow"
    )
    (row,) = read_rows(tmp_path / "x.arrow").to_pandas().to_dict("records")
    assert (row["a"], row["b"], row["c"], row["f"]) == (1.5, "12345678901234567890", True, '["x", "y"]')
    assert str(row["d"]) == "2021-03-01" and row["e"].tzinfo is None and row["h"] == "%s :x"
    assert pd.isna(row["g"]) and pd.isna(row["i"])


EVERY_TYPE = """
SELECT n::smallint AS a, n AS b, n::bigint * 3000000000000000000 AS c, n / 3::real AS d, n / 3::float8 AS e,
  CASE n WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' ELSE '1.10' END::float8 AS f,
  CASE n WHEN 1 THEN 'NaN' ELSE '1.10' END::numeric AS g, n::numeric * 12345678901234567890 AS h,
  CASE n WHEN 1 THEN 1 ELSE 2.50 END::numeric AS i, NULL::numeric AS j, n = 1 AS k,
  date '2021-03-01' + n AS l, timestamp '2021-03-01 08:30:00.123456' AS m,
  timestamptz '2021-03-01 08:00:00.5+08' - n * interval '1 hour' AS o, time '08:30' AS p, interval '1 day' AS q,
  '\\x0041'::bytea AS r, '\\x41'::bytea AS s, ARRAY[1, NULL, n] AS t, '{"b": [1, "甲"]}'::jsonb AS u,
  '00000000-0000-0000-0000-00000000000A'::uuid AS v, 'a'::"char" AS w, 'x'::character(3) AS x, inet '10.0.0.1' AS y,
  CASE n WHEN 1 THEN '' WHEN 2 THEN NULL ELSE E'\\uFEFF"甲",\r\n乙\\\t' END AS z, E'\\\\.'::text AS aa,
  CASE n WHEN 2 THEN E'\\uFEFF' END AS ab, B'101' AS ac, point(1, 2) AS ad, 'pg_class'::regclass AS ae, 1.5::money AS af
FROM generate_series(0, 3) n ORDER BY n DESC
"""


def read_both(postgres, query: str, folder: Path, monkeypatch) -> list[pa.Table]:
    """The rows of a query by COPY, and value by value."""
    address = fill_address(postgres[1].url.render_as_string())
    monkeypatch.setattr(postgres_copy, "_BYTES_PER_BATCH", 100)
    fetch_rows(Wanted(address, query), folder, folder / "x.arrow")
    with monkeypatch.context() as patched:
        patched.setattr(databases, "start_copy", lambda *_: None)
        fetch_rows(Wanted(address, query), folder, folder / "y.arrow")
    return [read_rows(folder / name) for name in ("x.arrow", "y.arrow")]


@pytest.mark.parametrize(
    "query",
    [
        EVERY_TYPE,
        "SELECT NULL AS a FROM generate_series(1, 2)",
        "SELECT E'\\uFEFF' AS a, 1 AS a UNION ALL SELECT '', NULL",
        "SELECT * FROM (VALUES (NULL), (''), ('甲'), (NULL)) AS one (a)",
        "SELECT 1 AS a WHERE false",
        "SELECT 7 AS a; ",  # what COPY can't take
        "SELECT 7 AS a -- of the year",
    ],
)
def test_copied_rows_are_what_the_driver_gives(postgres, query, tmp_path, monkeypatch) -> None:
    copied, given = read_both(postgres, query, tmp_path, monkeypatch)
    # NaN is not itself
    assert [str(one.to_pylist()) for one in copied.columns] == [str(one.to_pylist()) for one in given.columns]
    for one, other in zip(copied.schema.types, given.schema.types, strict=True):
        assert one == other or given.num_rows == 0 or pa.types.is_null(other)


def test_a_day_that_python_has_not_is_told_without_its_value(postgres, tmp_path, monkeypatch) -> None:
    for query in ("SELECT 'infinity'::date AS a", "SELECT '-infinity'::timestamptz AS a"):
        with pytest.raises(LedgerError) as error:
            read_both(postgres, query, tmp_path, monkeypatch)
        assert error.value.reasons[0].code == "ingest.source.value" and not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def mariadb(files_book: Workbook) -> Iterator[tuple[str, "sa.Engine", dict[str, list[str]]]]:
    if not find_program("mariadb-install-db"):
        pytest.skip("no MariaDB on this machine")
    with serve_mariadb() as address:
        engine = connect(address)
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE ledgers CHARACTER SET utf8mb4")
            connection.execute(sa.text("CREATE USER reader IDENTIFIED BY :word"), {"word": PASSWORD})
            connection.exec_driver_sql("GRANT SELECT ON ledgers.* TO reader")
        engine.dispose()
        engine = connect(address.replace("/mysql", "/ledgers"))
        tables = load(files_book, engine)
        yield str(engine.url).replace("root@", "reader:${DB_PASSWORD}@"), engine, tables
        engine.dispose()


def test_the_sample_in_mariadb_is_the_sample_in_files(mariadb, files_book, tmp_path) -> None:
    address, _, tables = mariadb
    compare(tz.open(str(make_book(tmp_path / "book", files_book, address, tables))), files_book)


def test_a_connection_to_mariadb_killed_while_rows_come(mariadb, tmp_path, monkeypatch) -> None:
    address, engine, _ = mariadb
    gc.collect()
    unraised = []
    monkeypatch.setattr(sys, "unraisablehook", unraised.append)
    query = DRILLS.format(
        day="'2021-03-01'", more=", SLEEP(IF(seq > 59600, 0.05, 0)) AS x", numbers="seq_1_to_60000"
    )

    def kill() -> None:
        running = "SELECT id FROM information_schema.processlist WHERE user = 'reader' AND info <> ''"
        with engine.connect() as connection:
            for _ in range(200):
                if found := connection.exec_driver_sql(running).scalars().all():
                    time.sleep(0.5)
                    connection.exec_driver_sql(f"KILL {found[0]}")
                    return
                time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(LedgerError) as error:
        fetch_rows(Wanted(fill_address(address), query), tmp_path, tmp_path / "x.arrow")
    killer.join()
    assert error.value.reasons[0].code == "ingest.source.failed" and not list(tmp_path.iterdir())
    # The traceback holds the cursor. When that goes, nothing is read from the dead connection.
    del error
    gc.collect()
    assert not unraised


def test_mariadb_writes_nothing_and_gives_its_own_types(mariadb, tmp_path) -> None:
    address = fill_address(str(mariadb[1].url))  # root's, who may write
    with pytest.raises(LedgerError) as error:
        fetch_rows(Wanted(address, "CREATE TABLE ledgers.z AS SELECT 1"), tmp_path, tmp_path / "x.arrow")
    assert error.value.reasons[0].code == "ingest.source.failed"
    query = "SELECT b'1' AS a, 1.20 AS b, '100%' AS c, TIME '08:30:00' AS d, ST_GeomFromText('POINT(1 2)', 4490) AS e"
    fetch_rows(Wanted(address, query), tmp_path, tmp_path / "x.arrow")
    (row,) = read_rows(tmp_path / "x.arrow").to_pandas().to_dict("records")
    assert (row["a"], row["b"], row["c"], row["d"]) == (True, 1.2, "100%", "8:30:00")
    (shape,) = read_shapes([row["e"]])
    assert (shape.x, shape.y, shapely.get_srid(shape)) == (1, 2, 4490)
