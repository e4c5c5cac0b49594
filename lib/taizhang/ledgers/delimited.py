"""Delimited text (csv, tsv, txt) as a sheet: its encoding, its delimiter, its records, and what is wrong in them."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from taizhang.core.errors import LedgerError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.ledgers.sheets import Sheet
from taizhang.ledgers.text import fold, simplify

DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_ENCODINGS = ("gb18030", "big5", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# A mark may stand several times, and again where two files were joined.
_MARK = re.compile(r"^\ufeff+", re.MULTILINE)
# ="007": how systems keep a text a text when Excel opens it. '007: the same, as typed in a cell.
_KEPT_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"|\'(?=[\d=+\-@])(.*)', re.DOTALL)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")


def read_text(path: Path, known: frozenset[str], *, encoding: str = "") -> Sheet:
    """Read a csv or txt file, finding out its encoding and delimiter; LedgerError if none fits, or it is no text.

    `known` are the folded header spellings of the kind: of two encodings that both decode, the one that shows more of
    them is right. `encoding`, where given, is taken as it is.
    """
    text, encoding, notes = _read_characters(path.read_bytes(), known, encoding)
    if not text.strip():
        raise LedgerError("ledgers.file.empty")
    delimiter = find_delimiter(text)
    records, more = _split_records(text, delimiter)
    width = max(map(len, records), default=0)
    rows = [record if len(record) == width else record + [""] * (width - len(record)) for record in records]
    _free_kept_texts(rows)
    if encoding == "gb18030":
        more += _mend_utf8_cells(rows)
    shown = Reason(f"ledgers.delimiter.{DELIMITERS[delimiter]}")
    read_as = Reason("ledgers.file.read_as", encoding=encoding, delimiter=shown)
    return Sheet("", rows, notes=(read_as, *notes, *more))


def _read_characters(data: bytes, known: frozenset[str], encoding: str) -> tuple[str, str, list[Reason]]:
    """The text without marks and NUL characters, its encoding, and notes of what was left out."""
    text, encoding = (_decode_as(data, encoding), encoding) if encoding else decode(data, known)
    notes = []
    if "\0" in text:
        lines = [number for number, line in enumerate(text.splitlines(), 1) if "\0" in line]
        notes.append(Reason("ledgers.file.nul", count=text.count("\0"), line=lines[0]))
        text = text.replace("\0", "")
    return _MARK.sub("", text), encoding, notes


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LedgerError("ledgers.file.wrong_encoding", encoding=encoding, line=line) from None


def decode(data: bytes, known: frozenset[str]) -> tuple[str, str]:
    """The text, and the encoding by which it is one."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                told = {"encoding": encoding, "line": error.object.count(b"\n", 0, error.start) + 1}
                raise LedgerError("ledgers.file.wrong_mark", **told) from None
    sample = data[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    # In UTF-16 one byte of each digit, delimiter and line's end is 0; a stray NUL makes no UTF-16.
    if max(even, odd) > max(3, 0.02 * len(sample)) and max(even, odd) > 10 * min(even, odd):
        encoding = "utf-16-le" if odd >= even else "utf-16-be"
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8"), "utf-8"
    options = []
    for order, encoding in enumerate(_ENCODINGS):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            count = _count_known(text, known)
            if count or not encoding.startswith("utf-16"):  # almost any even number of bytes is some UTF-16
                options.append((-count, order, text, encoding))
    if not options and len(_CONTROLS.findall(sample)) > 0.01 * len(sample):
        raise LedgerError("ledgers.file.no_text")
    lines = data.split(b"\n")
    foreign = [number for number, line in enumerate(lines, 1) if not line.isascii()]
    if not options or _is_mostly_utf8(lines, foreign):
        nearest, line = _find_fault(lines, foreign)
        raise LedgerError("ledgers.file.no_encoding", nearest=nearest, line=line)
    _, _, text, encoding = min(options)
    return text, encoding


def _is_mostly_utf8(lines: list[bytes], foreign: list[int]) -> bool:
    """Whether nine of ten lines with Chinese are UTF-8: no other encoding's lines are by chance."""
    good = sum(_decodes(lines[number - 1], "utf-8") for number in foreign)
    return len(foreign) >= 10 and good >= 0.9 * len(foreign)


def _find_fault(lines: list[bytes], foreign: list[int]) -> tuple[str, int]:
    """The encoding that reads most lines, and the first line that it doesn't."""
    bad = {
        encoding: [number for number in foreign if not _decodes(lines[number - 1], encoding)]
        for encoding in ("utf-8", "gb18030", "big5", "cp950", "big5hkscs")
    }
    nearest = min(bad, key=lambda encoding: len(bad[encoding]))
    return nearest, bad[nearest][0] if bad[nearest] else 1


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _count_known(text: str, known: frozenset[str]) -> int:
    cells = re.split(r'[,;\t|\n"]', "\n".join(text.splitlines()[:40]))
    return sum(fold(simplify(cell)) in known for cell in cells if cell.strip())


def find_delimiter(text: str) -> str:
    """The delimiter that gives the most cells to the most lines of the file's beginning."""
    lines = text[:200_000].splitlines()[:200]
    best, most = ",", 0
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        except csv.Error:
            continue
        if sum(widths) > most:
            best, most = delimiter, sum(widths)
    return best


def _split_records(text: str, delimiter: str) -> tuple[list[list[str]], list[Reason]]:
    """The records. A quotation mark that is never closed swallows the lines after it: that is seen and mended.

    A line that begins such a record is read as typed, marks and all, where it then has as many cells as the others;
    else LedgerError names the line.
    """
    records, ends = _parse(text, delimiter)
    if all(end - start == 1 for start, end in pairwise([0, *ends])):
        return records, []
    lines = list(io.StringIO(text, newline=""))
    width = Counter(map(len, records)).most_common(1)[0][0]
    kept: list[list[str]] = []
    mended: list[int] = []
    start = 0  # of lines; where a line is mended, reading begins anew at the next
    fresh = zip(records, ends, strict=True)
    while start < len(lines):
        try:
            record, end = next(fresh)
        except StopIteration:
            break
        if end - start > 1 and _swallows(lines[start:end], record, delimiter, width):
            plain = next(csv.reader([lines[start]], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            if len(plain) != width:
                raise LedgerError("ledgers.file.open_quote", line=start + 1)
            kept.append(plain)
            mended.append(start + 1)
            start += 1
            fresh = _parse_on("".join(lines[start:]), delimiter, start)
            continue
        kept.append(record)
        start = end
    notes = [Reason("ledgers.file.quote_as_typed", lines=mended)] if mended else []
    return kept, notes


def _parse(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Records, and after how many lines each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        pairs = [(record, reader.line_num) for record in reader]
    except csv.Error as error:
        if "field larger" in str(error):  # what an open mark has swallowed
            raise LedgerError("ledgers.file.open_quote", line=reader.line_num) from None
        raise LedgerError("ledgers.file.not_delimited", why=tell_error(error)) from None
    return [record for record, _ in pairs], [end for _, end in pairs]


def _parse_on(text: str, delimiter: str, start: int) -> "zip[tuple[list[str], int]]":
    records, ends = _parse(text, delimiter)
    return zip(records, [start + end for end in ends], strict=True)


def _swallows(lines: list[str], record: list[str], delimiter: str, width: int) -> bool:
    """Whether a record of several lines is one by mistake: it breaks a rule of quoting, or holds whole rows."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    inner = [line for cell in record for line in cell.splitlines()[1:-1]]
    return width > 1 and any(line.count(delimiter) >= width - 1 for line in inner)


def _free_kept_texts(rows: list[list[str]]) -> None:
    """Put in place of ="007" the text that Excel shows."""
    for row in rows:
        for number, cell in enumerate(row):
            if cell[:1] in "='" and (match := _KEPT_TEXT.fullmatch(cell.strip())):
                row[number] = match[2] if match[1] is None else match[1].replace('""', '"')


def _mend_utf8_cells(rows: list[list[str]]) -> list[Reason]:
    """Read cells of a GB18030 file whose bytes are UTF-8 as that, and tell the lines."""
    mended = []
    for line, row in enumerate(rows, 1):
        for number, cell in enumerate(row):
            if len(cell) < 3 or cell.isascii():
                continue
            with suppress(UnicodeError):
                text = cell.encode("gb18030").decode("utf-8")
                if len(text) < len(cell) and len(_CHINESE.findall(text)) >= 2:
                    row[number] = text
                    mended.append(line)
    return (
        [Reason("ledgers.file.utf8_cells", count=len(mended), rows=list(dict.fromkeys(mended)))]
        if mended
        else []
    )
