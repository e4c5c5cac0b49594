"""Parquet files: a table whose header is its column names."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.errors import LedgerError
from taizhang.ledgers.sheets import Sheet


def read_parquet(path: Path) -> Sheet:
    """Read a Parquet file as a sheet: column names in row 1, rows below.

    Raises
    ------
    LedgerError
        If it is damaged.
    """
    try:
        table = pq.read_table(path)
        columns = [
            [name, *("" if v is None else v for v in table[name].to_pylist())] for name in table.column_names
        ]
    except (pa.ArrowException, OSError) as error:
        raise LedgerError(f"is damaged ({str(error).splitlines()[0][:160]}); write it again") from None
    return Sheet("", list(zip(*columns, strict=True)))
