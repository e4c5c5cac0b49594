"""Time the reading of a table of a database against the driver's own fetching of the same rows.

python -m benchmarks.time_sources [--rows 1000000] [--repeat 3] [--of sqlite duckdb postgresql mariadb]

Both run in a process of their own. The driver's own read is the plainest that a program would write: the whole
query, rows taken in thousands and let go; of DuckDB, batches of Arrow, which is the fastest it has. PostgreSQL and
MariaDB are started by the tests' own helper, on the loopback, where they are installed.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from benchmarks.time_ingest import make_districts, make_rows

PART = 100_000
BASES = ("sqlite", "duckdb", "postgresql", "mariadb")
# What each process does: sys.argv holds the address and the file to write.
_DRIVERS = {
    "sqlite": """
import sqlite3
cursor = sqlite3.connect(sys.argv[1].partition(":///")[2]).execute("SELECT * FROM hazards")
while cursor.fetchmany(1000):
    pass
""",
    "duckdb": """
import duckdb
cursor = duckdb.connect(sys.argv[1].partition(":///")[2], read_only=True).execute("SELECT * FROM hazards")
for batch in cursor.to_arrow_reader(50_000):
    pass
""",
    "postgresql": """
import psycopg
with psycopg.connect(sys.argv[1].replace("+psycopg", "")) as connection, connection.cursor("rows") as cursor:
    cursor.itersize = 1000
    cursor.execute("SELECT * FROM hazards")
    while cursor.fetchmany(1000):
        pass
""",
    "mariadb": """
import pymysql, pymysql.cursors
from urllib.parse import urlsplit
parts = urlsplit(sys.argv[1])
where = dict(host=parts.hostname, port=parts.port, user=parts.username, database=parts.path[1:])
with pymysql.connect(cursorclass=pymysql.cursors.SSCursor, **where) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT * FROM hazards")
    while cursor.fetchmany(1000):
        pass
""",
}
_OURS = """
import duckdb, psycopg, pymysql, sqlalchemy.dialects.mysql, sqlalchemy.dialects.postgresql, sqlite3
import sqlalchemy.dialects.sqlite
from pathlib import Path
from taizhang.core.addresses import fill_address
from taizhang.ingest.databases import Wanted, fetch_rows
fetch_rows(Wanted(fill_address(sys.argv[1]), query="SELECT * FROM hazards"), Path("/"), Path(sys.argv[2]))
"""
_FRAME = """
import sys, time
{imports}
start, before = time.perf_counter(), time.process_time()
{body}
took = time.perf_counter() - start, time.process_time() - before
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(*took, int(peak) / 1024)
"""


def load_sqlite(address: str, parts: Iterator[pd.DataFrame]) -> None:
    """Write the table as an office's program keeps it: days as texts."""
    import sqlalchemy as sa

    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for part in parts:
            for name in part.columns[part.dtypes.map(lambda one: one.kind == "M")]:
                part[name] = part[name].dt.strftime("%Y-%m-%d")
            part.to_sql("hazards", connection, if_exists="append", index=False)
    engine.dispose()


def load_duckdb(address: str, parts: Iterator[pd.DataFrame]) -> None:
    """Write the table, days as times."""
    import duckdb

    with duckdb.connect(address.partition(":///")[2]) as connection:
        for number, part in enumerate(parts):
            connection.register("part", part)
            connection.execute(
                "INSERT INTO hazards SELECT * FROM part"
                if number
                else "CREATE TABLE hazards AS SELECT * FROM part"
            )


def load_postgres(address: str, parts: Iterator[pd.DataFrame]) -> None:
    """Write the table by COPY, days as times."""
    import sqlalchemy as sa

    engine = sa.create_engine(address)
    for number, part in enumerate(parts):
        if not number:
            part.head(0).to_sql("hazards", engine, index=False)
        with engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy("COPY hazards FROM STDIN (FORMAT csv)") as copy:
                copy.write(part.to_csv(index=False, header=False))
    engine.dispose()


def load_mariadb(address: str, parts: Iterator[pd.DataFrame]) -> None:
    """Write the table in statements of many rows, days as times."""
    import sqlalchemy as sa

    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER DATABASE mysql CHARACTER SET utf8mb4")
        for part in parts:
            part.to_sql("hazards", connection, if_exists="append", index=False)
    engine.dispose()


_SERVERS = {
    "postgresql": ("serve_postgres", load_postgres),
    "mariadb": ("serve_mariadb", load_mariadb),
}


@contextmanager
def hold_base(name: str, folder: Path, rows: int, districts: gpd.GeoDataFrame) -> Iterator[str]:
    """Make the table; its address."""
    parts = (make_rows(min(PART, rows - start), districts, start // PART) for start in range(0, rows, PART))
    if name in _SERVERS:
        serve, load = _SERVERS[name]
        with getattr(import_module("tests.unit.servers"), serve)() as address:
            load(address, parts)
            yield address
        return
    address = f"{name}:///{folder / f'hazards.{name}'}"
    (load_sqlite if name == "sqlite" else load_duckdb)(address, parts)
    yield address


def run_child(body: str, *arguments: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak memory in MB of a process that does this; libraries' loading not counted."""
    lines = body.strip().splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    script = _FRAME.format(
        imports="\n".join(imports), body="\n".join(line for line in lines if line not in imports)
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    seconds, cpu, memory = map(float, done.stdout.split()[-3:])
    return seconds, cpu, memory


def time_base(name: str, folder: Path, rows: int, repeat: int, districts: gpd.GeoDataFrame) -> None:
    """Measure both in turn and print their medians."""
    with hold_base(name, folder, rows, districts) as address:
        driver, ours = [], []
        for _ in range(repeat):
            driver.append(run_child(_DRIVERS[name], address))
            ours.append(run_child(_OURS, address, str(folder / "rows.parquet")))
    (base, base_cpu, base_mb), (own, own_cpu, own_mb) = (
        [statistics.median(values) for values in zip(*runs, strict=True)] for runs in (driver, ours)
    )
    print(
        f"{name:11} driver {base:6.2f} s, processor {base_cpu:6.2f} s, {base_mb:5.0f} MB;  "
        f"taizhang {own:6.2f} s, processor {own_cpu:6.2f} s, {own_mb:5.0f} MB;  "
        f"{own / base:.2f} times, processor {own_cpu / base_cpu:.2f}",
        flush=True,
    )


def main() -> None:
    """Make the tables, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3, help="how often to measure both, in turn")
    parser.add_argument("--of", nargs="+", choices=BASES, default=BASES)
    chosen = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, {chosen.rows:,} rows"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        districts = make_districts(folder)
        for base in chosen.of:
            time_base(base, folder, chosen.rows, chosen.repeat, districts)


if __name__ == "__main__":
    main()
