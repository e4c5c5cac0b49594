"""Reading risky files in a child process with limits on memory and time, so that one bad file cannot affect the others.

The child stays for the next file; one that dies or hangs is replaced. Small, plain files are read here.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from taizhang.core.errors import LedgerError
from taizhang.core.files import ZIP_ERRORS
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.ledgers.child import MEMORY_BYTES, Borrowed
from taizhang.ledgers.model import FileRead, Source, fail_file
from taizhang.ledgers.reading import read_here
from taizhang.ledgers.sheets import COLUMNS, Sheet, SheetsRead, list_sheets, sniff_format
from taizhang.ledgers.survey import FileSeen, Survey, survey_here

Asked = Source | Survey | None  # None: its sheets as they stand
Seen = TypeVar("Seen", FileRead, FileSeen, SheetsRead)
SECONDS = 30.0  # for any file, and more for large ones
SECONDS_PER_MB = 10.0
_SMALL_BYTES = 2 * 1024**2
_SMALL_XML = 16 * 1024**2
# A cell or row beyond ZZ99999, or at a place that is none: such a sheet may be of any size.
_FAR_CELL = re.compile(rb"\sr\s*=\s*(?![\"'](?:[A-Z]{1,2})?\d{1,5}[\"'])")


def read_ledger_file(path: Path, source: Source, *, name: str) -> FileRead:
    """Read a ledger file: find its tables, understand headers and values, set aside what can't be read.

    `name` is the file as shown in every message: posix, relative to the workbook. Every data row is exactly once in
    `rows`, or in `set_aside` with scope 'row'. If a file or a table can't be read, `errors` says so; nothing is raised.
    """
    read = _look(path, source, name, read_here)
    return (
        fail_file(name, source.kind, read.reasons, passing=read.passing)
        if isinstance(read, _Unread)
        else read
    )


def survey_ledger_file(path: Path, survey: Survey, *, name: str) -> FileSeen:
    """Examine an undescribed file in the same way as `read_ledger_file`, without raising errors."""
    seen = _look(path, survey, name, survey_here)
    return FileSeen(name, (), seen.reasons[0]) if isinstance(seen, _Unread) else seen


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a workbook that is not a ledger, unchanged; LedgerError if it can't be read."""
    kind = sniff_format(path)

    def look(path: Path, _: None, *, name: str) -> SheetsRead:
        return list_sheets(path, name)

    read = _look(path, None, kind, look)
    if isinstance(read, _Unread):
        raise LedgerError.of(read.reasons)
    if read.problem is not None:
        raise LedgerError.of([read.problem])
    return read.sheets


@dataclass(frozen=True)
class _Unread:
    """Why a file could not be read, and whether that may pass: it does not lie in the file's bytes alone."""

    reasons: tuple[Reason, ...]
    passing: bool = False


def _look(path: Path, asked: Asked, name: str, look: Callable[..., Seen]) -> Seen | _Unread:
    """Look at a file here, or in the child process; why, where it can't be done."""
    try:
        if _is_plain(path):
            return look(path, asked, name=name)
    except LedgerError as error:
        return _Unread(error.reasons)
    limit = SECONDS + SECONDS_PER_MB * path.stat().st_size / 1024**2
    with Borrowed() as child:
        try:
            return child.ask((path, asked, name), limit)
        except TimeoutError:
            reason = Reason("ledgers.file.too_slow", seconds=round(limit))
        except MemoryError:
            reason = Reason("ledgers.file.too_big", gigabytes=round(MEMORY_BYTES / 1024**3))
        except EOFError:
            reason = Reason("ledgers.file.killed")
    return _Unread((reason,), passing=True)


def _is_plain(path: Path) -> bool:
    """Return whether a file is small through and through, so that reading it here risks nothing.

    Raises LedgerError if the file can't be a ledger at all.
    """
    kind = sniff_format(path)
    size = path.stat().st_size
    if kind in (*COLUMNS, "text"):
        return True  # it is read in parts, or not long
    if kind != "xlsx" or size > _SMALL_BYTES:
        return False
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > _SMALL_XML:
                return False
            if any(part.filename.lower() == "xl/workbook.bin" for part in parts):
                return False  # an xlsb: its cells' places are not in XML
            sheets = [part for part in parts if part.filename.lower().endswith(".xml")]  # wherever they lie
            # zipfile stops at the declared size: a part that lies about it fails its checksum instead.
            return not any(_FAR_CELL.search(package.read(part)) for part in sheets)
    except ZIP_ERRORS as error:
        raise LedgerError("ledgers.file.damaged", why=tell_error(error)) from None
