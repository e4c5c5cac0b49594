"""Reading a query's rows out of a database into a file: read only, in bounded memory, whole or not at all.

A password is in no message: what a driver says of an error is left out where it holds one, and where it may hold
a value of a row.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from taizhang.core.addresses import Address
from taizhang.core.errors import LedgerError, TaizhangError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.ingest.postgres import read_copy, start_copy
from taizhang.ingest.rowfile import ROWS_AT_ONCE, ROWS_PER_BATCH, RowFile, make_array, open_rows

# What `pip install` gets a driver by, where that is one of the extras.
_EXTRAS = dict.fromkeys(("sqlalchemy", "psycopg", "pymysql", "duckdb"), '"taizhang[sql]"')
_EXTRAS |= dict.fromkeys(("fsspec", "paramiko", "aiohttp"), '"taizhang[remote]"')
_SECONDS = 10  # to wait for a server
_DUCKDB = "duckdb"
_SQLITE = "sqlite"


@dataclass(frozen=True)
class Wanted:
    """The rows to be read: those of a query, or of a table in the order of `key` or of its primary key."""

    address: Address
    query: str = ""
    table: str = ""
    key: str = ""


def fetch_rows(wanted: Wanted, root: Path, path: Path) -> None:
    """Read rows into a file of Arrow; LedgerError if not all can be read, or the `key` can't number them.

    Files of SQLite and DuckDB are named relative to `root`.
    """
    with tell_driver(wanted.address):
        names, batches, close = _ask(wanted, root)
        try:
            with RowFile(path, names) as file:
                for batch in batches:
                    batch(file)
        finally:
            close()
    if wanted.key:
        _check_key(path, wanted.key)


def try_source(wanted: Wanted, root: Path) -> tuple[bool, int]:
    """Read the first rows; returns whether the server was set to read-only, and the number of columns."""
    with tell_driver(wanted.address):
        names, batches, close = _ask(wanted, root)
        try:
            next(iter(batches), None)
        finally:
            close()
    return not wanted.address.text.startswith("mssql"), len(names)


Batches = Iterator[Callable[[RowFile], None]]


def _ask(wanted: Wanted, root: Path) -> tuple[list[str], Batches, Callable[[], None]]:
    scheme = wanted.address.text.partition("://")[0]
    return (_ask_duckdb if scheme == _DUCKDB else _ask_sql)(wanted, root)


@contextmanager
def tell_driver(address: Address) -> Iterator[None]:
    """Raise what a driver raises as LedgerError, in words that hold no secret and no value of a row."""
    try:
        yield
    except TaizhangError:
        raise
    except ImportError as error:
        raise _name_driver(error, address) from None
    except MemoryError:
        raise
    except Exception as error:  # each driver has errors of its own
        raise LedgerError(_word(error, address)) from None


def _word(error: Exception, address: Address) -> Reason:
    original = getattr(error, "orig", None) or error
    if type(error).__name__ == "NoSuchModuleError":
        return Reason("ingest.source.no_dialect", scheme=address.shown.partition("://")[0])
    kinds = {kind.__name__ for kind in type(original).__mro__}
    if "DataError" in kinds or "ConversionException" in kinds:  # quotes the value
        return Reason("ingest.source.value", name=type(original).__name__)
    if address.tells(str(original)) or address.tells(str(error)):
        return Reason("ingest.source.hidden", name=type(original).__name__)
    return Reason("ingest.source.failed", why=tell_error(original))


def _name_driver(error: ImportError, address: Address) -> LedgerError:
    cause = error.__cause__
    library = (error.name or getattr(cause, "name", None) or "").partition(".")[0]
    if not library:  # it says in words of its own what it lacks
        return LedgerError("ingest.source.failed", why=tell_error(error))
    return LedgerError("ingest.source.no_driver", library=library, package=_EXTRAS.get(library, library))


def _ask_sql(wanted: Wanted, root: Path) -> tuple[list[str], Batches, Callable[[], None]]:
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    url = _parse_url(wanted.address)
    name = url.get_backend_name()
    # Parameters never show in an error; a pool would keep a connection when all is read.
    settings: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
    if name == _SQLITE:
        settings["creator"] = _open_sqlite(root / (url.database or ""), wanted.address)
    elif name in ("postgresql", "mysql", "mariadb") and "connect_timeout" not in url.query:
        settings["connect_args"] = {"connect_timeout": _SECONDS}
    engine = sqlalchemy.create_engine(url, **settings)
    connection = engine.connect()
    text: type = str
    copy, stack = None, ExitStack()
    try:
        statement = wanted.query or make_select(wanted, connection)
        _forbid_writing(connection, name)
        # Without parameters a driver takes the query as it is, whatever signs are in it.
        options = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE, "no_parameters": True}
        result = connection.exec_driver_sql(statement, execution_options=options)
        cursor: Any = result.cursor
        if not result.returns_rows:
            raise LedgerError("ingest.source.no_rows")
        driver: Any = connection.connection.driver_connection
        if name == _SQLITE:  # UTF-8 as the file has it, of which no str need be made
            driver.text_factory = text = bytearray
        elif url.get_driver_name() == "psycopg":
            copy = start_copy(driver, statement, stack)
    except BaseException:
        connection.close()
        raise

    def list_batches() -> Batches:
        if copy is not None:
            for arrays in read_copy(copy, driver, [one.type_code for one in cursor.description]):
                yield lambda file, arrays=arrays: file.add_arrays(arrays)  # type: ignore[misc]
            return
        # SQLAlchemy holds the first rows; the others are taken as the driver gives them, without a Row around each.
        fetch: Callable[[int], Sequence[Any]] = result.fetchmany
        while rows := fetch(ROWS_AT_ONCE):
            fetch = cursor.fetchmany if len(rows) == ROWS_AT_ONCE else result.fetchmany
            yield lambda file, rows=rows: file.add(rows, text)  # type: ignore[misc]

    def close() -> None:
        stack.close()
        _forget_rest(cursor)
        connection.invalidate()  # what has not been read is not waited for
        connection.close()

    return [str(one) for one in tuple(result.keys())], list_batches(), close


def _forget_rest(cursor: Any) -> None:
    """Have pymysql not read the rest of a result when the cursor is cleared away, after its connection is closed.

    It has no public way to say so, and tells of its failure at whatever moment the garbage is collected.
    """
    rest = getattr(cursor, "_result", None)
    if rest is not None and getattr(rest, "unbuffered_active", False):
        rest.unbuffered_active = False


def _parse_url(address: Address) -> Any:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(address.text)
    except (ArgumentError, ValueError):
        raise LedgerError("ingest.source.no_address") from None


def make_select(wanted: Wanted, bind: Any) -> str:
    """The statement that reads a table, as the database's dialect writes it; `bind`: a connection."""
    import sqlalchemy as sql

    schema, _, table = wanted.table.rpartition(".")
    order = [wanted.key] if wanted.key else _find_primary_key(bind, table, schema)
    statement: Any = sql.select(sql.literal_column("*")).select_from(sql.table(table, schema=schema or None))
    statement = statement.order_by(*(sql.column(name) for name in order))
    return str(statement.compile(dialect=bind.dialect))


def _find_primary_key(connection: Any, table: str, schema: str) -> list[str]:
    import sqlalchemy as sql

    try:
        found = sql.inspect(connection).get_pk_constraint(table, schema=schema or None)
    except (
        sql.exc.NoSuchTableError,
        NotImplementedError,
    ):  # a view has none; what is not there, the query says
        return []
    return list(found["constrained_columns"])


def _forbid_writing(connection: Any, name: str) -> None:
    """Have the database refuse whatever would change it; SQLite's file is opened so, and SQL Server knows no such
    thing."""
    connection.rollback()  # the transaction of looking for the key
    if name == "postgresql":
        connection.execution_options(postgresql_readonly=True)
    elif name in ("mysql", "mariadb"):
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.rollback()
    elif name == "oracle":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _open_sqlite(path: Path, address: Address) -> Callable[[], Any]:
    import sqlite3

    if not path.is_file():
        raise LedgerError("ingest.source.no_file", path=address.shown)
    return lambda: sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _ask_duckdb(wanted: Wanted, root: Path) -> tuple[list[str], Batches, Callable[[], None]]:
    import duckdb

    path = root / wanted.address.text.partition(":///")[2].partition("?")[0]
    if not path.is_file():
        raise LedgerError("ingest.source.no_file", path=wanted.address.shown)
    # A query out of workbook.toml reads this file, and no other of the machine.
    config: dict[str, Any] = {"enable_external_access": "false", "autoinstall_known_extensions": "false"}
    connection = duckdb.connect(str(path), read_only=True, config=config)
    try:
        connection.execute(
            "SET enable_progress_bar = false"
        )  # it would be printed between the command's own lines
        statement = wanted.query or _write_select(wanted)
        reader = connection.execute(statement).to_arrow_reader(ROWS_PER_BATCH)
    except BaseException:
        connection.close()
        raise

    def list_batches() -> Batches:
        for batch in reader:
            yield lambda file, batch=batch: file.add_arrays([_simplify(one) for one in batch.columns])  # type: ignore[misc]

    return list(reader.schema.names), list_batches(), connection.close


def _write_select(wanted: Wanted) -> str:
    table = ".".join(_quote(part) for part in wanted.table.split("."))
    return f"SELECT * FROM {table}" + (f" ORDER BY {_quote(wanted.key)}" if wanted.key else "")


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _simplify(array: pa.Array) -> pa.Array:
    """A column of Arrow's in one of the few types of a row file."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _simplify(array.dictionary_decode())
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return array.cast(pa.int64())
    if pa.types.is_floating(kind):
        return array.cast(pa.float64())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return array.cast(pa.string())
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return array.cast(pa.timestamp("us"), safe=False)
    if pa.types.is_date(kind):
        return array.cast(pa.date32())
    if pa.types.is_null(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return array
    return make_array(array.to_pylist())


def _check_key(path: Path, key: str) -> None:
    """LedgerError if a column can't number the rows: each value a whole number, above 0, and there once."""
    with open_rows(path) as file:
        names = list(file.schema.names)
        if names.count(key) != 1:
            raise LedgerError("ingest.source.no_key", key=key, columns=names)
        batches = [file.get_batch(at).column(names.index(key)) for at in range(file.num_record_batches)]
        column = pa.chunked_array(batches, file.schema.field(key).type)
    if not len(column):
        return
    whole = pa.types.is_integer(column.type) and not column.null_count
    if not whole or pc.min(column).as_py() < 1 or pc.count_distinct(column).as_py() < len(column):
        raise LedgerError("ingest.source.bad_key", key=key)
