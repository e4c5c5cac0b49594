"""Ledgers that hypothesis makes: headers that people write and others, rows of every sort, cells of known readings."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from benchmarks.mutations import ODD_TEXTS as ALL_TEXTS
from taizhang.metadata.kinds import load_kinds

# A cell and the values that it may be read as; it may always be set aside. ANY: told by no rule that is known here.
ANY: tuple[object, ...] = ("any",)
Cell = tuple[object, tuple[object, ...]]
ODD_TEXTS = tuple(text for text in ALL_TEXTS if len(text) < 1000)
_NAMES = ("溪口镇", "溪南镇", "城关街道", "白鹭镇")
_NOISE = (
    "备注",
    "序号",
    "联系电话",
    "审核人",
    "x",
    "",
    "第1列",
    "说明（一）",
    "隐患",
    "Unnamed: 3",
    "２０２１",
    "=A1",
    "\u200b",
    "是否",
)
_TITLES = (
    "溪口镇2021年台账",
    "填报单位：县应急局    单位：元",
    "附件1",
    "",
    "二〇二一年",
    "截至2021年12月31日",
)
_DAYS: tuple[Cell, ...] = (
    ("2021-03-05", (date(2021, 3, 5),)), (date(2021, 3, 5), (date(2021, 3, 5),)), ("2021年3月5日", (date(2021, 3, 5),)),
    (datetime(2021, 12, 31, 23, 59, 59), (date(2021, 12, 31),)), ("2021/3/5", (date(2021, 3, 5),)),
    ("2021.12.31", (date(2021, 12, 31),)), ("20210305", (date(2021, 3, 5),)), ("2021-02-30", ()), ("2021年13月5日", ()),
    ("9999-99-99", ()), ("待定", ()), ("abc", ()), ("-1", ()), (True, ()), (math.pi, ()), ("2021-03-05 24:30", ANY),
    ("民国110年3月5日", (date(2021, 3, 5),)),
    ("二〇二一年三月五日", (date(2021, 3, 5),)), ("3月5日", ANY), ("2021年3月上旬", ANY),
    (44260, ANY), (44260.5, ANY), (1e20, ()), (-44260, ()), ("03/04/2021", ANY), ("5/13/21", ANY), ("1949-10-01",
    ANY),
    ("2199-01-01", ANY), ("2021-3-5至6日", ANY), ("2021-03-05T08:00:00+08:00", ANY), ("0001-01-01", ()),
)  # fmt: skip
_NUMBERS: tuple[Cell, ...] = (
    (0, (0,)), (1, (1,)), (12, (12,)), (3.0, (3,)), ("7", (7,)), ("１２", (12,)), ("1,234", ANY), ("约20", (20,)),
    ("二十", (20,)),
    ("若干", ()), ("abc", ()), ("3-5", ANY), ("2万", (20000,)), ("-3", ANY), (-3, ANY), (2.5, ANY), ("1e3", ANY),
    ("1e999", ()),
    ("NaN", ()), ("inf", ()), ("-inf", ()), ("9" * 20, ANY), ("9" * 400, ()), ("#REF!", ()), (True, ANY), (10**15,
    ANY), ("½", ANY),
    (1e-320, ANY), (date(2021, 3, 5), ()), ("12人", ANY), ("0012", ANY), ("1.2.3", ()), ("--", ()), ("/", ()), ("无",
    ANY), ("²", ()), ("٣", ANY),
    ("12" + " " * 500, (12,)), ("零", ANY), ("(12)", ANY), ("12%", ANY),
)  # fmt: skip
_YESES: tuple[Cell, ...] = (
    ("是", (True,)), ("否", (False,)), ("√", (True,)), ("×", (False,)), (True, (True,)), (False, (False,)), ("是否",
    ()), ("也许", ()),
    (1, ANY), (0, ANY), ("12", ANY), ("Y", ANY), ("不是", ANY), ("√×", ()),
)  # fmt: skip
_TYPES = {"date": _DAYS, "datetime": _DAYS, "month": tuple((cell, ANY) for cell, _ in _DAYS), "integer": _NUMBERS,
          "number": tuple((cell, ANY if isinstance(cell, str) and "万" in cell else allowed) for cell,
          allowed in _NUMBERS),
          "year": tuple((cell, ANY) for cell, _ in _NUMBERS), "count_or_names": tuple((cell, ANY) for cell,
          _ in _NUMBERS),
          "boolean": _YESES}  # fmt: skip
_SPECIAL: tuple[list[object], ...] = (
    ["合计"], ["小计", 3], ["注：以上数据截至年底"], ["填表人：甲", "审核：乙"], [""], ["溪南镇"], ["合计3店"],
    ["总计（南店）"], ["一、隐患"], ["", "", "", ""], ["\0"], ["a" * 300],
)  # fmt: skip


def plain(value: object) -> str:
    """A text as compared here: no spaces or signs that are not seen, one width, one case."""
    folded = unicodedata.normalize("NFKC", str(value)).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] not in "ZC")


@dataclass(frozen=True)
class Ledger:
    """A ledger as hypothesis made it.

    `columns`: canonical names, '' for noise, by place; `lines`: rows of cells,
    those of data with what each may be read as.
    """

    kind: str
    suffix: str
    encoding: str
    delimiter: str
    titles: tuple[str, ...]
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]

    @property
    def rows(self) -> list[list[object]]:
        """All cells, from the first row."""
        body = [[cell for cell, _ in line] for line in self.lines]
        titles: list[list[object]] = [[title] for title in self.titles]
        return [*titles, list(self.headers), *body]

    def write(self, path: Path) -> None:
        """Write it as a file of its format."""
        if self.suffix == ".csv":
            held = io.StringIO(newline="")
            csv.writer(held, delimiter=self.delimiter).writerows(
                [["" if cell is None else str(cell) for cell in row] for row in self.rows]
            )
            try:
                path.write_bytes(held.getvalue().encode(self.encoding))
            except UnicodeEncodeError:  # no Big5 has it
                path.write_bytes(held.getvalue().encode("utf-8-sig", "replace"))
            return
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet("台账")
            day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for number, row in enumerate(self.rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, bool):
                        sheet.write_boolean(number, column, cell)
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, column, cell, day)
                    elif isinstance(cell, int | float):
                        sheet.write_number(number, column, cell)
                    elif cell:
                        sheet.write_string(number, column, str(cell)[:32767])

    def find_changed(self, got: Any) -> Iterator[str]:
        """Accepted values that are not in the ledger's row, or are not what its cell says."""
        kind = load_kinds()[self.kind]
        taken = {
            column.field: column.column for table in got.tables for column in table.headers if column.field
        }
        broken = any(len(str(cell).splitlines()) > 1 for row in self.rows for cell in row)
        if len([1 for table in got.tables if not table.error]) != 1 or (broken and self.suffix == ".csv"):
            return  # rows of a text file are named by their lines
        first = len(self.titles) + 2  # 1-based row of the first line
        in_yuan = any("单位：元" in title for title in self.titles)
        for row in got.rows.to_dict("records"):
            at = int(row["source_row"]) - first
            if not 0 <= at < len(self.lines):
                yield "a row that is not in the ledger"
                continue
            line = self.lines[at]
            for name, letters in taken.items():
                value, place = row.get(name), number_column(letters)
                if name not in kind.fields or pd.isna(value) or place >= len(line):
                    continue
                cell, allowed = line[place]
                if place >= len(self.columns) or self.columns[place] != name or cell in ("", None):
                    continue  # a header that says something else than was meant; a merged, ditto or filled cell
                if in_yuan and kind.fields[name].unit == "wan_yuan":
                    value = round(float(value) * 10_000, 6)
                if fault := tell_changed(kind.fields[name].type, cell, allowed, value):
                    yield f"a changed value of {kind.fields[name].type}\n{self.kind}.{name}: {fault}"


def number_column(letters: str) -> int:
    """The place of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def tell_changed(kind: str, cell: object, allowed: tuple[object, ...], value: Any) -> str:
    """How an accepted value is not what its cell says; '' where it is."""
    if kind == "text":
        text = "" if isinstance(cell, bool | date | float) else plain(cell)
        if text and plain(value) != text and not _KEPT.search(str(cell)):
            return f"{cell!r} became {value!r}"
        return ""
    if allowed == ANY or kind == "category":
        return ""
    if kind in ("date", "datetime"):
        value = pd.Timestamp(value).date()
        allowed = tuple(one.date() if isinstance(one, datetime) else one for one in allowed)
    if not any(one == value for one in allowed):
        return f"{cell!r} became {value!r}"
    return ""


# What a spreadsheet's own signs make of a text: a kept text, an escaped sign, an error.
_KEPT = re.compile(r"^\s*['=#]|_x[0-9A-Fa-f]{4}_|^[\d.eE+\-\s]+$|[\0-\x1f]|^[〃同\"“”'’]")


@cache
def _list_headers(kind: str, name: str) -> tuple[str, ...]:
    field = load_kinds()[kind].fields[name]
    return (field.title["zh"], *field.aliases[:12])


@st.composite
def draw_ledgers(draw: st.DrawFn) -> Ledger:
    """A ledger of any kind."""
    kind = load_kinds()[draw(st.sampled_from(sorted(load_kinds())))]
    optional = [name for name in kind.fields if name not in kind.required]
    chosen = [name for name in kind.required if draw(st.integers(0, 19))]
    chosen += draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)) if optional else []
    columns = [*chosen, *([""] * draw(st.integers(0, 2)))]
    columns = draw(st.permutations(columns)) if columns else [""]
    headers = [draw(st.sampled_from(_list_headers(kind.name, name) if name else _NOISE)) for name in columns]
    lines: list[tuple[Cell, ...]] = []
    for _ in range(draw(st.integers(0, 8))):
        if draw(st.integers(0, 5)) == 0:
            cells = draw(st.sampled_from(_SPECIAL))
            lines.append(tuple([(cell, ANY) for cell in cells[: len(columns)]]))
        else:
            lines.append(tuple(_draw_cell(draw, kind.name, name) for name in columns))
    suffix = draw(st.sampled_from((".xlsx", ".xlsx", ".csv")))
    return Ledger(
        kind.name,
        suffix,
        draw(st.sampled_from(("utf-8-sig", "utf-8", "gb18030", "utf-16", "big5")))
        if suffix == ".csv"
        else "",
        draw(st.sampled_from((",", ";", "\t", "|"))) if suffix == ".csv" else "",
        tuple(draw(st.lists(st.sampled_from(_TITLES), max_size=2))),
        tuple(columns),
        tuple(headers),
        tuple(lines),
    )


def _draw_cell(draw: st.DrawFn, kind: str, name: str) -> Cell:
    if name == "district":
        return draw(st.sampled_from((*_NAMES, "", "外县", "溪口", "溪口镇、溪南镇", 350921101))), ANY
    if not name:
        return draw(st.one_of(st.sampled_from(ODD_TEXTS), st.integers(0, 99))), ANY
    field = load_kinds()[kind].fields[name]
    odd = draw(st.integers(0, 3)) == 0
    if field.type == "category":
        values = [one for value in field.values.values() for one in (value.zh, *value.aliases)]
        return draw(st.sampled_from(values) if values and not odd else st.sampled_from(ODD_TEXTS)), ANY
    if field.type in _TYPES and not (odd and draw(st.booleans())):
        cells = _TYPES[field.type]
        return draw(st.sampled_from(cells if odd else cells[:7]))
    if field.type == "text" and not odd:
        return draw(
            st.text(st.sampled_from("隐患电线老化消防通道甲乙丙0123456789abcXYZ-（）、。 /"), max_size=20)
        ), ANY
    return draw(st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=12))), ANY
