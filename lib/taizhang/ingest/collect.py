"""A kind's rows put in order and written: in memory while they are few, else by way of the disk.

The table on disk is sorted by district, so that a report of one district reads its row groups alone.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.core.files import write_beside
from taizhang.ledgers import find_duplicates, hash_keys
from taizhang.ledgers.schema import check_table
from taizhang.metadata.kinds import Kind

ROWS_PER_GROUP = 16_384
MOST_IN_MEMORY = 400_000
_BUCKETS = 64


class Collector:
    """Takes a kind's rows in any number of parts and writes them as one sorted Parquet file.

    Rows beyond `most` go to files of districts next to each other in code, which are then sorted one by one; of such
    a file that is itself too long, only parts of `most` rows are in order, duplicates being told by hash (64 bits).
    Memory is bounded by `most` whatever the ledger's length. `codes` are the districts'.
    """

    def __init__(self, kind: Kind, path: Path, codes: Sequence[str], *, most: int = MOST_IN_MEMORY) -> None:
        self.kind, self.path, self.most = kind, path, most
        self.order = [
            c for c in ("district_code", kind.date, "source_file", "source_sheet", "source_row") if c
        ]
        self.rows = self.duplicates = 0
        self._held: list[pd.DataFrame] = []
        self._spilled: Path | None = None
        self._writers: dict[int, pq.ParquetWriter] = {}
        ordered = sorted(codes)
        self._edges = ordered[:: max(1, -(-len(ordered) // _BUCKETS))]

    def add(self, rows: pd.DataFrame) -> None:
        """Take rows, with their district_code."""
        self.rows += len(rows)
        self._held.append(rows)
        if sum(map(len, self._held)) > self.most:
            self._spill()

    def _spill(self) -> None:
        """Move what is held to the files of its districts."""
        if self._spilled is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._spilled = Path(tempfile.mkdtemp(dir=self.path.parent, prefix=f".{self.path.stem}."))
        rows = pd.concat(self._held, ignore_index=True)
        self._held = []
        keys = hash_keys(rows, self.kind)
        rows = rows.assign(**{f"_{name}": keys[name] for name in keys})
        codes = rows["district_code"].fillna("\uffff").to_numpy(dtype=object)
        bucket = np.searchsorted(self._edges, codes, side="right")
        for number in np.unique(bucket).tolist():
            table = pa.Table.from_pandas(rows[bucket == number], preserve_index=False)
            if number not in self._writers:
                path = self._spilled / f"{number:03d}.parquet"
                self._writers[number] = pq.ParquetWriter(path, table.schema, compression="zstd")
            self._writers[number].write_table(table)

    def finish(self) -> None:
        """Sort, tell duplicates, check against the schema, and write the table."""
        if self._spilled is not None and self._held:
            self._spill()
        with ExitStack() as stack:
            writer: pq.ParquetWriter | None = None
            beside = stack.enter_context(write_beside(self.path))
            for rows in self._iterate_sorted():
                self.duplicates += int(rows["duplicate"].sum())
                checked = check_table(rows, self.kind)
                table = pa.Table.from_pandas(checked, preserve_index=False)
                if writer is None:
                    writer = stack.enter_context(pq.ParquetWriter(beside, table.schema))
                writer.write_table(table.cast(writer.schema), row_group_size=ROWS_PER_GROUP)

    def _iterate_sorted(self) -> Iterator[pd.DataFrame]:
        if self._spilled is None:
            yield self._arrange(pd.concat(self._held, ignore_index=True))
            return
        for writer in self._writers.values():
            writer.close()
        for path in sorted(self._spilled.glob("*.parquet")):
            with pq.ParquetFile(path) as file:
                count = file.metadata.num_rows
            if count <= self.most:
                rows = pd.read_parquet(path)
                yield self._arrange(rows.drop(columns=[c for c in rows if str(c).startswith("_")]))
            else:
                yield from self._arrange_long(path)
            path.unlink()

    def _arrange(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.sort_values(self.order, kind="stable", ignore_index=True)
        rows["duplicate"] = find_duplicates(rows, self.kind).astype(bool)
        return rows

    def _arrange_long(self, path: Path) -> Iterator[pd.DataFrame]:
        """A file of districts too long to sort at once: parts in order, duplicates over all of it by hash."""
        with pq.ParquetFile(path) as file:
            names = [name for name in ("_id", "_same") if name in file.schema_arrow.names]
            duplicate = np.zeros(file.metadata.num_rows, dtype=bool)
            for name in names:
                keys = pd.Series(file.read([name])[name].to_numpy())
                duplicate |= (keys.duplicated() & (keys != 0)).to_numpy()
            start = 0
            for batch in file.iter_batches(batch_size=self.most):
                rows = batch.to_pandas().drop(columns=names)
                rows["duplicate"] = duplicate[start : start + len(rows)]
                start += len(rows)
                yield rows.sort_values(self.order, kind="stable", ignore_index=True)

    def close(self) -> None:
        """Remove what was written on the way."""
        for writer in self._writers.values():
            writer.close()
        if self._spilled is not None:
            shutil.rmtree(self._spilled, ignore_errors=True)
