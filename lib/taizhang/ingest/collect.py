"""Sorts a kind's rows, checks them for duplicates and writes them: in memory if there are few, otherwise on disk.

The table on disk is sorted by district, so that a report on one district reads only its row groups.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.core.files import name_beside, write_beside
from taizhang.core.privacy import is_person, mask_numbers
from taizhang.core.reasons import Reason
from taizhang.ledgers import RunningNumbers, find_twins, hash_keys
from taizhang.ledgers.schema import check_table
from taizhang.metadata.kinds import Kind, find_premises_columns

ROWS_PER_GROUP = 16_384
MOST_IN_MEMORY = 400_000
MOST_PAIRS = 200
_BUCKETS = 64
_ORDER = "_order"  # of arrival: what comes first is kept


@dataclass(frozen=True)
class Pair:
    """Two rows about the same event: file, sheet and row of each, what both say, and how they were matched."""

    first: tuple[str, str, int]
    second: tuple[str, str, int]
    said: tuple[str, ...]
    how: str  # number, same or near


class Collector:
    """Takes a kind's rows in any number of parts and writes them as one sorted Parquet file.

    Rows beyond `most` go to files of districts with adjacent codes, which are then sorted one by one. If such a
    file is itself too long, only parts of `most` rows are sorted; equal rows are found by hash (64 bits), and near
    duplicates day by day. Memory is bounded by `most` whatever the ledger's length; `unsearched` counts rows of
    days with more than that. `codes` are the districts' codes.

    Duplicate rows are all kept and flagged. With `duplicates`, only the ``first`` or the ``last`` in order is kept; the
    others go to `leave_out`, with the reason.
    """

    def __init__(
        self,
        kind: Kind,
        path: Path,
        codes: Sequence[str],
        *,
        most: int = MOST_IN_MEMORY,
        duplicates: str = "keep",
        leave_out: Callable[[pd.DataFrame], None] | None = None,
    ) -> None:
        self.kind, self.path, self.most = kind, path, most
        self.keep, self.leave_out = duplicates, leave_out
        self.pairs: list[Pair] = []
        self.twice = Counter[tuple[str, str]]()  # pairs by their files
        self._running = RunningNumbers(kind)
        self._arrived = 0
        self.order = [
            c for c in ("district_code", kind.date, "source_file", "source_sheet", "source_row") if c
        ]
        self.rows = self.duplicates = self.unsearched = 0
        self._held: list[pd.DataFrame] = []
        self._spilled: Path | None = None
        self._writers: dict[int, pq.ParquetWriter] = {}
        ordered = sorted(codes)
        self._edges = ordered[:: max(1, -(-len(ordered) // _BUCKETS))]

    def add(self, rows: pd.DataFrame) -> None:
        """Add rows, with their district_code."""
        self.rows += len(rows)
        self._running.add(rows)
        self._held.append(rows.assign(**{_ORDER: np.arange(self._arrived, self._arrived + len(rows))}))
        self._arrived += len(rows)
        if sum(map(len, self._held)) > self.most:
            self._spill()

    def _spill(self) -> None:
        """Move what is held to the files of its districts."""
        if self._spilled is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._spilled = Path(tempfile.mkdtemp(dir=self.path.parent, prefix=name_beside(self.path)))
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
        """Sort, mark duplicates, check against the schema, and write the table."""
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
                yield self._arrange(pd.read_parquet(path).drop(columns=["_id", "_same"], errors="ignore"))
            else:
                yield from self._arrange_long(path)
            path.unlink()

    def _arrange(self, rows: pd.DataFrame) -> pd.DataFrame:
        if _ORDER in rows:
            rows = rows.sort_values(_ORDER, kind="stable", ignore_index=True).drop(columns=_ORDER)
        twins = find_twins(rows, self.kind, keep=self.keep, running=self._running.list_origins())
        places = list(zip(rows["source_file"], rows["source_sheet"], rows["source_row"], strict=True))
        rows["duplicate"] = False
        rows.loc[twins["row"], "duplicate"] = True
        reasons = []
        for row, twin, how in twins.itertuples(index=False):
            first, second = sorted((row, twin))
            self.twice[places[first][0], places[second][0]] += 1
            if len(self.pairs) < MOST_PAIRS:
                self.pairs.append(Pair(places[first], places[second], self._quote(rows, row), how))
            file, sheet, number = places[twin]
            place = Reason("ledgers.place.in_sheet", sheet=sheet) if sheet else ""
            reasons.append(Reason("ingest.twice.left_out", file=file, sheet=place, row=int(number)))
        rows = self._leave_out(rows, reasons)
        return rows.sort_values(self.order, kind="stable", ignore_index=True)

    def _quote(self, rows: pd.DataFrame, row: int) -> tuple[str, ...]:
        """Return what a row says in the columns compared, but for what is personal."""
        named = dict.fromkeys(
            name for name in (self.kind.date, *self.kind.same) if name not in ("", "district")
        )
        shown: list[Any] = [
            self._mask(name, rows.at[row, name]) for name in named if not self.kind.fields[name].personal
        ]
        return tuple(
            f"{one:%Y-%m-%d}"
            if isinstance(one, pd.Timestamp)
            else mask_numbers(str(one))[:30]  # what is cut through is no number any more
            for one in shown
            if not pd.isna(one)
        )

    def _mask(self, column: str, value: Any) -> Any:
        """A cell as it may be quoted: of premises called by a person's name, not that name."""
        columns = find_premises_columns(self.kind)
        if columns and column == columns[0] and isinstance(value, str) and is_person(value):
            return "*" * len(value)
        return value

    def _leave_out(self, rows: pd.DataFrame, reasons: Sequence[Reason]) -> pd.DataFrame:
        """Without the flagged rows, where only one of several is to be kept."""
        if self.keep == "keep" or not reasons:
            return rows
        assert self.leave_out is not None
        left = rows[rows["duplicate"]]
        self.rows -= len(left)
        self.leave_out(left.assign(reason=pd.Series(list(reasons), index=left.index, dtype=object)))
        return rows[~rows["duplicate"]]

    def _arrange_long(self, path: Path) -> Iterator[pd.DataFrame]:
        """A file of districts too long to sort at once: parts in order, duplicates over all of it by hash."""
        with pq.ParquetFile(path) as file:
            names = [name for name in ("_id", "_same") if name in file.schema_arrow.names]
            duplicate = np.zeros(file.metadata.num_rows, dtype=bool)
            if self._running.list_origins():
                names = [name for name in names if name != "_id"]
            for name in names:
                keys = pd.Series(file.read([name])[name].to_numpy())
                twice = keys.duplicated("last" if self.keep == "last" else "first")
                duplicate |= (twice & (keys != 0)).to_numpy()
            duplicate[self._find_near(file)] = True
            start = 0
            for batch in file.iter_batches(batch_size=self.most):
                rows = batch.to_pandas().drop(columns=["_id", "_same", _ORDER], errors="ignore")
                rows["duplicate"] = duplicate[start : start + len(rows)]
                start += len(rows)
                rows = self._leave_out(
                    rows, [Reason("ingest.twice.elsewhere")] * int(rows["duplicate"].sum())
                )
                yield rows.sort_values(self.order, kind="stable", ignore_index=True)

    def _find_near(self, file: pq.ParquetFile) -> np.ndarray:
        """Positions in a file of districts of rows that are nearly the same as another of their district and day."""
        found = [np.empty(0, dtype=np.int64)]
        blocks = [name for name in ("district_code", self.kind.date) if name]
        keys = file.read(blocks).to_pandas()
        hashes = pd.util.hash_pandas_object(keys, index=False).to_numpy()
        parts = 1 + 2 * len(keys) // self.most
        of = hashes % np.uint64(parts)
        for part in range(parts):
            at = np.flatnonzero(of == part)
            if len(at) > self.most:
                self.unsearched += len(at)
                continue
            wanted = of == part
            rows, start = [], 0
            for batch in file.iter_batches(batch_size=self.most):
                rows.append(batch.filter(pa.array(wanted[start : start + batch.num_rows])))
                start += batch.num_rows
            frame = (
                pa.Table.from_batches(rows)
                .to_pandas()
                .drop(columns=["_id", "_same", _ORDER], errors="ignore")
            )
            twins = find_twins(frame, self.kind, keep=self.keep, running=self._running.list_origins())
            found.append(at[twins["row"].to_numpy()])
        return np.concatenate(found)

    def close(self) -> None:
        """Delete temporary files."""
        for writer in self._writers.values():
            writer.close()
        if self._spilled is not None:
            shutil.rmtree(self._spilled, ignore_errors=True)
