"""Read a return: its answers, each with its question, whatever program saved it.

Whatever program saved it: sheets and file may have other names, lines another order, some may be gone or stand twice.
A line is known by its mark in the hidden column or, if that is gone, by the place that it shows.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from taizhang.core.errors import LedgerError
from taizhang.core.reasons import LANGUAGES, Reason
from taizhang.ledgers import read_sheets
from taizhang.ledgers.grid import ErrorCell, Grid, make_grid
from taizhang.ledgers.sheets import sniff_format
from taizhang.ledgers.text import fold, write_cell
from taizhang.metadata.kinds import DATED_TYPES
from taizhang.returns.doubts import hash_text
from taizhang.returns.form import KEY_COLUMNS, PAIR, say

_MARK = re.compile(r"[0-9a-f]{16}")
_ROW = re.compile(r"[0-9]{1,9}")
_MOST_BYTES = 50 * 1024**2
_SERIAL = (20_000, 80_000)  # days that a spreadsheet counts, from 1954 to 2119
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_SURENESS = re.compile(r"\s*[(（]\d{1,3}%[)）]$")
_WORKBOOKS = ("xlsx", "xls", "ods")


@dataclass(frozen=True)
class Asked:
    """The question of a line, as recorded in the return: file and sheet names without people's numbers."""

    key: str
    kind: str
    file: str
    sheet: str
    row: int
    column: str
    letter: str
    type: str
    old: str
    marks: Mapping[str, str]
    label: str
    sha: str = ""  # of the file when it was asked about

    @property
    def is_pair(self) -> bool:
        """Return whether the question is about two premises; `file` and `sheet` are then their keys."""
        return self.kind == PAIR


@dataclass(frozen=True)
class Answer:
    """An answer: the question, the text, who wrote it, and the file and line it came in."""

    asked: Asked
    text: str
    by: str
    file: str  # that came back
    line: int
    emptied: bool = False  # the cell should hold nothing
    fault: Reason | None = None  # why the line cannot be taken at all


@dataclass(frozen=True)
class ReturnRead:
    """A return that was read."""

    file: str
    identity: str = ""
    title: str = ""
    name: str = ""
    code: str = ""
    period: str = ""
    by: str = ""
    asked: Mapping[str, Asked] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    fault: Reason | None = None


def read_return(path: Path) -> ReturnRead:
    """Read a return without raising errors; `fault` says why it can't be used."""
    try:
        if sniff_format(path) not in _WORKBOOKS:
            raise LedgerError("returns.file.no_return")
        if path.stat().st_size > _MOST_BYTES:
            raise LedgerError("returns.file.too_big")
        grids = [make_grid(sheet) for sheet in read_sheets(path)]
    except LedgerError as error:
        return ReturnRead(path.name, fault=error.reasons[0])
    found = next((grid for grid in grids if _is_keys(grid)), None)
    if found is None:
        return ReturnRead(path.name, fault=Reason("returns.file.no_return"))
    about = {found.text(row, 0): _text(found, row, 1) for row in range(min(found.height, 20))}
    asked = _read_keys(found)
    by = _find_by(grids) or about.get("name", "")
    answers = [one for grid in grids if grid is not found for one in _read_lines(grid, asked, by, path.name)]
    return ReturnRead(
        path.name,
        identity=about.get("identity", ""),
        title=about.get("title", ""),
        name=about.get("name", ""),
        code=about.get("district", ""),
        period=about.get("period", ""),
        by=by,
        asked=asked,
        answers=tuple(answers),
    )


def _is_keys(grid: Grid) -> bool:
    return grid.height > 1 and _text(grid, 0, 0) == "taizhang" and _text(grid, 0, 1) == "return"


def _text(grid: Grid, row: int, column: int) -> str:
    """A cell as text; '' outside the sheet."""
    if column < 0 or not 0 <= row < grid.height or column >= grid.width:
        return ""
    return write_cell(grid.cell(row, column))


def _read_keys(grid: Grid) -> dict[str, Asked]:
    heads = [row for row in range(grid.height) if _text(grid, row, 0) == KEY_COLUMNS[0]]
    if not heads:
        return {}
    at = {_text(grid, heads[0], column): column for column in range(grid.width)}
    found = {}
    for row in range(heads[0] + 1, grid.height):
        told = {name: _text(grid, row, at.get(name, -1)) for name in KEY_COLUMNS}
        if not _MARK.fullmatch(told["key"]):
            continue
        marks = dict(pair.split(":", 1) for pair in told.pop("cells").split() if ":" in pair)
        row_text = told.pop("row")
        number = int(row_text) if _ROW.fullmatch(row_text) else 0
        found[told["key"]] = Asked(row=number, marks=marks, **told)
    return found


def _find_by(grids: list[Grid]) -> str:
    """The name of the person who filled it in, from the cell beside its label."""
    labels = {fold(say("by", lang)) for lang in LANGUAGES}
    hints = {fold(say("by_hint", lang)) for lang in LANGUAGES}
    for grid in grids:
        for row in range(min(grid.height, 40)):
            for column in range(min(grid.width, 10)):
                if fold(_text(grid, row, column)) not in labels:
                    continue
                beside = (_text(grid, row, at) for at in range(column + 1, min(column + 4, grid.width)))
                if told := next((text for text in beside if text and fold(text) not in hints), ""):
                    return told
    return ""


def _read_lines(grid: Grid, asked: Mapping[str, Asked], by: str, file: str) -> Iterator[Answer]:
    """The answers of a sheet, below the header that has a column of answers; and a line that lacks its own."""
    wanted = {fold(say(name, lang)) for name in ("answer", "pair_answer") for lang in LANGUAGES}
    for head in range(min(grid.height, 30)):
        at = {fold(_text(grid, head, column)): column for column in reversed(range(grid.width))}
        columns = [at[word] for word in wanted if word in at]
        if columns:
            break
    else:
        marked = (row for row in range(grid.height) if _find_marks(grid, row) & asked.keys())
        if (row := next(marked, None)) is not None:
            yield _fault(grid, row, Reason("returns.conflict.no_head", sheet=grid.sheet.name), by, file)
        return
    seen = {name: _find(at, name) for name in ("place", "row", "column")}
    now = _find(at, "value")
    for row in range(head + 1, grid.height):
        value = grid.cell(row, columns[0])
        marks = _find_marks(grid, row)
        if value == "" or (isinstance(value, str) and not value.strip()):
            known = [asked[mark] for mark in marks if mark in asked]
            if _is_written_over(_text(grid, row, now), known):
                yield _fault(grid, row, Reason("returns.conflict.beside"), by, file, known[0])
            continue
        shown = {name: _text(grid, row, column) for name, column in seen.items()}
        yield _make_answer(value, grid, row, marks, shown, asked, by, file)


def _find_marks(grid: Grid, row: int) -> set[str]:
    """The marks of lines that a row holds: one, unless something was pasted over it."""
    texts = (_text(grid, row, column) for column in range(grid.width))
    return {text for text in texts if _MARK.fullmatch(text)}


_NOTHING = Asked("", "", "", "", 0, "", "", "text", "", {}, "")


def _fault(grid: Grid, row: int, reason: Reason, by: str, file: str, asked: Asked = _NOTHING) -> Answer:
    """A line, or a sheet, of which no answer can be taken."""
    return Answer(asked, "", by, file, grid.sheet.number_row(row), False, reason)


def _is_written_over(text: str, asked: Collection[Asked]) -> bool:
    """Return whether something else stands where a line shows what the ledger's cell says."""
    if len(asked) != 1 or "*" in text or text.endswith("…"):
        return False
    (one,) = asked
    nothing = {fold(say("nothing", lang)) for lang in LANGUAGES}
    told = "" if fold(text) in nothing else text
    return bool(one.old) and hash_text(told, len(one.old)) != one.old


def _find(at: Mapping[str, int], name: str) -> int:
    return next((at[word] for lang in LANGUAGES if (word := fold(say(name, lang))) in at), -1)


def _make_answer(
    value: object,
    grid: Grid,
    row: int,
    marks: set[str],
    shown: Mapping[str, str],
    asked: Mapping[str, Asked],
    by: str,
    file: str,
) -> Answer:
    line = grid.sheet.number_row(row)
    same = [one for one in asked.values() if _shows(one, shown)] if shown["column"] else []
    known = [asked[mark] for mark in marks if mark in asked]
    fault = None
    if len(known) == 1:
        one = known[0]
        if not one.is_pair and shown["column"] and not _shows(one, shown):
            fault = Reason("returns.conflict.mixed")
    elif not marks and len(same) == 1:
        one = same[0]
    else:
        one = replace(_NOTHING, column=shown["column"], label=shown["column"])
        fault = Reason("returns.conflict.mixed" if len(marks) > 1 else "returns.conflict.unknown_line")
    text, emptied = _write_answer(value, one, grid)
    if fault is None and isinstance(value, ErrorCell):
        fault = Reason("returns.conflict.error")
    return Answer(one, text, by, file, line, emptied, fault)


def _shows(one: Asked, shown: Mapping[str, str]) -> bool:
    """Return whether a line still shows the place of its question."""
    if one.is_pair:
        return False
    place = (
        f"{one.file.removeprefix('data/raw/')}\n{one.sheet}"
        if one.sheet
        else one.file.removeprefix("data/raw/")
    )
    return (
        fold(shown["place"]) == fold(place)
        and shown["row"] == str(one.row)
        and fold(shown["column"]) == fold(one.label)
    )


def _write_answer(value: object, one: Asked, grid: Grid) -> tuple[str, bool]:
    """An answer as the ledger reader expects it, and whether the cell should be empty."""
    if isinstance(value, float) and one.type in DATED_TYPES and _SERIAL[0] < value < _SERIAL[1]:
        moment = datetime.combine(_EPOCHS[grid.sheet.date1904], datetime.min.time()) + timedelta(days=value)
        value = moment.replace(microsecond=0)
    if isinstance(value, datetime):
        whole = value.hour == value.minute == value.second == 0
        return (value.date().isoformat() if whole else value.strftime("%Y-%m-%d %H:%M")), False
    if isinstance(value, date):
        return value.isoformat(), False
    text = write_cell(value)
    if one.type in ("text", "category"):
        text = _SURENESS.sub("", text)  # a suggestion copied whole
    empty = {fold(say("empty", lang)) for lang in LANGUAGES} | {"空"}
    return ("", True) if fold(text) in empty else (text, False)
