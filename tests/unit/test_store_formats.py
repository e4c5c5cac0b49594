"""What a store of any format tells is what was put in; one of the first format is read, added to and thinned out."""

import random
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from taizhang.store.log import Log, read_log, read_record, write_log, write_record
from taizhang.store.prune import prune_snapshots
from taizhang.store.save import add_snapshot
from taizhang.store.snapshots import Snapshot, write_snapshot

# Made by `make_store` with the code before format 2: three snapshots.
_FIRST_FORMAT = Path(__file__).parents[1] / "data" / "store_format_1"
_TABLE, _NOTE = "data/processed/rows.csv", "notes/note.md"


def make_files(month: int, *, seed: int = 1) -> dict[str, bytes]:
    """The files of a month: two lists that grow, lose rows, are corrected, and in the third month stand anew."""
    rng = random.Random(seed)
    lists: dict[str, list[str]] = {"a.xlsx": [], "b.xlsx": []}
    for now in range(month + 1):
        for name, rows in lists.items():
            for at in range(6):
                rows.insert(rng.randrange(len(rows) + 1), f"{name} {now} {at}")
            if now:
                rows.pop(rng.randrange(len(rows)))
                rows[rng.randrange(len(rows))] += " corrected"
            if now == 2:
                rng.shuffle(rows)
    told = [
        (name, "s", at, what) for name, rows in lists.items() for at, what in enumerate(rows, 2) if at % 7
    ]
    if seed % 2:  # a table in another order than its files
        told.sort(key=lambda row: row[3][-3:])
    frame = pd.DataFrame(told, columns=["source_file", "source_sheet", "source_row", "what"])
    text = "\ufeff" + frame.to_csv(index=False, lineterminator="\n")
    return {_TABLE: text.encode(), _NOTE: f"0123456789abcdef\n{month}".encode()}


def make_store(place: Path, months: range, *, seed: int = 1) -> list[str]:
    """Add a snapshot for each month; returns their ids."""
    made = []
    for month in months:
        files: dict[str, Path | bytes] = {**make_files(month, seed=seed)}
        path = place.parent / "rows.csv"
        path.write_bytes(make_files(month, seed=seed)[_TABLE])
        entry = add_snapshot(place, {**files, _TABLE: path}, fingerprint=f"{month:016x}")
        assert entry is not None
        made.append(entry.id)
    return made


def read_files(root: Path, name: str, out: Path) -> Mapping[str, bytes]:
    write_snapshot(root, Snapshot(name, datetime(2021, 1, 1), "", "", ""), out)
    return {path: (out / path).read_bytes() for path in (_TABLE, _NOTE)}


@pytest.mark.parametrize("seed", range(6))
def test_every_month_is_told_as_it_was(tmp_path: Path, seed: int) -> None:
    place = tmp_path / "data" / "store"
    place.mkdir(parents=True)
    made = make_store(place, range(8), seed=seed)
    told = [read_record(one.record)[0]["tables"][_TABLE]["told"] for one in read_log(place).entries]
    assert all(one.get("sorted", False) == (seed % 2 == 0) for one in told)
    assert any(one.get("shifted") for one in told)
    for month, name in enumerate(made):
        assert read_files(tmp_path, name, tmp_path / "out") == make_files(month, seed=seed)
    assert prune_snapshots(place, made[1::3]) == 5
    for month, name in [*enumerate(made)][1::3]:
        assert read_files(tmp_path, name, tmp_path / "out") == make_files(month, seed=seed)


def test_a_store_of_the_first_format_is_read_and_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "data" / "store"
    shutil.copytree(_FIRST_FORMAT, place)
    made = [one.id for one in read_log(place).entries]
    assert len(made) == 3
    for month, name in enumerate(made):
        assert read_files(tmp_path, name, tmp_path / "out") == make_files(month)
    made += make_store(place, range(3, 5))
    for month, name in enumerate(made):
        assert read_files(tmp_path, name, tmp_path / "out") == make_files(month)
    assert prune_snapshots(place, [made[1], made[4]]) == 3
    for month in (1, 4):
        assert read_files(tmp_path, made[month], tmp_path / "out") == make_files(month)


@pytest.mark.parametrize("text", ["0123456789abcdef", 'a"0123456789abcdef', "\0", '"\0"', '"', ""])
def test_a_text_like_a_hash_stays_as_it_is(tmp_path: Path, text: str) -> None:
    told = {text: [text, "ffffffffffffffff"]}
    assert read_record(write_record(told, [])) == (told, [])
    write_log(tmp_path, Log(pruned=(text,)))
    assert read_log(tmp_path) == Log(pruned=(text,))
