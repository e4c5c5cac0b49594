"""Tables of Access files (.mdb, .accdb), by access-parser, whose work is checked: it goes on where it should stop.

It logs what it could not read and leaves it out, so a warning refuses the table, and so does a number of rows that is
not the one that the table states. Compressed text, decimals and money it reads wrongly: these are decoded here.
"""

import logging
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from taizhang.core.errors import LedgerError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.ledgers.sheets import Sheet, check_wanted

_VERSION, _JET_3 = 0x14, 0
_HIDDEN = slice(0x18, 0x96)  # of the header, under a key that everybody knows
_KEY = struct.pack("<I", 0x6B39DAC7)
_PAGE_KEY, _PASSWORD, _MADE = slice(0x3E, 0x42), slice(0x42, 0x6A), slice(0x72, 0x7A)
_MONEY, _DATE, _NUMERIC = 5, 8, 16
_KNOWN = {1, 2, 3, 4, _MONEY, 6, 7, _DATE, 10, 12, 15, _NUMERIC}
_SYSTEM = "MSys"


def read_access(path: Path, wanted: Sequence[str] | None) -> Iterator[Sheet]:
    """The tables of a file in `wanted`, or all: column names in the row above the first, rows numbered from 1.

    Raises LedgerError if the file has a password, is of Access 97 or before, is damaged, or lacks a wanted table.
    """
    _refuse(path)
    try:
        from access_parser import AccessParser
    except ImportError:
        raise LedgerError("ledgers.file.no_access") from None
    with _watch() as log:
        try:
            _mend()
            book = AccessParser(str(path))
        except Exception as error:  # whatever the bytes make it raise
            raise LedgerError("ledgers.file.damaged", why=tell_error(error)) from None
        names = [name for name in book.catalog if not name.startswith(_SYSTEM)]
        check_wanted(wanted, names)
        for name in names:
            if wanted is None or name in wanted:
                yield _read_table(book, name, log)


def _refuse(path: Path) -> None:
    with path.open("rb") as file:
        head = bytearray(file.read(0x1000))
    if len(head) < _HIDDEN.stop or head[_VERSION] == _JET_3:
        raise LedgerError("ledgers.file.old_access")
    head[_HIDDEN] = _decrypt(head[_HIDDEN])
    # A password lies under the day on which the file was made.
    (day,) = struct.unpack("<d", head[_MADE])
    made = struct.pack("<i", int(day) if abs(day) < 2**31 else 0)
    password = bytes(byte ^ made[at % 4] for at, byte in enumerate(head[_PASSWORD]))
    if any(head[_PAGE_KEY]) or any(password):
        raise LedgerError("ledgers.file.password")


def _decrypt(data: bytes | bytearray) -> bytes:
    """RC4."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + _KEY[i % len(_KEY)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.said += 1


@contextmanager
def _watch() -> Iterator[_Log]:
    """Count what access-parser warns of; its words may hold cells, so they go nowhere."""
    logger, log = logging.getLogger("access_parser"), _Log()
    before = logger.propagate
    logger.addHandler(log)
    logger.propagate = False
    try:
        yield log
    finally:
        logger.removeHandler(log)
        logger.propagate = before


def _mend() -> None:
    """Put our own decoding in the place of two functions of access-parser."""
    from access_parser import access_parser, utils

    utils.get_decoded_text = _decode_compressed
    access_parser.numeric_to_string = _read_numeric


def _decode_compressed(data: bytes) -> str:
    """Text in which a zero byte switches between one byte a character and two."""
    parts = data.split(b"\0")
    return "".join(
        part.decode("utf-16-le" if at % 2 else "latin-1", "replace") for at, part in enumerate(parts)
    )


def _read_numeric(data: bytes, scale: int = 0) -> Decimal:
    """A decimal: its sign, then four whole numbers, the highest first."""
    sign, *words = struct.unpack("<BIIII", data)
    whole = sum(word << (32 * (3 - at)) for at, word in enumerate(words))
    return Decimal(-whole if sign else whole).scaleb(-scale)


def _read_table(book: Any, name: str, log: _Log) -> Sheet:
    log.said = 0
    try:
        table = book.get_table(name)
        columns = [table.columns[at] for at in sorted(table.columns)]
        for column in columns:
            column.extra_props = None  # a format makes money a text
        linked = table.table.linked_pages
        cells = dict(table.parse()) if linked else {}
        stated = table.table_header.number_of_rows
    except Exception as error:  # whatever the bytes make it raise
        raise LedgerError("ledgers.file.damaged_sheet", sheet=name, why=tell_error(error)) from None
    names = [str(column.col_name_str) for column in columns]
    read = [cells.get(one, []) for one in names]
    if log.said or {len(one) for one in read} - {stated}:
        found = max(map(len, read), default=0)
        raise LedgerError("ledgers.file.access_rows", sheet=name, stated=stated, found=found)
    known = [column.type in _KNOWN for column in columns]
    values = [
        [_convert(cell, column) if fine else "" for cell in one]
        for one, column, fine in zip(read, columns, known, strict=True)
    ]
    lost = [one for one, fine in zip(names, known, strict=True) if not fine]
    notes = (Reason("ledgers.file.access_columns", sheet=name, columns=lost),) if lost else ()
    rows = [names, *map(list, zip(*values, strict=True))]
    return Sheet(name, rows, top=-1, notes=notes)


def _convert(value: Any, column: Any) -> object:
    """A value as a spreadsheet would give it."""
    if value is None:
        return ""
    if column.type == _MONEY:
        return value / 10_000
    if column.type == _NUMERIC:
        return float(_read_numeric(value, column.various.scale) if isinstance(value, bytes) else value)
    if column.type == _DATE:
        try:  # days are told as a fraction, which is off by some millionths of a second
            day = datetime.fromisoformat(value) + timedelta(milliseconds=0.5)
        except ValueError:
            return str(value)
        return day.replace(microsecond=day.microsecond // 1000 * 1000)
    return value
