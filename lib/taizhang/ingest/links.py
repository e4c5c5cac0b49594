"""Links between ledgers and premises: collect the names of all kinds, link them, and write the result.

Each row that names premises gets a key in its own table, `premises_key`, by which facts compare premises; how the key
was found stands in premises_links.parquet. Names are gathered once each, however many rows hold them, and rows are
read and written part by part: memory is bounded by the number of different names.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from taizhang.core.csv import format_csv
from taizhang.core.files import hash_file, write_beside, write_text
from taizhang.core.kept import hash_kept, read_kept, write_kept
from taizhang.core.reasons import Reason
from taizhang.ingest.state import DOUBTFUL_FILE, LINKS_FILE, Linking
from taizhang.metadata.kinds import PREMISES, PREMISES_KEY, Kind, find_premises_columns
from taizhang.register import Decision, link_premises

_ROWS_PER_BATCH = 200_000
_PLACE = ("source_file", "source_sheet", "source_row")
# By these two mentions are the same; the columns of a mention that say more take the first cell that is filled in.
_SAME = ["district_code", "name", "number", "address", "registered"]
_MORE = ["type", "trade", "lon", "lat", "kind", *_PLACE]
_TYPES = dict.fromkeys(("district_code", "name", "number", "address", "type", "trade", "kind"), "str") | {
    "registered": "bool", "lon": "float64", "lat": "float64", "source_file": "str", "source_sheet": "str",
}  # fmt: skip
# What a mention's columns are called in a ledger: in the register of premises, and in all others.
_OF_REGISTER = {"address": "address", "type": "type", "trade": "trade", "lon": "lon", "lat": "lat"}
_OF_OTHERS = _OF_REGISTER | {"type": "premises_type"}
_LINKS = pa.schema(
    [
        ("kind", pa.string()),
        ("district_code", pa.string()),
        ("source_file", pa.string()),
        ("source_sheet", pa.string()),
        ("source_row", pa.int64()),
        ("premises_key", pa.string()),
        ("how", pa.string()),
        ("probability", pa.float64()),
    ]
)
_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Linked:
    """What linking came to: its account, what a person must see, and the files written; nothing if nobody is named."""

    account: Linking | None = None
    errors: tuple[Reason, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Gathered:
    """Different mentions, and by kind the number of the mention of each row; -1 where it names no premises."""

    mentions: pd.DataFrame
    numbers: Mapping[str, _Numbers]


def update_links(
    processed: Path,
    cache: Path,
    kinds: Sequence[Kind],
    decisions: Sequence[Decision],
    *,
    places: Mapping[str, Sequence[str]],
    decided_by: str,
    reader: str,
    force: bool = False,
) -> Linked:
    """Update the links; nothing is linked again if mentions, decisions and code are unchanged.

    `kinds` are those with tables in `processed`; `places` the names of each district, by code, and of the units it lies
    in; `decided_by` is the hash of the decisions, `reader` of what reads and links.
    """
    named = [kind for kind in kinds if find_premises_columns(kind) is not None]
    paths = {kind.name: processed / f"{kind.name}.parquet" for kind in named}
    gathered = _gather(named, paths)
    about = cache / "premises_links.json"
    if gathered.mentions.empty:
        for name in (LINKS_FILE, DOUBTFUL_FILE):
            (processed / name).unlink(missing_ok=True)
        about.unlink(missing_ok=True)
        return Linked()
    key = _hash(gathered.mentions, repr(sorted(places.items())), decided_by, reader)
    outputs = {name: processed / name for name in (LINKS_FILE, DOUBTFUL_FILE)}
    answers = cache / "premises_links.parquet"
    kept = None if force else read_kept(about)
    made = {"answers": hash_kept(answers), "doubtful": hash_kept(outputs[DOUBTFUL_FILE])}
    if kept is None or kept["key"] != key or any(kept[name] != sha256 for name, sha256 in made.items()):
        about.unlink(missing_ok=True)
        kept = _link(gathered.mentions, decisions, places, answers, outputs[DOUBTFUL_FILE])
        kept |= {"key": key, "tables": {}}
    tables = {name: hash_kept(path) for name, path in paths.items()}
    if kept["tables"] != tables | {LINKS_FILE: hash_kept(outputs[LINKS_FILE])}:
        found = pd.read_parquet(answers)
        for name, path in paths.items():
            if kept["tables"].get(name) != tables[name]:
                tables[name] = _write_keys(path, found["premises_key"], gathered.numbers[name])
                _note_rewritten(cache / f"{name}.json", tables[name])
        links = _write_links(outputs[LINKS_FILE], paths, found, gathered.numbers)
        kept = kept | {"tables": tables | {LINKS_FILE: links}}
        write_kept(about, kept)
    return Linked(Linking(**kept["account"]), tuple(kept["errors"]), tuple(outputs))


def _gather(kinds: Sequence[Kind], paths: Mapping[str, Path]) -> _Gathered:
    """The different mentions of all kinds, in the order of their first rows."""
    parts: list[pd.DataFrame] = []
    numbers: dict[str, list[_Numbers]] = {kind.name: [] for kind in kinds}
    start = 0
    for kind in kinds:
        for part, of_rows in _read_mentions(kind, paths[kind.name]):
            numbers[kind.name].append(np.where(of_rows >= 0, of_rows + start, -1))
            parts.append(part)
            start += len(part)
    if not start:
        empty = {name: np.empty(0, np.int64) for name in numbers}
        return _Gathered(pd.DataFrame(columns=[*_SAME, *_MORE, "rows"]), empty)
    every = pd.concat(parts, ignore_index=True)
    mentions, of_parts = _make_unique(every)
    of = np.append(of_parts, -1)
    joined = {name: of[np.concatenate(some or [np.empty(0, np.int64)])] for name, some in numbers.items()}
    return _Gathered(mentions, joined)


def _read_mentions(kind: Kind, path: Path) -> Iterator[tuple[pd.DataFrame, _Numbers]]:
    """Parts of a table: the different mentions in it, and the number of each row's mention."""
    named = find_premises_columns(kind)
    assert named is not None
    registered = kind.name == PREMISES
    told = (_OF_REGISTER if registered else _OF_OTHERS) | dict(zip(("name", "number"), named, strict=True))
    with pq.ParquetFile(path) as file:
        there = set(file.schema_arrow.names)
        columns = {
            of: column for of, column in told.items() if column in there and not _is_hidden(kind, column)
        }
        asked = [*dict.fromkeys(columns.values()), "district_code", *_PLACE]
        for batch in file.iter_batches(_ROWS_PER_BATCH, columns=asked):
            rows = batch.to_pandas()
            made = pd.DataFrame({of: rows[column] for of, column in columns.items()}, index=rows.index)
            made = made.assign(kind=kind.name, registered=registered, rows=1)
            made = made.join(rows[["district_code", *_PLACE]])
            made = made.reindex(columns=[*_SAME, *_MORE, "rows"]).astype(_TYPES)
            speaks = (made["name"].notna() | made["number"].notna()).to_numpy()
            part, numbers = _make_unique(made[speaks].reset_index(drop=True))
            of_rows = np.full(len(rows), -1, np.int64)
            of_rows[speaks] = numbers
            yield part, of_rows


def _is_hidden(kind: Kind, column: str) -> bool:
    return column in kind.fields and kind.fields[column].personal


def _make_unique(rows: pd.DataFrame) -> tuple[pd.DataFrame, _Numbers]:
    """Different mentions in the order of their first rows, and the number of each row's."""
    numbers = rows.groupby(_SAME, dropna=False, sort=False).ngroup().to_numpy(np.int64)
    first = ~pd.Series(numbers).duplicated().to_numpy()
    if first.all():
        return rows.reset_index(drop=True), np.arange(len(rows))
    # A first row that lacks a cell takes the first that is filled in.
    made = rows[first].reset_index(drop=True)
    place = np.empty(len(made), np.int64)
    place[numbers[first]] = np.arange(len(made))
    numbers = place[numbers]
    for name in ("type", "trade", "lon", "lat"):
        lacks = made[name].isna().to_numpy()
        if not lacks.any():
            continue
        filled = np.flatnonzero(rows[name].notna().to_numpy())
        at = pd.Series(filled, numbers[filled])
        at = at[~at.index.duplicated()].reindex(np.flatnonzero(lacks)).dropna().astype(np.int64)
        made.loc[at.index, name] = rows[name].to_numpy()[at.to_numpy()]
    made["rows"] = np.bincount(numbers, rows["rows"].to_numpy(), len(made)).astype(np.int64)
    return made, numbers


def _hash(mentions: pd.DataFrame, *more: str) -> str:
    digest = hashlib.sha256(repr((more, list(mentions), len(mentions))).encode())
    # How many rows say the same, and where they stand, links nothing but which of them is told of first.
    digest.update(pd.util.hash_pandas_object(mentions, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _link(
    mentions: pd.DataFrame,
    decisions: Sequence[Decision],
    places: Mapping[str, Sequence[str]],
    answers: Path,
    doubtful: Path,
) -> dict[str, Any]:
    """Link mentions; keep the answers, and write the pairs that are left to decide."""
    linked = link_premises(mentions, decisions, places=places)
    rows = linked.rows[["premises_key", "how", "probability"]].reset_index(drop=True)
    with write_beside(answers) as beside:
        rows.to_parquet(beside, index=False)
    write_text(doubtful, format_csv(linked.doubtful), encoding="utf-8-sig")
    by_how = mentions["rows"].groupby(rows["how"].to_numpy()).sum()
    account = Linking(
        rows={str(how): int(count) for how, count in by_how.items()},
        premises=int(rows["premises_key"].nunique()),
        doubtful=len(linked.doubtful),
        certain_from=linked.account.get("certain_from"),
        doubtful_from=linked.account.get("doubtful_from"),
        learned_from=int(linked.account.get("learned_from", 0)),
        decisions=int(linked.account.get("decisions", 0)),
    )
    return {
        "answers": hash_file(answers),
        "doubtful": hash_file(doubtful),
        "errors": list(linked.errors),
        "account": vars(account),
    }


def _write_keys(path: Path, keys: pd.Series, numbers: _Numbers) -> str:
    """Write each row's key into its table; its new hash."""
    found = pa.array(keys, pa.string())

    def add_keys(table: pa.Table, start: int) -> pa.Table:
        if PREMISES_KEY in table.schema.names:
            table = table.drop_columns([PREMISES_KEY])
        return table.append_column(PREMISES_KEY, _take(found, numbers[start : start + len(table)]))

    with ExitStack() as stack:
        beside = stack.enter_context(write_beside(path))
        file = stack.enter_context(pq.ParquetFile(path))
        writer: pq.ParquetWriter | None = None
        start = 0
        for group in range(file.num_row_groups):
            table = add_keys(file.read_row_group(group), start)
            writer = writer or stack.enter_context(pq.ParquetWriter(beside, table.schema))
            writer.write_table(table)
            start += len(table)
        if writer is None:
            table = add_keys(file.read(), 0)
            stack.enter_context(pq.ParquetWriter(beside, table.schema)).write_table(table)
    return hash_file(path)


def _take(found: pa.Array, numbers: _Numbers) -> pa.Array:
    return found.take(pa.array(numbers, mask=numbers < 0))


def _note_rewritten(about: Path, sha256: str) -> None:
    """Have the next run take a table for what this one has read, with its keys."""
    kept = read_kept(about)
    if kept is not None:
        write_kept(about, kept | {"sha256": [sha256, *kept["sha256"][1:]]})


def _write_links(
    path: Path, paths: Mapping[str, Path], found: pd.DataFrame, numbers: Mapping[str, _Numbers]
) -> str:
    """Write where each row that names premises stands, and how it was linked."""
    columns = {
        name: pa.array(found[name], _LINKS.field(name).type)
        for name in ("premises_key", "how", "probability")
    }
    with write_beside(path) as beside, pq.ParquetWriter(beside, _LINKS) as writer:
        for kind, table in paths.items():
            start = 0
            with pq.ParquetFile(table) as file:
                for batch in file.iter_batches(_ROWS_PER_BATCH, columns=["district_code", *_PLACE]):
                    of = numbers[kind][start : start + len(batch)]
                    start += len(batch)
                    there = np.flatnonzero(of >= 0)
                    places = pa.Table.from_batches([batch]).take(pa.array(there))
                    arrays = {name: places[name].combine_chunks() for name in ("district_code", *_PLACE)}
                    arrays |= {name: _take(column, of[there]) for name, column in columns.items()}
                    arrays["kind"] = pa.array([kind] * len(there), pa.string())
                    writer.write_table(
                        pa.table(
                            [arrays[name].cast(_LINKS.field(name).type) for name in _LINKS.names],
                            schema=_LINKS,
                        )
                    )
    return hash_file(path)
