"""The made-up sample with numbers and names of nobody in every column, sheet and file name; and a search for them."""

import csv
import io
import itertools
import random
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from tests.unit.made_up_people import BESIDE, spell_identity, spell_landline, spell_mobile, spell_service

_SURNAMES = "赵钱孙周吴郑王冯"
# Characters that no word of taizhang, and of the sample, has.
_GIVEN = "翀璟珩翊玥翎昶珺骁翾璇琰瑄玹琮琬"
_NAME = re.compile(f"[{_SURNAMES}][{_GIVEN}]{{2}}")
_OF_SHEETS = re.compile(r"[\[\]:*?/\\]")
_FIGURES = re.compile(r"\d{7,}[Xx]?")
_JOINED = re.compile(r"(?<=\d)[ \-–—.()_\u200b]{1,3}(?=[\dXx])")
_MOST_FIGURES = 24  # of a number: longer ones, once joined, are paths of a drawing


@dataclass
class Planted:
    """What was put into a book: the figures of numbers, and names."""

    numbers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    made: int = 0


class _Maker:
    """Markers one after the other, in each spelling in turn."""

    def __init__(self, seed: int) -> None:
        self.planted = Planted()
        self._random = random.Random(seed)
        self._number = seed * 17
        self._names = iter(self._list_names())
        self._spellers: Iterator[Callable[[int], list[str]]] = itertools.cycle(
            (spell_mobile, spell_identity, spell_mobile, spell_landline, spell_service)
        )

    def _list_names(self) -> list[str]:
        names = ["".join(one) for one in itertools.product(_SURNAMES, _GIVEN, _GIVEN)]
        self._random.shuffle(names)
        return names * 20

    def name(self) -> str:
        self.planted.made += 1
        name = next(self._names)
        self.planted.names.add(name)
        return name

    def number(self, speller: Callable[[int], list[str]] | None = None) -> str:
        self.planted.made += 1
        self._number += 7
        spelled = (speller or next(self._spellers))(self._number)
        self.planted.numbers.add(_read_core(spelled[0]))
        choice = spelled[self._number // 7 % len(spelled)]
        self.planted.numbers.add(_read_core(choice))
        return choice

    def cell(self, was: object) -> str:
        """A marker alone, within what the cell held, or a name beside a number."""
        how = self._random.randrange(3)
        if how == 0:
            return self.number()
        if how == 1:
            beside = self._random.choice(BESIDE)
            told = beside.format(n=self.name(), t=self.number(spell_mobile))
        else:
            told = f"电话{self.number(self._random.choice((spell_mobile, spell_landline)))}"
        return f"{was or ''}，{told}" if self._random.random() < 0.7 else told


def _read_core(written: str) -> str:
    """The figures of a number without those that may stand before it."""
    plain = unicodedata.normalize("NFKC", written)
    figures = re.sub(r"[^\dX]", "", re.sub(r"(?:转|-)801$", "", plain).upper())
    for before in ("0086", "86"):
        if len(figures) > 11 and len(figures) not in (15, 18):
            figures = figures.removeprefix(before)
    return figures.lstrip("0")


def plant_markers(root: Path, wanted: int, *, seed: int = 22) -> Planted:
    """Put so many markers, or some more, into a sample workbook."""
    maker = _Maker(seed)
    books = sorted((root / "data" / "raw").glob("*/*.xlsx"))
    _plant_beside(root, maker)
    opened = [openpyxl.load_workbook(path) for path in books]
    sheets = [sheet for book in opened for sheet in book.worksheets if sheet.max_column > 2]
    tables = [_Table(sheet, maker) for sheet in sheets]
    complaints = _Export(next((root / "data" / "raw" / "complaints").glob("*.csv")), maker)
    while maker.planted.made < wanted:
        for table in (*tables, complaints):
            table.add()
    for path, book in zip(books, opened, strict=True):
        for sheet in book.worksheets:
            sheet.title = _OF_SHEETS.sub("", f"{sheet.title}{maker.name()}{maker.number(spell_mobile)}")[:31]
        path.unlink()
        number = maker.number().replace("/", "")
        book.save(
            path.with_name(f"{path.stem}_{number}_联系人{maker.name()}{maker.number(spell_mobile)}.xlsx")
        )
    complaints.save(f"_{maker.number()}")
    return maker.planted


class _Table:
    """A sheet whose rows are copied, a marker in the next column of each."""

    def __init__(self, sheet: Worksheet, maker: _Maker) -> None:
        self._sheet, self._maker = sheet, maker
        for merged in list(sheet.merged_cells.ranges):
            if merged.min_row > 6:
                sheet.unmerge_cells(str(merged))
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        self._rows = [
            row for row in rows[3:] if sum(cell is not None for cell in row) > 2 and "计" not in str(row[0])
        ]
        head = next(at for at, row in enumerate(rows, 1) if sum(cell is not None for cell in row) > 2)
        self._width = sheet.max_column
        for extra, header in enumerate(("填报人", "联系电话", f"咨询{maker.number(spell_mobile)}"), 1):
            sheet.cell(head, self._width + extra, header)
        self._columns = itertools.cycle(range(self._width))
        self._turns = itertools.cycle(self._rows[-40:] or [[None] * self._width])

    def add(self) -> None:
        row = [*next(self._turns)[: self._width]]
        at = next(self._columns)
        row[at] = self._maker.cell(row[at])
        self._sheet.append([*row, self._maker.name(), self._maker.number()])


class _Export:
    """The same for an exported csv."""

    def __init__(self, path: Path, maker: _Maker) -> None:
        self._path, self._maker = path, maker
        self._head, *self._rows = list(csv.reader(io.StringIO(path.read_text("gb18030"))))
        self._turns = itertools.cycle(self._rows[-40:])
        self._columns = itertools.cycle(range(len(self._head)))

    def add(self) -> None:
        row, at = [*next(self._turns)], next(self._columns)
        row[at] = self._maker.cell(row[at])
        self._rows.append([*row, self._maker.name()])

    def save(self, more: str) -> None:
        text = io.StringIO()
        csv.writer(text).writerows([[*self._head, "提交人"], *self._rows])
        self._path.unlink()
        self._path.with_name(f"{self._path.stem}{more}.csv").write_text(text.getvalue(), "gb18030")


_OWN = """
kind: visits
title: {zh: 走访, en: Visits}
row: {zh: 次, en: visit}
date: visited_on
fields:
  district: {}
  visited_on: {type: date, required: true, title: {zh: 走访日期, en: Visited on}, aliases: [走访日期]}
  place: {type: text, title: {zh: 走访对象, en: Place}, aliases: [走访对象]}
  contact: {type: text, personal: true, title: {zh: 联系人, en: Contact}, aliases: [联系人]}
  telephone: {type: text, personal: true, title: {zh: 联系电话, en: Telephone}, aliases: [联系电话]}
"""


def _plant_beside(root: Path, maker: _Maker) -> None:
    """A kind of the workbook's own, a summary table, corrections, notes, and a ledger cut in half."""
    raw = root / "data" / "raw"
    (root / "ledgers").mkdir(exist_ok=True)
    (root / "ledgers" / "visits.yml").write_text(_OWN, "utf-8")
    pages = {
        raw / "visits" / "走访.xlsx": [
            ["乡镇", "走访日期", "走访对象", "联系人", "联系电话"],
            *(
                ["溪口镇", f"2021-05-{1 + at:02}", f"店{at}，{maker.cell('')}", maker.name(), maker.number()]
                for at in range(12)
            ),
        ],
        raw / "sums" / f"2021年演练汇总{maker.number(spell_mobile)}.xlsx": [
            ["2021年演练汇总", "", "", ""],
            ["乡镇", "演练次数", "填报人", "负责人"],
            ["溪口镇", 5, maker.name(), maker.name()],
            ["溪南镇", f"{maker.number()}", maker.name(), maker.name()],
            [f"浪屿乡{maker.name()}{maker.number(spell_mobile)}", 7, maker.name(), maker.name()],
        ],
    }  # fmt: skip
    for path, rows in pages.items():
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.title = _OF_SHEETS.sub("", f"{maker.name()}{maker.number(spell_mobile)}")[:31]
        for row in rows:
            book.active.append(row)
        path.parent.mkdir(exist_ok=True)
        book.save(path)
    halved = raw / "shelters" / f"安置点_{maker.name()}{maker.number(spell_mobile)}.xlsx"
    halved.write_bytes(next((raw / "shelters").glob("*.xlsx")).read_bytes()[:3000])
    settings = root / "workbook.toml"
    text = settings.read_text("utf-8").replace("[ledgers.drills]\n", "[[ledgers.drills]]\n")
    more = (
        '\n[[ledgers.drills]]\nform = "sums"\nfiles = ["data/raw/sums/*.xlsx"]\n'
        'columns = { "drills.held" = "演练次数" }\n\n[ledgers.visits]\nfiles = ["data/raw/visits/*.xlsx"]\n'
    )
    settings.write_text(text + more, "utf-8")
    notes = root / "notes" / "2021"
    notes.mkdir(parents=True)
    front = f"---\napproved: true\napprover: 县应急局{maker.name()}{maker.number(spell_mobile)}\ndate: 2022-02-15\n"
    due = f"measures:\n  hazards_overdue: {{owner: '{maker.name()}{maker.number(spell_mobile)}'}}\n---\n"
    (notes / "溪口镇.md").write_text(f"{front}{due}## 存在的问题\n\n{maker.cell('')}。\n", "utf-8")


def find_markers(planted: Planted, text: str) -> set[str]:
    """Which of the planted a text holds, in whatever spelling."""
    plain = unicodedata.normalize("NFKC", text).replace("\u200b", "")
    lengths = {len(one) for one in planted.numbers}
    found = {name for name in _NAME.findall(plain) if name in planted.names}
    for figures in {
        one.upper() for told in (plain, _JOINED.sub("", plain)) for one in _FIGURES.findall(told)
    }:
        if len(figures) <= _MOST_FIGURES:
            parts = (figures[at : at + size] for size in lengths for at in range(len(figures) - size + 1))
            found |= planted.numbers.intersection(parts)
    return found


def read_output(path: Path) -> str:
    """All text in a file, of whatever format, and its name."""
    name = unquote(path.name)
    if path.suffix == ".pdf":
        told = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
        return name + told.stdout.decode("utf-8", "replace")
    if path.suffix == ".parquet":
        return name + pd.read_parquet(path).to_csv()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            told = (
                parts.read(one).decode("utf-8", "replace")
                for one in parts.namelist()
                if one.endswith((".xml", ".rels", ".csv", ".json", ".md", ".ipynb", ".toml", ".txt", ".html"))
            )
            return name + "\n".join(re.sub(r"<[^>]+>", "", one) + one for one in told)
    try:
        return name + unquote(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        return name
