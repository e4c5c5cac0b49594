"""Where numbers come from: rows that trace gives, read again from the files, say the same."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taizhang import open as open_workbook
from taizhang.ledgers import Source, read_ledger_file
from taizhang.ledgers.delimited import read_text
from taizhang.ledgers.grid import make_grid
from taizhang.ledgers.sheets import Sheet, read_workbook, sniff_format
from taizhang.ledgers.text import write_cell
from taizhang.workbook.book import Workbook

FACTS = (
    "hazards.found",
    "inspections.visits",
    "drills.held",
    "incidents.count",
    "losses.events",
    "plans.current",
)


@pytest.fixture(scope="module")
def book(sample_book: Path) -> Workbook:
    return open_workbook(str(sample_book))


@pytest.fixture(scope="module")
def sheets(book: Workbook) -> dict[str, dict[str, Sheet]]:
    """The bare sheets of every ledger file, as the spreadsheet holds them."""
    held: dict[str, dict[str, Sheet]] = {}
    for item in book.inputs():
        path = book.root / item["path"]
        if path.suffix in (".xlsx", ".xls"):
            held[item["path"]] = {
                sheet.name: sheet for sheet in read_workbook(path, sniff_format(path), None)
            }
        elif path.suffix == ".csv":
            held[item["path"]] = {"": read_text(path, frozenset())}
    return held


def read_row(sheet: Sheet, number: int) -> set[str]:
    """What the cells of a row say, as text."""
    grid = make_grid(sheet)
    row = number - 1 - sheet.top
    return {write_cell(grid.cell(row, column)) for column in grid.filled(row)}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_cells_behind_a_number_say_what_the_row_says(
    book: Workbook, sheets: dict[str, dict[str, Sheet]], data: st.DataObject
) -> None:
    fact = data.draw(st.sampled_from(FACTS))
    rows = book.trace(fact, "2021", "all")
    if rows.empty:
        return
    row = rows.iloc[data.draw(st.integers(0, len(rows) - 1))]
    kind = book.kinds[fact.split(".")[0]]
    said = read_row(sheets[row["source_file"]][row["source_sheet"]], int(row["source_row"]))
    checked = 0
    for name, item in kind.fields.items():
        if item.type != "text" or name not in rows or pd.isna(row[name]) or name == "district":
            continue
        assert row[name] in said, (fact, name)
        checked += 1
    assert checked


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_files_behind_a_number_give_the_same_rows(book: Workbook, data: st.DataObject) -> None:
    fact = data.draw(st.sampled_from(FACTS))
    traced = book.trace(fact, "2021", "all")
    kind = book.kinds[fact.split(".")[0]]
    file = data.draw(st.sampled_from(sorted(set(traced["source_file"]))))
    names = frozenset(book.districts["name"]) | frozenset(book.config.boundaries.aliases)
    again = read_ledger_file(book.root / file, Source(kind, names=names), name=file).rows
    own = traced[traced["source_file"] == file]
    keys = ["source_sheet", "source_row"]
    columns = [name for name in kind.columns if name in own and kind.fields[name].type != "text"]
    wanted = own.set_index(keys)[columns].sort_index()
    got = again.set_index(keys)[columns].sort_index().loc[wanted.index]
    pd.testing.assert_frame_equal(got, wanted, check_dtype=False)
