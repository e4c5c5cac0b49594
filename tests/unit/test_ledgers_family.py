"""Every ledger of a made-up family is read as it was made: row for row, value for value."""

from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from ledger_family import make_ledger, write_ledger

from taizhang.ledgers.model import FileRead, Source
from taizhang.ledgers.reading import read_here
from taizhang.metadata.kinds import load_kinds

SIZE = 160


def read_made(seed: int, folder: Path) -> FileRead:
    made = make_ledger(seed)
    path = write_ledger(made, folder)
    return read_here(path, Source(load_kinds()["hazards"]), name=f"data/{path.name}")


def list_differences(seed: int, folder: Path) -> list[str]:
    made, got = make_ledger(seed), read_made(seed, folder)
    if got.errors:
        return list(map(str, got.errors))
    wrong = []
    rows = got.rows.set_index(got.rows["source_row"].astype(int))
    if list(rows.index) != [truth["source_row"] for truth in made.accepted]:
        return [f"rows {list(rows.index)} for {[truth['source_row'] for truth in made.accepted]}"]
    for truth in made.accepted:
        row = rows.loc[int(str(truth["source_row"]))]
        for name, value in truth.items():
            found = row[name]
            if isinstance(value, date):
                value = pd.Timestamp(value)
            same = (
                pd.isna(found)
                if value is None
                else found == pytest.approx(value)
                if isinstance(value, float)
                else found == value
            )
            if not same:
                wrong.append(f"row {truth['source_row']} {name}: {found!r} for {value!r}")
    aside = got.set_aside
    by_row = aside[aside["scope"] == "row"]["source_row"].astype(int).tolist()
    if by_row != made.rows_aside:
        wrong.append(f"rows set aside {by_row} for {made.rows_aside}")
    cells = aside[aside["scope"] == "cell"]
    by_cell = sorted(zip(cells["source_row"].astype(int), cells["column"], strict=True))
    if by_cell != sorted(made.cells_aside):
        wrong.append(f"cells set aside {by_cell} for {made.cells_aside}")
    if Counter(one.row for table in got.tables for one in table.totals) != Counter(made.wrong_totals):
        wrong.append(f"totals {[t.totals for t in got.tables]} for {made.wrong_totals}")
    if got.read != len(got.rows) + len(by_row):
        wrong.append(f"read {got.read}, accepted {len(got.rows)}, set aside {len(by_row)}")
    return wrong


@pytest.mark.parametrize("part", range(8))
def test_family_is_read_as_made(part: int, tmp_path: Path) -> None:
    wrong = {seed: found for seed in range(part, SIZE, 8) if (found := list_differences(seed, tmp_path))}
    assert wrong == {}
