"""corrections.csv and pairs.csv: lines are added; everything else in them is kept as it is."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taizhang.core.csv import guard_text
from taizhang.core.errors import ParameterError
from taizhang.core.files import is_named, read_bytes, write_bytes
from taizhang.core.reasons import Reason

PAIR_NAMES = {
    "a": ("a", "甲"),
    "b": ("b", "乙"),
    "same": ("same", "是否相同", "是否同一", "是否同一单位", "同一单位", "相同"),
    "by": ("by", "决定人", "确认人"),
    "why": ("why", "理由", "原因"),
    "when": ("when", "时间"),
}
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MAY_LACK = ("sheet", "when")
_ADDED = ("by", "why", "when")  # to a list that lacks them


@dataclass
class List:
    """A list: its records as written, and its format."""

    path: Path
    names: Mapping[str, tuple[str, ...]]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    end: str = "\n"
    records: list[str] = field(default_factory=list)  # the first is the header; each with its line end
    places: dict[str, int] = field(default_factory=dict)
    width: int = 0

    @property
    def lines(self) -> list[dict[str, str]]:
        """The lines, by our column names."""
        return [self._read(one) for one in self.records[1:] if one.strip()]

    def _split(self, record: str) -> list[str]:
        return next(csv.reader(io.StringIO(record), delimiter=self.delimiter), [])

    def _read(self, record: str) -> dict[str, str]:
        cells = self._split(record)
        return {name: cells[at].strip() if at < len(cells) else "" for name, at in self.places.items()}

    def add(self, lines: Sequence[Mapping[str, str]], order: Sequence[str]) -> None:
        """Add lines and write the list, whole or not at all.

        Lines that were taken before and stand at the end are kept in one order with the new ones, so that it doesn't
        matter in which order the answers came.
        """
        if not lines:
            return
        if lacking := [name for name in _ADDED if name not in self.places]:
            self._widen(lacking)
        first = len(self.records)
        while first > 1 and self._read(self.records[first - 1]).get("when"):
            first -= 1
        if not self.records[-1].endswith(("\n", "\r")):
            self.records[-1] += self.end
        taken = [*self.records[first:], *map(self._write, lines)]
        taken.sort(key=lambda record: _order(self._read(record), order))
        self.records[first:] = taken
        write_bytes(self.path, "".join(self.records).encode(self.encoding))

    def _write(self, line: Mapping[str, str]) -> str:
        cells = [""] * self.width
        for name, text in line.items():
            if name in self.places:
                cells[self.places[name]] = _guard(text)
        return self._join(cells)

    def _join(self, cells: Sequence[str]) -> str:
        stream = io.StringIO()
        csv.writer(stream, delimiter=self.delimiter, lineterminator=self.end).writerow(cells)
        return stream.getvalue()

    def _widen(self, names: Sequence[str]) -> None:
        """Add columns, such as the day on which a line was added; other cells are kept as they are."""
        for at, record in enumerate(self.records):
            if record.strip():
                cells = self._split(record)
                filled = [*cells, *[""] * (self.width - len(cells))]
                self.records[at] = self._join([*filled, *("" if at else name for name in names)])
        self.places |= {name: self.width + at for at, name in enumerate(names)}
        self.width += len(names)


def _order(line: Mapping[str, str], names: Sequence[str]) -> tuple[tuple[int, int, str], ...]:
    """Sort rows by number, and everything else by text."""
    texts = (line.get(name, "") for name in names)
    return tuple((0, int(text), "") if text.isdecimal() else (1, 0, text) for text in texts)


def open_list(path: Path, names: Mapping[str, tuple[str, ...]]) -> List:
    """Read a list; one that is not there begins with its header. ParameterError if it lacks columns or is no list."""
    if not is_named(path):
        heads = list(names)
        made = List(path, names, places={name: at for at, name in enumerate(heads)}, width=len(heads))
        made.records = [made._join(heads)]
        return made
    data = read_bytes(path)
    try:
        made = _read_list(path, names, data)
        for record in made.records:
            made._split(record)
    except (UnicodeDecodeError, csv.Error):
        raise ParameterError("returns.file.no_list", file=path.name) from None
    may_lack = (*_MAY_LACK, *(_ADDED if names is PAIR_NAMES else ()))
    lacking = [name for name in names if name not in made.places and name not in may_lack]
    if lacking:
        raise ParameterError.of(
            [Reason("returns.file.columns", file=path.name, lacking=lacking, columns=list(names))]
        )
    return made


def _read_list(path: Path, names: Mapping[str, tuple[str, ...]], data: bytes) -> List:
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "")
    if not encoding:
        encoding = "utf-8" if _is_utf8(data) else "gb18030"
    text = data.decode(encoding)
    records = _split_records(text)
    head = records[0] if records else ""
    known = {word for words in names.values() for word in words}

    def count(sign: str) -> int:
        return sum(_plain(cell) in known for cell in next(csv.reader(io.StringIO(head), delimiter=sign), []))

    delimiter = max((",", "\t", ";", "|"), key=count)
    made = List(path, names, encoding, delimiter, "\r\n" if "\r\n" in text else "\n", records)
    heads = [_plain(cell) for cell in made._split(head)] if head else []
    made.width = len(heads)
    for name, words in names.items():
        at = [heads.index(word) for word in words if word in heads]
        if at:
            made.places[name] = at[0]
    return made


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().casefold()


def _guard(text: str) -> str:
    """Guard a text that a spreadsheet would run as a formula; numbers are left as they are."""
    try:
        float(text)
    except ValueError:
        return str(guard_text(text))
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _split_records(text: str) -> list[str]:
    """The records of a delimited text as written; line breaks within quotes do not end a record."""
    records: list[str] = []
    open_quote = False
    for line in io.StringIO(text, newline=""):
        if open_quote:
            records[-1] += line
        else:
            records.append(line)
        open_quote ^= line.count('"') % 2 == 1
    return records
