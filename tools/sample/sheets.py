"""Lay a table out as clerks do: title, unit row, merged headers, serial numbers, totals and notes at the foot."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

Value = str | int | float | datetime | None
Form = Callable[[pd.Series, np.random.Generator], list[Value]]
# Files carry no time of their making, so that the same seed gives the same bytes.
_MADE_ON = datetime(2023, 1, 10)


@dataclass(frozen=True)
class Column:
    """One column of a sheet: canonical name (or None), header, the header merged above it, and how cells read."""

    name: str | None
    header: str
    form: Form
    group: str = ""


@dataclass(frozen=True)
class Layout:
    """The frame around a table.

    Attributes
    ----------
    title : str
        First row; empty: none.
    above : tuple of str
        Rows between title and headers, such as the unit row.
    columns : tuple of Column
    totals : tuple of str
        Canonical columns summed in a 合计 row; empty: no such row.
    notes : tuple of str
        Rows at the foot.
    section : str
        Canonical column whose changing value gets a row of its own; empty: none.
    """

    title: str
    above: tuple[str, ...]
    columns: tuple[Column, ...]
    totals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    section: str = ""


@dataclass
class Sheet:
    """Cells of one sheet and the ranges merged in it (first row, first column, last row, last column)."""

    name: str
    cells: list[list[Value]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


def lay_out(
    name: str,
    layout: Layout,
    frame: pd.DataFrame,
    rng: np.random.Generator,
    *,
    written: Mapping[tuple[object, str], Value] | None = None,
) -> tuple[Sheet, list[int]]:
    """Lay out a table as one sheet.

    Parameters
    ----------
    name : str
        Of the sheet.
    layout : Layout
    frame : pandas.DataFrame
        Canonical columns, in the order to write.
    rng : numpy.random.Generator
    written : mapping, optional
        (index label, column) -> what stands in the cell instead of the true value.

    Returns
    -------
    sheet : Sheet
    rows : list of int
        The row, counted from 1, on which each row of `frame` stands.
    """
    sheet = Sheet(name)
    width = len(layout.columns)
    for text in (layout.title, *layout.above):
        if text:
            _add_wide(sheet, text, width)
    _add_headers(sheet, layout.columns)
    data = [_fill(column, frame, rng, written or {}) for column in layout.columns]
    sections = frame[layout.section].tolist() if layout.section else [None] * len(frame)
    rows = []
    for number in range(len(frame)):
        if layout.section and (number == 0 or sections[number] != sections[number - 1]):
            _add_wide(sheet, str(sections[number]), width)
        sheet.cells.append([cells[number] for cells in data])
        rows.append(len(sheet.cells))
    if layout.totals:
        sheet.cells.append(_sum(layout, frame))
    for text in layout.notes:
        _add_wide(sheet, text, width)
    return sheet, rows


def _add_wide(sheet: Sheet, text: str, width: int) -> None:
    row = len(sheet.cells)
    sheet.cells.append([text, *[None] * (width - 1)])
    if width > 1:
        sheet.merges.append((row, 0, row, width - 1))


def _add_headers(sheet: Sheet, columns: Sequence[Column]) -> None:
    top = len(sheet.cells)
    if not any(column.group for column in columns):
        sheet.cells.append([column.header for column in columns])
        return
    upper: list[Value] = []
    lower: list[Value] = []
    for place, column in enumerate(columns):
        before = columns[place - 1].group if place else ""
        upper.append(None if column.group and column.group == before else column.group or column.header)
        lower.append(column.header if column.group else None)
        if not column.group:
            sheet.merges.append((top, place, top + 1, place))
    sheet.cells += [upper, lower]
    start = 0
    for place in range(1, len(columns) + 1):
        if place < len(columns) and columns[place].group == columns[start].group:
            continue
        if columns[start].group and place - start > 1:
            sheet.merges.append((top, start, top, place - 1))
        start = place


def _fill(
    column: Column, frame: pd.DataFrame, rng: np.random.Generator, written: Mapping[tuple[object, str], Value]
) -> list[Value]:
    values = (
        frame[column.name] if column.name else pd.Series(range(1, len(frame) + 1), frame.index, dtype="int64")
    )
    cells = column.form(values, rng)
    for (label, name), value in written.items():
        if name == column.name and label in frame.index:
            cells[frame.index.tolist().index(label)] = value
    return cells


def _sum(layout: Layout, frame: pd.DataFrame) -> list[Value]:
    cells: list[Value] = ["合计", *[None] * (len(layout.columns) - 1)]
    for place, column in enumerate(layout.columns):
        if place and column.name in layout.totals:
            total = float(pd.to_numeric(frame[column.name]).sum())
            cells[place] = int(total) if total == int(total) else round(total, 2)
    return cells


def write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets as an .xlsx file; the same sheets give the same bytes."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    book.set_properties({"title": "虚构示例", "created": _MADE_ON})
    title = book.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"})
    head = book.add_format(
        {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
    )
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        covered = {
            (row, column)
            for top, left, bottom, right in sheet.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        for top, left, bottom, right in sheet.merges:
            page.merge_range(top, left, bottom, right, sheet.cells[top][left], title if top == 0 else head)
        for row, cells in enumerate(sheet.cells):
            for place, value in enumerate(cells):
                if value is None or (row, place) in covered:
                    continue
                if isinstance(value, datetime):
                    page.write_datetime(row, place, value, minute if value.hour or value.minute else day)
                elif isinstance(value, str):
                    page.write_string(row, place, value)
                else:
                    page.write_number(row, place, value)
        page.set_column(0, len(sheet.cells[0]), 13)
    book.close()


def write_csv(path: Path, sheet: Sheet, *, encoding: str = "gb18030") -> None:
    """Write one sheet as a CSV file, by default in the encoding of Chinese systems."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        for cells in sheet.cells:
            writer.writerow(["" if value is None else _show(value) for value in cells])


def _show(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.hour or value.minute else f"{value:%Y-%m-%d}"
    return str(value)
